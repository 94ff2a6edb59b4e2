// SPDX-License-Identifier: MIT
/*
 * icmp_echo.c - asking for echoes: ping and traceroute
 *
 * Theory of operation
 * ===================
 * A handle has a random identifier, so that others can neither guess answers
 * nor be disturbed by ours.  It remembers its last requests; an answer, or an
 * error, counts only if it names one of them that is still open.  The payload
 * is a pattern that depends on the position, so that an answer can be seen to
 * be whole.
 *
 * Nothing is timed here: how long to wait is for the caller to decide.
 *
 * Limits
 * ------
 * ECHO_OPEN requests of a handle are remembered; older ones are forgotten.
 */

#include <errno.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"

#include "core/probe.h"

#include "ip/icmp_int.h"
#include "ip/ip_int.h"

#define ECHO_HANDLES 1024
#define ECHO_OPEN    64
#define ECHO_LEN_MAX (IP4_LEN_MAX - IP4_HLEN - ICMP4_HLEN)

/* A request that may still be answered. */
struct echo_request {
	bool is_open;
	uint16_t seq;
	struct ip_addr dst;
	size_t len;
	uint64_t sent_ns;
};

struct icmp_echo {
	struct list node;
	struct stack *stack;
	uint16_t id;
	icmp_echo_fn *on_event;
	void *arg;
	struct echo_request open[ECHO_OPEN];
	size_t next;
};

/* Octet @i of every payload. */
static uint8_t pattern(size_t i)
{
	return (uint8_t)(i ^ i >> 8);
}

static struct icmp_echo *echo_find(struct icmp *icmp, uint16_t id)
{
	struct icmp_echo *e;

	list_for_each_entry(e, &icmp->echoes, struct icmp_echo, node)
		if (e->id == id)
			return e;
	return NULL;
}

static int id_choose(struct icmp *icmp, uint16_t *id)
{
	int tries;

	for (tries = 0; tries < 64; tries++) {
		if (stack_random(icmp->stack, id, sizeof(*id)))
			return -EIO;
		if (*id && !echo_find(icmp, *id))
			return 0;
	}
	return -ENOSPC;
}

struct icmp_echo *icmp_echo_first(struct icmp *icmp)
{
	return list_first_entry(&icmp->echoes, struct icmp_echo, node);
}

struct icmp_echo *icmp_echo_open(struct stack *stack, icmp_echo_fn *on_event,
				 void *arg)
{
	struct icmp *icmp = icmp_of(stack);
	struct icmp_echo *e;
	uint16_t id;

	if (icmp->echo_count == ECHO_HANDLES || id_choose(icmp, &id))
		return NULL;
	e = mem_alloc(stack->place.env->mem, sizeof(*e));
	if (!e)
		return NULL;
	e->stack = stack;
	e->id = id;
	e->on_event = on_event;
	e->arg = arg;
	list_add_tail(&icmp->echoes, &e->node);
	icmp->echo_count++;
	return e;
}

void icmp_echo_close(struct icmp_echo *e)
{
	if (!e)
		return;
	list_del(&e->node);
	icmp_of(e->stack)->echo_count--;
	mem_free(e->stack->place.env->mem, e, sizeof(*e));
}

/*
 * Out.
 */

/* Append @len octets of pattern. */
static int pattern_append(struct pkt *pkt, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = min_size(len - done, 16384), i;
		struct block *blk = block_new(pkt->env, n);
		int err;

		if (!blk)
			return -ENOMEM;
		for (i = 0; i < n; i++)
			blk->data[i] = pattern(done + i);
		err = pkt_append_ref(pkt, blk, 0, n);
		block_put(blk);
		if (err)
			return err;
		done += n;
	}
	return 0;
}

/* The first eight octets have the same layout in both versions. */
static void header_emit(const struct icmp_echo *e, bool is_v6, uint16_t seq,
			uint8_t w[static ICMP4_HLEN])
{
	const struct icmp4_hdr h4 = {
		.type = ICMP4_ECHO,
		.id = e->id,
		.seq = seq,
	};
	const struct icmp6_hdr h6 = {
		.type = ICMP6_ECHO,
		.id = e->id,
		.seq = seq,
	};

	if (is_v6)
		icmp6_emit(w, &h6);
	else
		icmp4_emit(w, ICMP4_HLEN, &h4);
}

static struct pkt *request_new(struct icmp_echo *e, const struct ip_send *how,
			       uint16_t seq, size_t len)
{
	bool is_v6 = how->dst.family == IP_V6;
	struct pkt *pkt =
		pkt_new(e->stack->place.env,
			is_v6 ? R_ICMP6_ECHO_REQUEST : R_ICMP_ECHO_REQUEST);
	uint32_t sum = 0;
	struct icmp4_wire w, *front;

	if (!pkt)
		return NULL;
	header_emit(e, is_v6, seq, (uint8_t *)&w);
	if (pkt_append(pkt, &w, sizeof(w)) || pattern_append(pkt, len)) {
		pkt_free(pkt);
		return NULL;
	}
	/* What icmp4_emit() computed covers the header alone. */
	front = (void *)pkt_data(pkt);
	put16(front->sum, 0);
	if (is_v6)
		sum = csum_pseudo(how->src, how->dst, how->proto, pkt->len);
	sum = csum_combine(sum, pkt_csum(pkt, 0, pkt->len));
	put16(front->sum, csum_fold(sum));
	return pkt;
}

static int echo_send(struct icmp_echo *e, struct ip_send *how, uint16_t seq,
		     size_t len)
{
	struct echo_request *r = &e->open[e->next];
	struct pkt *pkt;
	int err = 0;

	if (len > ECHO_LEN_MAX)
		return -EINVAL;
	if (how->dst.family == IP_V6) {
		how->proto =
			IP_PROTO_ICMP6; /* its checksum covers the source */
		err = ip_source_for(e->stack, how->dst, &how->src);
	}
	if (err)
		return err;
	pkt = request_new(e, how, seq, len);
	if (!pkt)
		return -ENOMEM;
	e->next = (e->next + 1) % ECHO_OPEN;
	*r = (struct echo_request){
		.is_open = true,
		.seq = seq,
		.dst = how->dst,
		.len = len,
		.sent_ns = stack_now(e->stack),
	};
	err = ip_output(e->stack, pkt, how);
	if (err)
		r->is_open = false;
	return err;
}

int icmp_echo_send(struct icmp_echo *e, struct ip_addr dst, uint16_t seq,
		   size_t len, uint8_t ttl)
{
	struct ip_send how = {
		.dst = dst,
		.proto = IP_PROTO_ICMP,
		.ttl = ttl,
	};

	return echo_send(e, &how, seq, len);
}

/*
 * In.
 */

static struct echo_request *request_find(struct icmp_echo *e, uint16_t seq,
					 struct ip_addr dst)
{
	size_t i;

	for (i = 0; i < ECHO_OPEN; i++)
		if (e->open[i].is_open && e->open[i].seq == seq &&
		    ip_addr_eq(e->open[i].dst, dst))
			return &e->open[i];
	return NULL;
}

static bool payload_is_intact(const struct pkt *pkt, size_t len)
{
	size_t off = 0;

	if (pkt->len != ICMP4_HLEN + len)
		return false;
	while (off < len) {
		uint8_t buf[256];
		size_t n = min_size(len - off, sizeof(buf)), i;

		pkt_copy_out(pkt, ICMP4_HLEN + off, buf, n);
		for (i = 0; i < n; i++)
			if (buf[i] != pattern(off + i))
				return false;
		off += n;
	}
	return true;
}

void icmp_echo_answered(struct stack *stack, struct pkt *pkt, uint16_t id,
			uint16_t seq, const struct ip_meta *meta)
{
	struct icmp *icmp = icmp_of(stack);
	struct icmp_echo *e = echo_find(icmp, id);
	struct echo_request *r = e ? request_find(e, seq, meta->src) : NULL;
	struct icmp_echo_event ev = {
		.kind = ICMP_ECHO_ANSWER,
		.from = meta->src,
		.seq = seq,
		.len = pkt->len - ICMP4_HLEN,
		.ttl = meta->ttl,
	};

	if (!r) {
		ip_unheard(icmp->stack, pkt, DROP_icmp_stale);
		return;
	}
	r->is_open = false;
	ev.sent_ns = r->sent_ns;
	ev.is_intact = payload_is_intact(pkt, r->len);
	pkt_free(pkt);
	e->on_event(e->arg, &ev);
}

bool icmp_echo_failed(struct stack *stack, uint16_t id, uint16_t seq,
		      const struct ip_error *err)
{
	struct icmp_echo_event ev = {
		.kind = ICMP_ECHO_ERROR,
		.from = err->from,
		.seq = seq,
		.type = err->type,
		.code = err->code,
		.err = err->err,
	};
	struct icmp_echo *e = echo_find(icmp_of(stack), id);
	struct echo_request *r = e ? request_find(e, seq, err->dst) : NULL;

	if (!r)
		return false;
	r->is_open = false;
	ev.sent_ns = r->sent_ns;
	e->on_event(e->arg, &ev);
	return true;
}

void icmp_echo_input(struct icmp *icmp, struct pkt *pkt,
		     const struct icmp4_hdr *h, const struct ip_meta *meta)
{
	icmp_echo_answered(icmp->stack, pkt, h->id, h->seq, meta);
}

bool icmp_echo_error(struct icmp *icmp, const struct ip_error *err)
{
	struct icmp4_hdr h;

	return icmp4_parse_quoted(&h, err->l4, err->l4_len) > 0 &&
	       h.type == ICMP4_ECHO &&
	       icmp_echo_failed(icmp->stack, h.id, h.seq, err);
}
