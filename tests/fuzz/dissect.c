// SPDX-License-Identifier: MIT
/*
 * dissect.c - fuzz target: any octets as a frame, each named exactly once
 *
 * The dissector shows frames that a stranger sent.  Whatever they are, its
 * fields lie side by side from the first octet to the last.
 */
#include "trace/dissect.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dissection d;
	struct mem mem;
	size_t at = 0;
	int rc;

	if (size < 2)
		return 0;
	fuzz_mem_init(&mem, data[0]);
	rc = dissect(&d, &mem, data + 2, size - 2, data[1] & 1);
	check(rc == 0 || mem.failures > 0);
	for (size_t i = 0; rc == 0 && i < d.count; i++) {
		const struct dis_field *f = &d.fields[i];

		check(f->off == at && f->len > 0);
		check(f->name && f->layer && f->osi >= 1 && f->osi <= 7);
		check(dis_value(&d, f));
		at += f->len;
	}
	check(rc != 0 || at == size - 2);
	dissect_fini(&d);
	fuzz_mem_fini(&mem);
	return 0;
}
