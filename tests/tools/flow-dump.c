/* flow-dump - what the library takes flow samples for, an object of JSON a line, for tests to
 * compare with an independent extraction.
 *
 *   flow-dump FILE...
 */
#include <stdio.h>

#include "common/json.h"
#include "sflow/text.h"
#include "sflow/traffic/fields.h"
#include "tests/tools/capture.h"

static void
add_interface(struct json *j, const char *name, struct flow_interface i)
{
	json_open(j, name, '[');
	json_number(j, NULL, i.format);
	json_number(j, NULL, i.value);
	json_close(j, ']');
}

static void
add_field(struct json *j, const struct flow *f, enum flow_field field)
{
	const char *name = flow_field_name(field);
	char text[ADDRESS_TEXT > MAC_TEXT ? ADDRESS_TEXT : MAC_TEXT];
	struct flow_value v;

	if (!flow_field_get(f, field, &v))
		return;
	switch (v.type) {
	case FLOW_TYPE_NUMBER:
		json_number(j, name, v.number);
		break;
	case FLOW_TYPE_ADDRESS:
		json_text(j, name, address_text(v.address, text));
		break;
	case FLOW_TYPE_MAC:
		json_text(j, name, text_mac(v.bytes, text));
		break;
	case FLOW_TYPE_TEXT:
		json_hex(j, name, v.bytes, v.len); /* it has any bytes */
		break;
	case FLOW_TYPE_WORD:
		json_text(j, name, (const char *)v.bytes);
		break;
	}
}

static void
print(const struct flow *f, size_t datagram, size_t sample)
{
	static const char *const kinds[] = {"packet", "discarded", "transaction"};
	struct json j = {.file = stdout};
	unsigned i;

	json_open(&j, NULL, '{');
	json_number(&j, "datagram", datagram);
	json_number(&j, "sample", sample);
	json_text(&j, "kind", kinds[f->kind]);
	json_open(&j, "source", '[');
	json_number(&j, NULL, f->source.class);
	json_number(&j, NULL, f->source.index);
	json_close(&j, ']');
	json_number(&j, "sequence", f->sequence);
	json_number(&j, "rate", f->rate);
	json_number(&j, "pool", f->pool);
	json_number(&j, "drops", f->drops);
	add_interface(&j, "input", f->input);
	add_interface(&j, "output", f->output);
	if ((f->has & FLOW_HAS_FRAME) != 0)
		json_number(&j, "frame", f->frame);
	json_number(&j, "stripped", f->stripped);
	json_open(&j, "fields", '{');
	for (i = 0; i < FLOW_FIELD_COUNT; i++)
		add_field(&j, f, (enum flow_field)i);
	json_close(&j, '}');
	json_close(&j, '}');
	putchar('\n');
}

static void
dump(const struct capture_payload *payload, size_t number)
{
	struct datagram d;
	struct sample s;
	struct flow flow;
	size_t i;

	if (datagram_open(&d, payload->bytes, payload->len) != 0)
		return;
	for (i = 1; datagram_sample(&d, &s) > 0; i++)
		if (flow_read(&s, &flow))
			print(&flow, number, i);
}

int
main(int argc, char **argv)
{
	struct capture capture;
	char error[CAPTURE_ERROR];
	size_t number;
	int i;

	for (i = 1; i < argc; i++) {
		if (capture_read(argv[i], 0, &capture, error) != 0) {
			fprintf(stderr, "flow-dump: %s: %s\n", argv[i], error);
			return 1;
		}
		for (number = 0; number < capture.count; number++)
			dump(&capture.payloads[number], number + 1);
		capture_free(&capture);
	}
	return 0;
}
