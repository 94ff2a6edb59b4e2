// SPDX-License-Identifier: MIT
/*
 * codec_length.c - frames with their length in front
 *
 *	+--------+------------------+--------+---------- ...
 *	| length | that many octets | length |
 *	+--------+------------------+--------+---------- ...
 *	 1, 2 or 4 octets, network order
 *
 * What arrives is gathered until a frame is complete.  The length is believed
 * only up to len_max, and memory is taken for octets that have arrived and not
 * for those that were announced.
 */

#include <errno.h>

#include "base/bytes.h"
#include "base/check.h"

#include "reactor/codec.h"

struct length_codec {
	struct handler handler;
	struct mem *mem;
	size_t field_len, len_max;
	struct buf *part;  /* what has arrived of the next frames, or NULL */
	bool is_lost;	   /* nobody knows where the next frame begins */
	bool *was_removed; /* set when it goes while it hands on, or NULL */
};

static struct length_codec *codec_of(struct handler *h)
{
	return container_of(h, struct length_codec, handler);
}

static size_t get_len(const uint8_t *p, size_t field_len)
{
	if (field_len == 1)
		return p[0];
	return field_len == 2 ? get16(p) : get32(p);
}

static int gather(struct length_codec *lc, const struct buf *buf)
{
	if (!lc->part)
		lc->part = buf_new(lc->mem, buf_readable(buf));
	if (!lc->part)
		return -ENOMEM;
	return buf_append(lc->part, buf_rptr(buf), buf_readable(buf));
}

/* Hand on the next complete frame.  1: did; 0: there is none; -errno. */
static int take(struct length_codec *lc)
{
	struct buf *part = lc->part, *frame;
	size_t len;

	if (!part || buf_readable(part) < lc->field_len)
		return 0;
	len = get_len(buf_rptr(part), lc->field_len);
	if (len > lc->len_max)
		return -EMSGSIZE;
	if (buf_readable(part) - lc->field_len < len)
		return 0;
	frame = buf_of(lc->mem, buf_rptr(part) + lc->field_len, len);
	if (!frame)
		return -ENOMEM;
	buf_skip(part, lc->field_len + len);
	handler_fire_read(&lc->handler, frame);
	return 1;
}

static void forget(struct length_codec *lc)
{
	buf_put(lc->part);
	lc->part = NULL;
}

static void lose(struct length_codec *lc, int err)
{
	lc->is_lost = true;
	forget(lc);
	handler_fire_error(&lc->handler, err);
}

/* Whoever gets a frame may close the channel, or remove this very handler. */
static void hand_on_all(struct length_codec *lc)
{
	struct channel *ch = lc->handler.ch;
	bool was_removed = false;
	int got = 1;

	lc->was_removed = &was_removed;
	while (got > 0 && channel_is_active(ch)) {
		got = take(lc);
		if (was_removed)
			return;
	}
	lc->was_removed = NULL;
	if (got < 0)
		lose(lc, got);
	else if (lc->part && !buf_readable(lc->part))
		forget(lc);
}

static void on_read(struct handler *h, struct buf *buf)
{
	struct length_codec *lc = codec_of(h);
	int err = lc->is_lost ? 0 : gather(lc, buf);

	buf_put(buf);
	if (err)
		lose(lc, err);
	else if (!lc->is_lost)
		hand_on_all(lc);
}

static int put_len(struct buf *head, size_t field_len, size_t len)
{
	if (field_len == 1)
		return buf_append_u8(head, (uint8_t)len);
	if (field_len == 2)
		return buf_append_u16(head, (uint16_t)len);
	return buf_append_u32(head, (uint32_t)len);
}

static int write_frame(struct handler *h, struct buf *buf)
{
	struct length_codec *lc = codec_of(h);
	size_t len = buf_readable(buf);
	struct buf *head;
	int err;

	head = len <= lc->len_max ? buf_new(lc->mem, lc->field_len) : NULL;
	if (!head) {
		buf_put(buf);
		return len <= lc->len_max ? -ENOMEM : -EMSGSIZE;
	}
	put_len(head, lc->field_len, len); /* there is room for it */
	err = handler_write(h, head);
	if (err) {
		buf_put(buf);
		return err;
	}
	return handler_write(h, buf);
}

static void on_removed(struct handler *h)
{
	struct length_codec *lc = codec_of(h);

	if (lc->was_removed)
		*lc->was_removed = true;
	forget(lc);
	mem_free(lc->mem, lc, sizeof(*lc));
}

static const struct handler_ops length_ops = {
	.name = "length",
	.on_read = on_read,
	.write = write_frame,
	.on_removed = on_removed,
};

struct handler *length_codec_new(struct mem *mem, size_t field_len,
				 size_t len_max)
{
	struct length_codec *lc = mem_alloc(mem, sizeof(*lc));
	size_t field_max = field_len == 1   ? UINT8_MAX
			   : field_len == 2 ? UINT16_MAX
					    : UINT32_MAX;

	check(field_len == 1 || field_len == 2 || field_len == 4);
	if (!lc)
		return NULL;
	lc->handler.ops = &length_ops;
	lc->mem = mem;
	lc->field_len = field_len;
	lc->len_max = len_max < field_max ? len_max : field_max;
	return &lc->handler;
}
