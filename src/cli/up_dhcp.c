// SPDX-License-Identifier: MIT
/*
 * up_dhcp.c - weft up --dhcp: addresses from whoever gives them on the wire
 *
 * IPv4 has one way, and the host goes it at once.  With IPv6 it is the router
 * that says which way there is: make addresses yourselves (SLAAC, which
 * neighbour discovery does), ask for them by DHCPv6 (M), or ask only for the
 * rest (O).  Each address that becomes ours is one line on standard output.
 */

#include "cli/up_dhcp.h"

#include <stdio.h>

#include "core/netif.h"

#include "apps/dhcp6_client.h"
#include "apps/dhcp_client.h"
#include "cli/station.h"
#include "cli/up_say.h"
#include "ip6/ip6.h"

static void say_dns(const struct ip_addr *dns, size_t count)
{
	char text[IP_TEXT];

	for (size_t i = 0; i < count; i++)
		printf("%s %s", i ? "," : "; DNS", ip_addr_print(dns[i], text));
}

static void end_line(void)
{
	printf("\n");
	(void)fflush(stdout); /* whoever waits for it sees it now */
}

static void say_gone(const struct up_dhcp *d, const char *how)
{
	if (d->is_json) {
		up_say_gone(d->st, how, d->is_ending);
		return;
	}
	printf("%s: the address by %s is %s", d->st->name, how,
	       d->is_ending ? "given back" : "lost");
	end_line();
}

/* An address, to people. */
static void say_got(const struct up_dhcp *d, const struct dhcp_got *got,
		    const struct up_lease *lease)
{
	char ip[IP_TEXT], server[IP_TEXT];

	printf("%s: %s/%u by DHCP from %s, for %u s", d->st->name,
	       ip4_print(got->net.addr, ip), got->net.len,
	       ip4_print(got->server, server), got->lease_s);
	if (got->router.v)
		printf("; router %s", ip4_print(got->router, ip));
	say_dns(lease->dns, lease->dns_count);
	end_line();
}

static void on_change(void *arg, const struct dhcp_got *got)
{
	struct up_dhcp *d = arg;
	struct ip_addr dns[DHCP_ADDRS];
	struct up_lease lease = {.by = "DHCP", .dns = dns};

	if (!got) {
		say_gone(d, "DHCP");
		return;
	}
	lease.address = ip_addr_v4(got->net.addr);
	lease.len = got->net.len;
	lease.server = ip_addr_v4(got->server);
	lease.seconds = got->lease_s;
	if (got->router.v)
		lease.router = ip_addr_v4(got->router);
	lease.dns_count = got->dns.count;
	for (size_t i = 0; i < got->dns.count; i++)
		dns[i] = ip_addr_v4(got->dns.v[i]);
	if (d->is_json)
		up_say_lease(d->st, &lease);
	else
		say_got(d, got, &lease);
}

/* The same of IPv6. */
static void say_got6(const struct up_dhcp *d, const struct dhcp6_got *got,
		     const struct up_lease *lease)
{
	char ip[IP_TEXT];

	if (ip6_is_zero(got->addr))
		printf("%s: told by DHCPv6", d->st->name);
	else
		printf("%s: %s by DHCPv6, for %u s", d->st->name,
		       ip6_print(got->addr, ip), got->valid_s);
	say_dns(lease->dns, lease->dns_count);
	if (got->domain_count)
		printf("; search %s", got->domain[0]);
	end_line();
}

static void on_change6(void *arg, const struct dhcp6_got *got)
{
	struct up_dhcp *d = arg;
	struct ip_addr dns[DHCP6_DNS];
	struct up_lease lease = {.by = "DHCPv6", .dns = dns};

	if (!got) {
		say_gone(d, "DHCPv6");
		return;
	}
	for (size_t i = 0; i < got->dns_count; i++)
		dns[i] = ip_addr_v6(got->dns[i]);
	lease.dns_count = got->dns_count;
	lease.domain = got->domain_count ? got->domain[0] : NULL;
	if (!ip6_is_zero(got->addr)) {
		lease.address = ip_addr_v6(got->addr);
		lease.seconds = got->valid_s;
	}
	if (d->is_json)
		up_say_lease(d->st, &lease);
	else
		say_got6(d, got, &lease);
}

static void on_ra(void *arg, struct netif *netif, bool is_managed,
		  bool is_other)
{
	struct up_dhcp *d = arg;
	const struct dhcp6_client_config cfg = {
		.is_stateless = !is_managed,
		.is_rapid = true,
		.on_change = on_change6,
		.arg = d,
	};

	if ((!is_managed && !is_other) ||
	    (d->client6 && (!d->is_stateless || !is_managed)))
		return;
	dhcp6_client_stop(d->client6);
	d->client6 = NULL;
	d->is_stateless = !is_managed;
	/* What fails begins with the next advertisement. */
	(void)dhcp6_client_start(d->st->stack, netif, &cfg, &d->client6);
}

/* An address that was made from a router's prefix. */
static void on_dad(void *arg, struct netif *netif, ip6_addr addr, bool is_ours)
{
	const struct up_dhcp *d = arg;
	const struct ip6_addr_info *a =
		ip6_addr_find(d->st->stack, netif, addr);
	const struct up_lease lease = {.by = "router",
				       .address = ip_addr_v6(addr)};
	char ip[IP_TEXT];

	if (!is_ours || !a || a->origin != IP6_FROM_RA)
		return;
	if (d->is_json) {
		up_say_lease(d->st, &lease);
		return;
	}
	printf("%s: %s made from what a router advertises", d->st->name,
	       ip6_print(addr, ip));
	end_line();
}

int up_dhcp_start(struct up_dhcp *d, struct station *st)
{
	const struct dhcp_client_config cfg = {
		.host_name = "weft",
		.on_change = on_change,
		.arg = d,
	};
	int err;

	d->st = st;
	d->watch = (struct nd_watch){
		.on_ra = on_ra,
		.on_dad = on_dad,
		.arg = d,
	};
	nd_watch_begin(st->stack, &d->watch);
	err = ip6_enable(st->stack, st->netif);
	if (err == -EINVAL)
		err = 0; /* frames too small for IPv6 */
	if (!err)
		err = dhcp_client_start(st->stack, st->netif, &cfg, &d->client);
	return err;
}

void up_dhcp_stop(struct up_dhcp *d)
{
	if (!d->st)
		return;
	d->is_ending = true;
	if (d->client && !d->st->is_gone)
		dhcp_client_release(d->client);
	if (d->client6 && !d->st->is_gone && !d->is_stateless)
		dhcp6_client_release(d->client6);
	nd_watch_end(&d->watch);
	dhcp_client_stop(d->client);
	dhcp6_client_stop(d->client6);
}
