/* sflow-dump - what the library makes of recorded traffic, as lines of fields
 * separated by tabs, for tests to compare with an independent decode.
 *
 *   sflow-dump decode FILE...    every datagram, sample, record and field
 *   sflow-dump metrics FILE...   every metric value, as it comes
 *   sflow-dump table             the rows that become metrics
 *
 * tests/golden/README.md describes the lines.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/custom.h"
#include "sflow/collector/machines.h"
#include "sflow/format.h"
#include "sflow/wire/datagram.h"
#include "tests/tools/capture.h"

#define RTMETRIC SFLOW_TAG(4300, 1002)
#define PATH_SIZE 128 /* of a field in a list in a record */

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

static void
print_tag_or_none(uint32_t tag)
{
	if (tag != 0)
		print_tag(tag);
	else
		printf("-");
}

/* decode ------------------------------------------------------------------ */

static void
print_bytes(const uint8_t *bytes, uint64_t len)
{
	uint64_t i;

	for (i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

static void
print_float(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	printf("%.9g", (double)f);
}

static void
print_double(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	printf("%.17g", d);
}

static void
print_text(const struct field_value *v)
{
	char text[TEXT_SIZE];

	text_value(v->bytes, v->number, text);
	printf("%s", text);
}

static void
print_number(enum field_type type, const struct field_value *v)
{
	char text[TEXT_SIZE];

	switch (type) {
	case FIELD_U8:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_LIST:
		printf("%" PRIu64, v->number);
		break;
	case FIELD_I32:
	case FIELD_PCT:
		printf("%" PRId32, (int32_t)v->number);
		break;
	case FIELD_F32:
		print_float((uint32_t)v->number);
		break;
	case FIELD_F64:
		print_double(v->number);
		break;
	case FIELD_MAC:
		printf("%s", text_mac(v->bytes, text));
		break;
	case FIELD_REST:
		print_bytes(v->bytes, v->number);
		break;
	case FIELD_STRING:
		print_text(v);
		break;
	case FIELD_UUID:
		printf("%s", text_uuid(v->bytes, text));
		break;
	default: /* no counter has one of these */
		break;
	}
}

static void print_elements(const struct field *list, struct field_value v,
                           const char *path);

/* All fields of a record, or of an element of a list in one, and then `path`
 * is where it is. */
static void
print_fields(const struct layout *layout, struct cursor body, const char *path)
{
	struct field_value values[RECORD_FIELDS_MAX];
	size_t present = layout_decode(layout, body, values), i;
	char name[PATH_SIZE];

	for (i = 0; i < present; i++) {
		const struct field *field = &layout->fields[i];

		if (field->again)
			continue;
		snprintf(name, sizeof(name), "%s%s", path, field->name);
		printf("F\t%s\t", name);
		print_number(field->type, &values[i]);
		printf("\n");
		if (field->type == FIELD_LIST)
			print_elements(field, values[i], name);
	}
}

static void
print_elements(const struct field *list, struct field_value v, const char *path)
{
	char inside[PATH_SIZE + 32];
	struct cursor element;
	unsigned i;

	for (i = 0; v.number > 0; i++) {
		element = list_next(list, &v);
		snprintf(inside, sizeof(inside), "%s.%u.", path, i);
		print_fields(list->elements, element, inside);
	}
}

static void
print_record(uint32_t tag, const struct cursor *body, const uint32_t *tags,
             size_t count)
{
	const struct layout *layout = layout_find(tag, tags, count);

	if (layout == NULL) {
		printf("U\t");
		print_tag(tag);
		printf("\t%zu\n", cursor_left(body));
		return;
	}
	printf("R\t");
	print_tag(tag);
	printf("\t%s\t", layout->name);
	print_tag_or_none(layout->beside);
	printf("\t%zu\n", cursor_left(body));
	print_fields(layout, *body, "");
}

/* Metrics that the agent named itself: they are the sample, without records. */
static void
print_custom(struct cursor body)
{
	const struct field *types;
	struct series metrics;
	struct custom_value v;
	char set[TEXT_SIZE];

	if (!custom_open(&metrics, body, set))
		return;
	types = metrics.elements->fields[2].elements->fields;
	while (custom_next(&metrics, &v)) {
		printf("C\t%s\t%s\t%td\t", set, v.name, v.row - types);
		print_number(v.row->type == FIELD_F32 ? FIELD_F64 /* widened */
		                                      : v.row->type,
		             &v.value);
		printf("\n");
	}
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
	if (sample->tag == RTMETRIC)
		print_custom(sample->body);
	while (count < 64 && sample_record(sample, &records[count]) > 0) {
		/* flow formats are another number space: none is known yet */
		tags[count] =
		    sample->kind == SAMPLE_COUNTERS ? records[count].tag : UINT32_MAX;
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
	const struct metric *m = &r->metric;

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
		printf("%.*f", format_places(m, r->number),
		       m->type == FLOAT ? (double)(float)r->number : r->number);
		break;
	}
}

/* Whose value it is: a data source's on the wire, or "-". */
static void
print_origin(const struct source *source)
{
	if (source == NULL)
		printf("\t-\t-\n");
	else if (source_id(source).class == SOURCE_CUSTOM)
		printf("\t-\t%u\n", source_sub_agent_id(source));
	else
		printf("\t%u:%u\t%u\n", source_id(source).class,
		       source_id(source).index, source_sub_agent_id(source));
}

static void
print_reading(size_t number, const struct agent *agent, const struct source *source,
              const struct store_reading *r)
{
	const struct host *host = agent_host(agent);
	const char *name = host_is_named(host) ? host->name : "-";
	const struct metric *m = &r->metric;
	char text[ADDRESS_TEXT];

	if (source != NULL && machine_host(source) != NULL)
		name = source_name(source);
	printf("M\t%zu\t%s\t%s\t%s\t%s\t", number,
	       address_text(agent_address(agent), text), name, r->name,
	       metric_type_name(m->type));
	print_value(r);
	printf("\t%s\t%s\t%s\t%s\t%u\t%u", m->units, slope_name(m->slope), r->group,
	       r->title, r->tmax_s, r->dmax_s);
	print_origin(source);
}

static void
print_block(size_t number, const struct agent *agent, const struct source *source,
            struct store_block *block, const struct layout *layout, int64_t now)
{
	struct store_reading reading;
	size_t row;

	for (row = 0; block != NULL && row < layout->count; row++)
		if (store_block_peek(block, row, &reading) && reading.heard_ms == now)
			print_reading(number, agent, source, &reading);
}

/* All that the datagram which came at `now` has brought. */
static void
print_news(struct collector *c, size_t number, int64_t now)
{
	struct counters *counters;
	struct source *source;
	struct agent *agent;

	for (agent = agents_first(&c->agents); agent != NULL;
	     agent = agent_next(agent)) {
		for (source = agent_sources(agent); source != NULL;
		     source = source_next(source))
			for (counters = source_counters(source); counters != NULL;
			     counters = counters->next)
				print_block(number, agent, source, counters->block,
				            counters->layout, now);
		print_block(number, agent, NULL, agent_ports(agent)->totals,
		            &port_totals, now);
	}
}

static void
print_statistics(const struct collector *c)
{
	const struct collector_stats *s = collector_stats(c);

	printf("X\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
	       (uint64_t)s->unknown, (uint64_t)s->malformed, (uint64_t)s->refused,
	       (uint64_t)s->resets);
}

static void
metrics(const struct capture *capture, const struct collector_config *config)
{
	struct collector *c = collector_new(config);
	int64_t now, last = 0;
	size_t i;

	for (i = 0; i < capture->count; i++) {
		const struct capture_payload *p = &capture->payloads[i];

		/* distinct times tell the datagrams apart */
		now = p->when_us / 1000 > last ? p->when_us / 1000 : last + 1;
		last = now;
		collector_tick(c, now);
		collector_input(c, p->bytes, p->len, &p->from, now);
		print_news(c, i + 1, now);
	}
	print_statistics(c);
	collector_free(c);
}

/* table -------------------------------------------------------------------- */

static void
print_row(const struct layout *layout, const struct field *f)
{
	const struct metric *m = &f->metric;

	printf("T\t");
	print_tag_or_none(layout->tag);
	printf("\t");
	print_tag_or_none(layout->beside);
	printf("\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", kinds[layout->kind].name,
	       layout->name, f->name, m->name, metric_type_name(m->type), m->units,
	       slope_name(m->slope), m->format, m->group, m->title);
}

/* The rows of a structure, and of the lists in it. */
static void
print_layout(const struct layout *layout)
{
	size_t i;

	for (i = 0; i < layout->count; i++) {
		if (layout->fields[i].metric.name != NULL)
			print_row(layout, &layout->fields[i]);
		if (layout->fields[i].type == FIELD_LIST)
			print_layout(layout->fields[i].elements);
	}
}

static void
table(void)
{
	static const char *const namings[] = {"machine", "first", "always"};
	size_t i;
	int kind;

	for (i = 0; i < layouts_count; i++)
		print_layout(&layouts[i]);
	print_layout(&port_totals);
	for (kind = 0; kind < KIND_COUNT; kind++)
		printf("K\t%s\t%s\t%s\n", kinds[kind].name, namings[kinds[kind].naming],
		       collector_defaults.accept[kind] ? "yes" : "no");
}

/* options ------------------------------------------------------------------ */

/* One word of `accept`: "all", "default", a kind, or "-kind". */
static bool
accept_word(bool accept[KIND_COUNT], const char *word)
{
	bool all = strcmp(word, "all") == 0, without = *word == '-';
	bool some = strcmp(word, "default") == 0;
	int kind = kind_parse(word + without, strlen(word + without)), i;

	for (i = 0; (all || some) && i < KIND_COUNT; i++)
		accept[i] = accept[i] || all || collector_defaults.accept[i];
	if (kind >= 0)
		accept[kind] = !without;
	return all || some || kind >= 0;
}

/* As the module reads it. */
static bool
set_accept(bool accept[KIND_COUNT], char *words)
{
	char *word, *rest = NULL;

	memset(accept, 0, KIND_COUNT * sizeof(accept[0]));
	if (*words == '-')
		accept_word(accept, "default");
	for (word = strtok_r(words, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest))
		if (!accept_word(accept, word))
			return false;
	return true;
}

static bool
set_option(struct collector_config *config, char *option)
{
	int kind;

	if (strcmp(option, "vm=host") == 0)
		config->vm = VM_HOST;
	else if (strcmp(option, "vm=no") == 0)
		config->vm = VM_NO;
	else if (strncmp(option, "accept=", 7) == 0)
		return set_accept(config->accept, option + 7);
	else if (strncmp(option, "multiple_", 9) == 0 &&
	         (kind = kind_parse(option + 9, strcspn(option + 9, "="))) >= 0)
		config->multiple[kind] = strstr(option, "=yes") != NULL;
	else
		return false;
	return true;
}

/* Each file on its own. */
static int
dump(const struct collector_config *config, bool decoded, char **files, int count)
{
	struct capture capture;
	char error[CAPTURE_ERROR];
	int i, result = 0;

	for (i = 0; i < count && result == 0; i++) {
		if (count > 1)
			printf("P\t%s\n", files[i]);
		result = capture_read(files[i], 0, &capture, error);
		if (result != 0)
			fprintf(stderr, "sflow-dump: %s\n", error);
		else if (decoded)
			decode(&capture);
		else
			metrics(&capture, config);
		capture_free(&capture);
	}
	return result == 0 ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct collector_config config = collector_defaults;
	const char *what;
	int option;

	while ((option = getopt(argc, argv, "o:")) != -1)
		if (option != 'o' || !set_option(&config, optarg))
			return 2;
	what = optind < argc ? argv[optind++] : "";
	if (strcmp(what, "table") == 0 && optind == argc) {
		table();
		return 0;
	}
	if (optind < argc &&
	    (strcmp(what, "decode") == 0 || strcmp(what, "metrics") == 0))
		return dump(&config, *what == 'd', argv + optind, argc - optind);
	fprintf(stderr, "usage: sflow-dump [-o KEY=VALUE]... "
	                "decode|metrics FILE... | table\n");
	return 2;
}
