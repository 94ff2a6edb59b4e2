/* SPDX-License-Identifier: MIT */
#ifndef OS_MEM_H
#define OS_MEM_H

/*
 * mem.h - memory from the operating system
 */

#include "base/mem.h"

/* Allocations from this size on are maps of their own. */
#define OS_MEM_MAP_MIN ((size_t)256 << 10)

/**
 * os_mem_init() - A source of memory for a process that runs for long
 * @mem:	Filled in
 * @bytes_max:	Cap, 0 for none
 *
 * Large pieces are mapped, so that what is freed goes back to the system at
 * once and is not kept in the middle of the heap; small ones are malloc()'s.
 */
void os_mem_init(struct mem *mem, size_t bytes_max);

#endif /* OS_MEM_H */
