// SPDX-License-Identifier: MIT
/* cable_bits_test.c - bits that flip on a cable, and those that flip back */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

#include "cablebed.h"
#include "vnet/vnet.h"

#define ROOM 60000

static struct cablebed bed;

static void set_up(const struct cable_params *p)
{
	cablebed_init(&bed, p, 100);
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
	cablebed_init(&bed, &p, ROOM);
	for (i = 0; i < ROOM / 10; i++)
		cablebed_send(&bed, (uint32_t)i, 60 + i % 1455);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, ROOM / 10);
	for (i = 0; i < bed.b.count; i++) {
		assert_true(bed.b.caught[i].has_fcs);
		assert_false(bed.b.caught[i].is_fcs_right);
	}
	assert_int_equal(cablebed_stats(&bed)->corrupted, ROOM / 10);
	assert_int_equal(cablebed_stats(&bed)->flipped_bits, ROOM / 10);
	cablebed_fini(&bed);
}

static void intact_frames_carry_no_fcs_to_check(void **state)
{
	struct cable_params p = {.corrupt = 0.1};
	size_t i, bad = 0;

	(void)state;
	cablebed_init(&bed, &p, ROOM);
	cablebed_send_many(&bed, ROOM, 10);
	for (i = 0; i < ROOM; i++)
		bad += bed.b.caught[i].has_fcs;
	assert_int_equal(bad, cablebed_stats(&bed)->corrupted);
	assert_near((double)bad / ROOM, 0.1, 0.01);
	cablebed_fini(&bed);
}

static void bit_errors_are_as_probable_as_said(void **state)
{
	struct cable_params p = {.bit_errors = 1e-3};
	double bits = 60 * 8.0 * ROOM;

	(void)state;
	cablebed_init(&bed, &p, ROOM);
	cablebed_send_many(&bed, ROOM, 10);
	assert_near((double)cablebed_stats(&bed)->flipped_bits / bits, 1e-3,
		    1e-5);
	/* 1 - (1 - 0.001)^480 */
	assert_near((double)cablebed_stats(&bed)->corrupted / ROOM, 0.3814,
		    0.01);
	cablebed_fini(&bed);
}

static void single_flips_are_repaired_by_forward_error_correction(void **state)
{
	struct cable_params p = {.corrupt = 1, .has_fec = true};
	uint32_t i;

	(void)state;
	cablebed_init(&bed, &p, 2000);
	for (i = 0; i < 2000; i++)
		cablebed_send(&bed, i, 60 + i % 1455);
	world_run_idle(bed.w, NS_PER_S);
	for (i = 0; i < 2000; i++) {
		assert_true(bed.b.caught[i].is_fcs_right);
		assert_int_equal(caught_number(&bed.b.caught[i]), i);
	}
	assert_int_equal(cablebed_stats(&bed)->repaired_octets, 2000);
	assert_int_equal(cablebed_stats(&bed)->broken_words, 0);
	cablebed_fini(&bed);
}

static void too_many_flips_are_still_caught_by_the_fcs(void **state)
{
	struct cable_params p = {.bit_errors = 0.003, .has_fec = true};
	uint32_t i, right = 0, wrong = 0;

	(void)state;
	cablebed_init(&bed, &p, 2000);
	for (i = 0; i < 2000; i++)
		cablebed_send(&bed, i, 500);
	world_run_idle(bed.w, NS_PER_S);
	for (i = 0; i < 2000; i++) {
		if (!bed.b.caught[i].has_fcs)
			continue;
		right += bed.b.caught[i].is_fcs_right;
		wrong += !bed.b.caught[i].is_fcs_right;
	}
	/* Two words of 255 octets and one of 38; an octet is hit with
	 * probability 0.0237, nine or more of 255 with 0.1561. */
	assert_near(wrong / 2000.0, 1 - 0.8439 * 0.8439, 0.03);
	assert_int_equal(right + wrong, cablebed_stats(&bed)->corrupted);
	assert_true(cablebed_stats(&bed)->repaired_octets >
		    cablebed_stats(&bed)->corrupted);
	assert_true(cablebed_stats(&bed)->broken_words >= wrong);
	cablebed_fini(&bed);
}

static void correction_takes_sixteen_octets_for_every_239(void **state)
{
	struct cable_params p = {.rate_bps = 8000000, .has_fec = true};

	(void)state;
	set_up(&p);
	cablebed_send(&bed, 1, 240);
	cablebed_send(&bed, 2, 60);
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.caught[0].at_ns, (8 + 240 + 4 + 32) * 1000);
	assert_int_equal(bed.b.caught[1].at_ns,
			 (284 + 12 + 8 + 60 + 4 + 16) * 1000);
	cablebed_fini(&bed);
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
	env = world_env(bed.w);
	blk = block_new(env, 2000);
	memset(blk->data, 0x55, 2000);
	for (n = 0; n < 50; n++) {
		struct pkt *pkt = pkt_new(env, R_ACTION);

		pkt_append(pkt, "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5", 14);
		pkt_append_ref(pkt, blk, 100, 1400);
		netif_transmit(&bed.a.port->netif, pkt);
	}
	world_run_idle(bed.w, NS_PER_S);
	assert_int_equal(bed.b.count, 50);
	assert_true(cablebed_stats(&bed)->flipped_bits > 50 * 8);
	for (i = 0; i < 2000; i++)
		assert_int_equal(blk->data[i], 0x55);
	block_put(blk);
	cablebed_fini(&bed);
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
