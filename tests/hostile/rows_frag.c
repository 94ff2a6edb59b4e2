// SPDX-License-Identifier: MIT
/*
 * rows_frag.c - pieces of datagrams that cannot be put together
 */

#include "base/rng.h"

#include "wire/proto.h"

#include "hostile.h"
#include "ip/icmp.h"
#include "pair.h"

static void piece(struct hostile *x, uint16_t id, uint32_t off, size_t len,
		  bool has_more)
{
	struct ip4_hdr h = to_victim();

	h.proto = IP_PROTO_UDP;
	h.id = id;
	h.frag_off = (uint16_t)off;
	h.flags = has_more ? IP4_MF : 0;
	frame_ip4(&x->f, x->door, &h, some_octets, len);
}

/* Datagrams are a few; each of them is played again and again. */
static const uint16_t TIMES = 50;

static void ping_of_death(struct hostile *x)
{
	for (uint16_t id = 1; id <= TIMES; id++) {
		piece(x, id, 0, 1480, true);
		hit(x, TAKEN);
		piece(x, id, 65528, 1480, false);
		hit(x, EITHER); /* and the first, which is thrown away too */
	}
	demand(x, O7, dropped(x, DROP_frag_size) == 2 * TIMES);
}

static void teardrop(struct hostile *x)
{
	for (uint16_t id = 1; id <= TIMES; id++) {
		piece(x, id, 0, 40, true);
		hit(x, TAKEN);
		piece(x, id, 24, 4, false);
		hit(x, EITHER);
	}
	demand(x, O7,
	       dropped(x, DROP_frag_overlap) + dropped(x, DROP_frag_last) ==
		       2 * TIMES);
}

static void two_versions(struct hostile *x)
{
	for (uint16_t id = 1; id <= TIMES; id++) {
		piece(x, id, 0, 40, true);
		hit(x, TAKEN);
		piece(x, id, 0, 40, true);
		x->f.b[x->f.len - 1] ^= 1;
		hit(x, EITHER);
		piece(x, id, 40, 40, false);
		hit(x, DROP_frag_overlap); /* nothing brings it back */
	}
	demand(x, O7, dropped(x, DROP_frag_overlap) == 3 * TIMES);
}

static void two_ends(struct hostile *x)
{
	for (uint16_t id = 1; id <= TIMES; id++) {
		piece(x, id, 1480, 8, false);
		hit(x, TAKEN);
		piece(x, id, 2960, 8, false);
		hit(x, EITHER);
	}
	demand(x, O7, dropped(x, DROP_frag_last) == 2 * TIMES);
}

static void reverse_order(struct hostile *x)
{
	x->gap_ns = 100000;
	for (uint16_t id = 1; id <= 2; id++)
		for (uint32_t i = x->n - (id - 1U) * 11; i > 0; i--) {
			piece(x, id, 8 * (i - 1), 8, true);
			hit(x, EITHER);
		}
	demand(x, O7, dropped(x, DROP_frag_many) > 0);
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	*(unsigned int *)arg += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/* P pings with 3,000 octets, which are three fragments each way. */
static void smack(struct hostile *x)
{
	unsigned int asked = 0, answered = 0;
	struct icmp_echo *e = icmp_echo_open(&x->p->stack, on_echo, &answered);
	struct rng rng;
	size_t peak = 0;

	rng_init(&rng, x->seed + 32, "smack");
	x->gap_ns = NS_PER_S / 30000;
	for (uint32_t i = 0; i < x->n; i++) {
		struct ip4_hdr h = to_victim();

		if (i % 1024 == 512)
			(void)icmp_echo_send(e, ep("10.0.0.2:1").addr,
					     (uint16_t)++asked, 3000, 0);
		h.src.v =
			i & 1 ? 0xc0000000 | rng_below(&rng, 1 << 24) : IP_A.v;
		h.id = (uint16_t)rng_below(&rng, 65536);
		h.proto = IP_PROTO_UDP;
		h.flags = IP4_MF;
		frame_ip4(&x->f, x->door, &h, some_octets, 1480);
		hit(x, EITHER);
		if (i == x->n / 2)
			peak = x->mem.peak_bytes;
	}
	demand(x, O3, x->mem.peak_bytes < peak + 500000);
	pause_ms(x, 1000);
	icmp_echo_close(e);
	demand(x, O6, answered * 100 >= asked * 99);
}

const struct row rows_frag[] = {
	{
		.number = 29,
		.what = "a fragment that ends behind 65,535",
		.rule = "the datagram is dropped: `frag_size`",
		.play = ping_of_death,
	},
	{
		.number = 30,
		.what = "a fragment inside another (teardrop)",
		.rule = "the datagram is dropped: `frag_last`, "
			"`frag_overlap`",
		.play = teardrop,
	},
	{
		.number = 31,
		.what = "the same range twice, with other octets",
		.rule = "the datagram is dropped, and what follows: "
			"`frag_overlap`",
		.play = two_versions,
	},
	{
		.number = 32,
		.what = "first fragments, 30,000 a second",
		.rule = "memory and each source's share have a cap: "
			"`frag_memory`; others' fragments arrive",
		.play = smack,
		.n = 30000,
		.full = 1800000,
		.grows = true,
	},
	{
		.number = 33,
		.what = "8,191 fragments of 8 octets, the last first",
		.rule = "the datagram is dropped: `frag_size`; one that would "
			"fit: `frag_many`",
		.play = reverse_order,
		.n = 8191,
		.grows = true,
	},
	{
		.number = 34,
		.what = "two last fragments",
		.rule = "the datagram is dropped: `frag_last`",
		.play = two_ends,
	},
	{0},
};
