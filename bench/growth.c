// SPDX-License-Identifier: MIT
/*
 * growth.c - one event among many things that do nothing
 *
 *	growth KIND N COUNT
 *
 *	timers		N timers are armed; one of them fires and is armed anew
 *	hosts		N hosts in one world, two to a cable; two of them send 64
 *			octets of UDP there and back
 *	segment		64 KB of TCP in segments of N octets, one connection
 *	routes		N routes; a packet to a random one is looked up
 *
 * It prints nothing: bench/growth.py counts the instructions of few and of
 * many events, and draws how their difference grows with N.
 */

#include <errno.h>

#include "base/check.h"
#include "base/rng.h"
#include "base/wheel.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "stack_up.h"
#include "vnet/vnet.h"

enum { PORT = 7, SMALL = 64, CHUNK = 65536, STEP_NS = 1000, MSS_MAX = 65000 };

static struct mem mem;
static struct rng rng;
static uint8_t buf[CHUNK];

/*
 * Timers.
 */

static struct wheel wheel;
static uint64_t fired;

static void on_timer(struct timer *t, void *arg)
{
	uint64_t span_ns = *(uint64_t *)arg;

	fired++;
	wheel_arm(&wheel, t, wheel.now_ns + span_ns);
}

/* Each is due once in N steps, so that about one fires in each step. */
static int timers(uint32_t n, uint64_t count)
{
	uint64_t now = 0, span_ns = (uint64_t)n * STEP_NS;
	struct timer *all = calloc(n, sizeof(*all));
	uint32_t i;

	check(all);
	rng_init(&rng, 1, "growth");
	wheel_init(&wheel, 0);
	for (i = 0; i < n; i++) {
		timer_init(&all[i], on_timer, &span_ns);
		wheel_arm(&wheel, &all[i], (uint64_t)i * STEP_NS + 1);
	}
	while (fired < count)
		wheel_run(&wheel, now += STEP_NS);
	free(all);
	return 0;
}

/*
 * Hosts.  Pair i is on a cable of its own, 10.x.y.0/30.
 */

static struct host *new_host(struct world *w, uint32_t i, struct port **port)
{
	struct host *h;
	char name[16];

	snprintf(name, sizeof(name), "h%u", i);
	h = world_add_host(w, name);
	check(h);
	*port = host_add_port(h, NULL);
	check(*port);
	return h;
}

static void new_pair(struct world *w, uint32_t i, struct host *h[2])
{
	uint32_t net = 0x0a000000 + i * 4;
	struct port *port[2];
	uint32_t k;

	for (k = 0; k < 2; k++)
		h[k] = new_host(w, 2 * i + k, &port[k]);
	check(world_link(w, port[0], port[1], NULL));
	for (k = 0; k < 2; k++)
		check(!ip_addr_add(&h[k]->stack, &port[k]->netif,
				   (struct ip4_net){{net + 1 + k}, 30}));
}

/* One question and one answer, and as much time as they take. */
static void ask(struct world *w, struct host *h[2], const int fd[2],
		const struct endpoint *to)
{
	struct endpoint from;

	check(sk_sendto(&h[0]->stack, fd[0], buf, SMALL, 0, to) == SMALL);
	check(!world_run_until(w, world_now(w) + STEP_NS));
	check(sk_recvfrom(&h[1]->stack, fd[1], buf, CHUNK, 0, &from) == SMALL);
	check(sk_sendto(&h[1]->stack, fd[1], buf, SMALL, 0, &from) == SMALL);
	check(!world_run_until(w, world_now(w) + STEP_NS));
	check(sk_recv(&h[0]->stack, fd[0], buf, CHUNK, 0) == SMALL);
}

static int hosts(uint32_t n, uint64_t count)
{
	struct endpoint at = {.addr = ip_addr_v4(IP4_ANY), .port = PORT};
	struct endpoint to = {.addr = ip_addr_v4((ip4_addr){0x0a000002}),
			      .port = PORT};
	struct host *first[2], *other[2];
	struct world *w;
	int fd[2], k;
	uint32_t i;

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	new_pair(w, 0, first);
	for (i = 1; i < n / 2; i++)
		new_pair(w, i, other);
	check(!world_run_until(w, 10 * NS_PER_S));
	for (k = 0; k < 2; k++) {
		fd[k] = sk_socket(&first[k]->stack, SK_AF_INET,
				  SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
		check(fd[k] >= 0);
		check(!sk_bind(&first[k]->stack, fd[k], &at));
	}
	while (count--)
		ask(w, first, fd, &to);
	for (k = 0; k < 2; k++)
		check(!sk_close(&first[k]->stack, fd[k]));
	return world_free(w) || mem.in_use_count ? 1 : 0;
}

/*
 * Two stacks on a wire: segments of a size, a table of routes.
 */

struct duo {
	struct env env;
	struct stack stack[2];
	struct mem_wire wire;
};

static struct duo duo;

static void duo_up(uint32_t mtu)
{
	struct mem_wire_cfg cfg = {.mtu = mtu};
	uint8_t i;

	mem_init_libc(&mem);
	env_init(&duo.env, &mem);
	rng_init(&rng, 1, "growth");
	for (i = 0; i < 2; i++)
		stack_up(&duo.stack[i], &duo.env, &rng, i ? "b" : "a");
	mem_wire_init(&duo.wire, &duo.stack[0], &duo.stack[1], &cfg);
	for (i = 0; i < 2; i++)
		check(!ip_addr_add(
			&duo.stack[i], &duo.wire.end[i].netif,
			(struct ip4_net){ip4_make(10, 0, 0, 1 + i), 24}));
	duo.env.now_ns += NS_PER_S;
	mem_wire_run(&duo.wire);
}

static int duo_down(void)
{
	int i;

	duo.env.now_ns += 86400 * NS_PER_S;
	mem_wire_run(&duo.wire);
	mem_wire_fini(&duo.wire);
	for (i = 0; i < 2; i++) {
		inet_fini(&duo.stack[i]);
		stack_fini(&duo.stack[i]);
	}
	return env_fini(&duo.env) || mem.in_use_count ? 1 : 0;
}

static void run(void)
{
	duo.env.now_ns += STEP_NS;
	mem_wire_run(&duo.wire);
}

static int new_socket(int side, int type)
{
	int fd = sk_socket(&duo.stack[side], SK_AF_INET,
			   type | SK_SOCK_NONBLOCK, 0);

	check(fd >= 0);
	return fd;
}

static void connect_both(int fd[2])
{
	struct endpoint at = {.addr = ip_addr_v4(IP4_ANY), .port = PORT};
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = PORT};
	int listener = new_socket(1, SK_SOCK_STREAM);

	check(!sk_bind(&duo.stack[1], listener, &at));
	check(!sk_listen(&duo.stack[1], listener, 1));
	fd[0] = new_socket(0, SK_SOCK_STREAM);
	check(sk_connect(&duo.stack[0], fd[0], &to) == -EINPROGRESS);
	run();
	fd[1] = sk_accept4(&duo.stack[1], listener, NULL, SK_SOCK_NONBLOCK);
	check(fd[1] >= 0 && !sk_close(&duo.stack[1], listener));
}

static void transfer(const int fd[2], uint64_t left)
{
	uint64_t unread = left;
	long n;

	while (unread) {
		while (left && (n = sk_send(&duo.stack[0], fd[0], buf,
					    left < CHUNK ? (size_t)left : CHUNK,
					    0)) > 0)
			left -= (uint64_t)n;
		run();
		while ((n = sk_recv(&duo.stack[1], fd[1], buf, CHUNK, 0)) > 0)
			unread -= (uint64_t)n;
		check(n == -EAGAIN);
	}
}

/* IPv4 and TCP with timestamps take 52 octets of a packet. */
static int segment(uint32_t n, uint64_t count)
{
	int fd[2];

	check(n >= 64 && n <= MSS_MAX);
	duo_up(n + 52);
	connect_both(fd);
	transfer(fd, count * CHUNK);
	check(!sk_close(&duo.stack[0], fd[0]));
	run();
	check(!sk_close(&duo.stack[1], fd[1]));
	run();
	return duo_down();
}

/* Networks /24 of 16.0.0.0 and up, all to the neighbour. */
static int routes(uint32_t n, uint64_t count)
{
	struct endpoint to = {.port = PORT};
	uint32_t i;
	int fd;

	duo_up(1500);
	for (i = 0; i < n; i++)
		check(!ip_route_add(&duo.stack[0],
				    (struct ip4_net){{(0x100000 + i) << 8}, 24},
				    ip4_make(10, 0, 0, 2), NULL, 0));
	fd = new_socket(0, SK_SOCK_DGRAM);
	while (count--) {
		i = 0x100000 + rng_below(&rng, n);
		to.addr = ip_addr_v4((ip4_addr){i << 8 | 9});
		check(sk_sendto(&duo.stack[0], fd, buf, SMALL, 0, &to) ==
		      SMALL);
		run();
	}
	check(!sk_close(&duo.stack[0], fd));
	return duo_down();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(uint32_t n, uint64_t count);
	} kinds[] = {{"timers", timers},
		     {"hosts", hosts},
		     {"segment", segment},
		     {"routes", routes}};
	size_t i;

	for (i = 0; argc == 4 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			return kinds[i].run((uint32_t)strtol(argv[2], NULL, 10),
					    strtoull(argv[3], NULL, 10));
	fprintf(stderr, "usage: growth timers|hosts|segment|routes N COUNT\n");
	return 2;
}
