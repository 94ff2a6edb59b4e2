/* SPDX-License-Identifier: MIT */
#ifndef HOSTILE_WORK_H
#define HOSTILE_WORK_H

/*
 * work.h - how many instructions were executed so far
 *
 * Under valgrind's callgrind every instruction is counted.  A program may ask
 * for the count: callgrind writes it to its log, which WEFT_WORK_LOG names, and
 * we read it there.  So the answer is exact, the same in every run, and needs
 * no privilege.  Elsewhere it is always 0.
 */

#include <stdbool.h>
#include <stdint.h>

bool work_is_counted(void);
uint64_t work_now(void);

/* What a pair of calls of work_now() costs by itself. */
uint64_t work_overhead(void);

#endif /* HOSTILE_WORK_H */
