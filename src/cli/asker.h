/* SPDX-License-Identifier: MIT */
#ifndef CLI_ASKER_H
#define CLI_ASKER_H

/*
 * asker.h - commands that are one line in the script of a lab: who says it,
 * when, and what is broken
 */

#include <stddef.h>
#include <stdint.h>

#include "lab/lab.h"

/* The first host that can look names up; one that serves others only if there
 * is no other.  NULL: none can. */
const char *asker_default(const struct lab *lab);

/* When hosts have their addresses: a lab with IPv6 needs a while until they
 * have made them and know that they are free. */
uint64_t asker_begin_ns(const struct lab *lab);

/* Add what --fault says.  0, -ECANCELED (it was wrong, and standard error has
 * been told), -ENOMEM */
int asker_faults(struct lab *lab, struct mem *mem, uint64_t at_ns,
		 const char *const *faults, size_t count);

#endif /* CLI_ASKER_H */
