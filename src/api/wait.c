// SPDX-License-Identifier: MIT
/*
 * wait.c - epoll, timers and event counters, as Linux has them
 *
 * The structures differ in layout, or could; so they are translated, a batch
 * at a time where the program gives an array.
 */

#include <assert.h>
#include <sys/eventfd.h>

#include "api/api_int.h"
#include "io/io.h"
#include "sock/abi.h"

#define BATCH 64

/* Negative: no timeout. */
static int64_t from_ms(int ms)
{
	return ms < 0 ? -1 : (int64_t)ms * (int64_t)NS_PER_MS;
}

int weft_epoll_create1(struct weft_stack *ws, int flags)
{
	API_CALL(ws);

	if (flags & ~EPOLL_CLOEXEC)
		return (int)api_result(-EINVAL);
	return (int)api_result(sk_epoll_create(call.stack, flags));
}

int weft_epoll_ctl(struct weft_stack *ws, int epfd, int op, int fd,
		   struct epoll_event *event)
{
	API_CALL(ws);
	struct sk_epoll_event ev = {0};

	if (event) {
		ev.events = event->events;
		ev.data = event->data.u64;
	} else if (op != EPOLL_CTL_DEL) {
		return (int)api_result(-EFAULT);
	}
	return (int)api_result(sk_epoll_ctl(call.stack, epfd, op, fd, &ev));
}

int weft_epoll_wait(struct weft_stack *ws, int epfd, struct epoll_event *events,
		    int max, int timeout_ms)
{
	API_CALL(ws);
	struct sk_epoll_event evs[BATCH];
	int i, n;

	n = sk_epoll_wait(call.stack, epfd, evs, max < BATCH ? max : BATCH,
			  from_ms(timeout_ms));
	for (i = 0; i < n; i++) {
		events[i].events = evs[i].events;
		events[i].data.u64 = evs[i].data;
	}
	return (int)api_result(n);
}

int weft_timerfd_create(struct weft_stack *ws, int flags)
{
	API_CALL(ws);

	if (flags & ~(TFD_NONBLOCK | TFD_CLOEXEC))
		return (int)api_result(-EINVAL);
	return (int)api_result(sk_timer_create(call.stack, flags));
}

/* A time, or UINT64_MAX for one that cannot be. */
static uint64_t ns_of(const struct timespec *ts)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 ||
	    ts->tv_nsec >= (long)NS_PER_S ||
	    ts->tv_sec > INT64_MAX / (int64_t)NS_PER_S - 1)
		return UINT64_MAX;
	return (uint64_t)ts->tv_sec * NS_PER_S + (uint64_t)ts->tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S),
				 .tv_nsec = (long)(ns % NS_PER_S)};
}

int weft_timerfd_settime(struct weft_stack *ws, int fd, int flags,
			 const struct itimerspec *value, struct itimerspec *old)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	uint64_t first = ns_of(&value->it_value), left;
	uint64_t interval = ns_of(&value->it_interval), before;
	int err;

	if (flags || first == UINT64_MAX || interval == UINT64_MAX)
		return (int)api_result(-EINVAL);
	err = sk_timer_get(stack, fd, &left, &before);
	if (!err && old) {
		old->it_value = timespec_of(left);
		old->it_interval = timespec_of(before);
	}
	if (!err)
		err = sk_timer_set(stack, fd, first, interval);
	return (int)api_result(err);
}

static_assert(EFD_SEMAPHORE == SK_EVENT_SEMAPHORE, "passed on as it is");

int weft_eventfd(struct weft_stack *ws, unsigned int count, int flags)
{
	API_CALL(ws);

	if (flags & ~(EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE))
		return (int)api_result(-EINVAL);
	return (int)api_result(sk_event_create(call.stack, count, flags));
}
