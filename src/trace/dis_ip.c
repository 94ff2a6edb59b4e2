// SPDX-License-Identifier: MIT
/*
 * dis_ip.c - the fields of IPv4 and ICMP
 *
 * The total length decides where the packet ends; what follows it in the frame
 * is padding, which is left to Ethernet.
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"

#include "trace/dissect_int.h"

static const char *proto_name(uint8_t proto)
{
	switch (proto) {
	case IP_PROTO_ICMP:
		return "ICMP";
	case IP_PROTO_IGMP:
		return "IGMP";
	case IP_PROTO_TCP:
		return "TCP";
	case IP_PROTO_UDP:
		return "UDP";
	case IP_PROTO_UDPLITE:
		return "UDP-Lite";
	default:
		return "other";
	}
}

static const char *option_name(uint8_t kind)
{
	switch (kind) {
	case 0:
		return "End of Option List";
	case 1:
		return "No Operation";
	case 7:
		return "Record Route";
	case 68:
		return "Timestamp";
	case 131:
		return "Loose Source Route";
	case 137:
		return "Strict Source Route";
	case 148:
		return "Router Alert";
	default:
		return "Option";
	}
}

/* Options that name their length; one that does not fit ends the walk. */
static void dis_options(struct dissection *d, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_peek(c, 1);
		uint8_t kind = *p;
		size_t len = kind <= 1 ? 1 : cur_left(c) >= 2 ? p[1] : 0;

		if (len < (kind <= 1 ? 1 : 2) || len > cur_left(c)) {
			dis_rest(d, c, "(malformed option)",
				 "its length cannot be");
			return;
		}
		dis_take(d, c, len, option_name(kind), NULL, "%zu octets", len);
	}
}

static void dis_fragment(struct dissection *d, struct cursor *c,
			 const uint8_t *p)
{
	uint16_t word = get16(p + 6);
	unsigned int off = (word & 0x1fff) * 8;

	dis_take(d, c, 2, "Flags, Fragment Offset",
		 word & 0x3fff	 ? "one piece of a larger packet"
		 : word & 0x4000 ? "must not be cut into pieces on the way"
				 : "may be cut into pieces on the way",
		 "%s%s%soffset %u", word & 0x8000 ? "reserved " : "",
		 word & 0x4000 ? "DF " : "", word & 0x2000 ? "MF " : "", off);
}

static void dis_ip4_fixed(struct dissection *d, struct cursor *c,
			  const uint8_t *p, size_t hlen, size_t have)
{
	bool has_all = hlen <= have;
	bool is_good = has_all && csum(p, hlen) == 0;

	dis_take(d, c, 1, "Version, IHL", "version 4; header in 32-bit words",
		 "%u, %u (%zu octets)", p[0] >> 4, p[0] & 15U, hlen);
	dis_take(d, c, 1, "Type of Service", "kind of traffic, and congestion",
		 "DSCP %u, ECN %u", p[1] >> 2, p[1] & 3U);
	dis_take(d, c, 2, "Total Length", "header and payload", "%u",
		 get16(p + 2));
	dis_take(d, c, 2, "Identification", "tells fragments of packets apart",
		 "0x%04x", get16(p + 4));
	dis_fragment(d, c, p);
	dis_take(d, c, 1, "Time to Live",
		 "routers it may still pass; at 0 it is dropped", "%u", p[8]);
	dis_take(d, c, 1, "Protocol", "what the packet carries", "%u %s", p[9],
		 proto_name(p[9]));
	dis_take(d, c, 2, "Header Checksum",
		 is_good ? "matches the header" : "does not match the header",
		 "0x%04x %s", get16(p + 10), is_good ? "good" : "BAD");
	dis_ip4_addr(d, c, "Source Address", "the host that sent the packet");
	dis_ip4_addr(d, c, "Destination Address", "the host it is meant for");
}

static void dis_payload(struct dissection *d, struct cursor *c,
			const uint8_t *ip)
{
	if (get16(ip + 6) & 0x1fff) /* not the first fragment: no header */
		dis_rest(d, c, "Fragment", "the middle or end of a packet");
	else if (ip[9] == IP_PROTO_ICMP)
		dis_icmp4(d, c);
	else if (ip[9] == IP_PROTO_IGMP)
		dis_igmp(d, c);
	else if (ip[9] == IP_PROTO_UDP)
		dis_udp(d, c);
	else if (ip[9] == IP_PROTO_UDPLITE)
		dis_udplite(d, c);
	else if (ip[9] == IP_PROTO_TCP)
		dis_tcp(d, c);
	else
		dis_rest(d, c, "Payload", NULL);
}

void dis_ip4(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	size_t hlen, total;
	struct cursor packet, options;

	dis_layer(d, ++d->depth > 1 ? "IPv4, quoted" : "IPv4", 3);
	p = dis_peek(d, c, IP4_HLEN);
	if (!p)
		return;
	hlen = (size_t)(p[0] & 15) * 4;
	total = min_size(get16(p + 2), cur_left(c));
	if (total < IP4_HLEN || hlen < IP4_HLEN) {
		dis_rest(d, c, "(malformed)", "lengths that cannot be");
		return;
	}
	packet = cur_sub(c, total);
	dis_ip4_fixed(d, &packet, p, hlen, total);
	options =
		cur_sub(&packet, min_size(hlen - IP4_HLEN, cur_left(&packet)));
	dis_options(d, &options);
	d->can_sum = d->depth == 1 && total == get16(p + 2) &&
		     !(get16(p + 6) & 0x3fff);
	d->pseudo = csum_pseudo4((ip4_addr){get32(p + 12)},
				 (ip4_addr){get32(p + 16)}, p[9],
				 (uint32_t)cur_left(&packet));
	dis_payload(d, &packet, p);
}

static void dis_icmp_rest(struct dissection *d, struct cursor *c,
			  const uint8_t *p)
{
	uint8_t type = p[0];

	if (type == ICMP4_ECHO || type == ICMP4_ECHO_REPLY) {
		dis_take(d, c, 2, "Identifier", "which ping this belongs to",
			 "0x%04x", get16(p + 4));
		dis_take(d, c, 2, "Sequence Number", "which question of it",
			 "%u", get16(p + 6));
		dis_rest(d, c, "Data", "comes back unchanged");
		return;
	}
	if (type == ICMP4_UNREACHABLE && p[1] == ICMP4_FRAG_NEEDED) {
		dis_take(d, c, 2, "Unused", NULL, "0x%04x", get16(p + 4));
		dis_take(d, c, 2, "Next-Hop MTU",
			 "largest packet that fits the next link", "%u",
			 get16(p + 6));
	} else {
		dis_take(d, c, 4, "Rest of Header", NULL, "0x%08x",
			 get32(p + 4));
	}
	/* The packet this is about, once; its end is cut off by design. */
	if (icmp4_is_error(type) && cur_left(c) && d->depth == 1)
		dis_ip4(d, c);
	dis_rest(d, c, "Data", NULL);
}

void dis_icmp4(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	size_t have = cur_left(c);
	bool is_good;

	dis_layer(d, d->depth > 1 ? "ICMP, quoted" : "ICMP", 3);
	p = dis_peek(d, c, ICMP4_HLEN);
	if (!p)
		return;
	is_good = !d->can_sum || csum(p, have) == 0;
	dis_take(d, c, 1, "Type", icmp4_name(p[0], p[1]), "%u", p[0]);
	dis_take(d, c, 1, "Code", NULL, "%u", p[1]);
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 2), dis_sum_word(d, is_good));
	dis_icmp_rest(d, c, p);
}
