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
#include "base/heap.h"
#include "base/mem.h"
#include "base/wheel.h"

/* Runs @fn in a process of its own; returns whether that aborted. */
static bool is_fatal(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
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
	p.poison = true;
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

static bool never_before(const struct heap_node *a, const struct heap_node *b)
{
	(void)a;
	(void)b;
	return false;
}

static void add_twice(void)
{
	struct heap_node n = {0};
	struct mem m;
	struct heap h;

	mem_init_libc(&m);
	heap_init(&h, &m, never_before);
	if (heap_add(&h, &n) == 0)
		(void)heap_add(&h, &n);
}

static void a_node_is_in_one_heap_once(void **state)
{
	(void)state;
	assert_true(is_fatal(add_twice));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_invariant_ends_the_program),
		cmocka_unit_test(misuse_of_memory_is_found),
		cmocka_unit_test(a_node_is_in_one_heap_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
