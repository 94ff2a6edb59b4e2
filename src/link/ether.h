/* SPDX-License-Identifier: MIT */
#ifndef LINK_ETHER_H
#define LINK_ETHER_H

/*
 * ether.h - frames to and from the protocols above
 *
 * The link layer knows no protocol.  Whoever speaks an EtherType registers
 * for it and gets the packets behind the header, or hands packets down with
 * the address they are to go to.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct pkt;
struct stack;

/* EtherTypes that can be registered with one stack. */
#define ETHER_TYPES_MAX 8

/*
 * A packet has arrived, its link header taken off (the header still stands at
 * pkt->l2_off in the room; pkt->l3_off is the front; pkt->dest says to whom
 * the frame was addressed, pkt->netif where it came in).  Trailing padding is
 * still there.  Takes @pkt.
 */
typedef void ether_input_fn(struct stack *stack, struct pkt *pkt);

/**
 * ether_init() - Give a stack its link layer
 * @stack:	Prepared with stack_init()
 *
 * Return: 0, or -ENOMEM
 */
int ether_init(struct stack *stack);

void ether_fini(struct stack *stack);

/**
 * ether_register() - Speak an EtherType
 * @stack:	Which
 * @type:	EtherType, enum ether_type
 * @fn:		Gets its packets
 *
 * Return: 0, -EEXIST (somebody speaks it already), or -ENOSPC
 */
int ether_register(struct stack *stack, uint16_t type, ether_input_fn *fn);

/**
 * Somebody looks at every frame.
 * @pkt:	Lent; the frame's link header at its front.  pkt->dest says to
 *		whom it was addressed
 * @is_out:	It is about to leave
 *
 * Returns whether it was of use to somebody.
 */
typedef bool ether_tap_fn(struct stack *stack, struct netif *netif,
			  const struct pkt *pkt, bool is_out);

/* NULL: nobody does. */
void ether_tap_set(struct stack *stack, ether_tap_fn *fn);

/* Send a frame that has its link header already; padded as ether_output() does
 * it, and with its errors.  Takes @pkt. */
int ether_output_whole(struct stack *stack, struct netif *netif,
		       struct pkt *pkt);

/**
 * ether_output() - Send a packet in a frame
 * @stack:	Which
 * @netif:	Where it leaves; its address becomes the source
 * @pkt:	Taken; needs 18 octets of headroom
 * @dst:	To whom
 * @type:	EtherType
 *
 * Short frames are padded with zeroes to 60 octets.
 *
 * Return: 0, -ENOBUFS (no headroom, or the queue below is full), -ENOMEM (no
 * memory for the padding), -ENETDOWN, or what the driver says
 */
int ether_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
		 mac_addr dst, uint16_t type);

/* Frame check sequence of a frame: CRC-32 of all its octets, in order, as
 * put32le() writes it. */
uint32_t ether_fcs(const struct pkt *pkt);

/* Does what leaves there get a tag of 802.1Q? */
bool ether_is_tagged(const struct netif *netif);

/**
 * ether_deliver() - Hand a packet to who speaks its EtherType
 * @stack:	Which
 * @pkt:	Taken; its link header is off, l3_off is the front, dest is set
 * @type:	EtherType
 *
 * For links whose frames name it in another way.  Nobody does: l2_proto.
 */
void ether_deliver(struct stack *stack, struct pkt *pkt, uint16_t type);

#endif /* LINK_ETHER_H */
