// SPDX-License-Identifier: MIT
/*
 * mld.c - the messages of MLD
 *
 * As in IGMP the version of a query is told by its length: 24 octets are
 * version 1, 28 or more version 2 (RFC 3810, 8.1).  Delays are in milliseconds
 * where IGMP has tenths of a second.
 */

#include "wire/mld.h"

#include <string.h>

#include "base/bytes.h"

int mld_query_parse(struct group_query *q, const uint8_t *buf, size_t len)
{
	bool is_general;

	if (len < MLD_LEN)
		return WIRE_SHORT;
	*q = (struct group_query){
		.version = 2,
		.max_ms = get16(buf + 4),
		.group = ip_addr_v6(get_ip6(buf + 8)),
	};
	is_general = ip6_is_zero(q->group.v6);
	if (!is_general && !ip6_is_multicast(q->group.v6))
		return WIRE_FIELD;
	if (len == MLD_LEN)
		return 0;
	if (len < MLD_QUERY2_LEN)
		return WIRE_LEN;
	q->version = 3;
	q->max_ms = group_code16_value(get16(buf + 4));
	q->is_mute = buf[24] & GROUP_QUERY_MUTE;
	q->robustness = buf[24] & GROUP_QUERY_ROBUST;
	q->interval_s = group_code_value(buf[25]);
	q->source_count = get16(buf + 26);
	q->sources = buf + MLD_QUERY2_LEN;
	if (MLD_QUERY2_LEN + q->source_count * 16U > len)
		return WIRE_LEN;
	return is_general && q->source_count ? WIRE_FIELD : 0;
}

size_t mld_query_emit(uint8_t *buf, const struct group_query *q)
{
	size_t sources = q->source_count * 16U;

	memset(buf, 0, MLD_QUERY2_LEN);
	buf[0] = ICMP6_MLD_QUERY;
	put_ip6(buf + 8, q->group.v6);
	if (q->version < 3) {
		put16(buf + 4,
		      (uint16_t)(q->max_ms > 65535 ? 65535 : q->max_ms));
		return MLD_LEN;
	}
	put16(buf + 4, group_code16_of(q->max_ms));
	buf[24] = (uint8_t)((q->is_mute ? GROUP_QUERY_MUTE : 0) |
			    (q->robustness & GROUP_QUERY_ROBUST));
	buf[25] = group_code_of(q->interval_s);
	put16(buf + 26, q->source_count);
	if (sources)
		memcpy(buf + MLD_QUERY2_LEN, q->sources, sources);
	return MLD_QUERY2_LEN + sources;
}

uint16_t mld_record_count(const uint8_t *buf)
{
	return get16(buf + 6);
}

int mld_record_next(struct group_record *rec, const uint8_t *buf, size_t len,
		    size_t *off)
{
	const uint8_t *p = buf + *off;
	size_t left = len - *off, rest;

	if (left < MLD_RECORD_LEN)
		return WIRE_LEN;
	rec->type = p[0];
	rec->source_count = get16(p + 2);
	rec->group = ip_addr_v6(get_ip6(p + 4));
	rec->sources = p + MLD_RECORD_LEN;
	rest = rec->source_count * 16U + p[1] * 4U;
	if (rest > left - MLD_RECORD_LEN)
		return WIRE_LEN;
	*off += MLD_RECORD_LEN + rest;
	return ip6_is_multicast(rec->group.v6) ? 1 : WIRE_FIELD;
}

size_t mld_report2_emit(uint8_t *buf, const struct group_record *rec)
{
	size_t sources = rec->source_count * 16U;

	memset(buf, 0, MLD_REPORT2_LEN + MLD_RECORD_LEN);
	buf[0] = ICMP6_MLD2_REPORT;
	put16(buf + 6, 1);
	buf[8] = rec->type;
	put16(buf + 10, rec->source_count);
	put_ip6(buf + 12, rec->group.v6);
	if (sources)
		memcpy(buf + MLD_REPORT2_LEN + MLD_RECORD_LEN, rec->sources,
		       sources);
	return MLD_REPORT2_LEN + MLD_RECORD_LEN + sources;
}

int mld_parse(ip6_addr *group, const uint8_t *buf, size_t len)
{
	if (len < MLD_LEN)
		return WIRE_SHORT;
	*group = get_ip6(buf + 8);
	return ip6_is_multicast(*group) ? 0 : WIRE_FIELD;
}

void mld_emit(uint8_t buf[static MLD_LEN], uint8_t type, ip6_addr group)
{
	memset(buf, 0, MLD_LEN);
	buf[0] = type;
	put_ip6(buf + 8, group);
}
