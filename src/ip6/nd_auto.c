// SPDX-License-Identifier: MIT
/*
 * nd_auto.c - addresses made from a router's prefixes (RFC 4862, 5.5)
 *
 * Theory of operation
 * ===================
 * Each prefix with the A flag gives one stable address, and if the host wants
 * them temporary ones, each of which is followed by another before its
 * preferred time is over.  The addresses themselves, with their states and
 * lifetimes, are IPv6's (ip6_conf.h); here is what they were made from.
 *
 * Lifetimes come with every advertisement, and anybody can send one.  So the
 * end of an address can be brought near only down to two hours (5.5.3 e): a
 * forged advertisement cannot take it away, and a real router that goes on
 * advertising repairs it in time.
 *
 *	made            followed        deprecated           gone
 *	 |-----------------|--------------|-------------------|
 *	 |    preferred     <--  5 s  -->  |    only for what   |
 *	 |                                |    goes on already |
 *
 * A duplicate is made again in another way, up to three times, a second
 * apart (RFC 7217, 6).
 *
 * Limits
 * ------
 * ND_AUTO_MAX addresses on a link, temporary ones included.
 */

#include <errno.h>

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

#define TWO_HOURS_S	 7200
#define IDGEN_RETRIES	 3 /* RFC 7217, 6; TEMP_IDGEN_RETRIES */
#define IDGEN_DELAY_NS	 (1 * NS_PER_S)
#define TEMP_PREFERRED_S 86400 /* RFC 8981, 3.8 */
#define TEMP_VALID_S	 172800

static struct nd_auto *auto_find(const struct nd_link *link, ip6_addr addr)
{
	struct nd_auto *a;

	list_for_each_entry(a, &link->autos, struct nd_auto, node)
		if (ip6_eq(a->addr, addr))
			return a;
	return NULL;
}

static void auto_free(struct nd_auto *a)
{
	struct nd_link *link = a->link;

	stack_disarm(link->nd->stack, &a->timer);
	list_del(&a->node);
	link->auto_count--;
	mem_free(link->nd->stack->place.env->mem, a, sizeof(*a));
}

/*
 * Lifetimes, in nanoseconds from now on; UINT64_MAX: for ever.
 */

static uint64_t life_ns(uint64_t s)
{
	return s == ND_FOREVER_S ? UINT64_MAX : s * NS_PER_S;
}

/* What is left at @now of a life that was @ns long at @then. */
static uint64_t left_ns(uint64_t ns, uint64_t then, uint64_t now)
{
	if (ns == UINT64_MAX)
		return ns;
	return ns > now - then ? ns - (now - then) : 0;
}

/* As ip6_addr_conf has it: 0 is for ever, so what is over ends at once. */
static uint64_t conf_ns(uint64_t ns)
{
	return ns == UINT64_MAX ? 0 : max_u64(ns, 1);
}

static uint32_t temp_valid_s(const struct nd_link *link)
{
	return link->conf.temp_valid_s ? link->conf.temp_valid_s : TEMP_VALID_S;
}

/* Cut down to what a temporary address may have (RFC 8981, 3.4). */
static uint64_t cap_preferred(const struct nd_auto *a, uint64_t ns)
{
	uint64_t now = nd_now(a->link->nd);

	if (!a->is_temporary)
		return ns;
	return min_u64(ns, left_ns(a->preferred_max_ns, a->made_ns, now));
}

static uint64_t cap_valid(const struct nd_auto *a, uint64_t ns)
{
	uint64_t now = nd_now(a->link->nd);

	if (!a->is_temporary)
		return ns;
	return min_u64(
		ns, left_ns(life_ns(temp_valid_s(a->link)), a->made_ns, now));
}

/* Time before its end at which a temporary address is followed: enough for
 * its successor to be tried (REGEN_ADVANCE). */
static uint64_t advance_ns(const struct nd_link *link)
{
	uint64_t dad = link->conf.dad_transmits ? link->conf.dad_transmits : 1;

	return 2 * NS_PER_S +
	       IDGEN_RETRIES * dad * link->retrans_ms * NS_PER_MS;
}

/* Have a temporary address followed when @preferred_ns is nearly over. */
static void arm_follow(struct nd_auto *a, uint64_t preferred_ns)
{
	uint64_t before = advance_ns(a->link);

	if (a->is_temporary && !a->is_followed && preferred_ns != UINT64_MAX)
		stack_arm_in(a->link->nd->stack, &a->timer,
			     preferred_ns > before ? preferred_ns - before : 0);
}

/*
 * Making.
 */

static void tell_made(const struct nd_auto *a)
{
	struct ip_addr ip = ip_addr_v6(a->addr);
	struct ip_addr net = ip_addr_v6(a->prefix.addr);

	PROBE(&a->link->nd->stack->place, EV_LEARN,
	      a->is_temporary ? R_ND_TEMPORARY : R_ND_AUTO, NULL,
	      EVF_IP("ip", &ip), EVF_IP("net", &net),
	      EVF_NUM("len", a->prefix.len),
	      EVF_TEXT("netif", a->link->netif->name));
}

/* Give the stack the address; its state and lifetimes begin. */
static int auto_add(struct nd_auto *a)
{
	struct nd *nd = a->link->nd;
	uint64_t now = nd_now(nd);
	uint64_t preferred = cap_preferred(
		a, left_ns(life_ns(a->preferred_s), a->told_ns, now));
	uint64_t valid =
		cap_valid(a, left_ns(life_ns(a->valid_s), a->told_ns, now));
	const struct ip6_addr_conf conf = {
		.net = {a->addr, 128},
		.origin = a->is_temporary ? IP6_FROM_RA_TEMP : IP6_FROM_RA,
		.preferred_ns = conf_ns(preferred),
		.valid_ns = conf_ns(valid),
	};
	int err = ip6_addr_add_conf(nd->stack, a->link->netif, &conf);

	if (err)
		return err;
	tell_made(a);
	arm_follow(a, preferred);
	return 0;
}

/* Make an address of a record that has none; @a may be gone afterwards. */
static void auto_make(struct nd_auto *a)
{
	int err;

	do {
		err = nd_iid_make(a->link->nd, a, &a->addr);
		if (!err)
			err = auto_add(a);
	} while (err == -EEXIST && ++a->dad_count < IDGEN_RETRIES);
	if (err)
		auto_free(a); /* the next advertisement tries again */
}

static void auto_follow(struct nd_auto *a);

static void auto_on_timer(struct timer *t, void *arg)
{
	struct nd_auto *a = arg;

	(void)t;
	PROBE_CAUSE(&a->link->nd->stack->place, EV_TIMER, R_ND_ENDS, NULL,
		    EVF_TEXT("netif", a->link->netif->name));
	if (ip6_is_zero(a->addr))
		auto_make(a);
	else
		auto_follow(a);
}

static uint64_t draw_preferred(struct nd_link *link)
{
	uint64_t s = link->conf.temp_preferred_s ? link->conf.temp_preferred_s
						 : TEMP_PREFERRED_S;
	uint64_t ns = s * NS_PER_S;

	/* Less up to MAX_DESYNC_FACTOR, so that not all change at once. */
	return ns - nd_random(link->nd, 0, ns / 10 * 4);
}

static void auto_new(struct nd_link *link, const struct nd_prefix *p,
		     bool is_temporary, uint64_t told_ns)
{
	struct nd_auto *a = NULL;

	if (link->auto_count < ND_AUTO_MAX)
		a = mem_alloc(link->nd->stack->place.env->mem, sizeof(*a));
	if (!a)
		return;
	a->link = link;
	a->prefix = ip6_net_base(p->net);
	a->is_temporary = is_temporary;
	a->made_ns = nd_now(link->nd);
	a->valid_s = p->valid_s;
	a->preferred_s = p->preferred_s;
	a->told_ns = told_ns;
	if (is_temporary)
		a->preferred_max_ns = draw_preferred(link);
	timer_init(&a->timer, auto_on_timer, a);
	list_add_tail(&link->autos, &a->node);
	link->auto_count++;
	auto_make(a);
}

/* A temporary address grows old: make the next one. */
static void auto_follow(struct nd_auto *a)
{
	struct nd *nd = a->link->nd;
	const struct nd_prefix p = {
		.net = a->prefix,
		.valid_s = (uint32_t)a->valid_s,
		.preferred_s = (uint32_t)a->preferred_s,
	};

	a->is_followed = true;
	if (left_ns(life_ns(a->preferred_s), a->told_ns, nd_now(nd)) >
	    advance_ns(a->link))
		auto_new(a->link, &p, true, a->told_ns);
}

/*
 * Being told again.
 */

/* RFC 4862, 5.5.3 e: what becomes of the valid lifetime. */
static uint64_t two_hour_rule(uint64_t left, uint64_t told)
{
	const uint64_t two_hours = TWO_HOURS_S * NS_PER_S;

	if (told > two_hours || told > left)
		return told;
	return left <= two_hours ? left : two_hours;
}

static void auto_renew(struct nd_auto *a, const struct nd_prefix *p)
{
	struct nd *nd = a->link->nd;
	struct netif *netif = a->link->netif;
	const struct ip6_addr_info *info =
		ip6_addr_find(nd->stack, netif, a->addr);
	uint64_t now = nd_now(nd);
	uint64_t preferred, valid;

	a->preferred_s = p->preferred_s;
	a->valid_s = p->valid_s;
	a->told_ns = now;
	if (!info)
		return; /* yet to be made */
	valid = two_hour_rule(info->valid_until_ns == UINT64_MAX
				      ? UINT64_MAX
				      : info->valid_until_ns - now,
			      life_ns(p->valid_s));
	valid = cap_valid(a, valid);
	preferred = min_u64(cap_preferred(a, life_ns(p->preferred_s)), valid);
	ip6_addr_life_set(nd->stack, netif, a->addr, conf_ns(preferred),
			  conf_ns(valid));
	arm_follow(a, preferred);
}

static bool is_from(const struct nd_auto *a, const struct nd_prefix *p)
{
	return a->prefix.len == p->net.len &&
	       ip6_eq(a->prefix.addr, ip6_net_base(p->net).addr);
}

void nd_auto_learn(struct nd_link *link, const struct nd_prefix *p)
{
	bool has_stable = false, has_temporary = false;
	struct nd_auto *a;

	if (p->net.len != 64 || link->conf.no_autoconf)
		return;
	list_for_each_entry(a, &link->autos, struct nd_auto, node) {
		if (!is_from(a, p))
			continue;
		auto_renew(a, p);
		has_stable |= !a->is_temporary;
		has_temporary |= a->is_temporary && !a->is_followed;
	}
	if (!p->valid_s)
		return;
	if (!has_stable)
		auto_new(link, p, false, nd_now(link->nd));
	if (!has_temporary && link->conf.has_temporary &&
	    life_ns(p->preferred_s) > advance_ns(link))
		auto_new(link, p, true, nd_now(link->nd));
}

bool nd_auto_dad_done(struct nd_link *link, ip6_addr addr, bool is_ours)
{
	struct nd_auto *a = auto_find(link, addr);
	struct stack *stack = link->nd->stack;
	struct ip_addr ip = ip_addr_v6(addr);

	if (!a)
		return false;
	if (is_ours)
		return true;
	a->dad_count++;
	if (a->dad_count >= IDGEN_RETRIES ||
	    (!a->is_temporary && link->conf.iid == ND_IID_EUI64)) {
		PROBE(&stack->place, EV_LEARN, R_ND_AUTO_FAIL, NULL,
		      EVF_IP("ip", &ip), EVF_NUM("tries", a->dad_count));
		stack_disarm(stack, &a->timer);
		return true;
	}
	a->addr = IP6_ANY;
	ip6_addr_del(stack, link->netif, addr);
	stack_arm_in(stack, &a->timer, IDGEN_DELAY_NS);
	return true;
}

void nd_auto_stop(struct nd_link *link, ip6_addr addr)
{
	struct nd_auto *a = auto_find(link, addr);

	if (a)
		auto_free(a);
}

/* The addresses go, too: nobody would renew them. */
void nd_auto_forget(struct nd_link *link)
{
	struct nd_auto *a;

	while ((a = list_first_entry(&link->autos, struct nd_auto, node))) {
		ip6_addr addr = a->addr;

		auto_free(a);
		if (!ip6_is_zero(addr))
			ip6_addr_del(link->nd->stack, link->netif, addr);
	}
}
