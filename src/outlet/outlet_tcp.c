// SPDX-License-Identifier: MIT
/*
 * outlet_tcp.c - connections of the lab become connections of the machine
 *
 * Theory of operation
 * ===================
 * Who gets a SYN-ACK believes that the far end is there.  So the SYN is kept
 * until the machine's own connect(2) has ended, and only then given to TCP:
 *
 *	lab                  outlet                    machine
 *	SYN ---------------> OPENING: keeps it ------> connect()
 *	SYN again ---------> dropped, outlet_wait
 *	                     READY  <----------------- it stands
 *	<-------- SYN,ACK -- TCP gets the SYN
 *	ACK ---------------> OPEN: tcp_accept()
 *
 *	<------------- RST -- TCP gets it as IP_FORSAKEN <-- ECONNREFUSED
 *	<------------ ICMP -- outlet_err.c <--- EHOSTUNREACH, ENETUNREACH
 *	     (silence)                     <--- ETIMEDOUT
 *
 * TCP needs one thing for this: a listener for every address and port, which
 * gets what is marked IP_FOREIGN.  All SYNs pass here first, so it never sees
 * one that has no conversation.
 *
 * Limits
 * ------
 * A SYN proves nothing, and yet makes the machine connect, as behind every
 * NAT.  Who sends many uses up descriptors; beyond them they are refused.
 */
#include <errno.h>

#include "wire/csum.h"
#include "wire/proto.h"
#include "wire/tcp.h"

#include "core/waitq.h"

#include "outlet/outlet_int.h"
#include "tcp/tcp.h"
#include "tcp/tcp_foreign.h"

/*
 * SYNs.
 */

static bool is_damaged(const struct pkt *pkt, const struct ip_meta *meta)
{
	uint32_t sum;

	if (pkt->csum != PKT_CSUM_NONE)
		return false;
	sum = csum_pseudo(meta->src, meta->dst, IP_PROTO_TCP, pkt->len);
	return csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len)));
}

static bool is_syn(const struct tcp_hdr *h)
{
	return (h->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* The kept SYN goes to TCP, which answers it.  May end nothing. */
static void syn_to_tcp(struct talk *f, enum ip_whose whose)
{
	struct stack *stack = f->o->stack;
	const struct ip_proto *tcp =
		ip_proto_of(stack, f->meta.src.family, IP_PROTO_TCP);
	struct pkt *syn = f->syn;

	f->syn = NULL;
	f->meta.whose = (uint8_t)whose;
	tcp->input(stack, syn, &f->meta);
}

/* It came to nothing; the lab is told as the far end would have. */
static void connect_failed(struct talk *f, int err)
{
	struct outlet *o = f->o;
	bool is_refused = err == -ECONNREFUSED || err == -ECONNRESET;

	PROBE_CAUSE(outlet_place(o), EV_NOTE, R_OUTLET_FAILED, NULL,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest), EVF_NUM("errno", -err),
		    EVF_TEXT("error", outlet_error_text(-err)));
	if (is_refused)
		o->stats.refused++;
	else if (outlet_is_full(err))
		o->stats.full++;
	if (is_refused || outlet_is_full(err)) {
		syn_to_tcp(f, IP_FORSAKEN);
	} else {
		struct pkt *syn = f->syn;

		f->syn = NULL;
		outlet_refuse(o, syn, err);
	}
	talk_end(f, true);
}

void talk_connected(struct talk *f)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	int err;

	if (!(f->ready & (HOST_OUT | HOST_ERR)))
		return;
	err = cfg->ops->error(cfg->ops_arg, f->sock);
	if (err) {
		connect_failed(f, err);
		return;
	}
	PROBE_CAUSE(outlet_place(f->o), EV_NOTE, R_OUTLET_OPEN, NULL,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest));
	f->state = TALK_READY;
	f->cause = outlet_place(f->o)->env->cause;
	talk_use(f);
	syn_to_tcp(f, IP_FOREIGN);
}

static void connect_begin(struct outlet *o, struct pkt *pkt,
			  const struct ip_meta *meta,
			  const struct talk_key *key,
			  const struct host_addr *to)
{
	struct talk *f = talk_new(o, key, OUTLET_WAITING);
	struct ip_addr via = outlet_addr(to);
	int err;

	if (!f) {
		o->stats.full++;
		pkt_drop(outlet_place(o), pkt, DROP_no_memory);
		return;
	}
	o->stats.tcp++;
	f->syn = pkt;
	f->meta = *meta;
	PROBE_CAUSE(outlet_place(o), EV_NOTE, R_OUTLET_CONNECT, pkt,
		    EVF_EP("client", &f->key.client),
		    EVF_EP("dest", &f->key.dest), EVF_IP("via", &via),
		    EVF_IP("far", &f->key.dest.addr),
		    EVF_TEXT("by", outlet_place(o)->name));
	f->cause = outlet_place(o)->env->cause;
	err = talk_open(f, HOST_TCP, to);
	if (err)
		connect_failed(f, err);
}

/* A SYN that belongs to nothing yet.  Whether it was taken. */
static bool syn_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta,
		      const struct talk_key *key)
{
	bool is_ours = meta->whose == IP_OURS;
	struct host_addr to;
	int err;

	if (is_ours && tcp_is_listened(o->stack, &key->dest))
		return false;
	if (is_damaged(pkt, meta))
		return false; /* TCP says so */
	if (outlet_is_denied(o, pkt, meta, key))
		return true;
	err = outlet_dest(o, key, is_ours, &to);
	if (err == -ENOENT)
		return false;
	if (outlet_ttl_is_over(o, pkt, meta))
		return true;
	if (err)
		outlet_refuse(o, pkt, err);
	else
		connect_begin(o, pkt, meta, key, &to);
	return true;
}

bool outlet_tcp_input(struct outlet *o, struct pkt *pkt, struct ip_meta *meta)
{
	struct talk_key key = {
		.proto = IP_PROTO_TCP,
		.client.addr = meta->src,
		.dest.addr = meta->dst,
	};
	const uint8_t *p = pkt_need(pkt, TCP_HLEN);
	struct tcp_hdr h;
	struct talk *f;

	if (!p || tcp_parse(&h, p, pkt->len) < 0)
		return false; /* TCP says why */
	key.client.port = h.sport;
	key.dest.port = h.dport;
	f = talk_find(o, &key);
	if (f && f->state != TALK_OPENING) {
		meta->whose = IP_FOREIGN;
		return false;
	}
	if (!f)
		return is_syn(&h) && syn_input(o, pkt, meta, &key);
	if (!is_syn(&h))
		return false;
	pkt_drop(outlet_place(o), pkt, DROP_outlet_wait);
	return true;
}

/*
 * Connections.
 */

/* struct tcp_user.on_event of a stream. */
static void on_stream(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)events;
	talk_work(arg);
}

static const struct tcp_user stream_user = {.on_event = on_stream};

/* struct tcp_user.on_event of the listener. */
static void on_listener(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct outlet *o = arg;

	(void)c;
	(void)events;
	stack_defer(o->stack, &o->accept);
}

static const struct tcp_user listener_user = {.on_event = on_listener};

static void accept_one(struct outlet *o, struct tcp_conn *c)
{
	struct talk_key key = {
		.proto = IP_PROTO_TCP,
		.client = tcp_remote(c),
		.dest = tcp_local(c),
	};
	struct talk *f = talk_find(o, &key);

	if (!f || f->state != TALK_READY) {
		tcp_abort(c);
		return;
	}
	f->conn = c;
	talk_settle(f);
	tcp_set_user(c, &stream_user, f);
	talk_work(f);
}

static void on_accept(struct task *task, void *arg)
{
	struct outlet *o = arg;
	struct tcp_conn *c;

	(void)task;
	while ((c = tcp_accept(o->listener)))
		accept_one(o, c);
}

int outlet_tcp_begin(struct outlet *o)
{
	int err;

	task_init(&o->accept, on_accept, o);
	o->listener = tcp_new(o->stack, &listener_user, o);
	if (!o->listener)
		return -ENOMEM;
	tcp_set_nodelay(o->listener, true);
	err = tcp_listen_foreign(o->listener, -1);
	if (err)
		tcp_abort(o->listener);
	return err;
}

void outlet_tcp_end(struct outlet *o)
{
	tcp_abort(o->listener);
	task_cancel(&o->accept);
}
