/* What is written when only changes are: each file has to have the same in it as if
 * each value of each step were. RRDtool is simulated: a value counts for all of the
 * time since the update before, and for none of it where that is longer than eight
 * steps. */
#include "tests/sflow/unit.h"

#include <stdlib.h>

#include "gmetad-bridge/steps/step_plan.h"

#define STEP_S 15
#define HEARTBEAT_S (8 * STEP_S)
#define BEGIN_S UINT32_C(1600000200)
#define STEPS_MOST 4000
#define OTHERS_FLAG 0x80000000u

/* A file: what each step has, and the time of its last update. */
struct file {
	double steps[STEPS_MOST];
	uint32_t last_s;
	unsigned updates;
};

/* A value that is looked at once a step, and the file that comes of it. */
struct writer {
	enum rrd_write write;
	struct step_mark mark;
	struct file file;
};

/* The same with all values, and with changes. */
struct pair {
	struct writer always, changed;
	uint32_t before_s; /* the last step */
	uint32_t time_s;   /* the clock */
	unsigned step_s;
};

static size_t
number_of(uint32_t time_s)
{
	size_t n = (time_s - BEGIN_S) / STEP_S;

	assert_true(time_s >= BEGIN_S && n < STEPS_MOST);
	return n;
}

static void
update(struct file *file, uint32_t time_s, double number)
{
	uint32_t since_s = file->last_s != 0 ? time_s - file->last_s : STEP_S;
	uint32_t at;

	assert_true(time_s > file->last_s); /* else RRDtool refuses it */
	assert_int_equal(time_s % STEP_S, 0);
	for (at = time_s - since_s + STEP_S; at <= time_s; at += STEP_S)
		file->steps[number_of(at)] =
		    since_s <= HEARTBEAT_S ? number : (double)NAN;
	file->last_s = time_s;
	file->updates++;
}

static void
carry_out(struct writer *w, const struct step_plan *plan, const struct pair *p,
          double number)
{
	if (plan->before)
		update(&w->file, plan->before_s, plan->number_before);
	if (plan->now)
		update(&w->file, p->time_s, number);
	assert_int_equal(w->mark.flags & OTHERS_FLAG, OTHERS_FLAG);
}

static void
value_stays(struct writer *w, const struct pair *p, double number)
{
	struct step_plan plan =
	    step_value(&w->mark, number, w->write, p->before_s, p->time_s, p->step_s);

	carry_out(w, &plan, p, number);
}

static void
value_ends(struct writer *w, const struct pair *p)
{
	struct step_plan plan;

	if (w->mark.time_s == 0)
		return;
	plan = step_last(&w->mark, p->before_s, p->step_s);
	assert_false(plan.now);
	carry_out(w, &plan, p, 0);
}

enum sight { THERE, MISSING, DOWN };

/* A step, as the daemon takes them: none where the clock did not go on. */
static void
look(struct pair *p, enum sight sight, double number)
{
	struct writer *both[] = {&p->always, &p->changed};
	size_t i;

	if (p->time_s <= p->before_s)
		return;
	for (i = 0; i < COUNT_OF(both); i++)
		if (sight == THERE)
			value_stays(both[i], p, number);
		else if (sight == DOWN)
			value_ends(both[i], p);
	p->before_s = p->time_s;
}

/* The next step. */
static void
step(struct pair *p, enum sight sight, double number)
{
	p->time_s += STEP_S;
	look(p, sight, number);
}

static void
steps(struct pair *p, size_t count, enum sight sight, double number)
{
	while (count-- > 0)
		step(p, sight, number);
}

static struct pair *
new_pair(void)
{
	struct pair *p = calloc(1, sizeof(*p));
	size_t i;

	assert_non_null(p);
	p->always.write = RRD_ALWAYS;
	p->changed.write = RRD_CHANGED;
	p->always.mark.flags = p->changed.mark.flags = OTHERS_FLAG;
	p->time_s = BEGIN_S;
	p->step_s = STEP_S;
	for (i = 0; i < STEPS_MOST; i++)
		p->always.file.steps[i] = p->changed.file.steps[i] = (double)NAN;
	return p;
}

/* Both files have the same up to where both are written. */
static void
compare(const struct pair *p)
{
	const struct file *a = &p->always.file, *c = &p->changed.file;
	uint32_t at;

	assert_true(c->last_s <= a->last_s);
	assert_true(a->last_s - c->last_s < HEARTBEAT_S || c->last_s == 0 ||
	            p->always.write != RRD_ALWAYS);
	for (at = BEGIN_S; at <= c->last_s; at += STEP_S) {
		double is = c->steps[number_of(at)];
		double should_be = a->steps[number_of(at)];

		if (isnan(is) ? !isnan(should_be) : is != should_be)
			fail_msg("step %zu is %g, not %g", number_of(at), is,
			         should_be);
	}
}

/* The program ends: nothing is left. */
static void
end(struct pair *p)
{
	compare(p);
	value_ends(&p->always, p);
	value_ends(&p->changed, p);
	compare(p);
	assert_int_equal(p->changed.file.last_s, p->always.file.last_s);
	free(p);
}

/* Tests ----------------------------------------------------------------------------- */

static void
what_stays_is_written_every_sixth_time(void **state)
{
	struct pair *p = new_pair();

	(void)state;
	steps(p, 61, THERE, 5);
	assert_int_equal(p->always.file.updates, 61);
	assert_int_equal(p->changed.file.updates, 11);
	end(p);
}

static void
what_changes_each_time_is_written_each_time(void **state)
{
	struct pair *p = new_pair();
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		step(p, THERE, i);
		assert_int_equal(p->changed.file.last_s, p->time_s);
	}
	assert_int_equal(p->changed.file.updates, 100);
	end(p);
}

/* As long as it stayed, so long the old value counts, and no longer. */
static void
what_changes_after_it_stayed_is_written_twice(void **state)
{
	unsigned stays;

	(void)state;
	for (stays = 1; stays < 20; stays++) {
		struct pair *p = new_pair();

		steps(p, stays, THERE, 1);
		step(p, THERE, 2);
		assert_near(p->changed.file.steps[number_of(p->time_s)], 2);
		assert_near(p->changed.file.steps[number_of(p->time_s) - 1], 1);
		assert_int_equal(p->changed.file.last_s, p->time_s);
		steps(p, stays, THERE, 1);
		end(p);
	}
}

static void
first_value_is_written_at_once(void **state)
{
	struct pair *p = new_pair();

	(void)state;
	steps(p, 3, MISSING, 0);
	step(p, THERE, 0); /* as the mark's number is, too */
	assert_int_equal(p->changed.file.updates, 1);
	assert_int_equal(p->changed.file.last_s, p->time_s);
	end(p);
}

static void
host_that_goes_down_and_comes_back(void **state)
{
	unsigned before, down;

	(void)state;
	for (before = 1; before < 14; before++)
		for (down = 1; down < 14; down++) {
			struct pair *p = new_pair();

			steps(p, before, THERE, 1);
			step(p, DOWN, 0);
			compare(p);
			assert_int_equal(p->changed.file.last_s, p->always.file.last_s);
			steps(p, down - 1, DOWN, 0);
			steps(p, before, THERE, before % 2);
			end(p);
		}
}

static void
metric_that_goes_and_comes_back(void **state)
{
	unsigned before, away, then;

	(void)state;
	for (before = 1; before < 14; before++)
		for (away = 1; away < 14; away++)
			for (then = 1; then < 3; then++) {
				struct pair *p = new_pair();

				steps(p, before, THERE, 1);
				steps(p, away, MISSING, 0);
				steps(p, 3, THERE, then);
				compare(p);
				steps(p, 3, THERE, 3);
				end(p);
			}
}

static void
metric_that_goes_before_its_host_is_down(void **state)
{
	unsigned before, away;

	(void)state;
	for (before = 1; before < 14; before++)
		for (away = 1; away < 14; away++) {
			struct pair *p = new_pair();

			steps(p, before, THERE, 1);
			steps(p, away, MISSING, 0);
			steps(p, 2, DOWN, 0);
			assert_int_equal(p->changed.file.last_s, p->always.file.last_s);
			steps(p, 3, THERE, 2);
			end(p);
		}
}

/* A step that takes longer than one leaves some out. */
static void
steps_that_are_missed(void **state)
{
	unsigned before, missed, then;

	(void)state;
	for (before = 1; before < 14; before++)
		for (missed = 1; missed < 14; missed++)
			for (then = 1; then < 3; then++) {
				struct pair *p = new_pair();

				steps(p, before, THERE, 1);
				p->time_s += missed * STEP_S;
				steps(p, 7, THERE, then);
				compare(p);
				p->time_s += missed * STEP_S;
				steps(p, 2, THERE, 1);
				end(p);
			}
}

static void
clock_that_is_set_back(void **state)
{
	unsigned before, after;

	(void)state;
	for (before = 1; before < 14; before++)
		for (after = 1; after < 14; after++) {
			struct pair *p = new_pair();
			uint32_t latest;

			steps(p, before, THERE, 1);
			latest = p->time_s;
			p->time_s -= STEP_S * (before < 9 ? before : 9);
			while (p->time_s <= latest)
				step(p, THERE, 2);
			steps(p, after, THERE, 1);
			end(p);
		}
}

static void
clock_that_is_set_forward_by_an_hour(void **state)
{
	unsigned before;

	(void)state;
	for (before = 1; before < 14; before++) {
		struct pair *p = new_pair();

		steps(p, before, THERE, 1);
		p->time_s += 3600;
		steps(p, before, THERE, 1);
		p->time_s += 3600;
		steps(p, before, THERE, 2);
		end(p);
	}
}

static void
choice_that_is_changed_meanwhile(void **state)
{
	unsigned before;

	(void)state;
	for (before = 1; before < 14; before++) {
		struct pair *p = new_pair();

		steps(p, before, THERE, 1);
		p->changed.write = RRD_ALWAYS;
		steps(p, before, THERE, before % 2);
		p->changed.write = RRD_CHANGED;
		steps(p, before, THERE, 1);
		end(p);
	}
}

/* With another step the files are others; nothing is written that is later than the
 * clock, for after that RRDtool would refuse all up to then. */
static void
step_that_is_changed_writes_nothing_ahead_of_time(void **state)
{
	unsigned before;

	(void)state;
	for (before = 1; before < 8; before++) {
		struct pair *p = new_pair();

		steps(p, before, THERE, 1);
		p->step_s = 60;
		p->time_s += 60 - p->time_s % 60;
		look(p, THERE, 2);
		assert_true(p->changed.file.last_s == p->time_s);
		value_ends(&p->changed, p);
		assert_true(p->changed.file.last_s <= p->time_s);
		free(p);
	}
}

/* Whatever happens, in any order. */
static void
random_step(struct pair *p)
{
	static double number;
	int what = rand() % 100;

	if (rand() % 4 == 0)
		number = rand() % 3;
	if (what < 3)
		p->time_s += STEP_S * (uint32_t)(rand() % 12);
	else if (what < 6 && p->time_s > BEGIN_S + 12 * STEP_S)
		p->time_s -= STEP_S * (uint32_t)(rand() % 12);
	else if (what < 8)
		p->changed.write = rand() % 2 ? RRD_CHANGED : RRD_ALWAYS;
	if (what < 20)
		steps(p, (size_t)(rand() % 12), MISSING, 0);
	else if (what < 30)
		steps(p, (size_t)(rand() % 12), DOWN, 0);
	else
		steps(p, (size_t)(rand() % 12), THERE, number);
	compare(p);
}

static void
whatever_happens_the_files_are_the_same(void **state)
{
	int series, i;

	(void)state;
	srand(1);
	for (series = 0; series < 300; series++) {
		struct pair *p = new_pair();

		for (i = 0; i < 100; i++)
			random_step(p);
		end(p);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_stays_is_written_every_sixth_time),
	    cmocka_unit_test(what_changes_each_time_is_written_each_time),
	    cmocka_unit_test(what_changes_after_it_stayed_is_written_twice),
	    cmocka_unit_test(first_value_is_written_at_once),
	    cmocka_unit_test(host_that_goes_down_and_comes_back),
	    cmocka_unit_test(metric_that_goes_and_comes_back),
	    cmocka_unit_test(metric_that_goes_before_its_host_is_down),
	    cmocka_unit_test(steps_that_are_missed),
	    cmocka_unit_test(clock_that_is_set_back),
	    cmocka_unit_test(clock_that_is_set_forward_by_an_hour),
	    cmocka_unit_test(choice_that_is_changed_meanwhile),
	    cmocka_unit_test(step_that_is_changed_writes_nothing_ahead_of_time),
	    cmocka_unit_test(whatever_happens_the_files_are_the_same),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
