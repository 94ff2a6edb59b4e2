// SPDX-License-Identifier: MIT
/*
 * check_group.c - can lines about groups be done, and counted?
 */
#include "ip/ip_conf.h"
#include "lab/expand.h"
#include "lab/run_group.h"

enum { SIZE_MIN = 8, SIZE_MAX_ = 65507 };

static void check_group(struct lab *lab, const struct lab_str *text,
			struct endpoint *to)
{
	if (!group_parse(to, text->s))
		diag_error(&lab->diag, text->at,
			   "'%s' is no group, such as 239.1.1.1, "
			   "239.1.1.1:7000 or ff15::1",
			   text->s);
}

/* A node that runs programs and speaks that version of IP. */
static void check_who(struct lab *lab, const struct lab_str *name,
		      uint8_t family)
{
	const struct lab_node *node = check_name(lab, name);

	if (node && topo_is_switch(node))
		diag_error(&lab->diag, name->at,
			   "'%s' is no host; it runs no programs", name->s);
	else if (node && family == IP_V6 && !topo_first_ip6(node))
		diag_error(&lab->diag, name->at, "'%s' has no IPv6 address",
			   name->s);
}

static void check_source(struct lab *lab, const struct lab_str *name,
			 uint8_t family)
{
	struct ip_addr ip;

	if (ip_addr_parse(&ip, name->s) != 0)
		check_who(lab, name, family);
	else if (ip.family != family || ip_addr_is_multicast(ip))
		diag_error(&lab->diag, name->at,
			   "'%s' cannot be a source of that group", name->s);
}

static void check_sources(struct lab *lab, const struct lab_line *line,
			  uint8_t family)
{
	const struct lab_seq *list =
		line->only.is_set ? &line->only : &line->but;
	const struct lab_str *s = list->items;
	size_t max = family == IP_V4 ? 10 : IP_GROUP_SOURCES;

	if (line->only.is_set && line->but.is_set)
		diag_error(&lab->diag, line->but.at,
			   "'only' and 'but' do not go together");
	if (list->is_set && !list->count)
		diag_error(&lab->diag, list->at, "the list is empty");
	if (list->count > max)
		diag_error(&lab->diag, list->at,
			   "at most %zu sources can be named", max);
	for (size_t i = 0; i < list->count; i++)
		check_source(lab, &s[i], family);
}

void check_group_line(struct lab *lab, const struct lab_line *line)
{
	const struct lab_str *text = line->join.s    ? &line->join
				     : line->leave.s ? &line->leave
						     : &line->send;
	const struct lab_str *also = line->also.items;
	struct endpoint to = {0};

	check_group(lab, text, &to);
	if (line->on.s)
		check_who(lab, &line->on, to.addr.family);
	for (size_t i = 0; i < line->also.count; i++)
		check_who(lab, &also[i], to.addr.family);
	check_sources(lab, line, to.addr.family);
	if (line->send.s && line->size.is_set &&
	    (line->size.v < SIZE_MIN || line->size.v > SIZE_MAX_))
		diag_error(&lab->diag, line->size.at,
			   "'size' of what is sent to a group is from 8B to "
			   "65507B");
	if (line->ttl.is_set && line->ttl.v > 255)
		diag_error(&lab->diag, line->ttl.at, "'ttl' is at most 255");
}

/* Is it a switch: a node, or a LAN's own? */
static void check_switch_name(struct lab *lab, const struct lab_str *name)
{
	const struct lab_lan *lan = topo_lan(&lab->topo, name->s);

	if (lan ? lan->kind.v != 0
		: !check_name(lab, name) ||
			    topo_node(&lab->topo, name->s)->kind.v !=
				    LAB_SWITCH)
		diag_error(&lab->diag, name->at, "'%s' is no switch", name->s);
}

void check_group_expect(struct lab *lab, const struct lab_expect *e)
{
	const struct lab_str *by = e->by.items;

	for (size_t i = 0; i < e->by.count; i++)
		(void)check_name(lab, &by[i]);
	if (e->send.is_set && !e->by.is_set && !e->sent.is_set &&
	    !e->received.is_set)
		diag_error(&lab->diag, e->item.at,
			   "nothing is expected of this send");
	if (e->switch_.s)
		check_switch_name(lab, &e->switch_);
	if (e->switch_.s && !e->grouped.is_set && !e->spared.is_set &&
	    !e->flooded.is_set)
		diag_error(&lab->diag, e->item.at,
			   "nothing is expected of this switch");
	if (e->unwanted.s)
		(void)check_name(lab, &e->unwanted);
	if (e->unwanted.s && !e->is.is_set)
		diag_error(&lab->diag, e->item.at,
			   "'unwanted' goes with 'is': how many");
}
