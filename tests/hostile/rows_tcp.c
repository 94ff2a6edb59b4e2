// SPDX-License-Identifier: MIT
/*
 * rows_tcp.c - segments in the name of others
 *
 * V has a connection with P, and a listener.  The attacker knows more than one
 * in real life would: the ports, and the numbers, which he misses by as much
 * as a row wants.
 */

#include <string.h>

#include "base/rng.h"

#include "wire/csum.h"
#include "wire/proto.h"

#include "conn.h"
#include "hostile.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

static int open_listener(struct hostile *x, uint16_t port)
{
	struct endpoint any = {.addr = ip_addr_v4(IP4_ANY), .port = port};
	struct stack *s = &x->v->stack;
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0);

	demand(x, O1, fd >= 0 && sk_bind(s, fd, &any) == 0);
	demand(x, O1, sk_listen(s, fd, 128) == 0);
	return fd;
}

static void lying_lengths(struct hostile *x)
{
	struct conn c;
	struct seg s = {.flags = TCP_ACK, .len = 0};
	uint8_t *off = x->f.b + ETH_HLEN + IP4_HLEN + 12;

	conn_open(x, &c);
	for (int i = 0; i < 16; i++) {
		s.opts = some_octets; /* and so no timestamp */
		conn_segment(&c, &s);
		if (i == 5)
			continue; /* that is right */
		*off = (uint8_t)(i << 4);
		hit(x, EITHER); /* tcp_hlen, or tcp_csum */
	}
	for (size_t len = 0; len < 20; len++) {
		struct ip4_hdr h = from_to(IP_P, IP_V);

		h.proto = IP_PROTO_TCP;
		frame_ip4(&x->f, x->door, &h, some_octets, len);
		hit(x, DROP_tcp_short);
	}
	demand(x, O7,
	       dropped(x, DROP_tcp_hlen) + dropped(x, DROP_tcp_csum) == 15);
	conn_close(&c);
}

/* Walks that do not advance, that go beyond the end, or that ask for a lot. */
static const uint8_t bad_opts[][4] = {
	{2, 0, 0, 0},	{5, 1, 0, 0},  {2, 4, 0, 0},   {3, 3, 255, 1},
	{8, 255, 0, 0}, {1, 1, 1, 5},  {5, 9, 0, 0},   {255, 255, 255, 255},
	{254, 0, 0, 0}, {2, 3, 0, 0},  {4, 255, 0, 0}, {34, 2, 34, 2},
	{1, 1, 1, 1},	{3, 3, 15, 0}, {3, 3, 14, 0},  {69, 2, 0, 0},
};

static void bad_options(struct hostile *x)
{
	int fd = open_listener(x, 82);
	struct conn c;

	conn_open(x, &c);
	for (size_t i = 0; i < ARRAY_SIZE(bad_opts); i++) {
		struct seg s = {.flags = TCP_ACK | TCP_PSH,
				.opts = bad_opts[i],
				.opts_len = 4,
				.len = 10};
		struct endpoint a = {.addr = ip_addr_v4(IP_A),
				     .port = (uint16_t)(5000 + i)};

		conn_segment(&c, &s); /* in the window: it lives on */
		hit(x, EITHER);
		demand(x, O6, conn_says(&c));
		pause_ms(x, 50);
		s.flags = TCP_SYN;
		s.len = 0;
		make_segment(x, a, ep("10.0.0.2:82"), &s);
		hit(x, EITHER);
	}
	demand(x, O7, dropped(x, DROP_tcp_no_ts) > 0);
	conn_close(&c);
	(void)sk_close(&x->v->stack, fd);
}

static void odd_sizes(struct hostile *x)
{
	static const uint16_t sizes[] = {0, 1, 7, 8, 87, 535, 65535};
	int fd = open_listener(x, 82);

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int shift = 0; shift < 256; shift += 15) {
			uint8_t opts[8] = {2, 4, 0, 0, 3, 3, 0, 1};
			struct seg s = {.flags = TCP_SYN,
					.opts = opts,
					.opts_len = 8,
					.seq = 1000};
			struct endpoint a = {.addr = ip_addr_v4(IP_A)};

			a.port = (uint16_t)(5000 + i * 300 + shift);
			put16(opts + 2, sizes[i]);
			opts[6] = (uint8_t)shift;
			make_segment(x, a, ep("10.0.0.2:82"), &s);
			hit(x, TAKEN);
			demand(x, O4, x->heard_count == 1);
		}
	(void)sk_close(&x->v->stack, fd);
}

/* Every bit of a segment of 60 octets that is right in all else. */
static void flipped_bits(struct hostile *x)
{
	struct seg s = {.flags = TCP_ACK | TCP_PSH, .len = 8};
	struct conn c;
	uint64_t before;

	conn_open(x, &c);
	before = x->drop_count;
	conn_segment(&c, &s);
	for (size_t bit = 0; bit < 480; bit++) {
		uint8_t *p = &x->f.b[ETH_HLEN + bit / 8];

		*p ^= (uint8_t)(1 << bit % 8);
		hit(x, EITHER);
		*p ^= (uint8_t)(1 << bit % 8);
		demand(x, O4, x->heard_count == 0);
	}
	demand(x, O7, x->drop_count == before + 480);
	conn_close(&c);
}

static void urgent(struct hostile *x)
{
	static const uint16_t pointers[] = {0, 1, 5, 6, 1000, 65535};
	struct conn c;

	conn_open(x, &c);
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++)
		for (uint32_t seq = 1; seq < 60000; seq += 10000) {
			struct seg s = {.flags = TCP_ACK | TCP_URG,
					.seq = seq, /* not the next one */
					.urgent = pointers[i],
					.len = seq % 3 ? 0 : 5};

			conn_segment(&c, &s);
			hit(x, EITHER);
			s.flags |= TCP_SYN;
			conn_segment(&c, &s);
			hit(x, EITHER);
		}
	conn_close(&c);
}

/* As many as come, and all of them at once; the innocents open connections
 * all the time. */
static void syn_flood(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	struct rng rng;
	int fd = open_listener(x, 82);
	size_t before;

	rng_init(&rng, x->seed + 89, "syn");
	x->gap_ns = 20000; /* 50,000 a second */
	before = x->mem.in_use_bytes;
	for (uint32_t i = 0; i < x->n; i++) {
		h.src.v = 0xc0000000 | rng_below(&rng, 1 << 24);
		frame_tcp(&x->f, x->door, &h, (uint16_t)rng_u32(&rng),
			  x->calm ? 80 : 82, TCP_SYN);
		hit(x, EITHER);
	}
	demand(x, O3, x->mem.in_use_bytes < before + 2000000);
	(void)sk_close(&x->v->stack, fd);
}

/* Of one SYN: the first answer, and it twice again; none after a reset. */
static void reflection(struct hostile *x)
{
	struct ip4_hdr h = from_to((ip4_addr){IP_A.v + 1}, IP_V);
	int fd = open_listener(x, 82);
	uint64_t sent;

	for (uint32_t port = 1; port <= x->n; port++) {
		frame_tcp(&x->f, x->door, &h, (uint16_t)port, 82, TCP_SYN);
		hit(x, TAKEN);
		demand(x, O4, x->heard_count == 1);
	}
	sent = x->vp->netif.stats.tx_frames;
	for (uint32_t port = 1; port <= x->n; port++) {
		frame_tcp(&x->f, x->door, &h, (uint16_t)port, 82, TCP_RST);
		put32(x->f.b + ETH_HLEN + IP4_HLEN + 4, 1);
		put16(x->f.b + ETH_HLEN + IP4_HLEN + 16, 0);
		put16(x->f.b + ETH_HLEN + IP4_HLEN + 16,
		      csum_fold(csum_add(csum_pseudo4(h.src, h.dst,
						      IP_PROTO_TCP, TCP_HLEN),
					 x->f.b + ETH_HLEN + IP4_HLEN,
					 TCP_HLEN)));
		hit(x, EITHER);
		demand(x, O4, x->heard_count == 0);
	}
	if (!x->calm)
		pause_ms(x, 120000);
	demand(x, O4, x->calm || x->vp->netif.stats.tx_frames == sent);
	(void)sk_close(&x->v->stack, fd);
}

static void blind(struct hostile *x, uint16_t flags, enum drop why)
{
	struct conn c;

	conn_open(x, &c);
	for (uint32_t off = 1; off < 60000; off += 1000) {
		struct seg s = {.flags = flags, .seq = off};

		conn_segment(&c, &s);
		hit(x, (int)why);
		demand(x, O6, conn_says(&c));
		pause_ms(x, 100);
	}
	conn_close(&c);
}

static void blind_syn(struct hostile *x)
{
	blind(x, TCP_SYN, DROP_tcp_syn_bad);
}

static void blind_reset(struct hostile *x)
{
	blind(x, TCP_RST, DROP_tcp_rst_bad);
}

/* Data in the window that acknowledges what cannot be. */
static void blind_data(struct hostile *x)
{
	static const uint32_t acks[] = {0xc0000000, 1,		1000,
					0x40000000, 0x7fffffff, 0x80000001};
	uint8_t buf[100];
	struct conn c;

	conn_open(x, &c);
	for (size_t i = 0; i < ARRAY_SIZE(acks); i++)
		for (uint32_t off = 0; off < 50000; off += 10000) {
			struct seg s = {.flags = TCP_ACK | TCP_PSH,
					.seq = off,
					.ack = acks[i],
					.len = 100};

			conn_segment(&c, &s);
			hit(x, DROP_tcp_ack_bad);
		}
	demand(x, O6,
	       sk_recv(&x->v->stack, c.fd, buf, sizeof(buf), SK_MSG_DONTWAIT) <
		       0);
	conn_close(&c);
}

/* A timestamp of the future, outside of the window: not remembered. */
static void poisoned_clock(struct hostile *x)
{
	uint8_t ts[12] = {1, 1, 8, 10};
	struct conn c;

	conn_open(x, &c);
	for (uint32_t i = 0; i < 50; i++) {
		struct seg s = {.flags = TCP_ACK,
				.seq = 0x20000000 + i * 1000000,
				.opts = ts,
				.opts_len = 12,
				.len = 10};

		put32(ts + 4, c.ts + (1u << 30));
		conn_segment(&c, &s);
		hit(x, DROP_tcp_seq);
		demand(x, O6, conn_says(&c));
		pause_ms(x, 100);
	}
	conn_close(&c);
}

/* One octet more than P has sent: from now on the two disagree. */
static void disagreement(struct hostile *x)
{
	struct seg s = {.flags = TCP_ACK | TCP_PSH, .len = 1};
	uint64_t frames;
	struct conn c;

	conn_open(x, &c);
	conn_segment(&c, &s);
	hit(x, TAKEN);
	frames = x->vp->netif.stats.tx_frames;
	(void)conn_says(&c);
	pause_ms(x, 10000);
	frames = x->vp->netif.stats.tx_frames - frames;
	demand(x, O4, x->calm || frames < 60);
	x->on_sent = NULL;
	(void)sk_close(&x->v->stack, c.fd);
	(void)sk_close(&x->p->stack, c.listener);
}

/* Third steps of handshakes that never began: is one of them a cookie? */
static void forged_cookies(struct hostile *x)
{
	int fd = open_listener(x, 82);
	struct endpoint v = ep("10.0.0.2:82"), peer;
	struct rng rng;

	rng_init(&rng, x->seed + 91, "cookies");
	x->gap_ns = 20000;
	for (uint32_t i = 0; i < x->n; i++) {
		struct seg s = {.flags = TCP_ACK,
				.seq = rng_u32(&rng),
				.ack = rng_u32(&rng)};
		struct endpoint a = {.addr = ip_addr_v4(IP_A)};

		a.port = (uint16_t)(1 + rng_below(&rng, 65535));
		make_segment(x, a, v, &s);
		hit(x, DROP_tcp_ack_bad);
	}
	demand(x, O6, sk_accept4(&x->v->stack, fd, &peer, 0) < 0);
	(void)sk_close(&x->v->stack, fd);
}

/* The attacker as a real peer: a handshake from @port; what the numbers are
 * then is in @seq and @ack.  False: he was not answered. */
static bool shake_hands(struct hostile *x, uint16_t port, uint32_t *seq,
			uint32_t *ack)
{
	struct endpoint a = {.addr = ip_addr_v4(IP_A), .port = port};
	struct seg s = {.flags = TCP_SYN, .seq = 1000};

	make_segment(x, a, ep("10.0.0.2:82"), &s);
	hit(x, EITHER);
	if (!x->heard_count)
		return false;
	*seq = s.seq = 1001;
	*ack = s.ack = get32(x->heard.b + ETH_HLEN + IP4_HLEN + 4) + 1;
	s.flags = TCP_ACK;
	make_segment(x, a, ep("10.0.0.2:82"), &s);
	hit(x, EITHER);
	return true;
}

/* Ten times as many connections as anybody waits for, and nobody accepts. */
static void full_backlog(struct hostile *x)
{
	int fd = open_listener(x, 82); /* 128 */
	size_t bytes = 0;
	uint32_t seq, ack;

	for (uint32_t i = 0; i < x->n; i++) {
		(void)shake_hands(x, (uint16_t)(1000 + i), &seq, &ack);
		if (i == 300)
			bytes = x->mem.in_use_bytes;
	}
	demand(x, O3, x->mem.in_use_bytes < bytes + 500000);
	demand(x, O7, x->n < 1000 || dropped(x, DROP_tcp_backlog) > 0);
	(void)sk_close(&x->v->stack, fd);
}

/* Every second octet of the window, none of which can be read. */
static void splinters(struct hostile *x)
{
	struct conn c;
	size_t bytes = x->mem.in_use_bytes;

	conn_open(x, &c);
	x->gap_ns = 10000;
	for (uint32_t i = 0; i < x->n; i++) {
		struct seg s = {.flags = TCP_ACK, .seq = 1 + 2 * i, .len = 1};

		conn_segment(&c, &s);
		hit(x, EITHER);
	}
	demand(x, O3, x->mem.in_use_bytes < bytes + 1000000);
	conn_close(&c);
}

/* Peers who are gone: while V closes, after that, or having closed before. */
static void vanished_peers(struct hostile *x)
{
	int fd = open_listener(x, 82), child;
	struct endpoint v = ep("10.0.0.2:82"), peer;
	struct stack *s = &x->v->stack;

	for (uint32_t i = 0; i < x->n; i++) {
		struct endpoint a = {.addr = ip_addr_v4(IP_A)};
		struct seg seg = {.flags = TCP_ACK};

		a.port = (uint16_t)(1000 + i);
		if (!shake_hands(x, a.port, &seg.seq, &seg.ack))
			continue;
		child = sk_accept4(s, fd, &peer, 0);
		if (child < 0)
			continue;
		if (i % 3 == 2) { /* CLOSE-WAIT, then LAST-ACK */
			seg.flags |= TCP_FIN;
			make_segment(x, a, v, &seg);
			hit(x, TAKEN);
		}
		(void)sk_close(s, child);
		if (i % 3 == 1) { /* FIN-WAIT-2 */
			seg.ack++;
			make_segment(x, a, v, &seg);
			hit(x, TAKEN);
		}
	}
	(void)sk_close(s, fd);
}

const struct row rows_tcp[] = {
	{
		.number = 79,
		.what = "TCP header lengths that cannot be",
		.rule = "dropped: `tcp_hlen`, `tcp_short`",
		.play = lying_lengths,
	},
	{
		.number = 80,
		.what = "TCP options that do not advance, or go too far (and "
			"81: on a live connection)",
		.rule = "`tcp_opt` in a SYN; elsewhere as if they were not "
			"there: `tcp_no_ts`; the connection lives",
		.play = bad_options,
		/* an ACK has timestamps */
		.is_reflected = true,
	},
	{
		.number = 82,
		.what = "SYNs of any MSS and any scale (84)",
		.rule = "answered once; 88 and 14 are the limits",
		.play = odd_sizes,
		/* a SYN,ACK has options */
		.is_reflected = true,
	},
	{
		.number = 86,
		.what = "urgent pointers, wherever they point",
		.rule = "the connection lives",
		.play = urgent,
	},
	{
		.number = 87,
		.what = "each bit of a segment, flipped",
		.rule = "dropped: `tcp_csum`, `ip_csum` ...; no reset",
		.play = flipped_bits,
	},
	{
		.number = 89,
		.what = "SYNs from everywhere, 50,000 a second",
		.rule = "cookies; honest connections open as always. A SYN,ACK "
			"is larger than its SYN by its options",
		.play = syn_flood,
		.n = 100000,
		.full = 3000000,
		.grows = true,
		.typical = 5000, /* and the answer */
		/* a SYN,ACK has options */
		.is_reflected = true,
	},
	{
		.number = 90,
		.what = "a SYN in another's name, who resets",
		.rule = "one answer, two more if he is silent, none after a "
			"reset",
		.play = reflection,
		.n = 50,
		.typical = 5000,
		/* a SYN,ACK is repeated while nobody answers */
		.is_reflected = true,
	},
	{
		.number = 91,
		.what = "ACKs that guess a cookie",
		.rule = "`tcp_ack_bad`, and a reset; none is right",
		.play = forged_cookies,
		.n = 50000,
		.full = 1000000,
	},
	{
		.number = 94,
		.what = "ten times the backlog, and nobody accepts",
		.rule = "what is too much waits for nobody: `tcp_backlog`",
		.play = full_backlog,
		.n = 1280,
		.typical = 6000, /* connections are made */
		/* a SYN,ACK has options, and is repeated */
		.is_reflected = true,
	},
	{
		.number = 96,
		.what = "SYNs in the window of a live connection",
		.rule = "`tcp_syn_bad`, and an ACK that challenges",
		.play = blind_syn,
	},
	{
		.number = 100,
		.what = "resets in the window, but for the one number",
		.rule = "`tcp_rst_bad`, and an ACK that challenges",
		.play = blind_reset,
	},
	{
		.number = 101,
		.what = "data in the window, with an ACK that cannot be",
		.rule = "`tcp_ack_bad`; not delivered",
		.play = blind_data,
	},
	{
		.number = 105,
		.what = "timestamps of the future, outside the window",
		.rule = "`tcp_seq`; not remembered",
		.play = poisoned_clock,
	},
	{
		.number = 107,
		.what = "an octet that makes the two ends disagree",
		.rule = "they do not answer each other for ever",
		.play = disagreement,
	},
	{
		.number = 112,
		.what = "every second octet of the window",
		.rule = "islands have a cap, and are found in O(log n): "
			"`tcp_ooo`",
		.play = splinters,
		.n = 20000,
		.grows = true,
		.typical = 6000,      /* answers with SACK blocks */
		.is_reflected = true, /* P is connected: he gets his ACKs */
	},
	{
		.number = 121,
		.what = "peers who vanish while the connection closes",
		.rule = "timers remove all of them",
		.play = vanished_peers,
		.n = 300,
		.typical = 8000, /* connections are made, and FINs sent */
		/* the peer is connected: FIN and data are repeated */
		.is_reflected = true,
	},
	{0},
};
