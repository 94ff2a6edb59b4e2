// SPDX-License-Identifier: MIT
/*
 * filter6.c - what a packet of IPv6 is to the filter
 *
 * Theory of operation
 * ===================
 * As in ip/filter4.c, but the transport stands behind a chain of extension
 * headers, and routers do not put fragments together: what is behind a
 * fragment header passes by what was decided about the first fragment.  The
 * datagrams whose first fragment was allowed are remembered for a while, by
 * addresses and identification; a fragment that comes before its first is
 * dropped, and with it the datagram, which its sender will send again.
 *
 * Of ICMPv6 errors pass that are about a connection which is remembered, for
 * without "packet too big" nothing works (RFC 4890, 4.3.1); and echoes.
 *
 * Limits
 * ------
 * PIECES datagrams in fragments at a time; chains of up to 512 octets.
 */

#include "wire/csum.h"
#include "wire/icmp6.h"
#include "wire/ip6_ext.h"
#include "wire/tcp.h"

#include "core/probe.h"

#include "ip/filter.h"
#include "ip6/icmp6.h"
#include "ip6/ip6_int.h"

/* What of a packet is looked at: chains, and what an error quotes. */
#define FRONT_MAX (IP6_HLEN + 512 + IP6_HLEN + TCP_HLEN)
#define PIECE_NS  (60 * NS_PER_S)

/* The identification of a packet with a fragment header; false: it has none. */
static bool fragment_id(const uint8_t *p, size_t len, uint32_t *id,
			bool *is_first)
{
	uint8_t next = p[offsetof(struct ip6_wire, next)];
	size_t off = IP6_HLEN;

	for (int i = 0; i < 8 && off + 8 <= len; i++) {
		if (next == IP_PROTO_FRAGMENT) {
			*is_first = !(get16(p + off + 2) & ~7U);
			*id = get32(p + off + 4);
			return true;
		}
		if (next != IP_PROTO_HOPOPTS && next != IP_PROTO_ROUTING &&
		    next != IP_PROTO_DSTOPTS)
			return false;
		next = p[off];
		off += (p[off + 1] + 1U) * 8;
	}
	return false;
}

/*
 * Datagrams in fragments.
 */

static struct ip6_piece *piece_find(struct ip6 *ip6, const struct ip6_hdr *h,
				    uint32_t id)
{
	for (size_t i = 0; i < IP6_PIECES; i++) {
		struct ip6_piece *p = &ip6->pieces[i];

		if (p->until_ns > stack_now(ip6->stack) && p->id == id &&
		    ip6_eq(p->src, h->src) && ip6_eq(p->dst, h->dst))
			return p;
	}
	return NULL;
}

static void piece_note(struct ip6 *ip6, const struct ip6_hdr *h, uint32_t id)
{
	struct ip6_piece *p = piece_find(ip6, h, id);

	if (!p)
		p = &ip6->pieces[ip6->piece_next++ % IP6_PIECES];
	*p = (struct ip6_piece){
		.src = h->src,
		.dst = h->dst,
		.id = id,
		.until_ns = stack_now(ip6->stack) + PIECE_NS,
	};
}

/*
 * What is it?
 */

static void read_ends(struct track_pkt *p, const struct ip6_hdr *h,
		      uint8_t proto, const uint8_t *l4)
{
	p->key = (struct track_key){
		.proto = proto,
		.from = {.addr = ip_addr_v6(h->src)},
		.to = {.addr = ip_addr_v6(h->dst)},
	};
	if (proto == IP_PROTO_TCP || proto == IP_PROTO_UDP) {
		p->key.from.port = get16(l4);
		p->key.to.port = get16(l4 + 2);
	} else if (proto == IP_PROTO_ICMP6) {
		p->key.from.port = p->key.to.port = get16(l4 + 4);
	}
}

/* The packet that an error is about. */
static enum drop read_quoted(struct track_pkt *p, const uint8_t *o, size_t len)
{
	struct ip6_hdr quoted;
	uint8_t proto;
	size_t off;
	bool is_piece;

	if (ip6_hdr_parse_quoted(&quoted, o, len) < 0 ||
	    ip6_skip(o, len, &proto, &off, &is_piece) || is_piece ||
	    off + 8 > len)
		return DROP_filter_state;
	p->is_error = true;
	p->may_open = false;
	read_ends(p, &quoted, proto, o + off);
	return DROP_COUNT;
}

/* @o: the packet, of which @len octets are there; its transport is at @off. */
static enum drop read_l4(struct track_pkt *p, const struct ip6_hdr *h,
			 const uint8_t *o, size_t len, size_t off)
{
	uint8_t proto = p->key.proto;
	bool is_tcp = proto == IP_PROTO_TCP;
	bool is_icmp = proto == IP_PROTO_ICMP6;

	p->may_open = true;
	if (!is_tcp && !is_icmp && proto != IP_PROTO_UDP) {
		read_ends(p, h, proto, NULL);
		return DROP_COUNT;
	}
	if (off + (is_tcp ? TCP_HLEN : 8u) > len)
		return is_tcp	 ? DROP_tcp_short
		       : is_icmp ? DROP_icmp_short
				 : DROP_udp_short;
	read_ends(p, h, proto, o + off);
	if (is_tcp)
		filter_read_tcp(p, o + off, h->payload_len + IP6_HLEN - off);
	if (is_icmp && icmp6_is_error(o[off]))
		return read_quoted(p, o + off + 8, len - off - 8);
	if (is_icmp)
		p->may_open = o[off] == ICMP6_ECHO;
	return DROP_COUNT;
}

/*
 * No, aloud.
 */

/* A reset in the name of whom the segment was for. */
static void reset(struct ip6 *ip6, const struct ip6_hdr *h,
		  const struct track_pkt *p)
{
	const struct ip6_route *r = trie6_lookup(&ip6->trie, h->src, NULL);
	const struct ip6_hdr back = {
		.src = h->dst,
		.dst = h->src,
		.next = IP_PROTO_TCP,
		.hops = IP_TTL_DEFAULT,
		.payload_len = TCP_HLEN,
	};
	struct ip6_hop hop = {.next_hop = h->src};
	uint8_t buf[IP6_HLEN + TCP_HLEN];
	struct pkt *pkt;

	if (!r || r->kind != IP_ROUTE_UNICAST)
		return;
	pkt = pkt_new(ip6->stack->place.env, R_FILTER_RESET);
	if (!pkt)
		return; /* as if it were lost */
	ip6_hdr_emit(buf, &back);
	filter_reset_emit(buf + IP6_HLEN, p);
	put16(buf + IP6_HLEN + offsetof(struct tcp_wire, sum),
	      csum_fold(csum_add(
		      csum_pseudo6(back.src, back.dst, IP_PROTO_TCP, TCP_HLEN),
		      buf + IP6_HLEN, TCP_HLEN)));
	if (pkt_append(pkt, buf, sizeof(buf))) {
		pkt_free(pkt);
		return;
	}
	pkt->l3_off = pkt->lin_off;
	hop.netif = r->netif;
	if (!ip6_is_zero(r->gateway))
		hop.next_hop = r->gateway;
	(void)ip6_xmit(ip6, pkt, &hop, 0);
}

static void reject(struct ip6 *ip6, const struct pkt *pkt,
		   const struct ip6_hdr *h, const struct track_pkt *p)
{
	if (p->key.proto == IP_PROTO_TCP)
		reset(ip6, h, p);
	else
		icmp6_error(ip6->stack, pkt, ICMP6_UNREACHABLE,
			    ICMP6_PROHIBITED, 0);
}

enum drop filter6_check(struct ip6 *ip6, const struct pkt *pkt,
			const struct ip6_hdr *h)
{
	struct track_pkt p = {0};
	bool is_piece, is_frag, is_first = false;
	size_t len, off;
	uint32_t id = 0;
	enum drop why;
	uint8_t o[FRONT_MAX];

	len = min_size(pkt->len, sizeof(o));
	pkt_copy_out(pkt, 0, o, len);
	is_frag = fragment_id(o, len, &id, &is_first);
	if (is_frag && !is_first)
		return piece_find(ip6, h, id) ? DROP_COUNT : DROP_filter_state;
	if (ip6_skip(o, len, &p.key.proto, &off, &is_piece) || is_piece)
		return DROP_ip6_ext;
	why = read_l4(&p, h, o, len, off);
	if (why == DROP_COUNT)
		why = filter_judge(ip6->stack, &p);
	if (why == DROP_COUNT && is_frag)
		piece_note(ip6, h, id);
	if (why == DROP_filter_rejected)
		reject(ip6, pkt, h, &p);
	return why;
}
