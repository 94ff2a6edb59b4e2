/* SPDX-License-Identifier: MIT */
#ifndef IP6_EXT6_H
#define IP6_EXT6_H

/*
 * ext6.h - what the extension headers of a packet said
 */

#include "wire/ip6_ext.h"

#include "ip6/ip6_int.h"

/**
 * struct ext6 - the outcome of a walk; zeroed before the first
 * @dst:	Of the packet
 * @next:	The transport, or what the fragment header says is next
 * @l4_off:	Where it begins, from the IPv6 header
 * @next_at:	Octet that named it
 * @has_alert:	A router alert option was there
 * @is_whole:	(in) Put together from fragments: there may be no other
 * @is_frag:	A fragment header was there: @frag
 * @frag_at:	Where it begins
 * @frag_next_at: Octet that named it
 */
struct ext6 {
	ip6_addr dst;
	uint8_t next;
	size_t l4_off;
	size_t next_at;
	bool has_alert;
	bool is_whole;
	bool is_frag;
	struct ip6_frag frag;
	size_t frag_at;
	size_t frag_next_at;
};

/**
 * ext6_walk() - Look at the headers of a packet, and act on them
 * @pkt:	Lent; its IPv6 header at the front and at l3_off
 * @h:		That header
 * @x:		Filled in
 * @is_transit:	It is not for us: only hop-by-hop options concern us
 *
 * Return: DROP_COUNT, or why to drop it; its sender has been told if he is to
 * be
 */
enum drop ext6_walk(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h,
		    struct ext6 *x, bool is_transit);

/* frag6.c: a fragment, or an atomic one (RFC 6946).  Takes @pkt, its IPv6
 * header at the front.  Returns the whole when this was the last piece, mended,
 * its header at the front; else NULL. */
struct pkt *frag6_input(struct ip6 *ip6, struct pkt *pkt,
			const struct ip6_hdr *h, const struct ext6 *x);

#endif /* IP6_EXT6_H */
