/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_TCPSIDE_H
#define SUPPORT_TCPSIDE_H

/*
 * tcpside.h - one of several stacks that are told the same, and what is seen
 *
 * A test tells some stacks the same segments, lets their users do the same,
 * and holds against each other what is seen of them from outside: every
 * segment that leaves, what the user was told, all counters and drops, and the
 * status of each connection (RFC 9293, 3.10.6).
 */

#include "tcp/tcp_int.h"
#include "tcppeer.h"

enum { SIDE_TEXT = 1 << 15 };

/**
 * struct side - a stack and its peer
 * @p:		The test's end of its connection
 * @next:	What the peer says next, relative to its initial number
 * @heard_end:	What it has heard up to, relative to the stack's
 * @text:	What was seen
 * @at:		... its length; 0 to begin again
 */
struct side {
	struct peer p;
	uint32_t next, heard_end;
	char text[SIDE_TEXT];
	size_t at;
};

static inline struct tcp_stack *side_tcp(const struct side *s)
{
	return s->p.stack->slot[SLOT_TCP];
}

/* Something more was seen. */
void side_note(struct side *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Note every segment that left, and follow the connection that is under way,
 * which is the one of p->port. */
void side_hear(struct side *s);

/* Note these, and all that can be asked. */
void side_look(struct side *s);

#endif /* SUPPORT_TCPSIDE_H */
