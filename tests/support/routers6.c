// SPDX-License-Identifier: MIT
/*
 * routers6.c - a LAN with two ways out, and a server behind both
 */

#include "routers6.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct nd_ra_conf routers6_conf(const char *net, enum nd_pref pref)
{
	struct nd_ra_conf c = {.lifetime_s = 1800,
			       .pref = pref,
			       .max_interval_s = 60,
			       .prefix_count = 1};

	c.prefix[0] = (struct nd_prefix){.net = lan6_net(net),
					 .is_onlink = true,
					 .is_auto = true,
					 .valid_s = 86400,
					 .preferred_s = 14400};
	return c;
}

static struct host *router(struct routers6 *n, const char *name,
			   const char *near, const char *far, enum nd_pref pref)
{
	struct nd_ra_conf c1 = routers6_conf("2001:db8:1::/64", pref);
	struct nd_ra_conf c2 = routers6_conf("2001:db8:2::/64", pref);
	struct host *r = lan6_router(&n->l, name);
	struct netif *n1 = lan6_netif(r, 1),
		     *n2 = lan6_port(&n->l, r, n->far_side);

	ip6_addr_add(&r->stack, n1, lan6_net(near));
	ip6_addr_add(&r->stack, n2, lan6_net(far));
	assert_int_equal(nd_router_conf(&r->stack, n1, &c1), 0);
	assert_int_equal(nd_router_conf(&r->stack, n2, &c2), 0);
	return r;
}

void routers6_init(struct routers6 *n)
{
	struct lan6 *l = &n->l;

	lan6_init(l, 31);
	n->far_side = world_add_switch(l->w, "sw2");
	n->r1 = router(n, "r1", "2001:db8:1::1/64", "2001:db8:2::1/64",
		       ND_PREF_HIGH);
	n->r2 = router(n, "r2", "2001:db8:1::2/64", "2001:db8:2::2/64",
		       ND_PREF_MEDIUM);
	n->a = lan6_host(l, "a");
	n->box = lan6_box(l, "box");
	n->s = world_add_host(l->w, "s");
	ip6_enable(&n->s->stack, lan6_port(l, n->s, n->far_side));
	ip6_addr_add(&n->s->stack, lan6_netif(n->s, 1),
		     lan6_net(ROUTERS6_SERVER "/64"));
	lan6_run(l, 10000);
}

void routers6_fini(struct routers6 *n)
{
	lan6_fini(&n->l);
}

ip6_addr routers6_gateway(struct host *h, const char *dst)
{
	const struct ip6_route *r =
		ip6_route_lookup(&h->stack, lan6_addr(dst), NULL);

	return r ? r->gateway : IP6_ANY;
}

void assert_gateway(struct host *h, const char *dst, struct host *r)
{
	assert_true(ip6_eq(routers6_gateway(h, dst), lan6_link_local(r)));
}
