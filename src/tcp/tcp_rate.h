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
 */
struct tcp_rate {
	uint64_t delivered, delivered_ns, first_sent_ns;
	uint64_t app_limited;
	uint64_t lost;
	uint64_t min_rtt_ns;
};

/**
 * struct tcp_rate_best - of what one ACK says has arrived, the one sent last
 * @sent_ns:	When; 0: none yet
 * @end:	Where it ended
 * @first_ns:	Its first_sent_ns
 * @delivered_ns: Its delivered_ns
 * @delivered:	Its delivered
 * @is_limited:	Its is_app_limited
 *
 * Of the ACK and not of the connection, so of a single record nothing need be
 * written down.
 */
struct tcp_rate_best {
	uint64_t sent_ns, first_ns, delivered_ns, delivered;
	seq32 end;
	bool is_limited;
};

/* All records of one ACK have been gone through: fill in the rate in @ack,
 * whose other fields are complete. */
void tcp_rate_sample(struct tcp_conn *c, struct tcp_ack *ack,
		     const struct tcp_rate_best *best);

#endif /* TCP_TCP_RATE_H */
