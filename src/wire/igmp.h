/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IGMP_H
#define WIRE_IGMP_H

/*
 * igmp.h - who wants which group: IGMP (RFC 1112, RFC 2236, RFC 3376)
 *
 *	0	 8	  16		     31
 *	| type	 | code	  | checksum	      |
 *	| group				      |	versions 1 and 2 end here
 *
 * A query of version 3 goes on with its timers and a list of sources; a report
 * of version 3 has a count in place of the group, and records behind it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"
#include "wire/group.h"

enum igmp_type {
	IGMP_QUERY = 0x11,
	IGMP_REPORT_1 = 0x12,
	IGMP_REPORT_2 = 0x16,
	IGMP_LEAVE = 0x17,
	IGMP_REPORT_3 = 0x22,
};

enum {
	IGMP_LEN = 8,
	IGMP_QUERY3_LEN = 12,
	IGMP_RECORD_LEN = 8,
	IGMP_MAX = 1472, /* octets of a message that are looked at */
};

#define IGMP_ALL_HOSTS	 ((ip4_addr){0xe0000001}) /* 224.0.0.1 */
#define IGMP_ALL_ROUTERS ((ip4_addr){0xe0000002}) /* 224.0.0.2 */
#define IGMP_ALL_IGMP3	 ((ip4_addr){0xe0000016}) /* 224.0.0.22 */

/**
 * igmp_check() - Is it a message at all?
 *
 * Return: its type, WIRE_SHORT, or WIRE_CSUM
 */
int igmp_check(const uint8_t *buf, size_t len);

/**
 * igmp_query_parse() - Read a query that igmp_check() has passed
 *
 * Return: 0; WIRE_LEN for a length that no version has, or sources that are
 * not there; WIRE_FIELD for a group that is none
 */
int igmp_query_parse(struct group_query *q, const uint8_t *buf, size_t len);

/* Write a query with its checksum; room for 12 octets and its sources.
 * Returns its length. */
size_t igmp_query_emit(uint8_t *buf, const struct group_query *q);

/**
 * igmp_record_next() - Read a record of a version 3 report
 * @rec:	Filled in
 * @off:	Where it begins, 8 for the first; moved behind it
 *
 * Return: 1; WIRE_LEN if it is not all there; WIRE_FIELD for a group that is
 * none
 */
int igmp_record_next(struct group_record *rec, const uint8_t *buf, size_t len,
		     size_t *off);

/* How many records a version 3 report says it has. */
uint16_t igmp_record_count(const uint8_t *buf);

/* Write a report of one record; room for 16 octets and its sources. */
size_t igmp_report3_emit(uint8_t *buf, const struct group_record *rec);

/* Write a message of eight octets: reports of versions 1 and 2, leave. */
void igmp_emit(uint8_t buf[static IGMP_LEN], uint8_t type, ip4_addr group);

/* "membership query", ...; never NULL. */
const char *igmp_name(uint8_t type);

#endif /* WIRE_IGMP_H */
