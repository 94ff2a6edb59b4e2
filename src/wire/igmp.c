// SPDX-License-Identifier: MIT
/*
 * igmp.c - the messages of IGMP
 *
 * The version of a query is not written in it: it is told by the length, and
 * by a code of zero, which version 1 did not know (RFC 3376, 7.1).
 */

#include "wire/igmp.h"

#include <string.h>

#include "wire/csum.h"

int igmp_check(const uint8_t *buf, size_t len)
{
	if (len < IGMP_LEN)
		return WIRE_SHORT;
	return csum(buf, len) == 0 ? buf[0] : WIRE_CSUM;
}

int igmp_query_parse(struct group_query *q, const uint8_t *buf, size_t len)
{
	*q = (struct group_query){
		.version = 2,
		.group = ip_addr_v4(get_ip4(buf + 4)),
	};
	q->max_ms = group_code_value(buf[1]) * 100;
	if (!ip4_is_zero(q->group.v4) && !ip4_is_multicast(q->group.v4))
		return WIRE_FIELD;
	if (len == IGMP_LEN) {
		q->max_ms = buf[1] * 100U;
		if (buf[1])
			return 0;
		q->version = 1;
		q->max_ms = 10000;
		return 0;
	}
	if (len < IGMP_QUERY3_LEN)
		return WIRE_LEN;
	q->version = 3;
	q->is_mute = buf[8] & GROUP_QUERY_MUTE;
	q->robustness = buf[8] & GROUP_QUERY_ROBUST;
	q->interval_s = group_code_value(buf[9]);
	q->source_count = get16(buf + 10);
	q->sources = buf + IGMP_QUERY3_LEN;
	if (IGMP_QUERY3_LEN + q->source_count * 4U > len)
		return WIRE_LEN;
	return ip4_is_zero(q->group.v4) && q->source_count ? WIRE_FIELD : 0;
}

static void seal(uint8_t *buf, size_t len)
{
	put16(buf + 2, 0);
	put16(buf + 2, csum(buf, len));
}

size_t igmp_query_emit(uint8_t *buf, const struct group_query *q)
{
	size_t len = IGMP_LEN;

	buf[0] = IGMP_QUERY;
	buf[1] = q->version == 1 ? 0 : group_code_of(q->max_ms / 100);
	put_ip4(buf + 4, q->group.v4);
	if (q->version == 3) {
		buf[8] = (uint8_t)((q->is_mute ? GROUP_QUERY_MUTE : 0) |
				   (q->robustness & GROUP_QUERY_ROBUST));
		buf[9] = group_code_of(q->interval_s);
		put16(buf + 10, q->source_count);
		len = IGMP_QUERY3_LEN + q->source_count * 4U;
		if (q->source_count)
			memcpy(buf + IGMP_QUERY3_LEN, q->sources,
			       q->source_count * 4U);
	}
	seal(buf, len);
	return len;
}

uint16_t igmp_record_count(const uint8_t *buf)
{
	return get16(buf + 6);
}

int igmp_record_next(struct group_record *rec, const uint8_t *buf, size_t len,
		     size_t *off)
{
	const uint8_t *p = buf + *off;
	size_t left = len - *off;

	if (left < IGMP_RECORD_LEN)
		return WIRE_LEN;
	rec->type = p[0];
	rec->source_count = get16(p + 2);
	rec->group = ip_addr_v4(get_ip4(p + 4));
	rec->sources = p + IGMP_RECORD_LEN;
	left -= IGMP_RECORD_LEN;
	if (rec->source_count * 4U + p[1] * 4U > left)
		return WIRE_LEN;
	*off += IGMP_RECORD_LEN + rec->source_count * 4U + p[1] * 4U;
	return ip4_is_multicast(rec->group.v4) ? 1 : WIRE_FIELD;
}

size_t igmp_report3_emit(uint8_t *buf, const struct group_record *rec)
{
	size_t len = IGMP_LEN + IGMP_RECORD_LEN + rec->source_count * 4U;

	memset(buf, 0, IGMP_LEN + IGMP_RECORD_LEN);
	buf[0] = IGMP_REPORT_3;
	put16(buf + 6, 1);
	buf[8] = rec->type;
	put16(buf + 10, rec->source_count);
	put_ip4(buf + 12, rec->group.v4);
	if (rec->source_count)
		memcpy(buf + IGMP_LEN + IGMP_RECORD_LEN, rec->sources,
		       rec->source_count * 4U);
	seal(buf, len);
	return len;
}

void igmp_emit(uint8_t buf[static IGMP_LEN], uint8_t type, ip4_addr group)
{
	buf[0] = type;
	buf[1] = 0;
	put_ip4(buf + 4, group);
	seal(buf, IGMP_LEN);
}

const char *igmp_name(uint8_t type)
{
	switch (type) {
	case IGMP_QUERY:
		return "membership query";
	case IGMP_REPORT_1:
		return "membership report, version 1";
	case IGMP_REPORT_2:
		return "membership report, version 2";
	case IGMP_LEAVE:
		return "leave group";
	case IGMP_REPORT_3:
		return "membership report, version 3";
	default:
		return "unknown";
	}
}
