// SPDX-License-Identifier: MIT
/* tcp_urg_test.c - urgent data: a mark that a stranger sets */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "talker.h"
#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

#define URGENT(p, at, n, up)                                                  \
	SAY(p, .flags = TCP_ACK | TCP_URG, .seq = (at), .ack = 1, .len = (n), \
	    .urp = (up))
#define DATA(p, at, n) SAY(p, .flags = TCP_ACK, .seq = (at), .ack = 1, .len = n)

static void reads(struct peer *p, uint32_t at, long n)
{
	uint8_t got[4096];
	long i;

	assert_int_equal(tcp_recv(p->conn, got, sizeof(got), 0), n);
	for (i = 0; i < n; i++)
		assert_int_equal(got[i], talker_octet(0, at - 1 + (uint64_t)i));
}

static uint8_t fetches(struct peer *p)
{
	uint8_t got;

	assert_int_equal(tcp_recv_urgent(p->conn, &got, 1, 0), 1);
	return got;
}

/* RFC 6093, 2.1: the pointer names the octet behind the urgent one. */
static void one_octet_is_out_of_line(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 10, 5);
	assert_true(p->events & WAIT_PRI);
	assert_true(tcp_poll(p->conn) & WAIT_PRI);
	assert_int_equal(p->net->events[R_TCP_URGENT], 1);
	assert_int_equal(fetches(p), talker_octet(0, 4));
	assert_false(tcp_poll(p->conn) & WAIT_PRI);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EINVAL);
	assert_int_equal(tcp_inq(p->conn), 4);
	reads(p, 1, 4);
	assert_true(tcp_at_mark(p->conn, 0));
	reads(p, 6, 5);
	assert_false(tcp_at_mark(p->conn, 0));
}

/* RFC 1122, 4.2.2.4: it names the urgent octet itself. */
static void the_standard_means_the_last_octet(void **state)
{
	struct peer *p = *state;

	tcp_knob_set(p->stack, "tcp_stdurg", 1);
	peer_opens(p);
	URGENT(p, 1, 10, 5);
	assert_int_equal(fetches(p), talker_octet(0, 5));
}

static void inline_it_only_stops_a_read(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	tcp_set_oob_inline(p->conn, true);
	URGENT(p, 1, 10, 5);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EINVAL);
	reads(p, 1, 4);
	assert_true(tcp_at_mark(p->conn, 0));
	reads(p, 5, 6);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EINVAL);
}

/* HOSTILE 86: a pointer of zero marks the first octet. */
static void a_pointer_of_zero_is_the_first_octet(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 10, 0);
	assert_true(tcp_at_mark(p->conn, 0));
	assert_int_equal(fetches(p), talker_octet(0, 0));
	reads(p, 2, 9);
}

/* HOSTILE 86: beyond the segment: announced, until the octet comes. */
static void a_pointer_beyond_the_segment_waits(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 10, 65535);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EAGAIN);
	assert_false(tcp_poll(p->conn) & WAIT_PRI);
	reads(p, 1, 10);
	DATA(p, 11, 1000);
	reads(p, 11, 1000);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EAGAIN);
}

/* ... and no segment but that with the mark has the octet. */
static void the_octet_comes_in_a_later_segment(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 10, 15);
	DATA(p, 11, 10);
	assert_int_equal(fetches(p), talker_octet(0, 14));
	reads(p, 1, 14);
	reads(p, 16, 5);
}

/* It is fetched ahead of a hole: urgency does not wait for its turn. */
static void the_octet_may_overtake(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 101, 10, 5);
	assert_int_equal(fetches(p), talker_octet(0, 104));
	DATA(p, 1, 100);
	reads(p, 1, 104);
	reads(p, 106, 5);
}

/* HOSTILE 86: the numbers wrap between the segment and the mark. */
static void a_pointer_may_wrap(void **state)
{
	struct peer *p = *state;

	p->iss = 0xfffffff0;
	peer_opens(p);
	URGENT(p, 1, 100, 60);
	assert_int_equal(fetches(p), talker_octet(0, 59));
	reads(p, 1, 59);
	reads(p, 61, 40);
}

/* HOSTILE 86: URG in a SYN, and in the answer to ours. */
static void urgent_in_a_syn_does_nothing(void **state)
{
	struct peer *p = *state;

	peer_listen(p, 1);
	SAY(p, .flags = TCP_SYN | TCP_URG, .urp = 1);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	p->with_ts = p->heard_opts.has & TCP_HAS_TIMESTAMP;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
	DATA(p, 1, 10);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EINVAL);
	reads(p, 1, 10);
}

static void urgent_during_connect_marks_what_follows(void **state)
{
	struct peer *p = *state;

	peer_call(p);
	SAY(p, .flags = TCP_SYN | TCP_ACK | TCP_URG, .ack = 1, .urp = 5);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	DATA(p, 1, 10);
	assert_int_equal(fetches(p), talker_octet(0, 3));
	reads(p, 1, 3);
	reads(p, 5, 6);
}

/* HOSTILE 86: a second pointer, and then the first again. */
static void a_newer_mark_replaces_an_older(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 10, 3);
	URGENT(p, 11, 10, 5);
	URGENT(p, 1, 10, 3);
	assert_int_equal(fetches(p), talker_octet(0, 14));
	reads(p, 1, 14); /* the octet that was urgent once is among these */
	reads(p, 16, 5);
}

static void a_stale_pointer_is_none(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	DATA(p, 1, 100);
	reads(p, 1, 100);
	URGENT(p, 101, 0, 0);
	URGENT(p, 51, 60, 20);
	/* It was the empty segment that named an octet to come, 101. */
	assert_int_equal(fetches(p), talker_octet(0, 100));
	reads(p, 102, 9);
}

static void an_octet_alone_is_nothing_to_read(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 1, 1);
	assert_false(tcp_poll(p->conn) & WAIT_IN);
	assert_true(tcp_poll(p->conn) & WAIT_PRI);
	assert_int_equal(tcp_recv(p->conn, NULL, 10, 0), -EAGAIN);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), -EINVAL);
}

static void peeking_leaves_mark_and_octet(void **state)
{
	struct peer *p = *state;
	uint8_t got[100];

	peer_opens(p);
	URGENT(p, 1, 10, 1);
	assert_int_equal(tcp_peek(p->conn, 0, got, sizeof(got)), 9);
	assert_int_equal(got[0], talker_octet(0, 1));
	assert_int_equal(tcp_recv_urgent(p->conn, got, 1, TCP_RECV_PEEK), 1);
	assert_int_equal(fetches(p), talker_octet(0, 0));
	reads(p, 2, 9);
}

static void lent_octets_stop_at_the_mark(void **state)
{
	struct peer *p = *state;
	struct tcp_lent lent[4];

	peer_opens(p);
	URGENT(p, 1, 1000, 400);
	assert_int_equal(tcp_recv_lend(p->conn, lent, 4), 1);
	assert_int_equal(lent[0].len, 399);
	tcp_recv_done(p->conn, 399);
	assert_int_equal(tcp_recv_lend(p->conn, lent, 4), 1);
	assert_int_equal(lent[0].len, 600);
	tcp_recv_done(p->conn, 600);
	assert_int_equal(tcp_recv_lend(p->conn, lent, 4), -EAGAIN);
}

/* A mark that never comes goes with the connection. */
static void the_end_comes_before_the_octet(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	URGENT(p, 1, 0, 100);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 1);
	assert_int_equal(tcp_recv_urgent(p->conn, NULL, 1, 0), 0);
	assert_int_equal(tcp_recv(p->conn, NULL, 1, 0), 0);
}

static void send_urgent(struct peer *p, size_t len)
{
	uint8_t buf[4096];
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = talker_octet(1, p->sent + i);
	assert_int_equal(tcp_send(p->conn, buf, len, TCP_SEND_URGENT), len);
	p->sent += len;
}

/* RFC 6093, 3: we let it name the octet behind, as everybody does. */
static void the_last_octet_sent_is_urgent(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	send_urgent(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH | TCP_URG, .seq = 1, .ack = 1,
	     .len = 10, .urp = 10);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 11);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 11, .ack = 1, .len = 10);
}

static void urgent_data_does_not_wait_for_company(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	peer_app_send(p, 10);
	HEAR(p, .flags = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .len = 10);
	peer_app_send(p, 10); /* Nagle */
	HEAR_NOTHING(p);
	send_urgent(p, 1);
	HEAR(p, .flags = TCP_ACK | TCP_PSH | TCP_URG, .seq = 11, .ack = 1,
	     .len = 11, .urp = 11);
}

/* RFC 9293, 3.8.5 (MUST-62): the peer hears of it even with no window. */
static void a_shut_window_is_told_of_urgency(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	p->win = 0;
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	send_urgent(p, 100);
	HEAR_NOTHING(p);
	DATA(p, 1, 10);
	peer_wait(p, 40);
	HEAR(p, .flags = TCP_ACK | TCP_URG, .seq = 1, .ack = 11, .urp = 100);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_octet_is_out_of_line),
		T(the_standard_means_the_last_octet),
		T(inline_it_only_stops_a_read),
		T(a_pointer_of_zero_is_the_first_octet),
		T(a_pointer_beyond_the_segment_waits),
		T(the_octet_comes_in_a_later_segment),
		T(the_octet_may_overtake),
		T(a_pointer_may_wrap),
		T(urgent_in_a_syn_does_nothing),
		T(urgent_during_connect_marks_what_follows),
		T(a_newer_mark_replaces_an_older),
		T(a_stale_pointer_is_none),
		T(an_octet_alone_is_nothing_to_read),
		T(peeking_leaves_mark_and_octet),
		T(lent_octets_stop_at_the_mark),
		T(the_end_comes_before_the_octet),
		T(the_last_octet_sent_is_urgent),
		T(urgent_data_does_not_wait_for_company),
		T(a_shut_window_is_told_of_urgency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
