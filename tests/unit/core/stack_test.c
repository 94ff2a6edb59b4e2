// SPDX-License-Identifier: MIT
/* stack_test.c - timers, tasks, wait queues, and the chain of causes */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"
#include "core/waitq.h"

struct world {
	struct mem mem;
	struct env env;
	struct stack stack;
	int kicks;
	int fired;
	uint32_t cause_seen;
	uint32_t events;
	uint32_t last_cause;
};

static int fill_sevens(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 7, len);
	return 0;
}

static int fill_nothing(void *arg, void *buf, size_t len)
{
	(void)arg;
	(void)buf;
	(void)len;
	return -ENOSYS;
}

static void on_kick(struct stack *stack)
{
	struct world *w = stack->driver;

	w->kicks++;
}

static const struct stack_ops ops = {.on_kick = on_kick};

static uint32_t listen_to(void *arg, const struct event *ev)
{
	struct world *w = arg;

	w->last_cause = ev->cause;
	return ++w->events;
}

static int setup(void **state)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	mem_init_libc(&w.mem);
	env_init(&w.env, &w.mem);
	assert_int_equal(stack_init(&w.stack, &w.env, "host",
				    (struct entropy){fill_sevens, NULL}),
			 0);
	w.stack.ops = &ops;
	w.stack.driver = &w;
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	stack_fini(&w->stack);
	return env_fini(&w->env) || w->mem.in_use_count ? -1 : 0;
}

static void no_entropy_no_stack(void **state)
{
	struct world *w = *state;
	struct stack other;

	assert_int_equal(stack_init(&other, &w->env, "other",
				    (struct entropy){fill_nothing, NULL}),
			 -EIO);
	assert_int_equal(
		stack_init(&other, &w->env, "other", (struct entropy){0}),
		-EIO);
}

static void note_fired(struct timer *t, void *arg)
{
	struct world *w = arg;

	(void)t;
	w->fired++;
	w->cause_seen = w->env.cause;
}

static void a_timer_fires_with_the_cause_that_armed_it(void **state)
{
	struct world *w = *state;
	struct timer t;

	timer_init(&t, note_fired, w);
	w->env.cause = 41;
	stack_arm_in(&w->stack, &t, 5);
	w->env.cause = 0;
	assert_int_equal(w->kicks, 1);
	assert_int_equal(stack_next(&w->stack), 5);
	w->env.now_ns = 4;
	stack_run(&w->stack);
	assert_int_equal(w->fired, 0);
	w->env.now_ns = 5;
	stack_run(&w->stack);
	assert_int_equal(w->fired, 1);
	assert_int_equal(w->cause_seen, 41);
	assert_int_equal(w->env.cause, 0);
}

static void a_time_beyond_the_end_is_the_end(void **state)
{
	struct world *w = *state;
	struct timer t;

	timer_init(&t, note_fired, w);
	w->env.now_ns = 10;
	stack_run(&w->stack);
	stack_arm_in(&w->stack, &t, UINT64_MAX);
	assert_true(timer_is_armed(&t));
	stack_disarm(&w->stack, &t);
	assert_int_equal(stack_next(&w->stack), UINT64_MAX);
}

static void task_again(struct task *task, void *arg)
{
	struct world *w = arg;

	w->cause_seen = w->env.cause;
	if (++w->fired < 3)
		stack_defer(&w->stack, task);
}

static void tasks_wait_for_the_end_of_the_call(void **state)
{
	struct world *w = *state;
	struct task task;

	task_init(&task, task_again, w);
	stack_enter(&w->stack);
	w->env.cause = 9;
	stack_defer(&w->stack, &task);
	stack_defer(&w->stack, &task);
	w->env.cause = 0;
	assert_int_equal(w->fired, 0);
	stack_leave(&w->stack);
	assert_int_equal(w->fired, 3);
	assert_int_equal(w->cause_seen, 9);
	assert_int_equal(w->kicks, 0);
}

static void a_task_outside_of_calls_kicks_the_driver(void **state)
{
	struct world *w = *state;
	struct task task;

	task_init(&task, task_again, w);
	stack_defer(&w->stack, &task);
	assert_int_equal(w->kicks, 1);
	assert_int_equal(stack_next(&w->stack), 0);
	stack_run(&w->stack);
	assert_int_equal(w->fired, 3);
}

static int swallow(struct netif *netif, struct pkt *pkt)
{
	struct pkt **last = netif->drv;

	*last = pkt;
	return 0;
}

static const struct netif_ops swallow_ops = {.transmit = swallow};

static void a_frame_carries_its_cause_over_the_wire(void **state)
{
	struct world *w = *state;
	struct pkt *sent = NULL;
	struct netif netif;

	w->env.probe = listen_to;
	w->env.probe_arg = w;
	netif_init(&netif, &w->stack.place, "eth0", (mac_addr){{2}});
	netif.ops = &swallow_ops;
	netif.drv = &sent;
	stack_add_netif(&w->stack, &netif);

	w->events = 10;
	w->env.cause = 4;
	assert_int_equal(netif_transmit(&netif, pkt_new(&w->env, R_TCP_SYN)),
			 0);
	assert_int_equal(w->last_cause, 4);
	assert_int_equal(sent->cause, 11);
	netif.is_up = false;
	w->env.cause = 0;
	netif_input(&netif, sent);
	assert_int_equal(w->last_cause, 11);
	assert_int_equal(w->stack.place.drops[DROP_link_down], 1);
	stack_del_netif(&w->stack, &netif);
}

struct sleeper {
	struct waiter waiter;
	int woken;
};

static void count_wake(struct waiter *waiter, uint32_t events)
{
	struct sleeper *s = waiter->arg;

	(void)events;
	s->woken++;
}

static void one_exclusive_waiter_at_a_time_all_others_always(void **state)
{
	struct sleeper s[4] = {0};
	struct waitq q;
	int i;

	(void)state;
	waitq_init(&q);
	for (i = 0; i < 4; i++) {
		waiter_init(&s[i].waiter, count_wake, &s[i], WAIT_IN);
		s[i].waiter.is_exclusive = i < 2;
		waitq_add(&q, &s[i].waiter);
	}
	waitq_wake(&q, WAIT_IN);
	assert_int_equal(s[0].woken + s[1].woken, 1);
	waitq_wake(&q, WAIT_IN);
	assert_int_equal(s[0].woken, 1);
	assert_int_equal(s[1].woken, 1);
	assert_int_equal(s[2].woken, 2);
	waitq_wake(&q, WAIT_OUT);
	assert_int_equal(s[2].woken, 2);
	waitq_wake(&q, WAIT_HUP);
	assert_int_equal(s[3].woken, 3);
	for (i = 0; i < 4; i++)
		waitq_del(&s[i].waiter);
	assert_true(list_is_empty(&q.waiters));
}

static void every_name_is_there(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < DROP_COUNT; i++) {
		assert_true(strlen(drop_name((enum drop)i)) > 2);
		assert_true(strlen(drop_text((enum drop)i)) > 4);
	}
	for (i = 0; i < R_COUNT; i++)
		assert_true(strlen(reason_name((enum reason)i)) > 3);
	for (i = 0; i < EV_KINDS; i++)
		assert_true(strlen(ev_kind_name((enum ev_kind)i)) > 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(no_entropy_no_stack),
		T(a_timer_fires_with_the_cause_that_armed_it),
		T(a_time_beyond_the_end_is_the_end),
		T(tasks_wait_for_the_end_of_the_call),
		T(a_task_outside_of_calls_kicks_the_driver),
		T(a_frame_carries_its_cause_over_the_wire),
		T(one_exclusive_waiter_at_a_time_all_others_always),
		T(every_name_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
