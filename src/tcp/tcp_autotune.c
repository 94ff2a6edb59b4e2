// SPDX-License-Identifier: MIT
/*
 * tcp_autotune.c - how large the buffers are
 *
 * Theory of operation
 * ===================
 * A window that is smaller than what the path holds (rate times round trip)
 * leaves it idle; one that is larger only costs memory.  Nobody knows the path
 * when a connection opens, so it begins small and follows what is seen:
 *
 *   receiving	Once in a round trip, look how much the user has read.  The
 *		sender can have sent no more than that; in slow start it will
 *		send twice as much in the next round, and what we offer now
 *		limits the round after that.  So the buffer should hold twice
 *		what was read, for a lost segment may hold up a round, and more
 *		if the last round brought more than the one before ("dynamic
 *		right sizing").  A user that does not read gets no more room.
 *
 *   sending	What is under way (cwnd) must stay until it is acknowledged, and
 *		the user should be able to queue the next window meanwhile: two
 *		windows, with what each segment costs besides.
 *
 * Sizes go up only, to the knobs' greatest, and not at all once the user has
 * chosen one.  A number in octets here is payload: half of what SO_RCVBUF and
 * SO_SNDBUF say, for these count what holds the payload, too.
 *
 * The receiver's round trip is not the sender's estimate, for who only receives
 * has none: it is the age of the timestamp that a full segment echoes; without
 * timestamps, the time until as much has come as was offered, the least of
 * these.
 *
 * All this is for those that take a lot: measuring begins when TCP_TUNE_FROM
 * octets have come, and most connections never get there.
 *
 * Sources: RFC 9293, 3.8.6; RFC 7323, 2.3.
 */

#include "tcp/tcp_int.h"

/* What one segment costs a sender as Linux counts it: the headers in front,
 * rounded up as its allocator does. */
#define SEGMENT_HEADERS 640
#define SEGMENT_RECORD	256

void tcp_buffers_init(struct tcp_conn *c)
{
	c->rcvbuf = c->tcp->knobs.rmem / 2;
	c->sndbuf = c->tcp->knobs.wmem / 2;
}

/* The scale is fixed with the SYN, so it must do for the largest window that
 * there may be (RFC 7323, 2.3). */
uint8_t tcp_wscale_for(const struct tcp_conn *c)
{
	uint32_t clamp = c->extra ? c->extra->window_clamp : 0;
	uint32_t most = max_u32(c->rcvbuf, c->tcp->knobs.rmem_max);
	uint8_t shift = 0;

	if (c->flags & TCPF_RCVBUF_LOCK)
		most = c->rcvbuf;
	if (clamp)
		most = min_u32(most, clamp);
	while (shift < TCP_WSCALE_MAX && most >> shift >= 65536)
		shift++;
	return shift;
}

/* What a SYN offers: whole segments, and no scale yet. */
static uint32_t first_window(const struct tcp_conn *c, uint32_t mss)
{
	uint32_t space = tcp_full_space(c);

	if (space > mss)
		space -= space % mss;
	return min_u32(space, 65535);
}

uint32_t tcp_syn_window(const struct tcp_conn *c, uint32_t mss, bool has_ts)
{
	return first_window(c, has_ts ? mss - TCP_TS_OPT_LEN : mss);
}

/* The receiver's round trip: smoothed, or the least of several windows. */
static void note_rtt(struct tcp_tune *t, uint64_t rtt_us, bool is_window)
{
	uint32_t sample = (uint32_t)min_u64(8 * rtt_us, UINT32_MAX / 2);

	if (!t->rtt_8us)
		t->rtt_8us = sample;
	else if (is_window)
		t->rtt_8us = min_u32(t->rtt_8us, sample);
	else
		t->rtt_8us += sample / 8 - t->rtt_8us / 8;
	t->rtt_8us = max_u32(t->rtt_8us, 1);
}

/* As much has come as was offered then, or it is the first time. */
void tcp_tune_by_window(const struct tcp_conn *c, struct tcp_tune *t)
{
	uint64_t now = c->tcp->env->now_ns;

	if (t->rtt_ns)
		note_rtt(t, (now - t->rtt_ns) / NS_PER_US, true);
	t->rtt_seq = seq_add(c->rcv_nxt, tcp_rcv_wnd(c));
	t->rtt_ns = now;
}

/* A full segment echoes our clock of @ecr for the first time. */
void tcp_tune_by_echo(const struct tcp_conn *c, struct tcp_tune *t,
		      uint32_t ecr)
{
	uint32_t ms = tcp_ms(c->tcp) + c->active->ts_offset - ecr;

	t->last_ecr = ecr;
	if (ms && ms < 60000)
		note_rtt(t, ms * 1000ULL, false);
}

void tcp_tune_begin(struct tcp_conn *c)
{
	struct tcp_tune *t;

	if (!tcp_extra_get(c))
		return;
	t = &c->extra->tune;
	t->is_on = true;
	t->space = min_u32(c->rcvbuf, 10U * c->mss);
	t->read_seq = c->active->rcv.head;
	t->read_ns = c->tcp->env->now_ns;
}

/* What the next but one round trip may bring, see above. */
static uint64_t wanted(const struct tcp_conn *c, const struct tcp_tune *t,
		       uint32_t read)
{
	uint64_t want = 2ULL * read + 16U * c->mss;
	uint64_t grow = want * (read - t->space) / max_u32(t->space, 1);

	return want + 2 * grow;
}

static void grow_rcvbuf(struct tcp_conn *c, const struct tcp_tune *t,
			uint32_t read)
{
	uint32_t most = c->tcp->knobs.rmem_max / 2;
	uint32_t size = (uint32_t)min_u64(wanted(c, t, read), most);

	if (!c->tcp->knobs.moderate_rcvbuf || c->flags & TCPF_RCVBUF_LOCK ||
	    size <= c->rcvbuf)
		return;
	c->rcvbuf = size;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_RCVBUF, NULL,
	      EVF_NUM("octets", size), EVF_NUM("read", read),
	      EVF_NUM("rtt_us", t->rtt_8us / 8));
}

/* A round trip is over: see how much was read. */
void tcp_tune_round(struct tcp_conn *c, struct tcp_tune *t)
{
	uint32_t read = seq_dist(t->read_seq, c->active->rcv.head);

	if (read > t->space) {
		grow_rcvbuf(c, t, read);
		t->space = read;
	}
	t->read_seq = c->active->rcv.head;
	t->read_ns = c->tcp->env->now_ns;
}

static uint32_t round_up_pow2(uint32_t n)
{
	return n > 1 ? 1U << (32 - __builtin_clz(n - 1)) : 1;
}

/* As much as two congestion windows need. */
void tcp_tune_sndbuf(struct tcp_conn *c)
{
	uint64_t per = round_up_pow2(c->mss + SEGMENT_HEADERS) + SEGMENT_RECORD;
	uint32_t segs = max_u32(10, c->cwnd / max_u32(c->mss, 1));
	uint32_t most = c->tcp->knobs.wmem_max / 2;
	uint32_t size = (uint32_t)min_u64(segs * per, most);

	if (c->flags & TCPF_SNDBUF_LOCK || size <= c->sndbuf)
		return;
	c->sndbuf = size;
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_SNDBUF, NULL,
	      EVF_NUM("octets", size), EVF_NUM("cwnd", c->cwnd));
}
