#include "tests/both/world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/udp.h"

#define SECOND_MS 1000
#define QUARTER_MS 250
#define BEGIN_MS 1000000 /* clock_ms() in the beginning: no time is near 0 */

struct udp_batch {
	const struct datagram *first;
};

struct datagram {
	int64_t at_ms; /* by clock_ms() */
	struct address from;
	size_t len;
	uint8_t *bytes;
};

static struct {
	struct datagram *datagrams;
	size_t count, next;
	int64_t now_ms, wall_offset_ms;
	int64_t second_ms; /* the next one that `second` is called for */
	int64_t end_ms;
	world_second *second;
	bool began, news;
	/* under the lock: */
	bool ended, woken;
} world;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* The recording ------------------------------------------------------------------- */

static bool
read_bytes(struct datagram *d, const char *digits)
{
	size_t i;

	d->len = strcspn(digits, "\n") / 2;
	d->bytes = malloc(d->len + 1);
	for (i = 0; d->bytes != NULL && i < d->len; i++)
		if (sscanf(digits + 2 * i, "%2hhx", &d->bytes[i]) != 1)
			return false;
	return d->bytes != NULL;
}

/* A datagram is not received before those that were recorded before it. */
static void
keep_order(struct datagram *d)
{
	if (world.count > 0 && d->at_ms < d[-1].at_ms)
		d->at_ms = d[-1].at_ms;
}

/* Makes room for one more; NULL without memory. */
static struct datagram *
add_datagram(void)
{
	struct datagram *grown =
	    realloc(world.datagrams, (world.count + 1) * sizeof(*grown));

	if (grown == NULL)
		return NULL;
	world.datagrams = grown;
	return &grown[world.count];
}

static bool
read_line(char *line)
{
	char *wall = strsep(&line, " "), *from = strsep(&line, " ");
	struct datagram *d = add_datagram();

	if (d == NULL || from == NULL || line == NULL)
		return false;
	d->at_ms = strtoll(wall, NULL, 10);
	keep_order(d);
	if (address_parse(from, &d->from) != 0 || !read_bytes(d, line))
		return false;
	world.count++;
	return true;
}

bool
world_read(FILE *lines, unsigned silence_s, world_second *second)
{
	char *line = NULL;
	size_t size = 0, i;
	bool fine = true;

	while (fine && getline(&line, &size, lines) > 0)
		fine = read_line(line);
	free(line);
	if (!fine || world.count == 0)
		return false;
	world.second = second;
	world.second_ms = BEGIN_MS + SECOND_MS;
	world.now_ms = BEGIN_MS;
	world.wall_offset_ms = world.datagrams[0].at_ms - world.second_ms;
	for (i = 0; i < world.count; i++)
		world.datagrams[i].at_ms -= world.wall_offset_ms;
	world.end_ms = world.datagrams[world.count - 1].at_ms + silence_s * SECOND_MS;
	return true;
}

/* The clock ----------------------------------------------------------------------- */

int64_t
clock_ms(void)
{
	return world.now_ms;
}

int64_t
clock_wall_offset(void)
{
	return world.wall_offset_ms;
}

/* Lets the time pass until then. */
static void
pass(int64_t until)
{
	while (world.second_ms < until) {
		world.now_ms = world.second_ms;
		world.second(world.now_ms - BEGIN_MS - SECOND_MS, world.news);
		world.news = false;
		world.second_ms += SECOND_MS;
	}
	world.now_ms = until;
}

/* Ends the time. Returns when the thread is to end. */
static void
end(void)
{
	pthread_mutex_lock(&lock);
	world.ended = true;
	pthread_cond_broadcast(&changed);
	while (!world.woken)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

void
world_wait(void)
{
	pthread_mutex_lock(&lock);
	while (!world.ended)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

/* The network --------------------------------------------------------------------- */

int
udp_set_init(struct udp_set *set)
{
	memset(set, 0, sizeof(*set));
	return 0;
}

void
udp_set_close(struct udp_set *set)
{
	set->count = 0;
}

void
udp_set_add(struct udp_set *set, const struct address *address, uint16_t port)
{
	(void)address;
	(void)port;
	set->listeners[set->count++].fd = -1;
}

void
udp_set_port(struct udp_set *set, uint16_t port)
{
	(void)set;
	(void)port;
}

int
udp_open(struct udp_listener *listener, int buffer, bool shared)
{
	(void)shared;
	listener->buffer = buffer;
	listener->fd = 0;
	return 0;
}

void
udp_close(struct udp_listener *listener)
{
	listener->fd = -1;
}

void
udp_adopt(struct udp_listener *listener, int fd, int buffer)
{
	listener->fd = fd;
	listener->buffer = buffer;
}

void
udp_buffer(struct udp_listener *listener, int buffer)
{
	listener->buffer = buffer;
}

uint16_t
udp_port(const struct udp_listener *listener)
{
	(void)listener;
	return 0;
}

uint32_t
udp_drops(struct udp_listener *listener)
{
	(void)listener;
	return 0;
}

/* Waiting ends at once in the beginning, and at each quarter of a second, as if for a
 * signal. So what the programs do every 250 ms, every second or every ten seconds, both
 * do in the same whole seconds. */
bool
udp_wait(struct udp_set *set, int ms)
{
	int64_t until = world.now_ms + ms;
	int64_t quarter = (world.now_ms / QUARTER_MS + 1) * QUARTER_MS;

	(void)set;
	if (!world.began)
		until = world.now_ms;
	world.began = true;
	if (quarter < until)
		until = quarter;
	if (world.next < world.count && world.datagrams[world.next].at_ms < until)
		until = world.datagrams[world.next].at_ms;
	if (until > world.end_ms) {
		pass(world.end_ms + 1);
		end();
		return true;
	}
	pass(until);
	return false;
}

void
udp_wake(struct udp_set *set)
{
	(void)set;
	pthread_mutex_lock(&lock);
	world.woken = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* Counts the datagrams that have come and were not taken, up to a batch of them. */
static size_t
come(void)
{
	size_t n = 0;

	while (n < UDP_BATCH && world.next + n < world.count &&
	       world.datagrams[world.next + n].at_ms <= world.now_ms)
		n++;
	return n;
}

bool
udp_take(struct udp_set *set,
         void (*input)(const struct udp_batch *batch, size_t count))
{
	struct udp_batch batch = {&world.datagrams[world.next]};
	size_t count = come();

	(void)set;
	if (count > 0)
		input(&batch, count);
	world.next += count;
	world.news = world.news || count > 0;
	return count == UDP_BATCH;
}

bool
udp_catches_up(const struct udp_set *set)
{
	(void)set;
	return false;
}

const void *
udp_datagram(const struct udp_batch *batch, size_t i, size_t *len, struct address *from)
{
	*len = batch->first[i].len;
	*from = batch->first[i].from;
	return batch->first[i].bytes;
}

int64_t
udp_arrived(const struct udp_batch *batch, size_t i)
{
	(void)batch;
	(void)i;
	return world.now_ms;
}

/* No time passes: a datagram is taken in the moment in which it comes. */
void
udp_nap(const struct udp_set *set)
{
	(void)set;
}
