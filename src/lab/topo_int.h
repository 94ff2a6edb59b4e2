/* SPDX-License-Identifier: MIT */
#ifndef LAB_TOPO_INT_H
#define LAB_TOPO_INT_H

/*
 * topo_int.h - what the passes over a topology share; private to lab/
 */

#include "lab/topo.h"

struct topo_ctx {
	struct topo *topo;
	struct diag *diag;
	struct arena *arena;
	struct lab_spec *spec;
};

/* Find the segments, their networks' places and their ports. */
void topo_segments(struct topo_ctx *c);

#endif /* LAB_TOPO_INT_H */
