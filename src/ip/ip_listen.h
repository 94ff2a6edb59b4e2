/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_LISTEN_H
#define IP_IP_LISTEN_H

/*
 * ip_listen.h - hearing every packet that is for this host, as it came
 *
 * Beside the transports there may be one listener.  It is told of each whole
 * packet before its transport is, and of each ICMP error; it takes nothing
 * away from them.  A protocol that only the listener knows is spoken here: its
 * packets are not answered with "protocol unreachable".
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/drop.h"

struct ip_error;
struct ip_meta;
struct ip_send;
struct pkt;
struct stack;

/**
 * struct ip_listener - who hears everything; both functions are required
 * @input:	A packet for us, lent.  Its transport header is at the front,
 *		its IP header still in the room at pkt->l3_off.  Returns
 *		whether it was of any use to somebody
 * @error:	An error about a packet of ours.  Returns whether it is about
 *		something that somebody has sent
 */
struct ip_listener {
	bool (*input)(struct stack *stack, const struct pkt *pkt,
		      const struct ip_meta *meta);
	bool (*error)(struct stack *stack, const struct ip_error *err);
};

/* @listener must stay, static; NULL: nobody. */
void ip_listener_set(struct stack *stack, const struct ip_listener *listener);

/* Tell the listener; sets pkt->is_heard. */
void ip_listener_tell(struct stack *stack, struct pkt *pkt,
		      const struct ip_meta *meta);

/* Tell of an error whom it may concern: the transport and the listener.
 * Returns whether anybody has sent such a thing. */
bool ip_error_tell(struct stack *stack, const struct ip_error *err);

/* Nobody but the listener could make use of a packet: drop it for that reason
 * unless he could.  Takes @pkt. */
void ip_unheard(struct stack *stack, struct pkt *pkt, enum drop why);

/**
 * ip_output_whole() - Send a packet whose IP header the program has made
 * @pkt:	Taken; its IP header at the front
 * @how:	Where to: the header's own destination does not count.  Only
 *		@how->dst, netif and may_bcast are looked at
 *
 * IPv4: length and checksum are filled in; source and identification too where
 * they are zero.  IPv6: all is sent as it is.  The packet is not fragmented.
 *
 * Return: as ip_output(); -EINVAL (no IP header)
 */
int ip_output_whole(struct stack *stack, struct pkt *pkt,
		    const struct ip_send *how);

#endif /* IP_IP_LISTEN_H */
