/* The key of all hash tables: random, and there before anything is hashed. */
#include "sflow/hash.h"
#include "tests/sflow/unit.h"

#include <sys/wait.h>
#include <unistd.h>

/* What the key was when this program's own constructors ran, and so before main(). */
static uint64_t early[2];

__attribute__((constructor(65535))) static void
look_early(void)
{
	memcpy(early, hash_key, sizeof(early));
}

static void
the_key_is_made_before_the_program_begins(void **state)
{
	(void)state;
	assert_true(hash_key[0] != 0 && hash_key[1] != 0);
	assert_memory_equal(early, hash_key, sizeof(early));
}

/* The key of another run of this program. */
static void
key_of_another_run(uint64_t key[2])
{
	int pipes[2], status;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execl("/proc/self/exe", "test_hash", "key", (char *)NULL);
		_exit(1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], key, 2 * sizeof(key[0])), 2 * sizeof(key[0]));
	close(pipes[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
each_run_has_another_key(void **state)
{
	uint64_t one[2], two[2];

	(void)state;
	key_of_another_run(one);
	key_of_another_run(two);
	assert_memory_not_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, hash_key, sizeof(one));
}

static void
what_is_hashed_depends_on_the_key(void **state)
{
	uint64_t was = hash_key[0];
	unsigned before = keyed_hash("agent", 5);

	(void)state;
	hash_key[0] ^= 1;
	assert_int_not_equal(keyed_hash("agent", 5), before);
	hash_key[0] = was;
	assert_int_equal(keyed_hash("agent", 5), before);
	assert_int_not_equal(keyed_hash("agenu", 5), before);
}

/* Of those in whole words as of those behind them. */
static void
every_byte_counts(void **state)
{
	uint8_t bytes[21] = {0};
	uint64_t before;
	size_t len, i;

	(void)state;
	for (len = 1; len <= sizeof(bytes); len++) {
		before = keyed_hash_64(bytes, len);
		assert_true(before != keyed_hash_64(bytes, len - 1));
		for (i = 0; i < len; i++) {
			bytes[i] = 1;
			assert_true(before != keyed_hash_64(bytes, len));
			bytes[i] = 0;
		}
		assert_true(before == keyed_hash_64(bytes, len));
		assert_int_equal(keyed_hash(bytes, len), (unsigned)before);
	}
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_key_is_made_before_the_program_begins),
	    cmocka_unit_test(each_run_has_another_key),
	    cmocka_unit_test(what_is_hashed_depends_on_the_key),
	    cmocka_unit_test(every_byte_counts),
	};

	if (argc == 2 && strcmp(argv[1], "key") == 0)
		return write(STDOUT_FILENO, hash_key, sizeof(hash_key)) !=
		       sizeof(hash_key);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
