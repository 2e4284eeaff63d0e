/* replay_NAME - runs a fuzz target without libFuzzer.
 *
 *   replay_NAME [FILE|FOLDER...]              runs each input; speaks TAP
 *   replay_NAME --mutate N SEED [FOLDER...]   runs N random mutations of them,
 *                                             the same ones for the same SEED
 *
 * Without a folder, the target's corpus in the source tree. A broken rule aborts; in
 * the second form the input is left in the file mutant.bin. What a sanitizer
 * finds leaves it, too, where ASAN_OPTIONS and UBSAN_OPTIONS have
 * abort_on_error=1.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MOST 16384
#define INPUTS_MOST 4096
#define PATH_SIZE 4096

struct input {
	uint8_t *bytes;
	size_t len;
};

static struct input inputs[INPUTS_MOST];
static size_t input_count;
static struct input mutant; /* what runs now */

/* Inputs ------------------------------------------------------------------ */

static void
read_input(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct input *input = &inputs[input_count];

	if (file == NULL || input_count == INPUTS_MOST) {
		fprintf(stderr, "replay: %s can't be read\n", path);
		exit(1);
	}
	input->bytes = malloc(INPUT_MOST);
	if (input->bytes == NULL)
		abort();
	input->len = fread(input->bytes, 1, INPUT_MOST, file);
	fclose(file);
	input_count++;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
read_folder(const char *folder)
{
	char path[PATH_SIZE];
	struct dirent **entries;
	int i, count = scandir(folder, &entries, is_visible, by_name);

	if (count < 0) {
		fprintf(stderr, "replay: %s can't be read\n", folder);
		exit(1);
	}
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		read_input(path);
		free(entries[i]);
	}
	free(entries);
}

static void
read_path(const char *path)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		read_folder(path);
	else
		read_input(path);
}

static void
free_inputs(void)
{
	while (input_count > 0)
		free(inputs[--input_count].bytes);
}

/* In a block of just its size. */
static void
run_input(const uint8_t *bytes, size_t len)
{
	uint8_t *block = malloc(len + 1);

	if (block == NULL)
		abort();
	memcpy(block + 1, bytes, len);
	LLVMFuzzerTestOneInput(block + 1, len);
	free(block);
}

static int
replay(char **paths, int count)
{
	size_t i;
	int n;

	printf("1..%d\n", count);
	for (n = 0; n < count; n++) {
		read_path(paths[n]);
		for (i = 0; i < input_count; i++)
			run_input(inputs[i].bytes, inputs[i].len);
		printf("%s %d - %zu inputs of %s\n", input_count > 0 ? "ok" : "not ok",
		       n + 1, input_count, paths[n]);
		free_inputs();
	}
	return 0;
}

/* Mutations ----------------------------------------------------------------- */

static uint64_t random_state;

/* xorshift64*: not good, but the same everywhere. */
static uint32_t
random_below(size_t bound)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * UINT64_C(0x2545f4914f6cdd1d) >> 33) % bound);
}

/* A word that the parser cares about, somewhere: over what is there, or between
 * it. */
static void
put_word(struct input *m, bool between)
{
	uint8_t word[FUZZ_WORD];
	size_t len = fuzz_word(random_below(UINT32_MAX), word), at;

	if (len > m->len || (between && len > INPUT_MOST - m->len))
		return;
	at = random_below(m->len - len + 1);
	if (between) {
		memmove(m->bytes + at + len, m->bytes + at, m->len - at);
		m->len += len;
	}
	memcpy(m->bytes + at, word, len);
}

static void
cut_out(struct input *m)
{
	size_t at = random_below(m->len), len = random_below(64) + 1;

	if (len > m->len - at)
		len = m->len - at;
	memmove(m->bytes + at, m->bytes + at + len, m->len - at - len);
	m->len -= len;
}

/* Puts a piece of another input in. */
static void
splice(struct input *m)
{
	const struct input *from = &inputs[random_below(input_count)];
	size_t at = random_below(m->len), start, len;

	if (from->len == 0)
		return;
	start = random_below(from->len);
	len = random_below(from->len - start) + 1;
	if (len > INPUT_MOST - m->len)
		return;
	memmove(m->bytes + at + len, m->bytes + at, m->len - at);
	memcpy(m->bytes + at, from->bytes + start, len);
	m->len += len;
}

/* The same once more: of datagrams with other counters are made deltas. Inputs may
 * begin with a byte of options. */
static void
repeat(struct input *m)
{
	if (2 * m->len > INPUT_MOST || m->len < 2)
		return;
	memcpy(m->bytes + m->len, m->bytes + 1, m->len - 1);
	m->len = 2 * m->len - 1;
}

static void
mutate(struct input *m)
{
	size_t times = random_below(6) + 1;

	while (times-- > 0 && m->len > 0) {
		uint8_t *at = m->bytes + random_below(m->len);

		switch (random_below(9)) {
		case 0:
			*at ^= (uint8_t)(1 << random_below(8));
			break;
		case 1:
			*at = (uint8_t)random_below(256);
			break;
		case 2:
		case 3:
			put_word(m, false);
			break;
		case 4:
			cut_out(m);
			break;
		case 5:
			splice(m);
			break;
		case 6:
			repeat(m);
			break;
		case 7:
			put_word(m, true);
			break;
		default:
			m->len = random_below(m->len) + 1;
			break;
		}
	}
}

static void
keep_mutant(int signal_number)
{
	int file = open("mutant.bin", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (file >= 0) {
		(void)!write(file, mutant.bytes, mutant.len);
		close(file);
	}
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void
run_mutants(unsigned long count)
{
	unsigned long i;

	mutant.bytes = malloc(INPUT_MOST);
	if (mutant.bytes == NULL)
		abort();
	signal(SIGABRT, keep_mutant);
	for (i = 1; i <= count; i++) {
		const struct input *from = &inputs[random_below(input_count)];

		memcpy(mutant.bytes, from->bytes, from->len);
		mutant.len = from->len;
		mutate(&mutant);
		run_input(mutant.bytes, mutant.len);
		if (i % 1000000 == 0)
			fprintf(stderr, "# %lu mutants\n", i);
	}
	free(mutant.bytes);
	printf("1..1\nok 1 - %lu mutants of %zu inputs\n", count, input_count);
}

int
main(int argc, char **argv)
{
	bool mutating = argc >= 4 && strcmp(argv[1], "--mutate") == 0;
	const char *top = getenv("abs_top_srcdir");
	char corpus[PATH_SIZE], *standard[] = {corpus};
	int first = mutating ? 4 : 1, count = argc - first, i;
	char **paths = count > 0 ? argv + first : standard;

	snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s",
	         top == NULL ? "." : top, fuzz_name);
	if (count == 0)
		count = 1;
	if (!mutating)
		return replay(paths, count);
	for (i = 0; i < count; i++)
		read_path(paths[i]);
	random_state = strtoull(argv[3], NULL, 10) + 1;
	if (input_count == 0)
		return 1;
	run_mutants(strtoul(argv[2], NULL, 10));
	free_inputs();
	return 0;
}
