// SPDX-License-Identifier: MIT
/* threads_test.c - many threads on one network, and on one stack */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <weft/weft.h>

#include <cmocka.h>

#include "threadbed.h"

static void each_connection_has_its_thread(void **state)
{
	struct job server[CLIENTS], client[CLIENTS];
	struct threadbed *f = *state;
	int i;

	for (i = 0; i < CLIENTS; i++)
		job_start(&client[i], ask_often, f->a, -1);
	for (i = 0; i < CLIENTS; i++)
		job_start(&server[i], serve, f->b,
			  weft_accept(f->b, f->listener, NULL, NULL));
	for (i = 0; i < CLIENTS; i++) {
		job_finish(&client[i]);
		job_finish(&server[i]);
		assert_int_equal(client[i].result, ROUNDS);
		assert_int_equal(server[i].result, ROUNDS * 15);
		assert_int_equal(server[i].err, 0);
	}
}

static void threads_that_accept_share_the_connections(void **state)
{
	struct threadbed *f = *state;
	struct job job[3];
	int i;

	for (i = 0; i < 3; i++)
		job_start(&job[i], accept_one, f->b, f->listener);
	for (i = 0; i < 3; i++)
		connect_from(f->a);
	for (i = 0; i < 3; i++) {
		job_finish(&job[i]);
		assert_true(job[i].result >= 0);
	}
	assert_int_not_equal(job[0].result, job[1].result);
	assert_int_not_equal(job[1].result, job[2].result);
	assert_int_not_equal(job[0].result, job[2].result);
}

static void *read_one(void *arg)
{
	struct job *job = arg;
	char c;

	job->result = weft_recv(job->ws, job->fd, &c, 1, 0);
	job->err = errno;
	return NULL;
}

static void shutdown_wakes_who_reads(void **state)
{
	struct threadbed *f = *state;
	int fd = connect_from(f->a);
	struct job job;

	job_start(&job, read_one, f->a, fd);
	assert_int_equal(weft_shutdown(f->a, fd, SHUT_RD), 0);
	job_finish(&job);
	assert_int_equal(job.result, 0);
}

static void what_is_closed_under_a_reader_still_reads(void **state)
{
	struct threadbed *f = *state;
	int fd = connect_from(f->a);
	int peer = weft_accept(f->b, f->listener, NULL, NULL);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct job job;

	job_start(&job, read_one, f->a, fd);
	weft_close(f->a, fd);
	assert_int_equal(weft_poll(f->a, &p, 1, 0), 1);
	assert_int_equal(p.revents, POLLNVAL);
	weft_send(f->b, peer, "x", 1, 0);
	job_finish(&job);
	/* Either it slept already, or it came too late. */
	assert_true(job.result == 1 || (job.result < 0 && job.err == EBADF));
}

static void a_timeout_is_real_time(void **state)
{
	const struct timeval tv = {.tv_usec = 5000};
	struct threadbed *f = *state;
	int fd = connect_from(f->a);
	uint64_t begun = weft_net_now(f->net);
	char c;

	weft_setsockopt(f->a, fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	assert_int_equal(weft_recv(f->a, fd, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(weft_net_now(f->net) - begun >= 5 * MS);
	begun = weft_net_now(f->net);
	assert_int_equal(weft_net_run(f->net, 3 * MS), 0);
	assert_true(weft_net_now(f->net) - begun >= 3 * MS);
}

/* Nobody is inside when the frames arrive: the clock's thread is. */
static void frames_travel_while_everybody_sleeps(void **state)
{
	struct threadbed *f = *state;
	uint64_t begun = weft_net_now(f->net);
	struct job job;

	job_start(&job, ask_often, f->a, -1);
	serve(&(struct job){
		.ws = f->b,
		.fd = weft_accept(f->b, f->listener, NULL, NULL),
	});
	job_finish(&job);
	assert_int_equal(job.result, ROUNDS);
	/* A round trip each, and one for the connection. */
	assert_true(weft_net_now(f->net) - begun >= (ROUNDS + 1) * 4 * MS);
}

struct called {
	int err, sends;
};

static void on_readable(struct weft_stack *ws, int fd, short events, void *arg)
{
	struct called *called = arg;
	char buf[8];
	ssize_t n;

	(void)events;
	while ((n = weft_recv(ws, fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		called->sends += weft_send(ws, fd, buf, (size_t)n, 0) == n;
	if (weft_recv(ws, fd, buf, 1, 0) < 0)
		called->err = errno;
}

static void callbacks_may_call_but_not_block(void **state)
{
	struct threadbed *f = *state;
	int fd = connect_from(f->a);
	int peer = weft_accept(f->b, f->listener, NULL, NULL);
	struct called called = {0};
	struct weft_watch *watch =
		weft_watch(f->b, peer, POLLIN, on_readable, &called);
	char buf[8];

	assert_int_equal(weft_send(f->a, fd, "hello", 5, 0), 5);
	assert_int_equal(weft_recv(f->a, fd, buf, 5, MSG_WAITALL), 5);
	weft_unwatch(watch);
	assert_int_equal(called.sends, 1);
	assert_int_equal(called.err, EDEADLK);
}

static void *wait_in_epoll(void *arg)
{
	struct job *job = arg;
	struct epoll_event ev;
	uint64_t count = 0;

	while (count < 3 &&
	       weft_epoll_wait(job->ws, job->fd, &ev, 1, -1) == 1) {
		uint64_t n = 0;

		if (weft_read(job->ws, ev.data.fd, &n, sizeof(n)) > 0)
			count += n;
	}
	job->result = (long)count;
	return NULL;
}

static void one_thread_wakes_another(void **state)
{
	const uint64_t one = 1;
	struct threadbed *f = *state;
	int ev = weft_eventfd(f->a, 0, EFD_NONBLOCK), i;
	int ep = weft_epoll_create1(f->a, 0);
	struct epoll_event want = {.events = EPOLLIN, .data.fd = ev};
	struct pollfd out = {.fd = ev, .events = POLLOUT};
	struct job job;

	assert_int_equal(weft_epoll_ctl(f->a, ep, EPOLL_CTL_ADD, ev, &want), 0);
	job_start(&job, wait_in_epoll, f->a, ep);
	for (i = 0; i < 3; i++) {
		assert_int_equal(weft_poll(f->a, &out, 1, -1), 1);
		assert_int_equal(weft_write(f->a, ev, &one, sizeof(one)), 8);
	}
	job_finish(&job);
	assert_int_equal(job.result, 3);
}

static void *poll_one(void *arg)
{
	struct job *job = arg;
	struct pollfd p = {.fd = job->fd, .events = POLLIN};

	job->result = weft_poll(job->ws, &p, 1, -1);
	job->err = p.revents;
	return NULL;
}

static void what_one_sends_all_that_poll_see(void **state)
{
	struct threadbed *f = *state;
	int fd = connect_from(f->a), i;
	int peer = weft_accept(f->b, f->listener, NULL, NULL);
	struct job job[CLIENTS];

	for (i = 0; i < CLIENTS; i++)
		job_start(&job[i], poll_one, f->b, peer);
	assert_int_equal(weft_send(f->a, fd, "x", 1, 0), 1);
	for (i = 0; i < CLIENTS; i++) {
		job_finish(&job[i]);
		assert_int_equal(job[i].result, 1);
		assert_int_equal(job[i].err, POLLIN);
	}
}

static void closing_lingers_while_others_work(void **state)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 5};
	struct threadbed *f = *state;
	int fd = connect_from(f->a);
	struct job job;

	job_start(&job, serve, f->b,
		  weft_accept(f->b, f->listener, NULL, NULL));
	weft_setsockopt(f->a, fd, SOL_SOCKET, SO_LINGER, &linger,
			sizeof(linger));
	assert_int_equal(weft_send(f->a, fd, "12345", 5, 0), 5);
	assert_int_equal(weft_close(f->a, fd), 0);
	job_finish(&job);
	assert_int_equal(job.result, 5);
}

static void threads_are_asked_for_once(void **state)
{
	struct threadbed *f = *state;

	assert_int_equal(weft_net_threads(f->net), 0);
	assert_int_equal(weft_stack_threads(f->a), 0); /* it has some */
}

static void a_host_of_a_network_has_its_networks_threads(void **state)
{
	struct weft_net *net = weft_net_new(1);
	struct weft_stack *ws = weft_net_host(net, "a");

	(void)state;
	errno = 0;
	assert_int_equal(weft_stack_threads(ws), -1);
	assert_int_equal(errno, EINVAL);
	weft_net_free(net);
}

/* Two stacks on their own: frames wait in a queue, and a thread for each
 * direction carries them. */
enum { FRAME = 1600, QUEUE = 64 };

struct wire {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	struct weft_stack *to;
	uint8_t frame[QUEUE][FRAME];
	size_t len[QUEUE];
	unsigned int head, tail;
	bool is_cut;
	pthread_t thread;
};

static int put_on_wire(void *arg, int ifindex, const struct iovec *iov,
		       int count)
{
	struct wire *w = arg;
	size_t len = 0;
	int i;

	(void)ifindex;
	pthread_mutex_lock(&w->mutex);
	if (w->tail - w->head == QUEUE) {
		pthread_mutex_unlock(&w->mutex);
		return -1;
	}
	for (i = 0; i < count; i++) {
		memcpy(w->frame[w->tail % QUEUE] + len, iov[i].iov_base,
		       iov[i].iov_len);
		len += iov[i].iov_len;
	}
	w->len[w->tail++ % QUEUE] = len;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	return 0;
}

static void *carry(void *arg)
{
	struct wire *w = arg;
	uint8_t frame[FRAME];
	size_t len;

	pthread_mutex_lock(&w->mutex);
	for (;;) {
		while (w->head == w->tail && !w->is_cut)
			pthread_cond_wait(&w->cond, &w->mutex);
		if (w->is_cut)
			break;
		len = w->len[w->head % QUEUE];
		memcpy(frame, w->frame[w->head++ % QUEUE], len);
		pthread_mutex_unlock(&w->mutex);
		weft_input(w->to, 2, frame, len);
		pthread_mutex_lock(&w->mutex);
	}
	pthread_mutex_unlock(&w->mutex);
	return NULL;
}

static void wire_cut(struct wire *w)
{
	pthread_mutex_lock(&w->mutex);
	w->is_cut = true;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
}

static struct weft_stack *stack_on(struct wire *w, uint8_t last,
				   const char *addr)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, last};
	const struct weft_config cfg = {
		.size = sizeof(cfg),
		.arg = w,
		.transmit = put_on_wire,
	};
	struct weft_stack *ws = weft_stack_new(&cfg);

	assert_non_null(ws);
	assert_int_equal(weft_if_add(ws, "eth0", mac, 1500), 2);
	assert_int_equal(weft_addr_add(ws, 2, addr), 0);
	assert_int_equal(weft_stack_threads(ws), 0);
	return ws;
}

static void stacks_of_their_own_block_and_wake(void **state)
{
	static struct wire wire[2] = {
		{.mutex = PTHREAD_MUTEX_INITIALIZER,
		 .cond = PTHREAD_COND_INITIALIZER},
		{.mutex = PTHREAD_MUTEX_INITIALIZER,
		 .cond = PTHREAD_COND_INITIALIZER},
	};
	struct weft_stack *a = stack_on(&wire[0], 1, "10.0.0.1/24");
	struct weft_stack *b = stack_on(&wire[1], 2, "10.0.0.2/24");
	int listener = listen_on(b), i;
	struct job client, server;

	(void)state;
	wire[0].to = b;
	wire[1].to = a;
	for (i = 0; i < 2; i++)
		assert_int_equal(
			pthread_create(&wire[i].thread, NULL, carry, &wire[i]),
			0);
	job_start(&client, ask_often, a, -1);
	job_start(&server, serve, b, weft_accept(b, listener, NULL, NULL));
	job_finish(&client);
	job_finish(&server);
	assert_int_equal(client.result, ROUNDS);
	assert_true(weft_now(a) > 0);
	for (i = 0; i < 2; i++)
		wire_cut(&wire[i]);
	weft_stack_free(a);
	weft_stack_free(b);
}

#define WITH(test, begin) \
	cmocka_unit_test_setup_teardown(test, begin, threadbed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(each_connection_has_its_thread, threadbed_setup),
		WITH(threads_that_accept_share_the_connections,
		     threadbed_setup),
		WITH(shutdown_wakes_who_reads, threadbed_setup),
		WITH(what_is_closed_under_a_reader_still_reads,
		     threadbed_setup),
		WITH(a_timeout_is_real_time, threadbed_setup),
		WITH(frames_travel_while_everybody_sleeps, threadbed_setup_far),
		WITH(callbacks_may_call_but_not_block, threadbed_setup),
		WITH(one_thread_wakes_another, threadbed_setup),
		WITH(what_one_sends_all_that_poll_see, threadbed_setup),
		WITH(closing_lingers_while_others_work, threadbed_setup_far),
		WITH(threads_are_asked_for_once, threadbed_setup),
		cmocka_unit_test(a_host_of_a_network_has_its_networks_threads),
		cmocka_unit_test(stacks_of_their_own_block_and_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
