// SPDX-License-Identifier: MIT
/*
 * pmtu.c - how large a packet gets through to a destination (RFC 1191, 8201)
 *
 * Theory of operation
 * ===================
 * A router that cannot forward a packet, and may not fragment it, says how
 * much it could.  That is remembered for ten minutes; then the full size of
 * the first link is tried again, which is how a path that has become wider is
 * found.
 *
 * The message may be forged, by somebody who wants to slow us down (RFC 5927,
 * 7).  So it is believed only if the transport recognizes the packet that it
 * quotes; it can lower the estimate but not raise it; and what it can lower it
 * to has a floor.  Where the path really is narrower than the floor, packets
 * of the floor's size go without DF, so that routers can fragment them.  In
 * IPv6 there is no such thing: every link carries 1280 octets, and a smaller
 * claim is not believed at all.
 *
 * Limits
 * ------
 * IP_PMTU_ENTRIES destinations; the one learned first is forgotten first.
 */

#include <errno.h>

#include "base/check.h"

#include "wire/ip6.h"

#include "core/probe.h"

#include "ip/ip_int.h"

struct pmtu {
	struct list node;
	struct ip_addr dst;
	uint32_t mtu;
	bool is_floor;
	uint64_t expires_ns;
	uint32_t hash;
};

static bool pmtu_eq(const void *item, const void *key)
{
	const struct pmtu *p = item;
	const struct ip_addr *dst = key;

	return ip_addr_eq(p->dst, *dst);
}

static uint32_t pmtu_hash(const struct ip *ip, struct ip_addr dst)
{
	if (dst.family == IP_V6)
		return (uint32_t)siphash13_u64x2(&ip->key, get64(dst.v6.o),
						 get64(dst.v6.o + 8));
	return (uint32_t)siphash13_u64(&ip->key, dst.v4.v);
}

static struct pmtu *pmtu_find(const struct ip *ip, struct ip_addr dst)
{
	if (!ip->pmtu.count)
		return NULL;
	return htab_find(&ip->pmtu, pmtu_hash(ip, dst), pmtu_eq, &dst);
}

static void pmtu_free(struct ip *ip, struct pmtu *p)
{
	ip->stack->epoch++;
	list_del(&p->node);
	htab_del(&ip->pmtu, p->hash, p);
	mem_free(ip->stack->place.env->mem, p, sizeof(*p));
}

static struct pmtu *pmtu_oldest(struct ip *ip)
{
	return list_first_entry(&ip->pmtu_by_age, struct pmtu, node);
}

static void pmtu_on_timer(struct timer *t, void *arg)
{
	struct ip *ip = arg;
	uint64_t now = stack_now(ip->stack);
	struct pmtu *p;

	(void)t;
	while ((p = pmtu_oldest(ip)) && p->expires_ns <= now) {
		PROBE(&ip->stack->place, EV_LEARN, R_PMTU_AGE, NULL,
		      EVF_IP("dst", &p->dst), EVF_NUM("mtu", p->mtu));
		pmtu_free(ip, p);
	}
	if (p)
		stack_arm(ip->stack, &ip->pmtu_timer, p->expires_ns);
}

int pmtu_init(struct ip *ip)
{
	htab_init(&ip->pmtu, ip->stack->place.env->mem, IP_PMTU_ENTRIES);
	list_init(&ip->pmtu_by_age);
	timer_init(&ip->pmtu_timer, pmtu_on_timer, ip);
	return 0;
}

void pmtu_fini(struct ip *ip)
{
	struct pmtu *p;

	while ((p = pmtu_oldest(ip)))
		pmtu_free(ip, p);
	stack_disarm(ip->stack, &ip->pmtu_timer);
	htab_fini(&ip->pmtu);
}

uint32_t pmtu_get(const struct stack *stack, struct ip_addr dst, bool *is_floor)
{
	const struct pmtu *p = pmtu_find(ip_of(stack), dst);

	*is_floor = p && p->is_floor;
	return p ? p->mtu : 0;
}

/* RFC 1191, 7.1: sizes that links have.  A router of old that did not say its
 * MTU is taken to have the next one below the packet's size. */
static uint32_t plateau_below(uint32_t len)
{
	static const uint16_t plateaus[] = {32000, 17914, 8166, 4352,
					    2002,  1492,  1006, 508};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (plateaus[i] < len)
			return plateaus[i];
	return IP_PMTU_FLOOR;
}

uint32_t pmtu_judge(struct stack *stack, struct ip_addr dst, uint32_t claimed,
		    uint32_t pkt_len)
{
	uint32_t now = ip_mtu_for(stack, dst);
	uint32_t mtu = claimed ? claimed : plateau_below(pkt_len);

	if (dst.family == IP_V6) /* RFC 8201, 4 */
		return claimed >= IP6_MTU_MIN && claimed < now ? claimed : 0;
	mtu = max_u32(mtu, IP_PMTU_FLOOR);
	return mtu < now ? mtu : 0;
}

static struct pmtu *pmtu_new(struct ip *ip, struct ip_addr dst)
{
	struct pmtu *p;

	if (ip->pmtu.count == IP_PMTU_ENTRIES)
		pmtu_free(ip, pmtu_oldest(ip));
	p = mem_alloc(ip->stack->place.env->mem, sizeof(*p));
	if (!p)
		return NULL;
	p->dst = dst;
	p->hash = pmtu_hash(ip, dst);
	if (htab_add(&ip->pmtu, p->hash, p)) {
		mem_free(ip->stack->place.env->mem, p, sizeof(*p));
		return NULL;
	}
	return p;
}

void pmtu_lower(struct stack *stack, struct ip_addr dst, uint32_t claimed,
		uint32_t mtu)
{
	struct ip *ip = ip_of(stack);
	struct pmtu *p = pmtu_find(ip, dst);

	if (!p)
		p = pmtu_new(ip, dst);
	if (!p)
		return; /* the next error tells again */
	stack->epoch++;
	p->mtu = mtu;
	p->is_floor = claimed && claimed < mtu;
	p->expires_ns = stack_now(ip->stack) + IP_PMTU_AGE_S * NS_PER_S;
	list_move_tail(&ip->pmtu_by_age, &p->node);
	if (!timer_is_armed(&ip->pmtu_timer))
		stack_arm(ip->stack, &ip->pmtu_timer, p->expires_ns);
	PROBE(&ip->stack->place, EV_LEARN, R_PMTU_LOWER, NULL,
	      EVF_IP("dst", &dst), EVF_NUM("mtu", mtu),
	      EVF_NUM("claimed", claimed));
}
