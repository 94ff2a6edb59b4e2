// SPDX-License-Identifier: MIT
/*
 * tcp_user.c - the user calls: SEND, RECEIVE, CLOSE, ABORT, STATUS
 *
 * Theory of operation
 * ===================
 * A call does what it can at once and returns; what it cannot do it refuses
 * with -EAGAIN, and an event tells when to come again.  The order in which a
 * pending error, the end of the stream and waiting data are reported is that
 * of Linux, because programs depend on it: data first, then the end, then the
 * error.
 *
 * OPEN is in tcp_user_open.c.
 *
 * Sources: RFC 9293, 3.10.2 to 3.10.6.
 */

#include <errno.h>

#include "base/small.h"

#include "tcp/tcp_foreign.h"
#include "tcp/tcp_int.h"

int tcp_error(struct tcp_conn *c)
{
	int err = c->error;

	c->error = 0;
	return -err;
}

/* Octets that were queued and never sent. */
static uint32_t not_sent(const struct tcp_conn *c)
{
	int32_t n = 0;

	if (LIKELY(c->end.state != TCPS_LISTEN) && LIKELY(c->active))
		n = seq_diff(c->snd_nxt, c->active->snd.end);
	return n > 0 ? (uint32_t)n : 0;
}

/* Room to write again?  As Linux: when a third is free, and little enough
 * waits to be sent at all (TCP_NOTSENT_LOWAT). */
static bool has_room(const struct tcp_conn *c)
{
	uint32_t used = c->active ? tcp_queue_len(&c->active->snd) : 0;

	return used < c->sndbuf && c->sndbuf - used >= used / 2 &&
	       2ULL * not_sent(c) < tcp_notsent_lowat(c);
}

void tcp_writable(struct tcp_conn *c)
{
	if (!(c->flags & TCPF_WANT_OUT))
		return;
	if (TCP_STATE_IN(c, TCP_SENDS) && tcp_flight(c) < c->cwnd)
		tcp_tune_sndbuf(c);
	if (!has_room(c))
		return;
	c->flags &= ~(uint32_t)TCPF_WANT_OUT;
	tcp_event(c, WAIT_OUT);
}

/* May the user send now?  0 or -errno. */
static __attribute__((noinline)) int may_send_far(struct tcp_conn *c)
{
	if (c->error)
		return tcp_error(c);
	if (c->flags & TCPF_SND_CLOSED)
		return -EPIPE;
	if (TCP_STATE_IN(c, TCP_IN(SYN_SENT) | TCP_IN(SYN_RCVD)) &&
	    !tcp_is_fast(c)) {
		c->flags |= TCPF_WANT_OUT;
		return -EAGAIN;
	}
	if (!TCP_STATE_IN(c, TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT)) &&
	    !tcp_is_fast(c))
		return -EPIPE;
	return tcp_activate(c) ? 0 : -ENOMEM;
}

static inline int may_send(struct tcp_conn *c)
{
	if (LIKELY(c->end.state == TCPS_ESTABLISHED && c->active && !c->error &&
		   !(c->flags & TCPF_SND_CLOSED)))
		return 0;
	return may_send_far(c);
}

static inline uint32_t send_room(const struct tcp_conn *c)
{
	uint32_t used = tcp_queue_len(&c->active->snd), waits = not_sent(c);
	uint32_t lowat = tcp_notsent_lowat(c), room;

	room = LIKELY(used < c->sndbuf) ? c->sndbuf - used : 0;
	if (UNLIKELY(waits >= lowat))
		return 0;
	return min_u32(room, max_u32(lowat - waits, c->mss));
}

size_t tcp_send_room(struct tcp_conn *c)
{
	uint32_t room;

	if (!TCP_STATE_IN(c, TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT)) ||
	    c->flags & TCPF_SND_CLOSED || !tcp_activate(c))
		return 0;
	room = send_room(c);
	if (!room)
		c->flags |= TCPF_WANT_OUT;
	tcp_settle(c);
	return room;
}

static inline long sent(struct tcp_conn *c, size_t len, size_t taken,
			unsigned int flags)
{
	if (UNLIKELY(taken < len))
		c->flags |= TCPF_WANT_OUT;
	if (UNLIKELY(flags & TCP_SEND_URGENT))
		tcp_urg_send(c);
	/* "More" concerns this call; an ACK releases what it held back. */
	if (UNLIKELY(flags & TCP_SEND_MORE))
		c->flags |= TCPF_MORE;
	if (!HAS_SHORT_WAYS || UNLIKELY(!tcp_fast_output(c)))
		tcp_output_far(c);
	c->flags &= ~(uint32_t)TCPF_MORE;
	tcp_settle_open(c);
	return (long)taken;
}

HOT long tcp_send(struct tcp_conn *c, const void *buf, size_t len,
		  unsigned int flags)
{
	size_t n, room;
	int err;

	if (c->tcp->last != &c->end)
		tcp_conn_fetch(c);
	err = may_send(c);
	if (UNLIKELY(err))
		return err;
	room = send_room(c);
	n = tcp_queue_append(&c->active->snd, buf, min_size(len, room));
	if (UNLIKELY(!n) && len) {
		c->flags |= TCPF_WANT_OUT;
		tcp_settle(c);
		return room ? -ENOMEM : -EAGAIN;
	}
	return sent(c, len, n, flags);
}

long tcp_send_block(struct tcp_conn *c, struct block *blk, size_t off,
		    size_t len, unsigned int flags)
{
	int err = may_send(c);
	size_t n;

	if (err)
		return err;
	n = min_size(len, send_room(c));
	if (n)
		err = tcp_queue_append_ref(&c->active->snd, blk, off, n);
	else if (len)
		err = -EAGAIN;
	if (err) {
		c->flags |= TCPF_WANT_OUT;
		tcp_settle(c);
		return err;
	}
	return sent(c, len, n, flags);
}

static struct tcp_queue *received(const struct tcp_conn *c)
{
	if (c->end.state == TCPS_LISTEN || !c->active ||
	    !tcp_queue_len(&c->active->rcv))
		return NULL;
	return &c->active->rcv;
}

/* Nothing is there to read: what does that mean? */
static long why_nothing(struct tcp_conn *c)
{
	if (c->end.state == TCPS_LISTEN)
		return -ENOTCONN;
	if (c->flags & TCPF_FIN_RCVD)
		return 0;
	if (c->error)
		return tcp_error(c);
	if (c->flags & TCPF_RCV_CLOSED)
		return 0;
	return c->end.state == TCPS_CLOSED ? -ENOTCONN : -EAGAIN;
}

void tcp_recv_done(struct tcp_conn *c, size_t n)
{
	if (!n)
		return;
	tcp_urg_read(c, n);
	tcp_tune_read(c);
	tcp_rcv_window_update(c);
	tcp_settle(c);
}

long tcp_peek(struct tcp_conn *c, size_t off, void *buf, size_t len)
{
	const struct tcp_queue *q = received(c);
	uint32_t n = q ? tcp_urg_readable(c) : 0;
	seq32 at;

	if (off >= n)
		return why_nothing(c);
	at = seq_add(tcp_urg_start(c), (uint32_t)off);
	n = tcp_urg_limit(c, at, (uint32_t)min_size(len, n - off));
	if (buf)
		tcp_queue_copy(q, at, buf, n);
	return (long)n;
}

/* Octets were read: is nobody to be told, neither the peer, of a window or by
 * an ACK, nor the user?  And is there a timer, so that the busy part stays? */
static bool has_no_news(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	bool is_owed = a->due[TCP_T_DELACK].at_ns;

	if (UNLIKELY(a->ack_now || a->events) ||
	    UNLIKELY(c->flags & TCPF_RCV_CLOSED) ||
	    UNLIKELY(2 * tcp_rcv_wnd(c) <= tcp_full_space(c)) ||
	    (is_owed && UNLIKELY(tcp_delack_read(c))))
		return false;
	return LIKELY(timer_is_armed(&a->timer)) &&
	       (is_owed || LIKELY(a->due[TCP_T_SEND].at_ns));
}

/* The usual read.  Returns octets; 0: it is not usual. */
static size_t recv_plain(struct tcp_conn *c, void *buf, size_t len)
{
	struct tcp_queue *q;
	size_t n;

	if (UNLIKELY(c->end.state != TCPS_ESTABLISHED) ||
	    UNLIKELY(!c->active) ||
	    UNLIKELY(c->active->urg.state != TCP_URG_NONE) ||
	    UNLIKELY(c->tcp->is_slow))
		return 0;
	q = &c->active->rcv;
	n = min_size(len, tcp_queue_len(q));
	if (!n)
		return 0;
	tcp_queue_take(q, buf, n);
	tcp_tune_read(c);
	if (UNLIKELY(!has_no_news(c))) {
		tcp_rcv_window_update(c);
		tcp_settle_open(c);
	}
	return n;
}

HOT long tcp_recv(struct tcp_conn *c, void *buf, size_t len, unsigned int flags)
{
	long n;

	if (UNLIKELY(!len))
		return 0;
	if (LIKELY(!flags) && LIKELY((n = (long)recv_plain(c, buf, len))))
		return n;
	n = tcp_peek(c, 0, buf, len);
	if (flags & TCP_RECV_PEEK)
		return n;
	if (n > 0)
		tcp_recv_done(c, (size_t)n);
	else if (n == -EAGAIN && received(c))
		tcp_urg_read(c, 0); /* only an octet out of line was there */
	return n;
}

long tcp_recv_lend(struct tcp_conn *c, struct tcp_lent *lent, size_t max)
{
	const struct tcp_queue *q = received(c);
	uint32_t left = q ? tcp_urg_readable(c) : 0;
	seq32 seq;
	size_t i;

	if (!left)
		return why_nothing(c);
	seq = tcp_urg_start(c);
	left = tcp_urg_limit(c, seq, left);
	for (i = 0; i < max && left; i++) {
		lent[i].len = min_size(left, tcp_queue_run(q, seq, &lent[i].blk,
							   &lent[i].off));
		seq = seq_add(seq, (uint32_t)lent[i].len);
		left -= (uint32_t)lent[i].len;
	}
	return (long)i;
}

/* CLOSE of RFC 9293, 3.10.4, as far as the peer is concerned. */
static void send_fin(struct tcp_conn *c)
{
	c->flags |= TCPF_SND_CLOSED;
	c->flags &= ~(uint32_t)(TCPF_MORE | TCPF_CORK);
	if (c->end.state == TCPS_ESTABLISHED)
		tcp_set_state(c, TCPS_FIN_WAIT_1);
	else if (c->end.state == TCPS_CLOSE_WAIT)
		tcp_set_state(c, TCPS_LAST_ACK);
	/* SYN-RECEIVED: tcp_established() goes on from here. */
	if (!HAS_SHORT_WAYS || !tcp_fast_fin(c))
		tcp_output(c);
}

int tcp_shutdown_send(struct tcp_conn *c)
{
	const uint32_t open =
		TCP_IN(SYN_RCVD) | TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT);

	if (TCP_STATE_IN(c, TCP_IN(CLOSED) | TCP_IN(LISTEN)))
		return -ENOTCONN;
	if (!tcp_activate(c))
		return -ENOMEM;
	if (c->end.state == TCPS_SYN_SENT)
		tcp_conn_closed(c, 0);
	else if (TCP_STATE_IN(c, open) && !(c->flags & TCPF_SND_CLOSED))
		send_fin(c);
	tcp_event(c, WAIT_OUT);
	tcp_settle(c);
	return 0;
}

int tcp_shutdown_recv(struct tcp_conn *c)
{
	if (TCP_STATE_IN(c, TCP_IN(CLOSED) | TCP_IN(LISTEN)))
		return -ENOTCONN;
	c->flags |= TCPF_RCV_CLOSED;
	if (!tcp_activate(c))
		return -ENOMEM;
	tcp_event(c, WAIT_IN | WAIT_RDHUP);
	tcp_settle(c);
	return 0;
}

/* Nobody looks any more; the connection finishes by itself, but not for ever. */
static void orphan(struct tcp_conn *c)
{
	struct tcp_stack *tcp = c->tcp;

	c->user = NULL;
	c->flags |= TCPF_ORPHAN;
	tcp->orphan_count++;
	if (!tcp_activate(c)) {
		tcp_set_state(c, TCPS_CLOSED);
		tcp_conn_free(c);
		return;
	}
	tcp_queue_fini(&c->active->rcv);
	if (tcp->orphan_count > tcp->knobs.max_orphans)
		tcp_conn_reset(c, R_TCP_RST_ABORT);
	if (TCP_STATE_IN(c, TCP_IN(ESTABLISHED) | TCP_IN(CLOSE_WAIT) |
				    TCP_IN(SYN_RCVD)) &&
	    !(c->flags & TCPF_SND_CLOSED))
		send_fin(c);
	if (c->end.state == TCPS_FIN_WAIT_2)
		tcp_fin_wait_2(c);
	tcp_settle(c);
}

void tcp_fin_wait_2(struct tcp_conn *c)
{
	uint64_t limit = tcp_fin_wait_2_ns(c);

	if (!(c->flags & TCPF_ORPHAN))
		return;
	if (limit)
		tcp_timer_set_in(c, TCP_T_KEEP, limit);
	else
		tcp_conn_reset(c, R_TCP_RST_ABORT);
}

/* RST, if the peer might still believe in the connection, and CLOSED. */
void tcp_conn_reset(struct tcp_conn *c, enum reason why)
{
	const uint32_t told = TCP_IN(SYN_RCVD) | TCP_IN(ESTABLISHED) |
			      TCP_IN(FIN_WAIT_1) | TCP_IN(FIN_WAIT_2) |
			      TCP_IN(CLOSE_WAIT);

	if (TCP_STATE_IN(c, told))
		tcp_out_rst(c, why);
	tcp_conn_closed(c, 0);
}

static void reset_and_free(struct tcp_conn *c, enum reason why)
{
	if (c->end.state == TCPS_LISTEN)
		tcp_listen_end(c);
	else if (c->end.state != TCPS_TIME_WAIT)
		tcp_conn_reset(c, why);
	tcp_conn_free(c);
}

void tcp_close(struct tcp_conn *c)
{
	c->user = NULL;
	if (TCP_STATE_IN(c, TCP_IN(CLOSED) | TCP_IN(LISTEN) | TCP_IN(SYN_SENT) |
				    TCP_IN(TIME_WAIT)))
		reset_and_free(c, R_TCP_RST_ABORT);
	else if (c->flags & TCPF_LINGER && !tcp_extra(c)->linger_s)
		reset_and_free(c, R_TCP_RST_ABORT);
	else if (received(c))
		reset_and_free(c, R_TCP_RST_DATA_LOST);
	else
		orphan(c);
}

void tcp_abort(struct tcp_conn *c)
{
	c->user = NULL;
	reset_and_free(c, R_TCP_RST_ABORT);
}

enum tcp_state tcp_state(const struct tcp_conn *c)
{
	return (enum tcp_state)c->end.state;
}

/* SO_RCVLOWAT: so many octets; fewer if no more can come. */
static bool is_readable(const struct tcp_conn *c)
{
	uint32_t n = received(c) ? tcp_urg_readable(c) : 0;

	if (!n)
		return false;
	return n >= tcp_rcvlowat(c) || tcp_rcv_wnd(c) <= c->rcv_mss;
}

uint32_t tcp_inq(const struct tcp_conn *c)
{
	return received(c) ? tcp_urg_inq(c) : 0;
}

uint32_t tcp_outq(const struct tcp_conn *c)
{
	const uint32_t none = TCP_IN(LISTEN) | TCP_IN(SYN_SENT) |
			      TCP_IN(SYN_RCVD) | TCP_IN(CLOSED);

	if (TCP_STATE_IN(c, none) || !c->active)
		return 0;
	/* A FIN counts as an octet until it is acknowledged. */
	return tcp_queue_len(&c->active->snd) +
	       (c->flags & TCPF_SND_CLOSED && !tcp_fin_is_acked(c));
}

uint32_t tcp_outq_not_sent(const struct tcp_conn *c)
{
	return tcp_outq(c) ? not_sent(c) : 0;
}

uint32_t tcp_poll(struct tcp_conn *c)
{
	const uint32_t opening = TCP_IN(SYN_SENT) | TCP_IN(SYN_RCVD);
	uint32_t events = c->error ? WAIT_ERR : 0;
	bool is_read, is_written;

	if (c->end.state == TCPS_LISTEN)
		return list_is_empty(&c->listen->ready) ? 0 : WAIT_IN;
	is_read = c->flags & (TCPF_FIN_RCVD | TCPF_RCV_CLOSED);
	is_written = c->flags & TCPF_SND_CLOSED;
	if ((is_read && is_written) ||
	    TCP_STATE_IN(c, TCP_IN(CLOSED) | TCP_IN(TIME_WAIT)))
		events |= WAIT_HUP;
	if (is_read)
		events |= WAIT_IN | WAIT_RDHUP;
	if (TCP_STATE_IN(c, opening) && !tcp_is_fast(c))
		return events;
	if (is_readable(c))
		events |= WAIT_IN;
	events |= tcp_urg_poll(c);
	if (is_written || has_room(c))
		events |= WAIT_OUT;
	else
		c->flags |= TCPF_WANT_OUT; /* who asks wants to be told */
	return events;
}

struct endpoint tcp_local(const struct tcp_conn *c)
{
	return (struct endpoint){c->end.t.laddr, c->end.t.lport};
}

struct endpoint tcp_remote(const struct tcp_conn *c)
{
	return (struct endpoint){c->end.t.raddr, c->end.t.rport};
}
