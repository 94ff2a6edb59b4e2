// SPDX-License-Identifier: MIT
/*
 * sock_plain_test.c - the straight way gives what the long way gives
 *
 * A program of random calls is played twice over the same seed.  Once somebody
 * listens to events, so every call goes the long way; once nobody does, and
 * plain calls go straight.  All that can be seen is noted in a digest: each
 * octet of each frame, what every call returned, and at the end the counters.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

#include "core/pkt.h"

#include "ip/ip.h"
#include "sock/copies.h"
#include "sock/sock.h"
#include "sock/sock_msg.h"
#include "testnet.h"
#include "udp/udp.h"

enum { SOCKS = 4, STEPS = 3000, SEEDS = 12, PORT = 700 };

static const struct hash_key key = {{1, 2}};

/* One run: what was seen, and what it plays with. */
struct play {
	struct testnet *net;
	struct rng rng;
	uint64_t digest;
	int fd[2][SOCKS]; /* of both hosts: datagrams, the last a stream */
	uint64_t frames;
	uint64_t done; /* calls that moved octets */
};

static uint8_t octets[4096];

static void note(struct play *p, const void *what, size_t len)
{
	p->digest = siphash13(&key, what, len) + 31 * p->digest;
}

static void note_num(struct play *p, int64_t n)
{
	note(p, &n, sizeof(n));
}

static enum testnet_fate on_frame(void *arg, int from, uint64_t n,
				  struct pkt *pkt)
{
	struct play *p = arg;
	uint8_t frame[4096];

	(void)n;
	assert_true(pkt->len <= sizeof(frame));
	pkt_copy_out(pkt, 0, frame, pkt->len);
	note_num(p, from);
	note_num(p, (int64_t)p->net->env.now_ns);
	note(p, frame, pkt->len);
	p->frames++;
	return TESTNET_PASS;
}

static uint32_t draw(struct play *p, uint32_t below)
{
	return rng_below(&p->rng, below);
}

/* Some are nobody's, some may not be sent to. */
static struct endpoint some_peer(struct play *p)
{
	static const ip4_addr addrs[] = {
		{0x0a000001}, {0x0a000002}, {0x0a000002}, {0x0a000009},
		{0x0a0000ff}, {0xffffffff}, {0xe0000001}, {0x7f000001},
		{0},	      {0x0a000063}, {0x08080808},
	};

	return (struct endpoint){
		.addr = ip_addr_v4(addrs[draw(p, ARRAY_SIZE(addrs))]),
		.port = (uint16_t)(draw(p, 16) ? PORT + draw(p, SOCKS) : 0)};
}

static int some_flags(struct play *p)
{
	static const int flags[] = {SK_MSG_DONTWAIT, SK_MSG_NOSIGNAL,
				    SK_MSG_PEEK, SK_MSG_TRUNC, SK_MSG_MORE};

	return draw(p, 4) ? 0 : flags[draw(p, ARRAY_SIZE(flags))];
}

static void do_send(struct play *p, struct stack *stack, int fd)
{
	size_t len = draw(p, 3) ? draw(p, 120) : draw(p, 3000);
	struct endpoint to = some_peer(p);
	int flags = some_flags(p);
	uint32_t i, times = 1 + draw(p, 3);
	long n;

	flags &= ~(SK_MSG_PEEK | SK_MSG_TRUNC);
	for (i = 0; i < times; i++) {
		n = draw(p, 2) ? sk_send(stack, fd, octets, len, flags)
			       : sk_sendto(stack, fd, octets, len, flags, &to);
		note_num(p, n);
		p->done += n > 0;
	}
}

static void do_recv(struct play *p, struct stack *stack, int fd)
{
	size_t room = draw(p, 3) ? sizeof(octets) : draw(p, 100);
	struct endpoint from = {.port = 9};
	uint8_t buf[sizeof(octets)] = {0};
	long n = sk_recvfrom(stack, fd, buf, room, some_flags(p) & ~SK_MSG_MORE,
			     draw(p, 2) ? &from : NULL);

	note_num(p, n);
	note(p, buf, sizeof(buf));
	note_num(p, from.port);
	note_num(p, from.addr.v4.v);
	p->done += n > 0;
}

/* Both at once, in messages; some have room for what nobody asked for. */
static void do_messages(struct play *p, struct stack *stack, int fd)
{
	uint8_t buf[2][300], control[64];
	struct sk_iovec iov[2] = {{buf[0], draw(p, 300)},
				  {buf[1], draw(p, 300)}};
	struct sk_mmsg msgs[3] = {{.msg = {0}}};
	uint32_t i, count = draw(p, 4);
	bool is_recv = draw(p, 2);
	int flags = some_flags(p), n;

	memset(buf, 5, sizeof(buf));
	memset(control, 0, sizeof(control));
	for (i = 0; i < ARRAY_SIZE(msgs); i++) {
		msgs[i].msg.iov = iov;
		msgs[i].msg.iov_count = draw(p, 3);
		msgs[i].msg.has_name = draw(p, 2);
		msgs[i].msg.name = some_peer(p);
		msgs[i].msg.control = control;
		msgs[i].msg.control_len = is_recv ? draw(p, 64) : 0;
	}
	if (is_recv)
		n = sk_recvmmsg(stack, fd, msgs, count, flags, -1);
	else
		n = sk_sendmmsg(stack, fd, msgs, count,
				flags & ~(SK_MSG_PEEK | SK_MSG_TRUNC));
	note_num(p, n);
	p->done += n > 0;
	note(p, buf, sizeof(buf));
	for (i = 0; i < ARRAY_SIZE(msgs); i++) {
		note_num(p, msgs[i].len);
		note_num(p, msgs[i].msg.flags);
		note_num(p, msgs[i].msg.has_name);
		note_num(p, msgs[i].msg.name.port);
		note_num(p, msgs[i].msg.name.addr.v4.v);
		note_num(p, (int64_t)msgs[i].msg.control_len);
	}
}

static void do_option(struct play *p, struct stack *stack, int fd)
{
	static const struct {
		int level, name, max;
	} rows[] = {
		{SK_IPPROTO_IP, SK_IP_TTL, 255},
		{SK_IPPROTO_IP, SK_IP_TOS, 64},
		{SK_SOL_SOCKET, SK_SO_BROADCAST, 1},
		{SK_IPPROTO_UDP, SK_UDP_SEGMENT, 3},
		{SK_SOL_SOCKET, SK_SO_RCVLOWAT, 3},
		{SK_SOL_SOCKET, SK_SO_RCVBUF, 5000},
	};
	size_t i = draw(p, ARRAY_SIZE(rows));
	int val = (int)draw(p, (uint32_t)rows[i].max + 1);

	if (rows[i].name == SK_UDP_SEGMENT)
		val *= 50;
	note_num(p, sk_setsockopt_int(stack, fd, rows[i].level, rows[i].name,
				      val));
}

/* Addresses and interfaces come and go. */
static void do_network(struct play *p, int host)
{
	struct stack *stack = testnet_host(p->net, host);
	struct netif *netif = testnet_netif(p->net, host, 0);
	struct ip4_net more = {ip4_make(10, 0, 0, 99), 24};

	switch (draw(p, 8)) {
	case 0:
		note_num(p, ip_addr_add(stack, netif, more));
		break;
	case 1:
		note_num(p, ip_addr_del(stack, netif, more));
		break;
	case 2:
		netif->is_up = !netif->is_up;
		ip_netif_changed(stack);
		break;
	default:
		netif->is_up = true;
		ip_netif_changed(stack);
		break;
	}
}

static void do_connect(struct play *p, struct stack *stack, int fd)
{
	struct endpoint to = some_peer(p);

	if (!draw(p, 4))
		to = (struct endpoint){0};
	note_num(p, sk_connect(stack, fd, &to));
}

static void step(struct play *p)
{
	int host = (int)draw(p, 2), i = (int)draw(p, SOCKS);
	struct stack *stack = testnet_host(p->net, host);
	int fd = p->fd[host][i];

	switch (draw(p, 40)) {
	case 0:
		do_option(p, stack, fd);
		break;
	case 1:
		do_network(p, host);
		break;
	case 2:
		if (i < SOCKS - 1)
			do_connect(p, stack, fd);
		break;
	case 3:
		testnet_run_ms(p->net, draw(p, 300));
		break;
	case 4:
		note_num(p, sk_ready(stack, fd));
		break;
	case 5:
		p->net->hosts[host].ports[0].netif.features ^= NETIF_F_CSUM_TX;
		break;
	default:
		if (!draw(p, 4))
			do_messages(p, stack, fd);
		else if (draw(p, 2))
			do_send(p, stack, fd);
		else
			do_recv(p, stack, fd);
		break;
	}
	if (!draw(p, 3))
		testnet_run_ms(p->net, 1);
}

static int datagrams(struct stack *stack, int i)
{
	struct endpoint local = {.addr = ip_addr_v4(IP4_ANY),
				 .port = (uint16_t)(PORT + i)};
	int fd = sk_socket(stack, SK_AF_INET, SK_SOCK_DGRAM | SK_SOCK_NONBLOCK,
			   0);

	assert_true(fd >= 0);
	if (i) /* the first binds itself */
		assert_int_equal(sk_bind(stack, fd, &local), 0);
	return fd;
}

static void streams(struct play *p)
{
	struct stack *a = testnet_host(p->net, 0), *b = testnet_host(p->net, 1);
	const struct endpoint at = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
				    .port = PORT};
	int l = sk_socket(b, SK_AF_INET, SK_SOCK_STREAM, 0);

	p->fd[0][SOCKS - 1] =
		sk_socket(a, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);
	assert_int_equal(sk_bind(b, l, &at), 0);
	assert_int_equal(sk_listen(b, l, 1), 0);
	assert_int_equal(sk_connect(a, p->fd[0][SOCKS - 1], &at), -EINPROGRESS);
	testnet_run_ms(p->net, 100);
	p->fd[1][SOCKS - 1] = sk_accept4(b, l, NULL, SK_SOCK_NONBLOCK);
	assert_true(p->fd[1][SOCKS - 1] >= 0);
}

static void note_counters(struct play *p, int host)
{
	struct stack *stack = testnet_host(p->net, host);
	struct sk_copies copies;
	int i;

	note(p, stack->place.drops, sizeof(stack->place.drops));
	note(p, udp_stats(stack), sizeof(struct udp_stats));
	for (i = -1; i < SOCKS; i++) {
		sk_get_copies(stack, i < 0 ? -1 : p->fd[host][i], &copies);
		note(p, &copies, sizeof(copies));
	}
}

/* What is seen of a run, and how many calls moved something. */
static uint64_t play(uint64_t seed, bool is_told, uint64_t *done)
{
	struct play p = {.net = testnet_new()};
	int i, host;

	rng_init(&p.rng, seed, "plain");
	if (!is_told)
		p.net->env.probe = NULL;
	p.net->hook = on_frame;
	p.net->hook_arg = &p;
	for (host = 0; host < 2; host++)
		for (i = 0; i < SOCKS - 1; i++)
			p.fd[host][i] = datagrams(testnet_host(p.net, host), i);
	streams(&p);
	for (i = 0; i < STEPS; i++)
		step(&p);
	note_counters(&p, 0);
	note_counters(&p, 1);
	*done = p.done;
	assert_true(p.frames > 100);
	testnet_free(p.net);
	return p.digest;
}

static void both_ways_look_the_same(void **state)
{
	uint64_t seed, done, done_long;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		assert_int_equal(play(seed, false, &done),
				 play(seed, true, &done_long));
		assert_int_equal(done, done_long);
		assert_true(done > 100);
	}
}

/* Neither of the two is compared with itself. */
static void another_seed_looks_different(void **state)
{
	uint64_t done;

	(void)state;
	assert_int_not_equal(play(1, false, &done), play(2, false, &done));
}

int main(void)
{
	size_t i;

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_look_the_same),
		cmocka_unit_test(another_seed_looks_different),
	};

	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + i / 256);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
