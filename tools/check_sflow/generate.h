/* generate.h - definitions of all hosts for Nagios. */
#ifndef CHECK_GENERATE_H
#define CHECK_GENERATE_H

#include "tools/check_sflow/options.h"
#include "tools/check_sflow/section.h"
#include "tools/ganglia_xml.h"

struct generate {
	const struct options *options;
	struct section section;
	struct section_host *host; /* of which metrics are told; NULL: none */
	size_t seen;   /* hosts that may be written */
	size_t unsafe; /* hosts left out for their names */
	bool failed;   /* no memory */
};

/* Who is told of the hosts; `generate` has its options, and is zero but for that. */
void generate_begin(struct generate *generate, struct ganglia_visitor *visitor);

/* The address that a host is reached by, of what Ganglia has: IPv6 may be there with
 * dashes. False where there is none. */
bool generate_address(const char *from, char *to, size_t size);

/* Does all of it, and tells: OK; WARNING where a host was left out; CRITICAL where
 * nothing could be written; UNKNOWN where nothing is known. */
enum check_state generate_run(const struct options *options);

#endif
