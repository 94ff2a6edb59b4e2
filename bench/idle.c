// SPDX-License-Identifier: MIT
/*
 * idle.c - very many connections that do nothing most of the time
 *
 * Theory of operation
 * ===================
 * Two stacks in one process, joined by a wire in memory.  All connections are
 * opened first, and their memory is divided by their ends; then each says its
 * number, the other end says it back, and it is compared.  The clients use all
 * ports above 1023 towards each of the server's ports, so a port serves
 * 64,000 connections.
 *
 *	idle		octets per end, as the stacks count them, without the
 *			counters of TCP_INFO (knobs.tally)
 *	idle-counted	the same with them, as is usual: they come with the
 *			first data, and stay
 *	idle-malloc	as the first, without pools: each object from malloc()
 *
 * A client's port costs an octet, which the connections share that use it.
 *
 * It fails if a connection does not come about, if of a million an idle end
 * owns more than END_MAX octets (counted: COUNTED_MAX), or if a message is not
 * the one that was sent.
 */

#include <errno.h>
#include <sys/resource.h>
#include <time.h>

#include "base/check.h"
#include "base/rng.h"

#include "core/waitq.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "stack_up.h"
#include "tcp/tcp.h"

enum {
	PORT = 7,
	PER_PORT = 48000, /* of 64,512: so that a free one is soon found */
	BATCH = 64,
	STEP_NS = 1000,
	CALM_NS = 10000000,
	CALM_STEPS = 100,
	END_MAX = 256,
	COUNTED_MAX = 300,
};

struct idle {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack a, b;
	struct mem_wire wire;
	struct tcp_conn **clients, **listeners;
	size_t count, listener_count;
	uint64_t accepted, echoed, wrong;
};

static struct idle idle;

static void run(void)
{
	idle.env.now_ns += STEP_NS;
	mem_wire_run(&idle.wire);
}

/* Who has something to read; calls into TCP must wait until it is done. */
static struct tcp_conn *readable[2 * BATCH];
static size_t readable_count;

static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)arg;
	if (events & WAIT_IN) {
		check(readable_count < 2 * BATCH);
		readable[readable_count++] = c;
	}
}

static const struct tcp_user user = {.on_event = on_event};

static void listen_on(uint16_t port)
{
	struct endpoint at = {.addr = ip_addr_v4(IP4_ANY), .port = port};
	struct tcp_conn *l = tcp_new(&idle.b, NULL, NULL);

	check(l && !tcp_bind(l, &at, false) && !tcp_listen(l, 2 * BATCH));
	idle.listeners[idle.listener_count++] = l;
}

static void idle_up(uint64_t count, bool has_no_slabs, bool counts)
{
	/* Delayed ACKs of all may be due at once. */
	struct mem_wire_cfg cfg = {.queue_max = UINT32_MAX};
	size_t i;

	mem_init_libc(&idle.mem);
	idle.mem.has_no_slabs = has_no_slabs;
	env_init(&idle.env, &idle.mem);
	rng_init(&idle.rng, 1, "idle");
	stack_up(&idle.a, &idle.env, &idle.rng, "a");
	stack_up(&idle.b, &idle.env, &idle.rng, "b");
	mem_wire_init(&idle.wire, &idle.a, &idle.b, &cfg);
	check(!ip_addr_add(&idle.a, &idle.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 24}));
	check(!ip_addr_add(&idle.b, &idle.wire.end[1].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24}));
	check(!tcp_knob_set(&idle.a, "port_first", 1024));
	check(!tcp_knob_set(&idle.a, "tally", counts));
	check(!tcp_knob_set(&idle.b, "tally", counts));
	idle.clients = calloc(count, sizeof(struct tcp_conn *));
	idle.listeners =
		calloc(count / PER_PORT + 1, sizeof(struct tcp_conn *));
	check(idle.clients && idle.listeners);
	for (i = 0; i <= count / PER_PORT; i++)
		listen_on((uint16_t)(PORT + i));
	idle.env.now_ns += NS_PER_S;
	mem_wire_run(&idle.wire);
}

static int idle_down(void)
{
	inet_fini(&idle.a);
	inet_fini(&idle.b);
	mem_wire_fini(&idle.wire);
	stack_fini(&idle.a);
	stack_fini(&idle.b);
	free(idle.clients);
	free(idle.listeners);
	return env_fini(&idle.env) || idle.mem.in_use_count ? -1 : 0;
}

static void accept_all(void)
{
	struct tcp_conn *c;
	size_t i;

	for (i = 0; i < idle.listener_count; i++) {
		while ((c = tcp_accept(idle.listeners[i]))) {
			tcp_set_user(c, &user, NULL);
			idle.accepted++;
		}
	}
}

static void connect_one(void)
{
	struct endpoint to = {
		.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
		.port = (uint16_t)(PORT + idle.count % idle.listener_count)};
	struct tcp_conn *c = tcp_new(&idle.a, &user, NULL);

	check(c && !tcp_connect(c, &to));
	idle.clients[idle.count++] = c;
}

static void connect_all(uint64_t count)
{
	while (idle.count < count) {
		connect_one();
		/* The first is alone: its SYN waits for the neighbour's. */
		if (idle.count > 1 && idle.count % BATCH && idle.count < count)
			continue;
		run();
		accept_all();
	}
	check(idle.accepted == count);
}

/* The server's ends say back what they hear. */
static void echo_back(void)
{
	size_t i, n = readable_count;
	uint64_t number;

	readable_count = 0;
	for (i = 0; i < n; i++) {
		if (tcp_recv(readable[i], &number, sizeof(number), 0) !=
			    sizeof(number) ||
		    tcp_send(readable[i], &number, sizeof(number), 0) !=
			    sizeof(number))
			idle.wrong++;
	}
	run();
	readable_count = 0;
}

static void echo_batch(size_t from, size_t to)
{
	uint64_t number;
	size_t i;

	for (i = from; i < to; i++) {
		number = i * 0x9e3779b97f4a7c15;
		check(tcp_send(idle.clients[i], &number, sizeof(number), 0) ==
		      sizeof(number));
	}
	run();
	echo_back();
	for (i = from; i < to; i++) {
		if (tcp_recv(idle.clients[i], &number, sizeof(number), 0) ==
			    sizeof(number) &&
		    number == i * 0x9e3779b97f4a7c15)
			idle.echoed++;
		else
			idle.wrong++;
	}
}

static void echo_all(void)
{
	size_t i;

	for (i = 0; i < idle.count; i += BATCH)
		echo_batch(i, i + BATCH < idle.count ? i + BATCH : idle.count);
}

/* What waits for a delayed ACK goes back to sleep.  In small steps: a leap
 * would let the sender's timer fire with the receiver's. */
static void calm_down(void)
{
	int i;

	for (i = 0; i < CALM_STEPS; i++) {
		idle.env.now_ns += CALM_NS;
		mem_wire_run(&idle.wire);
	}
}

static double seconds_since(clock_t start)
{
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static double octets_each(size_t before)
{
	return (double)(idle.mem.in_use_bytes - before) /
	       (2.0 * (double)idle.count);
}

static void report(double fresh, double tired, double open_s, double echo_s)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%zu connections, both ends: %.1f octets each end, %.1f after"
	       " the echo; opened in %.2f s of CPU, echoed in %.2f s; %llu"
	       " true, %llu wrong; %ld MB at most\n",
	       idle.count, fresh, tired, open_s, echo_s,
	       (unsigned long long)idle.echoed, (unsigned long long)idle.wrong,
	       usage.ru_maxrss / 1024);
}

static int measure(uint64_t count, bool has_no_slabs, bool counts)
{
	double open_s, echo_s, fresh;
	size_t before;
	clock_t start;

	idle_up(count, has_no_slabs, counts);
	before = idle.mem.in_use_bytes;
	start = clock();
	connect_all(count);
	open_s = seconds_since(start);
	calm_down();
	fresh = octets_each(before);
	start = clock();
	echo_all();
	echo_s = seconds_since(start);
	calm_down();
	report(fresh, octets_each(before), open_s, echo_s);
	check(!idle.wrong && idle.echoed == count);
	check(count < 1000000 ||
	      octets_each(before) <= (counts ? COUNTED_MAX : END_MAX));
	return idle_down();
}

static int with_pools(uint64_t count)
{
	return measure(count, false, false);
}

static int counted(uint64_t count)
{
	return measure(count, false, true);
}

static int with_malloc(uint64_t count)
{
	return measure(count, true, false);
}

static const struct bench_op ops[] = {
	{"idle", "open a connection, and a checked message there and back",
	 with_pools},
	{"idle-counted", "the same, counting for TCP_INFO", counted},
	{"idle-malloc", "the same, each object from malloc()", with_malloc},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
