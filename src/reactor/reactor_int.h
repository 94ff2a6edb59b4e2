/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_REACTOR_INT_H
#define REACTOR_REACTOR_INT_H

/*
 * reactor_int.h - loops and channels, as the files of reactor/ see them
 */

#include "base/list.h"
#include "base/mem.h"

#include "core/stack.h"
#include "core/waitq.h"

#include "reactor/reactor.h"
#include "reactor/transport.h"

/**
 * struct loop - a loop
 * @stack:	Its time, tasks and memory
 * @io:		Its sockets
 * @epfd:	Watches them
 * @waiter:	On the epoll set's wait queue: defers @task
 * @task:	Runs what is ready
 * @channels:	All channels
 * @later:	Channels that something is to be done for, see channel_later()
 * @items:	struct out_item
 * @scratch:	Room for one datagram, DGRAM_MAX octets
 * @has_starved: A listener had no descriptor or memory to accept with
 * @is_ending:	Being freed: nothing is put off any more
 */
struct loop {
	struct stack *stack;
	struct transport io;
	int epfd;
	struct waiter waiter;
	struct task task;
	struct list channels;
	struct list later;
	struct pool items;
	uint8_t *scratch;
	bool has_starved;
	bool is_ending;
};

#define DGRAM_MAX 65536

enum channel_kind {
	CHANNEL_STREAM,
	CHANNEL_LISTENER,
	CHANNEL_DGRAM,
	CHANNEL_EMBEDDED,
};

enum channel_state {
	CHANNEL_OPENING, /* until on_active() */
	CHANNEL_ACTIVE,
	CHANNEL_CLOSED, /* on_inactive() is due or done */
};

/* What the loop is to do for a channel when the handlers have returned. */
enum later {
	LATER_ACTIVE = 1 << 0,	 /* on_active() */
	LATER_READ = 1 << 1,	 /* read on */
	LATER_WRITABLE = 1 << 2, /* on_writable(): a water mark was passed */
	LATER_CLOSED = 1 << 3,	 /* on_inactive(), and the end */
};

/* Something that waits to be sent: a buffer, or a source and its chunk. */
struct out_item {
	struct list node;
	struct buf *buf;
	struct source *src;
};

/**
 * struct channel - a channel
 * @node:	In the loop's list
 * @later_node:	In the loop's list of things to do
 * @later:	Which: enum later
 * @later_cause: What made it necessary
 * @loop:	Whose
 * @kind:	Stream, listener, ...
 * @state:	How far it is
 * @fd:		Its descriptor, or -1
 * @pipeline:	Its handlers
 * @out:	struct out_item, the next to be sent first
 * @pending:	Octets in buffers there
 * @low:	Water marks
 * @high:	"
 * @is_above:	Was above @high, and not below @low since
 * @is_readable: More can be read, as far as is known
 * @is_auto_read: ... and may be
 * @has_input_end: The peer has ended its stream
 * @is_shutting: No more sending once @out is empty
 * @is_shut:	Done so
 * @is_closing:	To be closed once @out is empty
 * @read_size:	Guess at how much the next read gives
 * @init:	Listeners: for accepted channels
 * @init_arg:	"
 * @taken_in:	Embedded: what came out at the tail
 * @taken_out:	Embedded: what came out at the head
 * @taken_err:	Embedded: error that came out at the tail
 */
struct channel {
	struct list node;
	struct list later_node;
	uint32_t later;
	uint32_t later_cause;
	struct loop *loop;
	enum channel_kind kind;
	enum channel_state state;
	int fd;
	struct pipeline pipeline;
	struct list out;
	size_t pending, low, high;
	bool is_above;
	bool is_readable, is_auto_read, has_input_end;
	bool is_shutting, is_shut, is_closing;
	size_t read_size;
	channel_init_fn *init;
	void *init_arg;
	struct list taken_in, taken_out;
	int taken_err;
};

extern const struct transport_ops transport_weft_ops;

/* loop.c */
void channel_later(struct channel *ch, enum later what);

/* channel.c */
int channel_make(struct loop *loop, enum channel_kind kind, int fd,
		 struct channel **out);
int channel_fill(struct channel *ch, channel_init_fn *init, void *arg);
void channel_destroy(struct channel *ch);
void channel_fail(struct channel *ch, int err);
void channel_end(struct channel *ch, bool is_abort);

/* channel_io.c */
void channel_on_ready(struct channel *ch, uint32_t events);
void channel_read(struct channel *ch);
int channel_queue_buf(struct channel *ch, struct buf *buf);
int channel_queue_source(struct channel *ch, struct source *src);
void channel_send_queued(struct channel *ch);
void channel_drop_queued(struct channel *ch, int err);

/* channel_open.c */
void channel_accept_all(struct channel *listener);
void channel_accept_starved(struct loop *loop);

/* embedded.c */
void embedded_send_queued(struct channel *ch);

/* pipeline.c: from the head on */
void pipeline_active(struct channel *ch);
void pipeline_read(struct channel *ch, struct buf *buf);
void pipeline_read_complete(struct channel *ch);
void pipeline_input_end(struct channel *ch);
void pipeline_inactive(struct channel *ch);
void pipeline_error(struct channel *ch, int err);
void pipeline_writable(struct channel *ch, bool is_writable);
void pipeline_empty(struct channel *ch);

#endif /* REACTOR_REACTOR_INT_H */
