// SPDX-License-Identifier: MIT
/*
 * dis_group.c - the fields of IGMP and MLD, of all versions
 *
 * Which version a query is of shows in its length; a report says it in its
 * type.  The ends of queries and the records of reports are the same in both,
 * but for the length of an address.
 */

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/igmp.h"
#include "wire/mld.h"

#include "trace/dissect_int.h"

static void dis_addr(struct dissection *d, struct cursor *c, uint8_t family,
		     const char *name, const char *meaning)
{
	if (family == IP_V4)
		dis_ip4_addr(d, c, name, meaning);
	else
		dis_ip6_addr(d, c, name, meaning);
}

static void dis_sources(struct dissection *d, struct cursor *c, uint8_t family,
			unsigned int n)
{
	while (n-- && cur_left(c))
		dis_addr(d, c, family, "Source Address",
			 "a sender of the group");
}

/* What only a query of the newest version has. */
static void dis_query_end(struct dissection *d, struct cursor *c,
			  uint8_t family)
{
	const uint8_t *p = dis_peek(d, c, 1);

	if (!p)
		return;
	dis_take(d, c, 1, "S, QRV",
		 "other routers leave their timers; how often all is said",
		 "%u, %u", p[0] >> 3 & 1U, p[0] & 7U);
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	dis_take(d, c, 1, "QQIC", "time between general queries", "%u s",
		 group_code_value(p[0]));
	p = dis_peek(d, c, 2);
	if (!p)
		return;
	dis_take(d, c, 2, "Number of Sources", NULL, "%u", get16(p));
	dis_sources(d, c, family, get16(p));
}

/* Without sources it is simply said. */
static const char *record_meaning(uint8_t type, unsigned int sources)
{
	if (sources)
		return group_record_name(type);
	if (type == GROUP_IS_EXCLUDE || type == GROUP_TO_EXCLUDE)
		return "wants the group, from anybody";
	return type == GROUP_TO_INCLUDE ? "wants the group no more"
					: group_record_name(type);
}

static void dis_record(struct dissection *d, struct cursor *c, uint8_t family)
{
	const uint8_t *p = dis_peek(d, c, 4);
	unsigned int aux, n;

	if (!p)
		return;
	aux = p[1] * 4U;
	n = get16(p + 2);
	dis_take(d, c, 1, "Record Type", record_meaning(p[0], n), "%u", p[0]);
	dis_take(d, c, 1, "Aux Data Len", "always 0 so far", "%u", p[1]);
	dis_take(d, c, 2, "Number of Sources", NULL, "%u", n);
	dis_addr(d, c, family, "Multicast Address", "the group");
	dis_sources(d, c, family, n);
	if (aux && cur_left(c))
		dis_take(d, c, aux, "Auxiliary Data", NULL, "%u octets", aux);
}

static void dis_records(struct dissection *d, struct cursor *c, uint8_t family)
{
	const uint8_t *p = dis_peek(d, c, 4);
	unsigned int n;

	if (!p)
		return;
	n = get16(p + 2);
	dis_take(d, c, 2, "Reserved", NULL, "0x%04x", get16(p));
	dis_take(d, c, 2, "Number of Records", NULL, "%u", n);
	while (n-- && cur_left(c))
		dis_record(d, c, family);
}

void dis_igmp(struct dissection *d, struct cursor *c)
{
	size_t len = cur_left(c);
	const uint8_t *p;
	uint8_t type;
	bool is_good;

	dis_layer(d, "IGMP", 3);
	p = dis_peek(d, c, 4);
	if (!p)
		return;
	type = p[0];
	is_good = csum(p, len) == 0;
	dis_take(d, c, 1, "Type", igmp_name(type), "0x%02x", type);
	if (type == IGMP_QUERY)
		dis_take(d, c, 1, "Max Resp Code", "answer within that time",
			 "%u ms", group_code_value(p[1]) * 100);
	else
		dis_take(d, c, 1, "Reserved", NULL, "0x%02x", p[1]);
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 2), dis_sum_word(d, is_good));
	if (type == IGMP_REPORT_3) {
		dis_records(d, c, IP_V4);
	} else {
		dis_ip4_addr(d, c, "Group Address",
			     type == IGMP_QUERY ? "0: of all groups"
						: "the group");
		if (type == IGMP_QUERY && cur_left(c))
			dis_query_end(d, c, IP_V4);
	}
	dis_rest(d, c, "Data", "nothing that is known");
}

void dis_mld(struct dissection *d, struct cursor *c, uint8_t type)
{
	bool is_query = type == ICMP6_MLD_QUERY;
	const uint8_t *p = dis_peek(d, c, 4);

	if (!p)
		return;
	if (type == ICMP6_MLD2_REPORT) {
		dis_records(d, c, IP_V6);
	} else {
		/* Version 1 means the same by every value that it can have. */
		dis_take(d, c, 2, "Maximum Response Code",
			 is_query ? "answer within that time" : "always 0",
			 "%u ms", group_code16_value(get16(p)));
		dis_take(d, c, 2, "Reserved", NULL, "0x%04x", get16(p + 2));
		dis_addr(d, c, IP_V6, "Multicast Address",
			 is_query ? "::: of all groups" : "the group");
		if (is_query && cur_left(c))
			dis_query_end(d, c, IP_V6);
	}
	dis_rest(d, c, "Data", "nothing that is known");
}
