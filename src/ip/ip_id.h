/* SPDX-License-Identifier: MIT */
#ifndef IP_IP_ID_H
#define IP_IP_ID_H

/*
 * ip_id.h - the next identification; the theory stands in ip_id.c
 */

#include "ip/ip_int.h"

static inline uint16_t ip_id_next(struct ip *ip)
{
	uint32_t n = ip->id_next++;
	uint8_t left = (uint8_t)(n >> 8), right = (uint8_t)n;
	unsigned int i;

	if (!(uint16_t)n)
		ip_id_draw(ip, n);
	for (i = 0; i < IP_ID_ROUNDS; i++) {
		uint8_t next = left ^ ip->id_table[i][right];

		left = right;
		right = next;
	}
	return (uint16_t)(left << 8 | right);
}

#endif /* IP_IP_ID_H */
