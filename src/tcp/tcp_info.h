/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_INFO_H
#define TCP_TCP_INFO_H

/*
 * tcp_info.h - STATUS (RFC 9293, 3.10.6): looking at TCP without touching it
 *
 * A part of the door; include "tcp/tcp.h".
 */

/**
 * struct tcp_info - what there is to know about a connection
 * @state:	TCPS_...
 * @is_orphan:	Its user has let go; TIME-WAIT blocks have none either
 * @local:	Local endpoint
 * @remote:	Peer, family 0 for a listener
 * @sndq:	Octets not yet acknowledged.  Listener: backlog
 * @rcvq:	Octets not yet read.  Listener: connections to accept
 * @snd_mss:	Largest payload of a segment we send
 * @rcv_mss:	... that the peer was seen to send
 * @srtt_us:	Smoothed round trip, 0 before the first sample
 * @rttvar_us:	Its mean deviation
 * @rto_us:	Retransmission timeout
 * @cwnd:	Congestion window, octets
 * @ssthresh:	Slow start threshold, octets
 * @snd_wnd:	What the peer offers, octets
 * @rcv_wnd:	What we offer, octets
 * @backoff:	Timeouts in a row
 * @retransmits: Segments sent again so far
 * @probes:	Zero-window or keepalive probes unanswered
 * @snd_wscale:	Window scales; has_wscale tells whether they are in use
 * @ca_state:	0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss
 * @tries:	Times in a row that the oldest data was sent again
 * @in_flight:	Segments under way and not known to have arrived
 * @sacked:	... of these reported as arrived
 * @lost:	... believed lost
 * @again:	... sent again, and neither
 * @ato_us:	How long an ACK may wait
 * @last_sent_ms: Since data was last sent; @last_recv_ms: came; @last_ack_ms:
 *		an ACK came
 * @pmtu:	Largest packet of the path
 * @advmss:	What we told the peer of our segments
 * @reordering:	Segments by which something may be late
 * @rcv_ssthresh: Most that is offered at present
 * @rcv_rtt_us:	Round trip as the receiver sees it, 0: not measured
 * @rcv_space:	Octets read in a round trip
 * @pacing_rate: Octets a second; UINT64_MAX: no limit
 * @pacing_max:	... that the user allows
 * @notsent:	Octets queued and never sent
 *
 * The rest is counted from the SYN on, with the names of Linux: tcp_tally.h.
 * @timer_ns:	When its timer fires, 0: none armed
 * @timer_name:	Which one: "rto", "probe", "reorder", "persist", "delack", "keepalive", "2msl"
 */
struct tcp_info {
	enum tcp_state state;
	bool is_orphan;
	struct endpoint local, remote;
	uint32_t sndq, rcvq;
	uint32_t snd_mss, rcv_mss;
	uint32_t srtt_us, rttvar_us, rto_us;
	uint32_t cwnd, ssthresh;
	uint32_t snd_wnd, rcv_wnd;
	uint32_t backoff, retransmits, probes;
	uint8_t snd_wscale, rcv_wscale;
	bool has_wscale, has_timestamps, has_sack, has_nodelay, has_keepalive;
	bool has_ecn;
	uint8_t ca_state;
	uint32_t tries, in_flight, sacked, lost, again;
	uint32_t ato_us, last_sent_ms, last_recv_ms, last_ack_ms;
	uint32_t pmtu, advmss, reordering;
	uint32_t rcv_ssthresh, rcv_rtt_us, rcv_space;
	uint64_t pacing_rate, pacing_max;
	uint32_t notsent, min_rtt_us;
	uint64_t bytes_acked, bytes_received, bytes_sent, bytes_retrans;
	uint32_t segs_in, segs_out, data_segs_in, data_segs_out;
	uint64_t delivery_rate;
	bool rate_is_app_limited;
	uint64_t busy_us, rwnd_limited_us, sndbuf_limited_us;
	uint32_t delivered, delivered_ce;
	uint32_t dsack_dups, reord_seen, rcv_ooopack;
	uint16_t rtos, rto_recoveries;
	uint32_t rto_time_ms;
	uint64_t timer_ns;
	const char *timer_name;
};

void tcp_get_info(const struct tcp_conn *c, struct tcp_info *info);

/* Of all, in no particular order, half-open and TIME-WAIT ones too. */
void tcp_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct tcp_info *info),
		  void *arg);

/* Counters of one stack; the names of RFC 4022 where it has one. */
struct tcp_stats {
	uint64_t active_opens, passive_opens;
	uint64_t attempt_fails, estab_resets;
	uint64_t in_segs, out_segs, retrans_segs;
	uint64_t in_errs, out_rsts;
	uint64_t fast_retransmits, timeouts, probes, keepalives;
	uint64_t reaped, challenge_acks, delayed_acks, listen_overflows;
	uint64_t cookies_sent, cookies_taken, cookies_failed;
	uint64_t time_waits, time_waits_reused;
	uint64_t out_octets, in_octets;
	uint64_t dsacks, bad_sacks, tail_probes, undos, spurious_timeouts;
	uint64_t conns, requests; /* at present */
};

const struct tcp_stats *tcp_stats(struct stack *stack);

#endif /* TCP_TCP_INFO_H */
