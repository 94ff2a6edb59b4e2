/* SPDX-License-Identifier: MIT */
#ifndef WEFT_WAIT_H
#define WEFT_WAIT_H

/*
 * wait.h - waiting for descriptors
 *
 * As in socket.h, these are the calls of the same name on Linux; only
 * weft_watch() has no model there.
 *
 * Part of weft.h; include that.
 */

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <time.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_poll() - Wait until one of some descriptors is ready
 * @stack:	Whose
 * @fds:	Descriptors and what to wait for; revents is filled in
 * @count:	How many
 * @timeout_ms:	At most so long; negative: for ever
 *
 * May block.
 *
 * Return: how many are ready, 0: the time is over; -1: ENOMEM, EINVAL, EDEADLK
 */
WEFT_API int weft_poll(struct weft_stack *stack, struct pollfd *fds,
		       nfds_t count, int timeout_ms);

/**
 * weft_select() - Wait for descriptors below 1024, in three sets
 * @stack:	Whose
 * @count:	Highest descriptor in any set, plus one
 * @rd:		To read; any of the three may be NULL
 * @wr:		To write
 * @ex:		Urgent data
 * @timeout:	At most so long, and afterwards what is left of it; NULL: for
 *		ever
 *
 * 1024 is FD_SETSIZE: a set is an array of so many bits, and there is no room
 * in it for a higher descriptor.  FD_SET() on one writes beyond its end.
 *
 * May block.
 *
 * Return: bits left in the sets, 0: the time is over; -1: EBADF, EINVAL (also:
 * @count above 1024), ENOMEM, EDEADLK
 */
WEFT_API int weft_select(struct weft_stack *stack, int count, fd_set *rd,
			 fd_set *wr, fd_set *ex, struct timeval *timeout);

/**
 * weft_pselect() - Wait for descriptors, and for signals
 * @stack:	Whose
 * @count:	As weft_select()
 * @rd:		As weft_select()
 * @wr:		As weft_select()
 * @ex:		As weft_select()
 * @timeout:	At most so long; NULL: for ever
 * @mask:	Signals in memory (signal.h) that do not end the call; all others
 *		do, and stay pending.  NULL: none does
 *
 * May block.
 *
 * Return: as weft_select(); -1: EINTR too
 */
WEFT_API int weft_pselect(struct weft_stack *stack, int count, fd_set *rd,
			  fd_set *wr, fd_set *ex,
			  const struct timespec *timeout, const sigset_t *mask);

/**
 * weft_ppoll() - Wait for descriptors, and for signals
 * @stack:	Whose
 * @fds:	As weft_poll()
 * @count:	As weft_poll()
 * @timeout:	As weft_pselect()
 * @mask:	As weft_pselect()
 *
 * May block.
 *
 * Return: as weft_poll(); -1: EINTR too
 */
WEFT_API int weft_ppoll(struct weft_stack *stack, struct pollfd *fds,
			nfds_t count, const struct timespec *timeout,
			const sigset_t *mask);

/**
 * weft_epoll_create1() - A set of descriptors to wait for
 * @stack:	Whose
 * @flags:	EPOLL_CLOEXEC
 *
 * Return: the set's descriptor; -1: EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_epoll_create1(struct weft_stack *stack, int flags);

/**
 * weft_epoll_ctl() - Change what a set watches
 * @stack:	Whose
 * @epfd:	The set
 * @op:		EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL
 * @fd:		Any descriptor
 * @event:	What to wait for; EPOLLET, EPOLLONESHOT and EPOLLEXCLUSIVE do
 *		what they do on Linux
 *
 * Return: 0; -1: EBADF, EINVAL, EEXIST, ENOENT, ELOOP, EFAULT, ENOMEM
 */
WEFT_API int weft_epoll_ctl(struct weft_stack *stack, int epfd, int op, int fd,
			    struct epoll_event *event);

/**
 * weft_epoll_wait() - Take what is ready
 * @stack:	Whose
 * @epfd:	The set
 * @events:	Filled in
 * @max:	Room in it, at least 1
 * @timeout_ms:	At most so long; negative: for ever
 *
 * May block.
 *
 * Return: how many, 0: the time is over; -1: EBADF, EINVAL, EDEADLK
 */
WEFT_API int weft_epoll_wait(struct weft_stack *stack, int epfd,
			     struct epoll_event *events, int max,
			     int timeout_ms);

/**
 * weft_timerfd_create() - A timer to read from, on the stack's own clock
 * @stack:	Whose
 * @flags:	TFD_NONBLOCK, TFD_CLOEXEC
 *
 * Return: its descriptor; -1: EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_timerfd_create(struct weft_stack *stack, int flags);

/**
 * weft_timerfd_settime() - Arm a timer, or disarm it
 * @stack:	Whose
 * @fd:		The timer
 * @flags:	0: relative times only, EINVAL for TFD_TIMER_ABSTIME
 * @value:	When first, and how often then
 * @old:	Filled in with what was left, or NULL
 *
 * Return: 0; -1: EBADF, EINVAL
 */
WEFT_API int weft_timerfd_settime(struct weft_stack *stack, int fd, int flags,
				  const struct itimerspec *value,
				  struct itimerspec *old);

/**
 * weft_eventfd() - A counter to write to and to read from
 * @stack:	Whose
 * @count:	To begin with
 * @flags:	EFD_NONBLOCK, EFD_CLOEXEC, EFD_SEMAPHORE
 *
 * Return: its descriptor; -1: EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_eventfd(struct weft_stack *stack, unsigned int count,
			  int flags);

struct weft_watch;

/* @events: what is ready, as poll(2) says it. */
typedef void weft_watch_fn(struct weft_stack *stack, int fd, short events,
			   void *arg);

/**
 * weft_watch() - Have a function called when something happens to a descriptor
 * @fd:		Any descriptor
 * @events:	POLLIN, POLLOUT, ...; errors and hang-ups always count
 * @fn:		Called at the end of the event that made it ready, and once if
 *		it is ready now; not again before something else happens, so
 *		read until EAGAIN.  May call everything, but nothing may block
 * @arg:	Its last argument
 *
 * Return: the watch, which ends with weft_unwatch() and not before; NULL:
 * EBADF, ENOMEM
 */
WEFT_API struct weft_watch *weft_watch(struct weft_stack *stack, int fd,
				       short events, weft_watch_fn *fn,
				       void *arg);

/**
 * weft_unwatch() - End a watch
 * @watch:	NULL is fine; may be the one whose function is being called
 *
 * Watches left when the stack goes are freed with it.
 */
WEFT_API void weft_unwatch(struct weft_watch *watch);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_WAIT_H */
