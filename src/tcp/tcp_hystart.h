/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_HYSTART_H
#define TCP_TCP_HYSTART_H

/*
 * tcp_hystart.h - HyStart++: leaving slow start before something is lost
 *
 * Private to tcp/.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/seq.h"

struct tcp_ack;
struct tcp_conn;

/**
 * struct tcp_hystart - a slow start that listens to the delay (RFC 9406, 4.2)
 * @round_end:	snd_nxt when the round began; its ACK ends the round
 * @last_us:	Least round trip of the last round, 0: none measured
 * @curr_us:	... of this round so far, 0: none measured
 * @baseline_us: What made us careful; 0: not careful, or no longer sure
 * @samples:	Round trips measured in this round
 * @css_rounds:	Rounds of conservative slow start
 * @is_css:	In conservative slow start
 * @is_running:	@round_end is valid
 */
struct tcp_hystart {
	seq32 round_end;
	uint32_t last_us, curr_us, baseline_us;
	uint16_t samples;
	uint8_t css_rounds;
	bool is_css : 1, is_running : 1;
};

/**
 * tcp_hystart_on_ack() - Slow start with what @ack brought
 *
 * Only for the first slow start of a connection, whose ssthresh is not known.
 * Ends it by setting ssthresh to cwnd.
 */
void tcp_hystart_on_ack(struct tcp_conn *c, struct tcp_hystart *h,
			const struct tcp_ack *ack);

#endif /* TCP_TCP_HYSTART_H */
