// SPDX-License-Identifier: MIT
/*
 * ip6_world_test.c - hosts and routers with both versions, on real cables
 *
 *	a --- r1 === r2 --- b		=== loses, repeats and reorders frames,
 *					    and has an MTU of 1280
 *
 * Neighbours are found, addresses are seen to be unique, and streams over IPv6
 * and IPv4 run side by side.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "core/waitq.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "talker.h"
#include "vnet/vnet.h"

struct net {
	struct mem mem;
	struct world *w;
	struct host *a, *b, *r1, *r2;
};

static struct netif *port(struct host *h, uint32_t mtu, const char *four,
			  const char *six)
{
	struct port *p = host_add_port(h, NULL);
	struct ip4_net n4;
	struct ip6_net n6;

	assert_non_null(p);
	p->netif.mtu = mtu;
	assert_int_equal(ip4_net_parse(&n4, four), 0);
	assert_int_equal(ip6_net_parse(&n6, six), 0);
	assert_int_equal(ip_addr_add(&h->stack, &p->netif, n4), 0);
	assert_int_equal(ip6_addr_add(&h->stack, &p->netif, n6), 0);
	return &p->netif;
}

static struct port *port_of(struct netif *netif)
{
	return container_of(netif, struct port, netif);
}

static void route(struct host *h, const char *net4, const char *gw4,
		  const char *net6, const char *gw6)
{
	struct ip6_route r = {.metric = 0};
	struct ip4_net n;
	ip4_addr gw;

	assert_int_equal(ip4_net_parse(&n, net4), 0);
	assert_int_equal(ip4_parse(&gw, gw4), 0);
	assert_int_equal(ip_route_add(&h->stack, n, gw, NULL, 0), 0);
	assert_int_equal(ip6_net_parse(&r.net, net6), 0);
	assert_int_equal(ip6_parse(&r.gateway, gw6), 0);
	assert_int_equal(ip6_route_add(&h->stack, &r), 0);
}

static void set_up(struct net *n, uint64_t seed, struct cable_params *mid,
		   struct cable_params *edge)
{
	struct netif *a, *b, *r1a, *r1b, *r2a, *r2b;

	memset(n, 0, sizeof(*n));
	mem_init_libc(&n->mem);
	n->w = world_new(&n->mem, seed);
	n->a = world_add_host(n->w, "a");
	n->b = world_add_host(n->w, "b");
	n->r1 = world_add_router(n->w, "r1");
	n->r2 = world_add_router(n->w, "r2");
	a = port(n->a, 1500, "10.0.0.1/24", "2001:db8:0::1/64");
	r1a = port(n->r1, 1500, "10.0.0.254/24", "2001:db8:0::ff/64");
	r1b = port(n->r1, 1280, "10.0.1.1/24", "2001:db8:1::1/64");
	r2a = port(n->r2, 1280, "10.0.1.2/24", "2001:db8:1::2/64");
	r2b = port(n->r2, 1500, "10.0.2.254/24", "2001:db8:2::ff/64");
	b = port(n->b, 1500, "10.0.2.1/24", "2001:db8:2::1/64");
	assert_non_null(world_link(n->w, port_of(a), port_of(r1a), edge));
	assert_non_null(world_link(n->w, port_of(r1b), port_of(r2a), mid));
	assert_non_null(world_link(n->w, port_of(r2b), port_of(b), edge));
	route(n->a, "0.0.0.0/0", "10.0.0.254", "::/0", "2001:db8:0::ff");
	route(n->r1, "10.0.2.0/24", "10.0.1.2", "2001:db8:2::/64",
	      "2001:db8:1::2");
	route(n->r2, "10.0.0.0/24", "10.0.1.1", "2001:db8:0::/64",
	      "2001:db8:1::1");
	route(n->b, "0.0.0.0/0", "10.0.2.254", "::/0", "2001:db8:2::ff");
	world_run_until(n->w, 5 * NS_PER_S); /* addresses are unique now */
}

static void tear_down(struct net *n)
{
	assert_int_equal(world_free(n->w), 0);
	assert_int_equal(n->mem.in_use_count, 0);
}

static void deaf(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static struct tcp_conn *listening(struct host *h, const char *where)
{
	static const struct tcp_user user = {.on_event = deaf};
	struct endpoint at = talker_ep(where);
	struct tcp_conn *c = tcp_new(&h->stack, &user, NULL);

	assert_non_null(c);
	assert_int_equal(tcp_bind(c, &at, true), 0);
	assert_int_equal(tcp_listen(c, 4), 0);
	return c;
}

/* A stream in each direction of one connection. */
struct duplex {
	struct talker client, server;
	struct tcp_conn *listener;
};

static void duplex_open(struct net *n, struct duplex *d, const char *any,
			const char *where)
{
	struct endpoint to = talker_ep(where);

	d->listener = listening(n->b, any);
	talker_init(&d->client, &n->a->stack, NULL);
	stack_enter(&n->a->stack);
	assert_int_equal(tcp_connect(d->client.c, &to), 0);
	stack_leave(&n->a->stack);
}

static bool has_one(void *arg)
{
	return tcp_poll(arg) & WAIT_IN;
}

static void duplex_talk(struct net *n, struct duplex *d, uint64_t octets)
{
	assert_int_equal(world_run_wait(n->w, has_one, d->listener,
					world_now(n->w) + 120 * NS_PER_S),
			 0);
	talker_init(&d->server, &n->b->stack, tcp_accept(d->listener));
	d->server.seed = d->client.peer_seed = 1;
	d->client.to_send = octets;
	d->server.to_send = octets / 2;
	d->client.closes = d->server.closes = true;
	talker_go(&d->client);
	talker_go(&d->server);
}

static bool is_done(void *arg)
{
	const struct duplex *d = arg;

	return talker_is_done(&d->client) && talker_is_done(&d->server);
}

static void duplex_end(struct net *n, struct duplex *d, uint64_t octets)
{
	assert_int_equal(world_run_wait(n->w, is_done, d,
					world_now(n->w) + 900 * NS_PER_S),
			 0);
	assert_int_equal(d->server.received, octets);
	assert_int_equal(d->client.received, octets / 2);
	assert_int_equal(d->server.error, 0);
	assert_int_equal(d->client.error, 0);
	talker_close(&d->client);
	talker_close(&d->server);
	tcp_close(d->listener);
}

static void run(uint64_t seed, struct cable_params *mid,
		struct cable_params *edge, uint64_t octets)
{
	struct duplex six, four;
	struct net n;

	set_up(&n, seed, mid, edge);
	duplex_open(&n, &six, "[::]:80", "[2001:db8:2::1]:80");
	duplex_open(&n, &four, "0.0.0.0:81", "10.0.2.1:81");
	duplex_talk(&n, &six, octets);
	duplex_talk(&n, &four, octets);
	duplex_end(&n, &six, octets);
	duplex_end(&n, &four, octets);
	tear_down(&n);
}

static void both_versions_share_a_clean_path(void **state)
{
	struct cable_params cable = {.delay_ns = NS_PER_MS};

	(void)state;
	run(1, &cable, &cable, 1000000);
}

static void both_versions_survive_a_bad_path(void **state)
{
	struct cable_params mid = {.delay_ns = 3 * NS_PER_MS,
				   .jitter_ns = 2 * NS_PER_MS,
				   .loss = 0.02,
				   .dup = 0.02,
				   .reorder = 0.05,
				   .corrupt = 0.01};
	struct cable_params edge = {.delay_ns = NS_PER_MS};
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 5; seed++)
		run(seed, &mid, &edge, 150000);
}

static void large_segments_are_cut_by_the_router(void **state)
{
	struct cable_params mid = {.delay_ns = NS_PER_MS};
	struct cable_params edge = {.delay_ns = NS_PER_MS, .has_offload = true};

	(void)state;
	run(1, &mid, &edge, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_versions_share_a_clean_path),
		cmocka_unit_test(both_versions_survive_a_bad_path),
		cmocka_unit_test(large_segments_are_cut_by_the_router),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
