// SPDX-License-Identifier: MIT
/* tcp_attack_test.c - guessing and measuring from beside the path */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "talker.h"
#include "tcp/tcp_int.h"
#include "tcppeer.h"

static struct tcp_stack *tcp_of(struct peer *p)
{
	return p->stack->slot[SLOT_TCP];
}

static struct tcp_tuple tuple(uint32_t peer, uint16_t port)
{
	return (struct tcp_tuple){.laddr = ip_addr_v4(ip4_make(10, 0, 0, 1)),
				  .raddr = ip_addr_v4((ip4_addr){peer}),
				  .lport = 80,
				  .rport = port};
}

/* HOSTILE 99: a million tuples whose sum is the same, as somebody would choose
 * them who knows the table, but not its key. */
static void chosen_tuples_do_not_meet_in_the_table(void **state)
{
	enum { N = 1 << 20 };
	struct peer *p = *state;
	uint8_t *count = calloc(N, 1), longest = 0;
	uint32_t i, hash;
	struct tcp_tuple t;

	assert_non_null(count);
	for (i = 0; i < N; i++) {
		t = tuple(0x20000000 + i, (uint16_t)(0xffff - i));
		hash = tcp_tuple_hash(&tcp_of(p)->table_key, &t);
		if (++count[hash % N] > longest)
			longest = count[hash % N];
	}
	free(count);
	assert_in_range(longest, 2, 16);
}

/* HOSTILE 95: knowing the numbers of other tuples helps no one (RFC 6528). */
static void initial_numbers_of_others_say_nothing(void **state)
{
	enum { N = 100000, NEAR = 65535 };
	struct peer *p = *state;
	uint32_t i, hits = 0, top[256] = {0};
	double chi = 0, each = N / 256.0;
	seq32 before = {0}, iss;
	struct tcp_tuple t;

	for (i = 0; i < N; i++) {
		t = tuple(0x0a000002, (uint16_t)i);
		t.lport = (uint16_t)(i >> 16);
		iss = tcp_iss(tcp_of(p), &t);
		hits += i && (uint32_t)abs(seq_diff(before, iss)) <= NEAR;
		before = iss;
		top[iss.v >> 24]++;
	}
	for (i = 0; i < 256; i++)
		chi += (top[i] - each) * (top[i] - each) / each;
	assert_true(hits < 20); /* 3 would be chance */
	assert_true(chi < 341); /* 255 degrees: one in five thousand */
}

/* Opens a connection of the peer's @port. */
static uint32_t open_from(struct peer *p, uint16_t port)
{
	p->port = port;
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	return p->irs;
}

/* HOSTILE 102: what an attacker does on his connection cannot be seen in the
 * challenges of another (RFC 5961, 10). */
static void challenges_of_one_connection_do_not_use_up_anothers(void **state)
{
	struct peer *p = *state;
	uint32_t irs[2];
	int round, i;

	peer_listen(p, 5);
	irs[0] = open_from(p, 1000);
	irs[1] = open_from(p, 2000);
	for (round = 0; round < 200; round++) {
		p->port = 1000;
		p->irs = irs[0];
		for (i = 0; i < 150; i++)
			SAY(p, .flags = TCP_SYN, .seq = 5);
		HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
		HEAR_NOTHING(p);
		p->port = 2000;
		p->irs = irs[1];
		SAY(p, .flags = TCP_RST, .seq = 9);
		HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
		peer_wait(p, 1000);
	}
	tcp_abort(tcp_accept(p->listener));
	tcp_abort(tcp_accept(p->listener));
	peer_take(p);
	peer_take(p);
}

/* The time until the next one is random, from half a second to a second, so
 * that counting them tells no one what else provoked one. */
static void pauses_between_challenges_vary(void **state)
{
	enum { ROUNDS = 100 };
	struct peer *p = *state;
	uint16_t seen[1001] = {0};
	unsigned int ms, distinct = 0;
	int round;

	peer_opens(p);
	SAY(p, .flags = TCP_SYN, .seq = 5);
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	for (round = 0; round < ROUNDS; round++) {
		for (ms = 0; peer_take(p) < 0; ms++) {
			peer_wait(p, 1);
			SAY(p, .flags = TCP_SYN, .seq = 5);
		}
		assert_in_range(ms, 500, 1000);
		distinct += !seen[ms]++;
	}
	assert_true(distinct > 50);
}

/* HOSTILE 100: every number of the window but one only provokes an ACK. */
static void blind_reset_succeeds_with_one_number_only(void **state)
{
	struct peer *p = *state;
	uint32_t seq;

	peer_opens(p);
	for (seq = 2; seq < 65535; seq += 4096) {
		SAY(p, .flags = TCP_RST, .seq = seq);
		assert_int_equal(tcp_state(p->conn), TCPS_ESTABLISHED);
	}
	HEAR(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	SAY(p, .flags = TCP_RST, .seq = 1);
	assert_int_equal(tcp_state(p->conn), TCPS_CLOSED);
}

/* HOSTILE 103, for operators who want it otherwise */
static void reset_ends_time_wait_where_that_is_allowed(void **state)
{
	struct peer *p = *state;

	peer_opens(p);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_rfc1337", 0), 0);
	tcp_shutdown_send(p->conn);
	HEAR(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 1);
	SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 2);
	HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
	SAY(p, .flags = TCP_RST, .seq = 3);
	assert_int_equal(tcp_stats(p->stack)->time_waits, 1);
	SAY(p, .flags = TCP_RST, .seq = 2);
	assert_int_equal(tcp_stats(p->stack)->time_waits, 0);
}

/* HOSTILE 122: the oldest makes way, and with none allowed none is kept. */
static void time_waits_are_limited(void **state)
{
	struct peer *p = *state;
	uint32_t i, max;

	peer_listen(p, 5);
	for (max = 3; max-- > 0;) {
		assert_int_equal(
			tcp_knob_set(p->stack, "tcp_max_tw_buckets", max), 0);
		for (i = 0; i < 5; i++) {
			open_from(p, (uint16_t)(max * 100 + i + 1));
			p->conn = tcp_accept(p->listener);
			tcp_shutdown_send(p->conn);
			HEAR(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 1);
			SAY(p, .flags = TCP_ACK | TCP_FIN, .seq = 1, .ack = 2);
			HEAR(p, .flags = TCP_ACK, .seq = 2, .ack = 2);
			tcp_close(p->conn);
			p->conn = NULL;
		}
		assert_in_range(tcp_stats(p->stack)->time_waits, max,
				max ? max : 1);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(chosen_tuples_do_not_meet_in_the_table),
		T(initial_numbers_of_others_say_nothing),
		T(challenges_of_one_connection_do_not_use_up_anothers),
		T(pauses_between_challenges_vary),
		T(blind_reset_succeeds_with_one_number_only),
		T(reset_ends_time_wait_where_that_is_allowed),
		T(time_waits_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
