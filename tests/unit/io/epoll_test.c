// SPDX-License-Identifier: MIT
/* epoll_test.c - epoll, poll and select, on event counters */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "bare.h"
#include "io/io.h"
#include "sock/sock.h"

/* A stack, an epoll set and some event counters, all 0. */
enum { COUNTERS = 4 };
struct fix {
	struct bare bare;
	int ep;
	int fd[COUNTERS];
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	int i;

	bare_init(&f->bare);
	f->ep = sk_epoll_create(&f->bare.stack, 0);
	for (i = 0; i < COUNTERS; i++)
		f->fd[i] = sk_event_create(&f->bare.stack, 0, SK_SOCK_NONBLOCK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	bare_fini(&f->bare);
	free(f);
	return 0;
}

static int ctl(struct fix *f, int op, int i, uint32_t events)
{
	struct sk_epoll_event ev = {.events = events,
				    .data = 100 + (uint64_t)i};

	return sk_epoll_ctl(&f->bare.stack, f->ep, op, f->fd[i], &ev);
}

static void add(struct fix *f, int i, uint32_t events)
{
	assert_int_equal(ctl(f, SK_EPOLL_CTL_ADD, i, events), 0);
}

static void raise(struct fix *f, int i)
{
	uint64_t one = 1;

	sk_write(&f->bare.stack, f->fd[i], &one, sizeof(one));
}

static void drain(struct fix *f, int i)
{
	uint64_t n;

	sk_read(&f->bare.stack, f->fd[i], &n, sizeof(n));
}

/* What is ready, as a sum of 1 << i; each at most once. */
static unsigned int ready(struct fix *f)
{
	struct sk_epoll_event evs[16];
	unsigned int set = 0;
	int i, n = sk_epoll_wait(&f->bare.stack, f->ep, evs, 16, 0);

	assert_true(n >= 0);
	for (i = 0; i < n; i++) {
		unsigned int bit = 1U << (evs[i].data - 100);

		assert_false(set & bit);
		set |= bit;
	}
	return set;
}

static void level_is_told_until_it_is_gone(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN);
	add(f, 1, WAIT_IN);
	assert_int_equal(ready(f), 0);
	raise(f, 1);
	assert_int_equal(ready(f), 2);
	assert_int_equal(ready(f), 2);
	raise(f, 0);
	assert_int_equal(ready(f), 3);
	drain(f, 1);
	assert_int_equal(ready(f), 1);
}

static void edge_is_told_once_for_each_change(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN | SK_EPOLLET);
	raise(f, 0);
	assert_int_equal(ready(f), 1);
	assert_int_equal(ready(f), 0);
	raise(f, 0); /* was not drained, and still it is news */
	assert_int_equal(ready(f), 1);
	assert_int_equal(ready(f), 0);
}

static void what_is_ready_when_added_is_told(void **state)
{
	struct fix *f = *state;

	raise(f, 2);
	add(f, 2, WAIT_IN | SK_EPOLLET);
	assert_int_equal(ready(f), 4);
}

static void one_shot_is_told_once_until_modified(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN | SK_EPOLLONESHOT);
	raise(f, 0);
	assert_int_equal(ready(f), 1);
	raise(f, 0);
	assert_int_equal(ready(f), 0);
	ctl(f, SK_EPOLL_CTL_MOD, 0, WAIT_IN | SK_EPOLLONESHOT);
	assert_int_equal(ready(f), 1);
	assert_int_equal(ready(f), 0);
}

static void modified_item_waits_for_its_new_events(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN);
	ctl(f, SK_EPOLL_CTL_MOD, 0, WAIT_OUT);
	assert_int_equal(ready(f), 1); /* an event counter takes writes */
	ctl(f, SK_EPOLL_CTL_MOD, 0, 0);
	raise(f, 0);
	assert_int_equal(ready(f), 0);
}

static void ready_items_take_turns(void **state)
{
	struct fix *f = *state;
	struct sk_epoll_event ev;
	unsigned int told = 0;
	int i;

	for (i = 0; i < COUNTERS; i++) {
		add(f, i, WAIT_IN);
		raise(f, i);
	}
	for (i = 0; i < COUNTERS; i++) {
		assert_int_equal(
			sk_epoll_wait(&f->bare.stack, f->ep, &ev, 1, 0), 1);
		told |= 1U << (ev.data - 100);
	}
	assert_int_equal(told, (1 << COUNTERS) - 1);
}

static void closed_file_leaves_its_sets(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN);
	raise(f, 0);
	sk_close(&f->bare.stack, f->fd[0]);
	assert_int_equal(ready(f), 0);
}

static void copied_descriptor_keeps_the_file_in_the_set(void **state)
{
	struct fix *f = *state;
	int copy = sk_dup(&f->bare.stack, f->fd[0]);

	add(f, 0, WAIT_IN);
	sk_close(&f->bare.stack, f->fd[0]);
	f->fd[0] = copy;
	raise(f, 0);
	assert_int_equal(ready(f), 1);
}

static void set_that_is_closed_first_lets_go(void **state)
{
	struct fix *f = *state;

	add(f, 0, WAIT_IN);
	add(f, 1, WAIT_IN);
	raise(f, 1);
	sk_close(&f->bare.stack, f->ep);
	raise(f, 0);
	drain(f, 0);
}

static void wait_ends_when_time_is_over(void **state)
{
	struct fix *f = *state;
	struct sk_epoll_event ev;
	uint64_t begin = f->bare.env.now_ns;

	add(f, 0, WAIT_IN);
	assert_int_equal(
		sk_epoll_wait(&f->bare.stack, f->ep, &ev, 1, 30 * NS_PER_MS),
		0);
	assert_int_equal(f->bare.env.now_ns - begin, 30 * NS_PER_MS);
}

static void wait_is_woken_by_a_timer_file(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_epoll_event ev = {.events = WAIT_IN, .data = 9};
	uint64_t begin = f->bare.env.now_ns;
	int t = sk_timer_create(s, 0);

	sk_epoll_ctl(s, f->ep, SK_EPOLL_CTL_ADD, t, &ev);
	sk_timer_set(s, t, 8 * NS_PER_MS, 0);
	assert_int_equal(sk_epoll_wait(s, f->ep, &ev, 1, -1), 1);
	assert_int_equal(ev.data, 9);
	assert_int_equal(ev.events, WAIT_IN);
	assert_int_equal(f->bare.env.now_ns - begin, 8 * NS_PER_MS);
}

static void event_names_what_made_it_ready(void **state)
{
	struct fix *f = *state;
	struct sk_epoll_event ev;

	add(f, 0, WAIT_IN);
	f->bare.env.cause = 77;
	raise(f, 0);
	f->bare.env.cause = 0;
	sk_epoll_wait(&f->bare.stack, f->ep, &ev, 1, 0);
	assert_int_equal(ev.cause, 77);
}

static void misuse_is_refused(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_epoll_event ev = {.events = WAIT_IN};

	add(f, 0, WAIT_IN);
	assert_int_equal(ctl(f, SK_EPOLL_CTL_ADD, 0, WAIT_IN), -EEXIST);
	assert_int_equal(ctl(f, SK_EPOLL_CTL_DEL, 1, 0), -ENOENT);
	assert_int_equal(ctl(f, SK_EPOLL_CTL_MOD, 1, 0), -ENOENT);
	assert_int_equal(ctl(f, 9, 1, 0), -EINVAL);
	assert_int_equal(sk_epoll_ctl(s, f->fd[0], 1, f->fd[1], &ev), -EINVAL);
	assert_int_equal(sk_epoll_ctl(s, f->ep, 1, f->ep, &ev), -EINVAL);
	assert_int_equal(sk_epoll_ctl(s, f->ep, 1, 99, &ev), -EBADF);
	assert_int_equal(sk_epoll_ctl(s, 99, 1, f->fd[0], &ev), -EBADF);
	assert_int_equal(sk_epoll_wait(s, f->ep, &ev, 0, 0), -EINVAL);
	assert_int_equal(sk_epoll_wait(s, 99, &ev, 1, 0), -EBADF);
	assert_int_equal(ctl(f, SK_EPOLL_CTL_DEL, 0, 0), 0);
	assert_int_equal(ctl(f, SK_EPOLL_CTL_DEL, 0, 0), -ENOENT);
}

static void sets_can_be_watched_but_not_in_circles(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_epoll_event ev = {.events = WAIT_IN, .data = 5};
	int outer = sk_epoll_create(s, 0);

	assert_int_equal(sk_epoll_ctl(s, outer, 1, f->ep, &ev), 0);
	assert_int_equal(sk_epoll_ctl(s, f->ep, 1, outer, &ev), -ELOOP);
	add(f, 0, WAIT_IN);
	assert_int_equal(sk_epoll_wait(s, outer, &ev, 1, 0), 0);
	raise(f, 0);
	assert_int_equal(sk_epoll_wait(s, outer, &ev, 1, 0), 1);
	assert_int_equal(ev.data, 5);
	drain(f, 0);
	assert_int_equal(sk_epoll_wait(s, outer, &ev, 1, 0), 0);
}

static void idle_items_cost_nothing_per_wait(void **state)
{
	enum { MANY = 5000 };
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_epoll_event ev = {.events = WAIT_IN};
	int i;

	for (i = 0; i < MANY; i++) {
		int fd = sk_event_create(s, 0, 0);

		assert_int_equal(sk_epoll_ctl(s, f->ep, 1, fd, &ev), 0);
	}
	add(f, 3, WAIT_IN);
	/* A million looks at five thousand items would take far too long. */
	for (i = 0; i < 200000; i++)
		assert_int_equal(sk_epoll_wait(s, f->ep, &ev, 1, 0), 0);
	raise(f, 3);
	assert_int_equal(sk_epoll_wait(s, f->ep, &ev, 1, 0), 1);
}

static void no_memory_for_an_item_is_survived(void **state)
{
	struct fix *f = *state;
	struct mem *mem = &f->bare.mem;
	int k, err = -ENOMEM;

	for (k = 1; err == -ENOMEM; k++) {
		mem->fail_at = mem->calls + (uint64_t)k;
		err = ctl(f, SK_EPOLL_CTL_ADD, 0, WAIT_IN);
		mem->fail_at = 0;
	}
	assert_int_equal(err, 0);
	assert_true(k > 2);
	raise(f, 0);
	assert_int_equal(ready(f), 1);
}

static void poll_looks_at_each(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_pollfd p[] = {
		{.fd = f->fd[0], .events = WAIT_IN},
		{.fd = -1, .events = WAIT_IN},
		{.fd = 99, .events = WAIT_IN},
		{.fd = f->fd[1], .events = WAIT_IN | WAIT_OUT},
	};

	raise(f, 0);
	assert_int_equal(sk_poll(s, p, 4, 0), 3);
	assert_int_equal(p[0].revents, WAIT_IN);
	assert_int_equal(p[1].revents, 0);
	assert_int_equal(p[2].revents, WAIT_NVAL);
	assert_int_equal(p[3].revents, WAIT_OUT);
}

static void poll_sleeps_until_one_is_ready(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	uint64_t begin = f->bare.env.now_ns;
	struct sk_pollfd p[] = {
		{.fd = f->fd[0], .events = WAIT_IN},
		{.fd = sk_timer_create(s, 0), .events = WAIT_IN},
	};

	assert_int_equal(sk_poll(s, p, 2, 3 * NS_PER_MS), 0);
	assert_int_equal(f->bare.env.now_ns - begin, 3 * NS_PER_MS);
	sk_timer_set(s, p[1].fd, 4 * NS_PER_MS, 0);
	assert_int_equal(sk_poll(s, p, 2, -1), 1);
	assert_int_equal(p[1].revents, WAIT_IN);
	assert_int_equal(f->bare.env.now_ns - begin, 7 * NS_PER_MS);
	drain(f, 0);
	sk_timer_set(s, p[1].fd, 0, 0);
	assert_int_equal(sk_poll(s, p, 2, -1), -EDEADLK);
}

static void poll_without_memory_says_so(void **state)
{
	struct fix *f = *state;
	struct sk_pollfd p = {.fd = f->fd[0], .events = WAIT_IN};

	f->bare.mem.fail_at = f->bare.mem.calls + 1;
	assert_int_equal(sk_poll(&f->bare.stack, &p, 1, 1), -ENOMEM);
	f->bare.mem.fail_at = 0;
	assert_int_equal(sk_poll(&f->bare.stack, &p, 1, 1), 0);
}

static void select_leaves_the_bits_of_what_is_ready(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_fd_set rd = {0}, wr = {0};

	raise(f, 0);
	rd.bits[0] = UINT64_C(1) << f->fd[0] | UINT64_C(1) << f->fd[1];
	wr.bits[0] = UINT64_C(1) << f->fd[1];
	assert_int_equal(sk_select(s, 10, &rd, &wr, NULL, 0), 2);
	assert_int_equal(rd.bits[0], UINT64_C(1) << f->fd[0]);
	assert_int_equal(wr.bits[0], UINT64_C(1) << f->fd[1]);
	rd.bits[0] = UINT64_C(1) << f->fd[3];
	assert_int_equal(sk_select(s, 10, &rd, NULL, NULL, 5), 0);
	assert_int_equal(rd.bits[0], 0);
	rd.bits[0] = UINT64_C(1) << 40;
	assert_int_equal(sk_select(s, 41, &rd, NULL, NULL, 0), -EBADF);
}

static void select_ends_at_1024(void **state)
{
	struct fix *f = *state;
	struct sk_fd_set rd = {0};

	assert_int_equal(sizeof(rd) * 8, 1024);
	assert_int_equal(sk_select(&f->bare.stack, 1025, &rd, NULL, NULL, 0),
			 -EINVAL);
	assert_int_equal(sk_select(&f->bare.stack, 1024, &rd, NULL, NULL, 0),
			 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(level_is_told_until_it_is_gone),
		T(edge_is_told_once_for_each_change),
		T(what_is_ready_when_added_is_told),
		T(one_shot_is_told_once_until_modified),
		T(modified_item_waits_for_its_new_events),
		T(ready_items_take_turns),
		T(closed_file_leaves_its_sets),
		T(copied_descriptor_keeps_the_file_in_the_set),
		T(set_that_is_closed_first_lets_go),
		T(wait_ends_when_time_is_over),
		T(wait_is_woken_by_a_timer_file),
		T(event_names_what_made_it_ready),
		T(misuse_is_refused),
		T(sets_can_be_watched_but_not_in_circles),
		T(idle_items_cost_nothing_per_wait),
		T(no_memory_for_an_item_is_survived),
		T(poll_looks_at_each),
		T(poll_sleeps_until_one_is_ready),
		T(poll_without_memory_says_so),
		T(select_leaves_the_bits_of_what_is_ready),
		T(select_ends_at_1024),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
