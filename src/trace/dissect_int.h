/* SPDX-License-Identifier: MIT */
#ifndef TRACE_DISSECT_INT_H
#define TRACE_DISSECT_INT_H

/*
 * dissect_int.h - how the protocols add their fields
 *
 * A protocol is given a cursor over its octets, takes fields off its front
 * with dis_take() and hands the rest on.  What it leaves is data.
 */

#include "base/cursor.h"

#include "trace/dissect.h"

/* From now on fields belong to this header. */
void dis_layer(struct dissection *d, const char *layer, int osi);

/**
 * dis_take() - Name the next octets
 * @c:		They are taken off its front; fewer than @len are all named
 *		"(cut short)", and the cursor is empty then
 * @len:	How many
 * @name:	What the standard calls them
 * @meaning:	Plain words, or NULL
 * @format:	What stands there, as for printf()
 *
 * Return: the octets, or NULL if there were fewer
 */
const uint8_t *dis_take(struct dissection *d, struct cursor *c, size_t len,
			const char *name, const char *meaning,
			const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* The octets of a field that can only be described once they are known to be
 * there: @len of them, or NULL (named "(cut short)"). */
const uint8_t *dis_peek(struct dissection *d, struct cursor *c, size_t len);

/* Whatever is left, as data of the current layer. */
void dis_rest(struct dissection *d, struct cursor *c, const char *name,
	      const char *meaning);

/* Name the next four octets, an IPv4 address; the next sixteen, one of IPv6. */
void dis_ip4_addr(struct dissection *d, struct cursor *c, const char *name,
		  const char *meaning);
void dis_ip6_addr(struct dissection *d, struct cursor *c, const char *name,
		  const char *meaning);

/* Name @len octets of text that a stranger sent: what cannot be printed shows
 * as a dot. */
void dis_octets_text(struct dissection *d, struct cursor *c, size_t len,
		     const char *name, const char *meaning);

/* Words for a checksum: good, BAD, or that it cannot be told. */
const char *dis_sum_word(const struct dissection *d, bool is_good);
const char *dis_sum_meaning(const struct dissection *d, bool is_good);

/* The protocols, each reading from the front of @c. */
void dis_ether(struct dissection *d, struct cursor *c);
void dis_bpdu(struct dissection *d, struct cursor *c);
void dis_ppp(struct dissection *d, struct cursor *c);
void dis_ppp_fcs(struct dissection *d, struct cursor *c);
void dis_line(struct dissection *d, struct cursor *c);
void dis_pppoe(struct dissection *d, struct cursor *c, bool is_session);
void dis_vlan(struct dissection *d, struct cursor *c, bool is_outer);
void dis_arp(struct dissection *d, struct cursor *c);
void dis_ip4(struct dissection *d, struct cursor *c);
void dis_icmp4(struct dissection *d, struct cursor *c);
void dis_igmp(struct dissection *d, struct cursor *c);
/* Behind type, code and checksum of ICMPv6, types 133 to 137. */
void dis_ip6(struct dissection *d, struct cursor *c);
void dis_icmp6(struct dissection *d, struct cursor *c);
void dis_nd(struct dissection *d, struct cursor *c, uint8_t type);
/* ... types 130 to 132 and 143. */
void dis_mld(struct dissection *d, struct cursor *c, uint8_t type);
void dis_udp(struct dissection *d, struct cursor *c);
void dis_udplite(struct dissection *d, struct cursor *c);
void dis_tcp(struct dissection *d, struct cursor *c);
void dis_tcp_options(struct dissection *d, struct cursor *c);
void dis_dns(struct dissection *d, struct cursor *c);
void dis_dhcp(struct dissection *d, struct cursor *c);
void dis_dhcp6(struct dissection *d, struct cursor *c);
void dis_rip(struct dissection *d, struct cursor *c);
void dis_http(struct dissection *d, struct cursor *c);

#endif /* TRACE_DISSECT_INT_H */
