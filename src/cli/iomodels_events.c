// SPDX-License-Identifier: MIT
/*
 * iomodels_events.c - the echo service where single descriptors are named
 *
 * What all have in common is that nothing in them is as long as the list of
 * connections: whoever wakes the service says which one it is about.
 */

#include <errno.h>
#include <stdlib.h>
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
