// SPDX-License-Identifier: MIT
/*
 * nat_xlate.c - packets through the translation
 *
 * Theory of operation
 * ===================
 *	out	source in one of the inside networks, leaving by the outside
 *		interface: the source becomes the mapping's outside endpoint
 *	in	arriving at the outside interface for the outside address: the
 *		destination becomes the mapping's inside endpoint; without a
 *		session it is the router's own, or (for ports that mappings
 *		get) nobody's
 *	hairpin	from inside for the outside address: out and in again, without
 *		leaving.  Who receives it sees the outside endpoint of the
 *		sender, as everybody does (RFC 4787, REQ-9a), so that his
 *		answer takes the same way back
 *
 * Only TCP, UDP and ICMP echo have something to tell flows apart by; other
 * protocols from inside are dropped as nat_none.  Fragments are put together
 * first, because only the first has ports.
 *
 * Many hosts behind one address may choose the same identification for a
 * packet, and fragments of theirs would be mixed up; so what may be fragmented
 * gets one of ours (RFC 6864, 5.3; RFC 7857, 10).
 *
 * Checksums are brought up to date, never computed anew (RFC 1624), so an
 * error in what a host sent is still seen by whoever receives it.
 *
 * A TCP segment opens a session only with SYN.  Segments of a connection that
 * the router has forgotten are dropped without a word: that is how idle
 * connections die behind home routers.
 */

#include "base/check.h"

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "core/probe.h"

#include "ip/filter_int.h"
#include "ip/icmp.h"
#include "ip/ip_id.h"
#include "ip/ip_int.h"
#include "ip/nat_int.h"

/* What of a packet's transport header matters here. */
struct flow {
	uint8_t proto;
	struct nat_end src, dst;
	uint16_t tcp_flags;
	bool is_error; /* an ICMP error: nat_icmp.c */
	bool is_own;   /* ICMP, but neither error nor echo: the router's own */
};

static enum drop flow_icmp(struct flow *f, const uint8_t *p, bool is_out)
{
	struct icmp4_hdr h;

	icmp4_parse_quoted(&h, p, ICMP4_HLEN);
	f->is_error = icmp4_is_error(h.type);
	f->is_own = !f->is_error &&
		    h.type != (is_out ? ICMP4_ECHO : ICMP4_ECHO_REPLY);
	/* Of a request the identifier is the source's, of a reply the other's.
	 */
	if (is_out)
		f->src.port = h.id;
	else
		f->dst.port = h.id;
	return DROP_COUNT;
}

/* Read the ports; DROP_COUNT if all is well. */
static enum drop flow_read(struct flow *f, struct pkt *pkt,
			   const struct ip4_hdr *h, bool is_out)
{
	bool is_tcp = h->proto == IP_PROTO_TCP;
	const uint8_t *p = pkt_need(pkt, h->hlen + (is_tcp ? TCP_HLEN : 8u));

	*f = (struct flow){
		.proto = h->proto,
		.src = {.addr = h->src},
		.dst = {.addr = h->dst},
	};
	if (!is_tcp && h->proto != IP_PROTO_UDP && h->proto != IP_PROTO_ICMP) {
		f->is_own = true;
		return DROP_COUNT;
	}
	if (!p)
		return is_tcp ? DROP_tcp_short
			      : (h->proto == IP_PROTO_UDP ? DROP_udp_short
							  : DROP_icmp_short);
	p += h->hlen;
	if (h->proto == IP_PROTO_ICMP)
		return flow_icmp(f, p, is_out);
	f->src.port = get16(p);
	f->dst.port = get16(p + 2);
	if (is_tcp)
		f->tcp_flags = p[offsetof(struct tcp_wire, flags)];
	return DROP_COUNT;
}

/*
 * Headers.
 */

/* A checksum field of TCP or UDP after one endpoint has changed. */
static void mend_l4(const struct pkt *pkt, uint8_t *field, struct nat_end from,
		    struct nat_end to)
{
	uint16_t sum = get16(field);

	if (pkt->csum == PKT_CSUM_PARTIAL) {
		/* The sum of the pseudo header, not complemented: addresses
		 * count, ports not yet. */
		sum = (uint16_t)~csum_update32((uint16_t)~sum, from.addr.v,
					       to.addr.v);
	} else {
		sum = csum_update32(sum, from.addr.v, to.addr.v);
		sum = csum_update16(sum, from.port, to.port);
	}
	put16(field, sum);
}

static void mend_udp(const struct pkt *pkt, uint8_t *field, struct nat_end from,
		     struct nat_end to)
{
	if (!get16(field) && pkt->csum != PKT_CSUM_PARTIAL)
		return; /* no checksum was sent */
	mend_l4(pkt, field, from, to);
	if (pkt->csum != PKT_CSUM_PARTIAL)
		put16(field, udp_sum_to_send(get16(field)));
}

/* Put @to in the place of @from, the source or the destination. */
static void rewrite(struct pkt *pkt, struct ip4_hdr *h, bool is_src,
		    struct nat_end from, struct nat_end to)
{
	uint8_t *ip = pkt_data(pkt), *p = ip + h->hlen;

	switch (h->proto) {
	case IP_PROTO_TCP:
		mend_l4(pkt, p + offsetof(struct tcp_wire, sum), from, to);
		put16(p + (is_src ? 0 : 2), to.port);
		break;
	case IP_PROTO_UDP:
		mend_udp(pkt, p + offsetof(struct udp_wire, sum), from, to);
		put16(p + (is_src ? 0 : 2), to.port);
		break;
	default: /* an echo: the identifier, and no pseudo header */
		put16(p + offsetof(struct icmp4_wire, sum),
		      csum_update16(get16(p + offsetof(struct icmp4_wire, sum)),
				    from.port, to.port));
		put16(p + offsetof(struct icmp4_wire, rest), to.port);
		break;
	}
	if (is_src) {
		ip4_patch_src(ip, to.addr);
		h->src = to.addr;
	} else {
		ip4_patch_dst(ip, to.addr);
		h->dst = to.addr;
	}
}

static void tell(struct nat *nat, const struct pkt *pkt, enum reason what,
		 struct nat_end from, struct nat_end to)
{
	struct endpoint a = {ip_addr_v4(from.addr), from.port};
	struct endpoint b = {ip_addr_v4(to.addr), to.port};

	PROBE(&nat->stack->place, EV_NOTE, what, pkt, EVF_EP("from", &a),
	      EVF_EP("to", &b));
}

/*
 * States.
 */

static void tcp_begins_anew(struct nat *nat, struct nat_session *s)
{
	s->fin_in = s->fin_out = s->syn_in = s->syn_out = false;
	s->has_answered = false;
	nat_set_state(nat, s, NAT_TCP_NEW);
}

/* A reset need not be true: whoever goes on talking is not closed
 * (RFC 6146, 3.5.2.2, as RFC 7857, 2 takes it over). */
static bool was_not_reset(const struct nat_session *s, uint16_t flags)
{
	return s->state == NAT_TCP_CLOSED && s->syn_in && s->syn_out &&
	       !(s->fin_in && s->fin_out) && !(flags & (TCP_RST | TCP_SYN));
}

static bool is_open(const struct nat_session *s, uint16_t flags)
{
	return s->syn_in && s->syn_out &&
	       (flags & (TCP_SYN | TCP_ACK)) == TCP_ACK;
}

static void tcp_seen(struct nat *nat, struct nat_session *s, uint16_t flags,
		     bool is_out)
{
	if (s->state == NAT_TCP_CLOSED &&
	    (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		tcp_begins_anew(nat, s);
	if (flags & TCP_SYN)
		*(is_out ? &s->syn_out : &s->syn_in) = true;
	if (flags & TCP_FIN)
		*(is_out ? &s->fin_out : &s->fin_in) = true;
	if (flags & TCP_RST || (s->fin_in && s->fin_out))
		nat_set_state(nat, s, NAT_TCP_CLOSED);
	else if ((s->state == NAT_TCP_NEW && is_open(s, flags)) ||
		 was_not_reset(s, flags))
		nat_set_state(nat, s, NAT_TCP_OPEN);
}

static void session_seen(struct nat *nat, struct nat_session *s,
			 const struct flow *f, bool is_out)
{
	nat_touch(nat, s);
	if (!is_out)
		s->has_answered = true;
	if (f->proto == IP_PROTO_TCP)
		tcp_seen(nat, s, f->tcp_flags, is_out);
	else if (f->proto == IP_PROTO_UDP && s->has_answered && is_out)
		nat_set_state(nat, s, NAT_UDP_STREAM);
}

static bool may_open(const struct flow *f)
{
	return f->proto != IP_PROTO_TCP ||
	       (f->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

/*
 * Out.
 */

/* A session for a packet from inside; DROP_COUNT and @into if there is one. */
static enum drop session_out(struct nat *nat, struct pkt *pkt,
			     const struct flow *f, struct nat_session **into)
{
	*into = nat_find_out(nat, f->proto, f->src, f->dst);
	if (*into)
		return DROP_COUNT;
	if (!may_open(f))
		return DROP_nat_none;
	*into = nat_open_out(nat, f->proto, f->src, f->dst);
	if (*into)
		return DROP_COUNT;
	/* RFC 5508, REQ-8: the sender is ours, and may know. */
	pkt->l3_off = pkt->lin_off;
	icmp_error(nat->stack, pkt, ICMP4_UNREACHABLE, ICMP4_FILTERED, 0);
	return DROP_nat_full;
}

static void pass_out(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h,
		     const struct flow *f, struct nat_session *s)
{
	session_seen(nat, s, f, true);
	tell(nat, pkt, R_NAT_OUT, f->src, s->map->out);
	rewrite(pkt, h, true, f->src, s->map->out);
	if (!(h->flags & IP4_DF)) {
		h->id = ip_id_next(ip_of(nat->stack));
		ip4_patch_id(pkt_data(pkt), h->id);
	}
}

static void pass_in(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h,
		    const struct flow *f, struct nat_session *s)
{
	session_seen(nat, s, f, false);
	tell(nat, pkt, R_NAT_IN, f->dst, s->map->in);
	rewrite(pkt, h, false, f->dst, s->map->in);
}

static enum drop xlate_out(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h)
{
	struct nat_session *s;
	struct flow f;
	enum drop why = flow_read(&f, pkt, h, true);

	if (why != DROP_COUNT)
		return why;
	if (f.is_error)
		return nat_icmp_out(nat, pkt, h);
	if (f.is_own)
		return DROP_nat_none;
	why = session_out(nat, pkt, &f, &s);
	if (why == DROP_COUNT)
		pass_out(nat, pkt, h, &f, s);
	return why;
}

struct pkt *nat_output(struct stack *stack, struct pkt *pkt, struct ip4_hdr *h,
		       struct netif *out, enum drop *why)
{
	struct nat *nat = nat_of(stack);

	if (out != nat->outside || !nat_is_inside(nat, h->src))
		return pkt;
	pkt = reass_whole(ip_of(stack), pkt, h);
	if (pkt)
		*why = xlate_out(nat, pkt, h);
	return pkt;
}

/*
 * In.
 */

static bool is_mapped_port(const struct flow *f)
{
	return f->proto != IP_PROTO_ICMP && f->dst.port >= NAT_PORT_MIN &&
	       f->dst.port <= NAT_PORT_MAX;
}

/* A session for a packet from outside; DROP_COUNT and NULL: it is not for
 * anybody inside. */
static enum drop session_in(struct nat *nat, struct pkt *pkt,
			    const struct ip4_hdr *h, const struct flow *f,
			    struct nat_session **into)
{
	enum drop why = DROP_COUNT;
	struct track_end to;
	struct nat_end in;

	*into = nat_find_in(nat, f->proto, f->dst, f->src);
	if (*into || !may_open(f) ||
	    !nat_place_in(nat, f->proto, f->dst, f->src, &in))
		return DROP_COUNT;
	to = (struct track_end){ip_addr_v4(in.addr), in.port};
	if (filter_of(nat->stack))
		why = filter_of(nat->stack)->ops->ask(nat->stack, pkt, h, to);
	if (why == DROP_COUNT)
		*into = nat_open_in(nat, f->proto, f->dst, f->src);
	return why;
}

static enum drop xlate_in(struct nat *nat, struct pkt *pkt, struct ip4_hdr *h)
{
	struct nat_session *s;
	struct flow f;
	enum drop why;

	/* What cannot be read is for the transport here to judge. */
	if (flow_read(&f, pkt, h, false) != DROP_COUNT || f.is_own)
		return DROP_COUNT;
	if (f.is_error)
		return nat_icmp_in(nat, pkt, h);
	why = session_in(nat, pkt, h, &f, &s);
	if (why != DROP_COUNT)
		return why;
	if (!s)
		return is_mapped_port(&f) ? DROP_nat_none : DROP_COUNT;
	pass_in(nat, pkt, h, &f, s);
	return DROP_COUNT;
}

/*
 * Hairpin.
 */

/* About a packet that took the hairpin, or about one of the router's own. */
static enum drop hairpin_error(struct nat *nat, struct pkt *pkt,
			       struct ip4_hdr *h)
{
	if (nat_icmp_out(nat, pkt, h) != DROP_COUNT)
		return DROP_COUNT;
	return nat_icmp_in(nat, pkt, h);
}

static enum drop xlate_hairpin(struct nat *nat, struct pkt *pkt,
			       struct ip4_hdr *h)
{
	struct nat_session *s;
	struct flow f;
	enum drop why;

	if (flow_read(&f, pkt, h, true) != DROP_COUNT || f.is_own)
		return DROP_COUNT;
	if (f.is_error)
		return hairpin_error(nat, pkt, h);
	if (f.proto == IP_PROTO_ICMP) /* the router's own address is pinged */
		return DROP_COUNT;
	if (!nat_has_place(nat, f.proto, f.dst))
		return is_mapped_port(&f) ? DROP_nat_none : DROP_COUNT;
	why = session_out(nat, pkt, &f, &s);
	if (why != DROP_COUNT)
		return why;
	pass_out(nat, pkt, h, &f, s);
	f.src = s->map->out;
	s = nat_find_in(nat, f.proto, f.dst, f.src);
	if (!s && may_open(&f))
		s = nat_open_in(nat, f.proto, f.dst, f.src);
	if (!s)
		return DROP_nat_none;
	pass_in(nat, pkt, h, &f, s);
	return DROP_COUNT;
}

struct pkt *nat_input(struct stack *stack, struct pkt *pkt, struct ip4_hdr *h,
		      enum drop *why)
{
	struct nat *nat = nat_of(stack);
	bool is_lo = pkt->netif->features & NETIF_F_LOOPBACK;
	/* An error of our own about a packet after its translation comes back
	 * to us through "lo". */
	bool is_in = pkt->netif == nat->outside ||
		     (is_lo && h->proto == IP_PROTO_ICMP);
	bool is_hairpin = !is_in && !is_lo && nat_is_inside(nat, h->src);

	if ((!is_in && !is_hairpin) || h->dst.v != nat_outside_addr(nat).v ||
	    pkt->dest != PKT_TO_US)
		return pkt;
	pkt = reass_whole(ip_of(stack), pkt, h);
	if (!pkt)
		return NULL;
	*why = is_hairpin ? xlate_hairpin(nat, pkt, h) : xlate_in(nat, pkt, h);
	return pkt;
}
