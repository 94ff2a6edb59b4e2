// SPDX-License-Identifier: MIT
/*
 * nd_host.c - a host asks for routers, and weighs what they say
 *
 * Theory of operation
 * ===================
 * A host that comes to a link knows nothing of it.  It asks (RS), from its
 * link-local address as soon as that is its own; if no router answers, again
 * after four seconds, and ever more seldom up to once an hour (RFC 7559): the
 * router may be switched on later than we.
 *
 * What an advertisement (RA) says is about four things, each in a file of its
 * own: routers and the routes through them (nd_router.c), prefixes that are on
 * the link and DNS servers (nd_net.c), addresses to be made (nd_auto.c).
 * Here are the values of the link itself.
 *
 * Anybody on the link can send an RA.  So a value is taken only within bounds
 * where no honest link lies outside: an MTU from 1280 to what the interface
 * has, a hop limit of at least 32 (one of 1 would end all conversations beyond
 * the router), times between a hundredth of a second and an hour.  What is
 * outside is told as an event, and left as it was.
 */

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define RS_DELAY_NS    (1 * NS_PER_S)	 /* MAX_RTR_SOLICITATION_DELAY */
#define RS_WAIT_NS     (4 * NS_PER_S)	 /* RFC 7559, 2: IRT */
#define RS_WAIT_NS_MAX (3600 * NS_PER_S) /* MRT */

#define HOPS_MIN	 32
#define TIME_MS_MIN	 10
#define REACHABLE_MS_MAX (3600 * 1000) /* RFC 4861, 6.2.1 */
#define RETRANS_MS_MAX	 (60 * 1000)

/*
 * Asking.
 */

static bool has_default_router(const struct nd_link *link)
{
	const struct nd_router *r;

	list_for_each_entry(r, &link->routers, struct nd_router, node)
		if (nd_router_is_default(r))
			return true;
	return false;
}

static bool is_host(const struct nd_link *link)
{
	return link->is_up && !link->conf.no_routers &&
	       !ip_forwarding(link->nd->stack);
}

void nd_rs_start(struct nd_link *link)
{
	struct nd *nd = link->nd;
	const struct ip6_addr_info *a = ip6_link_local(nd->stack, link->netif);

	if (!is_host(link) || timer_is_armed(&link->rs) ||
	    has_default_router(link))
		return;
	if (a && a->state == IP6_TENTATIVE)
		return; /* called again when it is ours */
	link->rs_wait_ns = 0;
	stack_arm_in(nd->stack, &link->rs, nd_random(nd, 0, RS_DELAY_NS));
}

/* A tenth more or less. */
static uint64_t jitter(struct nd *nd, uint64_t ns)
{
	return nd_random(nd, ns - ns / 10, ns + ns / 10);
}

static uint64_t rs_wait_next(struct nd_link *link)
{
	if (!link->rs_wait_ns)
		return jitter(link->nd, RS_WAIT_NS);
	if (link->rs_wait_ns >= RS_WAIT_NS_MAX / 2)
		return jitter(link->nd, RS_WAIT_NS_MAX);
	return link->rs_wait_ns + jitter(link->nd, link->rs_wait_ns);
}

static void rs_send(struct nd_link *link)
{
	struct nd_msg m = {.type = ND_ROUTER_SOLICIT};
	struct nd_out out = {
		.netif = link->netif,
		.dst = IP6_ALL_ROUTERS,
		.why = R_ND_RS,
	};
	uint8_t buf[ND_RS_LEN + 8];
	struct wcursor w = wcur_init(buf, sizeof(buf));

	nd_emit(&w, &m);
	if (nd_speaker(link->nd, link->netif, &out.src))
		nd_put_own_mac(&w, ND_OPT_SOURCE_MAC, link->netif);
	nd_send(link->nd, &out, buf, wcur_len(&w));
}

void nd_rs_on_timer(struct timer *t, void *arg)
{
	struct nd_link *link = arg;
	struct stack *stack = link->nd->stack;

	if (!is_host(link) || has_default_router(link))
		return;
	PROBE_CAUSE(&stack->place, EV_TIMER, R_ND_RS_TIMER, NULL,
		    EVF_TEXT("netif", link->netif->name));
	link->rs_wait_ns = rs_wait_next(link);
	stack_arm_in(stack, t, link->rs_wait_ns);
	rs_send(link);
}

/*
 * What an advertisement says of the link.
 */

/* An advertisement says what cannot be; @value is not taken. */
void nd_tell_lie(const struct nd_link *link, const char *what, uint64_t value)
{
	PROBE(&link->nd->stack->place, EV_NOTE, R_ND_RA_LIE, NULL,
	      EVF_TEXT("what", what), EVF_NUM("value", value),
	      EVF_TEXT("netif", link->netif->name));
}

static void take_conf(struct nd_link *link, const struct nd_msg *m)
{
	struct stack *stack = link->nd->stack;
	struct ip6_if_conf conf = ip6_if_conf_of(stack, link->netif);
	const struct nd_opts *o = &m->opts;

	if (m->hop_limit >= HOPS_MIN)
		conf.hops = m->hop_limit;
	else if (m->hop_limit)
		nd_tell_lie(link, "hop limit", m->hop_limit);
	if (o->has & ND_HAS_MTU) {
		if (o->mtu >= IP6_MTU_MIN && o->mtu <= link->netif->mtu)
			conf.mtu = o->mtu;
		else
			nd_tell_lie(link, "MTU", o->mtu);
	}
	ip6_if_conf_set(stack, link->netif, &conf);
}

static void take_time(struct nd_link *link, const char *what, uint32_t value,
		      uint32_t max, uint32_t *out)
{
	if (value >= TIME_MS_MIN && value <= max)
		*out = value;
	else if (value)
		nd_tell_lie(link, what, value);
}

static void take_times(struct nd_link *link, const struct nd_msg *m)
{
	uint32_t base_ms = link->reachable_base_ms;

	take_time(link, "reachable time", m->reachable_ms, REACHABLE_MS_MAX,
		  &link->reachable_base_ms);
	take_time(link, "retransmission time", m->retrans_ms, RETRANS_MS_MAX,
		  &link->retrans_ms);
	if (link->reachable_base_ms == base_ms)
		return;
	link->reachable_until_ns = 0; /* draw again */
	link->nd->stack->epoch++;
}

static void take_prefixes(struct nd_link *link, const struct nd_opts *o)
{
	const struct nd_prefix *p;

	for (p = o->prefix; p < o->prefix + o->prefix_count; p++) {
		if (ip6_is_link_local(p->net.addr))
			continue; /* RFC 4861, 6.3.4: silently */
		if (ip6_is_multicast(p->net.addr) ||
		    p->preferred_s > p->valid_s) {
			nd_tell_lie(link, "prefix, preferred for seconds",
				    p->preferred_s);
			continue;
		}
		if (p->is_onlink)
			nd_net_learn(link, p);
		if (p->is_auto)
			nd_auto_learn(link, p);
	}
}

/* Where the router is. */
static void take_mac(struct nd_link *link, const struct nd_opts *o,
		     ip6_addr router)
{
	struct nd_entry *e;

	if (o->has & ND_HAS_SOURCE)
		nd_hear(link->nd, link->netif, router, o->source,
			"router advertisement");
	e = nd_find(link->nd, link->netif, router);
	if (e)
		e->is_router = true;
}

/* There may be DHCPv6 on this link. */
static void tell_watches(const struct nd_link *link, const struct nd_msg *m)
{
	struct nd_watch *w;

	list_for_each_entry(w, &link->nd->watches, struct nd_watch, node)
		if (w->on_ra)
			w->on_ra(w->arg, link->netif, m->is_managed,
				 m->is_other);
}

enum drop nd_ra_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta)
{
	struct nd_link *link = nd_link_find(nd, meta->netif);
	ip6_addr router = meta->src.v6;

	if (!ip6_is_link_local(router))
		return DROP_nd_bad;
	if (!is_host(link))
		return DROP_nd_other;
	if (ip6_addr_find(nd->stack, meta->netif, router))
		return DROP_nd_conflict;
	take_mac(link, &m->opts, router);
	take_conf(link, m);
	take_times(link, m);
	nd_router_learn(link, m, router);
	take_prefixes(link, &m->opts);
	nd_dns_learn(link, &m->opts);
	tell_watches(link, m);
	if (has_default_router(link))
		stack_disarm(nd->stack, &link->rs);
	else
		nd_rs_start(link);
	return DROP_COUNT;
}

/*
 * Lifetimes.
 */

void nd_ends_at(struct nd_link *link, uint64_t at_ns)
{
	if (at_ns != UINT64_MAX &&
	    (!timer_is_armed(&link->ends) || at_ns < link->ends.expires_ns))
		stack_arm(link->nd->stack, &link->ends, at_ns);
}

void nd_ends_on_timer(struct timer *t, void *arg)
{
	struct nd_link *link = arg;
	uint64_t next;

	(void)t;
	PROBE_CAUSE(&link->nd->stack->place, EV_TIMER, R_ND_ENDS, NULL,
		    EVF_TEXT("netif", link->netif->name));
	next = nd_router_sweep(link);
	next = min_u64(next, nd_net_sweep(link));
	next = min_u64(next, nd_dns_sweep(link));
	nd_ends_at(link, next);
	nd_rs_start(link); /* if there is no router any more */
}

void nd_host_forget(struct nd_link *link)
{
	struct stack *stack = link->nd->stack;

	stack_disarm(stack, &link->rs);
	stack_disarm(stack, &link->ends);
	nd_router_forget(link);
	nd_net_forget(link);
	nd_dns_forget(link);
	nd_auto_forget(link);
}
