// SPDX-License-Identifier: MIT
/*
 * dhcp6_addr.c - the address that a DHCPv6 client was given
 *
 * It is tried first, as any address is (RFC 4862, 5.4); neighbour discovery
 * tells how that ended.  Then IPv6 keeps it for its lifetimes, counted from the
 * moment when the question was asked: the answer may have been long under way.
 */

#include "core/netif.h"
#include "core/probe.h"

#include "apps/dhcp6_client_int.h"
#include "ip6/ip6.h"

void dhcp6_addr_drop(struct dhcp6_client *c, const char *why)
{
	struct ip_addr ip = ip_addr_v6(c->got.addr);

	if (!c->has_addr)
		return;
	c->has_addr = false;
	PROBE_CAUSE(dhcp6_place(c), EV_LEARN, R_DHCP6_LOST, NULL,
		    EVF_IP("ip", &ip), EVF_TEXT("text", why));
	(void)ip6_addr_del(c->sock.stack, c->sock.netif, c->got.addr);
	if (c->cfg.on_change)
		c->cfg.on_change(c->cfg.arg, NULL);
}

uint64_t dhcp6_at_ns(const struct dhcp6_client *c, uint32_t s)
{
	return s == DHCP6_FOREVER ? UINT64_MAX : c->bound_ns + s * NS_PER_S;
}

/* What is left of @s, as ip6_conf.h has it: 0 is for ever. */
static uint64_t left_ns(const struct dhcp6_client *c, uint32_t s)
{
	uint64_t at = dhcp6_at_ns(c, s), now = dhcp6_now(c);

	if (at == UINT64_MAX)
		return 0;
	return at > now ? at - now : 1;
}

void dhcp6_tell_rest(struct dhcp6_client *c)
{
	PROBE_CAUSE(dhcp6_place(c), EV_LEARN, R_DHCP6_INFO, NULL,
		    EVF_NUM("dns", c->got.dns_count),
		    EVF_TEXT("domain", c->got.domain[0]));
	if (c->cfg.on_change)
		c->cfg.on_change(c->cfg.arg, &c->got);
}

void dhcp6_bind(struct dhcp6_client *c)
{
	struct ip_addr ip = ip_addr_v6(c->got.addr);

	c->has_addr = true;
	c->cfg.wish = c->got.addr;
	dhcp6_move(c, DHCP6_S_BOUND, "the address is ours for a time");
	PROBE_CAUSE(dhcp6_place(c), EV_LEARN, R_DHCP6_BOUND, NULL,
		    EVF_TEXT("name", dhcp6_place(c)->name), EVF_IP("ip", &ip),
		    EVF_NUM("lease", c->got.valid_s));
	if (c->got.t1_s == DHCP6_FOREVER)
		stack_disarm(c->sock.stack, &c->timer);
	else
		stack_arm(c->sock.stack, &c->timer,
			  dhcp6_at_ns(c, c->got.t1_s));
	dhcp6_tell_rest(c);
}

void dhcp6_addr_check(struct dhcp6_client *c, const struct dhcp6_got *got)
{
	const struct ip6_addr_info *info;
	struct ip6_addr_conf conf = {.origin = IP6_FROM_DHCP};
	int err;

	dhcp6_addr_drop(c, "another one takes its place");
	c->got = *got;
	c->bound_ns = c->asked_ns;
	conf.net = (struct ip6_net){got->addr, 128};
	conf.preferred_ns = left_ns(c, got->preferred_s);
	conf.valid_ns = left_ns(c, got->valid_s);
	stack_disarm(c->sock.stack, &c->timer);
	dhcp6_move(c, DHCP6_S_CHECKING, "it is ours if no neighbour has it");
	err = ip6_addr_add_conf(c->sock.stack, c->sock.netif, &conf);
	if (err) {
		dhcp6_restart(c, "the address could not be set",
			      DHCP6_DECLINE_WAIT_S);
		return;
	}
	info = ip6_addr_find(c->sock.stack, c->sock.netif, got->addr);
	if (info && info->state == IP6_PREFERRED)
		dhcp6_bind(c);
}

/* RFC 8415, 18.2.8: somebody has it; the server should know. */
void dhcp6_on_dad(void *arg, struct netif *netif, ip6_addr addr, bool is_ours)
{
	struct dhcp6_client *c = arg;
	struct ip_addr ip = ip_addr_v6(addr);

	if (netif != c->sock.netif || c->state != DHCP6_S_CHECKING ||
	    !ip6_eq(addr, c->got.addr))
		return;
	if (is_ours) {
		dhcp6_bind(c);
		return;
	}
	PROBE_CAUSE(dhcp6_place(c), EV_LEARN, R_DHCP6_CONFLICT, NULL,
		    EVF_IP("ip", &ip));
	(void)ip6_addr_del(c->sock.stack, netif, addr);
	c->cfg.wish = IP6_ANY;
	dhcp6_begin(c, DHCP6_S_DECLINING, UINT64_MAX,
		    "another host has that address");
}

/* More time for an address that we have. */
void dhcp6_addr_extend(struct dhcp6_client *c, const struct dhcp6_got *got)
{
	c->got = *got;
	c->bound_ns = c->asked_ns;
	(void)ip6_addr_life_set(c->sock.stack, c->sock.netif, got->addr,
				left_ns(c, got->preferred_s),
				left_ns(c, got->valid_s));
	dhcp6_bind(c);
}
