// SPDX-License-Identifier: MIT
/*
 * icmp6_err.c - telling a sender that his packet did not arrive
 *
 * Theory of operation
 * ===================
 * RFC 4443, 2.4 (e) lists when an error must not be sent, so that no packet
 * is multiplied into many, and no error into another:
 *
 *	- about an ICMPv6 error, or a redirect
 *	- about a packet to a group, or in a frame for many; except "too big" (so
 *	  that groups have path MTUs) and "unknown option" where the option asks
 *	- to a source that is not one host: ::, a group; and the loopback address
 *	  or a mapped one, which cannot be answered
 *
 * How often is for ip/icmp_err.c to say, by destination and kind (2.4, f).
 *
 * An error quotes the packet from its IPv6 header on, as much of it as fits
 * into 1280 octets, which every link carries.
 */

#include "base/check.h"

#include "wire/ip6_ext.h"

#include "core/probe.h"

#include "ip6/ip6_int.h"

#define QUOTE_MAX (IP6_MTU_MIN - IP6_HLEN - ICMP6_HLEN)

static enum icmp_limit kind_of(const struct icmp6_hdr *h)
{
	if (h->type == ICMP6_TOO_BIG)
		return ICMP_LIMIT_MTU;
	return h->type == ICMP6_PARAM_PROBLEM && h->code == ICMP6_BAD_NEXT
		       ? ICMP_LIMIT_PROTO
		       : ICMP_LIMIT_OTHER;
}

static enum reason reason_of(const struct icmp6_hdr *h)
{
	switch (h->type) {
	case ICMP6_TOO_BIG:
		return R_ICMP6_TOO_BIG;
	case ICMP6_TIME_EXCEEDED:
		return R_ICMP6_TIME_EXCEEDED;
	case ICMP6_PARAM_PROBLEM:
		return R_ICMP6_PARAM;
	default:
		return R_ICMP6_UNREACH;
	}
}

/* Is what is quoted an ICMPv6 error or a redirect? */
static bool is_about_error(const uint8_t *p, size_t len)
{
	uint8_t proto, type;
	bool is_piece;
	size_t off;

	if (ip6_skip(p, len, &proto, &off, &is_piece) || is_piece ||
	    proto != IP_PROTO_ICMP6 || off >= len)
		return false;
	type = p[off];
	return icmp6_is_error(type) || type == ICMP6_REDIRECT;
}

static bool may_tell(const struct pkt *orig, const struct ip6_hdr *about,
		     const struct icmp6_hdr *h)
{
	bool is_loop = orig->netif && netif_is_lo(orig->netif);
	bool to_many = orig->dest != PKT_TO_US || ip6_is_multicast(about->dst);
	bool may_many =
		h->type == ICMP6_TOO_BIG ||
		(h->type == ICMP6_PARAM_PROBLEM && h->code == ICMP6_BAD_OPTION);

	if (to_many && !may_many)
		return false;
	if (ip6_is_zero(about->src) || ip6_is_multicast(about->src) ||
	    ip6_is_mapped(about->src))
		return false;
	return !ip6_is_loopback(about->src) || is_loop;
}

static bool error_send(struct stack *stack, const struct pkt *orig,
		       const struct ip6_hdr *about, const uint8_t *msg,
		       size_t len)
{
	struct icmp6_hdr h;
	struct pkt *pkt;
	uint32_t zone = orig->netif && !netif_is_lo(orig->netif)
				? orig->netif->index
				: 0;
	struct ip_addr dst = ip_addr_v6_on(about->dst, zone);
	struct ip_send how = {.dst = ip_addr_v6_on(about->src, zone)};

	icmp6_parse(&h, msg, len);
	pkt = pkt_new(stack->place.env, reason_of(&h));
	if (!pkt)
		return false;
	if (pkt_append(pkt, msg, len)) {
		pkt_free(pkt);
		return false;
	}
	if (!ip6_is_multicast(about->dst) && ip_addr_is_ours(stack, dst))
		how.src = dst;
	return icmp6_output(stack, pkt, &how) == 0;
}

bool icmp6_error(struct stack *stack, const struct pkt *orig, uint8_t type,
		 uint8_t code, uint32_t info)
{
	const struct icmp6_hdr h = {
		.type = type,
		.code = code,
		.mtu = info,
		.pointer = info,
	};
	uint8_t msg[ICMP6_HLEN + QUOTE_MAX];
	size_t len = icmp_quote(orig, msg + ICMP6_HLEN, QUOTE_MAX);
	struct ip6_hdr about;

	if (ip6_hdr_parse_quoted(&about, msg + ICMP6_HLEN, len) < 0 ||
	    !may_tell(orig, &about, &h) ||
	    is_about_error(msg + ICMP6_HLEN, len))
		return false;
	if (!icmp_limit_take(stack, ip_addr_v6(about.src), kind_of(&h)))
		return false;
	icmp6_emit(msg, &h);
	return error_send(stack, orig, &about, msg, ICMP6_HLEN + len);
}
