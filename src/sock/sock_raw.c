// SPDX-License-Identifier: MIT
/*
 * sock_raw.c - raw sockets: packets of one protocol of IP, as they are
 *
 * Theory of operation
 * ===================
 * IP has one listener (ip/ip_listen.h), which is this file: each packet that
 * is for the host goes past all raw sockets, and those that it concerns get a
 * copy of its headers and share its payload.
 *
 *	ip ---> every socket: protocol, addresses, interface, ICMP filter?
 *	              |  yes: clone into its queue
 *	ip ---> the transport, which takes the packet
 *
 * IPv4 shows the IP header to the program, IPv6 does not (RFC 3542, 3).  What
 * is sent gets an IP header unless the program makes it itself (IP_HDRINCL,
 * IPV6_HDRINCL; protocol 255 means that too).  Of ICMPv6, and where
 * IPV6_CHECKSUM says so, the checksum is the stack's business, because it
 * covers a source address that the program does not know (RFC 3542, 3.1).
 *
 * Limits
 * ------
 * All raw and ping sockets are asked for every packet; there are few.
 */

#include "sock/sock_raw.h"

#include <errno.h>

#include "wire/csum.h"
#include "wire/proto.h"

#include "core/pkt.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "ip/ip.h"
#include "ip/ip_listen.h"
#include "sock/sock_ip_opt.h"

int raw_bind_check(const struct sock *s, const struct endpoint *local)
{
	struct stack *stack = s->file.stack;
	struct ip_addr a = local->addr;
	uint8_t family = s->domain == SK_AF_INET6 ? IP_V6 : IP_V4;

	if (a.family && a.family != family)
		return -EADDRNOTAVAIL;
	if (ip_addr_is_zero(a) || ip_addr_is_multicast(a) ||
	    ip_addr_is_ours(stack, a) || ip_addr_is_bcast(stack, a) ||
	    s->opts->freebind)
		return 0;
	return -EADDRNOTAVAIL;
}

static int raw_bind(struct sock *s, const struct endpoint *local)
{
	int err = raw_bind_check(s, local);

	if (err)
		return err;
	if (ip_addr_is_zero(local->addr))
		s->raw->local.addr.v6 = (ip6_addr){{0}};
	else
		s->raw->local.addr = local->addr;
	return 0;
}

int raw_connect(struct sock *s, const struct endpoint *peer)
{
	struct raw_end *r = s->raw;
	struct ip_addr src;
	int err;

	if (peer->addr.family == IP_NONE) {
		r->peer = *peer;
		return 0;
	}
	if (ip_addr_is_bcast(s->file.stack, peer->addr) && !s->opts->broadcast)
		return -EACCES;
	err = ip_source_for(s->file.stack, peer->addr, &src);
	if (err)
		return err;
	if (ip_addr_is_zero(r->local.addr))
		r->local.addr = src;
	r->peer = *peer;
	return 0;
}

int raw_dest(struct sock *s, const struct sock_io *io, struct endpoint *to)
{
	struct raw_end *r = s->raw;
	int err = r->err;

	if (!io->to && !r->peer.addr.family)
		return -EDESTADDRREQ;
	*to = io->to ? *io->to : r->peer;
	if (to->addr.family != r->local.addr.family)
		return -EAFNOSUPPORT;
	r->err = 0;
	return -err;
}

/* Numbers of the version that is spoken. */
static void raw_numbers(const struct sock *s, const struct endpoint *to,
			struct ip_send *how)
{
	bool is_group = ip_addr_is_multicast(to->addr);
	bool is_v6 = to->addr.family == IP_V6;
	const struct sock_opts *o = s->opts;

	if (is_v6) {
		how->ttl = (uint8_t)(is_group ? o->group_hops : o->hops);
		how->tos = (uint8_t)o->tclass;
		how->df = o->pmtudisc6 >= SK_PMTUDISC_DO;
	} else {
		how->ttl = (uint8_t)(is_group ? o->group_ttl : o->ttl);
		how->tos = (uint8_t)o->tos;
		how->df = o->pmtudisc >= SK_PMTUDISC_DO;
	}
}

int raw_how(struct sock *s, const struct sock_io *io, const struct endpoint *to,
	    struct ip_send *how)
{
	struct stack *stack = s->file.stack;
	const struct sock_how *as = io->how;
	struct raw_end *r = s->raw;

	*how = (struct ip_send){
		.dst = to->addr,
		.src = r->local.addr,
		.proto = (uint8_t)s->proto,
		.may_bcast = s->opts->broadcast,
		.netif = r->netif,
	};
	raw_numbers(s, to, how);
	if (to->addr.family == IP_V4)
		how->opt = sock_ip_opt_for(s, as, &how->opt_len);
	if (as && as->ttl > 0)
		how->ttl = (uint8_t)as->ttl;
	if (as && as->tos >= 0)
		how->tos = (uint8_t)as->tos;
	if (as && as->ifindex)
		how->netif = stack_netif_by_index(stack, as->ifindex);
	if (as && as->ifindex && !how->netif)
		return -ENODEV;
	if (as && as->src.family)
		how->src = as->src;
	if (ip_addr_is_zero(how->src) || ip_addr_is_multicast(how->src) ||
	    ip_addr_is_bcast(stack, how->src))
		return ip_source_for(stack, to->addr, &how->src);
	return 0;
}

/* IPV6_CHECKSUM: 0, or -EINVAL where it lies outside of the packet. */
static int checksum_put(const struct raw_end *r, struct pkt *pkt,
			const struct ip_send *how)
{
	uint32_t off = (uint32_t)r->csum_off, sum;
	uint8_t *p;

	if (r->csum_off == RAW_NO_CSUM)
		return 0;
	p = off + 2 <= pkt->len ? pkt_need(pkt, off + 2) : NULL;
	if (!p)
		return -EINVAL;
	put16(p + off, 0);
	sum = csum_pseudo(how->src, how->dst, how->proto, pkt->len);
	put16(p + off,
	      csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len))));
	return 0;
}

int raw_refused(struct sock *s, const struct endpoint *to, int err)
{
	if (err == -EMSGSIZE)
		sock_err_local(s, EMSGSIZE, to,
			       ip_mtu_for(s->file.stack, to->addr));
	return err;
}

static long raw_send(struct sock *s, struct sock_io *io)
{
	struct stack *stack = s->file.stack;
	struct raw_end *r = s->raw;
	struct endpoint to;
	struct ip_send how;
	struct pkt *pkt;
	int err;

	if (io->len > 65535)
		return -EMSGSIZE;
	err = raw_dest(s, io, &to);
	if (!err)
		err = raw_how(s, io, &to, &how);
	if (!err && r->has_header && how.opt_len)
		err = -EINVAL; /* the program has the whole header */
	if (err)
		return err;
	pkt = pkt_new(stack->place.env, R_SOCK_RAW);
	if (!pkt)
		return -ENOMEM;
	err = pkt_append(pkt, io->out, io->len);
	if (!err)
		err = checksum_put(r, pkt, &how);
	if (err) {
		pkt_free(pkt);
		return err;
	}
	if (r->has_header)
		err = ip_output_whole(stack, pkt, &how);
	else
		err = ip_output(stack, pkt, &how);
	if (err)
		return raw_refused(s, &to, err);
	io->want = 0;
	return (long)io->len;
}

long raw_recv(struct sock *s, struct sock_io *io)
{
	struct raw_end *r = s->raw;
	int err = r->err;

	if (err) {
		r->err = 0;
		return -err;
	}
	if (!heard_next(&r->heard) && list_is_empty(&r->heard.list) &&
	    r->is_recv_shut && sock_may_block(s, io->flags))
		return 0;
	return heard_recv(s, &r->heard, io);
}

int raw_ioctl(struct sock *s, unsigned long request, int *val)
{
	if (request == SK_FIONREAD)
		*val = (int)heard_next(&s->raw->heard);
	else if (request == SK_TIOCOUTQ)
		*val = 0;
	else
		return -ENOTTY;
	return 0;
}

int raw_shutdown(struct sock *s, int how)
{
	struct raw_end *r = s->raw;

	r->is_recv_shut |= how != SK_SHUT_WR;
	r->is_send_shut |= how != SK_SHUT_RD;
	sock_tell(s, WAIT_IN | WAIT_RDHUP);
	return r->peer.addr.family ? 0 : -ENOTCONN;
}

struct endpoint raw_local(const struct sock *s)
{
	return s->raw->local;
}

struct endpoint raw_peer(const struct sock *s)
{
	return s->raw->peer;
}

int raw_error(struct sock *s)
{
	int err = s->raw->err;

	s->raw->err = 0;
	return -err;
}

uint32_t raw_poll(struct sock *s)
{
	const struct raw_end *r = s->raw;
	uint32_t events = WAIT_OUT;

	if (!list_is_empty(&r->heard.list))
		events |= WAIT_IN;
	if (r->err || sock_error_count(s))
		events |= WAIT_ERR;
	if (r->is_recv_shut)
		events |= WAIT_IN | WAIT_RDHUP;
	if (r->is_recv_shut && r->is_send_shut)
		events |= WAIT_HUP;
	return events;
}

size_t raw_readable(struct sock *s)
{
	return heard_next(&s->raw->heard);
}

void raw_info(struct sock *s, struct sock_info *info)
{
	info->state = s->raw->peer.addr.family ? "ESTAB" : "UNCONN";
	info->recv_queue = s->raw->heard.len;
}

/*
 * In.
 */

static bool is_icmp(uint8_t proto)
{
	return proto == SK_IPPROTO_ICMP || proto == SK_IPPROTO_ICMPV6;
}

/* Do addresses and interface of a packet concern it? */
static bool addresses_match(const struct raw_end *r, const struct ip_meta *meta)
{
	if (r->local.addr.family != meta->dst.family)
		return false;
	if (!ip_addr_is_zero(r->local.addr) &&
	    !ip_addr_eq(r->local.addr, meta->dst))
		return false;
	if (r->peer.addr.family && !ip_addr_eq(r->peer.addr, meta->src))
		return false;
	return !r->netif || r->netif == meta->netif;
}

/* RFC 3542, 3.2, and Linux's ICMP_FILTER. */
static bool is_blocked(const struct raw_end *r, const struct pkt *pkt)
{
	uint8_t type;

	if (!is_icmp((uint8_t)r->sock->proto) || !pkt->len)
		return false;
	pkt_copy_out(pkt, 0, &type, 1);
	return r->blocked[type / 32] >> type % 32 & 1;
}

static bool checksum_is_right(const struct raw_end *r, const struct pkt *pkt,
			      const struct ip_meta *meta)
{
	uint32_t sum;

	if (r->csum_off == RAW_NO_CSUM || pkt->csum != PKT_CSUM_NONE)
		return true;
	sum = csum_pseudo(meta->src, meta->dst, meta->proto, pkt->len);
	return !csum_fold(csum_combine(sum, pkt_csum(pkt, 0, pkt->len)));
}

static bool raw_hears(const struct raw_end *r, const struct pkt *pkt,
		      const struct ip_meta *meta)
{
	if (r->is_recv_shut || !addresses_match(r, meta))
		return false;
	if (ip_addr_is_multicast(meta->dst) &&
	    !sock_group_hears(r->sock, meta->netif, meta->dst, meta->src))
		return false;
	if (r->sock->ops == &sock_ping_ops)
		return ping_hears(r, pkt, meta);
	return r->sock->proto == meta->proto && !is_blocked(r, pkt) &&
	       checksum_is_right(r, pkt, meta);
}

static bool hear(struct raw_end *r, const struct pkt *pkt,
		 const struct ip_meta *meta)
{
	const struct heard what = {
		.from = {.addr = meta->src},
		.dst = meta->dst,
		.has_ip = true,
		.ttl = meta->ttl,
		.tos = meta->tos,
		.ifindex = meta->netif->index,
	};
	struct pkt *copy = pkt_clone(pkt);

	if (!copy) {
		r->sock->file.stack->place.drops[DROP_no_memory]++;
		return true;
	}
	if (r->sock->ops == &sock_raw_ops && meta->dst.family == IP_V4)
		pkt_unpull(copy, copy->l3_off);
	heard_add(r->sock, &r->heard, copy, &what);
	return true;
}

static bool on_packet(struct stack *stack, const struct pkt *pkt,
		      const struct ip_meta *meta)
{
	struct raw_end *r;
	bool is_heard = false;

	list_for_each_entry(r, &sock_stack_of(stack)->raws, struct raw_end,
			    node)
		if (raw_hears(r, pkt, meta))
			is_heard |= hear(r, pkt, meta);
	return is_heard;
}

void raw_fail(struct raw_end *r, const struct ip_error *err)
{
	bool is_news = r->peer.addr.family && err->is_hard;

	is_news |= sock_err_note(r->sock, err);
	if (!is_news)
		return;
	r->err = err->err;
	sock_tell(r->sock, WAIT_ERR);
}

static bool raw_sent(const struct raw_end *r, const struct ip_error *err)
{
	if (r->local.addr.family != err->src.family)
		return false;
	if (!ip_addr_is_zero(r->local.addr) &&
	    !ip_addr_eq(r->local.addr, err->src))
		return false;
	if (r->peer.addr.family && !ip_addr_eq(r->peer.addr, err->dst))
		return false;
	if (r->sock->ops == &sock_ping_ops)
		return ping_sent(r, err);
	return r->sock->proto == err->proto;
}

static bool on_error(struct stack *stack, const struct ip_error *err)
{
	struct raw_end *r;
	bool is_ours = false;

	list_for_each_entry(r, &sock_stack_of(stack)->raws, struct raw_end,
			    node) {
		if (!raw_sent(r, err))
			continue;
		raw_fail(r, err);
		is_ours = true;
	}
	return is_ours;
}

static const struct ip_listener listener = {
	.input = on_packet,
	.error = on_error,
};

int raw_open(struct sock *s)
{
	struct stack *stack = s->file.stack;
	struct raw_end *r = mem_alloc(stack->place.env->mem, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->sock = s;
	heard_init(&r->heard);
	r->local.addr.family = s->domain == SK_AF_INET6 ? IP_V6 : IP_V4;
	r->csum_off = RAW_NO_CSUM;
	if (s->domain == SK_AF_INET6 && s->proto == SK_IPPROTO_ICMPV6)
		r->csum_off = 2;
	r->has_header = s->proto == SK_IPPROTO_RAW;
	if (s->ops == &sock_raw_ops)
		r->local.port = (uint16_t)s->proto;
	s->raw = r;
	list_add_tail(&sock_stack_of(stack)->raws, &r->node);
	ip_listener_set(stack, &listener);
	return 0;
}

void raw_free(struct sock *s)
{
	struct stack *stack = s->file.stack;
	struct raw_end *r = s->raw;

	list_del(&r->node);
	if (list_is_empty(&sock_stack_of(stack)->raws))
		ip_listener_set(stack, NULL); /* nobody pays for nothing */
	heard_clear(s, &r->heard);
	mem_free(stack->place.env->mem, r, sizeof(*r));
}

void sock_raw_fini(struct stack *stack)
{
	ip_listener_set(stack, NULL);
}

const struct sock_ops sock_raw_ops = {
	.name = "raw",
	.opts = OPT_RAW,
	.type = SK_SOCK_RAW,
	.open = raw_open,
	.free = raw_free,
	.bind = raw_bind,
	.connect = raw_connect,
	.send = raw_send,
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
