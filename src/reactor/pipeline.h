/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_PIPELINE_H
#define REACTOR_PIPELINE_H

/*
 * pipeline.h - what happens to the octets of a channel, step by step
 *
 * Theory of operation
 * ===================
 * A channel has a chain of handlers.  What arrives goes through it from head
 * to tail, what is sent from tail to head:
 *
 *	 transport                                        application
 *	    |    on_read --->   +-------+    +-------+        |
 *	 [ head ] ------------- | codec | -- | logic | -- [ tail ]
 *	    |        <--- write +-------+    +-------+
 *
 * A handler takes part in the events it has functions for; all others pass it
 * by.  Inside a function it hands on, or does not: handler_fire_read(h, buf)
 * goes to the next one towards the tail, handler_write(h, buf) to the next one
 * towards the head.  A buffer that is not handed on must be put.
 *
 * A handler is embedded in a structure of its owner and belongs to one
 * pipeline; on_removed() is the last call it gets, and where it is freed.
 *
 * All calls come from the loop, never from within a call of the socket layer.
 * The channel stays valid during each of them, closed or not.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

struct buf;
struct channel;
struct handler;
struct source;

/**
 * struct handler_ops - a handler's part in each event; all are optional
 * @name:	For people
 * @on_added:	It is in the pipeline now
 * @on_removed:	It is not any more: free it
 * @on_active:	The channel is connected, or bound
 * @on_read:	Octets, or one datagram; takes @buf
 * @on_read_complete: That was all there was for now
 * @on_input_end: The peer sends no more; without a function the channel is
 *		closed
 * @on_inactive: The channel is closed; nothing can be sent any more
 * @on_error:	-errno; without a function the channel is closed
 * @on_writable: Below the low-water mark again, or above the high one: what
 *		channel_is_writable() says when it is told
 * @on_user_event: Whatever handlers tell each other; @id by agreement
 * @write:	Octets to be sent; takes @buf.  0 or -errno
 * @write_source: The same, for octets that are pulled as room appears
 * @flush:	Send what was written
 * @close:	Close when all is sent
 */
struct handler_ops {
	const char *name;
	void (*on_added)(struct handler *h);
	void (*on_removed)(struct handler *h);
	void (*on_active)(struct handler *h);
	void (*on_read)(struct handler *h, struct buf *buf);
	void (*on_read_complete)(struct handler *h);
	void (*on_input_end)(struct handler *h);
	void (*on_inactive)(struct handler *h);
	void (*on_error)(struct handler *h, int err);
	void (*on_writable)(struct handler *h, bool is_writable);
	void (*on_user_event)(struct handler *h, int id, void *data);
	int (*write)(struct handler *h, struct buf *buf);
	int (*write_source)(struct handler *h, struct source *src);
	void (*flush)(struct handler *h);
	void (*close)(struct handler *h);
};

/**
 * struct handler - one step, embedded in its owner's structure
 * @node:	In the pipeline
 * @ops:	Set by the owner before it is added
 * @ch:		Its channel, from on_added() to on_removed()
 */
struct handler {
	struct list node;
	const struct handler_ops *ops;
	struct channel *ch;
};

/* The chain, head first.  Between on_read() calls it may change. */
struct pipeline {
	struct list handlers;
};

/* Add at the tail (the application's side), or at the head.  The handler is
 * the pipeline's until on_removed(). */
void pipeline_add_last(struct channel *ch, struct handler *h);
void pipeline_add_first(struct channel *ch, struct handler *h);
void pipeline_add_after(struct handler *after, struct handler *h);

/* Take it out; calls on_removed() before it returns.  A handler may remove
 * itself, but must not touch itself afterwards. */
void pipeline_remove(struct handler *h);

/* Hand on towards the tail. */
void handler_fire_active(struct handler *h);
void handler_fire_read(struct handler *h, struct buf *buf);
void handler_fire_read_complete(struct handler *h);
void handler_fire_input_end(struct handler *h);
void handler_fire_inactive(struct handler *h);
void handler_fire_error(struct handler *h, int err);
void handler_fire_writable(struct handler *h, bool is_writable);
void handler_fire_user_event(struct handler *h, int id, void *data);

/* Hand on towards the head. */
int handler_write(struct handler *h, struct buf *buf);
int handler_write_source(struct handler *h, struct source *src);
void handler_flush(struct handler *h);
void handler_close(struct handler *h);

/* handler_write() and handler_flush(). */
int handler_write_flush(struct handler *h, struct buf *buf);

#endif /* REACTOR_PIPELINE_H */
