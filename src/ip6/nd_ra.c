// SPDX-License-Identifier: MIT
/*
 * nd_ra.c - being a router: advertisements (RFC 4861, 6.2)
 *
 * Theory of operation
 * ===================
 * A router advertises from time to time, at random distances so that several
 * do not fall into step, and when a host asks.  The first three after a start
 * or a change come within 16 seconds each, for hosts may have missed one.
 *
 * An answer goes to all hosts, for where one asks the others have often been
 * switched on, too.  It waits for up to half a second; and between any two
 * advertisements to all are three seconds at least, however many ask.
 *
 * Who stops says so, with a lifetime of 0, and hosts turn to another router
 * at once instead of when the lifetime is over.
 */

#include <errno.h>

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define QUICK_COUNT    3	       /* MAX_INITIAL_RTR_ADVERTISEMENTS */
#define QUICK_NS_MAX   (16 * NS_PER_S) /* MAX_INITIAL_RTR_ADVERT_INTERVAL */
#define ANSWER_NS_MAX  (NS_PER_S / 2)  /* MAX_RA_DELAY_TIME */
#define BETWEEN_NS     (3 * NS_PER_S)  /* MIN_DELAY_BETWEEN_RAS */
#define AGAIN_NS       (1 * NS_PER_S)  /* no address to speak from yet */
#define INTERVAL_S     600
#define INTERVAL_S_MIN 4
#define INTERVAL_S_MAX 1800
#define LIFETIME_S_MAX 9000

#define RA_MSG_MAX (IP6_MTU_MIN - IP6_HLEN)

/*
 * The message.
 */

static void put_options(struct wcursor *w, const struct nd_ra_conf *c,
			const struct netif *netif)
{
	uint32_t dns_s =
		c->dns_lifetime_s ? c->dns_lifetime_s : 3u * c->max_interval_s;
	size_t i;

	nd_put_own_mac(w, ND_OPT_SOURCE_MAC, netif);
	if (c->mtu)
		nd_put_mtu(w, c->mtu);
	for (i = 0; i < c->prefix_count; i++)
		nd_put_prefix(w, &c->prefix[i]);
	for (i = 0; i < c->route_count; i++)
		nd_put_route(w, &c->route[i]);
	if (c->rdnss_count)
		nd_put_rdnss(w, dns_s, c->rdnss, c->rdnss_count);
	for (i = 0; i < c->domain_count; i++)
		nd_put_dnssl(w, dns_s, c->domain[i]);
}

/* Returns the octets of the message, 0 if it does not fit. */
static size_t ra_build(const struct nd_ra_conf *c, const struct netif *netif,
		       bool is_final, uint8_t buf[static RA_MSG_MAX])
{
	struct wcursor w = wcur_init(buf, RA_MSG_MAX);
	const struct nd_msg m = {
		.type = ND_ROUTER_ADVERT,
		.hop_limit = c->hop_limit,
		.is_managed = c->is_managed,
		.is_other = c->is_other,
		.pref = is_final ? ND_PREF_MEDIUM : c->pref,
		.lifetime_s = is_final ? 0 : c->lifetime_s,
		.reachable_ms = c->reachable_ms,
		.retrans_ms = c->retrans_ms,
	};

	nd_emit(&w, &m);
	put_options(&w, c, netif);
	return wcur_ok(&w) ? wcur_len(&w) : 0;
}

/* Returns whether there was an address to send it from. */
static bool ra_send(struct nd_link *link, bool is_final)
{
	struct nd_out out = {
		.netif = link->netif,
		.dst = IP6_ALL_NODES,
		.why = is_final ? R_ND_RA_FINAL : R_ND_RA,
	};
	uint8_t buf[RA_MSG_MAX];
	size_t len = ra_build(&link->ra->conf, link->netif, is_final, buf);

	if (!nd_speaker(link->nd, link->netif, &out.src))
		return false;
	link->ra->was_sent = true;
	link->ra->sent_ns = nd_now(link->nd);
	nd_send(link->nd, &out, buf, len);
	return true;
}

/*
 * When it is sent.
 */

static bool is_advertising(const struct nd_link *link)
{
	return link->ra && link->is_up && ip_forwarding(link->nd->stack);
}

/* Time to the next advertisement that nobody asks for. */
static uint64_t interval_ns(struct nd_link *link)
{
	struct nd_ra *ra = link->ra;
	uint64_t ns = nd_random(link->nd, ra->conf.min_interval_s * NS_PER_S,
				ra->conf.max_interval_s * NS_PER_S);

	if (!ra->quick)
		return ns;
	ra->quick--;
	return min_u64(ns, QUICK_NS_MAX);
}

static void ra_on_timer(struct timer *t, void *arg)
{
	struct nd_link *link = arg;
	struct stack *stack = link->nd->stack;

	if (!is_advertising(link))
		return;
	PROBE_CAUSE(&stack->place, EV_TIMER, R_ND_RA_TIMER, NULL,
		    EVF_TEXT("netif", link->netif->name));
	if (ra_send(link, false))
		stack_arm_in(stack, t, interval_ns(link));
	else
		stack_arm_in(stack, t, AGAIN_NS);
}

void nd_ra_start(struct nd_link *link)
{
	if (!is_advertising(link))
		return;
	link->ra->quick = QUICK_COUNT;
	stack_arm_in(link->nd->stack, &link->ra->timer,
		     nd_random(link->nd, 0, ANSWER_NS_MAX));
}

void nd_ra_stop(struct nd_link *link, bool is_said)
{
	if (!link->ra || !timer_is_armed(&link->ra->timer))
		return;
	stack_disarm(link->nd->stack, &link->ra->timer);
	if (is_said && link->ra->was_sent)
		ra_send(link, true);
	link->ra->was_sent = false;
}

/* A host asks: the next one comes soon, if it would not sooner. */
static void ra_hasten(struct nd_link *link)
{
	struct nd *nd = link->nd;
	struct nd_ra *ra = link->ra;
	uint64_t at = nd_now(nd) + nd_random(nd, 0, ANSWER_NS_MAX);

	if (ra->was_sent)
		at = max_u64(at, ra->sent_ns + BETWEEN_NS);
	if (at < ra->timer.expires_ns)
		stack_arm(nd->stack, &ra->timer, at);
}

enum drop nd_rs_input(struct nd_link *link, const struct nd_msg *m,
		      const struct ip_meta *meta)
{
	bool has_mac = m->opts.has & ND_HAS_SOURCE;
	ip6_addr src = meta->src.v6;
	struct nd_entry *e;

	/* RFC 4861, 6.1.1 */
	if (ip6_is_zero(src) && has_mac)
		return DROP_nd_bad;
	if (!is_advertising(link))
		return DROP_nd_other;
	if (has_mac && ip6_is_on_link(link->nd->stack, link->netif, src))
		nd_hear(link->nd, link->netif, src, m->opts.source,
			"router solicitation");
	e = nd_find(link->nd, link->netif, src);
	if (e)
		e->is_router = false; /* who asks is none: 6.2.6 */
	ra_hasten(link);
	return DROP_COUNT;
}

/*
 * Configuration.
 */

static bool conf_is_right(const struct nd_ra_conf *c)
{
	uint8_t buf[RA_MSG_MAX];
	static const struct netif any; /* one that has a MAC address */
	size_t i;

	if (c->prefix_count > ND_CONF_PREFIXES ||
	    c->route_count > ND_CONF_ROUTES || c->rdnss_count > ND_CONF_DNS ||
	    c->domain_count > ND_CONF_DNS)
		return false;
	if (c->max_interval_s < INTERVAL_S_MIN ||
	    c->max_interval_s > INTERVAL_S_MAX || c->min_interval_s < 3 ||
	    c->min_interval_s > c->max_interval_s)
		return false;
	if (c->lifetime_s > LIFETIME_S_MAX ||
	    (c->lifetime_s && c->lifetime_s < c->max_interval_s) ||
	    (c->mtu && c->mtu < IP6_MTU_MIN))
		return false;
	for (i = 0; i < c->prefix_count; i++)
		if (c->prefix[i].net.len > 128 ||
		    c->prefix[i].preferred_s > c->prefix[i].valid_s)
			return false;
	return ra_build(c, &any, false, buf);
}

/* Fill in what is 0 for "the usual" (RFC 4861, 6.2.1). */
static void conf_complete(struct nd_ra_conf *c)
{
	if (!c->max_interval_s)
		c->max_interval_s = INTERVAL_S;
	if (!c->min_interval_s)
		c->min_interval_s = (uint16_t)max_u32(c->max_interval_s / 3, 3);
}

static void conf_clear(struct nd_link *link)
{
	if (!link || !link->ra)
		return;
	nd_ra_stop(link, true);
	mem_free(link->nd->stack->place.env->mem, link->ra, sizeof(*link->ra));
	link->ra = NULL;
}

int nd_router_conf(struct stack *stack, struct netif *netif,
		   const struct nd_ra_conf *conf)
{
	struct nd *nd = nd_of(stack);
	struct nd_link *link = nd_link_get(nd, netif);
	struct nd_ra_conf own;

	if (!conf) {
		conf_clear(link);
		return 0;
	}
	own = *conf;
	conf_complete(&own);
	if (!conf_is_right(&own))
		return -EINVAL;
	if (link && !link->ra) {
		link->ra = mem_alloc(stack->place.env->mem, sizeof(*link->ra));
		if (link->ra)
			timer_init(&link->ra->timer, ra_on_timer, link);
	}
	if (!link || !link->ra)
		return -ENOMEM;
	link->ra->conf = own;
	nd_ra_start(link);
	return 0;
}
