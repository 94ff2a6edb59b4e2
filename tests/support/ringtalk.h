/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_RINGTALK_H
#define SUPPORT_RINGTALK_H

/*
 * ringtalk.h - holding one conversation on a ring of weft's and on the kernel's
 *		io_uring
 *
 * As same.h; entries are those of weft, and are translated.
 */

#include <stdint.h>

#include "io/ring.h"
#include "same.h"

#define RINGTALK_ENTRIES 8

extern uint8_t ringtalk_octets[8192];

void ringtalk_begin(struct talk *t);
void ringtalk_end(struct talk *t);
void ringtalk_add(struct talk *t, const struct sk_sqe *e);
long ringtalk_submit(struct talk *t);

/* Write down so many completions, in any order but that of one entry; and that
 * there are no more. */
void ringtalk_record(struct talk *t, int line, int count);

/* @count buffers of @len octets for a group, numbers from 10 on. */
void ringtalk_give(struct talk *t, uint16_t group, uint32_t len,
		   uint32_t count);

/* A cmocka test whose *state is a talk_fn; skipped if the kernel has no
 * rings. */
void ringtalk_compare(void **state);

/* clang-format off */
#define DONE(count) ringtalk_record(t, __LINE__, count)
#define SUBMIT()    talk_note(t, __LINE__, "submit", ringtalk_submit(t))
#define ADD(...)    ringtalk_add(t, &(struct sk_sqe){__VA_ARGS__})
#define OCTETS(n)   .addr = ringtalk_octets, .len = (n)
/* clang-format on */

#endif /* SUPPORT_RINGTALK_H */
