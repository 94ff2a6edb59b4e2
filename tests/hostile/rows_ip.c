// SPDX-License-Identifier: MIT
/*
 * rows_ip.c - IPv4 headers that lie
 */

#include <string.h>

#include "wire/proto.h"

#include "hostile.h"
#include "ip/ip.h"
#include "sock/abi.h"
#include "sock/sock.h"

/* Nobody's protocol. */
enum { PROTO = 253 };

static void make(struct hostile *x, const struct ip4_hdr *h, size_t len)
{
	frame_ip4(&x->f, x->door, h, some_octets, len);
}

/* ... and say a total length in it. */
static void set_total(struct hostile *x, uint16_t len)
{
	put16(x->f.b + ETH_HLEN + 2, len);
	frame_mend_ip4(&x->f);
}

static void lying_lengths(struct hostile *x)
{
	struct ip4_hdr h = to_victim();
	int i;

	h.proto = IP_PROTO_UDP;
	for (i = 0; i <= 4; i++) {
		make(x, &h, 40);
		x->f.b[ETH_HLEN] = (uint8_t)(0x40 | i);
		hit(x, DROP_ip_hlen);
	}
	make(x, &h, 0);
	x->f.b[ETH_HLEN] = 0x4f; /* 60 octets, of which 20 are there */
	hit(x, DROP_ip_hlen);
	for (i = 0; i < 20; i++) {
		make(x, &h, 40);
		set_total(x, (uint16_t)i);
		hit(x, DROP_ip_len);
		make(x, &h, 40);
		set_total(x, (uint16_t)(61 + i * 3300));
		hit(x, DROP_ip_len);
		make(x, &h, 0);
		x->f.len = ETH_HLEN + (size_t)i;
		hit(x, DROP_ip_short);
	}
}

static int udp_socket(struct hostile *x, uint16_t port)
{
	struct endpoint any = {.addr = ip_addr_v4(IP4_ANY), .port = port};
	int fd = sk_socket(&x->v->stack, SK_AF_INET,
			   SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);

	demand(x, O1, fd >= 0 && sk_bind(&x->v->stack, fd, &any) == 0);
	return fd;
}

static void padding(struct hostile *x)
{
	int fd = udp_socket(x, 9);
	struct ip4_hdr h = to_victim();
	uint8_t buf[100];

	for (int i = 0; i < 10; i++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, "!", 1);
		memset(x->f.b + x->f.len, 0xee, 60 - x->f.len);
		x->f.len = 60;
		hit(x, TAKEN);
		demand(x, O5,
		       sk_recv(&x->v->stack, fd, buf, sizeof(buf), 0) == 1);
	}
	(void)sk_close(&x->v->stack, fd);
}

/* Nothing that is sent about them may carry the options. */
static void two_source_routes(struct hostile *x)
{
	uint8_t opts[40] = {131, 39, 4};
	struct ip4_hdr h = to_victim();

	opts[39] = 131;
	h.opts = opts;
	h.opts_len = sizeof(opts);
	for (int i = 0; i < 20; i++) {
		h.proto = i & 1 ? PROTO : IP_PROTO_UDP;
		h.ttl = i & 2 ? 1 : 64;
		make(x, &h, 40);
		hit(x, DROP_ip_opt);
		demand(x, O4, x->heard_count == 0);
	}
}

static void endless_options(struct hostile *x)
{
	static const uint8_t bad[][4] = {
		{7, 0, 4, 0},	{7, 1, 4, 0}, {7, 2, 4, 0},  {7, 7, 4, 0},
		{7, 255, 4, 0}, {1, 1, 1, 7}, {68, 3, 5, 0}, {131, 3, 4, 131},
	};
	uint8_t all[40];
	struct ip4_hdr h = to_victim();

	h.proto = IP_PROTO_UDP;
	h.opts_len = 4;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		h.opts = bad[i];
		make(x, &h, 40);
		hit(x, DROP_ip_opt);
	}
	h.opts = all;
	h.opts_len = 40;
	for (int k = 2; k < 256; k++) {
		memset(all, k, sizeof(all));
		all[1] = 0; /* an option of no length */
		make(x, &h, 40);
		hit(x, DROP_ip_opt);
	}
}

static void tunnels(struct hostile *x)
{
	struct ip4_hdr h = to_victim(), inner = from_to(IP_P, IP_V);
	uint8_t packet[IP4_HLEN + 100] = {0};
	unsigned int told = 0;

	inner.total_len = 1500; /* of which 100 octets are there */
	inner.proto = IP_PROTO_UDP;
	ip4_hdr_emit(packet, &inner);
	h.proto = IP_PROTO_IP4;
	for (uint32_t i = 0; i < x->n; i++) {
		h.id = (uint16_t)i;
		for (size_t off = 0; off < 120; off += 40) {
			h.frag_off = (uint16_t)off;
			h.flags = off < 80 ? IP4_MF : 0;
			frame_ip4(&x->f, x->door, &h, packet + off, 40);
			hit(x, off < 80 ? TAKEN : DROP_ip_proto);
			told += x->heard_count;
		}
	}
	demand(x, O4, told <= 2 + x->n * 3 * x->gap_ns / NS_PER_S);
}

static void land(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_V, IP_V);

	for (int i = 0; i < 100; i++) {
		frame_tcp(&x->f, x->door, &h, 80, 80, TCP_SYN);
		hit(x, DROP_martian);
		frame_udp(&x->f, x->door, &h, 7, 7, "x", 1);
		hit(x, DROP_martian);
	}
	demand(x, O4, x->heard_count == 0);
}

static void martians(struct hostile *x)
{
	static const uint32_t sources[] = {
		0x7f000001, 0x00000000, 0xffffffff, 0xe0000001,
		0x0a0000ff, 0x0a000000, 0xf0000001, 0x00000005,
	};
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO};

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		struct ip4_hdr h = from_to((ip4_addr){sources[i]}, IP_V);

		frame_tcp(&x->f, x->door, &h, 80, 80, TCP_SYN);
		hit(x, DROP_martian);
		demand(x, O4, x->heard_count == 0);
		frame_udp(&x->f, x->door, &h, 7, 7, "x", 1);
		hit(x, DROP_martian);
		demand(x, O4, x->heard_count == 0);
		frame_icmp4(&x->f, x->door, &h, &echo, some_octets, 40);
		hit(x, DROP_martian);
		demand(x, O4, x->heard_count == 0);
	}
}

static void flipped_bits(struct hostile *x)
{
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO};
	struct ip4_hdr h = to_victim();

	frame_icmp4(&x->f, x->door, &h, &echo, some_octets, 100);
	for (size_t bit = 0; bit < IP4_HLEN * 8; bit++) {
		uint8_t *p = &x->f.b[ETH_HLEN + bit / 8];
		uint64_t sum = 0;

		*p ^= (uint8_t)(1 << bit % 8);
		hit(x, EITHER);
		*p ^= (uint8_t)(1 << bit % 8);
		for (int i = 0; i < DROP_COUNT; i++)
			sum += x->drops[i];
		demand(x, O7, sum == bit + 1);
		demand(x, O4, x->heard_count == 0);
	}
}

static void at_router(struct hostile *x)
{
	x->door = &x->rp->netif;
}

static void time_runs_out(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_A, IP_FAR);
	uint64_t before = x->rf->netif.stats.tx_frames;
	unsigned int told = 0;

	for (uint32_t i = 0; i < x->n; i++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 40);
		x->f.b[ETH_HLEN + 8] = i & 1; /* TTL 0 and 1 */
		frame_mend_ip4(&x->f);
		hit(x, DROP_ip_ttl);
		told += x->heard_count;
	}
	demand(x, O4, told <= 12 + 6 * x->n * x->gap_ns / NS_PER_S);
	demand(x, O6, x->calm || x->rf->netif.stats.tx_frames == before);
}

/* R sends what is for 10.9.0.0/16 to V, and V, now a router too, back. */
static void loop_of_two(struct hostile *x)
{
	const struct ip4_net lost = {ip4_make(10, 9, 0, 0), 16};

	at_router(x);
	ip_forwarding_set(&x->v->stack, true);
	(void)ip_route_add(&x->r->stack, lost, IP_V, NULL, 0);
	(void)ip_route_add(&x->v->stack, lost, IP_R, NULL, 0);
}

static void looping(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_A, ip4_make(10, 9, 0, 1));
	uint64_t before, frames;

	h.ttl = 255;
	x->gap_ns = 5 * NS_PER_S; /* a hop takes 5 ms */
	for (int i = 0; i < 5; i++) {
		before = x->rp->netif.stats.tx_frames;
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 40);
		hit(x, TAKEN);
		frames = x->rp->netif.stats.tx_frames - before;
		demand(x, O4, x->calm || frames <= 255 + 8);
	}
	demand(x, O7,
	       x->r->stack.place.drops[DROP_ip_ttl] +
			       x->v->stack.place.drops[DROP_ip_ttl] ==
		       5);
}

/* The identification of the answer to a datagram for a closed port. */
static uint16_t id_for(struct hostile *x, uint8_t vantage)
{
	const struct icmp4_hdr echo = {.type = ICMP4_ECHO};
	struct ip4_hdr h = from_to(ip4_make(10, 0, 0, vantage), IP_V);

	frame_icmp4(&x->f, x->door, &h, &echo, some_octets, 20);
	hit(x, TAKEN);
	return x->heard_count ? get16(x->heard.b + ETH_HLEN + 4) : 0;
}

/* Numbers that follow one another although their receivers differ. */
static uint32_t related_ids(struct hostile *x, uint32_t rounds)
{
	uint32_t related = 0;
	uint16_t last = 0, id;

	for (uint32_t i = 0; i < rounds; i++)
		for (uint8_t vantage = 66; vantage < 69; vantage++) {
			id = id_for(x, vantage);
			related += (uint16_t)(id - last - 1) < 64;
			last = id;
		}
	return related;
}

static void identifications(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_A, IP_V);
	const struct icmp4_hdr m = {.type = 3, .code = 4, .mtu = 576};
	/* By chance 64 of 65536 are; zero is said when fragments cannot be. */
	uint32_t most = x->n / 100 + 5;

	x->gap_ns = 100000;
	demand(x, O4, !x->calm || related_ids(x, x->n) <= most);
	for (uint8_t vantage = 66; vantage < 69; vantage++) {
		struct ip4_hdr inner =
			from_to(IP_V, ip4_make(10, 0, 0, vantage));
		uint8_t quote[28] = {0};

		inner.proto = IP_PROTO_ICMP;
		inner.total_len = 1500;
		ip4_hdr_emit(quote, &inner);
		frame_icmp4(&x->f, x->door, &h, &m, quote, sizeof(quote));
		hit(x, EITHER);
	}
	demand(x, O4, !x->calm || related_ids(x, x->n) <= most);
}

static void strict_router(struct hostile *x)
{
	at_router(x);
	ip_rpf_set(&x->r->stack, IP_RPF_STRICT);
}

static void wrong_side(struct hostile *x)
{
	struct ip4_hdr h = from_to(IP_FAR, IP_P);

	for (int i = 0; i < 100; i++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 40);
		hit(x, DROP_ip_rpf);
	}
	h = from_to(IP_P, IP_FAR);
	x->door = &x->rf->netif;
	for (int i = 0; i < 100; i++) {
		frame_udp(&x->f, x->door, &h, 4000, 9, some_octets, 40);
		hit(x, DROP_ip_rpf);
	}
}

const struct row rows_ip[] = {
	{
		.number = 24,
		.what = "header and total lengths that cannot be",
		.rule = "dropped: `ip_hlen`, `ip_len`, `ip_short`",
		.play = lying_lengths,
	},
	{
		.number = 25,
		.what = "29 octets of packet in a frame of 60",
		.rule = "the program reads one octet",
		.play = padding,
	},
	{
		.number = 26,
		.what = "two source routes of 39 octets",
		.rule = "dropped: `ip_opt`; no ICMP error carries them",
		.play = two_source_routes,
	},
	{
		.number = 27,
		.what = "options of no length, and beyond the header",
		.rule = "dropped: `ip_opt`",
		.play = endless_options,
	},
	{
		.number = 36,
		.what = "IP in IP, in fragments, its length a lie",
		.rule = "`ip_proto`; unreachable is said once a second",
		.play = tunnels,
		.n = 1000,
	},
	{
		.number = 37,
		.what = "segments from the victim to itself (LAND)",
		.rule = "dropped: `martian`",
		.play = land,
	},
	{
		.number = 38,
		.what = "sources that nobody can have",
		.rule = "dropped: `martian`; never answered",
		.play = martians,
	},
	{
		.number = 40,
		.what = "each bit of a header, flipped",
		.rule = "dropped: `ip_csum`, or what the field is for",
		.play = flipped_bits,
	},
	{
		.number = 41,
		.what = "TTL 0 and 1, at the router",
		.rule = "not forwarded: `ip_ttl`; told five times a second",
		.play = time_runs_out,
		.prepare = at_router,
		.n = 2000,
		.is_far = true,
	},
	{
		.number = 41,
		.what = "... and between two that point at each other",
		.rule = "ends after 255 hops: `ip_ttl`; the sender gets a "
			"redirect and an error, each limited",
		/* the packet itself goes back and forth */
		.is_reflected = true,
		.play = looping,
		.prepare = loop_of_two,
		.is_far = true,
	},
	{
		.number = 42,
		.what = "identifications seen from three places",
		.rule = "they do not follow one another, nor after a forged "
			"`fragmentation needed`",
		.play = identifications,
		.n = 2000,
		.full = 10000,
	},
	{
		.number = 43,
		.what = "sources of the other side, at a strict router",
		.rule = "dropped: `ip_rpf`",
		.play = wrong_side,
		.prepare = strict_router,
		.is_far = true,
	},
	{0},
};
