#include "sflow/collector/once.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "sflow/collector/collector_internal.h"
#include "sflow/collector/instances.h"
#include "sflow/collector/ports_internal.h"

#define CLOCKS_MS 2000 /* clocks that differ by less may be one */
#define SUM_SHARE 0.01 /* a sum may be off by so much: it isn't read at once */
#define SUM_PARTS 32   /* the parts of a sum are looked for among so many ports, */
#define SUM_STEPS 4096 /* with so many steps, */
#define SUMS 16        /* and for so many sums of an agent at once */

/* One port that several report ----------------------------------------------------- */

/* How often ports have to go on, one after another, to be one: each twice. */
static unsigned
enough(const struct alike *alike)
{
	return 2 * alike->members;
}

static bool
are_one(const struct alike *alike)
{
	return alike->in_turn >= enough(alike) && alike->went_on == alike->members;
}

/* Begins a new run, in which nothing was seen yet. */
static void
begin_run(struct alike *alike, bool differ)
{
	alike->streak++;
	alike->in_turn = alike->went_on = 0;
	alike->differ = differ;
}

void
once_add(struct agent_ports *ports, struct port *port)
{
	struct source_id id = source_id(port->source);
	struct port *other;

	if (agent_is_plain(source_agent(port->source)))
		return;
	DL_FOREACH(ports->all, other)
		if (other != port && source_id(other->source).class == id.class &&
		    source_id(other->source).index == id.index)
			break;
	if (other == NULL)
		return;
	if (other->alike == NULL) {
		other->alike = calloc(1, sizeof(*other->alike));
		if (other->alike == NULL)
			return;
		other->alike->members = 1;
	}
	port->alike = other->alike;
	port->alike->members++;
	begin_run(port->alike, false);
	ports->alikes = true;
}

void
once_forget(struct agent_ports *ports, struct port *port)
{
	struct alike *alike = port->alike;
	struct port *other;

	if (ports->sums)
		DL_FOREACH(ports->all, other)
			other->sum = false;
	if (alike == NULL)
		return;
	if (alike->last == port)
		alike->last = NULL;
	if (alike->counted == port)
		alike->counted = NULL;
	if (port->streak == alike->streak && alike->went_on > 0)
		alike->went_on--;
	if (--alike->members == 0)
		free(alike);
	port->alike = NULL;
}

/* Whether the counters go on where others were, by the same clock. */
static bool
goes_on(const struct alike *alike, const uint64_t octets[2], const uint32_t packets[2],
        uint32_t uptime_ms, int64_t now)
{
	int64_t apart =
	    (int32_t)(uptime_ms - alike->uptime_ms) - (now - alike->arrival_ms);
	int i;

	if (apart > CLOCKS_MS || apart < -CLOCKS_MS)
		return false;
	for (i = 0; i < 2; i++)
		if (octets[i] < alike->octets[i] ||
		    packets[i] - alike->packets[i] > INT32_MAX)
			return false;
	return true;
}

/* Notes whether a port goes on where another one was. */
static void
compare(struct alike *alike, struct port *port, const uint64_t octets[2],
        const uint32_t packets[2], uint32_t uptime_ms, int64_t now)
{
	if (!goes_on(alike, octets, packets, uptime_ms, now)) {
		begin_run(alike, true);
		return;
	}
	if (octets[0] == alike->octets[0] && octets[1] == alike->octets[1])
		return;
	alike->in_turn++;
	if (port->streak == alike->streak)
		return;
	port->streak = alike->streak;
	alike->went_on++;
}

/* One port's counters only grow, whoever reads them. Where each in turn goes on beyond
 * the one before it, and then the first again, each lies between two values of another:
 * those are one port. Two ports that are alike by chance soon show it. */
void
once_heard(const struct collector *c, struct port *port, const struct derive_input *in,
           bool begins, uint32_t uptime_ms, int64_t now)
{
	struct alike *alike = port->alike;
	uint64_t octets[2];
	uint32_t packets[2];
	int i;

	if (in->present <= c->once_packets[1])
		return;
	for (i = 0; i < 2; i++) {
		octets[i] = in->now[c->once_octets[i]].number;
		packets[i] = (uint32_t)in->now[c->once_packets[i]].number;
	}
	if (begins && alike->last == port)
		begin_run(alike, false);
	else if (alike->last != NULL && alike->last != port)
		compare(alike, port, octets, packets, uptime_ms, now);
	if (begins)
		alike->differ = false;
	alike->last = port;
	alike->uptime_ms = uptime_ms;
	alike->arrival_ms = now;
	memcpy(alike->octets, octets, sizeof(octets));
	memcpy(alike->packets, packets, sizeof(packets));
}

/* Whether they may be one port, and more has to be seen. */
static bool
is_open(const struct alike *alike)
{
	return alike->in_turn > 0 && alike->in_turn < enough(alike) && !alike->differ;
}

bool
once_is_open(const struct agent_ports *ports)
{
	const struct port *port;

	if (!ports->alikes)
		return false;
	DL_FOREACH(ports->all, port)
		if (port->counted && port->alike != NULL && is_open(port->alike))
			return true;
	return false;
}

void
once_set_counted(struct port *port, bool counted)
{
	struct alike *alike = port->alike;

	if (counted)
		alike->counted = port;
	else if (alike->counted == port)
		alike->counted = NULL;
}

/* Whether another one of its ifIndex counts, and both are one port. */
static bool
counts_as_another(const struct port *port)
{
	const struct alike *alike = port->alike;

	return alike != NULL && are_one(alike) && alike->counted != NULL &&
	       alike->counted != port;
}

/* What a port is by its name, and by who carries it ---------------------------------- */

/* Service access points and the like, of type `other`, come in the data source of their
 * port, which tells of itself, too. */
static bool
is_part_of_carrier(const struct collector *c, const struct port *port, uint64_t if_type)
{
	struct source_id id = source_wire_id(port->source);
	const struct source *carrier;

	if (if_type != IF_TYPE_OTHER || !source_is_carried(port->source) ||
	    id.class != SOURCE_INTERFACE || id.index == 0)
		return false;
	carrier = agents_find_port(&c->agents, port->source, id.index);
	return carrier != NULL && !source_is_carried(carrier) &&
	       source_slot(carrier, SLOT_PORT) != NULL;
}

bool
once_is_known(const struct port *port)
{
	return port->left_out || port->below || port->sum || counts_as_another(port);
}

bool
once_is_counted(const struct collector *c, const struct port *port, uint64_t if_type)
{
	return once_is_known(port) || is_part_of_carrier(c, port, if_type);
}

static bool
is_number(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!isdigit((unsigned char)*text))
			return false;
	return true;
}

/* Returns what a port of that name may be: a bond or a VLAN, which its counters have to
 * show. */
static enum port_name
meaning(const char *name)
{
	static const char *const sums[] = {"bond",
	                                   "team",
	                                   "lag",
	                                   "trunk",
	                                   "port-channel",
	                                   "portchannel",
	                                   "eth-trunk",
	                                   "channel-group",
	                                   "bagg",
	                                   "bridge-aggregation",
	                                   "ragg",
	                                   "bundle",
	                                   "route-aggregation"};
	static const char *const short_sums[] = {"po", "ae", "be", "trk"};
	size_t i, len;

	if (name[0] == '\0' || strchr("aAbBcCeElLpPrRtTvV", name[0]) == NULL)
		return NAME_PLAIN;
	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		if (strncasecmp(name, sums[i], strlen(sums[i])) == 0)
			return NAME_OF_SUM;
	for (i = 0; i < sizeof(short_sums) / sizeof(short_sums[0]); i++) {
		len = strlen(short_sums[i]);
		if (strncasecmp(name, short_sums[i], len) == 0 && is_number(name + len))
			return NAME_OF_SUM;
	}
	return strncasecmp(name, "vlan", 4) == 0 ? NAME_OF_VLAN : NAME_PLAIN;
}

/* Returns how much of a name is the name of the port below a VLAN interface or a unit of
 * it: eth1 of eth1.10. 0: it has no such name. A name of digits is no port's: 1.2 may be
 * the second port of the first slot. */
static size_t
name_below(const char *name)
{
	const char *dot = strrchr(name, '.'), *at;

	if (dot == NULL || !is_number(dot + 1))
		return 0;
	for (at = name; at < dot; at++)
		if (isalpha((unsigned char)*at))
			return (size_t)(dot - name);
	return 0;
}

/* What a machine sends to itself. Some agents call it Ethernet. */
static bool
is_loopback(const char *name)
{
	if (strcmp(name, "lo") == 0)
		return true;
	if (strncasecmp(name, "loopback", 8) == 0)
		return is_number(name + 8);
	return strncmp(name, "lo", 2) == 0 && is_number(name + 2);
}

static bool
is_below(const struct agent_ports *ports, const struct port *port)
{
	const char *name = source_name(port->source);
	size_t len = name_below(name);
	const struct port *other;

	if (len == 0)
		return false;
	DL_FOREACH(ports->all, other) {
		const char *their = source_name(other->source);

		if (strncmp(their, name, len) == 0 && their[len] == '\0' &&
		    source_sub_agent(other->source) == source_sub_agent(port->source))
			return true;
	}
	return false;
}

static void
review_name(const struct collector *c, const struct agent_ports *ports,
            struct port *port)
{
	const char *name = source_name(port->source);
	const regex_t *except = c->config.totals_except;

	port->name = (uint8_t)meaning(name);
	port->sum = port->sum && port->name != NAME_PLAIN;
	port->below = is_below(ports, port) || is_loopback(name);
	if (*name == '\0')
		name = source_instance(port->source)->prefix;
	port->left_out = except != NULL && regexec(except, name, 0, NULL, 0) == 0;
}

/* Sums ----------------------------------------------------------------------------- */

/* The search for ports whose rates add up to those of a bond. */
struct search {
	const struct port *parts[SUM_PARTS];
	size_t count;
	unsigned steps;
};

/* Returns the rate; not a number where there is one, but it can't be known. */
static double
rate(const struct port *port, size_t i)
{
	if (port->unsure[i])
		return NAN;
	return port->valid[i] ? port->rates[i] : 0;
}

/* Rates that can't be known say nothing. */
static bool
is_near(const double left[PORT_TOTALS], const double whole[PORT_TOTALS])
{
	bool known = false;
	size_t i;

	for (i = 0; i < PORT_TOTALS; i++) {
		if (fabs(left[i]) > whole[i] * SUM_SHARE + 1)
			return false;
		known = known || !isnan(left[i]);
	}
	return known;
}

/* Whether some of the ports from `at` on add up to what is left of the whole. */
static bool
adds_up(struct search *search, size_t at, const double left[PORT_TOTALS],
        const double whole[PORT_TOTALS])
{
	double less[PORT_TOTALS];
	size_t i;

	if (is_near(left, whole))
		return true;
	for (; at < search->count && search->steps > 0; at++) {
		bool fits = true;

		search->steps--;
		for (i = 0; i < PORT_TOTALS; i++) {
			less[i] = left[i] - rate(search->parts[at], i);
			fits = fits && !(less[i] < -whole[i] * SUM_SHARE - 1);
		}
		if (fits && adds_up(search, at + 1, less, whole))
			return true;
	}
	return false;
}

/* Whether the rates are the sum of those of other ports of the sub-agent. No rates are no
 * sum. */
static bool
is_sum(const struct agent_ports *ports, const struct sub_agent *of,
       const double whole[PORT_TOTALS])
{
	struct search search = {.steps = SUM_STEPS};
	const struct port *port;
	size_t i;
	double all = 0;

	for (i = 0; i < PORT_TOTALS; i++)
		all += isnan(whole[i]) ? 0 : whole[i];
	if (all < 1)
		return false;
	DL_FOREACH(ports->all, port)
		if (port->rated && port->name == NAME_PLAIN && !port->below &&
		    !port->left_out && search.count < SUM_PARTS &&
		    source_sub_agent(port->source) == of)
			search.parts[search.count++] = port;
	return adds_up(&search, 0, whole, whole);
}

/* A bond of which the members are among the other ports. */
static void
review_sum(const struct agent_ports *ports, struct port *port)
{
	double whole[PORT_TOTALS];
	size_t i;

	for (i = 0; i < PORT_TOTALS; i++)
		whole[i] = rate(port, i);
	port->sum = is_sum(ports, source_sub_agent(port->source), whole);
}

/* All VLANs of a sub-agent, which together are other ports. */
static void
review_vlans(struct agent_ports *ports, const struct sub_agent *of)
{
	double whole[PORT_TOTALS] = {0};
	struct port *port;
	size_t i;

	DL_FOREACH(ports->all, port)
		for (i = 0; i < PORT_TOTALS; i++)
			if (port->rated && port->name == NAME_OF_VLAN &&
			    source_sub_agent(port->source) == of)
				whole[i] += rate(port, i);
	if (!is_sum(ports, of, whole))
		return;
	DL_FOREACH(ports->all, port)
		if (port->rated && port->name == NAME_OF_VLAN &&
		    source_sub_agent(port->source) == of)
			port->sum = true;
}

static void
review_sums(struct agent_ports *ports)
{
	const struct sub_agent *seen = NULL;
	unsigned left = SUMS;
	struct port *port;

	DL_FOREACH(ports->all, port) {
		const struct sub_agent *of = source_sub_agent(port->source);

		if (!port->rated || port->sum || port->name == NAME_PLAIN || left == 0)
			continue;
		if (port->name == NAME_OF_VLAN && of == seen)
			continue;
		if (port->name == NAME_OF_VLAN)
			seen = of;
		left--;
		if (port->name == NAME_OF_SUM)
			review_sum(ports, port);
		else
			review_vlans(ports, of);
	}
}

void
once_review(const struct collector *c, struct agent_ports *ports)
{
	struct port *port;

	if (ports->named) {
		ports->named = ports->sums = false;
		DL_FOREACH(ports->all, port) {
			review_name(c, ports, port);
			ports->sums = ports->sums || port->name != NAME_PLAIN;
		}
	}
	if (ports->sums)
		review_sums(ports);
}

void
once_init(struct collector *c)
{
	const struct layout *layout = layout_find(IF_COUNTERS, NULL, 0);
	size_t row;

	for (row = 0; row < layout->count; row++) {
		const char *name = layout->fields[row].name;

		if (layout->fields[row].again)
			continue;
		if (strcmp(name, "ifInOctets") == 0)
			c->once_octets[0] = row;
		else if (strcmp(name, "ifOutOctets") == 0)
			c->once_octets[1] = row;
		else if (strcmp(name, "ifInUcastPkts") == 0)
			c->once_packets[0] = row;
		else if (strcmp(name, "ifOutUcastPkts") == 0)
			c->once_packets[1] = row;
	}
}
