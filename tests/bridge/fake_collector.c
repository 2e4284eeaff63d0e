#include "tests/bridge/fake_collector.h"

#include <stdio.h>
#include <string.h>

#include "tests/sflow/unit.h"

struct collector fake;
const struct config *fake_config;

/* In place of the collector's ---------------------------------------------------------------- */

void
collector_set_wall(struct collector *c, int64_t offset_ms)
{
	c->wall_ms = offset_ms;
}

static bool
is_there(const struct collector *c, const struct collector_saved *key)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (memcmp(&c->host[i].agent, &key->agent, sizeof(key->agent)) == 0 &&
		    c->host[i].machine == key->machine &&
		    c->host[i].sub_agent == key->sub_agent &&
		    c->host[i].source_class == key->source_class &&
		    c->host[i].source_index == key->source_index)
			return true;
	return false;
}

int
collector_restore(struct collector *c, const struct collector_saved *saved, int64_t now)
{
	(void)now;
	assert_true(fake_locked);
	if (c->count == HOSTS || is_there(c, saved) ||
	    (saved->started_s < HOSTS && c->refuses[saved->started_s])) {
		c->refused++;
		return -1;
	}
	c->restored++;
	c->host[c->count++] = *saved;
	return 0;
}

size_t
collector_save(struct collector *c, struct collector_saved *saved, size_t room)
{
	size_t i, n = 0;

	assert_true(fake_locked);
	for (i = 0; i < c->count && n < room; i++)
		if (c->unsaved[i]) {
			c->unsaved[i] = false;
			saved[n++] = c->host[i];
		}
	atomic_fetch_add(&c->saves, 1);
	return n;
}

void
collector_unsaved(struct collector *c)
{
	size_t i;

	assert_true(fake_locked);
	for (i = 0; i < c->count; i++)
		c->unsaved[i] = !c->host[i].gone;
}

struct store *
collector_store(struct collector *c)
{
	return c->store;
}

size_t
collector_renamings(const struct collector *c, struct collector_renaming *list,
                    size_t room)
{
	assert_true(fake_locked);
	if (room > c->renamings)
		room = c->renamings;
	if (room > 0)
		memcpy(list, c->renaming, room * sizeof(list[0]));
	return c->renamings;
}

uint64_t
collector_renamings_version(const struct collector *c)
{
	assert_true(fake_locked);
	return c->version;
}

int
collector_restore_renaming(struct collector *c,
                           const struct collector_renaming *renaming)
{
	assert_true(fake_locked);
	assert_int_equal(c->restored, 0); /* before the hosts */
	c->renaming[c->renamings++] = *renaming;
	c->version++;
	return 0;
}

/* For tests -------------------------------------------------------------------------- */

void
fake_restart(void)
{
	store_free(fake.store);
	memset(&fake, 0, sizeof(fake));
	fake.store = store_new(1, 1);
	assert_non_null(fake.store);
}

int
fake_begin(void **state)
{
	(void)state;
	fake_restart();
	atomic_store(&fake_now, NOW);
	return fake_folder();
}

int
fake_end(void **state)
{
	(void)state;
	store_free(fake.store);
	fake.store = NULL;
	return fake_folder_remove();
}

struct collector_saved *
fake_host(bool machine)
{
	struct collector_saved *s = &fake.host[fake.count];
	unsigned i = (unsigned)fake.count;

	assert_true(fake.count < HOSTS);
	memset(s, 0, sizeof(*s));
	assert_int_equal(address_parse(i % 2 ? "2001:db8::7" : "10.0.0.7", &s->agent),
	                 0);
	s->agent.bytes[1] = (uint8_t)i;
	s->agent.bytes[2] = (uint8_t)(i >> 8);
	s->machine = machine;
	if (machine) {
		s->sub_agent = 4000000000 + i;
		s->source_class = 3;
		s->source_index = 3000000000 + i;
		memset(s->uuid, (int)(i + 1), sizeof(s->uuid));
	}
	snprintf(s->name, sizeof(s->name), "called%u", i);
	snprintf(s->shown, sizeof(s->shown), "shown-%u.example", i);
	s->first_ms = WALL - 1000000000 - i;
	s->heard_ms = WALL - 1000 - i;
	s->started_s = i + 1;
	s->interval_ms = 30000 + i;
	s->jitter_ms = 100 + i;
	s->loss = 1.0 / (i + 3);
	s->down = i % 3 == 0;
	fake.unsaved[fake.count++] = true;
	return s;
}

struct state *
fake_open(void)
{
	return fake_open_with(&database_migrations);
}

struct state *
fake_open_with(const struct database_migrations *migrations)
{
	struct state *state =
	    state_open(fake_path, migrations, &fake, fake_config, NOW, WALL - NOW);

	assert_non_null(state);
	assert_int_equal(fake.wall_ms, WALL - NOW);
	return state;
}

void
assert_same(const struct collector_saved *a, const struct collector_saved *b)
{
	assert_int_equal(a->machine, b->machine);
	assert_int_equal(a->sub_agent, b->sub_agent);
	assert_int_equal(a->source_class, b->source_class);
	assert_int_equal(a->source_index, b->source_index);
	assert_memory_equal(a->uuid, b->uuid, sizeof(a->uuid));
	assert_memory_equal(&a->agent, &b->agent, sizeof(a->agent));
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->shown, b->shown);
	assert_int_equal(a->first_ms, b->first_ms);
	assert_int_equal(a->heard_ms, b->heard_ms);
	assert_int_equal(a->started_s, b->started_s);
	assert_int_equal(a->interval_ms, b->interval_ms);
	assert_int_equal(a->jitter_ms, b->jitter_ms);
	assert_true(a->loss == b->loss);
	assert_int_equal(a->down, b->down);
	assert_false(a->gone || b->gone);
}

const struct collector_saved *
fake_find(uint32_t started_s)
{
	size_t i;

	for (i = 0; i < fake.count; i++)
		if (fake.host[i].started_s == started_s)
			return &fake.host[i];
	return NULL;
}

void
fake_hosts(unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		fake_host(i % 3 == 2);
}

void
fake_file(unsigned hosts)
{
	struct state *s = fake_open();

	fake_hosts(hosts);
	assert_int_equal(state_save_round(s, NOW), 0);
	state_close(s);
	fake_restart();
	fake_lines = 0;
}

long long
fake_rows(void)
{
	return fake_sql(fake_path, "SELECT count(*) FROM hosts");
}
