// SPDX-License-Identifier: MIT
/*
 * bulk.c - two streams over one cable, checked octet by octet
 */

#include "bulk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pair.h"
#include "talker.h"
#include "tcp/tcp.h"
#include "tcp/tcp_knobs.h"

struct bulk {
	struct pair p;
	struct talker a, b;
	struct tcp_conn *listener;
};

static void accept_one(struct bulk *t)
{
	struct tcp_conn *c = tcp_accept(t->listener);

	if (!c)
		return;
	talker_init(&t->b, &t->p.b->stack, c);
	t->b.to_send = t->a.to_send / 2;
	t->b.closes = true;
	t->b.seed = 1;
}

static bool is_over(void *arg)
{
	struct bulk *t = arg;

	if (!t->b.c)
		accept_one(t);
	talker_go(&t->b);
	if (t->a.error)
		return true;
	return talker_is_done(&t->a) && talker_is_done(&t->b);
}

/* Windows that fit in the queue in front of a cable, so that a cable without
 * faults loses nothing. */
static void bound_windows(struct bulk *t)
{
	tcp_knob_set(&t->p.a->stack, "rmem_max", 1 << 20);
	tcp_knob_set(&t->p.b->stack, "rmem_max", 1 << 20);
}

static void choose(struct bulk *t, const char *algorithm)
{
	const char *knob = "congestion_control";

	if (!algorithm)
		return;
	assert_int_equal(tcp_knob_set_text(&t->p.a->stack, knob, algorithm), 0);
	assert_int_equal(tcp_knob_set_text(&t->p.b->stack, knob, algorithm), 0);
}

static void start(struct bulk *t, const char *algorithm,
		  const struct cable_params *cable, uint64_t seed,
		  uint64_t octets)
{
	struct endpoint to = talker_ep("10.0.0.2:9");

	memset(t, 0, sizeof(*t));
	pair_init(&t->p, seed, cable);
	pool_set_poison(&world_env(t->p.w)->pkts, true);
	bound_windows(t);
	choose(t, algorithm);
	t->listener = talker_listen(&t->p.b->stack, 9, 1);
	talker_init(&t->a, &t->p.a->stack, NULL);
	t->a.to_send = octets;
	t->a.closes = true;
	t->a.peer_seed = 1;
	assert_int_equal(tcp_connect(t->a.c, &to), 0);
}

/* Both must be gone for good when 2MSL is over. */
static void finish(struct bulk *t)
{
	struct world *w = t->p.w;

	talker_close(&t->a);
	talker_close(&t->b);
	tcp_close(t->listener);
	world_run_until(w, world_now(w) + 400 * NS_PER_S);
	assert_int_equal(tcp_stats(&t->p.a->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t->p.b->stack)->conns, 0);
	assert_int_equal(tcp_stats(&t->p.a->stack)->time_waits, 0);
	assert_int_equal(tcp_stats(&t->p.b->stack)->time_waits, 0);
	assert_int_equal(pair_fini(&t->p), 0);
}

uint64_t bulk_run(const struct cable_params *cable, uint64_t seed,
		  uint64_t octets)
{
	return bulk_run_with(NULL, cable, seed, octets);
}

uint64_t bulk_run_with(const char *algorithm, const struct cable_params *cable,
		       uint64_t seed, uint64_t octets)
{
	static struct bulk t;
	uint64_t ms = 0;

	start(&t, algorithm, cable, seed, octets);
	assert_int_equal(world_run_wait(t.p.w, is_over, &t, 36000 * NS_PER_S),
			 0);
	if (t.b.c) {
		assert_int_equal(t.a.error, 0);
		assert_int_equal(t.b.error, 0);
		assert_int_equal(t.b.received, octets);
		assert_int_equal(t.a.received, octets / 2);
		ms = world_now(t.p.w) / NS_PER_MS;
	}
	finish(&t);
	return ms;
}
