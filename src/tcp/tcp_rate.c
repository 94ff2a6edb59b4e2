// SPDX-License-Identifier: MIT
/*
 * tcp_rate.c - how fast what was sent arrives
 *
 * Theory of operation
 * ===================
 * (draft-cheng-iccrg-delivery-rate-estimation.)  Each segment, when it is
 * sent, notes how much had been delivered by then, and when.  When it is
 * acknowledged, what was delivered since, over the time since, is the rate at
 * which the path delivers:
 *
 *	delivered    |                         o ACK of it
 *	             |                     _.-'|
 *	             |                 _.-'    | now delivered - s.delivered
 *	             |  s is sent  _.-'        |
 *	             |         o--'------------+
 *	             +---------|---------------|----> time
 *	                s.delivered_ns        now
 *
 * ACKs may come compressed, which would make the path look faster than it is;
 * so the time taken is the longer one of "from ACK to ACK" and "from send to
 * send".  The latter's begin is first_sent_ns: when the segment was sent that
 * gave the previous sample.
 *
 * If the sender had nothing to send at some time, the rate says what the user
 * wanted, not what the path can.  Such a bubble marks all samples until what
 * was under way then is delivered: app_limited.
 *
 * A sample over less than the least round trip is none: so short a time has
 * seen an ACK that came late, not a path that is fast.
 *
 * One ACK covers many segments; the one sent last gives the sample.
 */

#include "tcp/tcp_int.h"

void tcp_rate_sample(struct tcp_conn *c, struct tcp_ack *ack,
		     const struct tcp_rate_best *best)
{
	tcp_rate_sample_hot(c, ack, best);
}
