/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CONGESTION_H
#define TCP_TCP_CONGESTION_H

/*
 * tcp_congestion.h - choosing a congestion control algorithm, looking at it
 *
 * A part of the door; include "tcp/tcp.h".
 */

#include <stddef.h>
#include <stdint.h>

struct stack;
struct tcp_conn;

/**
 * tcp_set_congestion() - Choose an algorithm (TCP_CONGESTION)
 * @name:	"reno", "cubic", "bbr", "dctcp"
 *
 * Window and threshold stay; the algorithm begins with them.  A listener hands
 * its choice to the connections it accepts.
 *
 * Return: 0, or -ENOENT (there is none of that name)
 */
int tcp_set_congestion(struct tcp_conn *c, const char *name);

/* Name of the algorithm in use; a static string. */
const char *tcp_congestion(const struct tcp_conn *c);

/* Name of algorithm number @i, the default first; NULL behind the last. */
const char *tcp_congestion_name(size_t i);

#define TCP_PACING_UNLIMITED UINT64_MAX

/**
 * tcp_set_pacing() - Send no faster than this (SO_MAX_PACING_RATE)
 * @rate:	Octets a second; TCP_PACING_UNLIMITED: as fast as the window
 *		allows.  A connection with a limit is paced, see tcp_pace.c
 *
 * Return: 0, or -ENOMEM
 */
int tcp_set_pacing(struct tcp_conn *c, uint64_t rate);

/* The limit. */
uint64_t tcp_pacing(const struct tcp_conn *c);

/**
 * struct tcp_cc_info - what an algorithm shows of itself
 * @name:	Of the algorithm
 * @phase:	What it is doing, a static string, or NULL
 * @bw:		Bottleneck bandwidth it believes in, octets a second; or 0
 * @min_rtt_us:	Shortest round trip it believes in; or 0
 * @pacing_gain: ... of its current phase, times 256; or 0
 * @cwnd_gain:	... of its current phase, times 256; or 0
 * @w_max:	CUBIC: window before the last reduction, octets; or 0
 * @alpha:	DCTCP: estimated fraction of marked octets, times 1024
 */
struct tcp_cc_info {
	const char *name, *phase;
	uint64_t bw;
	uint32_t min_rtt_us;
	uint32_t pacing_gain, cwnd_gain;
	uint32_t w_max;
	uint32_t alpha;
};

void tcp_get_cc_info(const struct tcp_conn *c, struct tcp_cc_info *info);

#endif /* TCP_TCP_CONGESTION_H */
