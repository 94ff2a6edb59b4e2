// SPDX-License-Identifier: MIT
/* tcp_sack_test.c - selective acknowledgements, told and understood */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sackpeer.h"
#include "tcp/tcp_int.h"

/* Block @i of what was heard is @start ... @end of the peer's stream. */
static void hears_block(struct peer *p, unsigned int i, uint32_t start,
			uint32_t end)
{
	assert_true(p->heard_opts.has & TCP_HAS_SACK);
	assert_true(i < p->heard_opts.sack_count);
	assert_int_equal(p->heard_opts.sack[i].start.v - p->iss, start);
	assert_int_equal(p->heard_opts.sack[i].end.v - p->iss, end);
}

/* The next segment is an ACK of @ack with @n blocks. */
static void hears_ack(struct peer *p, uint32_t ack, unsigned int n)
{
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = ack);
	assert_int_equal(p->heard_opts.sack_count, n);
}

static void says_500(struct peer *p, uint32_t seq)
{
	SAY(p, .flags = TCP_ACK, .seq = seq, .ack = 1, .len = 500);
}

/* RFC 2018, 2 */
static void sack_is_used_if_both_say_so(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_false(p->heard_opts.has & TCP_HAS_SACK_OK);
	SAY(p, .flags = TCP_RST, .seq = 1);
	p->syn_opts.has |= TCP_HAS_SACK_OK;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_true(p->heard_opts.has & TCP_HAS_SACK_OK);
	SAY(p, .flags = TCP_RST, .seq = 1);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_sack", 0), 0);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	assert_false(p->heard_opts.has & TCP_HAS_SACK_OK);
}

static void our_syn_offers_sack(void **state)
{
	struct peer *p = *state;

	peer_is_called(p);
	assert_false(p->conn->flags & TCPF_SACK);
	says_500(p, 501);
	hears_ack(p, 1, 0); /* the peer did not say it */
}

static void our_syn_offers_sack_and_the_peer_agrees(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	assert_true(p->heard_opts.has & TCP_HAS_SACK_OK);
	p->syn_opts.has |= TCP_HAS_SACK_OK;
	SAY(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	says_500(p, 501);
	hears_ack(p, 1, 1);
	hears_block(p, 0, 501, 1001);
}

/* RFC 2018, 4, case 2: the first of eight segments is lost. */
static void one_island_grows(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	opens_with_sack(p, 1);
	for (i = 1; i < 8; i++) {
		says_500(p, 5001 - 5000 + i * 500);
		hears_ack(p, 1, 1);
		hears_block(p, 0, 501, 501 + i * 500);
	}
}

/* RFC 2018, 4, case 3: the 2nd, 4th, 6th and 8th are lost. */
static void last_grown_island_comes_first(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	says_500(p, 1);
	says_500(p, 1001);
	hears_ack(p, 501, 1);
	hears_block(p, 0, 1001, 1501);
	says_500(p, 2001);
	hears_ack(p, 501, 2);
	hears_block(p, 0, 2001, 2501);
	hears_block(p, 1, 1001, 1501);
	says_500(p, 3001);
	hears_ack(p, 501, 3);
	hears_block(p, 0, 3001, 3501);
	hears_block(p, 1, 2001, 2501);
	hears_block(p, 2, 1001, 1501);
	says_500(p, 1501); /* the 4th after all */
	hears_ack(p, 501, 2);
	hears_block(p, 0, 1001, 2501);
	hears_block(p, 1, 3001, 3501);
	says_500(p, 501); /* and the 2nd */
	hears_ack(p, 2501, 1);
	hears_block(p, 0, 3001, 3501);
}

static void blocks_fit_beside_timestamps(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	opens_with_sack(p, 1);
	for (i = 1; i <= 6; i++) {
		says_500(p, 1 + i * 1000);
		hears_ack(p, 1, i < 3 ? i : 3);
		hears_block(p, 0, 1 + i * 1000, 501 + i * 1000);
	}
}

static void four_blocks_fit_without_timestamps(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	opens_with_sack(p, 1);
	for (i = 1; i <= 6; i++) {
		says_500(p, 1 + i * 1000);
		hears_ack(p, 1, i < 4 ? i : 4);
	}
	/* What was told longest ago is told again when there is room. */
	says_500(p, 1);
	hears_ack(p, 501, 4);
	hears_block(p, 3, 3001, 3501);
}

/* A segment that is full of data has no room for blocks. */
static void full_segment_leaves_blocks_to_an_ack(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	says_500(p, 501);
	hears_ack(p, 1, 1);
	peer_app_send(p, SP_MSS);
	DATA(p, 1, SP_MSS);
	assert_int_equal(p->heard_opts.sack_count, 0);
	HEAR_NOTHING(p);
	ACK_OF(p, 1 + SP_MSS);
	peer_app_send(p, 100);
	DATA(p, 1 + SP_MSS, 100);
	assert_int_equal(p->heard_opts.sack_count, 1);
}

/* RFC 2883, 4.1.1 */
static void duplicate_is_reported(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	says_500(p, 1);
	says_500(p, 501);
	while (peer_take(p) >= 0)
		;
	says_500(p, 1);
	hears_ack(p, 1001, 1);
	hears_block(p, 0, 1, 501);
	/* Once only. */
	says_500(p, 1001);
	peer_wait(p, 50);
	hears_ack(p, 1501, 0);
}

/* RFC 2883, 4.1.2: and something is missing as well. */
static void duplicate_stands_before_an_island(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	says_500(p, 1);
	says_500(p, 501);
	says_500(p, 1501);
	while (peer_take(p) >= 0)
		;
	says_500(p, 1);
	hears_ack(p, 1001, 2);
	hears_block(p, 0, 1, 501);
	hears_block(p, 1, 1501, 2001);
}

/* RFC 2883, 4.1.3: what came twice lies in an island. */
static void duplicate_inside_an_island_is_told_with_it(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	says_500(p, 501);
	says_500(p, 1001);
	while (peer_take(p) >= 0)
		;
	says_500(p, 501);
	hears_ack(p, 1, 2);
	hears_block(p, 0, 501, 1001);
	hears_block(p, 1, 501, 1501);
}

/* RFC 2883, 4.2.1: only a part of it is a duplicate. */
static void duplicate_part_is_reported(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 500);
	SAY(p, .flags = TCP_ACK, .seq = 1001, .ack = 1, .len = 500);
	while (peer_take(p) >= 0)
		;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1, .len = 1000);
	hears_ack(p, 1501, 1);
	hears_block(p, 0, 1, 501);
}

static void duplicates_are_not_told_if_the_knob_is_off(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "tcp_dsack", 0), 0);
	opens_with_sack(p, 1);
	says_500(p, 1);
	says_500(p, 501);
	while (peer_take(p) >= 0)
		;
	says_500(p, 1);
	hears_ack(p, 1001, 0);
}

/* A copy that the clock betrays is a duplicate, too. */
static void duplicate_from_the_past_is_reported(void **state)
{
	struct peer *p = *state;

	p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	p->ts_val = 1000;
	opens_with_sack(p, 1);
	p->ts_val = 1010;
	says_500(p, 1);
	says_500(p, 501);
	while (peer_take(p) >= 0)
		;
	p->ts_val = 1005;
	says_500(p, 1);
	assert_int_equal(peer_drops(p, DROP_tcp_paws), 1);
	hears_ack(p, 1001, 1);
	hears_block(p, 0, 1, 501);
}

/* HOSTILE 83: what cannot be is ignored, the rest counts. */
static void impossible_blocks_are_ignored(void **state)
{
	struct peer *p = *state;
	const struct tcp_sent_set *set;

	opens_with_sack(p, 10);
	send_segments(p, 5);
	set = &p->conn->active->sent;
	sack_of(p, 1, seg_at(3), seg_at(2)); /* ends before it begins */
	assert_int_equal(set->sacked, 0);
	sack_of(p, 1, seg_at(4), seg_at(6)); /* not sent yet */
	assert_int_equal(set->sacked, 0);
	sack_of(p, 1, 0x80000000, 0x80000100); /* far away */
	assert_int_equal(set->sacked, 0);
	with_block(p, seg_at(4), seg_at(6));
	with_block(p, seg_at(3), seg_at(3));
	with_block(p, seg_at(2), seg_at(3)); /* this one is good */
	ACK_OF(p, 1);
	assert_int_equal(set->sacked, SP_MSS);
	assert_int_equal(tcp_stats(p->stack)->bad_sacks, 5);
}

/* HOSTILE 109 and 110: pieces of eight octets, then the gaps. */
static void tiny_blocks_are_counted_in_octets(void **state)
{
	struct peer *p = *state;
	const struct tcp_sent_set *set;
	uint32_t i;

	opens_with_sack(p, 10);
	send_segments(p, 10);
	set = &p->conn->active->sent;
	for (i = 0; i < 800; i++)
		sack_of(p, 1, 9 + i * 16, 17 + i * 16);
	assert_int_equal(set->sacked, 800 * 8);
	testnet_forget(p->netif);
	for (i = 0; i < 800; i++)
		sack_of(p, 1, 17 + i * 16, 25 + i * 16);
	assert_int_equal(set->sacked, 1600 * 8);
	assert_true(set->count < 16);
	ACK_OF(p, seg_at(10));
	assert_null(p->conn->active);
}

/* HOSTILE 123 */
static void what_a_peer_forgets_is_sent_again(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 10);
	send_segments(p, 4);
	sack_of(p, 1, seg_at(1), seg_at(4));
	DATA(p, 1, SP_MSS);
	/* It took the first, and has dropped what it had reported. */
	ACK_OF(p, seg_at(1));
	HEAR_NOTHING(p);
	peer_wait(p, 10);
	DATA(p, seg_at(1), SP_MSS);
	assert_int_equal(p->net->events[R_TCP_RENEGED], 1);
	ACK_OF(p, seg_at(2));
	DATA(p, seg_at(2), SP_MSS);
	DATA(p, seg_at(3), SP_MSS);
	ACK_OF(p, seg_at(4));
	HEAR_NOTHING(p);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(sack_is_used_if_both_say_so),
		T(our_syn_offers_sack),
		T(our_syn_offers_sack_and_the_peer_agrees),
		T(one_island_grows),
		T(last_grown_island_comes_first),
		T(blocks_fit_beside_timestamps),
		T(four_blocks_fit_without_timestamps),
		T(full_segment_leaves_blocks_to_an_ack),
		T(duplicate_is_reported),
		T(duplicate_stands_before_an_island),
		T(duplicate_inside_an_island_is_told_with_it),
		T(duplicate_part_is_reported),
		T(duplicates_are_not_told_if_the_knob_is_off),
		T(duplicate_from_the_past_is_reported),
		T(impossible_blocks_are_ignored),
		T(tiny_blocks_are_counted_in_octets),
		T(what_a_peer_forgets_is_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
