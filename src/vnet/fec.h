/* SPDX-License-Identifier: MIT */
#ifndef VNET_FEC_H
#define VNET_FEC_H

/*
 * fec.h - a code that repairs one flipped bit in eight octets
 *
 * An FCS only says that something is wrong.  With one more octet for every
 * eight, the receiver can say which bit it was.
 */

#include <stdint.h>

#define FEC_DATA 8		    /* octets of data in a word */
#define FEC_BITS (8 * FEC_DATA + 8) /* bits of a word, check octet included */

enum fec_result {
	FEC_INTACT,   /* nothing was wrong */
	FEC_REPAIRED, /* one bit was wrong, in data or check, and is right now */
	FEC_BROKEN,   /* two bits are wrong; nothing was changed */
};

/* The check octet of a word. */
uint8_t fec_encode(const uint8_t data[static FEC_DATA]);

/* Repair a word with the check octet that came with it. */
enum fec_result fec_decode(uint8_t data[static FEC_DATA], uint8_t check);

#endif /* VNET_FEC_H */
