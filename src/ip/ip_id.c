// SPDX-License-Identifier: MIT
/*
 * ip_id.c - the identification of packets that may be fragmented
 *
 * Theory of operation
 * ===================
 * A counter would tell anybody who can elicit two packets how many others we
 * have sent in between, and to guess the next value is all that is needed to
 * spoil somebody's reassembly.  Counters by destination need memory, and leak
 * where destinations share one.
 *
 * So the identification is a secret permutation of a counter: a Feistel
 * network of four rounds over two octets, keyed anew whenever the counter has
 * gone round.  To anybody without the key the values look random; to one
 * destination or to all of them no value comes twice in 65,536 packets,
 * which is all that RFC 6864, 4.3 asks in practice.  Packets that cannot be
 * fragmented carry 0 (RFC 6864, 4.1).
 */

#include "ip/ip_int.h"

#define ROUNDS 4

uint16_t ip_id_next(struct ip *ip)
{
	uint32_t n = ip->id_next++;
	uint8_t left = (uint8_t)(n >> 8), right = (uint8_t)n;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		/* The turn, the round and one half choose what the other is
		 * combined with. */
		uint64_t f =
			siphash13_u64(&ip->id_key, (uint64_t)(n >> 16) << 16 |
							   i << 8 | right);
		uint8_t next = (uint8_t)(left ^ (uint8_t)f);

		left = right;
		right = next;
	}
	return (uint16_t)(left << 8 | right);
}
