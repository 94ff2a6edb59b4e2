// SPDX-License-Identifier: MIT
/*
 * dns_listener.c - the part of a DNS server that faces its clients
 *
 * Theory of operation
 * ===================
 *
 *	UDP channel -------------\
 *	                          +--> query --> owner --> reply
 *	TCP listener --> conns --/                           |
 *	      ^-----------------------------------------------+
 *
 * A query remembers which connection it came by.  When that goes away first,
 * the connection takes itself out of its queries, and the reply finds nobody.
 * The listener is counted (owner, UDP channel, connections, queries), because
 * any of them may be the last to go.
 *
 * A DNS answer is larger than its question and the source of a datagram may
 * be forged.  What a forger can make us send to a victim is bounded by
 * DNS_UDP_MAX octets for each question.
 */

#include "apps/dns_listener.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/check.h"
#include "base/list.h"

#include "core/probe.h"

#include "apps/dns_auth.h"
#include "reactor/codec.h"
#include "reactor/reactor.h"

struct dns_listener {
	struct handler udp;
	struct loop *loop;
	struct channel *tcp;
	unsigned int refs;
	unsigned int conns, queries;
	struct list all_conns;
	dns_query_fn *on_query;
	void *arg;
	bool is_closed;
};

/* A TCP connection of a client. */
struct conn {
	struct handler handler;
	struct list node;
	struct list queries;
	struct dns_listener *l;
};

struct waiting {
	struct dns_query q;
	struct list node; /* among those of the connection */
	struct dns_listener *l;
	struct conn *conn; /* NULL: by UDP, or gone */
	bool is_udp;
};

static void listener_put(struct dns_listener *l)
{
	if (!--l->refs)
		mem_free(loop_mem(l->loop), l, sizeof(*l));
}

static void waiting_free(struct waiting *w)
{
	struct dns_listener *l = w->l;

	list_del(&w->node);
	ldns_pkt_free(w->q.pkt);
	mem_free(loop_mem(l->loop), w, sizeof(*w));
	l->queries--;
	listener_put(l);
}

void dns_drop(struct dns_query *q)
{
	waiting_free(container_of(q, struct waiting, q));
}

/* Send octets to where the query came from; takes @buf. */
static void send_to_client(struct waiting *w, struct buf *buf)
{
	struct dns_listener *l = w->l;

	buf->peer = w->q.client;
	if (w->is_udp && l->udp.ch)
		channel_write_flush(l->udp.ch, buf);
	else if (w->conn)
		channel_write_flush(w->conn->handler.ch, buf);
	else
		buf_put(buf);
}

void dns_reply(struct dns_query *q, ldns_pkt *answer)
{
	struct waiting *w = container_of(q, struct waiting, q);
	struct buf *buf = dns_msg_emit(loop_mem(w->l->loop), answer, q->limit);

	ldns_pkt_free(answer);
	if (buf)
		send_to_client(w, buf);
	waiting_free(w);
}

/* Twelve octets that say: this is no DNS message. */
static void reply_formerr(struct dns_listener *l, struct channel *ch,
			  const struct buf *in)
{
	const uint8_t *asked = buf_rptr(in);
	uint8_t head[DNS_HEADER_LEN] = {asked[0], asked[1],
					(uint8_t)((asked[2] & 0x79) | 0x80),
					LDNS_RCODE_FORMERR};
	struct buf *buf = buf_of(loop_mem(l->loop), head, sizeof(head));

	if (!buf)
		return;
	buf->peer = in->peer;
	channel_write_flush(ch, buf);
}

static void refuse(struct dns_listener *l, struct channel *ch,
		   const struct buf *buf, const char *what)
{
	struct place *place = &loop_stack(l->loop)->place;
	bool is_question = buf_readable(buf) >= DNS_HEADER_LEN &&
			   !(buf_rptr(buf)[2] & 0x80);

	PROBE_CAUSE(place, EV_APP, R_DNS_BAD, NULL, EVF_TEXT("text", what));
	if (is_question)
		reply_formerr(l, ch, buf);
}

static struct waiting *waiting_new(struct dns_listener *l, struct conn *conn,
				   const struct buf *buf)
{
	struct waiting *w;

	if (l->queries >= DNS_QUERIES_MAX)
		return NULL;
	w = mem_alloc(loop_mem(l->loop), sizeof(*w));
	if (!w)
		return NULL;
	w->l = l;
	w->conn = conn;
	w->is_udp = !conn;
	w->q.client = buf->peer;
	if (conn) {
		channel_peer(conn->handler.ch, &w->q.client);
		list_add_tail(&conn->queries, &w->node);
	}
	l->queries++;
	l->refs++;
	return w;
}

/* Takes nothing; @conn is NULL for a datagram. */
static void read_query(struct dns_listener *l, struct channel *ch,
		       struct conn *conn, const struct buf *buf)
{
	const char *what = NULL;
	ldns_pkt *pkt = NULL;
	struct dns_head head;
	struct waiting *w;
	int rc;

	rc = dns_msg_parse(&pkt, buf_rptr(buf), buf_readable(buf), &what);
	if (rc) {
		refuse(l, ch, buf, what);
		return;
	}
	dns_msg_head(&head, buf_rptr(buf), buf_readable(buf));
	w = head.is_answer ? NULL : waiting_new(l, conn, buf);
	if (!w) {
		ldns_pkt_free(pkt);
		return;
	}
	w->q.head = head;
	w->q.pkt = pkt;
	w->q.limit = conn ? DNS_TCP_MAX : dns_answer_limit(pkt);
	l->on_query(l->arg, &w->q);
}

static void udp_on_read(struct handler *h, struct buf *buf)
{
	struct dns_listener *l = container_of(h, struct dns_listener, udp);

	if (!l->is_closed)
		read_query(l, h->ch, NULL, buf);
	buf_put(buf);
}

/* A client that does not want its answer any more is no trouble of ours. */
static void udp_on_error(struct handler *h, int err)
{
	(void)h;
	(void)err;
}

static void udp_on_removed(struct handler *h)
{
	struct dns_listener *l = container_of(h, struct dns_listener, udp);

	h->ch = NULL;
	listener_put(l);
}

static const struct handler_ops udp_ops = {
	.name = "dns-udp",
	.on_read = udp_on_read,
	.on_error = udp_on_error,
	.on_removed = udp_on_removed,
};

static struct conn *conn_of(struct handler *h)
{
	return container_of(h, struct conn, handler);
}

static void conn_on_read(struct handler *h, struct buf *buf)
{
	struct conn *c = conn_of(h);

	if (!c->l->is_closed)
		read_query(c->l, h->ch, c, buf);
	buf_put(buf);
}

/* Silent for too long, and nothing owed to it. */
static void conn_on_user_event(struct handler *h, int id, void *data)
{
	(void)data;
	if (id == IDLE_READ && list_is_empty(&conn_of(h)->queries))
		channel_close(h->ch);
}

static void conn_on_removed(struct handler *h)
{
	struct conn *c = conn_of(h);
	struct dns_listener *l = c->l;
	struct waiting *w;

	while ((w = list_first_entry(&c->queries, struct waiting, node))) {
		list_del(&w->node);
		w->conn = NULL;
	}
	list_del(&c->node);
	mem_free(loop_mem(l->loop), c, sizeof(*c));
	l->conns--;
	listener_put(l);
}

static const struct handler_ops conn_ops = {
	.name = "dns-tcp",
	.on_read = conn_on_read,
	.on_user_event = conn_on_user_event,
	.on_removed = conn_on_removed,
};

static int add_codecs(struct dns_listener *l, struct channel *ch)
{
	struct mem *mem = loop_mem(l->loop);
	struct handler *idle =
		idle_handler_new(mem, DNS_CONN_IDLE_S * NS_PER_S, 0);
	struct handler *codec;

	if (!idle)
		return -ENOMEM;
	pipeline_add_last(ch, idle);
	codec = length_codec_new(mem, 2, DNS_TCP_MAX);
	if (!codec)
		return -ENOMEM;
	pipeline_add_last(ch, codec);
	return 0;
}

static int conn_init(struct channel *ch, void *arg)
{
	struct dns_listener *l = arg;
	struct conn *c;
	int rc;

	if (l->is_closed || l->conns >= DNS_CONNS_MAX)
		return -EMFILE;
	rc = add_codecs(l, ch);
	if (rc)
		return rc;
	c = mem_alloc(loop_mem(l->loop), sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->handler.ops = &conn_ops;
	c->l = l;
	list_init(&c->queries);
	list_add_tail(&l->all_conns, &c->node);
	l->conns++;
	l->refs++;
	pipeline_add_last(ch, &c->handler);
	return 0;
}

static int udp_init(struct channel *ch, void *arg)
{
	struct dns_listener *l = arg;

	l->udp.ops = &udp_ops;
	l->refs++;
	pipeline_add_last(ch, &l->udp);
	return 0;
}

int dns_listener_open(struct loop *loop, const struct endpoint *local,
		      dns_query_fn *on_query, void *arg,
		      struct dns_listener **listener)
{
	struct dns_listener *l = mem_alloc(loop_mem(loop), sizeof(*l));
	int rc;

	if (!l)
		return -ENOMEM;
	l->loop = loop;
	l->refs = 1;
	l->on_query = on_query;
	l->arg = arg;
	list_init(&l->all_conns);
	rc = channel_bind_udp(loop, local, udp_init, l, NULL);
	if (!rc)
		rc = channel_listen(loop, local, DNS_CONNS_MAX, conn_init, l,
				    &l->tcp);
	if (rc) {
		dns_listener_close(l);
		return rc;
	}
	*listener = l;
	return 0;
}

void dns_listener_close(struct dns_listener *l)
{
	struct stack *stack;
	struct conn *c;

	if (!l)
		return;
	stack = loop_stack(l->loop);
	stack_enter(stack); /* no connection goes while the list is walked */
	l->is_closed = true;
	if (l->udp.ch)
		channel_abort(l->udp.ch);
	if (l->tcp)
		channel_abort(l->tcp);
	list_for_each_entry(c, &l->all_conns, struct conn, node)
		channel_abort(c->handler.ch);
	listener_put(l);
	stack_leave(stack);
}
