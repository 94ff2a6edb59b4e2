// SPDX-License-Identifier: MIT
/* gate_test.c - many threads in front of one door */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/env.h"

#include "os/clock.h"
#include "os/gate.h"

/* Behind the gate: one thing that becomes due once. */
struct room {
	struct gate gate;
	uint64_t due_ns;
	int runs;
	bool is_lit;
};

static uint64_t room_now(void *arg)
{
	(void)arg;
	return os_clock_ns();
}

static uint64_t room_next(void *arg)
{
	const struct room *room = arg;

	return room->due_ns;
}

static void room_run(void *arg, uint64_t now_ns)
{
	struct room *room = arg;

	if (room->due_ns > now_ns)
		return;
	room->due_ns = UINT64_MAX;
	room->runs++;
}

static struct room *room_open(void)
{
	static const struct gate_ops ops = {room_now, room_next, room_run};
	static struct room room;

	room = (struct room){.due_ns = UINT64_MAX};
	assert_int_equal(gate_init(&room.gate, &ops, &room), 0);
	gate_enter(&room.gate);
	return &room;
}

static void room_close(struct room *room)
{
	gate_leave(&room->gate);
	gate_fini(&room->gate);
}

static bool has_run(void *arg)
{
	const struct room *room = arg;

	return room->runs > 0;
}

static bool is_lit(void *arg)
{
	const struct room *room = arg;

	return room->is_lit;
}

static uint64_t in_ms(uint64_t ms)
{
	return os_clock_ns() + ms * NS_PER_MS;
}

static void who_came_in_twice_cannot_sleep(void **state)
{
	struct room *room = room_open();
	struct sleep s = {0};

	(void)state;
	gate_enter(&room->gate);
	assert_int_equal(gate_sleep(&room->gate, &s, in_ms(1)), -EDEADLK);
	assert_int_equal(gate_wait(&room->gate, is_lit, room, in_ms(1)),
			 -EDEADLK);
	gate_leave(&room->gate);
	assert_int_equal(gate_sleep(&room->gate, &s, in_ms(1)), -ETIMEDOUT);
	room_close(room);
}

static void who_is_woken_already_does_not_sleep(void **state)
{
	struct room *room = room_open();
	struct sleep s = {.is_woken = true};

	(void)state;
	assert_int_equal(gate_sleep(&room->gate, &s, UINT64_MAX), 0);
	assert_int_equal(room->gate.stats.sleeps, 0);
	room_close(room);
}

static void what_is_due_happens_at_the_door(void **state)
{
	struct room *room = room_open();

	(void)state;
	room->due_ns = 1;
	gate_leave(&room->gate);
	gate_enter(&room->gate);
	assert_int_equal(room->runs, 1);
	room_close(room);
}

static void the_clocks_thread_comes_in_by_itself(void **state)
{
	struct room *room = room_open();

	(void)state;
	room->due_ns = in_ms(2);
	assert_int_equal(gate_wait(&room->gate, has_run, room, in_ms(60000)),
			 0);
	assert_int_equal(room->runs, 1);
	room_close(room);
}

static void *light_up(void *arg)
{
	struct room *room = arg;

	gate_enter(&room->gate);
	room->is_lit = true;
	gate_leave(&room->gate);
	return NULL;
}

static void a_condition_is_asked_after_every_visit(void **state)
{
	struct room *room = room_open();
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, light_up, room), 0);
	assert_int_equal(gate_wait(&room->gate, is_lit, room, UINT64_MAX), 0);
	pthread_join(other, NULL);
	room_close(room);
}

struct call {
	struct room *room;
	struct sleep *sleep;
};

static void *wake_up(void *arg)
{
	const struct call *call = arg;

	gate_enter(&call->room->gate);
	sleep_wake(call->sleep);
	gate_leave(&call->room->gate);
	return NULL;
}

static void one_sleeper_is_woken_by_name(void **state)
{
	struct room *room = room_open();
	struct sleep s = {0};
	struct call call = {room, &s};
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, wake_up, &call), 0);
	assert_int_equal(gate_sleep(&room->gate, &s, UINT64_MAX), 0);
	pthread_join(other, NULL);
	assert_true(room->gate.stats.sleeps >= 1);
	assert_null(s.rouse);
	room_close(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_came_in_twice_cannot_sleep),
		cmocka_unit_test(who_is_woken_already_does_not_sleep),
		cmocka_unit_test(what_is_due_happens_at_the_door),
		cmocka_unit_test(the_clocks_thread_comes_in_by_itself),
		cmocka_unit_test(a_condition_is_asked_after_every_visit),
		cmocka_unit_test(one_sleeper_is_woken_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
