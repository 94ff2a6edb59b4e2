// SPDX-License-Identifier: MIT
/*
 * tcp_rcv.c - taking what arrived, and saying how much more may come
 *
 * Theory of operation
 * ===================
 * Octets in order go to the receive queue, where the user finds them; others
 * wait in the reassembly queue (tcp_ooo.c) until what is missing has come.
 *
 *	    read by the user | rcv queue | expected ...          | not yet
 *	   ------------------|-----------|-----------------------|--------->
 *	                   head       rcv_nxt                 rcv_adv
 *	                     |<------------- rcvbuf ------------>|
 *
 * The window is the distance from rcv_nxt to rcv_adv.  Its right edge never
 * moves left, and it moves right only by a good piece at a time: a receiver
 * that offers every octet that becomes free gets its data in pieces of one
 * octet (silly window, RFC 9293, 3.8.6.2.2).
 *
 * When an ACK is given is decided in tcp_delack.c, how large the buffer is in
 * tcp_autotune.c.  What is out of order is answered at once, for the sender
 * counts on it to notice a loss.
 *
 * Invariants
 * ----------
 *  (1) rcv_nxt and rcv_adv never move back; rcv_adv is beyond the buffer by
 *	less than two units of the header's window, unless rcvbuf was lowered.
 *  (2) The receive queue ends at rcv_nxt.
 *  (3) Both queues together keep at most twice rcvbuf alive.
 */

#include "tcp/tcp_int.h"

/* Without a scale there are octets to choose from, so whole segments are
 * offered; and what was offered is kept as long as it fits. */
static uint32_t whole_segments(const struct tcp_conn *c, uint32_t room,
			       uint32_t mss)
{
	uint32_t last = seq_dist(c->active->ack_sent, c->rcv_adv);
	uint32_t full = tcp_full_space(c);

	if (last > room || last + mss <= room)
		return room - room % mss;
	if (mss == full && room > last + full / 2)
		return room;
	return last;
}

/*
 * The window that would be best now, never mind what was promised, of a buffer
 * of @full octets with @room.  When the room is down to less than a segment, or
 * a sixteenth of all, none: a small window would only bring small segments
 * (RFC 9293, 3.8.6.2.2).
 */
static inline uint32_t best_window(const struct tcp_conn *c, uint32_t full,
				   uint32_t room)
{
	uint32_t mss = max_u32(min_u32(c->rcv_mss, full), 1);

	if (room < full / 2) {
		room -= room % (1U << c->rcv_wscale);
		if (room < full / 16 || room < mss)
			return 0;
	}
	if (!c->rcv_wscale)
		room = whole_segments(c, room, mss);
	return min_u32(room, tcp_rcv_most(c));
}

uint32_t tcp_select_window(const struct tcp_conn *c)
{
	return best_window(c, tcp_full_space(c), tcp_rcv_room(c));
}

uint16_t tcp_rcv_window(struct tcp_conn *c)
{
	uint32_t full = tcp_full_space(c), room = tcp_rcv_room(c);

	if (room < full / 2)
		tcp_quick_end(c);
	return tcp_rcv_offer(c, best_window(c, full, room), room);
}

/* Does the user's reading open the window to at least twice what it is?  Then
 * the peer should know; less than that the next ACK will tell. */
static bool opens_much(const struct tcp_conn *c)
{
	uint32_t now = tcp_rcv_wnd(c), best;

	if (c->flags & TCPF_RCV_CLOSED || 2 * now > tcp_full_space(c))
		return false;
	best = tcp_select_window(c);
	return best && best >= 2 * now;
}

/* The user made room: does the peer need to hear of it, or of its data? */
void tcp_rcv_window_update(struct tcp_conn *c)
{
	if (!TCP_STATE_IN(c, TCP_RECEIVES))
		return;
	if (tcp_delack_read(c))
		tcp_ack_owed(c, R_TCP_ACK);
	else if (opens_much(c))
		tcp_ack_owed(c, R_TCP_WINDOW_UPDATE);
	else
		return;
	tcp_output(c);
}

/* Memory that references may still keep alive, see invariant (3): everything
 * that is still offered might come in pieces that must be copied. */
static size_t reference_budget(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	size_t held = a->rcv.truesize + tcp_ooo_truesize(c) + tcp_rcv_wnd(c);
	size_t limit = 2 * (size_t)c->rcvbuf;

	return held < limit ? limit - held : 0;
}

/* Append to the receive queue what begins at rcv_nxt.  Returns octets taken. */
static uint32_t take_in_order(struct tcp_conn *c, const struct tcp_seg *s,
			      uint32_t skip, uint32_t n)
{
	struct tcp_queue *q = &c->active->rcv;

	n = (uint32_t)tcp_queue_append_pkt(q, s->pkt, s->off + skip, n,
					   reference_budget(c));
	c->rcv_nxt = seq_add(c->rcv_nxt, n);
	c->tcp->stats.in_octets += n;
	return n;
}

/* What comes up to @end is here already as far as the first island goes. */
static void tell_overlap(struct tcp_conn *c, seq32 end)
{
	struct tcp_sack_block b;

	if (tcp_ooo_island(c, 0, &b))
		tcp_sack_note_dup(c, b.start, seq_min(b.end, end));
}

/* Islands may lie in the way: what was there first stays (first octets win). */
static uint32_t take(struct tcp_conn *c, const struct tcp_seg *s)
{
	seq32 end = seq_add(s->seq, s->size);
	seq32 start = c->rcv_nxt;

	while (seq_lt(c->rcv_nxt, end)) {
		uint32_t skip = seq_dist(s->seq, c->rcv_nxt);
		uint32_t n = s->size - skip;
		seq32 island;

		if (tcp_ooo_first(c, &island))
			n = min_u32(n, seq_dist(c->rcv_nxt, island));
		if (n && take_in_order(c, s, skip, n) < n)
			break;
		tell_overlap(c, end);
		tcp_ooo_deliver(c);
	}
	return seq_dist(start, c->rcv_nxt);
}

static enum tcp_verdict rcv_in_order(struct tcp_conn *c, struct tcp_seg *s)
{
	bool filled_hole = c->active->ooo;

	if (!take(c, s)) {
		s->drop = DROP_no_memory;
		return TCP_DROP;
	}
	tcp_event(c, WAIT_IN);
	if (filled_hole)
		tcp_ack_owed(c, R_TCP_ACK); /* RFC 5681, 4.2 */
	tcp_tune_data(c, s, tcp_ms(c->tcp));
	tcp_delack_in_order(c);
	return TCP_NEXT;
}

static enum tcp_verdict rcv_out_of_order(struct tcp_conn *c, struct tcp_seg *s)
{
	size_t budget = reference_budget(c);

	TCP_TALLY(c, out_of_order);
	tcp_delack_beyond(c);
	return tcp_ooo_add(c, s, budget) ? TCP_NEXT : TCP_DROP;
}

enum tcp_verdict tcp_rcv_text(struct tcp_conn *c, struct tcp_seg *s)
{
	tcp_delack_data(c, s, tcp_ms(c->tcp));
	if (seq_eq(s->seq, c->rcv_nxt))
		return rcv_in_order(c, s);
	return rcv_out_of_order(c, s);
}
