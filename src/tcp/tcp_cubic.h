/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_CUBIC_H
#define TCP_TCP_CUBIC_H

/*
 * tcp_cubic.h - the arithmetic of CUBIC, apart, so that it can be checked
 *
 * Private to tcp/.
 */

#include <stdint.h>

/* The largest r with r * r * r <= @x; 2^22 - 1 at most. */
uint32_t tcp_cubic_root(uint64_t x);

/**
 * tcp_cubic_k_ms() - Time that the curve needs to come up (RFC 9438, 4.2)
 * @octets:	W_max - cwnd, at most 2^30
 * @mss:	Octets of a segment
 *
 * Return: K, milliseconds
 */
uint32_t tcp_cubic_k_ms(uint32_t octets, uint32_t mss);

/**
 * tcp_cubic_window() - W_cubic(t) (RFC 9438, 4.2, figure 1)
 * @w_max:	Octets
 * @k_ms:	K
 * @t_ms:	Time since the epoch began
 *
 * Return: octets, from @mss to TCP_CWND_MAX
 */
uint32_t tcp_cubic_window(uint32_t w_max, uint32_t k_ms, uint64_t t_ms,
			  uint32_t mss);

#endif /* TCP_TCP_CUBIC_H */
