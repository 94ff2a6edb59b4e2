// SPDX-License-Identifier: MIT
/* dhcp6net.c - a client, a server and a neighbour of DHCPv6 on one link */

#include "dhcp6net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void dhcp6net_give_address(struct host *h, uint32_t index, const char *text)
{
	const struct ip6_addr_conf conf = {
		.net = {lan6_addr(text), 64},
		.no_dad = true,
	};

	assert_int_equal(
		ip6_addr_add_conf(&h->stack, lan6_netif(h, index), &conf), 0);
}

int dhcp6net_setup(void **state)
{
	struct dhcp6net *f = calloc(1, sizeof(*f));

	*state = f;
	lan6_init(&f->l, 7);
	f->client_host = lan6_host(&f->l, "client");
	f->server_host = lan6_host(&f->l, "server");
	f->other = lan6_host(&f->l, "other");
	dhcp6net_give_address(f->server_host, 1, "fd00:1::2");
	lan6_run(&f->l, 3000);
	return 0;
}

int dhcp6net_teardown(void **state)
{
	struct dhcp6net *f = *state;

	dhcp6_client_stop(f->client);
	dhcp6_server_stop(f->server);
	dhcp6_server_stop(f->second);
	dhcp6_relay_stop(f->relays[0]);
	dhcp6_relay_stop(f->relays[1]);
	dhcp_sock_close(&f->liar);
	lan6_fini(&f->l);
	free(f);
	return 0;
}

struct dhcp6_server_config dhcp6net_usual(const struct dhcp6_pool *pool)
{
	return (struct dhcp6_server_config){
		.pools = pool,
		.pool_count = 1,
		.lease_s = 1000,
		.dns = {lan6_addr("fd00:1::53")},
		.dns_count = 1,
		.domain = "home.test",
	};
}

struct dhcp6_pool dhcp6net_pool_of(const char *net, const char *from)
{
	return (struct dhcp6_pool){lan6_net(net), lan6_addr(from), 4};
}

void dhcp6net_start_server(struct dhcp6net *f)
{
	const struct dhcp6_pool pool =
		dhcp6net_pool_of("fd00:1::/64", "fd00:1::100");
	struct dhcp6_server_config cfg = dhcp6net_usual(&pool);

	cfg.is_rapid = true;
	assert_int_equal(dhcp6_server_start(&f->server_host->stack,
					    lan6_netif(f->server_host, 1), &cfg,
					    &f->server),
			 0);
}

static void on_change(void *arg, const struct dhcp6_got *got)
{
	struct dhcp6net *f = arg;

	f->has_got = got;
	if (got)
		f->got = *got;
}

void dhcp6net_start_client(struct dhcp6net *f, bool is_rapid, bool is_stateless)
{
	const struct dhcp6_client_config cfg = {
		.is_rapid = is_rapid,
		.is_stateless = is_stateless,
		.on_change = on_change,
		.arg = f,
	};

	assert_int_equal(dhcp6_client_start(&f->client_host->stack,
					    lan6_netif(f->client_host, 1), &cfg,
					    &f->client),
			 0);
}

void dhcp6net_assert_state(struct dhcp6net *f, enum dhcp6_state want)
{
	assert_string_equal(dhcp6_state_name(dhcp6_client_state(f->client)),
			    dhcp6_state_name(want));
}

void dhcp6net_assert_address(struct dhcp6net *f, const char *want)
{
	const struct ip6_addr_info *a =
		lan6_find(f->client_host, IP6_FROM_DHCP, 0);
	char text[IP6_TEXT];

	if (!want) {
		assert_null(a);
		return;
	}
	assert_non_null(a);
	assert_int_equal(a->state, IP6_PREFERRED);
	assert_string_equal(ip6_print(a->net.addr, text), want);
}

enum lease_state dhcp6net_lease_state(struct dhcp6net *f, size_t i)
{
	return dhcp6_server_leases(f->server, 0)->leases[i].state;
}

uint64_t dhcp6net_drops(struct host *h, enum drop why)
{
	return h->stack.place.drops[why];
}

static void on_octets(void *arg, uint8_t *buf, size_t len,
		      const struct udp_from *from)
{
	struct dhcp6net *f = arg;
	struct dhcp6_msg m;

	(void)from;
	assert_int_equal(dhcp6_parse(&m, buf, len), len);
	f->heard = m;
}

void dhcp6net_open_liar(struct dhcp6net *f, uint16_t port)
{
	f->liar = (struct dhcp_sock){
		.stack = &f->other->stack,
		.netif = lan6_netif(f->other, 1),
		.family = IP_V6,
		.on_octets = on_octets,
		.arg = f,
	};
	assert_int_equal(dhcp_sock_open(&f->liar, port), 0);
	assert_int_equal(
		ip6_group_add(f->liar.stack, f->liar.netif, IP6_ALL_DHCP), 0);
}

void dhcp6net_say(struct dhcp6net *f, const struct dhcp6_msg *m, ip6_addr to,
		  uint16_t port)
{
	uint8_t buf[DHCP6_LEN_MAX];

	stack_enter(f->liar.stack);
	assert_int_equal(dhcp_sock_put(&f->liar, buf,
				       dhcp6_emit(buf, sizeof(buf), m),
				       ip_addr_v6(to), port),
			 0);
	stack_leave(f->liar.stack);
	lan6_run(&f->l, 50);
}
