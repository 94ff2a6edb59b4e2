// SPDX-License-Identifier: MIT
/*
 * tcp_cookie.c - SYN cookies: a half-open connection that the peer remembers
 *
 * Theory of operation
 * ===================
 * A flood of SYNs with invented sources fills the queue of half-open
 * connections, and honest peers find no place (RFC 4987, 2).  When that
 * happens nothing is kept any more: all that must not be forgotten goes into
 * the SYN-ACK, and an honest peer brings it back in its ACK (RFC 4987, 3.6).
 * What an ACK brings could be invented, too, so it is signed.
 *
 *	initial sequence number      5 bits   minute, modulo 32
 *	                             3 bits   largest segment: place in a table
 *	                            24 bits   keyed hash of both, the four
 *	                                      numbers, the peer's sequence number
 *	                                      and the bits below
 *
 *	timestamp (if the peer       26 bits  our clock
 *	sends them, RFC 7323)         1 bit   congestion can be notified
 *	                              1 bit   selective acknowledgements
 *	                              4 bits  the peer's window scale, 15: none
 *
 * The peer echoes the timestamp, so only a peer with timestamps gets the other
 * options: for one without, they are not offered.  The clock in the timestamp
 * is never ahead of the true one, or the next segment would seem to be from
 * the past.
 *
 * An ACK is believed for one to two minutes of 64 s.  A guess is right once in
 * 2^28: 24 bits of hash, and two of 32 minutes; eight sizes all count.
 *
 * Limits
 * ------
 * Nothing is repeated: if the SYN-ACK is lost the peer asks again, if its ACK
 * is lost its first data brings the same numbers.  The largest segment is
 * rounded down to one of eight.  Cookies are looked for only while a listener
 * sends them, and two minutes longer.
 */

#include "wire/proto.h"

#include "tcp/tcp_int.h"

enum {
	MINUTE_S = 64,
	AGES = 2, /* this minute and the one before */
	MINUTE_BITS = 5,
	SIZE_BITS = 3,
	HASH_BITS = 24,

	OPT_BITS = 6,
	OPT_WSCALE = 0xf,
	OPT_SACK = 0x10,
	OPT_ECN = 0x20,
};
static_assert(MINUTE_BITS + SIZE_BITS + HASH_BITS == 32, "it is a number");

/* What is common: the least, both defaults, tunnels, PPPoE with and without
 * timestamps counted in, Ethernet, and jumbo frames. */
static const uint16_t sizes[1 << SIZE_BITS] = {
	TCP_MSS_FLOOR,
	TCP_MSS_DEFAULT,
	TCP_MSS_DEFAULT6,
	1360,
	1440,
	1452,
	1460,
	8940,
};

static uint32_t minute(const struct tcp_stack *tcp)
{
	return (uint32_t)(tcp->env->now_ns / (MINUTE_S * NS_PER_S));
}

/* The greatest entry of the table that is not above @mss. */
static uint32_t size_index(uint16_t mss)
{
	uint32_t i = ARRAY_SIZE(sizes) - 1;

	while (i && sizes[i] > mss)
		i--;
	return i;
}

/* What the peer gets besides segments; without timestamps, nothing. */
static uint32_t opt_bits(const struct tcp_req *r)
{
	uint32_t bits = r->has_wscale ? r->snd_wscale : OPT_WSCALE;

	if (!r->has_ts)
		return 0;
	return bits | (r->has_sack ? OPT_SACK : 0) | (r->has_ecn ? OPT_ECN : 0);
}

/* @said is all that is signed besides the four numbers. */
static uint32_t sign(const struct tcp_stack *tcp, const struct tcp_tuple *t,
		     seq32 irs, uint32_t at, uint32_t said)
{
	uint8_t flat[TCP_FLAT_MAX + 12];
	size_t n = tcp_flatten(t, true, flat);

	put32(flat + n, irs.v);
	put32(flat + n + 4, at);
	put32(flat + n + 8, said);
	return (uint32_t)siphash24(&tcp->cookie_key, flat, n + 12) &
	       ((1U << HASH_BITS) - 1);
}

void tcp_cookie_make(struct tcp_stack *tcp, struct tcp_req *r)
{
	uint32_t at = minute(tcp), size = size_index(r->peer_mss);
	uint32_t bits;

	if (!r->has_ts)
		r->has_wscale = r->has_sack = r->has_ecn = false;
	bits = opt_bits(r);
	r->iss.v = at << (32 - MINUTE_BITS) | size << HASH_BITS |
		   sign(tcp, &r->end.t, r->irs, at, size << OPT_BITS | bits);
}

uint32_t tcp_cookie_ts(const struct tcp_req *r, uint32_t now)
{
	const uint32_t mask = (1U << OPT_BITS) - 1;
	uint32_t ts = (now & ~mask) | opt_bits(r);

	return (int32_t)(ts - now) > 0 ? ts - mask - 1 : ts;
}

static void read_opts(struct tcp_req *r, const struct tcp_seg *s, uint32_t bits)
{
	r->has_ts = s->o.has & TCP_HAS_TIMESTAMP;
	r->ts_recent = s->o.ts_val;
	if (!r->has_ts)
		return;
	r->has_sack = bits & OPT_SACK;
	r->has_ecn = bits & OPT_ECN;
	r->has_wscale = (bits & OPT_WSCALE) != OPT_WSCALE;
	if (r->has_wscale)
		r->snd_wscale =
			(uint8_t)min_u32(bits & OPT_WSCALE, TCP_WSCALE_MAX);
}

bool tcp_cookie_check(const struct tcp_stack *tcp, const struct tcp_seg *s,
		      struct tcp_req *r)
{
	uint32_t cookie = s->h.ack.v - 1, now = minute(tcp);
	uint32_t size = cookie >> HASH_BITS & ((1U << SIZE_BITS) - 1);
	uint32_t age = (now - (cookie >> (32 - MINUTE_BITS))) &
		       ((1U << MINUTE_BITS) - 1);
	uint32_t bits = 0, hash;

	if (age >= AGES)
		return false;
	r->end.t = s->t;
	r->iss.v = cookie;
	r->irs = seq_sub(s->seq, 1);
	if (s->o.has & TCP_HAS_TIMESTAMP)
		bits = s->o.ts_ecr & ((1U << OPT_BITS) - 1);
	hash = sign(tcp, &s->t, r->irs, now - age, size << OPT_BITS | bits);
	if (hash != (cookie & ((1U << HASH_BITS) - 1)))
		return false;
	r->peer_mss = (uint16_t)max_u32(sizes[size], tcp->knobs.min_snd_mss);
	read_opts(r, s, bits);
	return true;
}
