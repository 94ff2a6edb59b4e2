// SPDX-License-Identifier: MIT
/*
 * ext6.c - extension headers that arrive (RFC 8200, 4)
 *
 * Theory of operation
 * ===================
 * The headers in front of the transport's are walked in the order in which
 * they stand:
 *
 *	hop-by-hop	options; only directly behind the IPv6 header
 *	destination	options
 *	routing		none is spoken: with segments left the packet is refused
 *			(type 0 must be: RFC 5095), else it is passed over
 *	fragment	the walk ends; ip6_in.c puts the packet together and walks
 *			the whole again, in which there may be no other
 *	all others	the transport
 *
 * An option that is not known says in its upper two bits whether to skip it,
 * to discard the packet, or to tell the source too (RFC 8200, 4.2).
 *
 * Chains are for making work: each header costs the sender eight octets and
 * us a step.  So no more than IP6_EXTS_MAX headers in IP6_EXT_MAX octets are
 * looked at, which no honest packet has.  The octets are copied to the stack
 * first, for they may lie in pieces.
 *
 * A first fragment must have all headers, up to the transport's: otherwise
 * nobody on the way could have seen what the packet is (RFC 7112, 5).
 */

#include "ip6/ext6.h"

#include "wire/tcp.h"
#include "wire/udp.h"

#define CHAIN_MAX (IP6_HLEN + IP6_EXT_MAX + IP6_FRAG_HLEN)

/**
 * struct walk - where the walk is
 * @c:		Over a copy of the packet's front
 * @len:	Octets of the copy
 * @is_cut:	... and the packet has more
 * @next_at:	Octet that said what comes next: what errors point at
 */
struct walk {
	struct ip6 *ip6;
	struct pkt *pkt;
	struct ext6 *x;
	struct cursor c;
	size_t len;
	bool is_cut;
	size_t next_at;
	unsigned count;
};

static size_t at(const struct walk *w)
{
	return w->len - cur_left(&w->c);
}

static enum drop refuse(struct walk *w, uint8_t code, size_t pointer,
			enum drop why)
{
	icmp6_error(w->ip6->stack, w->pkt, ICMP6_PARAM_PROBLEM, code,
		    (uint32_t)pointer);
	return why;
}

/* A header reaches beyond the packet, or beyond what is looked at. */
static enum drop too_short(struct walk *w)
{
	if (w->x->is_frag && !w->x->frag.off && !w->is_cut)
		return refuse(w, ICMP6_FIRST_FRAGMENT, 0, DROP_ip6_first);
	return DROP_ip6_ext;
}

static enum drop option_unknown(struct walk *w, uint8_t type, size_t pointer)
{
	bool to_group = ip6_is_multicast(w->x->dst);

	switch (ip6_option_action(type)) {
	case IP6_ACT_SKIP:
		return DROP_COUNT;
	case IP6_ACT_TELL:
		return refuse(w, ICMP6_BAD_OPTION, pointer, DROP_ip6_opt);
	case IP6_ACT_TELL_UNICAST:
		if (!to_group)
			return refuse(w, ICMP6_BAD_OPTION, pointer,
				      DROP_ip6_opt);
		return DROP_ip6_opt;
	case IP6_ACT_DISCARD:
	default:
		return DROP_ip6_opt;
	}
}

/* The options of a header whose data begins at @off of the packet. */
static enum drop options(struct walk *w, const struct ip6_ext *e, size_t off,
			 bool is_hbh)
{
	struct cursor c = cur_init(e->data, e->data_len);
	struct ip6_opt o;

	while (cur_left(&c)) {
		size_t pointer = off + e->data_len - cur_left(&c);
		enum drop why = DROP_COUNT;

		if (!ip6_opt_next(&c, &o))
			return DROP_ip6_ext;
		if (o.type == IP6_OPT_ROUTER_ALERT && is_hbh && o.len == 2)
			w->x->has_alert = true;
		else if (o.type != IP6_OPT_PAD1 && o.type != IP6_OPT_PADN)
			why = option_unknown(w, o.type, pointer);
		if (why != DROP_COUNT)
			return why;
	}
	return DROP_COUNT;
}

/* RFC 8200, 4.4; RFC 5095. */
static enum drop routing(struct walk *w, const struct ip6_ext *e, size_t off)
{
	uint8_t segments_left = e->data[1];

	if (!segments_left)
		return DROP_COUNT;
	return refuse(w, ICMP6_BAD_FIELD, off, DROP_ip6_routing);
}

static enum drop fragment(struct walk *w)
{
	struct ext6 *x = w->x;

	if (x->is_frag || x->is_whole)
		return DROP_ip6_nested;
	x->frag_at = at(w);
	x->frag_next_at = w->next_at;
	w->next_at = at(w);
	if (!ip6_frag_read(&w->c, &x->frag))
		return DROP_ip6_ext;
	x->is_frag = true;
	x->next = x->frag.next;
	return DROP_COUNT;
}

static enum drop step(struct walk *w)
{
	struct ext6 *x = w->x;
	uint8_t type = x->next;
	size_t from = at(w);
	struct ip6_ext e;
	enum drop why = DROP_COUNT;

	if (type == IP_PROTO_HOPOPTS && from != IP6_HLEN)
		return refuse(w, ICMP6_BAD_NEXT, w->next_at, DROP_ip6_ext);
	if (type == IP_PROTO_FRAGMENT)
		return fragment(w);
	if (!ip6_ext_read(&w->c, &e))
		return too_short(w);
	if (at(w) > IP6_HLEN + IP6_EXT_MAX)
		return DROP_ip6_ext;
	if (x->is_frag) /* only looked through, not acted on */
		;
	else if (type == IP_PROTO_ROUTING)
		why = routing(w, &e, from + 2);
	else
		why = options(w, &e, from + 2, type == IP_PROTO_HOPOPTS);
	w->next_at = from;
	x->next = e.next;
	return why;
}

/* RFC 7112: is the transport's header in the first fragment too? */
static enum drop first_check(struct walk *w)
{
	size_t need = 1;

	if (w->x->next == IP_PROTO_TCP)
		need = TCP_HLEN;
	if (w->x->next == IP_PROTO_UDP)
		need = UDP_HLEN;
	if (w->x->next == IP_PROTO_ICMP6)
		need = ICMP6_HLEN_MIN;
	return cur_left(&w->c) < need && !w->is_cut ? too_short(w) : DROP_COUNT;
}

enum drop ext6_walk(struct ip6 *ip6, struct pkt *pkt, const struct ip6_hdr *h,
		    struct ext6 *x, bool is_transit)
{
	uint8_t front[CHAIN_MAX + TCP_HLEN];
	struct walk w = {.ip6 = ip6, .pkt = pkt, .x = x};
	enum drop why = DROP_COUNT;

	x->next = h->next;
	x->dst = h->dst;
	x->l4_off = IP6_HLEN;
	x->next_at = offsetof(struct ip6_wire, next);
	if (!ip6_is_ext(h->next) || (is_transit && h->next != IP_PROTO_HOPOPTS))
		return DROP_COUNT;
	w.len = min_size(pkt->len, sizeof(front));
	w.is_cut = w.len < pkt->len;
	pkt_copy_out(pkt, 0, front, w.len);
	w.c = cur_init(front, w.len);
	cur_skip(&w.c, IP6_HLEN);
	w.next_at = x->next_at;
	while (why == DROP_COUNT && ip6_is_ext(x->next)) {
		if (x->is_frag && x->frag.off)
			break; /* what follows is payload */
		if (is_transit && w.count)
			break;
		why = ++w.count > IP6_EXTS_MAX ? DROP_ip6_ext : step(&w);
	}
	if (why == DROP_COUNT && x->is_frag && !x->frag.off)
		why = first_check(&w);
	x->l4_off = at(&w);
	x->next_at = w.next_at;
	return why;
}
