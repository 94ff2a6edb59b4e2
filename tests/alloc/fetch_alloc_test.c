// SPDX-License-Identifier: MIT
/*
 * fetch_alloc_test.c - a TCP transfer through switch and router, short of
 * memory
 *
 * Listening, connecting, accepting, sending more than one window, closing and
 * TIME-WAIT: whatever allocation fails, the calls return, and nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "homenet.h"

enum { FETCH_OCTETS = 20000 };

static bool scenario(struct mem *mem, void *arg)
{
	struct homenet n;
	bool is_whole;

	(void)arg;
	is_whole = homenet_build(&n, mem) && homenet_fetch(&n, FETCH_OCTETS);
	check(homenet_free(&n) == 0);
	return is_whole;
}

static void transfer_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 40);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transfer_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
