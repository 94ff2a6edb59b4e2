// SPDX-License-Identifier: MIT
/*
 * dis_nd.c - the fields of neighbour discovery
 *
 * dis_icmp6() has named type, code and checksum; here comes the rest.  Each
 * option is cut out as a cursor of its own, so that one that lies about its
 * length names no octets of the next.
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/nd.h"

#include "trace/dissect_int.h"

static void take_num(struct dissection *d, struct cursor *c, size_t len,
		     const char *name, const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, len);
	uint32_t v = 0;
	size_t i;

	if (!p)
		return;
	for (i = 0; i < len; i++)
		v = v << 8 | p[i];
	dis_take(d, c, len, name, meaning, "%u", v);
}

static void take_life(struct dissection *d, struct cursor *c, const char *name,
		      const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 4);

	if (!p)
		return;
	if (get32(p) == ND_FOREVER_S)
		dis_take(d, c, 4, name, meaning, "for ever");
	else
		dis_take(d, c, 4, name, meaning, "%u s", get32(p));
}

static void take_zero(struct dissection *d, struct cursor *c, size_t len)
{
	dis_take(d, c, len, "Reserved", "must be zero", "0");
}

/* Two bits of a preference (RFC 4191, 2.1). */
static const char *pref_name(unsigned int bits)
{
	static const char *const names[] = {"medium", "high", "reserved",
					    "low"};

	return names[bits & 3];
}

/*
 * Options.
 */

static void opt_mac(struct dissection *d, struct cursor *c, const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 6);
	char text[MAC_TEXT];

	if (p)
		dis_take(d, c, 6, "Link-Layer Address", meaning, "%s",
			 mac_print(get_mac(p), text));
}

static void opt_prefix(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	take_num(d, c, 1, "Prefix Length", "bits that neighbours have alike");
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	dis_take(d, c, 1, "Flags",
		 "on-link: such addresses are here; autonomous: make "
		 "yourself one",
		 "%s%s%s", *p & 0x80 ? "on-link " : "",
		 *p & 0x40 ? "autonomous" : "", *p & 0xc0 ? "" : "none");
	take_life(d, c, "Valid Lifetime", "how long addresses may be used");
	take_life(d, c, "Preferred Lifetime", "how long for new conversations");
	take_zero(d, c, 4);
	dis_ip6_addr(d, c, "Prefix", NULL);
}

static void opt_route(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	take_num(d, c, 1, "Prefix Length", "bits that count");
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	dis_take(d, c, 1, "Preference", "of several routers", "%s",
		 pref_name(*p >> 3));
	take_life(d, c, "Route Lifetime", NULL);
	dis_rest(d, c, "Prefix", "what this router leads to, zeroes cut off");
}

static void opt_rdnss(struct dissection *d, struct cursor *c)
{
	take_zero(d, c, 2);
	take_life(d, c, "Lifetime", "how long to ask them");
	while (cur_left(c) >= 16)
		dis_ip6_addr(d, c, "Address", "a DNS server");
}

static void opt_dnssl(struct dissection *d, struct cursor *c)
{
	take_zero(d, c, 2);
	take_life(d, c, "Lifetime", "how long to look there");
	dis_rest(d, c, "Domain Names",
		 "labels with their lengths, zeroes at the end");
}

static void opt_body(struct dissection *d, struct cursor *c, uint8_t type)
{
	switch (type) {
	case ND_OPT_SOURCE_MAC:
		opt_mac(d, c, "MAC of who speaks");
		break;
	case ND_OPT_TARGET_MAC:
		opt_mac(d, c, "MAC of the target");
		break;
	case ND_OPT_PREFIX:
		opt_prefix(d, c);
		break;
	case ND_OPT_REDIRECTED:
		dis_take(d, c, 6, "Reserved", "must be zero", "0");
		dis_rest(d, c, "Redirected Packet", "as much of it as fits");
		break;
	case ND_OPT_MTU:
		take_zero(d, c, 2);
		take_num(d, c, 4, "MTU", "largest packet of this link");
		break;
	case ND_OPT_NONCE:
		dis_rest(d, c, "Nonce",
			 "chance: known again if the frame comes back");
		break;
	case ND_OPT_ROUTE:
		opt_route(d, c);
		break;
	case ND_OPT_RDNSS:
		opt_rdnss(d, c);
		break;
	case ND_OPT_DNSSL:
		opt_dnssl(d, c);
		break;
	default:
		break;
	}
}

static const char *opt_name(uint8_t type)
{
	switch (type) {
	case ND_OPT_SOURCE_MAC:
		return "source link-layer address";
	case ND_OPT_TARGET_MAC:
		return "target link-layer address";
	case ND_OPT_PREFIX:
		return "prefix information";
	case ND_OPT_REDIRECTED:
		return "redirected header";
	case ND_OPT_MTU:
		return "MTU";
	case ND_OPT_NONCE:
		return "nonce";
	case ND_OPT_ROUTE:
		return "route information";
	case ND_OPT_RDNSS:
		return "recursive DNS servers";
	case ND_OPT_DNSSL:
		return "DNS search list";
	default:
		return "unknown";
	}
}

static void dis_options(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	size_t len;

	while ((p = cur_peek(c, 2)) && p[1]) {
		struct cursor opt;

		len = min_size(p[1] * (size_t)ND_OPT_UNIT, cur_left(c));
		opt = cur_sub(c, len);
		dis_take(d, &opt, 1, "Option Type", opt_name(p[0]), "%u", p[0]);
		dis_take(d, &opt, 1, "Option Length", "in units of 8 octets",
			 "%u", p[1]);
		if (cur_left(&opt))
			opt_body(d, &opt, p[0]);
		if (cur_left(&opt))
			dis_rest(d, &opt, "Option Data", NULL);
	}
	if (cur_left(c))
		dis_rest(d, c, "(malformed)", "an option of no length");
}

/*
 * Messages.
 */

static void dis_ra(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	take_num(d, c, 1, "Cur Hop Limit", "for packets of hosts; 0: not said");
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	dis_take(d, c, 1, "Flags",
		 "managed, other: there is DHCPv6; preference of this router",
		 "%s%s%s preference", *p & 0x80 ? "managed " : "",
		 *p & 0x40 ? "other " : "", pref_name(*p >> 3));
	take_num(d, c, 2, "Router Lifetime",
		 "seconds for which it is a default router");
	take_num(d, c, 4, "Reachable Time",
		 "ms that a confirmed neighbour counts as there; 0: not said");
	take_num(d, c, 4, "Retrans Timer", "ms between questions; 0: not said");
}

static void dis_na(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 4);

	if (!p)
		return;
	dis_take(d, c, 4, "Flags",
		 "solicited: an answer; override: forget what you knew",
		 "%s%s%s%s", *p & 0x80 ? "router " : "",
		 *p & 0x40 ? "solicited " : "", *p & 0x20 ? "override" : "",
		 *p & 0xe0 ? "" : "none");
	dis_ip6_addr(d, c, "Target Address", "whose MAC this is about");
}

void dis_nd(struct dissection *d, struct cursor *c, uint8_t type)
{
	switch (type) {
	case ND_ROUTER_ADVERT:
		dis_ra(d, c);
		break;
	case ND_NEIGHBOUR_ADVERT:
		dis_na(d, c);
		break;
	case ND_NEIGHBOUR_SOLICIT:
		take_zero(d, c, 4);
		dis_ip6_addr(d, c, "Target Address", "who is asked for");
		break;
	case ND_REDIRECT:
		take_zero(d, c, 4);
		dis_ip6_addr(d, c, "Target Address", "the better first hop");
		dis_ip6_addr(d, c, "Destination Address",
			     "packets to whom go there");
		break;
	default:
		take_zero(d, c, 4);
		break;
	}
	dis_options(d, c);
}
