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

/* Takes a port's name away from another port that has it as its prefix. Ports get new
 * numbers when a switch is restarted, so the port that sends the name last has it; the
 * other one will send its new name. A port whose name was taken over once does not take
 * it back: its prefix gets a suffix. */
static void
take_over(struct source *source, const char *prefix)
{
	struct source *holder = prefix_holder(source, prefix);

	if (holder == NULL || !source_is_port(source) || !source_is_port(holder) ||
	    source_instance(source)->contested)
		return;
	instance_withdraw(holder);
	source_instance(holder)->contested = true;
}

/* Chooses the source's prefix: its name, or else its index. Where another source of the
 * agent has that prefix, index, sub-agent, class or a number are added. */
static void
choose_prefix(struct source *source, enum kind kind)
{
	bool by_name = goes_by_name(source, kind);
	unsigned index = source_id(source).index, more;
	uint32_t class = source_id(source).class;
	char prefix[TEXT_SIZE], longest[TEXT_SIZE];

	snprintf(prefix, sizeof(prefix), "%s%u",
	         class == SOURCE_VLAN ? "vlan" : "", index);
	if (by_name) {
		strcpy(prefix, source_name(source));
		take_over(source, prefix);
	}
	if (by_name && prefix_holder(source, prefix) != NULL)
		snprintf(prefix, sizeof(prefix), "%.50s-%u",
		         source_name(source), index);
	if (prefix_holder(source, prefix) != NULL)
		snprintf(prefix, sizeof(prefix), "%.20s-%u-%u-%u",
		         by_name ? source_name(source) : kinds[kind].name,
		         source_sub_agent_id(source), class, index);
	strcpy(longest, prefix);
	for (more = 2; prefix_holder(source, prefix) != NULL; more++)
		snprintf(prefix, sizeof(prefix), "%.50s-%u", longest, more);
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
is_bare(const struct collector *c, const struct source *source,
        enum kind kind)
{
	enum naming naming = kinds[kind].naming;
	bool of_port = source_is_port(source) ||
	               source_id(source).class == SOURCE_VLAN;

	return naming != NAMING_ALWAYS && !c->config.multiple[kind] &&
	       (naming == NAMING_MACHINE || !of_port);
}

static void
tell_instance(struct collector *c, const struct source *source, enum kind kind)
{
	struct event *event = host_tell_names(
	    c, agent_host(source_agent(source)), EVENT_INSTANCE);

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

	if (bare && (kinds_of_agent->first & of_kind) == 0) {
		kinds_of_agent->first |= of_kind;
		instance->first |= of_kind;
	}
	if (bare && (instance->first & of_kind) != 0)
		return "";
	if (instance->prefix[0] == '\0') {
		choose_prefix(source, kind);
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
	if (host == NULL)
		return NULL;
	if (!own)
		prefix = instance_prefix(c, source, kind);
	*refused = prefix == NULL;
	if (prefix == NULL || source_instance(source)->unwanted ||
	    (counters->layout->alone && prefix[0] != '\0'))
		return NULL;
	block = add_block(host, source, counters, prefix);
	if (block == NULL) {
		*refused = true;
		collector_tell(c, EVENT_AT_BOUND,
		               agent_address(source_agent(source)))
		    ->of.at_bound.bound = EVENT_BOUND_METRICS;
	}
	return block;
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
