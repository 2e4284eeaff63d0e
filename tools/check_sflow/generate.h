/* generate.h - generates definitions of all hosts for Nagios. */
#ifndef CHECK_GENERATE_H
#define CHECK_GENERATE_H

#include "tools/check_sflow/options.h"
#include "tools/check_sflow/section.h"
#include "tools/ganglia_xml.h"

struct generate {
	const struct options *options;
	struct section section;
	struct section_host *host; /* whose metrics are being read; NULL: none */
	size_t seen;               /* hosts that may be written */
	size_t unsafe;             /* hosts left out for their names */
	bool failed;               /* there was no memory */
};

/* Fills in the visitor, which collects the hosts. `generate` has its options, and is
 * otherwise zero. */
void generate_begin(struct generate *generate, struct ganglia_visitor *visitor);

/* Makes an address of the text that Ganglia has for it, in which IPv6 may have dashes
 * in place of colons. Returns false where that is no address. */
bool generate_address(const char *from, char *to, size_t size);

/* Generates the definitions, and prints what was done. Returns OK; WARNING where a host
 * was left out; CRITICAL where nothing could be written; UNKNOWN where Ganglia has
 * given no hosts. */
enum check_state generate_run(const struct options *options);

#endif
