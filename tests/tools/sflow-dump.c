/* sflow-dump - what the library makes of recorded traffic, as lines of fields
 * separated by tabs, for tests to compare with an independent decode.
 *
 *   sflow-dump decode FILE    every datagram, sample, record and field
 *   sflow-dump metrics FILE   every metric value, as it comes
 *   sflow-dump table          the rows that become metrics
 *
 * tests/golden/README.md describes the lines.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector_internal.h"
#include "sflow/datagram.h"
#include "tests/tools/capture.h"

static const char *const type_names[] = {"string", "uint16", "uint32", "float",
                                         "double"};

static const char *
slope_name(enum metric_slope slope)
{
	return slope == ZERO ? "zero" : "both";
}

static void
print_tag(uint32_t tag)
{
	printf("%u:%u", SFLOW_ENTERPRISE(tag), SFLOW_FORMAT(tag));
}

/* decode ------------------------------------------------------------------ */

static void
print_field(const struct field *field, const struct field_value *v)
{
	char text[TEXT_SIZE];
	uint32_t bits = (uint32_t)v->number;
	float f;

	printf("F\t%s\t", field->name);
	switch (field->type) {
	case FIELD_U32:
	case FIELD_U64:
		printf("%" PRIu64 "\n", v->number);
		break;
	case FIELD_PCT:
		printf("%" PRId32 "\n", (int32_t)v->number);
		break;
	case FIELD_F32:
		memcpy(&f, &bits, sizeof(f));
		printf("%.9g\n", (double)f);
		break;
	case FIELD_STRING:
		text_value(v->bytes, v->number, text);
		printf("%s\n", text);
		break;
	case FIELD_UUID:
		printf("%s\n", text_uuid(v->bytes, text));
		break;
	}
}

static void
print_record(uint32_t tag, const struct cursor *body, const uint32_t *tags,
             size_t count)
{
	const struct layout *layout = layout_find(tag, tags, count);
	struct field_value values[RECORD_FIELDS_MAX];
	size_t i, present;

	if (layout == NULL) {
		printf("U\t");
		print_tag(tag);
		printf("\t%zu\n", cursor_left(body));
		return;
	}
	printf("R\t");
	print_tag(tag);
	printf("\t%s\t", layout->name);
	if (layout->beside != 0)
		print_tag(layout->beside);
	else
		printf("-");
	printf("\t%zu\n", cursor_left(body));
	present = layout_decode(layout, *body, values);
	for (i = 0; i < present; i++)
		print_field(&layout->fields[i], &values[i]);
}

static void
print_sample(struct sample *sample)
{
	struct record records[64];
	uint32_t tags[64];
	size_t count = 0, i;

	printf("S\t");
	print_tag(sample->tag);
	if (sample->kind == SAMPLE_OTHER)
		printf("\t-\t-\n");
	else
		printf("\t%u\t%u:%u\n", sample->sequence, sample->source.class,
		       sample->source.index);
	while (count < 64 && sample_record(sample, &records[count]) > 0) {
		/* flow formats are another number space: none is known yet */
		tags[count] = sample->kind == SAMPLE_COUNTERS
		                  ? records[count].tag
		                  : UINT32_MAX;
		count++;
	}
	for (i = 0; i < count; i++)
		if (sample->kind == SAMPLE_COUNTERS) {
			print_record(tags[i], &records[i].body, tags, count);
		} else {
			printf("U\t");
			print_tag(records[i].tag);
			printf("\t%zu\n", cursor_left(&records[i].body));
		}
}

static void
decode(const struct capture *capture)
{
	struct datagram d;
	struct sample sample;
	char text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < capture->count; i++) {
		const struct capture_payload *p = &capture->payloads[i];

		if (datagram_open(&d, p->bytes, p->len) != 0)
			continue;
		printf("D\t%zu\t%s\t%u\t%u\t%u\t%" PRId64 "\n", i + 1,
		       address_text(&d.agent, text), d.sub_agent, d.sequence,
		       d.uptime_ms, p->when_us / 1000);
		while (datagram_sample(&d, &sample) > 0)
			print_sample(&sample);
	}
}

/* metrics ------------------------------------------------------------------ */

static void
print_value(const struct store_reading *r)
{
	const struct metric *m = r->metric;

	switch (m->type) {
	case STRING:
		printf("%s", r->text);
		break;
	case UINT16:
	case UINT32:
		printf("%" PRIu32, (uint32_t)r->number);
		break;
	case FLOAT:
	case DOUBLE:
		/* the formats of the table are constants */
		printf(strcmp(m->format, "%.3f") == 0   ? "%.3f"
		       : strcmp(m->format, "%.2f") == 0 ? "%.2f"
		                                        : "%.0f",
		       m->type == FLOAT ? (double)(float)r->number : r->number);
		break;
	}
}

static void
print_reading(size_t number, const struct source *source,
              const struct store_reading *r)
{
	const struct agent *agent = source->agent;
	const char *name = agent->name[0] != '\0' ? agent->name : "-";
	const struct metric *m = r->metric;
	char text[ADDRESS_TEXT];

	if (source->host != NULL)
		name = source->name;
	printf("M\t%zu\t%s\t%s\t%s\t%s\t", number,
	       address_text(&agent->address, text), name, r->name,
	       type_names[m->type]);
	print_value(r);
	printf("\t%s\t%s\t%s\t%s\t%u\t%u\t%u:%u\t%u\n", m->units,
	       slope_name(m->slope), m->group, r->title, r->tmax_s, r->dmax_s,
	       source->key.id.class, source->key.id.index,
	       source->key.sub_agent->key.id);
}

/* All that the datagram which came at `now` has brought. */
static void
print_news(struct collector *c, size_t number, int64_t now)
{
	struct store_reading reading;
	struct counters *counters;
	struct source *source;
	size_t row;

	for (source = c->agents.sources; source != NULL;
	     source = source->hh.next)
		for (counters = source->counters; counters != NULL;
		     counters = counters->next)
			for (row = 0; counters->block != NULL &&
			              row < counters->layout->count; row++)
				if (store_block_peek(counters->block, row,
				                     &reading) &&
				    reading.heard_ms == now)
					print_reading(number, source, &reading);
}

static void
metrics(const struct capture *capture, const struct collector_config *config)
{
	struct collector *c = collector_new(config);
	struct address from;
	int64_t now, last = 0;
	size_t i;

	address_parse("127.0.0.1", &from);
	for (i = 0; i < capture->count; i++) {
		const struct capture_payload *p = &capture->payloads[i];

		/* distinct times tell the datagrams apart */
		now = p->when_us / 1000 > last ? p->when_us / 1000 : last + 1;
		last = now;
		collector_tick(c, now);
		collector_input(c, p->bytes, p->len, &from, now);
		print_news(c, i + 1, now);
	}
	collector_free(c);
}

/* table -------------------------------------------------------------------- */

static void
table(void)
{
	size_t i, j;

	for (i = 0; i < layouts_count; i++)
		for (j = 0; j < layouts[i].count; j++) {
			const struct field *f = &layouts[i].fields[j];

			if (f->metric.name == NULL)
				continue;
			printf("T\t");
			print_tag(layouts[i].tag);
			printf("\t");
			if (layouts[i].beside != 0)
				print_tag(layouts[i].beside);
			else
				printf("-");
			printf("\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			       layouts[i].name, f->name, f->metric.name,
			       type_names[f->metric.type], f->metric.units,
			       slope_name(f->metric.slope), f->metric.format,
			       f->metric.group, f->metric.title);
		}
}

static void
set_option(struct collector_config *config, const char *option)
{
	int kind;

	if (strcmp(option, "vm=host") == 0)
		config->vm = VM_HOST;
	else if (strcmp(option, "vm=no") == 0)
		config->vm = VM_NO;
	else if (strncmp(option, "accept=", 7) == 0 &&
	         (kind = kind_parse(option + 7, strlen(option + 7))) >= 0) {
		memset(config->accept, 0, sizeof(config->accept));
		config->accept[kind] = true;
	} else if (strncmp(option, "multiple_", 9) == 0 &&
	         (kind = kind_parse(option + 9, strcspn(option + 9, "="))) >= 0)
		config->multiple[kind] = strcmp(strchr(option, '='), "=yes") == 0;
	else
		exit(2);
}

int
main(int argc, char **argv)
{
	struct collector_config config = collector_defaults;
	struct capture capture;
	char error[CAPTURE_ERROR];
	int option;

	while ((option = getopt(argc, argv, "o:")) != -1)
		if (option == 'o')
			set_option(&config, optarg);
		else
			return 2;
	if (optind + 1 == argc && strcmp(argv[optind], "table") == 0) {
		table();
		return 0;
	}
	if (optind + 2 != argc ||
	    capture_read(argv[optind + 1], 0, &capture, error) != 0) {
		fprintf(stderr, "usage: sflow-dump [-o KEY=VALUE]... "
		                "decode|metrics FILE | table\n");
		return 2;
	}
	if (strcmp(argv[optind], "decode") == 0)
		decode(&capture);
	else
		metrics(&capture, &config);
	capture_free(&capture);
	return 0;
}
