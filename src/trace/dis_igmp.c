// SPDX-License-Identifier: MIT
/*
 * dis_igmp.c - the fields of IGMP, of all three versions
 *
 * Which version a query is of shows in its length; a report says it in its
 * type.
 */

#include "base/bytes.h"

#include "wire/csum.h"
#include "wire/igmp.h"

#include "trace/dissect_int.h"

static void dis_sources(struct dissection *d, struct cursor *c, unsigned int n)
{
	while (n-- && cur_left(c))
		dis_ip4_addr(d, c, "Source Address", "a sender of the group");
}

static void dis_query3(struct dissection *d, struct cursor *c)
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
		 igmp_code_value(p[0]));
	p = dis_peek(d, c, 2);
	if (!p)
		return;
	dis_take(d, c, 2, "Number of Sources", NULL, "%u", get16(p));
	dis_sources(d, c, get16(p));
}

static void dis_record(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, IGMP_RECORD_LEN);
	unsigned int aux, n;

	if (!p)
		return;
	aux = p[1] * 4U;
	n = get16(p + 2);
	dis_take(d, c, 1, "Record Type", igmp_record_name(p[0]), "%u", p[0]);
	dis_take(d, c, 1, "Aux Data Len", "always 0 so far", "%u", p[1]);
	dis_take(d, c, 2, "Number of Sources", NULL, "%u", n);
	dis_ip4_addr(d, c, "Multicast Address", "the group");
	dis_sources(d, c, n);
	if (aux && cur_left(c))
		dis_take(d, c, aux, "Auxiliary Data", NULL, "%u octets", aux);
}

static void dis_records(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 4);
	unsigned int n;

	if (!p)
		return;
	n = get16(p + 2);
	dis_take(d, c, 2, "Reserved", NULL, "0x%04x", get16(p));
	dis_take(d, c, 2, "Number of Records", NULL, "%u", n);
	while (n-- && cur_left(c))
		dis_record(d, c);
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
			 "%u ms", igmp_code_value(p[1]) * 100);
	else
		dis_take(d, c, 1, "Reserved", NULL, "0x%02x", p[1]);
	dis_take(d, c, 2, "Checksum", dis_sum_meaning(d, is_good), "0x%04x %s",
		 get16(p + 2), dis_sum_word(d, is_good));
	if (type == IGMP_REPORT_3) {
		dis_records(d, c);
	} else {
		dis_ip4_addr(d, c, "Group Address",
			     type == IGMP_QUERY ? "0: of all groups"
						: "the group");
		if (type == IGMP_QUERY && cur_left(c))
			dis_query3(d, c);
	}
	dis_rest(d, c, "Data", "nothing that is known");
}
