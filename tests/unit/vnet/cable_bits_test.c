// SPDX-License-Identifier: MIT
/* cable_bits_test.c - bits that flip on a cable, and those that flip back */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "catch_box.h"
#include "vnet/vnet.h"

#define ROOM 60000

static struct mem mem;
static struct world *w;
static struct catch_box a, b;
static struct cable *cable;

static void set_up_rooms(const struct cable_params *p, size_t room)
{
	mem_init_libc(&mem);
	w = world_new(&mem, 7);
	assert_non_null(w);
	catch_init(&a, w, "a", room);
	catch_init(&b, w, "b", room);
	cable = world_link(w, a.port, b.port, p);
	assert_non_null(cable);
}

static void set_up(const struct cable_params *p)
{
	set_up_rooms(p, 100);
}

static void tear_down(void)
{
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	catch_fini(&a);
	catch_fini(&b);
}

static void send_a(uint32_t number, size_t len)
{
	frame_send(a.port, mac_of(2), mac_of(1), number, len);
}

static const struct cable_stats *stats(void)
{
	return cable_stats(cable, CABLE_AB);
}

/* Send many numbered frames, far enough apart not to meet. */
static void send_many(uint32_t count, uint64_t gap_ns)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		send_a(i, 60);
		world_run_until(w, world_now(w) + gap_ns);
	}
	world_run_idle(w, world_now(w) + 10 * NS_PER_S);
}

static void assert_near(double is, double wanted, double by)
{
	assert_true(is > wanted - by && is < wanted + by);
}

static void every_flipped_bit_is_caught_by_the_fcs(void **state)
{
	struct cable_params p = {.corrupt = 1};
	size_t i;

	(void)state;
	set_up_rooms(&p, ROOM);
	for (i = 0; i < ROOM / 10; i++)
		send_a((uint32_t)i, 60 + i % 1455);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, ROOM / 10);
	for (i = 0; i < b.count; i++) {
		assert_true(b.caught[i].has_fcs);
		assert_false(b.caught[i].is_fcs_right);
	}
	assert_int_equal(stats()->corrupted, ROOM / 10);
	assert_int_equal(stats()->flipped_bits, ROOM / 10);
	tear_down();
}

static void intact_frames_carry_no_fcs_to_check(void **state)
{
	struct cable_params p = {.corrupt = 0.1};
	size_t i, bad = 0;

	(void)state;
	set_up_rooms(&p, ROOM);
	send_many(ROOM, 10);
	for (i = 0; i < ROOM; i++)
		bad += b.caught[i].has_fcs;
	assert_int_equal(bad, stats()->corrupted);
	assert_near((double)bad / ROOM, 0.1, 0.01);
	tear_down();
}

static void bit_errors_are_as_probable_as_said(void **state)
{
	struct cable_params p = {.bit_errors = 1e-3};
	double bits = 60 * 8.0 * ROOM;

	(void)state;
	set_up_rooms(&p, ROOM);
	send_many(ROOM, 10);
	assert_near((double)stats()->flipped_bits / bits, 1e-3, 1e-5);
	/* 1 - (1 - 0.001)^480 */
	assert_near((double)stats()->corrupted / ROOM, 0.3814, 0.01);
	tear_down();
}

static void single_flips_are_repaired_by_forward_error_correction(void **state)
{
	struct cable_params p = {.corrupt = 1, .has_fec = true};
	uint32_t i;

	(void)state;
	set_up_rooms(&p, 2000);
	for (i = 0; i < 2000; i++)
		send_a(i, 60 + i % 1455);
	world_run_idle(w, NS_PER_S);
	for (i = 0; i < 2000; i++) {
		assert_true(b.caught[i].is_fcs_right);
		assert_int_equal(caught_number(&b.caught[i]), i);
	}
	assert_int_equal(stats()->repaired_octets, 2000);
	assert_int_equal(stats()->broken_words, 0);
	tear_down();
}

static void too_many_flips_are_still_caught_by_the_fcs(void **state)
{
	struct cable_params p = {.bit_errors = 0.003, .has_fec = true};
	uint32_t i, right = 0, wrong = 0;

	(void)state;
	set_up_rooms(&p, 2000);
	for (i = 0; i < 2000; i++)
		send_a(i, 500);
	world_run_idle(w, NS_PER_S);
	for (i = 0; i < 2000; i++) {
		if (!b.caught[i].has_fcs)
			continue;
		right += b.caught[i].is_fcs_right;
		wrong += !b.caught[i].is_fcs_right;
	}
	/* Two words of 255 octets and one of 38; an octet is hit with
	 * probability 0.0237, nine or more of 255 with 0.1561. */
	assert_near(wrong / 2000.0, 1 - 0.8439 * 0.8439, 0.03);
	assert_int_equal(right + wrong, stats()->corrupted);
	assert_true(stats()->repaired_octets > stats()->corrupted);
	assert_true(stats()->broken_words >= wrong);
	tear_down();
}

static void correction_takes_sixteen_octets_for_every_239(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .has_fec = true};

	(void)state;
	set_up(&p);
	send_a(1, 240);
	send_a(2, 60);
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.caught[0].at_ns, (8 + 240 + 4 + 32) * 1000);
	assert_int_equal(b.caught[1].at_ns,
			 (284 + 12 + 8 + 60 + 4 + 16) * 1000);
	tear_down();
}

/* The sender's queue refers to the same block as the frame on the wire. */
static void flipping_bits_leaves_the_senders_data_alone(void **state)
{
	struct cable_params p = {.bit_errors = 0.001};
	struct block *blk;
	struct env *env;
	size_t i;
	int n;

	(void)state;
	set_up(&p);
	env = world_env(w);
	blk = block_new(env, 2000);
	memset(blk->data, 0x55, 2000);
	for (n = 0; n < 50; n++) {
		struct pkt *pkt = pkt_new(env, R_ACTION);

		pkt_append(pkt, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5", 14);
		pkt_append_ref(pkt, blk, 100, 1400);
		netif_transmit(&a.port->netif, pkt);
	}
	world_run_idle(w, NS_PER_S);
	assert_int_equal(b.count, 50);
	assert_true(stats()->flipped_bits > 50 * 8);
	for (i = 0; i < 2000; i++)
		assert_int_equal(blk->data[i], 0x55);
	block_put(blk);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flipped_bit_is_caught_by_the_fcs),
		cmocka_unit_test(intact_frames_carry_no_fcs_to_check),
		cmocka_unit_test(bit_errors_are_as_probable_as_said),
		cmocka_unit_test(
			single_flips_are_repaired_by_forward_error_correction),
		cmocka_unit_test(too_many_flips_are_still_caught_by_the_fcs),
		cmocka_unit_test(correction_takes_sixteen_octets_for_every_239),
		cmocka_unit_test(flipping_bits_leaves_the_senders_data_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
