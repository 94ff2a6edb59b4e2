/* SPDX-License-Identifier: MIT */
#ifndef WEFT_THREAD_H
#define WEFT_THREAD_H

/*
 * thread.h - many threads on one stack or network
 *
 * Theory of operation
 * ===================
 * A stack begins with one thread and without a lock.  After one of these calls
 * any number of threads may use it, or all stacks of the network, at the same
 * time:
 *
 *   - One thread is inside at a time.  A call that blocks sleeps outside, on a
 *     futex of its own, and is woken alone: ten thousand threads may block in
 *     ten thousand connections.
 *
 *   - Time is real.  A thread of the library's does what is due when nobody
 *     calls; a network's cables take as long as their delay says, and the same
 *     seed no longer gives the same octets at the same times.
 *
 *   - Callbacks (@transmit, @kick, those of weft_watch()) are called by
 *     whichever thread is inside, one at a time.  They may call, but nothing in
 *     them may block.
 *
 * Two threads that read one stream each get some of it, in an order nobody
 * knows; to accept with many threads on one listener is fine.  A descriptor
 * that is closed while another thread blocks on it stays open behind the scenes
 * until that call returns; weft_shutdown() makes it return.
 *
 * Part of weft.h; include that.
 */

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_net;

/**
 * weft_net_threads() - From now on many threads may use the network
 * @net:	Which; nobody else may use it during this call.  Ends with
 *		weft_net_free(), when all threads have left
 *
 * Its time goes on from what it is, as fast as the system's clock;
 * weft_net_run() sleeps.
 *
 * Return: 0, also if it was so already; -1: EAGAIN (no thread could be made)
 */
WEFT_API int weft_net_threads(struct weft_net *net);

/**
 * weft_stack_threads() - From now on many threads may use a stack
 * @stack:	Which, not one of a network; nobody else may use it during this
 *		call.  Ends with weft_stack_free(), when all threads have left
 *
 * Its @wait is called no more: another thread has to bring frames with
 * weft_input().  Nobody need call weft_run().
 *
 * Return: 0, also if it was so already; -1: EINVAL (of a network), EAGAIN (no
 * thread could be made)
 */
WEFT_API int weft_stack_threads(struct weft_stack *stack);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_THREAD_H */
