// SPDX-License-Identifier: MIT
/*
 * million.c - a million connections and more, both ends of each in one process
 *
 * Theory of operation
 * ===================
 * Two stacks are joined by a wire in memory and used through the calls of
 * sockets.  All connections are opened first and stand at the same time; then
 * each client says a number that is its own, the server's end says back what
 * it hears, and the client compares.
 *
 * Four numbers name a connection, and a client has 64,512 ports towards each
 * of the server's addresses and ports.  Only PER_PORT of these are used, so
 * that a free one is soon found; whatever is asked for is spread over as many
 * of the server's ports and addresses as it takes.
 *
 *	connections	open, echo, close with FIN and TIME-WAIT, all freed
 *	held		open and echo only: the process ends with all of them
 *	requests-N	COUNT requests of 64 octets and their answers over N
 *			connections, each time over one that chance picks
 *
 * "connections" and "held" need END_OCTETS for each end; on a machine that has
 * less they say so and do nothing.
 *
 * A step is what the wire carries at one time: the opening of BATCH
 * connections, or their messages.  The dearest step tells whether some call
 * had to pay for the growth of a table.
 */

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rng.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "sock/file.h"
#include "sock/sock.h"
#include "stack_up.h"
#include "tcp/tcp.h"

enum {
	PORT = 7,
	PORTS = 16,	  /* of each address of the server */
	PER_PORT = 48000, /* connections to one of them */
	BATCH = 64,
	SMALL = 64,
	STEP_NS = 1000,
	CALM_NS = 10000000,
	CALM_STEPS = 100,
	END_OCTETS = 500,
};

struct many {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack a, b;
	struct mem_wire wire;
	int *listeners, *clients, *servers; /* descriptors */
	size_t listener_count, count, accepted;
	uint64_t echoed, wrong;
	double longest_s;
};

static struct many many;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Resident octets of this process, or what of the machine nobody uses. */
static double octets_in(const char *path, const char *format, double unit)
{
	FILE *f = fopen(path, "r");
	char line[128];
	double n = 0;

	while (f && fgets(line, sizeof(line), f) &&
	       sscanf(line, format, &n) != 1)
		;
	if (f)
		(void)fclose(f);
	return n * unit;
}

static double resident(void)
{
	return octets_in("/proc/self/status", "VmRSS: %lf", 1024);
}

static double available(void)
{
	return octets_in("/proc/meminfo", "MemAvailable: %lf", 1024);
}

static void side_up(struct stack *stack, const char *name, size_t count)
{
	stack_up(stack, &many.env, &many.rng, name);
	check(!tcp_knob_set(stack, "port_first", 1024));
	file_set_max(stack, (uint32_t)(count + 1024));
}

/* The server's endpoint number @i: 10.0.1.0, ports 7 to 22, then 10.0.1.1. */
static struct endpoint server_at(size_t i)
{
	return (struct endpoint){.addr = ip_addr_v4((ip4_addr){
					 0x0a000100 + (uint32_t)(i / PORTS)}),
				 .port = (uint16_t)(PORT + i % PORTS)};
}

static void listen_at(size_t i)
{
	struct ip4_net net = {server_at(i).addr.v4, 16};
	struct endpoint at = server_at(i);
	int fd = sk_socket(&many.b, SK_AF_INET,
			   SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);

	if (i % PORTS == 0)
		check(!ip_addr_add(&many.b, &many.wire.end[1].netif, net));
	check(fd >= 0 && !sk_bind(&many.b, fd, &at));
	check(!sk_listen(&many.b, fd, 2 * BATCH));
	many.listeners[many.listener_count++] = fd;
}

static void *array_new(size_t count)
{
	int *array = calloc(count, sizeof(*array));

	check(array);
	return array;
}

static void many_up(size_t count)
{
	/* Delayed ACKs of all may be due at once. */
	struct mem_wire_cfg cfg = {.queue_max = UINT32_MAX};
	size_t listeners = count / PER_PORT + 1, i;

	mem_init_libc(&many.mem);
	env_init(&many.env, &many.mem);
	rng_init(&many.rng, 1, "million");
	side_up(&many.a, "a", count);
	side_up(&many.b, "b", count + listeners);
	mem_wire_init(&many.wire, &many.a, &many.b, &cfg);
	check(!ip_addr_add(&many.a, &many.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 16}));
	many.listeners = array_new(listeners);
	many.clients = array_new(count);
	many.servers = array_new(count);
	for (i = 0; i < listeners; i++)
		listen_at(i);
	many.env.now_ns += NS_PER_S;
	mem_wire_run(&many.wire);
}

static int many_down(void)
{
	mem_wire_fini(&many.wire);
	inet_fini(&many.a);
	inet_fini(&many.b);
	stack_fini(&many.a);
	stack_fini(&many.b);
	free(many.listeners);
	free(many.clients);
	free(many.servers);
	return env_fini(&many.env) || many.mem.in_use_count ? -1 : 0;
}

/* The wire carries what waits. */
static void run(void)
{
	many.env.now_ns += STEP_NS;
	mem_wire_run(&many.wire);
}

static void accept_from(int listener)
{
	int fd;

	while ((fd = sk_accept4(&many.b, listener, NULL, SK_SOCK_NONBLOCK)) >=
	       0)
		many.servers[many.accepted++] = fd;
	check(fd == -EAGAIN);
}

static void connect_one(void)
{
	struct endpoint to;
	int fd = sk_socket(&many.a, SK_AF_INET,
			   SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);

	check(many.listener_count > 0);
	to = server_at(many.count % many.listener_count);
	check(fd >= 0 && sk_connect(&many.a, fd, &to) == -EINPROGRESS);
	many.clients[many.count++] = fd;
}

/* A batch goes to neighbouring endpoints: only these have something to
 * accept. */
static void connect_batch(size_t count)
{
	size_t n = many.listener_count, from = many.count, i;

	for (i = 0; i < count; i++)
		connect_one();
	run();
	for (i = 0; i < count && i < n; i++)
		accept_from(many.listeners[(from + i) % n]);
}

/* A number that no other connection says. */
static uint64_t number_of(size_t i)
{
	return (i + 1) * 0x9e3779b97f4a7c15;
}

static void echo_one(int fd)
{
	uint64_t number;

	if (sk_recv(&many.b, fd, &number, sizeof(number), 0) !=
		    sizeof(number) ||
	    sk_send(&many.b, fd, &number, sizeof(number), 0) != sizeof(number))
		many.wrong++;
}

static void compare_one(size_t i)
{
	uint64_t number;

	if (sk_recv(&many.a, many.clients[i], &number, sizeof(number), 0) ==
		    sizeof(number) &&
	    number == number_of(i))
		many.echoed++;
	else
		many.wrong++;
}

/* Those accepted as numbers @from to @to are those opened as such, though
 * perhaps in another order. */
static void echo_batch(size_t from, size_t to)
{
	uint64_t number;
	size_t i;

	for (i = from; i < to; i++) {
		number = number_of(i);
		check(sk_send(&many.a, many.clients[i], &number, sizeof(number),
			      0) == sizeof(number));
	}
	run();
	for (i = from; i < to; i++)
		echo_one(many.servers[i]);
	run();
	for (i = from; i < to; i++)
		compare_one(i);
}

static void close_batch(size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		check(!sk_close(&many.a, many.clients[i]));
	run();
	for (i = from; i < to; i++)
		check(!sk_close(&many.b, many.servers[i]));
	run();
}

static void connect_step(size_t from, size_t to)
{
	connect_batch(to - from);
}

/* Take steps over all connections; returns the seconds it took.  The first are
 * alone: each waits for a neighbour's address. */
static double all(size_t count, void (*step)(size_t from, size_t to))
{
	double start = seconds(), before = start, now;
	size_t from, to;

	for (from = 0; from < count; from = to) {
		to = from + (from < many.listener_count ? 1 : BATCH);
		to = to < count ? to : count;
		step(from, to);
		now = seconds();
		if (now - before > many.longest_s)
			many.longest_s = now - before;
		before = now;
	}
	return seconds() - start;
}

/* What waits for a delayed ACK goes back to sleep.  In small steps: a leap
 * would let the sender's timer fire with the receiver's. */
static void calm_down(void)
{
	int i;

	for (i = 0; i < CALM_STEPS; i++) {
		many.env.now_ns += CALM_NS;
		mem_wire_run(&many.wire);
	}
}

/* Octets of each end: as the stacks count them, and as the machine does. */
static void tell_memory(const char *when, size_t base, double base_resident)
{
	double ends = 2.0 * (double)many.count;

	printf("%s: %.1f octets an end, %.1f resident (%.2f GB)\n", when,
	       (double)(many.mem.in_use_bytes - base) / ends,
	       (resident() - base_resident) / ends, resident() / 1e9);
	(void)fflush(stdout);
}

static bool is_too_large(size_t count)
{
	double need = 2.0 * END_OCTETS * (double)count;

	if (need <= available())
		return false;
	printf("SKIPPED: %zu connections need %.1f GB, and %.1f GB are free\n",
	       count, need / 1e9, available() / 1e9);
	return true;
}

static void open_and_echo(size_t count)
{
	size_t base;
	double open_s, echo_s, before;

	many_up(count);
	base = many.mem.in_use_bytes;
	before = resident();
	open_s = all(count, connect_step);
	check(many.accepted == count);
	printf("%zu connections opened in %.2f s, longest step %.1f ms\n",
	       count, open_s, many.longest_s * 1e3);
	tell_memory("opened", base, before);
	many.longest_s = 0;
	echo_s = all(count, echo_batch);
	printf("each echoed in %.2f s: %llu true, %llu wrong, longest step "
	       "%.1f ms\n",
	       echo_s, (unsigned long long)many.echoed,
	       (unsigned long long)many.wrong, many.longest_s * 1e3);
	check(!many.wrong && many.echoed == count);
	calm_down();
	tell_memory("idle again", base, before);
}

static int held(uint64_t count)
{
	if (!is_too_large(count))
		open_and_echo(count);
	return 0;
}

static int connections(uint64_t count)
{
	size_t base, i;
	double close_s;

	if (is_too_large(count))
		return 0;
	open_and_echo(count);
	base = many.mem.in_use_bytes;
	many.longest_s = 0;
	close_s = all(count, close_batch);
	printf("closed in %.2f s, longest step %.1f ms; given back %.2f GB\n",
	       close_s, many.longest_s * 1e3,
	       ((double)base - (double)many.mem.in_use_bytes) / 1e9);
	for (i = 0; i < many.listener_count; i++)
		check(!sk_close(&many.b, many.listeners[i]));
	many.env.now_ns += 86400 * NS_PER_S;
	mem_wire_run(&many.wire);
	return many_down();
}

/* One by one: number i of the one side is connected to number i of the other. */
static void connect_in_order(size_t count)
{
	while (many.count < count)
		connect_batch(1);
	check(many.accepted == count);
}

/* @octets from one end to the other. */
static void say(struct stack *from, int from_fd, struct stack *to, int to_fd)
{
	static uint8_t buf[SMALL];

	check(sk_send(from, from_fd, buf, SMALL, 0) == SMALL);
	run();
	check(sk_recv(to, to_fd, buf, SMALL, 0) == SMALL);
}

static int requests(size_t conns, uint64_t count)
{
	double start;
	uint64_t i;

	if (is_too_large(conns))
		return 0;
	many_up(conns);
	connect_in_order(conns);
	start = seconds();
	for (i = 0; i < count; i++) {
		size_t c = (size_t)rng_below(&many.rng, (uint32_t)conns);

		say(&many.a, many.clients[c], &many.b, many.servers[c]);
		say(&many.b, many.servers[c], &many.a, many.clients[c]);
	}
	printf("%llu requests over %zu connections: %.3f us each\n",
	       (unsigned long long)count, conns,
	       count ? (seconds() - start) * 1e6 / (double)count : 0);
	return 0;
}

static int requests_thousand(uint64_t count)
{
	return requests(1000, count);
}

static int requests_million(uint64_t count)
{
	return requests(1000000, count);
}

/* The last two take minutes: by hand, and not in the list. */
static const struct bench_op ops[] = {
	{"connections", "open, echo a checked message, close", connections},
	{"requests-1000", "64 octets there and back, one connection of 1,000",
	 requests_thousand},
	{"requests-1000000", "the same, of 1,000,000", requests_million},
	{"held", "open and echo a checked message", held},
};

int main(int argc, char **argv)
{
	size_t count = sizeof(ops) / sizeof(*ops);

	return bench_main(argc, argv, ops, argc == 2 ? count - 2 : count);
}
