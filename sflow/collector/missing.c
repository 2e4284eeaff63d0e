#include "sflow/collector/missing.h"

#include "sflow/collector/arrival.h"

/* Returns how many of the older ones have been missing for long enough: they went missing
 * one by one. */
static uint32_t
settle(struct pending *p, uint32_t age_ms)
{
	uint64_t due = (uint64_t)p->older_all * age_ms / OVERTAKEN_MS;
	uint32_t gone = p->older_all - p->older, lost;

	if (due <= gone)
		return 0;
	lost = (uint32_t)due - gone;
	p->older -= lost;
	return lost;
}

/* The newer ones are the older now. Returns how many of these are lost. */
static uint32_t
rotate(struct pending *p, bool all)
{
	uint32_t lost = p->older + (all ? p->newer : 0);

	p->older = p->older_all = all ? 0 : p->newer;
	p->newer = 0;
	return lost;
}

static bool
is_any_pending(const struct missing *m)
{
	return (m->datagrams.newer | m->datagrams.older | m->samples.newer |
	        m->samples.older) != 0;
}

/* Called before the first one is pending. */
static void
begin_pending(struct missing *m, const struct datagram_clock *last)
{
	m->boundary = last->sequence;
	m->rotated_ms = (uint32_t)last->arrival_ms;
}

void
missing_pass(struct missing *m, const struct datagram_clock *last, int64_t now,
             struct arrived *arrived)
{
	uint32_t age_ms = (uint32_t)now - m->rotated_ms;
	bool all = now - last->arrival_ms >= OVERTAKEN_MS;

	if (!is_any_pending(m))
		return;
	if (age_ms < OVERTAKEN_MS) {
		arrived->lost += settle(&m->datagrams, age_ms);
		arrived->samples_lost += settle(&m->samples, age_ms);
		return;
	}
	arrived->lost += rotate(&m->datagrams, all);
	arrived->samples_lost += rotate(&m->samples, all);
	m->boundary = last->sequence;
	m->rotated_ms = (uint32_t)now;
}

void
missing_add(struct missing *m, const struct datagram_clock *last, uint32_t datagrams)
{
	if (!is_any_pending(m))
		begin_pending(m, last);
	m->count += datagrams;
	m->datagrams.newer += datagrams;
}

void
missing_found(struct missing *m, uint32_t sequence)
{
	bool newer = (int32_t)(sequence - m->boundary) > 0;

	m->found = true;
	m->count -= m->count > 0;
	if (newer && m->datagrams.newer > 0)
		m->datagrams.newer--;
	else if (m->datagrams.older > 0)
		m->datagrams.older--;
}

void
missing_add_samples(struct missing *m, const struct datagram_clock *last,
                    uint32_t samples)
{
	if (!is_any_pending(m))
		begin_pending(m, last);
	m->samples.newer += samples;
}

void
missing_found_sample(struct missing *m)
{
	if (!m->found)
		return;
	if (m->samples.newer > 0)
		m->samples.newer--;
	else if (m->samples.older > 0)
		m->samples.older--;
}
