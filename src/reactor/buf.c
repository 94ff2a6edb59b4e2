// SPDX-License-Identifier: MIT
/*
 * buf.c - counted buffers
 *
 * A buffer's octets are allocated apart from it, so that it can grow and keep
 * its address.  A slice points into the octets of its root (a slice of a slice
 * belongs to the same root), and while a root has more than its owner's
 * reference it does not grow, for growing moves the octets.
 *
 * Invariants: r <= w <= cap; a slice has a parent that is no slice.
 */

#include "reactor/buf.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#define CAP_MIN 64

struct buf *buf_new(struct mem *mem, size_t cap)
{
	struct buf *buf;

	if (cap > BUF_MAX)
		return NULL;
	buf = mem_alloc(mem, sizeof(*buf));
	if (!buf)
		return NULL;
	buf->mem = mem;
	buf->refs = 1;
	buf->cap = cap < CAP_MIN ? CAP_MIN : cap;
	buf->data = mem_alloc_raw(mem, buf->cap);
	if (buf->data)
		return buf;
	mem_free(mem, buf, sizeof(*buf));
	return NULL;
}

struct buf *buf_of(struct mem *mem, const void *octets, size_t len)
{
	struct buf *buf = buf_new(mem, len);

	if (!buf)
		return NULL;
	if (len)
		memcpy(buf->data, octets, len);
	buf->w = len;
	return buf;
}

struct buf *buf_of_text(struct mem *mem, const char *text)
{
	return buf_of(mem, text, strlen(text));
}

struct buf *buf_get(struct buf *buf)
{
	check(buf->refs > 0);
	buf->refs++;
	return buf;
}

void buf_put(struct buf *buf)
{
	if (!buf)
		return;
	check(buf->refs > 0);
	if (--buf->refs)
		return;
	check(!list_is_linked(&buf->node));
	if (buf->parent)
		buf_put(buf->parent);
	else
		mem_free(buf->mem, buf->data, buf->cap);
	mem_free(buf->mem, buf, sizeof(*buf));
}

struct buf *buf_slice(struct buf *buf, size_t off, size_t len)
{
	struct buf *slice;

	check(off <= buf_readable(buf) && len <= buf_readable(buf) - off);
	slice = mem_alloc(buf->mem, sizeof(*slice));
	if (!slice)
		return NULL;
	slice->mem = buf->mem;
	slice->refs = 1;
	slice->data = buf->data + buf->r + off;
	slice->cap = slice->w = len;
	slice->parent = buf_get(buf->parent ? buf->parent : buf);
	slice->peer = buf->peer;
	return slice;
}

void buf_wrote(struct buf *buf, size_t n)
{
	check(n <= buf_writable(buf));
	buf->w += n;
}

void buf_skip(struct buf *buf, size_t n)
{
	check(n <= buf_readable(buf));
	buf->r += n;
}

/* Move what is readable to the front of new memory of @cap octets. */
static int move_to(struct buf *buf, size_t cap)
{
	uint8_t *data = mem_alloc_raw(buf->mem, cap);

	if (!data)
		return -ENOMEM;
	memcpy(data, buf_rptr(buf), buf_readable(buf));
	mem_free(buf->mem, buf->data, buf->cap);
	buf->data = data;
	buf->cap = cap;
	buf->w -= buf->r;
	buf->r = 0;
	return 0;
}

int buf_reserve(struct buf *buf, size_t n)
{
	size_t cap = buf->cap, used = buf_readable(buf);

	if (n <= buf_writable(buf))
		return 0;
	if (buf->parent || buf->refs > 1)
		return -EBUSY;
	if (n > BUF_MAX || used + n > BUF_MAX)
		return -EMSGSIZE;
	if (used + n <= cap && buf->r >= cap / 2) {
		memmove(buf->data, buf_rptr(buf), used);
		buf->r = 0;
		buf->w = used;
		return 0;
	}
	while (cap < used + n)
		cap *= 2;
	return move_to(buf, cap);
}

int buf_append(struct buf *buf, const void *octets, size_t len)
{
	int err = buf_reserve(buf, len);

	if (err)
		return err;
	if (len)
		memcpy(buf_wptr(buf), octets, len);
	buf->w += len;
	return 0;
}

int buf_append_text(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

int buf_append_u8(struct buf *buf, uint8_t v)
{
	return buf_append(buf, &v, 1);
}

int buf_append_u16(struct buf *buf, uint16_t v)
{
	uint8_t octets[2];

	put16(octets, v);
	return buf_append(buf, octets, sizeof(octets));
}

int buf_append_u32(struct buf *buf, uint32_t v)
{
	uint8_t octets[4];

	put32(octets, v);
	return buf_append(buf, octets, sizeof(octets));
}

long buf_find(const struct buf *buf, uint8_t octet)
{
	const uint8_t *at = memchr(buf_rptr(buf), octet, buf_readable(buf));

	return at ? (long)(at - buf_rptr(buf)) : -1;
}
