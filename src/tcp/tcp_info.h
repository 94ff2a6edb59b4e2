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
	uint64_t challenge_acks, delayed_acks, listen_overflows;
	uint64_t cookies_sent, cookies_taken, cookies_failed;
	uint64_t time_waits, time_waits_reused;
	uint64_t out_octets, in_octets;
	uint64_t dsacks, bad_sacks, tail_probes, undos, spurious_timeouts;
	uint64_t conns, requests; /* at present */
};

const struct tcp_stats *tcp_stats(struct stack *stack);

#endif /* TCP_TCP_INFO_H */
