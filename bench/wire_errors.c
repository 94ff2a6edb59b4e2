// SPDX-License-Identifier: MIT
/*
 * wire_errors.c - a cable that flips bits, with and without error correction
 *
 *	wire-errors [FRAMES [BIT_ERRORS]]	default: 10000000 1e-5
 *
 * Every frame that comes out is compared, octet by octet, with what was sent.
 * All of it happens in virtual time and comes out the same everywhere.
 */

#include <stdio.h>
#include <stdlib.h>

#include "badwire.h"

enum { LEN = 1514 };

static int run(const struct badwire_cfg *cfg)
{
	struct badwire_result r = badwire_run(cfg, 42);

	printf("%-12s %10llu %9llu %9llu %9llu %8llu %9llu %10llu %6llu\n",
	       cfg->has_fec ? "Reed-Solomon" : "none",
	       (unsigned long long)cfg->frames, (unsigned long long)r.hit,
	       (unsigned long long)r.flipped, (unsigned long long)r.repaired,
	       (unsigned long long)r.broken, (unsigned long long)r.caught,
	       (unsigned long long)r.right, (unsigned long long)r.wrong);
	return r.wrong || r.caught + r.right != cfg->frames;
}

int main(int argc, char **argv)
{
	struct badwire_cfg cfg = {
		.frames = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000,
		.len = LEN,
		.bit_errors = argc > 2 ? strtod(argv[2], NULL) : 1e-5,
	};
	int failed;

	printf("frames of %d octets, each bit flips with probability %g\n\n"
	       "correction        frames       hit      bits  repaired   broken"
	       "    caught      right  wrong\n"
	       "                                      flipped    octets    "
	       "words"
	       "    by FCS    arrived\n",
	       LEN, cfg.bit_errors);
	failed = run(&cfg);
	cfg.has_fec = true;
	return failed | run(&cfg);
}
