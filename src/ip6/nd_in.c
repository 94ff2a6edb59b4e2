// SPDX-License-Identifier: MIT
/*
 * nd_in.c - what to believe of solicitations and advertisements of neighbours
 *
 * Theory of operation
 * ===================
 * Anybody on the link can say anything, as with ARP.  What limits a lie:
 *
 *   - A solicitation teaches where its sender is (7.2.3), but as STALE only:
 *     the entry is probed when it is used.  One from an address that is not on
 *     this link teaches nothing, and is answered to the MAC it names.
 *   - An advertisement makes no entry (7.2.5): who was not asked about is not
 *     heard.  That ours was answered (S) is what makes an entry REACHABLE.
 *   - An advertisement without O changes no MAC: of several who answer for an
 *     address (proxies, anycast) the first one counts.  With O it does, and
 *     the entry is STALE then if nobody had asked.
 *
 * An address that is being tried (nd_dad.c) belongs to nobody yet: somebody
 * who asks about it from :: wants it too, somebody who advertises it has it.
 */

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

static bool is_ours(const struct ip6_addr_info *a)
{
	return a && a->state != IP6_TENTATIVE && a->state != IP6_DUPLICATED;
}

/* Somebody else speaks as one of our addresses. */
static void tell_conflict(struct nd *nd, const struct netif *netif,
			  ip6_addr addr, mac_addr from)
{
	struct ip_addr ip = ip_addr_v6(addr);

	PROBE(&nd->stack->place, EV_LEARN, R_ND_CONFLICT, NULL,
	      EVF_IP("ip", &ip), EVF_MAC("known", &netif->mac),
	      EVF_MAC("claimed", &from));
}

/*
 * Solicitations.
 */

/* RFC 4861, 7.1.1: from :: it can only be a question whether an address is
 * free, and that goes to the group of the target and teaches nothing. */
static bool ns_is_possible(const struct nd_msg *m, const struct ip_meta *meta)
{
	return !ip6_is_zero(meta->src.v6) ||
	       (ip6_eq(meta->dst.v6, ip6_solicited_node(m->target)) &&
		!(m->opts.has & ND_HAS_SOURCE));
}

/* It is about an address that we are trying. */
static enum drop ns_for_dad(struct nd_dad *dad, const struct nd_msg *m,
			    const struct ip_meta *meta, mac_addr from)
{
	const struct nd_opts *o = &m->opts;

	if (!ip6_is_zero(meta->src.v6))
		return DROP_nd_tentative;
	if (o->nonce_len == ND_NONCE_LEN &&
	    memcmp(o->nonce, dad->nonce, ND_NONCE_LEN) == 0) {
		nd_dad_loop(dad);
		return DROP_nd_loop;
	}
	nd_dad_fail(dad, from);
	return DROP_nd_conflict;
}

static void ns_learn(struct nd *nd, const struct nd_msg *m,
		     const struct ip_meta *meta)
{
	if (!ip6_is_zero(meta->src.v6) && m->opts.has & ND_HAS_SOURCE &&
	    ip6_is_on_link(nd->stack, meta->netif, meta->src.v6))
		nd_hear(nd, meta->netif, meta->src.v6, m->opts.source,
			"solicitation");
}

enum drop nd_ns_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta, mac_addr from)
{
	struct netif *netif = meta->netif;
	struct nd_dad *dad = nd_dad_find(nd, netif, m->target);

	if (!ns_is_possible(m, meta))
		return DROP_nd_bad;
	if (dad)
		return ns_for_dad(dad, m, meta, from);
	if (mac_eq(from, netif->mac))
		return DROP_nd_loop;
	if (is_ours(ip6_addr_find(nd->stack, netif, meta->src.v6))) {
		tell_conflict(nd, netif, meta->src.v6, from);
		return DROP_nd_conflict;
	}
	if (is_ours(ip6_addr_find(nd->stack, netif, m->target))) {
		ns_learn(nd, m, meta);
		nd_answer(nd, netif, m, meta->src.v6);
	} else if (nd_proxy_has(nd, netif, m->target)) {
		ns_learn(nd, m, meta);
		nd_answer_late(nd, netif, m, meta->src.v6);
	} else {
		return DROP_nd_other;
	}
	return DROP_COUNT;
}

/*
 * Advertisements.
 */

/* The answer we wait for. */
static void na_resolve(struct nd_entry *e, const struct nd_msg *m)
{
	e->is_router = m->is_router;
	nd_learn(e, m->opts.target, m->is_solicited ? ND_REACHABLE : ND_STALE,
		 m->is_solicited ? "advertisement" : "unasked advertisement");
}

/* RFC 4861, 7.2.5: of a neighbour whose MAC is known. */
static enum drop na_update(struct nd_entry *e, const struct nd_msg *m)
{
	bool is_other =
		m->opts.has & ND_HAS_TARGET && !mac_eq(e->mac, m->opts.target);
	bool was_router = e->is_router;

	if (is_other && !m->is_override) {
		if (e->state == ND_REACHABLE)
			nd_set_state(e, ND_STALE);
		return DROP_nd_conflict;
	}
	e->is_router = m->is_router;
	if (was_router && !m->is_router)
		nd_router_lost(e->link, e->addr);
	if (is_other)
		nd_learn(e, m->opts.target,
			 m->is_solicited ? ND_REACHABLE : ND_STALE,
			 "advertisement");
	else if (m->is_solicited)
		nd_reached(e);
	return DROP_COUNT;
}

/* It speaks for an address that is ours, or that we try.  DROP_COUNT: no. */
static enum drop na_about_ours(struct nd *nd, const struct nd_msg *m,
			       const struct netif *netif, mac_addr from)
{
	struct nd_dad *dad = nd_dad_find(nd, netif, m->target);

	if (dad && !mac_eq(from, netif->mac)) {
		nd_dad_fail(dad, from);
		return DROP_nd_conflict;
	}
	if (!ip6_addr_find(nd->stack, netif, m->target))
		return DROP_COUNT;
	if (mac_eq(from, netif->mac))
		return DROP_nd_loop;
	tell_conflict(nd, netif, m->target, from);
	return DROP_nd_conflict;
}

enum drop nd_na_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta, mac_addr from)
{
	enum drop why = na_about_ours(nd, m, meta->netif, from);
	struct nd_entry *e;

	/* RFC 4861, 7.1.2: an answer goes to who asked. */
	if (m->is_solicited && meta->is_mcast)
		return DROP_nd_bad;
	if (why != DROP_COUNT)
		return why;
	e = nd_find(nd, meta->netif, m->target);
	if (!e)
		return DROP_nd_unasked;
	if (!nd_is_asked(e))
		return na_update(e, m);
	if (!(m->opts.has & ND_HAS_TARGET))
		return DROP_nd_unasked;
	na_resolve(e, m);
	return DROP_COUNT;
}
