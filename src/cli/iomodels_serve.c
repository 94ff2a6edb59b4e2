// SPDX-License-Identifier: MIT
/*
 * iomodels_serve.c - the same echo service, once for each model
 *
 * Theory of operation
 * ===================
 * A read has two phases: waiting until there is something, and copying it.  In
 * all models but the last the program copies, by a call; they differ in who
 * waits, and in how it learns for which connection it is over.
 *
 * With many threads time is real.  The others run in virtual time: their
 * network runs while they wait, in the one thread there is.  Before each wait
 * what is under way arrives, so that several requests may be ready at once, as
 * they are on a machine whose network works beside the service.
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <weft/weft.h>

#include "cli/iomodels.h"

#define THREAD_STACK (64 * 1024)

bool iom_answer(struct iom_bed *bed, int fd)
{
	char buf[IOM_OCTETS];
	ssize_t n = weft_recv(bed->server, fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n <= 0)
		return false;
	weft_send(bed->server, fd, buf, (size_t)n, 0);
	return true;
}

/* Blocking */

struct echoer {
	pthread_t thread;
	struct weft_stack *server;
	int fd;
};

static void *echo(void *arg)
{
	const struct echoer *e = arg;
	char buf[IOM_OCTETS];
	ssize_t n;

	while ((n = weft_recv(e->server, e->fd, buf, sizeof(buf), 0)) > 0)
		weft_send(e->server, e->fd, buf, (size_t)n, 0);
	return NULL;
}

/* Returns how many threads there are; *@err says why not more. */
static int start_threads(struct iom_bed *bed, struct echoer *echoers, int *err)
{
	pthread_attr_t attr;
	int i;

	*err = -pthread_attr_init(&attr);
	if (!*err)
		*err = -pthread_attr_setstacksize(&attr, THREAD_STACK);
	for (i = 0; i < bed->count && !*err; i++) {
		echoers[i].server = bed->server;
		echoers[i].fd = bed->fds[i];
		*err = -pthread_create(&echoers[i].thread, &attr, echo,
				       &echoers[i]);
		i -= *err != 0;
		if (bed->on_progress)
			bed->on_progress(bed->arg, "threads", (uint64_t)i + 1,
					 (uint64_t)bed->count);
	}
	pthread_attr_destroy(&attr);
	return i;
}

static int serve_blocking(struct iom_bed *bed)
{
	struct echoer *echoers = calloc((size_t)bed->count, sizeof(*echoers));
	int count, err;
	uint64_t n;

	if (!echoers)
		return -ENOMEM;
	if (weft_net_threads(bed->net)) {
		free(echoers);
		return -errno;
	}
	count = start_threads(bed, echoers, &err);
	bed->result.reached = count;
	if (!err)
		err = iom_bed_go(bed);
	if (!err)
		weft_read(bed->client, bed->done_fd, &n, sizeof(n));
	iom_bed_hang_up(bed);
	while (count--)
		pthread_join(echoers[count].thread, NULL);
	free(echoers);
	return err;
}

/* Non-blocking */

static int serve_polling(struct iom_bed *bed)
{
	int i, err = iom_bed_go(bed);

	while (!bed->is_done && !err) {
		for (i = 0; i < bed->count; i++)
			iom_answer(bed, bed->fds[i]);
		iom_bed_settle(bed);
	}
	return err;
}

/* Multiplexing */

static int highest(const struct iom_bed *bed)
{
	int i, max = bed->stop_fd;

	for (i = 0; i < bed->count; i++)
		max = bed->fds[i] > max ? bed->fds[i] : max;
	return max;
}

/* Each descriptor whose bit is left. */
static void answer_set(struct iom_bed *bed, const fd_set *set)
{
	int i;

	for (i = 0; i < bed->count; i++)
		if (FD_ISSET(bed->fds[i], set))
			iom_answer(bed, bed->fds[i]);
}

static int serve_select(struct iom_bed *bed)
{
	int i, n, max = highest(bed);
	fd_set all, set;

	if (max >= FD_SETSIZE)
		return -EBADF;
	FD_ZERO(&all);
	FD_SET(bed->stop_fd, &all);
	for (i = 0; i < bed->count; i++)
		FD_SET(bed->fds[i], &all);
	n = iom_bed_go(bed);
	while (!bed->is_done && n >= 0) {
		iom_bed_settle(bed);
		set = all;
		n = weft_select(bed->server, max + 1, &set, NULL, NULL, NULL);
		if (n < 0)
			return -errno;
		answer_set(bed, &set);
	}
	return n < 0 ? n : 0;
}

static void answer_array(struct iom_bed *bed, const struct pollfd *p, int ready)
{
	int i;

	for (i = 0; i < bed->count && ready > 0; i++)
		if (p[i].revents) {
			iom_answer(bed, p[i].fd);
			ready--;
		}
}

static int serve_poll(struct iom_bed *bed)
{
	size_t count = (size_t)bed->count;
	struct pollfd *p = calloc(count + 1, sizeof(*p));
	int i, n;

	if (!p)
		return -ENOMEM;
	for (i = 0; i < bed->count; i++)
		p[i] = (struct pollfd){.fd = bed->fds[i], .events = POLLIN};
	p[i] = (struct pollfd){.fd = bed->stop_fd, .events = POLLIN};
	n = iom_bed_go(bed);
	while (!bed->is_done && n >= 0) {
		iom_bed_settle(bed);
		n = weft_poll(bed->server, p, count + 1, -1);
		n = n < 0 ? -errno : n;
		answer_array(bed, p, n);
	}
	free(p);
	return n < 0 ? n : 0;
}

static const char *beyond_select(int connections)
{
	if (connections + 1 > FD_SETSIZE)
		return "an fd_set has 1,024 bits: a descriptor above 1,023 "
		       "has no place in it";
	return NULL;
}

static const char *beyond_ring(int connections)
{
	if (connections >= 65536)
		return "a ring has at most 65,536 operations under way, and "
		       "each connection has a receive; so many want several "
		       "rings";
	return NULL;
}

/* clang-format off */
const struct iom_model iom_models[] = {
	{"blocking", "blocking, a thread each",
	 "each request wakes a thread and puts it to sleep again, two switches; "
	 "an idle connection costs the memory of a thread",
	 serve_blocking, NULL},
	{"polling", "non-blocking, polling",
	 "it never sleeps: every connection is asked in turn, with a call each, "
	 "and nearly every answer is EAGAIN",
	 serve_polling, NULL},
	{"select", "select",
	 "one call asks for all, but the sets are copied in and out and every "
	 "descriptor is looked at in each call",
	 serve_select, beyond_select},
	{"poll", "poll",
	 "no limit, but the array is copied and every descriptor is looked at "
	 "in each call: the cost grows with what is idle",
	 serve_poll, NULL},
	{"epoll", "epoll, level",
	 "the callback links what is ready into a list, and a wait looks at "
	 "this list only, again until it has been emptied",
	 iom_serve_epoll, NULL},
	{"epoll-edge", "epoll, edge",
	 "told once for each change, so a look is saved; the program must read "
	 "until EAGAIN, which costs a call",
	 iom_serve_edge, NULL},
	{"signal", "signal-driven",
	 "a signal for each event says which descriptor; one is taken at a "
	 "time, it is an edge, and so the program reads until EAGAIN",
	 iom_serve_signal, NULL},
	{"ring", "completion ring",
	 "one call hands over all answers and the next receives, and when it "
	 "wakes the octets are there: both phases are done",
	 iom_serve_ring, beyond_ring},
	{"callback", "callback (for comparison)",
	 "the bare callback on the wait queue that all others are made of: "
	 "nobody waits, nobody is woken",
	 iom_serve_watch, NULL},
};
/* clang-format on */

const int iom_model_count = sizeof(iom_models) / sizeof(iom_models[0]);
