// SPDX-License-Identifier: MIT
/*
 * tcp_alloc_test.c - a conversation over TCP, short of memory
 *
 * Two hosts on a cable that loses and reorders: connect, send both ways,
 * close, wait until TIME-WAIT is over.  Whatever allocation fails, both hosts
 * go on, what was read is what was sent, and nothing stays behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "ip/ip.h"
#include "talker.h"
#include "tcp/tcp.h"
#include "vnet/vnet.h"

enum { OCTETS = 100000, SECONDS = 200 };

struct talk {
	struct world *world;
	struct host *a, *b;
	struct tcp_conn *listener;
	struct talker client, server;
};

static bool add_address(struct host *host, struct port *port, const char *text)
{
	struct ip4_net net;

	return port && ip4_net_parse(&net, text) == 0 &&
	       ip_addr_add(&host->stack, &port->netif, net) == 0;
}

static bool build(struct talk *t)
{
	struct cable_params params = {
		.delay_ns = NS_PER_MS, .loss = 0.05, .reorder = 0.2};
	struct port *pa, *pb;

	t->a = world_add_host(t->world, "a");
	t->b = world_add_host(t->world, "b");
	if (!t->a || !t->b)
		return false;
	pa = host_add_port(t->a, NULL);
	pb = host_add_port(t->b, NULL);
	return add_address(t->a, pa, "10.0.0.1/24") &&
	       add_address(t->b, pb, "10.0.0.2/24") &&
	       world_link(t->world, pa, pb, &params);
}

static bool is_done(void *arg)
{
	struct talk *t = arg;
	struct tcp_conn *c;

	if (!t->server.c && (c = tcp_accept(t->listener))) {
		talker_init(&t->server, &t->b->stack, c);
		t->server.to_send = OCTETS;
		t->server.closes = true;
		t->server.seed = 1;
	}
	talker_go(&t->client); /* tries again what lacked memory */
	talker_go(&t->server);
	return t->client.error ||
	       (talker_is_done(&t->client) && talker_is_done(&t->server));
}

static bool start(struct talk *t)
{
	struct endpoint to = talker_ep("10.0.0.2:7");

	t->listener = talker_listen(&t->b->stack, 7, 1);
	talker_init(&t->client, &t->a->stack, NULL);
	if (!t->listener || !t->client.c)
		return false;
	t->client.to_send = OCTETS;
	t->client.closes = true;
	t->client.peer_seed = 1;
	return tcp_connect(t->client.c, &to) == 0;
}

static bool converse(struct talk *t)
{
	bool good;

	if (!build(t))
		return false;
	good = start(t);
	if (good)
		good = world_run_wait(t->world, is_done, t,
				      SECONDS * NS_PER_S) == 0 &&
		       !t->client.error;
	talker_close(&t->client);
	talker_close(&t->server);
	if (t->listener)
		tcp_close(t->listener);
	world_run_until(t->world, 2000 * NS_PER_S);
	assert_int_equal(tcp_stats(&t->a->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t->b->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t->a->stack)->time_waits, 0);
	assert_int_equal(tcp_stats(&t->b->stack)->time_waits, 0);
	return good;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct talk t;
	bool good = false;

	(void)arg;
	memset(&t, 0, sizeof(t));
	mem->has_no_slabs = true; /* every object is an allocation */
	t.world = world_new(mem, 3);
	if (t.world) {
		good = converse(&t);
		assert_int_equal(world_free(t.world), 0);
	}
	return good;
}

static void a_conversation_survives_every_failure(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 300);
	assert_true(walk.survived > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_survives_every_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
