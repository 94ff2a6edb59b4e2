// SPDX-License-Identifier: MIT
/*
 * select.c - select and poll, and their forms that signals end
 *
 * As on Linux, the time that is left is written back by select() and by
 * nothing else; and bits of words that lie behind @count are left alone.
 */

#include <assert.h>
#include <string.h>

#include "api/api_int.h"
#include "io/io.h"
#include "io/sigq.h"
#include "sock/abi.h"

#define BATCH 64

/* What may end a call besides descriptors; none if there is no mask. */
static struct sk_signals signals_of(struct weft_stack *ws, const sigset_t *mask)
{
	return (struct sk_signals){ws->sigq, mask ? ~api_sigset(mask) : 0};
}

static int poll_copy(struct stack *stack, struct pollfd *fds, nfds_t count,
		     struct sk_poll_call *call)
{
	nfds_t i;
	int n;

	for (i = 0; i < count; i++)
		call->fds[i] = (struct sk_pollfd){.fd = fds[i].fd,
						  .events = fds[i].events};
	n = sk_poll_call(stack, call);
	for (i = 0; i < count; i++)
		fds[i].revents = call->fds[i].revents;
	return n;
}

static int do_poll(struct weft_stack *ws, struct pollfd *fds, nfds_t count,
		   int64_t timeout_ns, const sigset_t *mask)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct mem *mem = stack->place.env->mem;
	struct sk_pollfd few[BATCH];
	struct sk_poll_call poll = {few, (uint32_t)count, timeout_ns,
				    signals_of(ws, mask)};
	int n;

	if (count > UINT32_MAX || timeout_ns == API_NO_TIME)
		return (int)api_result(-EINVAL);
	if (count > BATCH)
		poll.fds = mem_alloc_array(mem, count, sizeof(*poll.fds));
	if (!poll.fds)
		return (int)api_result(-ENOMEM);
	n = poll_copy(stack, fds, count, &poll);
	if (poll.fds != few)
		mem_free(mem, poll.fds, count * sizeof(*poll.fds));
	return (int)api_result(n);
}

int weft_poll(struct weft_stack *ws, struct pollfd *fds, nfds_t count,
	      int timeout_ms)
{
	int64_t ns = timeout_ms < 0 ? -1 : timeout_ms * (int64_t)NS_PER_MS;

	return do_poll(ws, fds, count, ns, NULL);
}

int weft_ppoll(struct weft_stack *ws, struct pollfd *fds, nfds_t count,
	       const struct timespec *timeout, const sigset_t *mask)
{
	return do_poll(ws, fds, count, api_ns(timeout), mask);
}

static_assert(sizeof(fd_set) == sizeof(struct sk_fd_set), "1,024 bits");
static_assert(FD_SETSIZE == SK_FD_SETSIZE, "1,024 bits");

/* A program's three sets, any of them NULL, and copies of them. */
struct sets {
	fd_set *theirs[3];
	struct sk_fd_set ours[3];
};

static struct sk_fd_set *set_in(struct sets *s, int i)
{
	if (!s->theirs[i])
		return NULL;
	memcpy(&s->ours[i], s->theirs[i], sizeof(s->ours[i]));
	return &s->ours[i];
}

static void sets_out(struct sets *s)
{
	int i;

	for (i = 0; i < 3; i++)
		if (s->theirs[i])
			memcpy(s->theirs[i], &s->ours[i], sizeof(s->ours[i]));
}

static int do_select(struct weft_stack *ws, int count, struct sets *s,
		     int64_t timeout_ns, const sigset_t *mask)
{
	API_CALL(ws);
	struct sk_select_call what = {
		.count = count,
		.rd = set_in(s, 0),
		.wr = set_in(s, 1),
		.ex = set_in(s, 2),
		.timeout_ns = timeout_ns,
		.signals = signals_of(ws, mask),
	};
	int n = sk_select_call(call.stack, &what);

	if (n >= 0)
		sets_out(s);
	return (int)api_result(n);
}

/* As Linux: microseconds may be a million and more. */
static int64_t ns_of(const struct timeval *tv)
{
	if (!tv)
		return -1;
	if (tv->tv_sec < 0 || tv->tv_usec < 0)
		return API_NO_TIME;
	if (tv->tv_sec > INT64_MAX / (int64_t)NS_PER_S - 1 ||
	    tv->tv_usec > INT64_MAX / 2 / (int64_t)NS_PER_US)
		return INT64_MAX;
	return (tv->tv_sec + tv->tv_usec / 1000000) * (int64_t)NS_PER_S +
	       tv->tv_usec % 1000000 * (int64_t)NS_PER_US;
}

/* What is left of a timeout that began at @begun_ns. */
static void time_out(struct weft_stack *ws, int64_t timeout_ns,
		     uint64_t begun_ns, struct timeval *tv)
{
	uint64_t gone = weft_now(ws) - begun_ns;
	uint64_t left =
		(uint64_t)timeout_ns > gone ? (uint64_t)timeout_ns - gone : 0;

	tv->tv_sec = (time_t)(left / NS_PER_S);
	tv->tv_usec = (suseconds_t)(left % NS_PER_S / NS_PER_US);
}

/* NOLINTNEXTLINE(readability-function-size) */
int weft_select(struct weft_stack *ws, int count, fd_set *rd, fd_set *wr,
		fd_set *ex, struct timeval *timeout)
{
	struct sets s = {.theirs = {rd, wr, ex}};
	uint64_t begun = weft_now(ws);
	int64_t ns = ns_of(timeout);
	int n;

	if (ns == API_NO_TIME)
		return (int)api_result(-EINVAL);
	n = do_select(ws, count, &s, ns, NULL);
	if (timeout && n >= 0)
		time_out(ws, ns, begun, timeout);
	return n;
}

/* NOLINTNEXTLINE(readability-function-size) */
int weft_pselect(struct weft_stack *ws, int count, fd_set *rd, fd_set *wr,
		 fd_set *ex, const struct timespec *timeout,
		 const sigset_t *mask)
{
	struct sets s = {.theirs = {rd, wr, ex}};
	int64_t ns = api_ns(timeout);

	if (ns == API_NO_TIME)
		return (int)api_result(-EINVAL);
	return do_select(ws, count, &s, ns, mask);
}
