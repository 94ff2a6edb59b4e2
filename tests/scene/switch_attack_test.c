// SPDX-License-Identifier: MIT
/*
 * switch_attack_test.c - innocents on a switch that is being attacked
 *
 * Two hosts transfer a file and ping each other while a box on the same switch
 * does its worst.  The stream arrives intact within twice its undisturbed
 * time, and every ping is answered.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "catch_box.h"
#include "ip/icmp.h"
#include "pair.h"
#include "streams.h"

#define FILE_OCTETS UINT64_C(10000000)
#define PING_NS	    (10 * NS_PER_MS)

/* What the attacker sends next. */
typedef void attack_fn(void);

static struct mem mem;
static struct world *w;
static struct vswitch *sw;
static struct host *victim, *peer;
static struct catch_box attacker;
static struct rng rng;
static attack_fn *attack;
static uint64_t attack_gap_ns, attack_frames;
static struct streams streams;
static struct stream_server server;
static struct icmp_echo *echo;
static unsigned int asked, answered;

static const struct cable_params cable_params_100m = {.rate_bps = 100000000,
						      .delay_ns = 50000};

static mac_addr mac_of_host(struct host *h)
{
	return list_first_entry(&h->node.ports, struct port, list)->netif.mac;
}

static struct port *plug(struct port *port)
{
	struct port *at = switch_add_port(sw);

	assert_non_null(world_link(w, port, at, &cable_params_100m));
	return at;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	(void)arg;
	answered += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

static void on_ping_time(void *arg)
{
	(void)arg;
	if (streams_are_over(&streams, 1))
		return;
	asked++;
	(void)icmp_echo_send(echo, ep("10.0.0.2:1").addr, (uint16_t)asked, 56,
			     0);
	world_at(w, world_now(w) + PING_NS, on_ping_time, NULL);
}

static void on_attack_time(void *arg)
{
	(void)arg;
	if (streams_are_over(&streams, 1))
		return;
	attack();
	attack_frames++;
	world_at(w, world_now(w) + attack_gap_ns, on_attack_time, NULL);
}

static void set_up(void)
{
	mem_init_libc(&mem);
	w = world_new(&mem, 11);
	sw = world_add_switch(w, "sw");
	victim = world_add_host(w, "victim");
	peer = world_add_host(w, "peer");
	plug(pair_port(victim, "10.0.0.2/24"));
	plug(pair_port(peer, "10.0.0.3/24"));
	catch_init(&attacker, w, "attacker", 0);
	plug(attacker.port);
	rng_init(&rng, 11, "attack");
	asked = answered = 0;
	attack_frames = 0;
	echo = icmp_echo_open(&peer->stack, on_echo, NULL);
	streams_init(&streams);
	stream_serve(&server, &streams, &victim->stack, 80, FILE_OCTETS, 1000);
}

static void tear_down(void)
{
	stream_server_close(&server);
	streams_fini(&streams);
	icmp_echo_close(echo);
	catch_fini(&attacker);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

/* Returns how long the file took. */
static uint64_t transfer(void)
{
	uint64_t start;

	/* The switch knows everybody before the attack begins. */
	(void)icmp_echo_send(echo, ep("10.0.0.2:1").addr, 0, 56, 0);
	world_run_until(w, NS_PER_S);
	assert_int_equal(answered, 1);
	answered = 0;
	start = world_now(w);
	assert_int_equal(stream_open(&streams, &peer->stack, ep("10.0.0.2:80"),
				     FILE_OCTETS, 1000),
			 0);
	world_at(w, start + NS_PER_MS, on_ping_time, NULL);
	if (attack)
		world_at(w, start, on_attack_time, NULL);
	while (!streams_are_over(&streams, 1)) {
		world_run_until(w, world_now(w) + 100 * NS_PER_MS);
		assert_true(world_now(w) < 60 * NS_PER_S);
	}
	world_run_until(w, world_now(w) + NS_PER_S);
	assert_int_equal(streams.failed, 0);
	assert_int_equal(streams.done, 2);
	assert_true(asked > 50);
	assert_true(answered + 3 >= asked);
	return streams.last_ns - start;
}

/* Run undisturbed, then under attack, @per_s frames a second. */
static void compare(attack_fn *fn, uint64_t per_s)
{
	uint64_t alone, attacked;

	attack = NULL;
	set_up();
	alone = transfer();
	tear_down();
	attack = fn;
	attack_gap_ns = NS_PER_S / per_s;
	set_up();
	attacked = transfer();
	print_message("# alone %.3f s, attacked %.3f s by %llu frames\n",
		      (double)alone / 1e9, (double)attacked / 1e9,
		      (unsigned long long)attack_frames);
	assert_true(attack_frames > 10 * asked);
	assert_true(attacked < 2 * alone);
}

static mac_addr random_mac(void)
{
	mac_addr mac;

	rng_fill(&rng, mac.o, sizeof(mac.o));
	mac.o[0] &= 0xfe;
	return mac;
}

static void send_from_nobody(void)
{
	frame_send(attacker.port, random_mac(), random_mac(), 0, 60);
}

/* HOSTILE 10 */
static void flood_of_addresses(void **state)
{
	(void)state;
	compare(send_from_nobody, 100000);
	assert_true(switch_count(sw) <= switch_cfg_default.port_max + 3);
	assert_true(switch_node(sw)->place->drops[DROP_sw_storm] > 1000);
	tear_down();
}

/* HOSTILE 10, all of it: a million of them, and not an octet more memory. */
static void million_addresses_leave_the_table_at_its_cap(void **state)
{
	size_t peak = 0;
	int i;

	(void)state;
	attack = NULL;
	set_up();
	(void)icmp_echo_send(echo, ep("10.0.0.2:1").addr, 0, 56, 0);
	world_run_until(w, NS_PER_S);
	for (i = 0; i < 1000000; i++) {
		send_from_nobody();
		world_run_until(w, world_now(w) + 10000);
		if (i == 100000)
			peak = mem.peak_bytes;
	}
	world_run_until(w, world_now(w) + NS_PER_S);
	assert_int_equal(mem.peak_bytes, peak);
	assert_int_equal(switch_count(sw), switch_cfg_default.port_max + 2);
	assert_int_equal(switch_stats(sw)->evicted,
			 1000000 - switch_cfg_default.port_max);
	tear_down();
}

static void steal_port(void)
{
	frame_send(attacker.port, mac_of_host(peer), mac_of_host(victim), 0,
		   60);
}

/* HOSTILE 11 */
static void theft_of_a_port(void **state)
{
	(void)state;
	compare(steal_port, 10000);
	assert_true(switch_stats(sw)->move_alarms > 1000);
	assert_true(switch_stats(sw)->moved <= switch_cfg_default.moves_per_s);
	tear_down();
}

static void send_from_group(void)
{
	static const mac_addr group = {{1, 0, 0x5e, 0, 0, 1}};

	frame_send(attacker.port, mac_of_host(victim), group, 0, 60);
	frame_send(attacker.port, mac_of_host(victim), MAC_BROADCAST, 0, 60);
}

/* HOSTILE 12 */
static void groups_as_sources(void **state)
{
	(void)state;
	compare(send_from_group, 10000);
	assert_true(switch_node(sw)->place->drops[DROP_mac_src_group] >=
		    2 * (attack_frames - 10));
	tear_down();
}

static void broadcast(void)
{
	frame_send(attacker.port, MAC_BROADCAST, mac_of(9), 0, 60);
}

/* HOSTILE 13: the attacker's port is capped. */
static void flood_of_broadcasts(void **state)
{
	(void)state;
	compare(broadcast, 100000);
	assert_true(switch_node(sw)->place->drops[DROP_sw_storm] > 1000);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood_of_addresses),
		cmocka_unit_test(million_addresses_leave_the_table_at_its_cap),
		cmocka_unit_test(theft_of_a_port),
		cmocka_unit_test(groups_as_sources),
		cmocka_unit_test(flood_of_broadcasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
