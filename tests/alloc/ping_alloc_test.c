// SPDX-License-Identifier: MIT
/*
 * ping_alloc_test.c - a ping through switch and router, short of memory
 *
 * The scenario builds a network with a log, pings once, and takes it down.  It
 * touches worlds, cables, the switch's table, stacks, ARP on three links,
 * routes, forwarding, fragments and ICMP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "homenet.h"

enum { PING_OCTETS = 3000 }; /* larger than a frame: fragments */

static bool scenario(struct mem *mem, void *arg)
{
	struct homenet n;
	bool is_answered;

	(void)arg;
	is_answered = homenet_build(&n, mem) && homenet_ping(&n, PING_OCTETS);
	check(homenet_free(&n) == 0);
	return is_answered;
}

static void ping_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 20);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ping_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
