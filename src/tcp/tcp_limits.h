/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_LIMITS_H
#define TCP_TCP_LIMITS_H

/*
 * tcp_limits.h - the numbers of TCP, each with its reason
 *
 * Private to tcp/.
 */

#include "core/env.h"

/* Retransmission timeout (RFC 6298).  The RFC's minimum of 1 s is from the
 * time of coarse clocks; 200 ms still covers a delayed ACK, and it is what
 * most hosts on the Internet use. */
#define TCP_RTO_INITIAL_NS (1 * NS_PER_S)
#define TCP_RTO_MIN_NS	   (200 * NS_PER_MS)
#define TCP_RTO_MAX_NS	   (120 * NS_PER_S)

/* Times in a row that something is sent again for a connection that nobody
 * waits for, unless knobs.orphan_retries says otherwise. */
#define TCP_TRIES_ORPHAN 8

/* What a peer's user timeout option may ask for (RFC 5482, 3.1: L_LIMIT, at
 * least 100 s, and U_LIMIT): it must neither end a connection in a hurry nor
 * make us keep one of a stranger for a month. */
#define TCP_UTO_LEAST_S 100
#define TCP_UTO_MOST_S	3600

/* A timeout is doubled so often at most; rto_max is reached long before. */
#define TCP_BACKOFF_MAX 20

/* Delayed ACK (RFC 9293, 3.8.6.3: less than 500 ms). */
#define TCP_DELACK_NS (40 * NS_PER_MS)

/* Under pressure of memory, a window shut for so long ends a connection. */
#define TCP_STALL_MIN_NS (30 * NS_PER_S)

/* Persist: first probe after an RTO, then doubling up to this. */
#define TCP_PERSIST_MAX_NS (60 * NS_PER_S)

/* Sender's silly window avoidance: send what fits after this long anyway
 * (RFC 9293, 3.8.6.2.1: 0.1 to 1 s). */
#define TCP_OVERRIDE_NS (200 * NS_PER_MS)

/* A connection may take a TIME-WAIT's place after this (RFC 6191): the clock
 * of its timestamps has surely moved on. */
#define TCP_TW_REUSE_MS 1000

/* Keepalive (RFC 9293, 3.8.4: no less than two hours by default). */
#define TCP_KEEP_IDLE_S	    7200
#define TCP_KEEP_INTERVAL_S 75
#define TCP_KEEP_PROBES	    9

/* Buffers are limits, not allocations. */
#define TCP_BUF_MIN 1152
#define TCP_BUF_MAX (16 * 1024 * 1024)

/* Segment sizes: below 88 octets headers would outweigh everything.  What a
 * peer says is held to knobs.min_snd_mss, which the operator may lower so far
 * that options still leave room for some octets. */
#define TCP_MSS_MIN	88
#define TCP_MSS_FLOOR	48
#define TCP_PAYLOAD_MIN 8
#define TCP_MSS_MAX	65495
#define TCP_TS_OPT_LEN	12
#define TCP_GSO_MAX	65160 /* payload; headers must fit in 65,535, too */
#define TCP_IW_MSS	1460  /* knobs.initial_window counts these: RFC 6928 */
#define TCP_CWND_MAX	(1U << 30)
#define TCP_PACING_NONE UINT32_MAX /* 34 Gbit/s and beyond: no limit */

/* Connections at rest whose tallies are not packed: those of a busy server
 * that speak again and again. */
#define TCP_RESTING_MAX 1024

/* What strangers can make us keep. */
#define TCP_ORPHANS_MAX	 65536
#define TCP_RANGES_FEW	 64 /* islands in one reassembly queue, at first */
#define TCP_RANGES_MAX	 1024
#define TCP_SENT_MAX_LOG 15
#define TCP_SENT_MAX	 (1U << TCP_SENT_MAX_LOG) /* records, tcp_sent.c */

#define TCP_PAWS_IDLE_MS (24U * 24 * 3600 * 1000) /* RFC 7323, 5.5 */

/* Fewer connections fit into the second cache, or nearly: tcp_ahead.c. */
#define TCP_AHEAD_MIN 4096

#endif /* TCP_TCP_LIMITS_H */
