// SPDX-License-Identifier: MIT
/*
 * sock_cork.c - several sends, one datagram; one send, several datagrams
 *
 * With UDP_CORK, or MSG_MORE, what is sent is gathered, and leaves as one
 * datagram with the first send that does not say so, or when UDP_CORK is
 * switched off.  Whom it goes to is what the first of these sends said.
 *
 * With UDP_SEGMENT it is the other way round: what one call hands over leaves
 * in datagrams of that many octets.  Where they arrive together they may be
 * joined again (UDP_GRO): udp_queue.c.  One that would not fit the path's MTU
 * is an error, as in Linux (EMSGSIZE since 6.14, EINVAL before).
 *
 * Limits
 * ------
 * SEGMENTS_MAX datagrams of one call, as in Linux.
 */

#include "sock/sock_cork.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/udp.h"

#include "ip/ip.h"
#include "sock/sock_ip_opt.h"

#define SEGMENTS_MAX 128

/* What has been gathered. */
struct sock_cork {
	struct endpoint to;
	bool has_to;
	size_t len;
	uint8_t data[UDP_PAYLOAD_MAX];
};

static struct mem *mem_of(const struct sock *s)
{
	return s->file.stack->place.env->mem;
}

static struct sock_cork *cork_of(const struct sock *s)
{
	return s->rest ? s->rest->cork : NULL;
}

void sock_cork_free(struct sock *s)
{
	struct sock_cork *c = cork_of(s);

	if (!c)
		return;
	mem_free(mem_of(s), c, sizeof(*c));
	s->rest->cork = NULL;
}

/* Would the largest piece have to be fragmented?  Cut is instead of that, not
 * as well. */
static bool fits(const struct sock *s, const struct sock_io *io, size_t size,
		 const struct udp_how *as)
{
	struct ip_addr dst = io->to ? io->to->addr : udp_peer(s->udp).addr;
	size_t hlen = UDP_HLEN +
		      (dst.family == IP_V6 ? IP6_HLEN : IP4_HLEN + as->opt_len);
	uint32_t mtu =
		as->netif ? as->netif->mtu : ip_mtu_for(s->file.stack, dst);

	return !mtu || hlen + min_size(io->len, size) <= mtu;
}

/* In pieces of @size octets. */
static long send_cut(struct sock *s, const struct sock_io *io, size_t size,
		     const struct udp_how *as)
{
	struct udp_how piece = *as;
	size_t at, n;
	long err;

	if (!size)
		return udp_send_how(s->udp, io->out, io->len, io->to, as);
	if (io->len > UDP_PAYLOAD_MAX || !fits(s, io, size, as))
		return -EMSGSIZE;
	if (io->len <= size)
		return udp_send_how(s->udp, io->out, io->len, io->to, as);
	if (io->len > size * SEGMENTS_MAX)
		return -EINVAL;
	if (udp_may_cut_late(s->udp, io->to)) {
		piece.size = size;
		return udp_send_how(s->udp, io->out, io->len, io->to, &piece);
	}
	for (at = 0; at < io->len; at += n) {
		n = io->len - at < size ? io->len - at : size;
		piece.follows = at > 0;
		err = udp_send_how(s->udp, io->out + at, n, io->to, &piece);
		if (err < 0)
			return at ? (long)at : err;
	}
	return (long)io->len;
}

static int cork_begin(struct sock *s, const struct sock_io *io)
{
	struct sock_rest *rest = sock_rest_of(s);
	struct sock_cork *c;

	if (!io->to && !udp_peer(s->udp).addr.family)
		return -EDESTADDRREQ;
	c = rest ? mem_alloc_raw(mem_of(s), sizeof(*c)) : NULL;
	if (!c)
		return -ENOMEM;
	c->len = 0;
	c->has_to = io->to;
	if (io->to)
		c->to = *io->to;
	rest->cork = c;
	return 0;
}

/* Too much for one datagram: nothing of it is sent. */
static int cork_add(struct sock *s, const struct sock_io *io)
{
	struct sock_cork *c = s->rest->cork;

	if (io->len > UDP_PAYLOAD_MAX - c->len) {
		sock_cork_free(s);
		return -EMSGSIZE;
	}
	if (io->len)
		memcpy(c->data + c->len, io->out, io->len);
	c->len += io->len;
	return 0;
}

static long flush(struct sock *s, size_t size, const struct udp_how *as)
{
	struct sock_cork *c = s->rest->cork;
	const struct sock_io io = {
		.out = c->data,
		.len = c->len,
		.to = c->has_to ? &c->to : NULL,
	};
	long n = send_cut(s, &io, size, as);

	sock_cork_free(s);
	return n;
}

int sock_cork_apply(struct sock *s)
{
	struct udp_how as = {0};
	long n = 0;

	as.opt = sock_ip_opt_for(s, NULL, &as.opt_len);
	if (!s->opts->udp_cork && cork_of(s))
		n = flush(s, (size_t)s->opts->udp_segment, &as);
	return n < 0 ? (int)n : 0;
}

long sock_cork_send(struct sock *s, const struct sock_io *io,
		    const struct udp_how *as)
{
	bool more = io->flags & SK_MSG_MORE || s->opts->udp_cork;
	size_t size = (size_t)s->opts->udp_segment;
	long n = 0;

	if (io->how && io->how->gso_size)
		size = io->how->gso_size;
	if (!more && !cork_of(s))
		return send_cut(s, io, size, as);
	if (!cork_of(s))
		n = cork_begin(s, io);
	if (!n)
		n = cork_add(s, io);
	if (!n && !more)
		n = flush(s, size, as);
	return n < 0 ? n : (long)io->len;
}
