// SPDX-License-Identifier: MIT
/*
 * icmp.c - ICMP messages that arrive
 *
 * Theory of operation
 * ===================
 *	echo		answered: the same packet goes back
 *	echo reply	handed to whoever asked (icmp_echo.c)
 *	errors		handed to the transport whose packet they quote
 *	redirects	believed if they look right (icmp_redirect.c)
 *	all others	dropped as icmp_type
 *
 * An error is about a packet of ours, of which it quotes the IP header and at
 * least eight octets.  Everything in the quotation is claimed by a stranger.
 * The transport is asked whether it has sent such a thing; only then does the
 * error count, and only then may it lower the path MTU.
 */

#include <errno.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/ip4.h"
#include "wire/ip4_opt.h"

#include "core/probe.h"

#include "ip/icmp_int.h"
#include "ip/ip_int.h"

/* Octets of a quotation that are looked at: header with options, transport. */
#define QUOTE_MAX (IP4_HLEN_MAX + 64)

/* RFC 1122, 3.2.2.7 and 4.1.1: what errors are called above. */
/* clang-format off */
static const struct {
	uint8_t type, code;
	bool is_hard;
	int err;
} icmp_errors[] = {
	{ICMP4_UNREACHABLE, ICMP4_NET,			false, ENETUNREACH},
	{ICMP4_UNREACHABLE, ICMP4_HOST,			false, EHOSTUNREACH},
	{ICMP4_UNREACHABLE, ICMP4_PROTO,		true,  ENOPROTOOPT},
	{ICMP4_UNREACHABLE, ICMP4_PORT,			true,  ECONNREFUSED},
	{ICMP4_UNREACHABLE, ICMP4_FRAG_NEEDED,		false, EMSGSIZE},
	{ICMP4_UNREACHABLE, ICMP4_SOURCE_ROUTE,		false, EOPNOTSUPP},
	{ICMP4_UNREACHABLE, ICMP4_NET_UNKNOWN,		true,  ENETUNREACH},
	{ICMP4_UNREACHABLE, ICMP4_HOST_UNKNOWN,		true,  EHOSTDOWN},
	{ICMP4_UNREACHABLE, ICMP4_NET_PROHIBITED,	true,  ENETUNREACH},
	{ICMP4_UNREACHABLE, ICMP4_HOST_PROHIBITED,	true,  EHOSTUNREACH},
	{ICMP4_UNREACHABLE, ICMP4_FILTERED,		true,  EHOSTUNREACH},
	{ICMP4_PARAM_PROBLEM, 0,			true,  EPROTO},
};
/* clang-format on */

/* Codes that are not in the table are soft. */
static void classify(struct ip_error *e)
{
	size_t i;

	e->err = EHOSTUNREACH;
	e->is_hard = false;
	for (i = 0; i < ARRAY_SIZE(icmp_errors); i++)
		if (icmp_errors[i].type == e->type &&
		    icmp_errors[i].code == e->code) {
			e->err = icmp_errors[i].err;
			e->is_hard = icmp_errors[i].is_hard;
		}
}

/* Hand an error to the transport; what it recognizes may lower the MTU. */
static bool error_deliver(struct stack *stack, const struct ip4_hdr *inner,
			  const struct icmp4_hdr *h, struct ip_error *e)
{
	bool is_mtu = e->err == EMSGSIZE;

	if (inner->frag_off)
		return false;
	if (is_mtu)
		e->mtu = pmtu_judge(stack, e->dst, h->mtu, inner->total_len);
	if (!ip_error_tell(stack, e))
		return false;
	if (is_mtu && e->mtu)
		pmtu_lower(stack, e->dst, h->mtu, e->mtu);
	return true;
}

static enum drop error_input(struct stack *stack, const struct pkt *pkt,
			     const struct icmp4_hdr *h,
			     const struct ip_meta *meta)
{
	uint8_t quote[QUOTE_MAX];
	size_t len = min_size(pkt->len - ICMP4_HLEN, sizeof(quote));
	struct ip_error e = {.type = h->type, .code = h->code};
	struct ip4_hdr inner;
	int hlen;

	pkt_copy_out(pkt, ICMP4_HLEN, quote, len);
	hlen = ip4_hdr_parse_quoted(&inner, quote, len);
	if (hlen < 0 || len - (size_t)hlen < ICMP4_QUOTE_MIN)
		return DROP_icmp_embed;
	e.src = ip_addr_v4(inner.src);
	e.dst = ip_addr_v4(inner.dst);
	e.from = meta->src;
	e.ttl = meta->ttl;
	e.tos = meta->tos;
	e.ifindex = meta->netif->index;
	e.proto = inner.proto;
	e.l4 = quote + hlen;
	e.l4_len = len - (size_t)hlen;
	classify(&e);
	PROBE_CAUSE(&stack->place, EV_NOTE, R_ICMP_ERROR_IN, pkt,
		    EVF_IP("from", &e.from), EVF_IP("about", &e.dst),
		    EVF_TEXT("error", icmp4_name(h->type, h->code)));
	if ((!ip_addr_is_ours(stack, e.src) &&
	     !ip_foreign_source(stack, e.src)) ||
	    !error_deliver(stack, &inner, h, &e))
		return DROP_icmp_stale;
	return DROP_COUNT;
}

/* The same octets go back, with another type, and options that tell of the way
 * go with them.  Takes @pkt. */
static void echo_answer(struct stack *stack, struct pkt *pkt,
			const struct ip_meta *meta)
{
	struct icmp4_wire *w = (void *)pkt_data(pkt);
	uint8_t came[IP4_OPTS_MAX], opts[IP4_OPTS_MAX];
	size_t len = ip_opts_of(pkt, came);
	const struct ip_send how = {
		.src = meta->dst,
		.dst = meta->src,
		.proto = IP_PROTO_ICMP,
		.tos = meta->tos,
		.opt = opts,
		.opt_len =
			(uint8_t)(len ? ip4_opts_answer(opts, came, len) : 0),
	};

	w->type[0] = ICMP4_ECHO_REPLY;
	put16(w->sum, csum_update16(get16(w->sum), ICMP4_ECHO << 8,
				    ICMP4_ECHO_REPLY << 8));
	pkt->reason = R_ICMP_ECHO_REPLY;
	pkt->is_relayed = false;
	pkt->cause = stack->place.env->cause;
	pkt->csum = PKT_CSUM_NONE;
	pkt->born_ns = stack_now(stack);
	ip_output(stack, pkt, &how);
}

static enum drop icmp_check(struct pkt *pkt, struct icmp4_hdr *h)
{
	const uint8_t *p = pkt_need(pkt, ICMP4_HLEN);

	if (!p)
		return DROP_icmp_short;
	if (csum_fold(pkt_csum(pkt, 0, pkt->len)) != 0)
		return DROP_icmp_csum;
	icmp4_parse_quoted(h, p, ICMP4_HLEN);
	return DROP_COUNT;
}

/* Returns whether the message was taken; else *why is set. */
static bool icmp_dispatch(struct stack *stack, struct pkt *pkt,
			  const struct icmp4_hdr *h, const struct ip_meta *meta,
			  enum drop *why)
{
	switch (h->type) {
	case ICMP4_ECHO:
		*why = DROP_icmp_bcast;
		if (meta->is_bcast || meta->is_mcast)
			return false; /* RFC 1122, 3.2.2.6: may be ignored */
		echo_answer(stack, pkt, meta);
		return true;
	case ICMP4_ECHO_REPLY:
		icmp_echo_input(icmp_of(stack), pkt, h, meta);
		return true;
	case ICMP4_UNREACHABLE:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAM_PROBLEM:
	case ICMP4_REDIRECT:
		*why = h->type == ICMP4_REDIRECT
			       ? icmp_redirect_input(icmp_of(stack), pkt, h,
						     meta)
			       : error_input(stack, pkt, h, meta);
		if (*why != DROP_COUNT)
			return false;
		pkt_free(pkt);
		return true;
	default:
		*why = DROP_icmp_type;
		return false;
	}
}

static void icmp_input(struct stack *stack, struct pkt *pkt,
		       const struct ip_meta *meta)
{
	struct icmp4_hdr h;
	enum drop why = icmp_check(pkt, &h);

	if (why == DROP_COUNT && icmp_dispatch(stack, pkt, &h, meta, &why))
		return;
	ip_unheard(stack, pkt, why);
}

/* An error about an ICMP message of ours: only echo requests count. */
static bool icmp_error_about(struct stack *stack, const struct ip_error *err)
{
	return icmp_echo_error(icmp_of(stack), err);
}

static const struct ip_proto icmp_proto = {
	.proto = IP_PROTO_ICMP,
	.family = IP_V4,
	.input = icmp_input,
	.error = icmp_error_about,
};

int icmp_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct icmp *icmp = mem_alloc(mem, sizeof(*icmp));

	if (!icmp)
		return -ENOMEM;
	if (stack_new_key(stack, &icmp->key)) {
		mem_free(mem, icmp, sizeof(*icmp));
		return -EIO;
	}
	icmp->stack = stack;
	list_init(&icmp->echoes);
	icmp_redirect_init(icmp);
	stack->slot[SLOT_ICMP] = icmp;
	return ip_register(stack, &icmp_proto);
}

void icmp_fini(struct stack *stack)
{
	struct icmp *icmp = icmp_of(stack);

	if (!icmp)
		return;
	while (!list_is_empty(&icmp->echoes))
		icmp_echo_close(icmp_echo_first(icmp));
	icmp_redirect_fini(icmp);
	mem_free(stack->place.env->mem, icmp, sizeof(*icmp));
	stack->slot[SLOT_ICMP] = NULL;
}
