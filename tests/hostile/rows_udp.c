// SPDX-License-Identifier: MIT
/*
 * rows_udp.c - datagrams that lie, that nobody wants, or that nobody reads
 */

#include <string.h>

#include "wire/proto.h"

#include "core/netif.h"

#include "hostile.h"
#include "ip/icmp.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

static int open_port(struct hostile *x, uint16_t port)
{
	struct endpoint any = {.addr = ip_addr_v4(IP4_ANY), .port = port};
	int fd = sk_socket(&x->v->stack, SK_AF_INET,
			   SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);

	demand(x, O1, fd >= 0 && sk_bind(&x->v->stack, fd, &any) == 0);
	return fd;
}

static void lying_lengths(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	int fd = open_port(x, 9);
	uint8_t buf[200];

	for (int len = 0; len < 8; len++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 100);
		put16(x->f.b + ETH_HLEN + 24, (uint16_t)len);
		hit(x, DROP_udp_len);
	}
	for (int len = 109; len < 65536; len += 501) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 100);
		put16(x->f.b + ETH_HLEN + 24, (uint16_t)len);
		hit(x, DROP_udp_len);
	}
	frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 100);
	put16(x->f.b + ETH_HLEN + 24, 9); /* one octet, and 99 behind it */
	put16(x->f.b + ETH_HLEN + 26, 0); /* no checksum */
	hit(x, TAKEN);
	demand(x, O5, sk_recv(&x->v->stack, fd, buf, sizeof(buf), 0) == 1);
	h.proto = IP_PROTO_UDP;
	for (size_t len = 0; len < 8; len++) {
		frame_ip4(&x->f, x->door, &h, some_octets, len);
		hit(x, DROP_udp_short);
	}
	(void)sk_close(&x->v->stack, fd);
}

static void closed_ports(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	unsigned int told = 0;

	x->gap_ns = 10000;
	for (uint32_t i = 0; i < x->n; i++) {
		frame_udp(&x->f, x->door, &h, 4000, (uint16_t)(i % 60000 + 81),
			  some_octets, 40);
		hit(x, DROP_udp_no_port);
		told += x->heard_count;
	}
	demand(x, O4, told <= 12 + 6 * (x->n * x->gap_ns / NS_PER_S + 1));
}

/* Two services that answer everything are made to talk to each other; here
 * V has one that reads, and P does not. */
static void loops(struct hostile *x)
{
	static const uint16_t pairs[][2] = {{53, 53}, {69, 69}, {7, 19},
					    {19, 7},  {17, 17}, {123, 123}};
	struct ip4_hdr h = from_to(IP_P, IP_V);

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		uint64_t errors = x->v->stack.place.drops[DROP_udp_no_port];
		uint64_t back = x->p->stack.place.drops[DROP_icmp_stale];

		frame_udp(&x->f, x->door, &h, pairs[i][0], pairs[i][1],
			  "\0\5\0\4error", 10);
		hit(x, DROP_udp_no_port);
		pause_ms(x, 1000);
		demand(x, O4,
		       x->v->stack.place.drops[DROP_udp_no_port] == errors + 1);
		demand(x, O4,
		       x->p->stack.place.drops[DROP_icmp_stale] <= back + 1);
	}
}

static void no_reader(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	int fd = open_port(x, 9);
	size_t bytes = 0;

	x->gap_ns = 20000;
	for (uint32_t i = 0; i < x->n; i++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets,
			  i % 2 ? 1400 : 1); /* one octet costs a packet, too */
		hit(x, EITHER);
		if (i == x->n / 2)
			bytes = x->mem.peak_bytes;
	}
	demand(x, O3, x->mem.peak_bytes < bytes + 100000);
	demand(x, O7, dropped(x, DROP_udp_rcvbuf) > x->n / 2);
	(void)sk_close(&x->v->stack, fd);
}

/* Ports that programs of V's get, in 16 bins: chi-square, 15 degrees of
 * freedom, 37.7 is exceeded once in a thousand times. */
static void ports(struct hostile *x)
{
	struct endpoint to = ep("10.0.0.3:9");
	struct stack *s = &x->v->stack;
	unsigned int bins[16] = {0}, next = 0;
	uint16_t last = 0;
	double chi = 0, each = x->n / 16.0;

	for (uint32_t i = 0; i < x->n; i++) {
		struct endpoint me;
		int fd = sk_socket(s, SK_AF_INET, SK_SOCK_DGRAM, 0);

		demand(x, O1, fd >= 0 && sk_connect(s, fd, &to) == 0);
		demand(x, O1, sk_getsockname(s, fd, &me) == 0);
		bins[(me.port - 32768) / 2048 % 16]++;
		next += (uint16_t)(me.port - last - 1) < 16;
		last = me.port;
		(void)sk_close(s, fd);
	}
	for (int i = 0; i < 16; i++)
		if (bins[i])
			chi += (bins[i] - each) * (bins[i] - each) / each;
	demand(x, O4, chi < 60 || bins[0] == 0 || bins[15] == 0);
	demand(x, O4, next < x->n / 100);
}

const struct row rows_udp[] = {
	{
		.number = 73,
		.what = "UDP lengths that cannot be",
		.rule = "dropped: `udp_len`, `udp_short`; what is behind the "
			"length is not read",
		.play = lying_lengths,
	},
	{
		.number = 75,
		.what = "a million datagrams to closed ports",
		.rule = "`udp_no_port`; told five times a second",
		.play = closed_ports,
		.n = 200000,
		.full = 1000000,
	},
	{
		.number = 76,
		.what = "a forged error that would be answered for ever",
		.rule = "dies at once: `udp_no_port`, `icmp_stale`",
		.play = loops,
	},
	{
		.number = 77,
		.what = "datagrams that nobody reads",
		.rule = "SO_RCVBUF counts what they really take: `udp_rcvbuf`",
		.play = no_reader,
		.n = 50000,
		.full = 7000000,
	},
	{
		.number = 78,
		.what = "source ports, seen by an observer",
		.rule = "each is as likely as any other",
		.play = ports,
		.n = 10000,
	},
	{0},
};
