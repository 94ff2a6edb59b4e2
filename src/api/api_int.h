/* SPDX-License-Identifier: MIT */
#ifndef API_API_INT_H
#define API_API_INT_H

/*
 * api_int.h - what is behind the public types
 */

#include <errno.h>
#include <weft/weft.h>

#include "base/list.h"
#include "base/mem.h"

#include "wire/addr_types.h"

#include "core/env.h"
#include "core/netif.h"
#include "core/stack.h"

#include "os/gate.h"

struct sigq;

#define API_NAME_MAX 64
#define API_DNS_MAX  3

/**
 * struct weft_stack - a stack as the program sees it
 * @node:	In its network's list
 * @gate:	What threads go through, or NULL: there is one thread
 * @stack:	The stack: @own, or that of a network's host
 * @net:	The network it belongs to, or NULL
 * @watches:	struct weft_watch
 * @rings:	struct weft_ring
 * @sigq:	Its signals
 * @cfg:	On its own: the program's callbacks; likewise all that follow
 * @name:	Of the host
 * @mem:	Its memory
 * @env:	Its time
 * @own:	The stack itself
 * @ports:	struct api_port
 * @own_gate:	If it has threads
 * @dns:	Name servers, @dns_count of them; of all stacks, like the next
 * @hosts:	struct host_name, see names.c
 */
struct weft_stack {
	struct list node;
	struct gate *gate;
	struct stack *stack;
	struct weft_net *net;
	struct list watches;
	struct list rings;
	struct sigq *sigq;
	struct weft_config cfg;
	char name[API_NAME_MAX];
	struct mem mem;
	struct env env;
	struct stack own;
	struct list ports;
	struct gate own_gate;
	struct ip_addr dns[API_DNS_MAX];
	int dns_count;
	struct list hosts;
};

/* An interface of a stack on its own. */
struct api_port {
	struct list node;
	struct netif netif;
	struct weft_stack *owner;
};

/* The stack, with its clock set, within a call that has begun. */
struct stack *api_stack(struct weft_stack *ws);

/* A public call under way. */
struct api_call {
	struct gate *gate;
	struct stack *stack;
};

struct api_call api_enter(struct weft_stack *ws);
struct api_call api_begin(struct weft_stack *ws);

static inline void api_end(struct api_call *call)
{
	if (call->gate)
		gate_leave(call->gate);
}

/* The first declaration of every public call: until the end of the block, call
 * and its stack are this thread's.  A call that may block must not be within
 * another one. */
#define API_CALL(ws)                                                     \
	struct api_call call __attribute__((cleanup(api_end), unused)) = \
		api_begin(ws)

/* The same for what a kernel would not be called for: it reads memory that both
 * share, and weft_stats() does not count it. */
#define API_SHARED(ws)                                                   \
	struct api_call call __attribute__((cleanup(api_end), unused)) = \
		api_enter(ws)

/* thread.c: the gate of a stack on its own, and its end if there is one. */
void api_threads_end(struct weft_stack *ws);

/* Prepare what all stacks have: 0 or -ENOMEM. */
int api_stack_init(struct weft_stack *ws, struct stack *stack);

/* Give back what the program has left: watches, rings, names. */
void api_stack_fini(struct weft_stack *ws);

void api_unwatch_all(struct weft_stack *ws);
void api_rings_free(struct weft_stack *ws);

/* A time as POSIX has it: nanoseconds, negative for NULL (for ever), or
 * API_NO_TIME for one that cannot be. */
#define API_NO_TIME INT64_MIN
int64_t api_ns(const struct timespec *ts);

/* A set of signals, as io/sigq.h has it. */
uint64_t api_sigset(const sigset_t *set);

/* "10.0.0.2/24" or "2001:db8::2/64": 0 or -EINVAL. */
int api_addr_check(const char *addr);

/* Give it to an interface; an IPv6 one is used at once, without asking whether
 * somebody else has it.  As ip_addr_add(). */
int api_addr_add(struct stack *stack, struct netif *netif, const char *addr);

/* -errno becomes -1 and errno. */
static inline long api_result(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

#endif /* API_API_INT_H */
