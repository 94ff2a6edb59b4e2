/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_RATE_H
#define TCP_TCP_RATE_H

/*
 * tcp_rate.h - how fast what was sent arrives
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

struct tcp_ack;
struct tcp_conn;
struct tcp_sent;

/**
 * struct tcp_rate - of a busy connection
 * @delivered:	Octets known to have arrived since it became busy
 * @delivered_ns: When the last of them was acknowledged
 * @first_sent_ns: When the segment was sent that gave the last sample
 * @app_limited: @delivered up to which samples say too little, 0: none do
 * @lost:	Octets believed lost so far
 * @min_rtt_ns:	Least round trip since it became busy, 0: none yet
 * @best_ns:	Of the sample being taken: when its segment was sent; 0: none
 * @best_end:	... where that segment ended
 * @best_first_ns: ... its first_sent_ns
 * @best_delivered_ns: ... its delivered_ns
 * @best_delivered: ... its delivered
 * @best_is_limited: ... its is_app_limited
 */
struct tcp_rate {
	uint64_t delivered, delivered_ns, first_sent_ns;
	uint64_t app_limited;
	uint64_t lost;
	uint64_t min_rtt_ns;
	uint64_t best_ns, best_first_ns, best_delivered_ns, best_delivered;
	seq32 best_end;
	bool best_is_limited;
};

/* All records of one ACK have been gone through: fill in the rate in @ack,
 * whose other fields are complete. */
void tcp_rate_sample(struct tcp_conn *c, struct tcp_ack *ack);

#endif /* TCP_TCP_RATE_H */
