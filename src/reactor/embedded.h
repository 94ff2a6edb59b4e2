/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_EMBEDDED_H
#define REACTOR_EMBEDDED_H

/*
 * embedded.h - a channel without a socket, for testing handlers
 *
 * What a test writes in goes through the pipeline as if it had arrived; what
 * comes out at either end is queued for the test to look at.
 */

#include "reactor/reactor.h"

/* An active channel with a pipeline filled by @init.  0 or -errno. */
int embedded_new(struct loop *loop, channel_init_fn *init, void *arg,
		 struct channel **out);

/* As if these octets had arrived; takes @buf. */
void embedded_receive(struct channel *ch, struct buf *buf);
void embedded_receive_text(struct channel *ch, const char *text);
void embedded_receive_end(struct channel *ch);

/* Next buffer that reached the tail unhandled, or the head to be sent; the
 * caller puts it.  NULL: none. */
struct buf *embedded_take_in(struct channel *ch);
struct buf *embedded_take_out(struct channel *ch);

/* The last error that reached the tail, and forget it; 0: none. */
int embedded_take_error(struct channel *ch);

#endif /* REACTOR_EMBEDDED_H */
