// SPDX-License-Identifier: MIT
/*
 * lab_add.c - lines for the script of a lab that come from the command line
 *
 * They mean what they would mean in the file, and are checked in the same way;
 * what is wrong is told of the text on the command line.
 */
#include <errno.h>
#include <string.h>

#include "lab/expand.h"
#include "lab/lab.h"
#include "lab/schema.h"
#include "lab/tree.h"

static struct lab_line *add_line(struct lab *lab, uint64_t at_ns)
{
	struct lab_seq *script = &lab->spec.script;
	struct lab_line *line = arena_append(&lab->arena, &script->items,
					     &script->count, sizeof(*line));

	if (!line)
		return NULL;
	*line = (struct lab_line){.item.is_set = true};
	script->is_set = true;
	line->when = (struct lab_num){.is_set = true, .v = at_ns};
	return line;
}

int lab_add_visit(struct lab *lab, uint64_t at_ns, const char *on,
		  const char *url, enum lab_over over)
{
	const struct lab_node *node = topo_node(&lab->topo, on);
	struct lab_line *line;

	if (!node)
		return -ENOENT;
	if (topo_is_switch(node))
		return -EINVAL;
	if (over == LAB_OVER_IPV6 && !topo_first_ip6(node))
		return -EAFNOSUPPORT;
	url = arena_text(&lab->arena, url, strlen(url));
	line = add_line(lab, at_ns);
	if (!url || !line)
		return -ENOMEM;
	line->on = node->item.name;
	line->visit.s = url;
	line->over = (struct lab_num){.is_set = over != LAB_OVER_ANY,
				      .v = (uint64_t)over};
	return 0;
}

static struct lab_num number_of(uint64_t v)
{
	return (struct lab_num){.is_set = true, .v = v};
}

int lab_add_asking(struct lab *lab, uint64_t at_ns, const char *on,
		   const struct lab_asking *how)
{
	const struct lab_node *node = topo_node(&lab->topo, on);
	const char *to = arena_text(&lab->arena, how->to, strlen(how->to));
	struct lab_line *line;

	if (!node)
		return -ENOENT;
	if (topo_is_switch(node))
		return -EINVAL;
	if (how->over == LAB_OVER_IPV6 && !topo_first_ip6(node))
		return -EAFNOSUPPORT;
	line = add_line(lab, at_ns);
	if (!to || !line)
		return -ENOMEM;
	line->on = node->item.name;
	*(how->is_trace ? &line->trace : &line->ping) =
		(struct lab_str){.s = to, .at = {1, 1}};
	if (how->over != LAB_OVER_ANY)
		line->over = number_of((uint64_t)how->over);
	line->count = number_of(how->count);
	line->size = number_of(how->size);
	line->every = number_of(how->every_ns);
	diag_init(&lab->diag, &lab->arena, "HOST", to, strlen(to));
	check_asking(lab, line);
	return lab->diag.count ? -EINVAL : 0;
}

int lab_add_fault(struct lab *lab, uint64_t at_ns, const char *what)
{
	const char *text = *what == '{'
				   ? arena_text(&lab->arena, what, strlen(what))
				   : arena_printf(&lab->arena, "{%s}", what);
	struct lab_line *line = add_line(lab, at_ns);
	struct tree *root;

	if (!text || !line)
		return -ENOMEM;
	diag_init(&lab->diag, &lab->arena, "--fault", text, strlen(text));
	root = tree_read(&lab->diag);
	if (root)
		schema_read(&lab->diag, &schema_fault, root, &line->fault);
	line->fault.item.is_set = true;
	schema_fill(&lab->diag, &schema_fault, &line->fault);
	if (line->fault.from.is_set)
		line->when.is_set = false;
	if (root && !lab->diag.count)
		check_fault(lab, line);
	if (arena_is_out(&lab->arena))
		return -ENOMEM;
	return lab->diag.count ? -EINVAL : 0;
}
