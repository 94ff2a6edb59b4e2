/* SPDX-License-Identifier: MIT */
#ifndef IP6_ICMP6_H
#define IP6_ICMP6_H

/*
 * icmp6.h - ICMPv6: errors, and the messages of other protocols (RFC 4443)
 *
 * Echo requests are answered here; to send some, see ip/icmp.h, which serves
 * both versions.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/icmp6.h"

#include "ip/ip.h"

struct pkt;
struct stack;

/**
 * icmp6_error() - Tell the sender of a packet that it could not be delivered
 * @stack:	Which
 * @orig:	The packet, lent: its IPv6 header stands at orig->l3_off in the
 *		room, complete up to the front of the packet
 * @type:	ICMP6_UNREACHABLE, _TOO_BIG, _TIME_EXCEEDED or _PARAM_PROBLEM
 * @code:	Code
 * @info:	Too big: the MTU.  Parameter problem: the octet at fault, counted
 *		from the IPv6 header.  Else 0
 *
 * Sends nothing where RFC 4443, 2.4 forbids it, or when the rate limit for
 * this destination is reached.  The caller still drops @orig himself.
 *
 * Return: whether an error was sent
 */
bool icmp6_error(struct stack *stack, const struct pkt *orig, uint8_t type,
		 uint8_t code, uint32_t info);

/*
 * A message has arrived; its checksum is right, its type, code, checksum at
 * the front of @pkt.  @meta->ttl is the hop limit.  Takes @pkt.
 */
typedef void icmp6_input_fn(struct stack *stack, struct pkt *pkt,
			    const struct ip_meta *meta,
			    const struct icmp6_hdr *h);

#define ICMP6_TYPES_MAX 16

/* Speak a type of message.  0, -EEXIST or -ENOSPC. */
int icmp6_register(struct stack *stack, uint8_t type, icmp6_input_fn *fn);

/**
 * icmp6_output() - Send a message
 * @pkt:	Taken; complete but for the checksum, which is filled in
 * @how:	Where to and how; @how->src :: is sent as such (family IP_V6), which
 *		only ICMPv6 may; proto is set here
 *
 * Return: as ip_output()
 */
int icmp6_output(struct stack *stack, struct pkt *pkt,
		 const struct ip_send *how);

#endif /* IP6_ICMP6_H */
