// SPDX-License-Identifier: MIT
/*
 * sock_tcp_info.c - TCP_INFO, with the fields and numbers of Linux
 */

#include <assert.h>
#include <stddef.h>

#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_opt.h"
#include "tcp/tcp.h"

/* Where a program compiled for Linux looks. */
static_assert(offsetof(struct sk_tcp_info, rto) == 8, "after the octets");
static_assert(offsetof(struct sk_tcp_info, total_retrans) == 100, "metrics");
static_assert(offsetof(struct sk_tcp_info, pacing_rate) == 104, "64 bits");
static_assert(offsetof(struct sk_tcp_info, delivery_rate) == 160, "rates");
static_assert(offsetof(struct sk_tcp_info, dsack_dups) == 216, "counts");
static_assert(sizeof(struct sk_tcp_info) == 248, "all of it");

/* TCP's states with Linux's numbers. */
static const uint8_t linux_state[] = {
	[TCPS_CLOSED] = 7,     [TCPS_LISTEN] = 10,     [TCPS_SYN_SENT] = 2,
	[TCPS_SYN_RCVD] = 3,   [TCPS_ESTABLISHED] = 1, [TCPS_FIN_WAIT_1] = 4,
	[TCPS_FIN_WAIT_2] = 5, [TCPS_CLOSE_WAIT] = 8,  [TCPS_CLOSING] = 11,
	[TCPS_LAST_ACK] = 9,   [TCPS_TIME_WAIT] = 6,
};
static_assert(ARRAY_SIZE(linux_state) == TCPS_NSTATES, "a number for each");

#define NO_THRESHOLD 0x7fffffff

static uint8_t clamp8(uint32_t v)
{
	return v > UINT8_MAX ? UINT8_MAX : (uint8_t)v;
}

/* Linux counts windows in segments. */
static uint32_t in_segments(const struct tcp_info *info, uint32_t octets)
{
	return info->snd_mss ? octets / info->snd_mss : 0;
}

static void put_flags(struct sk_tcp_info *out, const struct tcp_info *in)
{
	out->state = linux_state[in->state];
	out->ca_state = in->ca_state;
	out->retransmits = clamp8(in->tries);
	out->backoff = clamp8(in->backoff);
	out->probes = clamp8(in->probes);
	out->options = (in->has_timestamps ? SK_TCPI_TIMESTAMPS : 0) |
		       (in->has_sack ? SK_TCPI_SACK : 0) |
		       (in->has_wscale ? SK_TCPI_WSCALE : 0) |
		       (in->has_ecn ? SK_TCPI_ECN : 0);
	out->wscale = (uint8_t)(in->snd_wscale | in->rcv_wscale << 4);
	out->flags = in->rate_is_app_limited;
}

static void put_flight(struct sk_tcp_info *out, const struct tcp_info *in)
{
	out->unacked = in->in_flight;
	out->sacked = in->sacked;
	out->lost = in->lost;
	out->retrans = in->again;
	out->total_retrans = in->retransmits;
	if (in->state == TCPS_LISTEN) {
		out->unacked = in->rcvq;
		out->sacked = in->sndq;
	}
}

static void put_times(struct sk_tcp_info *out, const struct tcp_info *in)
{
	out->rto = in->rto_us;
	out->ato = in->ato_us;
	out->rtt = in->srtt_us;
	out->rttvar = in->rttvar_us;
	out->rcv_rtt = in->rcv_rtt_us;
	out->min_rtt = in->min_rtt_us ? in->min_rtt_us : UINT32_MAX;
	out->last_data_sent = in->last_sent_ms;
	out->last_data_recv = in->last_recv_ms;
	out->last_ack_recv = in->last_ack_ms;
	out->busy_time = in->busy_us;
	out->rwnd_limited = in->rwnd_limited_us;
	out->sndbuf_limited = in->sndbuf_limited_us;
	out->total_rto = in->rtos;
	out->total_rto_recoveries = in->rto_recoveries;
	out->total_rto_time = in->rto_time_ms;
}

static void put_windows(struct sk_tcp_info *out, const struct tcp_info *in)
{
	bool no_threshold = in->ssthresh >= 1U << 30;

	out->snd_mss = in->snd_mss;
	out->rcv_mss = in->rcv_mss;
	out->pmtu = in->pmtu;
	out->advmss = in->advmss;
	out->snd_cwnd = in_segments(in, in->cwnd);
	out->snd_ssthresh =
		no_threshold ? NO_THRESHOLD : in_segments(in, in->ssthresh);
	out->rcv_ssthresh = in->rcv_ssthresh;
	out->reordering = in->reordering;
	out->rcv_space = in->rcv_space;
	out->snd_wnd = in->snd_wnd;
	out->rcv_wnd = in->rcv_wnd;
	out->notsent_bytes = in->notsent;
	out->pacing_rate = in->pacing_rate;
	out->max_pacing_rate = in->pacing_max;
	out->delivery_rate = in->delivery_rate;
}

static void put_counts(struct sk_tcp_info *out, const struct tcp_info *in)
{
	out->bytes_acked = in->bytes_acked;
	out->bytes_received = in->bytes_received;
	out->bytes_sent = in->bytes_sent;
	out->bytes_retrans = in->bytes_retrans;
	out->segs_out = in->segs_out;
	out->segs_in = in->segs_in;
	out->data_segs_in = in->data_segs_in;
	out->data_segs_out = in->data_segs_out;
	out->delivered = in->delivered;
	out->delivered_ce = in->delivered_ce;
	out->dsack_dups = in->dsack_dups;
	out->reord_seen = in->reord_seen;
	out->rcv_ooopack = in->rcv_ooopack;
}

int sock_opt_tcp_info(struct sock *s, struct sock_optval *val)
{
	struct sk_tcp_info out = {0};
	struct tcp_info info;

	tcp_get_info(s->tcp, &info);
	put_flags(&out, &info);
	put_flight(&out, &info);
	if (info.state != TCPS_LISTEN) {
		put_times(&out, &info);
		put_windows(&out, &info);
		put_counts(&out, &info);
	}
	return sock_opt_put(val, &out, sizeof(out));
}
