// SPDX-License-Identifier: MIT
/* ccbed.c - a connection without a network, for one congestion control */

#include "ccbed.h"

#include <string.h>

void ccbed_init(struct ccbed *b, const struct tcp_cc *cc)
{
	memset(b, 0, sizeof(*b));
	b->env.now_ns = NS_PER_S;
	b->stack.place.env = &b->env;
	b->tcp.env = &b->env;
	b->tcp.stack = &b->stack;
	tcp_knobs_init(&b->tcp.knobs);
	b->c.tcp = &b->tcp;
	b->c.active = &b->a;
	b->c.cc = cc;
	b->c.mss = CCBED_MSS;
	b->c.end.state = TCPS_ESTABLISHED;
	b->c.snd_wnd = TCP_CWND_MAX;
	b->c.flags = TCPF_OPENED | TCPF_CWND_LIMIT;
	tcp_cc_begin(&b->c, false);
	ccbed_fill(b);
}

void ccbed_fill(struct ccbed *b)
{
	b->c.snd_nxt = seq_add(b->c.snd_una, b->c.cwnd);
}

void ccbed_ack(struct ccbed *b, uint32_t segs, uint32_t rtt_us)
{
	struct tcp_ack ack = {
		.acked = segs * b->c.mss,
		.delivered = segs * b->c.mss,
		.rtt_ns = rtt_us * NS_PER_US,
		.prior_in_flight = tcp_flight(&b->c),
	};

	b->c.snd_una = seq_add(b->c.snd_una, ack.acked);
	if (rtt_us)
		b->c.srtt_8us = 8 * rtt_us;
	b->c.cc->on_ack(&b->c, &ack);
	ccbed_fill(b);
}

void ccbed_round(struct ccbed *b, uint32_t rtt_us)
{
	uint32_t acks = (ccbed_segs(b) + 1) / 2, i;
	uint64_t start = b->env.now_ns;

	for (i = 0; i < acks; i++) {
		b->env.now_ns = start + rtt_us * NS_PER_US * (i + 1) / acks;
		ccbed_ack(b, 2, rtt_us);
	}
}

void ccbed_lose(struct ccbed *b)
{
	b->c.ssthresh = b->c.cc->ssthresh(&b->c);
	tcp_cc_event(&b->c, TCP_CC_RECOVERY);
	b->c.cwnd = b->c.ssthresh;
	ccbed_fill(b);
	tcp_cc_event(&b->c, TCP_CC_RECOVERED);
}
