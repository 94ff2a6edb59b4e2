// SPDX-License-Identifier: MIT
/*
 * embedded.c - a channel whose transport is a test
 */

#include "reactor/embedded.h"

#include <errno.h>

#include "base/check.h"

#include "reactor/reactor_int.h"

int embedded_new(struct loop *loop, channel_init_fn *init, void *arg,
		 struct channel **out)
{
	struct channel *ch;
	int err = channel_make(loop, CHANNEL_EMBEDDED, -1, &ch);

	if (!err)
		err = channel_fill(ch, init, arg);
	if (err)
		return err;
	ch->state = CHANNEL_ACTIVE;
	pipeline_active(ch);
	*out = ch;
	return 0;
}

void embedded_receive(struct channel *ch, struct buf *buf)
{
	struct stack *stack = ch->loop->stack;

	stack_enter(stack);
	pipeline_read(ch, buf);
	if (ch->state == CHANNEL_ACTIVE)
		pipeline_read_complete(ch);
	stack_leave(stack);
}

void embedded_receive_text(struct channel *ch, const char *text)
{
	struct buf *buf = buf_of_text(channel_mem(ch), text);

	if (buf)
		embedded_receive(ch, buf);
	else
		pipeline_error(ch, -ENOMEM);
}

void embedded_receive_end(struct channel *ch)
{
	struct stack *stack = ch->loop->stack;

	stack_enter(stack);
	ch->has_input_end = true;
	pipeline_input_end(ch);
	stack_leave(stack);
}

/* A source is pulled dry into buffers of its own. */
static int take_source(struct channel *ch, struct source *src)
{
	struct buf *buf;
	long n;

	do {
		buf = buf_new(channel_mem(ch), 4096);
		if (!buf)
			return -ENOMEM;
		n = src->pull(src, buf_wptr(buf), buf_writable(buf));
		if (n > 0) {
			buf_wrote(buf, (size_t)n);
			list_add_tail(&ch->taken_out, &buf->node);
		} else {
			buf_put(buf);
		}
	} while (n > 0);
	return (int)n;
}

/* What was written comes out at the head when it is flushed. */
void embedded_send_queued(struct channel *ch)
{
	struct out_item *it;

	while ((it = list_first_entry(&ch->out, struct out_item, node))) {
		struct source *src = it->src;
		struct buf *buf = it->buf;
		int err = src ? take_source(ch, src) : 0;

		if (err == -EAGAIN)
			return;
		list_del(&it->node);
		pool_put(&ch->loop->items, it);
		if (src && src->done)
			src->done(src, err);
		if (!buf)
			continue;
		ch->pending -= buf_readable(buf);
		list_add_tail(&ch->taken_out, &buf->node);
	}
	if (ch->is_closing)
		channel_end(ch, false);
}

static struct buf *take(struct list *bufs)
{
	struct list *pos = list_pop_head(bufs);

	return pos ? container_of(pos, struct buf, node) : NULL;
}

struct buf *embedded_take_in(struct channel *ch)
{
	return take(&ch->taken_in);
}

struct buf *embedded_take_out(struct channel *ch)
{
	return take(&ch->taken_out);
}

int embedded_take_error(struct channel *ch)
{
	int err = ch->taken_err;

	ch->taken_err = 0;
	return err;
}
