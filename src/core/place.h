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

/**
 * struct place - a place
 * @env:	Its world
 * @name:	Owned by whoever made the place
 * @fault:	Number of the event that broke it on purpose, 0: nobody did.
 *		What is dropped here names it
 * @drops:	Packets dropped, by reason
 */
struct place {
	struct env *env;
	const char *name;
	uint32_t fault;
	uint64_t drops[DROP_COUNT];
};

#endif /* CORE_PLACE_H */
