/* What the paths are measured by: work of their kind, of none of their code. A list of
 * rows is walked over; the name of each is hashed, what it names is called, and the
 * number that comes of it becomes digits.
 *
 * It has to be as much work next to the paths, whoever compiles both. What gcc -O3 and
 * clang -O2 make of the paths differs from gcc -O2 by 2 %, in one case by 5. So no loop
 * here counts: each ends by what it finds, and is neither unrolled nor made of vectors.
 * Each step needs what the one before gave, and nothing is known before it runs. It
 * calls no C library, and takes no memory.
 */
#include "tests/bench/quick_paths.h"

#include <stddef.h>
#include <stdint.h>

#define ROWS 64
#define NAME 24

typedef uint32_t operation(uint32_t value, uint32_t with);

struct row {
	const struct row *next;
	operation *call;
	uint32_t with;
	char name[NAME];
};

static struct {
	struct row rows[ROWS];
	char digits[16];
	volatile uint32_t seed; /* which no compiler knows */
	volatile uint32_t result;
} reference = {.seed = 1};

static uint32_t
add(uint32_t value, uint32_t with)
{
	return value + with;
}

static uint32_t
mix(uint32_t value, uint32_t with)
{
	return (value ^ with) * UINT32_C(2654435761);
}

static uint32_t
differ(uint32_t value, uint32_t with)
{
	return value > with ? value - with : with - value;
}

/* Names of 8 to 23 letters. */
static void *
begin(void)
{
	static operation *const operations[] = {add, mix, differ};
	uint32_t random = reference.seed;
	struct row *row;
	size_t i, len;

	for (i = 0; i < ROWS; i++) {
		row = &reference.rows[i];
		if (i + 1 < ROWS)
			row->next = row + 1;
		row->call = operations[i % 3];
		for (len = 0; len < 8 + i % (NAME - 8); len++) {
			random = random * UINT32_C(1664525) + UINT32_C(1013904223);
			row->name[len] = (char)('a' + (random >> 24) % 26);
		}
		row->with = random;
	}
	return &reference;
}

/* FNV-1a. */
static uint32_t
hash(uint32_t value, const char *text)
{
	for (; *text != '\0'; text++)
		value = (value ^ (unsigned char)*text) * UINT32_C(16777619);
	return value;
}

static char *
print(uint32_t number)
{
	char *at = reference.digits + sizeof(reference.digits);

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return at;
}

static uint32_t
walk(uint32_t value, const struct row *row)
{
	for (; row != NULL; row = row->next) {
		value = row->call(hash(value, row->name), row->with);
		value += (unsigned char)*print(value);
	}
	return value;
}

static void
run(void *context)
{
	uint32_t value = reference.seed;

	(void)context;
	counting_on();
	value = walk(value, reference.rows);
	counting_off();
	reference.result = value;
}

static void
end(void *context)
{
	(void)context;
}

const struct path path_reference = {.name = "reference",
                                    .rounds = 100,
                                    .units = 1,
                                    .begin = begin,
                                    .round = run,
                                    .end = end};
