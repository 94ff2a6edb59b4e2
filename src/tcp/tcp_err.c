// SPDX-License-Identifier: MIT
/*
 * tcp_err.c - what ICMP says about our segments
 *
 * Theory of operation
 * ===================
 * Anybody can send an ICMP error.  One that is true quotes a segment that is
 * under way, so the quoted sequence number must lie between snd_una and
 * snd_nxt; a stranger would have to guess it (RFC 5927, 4.1).
 *
 * Even then an error does not end a connection that is established: the path
 * may recover, and if it does not, the retransmission timer will notice and
 * then give the error as the reason (RFC 1122, 4.2.3.9, RFC 5927, 5.2).  While
 * connecting, nothing is lost by believing it.
 *
 * "Fragmentation needed" makes segments smaller, and sends again at once what
 * was too big (RFC 1191).
 */

#include "tcp/tcp_int.h"

static struct tcp_end *find(struct tcp_stack *tcp, const struct ip_error *err,
			    seq32 *seq)
{
	struct tcp_tuple t = {.laddr = err->src, .raddr = err->dst};

	if (err->l4_len < 8)
		return NULL;
	t.lport = get16(err->l4);
	t.rport = get16(err->l4 + 2);
	seq->v = get32(err->l4 + 4);
	return tcp_end_find(tcp, &t);
}

static void narrower_path(struct tcp_conn *c, uint32_t mtu)
{
	uint32_t headers =
		TCP_HLEN + (c->end.t.raddr.family == IP_V6 ? 40 : 20);
	uint32_t mss = mtu > headers ? mtu - headers : 0;

	if (c->flags & TCPF_TS)
		mss -= min_u32(mss, TCP_TS_OPT_LEN);
	mss = max_u32(mss, c->tcp->knobs.min_snd_mss - TCP_TS_OPT_LEN);
	if (mss >= c->mss)
		return;
	c->mss = (uint16_t)mss;
	if (TCP_STATE_IN(c, TCP_SENDS)) {
		tcp_loss_resize(c);
		tcp_output(c);
	}
}

static bool for_conn(struct tcp_conn *c, const struct ip_error *err, seq32 seq)
{
	if (c->end.state == TCPS_LISTEN ||
	    !seq_in(seq, c->snd_una, tcp_flight(c)) || !tcp_activate(c))
		return false;
	if (err->mtu)
		narrower_path(c, err->mtu);
	else if (TCP_STATE_IN(c, TCP_IN(SYN_SENT) | TCP_IN(SYN_RCVD)))
		tcp_conn_closed(c, err->err);
	else
		c->soft = (uint8_t)err->err;
	tcp_settle(c);
	return true;
}

static bool for_req(struct tcp_stack *tcp, struct tcp_req *r,
		    const struct ip_error *err, seq32 seq)
{
	if (!seq_eq(seq, r->iss))
		return false;
	if (!err->mtu && err->is_hard)
		tcp_req_free(tcp, r);
	return true;
}

bool tcp_on_error(struct stack *stack, const struct ip_error *err)
{
	struct tcp_stack *tcp = stack->slot[SLOT_TCP];
	seq32 seq;
	struct tcp_end *e = find(tcp, err, &seq);

	if (e && e->kind == TCP_IS_CONN)
		return for_conn(container_of(e, struct tcp_conn, end), err,
				seq);
	if (e && e->kind == TCP_IS_REQ)
		return for_req(tcp, container_of(e, struct tcp_req, end), err,
			       seq);
	return false;
}
