/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_EXTRA_H
#define TCP_TCP_EXTRA_H

/*
 * tcp_extra.h - what few connections must remember
 *
 * Options that hardly anybody sets, and counters that hardly ever move, in a
 * block of their own, so that the many connections that keep the defaults do
 * not carry them.  The block is made when the first such option is set, or so
 * much has come that it is worth to measure how fast it is read, and lives as
 * long as the connection.
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "tcp/tcp_autotune.h"
#include "tcp/tcp_ecn.h"
#include "tcp/tcp_mtup.h"

/**
 * struct tcp_srcroute - IP options of every segment
 * @len:	Octets of @opt, a multiple of 4; 0: none
 * @is_fixed:	The user gave them: what arrives does not change them
 * @opt:	As ip_send.opt
 */
struct tcp_srcroute {
	uint8_t len;
	bool is_fixed;
	uint8_t opt[40];
};

/**
 * struct tcp_extra - options beyond the usual, 0: as everybody
 * @rcvlowat:		SO_RCVLOWAT: readable from so many octets on
 * @notsent_lowat:	TCP_NOTSENT_LOWAT: writable below so many unsent
 * @window_clamp:	TCP_WINDOW_CLAMP: never offer more
 * @pacing_max:		Octets a second, see TCP_PACING_NONE
 * @user_timeout_ms:	TCP_USER_TIMEOUT, or what the peer's option asked for
 * @uto_remote_s:	What that was; 0: the value is the user's
 * @has_told_uto:	The peer has been told of the user's
 * @retransmits:	So far; not counted without memory
 * @challenge_ms:	No challenge ACK before this
 * @maxseg:		TCP_MAXSEG
 * @linger_s:		SO_LINGER
 * @keep_idle_s:	TCP_KEEPIDLE
 * @keep_interval_s:	TCP_KEEPINTVL
 * @keep_probes:	TCP_KEEPCNT
 * @fastopen_max:	TCP_FASTOPEN, of a listener
 * @defer_tries:	TCP_DEFER_ACCEPT, of a listener, in timeouts
 * @syn_tries:		TCP_SYNCNT
 * @route:		IP_OPTIONS, or the way a SYN came: tcp_srcroute.c
 * @linger2_s:		TCP_LINGER2: FIN-WAIT-2 of an orphan; negative: none
 * @tune:		tcp_autotune.c
 * @mtup:		tcp_mtup.c
 * @accecn:		Counters, if TCPF_ACCECN
 */
struct tcp_extra {
	uint32_t rcvlowat;
	uint32_t notsent_lowat;
	uint32_t window_clamp;
	int32_t linger2_s;
	uint32_t pacing_max;
	uint32_t user_timeout_ms;
	uint32_t uto_remote_s;
	uint32_t retransmits;
	uint32_t challenge_ms;
	uint16_t maxseg;
	uint16_t linger_s;
	uint16_t keep_idle_s, keep_interval_s;
	uint8_t keep_probes;
	uint16_t fastopen_max;
	uint8_t defer_tries;
	uint8_t syn_tries;
	bool has_told_uto;
	struct tcp_srcroute route;
	struct tcp_tune tune;
	struct tcp_mtup mtup;
	struct tcp_accecn accecn;
};

#endif /* TCP_TCP_EXTRA_H */
