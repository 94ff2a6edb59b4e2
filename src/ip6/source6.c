// SPDX-License-Identifier: MIT
/*
 * source6.c - which of our addresses, and which of theirs (RFC 6724)
 *
 * Theory of operation
 * ===================
 * An interface has several addresses, and a name often has several too.  RFC
 * 6724 gives two orders.  Sources are compared in pairs by rules of which the
 * first that sees a difference decides:
 *
 *	1    it is the destination itself
 *	2    its scope reaches far enough, and not farther than that
 *	3    not deprecated
 *	5    on the interface that the packet leaves by
 *	5.5  its prefix was advertised by the next hop
 *	6    the same label as the destination in the policy table
 *	7    temporary
 *	8    most bits in common with the destination
 *
 * (4, about mobility, has no use here.)  Destinations are then ordered by how
 * well they suit the source that each would get.  The policy table gives every
 * address a label, which should be the same at both ends, and a precedence;
 * IPv4 addresses take part as ::ffff:0:0/96.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "ip6/ip6_int.h"

/* RFC 6724, 2.1. */
/* clang-format off */
static const struct ip6_policy policy_default[] = {
	{{{{[15] = 1}}, 128},			50, 0},	 /* ::1/128 */
	{{{{0}}, 0},				40, 1},	 /* ::/0 */
	{{{{[10] = 0xff, [11] = 0xff}}, 96},	35, 4},	 /* ::ffff:0:0/96 */
	{{{{0x20, 0x02}}, 16},			30, 2},	 /* 2002::/16 */
	{{{{0x20, 0x01}}, 32},			5, 5},	 /* 2001::/32 */
	{{{{0xfc}}, 7},				3, 13},	 /* fc00::/7 */
	{{{{0}}, 96},				1, 3},	 /* ::/96 */
	{{{{0xfe, 0xc0}}, 10},			1, 11},	 /* fec0::/10 */
	{{{{0x3f, 0xfe}}, 16},			1, 12},	 /* 3ffe::/16 */
};
/* clang-format on */

void ip6_policy_set(struct stack *stack, const struct ip6_policy *rows,
		    size_t count)
{
	struct ip6 *ip6 = ip6_of(stack);

	ip6->policy = rows ? rows : policy_default;
	ip6->policy_count = rows ? count : ARRAY_SIZE(policy_default);
}

void ip6_prefer_temporary(struct stack *stack, bool is_preferred)
{
	ip6_of(stack)->prefers_temporary = is_preferred;
}

/* The row of the longest prefix. */
static struct ip6_policy policy_of(const struct ip6 *ip6, ip6_addr a)
{
	struct ip6_policy best = {.precedence = 0, .label = 0};
	bool is_found = false;
	size_t i;

	for (i = 0; i < ip6->policy_count; i++) {
		const struct ip6_policy *p = &ip6->policy[i];

		if (!ip6_net_has(p->net, a) ||
		    (is_found && p->net.len < best.net.len))
			continue;
		best = *p;
		is_found = true;
	}
	return best;
}

/*
 * Sources.
 */

/* What sources are chosen for. */
struct choice {
	const struct ip6 *ip6;
	const struct netif *netif;
	const ip6_addr *next_hop;
	ip6_addr dst;
	uint8_t label;
};

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

/* Rule 2: positive if @a is better. */
static int by_scope(ip6_addr a, ip6_addr b, ip6_addr dst)
{
	int sa = (int)ip6_scope_of(a), sb = (int)ip6_scope_of(b);
	int sd = (int)ip6_scope_of(dst);

	if (sa == sb)
		return 0;
	if (sa < sb)
		return sa < sd ? -1 : 1;
	return sb < sd ? 1 : -1;
}

static bool is_advertised(const struct choice *c, const struct ip6_addr_info *a)
{
	return c->next_hop && !ip6_is_zero(a->router) &&
	       ip6_eq(a->router, *c->next_hop);
}

/* Rule 8; more bits than the prefix has say nothing (RFC 6724, 2.2). */
static int bits_common(const struct ip6_addr_info *a, ip6_addr dst)
{
	unsigned n = ip6_common_len(a->net.addr, dst);

	return (int)(n < a->net.len ? n : a->net.len);
}

/* Positive if @a is the better source. */
static int source_cmp(const struct choice *c, const struct ip6_addr_info *a,
		      const struct ip6_addr_info *b)
{
	bool ta = a->origin == IP6_FROM_RA_TEMP;
	bool tb = b->origin == IP6_FROM_RA_TEMP;
	int rules[] = {
		ip6_eq(a->net.addr, c->dst) - ip6_eq(b->net.addr, c->dst),
		by_scope(a->net.addr, b->net.addr, c->dst),
		(b->state == IP6_DEPRECATED) - (a->state == IP6_DEPRECATED),
		(a->netif == c->netif) - (b->netif == c->netif),
		is_advertised(c, a) - is_advertised(c, b),
		(policy_of(c->ip6, a->net.addr).label == c->label) -
			(policy_of(c->ip6, b->net.addr).label == c->label),
		c->ip6->prefers_temporary ? ta - tb : tb - ta,
		sign(bits_common(a, c->dst) - bits_common(b, c->dst)),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i])
			return rules[i];
	return 0;
}

/* May it be a source at all there (RFC 6724, 4)? */
static bool is_candidate(const struct choice *c, const struct ip6_addr_info *a)
{
	bool same_link = a->netif == c->netif;

	if (a->state == IP6_TENTATIVE || a->state == IP6_DUPLICATED)
		return false;
	if (ip6_is_loopback(a->net.addr))
		return netif_is_lo(c->netif);
	if (netif_is_lo(c->netif))
		return true;
	if (ip6_is_link_local(a->net.addr) || ip6_is_link_local(c->dst))
		return same_link;
	return true;
}

static const struct ip6_addr_info *source_best(const struct choice *c)
{
	const struct ip6_addr_info *best = NULL;
	const struct ip6_ifaddr *a;

	list_for_each_entry(a, &c->ip6->addrs, struct ip6_ifaddr, node)
		if (is_candidate(c, &a->info) &&
		    (!best || source_cmp(c, &a->info, best) > 0))
			best = &a->info;
	return best;
}

int ip6_source_select(struct stack *stack, const struct netif *netif,
		      ip6_addr dst, const ip6_addr *next_hop, ip6_addr *out)
{
	const struct ip6 *ip6 = ip6_of(stack);
	const struct choice c = {
		.ip6 = ip6,
		.netif = netif,
		.next_hop = next_hop,
		.dst = dst,
		.label = policy_of(ip6, dst).label,
	};
	const struct ip6_addr_info *best = source_best(&c);

	if (!best)
		return -EADDRNOTAVAIL;
	*out = best->net.addr;
	return 0;
}

/*
 * Destinations.
 */

/* A destination and what would be its source, both as IPv6. */
struct dest {
	struct ip_addr addr;
	ip6_addr dst, src;
	bool is_usable, is_deprecated;
	struct ip6_policy policy;
	uint8_t src_label;
	uint8_t src_len; /* of the source's prefix */
};

static ip6_addr mapped_of(struct ip_addr a)
{
	ip6_addr m = {{[10] = 0xff, [11] = 0xff}};

	if (a.family == IP_V6)
		return a.v6;
	put_ip4(m.o + 12, a.v4);
	return m;
}

/* RFC 6724, 3.2: scopes of IPv4 addresses are those of their kinds. */
static enum ip6_scope scope_of(ip6_addr a)
{
	if (ip6_is_mapped(a)) {
		ip4_addr v4 = get_ip4(a.o + 12);

		return ip4_is_link_local(v4) || ip4_is_loopback(v4)
			       ? IP6_SCOPE_LINK
			       : IP6_SCOPE_GLOBAL;
	}
	return ip6_scope_of(a);
}

static struct dest dest_of(struct stack *stack, struct ip_addr addr)
{
	const struct ip6 *ip6 = ip6_of(stack);
	struct dest d = {.addr = addr, .dst = mapped_of(addr)};
	const struct ip6_addr_info *a;
	struct ip_addr src;

	d.policy = policy_of(ip6, d.dst);
	d.is_usable = !ip_source_for(stack, addr, &src);
	if (!d.is_usable)
		return d;
	d.src = mapped_of(src);
	d.src_label = policy_of(ip6, d.src).label;
	a = src.family == IP_V6 ? ip6_addr_find(stack, NULL, src.v6) : NULL;
	d.is_deprecated = a && a->state == IP6_DEPRECATED;
	d.src_len = a ? a->net.len : 0;
	return d;
}

/* Rule 9, of one family only. */
static int dest_bits(const struct dest *d)
{
	unsigned n = ip6_common_len(d->src, d->dst);

	return (int)(n < d->src_len ? n : d->src_len);
}

/* The rules of RFC 6724, 6, as dest_cmp() has them, and what each sees in an
 * address that it puts in front. */
enum { DEST_RULES = 7 };
static const char *const dest_says[DEST_RULES] = {
	"for the other one there is no way, or no address of our own",
	"it and our own address for it reach equally far",
	"our own address for the other one is being given up",
	"it and our own address for it are of the same kind",
	"the policy table puts its kind in front",
	"it is nearer",
	"it has more bits in common with our own address",
};

/* Positive for the rules that put @a before @b, negative for others. */
static void dest_rules(const struct dest *a, const struct dest *b,
		       int says[DEST_RULES])
{
	bool same = a->addr.family == b->addr.family;
	const int rules[DEST_RULES] = {
		a->is_usable - b->is_usable,
		(scope_of(a->dst) == scope_of(a->src)) -
			(scope_of(b->dst) == scope_of(b->src)),
		b->is_deprecated - a->is_deprecated,
		(a->src_label == a->policy.label) -
			(b->src_label == b->policy.label),
		a->policy.precedence - b->policy.precedence,
		(int)scope_of(b->dst) - (int)scope_of(a->dst),
		same ? dest_bits(a) - dest_bits(b) : 0,
	};

	memcpy(says, rules, sizeof(rules));
}

/* Positive if @a is to be tried before @b. */
static int dest_cmp(const struct dest *a, const struct dest *b)
{
	int says[DEST_RULES];
	size_t i;

	dest_rules(a, b, says);
	for (i = 0; i < DEST_RULES; i++)
		if (says[i])
			return says[i];
	return 0;
}

const char *ip6_dest_why(struct stack *stack, struct ip_addr first,
			 struct ip_addr second)
{
	struct dest a = dest_of(stack, first), b = dest_of(stack, second);
	int says[DEST_RULES];
	size_t i;

	dest_rules(&a, &b, says);
	for (i = 0; i < DEST_RULES; i++)
		if (says[i] > 0)
			return dest_says[i];
	return "no rule prefers one; it came first";
}

void ip6_dest_sort(struct stack *stack, struct ip_addr *list, size_t count)
{
	struct dest sorted[IP6_DEST_MAX];
	size_t n = min_size(count, IP6_DEST_MAX), i, j;

	for (i = 0; i < n; i++) {
		struct dest d = dest_of(stack, list[i]);

		for (j = i; j && dest_cmp(&d, &sorted[j - 1]) > 0; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = d;
	}
	for (i = 0; i < n; i++)
		list[i] = sorted[i].addr;
}
