// SPDX-License-Identifier: MIT
/*
 * nd_own.c - answering for our addresses, and for those of others
 *
 * Theory of operation
 * ===================
 * Our own address is answered for at once, and with O: it is we and nobody
 * else.  For an address that is reached through us, or that several have
 * (anycast), others may answer too; those answers wait for up to a second,
 * so that they do not all come at the same moment, and carry no O, so that the
 * first one is kept (RFC 4861, 7.2.7 and 7.2.8).
 *
 * Limits
 * ------
 * ND_PROXIES_MAX such addresses, ND_LATE_MAX answers that wait.
 */

#include <errno.h>

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define ANYCAST_DELAY_NS (1 * NS_PER_S) /* MAX_ANYCAST_DELAY_TIME */

/**
 * struct answer - an advertisement to be
 * @target:	The address that it is about
 * @asker:	Who wants to know; ::: all
 * @to:		Its MAC, NULL: as the cache knows it
 * @is_override: Ours alone
 */
struct answer {
	ip6_addr target, asker;
	const mac_addr *to;
	bool is_override;
	enum reason why;
};

static void advertise(struct nd *nd, struct netif *netif,
		      const struct answer *a)
{
	bool is_asked = !ip6_is_zero(a->asker);
	struct nd_msg na = {
		.type = ND_NEIGHBOUR_ADVERT,
		.target = a->target,
		.is_router = ip_forwarding(nd->stack),
		.is_solicited = is_asked,
		.is_override = a->is_override,
	};
	struct nd_out out = {
		.netif = netif,
		.src = a->target,
		.dst = is_asked ? a->asker : IP6_ALL_NODES,
		.to = is_asked ? a->to : NULL,
		.why = a->why,
	};

	/* What is not ours is no source. */
	if (!ip6_addr_find(nd->stack, netif, a->target) &&
	    !nd_speaker(nd, netif, &out.src))
		return;
	nd_send_na(nd, &out, &na);
}

void nd_answer(struct nd *nd, struct netif *netif, const struct nd_msg *ns,
	       ip6_addr asker)
{
	const struct answer a = {
		.target = ns->target,
		.asker = asker,
		.to = ns->opts.has & ND_HAS_SOURCE ? &ns->opts.source : NULL,
		.is_override = true,
		.why = R_ND_ADVERT,
	};

	advertise(nd, netif, &a);
}

void nd_announce(struct stack *stack, struct netif *netif, ip6_addr addr)
{
	const struct answer a = {
		.target = addr,
		.is_override = true,
		.why = R_ND_ANNOUNCE,
	};

	advertise(nd_of(stack), netif, &a);
}

/*
 * For others.
 */

static void late_free(struct nd_late *late)
{
	struct nd *nd = late->nd;

	stack_disarm(nd->stack, &late->timer);
	list_del(&late->node);
	nd->late_count--;
	mem_free(nd->stack->place.env->mem, late, sizeof(*late));
}

static void late_on_timer(struct timer *t, void *arg)
{
	struct nd_late *late = arg;
	struct ip_addr ip = ip_addr_v6(late->target);
	const struct answer a = {
		.target = late->target,
		.asker = late->asker,
		.to = late->has_mac ? &late->mac : NULL,
		.why = R_ND_PROXY,
	};

	(void)t;
	PROBE_CAUSE(&late->nd->stack->place, EV_TIMER, R_ND_TIMER, NULL,
		    EVF_IP("ip", &ip), EVF_TEXT("state", "an answer waits"));
	advertise(late->nd, late->netif, &a);
	late_free(late);
}

void nd_answer_late(struct nd *nd, struct netif *netif, const struct nd_msg *ns,
		    ip6_addr asker)
{
	struct nd_late *late;

	if (nd->late_count == ND_LATE_MAX)
		return; /* it will be asked again */
	late = mem_alloc(nd->stack->place.env->mem, sizeof(*late));
	if (!late)
		return;
	late->nd = nd;
	late->netif = netif;
	late->target = ns->target;
	late->asker = asker;
	late->has_mac = ns->opts.has & ND_HAS_SOURCE;
	late->mac = ns->opts.source;
	timer_init(&late->timer, late_on_timer, late);
	list_add_tail(&nd->late, &late->node);
	nd->late_count++;
	stack_arm_in(nd->stack, &late->timer,
		     nd_random(nd, 0, ANYCAST_DELAY_NS));
}

static struct nd_proxy *proxy_find(struct nd *nd, const struct netif *netif,
				   ip6_addr addr)
{
	struct nd_proxy *p;

	for (p = nd->proxy; p < nd->proxy + ND_PROXIES_MAX; p++)
		if (p->netif == netif && (!netif || ip6_eq(p->addr, addr)))
			return p;
	return NULL;
}

bool nd_proxy_has(const struct nd *nd, const struct netif *netif, ip6_addr addr)
{
	const struct nd_proxy *p;

	for (p = nd->proxy; p < nd->proxy + ND_PROXIES_MAX; p++)
		if (p->netif == netif && ip6_eq(p->addr, addr))
			return true;
	return false;
}

int nd_proxy_add(struct stack *stack, struct netif *netif, ip6_addr addr)
{
	struct nd *nd = nd_of(stack);
	struct nd_proxy *p = proxy_find(nd, NULL, addr);
	int err;

	if (nd_proxy_has(nd, netif, addr))
		return -EEXIST;
	if (!p)
		return -ENOSPC;
	err = ip6_group_add(stack, netif, ip6_solicited_node(addr));
	if (!err)
		*p = (struct nd_proxy){.netif = netif, .addr = addr};
	return err;
}

void nd_proxy_del(struct stack *stack, struct netif *netif, ip6_addr addr)
{
	struct nd_proxy *p = proxy_find(nd_of(stack), netif, addr);

	if (!p)
		return;
	p->netif = NULL;
	ip6_group_del(stack, netif, ip6_solicited_node(addr));
}

void nd_own_forget(struct nd *nd, const struct netif *netif)
{
	struct list *pos, *next;
	struct nd_proxy *p;

	list_for_each_safe(pos, next, &nd->late) {
		struct nd_late *late = container_of(pos, struct nd_late, node);

		if (!netif || late->netif == netif)
			late_free(late);
	}
	for (p = nd->proxy; p < nd->proxy + ND_PROXIES_MAX; p++)
		if (p->netif && (!netif || p->netif == netif))
			nd_proxy_del(nd->stack, p->netif, p->addr);
}
