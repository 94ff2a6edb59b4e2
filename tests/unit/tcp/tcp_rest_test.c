// SPDX-License-Identifier: MIT
/* tcp_rest_test.c - who rests is packed, and nothing is lost by it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "pair.h"
#include "talker.h"
#include "tcp/tcp_int.h"

enum { ROUNDS = 20000, CONNS = 2 };

static struct pair p;
static struct tcp_conn *listener, *conns[CONNS];

/* 0, or a number of as many bits as chance wants, at most @bits. */
static uint64_t draw(struct rng *r, uint32_t bits)
{
	uint32_t n = rng_below(r, 3) ? rng_below(r, bits + 1) : 0;

	return n ? rng_u64(r) >> (64 - n) : 0;
}

static void draw_usual(struct rng *r, struct tcp_tally *t)
{
	t->segs_in = (uint32_t)draw(r, 32);
	t->segs_out = (uint32_t)draw(r, 32);
	t->delivered = (uint32_t)draw(r, 32);
	t->data_in = (uint32_t)draw(r, 32);
	t->data_out = (uint32_t)draw(r, 32);
	t->sent = draw(r, 64);
	t->ack_ms = (uint32_t)draw(r, 32);
	t->full_ms = (uint32_t)draw(r, 32);
	t->delack.rcv_ms = (uint32_t)draw(r, 32);
	t->delack.ato_ms = (uint16_t)draw(r, 16);
	t->delack.quick = (uint8_t)draw(r, 8);
	t->delack.pushed = (uint8_t)rng_below(r, 3);
	t->rate_is_limited = rng_below(r, 2);
	t->limit_ns[TCP_LIMIT_OTHER - 1] = draw(r, 64);
	t->rate = draw(r, 64);
	t->min_rtt_us = (uint32_t)draw(r, 32);
}

/* The lower halves of @acked and @received follow from sequence numbers, which
 * are 0 here. */
static void draw_rare(struct rng *r, struct tcp_tally *t)
{
	t->limit_ns[TCP_LIMIT_RWND - 1] = draw(r, 64);
	t->limit_ns[TCP_LIMIT_SNDBUF - 1] = draw(r, 64);
	t->acked = draw(r, 32) << 32;
	t->received = draw(r, 32) << 32;
	t->resent = draw(r, 64);
	t->delivered_ce = (uint32_t)draw(r, 32);
	t->dsacks = (uint32_t)draw(r, 32);
	t->reorders = (uint32_t)draw(r, 32);
	t->out_of_order = (uint32_t)draw(r, 32);
	t->rto_ms = (uint32_t)draw(r, 32);
	t->rtos = (uint16_t)draw(r, 16);
	t->rto_recoveries = (uint16_t)draw(r, 16);
}

static void any_tally_comes_back_as_it_was(void **state)
{
	static const struct tcp_conn at_zero;
	uint8_t code[TCP_PACK_ROOM];
	struct tcp_tally t, back;
	struct rng r;
	size_t len;
	int i;

	(void)state;
	rng_init(&r, 1, "pack");
	for (i = 0; i < ROUNDS; i++) {
		memset(&t, 0, sizeof(t));
		memset(&back, 0, sizeof(back));
		draw_usual(&r, &t);
		if (i % 2)
			draw_rare(&r, &t);
		len = tcp_pack(&t, code);
		assert_true(len <= TCP_PACK_ROOM);
		assert_int_equal(tcp_unpack(code, &at_zero, &back), len);
		assert_memory_equal(&t, &back, sizeof(t));
	}
}

/* What an ordinary exchange leaves: it is why a million fit into memory. */
static void after_a_question_it_is_at_most_24_octets(void **state)
{
	struct tcp_tally t = {
		.segs_in = 5,
		.segs_out = 4,
		.delivered = 2,
		.data_in = 1,
		.data_out = 1,
		.ack_ms = 86400000,
		.full_ms = 86400000 - 9,
		.delack = {.rcv_ms = 86400000, .ato_ms = 40, .quick = 15},
		.rate = 64000000,
		.min_rtt_us = 250,
	};
	uint8_t code[TCP_PACK_ROOM];

	(void)state;
	t.limit_ns[TCP_LIMIT_OTHER - 1] = 60000;
	assert_in_range(tcp_pack(&t, code), 8, 24);
}

static struct tcp_stack *tcp_of(struct host *h)
{
	return h->stack.slot[SLOT_TCP];
}

static void pass(uint64_t ms)
{
	world_run_until(p.w, world_now(p.w) + ms * NS_PER_MS);
}

static int up(void **state)
{
	static const struct cable_params cable = {.delay_ns = NS_PER_MS};
	struct endpoint to = talker_ep("10.0.0.2:9");
	int i;

	(void)state;
	pair_init(&p, 1, &cable);
	listener = talker_listen(&p.b->stack, 9, CONNS);
	for (i = 0; i < CONNS; i++) {
		conns[i] = tcp_new(&p.a->stack, NULL, NULL);
		assert_non_null(conns[i]);
		assert_int_equal(tcp_connect(conns[i], &to), 0);
	}
	pass(2000);
	return 0;
}

static int down(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < CONNS; i++)
		tcp_close(conns[i]);
	tcp_close(listener);
	pass(2000000);
	assert_int_equal(pair_fini(&p), 0);
	return 0;
}

static void speak(struct tcp_conn *c)
{
	stack_enter(&p.a->stack);
	assert_int_equal(tcp_send(c, "?", 1, 0), 1);
	stack_leave(&p.a->stack);
	pass(2000);
	assert_null(c->active);
}

static bool is_packed(const struct tcp_conn *c)
{
	return c->end.bits & TCP_TALLY_PACKED;
}

static void expect_packed(bool first, bool second)
{
	assert_int_equal(is_packed(conns[0]), first);
	assert_int_equal(is_packed(conns[1]), second);
}

/* There is room for one that is not packed. */
static void who_rested_longer_than_the_oldest_is_packed_at_once(void **state)
{
	(void)state;
	tcp_of(p.a)->resting_max = 1;
	speak(conns[0]);
	expect_packed(false, false);
	speak(conns[1]);
	expect_packed(false, true);
	speak(conns[1]); /* rested for less */
	expect_packed(true, false);
	speak(conns[0]);
	expect_packed(true, false);
	speak(conns[1]); /* from the list */
	expect_packed(true, false);
	speak(conns[0]);
	speak(conns[0]);
	expect_packed(false, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_tally_comes_back_as_it_was),
		cmocka_unit_test(after_a_question_it_is_at_most_24_octets),
		cmocka_unit_test_setup_teardown(
			who_rested_longer_than_the_oldest_is_packed_at_once, up,
			down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
