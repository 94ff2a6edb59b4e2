/* SPDX-License-Identifier: MIT */
#ifndef WIRE_LINECODE_H
#define WIRE_LINECODE_H

/*
 * linecode.h - bits as voltages on a pair of copper wires
 *
 *	rate		code			how a bit looks
 *	10 Mbit/s	Manchester		1 rises, 0 falls, in the middle of
 *						its time (IEEE 802.3, 7.3.1.1)
 *	100 Mbit/s	4B/5B, scrambled,	1 goes on to the next of the levels
 *			MLT-3			0 + 0 -, 0 stays (802.3, 24 and 25)
 *	1 Gbit/s	PAM-5			five levels on four pairs at once;
 *						not here
 *
 * An octet goes out with its least significant bit first, whatever the code.
 */

#include <stddef.h>
#include <stdint.h>

/* A level: -1, 0 or +1; Manchester has only -1 and +1. */
typedef int8_t line_level;

#define MANCHESTER_LEVELS 16 /* two for each bit of an octet */
#define CODE_BITS	  10 /* two groups of five for an octet */

/* The levels of an octet, in order of time. */
void manchester_encode(uint8_t octet, line_level out[static MANCHESTER_LEVELS]);

/* Groups of five bits that stand for no data (802.3, table 24-1). */
enum code_group {
	CODE_IDLE = 0x1f, /* I */
	CODE_J = 0x18,	  /* J and K: a frame begins */
	CODE_K = 0x11,
	CODE_T = 0x0d, /* T and R: it ends */
	CODE_R = 0x07,
};

/* The five bits of four, the most significant goes first. */
uint8_t code_4b5b(uint8_t nibble);

/**
 * struct mlt3 - the sender of a 100BASE-TX link
 * @scrambler:	Its shift register, eleven bits; not 0
 * @step:	Where in 0 + 0 - it is
 */
struct mlt3 {
	uint16_t scrambler;
	uint8_t step;
};

#define MLT3_INIT                             \
	{                                     \
		.scrambler = 0x7ff, .step = 0 \
	}

/**
 * mlt3_send() - Send a group of five bits
 * @m:		The sender
 * @group:	What code_4b5b() says, or an enum code_group
 * @bits:	Filled in with the bits as they are after scrambling
 * @out:	Filled in with the level during each of them
 */
void mlt3_send(struct mlt3 *m, uint8_t group, uint8_t bits[static 5],
	       line_level out[static 5]);

#endif /* WIRE_LINECODE_H */
