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

/* The octets of @v, the first last. */
static uint32_t swap32(uint32_t v)
{
	return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

static bool is_v4(const struct tcp_tuple *t)
{
	return t->laddr.family != IP_V6 && t->raddr.family != IP_V6;
}

/* The first eight octets that tcp_flatten() gives, as a little-endian word. */
static uint64_t flat_addrs(const struct tcp_tuple *t)
{
	return (uint64_t)swap32(t->raddr.v4.v) << 32 | swap32(t->laddr.v4.v);
}

/* The four behind them. */
static uint32_t flat_ports(const struct tcp_tuple *t)
{
	return swap32((uint32_t)t->lport << 16 | t->rport);
}

static uint64_t secret_of_ends(const struct hash_key *key,
			       const struct tcp_tuple *t)
{
	uint8_t flat[TCP_FLAT_MAX];

	if (is_v4(t))
		return siphash24_u96(key, flat_addrs(t), flat_ports(t));
	return siphash24(key, flat, tcp_flatten(t, true, flat));
}

seq32 tcp_iss(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	uint32_t clock = (uint32_t)(tcp->env->now_ns / (4 * NS_PER_US));

	return (seq32){clock + (uint32_t)secret_of_ends(&tcp->isn_key, t)};
}

static __attribute__((noinline)) uint32_t ts_learn4(struct tcp_stack *tcp,
						    uint64_t addrs)
{
	tcp->ts_addrs = addrs;
	tcp->ts_last = (uint32_t)siphash24_u64(&tcp->ts_key, addrs);
	return tcp->ts_last;
}

/* Those of a busy moment are often between the same two addresses. */
static uint32_t ts_offset4(struct tcp_stack *tcp, uint64_t addrs)
{
	return tcp->ts_addrs == addrs ? tcp->ts_last : ts_learn4(tcp, addrs);
}

static __attribute__((noinline)) uint32_t ts_offset6(struct tcp_stack *tcp,
						     const struct tcp_tuple *t)
{
	uint8_t flat[TCP_FLAT_MAX];

	return (uint32_t)siphash24(&tcp->ts_key, flat,
				   tcp_flatten(t, false, flat));
}

uint32_t tcp_ts_offset(struct tcp_stack *tcp, const struct tcp_tuple *t)
{
	if (tcp->knobs.timestamps == TCP_TS_PLAIN)
		return 0;
	if (is_v4(t))
		return ts_offset4(tcp, flat_addrs(t));
	return ts_offset6(tcp, t);
}

uint32_t tcp_random(struct tcp_stack *tcp)
{
	return (uint32_t)siphash24_u64(&tcp->random_key, tcp->random_count++);
}

uint32_t tcp_random_below(struct tcp_stack *tcp, uint32_t n)
{
	return (uint32_t)((uint64_t)tcp_random(tcp) * n >> 32);
}
