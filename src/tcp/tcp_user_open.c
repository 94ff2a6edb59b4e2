// SPDX-License-Identifier: MIT
/*
 * tcp_user_open.c - the user call OPEN (RFC 9293, 3.10.1), as bind, connect
 * and listen
 */

#include <errno.h>

#include "tcp/tcp_foreign.h"
#include "tcp/tcp_int.h"

struct tcp_conn *tcp_new(struct stack *stack, const struct tcp_user *user,
			 void *arg)
{
	struct tcp_conn *c = tcp_conn_new(stack->slot[SLOT_TCP]);

	if (c)
		tcp_set_user(c, user, arg);
	return c;
}

void tcp_set_user(struct tcp_conn *c, const struct tcp_user *user, void *arg)
{
	c->user = user;
	c->arg = arg;
}

static int bind_to(struct tcp_conn *c, struct ip_addr addr, uint16_t port,
		   unsigned int how)
{
	c->bind = tcp_bind_get(c->tcp, port, addr, how);
	if (!c->bind)
		return -ENOMEM;
	c->end.t.laddr = addr;
	c->end.t.lport = port;
	c->flags &= ~(uint32_t)(TCPF_REUSE | TCPF_FIXED);
	c->flags |= how & TCP_BIND_REUSE ? TCPF_REUSE : 0;
	c->flags |= how & TCP_BIND_FIXED ? TCPF_FIXED : 0;
	return 0;
}

static void set_bit(struct tcp_conn *c, unsigned int bit, bool on)
{
	c->end.bits = (uint16_t)(on ? c->end.bits | bit : c->end.bits & ~bit);
}

void tcp_set_share(struct tcp_conn *c, bool on)
{
	if (!tcp_is_bound(c))
		set_bit(c, TCP_BIND_SHARE, on);
}

void tcp_set_freebind(struct tcp_conn *c, bool on)
{
	set_bit(c, TCP_BIND_FREE, on);
}

int tcp_bind(struct tcp_conn *c, const struct endpoint *local, bool reuse)
{
	struct tcp_stack *tcp = c->tcp;
	struct ip_addr addr = local->addr;
	uint16_t port = local->port;
	unsigned int how = TCP_BIND_FIXED | (reuse ? TCP_BIND_REUSE : 0) |
			   (c->end.bits & TCP_BIND_SHARE);

	if (c->bind || c->end.state != TCPS_CLOSED)
		return -EINVAL;
	if (addr.family != IP_V4 && addr.family != IP_V6 &&
	    addr.family != IP_NONE)
		return -EAFNOSUPPORT;
	if (!ip_addr_is_zero(addr) && !(c->end.bits & TCP_BIND_FREE) &&
	    !ip_addr_is_ours(tcp->stack, addr))
		return -EADDRNOTAVAIL;
	if (!port)
		port = tcp_port_pick(tcp, addr, how);
	else if (!tcp_port_is_free(tcp, port, addr, how))
		port = 0;
	if (!port)
		return -EADDRINUSE;
	if (!ip_addr_is_zero(addr))
		c->flags |= TCPF_BOUND_ADDR;
	return bind_to(c, addr, port, how);
}

/* Is the pair of endpoints free, perhaps as soon as a TIME-WAIT is ended? */
static int take_fixed_port(struct tcp_conn *c, const struct tcp_tuple *t,
			   struct tcp_tw **tw)
{
	struct tcp_end *e = tcp_end_find(c->tcp, t);

	*tw = NULL;
	if (!e)
		return 0;
	if (!tcp_tw_is_reusable(c->tcp, e))
		return -EADDRNOTAVAIL;
	*tw = tcp_tw_of(e);
	return 0;
}

/* Choose what the user left open of the four numbers. */
static int choose(struct tcp_conn *c, struct tcp_tuple *t, struct tcp_tw **tw)
{
	struct tcp_stack *tcp = c->tcp;
	int err;

	t->laddr = c->end.t.laddr;
	t->lport = c->bind ? c->end.t.lport : 0;
	if (!(c->flags & TCPF_BOUND_ADDR)) {
		err = ip_source_for(tcp->stack, t->raddr, &t->laddr);
		if (err)
			return err;
	}
	if (t->laddr.family != t->raddr.family)
		return -EINVAL;
	if (c->bind)
		return take_fixed_port(c, t, tw);
	return tcp_port_pick_for(tcp, t, tw) ? 0 : -EADDRNOTAVAIL;
}

static int may_connect(const struct tcp_conn *c, const struct endpoint *remote)
{
	if (TCP_STATE_IN(c, TCP_IN(SYN_SENT) | TCP_IN(SYN_RCVD)))
		return -EALREADY;
	if (c->end.state != TCPS_CLOSED)
		return -EISCONN;
	if (remote->addr.family != IP_V4 && remote->addr.family != IP_V6)
		return -EAFNOSUPPORT;
	if (ip_addr_is_multicast(remote->addr))
		return -ENETUNREACH;
	if (ip_addr_is_bcast(c->tcp->stack, remote->addr))
		return -EACCES;
	return 0;
}

/* As new: a connection that was refused may try again. */
static void renew(struct tcp_conn *c)
{
	c->flags &=
		~(uint32_t)(TCPF_SND_CLOSED | TCPF_RCV_CLOSED | TCPF_FIN_RCVD |
			    TCPF_OPENED | TCPF_TS | TCPF_WSCALE |
			    TCPF_WANT_OUT | TCPF_MORE | TCPF_FASTOPEN);
	c->error = c->soft = 0;
	c->srtt_8us = c->rttvar_4us = 0;
	c->snd_wscale = 0;
	c->snd_wnd = c->max_snd_wnd = 0;
	c->ts_recent = 0;
	if (c->extra)
		c->extra->retransmits = 0;
}

static int connect_with(struct tcp_conn *c, const struct endpoint *remote,
			struct tcp_first *first)
{
	struct tcp_stack *tcp = c->tcp;
	struct tcp_tuple t = {.raddr = remote->addr, .rport = remote->port};
	struct tcp_tw *tw;
	int err = may_connect(c, remote);

	/* "This host" may be written as no address at all. */
	if (!err && ip_addr_is_zero(t.raddr) && t.raddr.family == IP_V4)
		t.raddr.v4 = IP4_LOOPBACK;
	if (!err)
		err = choose(c, &t, &tw);
	if (!err && !c->bind)
		err = tcp_bind_drawn(c, &t);
	if (err)
		return err;
	c->iss = tcp_iss(tcp, &t);
	if (tw)
		c->iss = seq_max(c->iss, tcp_tw_reuse(tcp, tw));
	renew(c);
	c->end.t = t;
	if (!tcp_activate(c) || tcp_end_add(tcp, &c->end)) {
		if (!(c->flags & TCPF_FIXED))
			tcp_conn_unbind(c);
		tcp_settle(c);
		return -ENOMEM;
	}
	c->flags |= TCPF_IN_TABLE;
	tcp_open_active(c, first);
	tcp_settle(c);
	return 0;
}

int tcp_connect(struct tcp_conn *c, const struct endpoint *remote)
{
	return connect_with(c, remote, NULL);
}

long tcp_connect_send(struct tcp_conn *c, const struct endpoint *remote,
		      const void *buf, size_t len)
{
	struct tcp_first first = {.buf = buf, .len = len};
	int err = connect_with(c, remote, &first);

	return err ? err : (long)first.taken;
}

int tcp_listen_foreign(struct tcp_conn *c, int backlog)
{
	uint32_t n = min_u32((uint32_t)backlog, c->tcp->knobs.somaxconn);
	int err;

	if (c->end.state != TCPS_CLOSED || c->bind)
		return -EINVAL;
	if (c->tcp->foreign)
		return -EADDRINUSE;
	c->flags |= TCPF_REUSE;
	err = tcp_listen_begin(c, n);
	if (!err)
		c->tcp->foreign = c;
	return err;
}

bool tcp_is_listened(struct stack *stack, const struct endpoint *local)
{
	const struct tcp_tuple t = {
		.laddr = local->addr,
		.lport = local->port,
	};

	return tcp_listener_find(stack->slot[SLOT_TCP], &t);
}

int tcp_listen(struct tcp_conn *c, int backlog)
{
	struct endpoint any = {.addr = ip_addr_v4(IP4_ANY)};
	uint32_t n = min_u32((uint32_t)backlog, c->tcp->knobs.somaxconn);
	int err;

	if (c->end.state == TCPS_LISTEN) {
		c->listen->backlog = n;
		return 0;
	}
	if (c->end.state != TCPS_CLOSED)
		return -EINVAL;
	if (!c->bind) {
		err = tcp_bind(c, &any, false);
		if (err)
			return err;
	}
	if (c->active)
		tcp_deactivate(c);
	c->end.t.raddr = (struct ip_addr){0};
	c->end.t.rport = 0;
	return tcp_listen_begin(c, n);
}
