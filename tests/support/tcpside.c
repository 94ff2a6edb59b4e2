// SPDX-License-Identifier: MIT
/*
 * tcpside.c - one of several stacks that are told the same, and what is seen
 *
 * See tcpside.h.
 */

#include "tcpside.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip4.h"

void side_note(struct side *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	s->at += (size_t)vsnprintf(s->text + s->at, SIDE_TEXT - s->at, format,
				   args);
	va_end(args);
	assert_true(s->at < SIDE_TEXT);
}

/* What the test will say, and up to where it has heard. */
static void follow(struct side *s, uint32_t len)
{
	const struct tcp_hdr *h = &s->p.heard;
	uint32_t end = h->seq.v - s->p.irs + len + !!(h->flags & TCP_SYN) +
		       !!(h->flags & TCP_FIN);

	if (h->flags & TCP_RST)
		return;
	if (h->flags & TCP_ACK)
		s->next = h->ack.v - s->p.iss;
	if (h->flags & TCP_SYN || (int32_t)(end - s->heard_end) > 0)
		s->heard_end = end;
}

/* A segment of the stack: what it says, and if it is of the connection that
 * is under way, what follows for the test. */
static void hear(struct side *s, const uint8_t *tcp, size_t len)
{
	struct peer *p = &s->p;
	struct tcp_hdr h;

	assert_true(tcp_parse(&h, tcp, len) > 0);
	side_note(
		s,
		"heard %u > %u %#x seq %u ack %u win %u urp %u: %04x of %zu\n",
		h.sport, h.dport, h.flags, h.seq.v - p->irs, h.ack.v - p->iss,
		h.win, h.urp, csum(tcp, len), len);
	if (h.dport != p->port)
		return;
	p->heard = h;
	assert_int_equal(tcp_opts_parse(&p->heard_opts, tcp + TCP_HLEN,
					(size_t)(h.len - TCP_HLEN)),
			 0);
	if (h.flags & TCP_SYN) {
		p->irs = h.seq.v;
		p->stack_port = h.sport;
	}
	follow(s, (uint32_t)(len - h.len));
}

void side_hear(struct side *s)
{
	static uint8_t frame[66000];
	const uint8_t *packet = frame + ETH_HLEN;
	struct ip4_hdr ip;
	size_t len;

	while ((len = testnet_take(s->p.netif, frame, sizeof(frame)))) {
		assert_int_equal(ip4_hdr_parse(&ip, packet, len - ETH_HLEN),
				 IP4_HLEN);
		side_note(s, "tos %u ttl %u ", ip.tos, ip.ttl);
		hear(s, packet + IP4_HLEN, ip.total_len - (size_t)IP4_HLEN);
	}
}

/* Of a connection that nobody looks at any more the short cut measures nothing
 * (tcp_last.c). */
static void note_measured(struct side *s, const struct tcp_info *i)
{
	if (i->is_orphan)
		return;
	side_note(s, "rtt %u %u rto %u min %u cwnd %u %u\n", i->srtt_us,
		  i->rttvar_us, i->rto_us, i->min_rtt_us, i->cwnd, i->ssthresh);
	side_note(s, "pace %" PRIu64 " rate %" PRIu64 " %d delivered %u %u\n",
		  i->pacing_rate, i->delivery_rate, i->rate_is_app_limited,
		  i->delivered, i->delivered_ce);
}

static void note_info(void *arg, const struct tcp_info *i)
{
	struct side *s = arg;

	side_note(s, "%s orphan %d q %u %u mss %u %u wnd %u %u notsent %u\n",
		  tcp_state_name(i->state), i->is_orphan, i->sndq, i->rcvq,
		  i->snd_mss, i->rcv_mss, i->snd_wnd, i->rcv_wnd, i->notsent);
	note_measured(s, i);
	side_note(s, "backoff %u again %u probes %u ca %u tries %u\n",
		  i->backoff, i->retransmits, i->probes, i->ca_state, i->tries);
	side_note(s,
		  "flight %u sacked %u lost %u again %u ato %u ages %u %u %u\n",
		  i->in_flight, i->sacked, i->lost, i->again, i->ato_us,
		  i->last_sent_ms, i->last_recv_ms, i->last_ack_ms);
	side_note(s, "rcv %u %u %u\n", i->rcv_ssthresh, i->rcv_rtt_us,
		  i->rcv_space);
	side_note(s, "bytes %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
		  i->bytes_acked, i->bytes_received, i->bytes_sent,
		  i->bytes_retrans);
	side_note(s, " segs %u %u %u %u\n", i->segs_in, i->segs_out,
		  i->data_segs_in, i->data_segs_out);
	side_note(s, "busy %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i->busy_us,
		  i->rwnd_limited_us, i->sndbuf_limited_us);
	side_note(s, "dsack %u reord %u ooo %u rtos %u timer %s %" PRIu64 "\n",
		  i->dsack_dups, i->reord_seen, i->rcv_ooopack, i->rtos,
		  i->timer_name ? i->timer_name : "-", i->timer_ns);
}

void side_look(struct side *s)
{
	const uint64_t *stats = (const uint64_t *)tcp_stats(s->p.stack);
	size_t i;

	side_hear(s);
	side_note(s, "events %#x\nstats", s->p.events);
	for (i = 0; i < sizeof(struct tcp_stats) / sizeof(*stats); i++)
		side_note(s, " %" PRIu64, stats[i]);
	side_note(s, "\n");
	for (i = 0; i < DROP_COUNT; i++)
		if (s->p.stack->place.drops[i])
			side_note(s, "%s %" PRIu64 "\n",
				  drop_name((enum drop)i),
				  s->p.stack->place.drops[i]);
	tcp_for_each(s->p.stack, note_info, s);
	s->p.events = 0;
}
