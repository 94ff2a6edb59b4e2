// SPDX-License-Identifier: MIT
/*
 * stack.c - the price of a packet through a whole stack
 *
 * Theory of operation
 * ===================
 * Two stacks are joined by a wire in memory, which costs next to nothing, and
 * are used through the calls of sockets: what is counted is both ends.  The
 * clock moves a little with each operation, so that timers are armed and moved
 * as in life.
 */

#include <errno.h>

#include "base/check.h"
#include "base/rng.h"

#include "core/pkt.h"

#include "bench.h"
#include "driver/mem.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "link/arp.h"
#include "sock/sock.h"
#include "sock/sock_msg.h"
#include "stack_up.h"

enum {
	MSS = 1460,
	LARGE = 65536,
	SMALL = 64,
	BATCH = 32,
	PORT = 7,
	SEGMENT_NS = 300,
	REQUEST_NS = 1000,
	CONNECT_NS = 5000000, /* 60 s of TIME-WAIT: 12,000 of them at a time */
};

/* Two stacks, a wire, and a listener on b. */
struct duo {
	struct mem mem;
	struct env env;
	struct rng rng;
	struct stack a, b;
	struct mem_wire wire;
	int listener;
};

static struct duo duo;
static uint8_t buf[LARGE];

static const struct endpoint server = {
	.addr = {.family = IP_V4, .v4 = {0x0a000002}}, .port = PORT};

static void env_up(void)
{
	mem_init_libc(&duo.mem);
	env_init(&duo.env, &duo.mem);
	rng_init(&duo.rng, 1, "bench");
}

static void pass_ns(uint64_t ns)
{
	duo.env.now_ns += ns;
	mem_wire_run(&duo.wire);
}

static void duo_up(bool has_offload, int type)
{
	struct mem_wire_cfg cfg = {.has_offload = has_offload};
	struct endpoint local = {.addr = ip_addr_v4(IP4_ANY), .port = PORT};

	env_up();
	stack_up(&duo.a, &duo.env, &duo.rng, "a");
	stack_up(&duo.b, &duo.env, &duo.rng, "b");
	mem_wire_init(&duo.wire, &duo.a, &duo.b, &cfg);
	check(!ip_addr_add(&duo.a, &duo.wire.end[0].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 1), 24}));
	check(!ip_addr_add(&duo.b, &duo.wire.end[1].netif,
			   (struct ip4_net){ip4_make(10, 0, 0, 2), 24}));
	duo.listener =
		sk_socket(&duo.b, SK_AF_INET, type | SK_SOCK_NONBLOCK, 0);
	check(duo.listener >= 0);
	check(sk_bind(&duo.b, duo.listener, &local) == 0);
	if (type == SK_SOCK_STREAM)
		check(sk_listen(&duo.b, duo.listener, 128) == 0);
	pass_ns(NS_PER_S);
}

static int duo_down(void)
{
	sk_close(&duo.b, duo.listener);
	duo.env.now_ns += 86400 * NS_PER_S;
	mem_wire_run(&duo.wire);
	mem_wire_fini(&duo.wire);
	inet_fini(&duo.a);
	inet_fini(&duo.b);
	stack_fini(&duo.a);
	stack_fini(&duo.b);
	return env_fini(&duo.env) || duo.mem.in_use_count ? -1 : 0;
}

/* A connection: the descriptor at a, and at b. */
static void connect_both(int fd[2])
{
	int err;

	fd[0] = sk_socket(&duo.a, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK,
			  0);
	check(fd[0] >= 0);
	err = sk_connect(&duo.a, fd[0], &server);
	check(err == 0 || err == -EINPROGRESS);
	mem_wire_run(&duo.wire);
	fd[1] = sk_accept4(&duo.b, duo.listener, NULL, SK_SOCK_NONBLOCK);
	check(fd[1] >= 0);
}

static void close_both(const int fd[2])
{
	check(sk_close(&duo.a, fd[0]) == 0);
	mem_wire_run(&duo.wire);
	check(sk_close(&duo.b, fd[1]) == 0);
	mem_wire_run(&duo.wire);
}

/* Send @left octets from a to b, through both copies. */
static void transfer(const int fd[2], uint64_t left)
{
	uint64_t unread = left;
	long n;

	while (unread) {
		while (left && (n = sk_send(&duo.a, fd[0], buf,
					    left < LARGE ? (size_t)left : LARGE,
					    0)) > 0)
			left -= (uint64_t)n;
		pass_ns(SEGMENT_NS);
		while ((n = sk_recv(&duo.b, fd[1], buf, LARGE, 0)) > 0)
			unread -= (uint64_t)n;
		check(n == -EAGAIN);
	}
}

static int bulk(uint64_t octets, bool has_offload)
{
	int fd[2];

	duo_up(has_offload, SK_SOCK_STREAM);
	connect_both(fd);
	transfer(fd, octets);
	close_both(fd);
	return duo_down();
}

static int tcp_segment(uint64_t count)
{
	return bulk(count * MSS, false);
}

static int tcp_64k(uint64_t count)
{
	return bulk(count * LARGE, true);
}

/* @octets from one end to the other. */
static void say(struct stack *from, int from_fd, struct stack *to, int to_fd)
{
	check(sk_send(from, from_fd, buf, SMALL, 0) == SMALL);
	pass_ns(REQUEST_NS);
	check(sk_recv(to, to_fd, buf, SMALL, 0) == SMALL);
}

static int tcp_request(uint64_t count)
{
	int fd[2];

	duo_up(false, SK_SOCK_STREAM);
	connect_both(fd);
	while (count--) {
		say(&duo.a, fd[0], &duo.b, fd[1]);
		say(&duo.b, fd[1], &duo.a, fd[0]);
	}
	close_both(fd);
	return duo_down();
}

static int tcp_connect_close(uint64_t count)
{
	int fd[2];

	duo_up(false, SK_SOCK_STREAM);
	while (count--) {
		connect_both(fd);
		say(&duo.a, fd[0], &duo.b, fd[1]);
		say(&duo.b, fd[1], &duo.a, fd[0]);
		close_both(fd);
		pass_ns(CONNECT_NS);
	}
	return duo_down();
}

static int udp_datagram(uint64_t count)
{
	struct endpoint from;
	int fd;

	duo_up(false, SK_SOCK_DGRAM);
	fd = sk_socket(&duo.a, SK_AF_INET, SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
	check(fd >= 0);
	while (count--) {
		check(sk_sendto(&duo.a, fd, buf, SMALL, 0, &server) == SMALL);
		pass_ns(REQUEST_NS);
		check(sk_recvfrom(&duo.b, duo.listener, buf, sizeof(buf), 0,
				  &from) == SMALL);
	}
	sk_close(&duo.a, fd);
	return duo_down();
}

/* A client of udp, whose neighbour is known. */
static int udp_client(void)
{
	int fd = sk_socket(&duo.a, SK_AF_INET, SK_SOCK_DGRAM | SK_SOCK_NONBLOCK,
			   0);

	check(fd >= 0);
	check(sk_connect(&duo.a, fd, &server) == 0);
	check(sk_send(&duo.a, fd, buf, SMALL, 0) == SMALL);
	pass_ns(REQUEST_NS);
	check(sk_recv(&duo.b, duo.listener, buf, sizeof(buf), 0) == SMALL);
	return fd;
}

/* One call and one run of the wire for BATCH of them. */
static int udp_batch(uint64_t count)
{
	static struct sk_mmsg out[BATCH], in[BATCH];
	static struct sk_iovec iov[BATCH];
	int fd, i;

	duo_up(false, SK_SOCK_DGRAM);
	fd = udp_client();
	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct sk_iovec){buf + i * SMALL, SMALL};
		out[i].msg.iov = in[i].msg.iov = &iov[i];
		out[i].msg.iov_count = in[i].msg.iov_count = 1;
	}
	for (; count; count -= count < BATCH ? count : BATCH) {
		check(sk_sendmmsg(&duo.a, fd, out, BATCH, 0) == BATCH);
		pass_ns(REQUEST_NS);
		check(sk_recvmmsg(&duo.b, duo.listener, in, BATCH, 0, -1) ==
		      BATCH);
	}
	sk_close(&duo.a, fd);
	return duo_down();
}

/* BATCH of them as one, cut by nobody on a wire with offload, and read as
 * one. */
static int udp_joined(uint64_t count)
{
	int fd, size = SMALL, one = 1;

	duo_up(true, SK_SOCK_DGRAM);
	fd = udp_client();
	check(!sk_setsockopt(&duo.a, fd, SK_IPPROTO_UDP, SK_UDP_SEGMENT, &size,
			     sizeof(size)));
	check(!sk_setsockopt(&duo.b, duo.listener, SK_IPPROTO_UDP, SK_UDP_GRO,
			     &one, sizeof(one)));
	for (; count; count -= count < BATCH ? count : BATCH) {
		uint32_t left = BATCH * SMALL;

		check(sk_send(&duo.a, fd, buf, left, 0) == (long)left);
		pass_ns(REQUEST_NS);
		while (left) {
			long n = sk_recv(&duo.b, duo.listener, buf, sizeof(buf),
					 0);

			check(n > 0 && n % SMALL == 0);
			left -= (uint32_t)n;
		}
	}
	sk_close(&duo.a, fd);
	return duo_down();
}

static const struct bench_op ops[] = {
	{"tcp-segment", "a segment of 1,460 octets, both ends and copies",
	 tcp_segment},
	{"tcp-64k", "65,536 octets in large segments, both ends and copies",
	 tcp_64k},
	{"tcp-request", "64 octets there and back on a connection",
	 tcp_request},
	{"tcp-connect", "connect, 64 octets there and back, close, TIME-WAIT",
	 tcp_connect_close},
	{"udp-64", "a datagram of 64 octets, both ends", udp_datagram},
	{"udp-64-batch", "the same, 32 a call", udp_batch},
	{"udp-64-joined", "the same, 32 in one (GSO, GRO)", udp_joined},
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(*ops));
}
