/* SPDX-License-Identifier: MIT */
#ifndef WEFT_NIO_BUFFER_H
#define WEFT_NIO_BUFFER_H

/*
 * nio_buffer.h - the buffer of Java NIO: position, limit, capacity
 *
 *	0         position       limit      capacity
 *	| done    | to be read   |          |	  while it is read from
 *	| written | room                    |	  while it is written to,
 *						  the limit being the capacity
 *
 * There is one position for both, so a buffer that was written to is flipped
 * before it is read: the limit comes to where writing ended, the position to
 * the beginning.  Forgetting it is the best known mistake with these buffers.
 *
 * Part of nio.h; include weft.h.
 */

#include <stddef.h>
#include <stdint.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct weft_buffer - octets, and where in them
 * @data:	The octets
 * @capacity:	How many; never changes
 * @limit:	The first that must not be read or written
 * @position:	The next to be read or written
 * @mark:	Where weft_buffer_reset() goes; SIZE_MAX: nowhere
 * @is_own:	weft_buffer_free() frees @data
 */
struct weft_buffer {
	uint8_t *data;
	size_t capacity, limit, position, mark;
	int is_own;
};

/**
 * weft_buffer_new() - A buffer with memory of its own
 * @capacity:	Octets
 *
 * Return: an empty buffer, to be written to; NULL: ENOMEM
 */
WEFT_API struct weft_buffer *weft_buffer_new(size_t capacity);

/**
 * weft_buffer_free() - Free a buffer of weft_buffer_new()
 * @b:		NULL is fine
 */
WEFT_API void weft_buffer_free(struct weft_buffer *b);

/**
 * weft_buffer_wrap() - Make a buffer of memory that is there
 * @b:		Filled in: all of it is to be read, or to be overwritten
 * @data:	Stays the caller's
 * @len:	Octets
 */
WEFT_API void weft_buffer_wrap(struct weft_buffer *b, void *data, size_t len);

/**
 * weft_buffer_flip() - What was written is to be read now
 * @b:		Which
 */
WEFT_API void weft_buffer_flip(struct weft_buffer *b);

/**
 * weft_buffer_clear() - All of it is room to write; nothing is erased
 * @b:		Which
 */
WEFT_API void weft_buffer_clear(struct weft_buffer *b);

/**
 * weft_buffer_rewind() - Read it, or write it, from the beginning again
 * @b:		Which
 */
WEFT_API void weft_buffer_rewind(struct weft_buffer *b);

/**
 * weft_buffer_compact() - What was not read comes first, and writing goes on behind
 * @b:		Which
 *
 * For a write that took only some of it: compact, read more into it, flip.
 */
WEFT_API void weft_buffer_compact(struct weft_buffer *b);

/**
 * weft_buffer_remaining() - Octets between position and limit
 * @b:		Which
 *
 * Return: how many
 */
WEFT_API size_t weft_buffer_remaining(const struct weft_buffer *b);

/**
 * weft_buffer_position() - Move the position
 * @b:		Which
 * @position:	At most the limit.  A mark beyond it is forgotten
 *
 * Return: 0; -1: EINVAL
 */
WEFT_API int weft_buffer_position(struct weft_buffer *b, size_t position);

/**
 * weft_buffer_limit() - Move the limit
 * @b:		Which
 * @limit:	At most the capacity.  A position beyond it comes back to it
 *
 * Return: 0; -1: EINVAL
 */
WEFT_API int weft_buffer_limit(struct weft_buffer *b, size_t limit);

/**
 * weft_buffer_mark() - Remember the position
 * @b:		Which
 */
WEFT_API void weft_buffer_mark(struct weft_buffer *b);

/**
 * weft_buffer_reset() - Go back to the mark
 * @b:		Which
 *
 * Return: 0; -1: EINVAL (there is none)
 */
WEFT_API int weft_buffer_reset(struct weft_buffer *b);

/**
 * weft_buffer_put() - Write octets at the position
 * @b:		Where to
 * @from:	The octets
 * @len:	How many: all or none
 *
 * Return: 0; -1: ENOBUFS (more than remain)
 */
WEFT_API int weft_buffer_put(struct weft_buffer *b, const void *from,
			     size_t len);

/**
 * weft_buffer_get() - Read octets at the position
 * @b:		Where from
 * @to:		Filled in
 * @len:	How many: all or none
 *
 * Return: 0; -1: ENODATA (more than remain)
 */
WEFT_API int weft_buffer_get(struct weft_buffer *b, void *to, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_NIO_BUFFER_H */
