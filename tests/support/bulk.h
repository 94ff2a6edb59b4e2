/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_BULK_H
#define SUPPORT_BULK_H

/*
 * bulk.h - two streams over one cable, checked octet by octet
 *
 * One end connects and sends @octets, the other half as many; both close when
 * they have sent all.  Whatever the cable does, every octet must arrive, in
 * order, and when 2MSL is over nothing must be left of it.
 */

#include <stdint.h>

#include "vnet/cable.h"

/**
 * bulk_run() - Do all that, and fail the test if it does not hold
 * @cable:	Both directions of it
 * @seed:	Of the world
 * @octets:	To send
 *
 * Return: milliseconds of virtual time it took; 0 if the cable was so bad that
 * they never came to be connected
 */
uint64_t bulk_run(const struct cable_params *cable, uint64_t seed,
		  uint64_t octets);

/* The same with a congestion control algorithm at both ends; NULL: the usual. */
uint64_t bulk_run_with(const char *algorithm, const struct cable_params *cable,
		       uint64_t seed, uint64_t octets);

#endif /* SUPPORT_BULK_H */
