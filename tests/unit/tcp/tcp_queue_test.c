// SPDX-License-Identifier: MIT
/* tcp_queue_test.c - a queue of references holds what it was given */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"

#include "core/pkt.h"

#include "talker.h"
#include "tcp/tcp_queue.h"

struct world {
	struct mem mem;
	struct env env;
	struct rng rng;
};

static int setup(void **state)
{
	static struct world w;

	mem_init_libc(&w.mem);
	env_init(&w.env, &w.mem);
	rng_init(&w.rng, 1, "queue");
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	assert_int_equal(env_fini(&w->env), 0);
	assert_int_equal(w->mem.in_use_count, 0);
	return 0;
}

static void fill(uint8_t *buf, uint64_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = talker_octet(0, at + i);
}

static void compare(const struct tcp_queue *q, uint32_t start)
{
	static uint8_t got[1 << 20];
	size_t i, n = tcp_queue_len(q);

	tcp_queue_check(q);
	tcp_queue_copy(q, q->head, got, n);
	for (i = 0; i < n; i++)
		assert_int_equal(got[i],
				 talker_octet(0, q->head.v - start + i));
}

static void add_piece(struct world *w, struct tcp_queue *q, uint32_t start)
{
	uint64_t at = q->end.v - start;
	size_t n = 1 + rng_below(&w->rng, 3000);
	struct block *blk;
	struct pkt *pkt;
	uint8_t buf[3000];

	fill(buf, at, n);
	switch (rng_below(&w->rng, 3)) {
	case 0:
		assert_int_equal(tcp_queue_append(q, buf, n), n);
		break;
	case 1:
		blk = block_new(&w->env, n);
		memcpy(blk->data, buf, n);
		assert_int_equal(tcp_queue_append_ref(q, blk, 0, n), 0);
		block_put(blk);
		break;
	default:
		pkt = pkt_new(&w->env, R_NONE);
		assert_int_equal(pkt_append(pkt, "skip", 4), 0);
		assert_int_equal(pkt_append(pkt, buf, n), 0);
		assert_int_equal(tcp_queue_append_pkt(q, pkt, 4, n, 10000), n);
		pkt_free(pkt);
	}
}

/* Through the wrap of sequence numbers. */
static void everything_that_goes_in_comes_out(void **state)
{
	struct world *w = *state;
	const uint32_t start = 0xfffff000;
	struct tcp_queue q;
	int i;

	tcp_queue_init(&q, &w->env, (seq32){start});
	for (i = 0; i < 1000; i++) {
		add_piece(w, &q, start);
		compare(&q, start);
		if (rng_below(&w->rng, 2))
			tcp_queue_pop(
				&q, rng_below(&w->rng, tcp_queue_len(&q) + 1));
		compare(&q, start);
	}
	tcp_queue_fini(&q);
}

static void packets_are_filled_from_any_place(void **state)
{
	struct world *w = *state;
	struct tcp_queue q;
	struct pkt *pkt;
	uint8_t got[3000];
	size_t at, n, i;
	int k;

	tcp_queue_init(&q, &w->env, (seq32){5});
	for (k = 0; k < 100; k++)
		add_piece(w, &q, 5);
	for (k = 0; k < 300; k++) {
		at = rng_below(&w->rng, tcp_queue_len(&q));
		n = min_size(rng_below(&w->rng, 3000), tcp_queue_len(&q) - at);
		pkt = pkt_new(&w->env, R_NONE);
		n = tcp_queue_fill(&q, seq_add(q.head, (uint32_t)at), n, pkt);
		assert_int_equal(pkt->len, n);
		pkt_copy_out(pkt, 0, got, n);
		for (i = 0; i < n; i++)
			assert_int_equal(got[i], talker_octet(0, at + i));
		pkt_free(pkt);
	}
	tcp_queue_fini(&q);
}

static void two_become_one_in_either_direction(void **state)
{
	struct world *w = *state;
	struct tcp_queue a, b;
	int k, front;

	for (front = 0; front < 2; front++) {
		tcp_queue_init(&a, &w->env, (seq32){7});
		for (k = 0; k < 20; k++)
			add_piece(w, &a, 7);
		tcp_queue_init(&b, &w->env, a.end);
		for (k = 0; k < 20; k++)
			add_piece(w, &b, 7);
		if (front)
			assert_int_equal(tcp_queue_splice_front(&b, &a), 0);
		else
			assert_int_equal(tcp_queue_splice(&a, &b), 0);
		assert_int_equal(tcp_queue_len(front ? &a : &b), 0);
		compare(front ? &b : &a, 7);
		add_piece(w, front ? &b : &a, 7);
		compare(front ? &b : &a, 7);
		tcp_queue_fini(&a);
		tcp_queue_fini(&b);
	}
}

static void neighbours_in_a_block_are_one_run(void **state)
{
	struct world *w = *state;
	struct block *blk = block_new(&w->env, 2000);
	struct tcp_queue q;
	int i;

	fill(blk->data, 0, 2000);
	tcp_queue_init(&q, &w->env, (seq32){0});
	for (i = 0; i < 20; i++)
		tcp_queue_append_ref(&q, blk, (size_t)i * 100, 100);
	assert_int_equal(q.count, 1);
	assert_int_equal(blk->refs, 2);
	compare(&q, 0);
	tcp_queue_fini(&q);
	block_put(blk);
}

/* A packet whose payload is the first 64 octets of @blk, which are those that
 * @q needs; nothing may be kept alive for it. */
static void take_short_run(struct world *w, struct tcp_queue *q,
			   struct block *blk)
{
	struct pkt *pkt = pkt_new(&w->env, R_NONE);

	fill(blk->data, tcp_queue_len(q), 64);
	assert_int_equal(pkt_append_ref(pkt, blk, 0, 64), 0);
	assert_int_equal(tcp_queue_append_pkt(q, pkt, 0, 64, 0), 64);
	pkt_free(pkt);
	compare(q, 0);
}

/* ... for the copy would be in a block as large. */
static void a_short_run_is_referred_to_if_it_is_the_first(void **state)
{
	struct world *w = *state;
	struct block *small = block_new(&w->env, 64);
	struct block *other = block_new(&w->env, 64);
	struct tcp_queue q;

	tcp_queue_init(&q, &w->env, (seq32){0});
	take_short_run(w, &q, small);
	assert_int_equal(small->refs, 2);
	take_short_run(w, &q, other);
	assert_int_equal(other->refs, 1);
	tcp_queue_pop(&q, 128);
	assert_int_equal(small->refs, 1);
	tcp_queue_fini(&q);
	block_put(small);
	block_put(other);
}

static void a_short_run_keeps_no_large_block_alive(void **state)
{
	struct world *w = *state;
	struct block *large = block_new(&w->env, 3000);
	struct tcp_queue q;

	tcp_queue_init(&q, &w->env, (seq32){0});
	take_short_run(w, &q, large);
	assert_int_equal(large->refs, 1);
	tcp_queue_fini(&q);
	block_put(large);
}

static void no_memory_loses_nothing_that_was_there(void **state)
{
	struct world *w = *state;
	struct tcp_queue q;
	uint64_t k;
	int i;

	for (k = 1; k < 40; k++) {
		uint8_t buf[3000];

		w->mem.calls = 0;
		w->mem.fail_at = k;
		tcp_queue_init(&q, &w->env, (seq32){0});
		for (i = 0; i < 60; i++) {
			fill(buf, tcp_queue_len(&q), sizeof(buf));
			tcp_queue_append(&q, buf, sizeof(buf));
			compare(&q, 0);
		}
		tcp_queue_fini(&q);
		assert_int_equal(env_fini(&w->env), 0);
		env_init(&w->env, &w->mem);
	}
	w->mem.fail_at = 0;
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(everything_that_goes_in_comes_out),
		T(packets_are_filled_from_any_place),
		T(two_become_one_in_either_direction),
		T(neighbours_in_a_block_are_one_run),
		T(a_short_run_is_referred_to_if_it_is_the_first),
		T(a_short_run_keeps_no_large_block_alive),
		T(no_memory_loses_nothing_that_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
