// SPDX-License-Identifier: MIT
/*
 * nd_redirect.c - somebody else on the link is nearer (RFC 4861, 8)
 *
 * Theory of operation
 * ===================
 * A router that sends a packet out of the interface it came in by knows that
 * its sender could have taken the shorter way: straight to the destination, if
 * that is on the link, or to the next router.  It forwards the packet, and
 * tells the sender.  Not more than once a second to the same one about the
 * same destination: who does not listen is not shouted at.
 *
 * A host believes it if it looks right in every respect, for a redirect bends
 * our packets to somebody else (8.1): it comes from the router that we use for
 * this destination at present, and names another router by its link-local
 * address, or the destination itself.  It becomes a host route, which is
 * forgotten after ten minutes, or when the new gateway falls silent.
 *
 * Limits
 * ------
 * ND_REDIRECTS_MAX destinations; the one learned first is forgotten first.
 */

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define REDIRECT_NS (600 * NS_PER_S)
#define BETWEEN_NS  (1 * NS_PER_S)
#define QUOTE_MAX   (IP6_MTU_MIN - IP6_HLEN - ND_REDIRECT_LEN - 8 - 8)

/*
 * Telling.
 */

/* Was that sender told of that destination a moment ago?  Now it is. */
static bool was_told(struct nd *nd, const struct ip6_hdr *h)
{
	uint8_t buf[32];
	uint64_t *at;

	memcpy(buf, h->src.o, 16);
	memcpy(buf + 16, h->dst.o, 16);
	at = &nd->redirected_ns[siphash13(&nd->key, buf, sizeof(buf)) %
				ND_REDIRECTED];
	if (*at && nd_now(nd) - *at < BETWEEN_NS)
		return true;
	*at = max_u64(nd_now(nd), 1);
	return false;
}

/* RFC 4861, 8.2: when is there something to tell, and to whom? */
static bool is_worth_telling(struct nd *nd, const struct pkt *orig,
			     const struct ip6_hdr *h, ip6_addr next_hop)
{
	bool is_direct = ip6_eq(next_hop, h->dst);

	return orig->netif && !ip6_is_zero(h->src) &&
	       !ip6_is_multicast(h->src) && !ip6_is_multicast(h->dst) &&
	       (is_direct || ip6_is_link_local(next_hop)) &&
	       ip6_is_on_link(nd->stack, orig->netif, h->src);
}

/* The packet from its IPv6 header on, as much as is quoted. */
static size_t quote(const struct pkt *orig, uint8_t buf[static QUOTE_MAX])
{
	size_t front = (size_t)orig->lin_off - orig->l3_off;
	size_t rest = min_size(orig->len, QUOTE_MAX - front);

	memcpy(buf, orig->room + orig->l3_off, front);
	pkt_copy_out(orig, 0, buf + front, rest);
	return front + rest;
}

static void redirect_send(struct nd *nd, const struct pkt *orig,
			  const struct nd_out *out, const struct nd_msg *m)
{
	const struct nd_entry *e = nd_find(nd, out->netif, m->target);
	uint8_t buf[IP6_MTU_MIN - IP6_HLEN], quoted[QUOTE_MAX];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	size_t len = quote(orig, quoted);

	nd_emit(&w, m);
	if (e && !nd_is_asked(e) && nd_has_macs(out->netif))
		nd_put_mac(&w, ND_OPT_TARGET_MAC, e->mac);
	nd_put_redirected(&w, quoted, len);
	nd_send(nd, out, buf, wcur_len(&w));
}

void nd_redirect_output(struct stack *stack, const struct pkt *orig,
			const ip6_addr *next_hop)
{
	struct nd *nd = nd_of(stack);
	struct nd_out out = {.netif = orig->netif, .why = R_ND_REDIRECT};
	struct nd_msg m = {.type = ND_REDIRECT, .target = *next_hop};
	struct ip6_hdr h;

	if (orig->lin_off < orig->l3_off ||
	    ip6_hdr_parse_quoted(
		    &h, orig->room + orig->l3_off,
		    (size_t)(orig->lin_off + orig->lin_len - orig->l3_off)) < 0)
		return;
	if (!is_worth_telling(nd, orig, &h, *next_hop) ||
	    !nd_speaker(nd, orig->netif, &out.src) || was_told(nd, &h))
		return;
	m.dst = h.dst;
	out.dst = h.src;
	redirect_send(nd, orig, &out, &m);
}

/*
 * Being told.
 */

static struct nd_redirect *redirect_oldest(struct nd *nd)
{
	return list_first_entry(&nd->redirects, struct nd_redirect, node);
}

/* Forget one with its route. */
static void redirect_free(struct nd *nd, struct nd_redirect *r)
{
	ip6_route_del(nd->stack, &r->route);
	list_del(&r->node);
	nd->redirect_count--;
	mem_free(nd->stack->place.env->mem, r, sizeof(*r));
}

void nd_redirect_on_timer(struct timer *t, void *arg)
{
	struct nd *nd = arg;
	struct nd_redirect *r;

	while ((r = redirect_oldest(nd)) && r->expires_ns <= nd_now(nd))
		redirect_free(nd, r);
	if (r)
		stack_arm(nd->stack, t, r->expires_ns);
}

static struct nd_redirect *
redirect_find(struct nd *nd, const struct netif *netif, ip6_addr dst)
{
	struct nd_redirect *r;

	list_for_each_entry(r, &nd->redirects, struct nd_redirect, node)
		if (r->route.netif == netif && ip6_eq(r->route.net.addr, dst))
			return r;
	return NULL;
}

static void redirect_learn(struct nd *nd, const struct nd_msg *m,
			   struct netif *netif)
{
	struct nd_redirect *r = redirect_find(nd, netif, m->dst);
	struct ip_addr to = ip_addr_v6(m->dst), via = ip_addr_v6(m->target);
	struct mem *mem = nd->stack->place.env->mem;
	bool is_direct = ip6_eq(m->target, m->dst);

	if (r)
		redirect_free(nd, r);
	else if (nd->redirect_count == ND_REDIRECTS_MAX)
		redirect_free(nd, redirect_oldest(nd));
	r = mem_alloc(mem, sizeof(*r));
	if (!r)
		return; /* we shall be told again */
	r->route = (struct ip6_route){
		.net = {m->dst, 128},
		.gateway = is_direct ? IP6_ANY : m->target,
		.netif = netif,
		.kind = IP_ROUTE_UNICAST,
		.origin = IP6_ROUTE_REDIRECT,
	};
	r->expires_ns = nd_now(nd) + REDIRECT_NS;
	if (ip6_route_add(nd->stack, &r->route)) {
		mem_free(mem, r, sizeof(*r));
		return;
	}
	list_add_tail(&nd->redirects, &r->node);
	nd->redirect_count++;
	if (!timer_is_armed(&nd->redirect_ends))
		stack_arm(nd->stack, &nd->redirect_ends, r->expires_ns);
	PROBE(&nd->stack->place, EV_LEARN, R_ND_REDIRECTED, NULL,
	      EVF_IP("dst", &to), EVF_IP("gateway", &via));
}

/* Is it from the router we use, to another neighbour who can be one? */
static bool redirect_is_right(struct nd *nd, const struct nd_msg *m,
			      const struct ip_meta *meta)
{
	const struct nd_link *link = nd_link_find(nd, meta->netif);
	const struct ip6_route *now =
		ip6_route_lookup(nd->stack, m->dst, meta->netif);

	if (link->conf.no_redirects || ip_forwarding(nd->stack))
		return false;
	if (!now || now->kind != IP_ROUTE_UNICAST ||
	    !ip6_eq(now->gateway, meta->src.v6))
		return false;
	return !ip6_is_link_local(m->dst) && !ip6_eq(m->target, meta->src.v6) &&
	       !ip6_addr_find(nd->stack, meta->netif, m->target);
}

enum drop nd_redirect_input(struct nd *nd, const struct nd_msg *m,
			    const struct ip_meta *meta)
{
	struct nd_entry *e;

	/* RFC 4861, 8.1 */
	if (!ip6_is_link_local(meta->src.v6) || meta->is_mcast ||
	    (!ip6_is_link_local(m->target) && !ip6_eq(m->target, m->dst)))
		return DROP_nd_bad;
	if (!redirect_is_right(nd, m, meta))
		return DROP_nd_redirect;
	if (m->opts.has & ND_HAS_TARGET)
		nd_hear(nd, meta->netif, m->target, m->opts.target, "redirect");
	e = nd_find(nd, meta->netif, m->target);
	if (e && !ip6_eq(m->target, m->dst))
		e->is_router = true;
	redirect_learn(nd, m, meta->netif);
	return DROP_COUNT;
}

void nd_redirect_lost(struct nd *nd, const struct netif *netif,
		      ip6_addr gateway)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &nd->redirects) {
		struct nd_redirect *r =
			container_of(pos, struct nd_redirect, node);
		bool is_direct = ip6_is_zero(r->route.gateway);

		if (r->route.netif == netif &&
		    ip6_eq(is_direct ? r->route.net.addr : r->route.gateway,
			   gateway))
			redirect_free(nd, r);
	}
}

void nd_redirect_forget(struct nd *nd, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &nd->redirects) {
		struct nd_redirect *r =
			container_of(pos, struct nd_redirect, node);

		if (!netif || r->route.netif == netif)
			redirect_free(nd, r);
	}
	if (list_is_empty(&nd->redirects))
		stack_disarm(nd->stack, &nd->redirect_ends);
}
