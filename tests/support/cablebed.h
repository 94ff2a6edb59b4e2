/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CABLEBED_H
#define SUPPORT_CABLEBED_H

/*
 * cablebed.h - one cable between two boxes that remember what arrives
 */

#include "catch_box.h"

struct cablebed {
	struct mem mem;
	struct world *w;
	struct catch_box a, b;
	struct cable *cable;
};

/* Lay a cable between boxes with room for @room frames each. */
void cablebed_init(struct cablebed *bed, const struct cable_params *p,
		   size_t room);

/* All is given back, or the test fails. */
void cablebed_fini(struct cablebed *bed);

/* A numbered frame of @len octets from a to b. */
void cablebed_send(struct cablebed *bed, uint32_t number, size_t len);

/*
 * Send @count numbered frames of 60 octets, @gap_ns apart, and wait until all
 * have arrived or are lost.
 */
void cablebed_send_many(struct cablebed *bed, uint32_t count, uint64_t gap_ns);

/* What the cable counted from a to b. */
const struct cable_stats *cablebed_stats(const struct cablebed *bed);

#endif /* SUPPORT_CABLEBED_H */
