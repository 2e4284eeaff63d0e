#include "sflow/collector/instances.h"

#include <stdio.h>
#include <string.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/machines.h"

static struct source *
prefix_holder(const struct source *source, const char *prefix)
{
	struct source *other;

	for (other = agent_sources(source_agent(source)); other != NULL;
	     other = source_next(other))
		if (other != source &&
		    strcmp(source_instance(other)->prefix, prefix) == 0)
			break;
	return other;
}

/* Whether the source's name is its prefix. Web servers and memcacheds send the name of
 * their machine, which tells nothing apart. */
static bool
goes_by_name(const struct source *source, enum kind kind)
{
	return source_name(source)[0] != '\0' && kind != KIND_HTTP &&
	       kind != KIND_MEMCACHE;
}

/* Whether metrics of all kinds but the machine's have a prefix. */
static bool
is_port_or_vlan(const struct source *source)
{
	return source_is_port(source) || source_id(source).class == SOURCE_VLAN;
}

static void
number_text(const struct source *source, char text[TEXT_SIZE])
{
	struct source_id id = source_id(source);

	snprintf(text, TEXT_SIZE, "%s%u", id.class == SOURCE_VLAN ? "vlan" : "",
	         id.index);
}

/* Whether two ports or VLANs would go by the same name, if there were only one. */
static bool
are_alike(const struct source *a, const struct source *b)
{
	const char *name = source_name(a), *other = source_name(b);
	char number[TEXT_SIZE];

	if (name[0] == '\0' && other[0] == '\0')
		return source_id(a).class == source_id(b).class &&
		       source_id(a).index == source_id(b).index;
	if (name[0] != '\0' && other[0] != '\0')
		return strcmp(name, other) == 0;
	number_text(name[0] == '\0' ? a : b, number);
	return strcmp(name[0] == '\0' ? other : name, number) == 0;
}

/* Whether a source has to be told apart from one that is alike, for its name or number
 * says nothing by itself: another sub-agent has names of its own, and so has a data
 * source that carries ports. */
static bool
is_elsewhere(const struct source *source, const struct source *other)
{
	struct source_id here = source_wire_id(source);
	struct source_id there = source_wire_id(other);

	return source_sub_agent(source) != source_sub_agent(other) ||
	       (source_is_carried(source) &&
	        (here.class != there.class || here.index != there.index));
}

/* Finds ports and VLANs elsewhere on the agent that are shown and are alike. Both then
 * get names that tell them apart, and keep these as long as they are called so: neither
 * has the name that one of them would have alone, whoever speaks first. */
static void
tell_apart(struct source *source)
{
	struct source *other;

	for (other = agent_sources(source_agent(source)); other != NULL;
	     other = source_next(other)) {
		bool here = is_elsewhere(source, other);
		bool there = is_elsewhere(other, source);

		if ((!here && !there) || other == source ||
		    source_instance(other)->prefix[0] == '\0' ||
		    !is_port_or_vlan(other) || !are_alike(source, other))
			continue;
		if (here)
			source_instance(source)->apart = true;
		if (!there || source_instance(other)->apart)
			continue;
		instance_withdraw(other);
		source_instance(other)->apart = true;
	}
}

/* Writes what tells the source from all others of the agent: the sub-agent, and the data
 * source. */
static void
whole_prefix(const struct source *source, const char *what, char prefix[TEXT_SIZE])
{
	snprintf(prefix, TEXT_SIZE, "%.30s-%u-%u-%u", what, source_sub_agent_id(source),
	         source_wire_id(source).class, source_wire_id(source).index);
}

/* Writes the prefix of a port or VLAN that is alike others elsewhere. */
static void
prefix_apart(const struct source *source, char prefix[TEXT_SIZE])
{
	char number[TEXT_SIZE];
	const char *what = source_name(source);

	number_text(source, number);
	if (what[0] == '\0')
		what = source_is_carried(source) ? number
		       : source_is_port(source)  ? "interface"
		                                 : "vlan";
	whole_prefix(source, what, prefix);
}

/* Whether the source succeeds the other one: it was first heard after that was last heard,
 * and that is late, or both are one virtual machine by their UUID (that of a Java virtual
 * machine may be its server's). Two that were heard side by side are two for good. */
static bool
succeeds(const struct collector *c, struct source *source, const struct source *holder,
         enum kind kind)
{
	int64_t silent_ms = c->now_ms - source_heard_ms(holder);
	struct instance *instance = source_instance(source);

	if (source_first_ms(source) <= source_heard_ms(holder))
		instance->contested = true;
	if (instance->contested || !c->config.successors)
		return false;
	return (kind == KIND_VM && text_uuid_is_unique(source_uuid(source)) &&
	        memcmp(source_uuid(source), source_uuid(holder), 16) == 0) ||
	       silent_ms > rhythm_silence(source_rhythm(holder), 1);
}

/* Returns the other source of the agent that is the first instance of the kind. */
static struct source *
first_of_kind(const struct source *source, uint32_t of_kind)
{
	struct source *other;

	for (other = agent_sources(source_agent(source)); other != NULL;
	     other = source_next(other))
		if (other != source && (source_instance(other)->first & of_kind) != 0)
			break;
	return other;
}

/* Whether the source may yet turn out to succeed the one that has the name that it would have,
 * because that was not heard since, and is not late so far. Until that is known, its metrics
 * have no place: else they would have a name that they lose again after a poll. */
static bool
has_to_wait(const struct collector *c, struct source *source, enum kind kind, bool bare)
{
	struct instance *instance = source_instance(source);
	struct source *holder = NULL;

	if (instance->prefix[0] != '\0' || is_port_or_vlan(source))
		return false;
	if (bare)
		holder = first_of_kind(source, UINT32_C(1) << kind);
	else if (goes_by_name(source, kind))
		holder = prefix_holder(source, source_name(source));
	return holder != NULL && !is_port_or_vlan(holder) && c->config.successors &&
	       source_rhythm(holder)->interval_ms != 0 &&
	       !succeeds(c, source, holder, kind) && !instance->contested;
}

/* Takes a port's name away from another port that has it as its prefix. Ports get new
 * numbers when a switch is restarted, so the port that sends the name last has it; the
 * other one will send its new name. A port whose name was taken over once does not take
 * it back: its prefix gets a suffix. Other sources take the name of one that they succeed. */
static void
take_over(struct collector *c, struct source *source, enum kind kind,
          const char *prefix)
{
	struct source *holder = prefix_holder(source, prefix);
	bool ports;

	if (holder == NULL || source_instance(source)->contested)
		return;
	ports = source_is_port(source) && source_is_port(holder);
	if (!ports && (is_port_or_vlan(source) || is_port_or_vlan(holder) ||
	               !succeeds(c, source, holder, kind)))
		return;
	instance_withdraw(holder);
	source_instance(holder)->contested = true;
}

/* Writes the source's prefix: its name, or else its index. Where another source of the
 * agent has that prefix, index, sub-agent and class are added. */
static void
usual_prefix(struct collector *c, struct source *source, enum kind kind,
             char prefix[TEXT_SIZE])
{
	bool by_name = goes_by_name(source, kind);

	number_text(source, prefix);
	if (by_name) {
		strcpy(prefix, source_name(source));
		take_over(c, source, kind, prefix);
	}
	if (by_name && prefix_holder(source, prefix) != NULL)
		snprintf(prefix, TEXT_SIZE, "%.50s-%u", source_name(source),
		         source_id(source).index);
	if (prefix_holder(source, prefix) != NULL)
		whole_prefix(source, by_name ? source_name(source) : kinds[kind].name,
		             prefix);
}

/* Chooses the source's prefix. Where another one has it all the same, a number is
 * added. The agent's numbers go on from where they were, so that it costs no more when
 * many prefixes have one. */
static void
choose_prefix(struct collector *c, struct source *source, enum kind kind)
{
	unsigned *numbered = &agent_kinds(source_agent(source))->numbered;
	char prefix[TEXT_SIZE], longest[TEXT_SIZE];

	if (is_port_or_vlan(source) && !agent_is_plain(source_agent(source)))
		tell_apart(source);
	if (source_instance(source)->apart)
		prefix_apart(source, prefix);
	else
		usual_prefix(c, source, kind, prefix);
	strcpy(longest, prefix);
	while (prefix_holder(source, prefix) != NULL)
		snprintf(prefix, sizeof(prefix), "%.50s-%u", longest, ++*numbered + 1);
	source_instance(source)->kind = kind;
	text_keep(&source_instance(source)->prefix, prefix);
}

/* The settings are compared with the name that the port sends, if it sends one. */
bool
port_is_wanted(const struct collector *c, const struct source *source)
{
	const char *port = source_name(source)[0] != '\0'
	                       ? source_name(source)
	                       : source_instance(source)->prefix;
	const regex_t *only = c->config.ports, *not = c->config.ports_except;

	return !source_is_port(source) ||
	       ((only == NULL || regexec(only, port, 0, NULL, 0) == 0) &&
	        (not == NULL || regexec(not, port, 0, NULL, 0) != 0));
}

static bool
is_bare(const struct collector *c, const struct source *source, enum kind kind)
{
	enum naming naming = kinds[kind].naming;
	bool of_port = is_port_or_vlan(source);

	return naming != NAMING_ALWAYS && !c->config.multiple[kind] &&
	       (naming == NAMING_MACHINE || !of_port);
}

static void
tell_instance(struct collector *c, const struct source *source, enum kind kind)
{
	struct event *event =
	    host_tell_names(c, agent_host(source_agent(source)), EVENT_INSTANCE);

	event->of.instance.kind = kind;
	strcpy(event->of.instance.prefix, source_instance(source)->prefix);
}

/* Returns the prefix of the source's metrics of this kind on its agent's host; "":
 * none. NULL without memory. */
static const char *
instance_prefix(struct collector *c, struct source *source, enum kind kind)
{
	struct agent_kinds *kinds_of_agent = agent_kinds(source_agent(source));
	struct instance *instance = source_instance(source);
	uint32_t of_kind = UINT32_C(1) << kind;
	bool bare = is_bare(c, source, kind);
	struct source *holder = bare ? first_of_kind(source, of_kind) : NULL;

	if (holder != NULL && instance->prefix[0] == '\0' &&
	    succeeds(c, source, holder, kind))
		instance_withdraw(holder);
	if (bare && (kinds_of_agent->first & of_kind) == 0) {
		kinds_of_agent->first |= of_kind;
		instance->first |= of_kind;
	}
	if (bare && (instance->first & of_kind) != 0)
		return "";
	if (instance->prefix[0] == '\0') {
		choose_prefix(c, source, kind);
		instance->unwanted = !port_is_wanted(c, source);
		if (instance->prefix[0] == '\0')
			return NULL;
	}
	if (bare && (kinds_of_agent->told & of_kind) == 0) {
		kinds_of_agent->told |= of_kind;
		tell_instance(c, source, kind);
	}
	return instance->prefix;
}

/* Metrics of one name --------------------------------------------------------------- */

/* Returns the prefix of the metrics of these counters. */
static const char *
prefix_of(const struct source *source, const struct counters *counters)
{
	const struct instance *instance = source_instance(source);
	bool bare = (instance->first >> counters->layout->kind & 1) != 0;

	return bare ? "" : instance->prefix;
}

/* Whether both, of one source, have the same before their metrics' names. */
static bool
have_one_prefix(const struct source *source, const struct counters *a,
                const struct counters *b)
{
	bool bare = prefix_of(source, a)[0] == '\0';

	if (bare != (prefix_of(source, b)[0] == '\0'))
		return false;
	return bare || (a->layout->each == NULL && b->layout->each == NULL);
}

static bool
share_a_metric(const struct layout *a, const struct layout *b)
{
	size_t i, j;

	for (i = 0; i < a->count; i++)
		for (j = 0; j < b->count; j++) {
			const char *one = a->fields[i].metric.name;
			const char *other = b->fields[j].metric.name;

			if (one != NULL && other != NULL && *one == *other &&
			    strcmp(one, other) == 0)
				return true;
		}
	return false;
}

/* Writes the whole name of a metric. */
static void
write_name(const struct source *source, const struct counters *counters, size_t row,
           char name[STORE_NAME])
{
	const struct layout *layout = counters->layout;
	const char *prefix = prefix_of(source, counters);
	char part[STORE_PART] = "";

	if (layout->each != NULL)
		snprintf(part, sizeof(part), "%s%u.", layout->each, counters->part);
	snprintf(name, STORE_NAME, "%s%s%s%s", prefix, prefix[0] != '\0' ? "." : "",
	         prefix[0] != '\0' ? part : "", layout->fields[row].metric.name);
}

/* Whether a metric that the agent names has the name of one of the other's. */
static bool
has_name_of(const struct source *source, const struct counters *custom,
            const struct source *other, const struct counters *of)
{
	const char *prefix = prefix_of(other, of);
	char name[STORE_NAME], their[STORE_NAME];
	size_t row;

	write_name(source, custom, 0, name);
	if (prefix[0] == '\0' || strncmp(name, prefix, strlen(prefix)) != 0)
		return false;
	for (row = 0; row < of->layout->count; row++) {
		if (of->layout->fields[row].metric.name == NULL)
			continue;
		write_name(other, of, row, their);
		if (strcmp(name, their) == 0)
			return true;
	}
	return false;
}

/* Finds counters of `other` that have a metric on this host which is called like one of
 * these; NULL: none. Names in the table have no dots, so behind different prefixes only
 * those that agents give can be the same. */
static struct counters *
find_namesake(const struct source *source, const struct counters *counters,
              const struct source *other, const struct store_host *host)
{
	bool custom = counters->layout->kind == KIND_CUSTOM, found = false;
	struct counters *at;

	for (at = source_counters(other); at != NULL; at = at->next) {
		if (at->block == NULL || at->layout == counters->layout ||
		    store_block_host(at->block) != host)
			continue;
		if (custom)
			found = has_name_of(source, counters, other, at);
		else if (at->layout->kind == KIND_CUSTOM)
			found = has_name_of(other, at, source, counters);
		else if (other == source && have_one_prefix(source, counters, at))
			found = share_a_metric(counters->layout, at->layout);
		if (found)
			break;
	}
	return at;
}

/* Whether the names of these metrics are free on the host. Of two structures that have a
 * metric of one name (an older one and its successor in one sample, or "a" with "b.c" and
 * "a.b" with "c"), the first has it, until it is silent for its DMAX. */
static bool
are_names_free(const struct source *source, const struct counters *counters,
               const struct store_host *host, int64_t now)
{
	struct agent *agent = source_agent(source);
	bool any = *agent_custom_sets(agent) > 0; /* other sources can have them */
	const struct source *other = any ? agent_sources(agent) : source;
	struct counters *namesake;

	for (; other != NULL; other = any ? source_next(other) : NULL) {
		int64_t dmax_ms = (int64_t)store_dmax(source_interval_s(other)) * 1000;

		while ((namesake = find_namesake(source, counters, other, host)) !=
		       NULL) {
			if (now - namesake->arrival_ms <= dmax_ms)
				return false;
			store_block_remove(namesake->block);
			namesake->block = NULL;
		}
	}
	return true;
}

static struct store_block *
add_block(struct store_host *host, const struct source *source,
          const struct counters *counters, const char *prefix)
{
	struct store_instance instance = {.prefix = prefix, .part = ""};
	char part[STORE_PART];

	if (counters->layout->each != NULL) {
		snprintf(part, sizeof(part), "%s%u", counters->layout->each,
		         counters->part);
		instance.part = part;
	}
	if (source_is_port(source) && prefix[0] != '\0')
		instance.group = "port";
	return store_block_add(host, counters->layout, &instance);
}

struct store_block *
instance_block(struct collector *c, struct source *source,
               const struct counters *counters, int64_t now, bool *refused)
{
	enum kind kind = counters->layout->kind;
	bool own = kind == KIND_VM && c->config.vm == VM_HOST;
	struct store_block *block;
	struct store_host *host;
	const char *prefix = "";

	*refused = false;
	if (own) {
		host = machine_enter(c, source, now, refused);
	} else {
		host = host_enter(c, agent_host(source_agent(source)));
		*refused = host == NULL;
	}
	if (host == NULL ||
	    (is_port_or_vlan(source) && !sub_agent_is_shown(source_sub_agent(source))))
		return NULL;
	if (!own && has_to_wait(c, source, kind, is_bare(c, source, kind)))
		return NULL;
	if (!own)
		prefix = instance_prefix(c, source, kind);
	*refused = prefix == NULL;
	if (prefix == NULL || source_instance(source)->unwanted ||
	    (counters->layout->alone && prefix[0] != '\0'))
		return NULL;
	if (!are_names_free(source, counters, host, now)) {
		*refused = true;
		return NULL;
	}
	block = add_block(host, source, counters, prefix);
	if (block == NULL) {
		*refused = true;
		collector_tell(c, EVENT_AT_BOUND, agent_address(source_agent(source)))
		    ->of.at_bound.bound =
		    store_host_is_full(host) ? EVENT_BOUND_MEMORY : EVENT_BOUND_METRICS;
	}
	return block;
}

/* Whether the source may be called without what tells it from the other one, which is
 * withdrawn then. Without another one, the name is free. */
static bool
is_free(const struct collector *c, struct source *source, struct source *holder,
        enum kind kind)
{
	if (holder != NULL && !succeeds(c, source, holder, kind))
		return false;
	if (holder != NULL)
		instance_withdraw(holder);
	return true;
}

static bool
may_be_first(const struct collector *c, struct source *source)
{
	const struct counters *counters;

	for (counters = source_counters(source); counters != NULL;
	     counters = counters->next) {
		enum kind kind = counters->layout->kind;
		uint32_t of_kind = UINT32_C(1) << kind;

		if (is_bare(c, source, kind) &&
		    (source_instance(source)->first & of_kind) == 0)
			return is_free(c, source, first_of_kind(source, of_kind), kind);
	}
	return false;
}

void
instance_review(struct collector *c, struct source *source)
{
	struct instance *instance = source_instance(source);
	const char *name = source_name(source);

	if (instance->prefix[0] == '\0' || instance->contested || instance->apart ||
	    is_port_or_vlan(source))
		return;
	if ((goes_by_name(source, instance->kind) &&
	     strcmp(instance->prefix, name) != 0 &&
	     is_free(c, source, prefix_holder(source, name), instance->kind)) ||
	    may_be_first(c, source))
		instance_withdraw(source);
}

void
instance_reset(struct source *source)
{
	struct instance *instance = source_instance(source);

	agent_kinds(source_agent(source))->first &= ~instance->first;
	instance->first = 0;
	text_keep(&instance->prefix, "");
	instance->unwanted = false;
}

void
instance_withdraw(struct source *source)
{
	source_remove_blocks(source, NULL);
	instance_reset(source);
}
