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

static uint32_t segments(const struct tcp_conn *c, uint32_t octets)
{
	return c->mss ? (octets + c->mss - 1) / c->mss : 0;
}

/* Segments under way, and what is believed of them. */
static void fill_flight(struct tcp_info *info, const struct tcp_conn *c)
{
	const struct tcp_sent *s;

	info->in_flight = segments(c, tcp_flight(c));
	info->sacked = c->active->sent.sacked_segs;
	if (!tcp_extra(c)->retransmits && !c->active->sent.lost)
		return;
	for (s = tcp_sent_first(c); s; s = tcp_sent_next(s)) {
		uint32_t n = segments(c, tcp_sent_len(s));

		if (s->flags & TCP_SENT_LOST)
			info->lost += n;
		else if (s->flags & TCP_SENT_AGAIN &&
			 !(s->flags & TCP_SENT_SACKED))
			info->again += n;
	}
}

static void fill_active(struct tcp_info *info, const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;

	info->sndq = tcp_queue_len(&a->snd);
	info->rcvq = tcp_queue_len(&a->rcv);
	info->backoff = a->backoff;
	info->probes = a->is_probing ? a->tries : a->keep_sent;
	info->timer_name = tcp_timer_next(c, &info->timer_ns);
	info->ca_state = a->ca;
	info->tries = a->tries;
	info->notsent = tcp_outq_not_sent(c);
	fill_flight(info, c);
}

/* Linux's answer to "how fast", whether anything is paced or not. */
static void fill_pacing(struct tcp_info *info, const struct tcp_conn *c)
{
	const struct tcp_knobs *k = &c->tcp->knobs;
	uint64_t ratio = c->cwnd < c->ssthresh / 2 ? k->pacing_ss_ratio
						   : k->pacing_ca_ratio;
	uint64_t rtt_us = max_u32(c->srtt_8us / 8, 1);

	info->pacing_max = tcp_pacing_max(c);
	if (info->pacing_max == TCP_PACING_NONE)
		info->pacing_max = UINT64_MAX;
	info->pacing_rate = c->active ? c->active->pace.rate : 0;
	if (!info->pacing_rate && c->srtt_8us)
		info->pacing_rate = c->cwnd * ratio * 10000 / rtt_us;
	else if (!info->pacing_rate)
		info->pacing_rate = UINT64_MAX;
	info->pacing_rate = min_u64(info->pacing_rate, info->pacing_max);
}

static void fill_receiver(struct tcp_info *info, const struct tcp_conn *c)
{
	struct tcp_tally copy;
	const struct tcp_tally *t = tcp_rest_look(c, &copy);
	const struct tcp_extra *x = c->extra;

	info->rcv_ssthresh = tcp_full_space(c);
	info->rcv_space = 10U * c->mss;
	if (t) {
		info->ato_us = t->delack.ato_ms * 1000U;
		info->last_recv_ms = tcp_ms(c->tcp) - t->delack.rcv_ms;
	}
	if (!x || !x->tune.is_on)
		return;
	info->rcv_rtt_us = x->tune.rtt_8us / 8;
	info->rcv_space = x->tune.space;
}

static void fill_path(struct tcp_info *info, const struct tcp_conn *c)
{
	info->pmtu = ip_mtu_for(c->tcp->stack, c->end.t.raddr);
	info->advmss = tcp_mss_limit(c->tcp, c->end.t.raddr);
	if (tcp_extra(c)->maxseg)
		info->advmss = min_u32(info->advmss, tcp_extra(c)->maxseg);
	info->reordering = tcp_reordering(c);
	info->last_sent_ms = tcp_ms(c->tcp) - c->snd_ms;
}

static void fill_flags(struct tcp_info *info, const struct tcp_conn *c)
{
	info->is_orphan = c->flags & TCPF_ORPHAN;
	info->has_wscale = c->flags & TCPF_WSCALE;
	info->has_timestamps = c->flags & TCPF_TS;
	info->has_sack = c->flags & TCPF_SACK;
	info->has_ecn = c->flags & (TCPF_ECN | TCPF_ACCECN);
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
	fill_receiver(info, c);
	fill_path(info, c);
	fill_pacing(info, c);
	tcp_tally_fill(c, info);
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
	struct tcp_end end = tcp_tw_end(tw);

	fill_ends(info, &end);
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
		fill_tw(info, (const void *)e);
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
