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
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/* May block. */
WEFT_API int weft_poll(struct weft_stack *stack, struct pollfd *fds,
		       nfds_t count, int timeout_ms);
WEFT_API int weft_select(struct weft_stack *stack, int count, fd_set *rd,
			 fd_set *wr, fd_set *ex, struct timeval *timeout);

/* EPOLLET, EPOLLONESHOT and EPOLLEXCLUSIVE do what they do on Linux. */
WEFT_API int weft_epoll_create1(struct weft_stack *stack, int flags);
WEFT_API int weft_epoll_ctl(struct weft_stack *stack, int epfd, int op, int fd,
			    struct epoll_event *event);
WEFT_API int weft_epoll_wait(struct weft_stack *stack, int epfd,
			     struct epoll_event *events, int max,
			     int timeout_ms);

/* On the stack's own clock.  @flags: TFD_NONBLOCK. */
WEFT_API int weft_timerfd_create(struct weft_stack *stack, int flags);

/* Relative times only: EINVAL for TFD_TIMER_ABSTIME. */
WEFT_API int weft_timerfd_settime(struct weft_stack *stack, int fd, int flags,
				  const struct itimerspec *value,
				  struct itimerspec *old);

/* @flags: EFD_NONBLOCK, EFD_SEMAPHORE. */
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

/* End a watch, from within its own function too.  NULL is fine.  Watches left
 * when the stack goes are freed with it. */
WEFT_API void weft_unwatch(struct weft_watch *watch);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_WAIT_H */
