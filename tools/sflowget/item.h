/* item.h - one value of one agent, whatever the source, and how sources hand them
 * over.
 */
#ifndef SFLOWGET_ITEM_H
#define SFLOWGET_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An agent, as Ganglia's host. Texts are "" where they are not known, hostile
 * otherwise, and the source's: valid during the call. */
struct item_host {
	const char *cluster;
	const char *name;
	const char *address;
	int64_t age_s; /* since it was heard */
	bool down;
};

/* A value. Texts as above. */
struct item {
	const char *metric;
	const char *text;  /* the value, as it is printed everywhere */
	double number;
	bool is_number;    /* finite, and `text` is that number in JSON's grammar */
	const char *type;  /* "string", "uint32", "double", ... */
	const char *units;
	bool constant;     /* its slope is zero */
	const char *group;
	const char *about; /* its title, without what tells it from its likes */
	const char *title;
	int64_t heard_ms;  /* by the wall clock */
	int64_t age_s;
	int64_t tmax_s;    /* in which it should come again; 0: not known */
};

/* Who takes items: a host, its items, its end. The calls return false to stop the
 * source: what was wanted is there. */
struct item_sink {
	/* *values is true, and is set to false where the host's are not wanted: they
	 * don't come then, nor does its end. */
	bool (*host)(void *context, const struct item_host *host, bool *values);
	bool (*item)(void *context, const struct item *item);
	bool (*host_end)(void *context);
	void *context;
};

#endif
