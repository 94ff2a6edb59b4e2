// SPDX-License-Identifier: MIT
/*
 * tcp_rate_test.c - delivery rates, and the greatest of the last rounds
 *
 * draft-cheng-iccrg-delivery-rate-estimation.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"

#include "ccbed.h"
#include "tcp/tcp_max.h"

#define SEGS 400

struct bed {
	struct ccbed b;
	struct tcp_sent sent[SEGS];
	uint32_t next, una;
};

static void bed_init(struct bed *d)
{
	ccbed_init(&d->b, &tcp_reno);
	d->b.c.snd_nxt = d->b.c.snd_una;
	d->next = d->una = 0;
}

static void send_at(struct bed *d, uint64_t us)
{
	struct tcp_sent *s = &d->sent[d->next++];
	struct tcp_conn *c = &d->b.c;

	d->b.env.now_ns = NS_PER_S + us * NS_PER_US;
	*s = (struct tcp_sent){.seq = c->snd_nxt,
			       .end = seq_add(c->snd_nxt, CCBED_MSS),
			       .segs = 1,
			       .sent_ns = d->b.env.now_ns};
	tcp_rate_on_send(c, s);
	c->snd_nxt = s->end;
}

static struct tcp_ack ack_at(struct bed *d, uint64_t us, uint32_t segs)
{
	struct tcp_ack ack = {.acked = segs * CCBED_MSS,
			      .delivered = segs * CCBED_MSS};
	struct tcp_rate_best best = {0};
	struct tcp_conn *c = &d->b.c;

	d->b.env.now_ns = NS_PER_S + us * NS_PER_US;
	for (; segs; segs--) {
		const struct tcp_sent *s = &d->sent[d->una++];

		ack.rtt_ns = d->b.env.now_ns - s->sent_ns;
		tcp_rate_on_delivered(&best, s);
		c->snd_una = s->end;
	}
	tcp_rate_sample(c, &ack, &best);
	return ack;
}

/* A segment each millisecond, acknowledged after 50 ms: 10^6 octets a second. */
static void a_steady_stream_gives_its_rate(void **state)
{
	static struct bed d;
	struct tcp_ack ack;
	uint32_t ms;

	(void)state;
	bed_init(&d);
	for (ms = 0; ms < 300; ms++) {
		send_at(&d, 1000 * ms);
		if (ms < 50)
			continue;
		ack = ack_at(&d, 1000 * ms + 100, 1);
		if (ms >= 150)
			assert_in_range(ack.rate, 990000, 1010000);
		assert_false(ack.is_app_limited);
	}
}

/* ACKs held back and let go together: the time of sending counts. */
static void compressed_acks_do_not_look_fast(void **state)
{
	static struct bed d;
	struct tcp_ack ack;
	uint32_t ms;

	(void)state;
	bed_init(&d);
	for (ms = 0; ms < 100; ms++) {
		send_at(&d, 1000 * ms);
		if (ms >= 50)
			ack_at(&d, 1000 * ms + 100, 1);
	}
	for (; ms < 140; ms++)
		send_at(&d, 1000 * ms);
	for (; ms < 180; ms++) {
		ack = ack_at(&d, 140000 + (ms - 140), 1);
		assert_true(ack.rate < 1050000);
	}
}

static void what_the_user_did_not_send_is_told_apart(void **state)
{
	static struct bed d;
	struct tcp_ack ack;
	uint32_t i;

	(void)state;
	bed_init(&d);
	for (i = 0; i < 5; i++)
		send_at(&d, 100 * i);
	tcp_rate_check_limited(&d.b.c, 0); /* and then nothing is left */
	send_at(&d, 40000);
	ack = ack_at(&d, 50000, 5);
	assert_false(ack.is_app_limited);
	ack = ack_at(&d, 90000, 1);
	assert_true(ack.is_app_limited);
	send_at(&d, 90001);
	ack = ack_at(&d, 140001, 1);
	assert_false(ack.is_app_limited); /* the bubble has gone through */
}

static void a_sample_shorter_than_a_round_trip_is_none(void **state)
{
	static struct bed d;
	struct tcp_rate_best best = {0};
	struct tcp_ack ack;

	(void)state;
	bed_init(&d);
	send_at(&d, 0);
	ack = ack_at(&d, 50000, 1);
	assert_int_equal(ack.rate, 20000);
	assert_int_equal(d.b.a.rate.min_rtt_ns, 50 * NS_PER_MS);
	/* Sent twice: it has no round trip of its own, and it seems quick. */
	send_at(&d, 60000);
	d.b.env.now_ns += 10 * NS_PER_MS;
	ack = (struct tcp_ack){.delivered = CCBED_MSS};
	tcp_rate_on_delivered(&best, &d.sent[1]);
	tcp_rate_sample(&d.b.c, &ack, &best);
	assert_int_equal(ack.rate, 0);
	assert_int_equal(ack.interval_ns, 0);
}

/* Never less than the true one of the window by more than ageing allows, never
 * more, and exact for a value that only grows. */
static void the_greatest_of_ten_rounds_is_kept(void **state)
{
	uint64_t seen[200] = {0}, best;
	struct tcp_max m = {0};
	struct rng rng;
	uint32_t r, k;

	(void)state;
	rng_init(&rng, 1, "max");
	for (r = 0; r < 200; r++) {
		seen[r] = 1000 + rng_below(&rng, 1000);
		tcp_max_add(&m, 10, r, seen[r]);
		for (best = 0, k = r > 10 ? r - 10 : 0; k <= r; k++)
			best = seen[k] > best ? seen[k] : best;
		assert_true(m.value[0] <= best);
		assert_true(m.value[0] >= seen[r]);
		assert_true(r - m.round[0] <= 10);
		assert_int_equal(m.value[0], seen[m.round[0]]);
		assert_true(m.value[0] >= m.value[1]);
		assert_true(m.value[1] >= m.value[2]);
	}
	for (; r < 300; r++) {
		tcp_max_add(&m, 10, r, 10000 + r);
		assert_int_equal(m.value[0], 10000 + r);
	}
	for (; r < 320; r++)
		tcp_max_add(&m, 10, r, 5);
	assert_int_equal(m.value[0], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_stream_gives_its_rate),
		cmocka_unit_test(compressed_acks_do_not_look_fast),
		cmocka_unit_test(what_the_user_did_not_send_is_told_apart),
		cmocka_unit_test(a_sample_shorter_than_a_round_trip_is_none),
		cmocka_unit_test(the_greatest_of_ten_rounds_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
