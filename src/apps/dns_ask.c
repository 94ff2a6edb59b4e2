// SPDX-License-Identifier: MIT
/*
 * dns_ask.c - one question to one DNS server
 *
 * Theory of operation
 * ===================
 * A forger who does not see our questions has to guess: the port (a fresh
 * socket for each question, connected, so that the stack itself drops what
 * comes from elsewhere), the id (16 random bits), the question, and perhaps
 * its upper and lower case.  He can send many answers while one question is
 * open; so after the first that does not match, UDP is given up and the
 * question asked over TCP, where he would have to guess sequence numbers, too.
 *
 *	UDP --- answer matches -----------------------> done
 *	 |  \__ truncated, or an answer that does not match --> TCP --> done
 *	 |                                                       |
 *	 +--- timeout ---> -ETIMEDOUT <----- timeout ------------+
 *
 * The structure is counted: the owner's reference and one for each channel's
 * handler.  A channel goes away some time after it was closed.
 */

#include "apps/dns_ask.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

#include "base/check.h"

#include "core/probe.h"

#include "apps/ascii.h"
#include "reactor/codec.h"
#include "reactor/reactor.h"

struct dns_ask {
	struct handler udp;
	struct handler tcp;
	struct loop *loop;
	unsigned int refs;
	struct dns_question q;
	struct buf *octets; /* of the question, as it is sent */
	uint16_t id;
	unsigned int forged;
	struct loop_timer timer;
	dns_answer_fn *on_answer; /* NULL: not any more */
	void *arg;
};

static struct place *place_of(struct dns_ask *a)
{
	return &loop_stack(a->loop)->place;
}

static void put(struct dns_ask *a)
{
	if (--a->refs)
		return;
	buf_put(a->octets);
	mem_free(loop_mem(a->loop), a, sizeof(*a));
}

/* Nothing is waited for any more; the channels go. */
static void stop(struct dns_ask *a)
{
	a->on_answer = NULL;
	loop_timer_cancel(&a->timer);
	if (a->udp.ch)
		channel_abort(a->udp.ch);
	if (a->tcp.ch)
		channel_close(a->tcp.ch);
}

static void finish(struct dns_ask *a, int err, const ldns_pkt *pkt)
{
	dns_answer_fn *on_answer = a->on_answer;

	if (!on_answer)
		return;
	stop(a);
	on_answer(a->arg, err, pkt);
	put(a);
}

void dns_ask_cancel(struct dns_ask *a)
{
	if (!a || !a->on_answer)
		return;
	stop(a);
	put(a);
}

/* The question for a channel, which consumes what it sends; ours stays as it
 * is, to compare answers with and to ask again.  NULL: no memory. */
static struct buf *to_send(struct dns_ask *a)
{
	return buf_slice(a->octets, 0, buf_readable(a->octets));
}

static void log_bad(struct dns_ask *a, const char *what)
{
	char name[DNS_NAME_TEXT];

	PROBE(place_of(a), EV_APP, R_DNS_BAD, NULL, EVF_TEXT("text", what),
	      EVF_TEXT("name", dns_name_print(&a->q.name, name)),
	      EVF_EP("server", &a->q.server));
}

/* NULL if the message answers our question, else what is wrong with it. */
static const char *mismatch(struct dns_ask *a, const uint8_t *octets,
			    size_t len)
{
	const uint8_t *asked = buf_rptr(a->octets) + DNS_HEADER_LEN;
	struct dns_head h;

	dns_msg_head(&h, octets, len);
	if (!h.is_answer || h.opcode != LDNS_PACKET_QUERY)
		return "not an answer";
	if (h.id != a->id)
		return "an answer with a wrong id";
	/* Servers that cannot read a question may leave it out. */
	if (!h.has_question && h.rcode == LDNS_RCODE_FORMERR)
		return NULL;
	if (!h.has_question || h.raw_len != a->q.name.len ||
	    memcmp(octets + DNS_HEADER_LEN, asked, h.raw_len + 4) != 0)
		return "an answer to another question";
	return NULL;
}

static int start_tcp(struct dns_ask *a);

/* UDP will not do. */
static void go_tcp(struct dns_ask *a)
{
	int rc;

	if (a->udp.ch)
		channel_abort(a->udp.ch);
	rc = start_tcp(a);
	if (rc)
		finish(a, rc, NULL);
}

static void read_message(struct dns_ask *a, const struct buf *buf, bool is_udp)
{
	const uint8_t *octets = buf_rptr(buf);
	size_t len = buf_readable(buf);
	const char *what = NULL;
	ldns_pkt *pkt = NULL;
	int rc;

	rc = dns_msg_check(octets, len, &what);
	if (!rc) {
		what = mismatch(a, octets, len);
		rc = what ? -EBADMSG : dns_msg_parse(&pkt, octets, len, &what);
	}
	if (rc) {
		log_bad(a, what);
		if (!is_udp)
			finish(a, rc, NULL);
		else if (++a->forged >= DNS_FORGED_MAX)
			go_tcp(a);
		return;
	}
	if (is_udp && ldns_pkt_tc(pkt))
		go_tcp(a);
	else
		finish(a, 0, pkt);
	ldns_pkt_free(pkt);
}

static struct dns_ask *of_udp(struct handler *h)
{
	return container_of(h, struct dns_ask, udp);
}

static struct dns_ask *of_tcp(struct handler *h)
{
	return container_of(h, struct dns_ask, tcp);
}

static void udp_on_read(struct handler *h, struct buf *buf)
{
	struct dns_ask *a = of_udp(h);

	/* Whatever comes late must not move TCP. */
	if (a->on_answer && !a->tcp.ch)
		read_message(a, buf, true);
	buf_put(buf);
}

static void udp_on_error(struct handler *h, int err)
{
	struct dns_ask *a = of_udp(h);

	if (!a->tcp.ch)
		finish(a, err, NULL);
}

static void udp_on_removed(struct handler *h)
{
	struct dns_ask *a = of_udp(h);

	h->ch = NULL;
	put(a);
}

static const struct handler_ops udp_ops = {
	.name = "dns-ask-udp",
	.on_read = udp_on_read,
	.on_error = udp_on_error,
	.on_removed = udp_on_removed,
};

static void tcp_on_active(struct handler *h)
{
	struct dns_ask *a = of_tcp(h);
	struct buf *message = to_send(a);

	if (a->on_answer &&
	    (!message || handler_write_flush(h, buf_get(message))))
		finish(a, -ENOMEM, NULL);
	buf_put(message);
}

static void tcp_on_read(struct handler *h, struct buf *buf)
{
	struct dns_ask *a = of_tcp(h);

	if (a->on_answer)
		read_message(a, buf, false);
	buf_put(buf);
}

static void tcp_on_error(struct handler *h, int err)
{
	finish(of_tcp(h), err, NULL);
}

static void tcp_on_inactive(struct handler *h)
{
	finish(of_tcp(h), -ECONNRESET, NULL);
}

static void tcp_on_removed(struct handler *h)
{
	struct dns_ask *a = of_tcp(h);

	h->ch = NULL;
	put(a);
}

static const struct handler_ops tcp_ops = {
	.name = "dns-ask-tcp",
	.on_active = tcp_on_active,
	.on_read = tcp_on_read,
	.on_error = tcp_on_error,
	.on_inactive = tcp_on_inactive,
	.on_removed = tcp_on_removed,
};

static void on_timeout(struct loop_timer *t, void *arg)
{
	(void)t;
	finish(arg, -ETIMEDOUT, NULL);
}

static int udp_init(struct channel *ch, void *arg)
{
	struct dns_ask *a = arg;

	a->udp.ops = &udp_ops;
	a->refs++;
	pipeline_add_last(ch, &a->udp);
	return 0;
}

static int tcp_init(struct channel *ch, void *arg)
{
	struct dns_ask *a = arg;
	struct handler *codec =
		length_codec_new(loop_mem(a->loop), 2, DNS_TCP_MAX);

	if (!codec)
		return -ENOMEM;
	a->tcp.ops = &tcp_ops;
	a->refs++;
	pipeline_add_last(ch, codec);
	pipeline_add_last(ch, &a->tcp);
	return 0;
}

static int start_tcp(struct dns_ask *a)
{
	loop_timer_arm_in(&a->timer, DNS_TCP_TIMEOUT_S * NS_PER_S);
	return channel_connect(a->loop, &a->q.server, tcp_init, a, NULL);
}

static int start_udp(struct dns_ask *a)
{
	int rc = channel_connect_udp(a->loop, &a->q.server, udp_init, a, NULL);
	struct buf *message;

	if (rc)
		return rc;
	loop_timer_arm_in(&a->timer, a->q.timeout_ns);
	message = to_send(a);
	return message ? channel_write_flush(a->udp.ch, message) : -ENOMEM;
}

/* Random case for the letters of the name; 0 or -EIO. */
static int mix_case(struct dns_ask *a)
{
	uint8_t *p = a->octets->data + a->octets->r + DNS_HEADER_LEN;
	uint8_t bits[DNS_NAME_MAX / 8 + 1];
	size_t i;

	if (stack_random(loop_stack(a->loop), bits, sizeof(bits)))
		return -EIO;
	for (i = 0; i < a->q.name.len; i++)
		if (ascii_is_alpha((char)p[i]) && bits[i / 8] >> i % 8 & 1)
			p[i] ^= 0x20;
	return 0;
}

static int prepare(struct dns_ask *a)
{
	int rc = stack_random(loop_stack(a->loop), &a->id, sizeof(a->id));

	if (rc)
		return rc;
	a->octets = dns_msg_query(loop_mem(a->loop), a->id, &a->q.name,
				  a->q.type, a->q.wants_recursion);
	if (!a->octets)
		return -ENOMEM;
	return a->q.mixes_case ? mix_case(a) : 0;
}

static void log_query(struct dns_ask *a)
{
	char name[DNS_NAME_TEXT], type[16];

	dns_name_print(&a->q.name, name);
	if (a->q.try_count)
		PROBE_CAUSE(place_of(a), EV_APP, R_DNS_RETRY, NULL,
			    EVF_TEXT("name", name),
			    EVF_TEXT("type", dns_type_name(a->q.type, type)),
			    EVF_IP("server", &a->q.server.addr),
			    EVF_NUM("try", a->q.try_count + 1));
	else
		PROBE_CAUSE(place_of(a), EV_APP, R_DNS_QUERY, NULL,
			    EVF_TEXT("name", name),
			    EVF_TEXT("type", dns_type_name(a->q.type, type)),
			    EVF_IP("server", &a->q.server.addr));
}

int dns_ask(struct loop *loop, const struct dns_question *q,
	    dns_answer_fn *on_answer, void *arg, struct dns_ask **ask)
{
	struct dns_ask *a = mem_alloc(loop_mem(loop), sizeof(*a));
	struct env *env = loop_stack(loop)->place.env;
	uint32_t outer = env->cause;
	int rc;

	if (!a)
		return -ENOMEM;
	a->loop = loop;
	a->refs = 1;
	a->q = *q;
	loop_timer_init(&a->timer, loop, on_timeout, a);
	rc = prepare(a);
	if (!rc) {
		log_query(a);
		rc = start_udp(a);
		env->cause = outer;
	}
	if (rc) {
		stop(a);
		put(a);
		return rc;
	}
	a->on_answer = on_answer;
	a->arg = arg;
	*ask = a;
	return 0;
}
