/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_BUF_H
#define REACTOR_BUF_H

/*
 * buf.h - a counted buffer with a reader and a writer index
 *
 *	     0        r            w          cap
 *	data | read   |  readable  | writable |
 *
 * Whoever reads moves r, whoever writes moves w; nobody flips anything.  A
 * slice is a buffer of its own over octets of another, which it keeps alive.
 *
 * A function that says "takes @buf" owns the caller's reference from then on,
 * whatever it returns.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"

#include "core/netif.h"

/* Buffers grow by doubling, up to this many octets. */
#define BUF_MAX ((size_t)16 << 20)

/**
 * struct buf - the buffer
 * @node:	For the queue it waits in
 * @mem:	Where it comes from
 * @refs:	How many refer to it
 * @data:	Its octets
 * @cap:	How many
 * @r:		Where reading goes on
 * @w:		Where writing goes on; r <= w <= cap
 * @parent:	A slice: whose octets they are
 * @peer:	Datagrams: from whom, or to whom; else without an address
 */
struct buf {
	struct list node;
	struct mem *mem;
	uint32_t refs;
	uint8_t *data;
	size_t cap, r, w;
	struct buf *parent;
	struct endpoint peer;
};

/* An empty buffer with one reference; NULL: no memory, or above BUF_MAX. */
struct buf *buf_new(struct mem *mem, size_t cap);

/* A buffer that holds a copy of these octets, or NULL. */
struct buf *buf_of(struct mem *mem, const void *octets, size_t len);
struct buf *buf_of_text(struct mem *mem, const char *text);

struct buf *buf_get(struct buf *buf);
void buf_put(struct buf *buf); /* NULL is fine */

/**
 * buf_slice() - A buffer over a part of what is readable in another
 * @buf:	Gets one more reference; must not grow any more (buf_reserve()
 *		returns -EBUSY) until the slice is gone
 * @off:	Counted from the reader index
 * @len:	@off + @len must be readable
 *
 * Return: the slice, or NULL (no memory)
 */
struct buf *buf_slice(struct buf *buf, size_t off, size_t len);

static inline size_t buf_readable(const struct buf *buf)
{
	return buf->w - buf->r;
}

static inline size_t buf_writable(const struct buf *buf)
{
	return buf->cap - buf->w;
}

static inline const uint8_t *buf_rptr(const struct buf *buf)
{
	return buf->data + buf->r;
}

static inline uint8_t *buf_wptr(struct buf *buf)
{
	return buf->data + buf->w;
}

/* Octets were written at buf_wptr(); at most buf_writable(). */
void buf_wrote(struct buf *buf, size_t n);

/* Done with octets at buf_rptr(); at most buf_readable(). */
void buf_skip(struct buf *buf, size_t n);

/* Room for @n more octets.  0, -ENOMEM, -EMSGSIZE (above BUF_MAX), -EBUSY. */
int buf_reserve(struct buf *buf, size_t n);

/* Append octets, growing.  As buf_reserve(); nothing is appended then. */
int buf_append(struct buf *buf, const void *octets, size_t len);
int buf_append_text(struct buf *buf, const char *text);

/* Numbers in network order. */
int buf_append_u8(struct buf *buf, uint8_t v);
int buf_append_u16(struct buf *buf, uint16_t v);
int buf_append_u32(struct buf *buf, uint32_t v);

/* Where @octet first stands, from the reader index on; -1: nowhere. */
long buf_find(const struct buf *buf, uint8_t octet);

#endif /* REACTOR_BUF_H */
