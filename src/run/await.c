// SPDX-License-Identifier: MIT
/*
 * await.c - sleeping until a program, or the lab, has something
 *
 * Theory of operation
 * ===================
 * The loop around the lab (pace) sleeps here, in the epoll set that has all
 * that programs can bring.  What else the loop waits for is put into the set
 * too, so that one system call sleeps and says who is ready.
 *
 * If the next frame is due sooner than a sleeper could be woken, sleeping is
 * not even tried: the set is looked at until then.  (To look a while before
 * each sleep, because a program that was answered soon calls again, costs more
 * than it gives: that program most often waits for this very processor.)
 *
 * Calls first.  Who was answered most often calls again at once: a server sets
 * two options for each of its answers (TCP_CORK).  Octets that could be given
 * to a program wait meanwhile (struct supervisor.is_held), until the set is
 * looked at and there is no call in it, or until CALLS_FIRST_NS are over;
 * frames and timers do not wait.  So a program that gets many answers is woken
 * for all of them, once, and not for each: to wake a processor that is idle
 * costs 12 us in a virtual machine, as much as three calls.  nginx with
 * tcp_nopush, 16 connections: 4.5 switches between processes for a request
 * instead of 5.7, and 30 us of processor time instead of 36 to 40.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#include "core/env.h"

#include "run/call.h"

/* What a sleep and a wake-up cost, about. */
#define AWAIT_LOOK_NS (10 * NS_PER_US)

/* How long octets wait for calls: 16 answers of a server, about. */
#define CALLS_FIRST_NS (200 * NS_PER_US)

static int add_other(struct pace_fd *pfd, int fd)
{
	struct supervisor *sup = pfd->arg;
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &sup->others};

	return epoll_ctl(sup->epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static void del_other(struct pace_fd *pfd, int fd)
{
	struct supervisor *sup = pfd->arg;

	(void)epoll_ctl(sup->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static uint64_t length_ns(const struct timespec *timeout)
{
	if (!timeout)
		return UINT64_MAX;
	return (uint64_t)timeout->tv_sec * NS_PER_S +
	       (uint64_t)timeout->tv_nsec;
}

static int look_once(struct supervisor *sup)
{
	return epoll_wait(sup->epoll, sup->ready, EVENTS_AT_ONCE, 0);
}

/* How many came within @ns. */
static int look_for(struct supervisor *sup, uint64_t ns)
{
	uint64_t end = sup_now(sup) + ns;
	int n;

	do
		n = look_once(sup);
	while (!n && sup_now(sup) < end);
	return n;
}

static bool has_calls(const struct supervisor *sup)
{
	for (int i = 0; i < sup->ready_count; i++)
		if (is_of_calls(sup->ready[i].data.ptr))
			return true;
	return false;
}

void await_hold(struct supervisor *sup, bool has_calls, uint64_t now_ns)
{
	if (has_calls && !sup->is_held)
		sup->held_until_ns = now_ns + CALLS_FIRST_NS;
	sup->is_held = has_calls && now_ns < sup->held_until_ns;
}

/* How many are ready, or -1: it is not known which. */
static int wait_count(struct supervisor *sup, const struct timespec *timeout)
{
	struct pollfd one = {.fd = sup->epoll, .events = POLLIN};
	uint64_t ns = length_ns(timeout);
	long n;

	if (!ns || sup->is_held)
		return look_once(sup);
	if (ns <= AWAIT_LOOK_NS)
		return look_for(sup, ns);
	n = syscall(SYS_epoll_pwait2, sup->epoll, sup->ready, EVENTS_AT_ONCE,
		    timeout, NULL, 0);
	if (n < 0 && errno == ENOSYS) /* before Linux 5.11 */
		return ppoll(&one, 1, timeout, NULL) > 0 ? -1 : 0;
	return n > 0 ? (int)n : 0; /* a signal: look again */
}

/* Sleep, and be told by the same call what is ready. */
static int wait_events(struct pace_fd *pfd, const struct timespec *timeout)
{
	struct supervisor *sup = pfd->arg;
	int n = wait_count(sup, timeout);
	int bits = n > 0 ? PACE_SELF : 0;
	bool calls;

	sup->ready_count = n > 0 ? n : 0;
	calls = has_calls(sup);
	if (calls || sup->is_held)
		await_hold(sup, calls, sup_now(sup));
	for (int i = 0; i < sup->ready_count; i++)
		if (sup->ready[i].data.ptr == &sup->others)
			bits |= PACE_OTHERS;
	return n < 0 ? PACE_SELF | PACE_OTHERS : bits;
}

void await_begin(struct supervisor *sup)
{
	static const struct pace_set set = {
		.wait = wait_events,
		.add = add_other,
		.del = del_other,
	};

	sup->others = (struct watch){.fd = -1};
	pace_wait_by(sup->pace, &sup->pfd, &set);
}

int await_ready(struct supervisor *sup)
{
	int n = sup->ready_count ? sup->ready_count : look_once(sup);

	sup->ready_count = n > 0 ? n : 0;
	return sup->ready_count;
}
