// SPDX-License-Identifier: MIT
/*
 * hostile_frames_test.c - frames that lie, at the door of a host that works
 *
 * The victim, host 0, sends and receives a stream with its peer, host 1.  On
 * its other interface sits an attacker.  He takes frames that are right, of
 * every protocol, cuts them off after each octet, and sets each octet of
 * their headers to values that lie; he mends the checksums, so that what
 * looks at the rest is reached.  After each frame is held:
 *
 *  - at most one drop counter has risen, and by one, those of other packets
 *    that end with it left aside;
 *  - no answer carries an octet of freed memory, and its padding is zero;
 *  - no answer is larger than what asked for it, but for a SYN;
 *
 * and at the end, that the stream is whole and that all memory came back.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/proto.h"
#include "wire/tcp.h"

#include "talker.h"
#include "tcp/tcp.h"
#include "testframe.h"
#include "testnet.h"

enum { STREAM = 2000000, SEEDS = 10, POISON = 0xdb, POISON_RUN = 4 };

struct scene {
	struct testnet *net;
	struct netif *door; /* where the attacker sits */
	struct talker a, b;
	struct tcp_conn *listener;
	struct frame seed, frame, heard;
};

static const struct ip4_hdr from_attacker = {
	.src = {0x0a010002}, /* 10.1.0.2 */
	.dst = {0x0a010001},
};

static void set_up(struct scene *s)
{
	struct endpoint to = talker_ep("10.0.0.2:80");

	memset(s, 0, sizeof(*s));
	s->net = testnet_new();
	pool_set_poison(&s->net->env.pkts, true);
	s->net->delay_ns = 20 * NS_PER_MS;
	s->door = testnet_add_port(s->net, 0, "10.1.0.1/24");
	s->door->features |= NETIF_F_NO_ARP;
	s->listener = talker_listen(testnet_host(s->net, 1), 80, 5);
	talker_init(&s->a, testnet_host(s->net, 0), NULL);
	assert_int_equal(tcp_connect(s->a.c, &to), 0);
	testnet_run_ms(s->net, 100);
	talker_init(&s->b, testnet_host(s->net, 1), tcp_accept(s->listener));
	s->b.seed = s->a.peer_seed = 1;
	s->a.to_send = s->b.to_send = STREAM;
	s->a.closes = s->b.closes = true;
	talker_go(&s->a);
	talker_go(&s->b);
	testnet_forget(s->door);
}

static void tear_down(struct scene *s)
{
	testnet_run_ms(s->net, 300000);
	assert_true(talker_is_done(&s->a) && talker_is_done(&s->b));
	assert_int_equal(s->a.received, STREAM);
	assert_int_equal(s->b.received, STREAM);
	talker_close(&s->a);
	talker_close(&s->b);
	tcp_close(s->listener);
	testnet_forget(s->door);
	testnet_free(s->net);
}

/* Right frames of every kind. */
static void make_seed(struct scene *s, int i)
{
	static const uint8_t octets[64] =
		"forty octets that mean nothing at all";
	static const uint8_t options[] = {7, 7, 4, 0, 0, 0, 0, 0};
	struct ip4_hdr h = from_attacker;
	struct icmp4_hdr echo = {.type = ICMP4_ECHO};
	struct icmp4_hdr error = {.type = ICMP4_UNREACHABLE, .code = 3};
	struct frame *f = &s->seed;

	switch (i) {
	case 0:
		frame_icmp4(f, s->door, &h, &echo, octets, 37);
		break;
	case 1:
		h.opts = options;
		h.opts_len = sizeof(options);
		frame_icmp4(f, s->door, &h, &echo, octets, 5);
		break;
	case 2: /* about a datagram that we might have sent */
		h.src = from_attacker.dst;
		h.dst = from_attacker.src;
		frame_udp(&s->frame, s->door, &h, 5000, 53, octets, 20);
		frame_icmp4(f, s->door, &from_attacker, &error,
			    s->frame.b + ETH_HLEN, s->frame.len - ETH_HLEN);
		break;
	case 3:
		frame_udp(f, s->door, &h, 4000, 9, octets, 33);
		break;
	case 4:
		frame_tcp(f, s->door, &h, 4000, 81, TCP_SYN);
		break;
	case 5:
		frame_tcp(f, s->door, &h, 4000, 81, TCP_ACK | TCP_PSH);
		break;
	case 6:
		h.flags = IP4_MF;
		h.proto = IP_PROTO_UDP;
		frame_ip4(f, s->door, &h, octets, 24);
		break;
	case 7:
		h.proto = IP_PROTO_IP4;
		frame_udp(&s->frame, s->door, &from_attacker, 1, 2, octets, 7);
		frame_ip4(f, s->door, &h, s->frame.b + ETH_HLEN,
			  s->frame.len - ETH_HLEN);
		break;
	case 8:
		h.dst.v = 0x0a010063; /* 10.1.0.99, not ours */
		frame_icmp4(f, s->door, &h, &echo, octets, 12);
		break;
	default:
		h.dst.v = 0x0a0100ff; /* to everybody there */
		frame_udp(f, s->door, &h, 4000, 7, octets, 11);
		break;
	}
}

/* Does what follows the packet leave as zero, and nothing of what was? */
static void assert_clean(const struct frame *f)
{
	size_t run = 0, end = f->len, i;

	if (f->len > ETH_HLEN + 20 && f->b[12] == 8 && f->b[13] == 0)
		end = ETH_HLEN + (size_t)f->b[16] * 256 + f->b[17];
	assert_true(end <= f->len);
	for (i = 0; i < f->len; i++) {
		run = f->b[i] == POISON ? run + 1 : 0;
		assert_true(run < POISON_RUN);
		assert_true(i < end || f->b[i] == 0);
	}
}

/* What is said about it may be its own length and the head of an error. */
static size_t answer_room(const struct frame *asked)
{
	return max_size(60, asked->len + 28);
}

/* Drops of the victim; but one frame may end a whole datagram that waited in
 * pieces, and an answer to nowhere is a packet of its own. */
static uint64_t drops(struct scene *s)
{
	uint64_t n = testnet_drops_all(s->net, 0);

	for (enum drop d = DROP_frag_size; d <= DROP_frag_timeout; d++)
		n -= testnet_drops(s->net, 0, d);
	return n - testnet_drops(s->net, 0, DROP_ip_no_route);
}

static void play(struct scene *s)
{
	uint64_t before = drops(s);

	frame_inject(&s->frame, s->door);
	assert_true(drops(s) - before <= 1);
	while (frame_take(&s->heard, s->door)) {
		assert_clean(&s->heard);
		assert_true(s->heard.len <= answer_room(&s->frame));
	}
}

/* Every right frame, cut off everywhere. */
static void cut_frames_change_nothing(void **state)
{
	struct scene s;

	(void)state;
	set_up(&s);
	for (int i = 0; i < SEEDS; i++) {
		make_seed(&s, i);
		for (size_t len = 0; len <= s.seed.len; len++) {
			s.frame = s.seed;
			s.frame.len = len;
			play(&s);
			testnet_run_ms(s.net, 5);
		}
	}
	tear_down(&s);
}

/* A checksum that is right again, if there is a header to be summed. */
static void mend(struct frame *f)
{
	size_t hlen = (size_t)(f->b[ETH_HLEN] & 15) * 4;

	if (hlen >= 20 && ETH_HLEN + hlen <= f->len)
		frame_mend_ip4(f);
}

/* Each octet in turn says what it should not. */
static void lying_octets_change_nothing(void **state)
{
	static const uint8_t lies[] = {0,  1,  3,   7,	 8,    0x0f, 0x28, 40,
				       63, 64, 127, 128, 0x86, 254,  255};
	struct scene s;

	(void)state;
	set_up(&s);
	for (int i = 0; i < SEEDS; i++) {
		make_seed(&s, i);
		for (size_t at = 12; at < min_size(s.seed.len, 80); at++) {
			for (size_t k = 0; k < ARRAY_SIZE(lies); k++) {
				s.frame = s.seed;
				s.frame.b[at] = lies[k];
				mend(&s.frame);
				play(&s);
			}
			testnet_run_ms(s.net, 50);
		}
	}
	tear_down(&s);
}

/* Two octets at once: lengths against offsets, types against codes. */
static void lying_pairs_change_nothing(void **state)
{
	static const uint8_t lies[] = {0, 5, 0x4f, 0x60, 0xff};
	struct scene s;

	(void)state;
	set_up(&s);
	for (int i = 0; i < SEEDS; i++) {
		make_seed(&s, i);
		for (size_t at = 14; at < min_size(s.seed.len, 50); at++) {
			for (size_t k = 0; k < 25; k++) {
				size_t other = at + 1 + k % 7;

				s.frame = s.seed;
				s.frame.b[at] = lies[k % 5];
				s.frame.b[other] = lies[k / 5];
				mend(&s.frame);
				play(&s);
			}
			testnet_run_ms(s.net, 50);
		}
	}
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_frames_change_nothing),
		cmocka_unit_test(lying_octets_change_nothing),
		cmocka_unit_test(lying_pairs_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
