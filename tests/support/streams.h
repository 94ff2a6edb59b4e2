/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_STREAMS_H
#define SUPPORT_STREAMS_H

/*
 * streams.h - TCP streams that check themselves, driven by events
 *
 * A client connects and sends octets of a pattern; the server sends another
 * pattern at the same time.  Each end compares every octet with what it must
 * be at that place in the stream, which depends on the addresses of the
 * connection, the direction and the position: a lost, doubled, moved or foreign
 * octet does not go unnoticed.  When an end has sent all, it shuts down; when
 * it has also seen the end of the other stream, it closes.
 *
 * A client that could not connect, because a neighbour did not answer ARP or
 * the server gave the handshake up, tries again a second later, as a person
 * would.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

#include "wire/addr.h"

#include "core/stack.h"
#include "core/waitq.h"

/* Both ends of all streams, and when they are done.  If the ends do not know
 * each other by the same addresses, because a NAT is between them, say so. */
struct streams {
	struct list all; /* struct stream.list */
	bool is_translated;
	uint32_t opened, accepted;
	uint32_t done;	  /* ends that finished well */
	uint32_t retries; /* clients that tried again */
	uint32_t failed;  /* ends that did not: error or wrong octets */
	int last_err;	  /* of a failed end, 0: wrong octets */
	uint64_t octets;  /* received and right */
	uint64_t last_ns; /* when the last end was done */
};

/* A listener. */
struct stream_server {
	struct streams *streams;
	struct stack *stack;
	int fd;
	uint64_t up, down;
	struct waiter waiter;
	struct task task;
};

void streams_init(struct streams *s);

/* Close and forget all ends; before their stacks go. */
void streams_fini(struct streams *s);

/**
 * stream_serve() - Accept streams
 * @up:		Octets that each client will send
 * @down:	Octets to send to each
 */
void stream_serve(struct stream_server *srv, struct streams *s,
		  struct stack *stack, uint16_t port, uint64_t up,
		  uint64_t down);
void stream_server_close(struct stream_server *srv);

/* Connect.  0 or -errno; later failures are counted in @s. */
int stream_open(struct streams *s, struct stack *stack, struct endpoint peer,
		uint64_t up, uint64_t down);

/* Is every end of @count streams done or failed? */
static inline bool streams_are_over(const struct streams *s, uint32_t count)
{
	return s->done + s->failed >= 2 * count;
}

#endif /* SUPPORT_STREAMS_H */
