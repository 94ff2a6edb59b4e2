// SPDX-License-Identifier: MIT
/*
 * filter4.c - what a packet of IPv4 is to the filter
 *
 * Its ends, and of TCP its flags and numbers; of an ICMP error the ends of the
 * packet that it quotes.  Only the first fragment has ports, so fragments are
 * put together first.
 */

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/tcp.h"

#include "ip/filter_int.h"
#include "ip/icmp.h"
#include "ip/ip_int.h"
#include "ip/nat_int.h"

/* The ends of a packet, from the first eight octets of its transport. */
static void read_ends(struct track_key *key, const struct ip4_hdr *h,
		      const uint8_t *l4)
{
	struct icmp4_hdr icmp;

	*key = (struct track_key){
		.proto = h->proto,
		.from = {.addr = ip_addr_v4(h->src)},
		.to = {.addr = ip_addr_v4(h->dst)},
	};
	if (h->proto == IP_PROTO_TCP || h->proto == IP_PROTO_UDP) {
		key->from.port = get16(l4);
		key->to.port = get16(l4 + 2);
	} else if (h->proto == IP_PROTO_ICMP) {
		icmp4_parse_quoted(&icmp, l4, ICMP4_HLEN);
		key->from.port = key->to.port = icmp.id;
	}
}

/* The packet that an ICMP error is about.  False: there is none to be seen. */
static bool read_quoted(struct track_pkt *p, struct pkt *pkt,
			const struct ip4_hdr *h)
{
	size_t at = (size_t)h->hlen + ICMP4_HLEN, need;
	struct ip4_hdr quoted;
	const uint8_t *o = pkt_need(pkt, at + IP4_HLEN);

	if (!o)
		return false;
	need = at + (size_t)(o[at] & 15) * 4 + ICMP4_QUOTE_MIN;
	o = pkt_need(pkt, need);
	if (!o || ip4_hdr_parse_quoted(&quoted, o + at, need - at) < 0 ||
	    quoted.frag_off)
		return false;
	p->is_error = true;
	read_ends(&p->key, &quoted, o + at + quoted.hlen);
	return true;
}

static enum drop read_icmp(struct track_pkt *p, struct pkt *pkt,
			   const struct ip4_hdr *h, const uint8_t *l4)
{
	struct icmp4_hdr icmp;

	icmp4_parse_quoted(&icmp, l4, ICMP4_HLEN);
	p->may_open = icmp.type == ICMP4_ECHO;
	if (icmp4_is_error(icmp.type) && !read_quoted(p, pkt, h))
		return DROP_filter_state;
	return DROP_COUNT;
}

/* What is it?  DROP_COUNT if there is an answer. */
static enum drop pkt_read(struct track_pkt *p, struct pkt *pkt,
			  const struct ip4_hdr *h)
{
	static const uint8_t none[8];
	bool is_tcp = h->proto == IP_PROTO_TCP;
	const uint8_t *o;

	*p = (struct track_pkt){.may_open = true};
	if (!is_tcp && h->proto != IP_PROTO_UDP && h->proto != IP_PROTO_ICMP) {
		read_ends(&p->key, h, none);
		return DROP_COUNT;
	}
	o = pkt_need(pkt, h->hlen + (is_tcp ? TCP_HLEN : 8u));
	if (!o)
		return is_tcp			  ? DROP_tcp_short
		       : h->proto == IP_PROTO_UDP ? DROP_udp_short
						  : DROP_icmp_short;
	read_ends(&p->key, h, o + h->hlen);
	if (is_tcp)
		filter_read_tcp(p, o + h->hlen, pkt->len - h->hlen);
	else if (h->proto == IP_PROTO_ICMP)
		return read_icmp(p, pkt, h, o + h->hlen);
	return DROP_COUNT;
}

/* Beside a translation whom the segment was for has another name outside. */
static void send_translated(struct ip *ip, struct pkt *pkt, struct ip4_hdr *h,
			    const struct ip_hop *hop)
{
	enum drop why = DROP_COUNT;

	if (nat_of(ip->stack))
		pkt = nat_of(ip->stack)->ops->output(ip->stack, pkt, h,
						     hop->netif, &why);
	if (pkt && why != DROP_COUNT)
		pkt_drop(&ip->stack->place, pkt, why);
	else if (pkt)
		(void)ip_xmit(ip, pkt, hop, hop->netif->mtu);
}

/* A reset in the name of whom the segment was for. */
static void reset(struct stack *stack, const struct ip4_hdr *h,
		  const struct track_pkt *p)
{
	struct ip *ip = ip_of(stack);
	const struct ip_route *r = route_find(ip, h->src);
	struct ip4_hdr back = {
		.src = h->dst,
		.dst = h->src,
		.proto = IP_PROTO_TCP,
		.ttl = IP_TTL_DEFAULT,
		.flags = IP4_DF,
		.hlen = IP4_HLEN,
		.total_len = IP4_HLEN + TCP_HLEN,
	};
	struct ip_hop hop = {.next_hop = h->src};
	uint8_t buf[IP4_HLEN + TCP_HLEN];
	struct pkt *pkt;

	if (!r || r->kind != IP_ROUTE_UNICAST)
		return;
	pkt = pkt_new(stack->place.env, R_FILTER_RESET);
	if (!pkt)
		return; /* as if it were lost */
	ip4_hdr_emit(buf, &back);
	filter_reset_emit(buf + IP4_HLEN, p);
	put16(buf + IP4_HLEN + offsetof(struct tcp_wire, sum),
	      csum_fold(csum_add(
		      csum_pseudo4(back.src, back.dst, IP_PROTO_TCP, TCP_HLEN),
		      buf + IP4_HLEN, TCP_HLEN)));
	if (pkt_append(pkt, buf, sizeof(buf))) {
		pkt_free(pkt);
		return;
	}
	pkt->l3_off = pkt->lin_off;
	hop.netif = r->netif;
	hop.src = r->src;
	if (r->gateway.v)
		hop.next_hop = r->gateway;
	send_translated(ip, pkt, &back, &hop);
}

static void reject(struct stack *stack, struct pkt *pkt,
		   const struct ip4_hdr *h, const struct track_pkt *p)
{
	if (h->proto == IP_PROTO_TCP) {
		reset(stack, h, p);
		return;
	}
	pkt->l3_off = pkt->lin_off;
	icmp_error(stack, pkt, ICMP4_UNREACHABLE, ICMP4_FILTERED, 0);
}

enum drop filter_ask(struct stack *stack, struct pkt *pkt,
		     const struct ip4_hdr *h, struct track_end to)
{
	struct track_pkt p;
	struct track_key key;
	enum drop why = pkt_read(&p, pkt, h);

	if (why != DROP_COUNT)
		return why;
	key = p.key;
	key.to = to;
	why = filter_would(filter_of(stack), &key);
	if (why == DROP_filter_rejected)
		reject(stack, pkt, h, &p);
	return why;
}

struct pkt *filter_forward(struct stack *stack, struct pkt *pkt,
			   struct ip4_hdr *h, enum drop *why)
{
	struct track_pkt p;

	pkt = reass_whole(ip_of(stack), pkt, h);
	if (!pkt)
		return NULL;
	*why = pkt_read(&p, pkt, h);
	if (*why == DROP_COUNT)
		*why = filter_of(stack)->ops->judge(stack, &p);
	if (*why == DROP_filter_rejected)
		reject(stack, pkt, h, &p);
	return pkt;
}
