/* SPDX-License-Identifier: MIT */
#ifndef CORE_NETIF_HOT_H
#define CORE_NETIF_HOT_H

/*
 * netif_hot.h - the two doors of netif.c, for those through whom every frame
 *		 goes
 *
 * While nobody listens to events there is nothing to do but to count, and the
 * bodies stand here because a call costs as much again.  (Out 29 instructions
 * become 16, in 35 become 20; with a call in is 27.)
 */

#include "base/likely.h"

#include "core/env.h"
#include "core/netif.h"
#include "core/pkt.h"

/* As netif_transmit(). */
static inline int netif_transmit_hot(struct netif *netif, struct pkt *pkt)
{
	if (UNLIKELY(!netif->is_up || !netif->ops || netif->place->env->probe))
		return netif_transmit(netif, pkt);
	pkt->netif = netif;
	netif->stats.tx_frames++;
	netif->stats.tx_octets += pkt->len;
	return netif->ops->transmit(netif, pkt);
}

/* netif_input(), told and refused; the long way. */
void netif_input_far(struct netif *netif, struct pkt *pkt);

/* As netif_input(). */
static inline void netif_input_hot(struct netif *netif, struct pkt *pkt)
{
	struct env *env = netif->place->env;
	uint32_t outer = env->cause;

	if (UNLIKELY(!netif->is_up || env->probe)) {
		netif_input_far(netif, pkt);
		return;
	}
	pkt->netif = netif;
	pkt->is_relayed = true;
	netif->stats.rx_frames++;
	netif->stats.rx_octets += pkt->len;
	env->cause = pkt->cause;
	netif->on_input(netif, pkt);
	env->cause = outer;
}

/**
 * netif_ahead() - These frames come in next
 * @frames:	struct pkt.node, whole frames as they will be handed up
 * @count:	The first so many of them, 1 to NETIF_AHEAD
 *
 * A driver that has a batch says so, and its owner may ask for the memory that
 * they will need before it is their turn.  Nothing else changes.
 */
static inline void netif_ahead(struct netif *netif, const struct list *frames,
			       uint32_t count)
{
	if (count > 1 && netif->on_ahead && !netif->place->env->probe)
		netif->on_ahead(netif, frames, count);
}

#endif /* CORE_NETIF_HOT_H */
