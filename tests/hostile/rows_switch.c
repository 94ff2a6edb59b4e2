// SPDX-License-Identifier: MIT
/*
 * rows_switch.c - an attacker at a port of the switch
 *
 * The door is his port of the switch.  What the switch floods on his behalf
 * goes over the same cables as the streams of the innocents.
 */

#include "base/rng.h"

#include "catch_box.h"
#include "hostile.h"

static struct rng rng; /* of the attacker; begins anew in each row */

static void at_switch(struct hostile *x)
{
	x->door = &x->at_a->netif;
	rng_init(&rng, x->seed + 10, "attacker");
}

static mac_addr random_mac(void)
{
	mac_addr mac;

	rng_fill(&rng, mac.o, sizeof(mac.o));
	mac.o[0] &= 0xfe;
	return mac;
}

static void make(struct hostile *x, mac_addr dst, mac_addr src)
{
	/* IEEE: local experiments */
	frame_ether(&x->f, dst, src, 0x88b5, some_octets, 46);
}

static void many_addresses(struct hostile *x)
{
	size_t bytes = 0;

	x->gap_ns = 10000; /* 100,000 frames a second */
	for (uint32_t i = 0; i < x->n; i++) {
		make(x, random_mac(), random_mac());
		hit(x, EITHER);
		if (i == x->n / 2)
			bytes = x->mem.peak_bytes;
	}
	demand(x, O3, switch_count(x->sw) <= switch_cfg_default.port_max + 8);
	demand(x, O3, x->mem.peak_bytes < bytes + 100000);
	demand(x, O6, switch_stats(x->sw)->moved == 0);
	demand(x, O7, x->n < 10000 || dropped(x, DROP_sw_storm) > 0);
}

static void thief(struct hostile *x)
{
	x->gap_ns = 100000; /* 10,000 a second */
	for (uint32_t i = 0; i < x->n; i++) {
		make(x, x->pp->netif.mac, x->vp->netif.mac);
		hit(x, EITHER);
	}
	demand(x, O6,
	       switch_stats(x->sw)->moved <= switch_cfg_default.moves_per_s);
	demand(x, O7, switch_stats(x->sw)->move_alarms > 0);
}

static void sticky(struct hostile *x)
{
	struct switch_cfg cfg = switch_cfg_default;

	at_switch(x);
	cfg.is_sticky = true;
	switch_set_cfg(x->sw, &cfg);
}

static void thief_of_sticky(struct hostile *x)
{
	thief(x);
	demand(x, O6, switch_stats(x->sw)->moved == 0);
}

static void groups(struct hostile *x)
{
	static const mac_addr group = {{1, 0, 0x5e, 0, 0, 1}};
	size_t known = switch_count(x->sw);

	for (uint32_t i = 0; i < x->n; i++) {
		make(x, x->vp->netif.mac, i & 1 ? group : MAC_BROADCAST);
		hit(x, DROP_mac_src_group);
	}
	demand(x, O3, switch_count(x->sw) <= known + 1);
}

/* Two more switches, and a ring of three. */
static struct vswitch *add_ring(struct hostile *x)
{
	struct vswitch *b = world_add_switch(x->w, "sw2");
	struct vswitch *c = world_add_switch(x->w, "sw3");

	world_link(x->w, switch_add_port(x->sw), switch_add_port(b), NULL);
	world_link(x->w, switch_add_port(b), switch_add_port(c), NULL);
	world_link(x->w, switch_add_port(c), switch_add_port(x->sw), NULL);
	at_switch(x);
	return b;
}

static void protected_ring(struct hostile *x)
{
	add_ring(x);
	(void)world_open_loops(x->w);
}

static void one_broadcast(struct hostile *x)
{
	uint64_t v = x->v->stack.place.drops[DROP_l2_proto];
	uint64_t p = x->p->stack.place.drops[DROP_l2_proto];

	make(x, MAC_BROADCAST, test_mac(9));
	hit(x, TAKEN);
	pause_ms(x, 1000);
	demand(x, O6, x->v->stack.place.drops[DROP_l2_proto] == v + 1);
	demand(x, O6, x->p->stack.place.drops[DROP_l2_proto] == p + 1);
}

const struct row rows_switch[] = {
	{
		.number = 10,
		.what = "frames from and to a million random addresses",
		.rule = "the port's own oldest address makes room for the "
			"next; it may flood so many a second: `sw_storm`",
		.play = many_addresses,
		.prepare = at_switch,
		.n = 1000000,
		.grows = true,
		.typical = 9000,
	},
	{
		.number = 11,
		.what = "frames from the victim's address, 10,000 a second",
		.rule = "an address moves 5 times a second at most; "
			"`move_alarms` counts the rest",
		.play = thief,
		.prepare = at_switch,
		.n = 20000,
	},
	{
		.number = 11,
		.what = "... at a switch whose addresses do not move",
		.rule = "none moves",
		.play = thief_of_sticky,
		.prepare = sticky,
		.n = 20000,
	},
	{
		.number = 12,
		.what = "group addresses as sources",
		.rule = "dropped: `mac_src_group`; never learned",
		.play = groups,
		.prepare = at_switch,
		.n = 10000,
	},
	{
		.number = 13,
		.what = "a broadcast in a ring of three switches",
		.rule = "everybody gets it once",
		.play = one_broadcast,
		.prepare = protected_ring,
		.typical = 20000,
	},
	{0},
};
