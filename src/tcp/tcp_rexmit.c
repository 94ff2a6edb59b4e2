// SPDX-License-Identifier: MIT
/*
 * tcp_rexmit.c - sending again
 *
 * Theory of operation
 * ===================
 * What is LOST is sent again from the lowest number on, as long as both
 * windows allow it: the congestion window against what is in the network
 * (tcp_pipe()), the peer's against the number.  Several segments leave as one
 * packet where they can, and small records that follow each other are joined,
 * so that what was lost in many pieces is repaired in few.
 *
 * A packet counts as a full segment even if it is less: a peer that makes ten
 * thousand small holes gets an answer to each ACK, not ten thousand.
 *
 * A record that is longer than what may go is cut.  If there is no memory for
 * that all of it counts as sent; what was not is found missing once more.
 *
 * Sources: RFC 9293, 3.8.1; RFC 6298, 5.
 */

#include <errno.h>

#include "tcp/tcp_int.h"

/* Octets that the path has room for. */
static uint32_t path_room(const struct tcp_conn *c)
{
	uint32_t pipe = tcp_pipe(c);

	return c->cwnd > pipe ? c->cwnd - pipe : 0;
}

/* Octets that may go now from @s on, if the path has @room for as many. */
static uint32_t allowance(const struct tcp_conn *c, const struct tcp_sent *s,
			  uint32_t room)
{
	uint32_t most = TCP_GSO_MAX - TCP_GSO_MAX % (uint32_t)c->mss;
	int32_t wnd = seq_diff(s->seq, seq_add(c->snd_una, c->snd_wnd));

	if (wnd <= 0 || room < min_u32(tcp_sent_len(s), c->mss))
		return 0;
	if (room > c->mss)
		room -= room % c->mss;
	room = min_u32(room, max_u32(most, c->mss));
	return min_u32(room, (uint32_t)wnd);
}

/* Make @s as long as may be sent: join what follows, or cut. */
static void fit(struct tcp_conn *c, struct tcp_sent *s, uint32_t max)
{
	struct tcp_sent *next;

	while (tcp_sent_len(s) < max && (next = tcp_sent_next(s)) &&
	       next->flags & TCP_SENT_LOST) {
		if (tcp_sent_len(s) + tcp_sent_len(next) > max)
			break;
		tcp_sent_join(c, s, next);
	}
	if (tcp_sent_len(s) > max)
		tcp_sent_split(c, s, seq_add(s->seq, max));
}

/**
 * tcp_resend() - Transmit a record once more
 * @why:	Of the packet; R_NONE: as usual
 *
 * Return: whether all is well, and it makes sense to go on
 */
bool tcp_resend(struct tcp_conn *c, struct tcp_sent *s, enum reason why)
{
	struct tcp_active *a = c->active;
	bool is_first = seq_eq(s->seq, c->snd_una);
	int32_t data = seq_diff(s->seq, a->snd.end);
	struct tcp_out o = {.seq = s->seq, .why = why};
	uint32_t taken, len = tcp_sent_len(s);
	int err;

	o.len = data > 0 ? min_u32((uint32_t)data, len) : 0;
	o.fin = o.len < len;
	o.len = min_u32(o.len, max_u32(TCP_GSO_MAX, c->mss));
	err = tcp_out_data(c, &o, &taken);
	if (err == -EMSGSIZE) {
		uint16_t mss = c->mss;

		tcp_mss_update(c);
		return c->mss < mss && s->flags & TCP_SENT_LOST;
	}
	if (!taken)
		return false;
	tcp_mtup_again(c, s->seq);
	tcp_undo_sent(c, len);
	tcp_sent_again(c, s);
	tcp_rate_on_send(c, s);
	tcp_pace_sent(c, taken);
	a->prr.out += taken;
	c->snd_ms = tcp_ms(c->tcp);
	if (is_first && a->wait != TCP_WAIT_REORDER)
		tcp_rearm(c, TCP_REARM_RTO);
	return !err;
}

void tcp_resend_lost(struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	enum reason why =
		a->ca == TCP_CA_RECOVERY ? R_TCP_FAST_RETRANSMIT : R_NONE;
	uint32_t room = path_room(c), max, used;
	struct tcp_sent *s;

	while (room && (s = tcp_sent_first_lost(c))) {
		max = allowance(c, s, room);
		if (!max || tcp_must_wait(c))
			return;
		fit(c, s, max);
		used = max_u32(tcp_sent_len(s), c->mss);
		if (!tcp_resend(c, s, why))
			return;
		room -= min_u32(room, used);
	}
}
