// SPDX-License-Identifier: MIT
/*
 * rows_ip6.c - IPv6, its extension headers and its neighbour discovery
 */

#include <string.h>

#include "wire/csum.h"
#include "wire/nd.h"
#include "wire/proto.h"

#include "hostile.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/nd.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

static const uint8_t zeroes[70000];

static void lying_lengths(struct hostile *x)
{
	static const uint16_t claims[] = {0, 101, 1000, 65535};
	struct ip6_hdr h = to_victim6();

	h.next = IP_PROTO_UDP;
	for (size_t i = 0; i < IP6_HLEN; i++) {
		frame_ip6(&x->f, x->door, &h, zeroes, 100);
		x->f.len = ETH_HLEN + i;
		hit(x, DROP_ip6_len);
	}
	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		frame_ip6(&x->f, x->door, &h, zeroes, 100);
		put16(x->f.b + ETH_HLEN + 4, claims[i]);
		hit(x, DROP_ip6_len);
	}
	x->f.b[ETH_HLEN] = 0x45;
	hit(x, DROP_ip6_version);
}

/* A packet that begins with the header @first, and goes on with @chain. */
static void make_chain(struct hostile *x, uint8_t first, const uint8_t *chain,
		       size_t len)
{
	struct ip6_hdr h = to_victim6();

	h.next = first;
	frame_ip6(&x->f, x->door, &h, chain, len);
}

static void endless_chains(struct hostile *x)
{
	uint8_t chain[1400] = {0};
	size_t i;

	for (i = 0; i < sizeof(chain); i += 8) {
		chain[i] = IP_PROTO_DSTOPTS;
		chain[i + 2] = IP6_OPT_PADN;
		chain[i + 3] = 4;
	}
	for (i = 72; i < sizeof(chain); i += 8) {
		make_chain(x, IP_PROTO_DSTOPTS, chain, i);
		hit(x, DROP_ip6_ext);
	}
	for (i = 0; i < 256; i++) { /* lengths behind the packet's end */
		uint8_t hop[8] = {IP_PROTO_UDP, (uint8_t)i, IP6_OPT_PADN, 4};

		make_chain(x, IP_PROTO_HOPOPTS, hop, i ? 8 : 7);
		hit(x, DROP_ip6_ext);
	}
	for (i = 0; i < 256; i++) { /* an option behind its header's end */
		uint8_t bad[8] = {IP_PROTO_UDP, 0, IP6_OPT_PADN, (uint8_t)i};

		if (i < 5)
			continue;
		make_chain(x, IP_PROTO_DSTOPTS, bad, 8);
		hit(x, DROP_ip6_ext);
	}
}

static void piece(struct hostile *x, const struct ip6_frag *fh, size_t len)
{
	static uint8_t buf[2000];
	struct ip6_hdr h = to_victim6();

	ip6_frag_emit(buf, fh);
	memcpy(buf + IP6_FRAG_HLEN, some_octets, len);
	h.next = IP_PROTO_FRAGMENT;
	frame_ip6(&x->f, x->door, &h, buf, IP6_FRAG_HLEN + len);
}

static void overlaps(struct hostile *x)
{
	struct ip6_frag fh = {.next = IP_PROTO_UDP, .has_more = true};

	for (fh.id = 1; fh.id <= 50; fh.id++) {
		fh.off = 0;
		fh.has_more = true;
		piece(x, &fh, 400);
		hit(x, TAKEN);
		fh.off = 392;
		piece(x, &fh, 400);
		hit(x, EITHER);
		fh.off = 792;
		fh.has_more = false;
		piece(x, &fh, 100);
		hit(x, DROP_frag_overlap);
		demand(x, O4, x->heard_count == 0);
	}
	demand(x, O7, dropped(x, DROP_frag_overlap) == 150);
}

/* 22 KB of options in pieces; in the whole, behind the last, a fragment header
 * again. */
static void nested(struct hostile *x)
{
	enum { OPTS = 2048, ALL = 11 * OPTS };
	static uint8_t whole[ALL];
	static uint8_t buf[2000];
	struct ip6_hdr h = to_victim6();
	uint64_t before;

	for (size_t i = 0; i < ALL; i += OPTS) {
		whole[i] = IP_PROTO_DSTOPTS;
		whole[i + 1] = OPTS / 8 - 1;
	}
	whole[ALL - OPTS] = IP_PROTO_FRAGMENT;
	h.next = IP_PROTO_FRAGMENT;
	for (uint32_t id = 1; id <= 20; id++) {
		before = x->drop_count;
		for (uint32_t off = 0; off < ALL; off += 1024) {
			struct ip6_frag fh = {.next = IP_PROTO_DSTOPTS,
					      .off = (uint16_t)off,
					      .has_more = off + 1024 < ALL,
					      .id = id};

			ip6_frag_emit(buf, &fh);
			memcpy(buf + IP6_FRAG_HLEN, whole + off, 1024);
			frame_ip6(&x->f, x->door, &h, buf, 1032);
			hit(x, EITHER);
		}
		demand(x, O7, x->drop_count > before);
	}
	for (uint32_t id = 1; id <= 20; id++) { /* one inside of another */
		struct ip6_frag fh = {.next = IP_PROTO_FRAGMENT, .id = id};

		ip6_frag_emit(buf, &fh);
		fh.has_more = true;
		ip6_frag_emit(buf + 8, &fh);
		frame_ip6(&x->f, x->door, &h, buf, 64);
		hit(x, DROP_ip6_nested);
	}
}

static void short_echoes(struct hostile *x)
{
	const struct icmp6_hdr echo = {.type = ICMP6_ECHO, .id = 1, .seq = 1};
	struct ip6_hdr h = to_victim6();

	for (size_t len = 1; len < ICMP6_HLEN; len++)
		for (int reply = 0; reply < 2; reply++) {
			frame_icmp6(&x->f, x->door, &h, &echo, NULL, 0);
			x->f.b[ETH_HLEN + IP6_HLEN] += (uint8_t)reply;
			put16(x->f.b + ETH_HLEN + 4, (uint16_t)len);
			x->f.len = ETH_HLEN + IP6_HLEN + len;
			hit(x, DROP_icmp_short);
		}
	for (size_t len = 0; len < 100; len++) {
		frame_icmp6(&x->f, x->door, &h, &echo, some_octets, len);
		hit(x, TAKEN);
		demand(x, O4, x->heard_count == 1);
		demand(x, O5, x->heard.len == max_size(60, x->f.len));
	}
}

/* About a datagram of V's own to F, from that port. */
static void make_too_big(struct hostile *x, const char *src, uint16_t sport,
			 uint32_t mtu)
{
	struct ip6_hdr h = from_to6(src, "2001:db8:1::3");
	const struct icmp6_hdr m = {.type = ICMP6_TOO_BIG, .mtu = mtu};
	uint8_t quote[IP6_HLEN + 8];

	frame_udp6(&x->f, x->door, &h, sport, 53, NULL, 0);
	memcpy(quote, x->f.b + ETH_HLEN, sizeof(quote));
	h = to_victim6();
	frame_icmp6(&x->f, x->door, &h, &m, quote, sizeof(quote));
}

static void tiny_mtus(struct hostile *x)
{
	static const uint32_t tiny[] = {0, 1, 68, 1279};
	struct stack *s = &x->v->stack;
	struct endpoint at = ep("[::]:5353");
	struct ip_addr far = i6("2001:db8:1::3");
	int fd = sk_socket(s, SK_AF_INET6, SK_SOCK_DGRAM, 0);

	demand(x, O1, fd >= 0 && sk_bind(s, fd, &at) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(tiny); i++) {
		make_too_big(x, "2001:db8::2", 5353, tiny[i]);
		hit(x, DROP_icmp_mtu);
	}
	for (uint16_t port = 5000; port < 5100; port++) {
		make_too_big(x, "2001:db8::2", port, 1300); /* not sent */
		hit(x, DROP_icmp_stale);
		make_too_big(x, "2001:db8::3", 5353, 1300); /* not by us */
		hit(x, DROP_icmp_stale);
	}
	demand(x, O6, ip_mtu_for(s, far) == 1500);
	make_too_big(x, "2001:db8::2", 5353, 1280);
	hit(x, TAKEN);
	demand(x, O6, ip_mtu_for(s, far) == 1280);
	make_too_big(x, "2001:db8::2", 5353, 9000);
	hit(x, EITHER);
	demand(x, O6, ip_mtu_for(s, far) == 1280);
	(void)sk_close(s, fd);
}

/* A router advertisement of the attacker's, with one raw option. */
static void make_ra(struct hostile *x, const void *opt, size_t len,
		    uint8_t hops)
{
	const struct nd_msg ra = {.type = ND_ROUTER_ADVERT, .lifetime_s = 60};
	struct ip6_hdr h = from_to6("fe80::66", "ff02::1");
	uint8_t buf[200];
	struct wcursor w = wcur_init(buf, sizeof(buf));
	uint32_t sum;

	nd_emit(&w, &ra);
	wcur_bytes(&w, opt, len);
	len = wcur_len(&w);
	sum = csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6, (uint32_t)len);
	put16(buf + 2, csum_fold(csum_add(sum, buf, len)));
	h.next = IP_PROTO_ICMP6;
	h.hops = hops;
	frame_ip6(&x->f, x->door, &h, buf, len);
}

static void count_router(void *arg, const struct nd_router_view *v)
{
	*(unsigned int *)arg += v->is_default;
}

static void lying_routers(struct hostile *x)
{
	uint8_t opt[32] = {0};
	unsigned int routers = 0;

	for (int type = 1; type < 256; type++) {
		opt[0] = (uint8_t)type;
		opt[1] = 0; /* no octets */
		make_ra(x, opt, 32, 255);
		hit(x, DROP_nd_bad);
		opt[1] = 255; /* behind the end */
		make_ra(x, opt, 32, 255);
		hit(x, DROP_nd_bad);
	}
	memcpy(opt, "\x19\x02", 2); /* RDNSS of an even length */
	make_ra(x, opt, 16, 255);
	hit(x, DROP_nd_bad);
	memcpy(opt, "\x03\x01", 2); /* a prefix in eight octets */
	make_ra(x, opt, 8, 255);
	hit(x, DROP_nd_bad);
	for (int hops = 1; hops < 255; hops++) {
		make_ra(x, opt, 0, (uint8_t)hops);
		hit(x, DROP_nd_hops);
	}
	nd_router_for_each(&x->v->stack, count_router, &routers);
	demand(x, O6, routers == 0);
}

static void at_router(struct hostile *x)
{
	x->door = &x->rp->netif;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	*(unsigned int *)arg += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/*
 * R is asked for every address of a network, 50,000 a second.  F, who has been
 * forgotten, is asked for by P in the middle of it, and must be found within
 * two seconds; and F's entry then survives.
 */
static void scan(struct hostile *x)
{
	struct ip6_hdr h = from_to6("2001:db8::66", "2001:db8:1::");
	struct stack *r = &x->r->stack;
	unsigned int answered = 0, asked = 0;
	struct icmp_echo *e = icmp_echo_open(&x->p->stack, on_echo, &answered);
	uint64_t asked_ns = 0, bytes = 0;

	x->gap_ns = 20000;
	h.next = IP_PROTO_NONE;
	for (uint32_t i = 0; i < x->n; i++) {
		put32(h.dst.o + 8, i * 2654435761u + 1);
		put32(h.dst.o + 12, i);
		frame_ip6(&x->f, x->door, &h, zeroes, 8);
		hit(x, EITHER);
		if (i == x->n / 2) {
			nd_flush(r, &x->rf->netif);
			pause_ms(x, 1);
			bytes = x->mem.peak_bytes;
		}
		if (i < x->n / 2 || i % 12500)
			continue;
		if (!asked)
			asked_ns = world_now(x->w);
		(void)icmp_echo_send(e, ep("[2001:db8:1::3]:1").addr,
				     (uint16_t)++asked, 56, 0);
		demand(x, O6,
		       answered || world_now(x->w) - asked_ns < 2 * NS_PER_S);
	}
	demand(x, O3, nd_count(r) <= ND_ENTRIES_MAX);
	demand(x, O3, x->mem.peak_bytes < bytes + 1000000);
	pause_ms(x, 3000);
	icmp_echo_close(e);
	demand(x, O6, answered + 4 >= asked && (!asked || answered));
}

static void illegal_sources(struct hostile *x)
{
	static const char *const sources[] = {
		"::ffff:127.0.0.1", "ff02::1",	      "::1", "::",
		"2001:db8::2",	    "::ffff:10.0.0.3"};
	struct ip6_hdr h;

	for (int i = 0; i < 20; i++)
		for (size_t k = 0; k < ARRAY_SIZE(sources); k++) {
			h = from_to6(sources[k], "2001:db8::2");
			h.next = IP_PROTO_TCP;
			frame_ip6(&x->f, x->door, &h, some_octets, 20);
			hit(x, DROP_martian);
			frame_udp6(&x->f, x->door, &h, 53, 53, "x", 1);
			hit(x, DROP_martian);
			demand(x, O4, x->heard_count == 0);
		}
}

const struct row rows_ip6[] = {
	{
		.number = 55,
		.what = "IPv6 lengths that cannot be",
		.rule = "dropped: `ip6_len`",
		.play = lying_lengths,
	},
	{
		.number = 56,
		.what = "extension headers without end",
		.rule = "eight are read, of 512 octets: `ip6_ext`",
		.play = endless_chains,
	},
	{
		.number = 59,
		.what = "IPv6 fragments that overlap",
		.rule = "the datagram is dropped, and what follows: "
			"`frag_overlap`",
		.play = overlaps,
	},
	{
		.number = 61,
		.what = "22 KB of options and a fragment header, in fragments",
		.rule = "dropped: `ip6_first`, `ip6_nested`",
		.play = nested,
	},
	{
		.number = 63,
		.what = "ICMPv6 echoes of 1 to 7 octets, and longer",
		.rule = "dropped: `icmp_short`; answered with as many octets",
		.play = short_echoes,
	},
	{
		.number = 64,
		.what = "packet too big, with an absurd MTU or about nothing",
		.rule = "dropped: `icmp_mtu`, `icmp_stale`; never below 1280",
		.play = tiny_mtus,
		/* The table of path MTUs, the options of a first socket. */
		.keeps = 2,
		.typical = 4000, /* two packets of IPv6, one in the other */
	},
	{
		.number = 65,
		.what = "router advertisements with lying options",
		.rule = "dropped whole: `nd_bad`, `nd_hops`",
		.play = lying_routers,
	},
	{
		.number = 67,
		.what = "a router asked for a million addresses of a /64",
		.rule = "questions have a quarter of the cache; who is there "
			"is found, and stays: `nd_queue`, `nd_failed`",
		.play = scan,
		.prepare = at_router,
		.n = 1000000,
		.grows = true,
		.is_far = true,
	},
	{
		.number = 71,
		.what = "IPv6 sources that nobody can have",
		.rule = "dropped: `martian`",
		.play = illegal_sources,
	},
	{0},
};
