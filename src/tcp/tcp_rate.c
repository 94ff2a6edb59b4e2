// SPDX-License-Identifier: MIT
/*
 * tcp_rate.c - how fast what was sent arrives
 */

#include "tcp/tcp_int.h"

void tcp_rate_on_send(struct tcp_conn *c, struct tcp_sent *s)
{
	(void)c;
	(void)s;
}

void tcp_rate_on_delivered(struct tcp_conn *c, const struct tcp_sent *s)
{
	(void)c;
	(void)s;
}

void tcp_rate_sample(struct tcp_conn *c, struct tcp_ack *ack)
{
	(void)c;
	(void)ack;
}
