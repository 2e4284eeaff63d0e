/* Ganglia's XML as a stranger prints it: whatever comes, what is told is bounded and
 * in order, and the same in any pieces. The first byte says into which. */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ganglia_xml.h"

#define TEXT_MOST 16384 /* of all texts that are told at once */

const char fuzz_name[] = "xml";

/* What was told: a hash of it, and where it is. */
struct told {
	uint64_t hash;
	size_t calls, stop; /* at this call; 0: never */
	bool in_host;
};

size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	/* clang-format off */
	static const char *const words[] = {
	    "<GANGLIA_XML>", "</GANGLIA_XML>", "<GRID NAME=\"", "</GRID>",
	    "<CLUSTER NAME=\"", "</CLUSTER>", "<HOST NAME=\"", "</HOST>",
	    "<METRIC NAME=\"", "</METRIC>", "<EXTRA_DATA>", "</EXTRA_DATA>",
	    "<EXTRA_ELEMENT NAME=\"GROUP\" VAL=\"", "<HOSTS UP=\"1\" DOWN=\"2\"/>",
	    "<METRICS NAME=\"a\" SUM=\"1\" NUM=\"2\"/>", "\"/>", "\">",
	    " TN=\"5\"", " TMAX=\"20\"", " VAL=\"1e9\"", " TYPE=\"float\"",
	    "<!DOCTYPE GANGLIA_XML [", "]>", "<!ENTITY a \"b\">", "&a;", "&#1;",
	    "<!ATTLIST METRIC VAL CDATA \"x\">", "<![CDATA[", "]]>", "<!--", "-->",
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "99999999999999999999"};
	/* clang-format on */
	const char *chosen = words[random % (sizeof(words) / sizeof(*words))];

	memcpy(word, chosen, strlen(chosen));
	return strlen(chosen);
}

static void
see(struct told *told, const char *text)
{
	size_t len = strlen(text);

	if (len >= TEXT_MOST)
		fuzz_broken("texts are bounded", text);
	for (; len-- > 0; text++)
		told->hash = (told->hash ^ (uint8_t)*text) * 0x100000001b3u;
}

static bool
seen(struct told *told)
{
	if (told->stop != 0 && told->calls >= told->stop)
		fuzz_broken("nothing is told after the end", "");
	return ++told->calls != told->stop;
}

static bool
on_cluster(void *context, const struct ganglia_cluster *cluster)
{
	see(context, cluster->name);
	return seen(context);
}

static bool
on_host(void *context, const struct ganglia_host *host, bool *metrics)
{
	struct told *told = context;

	if (told->in_host)
		fuzz_broken("a host ends before the next one", host->name);
	told->in_host = true;
	see(told, host->cluster);
	see(told, host->name);
	see(told, host->address);
	if (host->tn_s < -1 || host->tmax_s < -1 || host->started_s < -1)
		fuzz_broken("times are never negative", host->name);
	*metrics = !ganglia_is_down(host);
	return seen(told);
}

static bool
on_metric(void *context, const struct ganglia_host *host,
          const struct ganglia_metric *metric)
{
	struct told *told = context;
	double number;

	if (!told->in_host || ganglia_is_down(host))
		fuzz_broken("only wanted metrics are told", metric->name);
	see(told, host->name);
	see(told, metric->name);
	see(told, metric->value);
	see(told, metric->type);
	see(told, metric->units);
	see(told, metric->slope);
	see(told, metric->group);
	see(told, metric->about);
	see(told, metric->title);
	if (ganglia_number(metric, &number) && !isfinite(number))
		fuzz_broken("a number is one", metric->value);
	return seen(told);
}

static bool
on_host_end(void *context, const struct ganglia_host *host)
{
	struct told *told = context;

	told->in_host = false;
	see(told, host->name);
	return seen(told);
}

static bool
on_sum(void *context, const struct ganglia_sum *sum)
{
	see(context, sum->cluster);
	see(context, sum->metric);
	if (!isfinite(sum->sum))
		fuzz_broken("a sum is a number", sum->metric);
	return seen(context);
}

static bool
on_count(void *context, const struct ganglia_count *count)
{
	see(context, count->cluster);
	if (count->up < 0 || count->down < 0)
		fuzz_broken("counts are never negative", count->cluster);
	return seen(context);
}

static bool
on_former(void *context, const struct ganglia_former *former)
{
	see(context, former->cluster);
	see(context, former->was);
	see(context, former->is);
	if (former->was[0] == '\0')
		fuzz_broken("a former name is one", former->is);
	return seen(context);
}

static enum ganglia_state
run(struct told *told, const uint8_t *data, size_t size, size_t step)
{
	const struct ganglia_visitor visitor = {on_cluster,  on_host, on_metric,
	                                        on_host_end, on_sum,  on_count,
	                                        on_former,   told};
	struct ganglia_xml *xml = ganglia_xml_new(&visitor);
	enum ganglia_state state;
	size_t part;

	if (xml == NULL)
		abort();
	do {
		part = size < step ? size : step;
		state = ganglia_xml_push(xml, data, part, part == size);
		data += part;
		size -= part;
	} while (size > 0);
	if (state == GANGLIA_MORE)
		fuzz_broken("the end is an end", "");
	if ((state == GANGLIA_FAILED) != (*ganglia_xml_fault(xml) != '\0'))
		fuzz_broken("a fault has a text", ganglia_xml_fault(xml));
	ganglia_xml_free(xml);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told whole = {0}, pieces = {0}, part = {0};

	if (size == 0)
		return 0;
	if (run(&whole, data + 1, size - 1, size) !=
	        run(&pieces, data + 1, size - 1, data[0] + 1U) ||
	    whole.hash != pieces.hash || whole.calls != pieces.calls)
		fuzz_broken("pieces don't matter", "");
	part.stop = 1 + data[0] % (whole.calls + 1);
	run(&part, data + 1, size - 1, 100);
	if (part.stop <= whole.calls && part.calls != part.stop)
		fuzz_broken("it stops when it is told to", "");
	return 0;
}
