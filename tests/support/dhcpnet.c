// SPDX-License-Identifier: MIT
/* dhcpnet.c - a server of DHCP, a client, and liars in the place of both */

#include "dhcpnet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ip/ip.h"
#include "testnet.h"

ip4_addr dhcpnet_parse(const char *text)
{
	ip4_addr a;

	assert_int_equal(ip4_parse(&a, text), 0);
	return a;
}

void dhcpnet_server_that(struct dhcpnet *f, uint32_t lease_s, bool is_careless)
{
	const struct dhcp_fixed fixed = {
		.mac = {{2, 0, 0, 0, 0, 99}},
		.ip = dhcpnet_parse("10.0.0.50"),
	};
	const struct dhcp_server_config cfg = {
		.from = dhcpnet_parse("10.0.0.100"),
		.to = dhcpnet_parse("10.0.0.103"),
		.router = dhcpnet_parse("10.0.0.1"),
		.dns = {1, {dhcpnet_parse("10.0.0.53")}},
		.domain = "home.test",
		.lease_s = lease_s,
		.fixed = &fixed,
		.fixed_count = 1,
		.no_check = is_careless,
	};

	assert_int_equal(dhcp_server_start(testnet_host(f->net, SERVER),
					   testnet_netif(f->net, SERVER, 0),
					   &cfg, &f->server),
			 0);
}

void dhcpnet_server(struct dhcpnet *f, uint32_t lease_s)
{
	dhcpnet_server_that(f, lease_s, false);
}

void dhcpnet_client(struct dhcpnet *f)
{
	const struct dhcp_client_config cfg = {.host_name = "laptop"};

	assert_int_equal(dhcp_client_start(testnet_host(f->net, CLIENT),
					   testnet_netif(f->net, CLIENT, 0),
					   &cfg, &f->client),
			 0);
}

int dhcpnet_setup(void **state)
{
	struct dhcpnet *f = calloc(1, sizeof(*f));

	*state = f;
	f->net = testnet_new_empty();
	testnet_add_host(f->net, NULL);
	testnet_add_host(f->net, NULL);
	testnet_join(testnet_add_port(f->net, SERVER, "10.0.0.1/24"),
		     testnet_add_port(f->net, CLIENT, NULL));
	return 0;
}

int dhcpnet_teardown(void **state)
{
	struct dhcpnet *f = *state;

	dhcp_client_stop(f->client);
	dhcp_server_stop(f->server);
	dhcp_sock_close(&f->liar);
	testnet_free(f->net);
	free(f);
	return 0;
}

struct ip4_net dhcpnet_addr(struct dhcpnet *f)
{
	return ip_addr_of(testnet_host(f->net, CLIENT),
			  testnet_netif(f->net, CLIENT, 0));
}

void dhcpnet_assert_state(struct dhcpnet *f, enum dhcp_state want)
{
	assert_string_equal(dhcp_state_name(dhcp_client_state(f->client)),
			    dhcp_state_name(want));
}

void dhcpnet_on_lie(void *arg, const struct dhcp_msg *m,
		    const struct udp_from *from)
{
	struct dhcpnet *f = arg;
	struct dhcp_msg a = f->lie;

	(void)from;
	if (m->type != DHCP_DISCOVER)
		return;
	a.xid = a.xid ? a.xid : m->xid;
	a.chaddr = mac_is_zero(a.chaddr) ? m->chaddr : a.chaddr;
	assert_int_equal(
		dhcp_sock_send(&f->liar, &a, IP4_BROADCAST, DHCP_PORT_CLIENT),
		0);
}

void dhcpnet_open_liar(struct dhcpnet *f, int host, uint16_t port)
{
	f->liar = (struct dhcp_sock){
		.stack = testnet_host(f->net, host),
		.netif = testnet_netif(f->net, host, 0),
		.on_msg = dhcpnet_on_lie,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, port), 0);
}

struct dhcp_msg dhcpnet_good_offer(void)
{
	return (struct dhcp_msg){
		.op = BOOTP_REPLY,
		.type = DHCP_OFFER,
		.yiaddr = dhcpnet_parse("10.0.0.7"),
		.mask = dhcpnet_parse("255.255.255.0"),
		.routers = {1, {dhcpnet_parse("10.0.0.1")}},
		.server = dhcpnet_parse("10.0.0.1"),
		.lease_s = 600,
	};
}

void dhcpnet_start_liar(struct dhcpnet *f, struct dhcp_msg lie)
{
	f->lie = lie;
	dhcpnet_open_liar(f, SERVER, DHCP_PORT_SERVER);
	dhcpnet_client(f);
	testnet_run_ms(f->net, 2000);
	dhcp_sock_close(&f->liar);
}
