/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_REACTOR_H
#define REACTOR_REACTOR_H

/*
 * reactor.h - loops and channels: programs that never block
 *
 * Theory of operation
 * ===================
 * A loop watches the descriptors of its channels with one epoll set.  When
 * something is ready, or a timer is due, it runs the handlers concerned to the
 * end, one after the other, out of a task that the stack runs at the end of
 * the event; so nothing ever blocks, and time need not pass.
 *
 * A channel is a connection, a listener or a datagram socket, together with
 * its pipeline (pipeline.h).  Whoever makes one gives a function that fills
 * the pipeline:
 *
 *	static int init(struct channel *ch, void *arg)
 *	{
 *		struct echo *e = mem_alloc(channel_mem(ch), sizeof(*e));
 *
 *		if (!e)
 *			return -ENOMEM;
 *		e->handler.ops = &echo_ops;
 *		pipeline_add_last(ch, &e->handler);
 *		return 0;
 *	}
 *	...
 *	err = channel_listen(loop, &local, 128, init, NULL, &listener);
 *
 * While handlers run, env->cause is what made them run: the arrival of the
 * frame, or what armed the timer.
 *
 * A channel is valid until the on_removed() of its handlers has returned.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/stack.h"

#include "reactor/buf.h"
#include "reactor/pipeline.h"

struct channel;
struct loop;

/* 64 KB waiting to be sent, and it is time to stop; 32 KB, to go on. */
#define CHANNEL_WATER_HIGH 65536
#define CHANNEL_WATER_LOW  32768

/* Fills the pipeline of a new channel.  0 or -errno: no channel then. */
typedef int channel_init_fn(struct channel *ch, void *arg);

/**
 * loop_new() - A loop on a stack's sockets
 * @stack:	Must outlive it
 * @out:	Filled in
 *
 * Return: 0, -ENOMEM, -EMFILE
 */
int loop_new(struct stack *stack, struct loop **out);

/* Abort all channels and free the loop.  Not from within a handler. */
void loop_free(struct loop *loop);

struct stack *loop_stack(struct loop *loop);
struct mem *loop_mem(struct loop *loop);
uint64_t loop_now_ns(struct loop *loop);
size_t loop_channel_count(const struct loop *loop);

/**
 * struct loop_timer - something that a loop does later
 * @timer:	The loop's own
 * @loop:	Whose
 * @fn:		What; the timer is not armed any more then
 * @arg:	Its argument
 */
struct loop_timer {
	struct timer timer;
	struct loop *loop;
	void (*fn)(struct loop_timer *t, void *arg);
	void *arg;
};

void loop_timer_init(struct loop_timer *t, struct loop *loop,
		     void (*fn)(struct loop_timer *t, void *arg), void *arg);
void loop_timer_arm_in(struct loop_timer *t, uint64_t in_ns); /* again: moves */
void loop_timer_cancel(struct loop_timer *t); /* harmless if not armed */

/**
 * channel_connect() - Open a connection
 * @peer:	With whom
 * @init:	Fills the pipeline, before this returns
 * @ch:		Filled in if not NULL
 *
 * on_active() says that the connection stands; on_error() followed by
 * on_inactive(), that it does not.
 *
 * Return: 0, -ENOMEM, -EMFILE, -ENETUNREACH, what @init returns, ...
 */
int channel_connect(struct loop *loop, const struct endpoint *peer,
		    channel_init_fn *init, void *arg, struct channel **ch);

/**
 * channel_listen() - Accept connections
 * @local:	Where; without an address: on all
 * @backlog:	How many may wait
 * @init:	Fills the pipeline of each accepted channel
 * @ch:		Filled in with the listener if not NULL
 *
 * Return: 0, -EADDRINUSE, -EADDRNOTAVAIL, -ENOMEM, -EMFILE
 */
int channel_listen(struct loop *loop, const struct endpoint *local, int backlog,
		   channel_init_fn *init, void *arg, struct channel **ch);

/**
 * channel_bind_udp() - A datagram socket for any peer
 * @local:	Where; port 0: a random one; NULL: any address too
 *
 * Each datagram is one on_read(), buf->peer says from whom; each written
 * buffer is one datagram to buf->peer.
 *
 * Return: as channel_listen()
 */
int channel_bind_udp(struct loop *loop, const struct endpoint *local,
		     channel_init_fn *init, void *arg, struct channel **ch);

/* The same from a random port with one peer; others are not heard, and its
 * host's ICMP errors come as on_error(-ECONNREFUSED). */
int channel_connect_udp(struct loop *loop, const struct endpoint *peer,
			channel_init_fn *init, void *arg, struct channel **ch);

/* A channel without a socket, see embedded.h. */

/*
 * From outside the pipeline, as if from behind its tail: through all handlers.
 * channel_write() takes @buf; 0, -EPIPE (closed), -ENOMEM, what a handler says.
 * channel_close() closes when all is sent, channel_abort() at once, with a
 * reset if it is a connection.
 */
int channel_write(struct channel *ch, struct buf *buf);
void channel_flush(struct channel *ch);
int channel_write_flush(struct channel *ch, struct buf *buf);
void channel_close(struct channel *ch);
void channel_abort(struct channel *ch);
void channel_user_event(struct channel *ch, int id, void *data);

/* No more will be sent, but more may be read.  After what was written. */
void channel_shutdown(struct channel *ch);

/**
 * struct source - octets that are made when there is room for them
 * @pull:	Write up to @len octets to @buf: how many, 0 at the end,
 *		-EAGAIN (nothing now: call channel_flush() when there is), or
 *		-errno (the channel is closed, the stream cut short)
 * @done:	(optional) Not needed any more; @err is 0 if all was pulled.
 *		The place to free it
 * @node:	The channel's own
 */
struct source {
	long (*pull)(struct source *src, void *buf, size_t len);
	void (*done)(struct source *src, int err);
	struct list node;
};

/* A big body, in order with what is written before and after; never more of it
 * in memory than the high-water mark.  Takes @src (calls its done()) whatever
 * it returns: 0 or -EPIPE. */
int channel_write_source(struct channel *ch, struct source *src);

/* Above the high-water mark this is false until below the low one. */
bool channel_is_writable(const struct channel *ch);
void channel_set_water(struct channel *ch, size_t low, size_t high);
size_t channel_pending(const struct channel *ch); /* octets not yet sent */

/* Without it nothing is read, and the peer has to wait.  On at first. */
void channel_set_auto_read(struct channel *ch, bool is_on);

bool channel_is_active(const struct channel *ch);
int channel_local(struct channel *ch, struct endpoint *ep); /* 0 or -errno */
int channel_peer(struct channel *ch, struct endpoint *ep);
int channel_fd(const struct channel *ch); /* for options; -1: none */
struct loop *channel_loop(struct channel *ch);
struct mem *channel_mem(struct channel *ch);
const char *channel_name(const struct channel *ch); /* for people */

#endif /* REACTOR_REACTOR_H */
