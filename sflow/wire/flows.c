#include "sflow/wire/flows.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

const struct layout *
flow_find(uint32_t tag)
{
	size_t i = layouts_place(flow_layouts, flow_layouts_count, tag);

	return i < flow_layouts_count && flow_layouts[i].tag == tag
	           ? &flow_layouts[i]
	           : NULL;
}

/* sFlow version 5, section 5: "sFlow Datagram Format" ------------------------ */

#define ROW(type_, field_) {.name = field_, .type = FIELD_##type_}

static const struct field datagram_rows[] = {
    ROW(U32, "version"),
    ROW(ADDRESS, "agent_address"),
    ROW(U32, "sub_agent_id"),
    ROW(U32, "sequence_number"),
    ROW(U32, "uptime"),
    ROW(U32, "samples"),
};

const struct layout datagram_layout = {.name = "datagram",
                                       .fields = datagram_rows,
                                       .count = COUNT_OF(datagram_rows)};

/* With compact or expanded data sources and interfaces. */
#define SAMPLED(source_, interface_) \
	ROW(U32, "sequence_number"), ROW(source_, "source_id"), \
	ROW(U32, "sampling_rate"), ROW(U32, "sample_pool"), \
	ROW(U32, "drops"), ROW(interface_, "input"), \
	ROW(interface_, "output"), ROW(U32, "flow_records")
#define COUNTED(source_) \
	ROW(U32, "sequence_number"), ROW(source_, "source_id"), \
	ROW(U32, "counters")

static const struct field flow_sample[] = {SAMPLED(SOURCE, INTERFACE)};
static const struct field flow_sample_expanded[] = {
    SAMPLED(SOURCE_EXPANDED, INTERFACE_EXPANDED)};
static const struct field counters_sample[] = {COUNTED(SOURCE)};
static const struct field counters_sample_expanded[] = {
    COUNTED(SOURCE_EXPANDED)};

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

/* What sFlow-RT and host-sflow let agents name themselves (enterprise 4300): each
 * value by its type. A type that isn't known ends the list, for nobody knows how
 * long its value is; what is in front of it counts. ---------------------------- */

static const struct names rtmetric_types = {
    7, (const char *const[]){"string", "counter32", "counter64", "gauge32",
                             "gauge64", "float", "double"}, 0};

static const struct field rtmetric_values[] = {
    ROW(STRING, "value"), ROW(U32, "value"), ROW(U64, "value"),
    ROW(U32, "value"),    ROW(U64, "value"), ROW(F32, "value"),
    ROW(F64, "value"),
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

#define SAMPLE(enterprise_, format_, rows_, records_) \
	{{.tag = SFLOW_TAG(enterprise_, format_), .name = #rows_, \
	  .fields = rows_, .count = COUNT_OF(rows_)}, RECORDS_##records_}

const struct sample_layout sample_layouts[] = {
    SAMPLE(0, 1, flow_sample, FLOWS),
    SAMPLE(0, 2, counters_sample, COUNTERS),
    SAMPLE(0, 3, flow_sample_expanded, FLOWS),
    SAMPLE(0, 4, counters_sample_expanded, COUNTERS),
    SAMPLE(0, 5, discarded_packet, FLOWS),
    SAMPLE(4300, 1002, rtmetric, NONE),
    SAMPLE(4300, 1003, rtflow, NONE),
};

const size_t sample_layouts_count = COUNT_OF(sample_layouts);

const struct sample_layout *
sample_find(uint32_t tag)
{
	size_t i;

	for (i = 0; i < sample_layouts_count; i++)
		if (sample_layouts[i].layout.tag == tag)
			return &sample_layouts[i];
	return NULL;
}
