// SPDX-License-Identifier: MIT
/* wheel_test.c - the timing wheel against a model */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/rng.h"
#include "base/wheel.h"

/*
 * The model is a plain array: what is armed, when it expires, and in which
 * order it was armed.  The next to fire is found by looking at all of it.
 */
enum { N = 64 };

struct entry {
	struct timer timer;
	bool is_armed;
	uint64_t expires_ns;
	uint64_t order;
};

struct world {
	struct wheel wheel;
	struct rng rng;
	uint64_t now_ns; /* as the model sees it */
	uint64_t limit_ns;
	uint64_t order;
	size_t fired;
	struct entry entries[N];
};

static struct entry *model_first(struct world *w)
{
	struct entry *e, *first = NULL;

	for (e = w->entries; e < w->entries + N; e++) {
		if (!e->is_armed)
			continue;
		if (!first || e->expires_ns < first->expires_ns ||
		    (e->expires_ns == first->expires_ns &&
		     e->order < first->order))
			first = e;
	}
	return first;
}

static void arm(struct world *w, struct entry *e, uint64_t expires_ns)
{
	wheel_arm(&w->wheel, &e->timer, expires_ns);
	e->is_armed = true;
	e->expires_ns = max_u64(expires_ns, w->now_ns);
	e->order = w->order++;
}

static void cancel(struct world *w, struct entry *e)
{
	timer_cancel(&w->wheel, &e->timer);
	e->is_armed = false;
}

/* Delays of all magnitudes, many of them equal. */
static uint64_t some_delay(struct rng *r)
{
	unsigned bits = rng_below(r, 50);
	uint64_t d = rng_u64(r) & (((uint64_t)1 << bits) - 1);

	switch (rng_below(r, 4)) {
	case 0:
		return rng_below(r, 4);
	case 1:
		return (uint64_t)1 << bits;
	default:
		return d;
	}
}

static void do_something(struct world *w)
{
	struct entry *e = &w->entries[rng_below(&w->rng, N)];

	if (rng_below(&w->rng, 4) == 0)
		cancel(w, e);
	else
		arm(w, e, w->now_ns + some_delay(&w->rng));
}

static void on_timer(struct timer *t, void *arg)
{
	struct world *w = arg;
	struct entry *e = container_of(t, struct entry, timer);
	uint32_t i;

	assert_ptr_equal(e, model_first(w));
	assert_true(e->expires_ns <= w->limit_ns);
	assert_true(w->wheel.now_ns == e->expires_ns);
	assert_false(timer_is_armed(t));
	e->is_armed = false;
	w->now_ns = e->expires_ns;
	w->fired++;
	for (i = rng_below(&w->rng, 3); i > 0; i--)
		do_something(w);
}

static void world_init(struct world *w, uint64_t seed, uint64_t now_ns)
{
	struct entry *e;

	memset(w, 0, sizeof(*w));
	rng_init(&w->rng, seed, "wheel");
	wheel_init(&w->wheel, now_ns);
	w->now_ns = now_ns;
	for (e = w->entries; e < w->entries + N; e++)
		timer_init(&e->timer, on_timer, w);
}

static void check_next(struct world *w)
{
	const struct entry *first = model_first(w);
	uint64_t next = wheel_next(&w->wheel);

	if (!first) {
		assert_true(next == WHEEL_NEVER);
		return;
	}
	assert_true(next <= first->expires_ns);
	assert_true(next >= w->now_ns);
}

static void run_to(struct world *w, uint64_t now_ns)
{
	const struct entry *first;

	w->limit_ns = now_ns;
	wheel_run(&w->wheel, now_ns);
	w->now_ns = max_u64(w->now_ns, now_ns);
	first = model_first(w);
	assert_true(!first || first->expires_ns > now_ns);
	check_next(w);
}

static void random_life(uint64_t seed, uint64_t start_ns)
{
	static struct world w;
	int i;

	world_init(&w, seed, start_ns);
	for (i = 0; i < 3000; i++) {
		uint32_t what = rng_below(&w.rng, 8);

		if (what < 5)
			do_something(&w);
		else if (what < 7)
			run_to(&w, w.now_ns + some_delay(&w.rng));
		else
			run_to(&w, max_u64(w.now_ns,
					   min_u64(wheel_next(&w.wheel),
						   w.now_ns + (1U << 30))));
		check_next(&w);
	}
	assert_true(w.fired > 500);
}

static void random_operations_agree_with_a_model(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++)
		random_life(seed, 0);
}

static void a_wheel_may_begin_at_any_time(void **state)
{
	(void)state;
	random_life(100, 1700000000000000000);
	random_life(101, ((uint64_t)1 << 35) - 3);
	random_life(102, (uint64_t)1 << 62);
}

/* For tests of one thing: writes down which timers fired, in order. */
struct note {
	struct timer timer;
	struct wheel *wheel;
	char *log;
	char name;
	int again;
};

static void on_note(struct timer *t, void *arg)
{
	struct note *n = arg;
	size_t len = strlen(n->log);

	n->log[len] = n->name;
	n->log[len + 1] = '\0';
	if (n->again-- > 0)
		wheel_arm(n->wheel, t, n->wheel->now_ns);
}

static void note_init(struct note *n, struct wheel *w, char *log, char name)
{
	*n = (struct note){.wheel = w, .name = name};
	n->log = log;
	timer_init(&n->timer, on_note, n);
}

static void the_same_nanosecond_keeps_the_order_of_arming(void **state)
{
	const uint64_t at = 123456789;
	struct note n[6];
	struct wheel w;
	char log[20] = "";
	size_t i;

	(void)state;
	wheel_init(&w, 0);
	for (i = 0; i < 6; i++) {
		note_init(&n[i], &w, log, (char)('a' + i));
		/* Each from nearer, so that levels differ at arming. */
		wheel_run(&w, at - (100000U >> (3 * i)));
		wheel_arm(&w, &n[i].timer, at);
	}
	wheel_arm(&w, &n[2].timer, at); /* again: now it is last */
	assert_int_equal(wheel_run(&w, at - 1), 0);
	assert_int_equal(wheel_run(&w, at), 6);
	assert_string_equal(log, "abdefc");
}

static void a_nanosecond_is_a_nanosecond(void **state)
{
	struct wheel w;
	struct note n;
	char log[20] = "";

	(void)state;
	wheel_init(&w, 5);
	note_init(&n, &w, log, 'x');
	wheel_arm(&w, &n.timer, 1000000007);
	assert_true(wheel_next(&w) == 1000000007);
	assert_int_equal(wheel_run(&w, 1000000006), 0);
	assert_true(timer_is_armed(&n.timer));
	assert_true(wheel_next(&w) == 1000000007);
	assert_int_equal(wheel_run(&w, 1000000007), 1);
	assert_false(timer_is_armed(&n.timer));
	assert_true(wheel_next(&w) == WHEEL_NEVER);
}

static void the_past_is_the_present(void **state)
{
	struct wheel w;
	struct note n;
	char log[20] = "";

	(void)state;
	wheel_init(&w, 1000);
	note_init(&n, &w, log, 'x');
	wheel_arm(&w, &n.timer, 10);
	assert_true(wheel_next(&w) == 1000);
	assert_int_equal(wheel_run(&w, 999), 0); /* time does not go back */
	assert_int_equal(wheel_run(&w, 1000), 1);
}

static void a_timer_may_arm_itself_for_now(void **state)
{
	struct wheel w;
	struct note a, b;
	char log[20] = "";

	(void)state;
	wheel_init(&w, 0);
	note_init(&a, &w, log, 'a');
	note_init(&b, &w, log, 'b');
	a.again = 2;
	wheel_arm(&w, &a.timer, 7);
	wheel_arm(&w, &b.timer, 7);
	assert_int_equal(wheel_run(&w, 7), 4);
	assert_string_equal(log, "abaa");
}

static void the_end_of_time_can_be_waited_for(void **state)
{
	struct wheel w;
	struct note n;
	char log[20] = "";

	(void)state;
	wheel_init(&w, 0);
	note_init(&n, &w, log, 'x');
	wheel_arm(&w, &n.timer, UINT64_MAX - 1);
	assert_int_equal(wheel_run(&w, (uint64_t)1 << 63), 0);
	assert_true(wheel_next(&w) == UINT64_MAX - 1);
	assert_int_equal(wheel_run(&w, UINT64_MAX - 1), 1);
}

/* More timers than wheel_next() looks at: it may err, to one side only. */
static void a_crowd_is_never_announced_too_late(void **state)
{
	enum { CROWD = 40 };
	struct note n[CROWD];
	struct wheel w;
	char log[CROWD + 1] = "";
	size_t i, fired = 0;
	int steps = 0;

	(void)state;
	wheel_init(&w, 0);
	for (i = 0; i < CROWD; i++) {
		note_init(&n[i], &w, log, 'x');
		wheel_arm(&w, &n[i].timer, 1000000 + (CROWD - i) * 7);
	}
	while (w.count) {
		uint64_t next = wheel_next(&w);

		fired += wheel_run(&w, next);
		assert_true(w.now_ns == next);
		steps++;
	}
	assert_int_equal(fired, CROWD);
	assert_true(steps <= CROWD + WHEEL_LEVELS);
}

static void an_idle_wheel_is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct wheel) <= 4096);
	assert_true(sizeof(struct timer) <= 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_agree_with_a_model),
		cmocka_unit_test(a_wheel_may_begin_at_any_time),
		cmocka_unit_test(the_same_nanosecond_keeps_the_order_of_arming),
		cmocka_unit_test(a_nanosecond_is_a_nanosecond),
		cmocka_unit_test(the_past_is_the_present),
		cmocka_unit_test(a_timer_may_arm_itself_for_now),
		cmocka_unit_test(the_end_of_time_can_be_waited_for),
		cmocka_unit_test(a_crowd_is_never_announced_too_late),
		cmocka_unit_test(an_idle_wheel_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
