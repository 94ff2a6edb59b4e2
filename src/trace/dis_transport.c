// SPDX-License-Identifier: MIT
/*
 * dis_transport.c - the fields of UDP and TCP
 *
 * What the payload is follows from the ports, as it does for any observer: 53
 * is DNS, 80 is HTTP.
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"
#include "wire/rip.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "trace/dissect_int.h"

#define PORT_DNS    53
#define PORT_HTTP   80
#define PORT_BOOTS  67
#define PORT_BOOTC  68
#define PORT_DHCP6C 546
#define PORT_DHCP6S 547

static bool is_port(uint16_t a, uint16_t b, uint16_t port)
{
	return a == port || b == port;
}

static const char *port_meaning(uint16_t port)
{
	switch (port) {
	case PORT_DNS:
		return "53: names (DNS)";
	case PORT_BOOTS:
		return "67: gives addresses (DHCP, BOOTP)";
	case PORT_BOOTC:
		return "68: asks for an address (DHCP, BOOTP)";
	case PORT_DHCP6C:
		return "546: asks for an IPv6 address (DHCPv6)";
	case PORT_DHCP6S:
		return "547: gives IPv6 addresses (DHCPv6)";
	case PORT_HTTP:
		return "80: web pages (HTTP)";
	default:
		return port >= 49152 ? "chosen at random for this exchange"
				     : NULL;
	}
}

static void dis_port(struct dissection *d, struct cursor *c, const char *name)
{
	const uint8_t *p = dis_peek(d, c, 2);

	if (p)
		dis_take(d, c, 2, name, port_meaning(get16(p)), "%u", get16(p));
}

void dis_udp(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	size_t have = cur_left(c);
	bool is_good;

	dis_layer(d, d->depth > 1 ? "UDP, quoted" : "UDP", 4);
	p = dis_peek(d, c, UDP_HLEN);
	if (!p)
		return;
	is_good = !get16(p + 6) || csum_fold(csum_add(d->pseudo, p, have)) == 0;
	dis_port(d, c, "Source Port");
	dis_port(d, c, "Destination Port");
	dis_take(d, c, 2, "Length", "header and data", "%u", get16(p + 4));
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 6), dis_sum_word(d, is_good));
	if (d->depth == 1 && is_port(get16(p), get16(p + 2), PORT_DNS))
		dis_dns(d, c);
	if (d->depth == 1 &&
	    (get16(p) == PORT_BOOTS || get16(p) == PORT_BOOTC) &&
	    (get16(p + 2) == PORT_BOOTS || get16(p + 2) == PORT_BOOTC))
		dis_dhcp(d, c);
	if (d->depth == 1 &&
	    (get16(p + 2) == PORT_DHCP6C || get16(p + 2) == PORT_DHCP6S))
		dis_dhcp6(d, c);
	if (d->depth == 1 && is_port(get16(p), get16(p + 2), RIP_PORT))
		dis_rip(d, c);
	dis_layer(d, d->depth > 1 ? "UDP, quoted" : "UDP", 4);
	dis_rest(d, c, "Data", NULL);
}

/* RFC 3828: the sum may cover less than all. */
void dis_udplite(struct dissection *d, struct cursor *c)
{
	const char *layer = d->depth > 1 ? "UDP-Lite, quoted" : "UDP-Lite";
	size_t have = cur_left(c), covers;
	const uint8_t *p;
	bool is_good;

	dis_layer(d, layer, 4);
	p = dis_peek(d, c, UDP_HLEN);
	if (!p)
		return;
	covers = get16(p + 4) ? get16(p + 4) : have;
	is_good = get16(p + 6) && covers >= UDP_HLEN && covers <= have &&
		  csum_fold(csum_add(d->pseudo, p, covers)) == 0;
	dis_port(d, c, "Source Port");
	dis_port(d, c, "Destination Port");
	dis_take(d, c, 2, "Checksum Coverage",
		 covers < have ? "the rest may arrive damaged" : "all of it",
		 "%u", get16(p + 4));
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 6), dis_sum_word(d, is_good));
	dis_rest(d, c, "Data", NULL);
}

static const char *flags_meaning(uint16_t flags)
{
	if (flags & TCP_RST)
		return "this connection is over, at once";
	if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return "agreed; I count from here too";
	if (flags & TCP_SYN)
		return "let us talk; I count from here";
	if (flags & TCP_FIN)
		return "I have nothing more to send";
	return "an acknowledgement, with or without data";
}

static void dis_tcp_fixed(struct dissection *d, struct cursor *c,
			  const uint8_t *p, size_t have)
{
	bool is_good = csum_fold(csum_add(d->pseudo, p, have)) == 0;
	uint16_t flags = get16(p + 12) & 0x1ff;
	char text[64];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	tcp_flags_print(&sb, flags);
	dis_port(d, c, "Source Port");
	dis_port(d, c, "Destination Port");
	dis_take(d, c, 4, "Sequence Number",
		 "number of the first octet of data here", "%u", get32(p + 4));
	dis_take(d, c, 4, "Acknowledgment Number",
		 flags & TCP_ACK ? "number of the octet I expect next"
				 : "not used yet",
		 "%u", get32(p + 8));
	dis_take(d, c, 1, "Data Offset", "header in 32-bit words",
		 "%u (%u octets)", p[12] >> 4, (p[12] >> 4) * 4U);
	dis_take(d, c, 1, "Flags", flags_meaning(flags), "%s",
		 strbuf_text(&sb));
	dis_take(d, c, 2, "Window",
		 "octets that I have room for, before scaling", "%u",
		 get16(p + 14));
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 16), dis_sum_word(d, is_good));
	dis_take(d, c, 2, "Urgent Pointer",
		 flags & TCP_URG ? "where urgent data ends" : "not used", "%u",
		 get16(p + 18));
}

static void dis_tcp_payload(struct dissection *d, struct cursor *c,
			    const uint8_t *p)
{
	bool is_whole = d->depth == 1;

	if (is_whole && is_port(get16(p), get16(p + 2), PORT_HTTP))
		dis_http(d, c);
	dis_layer(d, is_whole ? "TCP" : "TCP, quoted", 4);
	dis_rest(d, c, "Data", NULL);
}

void dis_tcp(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	size_t have = cur_left(c);
	struct cursor options;
	size_t hlen;

	dis_layer(d, d->depth > 1 ? "TCP, quoted" : "TCP", 4);
	p = cur_peek(c, TCP_HLEN);
	if (!p) {
		dis_rest(d, c, "(beginning of the header)",
			 "ports and sequence number, as far as they go");
		return;
	}
	hlen = (size_t)(p[12] >> 4) * 4;
	dis_tcp_fixed(d, c, p, have);
	if (hlen > TCP_HLEN) {
		options = cur_sub(c, min_size(hlen - TCP_HLEN, cur_left(c)));
		dis_tcp_options(d, &options);
	}
	dis_tcp_payload(d, c, p);
}
