// SPDX-License-Identifier: MIT
/*
 * icmp_err.c - telling a sender that his packet did not arrive
 *
 * Theory of operation
 * ===================
 * RFC 1122, 3.2.2 lists when an error must not be sent.  All of it serves one
 * aim: no packet may be multiplied into many, and no error into another.
 *
 *	- about an ICMP error
 *	- about a packet to a broadcast or group address, or in such a frame
 *	- about a fragment that is not the first
 *	- to a source that is not one host: 0.0.0.0, loopback, broadcast, group
 *
 * Errors are limited by destination.  One limit for all would tell an
 * attacker what we say to others (SAD DNS: fill the limit with packets in
 * others' names, then see whether a packet of one's own is still answered).
 * So the credit is kept in buckets chosen by a keyed hash of the destination
 * and of the kind of error, and a bucket that was idle gets a random part of
 * its full credit.  All buckets together bound what a flood can elicit.
 *
 * An error quotes the packet from its IP header on, up to 576 octets in all
 * (RFC 1812, 4.3.2.3): enough for the sender's transport to know its own.
 */

#include "base/check.h"

#include "wire/ip4.h"

#include "core/probe.h"

#include "ip/icmp_int.h"
#include "ip/ip_int.h"

#define QUOTE_MAX (ICMP4_ERROR_MAX - IP4_HLEN - ICMP4_HLEN)

/* RFC 1812, 4.3.2.5: internetwork control. */
#define TOS_CONTROL 0xc0

/* clang-format off */
struct limit {
	uint64_t interval_ns;	/* for one error */
	uint32_t burst;
};

static const struct limit limits[] = {
	[ICMP_LIMIT_PROTO]	= {1000 * NS_PER_MS, 1},
	[ICMP_LIMIT_MTU]	= {  10 * NS_PER_MS, 50},
	[ICMP_LIMIT_OTHER]	= { 200 * NS_PER_MS, 10},
};
static_assert(ARRAY_SIZE(limits) == ICMP_LIMIT_OTHER + 1, "a row for each kind");
/* clang-format on */

static enum icmp_limit kind_of(uint8_t type, uint8_t code)
{
	if (type != ICMP4_UNREACHABLE)
		return ICMP_LIMIT_OTHER;
	if (code == ICMP4_FRAG_NEEDED)
		return ICMP_LIMIT_MTU;
	return code == ICMP4_PROTO ? ICMP_LIMIT_PROTO : ICMP_LIMIT_OTHER;
}

/* A full bucket holds between half and all of the burst; nobody knows. */
static uint32_t full_credit(struct icmp *icmp, uint32_t burst)
{
	uint32_t r = 0;

	if (burst < 2 || stack_random(icmp->stack, &r, sizeof(r)))
		return burst;
	return burst - r % (burst / 2 + 1);
}

/* Whom a limit is for: a host, or in IPv6 a network of them, for a host there
 * has as many addresses as it likes. */
static uint64_t limit_hash(const struct icmp *icmp, struct ip_addr dst,
			   enum icmp_limit kind)
{
	if (dst.family == IP_V6)
		return siphash13_u64x2(&icmp->key, get64(dst.v6.o), kind);
	return siphash13_u64(&icmp->key, (uint64_t)kind << 32 | dst.v4.v);
}

void icmp_rate_set(struct stack *stack, uint32_t per_s)
{
	struct icmp *icmp = icmp_of(stack);

	icmp->has_rate = true;
	icmp->rate = per_s;
}

/* A limit as it is now: that of the table, or what was set. */
static struct limit limit_of(const struct icmp *icmp, enum icmp_limit kind)
{
	if (!icmp->has_rate || kind != ICMP_LIMIT_OTHER)
		return limits[kind];
	return (struct limit){
		.interval_ns = NS_PER_S / max_u32(icmp->rate, 1),
		.burst = icmp->rate,
	};
}

bool icmp_limit_take(struct stack *stack, struct ip_addr dst,
		     enum icmp_limit kind)
{
	struct icmp *icmp = icmp_of(stack);
	uint64_t now = stack_now(icmp->stack);
	struct limit limit = limit_of(icmp, kind);
	uint64_t hash = limit_hash(icmp, dst, kind);
	struct icmp_bucket *b = &icmp->buckets[hash % ICMP_BUCKETS];
	uint64_t gained = (now - b->since_ns) / limit.interval_ns;

	if (ip_addr_is_ours(stack, dst))
		return true; /* nothing leaves, and no stranger learns of it */
	if (!b->since_ns || gained >= limit.burst) {
		b->credit = full_credit(icmp, limit.burst);
		b->since_ns = now ? now : 1;
	} else {
		b->credit = min_u32(b->credit + (uint32_t)gained, limit.burst);
		b->since_ns += gained * limit.interval_ns;
	}
	if (!b->credit) {
		icmp->limited++;
		return false;
	}
	b->credit--;
	return true;
}

/* Is the quoted ICMP message one about which errors may be sent? */
static bool icmp_is_question(const struct pkt *orig, const struct ip4_hdr *h)
{
	const uint8_t *p = ip_cheader(orig) + h->hlen;

	if (p >= pkt_cdata(orig) + orig->lin_len)
		return false;
	return *p == ICMP4_ECHO || *p == ICMP4_ECHO_REPLY ||
	       *p == ICMP4_TIMESTAMP || *p == ICMP4_TIMESTAMP_REPLY;
}

/* RFC 1122, 3.2.2; RFC 1812, 4.3.2.7. */
static bool may_tell(struct stack *stack, const struct pkt *orig,
		     const struct ip4_hdr *h)
{
	bool is_loop = orig->netif && orig->netif->features & NETIF_F_LOOPBACK;
	const struct ip_route *r;

	if (orig->dest != PKT_TO_US || h->frag_off)
		return false;
	if (ip4_is_broadcast(h->dst) || ip4_is_multicast(h->dst))
		return false;
	if (h->src.v >> 24 == 0 || ip4_is_multicast(h->src) ||
	    ip4_is_broadcast(h->src) || ip4_is_reserved(h->src) ||
	    (ip4_is_loopback(h->src) && !is_loop))
		return false;
	if (h->proto == IP_PROTO_ICMP && !icmp_is_question(orig, h))
		return false;
	r = route_find(ip_of(stack), h->dst);
	return !r || r->kind != IP_ROUTE_BCAST;
}

static enum reason reason_of(const struct icmp4_hdr *h)
{
	switch (h->type) {
	case ICMP4_TIME_EXCEEDED:
		return R_ICMP_TIME_EXCEEDED;
	case ICMP4_PARAM_PROBLEM:
		return R_ICMP_PARAM;
	case ICMP4_REDIRECT:
		return R_ICMP_REDIRECT;
	default:
		return h->code == ICMP4_FRAG_NEEDED ? R_ICMP_FRAG_NEEDED
						    : R_ICMP_UNREACH;
	}
}

size_t icmp_quote(const struct pkt *orig, uint8_t *buf, size_t max)
{
	const uint8_t *from = orig->room + orig->l3_off;
	size_t linear = (size_t)(pkt_cdata(orig) + orig->lin_len - from);
	size_t n = min_size(linear, max);
	size_t rest = min_size(max - n, orig->len - orig->lin_len);

	memcpy(buf, from, n);
	if (n == linear && rest)
		pkt_copy_out(orig, orig->lin_len, buf + n, rest);
	else
		rest = 0;
	return n + rest;
}

static bool error_send(struct stack *stack, const struct pkt *orig,
		       const struct ip4_hdr *about, const struct icmp4_hdr *h)
{
	struct pkt *pkt = pkt_new(stack->place.env, reason_of(h));
	uint8_t msg[ICMP4_HLEN + QUOTE_MAX];
	struct ip_send how = {
		.dst = ip_addr_v4(about->src),
		.proto = IP_PROTO_ICMP,
		.tos = TOS_CONTROL,
	};
	size_t len;

	if (!pkt)
		return false;
	len = ICMP4_HLEN + icmp_quote(orig, msg + ICMP4_HLEN, QUOTE_MAX);
	icmp4_emit(msg, len, h);
	if (pkt_append(pkt, msg, len)) {
		pkt_free(pkt);
		return false;
	}
	if (ip_addr_is_ours(stack, ip_addr_v4(about->dst)))
		how.src = ip_addr_v4(about->dst);
	return ip_output(stack, pkt, &how) == 0;
}

/* Everything but what the message says. */
static bool error_consider(struct stack *stack, const struct pkt *orig,
			   const struct icmp4_hdr *h)
{
	const uint8_t *p = ip_cheader(orig);
	size_t linear = (size_t)(pkt_cdata(orig) + orig->lin_len - p);
	struct ip4_hdr about;

	if (!icmp_of(stack) || ip4_hdr_parse_quoted(&about, p, linear) < 0)
		return false;
	if (!may_tell(stack, orig, &about))
		return false;
	if (!icmp_limit_take(stack, ip_addr_v4(about.src),
			     kind_of(h->type, h->code)))
		return false;
	return error_send(stack, orig, &about, h);
}

bool icmp_error(struct stack *stack, const struct pkt *orig, uint8_t type,
		uint8_t code, uint32_t info)
{
	const struct ip_version *other =
		ip_other(stack, *ip_cheader(orig) >> 4);
	struct icmp4_hdr h = {.type = type, .code = code};

	if (other)
		return other->error(stack, orig, type, code, info);

	if (type == ICMP4_PARAM_PROBLEM)
		h.pointer = (uint8_t)info;
	else
		h.mtu = (uint16_t)min_u32(info, UINT16_MAX);
	return error_consider(stack, orig, &h);
}

void icmp_redirect(struct stack *stack, const struct pkt *orig,
		   ip4_addr gateway)
{
	const struct icmp4_hdr h = {
		.type = ICMP4_REDIRECT,
		.code = ICMP4_REDIRECT_HOST,
		.gateway = gateway,
	};

	error_consider(stack, orig, &h);
}
