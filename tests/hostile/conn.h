/* SPDX-License-Identifier: MIT */
#ifndef HOSTILE_CONN_H
#define HOSTILE_CONN_H

/*
 * conn.h - a connection of V's with P that does little, and its numbers
 *
 * The numbers are read off their segments, so that a row can be as near to
 * them as it likes: the attacker of real life has to guess.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct hostile;

enum { CONN_PORT = 81 }; /* P's */

/**
 * struct conn - the connection
 * @local:	V's end
 * @snd_nxt:	Behind what V has sent
 * @rcv_nxt:	What V has acknowledged
 * @ts:		P's timestamp, as it was sent last
 */
struct conn {
	struct hostile *x;
	int listener, fd;
	struct endpoint local;
	uint32_t snd_nxt, rcv_nxt, ts;
};

/* Also claims x->on_sent. */
void conn_open(struct hostile *x, struct conn *c);

/* V sends five octets more; is it still allowed to? */
bool conn_says(struct conn *c);

/* O6 if it is not alive. */
void conn_close(struct conn *c);

/**
 * struct seg - a segment in P's name
 * @seq:	From @conn's rcv_nxt on
 * @ack:	From its snd_nxt on
 * @opts:	Instead of a timestamp that is right; NULL: that
 */
struct seg {
	uint16_t flags;
	uint32_t seq, ack;
	uint16_t urgent;
	const uint8_t *opts;
	size_t opts_len; /* a multiple of four */
	size_t len;
};

/* Make it the frame to be played. */
void conn_segment(struct conn *c, const struct seg *s);

/* A segment between any two endpoints, with options; the ports of @src, @dst
 * are used. */
void make_segment(struct hostile *x, struct endpoint src, struct endpoint dst,
		  const struct seg *s);

#endif /* HOSTILE_CONN_H */
