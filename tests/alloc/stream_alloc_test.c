// SPDX-License-Identifier: MIT
/*
 * stream_alloc_test.c - a connection from open to close, short of memory
 *
 * Two hosts on one cable.  The scenario builds them, connects, sends more than
 * a window each way, closes, and waits until TIME-WAIT is over.  Where memory
 * fails, a call may say so and the connection may break; nothing may hang or
 * stay behind, and no octet that arrives may be wrong.  The second test does
 * the same over a cable that loses, doubles and reorders frames, so that the
 * ways of recovery are walked, too.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum {
	STREAM_OCTETS = 40000,
	CHUNK = 1000,
	PORT = 80,
	SETTLE_S = 1200, /* longer than any retry and 2MSL */
};

struct pair_of_hosts {
	struct world *world;
	struct host *client, *server;
	int listener;
};

static bool attach(struct host *host, struct port *port, uint8_t last)
{
	struct ip4_net net = {ip4_make(10, 0, 0, last), 24};

	return ip_addr_add(&host->stack, &port->netif, net) == 0;
}

static bool hosts_build(struct pair_of_hosts *p,
			const struct cable_params *params)
{
	struct port *a, *b;

	p->client = world_add_host(p->world, "client");
	p->server = world_add_host(p->world, "server");
	if (!p->client || !p->server)
		return false;
	a = host_add_port(p->client, NULL);
	b = host_add_port(p->server, NULL);
	return a && b && world_link(p->world, a, b, params) &&
	       attach(p->client, a, 1) && attach(p->server, b, 2);
}

static uint8_t octet_at(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

/* Send all of the stream without ever waiting; what does not fit waits in the
 * caller's hands.  Returns octets taken, or -errno. */
static long send_some(struct stack *stack, int fd, size_t from)
{
	uint8_t chunk[CHUNK];

	for (size_t i = 0; i < CHUNK; i++)
		chunk[i] = octet_at(from + i);
	return sk_send(stack, fd, chunk, CHUNK, SK_MSG_DONTWAIT);
}

/* Take what is there; every octet must be the right one.  Returns octets or
 * -errno; 0 at the end. */
static long take_some(struct stack *stack, int fd, size_t from)
{
	uint8_t chunk[CHUNK];
	long n = sk_recv(stack, fd, chunk, CHUNK, SK_MSG_DONTWAIT);

	for (long i = 0; i < n; i++)
		check(chunk[i] == octet_at(from + (size_t)i));
	return n;
}

/* One stream from @out of @from to @in of @to; returns whether it got there. */
static bool transfer(struct world *world, struct stack *from, int out,
		     struct stack *to, int in)
{
	size_t sent = 0, taken = 0;

	for (int round = 0; round < 2000 && taken < STREAM_OCTETS; round++) {
		long n = -EAGAIN;

		if (sent < STREAM_OCTETS)
			n = send_some(from, out, sent);
		if (n < 0 && n != -EAGAIN && n != -ENOMEM && n != -ENOBUFS)
			return false;
		sent += n > 0 ? (size_t)n : 0;
		(void)world_run_until(world, world_now(world) + NS_PER_MS);
		while ((n = take_some(to, in, taken)) > 0)
			taken += (size_t)n;
		if (n != -EAGAIN)
			return false;
	}
	return taken == STREAM_OCTETS;
}

static bool talk(struct pair_of_hosts *p, int client, int server)
{
	struct stack *a = &p->client->stack, *b = &p->server->stack;

	return transfer(p->world, a, client, b, server) &&
	       transfer(p->world, b, server, a, client) &&
	       sk_close(a, client) == 0 && sk_close(b, server) == 0;
}

static bool listen_and_connect(struct pair_of_hosts *p, int *client)
{
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = PORT};
	struct endpoint any = {.addr = {.family = IP_V4}, .port = PORT};
	struct stack *a = &p->client->stack, *b = &p->server->stack;
	int rc;

	p->listener = sk_socket(b, SK_AF_INET, SK_SOCK_STREAM, 0);
	*client =
		sk_socket(a, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	if (p->listener < 0 || *client < 0 || sk_bind(b, p->listener, &any) ||
	    sk_listen(b, p->listener, 1))
		return false;
	rc = sk_connect(a, *client, &to);
	(void)world_run_until(p->world, 10 * NS_PER_S);
	return rc == 0 || rc == -EINPROGRESS;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct pair_of_hosts p = {.world = world_new(mem, 7)};
	bool is_done = false;
	int client, server;

	if (!p.world)
		return false;
	if (hosts_build(&p, arg) && listen_and_connect(&p, &client)) {
		server = sk_accept4(&p.server->stack, p.listener, NULL,
				    SK_SOCK_NONBLOCK);
		is_done = server >= 0 && talk(&p, client, server);
	}
	(void)world_run_until(p.world,
			      world_now(p.world) + SETTLE_S * NS_PER_S);
	check(world_free(p.world) == 0);
	return is_done;
}

static void connection_survives_every_failed_allocation(void **state)
{
	struct cable_params params = {.delay_ns = NS_PER_MS,
				      .rate_bps = 100000000};
	struct alloc_walk walk = alloc_walk(scenario, &params);

	(void)state;
	assert_true(walk.points > 50);
	assert_true(walk.survived < walk.runs);
}

static void recovery_survives_every_failed_allocation(void **state)
{
	struct cable_params params = {
		.delay_ns = NS_PER_MS,
		.rate_bps = 100000000,
		.loss = 0.05,
		.dup = 0.05,
		.reorder = 0.05,
	};
	struct alloc_walk walk = alloc_walk(scenario, &params);

	(void)state;
	assert_true(walk.points > 50);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_survives_every_failed_allocation),
		cmocka_unit_test(recovery_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
