// SPDX-License-Identifier: MIT
/*
 * tcp_pack.c - the numbers of a tally in few octets
 *
 * Theory of operation
 * ===================
 * A tally is mostly zeros, and what is not zero are small numbers in large
 * places.  Packed, each number has as few octets as it needs of 0, 1, 2 and 4
 * (or 0, 2, 4 and 8, if it is a large one), and two bits say how few:
 *
 *	widths (4)   ack_ms (4)   segs_in  segs_out  ...  rate
 *	55 9e 24 05  00 01 c6 a2  05       04             80 d8 b8 05
 *
 * Half of the numbers tell of what went wrong, and are zero as long as nothing
 * does.  If all are, they have no widths either, and a bit says that; else
 * their widths, in three octets, and they follow the others.
 *
 * Times are written as what they differ by from the last ACK's, and of the
 * octets acknowledged and received only the upper halves: the lower ones follow
 * from the sequence numbers, which do not move while nobody speaks.  What was
 * sent is mostly what was acknowledged, and as many segments were delivered as
 * had data.
 *
 * Widths come from comparisons and places from additions, so that there is
 * nothing to predict.  A number is written in eight octets, of which the next
 * one overwrites what is too much; and read from the eight in which it is the
 * last, which is why a number comes first that always has four.  This is done
 * twice for each use of one of a million connections.
 */

#include "base/bytes.h"

#include "tcp/tcp_int.h"

enum {
	HEAD = 4 + 4,
	AHEAD = 8,
	RARE_HEAD = 3,
	WIDTH_BITS = 2,
	USUAL = 13, /* numbers, ... */
	RARE = 12,
	HAS_RARE = 31, /* bit of the widths */
};
static_assert(USUAL * WIDTH_BITS <= HAS_RARE, "widths and a flag");
static_assert(RARE * WIDTH_BITS <= RARE_HEAD * 8, "widths");
static_assert(
	HEAD + RARE_HEAD + (USUAL + RARE) * 8 + 8 <= TCP_PACK_ROOM,
	"each is written in 8 octets, the next one over what is too much");

/* Where the next number is, and the widths of those before, or to come. */
struct sink {
	uint8_t *at;
	uint32_t widths, count;
};

/* The same; the number before the next one ends AHEAD octets from @at. */
struct source {
	const uint8_t *at;
	uint32_t widths;
};

static inline void put_number(struct sink *p, uint64_t v, uint32_t width,
			      uint32_t octets)
{
	put64le(p->at, v);
	p->at += octets;
	p->widths |= width << p->count;
	p->count += WIDTH_BITS;
}

static inline void put_small(struct sink *p, uint32_t v)
{
	uint32_t width = (uint32_t)(v > 0) + (v > 0xff) + (v > 0xffff);

	put_number(p, v, width, (1U << width) >> 1);
}

static inline void put_large(struct sink *p, uint64_t v)
{
	uint32_t width = (uint32_t)(v > 0) + (v > 0xffff) + (v > UINT32_MAX);

	put_number(p, v, width, (1U << width) & ~1U);
}

static inline uint64_t get_number(struct source *s, uint32_t octets)
{
	uint32_t others = 4 * (8 - octets); /* half of their bits */

	s->at += octets;
	s->widths >>= WIDTH_BITS;
	/* In two steps: a shift by 64 means nothing. */
	return get64le(s->at) >> others >> others;
}

static inline uint32_t get_small(struct source *s)
{
	return (uint32_t)get_number(s, (1U << (s->widths & 3)) >> 1);
}

static inline uint64_t get_large(struct source *s)
{
	return get_number(s, (1U << (s->widths & 3)) & ~1U);
}

/* The difference of two numbers, small in either direction, as a small one. */
static uint32_t fold(uint32_t v, uint32_t base)
{
	uint32_t d = v - base;

	return d << 1 ^ (0 - (d >> 31));
}

static uint32_t unfold(uint32_t f, uint32_t base)
{
	return base + (f >> 1 ^ (0 - (f & 1)));
}

static uint64_t fold_large(uint64_t d)
{
	return d << 1 ^ (0 - (d >> 63));
}

static uint64_t unfold_large(uint64_t f)
{
	return f >> 1 ^ (0 - (f & 1));
}

/* Three small things in one number. */
static uint32_t modes_of(const struct tcp_tally *t)
{
	return (uint32_t)t->delack.quick << 3 |
	       (uint32_t)t->delack.pushed << 1 | t->rate_is_limited;
}

static void set_modes(struct tcp_tally *t, uint32_t modes)
{
	t->delack.quick = (uint8_t)(modes >> 3);
	t->delack.pushed = modes >> 1 & 3;
	t->rate_is_limited = modes & 1;
}

static inline void put_usual(struct sink *p, const struct tcp_tally *t)
{
	put_small(p, t->segs_in);
	put_small(p, t->segs_out);
	put_small(p, t->data_in);
	put_small(p, t->data_out);
	put_small(p, fold(t->delivered, t->data_out + 1));
	put_large(p, fold_large(t->sent - t->acked));
	put_small(p, fold(t->delack.rcv_ms, t->ack_ms));
	put_small(p, fold(t->full_ms, t->ack_ms));
	put_small(p, t->delack.ato_ms);
	put_small(p, modes_of(t));
	put_large(p, t->limit_ns[TCP_LIMIT_OTHER - 1]);
	put_large(p, t->rate);
	put_small(p, t->min_rtt_us);
}

static inline void get_usual(struct source *s, struct tcp_tally *t)
{
	t->segs_in = get_small(s);
	t->segs_out = get_small(s);
	t->data_in = get_small(s);
	t->data_out = get_small(s);
	t->delivered = unfold(get_small(s), t->data_out + 1);
	t->sent = unfold_large(get_large(s));
	t->delack.rcv_ms = unfold(get_small(s), t->ack_ms);
	t->full_ms = unfold(get_small(s), t->ack_ms);
	t->delack.ato_ms = (uint16_t)get_small(s);
	set_modes(t, get_small(s));
	t->limit_ns[TCP_LIMIT_OTHER - 1] = get_large(s);
	t->rate = get_large(s);
	t->min_rtt_us = get_small(s);
}

static bool has_rare(const struct tcp_tally *t)
{
	return (t->limit_ns[TCP_LIMIT_RWND - 1] |
		t->limit_ns[TCP_LIMIT_SNDBUF - 1] | t->acked >> 32 |
		t->received >> 32 | t->resent | t->delivered_ce | t->dsacks |
		t->reorders | t->out_of_order | t->rto_ms | t->rtos |
		t->rto_recoveries) != 0;
}

static void put_rare(struct sink *p, const struct tcp_tally *t)
{
	put_large(p, t->limit_ns[TCP_LIMIT_RWND - 1]);
	put_large(p, t->limit_ns[TCP_LIMIT_SNDBUF - 1]);
	put_small(p, (uint32_t)(t->acked >> 32));
	put_small(p, (uint32_t)(t->received >> 32));
	put_large(p, t->resent);
	put_small(p, t->delivered_ce);
	put_small(p, t->dsacks);
	put_small(p, t->reorders);
	put_small(p, t->out_of_order);
	put_small(p, t->rto_ms);
	put_small(p, t->rtos);
	put_small(p, t->rto_recoveries);
}

static void get_rare(struct source *s, struct tcp_tally *t)
{
	t->limit_ns[TCP_LIMIT_RWND - 1] = get_large(s);
	t->limit_ns[TCP_LIMIT_SNDBUF - 1] = get_large(s);
	t->acked = (uint64_t)get_small(s) << 32;
	t->received = (uint64_t)get_small(s) << 32;
	t->resent = get_large(s);
	t->delivered_ce = get_small(s);
	t->dsacks = get_small(s);
	t->reorders = get_small(s);
	t->out_of_order = get_small(s);
	t->rto_ms = get_small(s);
	t->rtos = (uint16_t)get_small(s);
	t->rto_recoveries = (uint16_t)get_small(s);
}

size_t tcp_pack(const struct tcp_tally *t, uint8_t to[TCP_PACK_ROOM])
{
	struct sink usual = {.at = to + HEAD}, rare;
	uint8_t *end;

	put_usual(&usual, t);
	end = usual.at;
	if (has_rare(t)) {
		rare = (struct sink){.at = end + RARE_HEAD};
		put_rare(&rare, t);
		put24(end, rare.widths);
		usual.widths |= 1U << HAS_RARE;
		end = rare.at;
	}
	put32(to, usual.widths);
	put32(to + 4, t->ack_ms);
	return (size_t)(end - to);
}

size_t tcp_unpack(const uint8_t *from, const struct tcp_conn *c,
		  struct tcp_tally *t)
{
	struct source s = {.at = from + HEAD - AHEAD, .widths = get32(from)};
	bool is_rare = s.widths >> HAS_RARE;

	t->ack_ms = get32(from + 4);
	get_usual(&s, t);
	if (is_rare) {
		s = (struct source){s.at + RARE_HEAD, get24(s.at + AHEAD)};
		get_rare(&s, t);
	}
	tcp_tally_follow(c, t);
	t->sent += t->acked;
	return (size_t)(s.at + AHEAD - from);
}
