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
 * network of four rounds over two octets.  To anybody without the key the
 * values look random; to one destination or to all of them no value comes
 * twice in 65,536 packets, which is all that RFC 6864, 4.3 asks in practice.
 * Packets that cannot be fragmented carry 0 (RFC 6864, 4.1).
 *
 * What a round combines one half with depends on the other half alone, that is
 * on an octet: it is a table of 256, drawn from the key anew whenever the
 * counter has gone round.  A packet then costs four loads instead of four
 * hashes, and is in line: ip_id.h.
 */

#include <string.h>

#include "ip/ip_int.h"

/* The tables for the packets from @n on. */
void ip_id_draw(struct ip *ip, uint32_t n)
{
	uint64_t word;
	size_t at;

	for (at = 0; at < sizeof(ip->id_table); at += sizeof(word)) {
		word = siphash13_u64(&ip->id_key,
				     (uint64_t)(n >> 16) << 16 | at);
		memcpy(&ip->id_table[0][0] + at, &word, sizeof(word));
	}
}
