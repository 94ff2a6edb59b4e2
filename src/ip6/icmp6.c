// SPDX-License-Identifier: MIT
/*
 * icmp6.c - ICMPv6 messages that arrive (RFC 4443)
 *
 * Theory of operation
 * ===================
 *	echo		answered: the same packet goes back
 *	echo reply	handed to whoever asked (ip/icmp_echo.c)
 *	errors		handed to the transport whose packet they quote; an
 *			unknown type below 128 is an error too (2.4, a)
 *	all others	handed to who registered for the type, or dropped as
 *			icmp_type (2.4, b)
 *
 * An error quotes as much of our packet as fits into 1280 octets.  Everything
 * in the quotation is claimed by a stranger: the transport is asked whether it
 * has sent such a thing, and only then may the error lower the path MTU, and
 * never below 1280 (RFC 8201, 4).
 */

#include <errno.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/ip6_ext.h"

#include "core/probe.h"

#include "ip/icmp.h"
#include "ip/ip_foreign.h"
#include "ip/ip_listen.h"
#include "ip6/ip6_int.h"

/* Octets of a quotation that are looked at: headers, and the transport's. */
#define QUOTE_MAX (IP6_HLEN + IP6_EXT_MAX + 64)

#define CODE_ANY 0xff

/* clang-format off */
static const struct {
	uint8_t type, code;
	bool is_hard;
	int err;
} icmp6_errors[] = {
	{ICMP6_UNREACHABLE, ICMP6_NO_ROUTE,		false, ENETUNREACH},
	{ICMP6_UNREACHABLE, ICMP6_PROHIBITED,		true,  EACCES},
	{ICMP6_UNREACHABLE, ICMP6_BEYOND_SCOPE,		false, ENETUNREACH},
	{ICMP6_UNREACHABLE, ICMP6_PORT,			true,  ECONNREFUSED},
	{ICMP6_UNREACHABLE, ICMP6_SOURCE_POLICY,	true,  EACCES},
	{ICMP6_UNREACHABLE, ICMP6_REJECT_ROUTE,		true,  EACCES},
	{ICMP6_TOO_BIG,     CODE_ANY,			false, EMSGSIZE},
	{ICMP6_PARAM_PROBLEM, CODE_ANY,			true,  EPROTO},
};
/* clang-format on */

/* What is not in the table is soft. */
static void classify(struct ip_error *e)
{
	size_t i;

	e->err = EHOSTUNREACH;
	for (i = 0; i < ARRAY_SIZE(icmp6_errors); i++)
		if (icmp6_errors[i].type == e->type &&
		    (icmp6_errors[i].code == e->code ||
		     icmp6_errors[i].code == CODE_ANY)) {
			e->err = icmp6_errors[i].err;
			e->is_hard = icmp6_errors[i].is_hard;
			return;
		}
}

/* Hand an error to the transport; what it recognizes may lower the MTU. */
static enum drop error_deliver(struct stack *stack, const struct icmp6_hdr *h,
			       struct ip_error *e)
{
	bool is_mtu = h->type == ICMP6_TOO_BIG;

	if (!ip_addr_is_ours(stack, e->src) &&
	    !ip_foreign_source(stack, e->src))
		return DROP_icmp_stale;
	if (is_mtu && h->mtu < IP6_MTU_MIN)
		return DROP_icmp_mtu;
	if (is_mtu)
		e->mtu = pmtu_judge(stack, e->dst, h->mtu, 0);
	if (!ip_error_tell(stack, e))
		return DROP_icmp_stale;
	if (is_mtu && e->mtu)
		pmtu_lower(stack, e->dst, h->mtu, e->mtu);
	return DROP_COUNT;
}

static enum drop error_input(struct stack *stack, const struct pkt *pkt,
			     const struct icmp6_hdr *h,
			     const struct ip_meta *meta)
{
	uint8_t quote[QUOTE_MAX];
	size_t len = min_size(pkt->len - ICMP6_HLEN, sizeof(quote)), off;
	struct ip_error e = {.type = h->type, .code = h->code};
	uint32_t zone = netif_is_lo(meta->netif) ? 0 : meta->netif->index;
	struct ip6_hdr inner;
	bool is_piece;

	pkt_copy_out(pkt, ICMP6_HLEN, quote, len);
	if (ip6_hdr_parse_quoted(&inner, quote, len) < 0 ||
	    ip6_skip(quote, len, &e.proto, &off, &is_piece) || is_piece ||
	    len - off < ICMP6_QUOTE_MIN)
		return DROP_icmp_embed;
	e.src = ip_addr_v6_on(inner.src, zone);
	e.dst = ip_addr_v6_on(inner.dst, zone);
	e.from = meta->src;
	e.ttl = meta->ttl;
	e.tos = meta->tos;
	e.ifindex = meta->netif->index;
	e.l4 = quote + off;
	e.l4_len = len - off;
	classify(&e);
	PROBE_CAUSE(&stack->place, EV_NOTE, R_ICMP_ERROR_IN, pkt,
		    EVF_IP("from", &e.from), EVF_IP("about", &e.dst),
		    EVF_TEXT("error", icmp6_name(h->type, h->code)));
	return error_deliver(stack, h, &e);
}

static void on_error(struct stack *stack, struct pkt *pkt,
		     const struct ip_meta *meta, const struct icmp6_hdr *h)
{
	enum drop why = error_input(stack, pkt, h, meta);

	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

/* The same octets go back, with another type.  To a group nothing is
 * answered: one packet would elicit many.  Nothing is remembered of an answer,
 * so no "too big" about it could be told from a forged one: it is cut so that
 * it fits everywhere. */
static void on_echo(struct stack *stack, struct pkt *pkt,
		    const struct ip_meta *meta, const struct icmp6_hdr *h)
{
	struct icmp6_wire *w = (void *)pkt_data(pkt);
	const struct ip_send how = {
		.src = meta->dst,
		.dst = meta->src,
		.tos = meta->tos,
		.min_mtu = true,
	};

	(void)h;
	if (meta->is_mcast || ip_addr_is_zero(meta->src)) {
		pkt_drop(&stack->place, pkt, DROP_icmp_bcast);
		return;
	}
	w->type[0] = ICMP6_ECHO_REPLY;
	pkt->reason = R_ICMP6_ECHO_REPLY;
	pkt->is_relayed = false;
	pkt->cause = stack->place.env->cause;
	pkt->born_ns = stack_now(stack);
	icmp6_output(stack, pkt, &how);
}

static void on_echo_reply(struct stack *stack, struct pkt *pkt,
			  const struct ip_meta *meta, const struct icmp6_hdr *h)
{
	icmp_echo_answered(stack, pkt, h->id, h->seq, meta);
}

/*
 * Dispatch.
 */

static icmp6_input_fn *type_find(const struct ip6 *ip6, uint8_t type)
{
	int i;

	for (i = 0; i < ip6->type_count; i++)
		if (ip6->types[i].type == type)
			return ip6->types[i].fn;
	return icmp6_is_error(type) ? on_error : NULL;
}

int icmp6_register(struct stack *stack, uint8_t type, icmp6_input_fn *fn)
{
	struct ip6 *ip6 = ip6_of(stack);

	if (type_find(ip6, type))
		return -EEXIST;
	if (ip6->type_count == ICMP6_TYPES_MAX)
		return -ENOSPC;
	ip6->types[ip6->type_count].type = type;
	ip6->types[ip6->type_count].fn = fn;
	ip6->type_count++;
	return 0;
}

static enum drop input_check(struct pkt *pkt, const struct ip_meta *meta,
			     struct icmp6_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, ICMP6_HLEN);
	uint32_t sum;

	if (!p)
		return DROP_icmp_short;
	icmp6_parse(h, p, ICMP6_HLEN);
	if (pkt->csum != PKT_CSUM_NONE)
		return DROP_COUNT;
	sum = csum_pseudo(meta->src, meta->dst, IP_PROTO_ICMP6, pkt->len);
	sum = csum_combine(sum, pkt_csum(pkt, 0, pkt->len));
	return csum_fold(sum) ? DROP_icmp_csum : DROP_COUNT;
}

static void icmp6_input(struct stack *stack, struct pkt *pkt,
			const struct ip_meta *meta)
{
	struct icmp6_hdr h;
	enum drop why = input_check(pkt, meta, &h);
	icmp6_input_fn *fn = NULL;

	if (why == DROP_COUNT) {
		fn = type_find(ip6_of(stack), h.type);
		why = DROP_icmp_type;
	}
	if (fn)
		fn(stack, pkt, meta, &h);
	else
		ip_unheard(stack, pkt, why);
}

int icmp6_output(struct stack *stack, struct pkt *pkt,
		 const struct ip_send *how)
{
	struct icmp6_wire *w = (void *)pkt_need(pkt, ICMP6_HLEN_MIN);
	struct ip_send mine = *how;
	uint32_t sum;
	int err = 0;

	mine.proto = IP_PROTO_ICMP6;
	if (mine.src.family == IP_NONE)
		err = ip_source_for(stack, how->dst, &mine.src);
	if (err || !w) {
		pkt_drop(&stack->place, pkt, DROP_ip_no_route);
		return err ? err : -EINVAL;
	}
	put16(w->sum, 0);
	sum = csum_pseudo6(mine.src.v6, mine.dst.v6, IP_PROTO_ICMP6, pkt->len);
	put16(w->sum, csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len))));
	pkt->csum = PKT_CSUM_NONE;
	return ip_output(stack, pkt, &mine);
}

/* An error about an ICMPv6 message of ours: only echo requests count. */
static bool error_about(struct stack *stack, const struct ip_error *err)
{
	struct icmp6_hdr h;

	return icmp6_parse(&h, err->l4, err->l4_len) > 0 &&
	       h.type == ICMP6_ECHO &&
	       icmp_echo_failed(stack, h.id, h.seq, err);
}

static const struct ip_proto icmp6_proto = {
	.proto = IP_PROTO_ICMP6,
	.family = IP_V6,
	.input = icmp6_input,
	.error = error_about,
};

int icmp6_init(struct ip6 *ip6)
{
	int err = ip_register(ip6->stack, &icmp6_proto);

	if (!err)
		err = icmp6_register(ip6->stack, ICMP6_ECHO, on_echo);
	if (!err)
		err = icmp6_register(ip6->stack, ICMP6_ECHO_REPLY,
				     on_echo_reply);
	return err;
}
