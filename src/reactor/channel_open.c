// SPDX-License-Identifier: MIT
/*
 * channel_open.c - connecting, listening, accepting, binding
 *
 * All four make a socket, then a channel around it, then let the caller fill
 * the pipeline; only then may anything be heard, so that no event can find a
 * pipeline half full.  The unwinding is always the same: whoever has the
 * descriptor closes it.
 */

#include <errno.h>

#include "reactor/reactor_int.h"

/* Connections accepted in one go; the listener's turn comes again. */
#define ACCEPTS 64

/* A local endpoint that says no address means any, of the version of @peer if
 * there is one. */
static struct endpoint local_of(const struct endpoint *local,
				const struct endpoint *peer)
{
	struct endpoint ep = local ? *local : (struct endpoint){0};

	if (ep.addr.family == IP_NONE)
		ep.addr = peer && peer->addr.family == IP_V6
				  ? ip_addr_v6(IP6_ANY)
				  : ip_addr_v4(IP4_ANY);
	return ep;
}

/* Put a channel around a socket that is set up, with @err as the outcome. */
static int wrap(struct loop *loop, enum channel_kind kind, int fd, int err,
		struct channel **ch)
{
	if (err) {
		loop->io.ops->close(loop->io.arg, fd, true);
		return err;
	}
	return channel_make(loop, kind, fd, ch);
}

static int open_connect(struct loop *loop, const struct endpoint *peer,
			channel_init_fn *init, void *arg, struct channel **ch)
{
	const struct transport *io = &loop->io;
	int err, fd = io->ops->open(io->arg, peer->addr.family, SK_SOCK_STREAM);

	if (fd < 0)
		return fd;
	err = wrap(loop, CHANNEL_STREAM, fd, 0, ch);
	if (!err)
		err = channel_fill(*ch, init, arg);
	if (err)
		return err;
	err = io->ops->connect(io->arg, fd, peer);
	if (err && err != -EINPROGRESS) {
		channel_end(*ch, true);
		channel_destroy(*ch);
		return err;
	}
	return 0;
}

int channel_connect(struct loop *loop, const struct endpoint *peer,
		    channel_init_fn *init, void *arg, struct channel **ch)
{
	struct channel *made = NULL;
	int err;

	stack_enter(loop->stack);
	err = open_connect(loop, peer, init, arg, &made);
	if (!err && ch)
		*ch = made;
	stack_leave(loop->stack);
	return err;
}

static int open_listen(struct loop *loop, const struct endpoint *local,
		       int backlog, struct channel **ch)
{
	const struct transport *io = &loop->io;
	struct endpoint ep = local_of(local, NULL);
	int err, fd = io->ops->open(io->arg, ep.addr.family, SK_SOCK_STREAM);

	if (fd < 0)
		return fd;
	err = io->ops->bind(io->arg, fd, &ep);
	if (!err)
		err = io->ops->listen(io->arg, fd, backlog);
	err = wrap(loop, CHANNEL_LISTENER, fd, err, ch);
	if (!err)
		err = channel_fill(*ch, NULL, NULL);
	return err;
}

int channel_listen(struct loop *loop, const struct endpoint *local, int backlog,
		   channel_init_fn *init, void *arg, struct channel **ch)
{
	struct channel *made = NULL;
	int err;

	stack_enter(loop->stack);
	err = open_listen(loop, local, backlog, &made);
	if (!err) {
		made->init = init;
		made->init_arg = arg;
		made->state = CHANNEL_ACTIVE;
		if (ch)
			*ch = made;
	}
	stack_leave(loop->stack);
	return err;
}

static int open_dgram(struct loop *loop, const struct endpoint *local,
		      const struct endpoint *peer, struct channel **ch)
{
	const struct transport *io = &loop->io;
	struct endpoint ep = local_of(local, peer);
	int err, fd = io->ops->open(io->arg, ep.addr.family, SK_SOCK_DGRAM);

	if (fd < 0)
		return fd;
	err = io->ops->bind(io->arg, fd, &ep);
	if (!err && peer)
		err = io->ops->connect(io->arg, fd, peer);
	return wrap(loop, CHANNEL_DGRAM, fd, err, ch);
}

/* A datagram channel for anybody (@peer NULL) or for one peer. */
static int make_dgram(struct loop *loop, const struct endpoint *local,
		      const struct endpoint *peer, channel_init_fn *init,
		      void *arg, struct channel **ch)
{
	struct channel *made = NULL;
	int err;

	stack_enter(loop->stack);
	err = open_dgram(loop, local, peer, &made);
	if (!err)
		err = channel_fill(made, init, arg);
	if (!err) {
		channel_later(made, LATER_ACTIVE);
		if (ch)
			*ch = made;
	}
	stack_leave(loop->stack);
	return err;
}

int channel_bind_udp(struct loop *loop, const struct endpoint *local,
		     channel_init_fn *init, void *arg, struct channel **ch)
{
	return make_dgram(loop, local, NULL, init, arg, ch);
}

int channel_connect_udp(struct loop *loop, const struct endpoint *peer,
			channel_init_fn *init, void *arg, struct channel **ch)
{
	return make_dgram(loop, NULL, peer, init, arg, ch);
}

static int accept_one(struct channel *listener)
{
	struct loop *loop = listener->loop;
	struct channel *ch;
	int err, fd = loop->io.ops->accept(loop->io.arg, listener->fd);

	if (fd < 0)
		return fd;
	err = channel_make(loop, CHANNEL_STREAM, fd, &ch);
	if (!err)
		err = channel_fill(ch, listener->init, listener->init_arg);
	if (err)
		return 0; /* the connection is reset, the listener goes on */
	ch->state = CHANNEL_ACTIVE;
	pipeline_active(ch);
	return 0;
}

/* -ENOMEM and -EMFILE leave the connection queued; it is tried again when the
 * next one arrives, or when a channel of this loop has gone. */
void channel_accept_all(struct channel *listener)
{
	int i, err = 0;

	for (i = 0; i < ACCEPTS && !err; i++) {
		if (listener->state != CHANNEL_ACTIVE)
			return;
		err = accept_one(listener);
	}
	listener->is_readable = err != -EAGAIN;
	if (!err)
		channel_later(listener, LATER_READ);
	else if (err != -EAGAIN)
		listener->loop->has_starved = true;
}

void channel_accept_starved(struct loop *loop)
{
	struct channel *ch;

	loop->has_starved = false;
	list_for_each_entry(ch, &loop->channels, struct channel, node)
		if (ch->kind == CHANNEL_LISTENER && ch->is_readable)
			channel_later(ch, LATER_READ);
}
