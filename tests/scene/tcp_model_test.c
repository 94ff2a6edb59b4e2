// SPDX-License-Identifier: MIT
/*
 * tcp_model_test.c - every kind of segment in every state, against the RFC
 *
 * Theory of operation
 * ===================
 * A cell is a state, the eight flags, a class of sequence number, a class of
 * acknowledgement and a size: 11 x 256 x 7 x 5 x 3 = 295,680.  For each cell a
 * connection is brought into the state by segments, one segment of that kind
 * is said, and what follows (state, answer, octets delivered) is compared with
 * a model.
 *
 * The model is RFC 9293, 3.10.7, written a second time, from its text and in
 * its order, knowing nothing of the implementation.  What it takes from other
 * documents is marked: RFC 5961 (challenges), RFC 1337 (resets in TIME-WAIT),
 * RFC 6191 (SYN in TIME-WAIT).  Where we do something else it says OURS.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcppeer.h"

enum { FLAGS = 256, SEQS = 7, ACKS = 5, SIZES = 3 };

static const uint32_t sizes[SIZES] = {0, 1, 100};

enum answer { NONE, ACK, RST, SYN_ACK };

/* What is known before the segment comes; numbers as in tcppeer.h. */
struct before {
	enum tcp_state state;
	uint32_t snd_una, snd_nxt, rcv_nxt, edge;
};

struct after {
	enum tcp_state state;
	enum answer answer;
	uint32_t delivered;
};

/* The model */

static bool is_in(uint32_t seq, uint32_t from, uint32_t to)
{
	return seq - from < to - from;
}

static bool is_less(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static uint32_t seg_len(const struct seg *s)
{
	return (uint32_t)s->len + !!(s->flags & TCP_SYN) +
	       !!(s->flags & TCP_FIN);
}

static bool is_acceptable(const struct before *b, const struct seg *s)
{
	uint32_t len = seg_len(s);

	return is_in(s->seq, b->rcv_nxt, b->edge) ||
	       (len && is_in(s->seq + len - 1, b->rcv_nxt, b->edge));
}

/* Seventh and eighth: text and FIN, in states that still receive. */
static void text_and_fin(const struct before *b, const struct seg *s,
			 struct after *a, bool fin_acked)
{
	uint32_t end = s->seq + (uint32_t)s->len, next = b->rcv_nxt;
	bool fin = s->flags & TCP_FIN && is_less(end, b->edge);

	if (s->len && is_less(b->edge, end)) {
		end = b->edge;
		a->answer = ACK; /* OURS: who sends too much hears at once */
	}
	if (s->len && !is_less(next, s->seq) && is_less(next, end)) {
		a->delivered = end - next;
		next = end;
	} else if (s->len && is_less(next, s->seq)) {
		a->answer = ACK; /* RFC 5681, 4.2 */
	}
	if (!fin)
		return;
	a->answer = ACK;
	if (end != next)
		return; /* it waits for what is missing */
	if (a->state == TCPS_ESTABLISHED)
		a->state = TCPS_CLOSE_WAIT;
	else if (a->state == TCPS_FIN_WAIT_1)
		a->state = fin_acked ? TCPS_TIME_WAIT : TCPS_CLOSING;
	else
		a->state = TCPS_TIME_WAIT;
}

static void in_closed(const struct seg *s, struct after *a)
{
	a->answer = s->flags & TCP_RST ? NONE : RST;
}

static void in_listen(const struct seg *s, struct after *a)
{
	if (s->flags & TCP_RST)
		return;
	if (s->flags & TCP_ACK) {
		a->answer = RST;
	} else if (s->flags & TCP_SYN) {
		a->answer = SYN_ACK;
		a->state = TCPS_SYN_RCVD;
	}
}

static void in_syn_sent(const struct before *b, const struct seg *s,
			struct after *a)
{
	struct before opened = *b;
	struct seg rest = *s;
	bool good = s->flags & TCP_ACK && s->ack == 1;

	if (s->flags & TCP_ACK && !good) {
		a->answer = s->flags & TCP_RST ? NONE : RST;
		return;
	}
	if (s->flags & TCP_RST) {
		a->state = good ? TCPS_CLOSED : a->state;
		return;
	}
	if (!(s->flags & TCP_SYN))
		return;
	a->answer = good ? ACK : SYN_ACK;
	a->state = good ? TCPS_ESTABLISHED : TCPS_SYN_RCVD;
	if (!good)
		return;
	opened.rcv_nxt = rest.seq = s->seq + 1;
	opened.edge = opened.rcv_nxt + 65535;
	text_and_fin(&opened, &rest, a, false);
}

static void in_syn_rcvd(const struct before *b, const struct seg *s,
			struct after *a)
{
	const uint16_t syn = TCP_SYN | TCP_ACK | TCP_RST;

	if (!is_acceptable(b, s)) {
		a->answer = s->flags & TCP_RST ? NONE : ACK;
		if ((s->flags & syn) == TCP_SYN && s->seq == b->rcv_nxt - 1)
			a->answer = SYN_ACK; /* OURS: ours was lost */
	} else if (s->flags & TCP_RST) {
		a->state = s->seq == b->rcv_nxt ? TCPS_CLOSED : a->state;
		a->answer = s->seq == b->rcv_nxt ? NONE : ACK;
	} else if (s->flags & TCP_SYN) {
		a->state = TCPS_CLOSED; /* back to LISTEN */
	} else if (s->flags & TCP_ACK && s->ack != b->snd_nxt) {
		a->answer = RST;
	} else if (s->flags & TCP_ACK) {
		a->state = TCPS_ESTABLISHED;
		text_and_fin(b, s, a, false);
	}
}

static void in_time_wait(const struct before *b, const struct seg *s,
			 struct after *a)
{
	const uint16_t syn = TCP_SYN | TCP_ACK | TCP_RST;

	if ((s->flags & syn) == TCP_SYN && is_less(b->rcv_nxt, s->seq)) {
		a->state = TCPS_SYN_RCVD; /* RFC 6191 */
		a->answer = SYN_ACK;
	} else if (s->flags & TCP_RST) {
		a->answer = NONE; /* RFC 1337 */
	} else if (!is_acceptable(b, s) || s->flags & TCP_SYN) {
		a->answer = ACK;
	} else if (s->flags & TCP_ACK && seg_len(s)) {
		a->answer = ACK;
	}
}

static void in_synchronized(const struct before *b, const struct seg *s,
			    struct after *a)
{
	bool fin_acked = s->ack == b->snd_nxt;

	if (!is_acceptable(b, s)) {
		a->answer = s->flags & TCP_RST ? NONE : ACK;
		return;
	}
	if (s->flags & TCP_RST) { /* RFC 5961, 3.2 */
		a->state = s->seq == b->rcv_nxt ? TCPS_CLOSED : a->state;
		a->answer = s->seq == b->rcv_nxt ? NONE : ACK;
		return;
	}
	if (s->flags & TCP_SYN) { /* RFC 5961, 4.2 */
		a->answer = ACK;
		return;
	}
	if (!(s->flags & TCP_ACK))
		return;
	if (is_less(b->snd_nxt, s->ack) ||
	    is_less(s->ack, b->snd_una - 65535)) { /* RFC 5961, 5.2 */
		a->answer = ACK;
		return;
	}
	if (b->state == TCPS_FIN_WAIT_1 && fin_acked)
		a->state = TCPS_FIN_WAIT_2;
	if (b->state == TCPS_CLOSING && fin_acked)
		a->state = TCPS_TIME_WAIT;
	if (b->state == TCPS_LAST_ACK && fin_acked)
		a->state = TCPS_CLOSED;
	if (a->state == TCPS_ESTABLISHED || a->state == TCPS_FIN_WAIT_1 ||
	    a->state == TCPS_FIN_WAIT_2)
		text_and_fin(b, s, a, fin_acked);
}

static struct after model(const struct before *b, const struct seg *s)
{
	struct after a = {.state = b->state};

	if (b->state == TCPS_CLOSED)
		in_closed(s, &a);
	else if (b->state == TCPS_LISTEN)
		in_listen(s, &a);
	else if (b->state == TCPS_SYN_SENT)
		in_syn_sent(b, s, &a);
	else if (b->state == TCPS_SYN_RCVD)
		in_syn_rcvd(b, s, &a);
	else if (b->state == TCPS_TIME_WAIT)
		in_time_wait(b, s, &a);
	else
		in_synchronized(b, s, &a);
	return a;
}

/* The real one */

#define FIN_ACK (TCP_FIN | TCP_ACK)

/* The peer closes; returns with its FIN acknowledged. */
static void peer_fin(struct peer *p, uint32_t ack)
{
	SAY(p, .flags = FIN_ACK, .seq = 1, .ack = ack);
	assert_int_equal(peer_take(p), 0);
}

static void we_fin(struct peer *p)
{
	assert_int_equal(tcp_shutdown_send(p->conn), 0);
	assert_int_equal(peer_take(p), 0);
	assert_true(p->heard.flags & TCP_FIN);
}

static void bring(struct peer *p, enum tcp_state state)
{
	/* The octet that an urgent pointer names is counted with the rest. */
	if (p->listener)
		tcp_set_oob_inline(p->listener, true);
	if (state == TCPS_SYN_SENT) {
		peer_call(p);
		tcp_set_oob_inline(p->conn, true);
		return;
	}
	if (state == TCPS_SYN_RCVD) {
		SAY(p, .flags = TCP_SYN);
		HEAR(p, .flags = TCP_SYN | TCP_ACK, .ack = 1);
	}
	if (state <= TCPS_SYN_RCVD)
		return;
	peer_opens(p);
	p->sent = 0;
	if (state == TCPS_ESTABLISHED) {
		peer_app_send(p, 100);
		assert_int_equal(peer_take(p), 100);
	}
	if (state == TCPS_CLOSE_WAIT || state == TCPS_LAST_ACK)
		peer_fin(p, 1);
	if (state == TCPS_FIN_WAIT_1 || state == TCPS_FIN_WAIT_2 ||
	    state == TCPS_CLOSING || state == TCPS_LAST_ACK ||
	    state == TCPS_TIME_WAIT)
		we_fin(p);
	if (state == TCPS_FIN_WAIT_2)
		SAY(p, .flags = TCP_ACK, .seq = 1, .ack = 2);
	if (state == TCPS_CLOSING)
		peer_fin(p, 1);
	if (state == TCPS_TIME_WAIT)
		peer_fin(p, 2);
}

static struct before describe(const struct peer *p, enum tcp_state state)
{
	struct before b = {.state = state, .snd_una = 1, .snd_nxt = 1};

	if (state <= TCPS_LISTEN)
		return (struct before){.state = state, .edge = 65535};
	b.rcv_nxt = p->heard.ack.v - p->iss;
	b.edge = b.rcv_nxt + p->heard.win;
	if (state == TCPS_SYN_SENT || state == TCPS_SYN_RCVD)
		b.snd_una = 0;
	if (state == TCPS_SYN_SENT) {
		b.rcv_nxt = 0;
		b.edge = 65535;
	}
	if (state == TCPS_ESTABLISHED)
		b.snd_nxt = 101;
	if (state == TCPS_FIN_WAIT_1 || state == TCPS_CLOSING ||
	    state == TCPS_LAST_ACK)
		b.snd_nxt = 2;
	if (state == TCPS_FIN_WAIT_2 || state == TCPS_TIME_WAIT)
		b.snd_una = b.snd_nxt = 2;
	return b;
}

struct lookup {
	struct peer *p;
	enum tcp_state state;
};

static void look(void *arg, const struct tcp_info *info)
{
	struct lookup *l = arg;

	if (info->state != TCPS_LISTEN && info->remote.port == l->p->port)
		l->state = info->state;
}

static enum tcp_state state_now(struct peer *p)
{
	struct lookup l = {.p = p, .state = TCPS_CLOSED};

	if (p->conn)
		return tcp_state(p->conn);
	tcp_for_each(p->stack, look, &l);
	return l.state;
}

static enum answer hear_answer(struct peer *p, const struct seg *s)
{
	const uint16_t kind = TCP_SYN | TCP_RST | TCP_FIN;

	if (peer_take(p) < 0)
		return NONE;
	if ((p->heard.flags & kind) == TCP_RST) {
		if (s->flags & TCP_ACK)
			assert_int_equal(p->heard.seq.v - p->irs, s->ack);
		else
			assert_int_equal(p->heard.ack.v - p->iss,
					 s->seq + seg_len(s));
		return RST;
	}
	assert_true(p->heard.flags & TCP_ACK);
	return p->heard.flags & TCP_SYN ? SYN_ACK : ACK;
}

static struct after observe(struct peer *p, const struct seg *s)
{
	struct after a = {0};
	long n;

	a.answer = hear_answer(p, s);
	assert_true(peer_take(p) < 0); /* one answer is enough */
	a.state = state_now(p);
	if (!p->conn && p->listener)
		p->conn = tcp_accept(p->listener);
	if (p->conn && (n = tcp_recv(p->conn, NULL, 1000, 0)) > 0)
		a.delivered = (uint32_t)n;
	return a;
}

static void compare(const struct before *b, const struct seg *s,
		    const struct after *want, const struct after *got)
{
	if (want->state == got->state && want->answer == got->answer &&
	    want->delivered == got->delivered)
		return;
	fail_msg("%s, flags %#x, seq %d, ack %d, len %zu: state %s answer %d "
		 "delivered %u, but the RFC says %s %d %u",
		 tcp_state_name(b->state), s->flags, (int)(s->seq - b->rcv_nxt),
		 (int)(s->ack - b->snd_una), s->len, tcp_state_name(got->state),
		 got->answer, got->delivered, tcp_state_name(want->state),
		 want->answer, want->delivered);
}

/* Let go of what the cell left, without a word to anybody. */
static void clean_up(struct peer *p, const struct seg *s)
{
	if (p->conn)
		tcp_abort(p->conn);
	p->conn = NULL;
	/* Half-open ones, by the first SYN or by this one: */
	SAY(p, .flags = TCP_RST, .seq = 1);
	SAY(p, .flags = TCP_RST, .seq = s->seq + 1);
	testnet_forget(p->netif);
}

static void cell(struct peer *p, enum tcp_state state, uint16_t flags,
		 unsigned int seq, unsigned int ack, uint32_t size)
{
	uint64_t drops;
	struct before b;
	struct after want, got;

	p->port++;
	bring(p, state);
	b = describe(p, state);
	const uint32_t seqs[SEQS] = {
		b.rcv_nxt - 1000,      b.rcv_nxt - 1, b.rcv_nxt,
		b.rcv_nxt + 1,	       b.edge - 1,    b.edge,
		b.rcv_nxt + 0x80000000};
	const uint32_t acks[ACKS] = {b.snd_una - 0x40000000, b.snd_una - 100,
				     b.snd_una, b.snd_nxt, b.snd_nxt + 1};
	struct seg s = {flags, seqs[seq], acks[ack], size, 0};

	drops = testnet_drops_all(p->net, 0);
	want = model(&b, &s);
	peer_say(p, s);
	if (state == TCPS_TIME_WAIT) {
		tcp_close(p->conn);
		p->conn = NULL;
	}
	got = observe(p, &s);
	if (b.state == TCPS_LISTEN && got.state == TCPS_CLOSED)
		got.state = TCPS_LISTEN;
	compare(&b, &s, &want, &got);
	/* What is refused has one name, what is taken has none. */
	drops = testnet_drops_all(p->net, 0) - drops;
	assert_true(drops <= 1);
	if (want.answer == RST)
		assert_int_equal(drops, 1);
	if (want.delivered || want.state == TCPS_TIME_WAIT)
		assert_true(drops == 0 || state == TCPS_TIME_WAIT);
	clean_up(p, &s);
}

static uint64_t cells(enum tcp_state state, unsigned int seq)
{
	struct peer p;
	unsigned int flags, ack, size;
	uint64_t n = 0;

	peer_init(&p);
	if (state != TCPS_CLOSED && state != TCPS_SYN_SENT)
		peer_listen(&p, 5);
	for (flags = 0; flags < FLAGS; flags++)
		for (ack = 0; ack < ACKS; ack++)
			for (size = 0; size < SIZES; size++, n++)
				cell(&p, state, (uint16_t)flags, seq, ack,
				     sizes[size]);
	peer_fini(&p);
	return n;
}

static void every_cell_is_as_the_rfc_says(void **state)
{
	unsigned int s, seq;
	uint64_t n = 0;

	(void)state;
	for (s = 0; s < TCPS_NSTATES; s++)
		for (seq = 0; seq < SEQS; seq++)
			n += cells((enum tcp_state)s, seq);
	print_message("# %u cells\n", (unsigned int)n);
	assert_int_equal(n, 295680);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_as_the_rfc_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
