// SPDX-License-Identifier: MIT
/*
 * tcp_fastopen.c - data in the SYN (RFC 7413)
 *
 * Theory of operation
 * ===================
 * A request need not wait for the handshake if the server has met the client
 * before.  At the first meeting the client's SYN asks for a cookie and the
 * SYN-ACK brings one; later SYNs carry it, and data:
 *
 *	client                                              server
 *	SYN, fast open (asks)            -->
 *	                                 <--  SYN-ACK, fast open cookie
 *	...
 *	SYN, fast open cookie, request   -->  connection; accept(), read
 *	                                 <--  SYN-ACK of SYN and request
 *	                                 <--  answer, without waiting
 *	ACK of SYN and answer            -->
 *
 * The cookie proves that the client once received a packet at this address: a
 * keyed hash of it.  Its key changes each KEY_LIFE_S, and the one before is
 * good too; who brings that gets a new one (RFC 7413, 4.1.2).
 *
 * What can go wrong costs a round trip, never data (RFC 7413, 4.2): a server
 * that does not take the data acknowledges the SYN alone, and the data follows
 * as usual.  A SYN that is repeated has neither data nor option.  A SYN that
 * the network delivers twice may open two connections: whoever turns this on
 * says that his requests bear it.
 *
 * Until its ACK comes such a connection is in SYN-RECEIVED with TCPF_FASTOPEN:
 * its user may read and write, and what he writes is sent.
 *
 * Limits
 * ------
 * A listener has at most fastopen_max connections that are not proven; beyond
 * that a SYN is treated as usual (RFC 7413, 5.1).
 */

#include <string.h>

#include "tcp/tcp_int.h"

enum {
	/* of knobs.fastopen, as on Linux */
	CLIENT = 0x1,
	SERVER = 0x2,
	CLIENT_NO_COOKIE = 0x4,
	SERVER_NO_COOKIE = 0x200,

	COOKIE_LEN = 8,
	KEY_LIFE_S = 24 * 3600,
};

static void note(struct tcp_conn *c, enum reason why, uint32_t octets)
{
	struct endpoint remote = tcp_remote(c);

	PROBE_CAUSE(&c->tcp->stack->place, EV_NOTE, why, NULL,
		    EVF_EP("remote", &remote), EVF_NUM("octets", octets));
}

/*
 * The client
 */

/* Octets of a SYN's payload: it carries all options there are. */
static uint32_t syn_room(const struct tcp_conn *c, const struct tcp_tfo_peer *p)
{
	uint32_t mss = tcp_mss_limit(c->tcp, c->end.t.raddr);

	mss = min_u32(mss, p && p->mss ? p->mss : TCP_MSS_DEFAULT);
	return mss > TCP_OPTS_MAX ? mss - TCP_OPTS_MAX : 0;
}

/* The user wants it.  Takes data only if it may go with the SYN. */
void tcp_fastopen_begin(struct tcp_conn *c, struct tcp_first *first)
{
	struct tcp_active *a = c->active;
	const struct tcp_tfo_peer *p;
	uint32_t mode = c->tcp->knobs.fastopen;

	a->tfo = (struct tcp_tfo){0};
	if (!first || !(mode & CLIENT))
		return;
	p = tcp_tfo_peer(c->tcp, c->end.t.raddr);
	a->tfo.asks = !p || tcp_tfo_may_try(c->tcp, p);
	if (!a->tfo.asks || (!p && !(mode & CLIENT_NO_COOKIE)))
		return;
	first->taken = tcp_queue_append(&a->snd, first->buf,
					min_size(first->len, syn_room(c, p)));
	a->tfo.syn_len = (uint32_t)first->taken;
}

/* The option of a SYN, and how many octets go with it. */
uint32_t tcp_fastopen_put(const struct tcp_conn *c, struct tcp_opts *o)
{
	const struct tcp_active *a = c->active;
	const struct tcp_tfo_peer *p;

	if (c->end.state == TCPS_SYN_RCVD) {
		if (a->tfo.gives)
			tcp_fastopen_cookie(c->tcp, c->end.t.raddr, o);
		return 0;
	}
	if (!a->tfo.asks || a->tries)
		return 0;
	p = tcp_tfo_peer(c->tcp, c->end.t.raddr);
	o->has |= TCP_HAS_FASTOPEN;
	o->fastopen_len = p ? p->len : 0;
	if (p)
		memcpy(o->fastopen, p->cookie, p->len);
	return a->tfo.syn_len;
}

/* A SYN was not answered.  Was it the data that something did not like? */
void tcp_fastopen_timeout(struct tcp_conn *c)
{
	struct tcp_active *a = c->active;

	if (!a->tfo.syn_len || a->tries != 1)
		return;
	tcp_tfo_was_lost(c);
	note(c, R_TCP_FASTOPEN_LOST, a->tfo.syn_len);
}

/* The SYN-ACK of our SYN: what does it say about the data? */
void tcp_fastopen_answered(struct tcp_conn *c, const struct tcp_seg *s)
{
	struct tcp_active *a = c->active;
	uint32_t n = seq_dist(seq_add(c->iss, 1), s->h.ack);

	if (a->tfo.asks)
		tcp_tfo_learn(c, &s->o);
	if (!a->tfo.syn_len)
		return;
	if (n) {
		tcp_queue_pop(&a->snd, n);
		c->snd_nxt = s->h.ack;
		tcp_tfo_went_well(c);
	}
	note(c, n ? R_TCP_FASTOPEN_TAKEN : R_TCP_FASTOPEN_NOT_TAKEN,
	     n ? n : a->tfo.syn_len);
	a->tfo.syn_len = 0;
}

/*
 * The server
 */

static uint32_t key_number(const struct tcp_stack *tcp)
{
	return (uint32_t)(tcp->env->now_ns / (KEY_LIFE_S * NS_PER_S));
}

static void make_cookie(const struct tcp_stack *tcp, struct ip_addr peer,
			uint32_t number, uint8_t cookie[COOKIE_LEN])
{
	const struct tcp_tuple t = {.laddr = peer, .raddr = peer};
	uint8_t flat[TCP_FLAT_MAX + 4];
	size_t n = tcp_flatten(&t, false, flat);
	uint64_t hash;

	put32(flat + n, number);
	hash = siphash24(&tcp->fastopen_key, flat, n + 4);
	put32(cookie, (uint32_t)(hash >> 32));
	put32(cookie + 4, (uint32_t)hash);
}

void tcp_fastopen_cookie(const struct tcp_stack *tcp, struct ip_addr peer,
			 struct tcp_opts *o)
{
	o->has |= TCP_HAS_FASTOPEN;
	o->fastopen_len = COOKIE_LEN;
	make_cookie(tcp, peer, key_number(tcp), o->fastopen);
}

/* Is it ours?  @is_old: made with the key before. */
static bool cookie_is_true(const struct tcp_stack *tcp, const struct tcp_seg *s,
			   bool *is_old)
{
	uint32_t number = key_number(tcp), age;
	uint8_t cookie[COOKIE_LEN];

	if (s->o.fastopen_len != COOKIE_LEN)
		return false;
	for (age = 0; age < 2; age++) {
		make_cookie(tcp, s->t.raddr, number - age, cookie);
		*is_old = age;
		if (!memcmp(cookie, s->o.fastopen, COOKIE_LEN))
			return true;
	}
	return false;
}

/* It may talk before it is proven, so what its handshake would bring is
 * believed now. */
static void begin(struct tcp_conn *c, const struct tcp_seg *s)
{
	c->flags |= TCPF_FASTOPEN | TCPF_IN_TABLE;
	tcp_mss_update(c);
	c->snd_wnd = c->max_snd_wnd = s->h.win;
	c->snd_wl1 = s->seq;
	c->snd_wl2 = c->iss;
	tcp_cc_begin(c, false);
}

/* What came with the SYN, as if it had come alone. */
static void take_text(struct tcp_conn *c, struct tcp_seg *s)
{
	if (!s->size)
		return;
	s->seq = seq_add(s->seq, 1);
	s->len = s->size;
	s->h.flags &= (uint16_t) ~(TCP_SYN | TCP_FIN); /* FIN comes again */
	tcp_rcv_text(c, s);
}

static void wait_for_proof(struct tcp_listen *l, struct tcp_conn *c)
{
	struct tcp_tfo *tfo = &c->active->tfo;

	list_add_tail(&l->fastopen, &tfo->node);
	l->fastopen_count++;
	tfo->at = l;
}

static struct tcp_conn *open_now(struct tcp_conn *l, struct tcp_seg *s,
				 bool gives)
{
	struct tcp_stack *tcp = l->tcp;
	struct tcp_req r = {.iss = tcp_iss(tcp, &s->t)};
	struct tcp_conn *c;

	tcp_req_fill(&r, l, s);
	c = tcp_child_new(tcp, &r);
	if (!c)
		return NULL;
	if (tcp_end_add(tcp, &c->end)) {
		tcp_conn_free(c);
		return NULL;
	}
	c->end.state = TCPS_LISTEN;
	tcp_set_state(c, TCPS_SYN_RCVD);
	begin(c, s);
	wait_for_proof(l->listen, c);
	c->active->tfo.gives = gives;
	take_text(c, s);
	note(c, R_TCP_FASTOPEN_OPENED, s->size);
	tcp_listen_ready(c);
	c->active->syn_ns = c->tcp->env->now_ns;
	tcp_out_syn(c, R_TCP_SYN_ACK);
	tcp_output(c); /* sets the timer */
	return c;
}

struct tcp_conn *tcp_fastopen_open(struct tcp_conn *l, struct tcp_seg *s,
				   bool *gives)
{
	uint32_t mode = l->tcp->knobs.fastopen;
	bool is_old = false, is_true = mode & SERVER_NO_COOKIE && s->size;

	*gives = false;
	if (!(mode & SERVER) || !tcp_fastopen_max(l))
		return NULL;
	if (!is_true && !(s->o.has & TCP_HAS_FASTOPEN))
		return NULL;
	is_true = is_true || cookie_is_true(l->tcp, s, &is_old);
	*gives = !is_true || is_old;
	if (!is_true || l->listen->fastopen_count >= tcp_fastopen_max(l))
		return NULL;
	return open_now(l, s, *gives);
}

/* The ACK of the handshake came, or the connection is over. */
void tcp_fastopen_proven(struct tcp_conn *c)
{
	struct tcp_tfo *tfo = &c->active->tfo;

	if (!tfo->at)
		return;
	list_del(&tfo->node);
	tfo->at->fastopen_count--;
	tfo->at = NULL;
}

/* The listener goes; whom accept() has taken stays. */
void tcp_fastopen_end(struct tcp_listen *l)
{
	struct tcp_tfo *tfo;

	while ((tfo = list_first_entry(&l->fastopen, struct tcp_tfo, node))) {
		list_del(&tfo->node);
		tfo->at = NULL;
	}
	l->fastopen_count = 0;
}

bool tcp_fastopen_is_ready(struct stack *stack, struct ip_addr remote)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	const struct tcp_tfo_peer *p = tcp_tfo_peer(tcp, remote);

	if (!(tcp->knobs.fastopen & CLIENT))
		return false;
	return p ? tcp_tfo_may_try(tcp, p)
		 : tcp->knobs.fastopen & CLIENT_NO_COOKIE;
}
