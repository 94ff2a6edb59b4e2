// SPDX-License-Identifier: MIT
/* threadbed.c - two hosts that many threads use, and what threads do there */

#include "threadbed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct sockaddr_in server_addr(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(7),
				    .sin_addr.s_addr = htonl(0x0a000002)};
}

int listen_on(struct weft_stack *ws)
{
	struct sockaddr_in sin = server_addr();
	int fd = weft_socket(ws, AF_INET, SOCK_STREAM, 0);

	assert_int_equal(weft_bind(ws, fd, SA(sin)), 0);
	assert_int_equal(weft_listen(ws, fd, CLIENTS), 0);
	return fd;
}

static int open_bed(void **state, const struct weft_cable *cable)
{
	struct threadbed *f = calloc(1, sizeof(*f));

	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	assert_int_equal(
		weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", cable),
		0);
	assert_int_equal(weft_net_threads(f->net), 0);
	f->listener = listen_on(f->b);
	*state = f;
	return 0;
}

int threadbed_setup(void **state)
{
	return open_bed(state, NULL);
}

int threadbed_setup_far(void **state)
{
	const struct weft_cable cable = {.delay_ns = 2 * MS};

	return open_bed(state, &cable);
}

int threadbed_teardown(void **state)
{
	struct threadbed *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

void job_start(struct job *job, void *(*fn)(void *), struct weft_stack *ws,
	       int fd)
{
	*job = (struct job){.ws = ws, .fd = fd};
	assert_int_equal(pthread_create(&job->thread, NULL, fn, job), 0);
}

void job_finish(struct job *job)
{
	assert_int_equal(pthread_join(job->thread, NULL), 0);
}

/* Until the other end closes. */
void *serve(void *arg)
{
	struct job *job = arg;
	char buf[64];
	ssize_t n;

	while ((n = weft_recv(job->ws, job->fd, buf, sizeof(buf), 0)) > 0)
		job->result += weft_send(job->ws, job->fd, buf, (size_t)n, 0);
	job->err = n < 0 ? errno : 0;
	weft_close(job->ws, job->fd);
	return NULL;
}

void *ask_often(void *arg)
{
	struct sockaddr_in sin = server_addr();
	struct job *job = arg;
	char out[16], in[16];
	int i;

	job->fd = weft_socket(job->ws, AF_INET, SOCK_STREAM, 0);
	if (weft_connect(job->ws, job->fd, SA(sin)))
		return NULL;
	for (i = 0; i < ROUNDS; i++) {
		snprintf(out, sizeof(out), "%7d of %4d", i, job->fd);
		if (weft_send(job->ws, job->fd, out, 15, 0) != 15 ||
		    weft_recv(job->ws, job->fd, in, 15, MSG_WAITALL) != 15 ||
		    memcmp(in, out, 15) != 0)
			break;
	}
	job->result = i;
	weft_close(job->ws, job->fd);
	return NULL;
}

void *accept_one(void *arg)
{
	struct job *job = arg;

	job->result = weft_accept(job->ws, job->fd, NULL, NULL);
	job->err = errno;
	return NULL;
}

int connect_from(struct weft_stack *ws)
{
	struct sockaddr_in sin = server_addr();
	int fd = weft_socket(ws, AF_INET, SOCK_STREAM, 0);

	assert_int_equal(weft_connect(ws, fd, SA(sin)), 0);
	return fd;
}

uint64_t sleeps_of(struct weft_stack *ws)
{
	struct weft_stats stats = {.size = sizeof(stats)};

	assert_int_equal(weft_stats(ws, &stats), 0);
	return stats.sleeps;
}
