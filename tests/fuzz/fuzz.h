/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

/*
 * fuzz.h - what the fuzz targets share: the entry, and counted memory
 *
 * A target that allocates takes the first octet of its input for the number
 * of the allocation that fails (0: none does), and must give everything back
 * in the end either way.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Memory of which allocation number @fail_at fails. */
static inline void fuzz_mem_init(struct mem *mem, uint8_t fail_at)
{
	mem_init_libc(mem);
	mem->fail_at = fail_at;
	mem->has_no_slabs = true;
}

/* Everything was given back. */
static inline void fuzz_mem_fini(const struct mem *mem)
{
	check(mem->in_use_count == 0);
	check(mem->in_use_bytes == 0);
}

#endif /* FUZZ_FUZZ_H */
