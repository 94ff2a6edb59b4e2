// SPDX-License-Identifier: MIT
/*
 * lab.c - fuzz target: any octets as a lab file
 *
 * Whatever the text is, there is a lab or there are errors that point into
 * it; and a lab that is good expands to itself.
 */
#include "lab/lab.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"

enum { SHOW_MAX = 1 << 16 };

static void check_errors(const struct lab *lab, struct mem *mem)
{
	struct strbuf sb;

	check(lab->diag.count);
	strbuf_init(&sb, mem);
	diag_print(&lab->diag, &sb);
	check(sb.error || sb.len);
	strbuf_fini(&sb);
}

/* What is shown of a good lab is a lab, and shows the same. */
static void check_shown(const struct lab *lab, struct mem *mem)
{
	struct strbuf first, second;
	struct lab again;

	strbuf_init(&first, mem);
	strbuf_init(&second, mem);
	lab_show(lab, &first);
	check(lab_load(&again, mem, "again.yaml", strbuf_text(&first),
		       first.len) == 0);
	lab_show(&again, &second);
	check(first.len == second.len &&
	      memcmp(first.text, second.text, first.len) == 0);
	lab_fini(&again);
	strbuf_fini(&first);
	strbuf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab lab;
	struct mem mem;
	int err;

	if (size < 1)
		return 0;
	fuzz_mem_init(&mem, data[0] == '#' ? 0 : data[0]);
	err = lab_load(&lab, &mem, "fuzz.yaml", (const char *)data + 1,
		       size - 1);
	check(err == 0 || err == -EINVAL || err == -ENOMEM);
	mem.fail_at = 0;
	if (err == -EINVAL)
		check_errors(&lab, &mem);
	if (err == 0 && size < SHOW_MAX)
		check_shown(&lab, &mem);
	lab_fini(&lab);
	fuzz_mem_fini(&mem);
	return 0;
}
