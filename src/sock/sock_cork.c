// SPDX-License-Identifier: MIT
/*
 * sock_cork.c - several sends, one datagram; one send, several datagrams
 *
 * With UDP_CORK, or MSG_MORE, what is sent is gathered, and leaves as one
 * datagram with the first send that does not say so, or when UDP_CORK is
 * switched off.  Whom it goes to is what the first of these sends said.
 *
 * With UDP_SEGMENT it is the other way round: what one call hands over leaves
 * in datagrams of that many octets.
 *
 * Limits
 * ------
 * SEGMENTS_MAX datagrams of one call, as in Linux.
 */

#include "sock/sock_cork.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

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

void sock_cork_free(struct sock *s)
{
	mem_free(mem_of(s), s->cork, sizeof(*s->cork));
	s->cork = NULL;
}

/* In pieces of @size octets. */
static long send_cut(struct sock *s, const struct sock_io *io, size_t size,
		     const struct udp_how *as)
{
	size_t at, n;
	long err;

	if (!size || io->len <= size)
		return udp_send_how(s->udp, io->out, io->len, io->to, as);
	if (io->len > UDP_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (io->len > size * SEGMENTS_MAX)
		return -EINVAL;
	for (at = 0; at < io->len; at += n) {
		n = io->len - at < size ? io->len - at : size;
		err = udp_send_how(s->udp, io->out + at, n, io->to, as);
		if (err < 0)
			return at ? (long)at : err;
	}
	return (long)io->len;
}

static int cork_begin(struct sock *s, const struct sock_io *io)
{
	if (!io->to && !udp_peer(s->udp).addr.family)
		return -EDESTADDRREQ;
	s->cork = mem_alloc_raw(mem_of(s), sizeof(*s->cork));
	if (!s->cork)
		return -ENOMEM;
	s->cork->len = 0;
	s->cork->has_to = io->to;
	if (io->to)
		s->cork->to = *io->to;
	return 0;
}

/* Too much for one datagram: nothing of it is sent. */
static int cork_add(struct sock *s, const struct sock_io *io)
{
	struct sock_cork *c = s->cork;

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
	const struct sock_io io = {
		.out = s->cork->data,
		.len = s->cork->len,
		.to = s->cork->has_to ? &s->cork->to : NULL,
	};
	long n = send_cut(s, &io, size, as);

	sock_cork_free(s);
	return n;
}

int sock_cork_apply(struct sock *s)
{
	static const struct udp_how plain;
	long n = 0;

	if (!s->opts.udp_cork && s->cork)
		n = flush(s, (size_t)s->opts.udp_segment, &plain);
	return n < 0 ? (int)n : 0;
}

long sock_cork_send(struct sock *s, const struct sock_io *io,
		    const struct udp_how *as)
{
	bool more = io->flags & SK_MSG_MORE || s->opts.udp_cork;
	size_t size = (size_t)s->opts.udp_segment;
	long n = 0;

	if (io->how && io->how->gso_size)
		size = io->how->gso_size;
	if (!more && !s->cork)
		return send_cut(s, io, size, as);
	if (!s->cork)
		n = cork_begin(s, io);
	if (!n)
		n = cork_add(s, io);
	if (!n && !more)
		n = flush(s, size, as);
	return n < 0 ? n : (long)io->len;
}
