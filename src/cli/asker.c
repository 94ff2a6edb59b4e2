// SPDX-License-Identifier: MIT
/*
 * asker.c - commands that are one line in the script of a lab
 */

#include "cli/asker.h"

#include <errno.h>
#include <stdio.h>

#define SETTLE_NS (5 * NS_PER_S)

const char *asker_default(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items, *best = NULL;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		if (node[i].kind.v != LAB_HOST || !node[i].dns.count)
			continue;
		if (!node[i].serve.item.is_set)
			return node[i].item.name.s;
		best = best ? best : &node[i];
	}
	return best ? best->item.name.s : NULL;
}

uint64_t asker_begin_ns(const struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (topo_first_ip6(&node[i]))
			return SETTLE_NS;
	return 0;
}

int asker_faults(struct lab *lab, struct mem *mem, uint64_t at_ns,
		 const char *const *faults, size_t count)
{
	struct strbuf sb;
	int err = 0;

	for (size_t i = 0; !err && i < count; i++)
		err = lab_add_fault(lab, at_ns, faults[i]);
	if (err != -EINVAL)
		return err;
	strbuf_init(&sb, mem);
	diag_print(&lab->diag, &sb);
	fputs(strbuf_text(&sb), stderr);
	strbuf_fini(&sb);
	return -ECANCELED;
}
