// SPDX-License-Identifier: MIT
/*
 * channel_io.c - moving octets between sockets and pipelines
 *
 * Theory of operation
 * ===================
 * Descriptors are watched edge-triggered, once for their whole life: reading
 * goes on until there is nothing more, sending until there is no more room,
 * and only then is the next event worth waiting for.  What must not wait for
 * an event that has been (the budget of a turn was used up, reading was
 * switched off for a while) is remembered in is_readable.
 *
 * What is to be sent waits in a queue of buffers and sources.  A source is
 * pulled into one chunk at a time, so however long the body, the memory it
 * takes is one chunk.
 *
 * Invariants
 * ----------
 *  (1) pending is the sum of what is readable in the queued buffers.
 *  (2) is_above says that pending exceeded high and has not fallen to low.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "reactor/reactor_int.h"

#define READS	      16 /* in one turn of one channel */
#define READ_SIZE_MIN 512
#define READ_SIZE_MAX 65536
#define CHUNK	      16384

/* The next buffer is larger after a full one, smaller after an empty one. */
static void guess_size(struct channel *ch, size_t got, size_t room)
{
	if (got == room && ch->read_size < READ_SIZE_MAX)
		ch->read_size *= 4;
	else if (got < room / 4 && ch->read_size > READ_SIZE_MIN)
		ch->read_size /= 2;
}

static long read_stream(struct channel *ch)
{
	const struct transport *io = &ch->loop->io;
	struct buf *buf = buf_new(channel_mem(ch), ch->read_size);
	long n;

	if (!buf)
		return -ENOMEM;
	n = io->ops->recv(io->arg, ch->fd, buf_wptr(buf), buf_writable(buf),
			  NULL);
	if (n <= 0) {
		buf_put(buf);
		return n;
	}
	guess_size(ch, (size_t)n, buf->cap);
	buf_wrote(buf, (size_t)n);
	pipeline_read(ch, buf);
	return n;
}

/* Its length is known only afterwards, hence the scratch room. */
static long read_dgram(struct channel *ch)
{
	const struct transport *io = &ch->loop->io;
	uint8_t *scratch = ch->loop->scratch;
	struct endpoint from = {0};
	struct buf *buf;
	long n;

	n = io->ops->recv(io->arg, ch->fd, scratch, DGRAM_MAX, &from);
	if (n < 0)
		return n;
	buf = buf_of(channel_mem(ch), scratch, (size_t)n);
	if (!buf)
		return -ENOMEM;
	buf->peer = from;
	pipeline_read(ch, buf);
	return n + 1; /* an empty datagram is no end */
}

static long read_once(struct channel *ch)
{
	return ch->kind == CHANNEL_DGRAM ? read_dgram(ch) : read_stream(ch);
}

static void end_of_input(struct channel *ch)
{
	ch->has_input_end = true;
	pipeline_input_end(ch);
}

/* What stopped the reading: nothing more, the end, or an error. */
static void stopped(struct channel *ch, long why)
{
	ch->is_readable = false;
	if (ch->state != CHANNEL_ACTIVE || why == -EAGAIN)
		return;
	if (why == 0) {
		end_of_input(ch);
		return;
	}
	channel_fail(ch, (int)why);
	if (ch->kind == CHANNEL_DGRAM) {
		ch->is_readable = true; /* there may be more behind it */
		channel_later(ch, LATER_READ);
	}
}

static bool may_read(const struct channel *ch)
{
	return ch->state == CHANNEL_ACTIVE && ch->is_auto_read &&
	       !ch->has_input_end;
}

void channel_read(struct channel *ch)
{
	int reads = 0;
	long n = 1;

	if (ch->kind == CHANNEL_LISTENER) {
		channel_accept_all(ch);
		return;
	}
	while (may_read(ch) && reads < READS && (n = read_once(ch)) > 0)
		reads++;
	if (reads && ch->state == CHANNEL_ACTIVE)
		pipeline_read_complete(ch);
	if (n <= 0)
		stopped(ch, n);
	else if (may_read(ch))
		channel_later(ch, LATER_READ);
}

/* Opening is over: how did it end? */
static void connected(struct channel *ch)
{
	const struct transport *io = &ch->loop->io;
	struct endpoint peer;
	int err = io->ops->error(io->arg, ch->fd);

	if (!err && io->ops->peer(io->arg, ch->fd, &peer))
		return; /* not over yet */
	if (err) {
		channel_fail(ch, err);
		return;
	}
	ch->state = CHANNEL_ACTIVE;
	pipeline_active(ch);
	if (ch->state == CHANNEL_ACTIVE)
		channel_send_queued(ch);
}

void channel_on_ready(struct channel *ch, uint32_t events)
{
	if (events & (WAIT_IN | WAIT_RDHUP | WAIT_HUP | WAIT_ERR))
		ch->is_readable = true;
	if (ch->kind == CHANNEL_STREAM && ch->state == CHANNEL_OPENING &&
	    events & (WAIT_OUT | WAIT_ERR | WAIT_HUP))
		connected(ch);
	else if (ch->state == CHANNEL_ACTIVE && events & WAIT_OUT)
		channel_send_queued(ch);
	if (ch->state == CHANNEL_ACTIVE && ch->is_readable)
		channel_read(ch);
}

static struct out_item *queue(struct channel *ch)
{
	struct out_item *it = pool_get_zeroed(&ch->loop->items);

	if (it)
		list_add_tail(&ch->out, &it->node);
	return it;
}

static bool may_queue(const struct channel *ch)
{
	return ch->state != CHANNEL_CLOSED && !ch->is_closing &&
	       !ch->is_shutting;
}

int channel_queue_buf(struct channel *ch, struct buf *buf)
{
	struct out_item *it = may_queue(ch) ? queue(ch) : NULL;

	if (!it) {
		buf_put(buf);
		return may_queue(ch) ? -ENOMEM : -EPIPE;
	}
	it->buf = buf;
	ch->pending += buf_readable(buf);
	if (ch->pending > ch->high && !ch->is_above) {
		ch->is_above = true;
		channel_later(ch, LATER_WRITABLE);
	}
	return 0;
}

static void source_done(struct source *src, int err)
{
	if (src->done)
		src->done(src, err);
}

int channel_queue_source(struct channel *ch, struct source *src)
{
	struct out_item *it = may_queue(ch) ? queue(ch) : NULL;

	if (!it) {
		int err = may_queue(ch) ? -ENOMEM : -EPIPE;

		source_done(src, err);
		return err;
	}
	it->src = src;
	return 0;
}

static void sent(struct channel *ch, size_t n)
{
	ch->pending -= n;
	if (ch->is_above && ch->pending <= ch->low) {
		ch->is_above = false;
		channel_later(ch, LATER_WRITABLE);
	}
}

/* The item is finished with; @err says how. */
static void item_del(struct channel *ch, struct out_item *it, int err)
{
	struct source *src = it->src;

	list_del(&it->node);
	if (it->buf) {
		if (!src)
			sent(ch, buf_readable(it->buf));
		buf_put(it->buf);
	}
	pool_put(&ch->loop->items, it);
	if (src)
		source_done(src, err);
}

void channel_drop_queued(struct channel *ch, int err)
{
	struct out_item *it;

	while ((it = list_first_entry(&ch->out, struct out_item, node)))
		item_del(ch, it, err);
}

/* All of a buffer: 0, or -errno with the rest still in it. */
static int send_buf(struct channel *ch, struct buf *buf, bool is_counted)
{
	const struct transport *io = &ch->loop->io;
	bool is_dgram = ch->kind == CHANNEL_DGRAM;
	const struct endpoint *to =
		is_dgram && buf->peer.addr.family ? &buf->peer : NULL;

	while (buf_readable(buf) || is_dgram) {
		long n = io->ops->send(io->arg, ch->fd, buf_rptr(buf),
				       buf_readable(buf), to);

		if (n < 0)
			return (int)n;
		buf_skip(buf, (size_t)n);
		if (is_counted)
			sent(ch, (size_t)n);
		if (is_dgram)
			break;
	}
	return 0;
}

/* One chunk into it->buf.  1: there is one; 0: the end; -errno. */
static int pull(struct channel *ch, struct out_item *it)
{
	long n;

	if (!it->buf)
		it->buf = buf_new(channel_mem(ch), CHUNK);
	if (!it->buf)
		return -ENOMEM;
	it->buf->r = it->buf->w = 0;
	n = it->src->pull(it->src, buf_wptr(it->buf), buf_writable(it->buf));
	if (n > 0)
		buf_wrote(it->buf, (size_t)n);
	return n > 0 ? 1 : (int)n;
}

static int send_source(struct channel *ch, struct out_item *it)
{
	int err;

	do {
		if (it->buf) {
			err = send_buf(ch, it->buf, false);
			if (err)
				return err;
		}
		err = pull(ch, it);
	} while (err > 0);
	return err;
}

/* All that is queued has gone. */
static void drained(struct channel *ch)
{
	const struct transport *io = &ch->loop->io;

	if (ch->is_closing) {
		channel_end(ch, false);
	} else if (ch->is_shutting && !ch->is_shut) {
		ch->is_shut = true;
		io->ops->shutdown(io->arg, ch->fd);
	}
}

/* A datagram that could not be sent is lost; a stream that has lost octets is
 * no stream any more. */
static void send_failed(struct channel *ch, struct out_item *it, int err)
{
	if (ch->kind != CHANNEL_DGRAM) {
		channel_fail(ch, err);
		return;
	}
	item_del(ch, it, err);
	pipeline_error(ch, err);
}

static bool may_send(const struct channel *ch)
{
	return ch->state == CHANNEL_ACTIVE ||
	       (ch->state == CHANNEL_OPENING && ch->kind == CHANNEL_DGRAM);
}

void channel_send_queued(struct channel *ch)
{
	struct out_item *it;

	if (ch->kind == CHANNEL_EMBEDDED) {
		embedded_send_queued(ch);
		return;
	}
	if (ch->is_closing && !may_send(ch) && list_is_empty(&ch->out))
		channel_end(ch, true);
	while (may_send(ch) &&
	       (it = list_first_entry(&ch->out, struct out_item, node))) {
		int err = it->src ? send_source(ch, it)
				  : send_buf(ch, it->buf, true);

		if (err == -EAGAIN)
			return;
		if (err)
			send_failed(ch, it, err);
		else
			item_del(ch, it, 0);
	}
	if (may_send(ch))
		drained(ch);
}
