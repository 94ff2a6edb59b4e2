// SPDX-License-Identifier: MIT
/* check_test.c - what must not be is the end of the program */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/wheel.h"

/* What a check that does not hold ends the program by: see base/check.h. */
#if !defined(WEFT_SMALL)
#define DEATH SIGABRT
#elif defined(__x86_64__) || defined(__i386__)
#define DEATH SIGILL
#else
#define DEATH SIGTRAP
#endif

/* Runs @fn in a process of its own; returns whether that ended so. */
static bool is_fatal(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		signal(DEATH, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == DEATH;
}

static void check_false(void)
{
	check(1 + 1 == 3);
}

static void check_true(void)
{
	check(1 + 1 == 2);
}

static void a_broken_invariant_ends_the_program(void **state)
{
	(void)state;
	assert_true(is_fatal(check_false));
	assert_false(is_fatal(check_true));
}

static void free_what_never_was(void)
{
	struct mem m;
	char c;

	mem_init_libc(&m);
	mem_free(&m, &c, 1);
}

static void put_what_is_not_out(void)
{
	struct mem m;
	struct pool p;
	char c[64];

	mem_init_libc(&m);
	pool_init(&p, &m, "test", sizeof(c), 0);
	pool_put(&p, c);
}

static void write_after_put(void)
{
	struct mem m;
	struct pool p;
	uint8_t *a;

	mem_init_libc(&m);
	m.has_no_slabs = false;
	pool_init(&p, &m, "test", 64, 0);
	pool_set_poison(&p, true);
	(void)pool_get(&p);
	a = pool_get(&p);
	pool_put(&p, a);
	a[40] = 1;
	(void)pool_get(&p);
}

static void misuse_of_memory_is_found(void **state)
{
	(void)state;
	assert_true(is_fatal(free_what_never_was));
	assert_true(is_fatal(put_what_is_not_out));
	assert_true(is_fatal(write_after_put));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_invariant_ends_the_program),
		cmocka_unit_test(misuse_of_memory_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
