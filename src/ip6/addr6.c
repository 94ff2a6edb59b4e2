// SPDX-License-Identifier: MIT
/*
 * addr6.c - our addresses, each with a state and two lifetimes
 *
 * Theory of operation
 * ===================
 *		       add
 *			|
 *			v	  nobody has it
 *		   TENTATIVE ------------------> PREFERRED
 *			|			  |	^
 *			| somebody has it	  v	|  lifetime is renewed
 *			v		   preferred lifetime is over
 *		   DUPLICATED			  |	|
 *						  v	|
 *						DEPRECATED --> deleted when the
 *							valid lifetime is over
 *
 * An address that is ours (all states but TENTATIVE and DUPLICATED) has a
 * LOCAL route to itself; one that is by hand also brings the route to its
 * prefix.  A tentative one receives nothing but what neighbour discovery asks
 * for: it has its solicited-node group, and no route (RFC 4862, 5.4).
 *
 * Whether an address is unique is found out by neighbour discovery, which
 * moves it with ip6_addr_state_set(), the one writer of the state.
 *
 * Invariants
 * ----------
 *  (1) is_ours(state) exactly if the LOCAL route is there.
 *  (2) Each address but a loopback one holds its solicited-node group once.
 */

#include <errno.h>

#include "base/check.h"

#include "core/probe.h"

#include "ip6/ip6_int.h"

static const char *const state_names[] = {
	[IP6_TENTATIVE] = "tentative",	 [IP6_OPTIMISTIC] = "optimistic",
	[IP6_PREFERRED] = "preferred",	 [IP6_DEPRECATED] = "deprecated",
	[IP6_DUPLICATED] = "duplicated",
};
static_assert(ARRAY_SIZE(state_names) == IP6_ADDR_STATES, "a name for each");

const char *ip6_addr_state_name(enum ip6_addr_state state)
{
	return state_names[state];
}

static bool state_is_ours(enum ip6_addr_state s)
{
	return s != IP6_TENTATIVE && s != IP6_DUPLICATED;
}

static struct ip6_ifaddr *addr_find(const struct ip6 *ip6,
				    const struct netif *netif, ip6_addr addr)
{
	struct ip6_ifaddr *a;

	list_for_each_entry(a, &ip6->addrs, struct ip6_ifaddr, node)
		if ((!netif || a->info.netif == netif) &&
		    ip6_eq(a->info.net.addr, addr))
			return a;
	return NULL;
}

const struct ip6_addr_info *ip6_addr_find(const struct stack *stack,
					  const struct netif *netif,
					  ip6_addr addr)
{
	const struct ip6_ifaddr *a = addr_find(ip6_of(stack), netif, addr);

	return a ? &a->info : NULL;
}

const struct ip6_addr_info *ip6_link_local(const struct stack *stack,
					   const struct netif *netif)
{
	const struct ip6_ifaddr *a;

	list_for_each_entry(a, &ip6_of(stack)->addrs, struct ip6_ifaddr, node)
		if (a->info.netif == netif &&
		    ip6_is_link_local(a->info.net.addr))
			return &a->info;
	return NULL;
}

void ip6_addr_for_each(const struct stack *stack,
		       void (*fn)(void *arg, const struct ip6_addr_info *a),
		       void *arg)
{
	const struct ip6_ifaddr *a;

	list_for_each_entry(a, &ip6_of(stack)->addrs, struct ip6_ifaddr, node)
		fn(arg, &a->info);
}

/*
 * Routes and groups of an address.
 */

static struct ip6_route route_self(const struct ip6_ifaddr *a)
{
	return (struct ip6_route){
		.net = {a->info.net.addr, 128},
		.netif = a->info.netif,
		.kind = IP_ROUTE_LOCAL,
	};
}

static struct ip6_route route_prefix(const struct ip6_ifaddr *a)
{
	return (struct ip6_route){
		.net = ip6_net_base(a->info.net),
		.netif = a->info.netif,
	};
}

/* Link-local prefixes are attached anyway; see route6.c. */
static bool has_prefix_route(const struct ip6_ifaddr *a)
{
	return a->info.net.len < 128 && !ip6_is_link_local(a->info.net.addr);
}

/* Does another address of that interface bring the same route? */
static bool prefix_is_shared(const struct ip6 *ip6, const struct ip6_ifaddr *a)
{
	const struct ip6_ifaddr *b;

	list_for_each_entry(b, &ip6->addrs, struct ip6_ifaddr, node)
		if (b != a && b->info.netif == a->info.netif &&
		    b->info.net.len == a->info.net.len &&
		    ip6_net_has(b->info.net, a->info.net.addr))
			return true;
	return false;
}

/* Invariant 1 for a new state; 0 or -ENOMEM. */
static int self_follow(struct ip6 *ip6, struct ip6_ifaddr *a,
		       enum ip6_addr_state from, enum ip6_addr_state to)
{
	struct ip6_route self = route_self(a);
	int err = 0;

	if (state_is_ours(from) && !state_is_ours(to))
		route6_remove(ip6, &self);
	if (!state_is_ours(from) && state_is_ours(to))
		err = route6_insert(ip6, &self);
	return err == -EEXIST ? 0 : err;
}

static void addr_tell(struct ip6_ifaddr *a, enum ip6_addr_state from)
{
	struct ip_addr ip =
		ip_addr_v6_on(a->info.net.addr, a->info.netif->index);

	if (netif_is_lo(a->info.netif))
		return; /* nothing that anybody could have doubted */
	PROBE(&a->stack->place, EV_STATE, R_IP6_ADDR, NULL, EVF_IP("ip", &ip),
	      EVF_TEXT("netif", a->info.netif->name),
	      EVF_TEXT("from", state_names[from]),
	      EVF_TEXT("to", state_names[a->info.state]));
}

/* The one writer of info.state. */
static int state_move(struct ip6 *ip6, struct ip6_ifaddr *a,
		      enum ip6_addr_state to)
{
	enum ip6_addr_state from = a->info.state;
	int err;

	if (from == to)
		return 0;
	err = self_follow(ip6, a, from, to);
	if (err)
		return err;
	a->info.state = to;
	addr_tell(a, from);
	ip_generation_bump(ip6->stack);
	if (state_is_ours(to) && !state_is_ours(from) &&
	    ip6_is_link_local(a->info.net.addr))
		mld_speaks(ip6->stack, a->info.netif);
	return 0;
}

/*
 * Lifetimes.
 */

static void addr_free(struct ip6 *ip6, struct ip6_ifaddr *a)
{
	struct ip6_route prefix = route_prefix(a);
	struct ip6_route self = route_self(a);

	if (ip6->nd && ip6->nd->addr_stop)
		ip6->nd->addr_stop(ip6->stack, &a->info);
	stack_disarm(ip6->stack, &a->timer);
	list_del(&a->node);
	if (state_is_ours(a->info.state))
		route6_remove(ip6, &self);
	if (has_prefix_route(a) && !prefix_is_shared(ip6, a))
		route6_remove(ip6, &prefix);
	if (!netif_is_lo(a->info.netif))
		ip6_group_del(ip6->stack, a->info.netif,
			      ip6_solicited_node(a->info.net.addr));
	mem_free(ip6->stack->place.env->mem, a, sizeof(*a));
	ip_generation_bump(ip6->stack);
}

/* What is not preferred now has nothing to lose but its validity. */
static void life_arm(struct ip6_ifaddr *a)
{
	uint64_t next = a->info.valid_until_ns;

	if (a->info.preferred_until_ns < next && a->info.state == IP6_PREFERRED)
		next = a->info.preferred_until_ns;
	if (next == UINT64_MAX)
		stack_disarm(a->stack, &a->timer);
	else
		stack_arm(a->stack, &a->timer, next);
}

static void life_on_timer(struct timer *t, void *arg)
{
	struct ip6_ifaddr *a = arg;
	struct ip6 *ip6 = ip6_of(a->stack);
	uint64_t now = stack_now(a->stack);

	(void)t;
	if (a->info.valid_until_ns <= now) {
		struct ip_addr ip = ip_addr_v6(a->info.net.addr);

		PROBE_CAUSE(ip6_place(ip6), EV_TIMER, R_IP6_ADDR_END, NULL,
			    EVF_IP("ip", &ip),
			    EVF_TEXT("netif", a->info.netif->name));
		addr_free(ip6, a);
		return;
	}
	if (a->info.preferred_until_ns <= now && a->info.state == IP6_PREFERRED)
		state_move(ip6, a, IP6_DEPRECATED);
	life_arm(a);
}

static uint64_t until(const struct stack *stack, uint64_t in_ns)
{
	uint64_t now = stack_now(stack);

	return in_ns && in_ns < UINT64_MAX - now ? now + in_ns : UINT64_MAX;
}

int ip6_addr_life_set(struct stack *stack, struct netif *netif, ip6_addr addr,
		      uint64_t preferred_ns, uint64_t valid_ns)
{
	struct ip6_ifaddr *a = addr_find(ip6_of(stack), netif, addr);

	if (!a)
		return -ENOENT;
	a->info.preferred_until_ns = until(stack, preferred_ns);
	a->info.valid_until_ns = until(stack, valid_ns);
	if (a->info.state == IP6_DEPRECATED &&
	    a->info.preferred_until_ns > stack_now(stack))
		state_move(ip6_of(stack), a, IP6_PREFERRED);
	life_arm(a);
	return 0;
}

int ip6_addr_state_set(struct stack *stack, struct netif *netif, ip6_addr addr,
		       enum ip6_addr_state state)
{
	struct ip6_ifaddr *a = addr_find(ip6_of(stack), netif, addr);
	int err;

	if (!a)
		return -ENOENT;
	if (state == IP6_PREFERRED &&
	    a->info.preferred_until_ns <= stack_now(stack))
		state = IP6_DEPRECATED;
	err = state_move(ip6_of(stack), a, state);
	life_arm(a);
	return err;
}

/*
 * Coming and going.
 */

static bool addr_is_possible(const struct netif *netif, struct ip6_net net)
{
	ip6_addr a = net.addr;

	if (net.len > 128 || ip6_is_zero(a) || ip6_is_multicast(a) ||
	    ip6_is_mapped(a))
		return false;
	return ip6_is_loopback(a) == netif_is_lo(netif);
}

/* Groups and routes of a new address; all or nothing. */
static int addr_attach(struct ip6 *ip6, struct ip6_ifaddr *a)
{
	struct ip6_route prefix = route_prefix(a);
	ip6_addr group = ip6_solicited_node(a->info.net.addr);
	bool is_lo = netif_is_lo(a->info.netif);
	int err = 0;

	if (!is_lo)
		err = ip6_group_add(ip6->stack, a->info.netif, group);
	if (err)
		return err;
	if (has_prefix_route(a)) {
		err = route6_insert(ip6, &prefix);
		if (err == -EEXIST)
			err = 0;
	}
	if (err && !is_lo)
		ip6_group_del(ip6->stack, a->info.netif, group);
	return err;
}

/* See whether it is unique, if anybody can. */
static int addr_begin(struct ip6 *ip6, struct ip6_ifaddr *a, bool no_dad)
{
	if (no_dad || netif_is_lo(a->info.netif) || !ip6->nd ||
	    !ip6->nd->addr_start)
		return ip6_addr_state_set(ip6->stack, a->info.netif,
					  a->info.net.addr, IP6_PREFERRED);
	ip6->nd->addr_start(ip6->stack, &a->info);
	return 0;
}

int ip6_addr_add_conf(struct stack *stack, struct netif *netif,
		      const struct ip6_addr_conf *conf)
{
	struct ip6 *ip6 = ip6_of(stack);
	struct ip6_ifaddr *a;
	int err;

	if (!addr_is_possible(netif, conf->net))
		return -EINVAL;
	err = conf->origin == IP6_FROM_LINK ? 0 : ip6_enable(stack, netif);
	if (err)
		return err;
	if (addr_find(ip6, netif, conf->net.addr))
		return -EEXIST;
	a = mem_alloc(stack->place.env->mem, sizeof(*a));
	if (!a)
		return -ENOMEM;
	*a = (struct ip6_ifaddr){
		.stack = stack,
		.info =
			{
				.netif = netif,
				.net = conf->net,
				.origin = conf->origin,
				.router = conf->router,
				.state = IP6_TENTATIVE,
				.preferred_until_ns =
					until(stack, conf->preferred_ns),
				.valid_until_ns = until(stack, conf->valid_ns),
			},
	};
	timer_init(&a->timer, life_on_timer, a);
	err = addr_attach(ip6, a);
	if (err) {
		mem_free(stack->place.env->mem, a, sizeof(*a));
		return err;
	}
	list_add_tail(&ip6->addrs, &a->node);
	life_arm(a);
	err = addr_begin(ip6, a, conf->no_dad);
	if (err)
		addr_free(ip6, a);
	return err;
}

int ip6_addr_add(struct stack *stack, struct netif *netif, struct ip6_net net)
{
	const struct ip6_addr_conf conf = {.net = net};

	return ip6_addr_add_conf(stack, netif, &conf);
}

int ip6_addr_del(struct stack *stack, struct netif *netif, ip6_addr addr)
{
	struct ip6_ifaddr *a = addr_find(ip6_of(stack), netif, addr);

	if (!a)
		return -ENOENT;
	addr_free(ip6_of(stack), a);
	return 0;
}

void addr6_drop(struct ip6 *ip6, const struct netif *netif)
{
	struct list *pos, *next;

	list_for_each_safe(pos, next, &ip6->addrs) {
		struct ip6_ifaddr *a =
			container_of(pos, struct ip6_ifaddr, node);

		if (!netif || a->info.netif == netif)
			addr_free(ip6, a);
	}
}

ip6_addr ip6_eui64(ip6_addr prefix, mac_addr mac)
{
	ip6_addr a = prefix;

	a.o[8] = mac.o[0] ^ 2; /* universal, not local: the bit is inverted */
	a.o[9] = mac.o[1];
	a.o[10] = mac.o[2];
	a.o[11] = 0xff;
	a.o[12] = 0xfe;
	a.o[13] = mac.o[3];
	a.o[14] = mac.o[4];
	a.o[15] = mac.o[5];
	return a;
}
