#include "sflow/wire/flows.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const struct layout *
flow_find(uint32_t tag)
{
	size_t i = layouts_place(flow_layouts, flow_layouts_count, tag);

	return i < flow_layouts_count && flow_layouts[i].tag == tag ? &flow_layouts[i]
	                                                            : NULL;
}

/* sFlow version 5, section 5: "sFlow Datagram Format" ------------------------ */

/* clang-format off */
#define ROW(type_, field_) {.name = field_, .type = FIELD_##type_}

/* The fields of a datagram, and of samples with records. Samples have compact or
 * expanded data sources and interfaces. AS makes each field a row of a layout, or a
 * member of a struct. The member has as many bytes as the field has at least, so
 * offsetof() gives the field's offset. */
#define DATAGRAM(AS) \
	AS(U32, version) AS(ADDRESS, agent_address) AS(U32, sub_agent_id) \
	AS(U32, sequence_number) AS(U32, uptime) AS(U32, samples)
#define SAMPLED(AS, source_, interface_) \
	AS(U32, sequence_number) AS(source_, source_id) AS(U32, sampling_rate) \
	AS(U32, sample_pool) AS(U32, drops) AS(interface_, input) \
	AS(interface_, output) AS(U32, flow_records)
#define COUNTED(AS, source_) \
	AS(U32, sequence_number) AS(source_, source_id) AS(U32, counters)

#define AS_ROW(type_, name_) ROW(type_, #name_),
#define AS_BYTES(type_, name_) uint8_t name_[BYTES_##type_];

static const struct field datagram_rows[] = {DATAGRAM(AS_ROW)};
static const struct field flow_sample[] = {SAMPLED(AS_ROW, SOURCE, INTERFACE)};
static const struct field flow_sample_expanded[] = {
    SAMPLED(AS_ROW, SOURCE_EXPANDED, INTERFACE_EXPANDED)};
static const struct field counters_sample[] = {COUNTED(AS_ROW, SOURCE)};
static const struct field counters_sample_expanded[] = {
    COUNTED(AS_ROW, SOURCE_EXPANDED)};

struct datagram_bytes {
	DATAGRAM(AS_BYTES)
};
struct flow_sample {
	SAMPLED(AS_BYTES, SOURCE, INTERFACE)
};
struct flow_sample_expanded {
	SAMPLED(AS_BYTES, SOURCE_EXPANDED, INTERFACE_EXPANDED)
};
struct counters_sample {
	COUNTED(AS_BYTES, SOURCE)
};
struct counters_sample_expanded {
	COUNTED(AS_BYTES, SOURCE_EXPANDED)
};

const struct layout datagram_layout = {.name = "datagram",
                                       .fields = datagram_rows,
                                       .count = COUNT_OF(datagram_rows)};

const struct datagram_places datagram_places = {
    .version = offsetof(struct datagram_bytes, version),
    .agent = offsetof(struct datagram_bytes, agent_address),
    .sub_agent = offsetof(struct datagram_bytes, sub_agent_id),
    .sequence = offsetof(struct datagram_bytes, sequence_number),
    .uptime = offsetof(struct datagram_bytes, uptime),
    .samples = offsetof(struct datagram_bytes, samples),
    .size = sizeof(struct datagram_bytes)};

/* sFlow Dropped Packet Notification (sflow.org/sflow_drops.txt) --------------- */

static const struct field discarded_packet[] = {
    ROW(U32, "sequence_number"),
    ROW(SOURCE_EXPANDED, "source_id"),
    ROW(U32, "drops"),
    ROW(U32, "inputifindex"),
    ROW(U32, "outputifindex"),
    {.name = "reason", .type = FIELD_U32, .formula = NAMED,
     .names = &drop_reasons},
    ROW(U32, "discard_records"),
};

/* Metrics and flows that agents name themselves, as sFlow-RT and host-sflow define
 * them (enterprise 4300). Each value has a type. The length of a value of unknown type
 * is not known either, so the list ends there; the values before it count. ------ */

static const struct names rtmetric_types = {
    7, (const char *const[]){"string", "counter32", "counter64", "gauge32",
                             "gauge64", "float", "double"}, 0};

/* The value of a metric that the agent names. Ganglia has no 64-bit integers, so 64-bit
 * counters and gauges become DOUBLE. In these floats, unlike those of sFlow's own
 * structures, -1.0 does not mean "unknown". */
#define VALUE(type_, formula_, metric_type_, format_, slope_) \
	{.name = "value", .type = FIELD_##type_, .formula = formula_, .scale = 1, \
	 .metric = {NULL, metric_type_, "", slope_, format_, "custom", NULL, \
	            .fine = (metric_type_) == DOUBLE}}

static const struct field rtmetric_values[] = {
    VALUE(STRING, TEXT, STRING, "%s", ZERO),
    VALUE(U32, RATE, DOUBLE, "%.3f", BOTH),
    VALUE(U64, RATE, DOUBLE, "%.3f", BOTH),
    VALUE(U32, GAUGE, UINT32, "%u", BOTH),
    VALUE(U64, GAUGE, DOUBLE, "%.0f", BOTH),
    VALUE(F32, GAUGE, DOUBLE, "%.6f", BOTH),
    VALUE(F64, GAUGE, DOUBLE, "%.6f", BOTH),
};

static const struct layout rtmetric_arms = {
    .fields = rtmetric_values, .count = COUNT_OF(rtmetric_values)};

static const struct names rtflow_types = {
    8, (const char *const[]){"string", "mac", "ip", "ip6", "int32", "int64",
                             "float", "double"}, 0};

static const struct field rtflow_values[] = {
    ROW(STRING, "value"), ROW(MAC, "value"), ROW(IPV4, "value"),
    ROW(IPV6, "value"),   ROW(U32, "value"), ROW(U64, "value"),
    ROW(F32, "value"),    ROW(F64, "value"),
};

static const struct layout rtflow_arms = {.fields = rtflow_values,
                                          .count = COUNT_OF(rtflow_values)};

#define TYPED(names_, arms_) \
	ROW(STRING, "name"), \
	{.name = "type", .type = FIELD_U32, .formula = NAMED, .names = names_}, \
	{.name = "value", .type = FIELD_UNION, .elements = arms_}

static const struct field rtmetric_rows[] = {
    TYPED(&rtmetric_types, &rtmetric_arms)};
static const struct field rtflow_rows[] = {TYPED(&rtflow_types, &rtflow_arms)};

static const struct layout rtmetric_element = {
    .fields = rtmetric_rows, .count = COUNT_OF(rtmetric_rows)};
static const struct layout rtflow_element = {.fields = rtflow_rows,
                                             .count = COUNT_OF(rtflow_rows)};

static const struct field rtmetric[] = {
    ROW(STRING, "name"),
    {.name = "metrics", .type = FIELD_REST, .elements = &rtmetric_element},
};

static const struct field rtflow[] = {
    ROW(STRING, "name"),
    ROW(U32, "sampling_rate"),
    ROW(U32, "sample_pool"),
    {.name = "fields", .type = FIELD_REST, .elements = &rtflow_element},
};

/* The samples ------------------------------------------------------------------ */

#define LAYOUT(enterprise_, format_, rows_) \
	.layout = {.tag = SFLOW_TAG(enterprise_, format_), .name = #rows_, \
	           .fields = rows_, .count = COUNT_OF(rows_)}
#define PLACES(rows_, records_) \
	{.size = sizeof(struct rows_), \
	 .sequence = offsetof(struct rows_, sequence_number), \
	 .source = offsetof(struct rows_, source_id), \
	 .records = offsetof(struct rows_, records_), \
	 .expanded = sizeof(((struct rows_ *)NULL)->source_id) == \
	             BYTES_SOURCE_EXPANDED}
#define FLOWS_OF(format_, rows_) \
	{LAYOUT(0, format_, rows_), .records = RECORDS_FLOWS, \
	 .kind = SAMPLE_FLOW, .places = PLACES(rows_, flow_records)}
#define COUNTERS_OF(format_, rows_) \
	{LAYOUT(0, format_, rows_), .records = RECORDS_COUNTERS, \
	 .kind = SAMPLE_COUNTERS, .places = PLACES(rows_, counters)}

const struct sample_layout sample_layouts[] = {
    FLOWS_OF(1, flow_sample),
    COUNTERS_OF(2, counters_sample),
    FLOWS_OF(3, flow_sample_expanded),
    COUNTERS_OF(4, counters_sample_expanded),
    {LAYOUT(0, 5, discarded_packet), .records = RECORDS_FLOWS},
    {LAYOUT(4300, 1002, rtmetric)},
    {LAYOUT(4300, 1003, rtflow)},
};

const size_t sample_layouts_count = COUNT_OF(sample_layouts);
/* clang-format on */

/* The standard's samples have the tags 1, 2, 3 ... and stand first, so these are found
 * without a search. */
const struct sample_layout *
sample_find(uint32_t tag)
{
	size_t i;

	if (tag - 1 < sample_layouts_count && sample_layouts[tag - 1].layout.tag == tag)
		return &sample_layouts[tag - 1];
	for (i = 0; i < sample_layouts_count; i++)
		if (sample_layouts[i].layout.tag == tag)
			return &sample_layouts[i];
	return NULL;
}
