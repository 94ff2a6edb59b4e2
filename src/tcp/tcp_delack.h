/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_DELACK_H
#define TCP_TCP_DELACK_H

/*
 * tcp_delack.h - what tcp_delack.c remembers
 *
 * Private to tcp/.
 */

#include <stdint.h>

/**
 * struct tcp_delack - how acknowledging goes; a part of struct tcp_tally
 * @rcv_ms:	When data last came
 * @ato_ms:	How long an ACK may wait; 0: no data yet
 * @quick:	So many ACKs are not delayed
 * @pushed:	Since the last ACK: segments that were not full, at most 2
 */
struct tcp_delack {
	uint32_t rcv_ms;
	uint16_t ato_ms;
	uint8_t quick;
	uint8_t pushed;
};

#endif /* TCP_TCP_DELACK_H */
