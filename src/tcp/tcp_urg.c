// SPDX-License-Identifier: MIT
/*
 * tcp_urg.c - urgent data: a mark in the stream, not a second stream
 *
 * Theory of operation
 * ===================
 * A segment with URG says: somewhere ahead, at SEG.SEQ plus the urgent pointer,
 * is an octet that you should hurry to.  RFC 9293 means the pointer to name the
 * last urgent octet, nearly everybody lets it name the one behind (RFC 6093,
 * 2.1 and 3), and so do we unless the knob `stdurg` says otherwise.
 *
 *	   read by the user |  rcv queue             |
 *	  ------------------|-------------*----------|------->
 *	                   head          mark     rcv_nxt
 *
 * Sockets made something else of it: one octet "out of band" that recv() with
 * MSG_OOB fetches ahead of its turn, and that is missing in the stream then.
 * A newer mark makes the older octet an ordinary one.  RFC 6093, 6 advises
 * programs to set SO_OOBINLINE: the octet stays where it is, and all that
 * urgency does is to stop one read at the mark.  Both are here, as on Linux,
 * for old programs know both.
 *
 * The pointer is a stranger's number.  Nothing is ever addressed with it: it is
 * compared with sequence numbers, and the octet is taken when a segment that
 * holds that number comes.  So a pointer of zero, one beyond the segment, one
 * that wraps and one in a SYN all do the same: they name a place in the stream
 * that comes, or never does.
 *
 * Invariants
 * ----------
 *  (1) A mark lies at or beyond the head of the receive queue.
 *  (2) The stream a program reads lacks at most the marked octets.
 */

#include <errno.h>

#include "core/waitq.h"

#include "tcp/tcp_int.h"

static bool is_inline(const struct tcp_conn *c)
{
	return c->flags & TCPF_OOB_INLINE;
}

static struct tcp_urg *urg_of(const struct tcp_conn *c)
{
	if (c->end.state == TCPS_LISTEN || !c->active)
		return NULL;
	return &c->active->urg;
}

bool tcp_at_mark(const struct tcp_conn *c, size_t off)
{
	const struct tcp_urg *u = urg_of(c);

	return u && u->state != TCP_URG_NONE &&
	       seq_eq(u->mark, seq_add(c->active->rcv.head, (uint32_t)off));
}

/* Reading went on: a mark that lies behind is none. */
static void forget_if_passed(struct tcp_conn *c)
{
	struct tcp_urg *u = &c->active->urg;

	if (u->state != TCP_URG_NONE && seq_lt(u->mark, c->active->rcv.head))
		u->state = TCP_URG_NONE;
}

/* At the mark, out of line: its octet is not part of what is read. */
static bool hole_at(const struct tcp_conn *c, seq32 at)
{
	const struct tcp_urg *u = &c->active->urg;

	return u->state != TCP_URG_NONE && !is_inline(c) &&
	       seq_eq(u->mark, at) && seq_lt(at, c->active->rcv.end);
}

/* Where a read that begins at the head really begins. */
seq32 tcp_urg_start(const struct tcp_conn *c)
{
	seq32 head = c->active->rcv.head;

	return hole_at(c, head) ? seq_add(head, 1) : head;
}

/* Of @n octets from @at on, how many lie before the mark?  At the mark itself
 * it does not limit: one read stops there, the next begins there. */
uint32_t tcp_urg_limit(const struct tcp_conn *c, seq32 at, uint32_t n)
{
	const struct tcp_urg *u = &c->active->urg;

	if (u->state != TCP_URG_NONE && seq_gt(u->mark, at))
		n = min_u32(n, seq_dist(at, u->mark));
	return n;
}

/* As Linux counts for FIONREAD: up to a mark that is out of line. */
uint32_t tcp_urg_inq(const struct tcp_conn *c)
{
	const struct tcp_queue *q = &c->active->rcv;
	const struct tcp_urg *u = &c->active->urg;
	uint32_t n = tcp_queue_len(q);

	if (u->state != TCP_URG_NONE && !is_inline(c))
		n = min_u32(n, seq_dist(q->head, u->mark));
	return n;
}

/* Octets were read: take a hole that now lies at the front away, too. */
void tcp_urg_read(struct tcp_conn *c, size_t n)
{
	struct tcp_queue *q = &c->active->rcv;

	if (hole_at(c, q->head))
		n++;
	tcp_queue_pop(q, n);
	forget_if_passed(c);
}

/* Octets that a read could return, the one out of line left out. */
uint32_t tcp_urg_readable(const struct tcp_conn *c)
{
	uint32_t n = tcp_queue_len(&c->active->rcv);

	return hole_at(c, c->active->rcv.head) ? n - 1 : n;
}

/* RFC 9293, 3.8.5; RFC 6093, 2.1. */
static seq32 mark_of(const struct tcp_conn *c, const struct tcp_seg *s)
{
	uint32_t urp = s->h.urp;

	if (urp && !c->tcp->knobs.stdurg)
		urp--;
	return seq_add(s->h.seq, urp);
}

/* A newer mark: the old octet was never fetched and is an ordinary one now;
 * but if it was fetched it must not be read again. */
static void replace_mark(struct tcp_conn *c, seq32 mark)
{
	struct tcp_urg *u = &c->active->urg;
	struct endpoint remote = tcp_remote(c);

	if (hole_at(c, c->active->rcv.head))
		tcp_queue_pop(&c->active->rcv, 1);
	u->mark = mark;
	u->state = TCP_URG_NOTYET;
	tcp_event(c, WAIT_PRI);
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_URGENT, NULL,
	      EVF_EP("remote", &remote),
	      EVF_NUM("ahead", seq_dist(c->active->rcv.head, mark)));
}

static void take_mark(struct tcp_conn *c, seq32 mark)
{
	const struct tcp_urg *u = &c->active->urg;

	if (seq_lt(mark, c->active->rcv.head) || seq_lt(mark, c->rcv_nxt))
		return; /* read already, or a repetition */
	if (u->state != TCP_URG_NONE && seq_leq(mark, u->mark))
		return;
	replace_mark(c, mark);
}

/* Is the marked octet in this segment, within the window? */
static bool holds_mark(const struct tcp_conn *c, const struct tcp_seg *s)
{
	seq32 mark = c->active->urg.mark;

	return seq_in(mark, s->seq, s->size) && seq_lt(mark, c->rcv_adv);
}

/* Sixth, check the URG bit. */
void tcp_in_urg(struct tcp_conn *c, struct tcp_seg *s)
{
	struct tcp_urg *u = &c->active->urg;

	if (!TCP_STATE_IN(c, TCP_RECEIVES) || c->flags & TCPF_RCV_CLOSED)
		return;
	if (s->h.flags & TCP_URG)
		take_mark(c, mark_of(c, s));
	if (u->state == TCP_URG_NOTYET && holds_mark(c, s)) {
		pkt_copy_out(s->pkt, s->off + seq_dist(s->seq, u->mark),
			     &u->octet, 1);
		u->state = TCP_URG_VALID;
		tcp_event(c, WAIT_PRI | WAIT_IN);
	}
}

long tcp_recv_urgent(struct tcp_conn *c, void *buf, size_t len,
		     unsigned int flags)
{
	struct tcp_urg *u = urg_of(c);
	bool is_over = c->end.state == TCPS_CLOSED;

	if (is_inline(c) || !u || u->state == TCP_URG_NONE ||
	    u->state == TCP_URG_FETCHED)
		return -EINVAL;
	if (u->state == TCP_URG_NOTYET)
		return is_over || c->flags & TCPF_FIN_RCVD ? 0 : -EAGAIN;
	if (!(flags & TCP_RECV_PEEK))
		u->state = TCP_URG_FETCHED;
	if (!len)
		return 0;
	if (buf)
		*(uint8_t *)buf = u->octet;
	return 1;
}

/* WAIT_PRI, as long as there is an octet to fetch. */
uint32_t tcp_urg_poll(const struct tcp_conn *c)
{
	const struct tcp_urg *u = urg_of(c);

	return u && u->state == TCP_URG_VALID ? WAIT_PRI : 0;
}

/* What was queued last is urgent (RFC 9293, 3.10.2: SND.UP). */
void tcp_urg_send(struct tcp_conn *c)
{
	c->active->urg.up = c->active->snd.end;
}

/* The URG bit and pointer of a segment from @seq on; one that lies too far
 * ahead for sixteen bits is announced as far as they reach. */
void tcp_urg_put(const struct tcp_conn *c, seq32 seq, struct tcp_hdr *h)
{
	seq32 up = c->active->urg.up;

	if (!tcp_urg_is_sending(c) || !seq_lt(seq, up))
		return;
	h->urp = (uint16_t)min_u32(seq_dist(seq, up), 65535);
	h->flags |= TCP_URG;
}
