// SPDX-License-Identifier: MIT
/*
 * sock_ping.c - ping sockets: echoes for programs that need no more
 *
 * A datagram socket of protocol ICMP sends echo requests and hears the answers
 * to them and nothing else.  Its port is the identifier of its requests, so
 * two of them never hear each other's answers.  It is a raw socket
 * (sock_raw.c) that hears less and may say less.
 *
 *	program: type 8, code 0, sequence number, payload
 *	stack:   identifier and checksum
 */

#include <errno.h>

#include "wire/csum.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"

#include "core/pkt.h"

#include "ip/ip.h"
#include "sock/sock_raw.h"

#define ID_DRAWS 64

static bool is_v6(const struct raw_end *r)
{
	return r->sock->domain == SK_AF_INET6;
}

static struct raw_end *find_id(const struct sock *s, uint16_t id)
{
	struct raw_end *r;

	list_for_each_entry(r, &sock_stack_of(s->file.stack)->raws,
			    struct raw_end, node)
		if (r->sock->ops == &sock_ping_ops && r->local.port == id)
			return r;
	return NULL;
}

/* An identifier that nobody has; others cannot guess it.  0, -EIO,
 * -EADDRINUSE. */
static int draw_id(struct sock *s)
{
	uint16_t id;
	int i;

	for (i = 0; i < ID_DRAWS; i++) {
		if (stack_random(s->file.stack, &id, sizeof(id)))
			return -EIO;
		if (id && !find_id(s, id)) {
			s->raw->local.port = id;
			return 0;
		}
	}
	return -EADDRINUSE;
}

static int ping_bind(struct sock *s, const struct endpoint *local)
{
	int err = raw_bind_check(s, local);

	if (err)
		return err;
	if (s->raw->local.port)
		return -EINVAL;
	if (local->port && find_id(s, local->port))
		return -EADDRINUSE;
	if (local->addr.family && !ip_addr_is_zero(local->addr))
		s->raw->local.addr = local->addr;
	s->raw->local.port = local->port;
	return local->port ? 0 : draw_id(s);
}

static int ping_connect(struct sock *s, const struct endpoint *peer)
{
	int err = 0;

	if (!s->raw->local.port && peer->addr.family)
		err = draw_id(s);
	return err ? err : raw_connect(s, peer);
}

/* Only echo requests may be sent. */
static bool is_request(const struct raw_end *r, const uint8_t *p, size_t len)
{
	uint8_t type = is_v6(r) ? ICMP6_ECHO : ICMP4_ECHO;

	return len >= ICMP4_HLEN && p[0] == type && p[1] == 0;
}

/* The stack's part of the header: identifier and checksum. */
static void fill_in(const struct raw_end *r, struct pkt *pkt,
		    const struct ip_send *how)
{
	struct icmp4_wire *w = (void *)pkt_need(pkt, ICMP4_HLEN);
	uint32_t sum = 0;

	put16(w->rest, r->local.port);
	put16(w->sum, 0);
	if (is_v6(r))
		sum = csum_pseudo(how->src, how->dst, how->proto, pkt->len);
	put16(w->sum, csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len))));
}

static long ping_send(struct sock *s, struct sock_io *io)
{
	struct stack *stack = s->file.stack;
	struct raw_end *r = s->raw;
	struct endpoint to;
	struct ip_send how;
	struct pkt *pkt;
	int err = 0;

	if (io->len > 65535)
		return -EMSGSIZE;
	if (!is_request(r, io->out, io->len))
		return -EINVAL;
	if (!r->local.port)
		err = draw_id(s);
	if (!err)
		err = raw_dest(s, io, &to);
	if (!err)
		err = raw_how(s, io, &to, &how);
	if (err)
		return err;
	pkt = pkt_new(stack->place.env,
		      is_v6(r) ? R_ICMP6_ECHO_REQUEST : R_ICMP_ECHO_REQUEST);
	if (!pkt)
		return -ENOMEM;
	err = pkt_append(pkt, io->out, io->len);
	if (err) {
		pkt_free(pkt);
		return err;
	}
	fill_in(r, pkt, &how);
	err = ip_output(stack, pkt, &how);
	if (err)
		return raw_refused(s, &to, err);
	io->want = 0;
	return (long)io->len;
}

static bool checksum_is_right(const struct raw_end *r, const struct pkt *pkt,
			      const struct ip_meta *meta)
{
	uint32_t sum = 0;

	if (is_v6(r))
		sum = csum_pseudo(meta->src, meta->dst, meta->proto, pkt->len);
	return !csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len)));
}

bool ping_hears(const struct raw_end *r, const struct pkt *pkt,
		const struct ip_meta *meta)
{
	uint8_t type = is_v6(r) ? ICMP6_ECHO_REPLY : ICMP4_ECHO_REPLY;
	struct icmp4_wire w;

	if (meta->proto != r->sock->proto || pkt->len < sizeof(w))
		return false;
	pkt_copy_out(pkt, 0, &w, sizeof(w));
	return w.type[0] == type && r->local.port &&
	       get16(w.rest) == r->local.port &&
	       checksum_is_right(r, pkt, meta);
}

bool ping_sent(const struct raw_end *r, const struct ip_error *err)
{
	const struct icmp4_wire *w = (const void *)err->l4;

	return err->proto == r->sock->proto && err->l4_len >= sizeof(*w) &&
	       is_request(r, err->l4, err->l4_len) && r->local.port &&
	       get16(w->rest) == r->local.port;
}

const struct sock_ops sock_ping_ops = {
	.name = "ping",
	.opts = OPT_RAW,
	.type = SK_SOCK_DGRAM,
	.open = raw_open,
	.free = raw_free,
	.bind = ping_bind,
	.connect = ping_connect,
	.send = ping_send,
	.recv = raw_recv,
	.recv_error = sock_err_recv,
	.ioctl = raw_ioctl,
	.shutdown = raw_shutdown,
	.local = raw_local,
	.peer = raw_peer,
	.error = raw_error,
	.poll = raw_poll,
	.readable = raw_readable,
	.info = raw_info,
};
