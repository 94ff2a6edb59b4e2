// SPDX-License-Identifier: MIT
/*
 * linecode.c - bits as voltages on a pair of copper wires
 *
 * Theory of operation
 * ===================
 * A receiver has no clock wire: it must find the sender's clock in the signal.
 * So a signal must not stay the same for long, and should be as often high as
 * low, for a transformer at each end passes no direct current.
 *
 * Manchester gives every bit an edge of its own, and needs twice the bit rate
 * of changes for it.  100BASE-TX spends less: 4B/5B makes five bits of four, so
 * chosen that a 1 comes often enough; every 1 is a change; and MLT-3 goes
 * through three levels, so that even all ones is a wave of a quarter of the bit
 * rate.  The same octet again and again would be one loud tone, so the bits are
 * mixed with a pseudo-random sequence first, x^11 + x^9 + 1.
 */

#include "wire/linecode.h"

void manchester_encode(uint8_t octet, line_level out[static MANCHESTER_LEVELS])
{
	int i;

	for (i = 0; i < 8; i++) {
		line_level last = octet >> i & 1 ? 1 : -1;

		out[2 * i] = (line_level)-last;
		out[2 * i + 1] = last;
	}
}

uint8_t code_4b5b(uint8_t nibble)
{
	static const uint8_t groups[16] = {
		0x1e, 0x09, 0x14, 0x15, 0x0a, 0x0b, 0x0e, 0x0f,
		0x12, 0x13, 0x16, 0x17, 0x1a, 0x1b, 0x1c, 0x1d,
	};

	return groups[nibble & 15];
}

/* The next bit of the sequence: of the bits before, the 9th and the 11th. */
static uint8_t scramble(struct mlt3 *m)
{
	uint8_t bit = (m->scrambler >> 8 ^ m->scrambler >> 10) & 1;

	m->scrambler = (uint16_t)((m->scrambler << 1 | bit) & 0x7ff);
	return bit;
}

void mlt3_send(struct mlt3 *m, uint8_t group, uint8_t bits[static 5],
	       line_level out[static 5])
{
	static const line_level levels[4] = {0, 1, 0, -1};
	int i;

	for (i = 0; i < 5; i++) {
		bits[i] = (group >> (4 - i) & 1) ^ scramble(m);
		m->step = (m->step + bits[i]) & 3;
		out[i] = levels[m->step];
	}
}
