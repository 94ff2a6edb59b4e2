/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SACKPEER_H
#define SUPPORT_SACKPEER_H

/*
 * sackpeer.h - what tests of loss recovery say and hear, on top of tcppeer.h
 */

#include <stdint.h>

#include "tcppeer.h"

enum { SP_MSS = 1460 };

#define ACK_OF(p, upto) SAY(p, .flags = TCP_ACK, .seq = 1, .ack = (upto))

/* The next segment is @n octets at @at, whatever its PSH. */
#define DATA(p, at, n)                                               \
	do {                                                         \
		assert_int_equal(peer_take(p), (n));                 \
		assert_int_equal((p)->heard.seq.v - (p)->irs, (at)); \
	} while (0)

/* One more block for the next segment that @p says. */
static inline void with_block(struct peer *p, uint32_t start, uint32_t end)
{
	p->sack[p->sack_count].start.v = start;
	p->sack[p->sack_count++].end.v = end;
}

/* An ACK of @ack with one block. */
static inline void sack_of(struct peer *p, uint32_t ack, uint32_t start,
			   uint32_t end)
{
	with_block(p, start, end);
	ACK_OF(p, ack);
}

/* Where segment @i, counted from 0, of the stream begins. */
static inline uint32_t seg_at(uint32_t i)
{
	return 1 + i * SP_MSS;
}

/* Both ends know SACK; @rtt_ms is the round trip of the handshake. */
static inline void opens_with_sack(struct peer *p, uint64_t rtt_ms)
{
	p->syn_opts.has |= TCP_HAS_SACK_OK;
	if (!p->listener)
		peer_listen(p, 5);
	SAY(p, .flags = TCP_SYN);
	HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	p->with_ts = p->heard_opts.has & TCP_HAS_TIMESTAMP;
	peer_wait(p, rtt_ms);
	SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	HEAR_NOTHING(p);
	p->conn = tcp_accept(p->listener);
	assert_non_null(p->conn);
}

/* The user sends @n full segments, which all leave. */
static inline void send_segments(struct peer *p, uint32_t n)
{
	uint32_t i, first = (uint32_t)p->sent / SP_MSS;

	peer_app_send(p, n * SP_MSS);
	for (i = 0; i < n; i++)
		DATA(p, seg_at(first + i), SP_MSS);
	HEAR_NOTHING(p);
}

#endif /* SUPPORT_SACKPEER_H */
