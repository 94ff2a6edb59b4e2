/* SPDX-License-Identifier: MIT */
#ifndef VNET_UPLINK_WHOLE_H
#define VNET_UPLINK_WHOLE_H

/*
 * uplink_whole.h - frames out of what a device brings
 *
 * Private to vnet/.
 */

struct netif;
struct pkt;

/* Transmit @pkt by @netif as whole frames: large segments cut, checksums
 * complete.  Takes @pkt, which has a link header in front. */
void uplink_whole(struct netif *netif, struct pkt *pkt);

#endif /* VNET_UPLINK_WHOLE_H */
