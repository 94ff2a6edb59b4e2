// SPDX-License-Identifier: MIT
/*
 * switch_plain_test.c - a switch's short way gives what its long way gives
 *
 * Two worlds live through the same random frames and changes.  In one of them
 * somebody listens to events, so that its switch takes every step of every
 * frame.  What arrives at the hosts, the counters and the table must be equal
 * after each step.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/crc32.h"
#include "base/rng.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "catch_box.h"
#include "vnet/vnet.h"

enum { HOSTS = 5, ADDRESSES = 12, SEEDS = 40, STEPS = 400, STEP_DRAWS = 128 };

/* One of the two, and what was seen in it during a step. */
struct twin {
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	struct port *port[HOSTS]; /* the switch's */
	struct port *host[HOSTS];
	uint64_t events;
	char text[65536];
	size_t at;
};

static struct twin twins[2];
static uint32_t draws[STEP_DRAWS];
static int drawn;

static uint32_t draw(uint32_t below)
{
	assert_true(drawn < STEP_DRAWS);
	return draws[drawn++] % below;
}

__attribute__((format(printf, 2, 3))) static void note(struct twin *t,
						       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->at += (size_t)vsnprintf(t->text + t->at, sizeof(t->text) - t->at,
				   format, args);
	va_end(args);
	assert_true(t->at < sizeof(t->text));
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct twin *t = arg;

	(void)ev;
	t->events++;
	return 0;
}

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	uint8_t octets[128];

	assert_true(pkt->len <= sizeof(octets));
	pkt_copy_out(pkt, 0, octets, pkt->len);
	note(arg, "%s %u: %08x fcs %d\n", port->node->name, pkt->len,
	     crc32_update(0, octets, pkt->len), pkt->has_fcs);
	pkt_free(pkt);
}

static void begin(struct twin *t, bool is_told)
{
	static const char *const names[HOSTS] = {"h0", "h1", "h2", "h3", "h4"};
	size_t i;

	memset(t, 0, sizeof(*t));
	mem_init_libc(&t->mem);
	t->w = world_new(&t->mem, 1);
	assert_non_null(t->w);
	if (is_told) {
		world_env(t->w)->probe = on_event;
		world_env(t->w)->probe_arg = t;
	}
	t->sw = world_add_switch(t->w, "sw");
	assert_non_null(t->sw);
	for (i = 0; i < HOSTS; i++) {
		t->host[i] = box_add_port(
			world_add_box(t->w, names[i], on_frame, t), NULL);
		t->port[i] = switch_add_port(t->sw);
		assert_non_null(world_link(t->w, t->host[i], t->port[i], NULL));
	}
}

static void end(struct twin *t)
{
	assert_int_equal(world_free(t->w), 0);
	assert_int_equal(t->mem.in_use_count, 0);
}

/*
 * Steps.
 */

/* Mostly at home at a port of its own. */
static void send_one(struct twin *t, uint32_t src, uint32_t dst)
{
	uint32_t from = draw(10) ? src % HOSTS : draw(HOSTS);
	mac_addr to = mac_of((uint8_t)dst);

	if (!draw(12))
		to = MAC_BROADCAST;
	else if (!draw(20))
		to = (mac_addr){{1, 0x80, 0xc2, 0, 0, (uint8_t)draw(18)}};
	else if (!draw(20))
		to.o[0] |= 1;
	frame_send(t->host[from], to, mac_of((uint8_t)src), draw(1000),
		   60 + draw(40));
}

static void do_send(struct twin *t)
{
	uint32_t left = 1 + draw(5), src = draw(ADDRESSES),
		 dst = draw(ADDRESSES);

	while (left--) {
		send_one(t, src, dst);
		if (draw(2))
			send_one(t, dst, src);
	}
}

static void do_setting(struct twin *t)
{
	struct switch_cfg cfg = switch_cfg_default;
	struct port *port = t->port[draw(HOSTS)];

	switch (draw(6)) {
	case 0:
		cfg.age_ns = (draw(2) ? 20 : 300) * NS_PER_S;
		cfg.port_max = draw(3) ? 2048 : 2;
		cfg.table_max = draw(3) ? 8192 : 6;
		cfg.moves_per_s = draw(3);
		cfg.is_sticky = !draw(5);
		switch_set_cfg(t->sw, &cfg);
		break;
	case 1:
		if (!draw(4) && port != t->port[0])
			switch_mirror(port, t->port[0],
				      draw(2) ? MIRROR_IN : MIRROR_OUT);
		break;
	case 2:
		switch_block_port(port, !draw(3));
		break;
	case 3:
		port->netif.is_up = draw(4);
		break;
	default:
		switch_flush(t->sw);
		break;
	}
}

static void step(struct twin *t)
{
	static const uint32_t spans_ms[] = {1, 10, 400, 1000, 3000, 61000};
	uint32_t kind = draw(100);
	uint64_t ms = draw(3) ? 1 : spans_ms[draw(ARRAY_SIZE(spans_ms))];

	if (kind < 94)
		do_send(t);
	else
		do_setting(t);
	world_run_until(t->w, world_now(t->w) + ms * NS_PER_MS);
}

/*
 * What can be seen.
 */

static void note_entry(void *arg, const struct switch_entry *e)
{
	note(arg, "%02x at %s seen %llu until %llu\n", e->mac.o[5],
	     e->port->netif.name, (unsigned long long)e->seen_ns,
	     (unsigned long long)e->expires_ns);
}

static void note_netif(struct twin *t, const struct netif *n)
{
	note(t, "%s tx %llu %llu rx %llu %llu\n", n->name,
	     (unsigned long long)n->stats.tx_frames,
	     (unsigned long long)n->stats.tx_octets,
	     (unsigned long long)n->stats.rx_frames,
	     (unsigned long long)n->stats.rx_octets);
}

static void note_all(struct twin *t, bool is_asking)
{
	const struct switch_stats *st = switch_stats(t->sw);
	const struct place *place = switch_node(t->sw)->place;
	int i;

	for (i = 0; i < HOSTS; i++)
		note_netif(t, &t->port[i]->netif);
	for (i = 0; i < DROP_COUNT; i++)
		if (place->drops[i])
			note(t, "%s %llu\n", drop_name((enum drop)i),
			     (unsigned long long)place->drops[i]);
	note(t, "forwarded %llu flooded %llu learned %llu moved %llu\n",
	     (unsigned long long)st->forwarded, (unsigned long long)st->flooded,
	     (unsigned long long)st->learned, (unsigned long long)st->moved);
	note(t, "alarms %llu evicted %llu aged %llu\n",
	     (unsigned long long)st->move_alarms,
	     (unsigned long long)st->evicted, (unsigned long long)st->aged);
	if (is_asking)
		switch_for_each(t->sw, note_entry, t);
}

static void compare(uint64_t seed)
{
	struct rng rng;
	int i, n, k;

	rng_init(&rng, seed, "switches");
	for (i = 0; i < 2; i++)
		begin(&twins[i], i);
	for (n = 0; n < STEPS; n++) {
		for (k = 0; k < STEP_DRAWS; k++)
			draws[k] = rng_u32(&rng);
		for (i = 0; i < 2; i++) {
			drawn = 0;
			twins[i].at = 0;
			step(&twins[i]);
			/* Asking forgets what is too old: not always. */
			note_all(&twins[i], n % 4 == 0);
		}
		if (strcmp(twins[0].text, twins[1].text) != 0)
			fail_msg("seed %d step %d:\n%.1500s--- told:\n%.1500s",
				 (int)seed, n, twins[0].text, twins[1].text);
	}
	assert_true(switch_stats(twins[0].sw)->forwarded > STEPS / 4);
	assert_true(twins[1].events > STEPS);
	for (i = 0; i < 2; i++)
		end(&twins[i]);
}

static void short_way_gives_what_the_long_way_gives(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++)
		compare(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_way_gives_what_the_long_way_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
