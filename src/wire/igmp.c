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

/* S flag and robustness of a query share an octet. */
enum { QUERY_MUTE = 8, QUERY_ROBUST = 7 };

uint32_t igmp_code_value(uint8_t code)
{
	if (code < 128)
		return code;
	return (uint32_t)((code & 15) | 16) << ((code >> 4 & 7) + 3);
}

uint8_t igmp_code_of(uint32_t value)
{
	unsigned int exp = 0;

	if (value < 128)
		return (uint8_t)value;
	if (value > 31U << 10)
		return 255;
	while (value >> (exp + 3) > 31)
		exp++;
	return (uint8_t)(128 | exp << 4 | (value >> (exp + 3) & 15));
}

int igmp_check(const uint8_t *buf, size_t len)
{
	if (len < IGMP_LEN)
		return WIRE_SHORT;
	return csum(buf, len) == 0 ? buf[0] : WIRE_CSUM;
}

static bool group_is_possible(ip4_addr group)
{
	return ip4_is_multicast(group);
}

int igmp_query_parse(struct igmp_query *q, const uint8_t *buf, size_t len)
{
	*q = (struct igmp_query){.version = 2, .group = get_ip4(buf + 4)};
	q->max_ms = igmp_code_value(buf[1]) * 100;
	if (!ip4_is_zero(q->group) && !group_is_possible(q->group))
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
	q->is_mute = buf[8] & QUERY_MUTE;
	q->robustness = buf[8] & QUERY_ROBUST;
	q->interval_s = igmp_code_value(buf[9]);
	q->source_count = get16(buf + 10);
	q->sources = buf + IGMP_QUERY3_LEN;
	if (IGMP_QUERY3_LEN + q->source_count * 4U > len)
		return WIRE_LEN;
	return ip4_is_zero(q->group) && q->source_count ? WIRE_FIELD : 0;
}

static void seal(uint8_t *buf, size_t len)
{
	put16(buf + 2, 0);
	put16(buf + 2, csum(buf, len));
}

size_t igmp_query_emit(uint8_t *buf, const struct igmp_query *q)
{
	size_t len = IGMP_LEN;

	buf[0] = IGMP_QUERY;
	buf[1] = q->version == 1 ? 0 : igmp_code_of(q->max_ms / 100);
	put_ip4(buf + 4, q->group);
	if (q->version == 3) {
		buf[8] = (uint8_t)((q->is_mute ? QUERY_MUTE : 0) |
				   (q->robustness & QUERY_ROBUST));
		buf[9] = igmp_code_of(q->interval_s);
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

int igmp_record_next(struct igmp_record *rec, const uint8_t *buf, size_t len,
		     size_t *off)
{
	const uint8_t *p = buf + *off;
	size_t left = len - *off;

	if (left < IGMP_RECORD_LEN)
		return WIRE_LEN;
	rec->type = p[0];
	rec->source_count = get16(p + 2);
	rec->group = get_ip4(p + 4);
	rec->sources = p + IGMP_RECORD_LEN;
	left -= IGMP_RECORD_LEN;
	if (rec->source_count * 4U + p[1] * 4U > left)
		return WIRE_LEN;
	*off += IGMP_RECORD_LEN + rec->source_count * 4U + p[1] * 4U;
	return group_is_possible(rec->group) ? 1 : WIRE_FIELD;
}

size_t igmp_report3_emit(uint8_t *buf, const struct igmp_record *rec)
{
	size_t len = IGMP_LEN + IGMP_RECORD_LEN + rec->source_count * 4U;

	memset(buf, 0, IGMP_LEN + IGMP_RECORD_LEN);
	buf[0] = IGMP_REPORT_3;
	put16(buf + 6, 1);
	buf[8] = rec->type;
	put16(buf + 10, rec->source_count);
	put_ip4(buf + 12, rec->group);
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

const char *igmp_record_name(uint8_t type)
{
	static const char *const names[] = {
		[IGMP_IS_INCLUDE] = "wants only these sources",
		[IGMP_IS_EXCLUDE] = "wants all sources but these",
		[IGMP_TO_INCLUDE] = "wants from now on only these sources",
		[IGMP_TO_EXCLUDE] = "wants from now on all sources but these",
		[IGMP_ALLOW] = "wants these sources too",
		[IGMP_BLOCK] = "wants these sources no more",
	};

	if (!type || type >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[type];
}
