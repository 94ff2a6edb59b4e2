// SPDX-License-Identifier: MIT
/*
 * zone_check.c - can a server load this zone?
 *
 * The server's own reader is asked, so what is good here is good there.
 */
#include <errno.h>
#include <string.h>

#include "apps/dns_zone.h"
#include "lab/expand.h"
#include "lab/file.h"

int zone_make(const struct lab *lab, const struct lab_node *node,
	      struct mem *mem, struct dns_zone **zone,
	      struct dns_zone_error *error)
{
	struct dns_name origin;
	struct strbuf sb;
	int err = dns_name_parse(&origin, node->zone.s);

	if (err)
		return err;
	strbuf_init(&sb, mem);
	if (node->zone_file.s)
		err = lab_read_file(lab, node->zone_file.s, &sb);
	else
		zone_text(node, &sb);
	if (!err)
		err = sb.error;
	if (!err)
		err = dns_zone_parse(zone, mem, &origin, strbuf_text(&sb),
				     error);
	strbuf_fini(&sb);
	return err;
}

static void check_zone(struct lab *lab, const struct lab_node *node)
{
	const struct lab_str *at =
		node->zone_file.s ? &node->zone_file : &node->zone;
	struct dns_zone_error error = {0};
	struct dns_zone *zone;
	int err = zone_make(lab, node, lab->arena.mem, &zone, &error);

	if (!err)
		dns_zone_free(zone);
	else if (err == -ENOMEM)
		lab->arena.is_out = true;
	else if (!error.what)
		diag_error(&lab->diag, at->at, "'%s': %s", at->s,
			   strerror(-err));
	else if (node->zone_file.s)
		diag_error(&lab->diag, at->at, "%s, line %d: %s", at->s,
			   error.line, error.what);
	else
		diag_error(&lab->diag, at->at, "the zone '%s' is wrong: %s",
			   at->s, error.what);
}

void check_zones(struct lab *lab)
{
	const struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (node[i].kind.v == LAB_DNS && node[i].zone.s)
			check_zone(lab, &node[i]);
}
