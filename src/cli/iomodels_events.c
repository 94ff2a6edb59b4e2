// SPDX-License-Identifier: MIT
/*
 * iomodels_events.c - the echo service where single descriptors are named
 *
 * What all have in common is that nothing in them is as long as the list of
 * connections: whoever wakes the service says which one it is about.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <weft/weft.h>

#include "cli/iomodels.h"

#define BATCH 64

static int epoll_add(struct iom_bed *bed, int ep, int fd, uint32_t flags)
{
	struct epoll_event ev = {.events = EPOLLIN | flags, .data.fd = fd};

	return weft_epoll_ctl(bed->server, ep, EPOLL_CTL_ADD, fd, &ev) ? -errno
								       : 0;
}

static int epoll_with(struct iom_bed *bed, uint32_t flags)
{
	int ep = weft_epoll_create1(bed->server, 0);
	int i, err = ep < 0 ? -errno : epoll_add(bed, ep, bed->stop_fd, 0);

	for (i = 0; i < bed->count && !err; i++)
		err = epoll_add(bed, ep, bed->fds[i], flags);
	return err ? err : ep;
}

/* How many, or -errno. */
static int epoll_next(struct iom_bed *bed, int ep, struct epoll_event *evs)
{
	int n;

	iom_bed_settle(bed);
	n = weft_epoll_wait(bed->server, ep, evs, BATCH, -1);
	return n < 0 ? -errno : n;
}

int iom_serve_epoll(struct iom_bed *bed)
{
	struct epoll_event evs[BATCH];
	int i, n, ep = epoll_with(bed, 0);

	if (ep < 0)
		return ep;
	n = iom_bed_go(bed);
	while (!bed->is_done && n >= 0) {
		n = epoll_next(bed, ep, evs);
		for (i = 0; i < n; i++)
			if (evs[i].data.fd != bed->stop_fd)
				iom_answer(bed, evs[i].data.fd);
	}
	return n < 0 ? n : 0;
}

int iom_serve_edge(struct iom_bed *bed)
{
	struct epoll_event evs[BATCH];
	int i, n, ep = epoll_with(bed, EPOLLET);

	if (ep < 0)
		return ep;
	n = iom_bed_go(bed);
	while (!bed->is_done && n >= 0) {
		n = epoll_next(bed, ep, evs);
		for (i = 0; i < n; i++)
			while (evs[i].data.fd != bed->stop_fd &&
			       iom_answer(bed, evs[i].data.fd))
				continue;
	}
	return n < 0 ? n : 0;
}

static void on_request(struct weft_stack *ws, int fd, short events, void *arg)
{
	(void)ws, (void)events;
	while (iom_answer(arg, fd))
		continue;
}

int iom_serve_watch(struct iom_bed *bed)
{
	int i, err;

	for (i = 0; i < bed->count; i++)
		if (!weft_watch(bed->server, bed->fds[i], POLLIN, on_request,
				bed))
			return -errno;
	err = iom_bed_go(bed);
	while (!bed->is_done && !err)
		iom_bed_settle(bed);
	return err;
}

/* Signal-driven */

static int be_signalled(struct iom_bed *bed, int fd)
{
	struct weft_stack *ws = bed->server;

	return weft_fcntl(ws, fd, F_SETOWN, getpid()) ||
			       weft_fcntl(ws, fd, F_SETSIG, SIGRTMIN) ||
			       weft_fcntl(ws, fd, F_SETFL, O_ASYNC)
		       ? -errno
		       : 0;
}

/* A plain SIGIO: the queue was full, and it could be any of them. */
static void answer_all(struct iom_bed *bed)
{
	int i;

	for (i = 0; i < bed->count; i++)
		while (iom_answer(bed, bed->fds[i]))
			continue;
}

int iom_serve_signal(struct iom_bed *bed)
{
	int i, signo = 0, err = be_signalled(bed, bed->stop_fd);
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGIO);
	for (i = 0; i < bed->count && !err; i++)
		err = be_signalled(bed, bed->fds[i]);
	if (!err)
		err = iom_bed_go(bed);
	while (!bed->is_done && !err) {
		iom_bed_settle(bed);
		signo = weft_sigwaitinfo(bed->server, &set, &info);
		if (signo < 0)
			err = -errno;
		else if (signo == SIGIO)
			answer_all(bed);
		else if (info.si_fd != bed->stop_fd)
			while (iom_answer(bed, info.si_fd))
				continue;
	}
	return err;
}

/* Completions */

/* One receive for each connection is always under way; its number is the user
 * data of the entry. */
struct ring_bed {
	struct iom_bed *bed;
	struct weft_ring *ring;
	char (*buf)[IOM_OCTETS];
};

/* An entry; what was prepared before is handed over if the queue is full. */
static struct weft_sqe *next_entry(struct ring_bed *r)
{
	struct weft_sqe *sqe = weft_ring_sqe(r->ring);

	if (sqe)
		return sqe;
	weft_ring_submit(r->ring);
	return weft_ring_sqe(r->ring);
}

static int receive_next(struct ring_bed *r, int i)
{
	struct weft_sqe *sqe = next_entry(r);

	if (!sqe)
		return -EBUSY;
	weft_ring_prep_recv(sqe, r->bed->fds[i], r->buf[i], IOM_OCTETS, 0);
	sqe->user_data = (uint64_t)i;
	return 0;
}

/* The answer, and behind it the next receive into the same buffer. */
static int send_back(struct ring_bed *r, int i, int octets)
{
	struct weft_sqe *sqe = next_entry(r);

	if (!sqe)
		return -EBUSY;
	weft_ring_prep_send(sqe, r->bed->fds[i], r->buf[i], (size_t)octets,
			    MSG_WAITALL);
	sqe->flags |= WEFT_SQE_LINK | WEFT_SQE_QUIET;
	return receive_next(r, i);
}

static int complete_some(struct ring_bed *r)
{
	const struct weft_cqe *cqe;
	int err = 0;

	while (!err && (cqe = weft_ring_peek(r->ring))) {
		int i = (int)cqe->user_data, octets = cqe->res;

		weft_ring_seen(r->ring, 1);
		if (octets > 0 && i < r->bed->count)
			err = send_back(r, i, octets);
	}
	return err;
}

static int ring_loop(struct ring_bed *r)
{
	struct iom_bed *bed = r->bed;
	struct weft_sqe *stop = next_entry(r);
	int i, err = 0;

	if (!stop)
		return -EBUSY;
	weft_ring_prep_poll(stop, bed->stop_fd, POLLIN);
	stop->user_data = (uint64_t)bed->count;
	for (i = 0; i < bed->count && !err; i++)
		err = receive_next(r, i);
	weft_ring_submit(r->ring);
	if (!err)
		err = iom_bed_go(bed);
	while (!bed->is_done && !err) {
		iom_bed_settle(bed);
		if (weft_ring_wait(r->ring, 1, NULL) < 0)
			err = -errno;
		else
			err = complete_some(r);
		weft_ring_submit(r->ring);
	}
	return err;
}

int iom_serve_ring(struct iom_bed *bed)
{
	struct ring_bed r = {.bed = bed};
	int err;

	r.buf = calloc((size_t)bed->count, sizeof(*r.buf));
	r.ring = weft_ring_new(bed->server, 4 * BATCH);
	err = r.buf && r.ring ? ring_loop(&r) : -ENOMEM;
	weft_ring_free(r.ring);
	free(r.buf);
	return err;
}
