// SPDX-License-Identifier: MIT
/*
 * clock.c - the operating system's clocks
 *
 * Both clocks exist on every Linux that weft runs on, so that reading them
 * cannot fail; check() says so.
 */

#include "os/clock.h"

#include <time.h>

#include "base/check.h"

#include "core/env.h"

static uint64_t read_clock(clockid_t id)
{
	struct timespec ts;

	check(clock_gettime(id, &ts) == 0);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t os_clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t os_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}
