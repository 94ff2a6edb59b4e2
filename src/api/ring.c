// SPDX-License-Identifier: MIT
/*
 * ring.c - completion rings, with a program's addresses and messages
 *
 * Entries and completions are laid out alike on both sides and are handed out
 * where they are.
 */

#include "io/ring.h"

#include <assert.h>
#include <stdlib.h>

#include "base/check.h"

#include "api/api_int.h"
#include "api/msg.h"
#include "api/sockaddr.h"

static_assert(sizeof(struct weft_sqe) == sizeof(struct sk_sqe) &&
		      offsetof(struct weft_sqe, user_data) ==
			      offsetof(struct sk_sqe, user_data),
	      "one layout");
static_assert(sizeof(struct weft_cqe) == sizeof(struct sk_cqe), "one layout");
static_assert((int)WEFT_RING_SENDFILE == (int)SK_RING_SENDFILE,
	      "one numbering");
static_assert(WEFT_SQE_QUIET == SK_SQE_QUIET && WEFT_CQE_MORE == SK_CQE_MORE,
	      "one numbering");

/* A ring in its stack's list. */
struct weft_ring {
	struct list node;
	struct weft_stack *owner;
	struct sk_ring *ring;
};

static int name_in(const void *addr, size_t len, struct endpoint *ep)
{
	return addr ? sockaddr_to_endpoint(addr, (socklen_t)len, ep) : -EINVAL;
}

static void name_out(const struct endpoint *ep, void *addr, void *len)
{
	if (addr && len)
		sockaddr_from_endpoint(ep, addr, len);
}

static int send_in(const void *hdr, struct sk_msg *msg)
{
	return msg_in(hdr, msg);
}

static void recv_in(const void *hdr, struct sk_msg *msg)
{
	msg_to_fill(hdr, msg);
}

static void recv_out(const struct sk_msg *msg, void *hdr)
{
	msg_out(msg, hdr);
}

static const struct sk_ring_abi abi = {
	.name_in = name_in,
	.name_out = name_out,
	.send_in = send_in,
	.recv_in = recv_in,
	.recv_out = recv_out,
};

struct weft_ring *weft_ring_new(struct weft_stack *ws, unsigned int entries)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct mem *mem = stack->place.env->mem;
	struct weft_ring *ring = mem_alloc(mem, sizeof(*ring));
	int err =
		ring ? sk_ring_new(stack, entries, &abi, &ring->ring) : -ENOMEM;

	if (err) {
		mem_free(mem, ring, sizeof(*ring));
		errno = -err;
		return NULL;
	}
	ring->owner = ws;
	list_add_tail(&ws->rings, &ring->node);
	return ring;
}

static void ring_free(struct weft_ring *ring)
{
	sk_ring_free(ring->ring);
	list_del(&ring->node);
	mem_free(ring->owner->stack->place.env->mem, ring, sizeof(*ring));
}

void weft_ring_free(struct weft_ring *ring)
{
	if (ring) {
		API_CALL(ring->owner);

		ring_free(ring);
	}
}

void api_rings_free(struct weft_stack *ws)
{
	struct weft_ring *ring;

	while ((ring = list_first_entry(&ws->rings, struct weft_ring, node)))
		ring_free(ring);
}

int weft_ring_fd(const struct weft_ring *ring)
{
	return sk_ring_fd(ring->ring);
}

struct weft_sqe *weft_ring_sqe(struct weft_ring *ring)
{
	return (void *)sk_ring_sqe(ring->ring);
}

int weft_ring_submit(struct weft_ring *ring)
{
	API_CALL(ring->owner);

	return (int)api_result(sk_ring_submit(ring->ring));
}

int weft_ring_wait(struct weft_ring *ring, unsigned int count,
		   const struct timespec *timeout)
{
	API_CALL(ring->owner);
	int64_t ns = api_ns(timeout);

	if (ns == API_NO_TIME)
		return (int)api_result(-EINVAL);
	return (int)api_result(sk_ring_wait(ring->ring, count, ns));
}

const struct weft_cqe *weft_ring_peek(struct weft_ring *ring)
{
	return weft_ring_peek_at(ring, 0);
}

const struct weft_cqe *weft_ring_peek_at(struct weft_ring *ring,
					 unsigned int index)
{
	API_SHARED(ring->owner);

	return (const void *)sk_ring_peek_at(ring->ring, index);
}

void weft_ring_seen(struct weft_ring *ring, unsigned int count)
{
	API_SHARED(ring->owner);

	sk_ring_seen(ring->ring, count);
}

/* NOLINTNEXTLINE(readability-function-size) */
int weft_ring_buffers(struct weft_ring *ring, uint16_t group, void *base,
		      uint32_t len, unsigned int count, unsigned int first)
{
	API_CALL(ring->owner);

	return (int)api_result(
		sk_ring_buffers(ring->ring, group, base, len, count, first));
}

int weft_ring_stat(const struct weft_ring *ring, struct weft_ring_stat *stat)
{
	API_SHARED(ring->owner);
	struct sk_ring_stat s;

	if (stat->size != sizeof(*stat))
		return (int)api_result(-EINVAL);
	sk_ring_get_stat(ring->ring, &s);
	*stat = (struct weft_ring_stat){
		.size = sizeof(*stat),
		.submitted = s.submitted,
		.completed = s.completed,
		.overflowed = s.overflowed,
		.prepared = s.prepared,
		.running = s.running,
		.ready = s.ready,
		.spilled = s.spilled,
	};
	return 0;
}
