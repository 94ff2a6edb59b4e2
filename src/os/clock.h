/* SPDX-License-Identifier: MIT */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

/*
 * clock.h - the operating system's clocks
 */

#include <stdint.h>

/* Nanoseconds since some time in the past; never goes back, is never set. */
uint64_t os_clock_ns(void);

/* Nanoseconds since 1970-01-01 00:00 UTC, as far as the system knows. */
uint64_t os_wall_ns(void);

#endif /* OS_CLOCK_H */
