// SPDX-License-Identifier: MIT
/*
 * netif.c - frames leave and arrive: counted, told, handed on
 *
 * The two functions here are the only doors through which a frame passes
 * between a driver and its owner, so that every frame is seen at every
 * interface, and the chain of causes runs through the wire.
 */

#include "core/netif.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/netif_hot.h"
#include "core/pkt.h"
#include "core/probe.h"

#define MTU_DEFAULT 1500

void netif_init(struct netif *netif, struct place *place, const char *name,
		mac_addr mac)
{
	memset(netif, 0, sizeof(*netif));
	list_init(&netif->node);
	netif->place = place;
	netif->mac = mac;
	netif->mtu = MTU_DEFAULT;
	netif->is_up = true;
	snprintf(netif->name, sizeof(netif->name), "%s", name);
}

int netif_transmit(struct netif *netif, struct pkt *pkt)
{
	uint32_t n;

	pkt->netif = netif;
	if (!netif->is_up || !netif->ops) {
		pkt_drop(netif->place, pkt, DROP_tx_down);
		return -ENETDOWN;
	}
	netif->stats.tx_frames++;
	netif->stats.tx_octets += pkt->len;
	n = PROBE(netif->place, EV_TX, (enum reason)pkt->reason, pkt,
		  EVF_NUM("len", pkt->len),
		  EVF_NUM("relayed", pkt->is_relayed));
	if (n)
		pkt->cause = n;
	return netif->ops->transmit(netif, pkt);
}

HOT void netif_input(struct netif *netif, struct pkt *pkt)
{
	netif_input_hot(netif, pkt);
}

void netif_input_far(struct netif *netif, struct pkt *pkt)
{
	struct env *env = netif->place->env;
	uint32_t outer = env->cause;
	uint32_t n;

	pkt->netif = netif;
	pkt->is_relayed = true;
	if (!netif->is_up) {
		pkt_drop(netif->place, pkt, DROP_link_down);
		return;
	}
	netif->stats.rx_frames++;
	netif->stats.rx_octets += pkt->len;
	n = PROBE(netif->place, EV_RX, (enum reason)pkt->reason, pkt,
		  EVF_NUM("len", pkt->len));
	if (n)
		pkt->cause = n;
	env->cause = pkt->cause;
	netif->on_input(netif, pkt);
	env->cause = outer;
}
