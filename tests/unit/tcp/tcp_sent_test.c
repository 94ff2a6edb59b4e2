// SPDX-License-Identifier: MIT
/* tcp_sent_test.c - records of what is under way: few, found fast, never in
 * the way */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sackpeer.h"
#include "tcp/tcp_int.h"

enum { HOLES = 10000 };

static unsigned int depth(const struct treap_node *n)
{
	unsigned int l, r;

	if (!n)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

/* @n octets are under way, all of them in few records. */
static void send_much(struct peer *p, uint32_t n)
{
	opens_with_sack(p, 10);
	peer_app_send(p, 1);
	p->conn->cwnd = 1 << 20;
	while (p->sent < n) {
		peer_app_send(p, 1460);
		testnet_forget(p->netif);
	}
}

/* HOSTILE 110: ten thousand holes of one octet. */
static void ten_thousand_holes_are_found_in_few_steps(void **state)
{
	struct peer *p = *state;
	const struct tcp_sent_set *set;
	uint32_t i;

	send_much(p, 2 * HOLES + 10);
	set = &p->conn->active->sent;
	for (i = 0; i < HOLES; i++) {
		/* all over the place */
		uint32_t at = 2 + 2 * (i * 7919U % HOLES);

		sack_of(p, 1, at, at + 1);
		testnet_forget(p->netif);
	}
	assert_int_equal(set->sacked, HOLES);
	assert_true(set->count >= 2 * HOLES - 100);
	assert_true(depth(set->tree.root) < 60);
	tcp_sent_check(p->conn);
	/* The holes close: one record is left of all these. */
	sack_of(p, 1, 2, 2 + 2 * HOLES);
	assert_true(set->count < 20);
	tcp_sent_check(p->conn);
}

/* The scoreboard has an end; then blocks that would need a cut are not
 * believed, and nothing breaks. */
static void cap_makes_it_coarse_and_no_more(void **state)
{
	struct peer *p = *state;
	const struct tcp_sent_set *set;
	uint32_t i, all = 2 * TCP_SENT_MAX;

	tcp_knob_set(p->stack, "wmem", 1 << 20);
	p->win = 65535;
	p->syn_opts.has |= TCP_HAS_WSCALE;
	p->syn_opts.wscale = 7;
	send_much(p, all + 10);
	set = &p->conn->active->sent;
	for (i = 1; i < all; i += 2) {
		sack_of(p, 1, i + 1, i + 2);
		testnet_forget(p->netif);
	}
	assert_int_equal(set->count, TCP_SENT_MAX);
	assert_true(set->sacked < all / 2);
	/* What is new has a place all the same. */
	peer_app_send(p, 100);
	assert_true(set->count <= TCP_SENT_MAX);
	ACK_OF(p, seq_dist(p->conn->iss, p->conn->snd_nxt));
	assert_true(set->count <= 1); /* the 100 octets, if they had to wait */
}

/* No memory for a record: the last one grows, and all arrives. */
static void memory_that_fails_makes_it_coarse_too(void **state)
{
	struct peer *p = *state;
	struct pool *pool;
	uint32_t i;

	opens_with_sack(p, 10);
	pool = &p->conn->tcp->sent_pool;
	pool_set_max(pool, 1);
	send_segments(p, 1);
	send_segments(p, 1);
	send_segments(p, 1);
	send_segments(p, 1);
	assert_int_equal(p->conn->active->sent.count, 2);
	assert_true(p->net->events[R_TCP_COARSE] >= 2);
	/* A block in the middle of a record cannot be noted. */
	sack_of(p, 1, seg_at(2), seg_at(3));
	assert_int_equal(p->conn->active->sent.sacked, 0);
	for (i = 1; i <= 4; i++)
		ACK_OF(p, seg_at(i));
	assert_int_equal(tcp_stats(p->stack)->timeouts, 0);
	pool_set_max(pool, 0);
}

/* A question and its answer need no record from memory. */
static void first_record_needs_no_memory(void **state)
{
	struct peer *p = *state;
	uint32_t i;

	opens_with_sack(p, 10);
	for (i = 0; i < 5; i++) {
		send_segments(p, 1);
		ACK_OF(p, seg_at(i + 1));
	}
	assert_int_equal(p->conn->tcp->sent_pool.peak, 0);
}

static void idle_connection_has_no_records(void **state)
{
	struct peer *p = *state;

	opens_with_sack(p, 10);
	send_segments(p, 5);
	sack_of(p, 1, seg_at(2), seg_at(3));
	ACK_OF(p, seg_at(5));
	assert_null(p->conn->active);
	assert_int_equal(p->conn->tcp->sent_pool.in_use, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ten_thousand_holes_are_found_in_few_steps),
		T(cap_makes_it_coarse_and_no_more),
		T(memory_that_fails_makes_it_coarse_too),
		T(first_record_needs_no_memory),
		T(idle_connection_has_no_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
