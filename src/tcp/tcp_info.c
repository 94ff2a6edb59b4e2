// SPDX-License-Identifier: MIT
/*
 * tcp_info.c - STATUS (RFC 9293, 3.10.6)
 */

#include <string.h>

#include "tcp/tcp_int.h"

static void fill_ends(struct tcp_info *info, const struct tcp_end *e)
{
	memset(info, 0, sizeof(*info));
	info->state = (enum tcp_state)e->state;
	info->local = (struct endpoint){e->t.laddr, e->t.lport};
	info->remote = (struct endpoint){e->t.raddr, e->t.rport};
}

static void fill_active(struct tcp_info *info, const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	info->sndq = tcp_queue_len(&a->snd);
	info->rcvq = tcp_queue_len(&a->rcv);
	info->backoff = a->backoff;
	info->probes = a->is_probing ? a->tries : a->keep_sent;
	info->timer_name = tcp_timer_next(c, &info->timer_ns);
}

static void fill_flags(struct tcp_info *info, const struct tcp_conn *c)
{
	info->is_orphan = c->flags & TCPF_ORPHAN;
	info->has_wscale = c->flags & TCPF_WSCALE;
	info->has_timestamps = c->flags & TCPF_TS;
	info->has_sack = c->flags & TCPF_SACK;
	info->has_nodelay = c->flags & TCPF_NODELAY;
	info->has_keepalive = c->flags & TCPF_KEEPALIVE;
}

void tcp_get_info(const struct tcp_conn *c, struct tcp_info *info)
{
	fill_ends(info, &c->end);
	fill_flags(info, c);
	if (c->end.state == TCPS_LISTEN) {
		info->sndq = c->listen->backlog;
		info->rcvq = c->listen->ready_count;
		return;
	}
	info->snd_mss = c->mss;
	info->rcv_mss = c->rcv_mss;
	info->srtt_us = c->srtt_8us / 8;
	info->rttvar_us = c->rttvar_4us / 4;
	info->rto_us = (uint32_t)(tcp_rto_ns(c) / NS_PER_US);
	info->cwnd = c->cwnd;
	info->ssthresh = c->ssthresh;
	info->snd_wnd = c->snd_wnd;
	info->rcv_wnd = tcp_rcv_wnd(c);
	info->retransmits = tcp_extra(c)->retransmits;
	info->snd_wscale = c->snd_wscale;
	info->rcv_wscale = c->rcv_wscale;
	if (c->active)
		fill_active(info, c);
}

static void fill_req(struct tcp_info *info, const struct tcp_req *r)
{
	fill_ends(info, &r->end);
	info->is_orphan = true;
	info->retransmits = r->tries;
	info->timer_ns = r->timer.expires_ns;
	info->timer_name = "rto";
}

static void fill_tw(struct tcp_info *info, const struct tcp_tw *tw)
{
	fill_ends(info, &tw->end);
	info->is_orphan = true;
	info->timer_ns = tw->expires_ns;
	info->timer_name = "2msl";
}

static void fill_end(struct tcp_info *info, const struct tcp_end *e)
{
	if (e->kind == TCP_IS_CONN)
		tcp_get_info(container_of_const(e, struct tcp_conn, end), info);
	else if (e->kind == TCP_IS_REQ)
		fill_req(info, container_of_const(e, struct tcp_req, end));
	else
		fill_tw(info, container_of_const(e, struct tcp_tw, end));
}

void tcp_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct tcp_info *info), void *arg)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	const struct tcp_listen *l;
	const struct tcp_port *p;
	const struct tcp_end *e;
	struct tcp_info info;
	size_t pos = 0;

	while ((p = htab_next(&tcp->ports, &pos))) {
		list_for_each_entry(l, &p->listeners, struct tcp_listen, node) {
			tcp_get_info(l->conn, &info);
			fn(arg, &info);
		}
	}
	pos = 0;
	while ((e = htab_next(&tcp->ends, &pos))) {
		fill_end(&info, e);
		fn(arg, &info);
	}
}

const struct tcp_stats *tcp_stats(struct stack *stack)
{
	const struct tcp_stack *tcp = stack->slot[SLOT_TCP];

	return &tcp->stats;
}
