/* SPDX-License-Identifier: MIT */
#ifndef BASE_CRC32_H
#define BASE_CRC32_H

/*
 * crc32.h - the cyclic redundancy check of Ethernet (IEEE 802.3, 3.2.9)
 *
 * It finds every error of up to 32 adjacent bits, and any one, two or three
 * wrong bits in a frame of ordinary length.
 */

#include <stddef.h>
#include <stdint.h>

/**
 * crc32_update() - Go on with a CRC
 * @crc:	0 to begin with, or what this returned for the octets before
 * @buf:	The next octets
 * @len:	How many
 *
 * Return: the CRC of everything so far.  A frame carries it with the least
 * significant octet first: put32le().
 */
uint32_t crc32_update(uint32_t crc, const void *buf, size_t len);

/* What crc32_update() gives for any frame with its intact FCS appended. */
#define CRC32_RESIDUE 0x2144df1cU

#endif /* BASE_CRC32_H */
