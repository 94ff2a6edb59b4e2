/* SPDX-License-Identifier: MIT */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

/*
 * place.h - where things happen
 *
 * A host, a router, a switch and a cable have one thing in common: events
 * happen there and frames are lost there.  Each embeds a place, which gives
 * them a name, a world and one counter for each reason to drop a frame.
 */

#include <stdint.h>

#include "core/drop.h"
#include "core/env.h"

struct place {
	struct env *env;
	const char *name; /* owned by whoever made the place */
	uint64_t drops[DROP_COUNT];
};

#endif /* CORE_PLACE_H */
