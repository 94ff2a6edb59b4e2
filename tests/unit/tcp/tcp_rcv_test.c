// SPDX-License-Identifier: MIT
/* tcp_rcv_test.c - reassembly, windows, acknowledgements */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "core/waitq.h"

#include "talker.h"
#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

#define DATA(p, at, n) SAY(p, .flags = TCP_ACK, .seq = (at), .ack = 1, .len = n)
#define ACKED(p, upto) HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = (upto))

/* RFC 9293, 3.8.6.3; RFC 5681, 4.2 */
static void a_single_segment_is_acknowledged_after_40_ms(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 1, 100);
	peer_wait(p, 39);
	HEAR_NOTHING(p);
	peer_wait(p, 1);
	ACKED(p, 101);
	assert_int_equal(p->net->events[R_TCP_ACK_DELAYED], 1);
	peer_wait(p, 1000);
	HEAR_NOTHING(p);
}

static void every_second_full_segment_is_acknowledged_at_once(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 1, 1460);
	HEAR_NOTHING(p);
	DATA(p, 1461, 1460);
	ACKED(p, 2921);
	DATA(p, 2921, 1460);
	HEAR_NOTHING(p);
}

static void an_answer_carries_the_ack(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 1, 100);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 101, .len = 10);
	SAY(p, .flags = TCP_ACK, .seq = 101, .ack = 11);
	peer_wait(p, 1000);
	HEAR_NOTHING(p);
}

static void holes_are_reported_and_filled(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 101, 100);
	ACKED(p, 1);
	DATA(p, 301, 100);
	ACKED(p, 1);
	assert_int_equal(peer_app_recv(p), -EAGAIN);
	DATA(p, 1, 100);
	ACKED(p, 201);
	DATA(p, 201, 100);
	ACKED(p, 401);
	assert_int_equal(peer_app_recv(p), 400);
}

/* HOSTILE: whoever came first is believed, wherever the overlap lies. */
static void first_octets_win_every_overlap(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 201, 100);
	p->data_xor = 0xff;
	DATA(p, 201, 100); /* the same place */
	assert_int_equal(peer_drops(p, DROP_tcp_dup), 1);
	p->data_xor = 0;
	DATA(p, 101, 50);
	DATA(p, 351, 50);
	DATA(p, 1, 100);
	p->data_xor = 0;
	DATA(p, 1, 400); /* all of it: only the gaps are taken from this */
	assert_int_equal(peer_app_recv(p), 400);
	p->data_xor = 0xff;
	DATA(p, 301, 100);
	assert_int_equal(peer_app_recv(p), -EAGAIN);
}

static void later_lies_do_not_replace_what_waits(void **state)
{
	struct peer *p = *state;
	uint8_t got[300];
	int i;

	peer_opens(p);
	DATA(p, 101, 100);
	p->data_xor = 0xff;
	DATA(p, 1, 300);
	assert_int_equal(tcp_recv(p->conn, got, sizeof(got), 0), 300);
	for (i = 0; i < 300; i++)
		assert_int_equal(got[i],
				 talker_octet(0, (uint64_t)i) ^
					 (i < 100 || i >= 200 ? 0xff : 0));
}

static void overlap_with_what_was_read_is_cut(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 1, 100);
	assert_int_equal(peer_app_recv(p), 100);
	DATA(p, 51, 100);
	assert_int_equal(peer_app_recv(p), 50);
}

/* Segments in any order, overlapping at random, are one stream in the end. */
static void random_pieces_make_one_stream(void **state)
{
	struct peer *p = *state;
	struct rng rng;
	uint32_t at, n, i;

	peer_opens(p);
	rng_init(&rng, 7, "pieces");
	for (i = 0; i < 20000 && p->read < 60000; i++) {
		at = (uint32_t)p->read + rng_below(&rng, 4000);
		at -= min_u32(at, rng_below(&rng, 300));
		n = 1 + rng_below(&rng, 700);
		DATA(p, 1 + at, n);
		if (rng_below(&rng, 8) == 0)
			(void)peer_app_recv(p);
		testnet_forget(p->netif);
	}
	assert_true(p->read >= 60000);
}

/* HOSTILE: more islands than we keep; all must arrive in the end. */
static void too_many_islands_are_forgotten_from_the_far_end(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	peer_opens(p);
	tcp_set_rcvbuf(p->conn, 8 * 1024 * 1024);
	for (i = 0; i < 1100; i++)
		DATA(p, 3 + 2 * i, 1);
	assert_int_equal(peer_drops(p, DROP_tcp_ooo), 76);
	testnet_forget(p->netif);
	for (i = 0; i < 1024; i++)
		DATA(p, 2 + 2 * i, 1);
	DATA(p, 1, 1);
	assert_int_equal(peer_app_recv(p), 2049);
	/* Nearer ones push out farther ones. */
	for (i = 1100; i > 0; i--)
		DATA(p, 2050 + 2 * i, 1);
	DATA(p, 2050, 2);
	assert_int_equal(peer_app_recv(p), 3);
}

/* HOSTILE: one octet must not pin two kilobytes for ever. */
static void small_segments_do_not_pin_much_memory(void **state)
{
	struct peer *p = *state;
	size_t before, used;
	uint32_t i;

	peer_opens(p);
	tcp_set_rcvbuf(p->conn, 65536);
	before = p->net->mem.in_use_bytes;
	for (i = 0; i < 30000; i++)
		DATA(p, 1 + i, 1);
	testnet_forget(p->netif);
	used = p->net->mem.in_use_bytes - before;
	assert_true(used < 2 * 65536 + 65536 /* pool slabs */);
	for (i = 0; i < 30000; i += 2)
		DATA(p, 30001 + 30000 - i, 1);
	testnet_forget(p->netif);
	used = p->net->mem.in_use_bytes - before;
	assert_true(used < 6 * 65536);
	assert_int_equal(peer_app_recv(p), 30000);
}

/* RFC 9293, 3.8.6: what was offered is taken, to the last octet.  (The edge
 * that the header shows may wander by less than its unit.) */
static void all_that_was_offered_is_taken(void **state)
{
	struct peer *p = *state;
	uint32_t edge = 0, now, at = 1;
	struct rng rng;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	p->syn_opts.wscale = 0;
	tcp_knob_set(p->stack, "moderate_rcvbuf", 0);
	peer_opens(p);
	rng_init(&rng, 3, "edge");
	while (at < 2000000) {
		uint32_t n = 1 + rng_below(&rng, 1460);

		if (edge && at + n > edge)
			n = edge - at;
		DATA(p, at, n);
		at += n;
		if (rng_below(&rng, 40) == 0 || n == 0)
			(void)peer_app_recv(p);
		if (rng_below(&rng, 50) == 0)
			peer_wait(p, 40);
		while (peer_take(p) >= 0) {
			now = p->heard.ack.v - p->iss +
			      ((uint32_t)p->heard.win << 7);
			assert_true(now + 128 > edge);
			edge = max_u32(edge, now);
			assert_true(edge - 1 <= p->read + 524288 + 256);
		}
	}
	while (peer_app_recv(p) > 0)
		;
	assert_int_equal(p->read, at - 1);
}

static void many_small_segments_do_not_stretch_the_buffer(void **state)
{
	struct peer *p = *state;
	uint32_t at = 1, edge = 0;

	p->syn_opts.has |= TCP_HAS_WSCALE;
	peer_opens(p);
	for (; at < 20000; at++) {
		DATA(p, at, 1);
		if (at % 3 == 0)
			peer_wait(p, 40);
		while (peer_take(p) >= 0)
			edge = p->heard.ack.v - p->iss +
			       ((uint32_t)p->heard.win << 7);
		assert_true(edge <= 1 + 524288 + 256);
	}
}

/* RFC 9293, 3.8.6.2.2 */
static void a_small_hole_in_a_full_buffer_is_not_offered(void **state)
{
	struct peer *p = *state;
	uint8_t buf[4000];
	uint32_t at;

	peer_listen(p, 1);
	tcp_set_rcvbuf(p->listener, 14600);
	peer_opens(p);
	for (at = 1; at < 14600; at += 1460)
		DATA(p, at, 1460);
	peer_wait(p, 40);
	while (peer_take(p) >= 0)
		;
	assert_int_equal(p->heard.win, 0);
	assert_int_equal(tcp_recv(p->conn, buf, 100, 0), 100);
	HEAR_NOTHING(p);
	/* A probe is answered, and the window is still shut. */
	DATA(p, 14601, 1);
	ACKED(p, 14601);
	assert_int_equal(p->heard.win, 0);
	assert_int_equal(tcp_recv(p->conn, buf, 3900, 0), 3900);
	ACKED(p, 14601);
	assert_int_equal(p->heard.win, 2920); /* whole segments */
	assert_int_equal(p->net->events[R_TCP_WINDOW_UPDATE], 1);
}

static void data_beyond_the_window_is_cut(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 1);
	tcp_set_rcvbuf(p->listener, 2048);
	peer_opens(p);
	DATA(p, 1, 1400);
	testnet_forget(p->netif);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1401, .ack = 1, .len = 1400);
	ACKED(p, 1461); /* whole segments are offered */
	assert_int_equal(p->heard.win, 0);
	assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	assert_int_equal(peer_app_recv(p), 1460);
}

static void peeking_leaves_everything(void **state)
{
	struct peer *p = *state;
	uint8_t a[50], b[50];

	peer_opens(p);
	DATA(p, 1, 50);
	assert_int_equal(tcp_recv(p->conn, a, 50, TCP_RECV_PEEK), 50);
	assert_int_equal(tcp_recv(p->conn, b, 50, 0), 50);
	assert_memory_equal(a, b, 50);
	assert_int_equal(tcp_recv(p->conn, b, 50, 0), -EAGAIN);
	assert_int_equal(tcp_recv(p->conn, b, 0, 0), 0);
}

static void lent_blocks_hold_the_stream(void **state)
{
	struct peer *p = *state;
	struct tcp_lent lent[8];
	uint64_t at = 0;
	long n, i;
	size_t k;

	peer_opens(p);
	DATA(p, 1, 1400);
	DATA(p, 1401, 1400);
	DATA(p, 2801, 3);
	n = tcp_recv_lend(p->conn, lent, 8);
	assert_true(n > 0);
	for (i = 0; i < n; i++)
		for (k = 0; k < lent[i].len; k++)
			assert_int_equal(lent[i].blk->data[lent[i].off + k],
					 talker_octet(0, at++));
	assert_int_equal(at, 2803);
	tcp_recv_done(p->conn, 2000);
	p->read = 2000;
	assert_int_equal(peer_app_recv(p), 803);
	assert_int_equal(tcp_recv_lend(p->conn, lent, 8), -EAGAIN);
}

/* As Linux does it: only who shut down both ways answers with a RST. */
static void after_shutdown_for_reading_data_can_be_read(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	assert_int_equal(tcp_shutdown_recv(p->conn), 0);
	assert_int_equal(peer_app_recv(p), 0);
	DATA(p, 1, 1460);
	DATA(p, 1461, 1460);
	ACKED(p, 2921);
	assert_int_equal(peer_app_recv(p), 2920);
	assert_int_equal(peer_app_recv(p), 0);
}

/* RFC 9293, 3.6.1; RFC 2525, 2.17 */
static void data_after_shutdown_of_both_ways_is_reset(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	assert_int_equal(tcp_shutdown_recv(p->conn), 0);
	assert_int_equal(tcp_shutdown_send(p->conn), 0);
	HEAR(p, .flags = TCP_FIN | TCP_ACK, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2, .len = 10);
	HEAR(p, .flags = TCP_RST | TCP_ACK, .seq = 2, .ack = 1);
	assert_int_equal(peer_drops(p, DROP_tcp_closed), 1);
	assert_int_equal(tcp_error(p->conn), -ECONNRESET);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_single_segment_is_acknowledged_after_40_ms),
		T(every_second_full_segment_is_acknowledged_at_once),
		T(an_answer_carries_the_ack),
		T(holes_are_reported_and_filled),
		T(first_octets_win_every_overlap),
		T(later_lies_do_not_replace_what_waits),
		T(overlap_with_what_was_read_is_cut),
		T(random_pieces_make_one_stream),
		T(too_many_islands_are_forgotten_from_the_far_end),
		T(small_segments_do_not_pin_much_memory),
		T(all_that_was_offered_is_taken),
		T(many_small_segments_do_not_stretch_the_buffer),
		T(a_small_hole_in_a_full_buffer_is_not_offered),
		T(data_beyond_the_window_is_cut),
		T(peeking_leaves_everything),
		T(lent_blocks_hold_the_stream),
		T(after_shutdown_for_reading_data_can_be_read),
		T(data_after_shutdown_of_both_ways_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
