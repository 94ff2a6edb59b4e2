/* SPDX-License-Identifier: MIT */
#ifndef VNET_UPLINK_FLOW_H
#define VNET_UPLINK_FLOW_H

/*
 * uplink_flow.h - which frame of ours does a frame from outside answer?
 *
 * Private to vnet/.
 */

#include <stdint.h>

struct pkt;

#define UPLINK_FLOWS 1024

/* Remembers the last frame of each conversation that left. */
struct uplink_flows {
	struct {
		uint32_t hash; /* of the conversation; 0: empty */
		uint32_t cause;
	} slot[UPLINK_FLOWS];
};

/* A frame leaves: its pkt->cause is remembered.  @pkt is lent. */
void uplink_flow_out(struct uplink_flows *flows, const struct pkt *pkt);

/* A frame has come: the event to call its cause, 0 if nothing is known. */
uint32_t uplink_flow_in(const struct uplink_flows *flows,
			const struct pkt *pkt);

#endif /* VNET_UPLINK_FLOW_H */
