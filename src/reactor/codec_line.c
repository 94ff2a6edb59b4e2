// SPDX-License-Identifier: MIT
/*
 * codec_line.c - cutting a stream into lines
 *
 * Octets of a line that is not finished are gathered in one buffer.  What
 * arrives is searched once, so a line that trickles in octet by octet costs no
 * more than one that comes whole.  A line that grows too long is an error
 * once, and then skipped up to its end, in constant memory.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "reactor/codec.h"

struct line_codec {
	struct handler handler;
	struct mem *mem;
	size_t len_max;
	struct buf *part; /* of a line, or NULL */
	bool is_skipping;
	bool *was_removed; /* set when it goes while it hands on, or NULL */
};

static struct line_codec *codec_of(struct handler *h)
{
	return container_of(h, struct line_codec, handler);
}

static void too_long(struct line_codec *lc)
{
	if (!lc->is_skipping)
		handler_fire_error(&lc->handler, -EMSGSIZE);
	lc->is_skipping = true;
	buf_put(lc->part);
	lc->part = NULL;
}

/* Octets without a line end join what is there already. */
static int gather(struct line_codec *lc, const uint8_t *p, size_t n)
{
	if (lc->is_skipping)
		return 0;
	if (!lc->part)
		lc->part = buf_new(lc->mem, n);
	return lc->part ? buf_append(lc->part, p, n) : -ENOMEM;
}

static void chop_cr(struct buf *line)
{
	if (buf_readable(line) && line->data[line->w - 1] == '\r')
		line->w--;
}

/* The gathered line is complete: hand it on. */
static void finish(struct line_codec *lc)
{
	struct buf *line = lc->part;

	lc->part = NULL;
	if (lc->is_skipping) {
		lc->is_skipping = false;
		buf_put(line);
		return;
	}
	chop_cr(line);
	if (buf_readable(line) > lc->len_max) {
		buf_put(line);
		handler_fire_error(&lc->handler, -EMSGSIZE);
		return;
	}
	handler_fire_read(&lc->handler, line);
}

/* One octet more than the longest line may be its CR. */
static bool is_too_long(const struct line_codec *lc, size_t more)
{
	size_t have = lc->part ? buf_readable(lc->part) : 0;

	return have + more > lc->len_max + 1;
}

/* Take one line, or what there is of it, off @buf.  0 or -ENOMEM. */
static int take(struct line_codec *lc, struct buf *buf)
{
	long at = buf_find(buf, '\n');
	size_t n = at < 0 ? buf_readable(buf) : (size_t)at;
	int err = 0;

	if (is_too_long(lc, n))
		too_long(lc);
	else
		err = gather(lc, buf_rptr(buf), n);
	buf_skip(buf, at < 0 ? n : n + 1);
	if (at >= 0 && !err)
		finish(lc);
	return err;
}

/* Whoever gets a line may close the channel, or remove this very handler. */
static void on_read(struct handler *h, struct buf *buf)
{
	struct line_codec *lc = codec_of(h);
	struct channel *ch = h->ch;
	bool was_removed = false;
	int err = 0;

	lc->was_removed = &was_removed;
	while (buf_readable(buf) && !err && channel_is_active(ch)) {
		err = take(lc, buf);
		if (was_removed)
			break;
	}
	buf_put(buf);
	if (was_removed)
		return;
	lc->was_removed = NULL;
	if (err)
		handler_fire_error(h, err);
}

static void on_removed(struct handler *h)
{
	struct line_codec *lc = codec_of(h);

	if (lc->was_removed)
		*lc->was_removed = true;
	buf_put(lc->part);
	mem_free(lc->mem, lc, sizeof(*lc));
}

static const struct handler_ops line_ops = {
	.name = "line",
	.on_read = on_read,
	.on_removed = on_removed,
};

struct handler *line_codec_new(struct mem *mem, size_t len_max)
{
	struct line_codec *lc = mem_alloc(mem, sizeof(*lc));

	if (!lc)
		return NULL;
	lc->handler.ops = &line_ops;
	lc->mem = mem;
	lc->len_max = len_max;
	return &lc->handler;
}
