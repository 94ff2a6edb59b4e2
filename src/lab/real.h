/* SPDX-License-Identifier: MIT */
#ifndef LAB_REAL_H
#define LAB_REAL_H

/*
 * real.h - a lab that follows the clock
 */

#include <stdint.h>

#include "base/mem.h"

struct lab_real;
struct pace;
struct pace_driven;
struct uplink;
struct world;

/**
 * real_follow() - Have a world follow a clock
 * @w:		Its calls that block let real time pass, and its hosts get
 *		their secrets from the machine
 * @pace:	The clock; it lives as long as the world
 * @driven:	The world's place there, likewise
 */
void real_follow(struct world *w, struct pace *pace,
		 struct pace_driven *driven);

/* The same for a lab's world, with a clock of its own.  From now on SIGINT and
 * SIGTERM end the lab, not the process.  Goes with real_free().  0, -ENOMEM, or
 * -errno (no signals). */
int real_new(struct lab_real **out, struct mem *mem, struct world *w);

/* Before the world is freed.  NULL is fine. */
void real_free(struct lab_real *r);

/* Its clock. */
struct pace *real_pace(struct lab_real *r);

/* Somebody else looks after signals. */
void real_keep_signals(struct lab_real *r);

/* An uplink's frames are taken in from now on.  0, -ENOMEM or -ENOSPC. */
int real_add_uplink(struct lab_real *r, struct uplink *u);

/* Let time pass until @t_ns of the world's time, or until it is interrupted. */
void real_run_until(struct lab_real *r, uint64_t t_ns);

#endif /* LAB_REAL_H */
