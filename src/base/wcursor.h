/* SPDX-License-Identifier: MIT */
#ifndef BASE_WCURSOR_H
#define BASE_WCURSOR_H

/*
 * wcursor.h - writing octets for which there may be no room
 *
 * A writer never writes past its room.  What does not fit turns it bad, and
 * from then on nothing is written: the octets are a prefix of what was meant,
 * and wcur_ok() says at the end whether they are all of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/**
 * struct wcursor - room not written yet
 * @start:	First octet of the room
 * @size:	Octets of room
 * @len:	Octets written; never more than @size
 * @is_bad:	Something did not fit, at some time; nothing is written since
 */
struct wcursor {
	uint8_t *start;
	size_t size;
	size_t len;
	bool is_bad;
};

static inline struct wcursor wcur_init(void *buf, size_t size)
{
	return (struct wcursor){.start = buf, .size = size};
}

static inline bool wcur_ok(const struct wcursor *w)
{
	return !w->is_bad;
}

static inline size_t wcur_len(const struct wcursor *w)
{
	return w->len;
}

static inline size_t wcur_left(const struct wcursor *w)
{
	return w->is_bad ? 0 : w->size - w->len;
}

/* Room for @n octets, not initialized; NULL if there is not enough. */
static inline uint8_t *wcur_take(struct wcursor *w, size_t n)
{
	uint8_t *p;

	if (n > wcur_left(w)) {
		w->is_bad = true;
		return NULL;
	}
	p = w->len ? w->start + w->len : w->start;
	w->len += n;
	return p;
}

static inline void wcur_u8(struct wcursor *w, uint8_t v)
{
	uint8_t *p = wcur_take(w, 1);

	if (p)
		*p = v;
}

static inline void wcur_u16(struct wcursor *w, uint16_t v)
{
	uint8_t *p = wcur_take(w, 2);

	if (p)
		put16(p, v);
}

static inline void wcur_u24(struct wcursor *w, uint32_t v)
{
	uint8_t *p = wcur_take(w, 3);

	if (p)
		put24(p, v);
}

static inline void wcur_u32(struct wcursor *w, uint32_t v)
{
	uint8_t *p = wcur_take(w, 4);

	if (p)
		put32(p, v);
}

static inline void wcur_u64(struct wcursor *w, uint64_t v)
{
	uint8_t *p = wcur_take(w, 8);

	if (p)
		put64(p, v);
}

static inline void wcur_bytes(struct wcursor *w, const void *from, size_t n)
{
	uint8_t *p = wcur_take(w, n);

	if (p && n)
		memcpy(p, from, n);
}

static inline void wcur_fill(struct wcursor *w, uint8_t v, size_t n)
{
	uint8_t *p = wcur_take(w, n);

	if (p && n)
		memset(p, v, n);
}

/* Appends octets @v until the length is a multiple of @align. */
static inline void wcur_pad(struct wcursor *w, uint8_t v, size_t align)
{
	wcur_fill(w, v, (align - w->len % align) % align);
}

#endif /* BASE_WCURSOR_H */
