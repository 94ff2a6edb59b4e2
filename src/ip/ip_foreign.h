/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_FOREIGN_H
#define IP_IP_FOREIGN_H

/*
 * ip_foreign.h - standing in for addresses that are nobody's here
 *
 * A stack that stands in takes for its own every packet for one host to which
 * no route leads, in place of forwarding or dropping it, and may send packets
 * in the name of such an address.  Linux says it with a local route for
 * 0.0.0.0/0 and IP_TRANSPARENT.
 *
 * Who stands in sees each whole packet that is delivered here, of either
 * version and for addresses of our own as well, before its transport does.
 */

#include <stdbool.h>

#include "wire/addr.h"

struct ip_meta;
struct pkt;
struct stack;

/**
 * ip_foreign_fn - a packet for one host
 * @pkt:	Its transport header at the front, its IP header still in the
 *		room at pkt->l3_off
 * @meta:	@meta->whose may be changed, for the transport
 *
 * Return: whether it took @pkt; if not, the transport gets it
 */
typedef bool ip_foreign_fn(void *arg, struct pkt *pkt, struct ip_meta *meta);

/* Stand in from now on; NULL: no longer. */
void ip_foreign_set(struct stack *stack, ip_foreign_fn *fn, void *arg);

/* Does the stack stand in for others? */
bool ip_foreign_is_on(const struct stack *stack);

/* For both versions: does it want @pkt?  Sets @meta->whose first.  true: it is
 * taken. */
bool ip_foreign_input(struct stack *stack, struct pkt *pkt,
		      struct ip_meta *meta);

/* May a packet carry @src, which is not ours? */
bool ip_foreign_source(struct stack *stack, struct ip_addr src);

#endif /* IP_IP_FOREIGN_H */
