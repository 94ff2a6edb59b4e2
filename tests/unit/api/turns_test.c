// SPDX-License-Identifier: MIT
/* turns_test.c - several threads that would do the same work take turns */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/eventfd.h>

#include <cmocka.h>

#include "threadbed.h"

static void no_herd_runs_for_one_connection(void **state)
{
	struct threadbed *f = *state;
	struct job job[CLIENTS];
	int i;

	for (i = 0; i < CLIENTS; i++)
		job_start(&job[i], accept_one, f->b, f->listener);
	while (sleeps_of(f->b) < CLIENTS)
		sched_yield();
	for (i = 0; i < CLIENTS; i++)
		connect_from(f->a);
	for (i = 0; i < CLIENTS; i++)
		job_finish(&job[i]);
	/* Each has slept once: nobody woke for another's connection. */
	assert_int_equal(sleeps_of(f->b), CLIENTS);
}

static void the_end_of_a_listener_wakes_all(void **state)
{
	struct threadbed *f = *state;
	struct job job[CLIENTS];
	int i;

	for (i = 0; i < CLIENTS; i++)
		job_start(&job[i], accept_one, f->b, f->listener);
	while (sleeps_of(f->b) < CLIENTS)
		sched_yield();
	assert_int_equal(weft_shutdown(f->b, f->listener, SHUT_RD), 0);
	for (i = 0; i < CLIENTS; i++) {
		job_finish(&job[i]);
		assert_int_equal(job[i].result, -1);
		assert_int_equal(job[i].err, EINVAL);
	}
}

static void *take_one_event(void *arg)
{
	struct epoll_event ev;
	struct job *job = arg;

	job->result = weft_epoll_wait(job->ws, job->fd, &ev, 1, -1);
	job->err = ev.data.fd;
	return NULL;
}

static void threads_of_one_set_share_what_is_ready(void **state)
{
	const uint64_t one = 1;
	struct threadbed *f = *state;
	int ep = weft_epoll_create1(f->b, 0), i, fd;
	struct job job[CLIENTS];
	long sum = 0, want = 0;

	for (i = 0; i < CLIENTS; i++)
		job_start(&job[i], take_one_event, f->b, ep);
	while (sleeps_of(f->b) < CLIENTS)
		sched_yield();
	for (i = 0; i < CLIENTS; i++) {
		struct epoll_event ev = {.events = EPOLLIN | EPOLLET};

		fd = weft_eventfd(f->b, 0, 0);
		ev.data.fd = fd;
		want += fd;
		assert_int_equal(
			weft_epoll_ctl(f->b, ep, EPOLL_CTL_ADD, fd, &ev), 0);
		assert_int_equal(weft_write(f->b, fd, &one, sizeof(one)), 8);
	}
	for (i = 0; i < CLIENTS; i++) {
		job_finish(&job[i]);
		assert_int_equal(job[i].result, 1);
		sum += job[i].err;
	}
	assert_int_equal(sum, want); /* each by one thread */
}

/* Who was woken goes away without reading: the item is ready still. */
static void a_level_that_stays_wakes_the_next(void **state)
{
	const uint64_t one = 1;
	struct threadbed *f = *state;
	int ep = weft_epoll_create1(f->b, 0), i;
	int fd = weft_eventfd(f->b, 0, 0);
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};
	struct job job[CLIENTS];

	assert_int_equal(weft_epoll_ctl(f->b, ep, EPOLL_CTL_ADD, fd, &ev), 0);
	for (i = 0; i < CLIENTS; i++)
		job_start(&job[i], take_one_event, f->b, ep);
	while (sleeps_of(f->b) < CLIENTS)
		sched_yield();
	assert_int_equal(weft_write(f->b, fd, &one, sizeof(one)), 8);
	for (i = 0; i < CLIENTS; i++) {
		job_finish(&job[i]);
		assert_int_equal(job[i].err, fd);
	}
}

#define WITH(test)                                             \
	cmocka_unit_test_setup_teardown(test, threadbed_setup, \
					threadbed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(no_herd_runs_for_one_connection),
		WITH(the_end_of_a_listener_wakes_all),
		WITH(threads_of_one_set_share_what_is_ready),
		WITH(a_level_that_stays_wakes_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
