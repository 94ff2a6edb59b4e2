// SPDX-License-Identifier: MIT
/*
 * many.c - request and answer on random connections of very many
 *
 *	many [hint|ring] CONNECTIONS [BUSY] COUNT  {"rate": ..., "open_s": ...}
 *
 * Theory of operation
 * ===================
 * Two stacks in one process, joined by a wire in memory.  First all connections
 * are opened; then COUNT times 64 octets go there and back, BATCH at a time, on
 * connections picked at random, each used with the calls of sockets, or (ring)
 * the calls of a batch are handed over together, to a completion ring; or
 * (hint) the program says first which sockets are next.  With BUSY, only so
 * many are ever used and the others are idle: what one request costs must not
 * depend on those.
 *
 * The clock moves as far as it would at four million requests a second, so
 * delayed ACKs fall due as they would.  What is slow here is memory.
 */

#include <errno.h>
#include <time.h>

#include "base/check.h"
#include "base/rng.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "io/ring.h"
#include "ip/ip.h"
#include "sock/file.h"
#include "sock/sock.h"
#include "sock/sock_ahead.h"
#include "stack_up.h"
#include "tcp/tcp.h"

enum {
	PORT = 7,
	PER_PORT = 48000, /* of 64,512: so that a free one is soon found */
	BATCH = 32,
	SMALL = 64,
	STEP_NS = BATCH * 125,
	BACKLOG = 2 * BATCH,
};

/*
 * How the calls of a batch are made: one after the other; the same, but the
 * program says first which are next (sk_ahead()); or all of them are handed
 * over at once, to a completion ring.
 */
enum how { BY_CALL, BY_HINT, BY_RING };

struct many {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack a, b;
	struct mem_wire wire;
	int (*fd)[2];
	int *listener;
	uint32_t count, listener_count;
	enum how how;
	struct sk_ring *ring[2];
};

static struct many m;
static uint8_t buf[SMALL];

static void run(void)
{
	m.env.now_ns += STEP_NS;
	mem_wire_run(&m.wire);
}

static int new_listener(uint32_t n)
{
	struct endpoint at = {.addr = ip_addr_v4(IP4_ANY),
			      .port = (uint16_t)(PORT + n)};
	int fd = sk_socket(&m.b, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK,
			   0);

	check(fd >= 0 && !sk_bind(&m.b, fd, &at));
	check(!sk_listen(&m.b, fd, BACKLOG));
	return fd;
}

static void many_up(uint32_t count)
{
	struct mem_wire_cfg cfg = {.queue_max = UINT32_MAX};
	uint32_t i;

	mem_init_libc(&m.mem);
	env_init(&m.env, &m.mem);
	rng_init(&m.rng, 1, "many");
	stack_up(&m.a, &m.env, &m.rng, "a");
	stack_up(&m.b, &m.env, &m.rng, "b");
	mem_wire_init(&m.wire, &m.a, &m.b, &cfg);
	check(!ip_addr_add(&m.a, &m.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 24}));
	check(!ip_addr_add(&m.b, &m.wire.end[1].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24}));
	check(!tcp_knob_set(&m.a, "port_first", 1024));
	file_set_max(&m.a, UINT32_MAX);
	file_set_max(&m.b, UINT32_MAX);
	m.listener_count = count / PER_PORT + 1;
	m.fd = calloc(count, sizeof(*m.fd));
	m.listener = calloc(m.listener_count, sizeof(*m.listener));
	check(m.fd && m.listener);
	for (i = 0; i < m.listener_count; i++)
		m.listener[i] = new_listener(i);
	if (m.how == BY_RING) {
		check(!sk_ring_new(&m.a, BATCH, &sk_ring_plain, &m.ring[0]));
		check(!sk_ring_new(&m.b, 2 * BATCH, &sk_ring_plain,
				   &m.ring[1]));
	}
	m.env.now_ns += NS_PER_S;
	mem_wire_run(&m.wire);
}

static int many_down(void)
{
	uint32_t i;

	for (i = 0; i < m.count; i++) {
		sk_close(&m.a, m.fd[i][0]);
		sk_close(&m.b, m.fd[i][1]);
	}
	for (i = 0; i < m.listener_count; i++)
		sk_close(&m.b, m.listener[i]);
	sk_ring_free(m.ring[0]);
	sk_ring_free(m.ring[1]);
	inet_fini(&m.a);
	inet_fini(&m.b);
	mem_wire_fini(&m.wire);
	stack_fini(&m.a);
	stack_fini(&m.b);
	free(m.fd);
	free(m.listener);
	return env_fini(&m.env) || m.mem.in_use_count ? 1 : 0;
}

/* One connection may be asked twice in a batch. */
static void no_delay(struct stack *stack, int fd)
{
	check(!sk_setsockopt(stack, fd, SK_IPPROTO_TCP, SK_TCP_NODELAY,
			     &(int){1}, sizeof(int)));
}

/* Connection i and the next, BATCH of them, all to one port. */
static void open_some(uint32_t first, uint32_t count)
{
	uint32_t port = first / PER_PORT, i;
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = (uint16_t)(PORT + port)};

	for (i = first; i < first + count; i++) {
		m.fd[i][0] = sk_socket(&m.a, SK_AF_INET,
				       SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
		check(m.fd[i][0] >= 0);
		check(sk_connect(&m.a, m.fd[i][0], &to) == -EINPROGRESS);
	}
	run();
	for (i = first; i < first + count; i++) {
		m.fd[i][1] = sk_accept4(&m.b, m.listener[port], NULL,
					SK_SOCK_NONBLOCK);
		check(m.fd[i][1] >= 0);
		no_delay(&m.a, m.fd[i][0]);
		no_delay(&m.b, m.fd[i][1]);
	}
}

/* The order of accepting is that of connecting: fd[i] are two ends of one. */
static void open_all(uint32_t count)
{
	uint32_t step;

	for (; m.count < count; m.count += step) {
		step = m.count ? BATCH : 1; /* the first waits for ARP */
		if (m.count % BATCH)
			step = BATCH - m.count % BATCH;
		if (step > count - m.count)
			step = count - m.count;
		open_some(m.count, step);
	}
}

static void say(struct stack *stack, int fd)
{
	check(sk_send(stack, fd, buf, SMALL, 0) == SMALL);
}

static void hear(struct stack *stack, int fd)
{
	check(sk_recv(stack, fd, buf, SMALL, 0) == SMALL);
}

static void call_all(struct stack *stack, const int *fds, uint32_t n,
		     bool hears, bool says)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (hears)
			hear(stack, fds[i]);
		if (says)
			say(stack, fds[i]);
	}
}

static void prepare(struct sk_ring *ring, enum sk_ring_op op, int fd)
{
	struct sk_sqe *sqe = sk_ring_sqe(ring);

	check(sqe);
	sqe->op = (uint8_t)op;
	sqe->fd = fd;
	sqe->addr = buf;
	sqe->len = SMALL;
}

static void ring_all(struct sk_ring *ring, const int *fds, uint32_t n,
		     bool hears, bool says)
{
	uint32_t i, count = n * ((uint32_t)hears + says);

	for (i = 0; i < n; i++) {
		if (hears)
			prepare(ring, SK_RING_RECV, fds[i]);
		if (says)
			prepare(ring, SK_RING_SEND, fds[i]);
	}
	check(sk_ring_submit(ring) == (int)count);
	for (i = 0; i < count; i++)
		check(sk_ring_peek_at(ring, i)->res == SMALL);
	sk_ring_seen(ring, count);
}

static void do_all(int end, const int *fds, uint32_t n, bool hears, bool says)
{
	struct stack *stack = end ? &m.b : &m.a;

	if (m.how == BY_HINT)
		sk_ahead(stack, fds, n);
	if (m.how == BY_RING)
		ring_all(m.ring[end], fds, n, hears, says);
	else
		call_all(stack, fds, n, hears, says);
}

static void ask_batch(uint32_t busy)
{
	uint32_t i, n = busy < BATCH ? 1 : BATCH;
	int a[BATCH], b[BATCH];

	for (i = 0; i < n; i++) {
		const int *fd = m.fd[rng_below(&m.rng, busy)];

		a[i] = fd[0];
		b[i] = fd[1];
	}
	do_all(0, a, n, false, true);
	run();
	do_all(1, b, n, true, true);
	run();
	do_all(0, a, n, true, false);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int measure(uint32_t count, uint64_t requests, uint32_t busy)
{
	double begin = cpu_s(), opened, asked;
	uint64_t i;

	many_up(count);
	open_all(count);
	opened = cpu_s();
	for (i = 0; i < requests; i += busy < BATCH ? 1 : BATCH)
		ask_batch(busy);
	asked = cpu_s();
	printf("{\"rate\": %.1f, \"open_s\": %.3f, \"mb\": %.1f}\n",
	       requests ? (double)i / (asked - opened) : 0, opened - begin,
	       (double)m.mem.in_use_bytes / 1e6);
	return many_down();
}

int main(int argc, char **argv)
{
	static const char *const hows[] = {"call", "hint", "ring"};
	uint32_t count, busy, how;

	for (how = 0; argc > 1 && how < ARRAY_SIZE(hows); how++) {
		if (strcmp(argv[1], hows[how]) != 0)
			continue;
		m.how = (enum how)how;
		argc--;
		argv++;
		break;
	}
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: many [call|hint|ring] CONNECTIONS "
				"[BUSY] COUNT\n");
		return 2;
	}
	/* The count comes last, as in all that bench.py counts. */
	count = (uint32_t)strtoul(argv[1], NULL, 10);
	busy = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : count;
	if (!count || !busy || busy > count)
		return 2;
	return measure(count, strtoull(argv[argc - 1], NULL, 10), busy);
}
