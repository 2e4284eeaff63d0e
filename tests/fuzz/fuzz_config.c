/* fuzz_config - a configuration.
 *
 * An input is a byte and a configuration's text. The text is read twice: the second
 * time after the first result, as by SIGHUP. What is read has to keep the promises of
 * config.h; what is refused has a fault in one line that names the file. The byte's
 * lowest bit asks for a look at all values.
 *
 * Inputs that would read other files are left alone.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "gmetad-bridge/config/config.h"
#include "tests/bridge/dump_config.h"

const char fuzz_name[] = "config";

size_t
fuzz_word(uint32_t random, uint8_t word[FUZZ_WORD])
{
	/* clang-format off */
	static const char *const words[] = {
	    "sflow { ", "grid { ", "cluster \"a\" { ", "cluster b { ", "rrd { ",
	    "self { ", "archives \"a\" { ", "}\n", "{ ", "} ", "\"", "'", "\\",
	    "/*", "*/", "//", "#", "\n", "=", "+=", ",", "|", "${", "${A:-1}",
	    "port = 1 ", "bind = ", "sockets = 2 ", "rcvbuf = 1M ", "allow = ",
	    "deny = ", "same_address = yes ", "rate = 1 ", "max_agents = 1 ",
	    "accept = ", "default", "-vlan", "multiple = http ", "vm = host ",
	    "vm_cluster = a ", "ports = \"a*\" ", "ports_except = '(' ",
	    "speeds = \"a/b = 1G\" ", "names = \"::1 = a\" ", "lower_case = no ", "misses = auto ",
	    "host_dmax = 60 ", "name = a ", "authority = a ", "agents = ",
	    "owner = a ", "gmond_port = 1 ", "xml_port = 2 ",
	    "interactive_port = 3 ", "xml_bind = ", "trusted_hosts = ",
	    "rra = {} ", "rra = \"RRA:MAX:0.5:1:1\" ", "queue = 2G ",
	    "rrdcached = \"[::1]:1\" ", "{ \"10.0.0.0/8\", \"::/0\" } ",
	    "0.0.0.0/0", "\\\n", "unspecified", "18446744073709551616"};
	/* clang-format on */
	const char *chosen = words[random % (sizeof(words) / sizeof(*words))];

	memcpy(word, chosen, strlen(chosen));
	return strlen(chosen);
}

static void
check_fault(const char *fault)
{
	if (strncmp(fault, "fuzz.conf:", 10) != 0 || strlen(fault) < 14 ||
	    fault[strlen("fuzz.conf:")] == '0')
		fuzz_broken("a fault has its file and line", fault);
	if (strpbrk(fault, "\r\n") != NULL)
		fuzz_broken("a fault is one line", fault);
}

static void
check_clusters(const struct config *c)
{
	bool numbers[CLUSTERS_MAX] = {false};
	size_t i, rest = 0, known = 0;

	for (i = 0; i < c->cluster_count; i++) {
		const struct config_cluster *cluster = &c->clusters[i];

		if (cluster->number >= CLUSTERS_MAX || numbers[cluster->number])
			fuzz_broken("a number for each cluster", cluster->name);
		numbers[cluster->number] = true;
		rest += cluster->all;
		known += cluster->number == c->collector.cluster;
		known += cluster->number == c->self_cluster;
		if (strpbrk(cluster->name, "<>&\"'/\n") != NULL)
			fuzz_broken("names are harmless", cluster->name);
		if (cluster->agents == NULL && !cluster->all)
			fuzz_broken("who has no agents takes the rest", cluster->name);
	}
	if (c->cluster_count == 0 || rest > 1 || known != 2)
		fuzz_broken("a cluster for all", "");
}

static void
check(const struct config *c, bool look)
{
	char *text;

	check_clusters(c);
	if (c->port == 0 || c->sockets == 0 || c->bind_count > CONFIG_LISTEN_MAX ||
	    c->xml_bind_count > CONFIG_LISTEN_MAX || c->readers == 0 ||
	    c->rrd.step_s == 0 || c->rrd.rootdir[0] != '/')
		fuzz_broken("values are in their bounds", "");
	config_archives(c, "load_one");
	if (!look)
		return;
	text = dump_config(c);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char fault[CONFIG_FAULT], *text;
	struct config *first, *second;

	if (size == 0)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	if (text == NULL)
		abort();
	if (strstr(text, "include") == NULL && strstr(text, "file") == NULL) {
		first = config_parse(text, "fuzz.conf", NULL, fault);
		if (first == NULL)
			check_fault(fault);
		else
			check(first, data[0] & 1);
		second = config_parse(text, "fuzz.conf", first, fault);
		if ((first == NULL) != (second == NULL))
			fuzz_broken("the same text, the same result", fault);
		config_release(first);
		config_release(second);
	}
	free(text);
	return 0;
}
