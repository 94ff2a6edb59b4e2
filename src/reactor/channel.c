// SPDX-License-Identifier: MIT
/*
 * channel.c - the life of a channel
 *
 *	            connected, bound                 closed, refused, reset
 *	OPENING ---------------------> ACTIVE ------------------------------+
 *	   |                                                                v
 *	   +------------------------------------------------------------> CLOSED
 *	                                                                    |
 *	                           end of the turn: on_inactive(), freed  <-+
 *
 * channel_end() is the one way to CLOSED: it closes the descriptor and drops
 * what was not sent.
 */

#include <errno.h>

#include "base/check.h"

#include "reactor/reactor_int.h"

#define READ_SIZE_FIRST 2048

/* A channel in OPENING with an empty pipeline.  Takes @fd, whatever happens. */
int channel_make(struct loop *loop, enum channel_kind kind, int fd,
		 struct channel **out)
{
	struct channel *ch = mem_alloc(loop_mem(loop), sizeof(*ch));

	if (!ch) {
		if (fd >= 0)
			loop->io.ops->close(loop->io.arg, fd, true);
		return -ENOMEM;
	}
	ch->loop = loop;
	ch->kind = kind;
	ch->fd = fd;
	list_init(&ch->pipeline.handlers);
	list_init(&ch->out);
	list_init(&ch->taken_in);
	list_init(&ch->taken_out);
	ch->low = CHANNEL_WATER_LOW;
	ch->high = CHANNEL_WATER_HIGH;
	ch->is_auto_read = true;
	ch->read_size = READ_SIZE_FIRST;
	list_add_tail(&loop->channels, &ch->node);
	*out = ch;
	return 0;
}

/* Fill the pipeline and watch the descriptor.  When it fails the channel is
 * gone. */
int channel_fill(struct channel *ch, channel_init_fn *init, void *arg)
{
	const struct transport *io = &ch->loop->io;
	int err = init ? init(ch, arg) : 0;

	if (!err && ch->fd >= 0)
		err = io->ops->watch(io->arg, ch->fd, ch);
	if (err) {
		channel_end(ch, true);
		channel_destroy(ch);
	}
	return err;
}

static void put_all(struct list *bufs)
{
	struct list *pos;

	while ((pos = list_pop_head(bufs)))
		buf_put(container_of(pos, struct buf, node));
}

void channel_destroy(struct channel *ch)
{
	struct loop *loop = ch->loop;

	check(ch->state == CHANNEL_CLOSED && ch->fd < 0);
	pipeline_empty(ch);
	channel_drop_queued(ch, -EPIPE);
	put_all(&ch->taken_in);
	put_all(&ch->taken_out);
	list_del(&ch->later_node);
	list_del(&ch->node);
	mem_free(loop_mem(loop), ch, sizeof(*ch));
	if (loop->has_starved)
		channel_accept_starved(loop);
}

void channel_end(struct channel *ch, bool is_abort)
{
	const struct transport *io = &ch->loop->io;

	if (ch->state == CHANNEL_CLOSED)
		return;
	ch->state = CHANNEL_CLOSED;
	if (ch->fd >= 0)
		io->ops->close(io->arg, ch->fd, is_abort);
	ch->fd = -1;
	channel_drop_queued(ch, -EPIPE);
	channel_later(ch, LATER_CLOSED);
}

/* Tell the handlers; a stream is of no use any more then. */
void channel_fail(struct channel *ch, int err)
{
	pipeline_error(ch, err);
	if (ch->kind == CHANNEL_STREAM)
		channel_end(ch, true);
}

void channel_abort(struct channel *ch)
{
	struct stack *stack = ch->loop->stack;

	stack_enter(stack);
	channel_end(ch, true);
	stack_leave(stack);
}

void channel_shutdown(struct channel *ch)
{
	struct stack *stack = ch->loop->stack;

	stack_enter(stack);
	ch->is_shutting = true;
	channel_send_queued(ch);
	stack_leave(stack);
}

bool channel_is_writable(const struct channel *ch)
{
	return !ch->is_above && ch->state != CHANNEL_CLOSED;
}

void channel_set_water(struct channel *ch, size_t low, size_t high)
{
	ch->low = low;
	ch->high = high;
}

size_t channel_pending(const struct channel *ch)
{
	return ch->pending;
}

void channel_set_auto_read(struct channel *ch, bool is_on)
{
	ch->is_auto_read = is_on;
	if (is_on && ch->is_readable)
		channel_later(ch, LATER_READ);
}

bool channel_is_active(const struct channel *ch)
{
	return ch->state == CHANNEL_ACTIVE;
}

int channel_local(struct channel *ch, struct endpoint *ep)
{
	const struct transport *io = &ch->loop->io;

	return ch->fd < 0 ? -EBADF : io->ops->local(io->arg, ch->fd, ep);
}

int channel_peer(struct channel *ch, struct endpoint *ep)
{
	const struct transport *io = &ch->loop->io;

	return ch->fd < 0 ? -EBADF : io->ops->peer(io->arg, ch->fd, ep);
}

int channel_fd(const struct channel *ch)
{
	return ch->fd;
}

struct loop *channel_loop(struct channel *ch)
{
	return ch->loop;
}

struct mem *channel_mem(struct channel *ch)
{
	return loop_mem(ch->loop);
}

/* The handler nearest to the application says best what it is for. */
const char *channel_name(const struct channel *ch)
{
	const struct list *handlers = &ch->pipeline.handlers;
	const struct handler *h;

	if (ch->kind == CHANNEL_LISTENER)
		return "listener";
	if (list_is_empty(handlers))
		return "channel";
	h = container_of_const(handlers->prev, struct handler, node);
	return h->ops->name ? h->ops->name : "channel";
}
