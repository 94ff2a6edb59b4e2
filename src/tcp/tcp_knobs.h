/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_KNOBS_H
#define TCP_TCP_KNOBS_H

/*
 * tcp_knobs.h - what an operator may turn in the TCP of one stack
 *
 * Each knob is one line of TCP_KNOBS: field, the name of the same setting on
 * Linux below net.ipv4 ("-": Linux has none), unit, least, default and
 * greatest value, and what it does.  The list makes the struct, so a knob
 * cannot be there without its line, and a file of TCP reads it as
 * `tcp->knobs.sack`.  Times are whole units of what the Linux setting has,
 * unless the field says otherwise.
 *
 * Values are taken up where they are read: most by connections that open
 * later, limits at once.  A knob that scripts for Linux turn but that has no
 * counterpart here says "no effect"; tools/check-knobs.py sees to it that every
 * other one is read somewhere.
 *
 * A part of the door; needs nothing but itself.
 */

#include <stddef.h>
#include <stdint.h>

struct stack;
struct strbuf;

/* clang-format off */

/* Opening and ending. */
#define TCP_KNOBS_OPEN(X) \
X(syn_retries, "tcp_syn_retries", "count", 1, 7, 127, "repeats of a SYN before connect fails; 7: 255 s") \
X(synack_retries, "tcp_synack_retries", "count", 0, 2, 127, "repeats of a SYN-ACK to a half-open peer") \
X(syncookies, "tcp_syncookies", "mode", 0, 1, 2, "SYN cookies: 0 never, 1 when the SYN queue is full, 2 always") \
X(max_syn_backlog, "tcp_max_syn_backlog", "count", 0, 4096, 65536, "half-open connections of the whole stack") \
X(somaxconn, "somaxconn", "count", 0, 4096, 65535, "largest backlog of a listener") \
X(abort_on_overflow, "tcp_abort_on_overflow", "flag", 0, 0, 1, "reset what the accept queue has no room for") \
X(fastopen, "tcp_fastopen", "bits", 0, 1, 0x7fff, "1 client, 2 server, 4 client sends data without a cookie, 0x200 server takes it") \
X(fastopen_blackhole_s, "tcp_fastopen_blackhole_timeout_sec", "s", 0, 0, 86400, "no fast open this long after a path ate a SYN with data") \
X(fin_timeout_s, "tcp_fin_timeout", "s", 1, 60, 3600, "FIN-WAIT-2 of a connection without owner") \
X(time_wait_ms, "-", "ms", 0, 60000, 3600000, "length of TIME-WAIT, twice the maximum segment lifetime") \
X(tw_reuse, "tcp_tw_reuse", "mode", 0, 1, 2, "connect may end a TIME-WAIT: 0 no, 1 yes, 2 loopback only") \
X(max_tw_buckets, "tcp_max_tw_buckets", "count", 0, 4194304, 16777216, "connections in TIME-WAIT") \
X(rfc1337, "tcp_rfc1337", "flag", 0, 1, 1, "a RST does not end TIME-WAIT") \
X(max_orphans, "tcp_max_orphans", "count", 0, 65536, 16777216, "connections without owner that still have to send") \
X(orphan_retries, "tcp_orphan_retries", "count", 0, 0, 255, "repeats for a connection without owner; 0 means 8") \
X(challenge_ack_limit, "tcp_challenge_ack_limit", "1/s", 0, 0x7fffffff, 0x7fffffff, "kept for scripts, no effect here: limits are per connection") \
X(invalid_ratelimit_ms, "tcp_invalid_ratelimit", "ms", 0, 500, 60000, "least time between challenge ACKs of a connection") \
X(port_first, "ip_local_port_range", "port", 1, 49152, 65535, "first port chosen by the stack") \
X(port_last, "ip_local_port_range", "port", 1, 65535, 65535, "last port chosen by the stack")

/* Agreed on in the handshake. */
#define TCP_KNOBS_OPTIONS(X) \
X(sack, "tcp_sack", "flag", 0, 1, 1, "selective acknowledgements (RFC 2018)") \
X(dsack, "tcp_dsack", "flag", 0, 1, 1, "report what came twice (RFC 2883)") \
X(timestamps, "tcp_timestamps", "mode", 0, 1, 2, "0 off, 1 with a secret offset, 2 without (RFC 7323)") \
X(window_scaling, "tcp_window_scaling", "flag", 0, 1, 1, "windows beyond 65535 octets (RFC 7323)") \
X(ecn, "tcp_ecn", "mode", 0, 2, 5, "0 off, 1 ask, 2 only answer, 3 to 5 with accurate feedback") \
X(user_timeout_option, "-", "flag", 0, 0, 1, "tell the peer how long data may wait for an ACK, and believe it (RFC 5482)") \
X(ecn_fallback, "tcp_ecn_fallback", "flag", 0, 1, 1, "repeat a SYN without ECN") \
X(base_mss, "tcp_base_mss", "octets", 88, 1024, 65495, "segment to begin probing the path with") \
X(mtu_probing, "tcp_mtu_probing", "mode", 0, 0, 2, "RFC 4821: 0 off, 1 when a path eats large segments, 2 always") \
X(mtu_probe_floor, "tcp_mtu_probe_floor", "octets", 48, 48, 65495, "smallest segment that probing tries") \
X(probe_interval_s, "tcp_probe_interval", "s", 0, 600, 86400, "after which a larger segment is tried again") \
X(probe_threshold, "tcp_probe_threshold", "octets", 0, 8, 65495, "range at which the search ends") \
X(min_snd_mss, "tcp_min_snd_mss", "octets", 48, 88, 65495, "smallest segment that a peer may ask for")

/* Loss recovery. */
#define TCP_KNOBS_LOSS(X) \
X(early_retrans, "tcp_early_retrans", "mode", 0, 3, 4, "3 and 4: tail loss probe (RFC 8985), 0 off") \
X(recovery, "tcp_recovery", "bits", 0, 1, 7, "1 RACK, 2 static reordering window, 4 no duplicate ACK count") \
X(frto, "tcp_frto", "mode", 0, 2, 2, "notice timeouts that were none (RFC 5682)") \
X(reordering, "tcp_reordering", "segments", 1, 3, 300, "reordering that is assumed at first") \
X(max_reordering, "tcp_max_reordering", "segments", 1, 300, 65535, "reordering that is believed at most") \
X(retries1, "tcp_retries1", "count", 1, 3, 255, "repeats before the route is doubted") \
X(retries2, "tcp_retries2", "count", 1, 15, 255, "repeats of data or a probe before a connection is given up") \
X(rto_initial_us, "-", "us", 1000, 1000000, 120000000, "retransmission timeout before the first sample") \
X(rto_min_us, "tcp_rto_min_us", "us", 1, 200000, 120000000, "least retransmission timeout") \
X(rto_max_ms, "tcp_rto_max_ms", "ms", 1000, 120000, 600000, "greatest retransmission timeout") \
X(thin_linear_timeouts, "tcp_thin_linear_timeouts", "flag", 0, 0, 1, "the first six timeouts of a stream with little under way do not double") \
X(comp_sack_nr, "tcp_comp_sack_nr", "count", 0, 0, 255, "SACKs that may wait to be told in one; 0: none waits") \
X(comp_sack_delay_ns, "tcp_comp_sack_delay_ns", "ns", 0, 1000000, 1000000000, "how long one waits for others, or a twentieth of a round trip")

/* Sending. */
#define TCP_KNOBS_SEND(X) \
X(initial_window, "-", "segments", 1, 10, 64, "congestion window of a new connection (RFC 6928)") \
X(slow_start_after_idle, "tcp_slow_start_after_idle", "flag", 0, 1, 1, "begin again after an idle time (RFC 5681, 4.1)") \
X(autocorking, "tcp_autocorking", "flag", 0, 1, 1, "kept for scripts, no effect here: devices tell TCP nothing") \
X(limit_output_octets, "tcp_limit_output_bytes", "octets", 4096, 1048576, 0x7fffffff, "kept for scripts, no effect here: nothing queues below TCP") \
X(notsent_lowat, "tcp_notsent_lowat", "octets", 0, 0xffffffff, 0xffffffff, "writable below this much unsent") \
X(min_tso_segs, "tcp_min_tso_segs", "segments", 1, 2, 255, "least size of a burst") \
X(pacing_ss_ratio, "tcp_pacing_ss_ratio", "percent", 0, 200, 1000, "pacing rate in slow start, of cwnd per round trip") \
X(pacing_ca_ratio, "tcp_pacing_ca_ratio", "percent", 0, 120, 1000, "pacing rate later") \
X(min_rtt_wlen_s, "tcp_min_rtt_wlen", "s", 0, 300, 86400, "how long the least round trip is believed") \
X(hystart, "-", "flag", 0, 1, 1, "leave slow start when delay grows (RFC 9406)")

/* Receiving, and keeping alive. */
#define TCP_KNOBS_RECV(X) \
X(rmem_min, "tcp_rmem", "octets", 1, 4096, 0x7fffffff, "receive buffer: least") \
X(rmem, "tcp_rmem", "octets", 1, 131072, 0x7fffffff, "at first") \
X(rmem_max, "tcp_rmem", "octets", 1, 6291456, 0x7fffffff, "greatest") \
X(wmem_min, "tcp_wmem", "octets", 1, 4096, 0x7fffffff, "send buffer: kept for scripts, no effect here: none is promised") \
X(wmem, "tcp_wmem", "octets", 1, 16384, 0x7fffffff, "at first") \
X(wmem_max, "tcp_wmem", "octets", 1, 4194304, 0x7fffffff, "greatest") \
X(moderate_rcvbuf, "tcp_moderate_rcvbuf", "flag", 0, 1, 1, "grow the receive buffer with the stream") \
X(tally, "-", "flag", 0, 1, 1, "remember what a connection did: TCP_INFO, quick ACKs; some 24 octets each") \
X(shrink_window, "tcp_shrink_window", "flag", 0, 0, 1, "kept for scripts, no effect here: a window never shrinks") \
X(stdurg, "tcp_stdurg", "flag", 0, 0, 1, "urgent pointer names the last octet (RFC 1122)") \
X(quickacks, "-", "segments", 0, 16, 16, "ACKs that are not delayed, at first and after a gap") \
X(delack_min_us, "-", "us", 0, 40000, 500000, "least delay of an ACK") \
X(delack_max_us, "-", "us", 0, 200000, 500000, "greatest delay of an ACK") \
X(keepalive_time_s, "tcp_keepalive_time", "s", 1, 7200, 32767, "idle time before the first probe") \
X(keepalive_intvl_s, "tcp_keepalive_intvl", "s", 1, 75, 32767, "time between probes") \
X(keepalive_probes, "tcp_keepalive_probes", "count", 1, 9, 127, "probes without an answer")

/* clang-format on */

#define TCP_KNOBS(X)         \
	TCP_KNOBS_OPEN(X)    \
	TCP_KNOBS_OPTIONS(X) \
	TCP_KNOBS_LOSS(X)    \
	TCP_KNOBS_SEND(X)    \
	TCP_KNOBS_RECV(X)

#define TCP_KNOB_FIELD(field, sysctl, unit, min, def, max, text) uint32_t field;

/* The settings of one stack. */
struct tcp_knobs {
	TCP_KNOBS(TCP_KNOB_FIELD)
	char congestion_control[16]; /* of new connections */
};

/* A line of the list, for who wants to print it. */
struct tcp_knob_info {
	const char *name, *sysctl, *unit, *text;
	uint32_t min, def, max;
	size_t off; /* in struct tcp_knobs */
};

/* The default values. */
void tcp_knobs_init(struct tcp_knobs *k);

/* The settings of a stack, which has TCP. */
const struct tcp_knobs *tcp_knobs(const struct stack *stack);

/* Line @i of the list, or NULL behind the last. */
const struct tcp_knob_info *tcp_knob_at(size_t i);

/**
 * tcp_knob_set() - Turn one
 * @name:	Field, or name on Linux, with or without "net.ipv4." or
 *		"net.core." before it
 *
 * Return: 0, -ENOENT (no such knob), -ERANGE
 */
int tcp_knob_set(struct stack *stack, const char *name, int64_t value);

/* Return: 0, or -ENOENT */
int tcp_knob_get(const struct stack *stack, const char *name, int64_t *value);

/**
 * tcp_knob_set_text() - Turn one as `sysctl -w` does
 * @text:	A number; three where Linux has three ("4096 131072 6291456");
 *		the name of an algorithm for congestion_control
 *
 * Either all numbers are taken or none.
 *
 * Return: 0, -ENOENT (no such knob, or algorithm), -ERANGE, -EINVAL
 */
int tcp_knob_set_text(struct stack *stack, const char *name, const char *text);

/* As tcp_knob_set_text() takes it.  Return: 0, or -ENOENT */
int tcp_knob_print(const struct stack *stack, const char *name,
		   struct strbuf *out);

#endif /* TCP_TCP_KNOBS_H */
