// SPDX-License-Identifier: MIT
/*
 * rip.c - RIP on one router: interfaces and times
 *
 * Theory of operation
 * ===================
 * Every thirty seconds a router tells each neighbour all networks that it
 * leads to, and how far they are (Bellman and Ford): a vector of distances.
 * A neighbour adds one, and keeps the shortest.  Three times rule the rest:
 *
 *	update	  30 s	all is said again; a sixth less or more, by chance,
 *			lest all routers of a link speak at once
 *	timeout	 180 s	not heard of for so long: gone, metric 16
 *	garbage	 120 s	so long others are told that it is gone; then forgotten
 *
 * News does not wait for the next update: it is told after a second or some,
 * together with what else has changed by then (triggered update, 3.10.1).
 *
 * The weakness of the idea: whoever loses a network may hear of it again from
 * a neighbour whose way leads through himself.  Then both count up, one step
 * with each message, to infinity, and "infinity" is 16 so that this does not
 * take long.  Two neighbours are kept from it by the split horizon (rip_out.c);
 * three in a ring are not, and triggered updates only make it quick.
 *
 * A cable without signal is looked for once a second; what was learned there
 * is gone at once, without three minutes of waiting.
 *
 * Limits
 * ------
 * RIP_ROUTES_MAX networks.  Version 1 is not spoken.  One way to a network:
 * of several that are as short the first is kept.
 */

#include <errno.h>
#include <string.h>

#include "core/probe.h"
#include "core/waitq.h"

#include "apps/rip_int.h"
#include "ip/ip.h"

#define UPDATE_NS    (30 * NS_PER_S)
#define TIMEOUT_NS   (180 * NS_PER_S)
#define GARBAGE_NS   (120 * NS_PER_S)
#define TRIGGERED_NS (5 * NS_PER_S)
#define WATCH_NS     (1 * NS_PER_S)

uint64_t rip_random(struct rip *rip, uint64_t min, uint64_t max)
{
	uint32_t r = 0;

	/* Without entropy all speak at once; nothing secret depends on it. */
	(void)stack_random(rip->stack, &r, sizeof(r));
	return min + ((max - min) >> 8) * (r >> 8 & 0xffffff) / 0xffff;
}

void rip_trigger(struct rip *rip)
{
	uint64_t max = rip->cfg.triggered_ns;

	if (!timer_is_armed(&rip->triggered))
		stack_arm_in(rip->stack, &rip->triggered,
			     rip_random(rip, max / 5, max));
}

static void tell_all(struct rip *rip, bool only_news)
{
	struct rip_route *r;
	struct rip_if *ifc;

	list_for_each_entry(ifc, &rip->ifs, struct rip_if, node)
		rip_tell(ifc, NULL, only_news);
	list_for_each_entry(r, &rip->routes, struct rip_route, node)
		r->is_changed = false;
}

static void on_update(struct timer *t, void *arg)
{
	struct rip *rip = arg;
	uint64_t every = rip->cfg.update_ns;

	PROBE_CAUSE(&rip->stack->place, EV_TIMER, R_RIP_TIMER, NULL,
		    EVF_TEXT("text", "time to tell neighbours everything"));
	/* News is among it. */
	stack_disarm(rip->stack, &rip->triggered);
	tell_all(rip, false);
	stack_arm_in(rip->stack, t,
		     rip_random(rip, every - every / 6, every + every / 6));
}

static void on_triggered(struct timer *t, void *arg)
{
	struct rip *rip = arg;

	(void)t;
	PROBE_CAUSE(&rip->stack->place, EV_TIMER, R_RIP_TIMER, NULL,
		    EVF_TEXT("text", "time to tell neighbours what is new"));
	tell_all(rip, true);
}

/* Has a cable lost its signal, or got it back? */
static void on_watch(struct timer *t, void *arg)
{
	struct rip *rip = arg;
	struct rip_if *ifc;

	list_for_each_entry(ifc, &rip->ifs, struct rip_if, node) {
		bool is_lost = ifc->netif->has_no_carrier;

		if (is_lost == ifc->is_lost)
			continue;
		ifc->is_lost = is_lost;
		if (is_lost) {
			rip_lose(ifc);
		} else {
			(void)rip_attach(ifc);
			rip_ask(ifc);
			rip_trigger(rip);
		}
	}
	stack_arm_in(rip->stack, t, WATCH_NS);
}

/*
 * Interfaces.
 */

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	struct rip_if *ifc = arg;

	(void)u;
	if (events & WAIT_IN)
		stack_defer(ifc->rip->stack, &ifc->task);
}

static int if_open(struct rip_if *ifc)
{
	static const struct udp_user user = {.on_event = on_event};
	static const struct udp_group_conf to_others = {
		.ttl = 1,
		.no_loop = true,
	};
	const struct endpoint local = {
		.addr = {.family = IP_V4},
		.port = RIP_PORT,
	};
	int err;

	ifc->udp = udp_new(ifc->rip->stack, &user, ifc);
	if (!ifc->udp)
		return -ENOMEM;
	udp_set_netif(ifc->udp, ifc->netif);
	udp_set_reuse(ifc->udp, true);
	udp_set_group(ifc->udp, IP_V4, &to_others);
	err = udp_bind(ifc->udp, &local);
	if (!err)
		err = ip_group_add(ifc->rip->stack, ifc->netif, RIP_GROUP);
	if (err) {
		udp_free(ifc->udp);
		ifc->udp = NULL;
	}
	return err;
}

static void if_free(struct rip_if *ifc)
{
	struct rip *rip = ifc->rip;
	struct list *node;

	if (ifc->udp) {
		ip_group_del(rip->stack, ifc->netif, RIP_GROUP);
		udp_free(ifc->udp);
	}
	task_cancel(&ifc->task);
	while ((node = list_pop_head(&ifc->neighbours)))
		mem_free(rip_mem(rip),
			 container_of(node, struct rip_neighbour, node),
			 sizeof(struct rip_neighbour));
	mem_free(rip_mem(rip), ifc, sizeof(*ifc));
}

int rip_add_netif(struct rip *rip, struct netif *netif, bool is_passive)
{
	struct rip_if *ifc;
	int err;

	if (!ip_addr_of(rip->stack, netif).addr.v)
		return -EADDRNOTAVAIL;
	ifc = mem_alloc(rip_mem(rip), sizeof(*ifc));
	if (!ifc)
		return -ENOMEM;
	ifc->rip = rip;
	ifc->netif = netif;
	ifc->net = ip_addr_of(rip->stack, netif);
	task_init(&ifc->task, rip_on_input, ifc);
	list_init(&ifc->neighbours);
	err = is_passive ? 0 : if_open(ifc);
	if (!err)
		err = rip_attach(ifc);
	if (err) {
		if_free(ifc);
		return err;
	}
	list_add_tail(&rip->ifs, &ifc->node);
	rip_ask(ifc);
	rip_trigger(rip);
	return 0;
}

/*
 * Beginning and end.
 */

static uint64_t or_default(uint64_t v, uint64_t preset)
{
	return v ? v : preset;
}

static int secret_set(struct rip *rip, const char *text, enum rip_auth auth)
{
	if (!text)
		return 0;
	if (strlen(text) > RIP_SECRET_LEN)
		return -EINVAL;
	memcpy(rip->secret, text, strlen(text));
	rip->auth = auth;
	return 0;
}

int rip_start(struct stack *stack, const struct rip_config *cfg,
	      struct rip **into)
{
	struct mem *mem = stack->place.env->mem;
	struct rip *rip = mem_alloc(mem, sizeof(*rip));

	if (!rip)
		return -ENOMEM;
	rip->stack = stack;
	rip->cfg = *cfg;
	rip->cfg.update_ns = or_default(cfg->update_ns, UPDATE_NS);
	rip->cfg.timeout_ns = or_default(cfg->timeout_ns, TIMEOUT_NS);
	rip->cfg.garbage_ns = or_default(cfg->garbage_ns, GARBAGE_NS);
	rip->cfg.triggered_ns = or_default(cfg->triggered_ns, TRIGGERED_NS);
	if (secret_set(rip, cfg->password, RIP_AUTH_PASSWORD) ||
	    secret_set(rip, cfg->md5, RIP_AUTH_MD5)) {
		mem_free(mem, rip, sizeof(*rip));
		return -EINVAL;
	}
	/* A router that starts again goes on with larger numbers. */
	rip->seq = (uint32_t)(stack_now(stack) / NS_PER_S);
	list_init(&rip->ifs);
	list_init(&rip->routes);
	timer_init(&rip->update, on_update, rip);
	timer_init(&rip->triggered, on_triggered, rip);
	timer_init(&rip->watch, on_watch, rip);
	stack_arm_in(stack, &rip->update,
		     rip_random(rip, NS_PER_S, rip->cfg.update_ns));
	if (!cfg->is_blind)
		stack_arm_in(stack, &rip->watch, WATCH_NS);
	*into = rip;
	return 0;
}

void rip_stop(struct rip *rip)
{
	struct list *node;

	if (!rip)
		return;
	rip_table_fini(rip);
	while ((node = list_pop_head(&rip->ifs)))
		if_free(container_of(node, struct rip_if, node));
	stack_disarm(rip->stack, &rip->update);
	stack_disarm(rip->stack, &rip->triggered);
	stack_disarm(rip->stack, &rip->watch);
	mem_free(rip_mem(rip), rip, sizeof(*rip));
}

void rip_for_each(const struct rip *rip,
		  void (*fn)(void *arg, const struct rip_view *v), void *arg)
{
	const struct rip_route *r;

	list_for_each_entry(r, &rip->routes, struct rip_route, node) {
		const struct rip_view v = {
			.net = r->net,
			.gateway = r->gateway,
			.netif = r->ifc->netif,
			.metric = r->metric,
			.tag = r->tag,
			.expires_ns = timer_is_armed(&r->timer)
					      ? r->timer.expires_ns
					      : UINT64_MAX,
		};

		fn(arg, &v);
	}
}
