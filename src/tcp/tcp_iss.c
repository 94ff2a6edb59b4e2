// SPDX-License-Identifier: MIT
/*
 * tcp_iss.c - numbers that a stranger cannot guess
 *
 * Theory of operation
 * ===================
 * Whoever can guess the initial sequence number of a connection can speak in
 * it without seeing it.  Yet the numbers must not be quite random: a new
 * connection between the same two ports should begin above where the old one
 * ended, or old duplicates could be taken for new data.  RFC 6528 has both:
 *
 *	ISN = M + F(local endpoint, remote endpoint, secret)
 *
 * M is a clock that ticks every 4 us (RFC 9293, 3.4.1).  F is a keyed hash:
 * for one pair of endpoints a constant, so their numbers rise with the clock;
 * across pairs unpredictable.
 *
 * The timestamp clock gets a constant of its own for each pair of addresses:
 * it rises through successive connections between two hosts, as PAWS and the
 * reuse of TIME-WAIT want it, and does not tell how long the host is up
 * (RFC 7323, 5.4).
 */

#include <string.h>

#include "tcp/tcp_int.h"

size_t tcp_flatten(const struct tcp_tuple *t, bool with_ports, uint8_t *to)
{
	struct ip_addr addr[2] = {t->laddr, t->raddr};
	size_t n = 0;
	int i;

	for (i = 0; i < 2; i++) {
		if (addr[i].family == IP_V6) {
			put_ip6(to + n, addr[i].v6);
			n += 16;
		} else {
			put_ip4(to + n, addr[i].v4);
			n += 4;
		}
	}
	if (with_ports) {
		put16(to + n, t->lport);
		put16(to + n + 2, t->rport);
		n += 4;
	}
	return n;
}

seq32 tcp_iss(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	uint8_t flat[TCP_FLAT_MAX];
	size_t n = tcp_flatten(t, true, flat);
	uint32_t clock = (uint32_t)(tcp->env->now_ns / (4 * NS_PER_US));

	return (seq32){clock + (uint32_t)siphash24(&tcp->isn_key, flat, n)};
}

uint32_t tcp_ts_offset(const struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	uint8_t flat[TCP_FLAT_MAX];
	size_t n;

	if (tcp->knobs.timestamps == TCP_TS_PLAIN)
		return 0;
	n = tcp_flatten(t, false, flat);
	return (uint32_t)siphash24(&tcp->ts_key, flat, n);
}

uint32_t tcp_random(struct tcp_stack *tcp)
{
	uint64_t n = tcp->random_count++;

	return (uint32_t)siphash24(&tcp->random_key, &n, sizeof(n));
}

uint32_t tcp_random_below(struct tcp_stack *tcp, uint32_t n)
{
	return (uint32_t)((uint64_t)tcp_random(tcp) * n >> 32);
}
