// SPDX-License-Identifier: MIT
/*
 * pipeline.c - handing events from handler to handler
 *
 * Each function looks for the next handler that takes part, and its call is
 * the last thing done: a handler may remove or free itself in it, and with it
 * any other, and nobody here looks at them afterwards.
 *
 * What reaches the end unhandled has a default: octets are dropped, an error
 * or the end of input closes the channel.
 */

#include <errno.h>

#include "reactor/reactor_int.h"

/* The handler at a place in the list, or NULL for the list's end. */
static struct handler *at(const struct channel *ch, struct list *pos)
{
	if (pos == &ch->pipeline.handlers)
		return NULL;
	return list_entry(pos, struct handler, node);
}

static void add(struct channel *ch, struct list *before, struct handler *h)
{
	h->ch = ch;
	list_add_before(before, &h->node);
	if (h->ops->on_added)
		h->ops->on_added(h);
}

void pipeline_add_last(struct channel *ch, struct handler *h)
{
	add(ch, &ch->pipeline.handlers, h);
}

void pipeline_add_first(struct channel *ch, struct handler *h)
{
	add(ch, ch->pipeline.handlers.next, h);
}

void pipeline_add_after(struct handler *after, struct handler *h)
{
	add(after->ch, after->node.next, h);
}

void pipeline_remove(struct handler *h)
{
	list_del(&h->node);
	if (h->ops->on_removed)
		h->ops->on_removed(h);
}

void pipeline_empty(struct channel *ch)
{
	struct handler *h;

	while ((h = list_last_entry(&ch->pipeline.handlers, struct handler,
				    node)))
		pipeline_remove(h);
}

static void active_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_active)
		pos = pos->next;
	if (h)
		h->ops->on_active(h);
}

static void read_from(struct channel *ch, struct list *pos, struct buf *buf)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_read)
		pos = pos->next;
	if (h)
		h->ops->on_read(h, buf);
	else if (ch->kind == CHANNEL_EMBEDDED)
		list_add_tail(&ch->taken_in, &buf->node);
	else
		buf_put(buf);
}

static void read_complete_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_read_complete)
		pos = pos->next;
	if (h)
		h->ops->on_read_complete(h);
}

static void input_end_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_input_end)
		pos = pos->next;
	if (h)
		h->ops->on_input_end(h);
	else
		channel_close(ch);
}

static void inactive_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_inactive)
		pos = pos->next;
	if (h)
		h->ops->on_inactive(h);
}

static void error_from(struct channel *ch, struct list *pos, int err)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_error)
		pos = pos->next;
	if (h)
		h->ops->on_error(h, err);
	else if (ch->kind == CHANNEL_EMBEDDED)
		ch->taken_err = err;
	else
		channel_abort(ch);
}

static void writable_from(struct channel *ch, struct list *pos,
			  bool is_writable)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_writable)
		pos = pos->next;
	if (h)
		h->ops->on_writable(h, is_writable);
}

static void user_event_from(struct channel *ch, struct list *pos, int id,
			    void *data)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->on_user_event)
		pos = pos->next;
	if (h)
		h->ops->on_user_event(h, id, data);
}

static int write_from(struct channel *ch, struct list *pos, struct buf *buf)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->write)
		pos = pos->prev;
	return h ? h->ops->write(h, buf) : channel_queue_buf(ch, buf);
}

static int write_source_from(struct channel *ch, struct list *pos,
			     struct source *src)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->write_source)
		pos = pos->prev;
	return h ? h->ops->write_source(h, src) : channel_queue_source(ch, src);
}

static void flush_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->flush)
		pos = pos->prev;
	if (h)
		h->ops->flush(h);
	else
		channel_send_queued(ch);
}

static void close_from(struct channel *ch, struct list *pos)
{
	struct handler *h;

	while ((h = at(ch, pos)) && !h->ops->close)
		pos = pos->prev;
	if (h) {
		h->ops->close(h);
		return;
	}
	ch->is_closing = true;
	channel_send_queued(ch);
}

/*
 * From the head, or from the tail, on.
 */

void pipeline_active(struct channel *ch)
{
	active_from(ch, ch->pipeline.handlers.next);
}

void pipeline_read(struct channel *ch, struct buf *buf)
{
	read_from(ch, ch->pipeline.handlers.next, buf);
}

void pipeline_read_complete(struct channel *ch)
{
	read_complete_from(ch, ch->pipeline.handlers.next);
}

void pipeline_input_end(struct channel *ch)
{
	input_end_from(ch, ch->pipeline.handlers.next);
}

void pipeline_inactive(struct channel *ch)
{
	inactive_from(ch, ch->pipeline.handlers.next);
}

void pipeline_error(struct channel *ch, int err)
{
	error_from(ch, ch->pipeline.handlers.next, err);
}

void pipeline_writable(struct channel *ch, bool is_writable)
{
	writable_from(ch, ch->pipeline.handlers.next, is_writable);
}

void channel_user_event(struct channel *ch, int id, void *data)
{
	user_event_from(ch, ch->pipeline.handlers.next, id, data);
}

int channel_write(struct channel *ch, struct buf *buf)
{
	return write_from(ch, ch->pipeline.handlers.prev, buf);
}

int channel_write_source(struct channel *ch, struct source *src)
{
	return write_source_from(ch, ch->pipeline.handlers.prev, src);
}

void channel_flush(struct channel *ch)
{
	stack_enter(ch->loop->stack);
	flush_from(ch, ch->pipeline.handlers.prev);
	stack_leave(ch->loop->stack);
}

void channel_close(struct channel *ch)
{
	struct stack *stack = ch->loop->stack;

	stack_enter(stack);
	close_from(ch, ch->pipeline.handlers.prev);
	stack_leave(stack);
}

int channel_write_flush(struct channel *ch, struct buf *buf)
{
	int err = channel_write(ch, buf);

	if (!err)
		channel_flush(ch);
	return err;
}

/*
 * From a handler on.
 */

void handler_fire_active(struct handler *h)
{
	active_from(h->ch, h->node.next);
}

void handler_fire_read(struct handler *h, struct buf *buf)
{
	read_from(h->ch, h->node.next, buf);
}

void handler_fire_read_complete(struct handler *h)
{
	read_complete_from(h->ch, h->node.next);
}

void handler_fire_input_end(struct handler *h)
{
	input_end_from(h->ch, h->node.next);
}

void handler_fire_inactive(struct handler *h)
{
	inactive_from(h->ch, h->node.next);
}

void handler_fire_error(struct handler *h, int err)
{
	error_from(h->ch, h->node.next, err);
}

void handler_fire_writable(struct handler *h, bool is_writable)
{
	writable_from(h->ch, h->node.next, is_writable);
}

void handler_fire_user_event(struct handler *h, int id, void *data)
{
	user_event_from(h->ch, h->node.next, id, data);
}

int handler_write(struct handler *h, struct buf *buf)
{
	return write_from(h->ch, h->node.prev, buf);
}

int handler_write_source(struct handler *h, struct source *src)
{
	return write_source_from(h->ch, h->node.prev, src);
}

void handler_flush(struct handler *h)
{
	flush_from(h->ch, h->node.prev);
}

void handler_close(struct handler *h)
{
	close_from(h->ch, h->node.prev);
}

int handler_write_flush(struct handler *h, struct buf *buf)
{
	int err = handler_write(h, buf);

	if (!err)
		handler_flush(h);
	return err;
}
