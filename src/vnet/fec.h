/* SPDX-License-Identifier: MIT */
#ifndef VNET_FEC_H
#define VNET_FEC_H

/*
 * fec.h - a code that repairs octets: Reed-Solomon RS(255, 239)
 *
 * An FCS only says that something is wrong.  With sixteen more octets for every
 * 239, the receiver can say which octets were hit, up to eight of them, and
 * what stood there.  It is the code of optical links (ITU-T G.709, annex A).
 */

#include <stddef.h>
#include <stdint.h>

#define FEC_DATA   239		    /* octets of data in a word, at most */
#define FEC_PARITY 16		    /* and of parity behind them, always */
#define FEC_REPAIR (FEC_PARITY / 2) /* octets that can be made right again */

/**
 * fec_encode() - The parity of a word
 * @data:	Its octets
 * @len:	How many, 1 ... FEC_DATA
 * @parity:	Filled in
 */
void fec_encode(const uint8_t *data, size_t len,
		uint8_t parity[static FEC_PARITY]);

/**
 * fec_decode() - Repair a word
 * @data:	Its octets as they came; mended
 * @len:	How many, 1 ... FEC_DATA
 * @parity:	The parity as it came; mended
 *
 * Return: how many octets were wrong and are right now, parity included; or
 * -EBADMSG if there are more than FEC_REPAIR, and nothing was changed
 */
int fec_decode(uint8_t *data, size_t len, uint8_t parity[static FEC_PARITY]);

#endif /* VNET_FEC_H */
