/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_AUTOTUNE_H
#define TCP_TCP_AUTOTUNE_H

/*
 * tcp_autotune.h - what tcp_autotune.c measures
 *
 * A part of struct tcp_extra: a connection that takes a lot would lose it with
 * the rest of its busy part each time that all has been read.
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

/**
 * struct tcp_tune - how much is read in a round trip
 * @is_on:	It is being measured
 * @space:	Octets that the user read in the last round trip
 * @read_seq:	What the user read next when this round trip began
 * @read_ns:	When that was
 * @rtt_8us:	Round trip as the receiver sees it, us times 8; 0: unknown
 * @rtt_seq:	When this number has come a window has gone round
 * @rtt_ns:	... counted from here; 0: not counting
 * @last_ecr:	Echo that was the last sample
 */
struct tcp_tune {
	bool is_on;
	uint32_t space;
	seq32 read_seq;
	uint32_t rtt_8us;
	uint64_t read_ns;
	uint64_t rtt_ns;
	seq32 rtt_seq;
	uint32_t last_ecr;
};

#endif /* TCP_TCP_AUTOTUNE_H */
