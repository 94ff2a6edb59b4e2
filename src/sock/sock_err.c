// SPDX-License-Identifier: MIT
/*
 * sock_err.c - the error queue: which datagram failed, and who said so
 *
 * Theory of operation
 * ===================
 * A pending error says that something failed; IP_RECVERR makes the socket keep
 * what exactly: the error, the ICMP message's type and code, who sent it, to
 * whom the datagram went, and how it began.  recvmsg(MSG_ERRQUEUE) takes the
 * oldest entry.  A socket without a peer hears of errors in this way only, for
 * the entry says which of its datagrams is meant.
 *
 *	ICMP error ---> udp ---> sock_err_note() ---> errors: e, e, e
 *	                                                 |
 *	recvmsg(MSG_ERRQUEUE) <--------------------------+
 *
 * Limits
 * ------
 * ERRORS_MAX entries; later ones are forgotten, the pending error stays.
 */

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#include "wire/udp.h"

#include "core/waitq.h"

#include "ip/ip.h"
#include "sock/sock_int.h"
#include "sock/sock_raw.h"
#include "sock/sock_zero.h"
#include "udp/udp.h"

#define ERRORS_MAX 64
#define QUOTE_MAX  64 /* octets of the datagram that failed */

/**
 * struct sock_err - an entry
 * @ee:		What is told
 * @offender:	Who said so; no address: we ourselves
 * @to:		To whom the datagram went
 * @at:		Our address that was told
 * @ttl, @tos:	Of the message that told; 0: there was none
 * @ifindex:	Where it came in, and @time_ns when
 * @quote:	How it began, @quote_len octets
 */
struct sock_err {
	struct list node;
	struct sk_extended_err ee;
	struct endpoint offender, to;
	struct ip_addr at;
	uint8_t ttl, tos;
	uint32_t ifindex;
	uint64_t time_ns;
	uint8_t quote[QUOTE_MAX];
	size_t quote_len;
};

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

static bool is_wanted(const struct sock *s)
{
	return s->opts->recverr || s->opts->recverr6;
}

static void err_del(struct sock *s, struct sock_err *e)
{
	list_del(&e->node);
	s->rest->error_count--;
	mem_free(mem_of(s), e, sizeof(*e));
}

static struct sock_err *first(const struct sock *s)
{
	if (!s->rest)
		return NULL;
	return list_first_entry(&s->rest->errors, struct sock_err, node);
}

void sock_err_clear(struct sock *s)
{
	struct sock_err *e;

	while ((e = first(s)))
		err_del(s, e);
}

int sock_err_apply(struct sock *s)
{
	if (!is_wanted(s))
		sock_err_clear(s);
	return 0;
}

static struct sock_err *err_add(struct sock *s, int err)
{
	struct sock_rest *rest = sock_rest_of(s);
	struct sock_err *e;

	if (!rest || rest->error_count >= ERRORS_MAX)
		return NULL;
	e = mem_alloc(mem_of(s), sizeof(*e));
	if (!e)
		return NULL;
	e->ee.err = (uint32_t)err;
	list_add_tail(&rest->errors, &e->node);
	rest->error_count++;
	return e;
}

/* Payload of the datagram that is quoted. */
static void quote(struct sock_err *e, const struct ip_error *err)
{
	size_t skip = err->proto == 17 ? UDP_HLEN : 0;

	if (err->l4_len <= skip)
		return;
	e->quote_len = err->l4_len - skip;
	if (e->quote_len > QUOTE_MAX)
		e->quote_len = QUOTE_MAX;
	memcpy(e->quote, err->l4 + skip, e->quote_len);
}

bool sock_err_note(struct sock *s, const struct ip_error *err)
{
	struct sock_err *e;

	if (!is_wanted(s))
		return false;
	e = err_add(s, err->err);
	if (!e)
		return true;
	e->ee.origin = err->dst.family == IP_V6 ? SK_EE_ORIGIN_ICMP6
						: SK_EE_ORIGIN_ICMP;
	e->ee.type = err->type;
	e->ee.code = err->code;
	e->ee.info = err->mtu;
	e->offender.addr = err->from;
	e->at = err->src;
	e->ttl = err->ttl;
	e->tos = err->tos;
	e->ifindex = err->ifindex;
	e->time_ns = stack_now(s->file.stack);
	e->to.addr = err->dst;
	e->to.port = err->l4_len >= 4 ? get16(err->l4 + 2) : 0;
	quote(e, err);
	return true;
}

/* What this host found out before anything was sent. */
void sock_err_local(struct sock *s, int err, const struct endpoint *to,
		    uint32_t info)
{
	struct sock_err *e = is_wanted(s) ? err_add(s, err) : NULL;

	if (!e)
		return;
	e->ee.origin = SK_EE_ORIGIN_LOCAL;
	e->ee.info = info;
	e->to = *to;
	sock_tell(s, WAIT_ERR);
}

struct sock_err *sock_err_new(struct sock *s)
{
	return mem_alloc(mem_of(s), sizeof(struct sock_err));
}

void sock_err_free(struct mem *mem, struct sock_err *e)
{
	mem_free(mem, e, sizeof(*e));
}

/* Numbers that follow each other share an entry, as on Linux. */
static bool joins(struct sock *s, uint32_t id, uint8_t code)
{
	struct sock_err *last;

	if (list_is_empty(&s->rest->errors))
		return false;
	last = container_of(s->rest->errors.prev, struct sock_err, node);
	if (last->ee.origin != SK_EE_ORIGIN_ZEROCOPY || last->ee.code != code ||
	    last->ee.data + 1 != id)
		return false;
	last->ee.data = id;
	return true;
}

void sock_err_zero(struct sock *s, struct sock_err *e, uint32_t id,
		   bool is_copied)
{
	uint8_t code = is_copied ? SK_EE_CODE_COPIED : 0;

	if (joins(s, id, code)) {
		sock_err_free(mem_of(s), e);
	} else {
		e->ee = (struct sk_extended_err){
			.origin = SK_EE_ORIGIN_ZEROCOPY,
			.code = code,
			.info = id,
			.data = id,
		};
		list_add_tail(&s->rest->errors, &e->node);
		s->rest->error_count++;
	}
	sock_tell(s, WAIT_ERR);
}

/* The next entry's error is the pending one now, if that came from here. */
static void pend_next(struct sock *s)
{
	const struct sock_err *e = first(s);
	bool is_news = e && e->ee.origin != SK_EE_ORIGIN_LOCAL;
	int err = is_news ? (int)e->ee.err : 0;

	if (sock_is_udp(s))
		udp_set_error(s->udp, err);
	else if (s->ops->opts == OPT_RAW)
		s->raw->err = err;
}

static void fill_meta(struct sock_meta *m, const struct sock_err *e)
{
	m->has_err = true;
	m->len = e->quote_len;
	m->ee = e->ee;
	m->offender = e->offender;
	m->has_ip = e->ttl;
	m->dst = e->at;
	m->ttl = e->ttl;
	m->tos = e->tos;
	m->ifindex = e->ifindex;
	m->time_ns = e->time_ns;
}

long sock_err_recv(struct sock *s, struct sock_io *io)
{
	struct sock_err *e = first(s);
	size_t n;

	if (!e)
		return -EAGAIN;
	n = e->quote_len < io->len ? e->quote_len : io->len;
	if (n)
		memcpy(io->in, e->quote, n);
	if (io->from) {
		*io->from = e->to;
		sock_addr_for_user(s, io->from);
	}
	if (io->meta)
		fill_meta(io->meta, e);
	err_del(s, e);
	pend_next(s);
	return (long)n;
}
