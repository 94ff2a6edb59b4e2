// SPDX-License-Identifier: MIT
/*
 * mem.c - memory from the operating system
 */

#include "os/mem.h"

#include <stdlib.h>
#include <sys/mman.h>

static void *os_alloc(struct mem *m, size_t size)
{
	void *p;

	(void)m;
	if (size < OS_MEM_MAP_MIN)
		return malloc(size);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static void *os_alloc_zeroed(struct mem *m, size_t size)
{
	/* What is mapped is zero until it is written to. */
	return size < OS_MEM_MAP_MIN ? calloc(1, size) : os_alloc(m, size);
}

static void os_free(struct mem *m, void *p, size_t size)
{
	(void)m;
	if (size < OS_MEM_MAP_MIN)
		free(p);
	else
		munmap(p, size);
}

void os_mem_init(struct mem *mem, size_t bytes_max)
{
	mem_init(mem, os_alloc, os_free);
	mem->alloc_zeroed = os_alloc_zeroed;
	mem->bytes_max = bytes_max;
}
