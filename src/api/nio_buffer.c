// SPDX-License-Identifier: MIT
/*
 * nio_buffer.c - the buffer of Java NIO
 *
 * Invariant
 * ---------
 * mark <= position <= limit <= capacity, or there is no mark.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#include "base/check.h"

#define NO_MARK SIZE_MAX

static int refuse(int err)
{
	errno = err;
	return -1;
}

static void buffer_check(const struct weft_buffer *b)
{
	check(b->position <= b->limit && b->limit <= b->capacity);
	check(b->mark == NO_MARK || b->mark <= b->position);
}

void weft_buffer_wrap(struct weft_buffer *b, void *data, size_t len)
{
	*b = (struct weft_buffer){
		.data = data,
		.capacity = len,
		.limit = len,
		.mark = NO_MARK,
	};
}

struct weft_buffer *weft_buffer_new(size_t capacity)
{
	struct weft_buffer *b = malloc(sizeof(*b));
	uint8_t *data = calloc(capacity ? capacity : 1, 1);

	if (!b || !data) {
		free(b);
		free(data);
		errno = ENOMEM;
		return NULL;
	}
	weft_buffer_wrap(b, data, capacity);
	b->is_own = 1;
	return b;
}

void weft_buffer_free(struct weft_buffer *b)
{
	if (!b)
		return;
	if (b->is_own)
		free(b->data);
	free(b);
}

void weft_buffer_flip(struct weft_buffer *b)
{
	b->limit = b->position;
	b->position = 0;
	b->mark = NO_MARK;
}

void weft_buffer_clear(struct weft_buffer *b)
{
	b->limit = b->capacity;
	b->position = 0;
	b->mark = NO_MARK;
}

void weft_buffer_rewind(struct weft_buffer *b)
{
	b->position = 0;
	b->mark = NO_MARK;
}

void weft_buffer_compact(struct weft_buffer *b)
{
	size_t left = weft_buffer_remaining(b);

	memmove(b->data, b->data + b->position, left);
	weft_buffer_clear(b);
	b->position = left;
}

size_t weft_buffer_remaining(const struct weft_buffer *b)
{
	buffer_check(b);
	return b->limit - b->position;
}

int weft_buffer_position(struct weft_buffer *b, size_t position)
{
	if (position > b->limit)
		return refuse(EINVAL);
	b->position = position;
	if (b->mark != NO_MARK && b->mark > position)
		b->mark = NO_MARK;
	return 0;
}

int weft_buffer_limit(struct weft_buffer *b, size_t limit)
{
	if (limit > b->capacity)
		return refuse(EINVAL);
	b->limit = limit;
	return b->position > limit ? weft_buffer_position(b, limit) : 0;
}

void weft_buffer_mark(struct weft_buffer *b)
{
	b->mark = b->position;
}

int weft_buffer_reset(struct weft_buffer *b)
{
	if (b->mark == NO_MARK)
		return refuse(EINVAL);
	b->position = b->mark;
	return 0;
}

int weft_buffer_put(struct weft_buffer *b, const void *from, size_t len)
{
	if (len > weft_buffer_remaining(b))
		return refuse(ENOBUFS);
	memcpy(b->data + b->position, from, len);
	b->position += len;
	return 0;
}

int weft_buffer_get(struct weft_buffer *b, void *to, size_t len)
{
	if (len > weft_buffer_remaining(b))
		return refuse(ENODATA);
	memcpy(to, b->data + b->position, len);
	b->position += len;
	return 0;
}
