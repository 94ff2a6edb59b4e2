// SPDX-License-Identifier: MIT
/*
 * cable_fate.c - what becomes of a frame on the wire
 *
 * Theory of operation
 * ===================
 * A frame that starts is lost, or it is perhaps damaged, delayed and doubled,
 * each with its own probability, in this order.  A number is drawn only for
 * what the parameters ask for.
 *
 * Nothing is drawn at all for a faultless cable, and nothing is asked there.
 *
 * Damage is the matter of cable_bits.c.
 */

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "vnet/vnet_int.h"

#define FULL_FRAME  1538 /* octet times of the longest ordinary frame */
#define REORDER_MIN NS_PER_MS

/* Arrival with jitter: later frames do not overtake earlier ones. */
static uint64_t add_jitter(struct cable_half *half, uint64_t arrival_ns)
{
	uint64_t jitter = half->params.jitter_ns;

	if (!jitter)
		return arrival_ns;
	arrival_ns += (uint64_t)(rng_double(&half->rng) * (double)(jitter + 1));
	half->last_ns = max_u64(half->last_ns, arrival_ns);
	return half->last_ns;
}

static uint64_t maybe_hold_back(struct cable_half *half, struct pkt *pkt,
				uint64_t arrival_ns)
{
	const struct cable_params *p = &half->params;
	uint64_t by = p->reorder_ns;

	if (p->reorder <= 0 || !rng_chance(&half->rng, p->reorder))
		return arrival_ns;
	if (!by)
		by = max_u64(REORDER_MIN,
			     cable_octets_ns(half, 4 * FULL_FRAME));
	half->stats.reordered++;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_REORDER, pkt,
	      EVF_NUM("later_ns", by));
	return arrival_ns + by;
}

static void maybe_double(struct cable_half *half, struct pkt *pkt,
			 uint64_t arrival_ns)
{
	struct pkt *copy;

	if (half->params.dup <= 0 || !rng_chance(&half->rng, half->params.dup))
		return;
	copy = pkt_clone(pkt);
	if (!copy)
		return; /* the one it would double arrives all the same */
	half->stats.duplicated++;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_DUP, pkt,
	      EVF_NUM("len", pkt->len));
	cable_fly(half, copy, arrival_ns);
}

void cable_fate(struct cable_half *half, struct pkt *pkt, uint64_t arrival_ns)
{
	struct place *place = &half->cable->place;

	if (half->is_faultless) {
		cable_fly(half, pkt, arrival_ns);
		return;
	}
	if (half->params.loss > 0 &&
	    rng_chance(&half->rng, half->params.loss)) {
		half->stats.lost++;
		pkt_drop(place, pkt, DROP_cable_loss);
		return;
	}
	if (cable_corrupt(half, pkt)) {
		pkt_drop(place, pkt, DROP_no_memory);
		return;
	}
	arrival_ns = add_jitter(half, arrival_ns);
	arrival_ns = maybe_hold_back(half, pkt, arrival_ns);
	cable_fly(half, pkt, arrival_ns);
	maybe_double(half, pkt, arrival_ns);
}
