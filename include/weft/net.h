/* SPDX-License-Identifier: MIT */
#ifndef WEFT_NET_H
#define WEFT_NET_H

/*
 * net.h - networks in memory, in virtual time
 *
 * Hosts are joined by cables.  Time passes only while a program waits: in a
 * call that blocks, or in weft_net_run().  It jumps from one event to the
 * next, so an hour takes as long as what happens in it.  The same seed gives
 * the same octets at the same times, on any machine.
 *
 * Part of weft.h; include that.
 */

#include <stdint.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_net;

/**
 * weft_net_new() - An empty network at time 0
 * @seed:	Where all its randomness comes from
 *
 * Return: the network; NULL: ENOMEM
 */
WEFT_API struct weft_net *weft_net_new(uint64_t seed);

/**
 * weft_net_free() - Free a network and all its stacks
 * @net:	NULL is fine
 */
WEFT_API void weft_net_free(struct weft_net *net);

/**
 * weft_net_host() - Add a host
 * @name:	Unique in the network, at most 63 octets
 *
 * Return: its stack, the network's; NULL: EINVAL (name in use, empty or too
 * long), ENOMEM
 */
WEFT_API struct weft_stack *weft_net_host(struct weft_net *net,
					  const char *name);

/**
 * struct weft_cable - a cable, the same in both directions; zeroed is ideal
 * @rate_bps:	Bits per second, 0: infinitely fast
 * @delay_ns:	From end to end
 * @loss:	Probability that a frame is lost, 0 to 1
 * @dup:	... that it arrives twice
 * @reorder:	... that others overtake it
 * @bit_errors:	... for each bit to be flipped
 */
struct weft_cable {
	uint64_t rate_bps;
	uint64_t delay_ns;
	double loss;
	double dup;
	double reorder;
	double bit_errors;
};

/**
 * weft_net_join() - Put a cable between two hosts
 * @a:		One end: gets another interface
 * @a_addr:	Its address, "10.0.0.1/24" or "2001:db8::1/64"
 * @b:		The other end
 * @b_addr:	Its address
 * @cable:	NULL: an ideal one
 *
 * Return: 0; -1: EINVAL (address), EXDEV (not of the same network), ENOMEM
 */
WEFT_API int weft_net_join(struct weft_stack *a, const char *a_addr,
			   struct weft_stack *b, const char *b_addr,
			   const struct weft_cable *cable);

/**
 * weft_net_run() - Let time pass
 * @ns:		How much
 *
 * Calls back the functions given to weft_watch().
 *
 * Return: 0; -1: EDEADLK (called from within an event)
 */
WEFT_API int weft_net_run(struct weft_net *net, uint64_t ns);

/**
 * weft_net_now() - The network's present time
 * @net:	Which
 *
 * Return: nanoseconds since it was made
 */
WEFT_API uint64_t weft_net_now(const struct weft_net *net);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_NET_H */
