/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_BADWIRE_H
#define SUPPORT_BADWIRE_H

/*
 * badwire.h - frames over a cable that flips bits, and a judge at its end
 *
 *	sender ~~~~ bits flip ~~~~ switch ---- judge
 *
 * The switch checks each frame as it always does; the judge, who knows what was
 * sent, compares every octet of what it passes on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct badwire_cfg - what is to be done
 * @frames:	How many
 * @len:	Octets of each without FCS, 60 to 1514
 * @bit_errors:	Probability of each bit to flip
 * @has_fec:	With forward error correction
 */
struct badwire_cfg {
	uint64_t frames;
	size_t len;
	double bit_errors;
	bool has_fec;
};

/**
 * struct badwire_result - what came of it
 * @hit:	Frames of which bits were flipped
 * @flipped:	These bits
 * @repaired:	Octets that were repaired
 * @broken:	Code words that had too many
 * @caught:	Frames that the switch dropped: l2_fcs
 * @right:	Frames that arrived as they were sent
 * @wrong:	Frames that arrived and were not
 */
struct badwire_result {
	uint64_t hit, flipped, repaired, broken, caught, right, wrong;
};

/* Aborts the program when something fails. */
struct badwire_result badwire_run(const struct badwire_cfg *cfg, uint64_t seed);

#endif /* SUPPORT_BADWIRE_H */
