// SPDX-License-Identifier: MIT
/*
 * iomodels_bed.c - the network for all models, and who asks
 *
 * Theory of operation
 * ===================
 * Two hosts on an ideal cable.  So many connections are made, and then requests
 * go over them in turn, a few at a time: many connections of which few are
 * busy, which is what a server on the Internet has and where the models differ.
 *
 * The clients are callbacks.  They run when an answer arrives, whoever runs the
 * network then, and cost the same whatever the service does.
 *
 * A port takes connections from at most 16,384 ports of one address, therefore
 * the server listens at several.
 */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <weft/weft.h>

#include "cli/iomodels.h"

#define PER_PORT 10000
#define PORT	 7000
#define BACKLOG	 16

/* A client: its end, and how much of an answer has come. */
struct iom_client {
	struct iom_bed *bed;
	struct weft_watch *watch;
	int fd;
	int got;
};

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The second number of /proc/self/statm, in octets; 0: nobody says. */
static uint64_t resident(void)
{
	char line[128], *rest = line;
	FILE *f = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f)) {
		(void)strtoull(line, &rest, 10);
		pages = strtoull(rest, NULL, 10);
	}
	(void)fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void take_counts(struct iom_bed *bed, struct iom_result *r)
{
	struct weft_stats stats = {.size = sizeof(stats)};
	struct rusage usage;

	weft_stats(bed->server, &stats);
	getrusage(RUSAGE_SELF, &usage);
	*r = (struct iom_result){
		.wall_ns = clock_ns(CLOCK_MONOTONIC),
		.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
		.calls = stats.calls,
		.sleeps = stats.sleeps,
		.looks = stats.looks,
		.copied = stats.copied,
		.switches = (uint64_t)(usage.ru_nvcsw + usage.ru_nivcsw),
	};
}

static void done(struct iom_bed *bed)
{
	const struct iom_result *b = &bed->begun;
	struct iom_result *r = &bed->result;
	const uint64_t one = 1;

	take_counts(bed, r);
	r->requests = bed->wanted;
	r->wall_ns -= b->wall_ns;
	r->cpu_ns -= b->cpu_ns;
	r->calls -= b->calls;
	r->sleeps -= b->sleeps;
	r->looks -= b->looks;
	r->copied -= b->copied;
	r->switches -= b->switches;
	r->memory = resident();
	r->memory -= r->memory > bed->memory_before ? bed->memory_before : 0;
	bed->is_done = true;
	weft_write(bed->server, bed->stop_fd, &one, sizeof(one));
	weft_write(bed->client, bed->done_fd, &one, sizeof(one));
}

/* The next request, on the next connection. */
static void ask(struct iom_bed *bed)
{
	static const char request[IOM_OCTETS] = "what is said comes back";
	struct iom_client *c = &bed->clients[bed->next];

	bed->next = (bed->next + 1) % bed->count;
	bed->asked++;
	weft_send(bed->client, c->fd, request, sizeof(request), MSG_DONTWAIT);
}

static void answered(struct iom_bed *bed)
{
	uint64_t n = ++bed->result.requests;

	if (bed->on_progress)
		bed->on_progress(bed->arg, "answered", n, bed->wanted);
	if (bed->asked < bed->wanted)
		ask(bed);
	if (n == bed->wanted)
		done(bed);
}

static void on_answer(struct weft_stack *ws, int fd, short events, void *arg)
{
	struct iom_client *c = arg;
	char buf[4 * IOM_OCTETS];
	ssize_t n;

	(void)events;
	while ((n = weft_recv(ws, fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		for (c->got += (int)n; c->got >= IOM_OCTETS;
		     c->got -= IOM_OCTETS)
			answered(c->bed);
}

static int listen_at(struct iom_bed *bed, uint16_t port)
{
	const struct sockaddr_in sin = {.sin_family = AF_INET,
					.sin_port = htons(port)};
	int fd = weft_socket(bed->server, AF_INET, SOCK_STREAM, 0);

	if (fd < 0 ||
	    weft_bind(bed->server, fd, (const void *)&sin, sizeof(sin)) ||
	    weft_listen(bed->server, fd, BACKLOG))
		return -errno;
	return fd;
}

static int connect_one(struct iom_bed *bed, int i, int listener)
{
	const struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(PORT + i / PER_PORT)),
		.sin_addr.s_addr = htonl(0x0a000002),
	};
	struct iom_client *c = &bed->clients[i];

	c->bed = bed;
	c->fd = weft_socket(bed->client, AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 ||
	    weft_connect(bed->client, c->fd, (const void *)&sin, sizeof(sin)))
		return -errno;
	bed->fds[i] = weft_accept(bed->server, listener, NULL, NULL);
	if (bed->fds[i] < 0)
		return -errno;
	c->watch = weft_watch(bed->client, c->fd, POLLIN, on_answer, c);
	return c->watch ? 0 : -errno;
}

static int connect_all(struct iom_bed *bed)
{
	int i, err = 0, listener = -1;

	for (i = 0; i < bed->count && !err; i++) {
		if (i % PER_PORT == 0) {
			if (listener >= 0)
				weft_close(bed->server, listener);
			listener =
				listen_at(bed, (uint16_t)(PORT + i / PER_PORT));
		}
		err = listener < 0 ? listener : connect_one(bed, i, listener);
		if (!err && bed->on_progress)
			bed->on_progress(bed->arg, "connected", (uint64_t)i + 1,
					 (uint64_t)bed->count);
		bed->result.reached = i;
	}
	if (listener >= 0)
		weft_close(bed->server, listener);
	return err;
}

int iom_bed_open(struct iom_bed *bed)
{
	size_t count = (size_t)bed->count;

	bed->memory_before = resident();
	bed->fds = calloc(count, sizeof(*bed->fds));
	bed->clients = calloc(count, sizeof(*bed->clients));
	bed->net = weft_net_new(1);
	if (!bed->fds || !bed->clients || !bed->net)
		return -ENOMEM;
	bed->server = weft_net_host(bed->net, "server");
	bed->client = weft_net_host(bed->net, "client");
	if (!bed->server || !bed->client ||
	    weft_net_join(bed->client, "10.0.0.1/24", bed->server,
			  "10.0.0.2/24", NULL))
		return -errno;
	weft_fd_max(bed->server, 2 * IOM_CONNECTIONS_MAX);
	weft_fd_max(bed->client, 2 * IOM_CONNECTIONS_MAX);
	bed->stop_fd = weft_eventfd(bed->server, 0, EFD_NONBLOCK);
	bed->done_fd = weft_eventfd(bed->client, 0, 0);
	bed->go_fd = weft_eventfd(bed->client, 0, EFD_NONBLOCK);
	if (bed->stop_fd < 0 || bed->done_fd < 0 || bed->go_fd < 0)
		return -errno;
	return connect_all(bed);
}

/* The first requests, from a callback as all others. */
static void on_go(struct weft_stack *ws, int fd, short events, void *arg)
{
	struct iom_bed *bed = arg;
	uint64_t count;
	int i;

	(void)events;
	if (weft_read(ws, fd, &count, sizeof(count)) < 0)
		return;
	for (i = 0; i < bed->at_once && bed->asked < bed->wanted; i++)
		ask(bed);
}

int iom_bed_go(struct iom_bed *bed)
{
	const uint64_t one = 1;

	if (!weft_watch(bed->client, bed->go_fd, POLLIN, on_go, bed))
		return -errno;
	take_counts(bed, &bed->begun);
	weft_write(bed->client, bed->go_fd, &one, sizeof(one));
	return 0;
}

void iom_bed_settle(struct iom_bed *bed)
{
	weft_net_run(bed->net, 0);
}

void iom_bed_hang_up(struct iom_bed *bed)
{
	int i;

	for (i = 0; i < bed->count; i++) {
		weft_unwatch(bed->clients[i].watch);
		bed->clients[i].watch = NULL;
		weft_close(bed->client, bed->clients[i].fd);
	}
}
