// SPDX-License-Identifier: MIT
/*
 * rows_arp.c - lies about who has which address
 */

#include <errno.h>

#include "hostile.h"
#include "link/arp.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

static void say(struct hostile *x, uint16_t op, ip4_addr spa, mac_addr sha)
{
	const struct arp_hdr h = {
		.op = op,
		.sha = sha,
		.spa = spa,
		.tha = op == ARP_REPLY ? x->door->mac : (mac_addr){{0}},
		.tpa = IP_V,
	};

	frame_arp(&x->f, op == ARP_REPLY ? x->door->mac : MAC_BROADCAST, sha,
		  &h);
}

static mac_addr nth_mac(uint32_t i)
{
	return (mac_addr){{2, 0xbb, (uint8_t)(i >> 24), (uint8_t)(i >> 16),
			   (uint8_t)(i >> 8), (uint8_t)i}};
}

struct search {
	ip4_addr addr;
	struct arp_view found;
	bool is_there;
};

static void on_entry(void *arg, const struct arp_view *v)
{
	struct search *s = arg;

	if (v->addr.v != s->addr.v)
		return;
	s->found = *v;
	s->is_there = true;
}

/* Is the neighbour known to the victim, by that MAC address? */
static bool knows(struct hostile *x, ip4_addr addr, mac_addr mac)
{
	struct search s = {.addr = addr};

	arp_for_each(&x->v->stack, on_entry, &s);
	return s.is_there && mac_eq(s.found.mac, mac);
}

static void lying_lengths(struct hostile *x)
{
	size_t len;

	for (int lengths = 1; lengths < 0x10000; lengths += 251) {
		say(x, ARP_REQUEST, IP_A, test_mac(9));
		if (lengths == 0x0604)
			continue;
		put16(x->f.b + ETH_HLEN + 4, (uint16_t)lengths);
		hit(x, DROP_arp_bad);
	}
	say(x, ARP_REQUEST, IP_A, test_mac(9));
	put16(x->f.b + ETH_HLEN + 4, 0xffff);
	hit(x, DROP_arp_bad);
	for (len = 0; len < ARP_LEN; len++) {
		say(x, ARP_REQUEST, IP_A, test_mac(9));
		x->f.len = ETH_HLEN + len;
		hit(x, DROP_arp_bad);
	}
}

/* P, and R, are known and alive; the attacker claims to be both. */
static void spoofing(struct hostile *x)
{
	mac_addr p = x->pp->netif.mac;

	pause_ms(x, 100);
	for (uint32_t i = 0; i < x->n; i++) {
		say(x, ARP_REPLY, IP_P, test_mac(9));
		hit(x, knows(x, IP_P, p) ? DROP_arp_conflict : EITHER);
		say(x, ARP_REPLY, ip4_make(10, 0, 0, 77), test_mac(9));
		hit(x, DROP_arp_unasked);
	}
	demand(x, O6, !x->calm || knows(x, IP_P, p));
	demand(x, O3, !knows(x, ip4_make(10, 0, 0, 77), test_mac(9)));
}

static void flood_of_senders(struct hostile *x)
{
	mac_addr p = x->pp->netif.mac;

	x->gap_ns = 10000;
	for (uint32_t i = 0; i < x->n; i++) {
		say(x, ARP_REQUEST, (ip4_addr){0x0b000000 + i}, nth_mac(i));
		hit(x, TAKEN);
		if (i % 4096 == 0)
			demand(x, O6, !x->calm || knows(x, IP_P, p));
	}
	demand(x, O3, arp_count(&x->v->stack) <= ARP_ENTRIES_MAX);
	demand(x, O6, !x->calm || knows(x, IP_P, p));
}

static void wide_net(struct hostile *x)
{
	struct ip4_net wide;

	(void)ip4_net_parse(&wide, "172.16.0.2/16");
	(void)ip_addr_add(&x->v->stack, &x->vp->netif, wide);
}

/* A program of V's sends 64 KB to each of 65,534 addresses of its own net that
 * nobody has.  The frames are V's own, so there is none to play. */
static void dead_neighbours(struct hostile *x)
{
	const struct endpoint dead = ep("172.16.255.1:9");
	struct stack *s = &x->v->stack;
	int fd = sk_socket(s, SK_AF_INET, SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
	size_t peak = 0;
	uint64_t told = 0;

	for (uint32_t i = 0; i < x->n; i++) {
		struct endpoint to = {
			.addr = ip_addr_v4((ip4_addr){0xac100003 + i}),
			.port = 9,
		};

		for (int k = 0; k < 45; k++)
			(void)sk_sendto(s, fd, some_octets, 1456, 0, &to);
		if (i == x->n / 4)
			peak = x->mem.peak_bytes;
		if (i % 64 == 0)
			pause_ms(x, 5);
	}
	demand(x, O3, x->mem.peak_bytes < peak + 100000);
	demand(x, O3, arp_count(s) <= ARP_ENTRIES_MAX);
	told = s->place.drops[DROP_arp_queue] + s->place.drops[DROP_arp_failed];
	demand(x, O7, told > 0);
	(void)sk_close(s, fd);
	fd = sk_socket(s, SK_AF_INET, SK_SOCK_STREAM, 0);
	demand(x, O7, sk_connect(s, fd, &dead) == -EHOSTUNREACH);
	(void)sk_close(s, fd);
}

static void bad_senders(struct hostile *x)
{
	static const uint32_t bad[] = {0xe0000001, 0xffffffff, 0x7f000001,
				       0xf0000001};
	size_t known = arp_count(&x->v->stack);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		say(x, ARP_REQUEST, (ip4_addr){bad[i]}, test_mac(9));
		hit(x, DROP_arp_sender);
		say(x, ARP_REPLY, (ip4_addr){bad[i]}, test_mac(9));
		hit(x, DROP_arp_sender);
	}
	say(x, ARP_REQUEST, IP4_ANY, test_mac(9)); /* a probe: is answered */
	hit(x, TAKEN);
	say(x, ARP_REPLY, IP4_ANY, test_mac(9));
	hit(x, EITHER);
	say(x, ARP_REQUEST, IP_V, test_mac(9)); /* our own: is defended */
	hit(x, DROP_arp_conflict);
	say(x, ARP_REQUEST, IP_A, test_mac(9));
	x->f.b[ETH_HLEN + 8] |= 1; /* a group as the sender's MAC */
	hit(x, DROP_arp_sender);
	demand(x, O3, arp_count(&x->v->stack) <= known + 1);
}

const struct row rows_arp[] = {
	{
		.number = 17,
		.what = "ARP with lengths that cannot be, and cut off",
		.rule = "dropped: `arp_bad`",
		.play = lying_lengths,
	},
	{
		.number = 18,
		.what = "ARP answers in the name of others",
		.rule = "`arp_unasked`; about a neighbour that is there: "
			"`arp_conflict`, and he is asked himself",
		.play = spoofing,
		.n = 1000,
	},
	{
		.number = 19,
		.what = "ARP requests from 100,000 senders",
		.rule = "each is answered; the cache has its cap, and who was "
			"used in the last 30 s stays",
		.play = flood_of_senders,
		.n = 100000,
		.grows = true,
	},
	{
		.number = 20,
		.what = "64 KB to each of 65,534 neighbours that are dead",
		.rule = "3 packets wait for each, 1024 in all: `arp_queue`, "
			"`arp_failed`; EHOSTUNREACH",
		.play = dead_neighbours,
		.prepare = wide_net,
		.n = 65534,
	},
	{
		.number = 23,
		.what = "senders that cannot be",
		.rule = "never learned: `arp_sender`, `arp_conflict`",
		.play = bad_senders,
	},
	{0},
};
