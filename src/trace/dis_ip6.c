// SPDX-License-Identifier: MIT
/*
 * dis_ip6.c - the fields of IPv6, its extension headers, and ICMPv6
 *
 * The payload length decides where the packet ends; what follows it in the
 * frame is padding, which is left to Ethernet.  Extension headers are layers of
 * their own, each option in them a field.
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/icmp6.h"
#include "wire/ip6.h"
#include "wire/ip6_ext.h"
#include "wire/mld.h"

#include "trace/dissect_int.h"

static const char *next_name(uint8_t next)
{
	const char *name = ip6_ext_name(next);

	if (name)
		return name;
	switch (next) {
	case IP_PROTO_TCP:
		return "TCP";
	case IP_PROTO_UDP:
		return "UDP";
	case IP_PROTO_UDPLITE:
		return "UDP-Lite";
	case IP_PROTO_ICMP6:
		return "ICMPv6";
	case IP_PROTO_NONE:
		return "nothing";
	default:
		return "other";
	}
}

static void take_next(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 1);

	if (p)
		dis_take(d, c, 1, "Next Header", "what comes behind this one",
			 "%u %s", *p, next_name(*p));
}

/*
 * Extension headers.
 */

static const char *option_name(uint8_t type)
{
	switch (type) {
	case IP6_OPT_PAD1:
		return "Pad1";
	case IP6_OPT_PADN:
		return "PadN";
	case IP6_OPT_ROUTER_ALERT:
		return "Router Alert";
	case IP6_OPT_JUMBO:
		return "Jumbo Payload";
	default:
		return "Option";
	}
}

static const char *option_meaning(uint8_t type)
{
	if (type == IP6_OPT_PAD1 || type == IP6_OPT_PADN)
		return "fills up to a multiple of eight octets";
	if (type == IP6_OPT_ROUTER_ALERT)
		return "routers on the way should look at this packet";
	switch (ip6_option_action(type)) {
	case IP6_ACT_SKIP:
		return "who does not know it passes over it";
	case IP6_ACT_DISCARD:
		return "who does not know it drops the packet";
	case IP6_ACT_TELL:
	case IP6_ACT_TELL_UNICAST:
	default:
		return "who does not know it drops the packet and says so";
	}
}

/* One that does not fit ends the walk. */
static void dis_options(struct dissection *d, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_peek(c, 1);
		uint8_t type = *p;
		size_t len = type == IP6_OPT_PAD1 ? 1
			     : cur_left(c) >= 2	  ? (size_t)p[1] + 2
						  : 0;

		if (!len || len > cur_left(c)) {
			dis_rest(d, c, "(malformed option)",
				 "its length cannot be");
			return;
		}
		dis_take(d, c, len, option_name(type), option_meaning(type),
			 "%zu octets", len);
	}
}

static void dis_fragment(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	uint16_t word;

	dis_layer(d, "IPv6 fragment", 3);
	p = dis_peek(d, c, IP6_FRAG_HLEN);
	if (!p)
		return;
	word = get16(p + 2);
	take_next(d, c);
	dis_take(d, c, 1, "Reserved", NULL, "%u", p[1]);
	dis_take(d, c, 2, "Fragment Offset, M",
		 word & IP6_FRAG_MORE ? "more pieces follow" : "the last piece",
		 "%soffset %u", word & IP6_FRAG_MORE ? "M " : "",
		 word & 0xfff8U);
	dis_take(d, c, 4, "Identification",
		 "pieces of one packet have the same", "0x%08x", get32(p + 4));
}

static void dis_ext(struct dissection *d, struct cursor *c, uint8_t type)
{
	const uint8_t *p;
	struct cursor ext;
	size_t len;

	dis_layer(d,
		  type == IP_PROTO_HOPOPTS   ? "IPv6 hop-by-hop"
		  : type == IP_PROTO_ROUTING ? "IPv6 routing"
					     : "IPv6 destination",
		  3);
	p = dis_peek(d, c, IP6_EXT_UNIT);
	if (!p)
		return;
	len = min_size(((size_t)p[1] + 1) * IP6_EXT_UNIT, cur_left(c));
	ext = cur_sub(c, len);
	take_next(d, &ext);
	dis_take(d, &ext, 1, "Hdr Ext Len", "in units of 8 octets, less one",
		 "%u (%zu octets)", p[1], ((size_t)p[1] + 1) * IP6_EXT_UNIT);
	if (type != IP_PROTO_ROUTING) {
		dis_options(d, &ext);
		return;
	}
	dis_take(d, &ext, 1, "Routing Type",
		 p[2] ? NULL : "a list of hosts to visit, forbidden today",
		 "%u", p[2]);
	dis_take(d, &ext, 1, "Segments Left", "hosts still to be visited", "%u",
		 p[3]);
	dis_rest(d, &ext, "Type-specific Data", NULL);
}

/*
 * The packet.
 */

static void dis_fixed(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	uint32_t first = get32(p);

	dis_take(d, c, 4, "Version, Traffic Class, Flow Label",
		 "version 6; kind of traffic; the same for a conversation",
		 "%u, DSCP %u, ECN %u, flow 0x%05x", first >> 28,
		 first >> 22 & 63, first >> 20 & 3, first & IP6_FLOW_MASK);
	dis_take(d, c, 2, "Payload Length", "everything behind this header",
		 "%u", get16(p + 4));
	take_next(d, c);
	dis_take(d, c, 1, "Hop Limit",
		 "routers it may still pass; at 0 it is dropped", "%u", p[7]);
	dis_ip6_addr(d, c, "Source Address", "the host that sent the packet");
	dis_ip6_addr(d, c, "Destination Address", "the host it is meant for");
}

/* Headers in front of the transport's.  Returns what they lead to; @is_piece:
 * what follows is the middle or end of a packet. */
static uint8_t dis_chain(struct dissection *d, struct cursor *c, uint8_t next,
			 bool *is_piece)
{
	while (ip6_is_ext(next) && cur_left(c) && !*is_piece) {
		const uint8_t *p = cur_peek(c, 4);
		uint8_t type = next;

		if (p) {
			next = p[0];
			*is_piece = type == IP_PROTO_FRAGMENT &&
				    (get16(p + 2) & 0xfff8) != 0;
			if (type == IP_PROTO_FRAGMENT &&
			    get16(p + 2) & IP6_FRAG_MORE)
				d->can_sum = false;
		}
		if (type == IP_PROTO_FRAGMENT)
			dis_fragment(d, c);
		else
			dis_ext(d, c, type);
	}
	return next;
}

static void dis_payload(struct dissection *d, struct cursor *c, uint8_t next,
			bool is_piece)
{
	if (is_piece)
		dis_rest(d, c, "Fragment", "the middle or end of a packet");
	else if (next == IP_PROTO_ICMP6)
		dis_icmp6(d, c);
	else if (next == IP_PROTO_UDP)
		dis_udp(d, c);
	else if (next == IP_PROTO_UDPLITE)
		dis_udplite(d, c);
	else if (next == IP_PROTO_TCP)
		dis_tcp(d, c);
	else
		dis_rest(d, c, "Payload", NULL);
}

void dis_ip6(struct dissection *d, struct cursor *c)
{
	bool is_piece = false;
	struct cursor packet;
	const uint8_t *p;
	uint8_t next;
	size_t len;

	dis_layer(d, ++d->depth > 1 ? "IPv6, quoted" : "IPv6", 3);
	p = dis_peek(d, c, IP6_HLEN);
	if (!p)
		return;
	len = IP6_HLEN + (size_t)get16(p + 4);
	d->can_sum = d->depth == 1 && len <= cur_left(c);
	packet = cur_sub(c, min_size(len, cur_left(c)));
	dis_fixed(d, &packet, p);
	next = dis_chain(d, &packet, p[6], &is_piece);
	d->pseudo = csum_pseudo6(get_ip6(p + 8), get_ip6(p + 24), next,
				 (uint32_t)cur_left(&packet));
	dis_payload(d, &packet, next, is_piece);
}

/*
 * ICMPv6.
 */

static void dis_icmp6_error(struct dissection *d, struct cursor *c,
			    const uint8_t *p)
{
	if (p[0] == ICMP6_TOO_BIG)
		dis_take(d, c, 4, "MTU",
			 "largest packet that fits the next link", "%u",
			 get32(p + 4));
	else if (p[0] == ICMP6_PARAM_PROBLEM)
		dis_take(d, c, 4, "Pointer", "the octet that is at fault", "%u",
			 get32(p + 4));
	else
		dis_take(d, c, 4, "Unused", NULL, "0x%08x", get32(p + 4));
	/* The packet this is about, once; its end is cut off by design. */
	if (cur_left(c) && d->depth == 1)
		dis_ip6(d, c);
	dis_rest(d, c, "Data", NULL);
}

static void dis_icmp6_body(struct dissection *d, struct cursor *c,
			   const uint8_t *p)
{
	if (p[0] == ICMP6_ECHO || p[0] == ICMP6_ECHO_REPLY) {
		dis_take(d, c, 2, "Identifier", "which ping this belongs to",
			 "0x%04x", get16(p + 4));
		dis_take(d, c, 2, "Sequence Number", "which question of it",
			 "%u", get16(p + 6));
		dis_rest(d, c, "Data", "comes back unchanged");
	} else if (p[0] >= ICMP6_ROUTER_SOLICIT && p[0] <= ICMP6_REDIRECT) {
		dis_nd(d, c, p[0]);
	} else if (mld_is_type(p[0])) {
		dis_mld(d, c, p[0]);
	} else if (icmp6_is_error(p[0])) {
		dis_icmp6_error(d, c, p);
	} else {
		dis_rest(d, c, "Message Body", NULL);
	}
}

void dis_icmp6(struct dissection *d, struct cursor *c)
{
	size_t have = cur_left(c);
	const uint8_t *p;
	bool is_good;

	dis_layer(d, d->depth > 1 ? "ICMPv6, quoted" : "ICMPv6", 3);
	p = dis_peek(d, c, ICMP6_HLEN);
	if (!p)
		return;
	is_good = !d->can_sum || csum_fold(csum_add(d->pseudo, p, have)) == 0;
	dis_take(d, c, 1, "Type", icmp6_name(p[0], p[1]), "%u", p[0]);
	dis_take(d, c, 1, "Code", NULL, "%u", p[1]);
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 2), dis_sum_word(d, is_good));
	dis_icmp6_body(d, c, p);
}
