/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HOT_H
#define TCP_TCP_HOT_H

/*
 * tcp_hot.h - the small questions that are asked of every segment
 *
 * Each belongs to a chapter, which says what it means; the bodies stand here
 * because a call costs more than they do.  Together they are a fifth of what a
 * segment took before.
 *
 * A part of tcp_int.h, its end, with its sisters tcp_hot_*.h.
 */

/* tcp_demux.c: was it for whom the last one was for?  Of IPv4, the usual case;
 * what is not, or differs, is looked up. */
static inline bool tcp_end_is_last(const struct tcp_end *e,
				   const struct tcp_tuple *t)
{
	return e && t->rport == e->t.rport && t->lport == e->t.lport &&
	       t->raddr.v4.v == e->t.raddr.v4.v &&
	       t->laddr.v4.v == e->t.laddr.v4.v && t->raddr.family == IP_V4 &&
	       e->t.raddr.family == IP_V4;
}

/* tcp_rest.c: octets of a tally that rests, mostly */
#define TCP_PACKED_USUAL 32

/* Of what belongs to a user, so much is looked at. */
#define TCP_USER_SIZE 128

/* What @c points to will be needed. */
static inline void tcp_conn_ask_parts(const struct tcp_conn *c)
{
	if (c->end.bits & TCP_TALLY_PACKED)
		ask_for(c->packed, TCP_PACKED_USUAL);
	else if (c->tally)
		ask_for(c->tally, sizeof(*c->tally));
	if (c->active)
		ask_for(c->active, offsetof(struct tcp_active, listener));
	if (c->extra)
		ask_for(c->extra, sizeof(*c->extra));
}

/* What an event of @c will look at: its socket, say.  (1,000 connections: both
 * and the extras are worth two of a hundred requests.) */
static inline void tcp_conn_ask_user(const struct tcp_conn *c)
{
	if (c->arg)
		ask_for(c->arg, TCP_USER_SIZE);
}

/*
 * Of many connections the next one is seldom in the cache.  Its memory, two
 * dozen lines, would be waited for in the order in which it is used, a line or
 * two at a time; so all of it is asked for at once.  Who was used last is
 * there.
 */
static inline void tcp_conn_fetch(const struct tcp_conn *c)
{
	ask_for(c, sizeof(*c));
	tcp_conn_ask_parts(c);
}

static inline struct tcp_end *tcp_end_find(struct tcp_stack *tcp,
					   const struct tcp_tuple *t)
{
	return tcp_end_is_last(tcp->last, t) ? tcp->last
					     : tcp_end_find_far(tcp, t);
}

/* tcp_sent.c: octets that are believed to be in the network */
static inline uint32_t tcp_pipe(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	uint32_t out = a->sent.sacked + a->sent.lost + a->dup_octets;

	return tcp_flight(c) - min_u32(out, tcp_flight(c));
}

/* The one transmitted longest ago that is still in flight, or NULL. */
static inline struct tcp_sent *tcp_sent_oldest(const struct tcp_conn *c)
{
	return list_first_entry(&c->active->sent.by_time, struct tcp_sent,
				by_time);
}

static inline struct tcp_sent *tcp_sent_later(const struct tcp_conn *c,
					      const struct tcp_sent *s)
{
	if (s->by_time.next == &c->active->sent.by_time)
		return NULL;
	return container_of(s->by_time.next, struct tcp_sent, by_time);
}

/* tcp_timer.c */
static inline bool tcp_timer_is_set(const struct tcp_conn *c,
				    enum tcp_timer which)
{
	return c->active->due[which].at_ns != 0;
}

static inline void tcp_timer_stop(struct tcp_conn *c, enum tcp_timer which)
{
	c->active->due[which].at_ns = 0;
}

/* tcp_tlp.c */
static inline void tcp_rearm(struct tcp_conn *c, enum tcp_rearm how)
{
	struct tcp_active *a = c->active;

	a->rearm = (uint8_t)max_u32(a->rearm, how);
}

/* tcp_conn.c */
static inline void tcp_event(struct tcp_conn *c, uint32_t events)
{
	if (c->active)
		c->active->events |= events;
}

/* tcp_autotune.c: the most that may ever be offered with this buffer */
static inline uint32_t tcp_full_space(const struct tcp_conn *c)
{
	uint32_t clamp = c->extra ? c->extra->window_clamp : 0;

	return UNLIKELY(clamp) ? min_u32(c->rcvbuf, clamp) : c->rcvbuf;
}

/* tcp_rcv.c: octets that the user has not read take room; the rest can be
 * offered, and this much of it is */
static inline uint32_t tcp_rcv_room(const struct tcp_conn *c)
{
	uint32_t used = c->active ? tcp_queue_len(&c->active->rcv) : 0;
	uint32_t space = tcp_full_space(c);

	return LIKELY(used < space) ? space - used : 0;
}

static inline uint32_t tcp_rcv_wnd(const struct tcp_conn *c)
{
	int32_t wnd = seq_diff(c->rcv_nxt, c->rcv_adv);

	return wnd > 0 ? (uint32_t)wnd : 0;
}

/* The largest window that a header can express. */
static inline uint32_t tcp_rcv_most(const struct tcp_conn *c)
{
	return 65535U << c->rcv_wscale;
}

/*
 * Headers carry the window in units of 2^rcv_wscale.  Moving right we round
 * down, so as not to promise too much; keeping the edge we round up, so as not
 * to take back what was promised.  Each rounding up moves the edge a little,
 * and many small segments would move it far beyond the buffer; so when it would
 * promise more than there is room for, but for the rounding, we round down
 * after all.  The peer then sees an edge a few octets left of the one before,
 * but what lies between is still taken: rcv_adv stays.
 */
static inline uint16_t tcp_rcv_offer(struct tcp_conn *c, uint32_t best,
				     uint32_t room)
{
	uint32_t wnd = max_u32(tcp_rcv_wnd(c), best);
	uint32_t unit = 1U << c->rcv_wscale;
	uint32_t field = min_u32(wnd >> c->rcv_wscale, 65535);
	seq32 edge = seq_add(c->rcv_nxt, field * unit), next;

	if (seq_lt(edge, c->rcv_adv) && field < 65535) {
		next = seq_add(edge, unit);
		if (seq_leq(next, seq_add(c->rcv_nxt, room + unit))) {
			field++;
			edge = next;
		}
	}
	c->rcv_adv = seq_max(c->rcv_adv, edge);
	return (uint16_t)field;
}

/* tcp_rcv_window(), when half of the buffer is free and windows are scaled:
 * then all of the room is the best one. */
static inline uint16_t tcp_rcv_window_hot(struct tcp_conn *c)
{
	uint32_t full = tcp_full_space(c), room = tcp_rcv_room(c);

	if (UNLIKELY(room < full / 2) || UNLIKELY(!c->rcv_wscale))
		return tcp_rcv_window(c);
	return tcp_rcv_offer(c, min_u32(room, tcp_rcv_most(c)), room);
}

static inline void tcp_ack_owed(struct tcp_conn *c, enum reason why)
{
	struct tcp_active *a = c->active;

	if (!a->ack_now)
		a->ack_why = (uint16_t)why;
	a->ack_now = true;
}

/* tcp_in.c: the window of an ACK that is not older than SND.UNA. */
static inline void tcp_in_window(struct tcp_conn *c, const struct tcp_seg *s)
{
	uint32_t wnd = (uint32_t)s->h.win << c->snd_wscale;
	bool was_shut = !c->snd_wnd;

	if (UNLIKELY(!seq_lt(c->snd_wl1, s->seq) &&
		     !(seq_eq(c->snd_wl1, s->seq) &&
		       seq_leq(c->snd_wl2, s->h.ack))))
		return; /* an older segment than the one that gave snd_wnd */
	c->snd_wnd = wnd;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = s->h.ack;
	c->max_snd_wnd = max_u32(c->max_snd_wnd, wnd);
	if (UNLIKELY(was_shut && wnd))
		tcp_window_opened(c);
}

/* tcp_urg.c: is something urgent of ours under way or waiting? */
static inline bool tcp_urg_is_sending(const struct tcp_conn *c)
{
	return seq_gt(c->active->urg.up, c->snd_una);
}

/* tcp_snd.c: SND.UNA moved on; what lies behind must not be compared with it
 * any more, or it would lie ahead again when numbers have wrapped */
static inline void tcp_snd_acked(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	a->small = seq_max(a->small, c->snd_una);
	a->urg.up = seq_max(a->urg.up, c->snd_una);
}

/* tcp_extra.c: SO_RCVLOWAT, TCP_NOTSENT_LOWAT */
static inline uint32_t tcp_rcvlowat(const struct tcp_conn *c)
{
	return c->extra && c->extra->rcvlowat ? c->extra->rcvlowat : 1;
}

static inline uint32_t tcp_notsent_lowat(const struct tcp_conn *c)
{
	if (UNLIKELY(c->extra && c->extra->notsent_lowat))
		return c->extra->notsent_lowat;
	return c->tcp->knobs.notsent_lowat;
}

#endif /* TCP_TCP_HOT_H */
