/* SPDX-License-Identifier: MIT */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

/*
 * weft.h - a TCP/IP stack to embed
 *
 * Theory of operation
 * ===================
 * A stack is a value.  It has interfaces, addresses and routes, and descriptors
 * of its own.  It makes no thread and no system call but for the time and for
 * randomness, and these can be replaced.  There are two ways to have one:
 *
 *   - in a network in memory, in virtual time (net.h): hosts joined by cables,
 *     deterministic, as fast as the machine can;
 *
 *   - on its own, driven by the program: frames that arrive are given to
 *     weft_input(), frames that leave come out of a callback, and weft_run()
 *     is called when time has passed:
 *
 *	stack = weft_stack_new(&config);
 *	eth0 = weft_if_add(stack, "eth0", mac, 1500);
 *	weft_addr_add(stack, eth0, "10.0.0.2/24");
 *	for (;;) {
 *		... wait for a frame, but not beyond weft_next(stack) ...
 *		if (there is a frame)
 *			weft_input(stack, eth0, frame, len);
 *		weft_run(stack);
 *	}
 *
 * The calls on sockets (socket.h) and for waiting (wait.h) are those of POSIX
 * and Linux with the stack as first argument.
 *
 * Functions that can fail return -1 or NULL and set errno, unless they say
 * otherwise.  A stack, and all stacks of one network, may be used by one
 * thread at a time, unless the program asks for more (thread.h).
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_API __attribute__((visibility("default")))

struct weft_stack;

/**
 * struct weft_config - what a stack needs from the program
 * @size:	sizeof(struct weft_config), so that it can grow
 * @name:	Of the host, for messages; copied.  NULL: "weft"
 * @arg:	First argument of all callbacks
 * @transmit:	(required) Send a frame, link header first: octets in @iov, in
 *		@count pieces, lent for the call.  0, or -1 if it could not be
 *		sent; then it is counted as dropped.  Must not call back
 * @now_ns:	(optional) The time, which never goes back.  NULL: the system's
 *		monotonic clock
 * @random:	(optional) Fill in unpredictable octets; 0, or -1, and then
 *		the stack refuses what it needs them for.  NULL: getrandom(2)
 * @kick:	(optional) weft_next() is earlier now than it was; for drivers
 *		that sleep elsewhere.  Must not call back
 * @wait:	(optional) A call blocks: wait for a frame, but not beyond
 *		@until_ns, give it to weft_input(), and return 0; or -1, and
 *		the call fails with EDEADLK.  @until_ns may be now: then look,
 *		and do not wait.  NULL: every call that would block fails so
 * @mem_max:	Cap on memory, octets; 0: none
 */
struct weft_config {
	size_t size;
	const char *name;
	void *arg;
	int (*transmit)(void *arg, int ifindex, const struct iovec *iov,
			int count);
	uint64_t (*now_ns)(void *arg);
	int (*random)(void *arg, void *buf, size_t len);
	void (*kick)(void *arg);
	int (*wait)(void *arg, uint64_t until_ns);
	size_t mem_max;
};

/**
 * weft_stack_new() - A stack with the interface "lo" and nothing else
 * @config:	Callbacks and limits; copied
 *
 * Return: the stack; NULL: ENOMEM, EIO (no randomness), EINVAL (@config)
 */
WEFT_API struct weft_stack *weft_stack_new(const struct weft_config *config);

/**
 * weft_stack_free() - Close all descriptors and free the stack
 * @stack:	Not one of a network, which weft_net_free() frees; NULL is fine
 */
WEFT_API void weft_stack_free(struct weft_stack *stack);

/**
 * weft_if_add() - Add an Ethernet interface, which is up
 * @name:	At most 15 octets
 * @mac:	Its address
 * @mtu:	Largest IP packet: 68 to 65535
 *
 * Return: its index, from 1 on; -1: ENOMEM, EINVAL
 */
WEFT_API int weft_if_add(struct weft_stack *stack, const char *name,
			 const uint8_t mac[6], unsigned int mtu);

/**
 * weft_addr_add() - Give an interface an address
 * @ifindex:	Which
 * @addr:	"10.0.0.2/24" or "2001:db8::2/64"; the network becomes
 *		reachable, too
 *
 * Return: 0; -1: EINVAL, EEXIST, ENODEV (no such interface), ENOMEM
 */
WEFT_API int weft_addr_add(struct weft_stack *stack, int ifindex,
			   const char *addr);

/**
 * weft_route_add() - Add a route
 * @net:	Destinations, "192.168.0.0/16"; "0.0.0.0/0" and "::/0": all others
 * @gateway:	Through whom, "10.0.0.1"
 *
 * Return: 0; -1: EINVAL, EEXIST, ENETUNREACH (@gateway is no neighbour),
 * ENOMEM
 */
WEFT_API int weft_route_add(struct weft_stack *stack, const char *net,
			    const char *gateway);

/**
 * weft_input() - A frame arrived
 * @ifindex:	Where
 * @frame:	Link header first, without frame check sequence; copied
 * @len:	Octets of @frame
 *
 * May call back @transmit and the functions given to weft_watch().
 *
 * Return: 0; -1: ENODEV, ENOMEM, EMSGSIZE (above 64 KB)
 */
WEFT_API int weft_input(struct weft_stack *stack, int ifindex,
			const void *frame, size_t len);

/**
 * weft_run() - Time has passed: do what is due
 * @stack:	Which
 *
 * May call back as weft_input().
 */
WEFT_API void weft_run(struct weft_stack *stack);

/**
 * weft_next() - When to call weft_run() at the latest
 * @stack:	Which
 *
 * Return: nanoseconds on the stack's clock; UINT64_MAX: no need
 */
WEFT_API uint64_t weft_next(const struct weft_stack *stack);

/**
 * weft_now() - The stack's present time
 * @stack:	Which
 *
 * Return: nanoseconds
 */
WEFT_API uint64_t weft_now(const struct weft_stack *stack);

/**
 * weft_version() - The version of the library
 *
 * Return: "0.1.0"
 */
WEFT_API const char *weft_version(void);

#ifdef __cplusplus
}
#endif

#include <weft/file.h>
#include <weft/net.h>
#include <weft/netdb.h>
#include <weft/nio.h>
#include <weft/ring.h>
#include <weft/signal.h>
#include <weft/socket.h>
#include <weft/stats.h>
#include <weft/thread.h>
#include <weft/transfer.h>
#include <weft/wait.h>
#include <weft/zerocopy.h>

#endif /* WEFT_WEFT_H */
