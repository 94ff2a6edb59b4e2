/* SPDX-License-Identifier: MIT */
#ifndef WIRE_MLD_H
#define WIRE_MLD_H

/*
 * mld.h - who wants which group, in IPv6: MLD (RFC 2710, RFC 3810)
 *
 *	0	 8	  16		     31
 *	| type	 | code	  | checksum	      |
 *	| max resp code	  | reserved	      |
 *	| group, sixteen octets		      |	version 1 ends here
 *
 * MLD is part of ICMPv6, whose types and checksum it has.  A query of version 2
 * goes on with its timers and a list of sources; a report of version 2 has a
 * count in place of the code, and records behind it.
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/bad.h"
#include "wire/group.h"
#include "wire/icmp6.h"

enum {
	MLD_LEN = 24,
	MLD_QUERY2_LEN = 28,
	MLD_REPORT2_LEN = 8,
	MLD_RECORD_LEN = 20,
	MLD_MAX = 1452, /* octets of a message that are looked at */
};

/* ff02::16, all routers that speak version 2 (RFC 3810, 5.2.14). */
#define MLD_ALL_MLD2 \
	((ip6_addr){{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16}})

/**
 * mld_query_parse() - Read a query
 * @q:		Filled in; its version is 2 or 3, as group.h counts
 * @buf:	From the type on; @len octets
 *
 * Return: 0; WIRE_SHORT; WIRE_LEN for a length that no version has, or sources
 * that are not there; WIRE_FIELD for a group that is none
 */
int mld_query_parse(struct group_query *q, const uint8_t *buf, size_t len);

/* Write a query, its checksum 0; room for 28 octets and its sources.  Returns
 * its length. */
size_t mld_query_emit(uint8_t *buf, const struct group_query *q);

/**
 * mld_record_next() - Read a record of a version 2 report
 * @rec:	Filled in
 * @off:	Where it begins, 8 for the first; moved behind it
 *
 * Return: 1; WIRE_LEN if it is not all there; WIRE_FIELD for a group that is
 * none
 */
int mld_record_next(struct group_record *rec, const uint8_t *buf, size_t len,
		    size_t *off);

/* How many records a version 2 report of at least eight octets says it has. */
uint16_t mld_record_count(const uint8_t *buf);

/* Write a report of one record, its checksum 0; room for 28 octets and its
 * sources. */
size_t mld_report2_emit(uint8_t *buf, const struct group_record *rec);

/* The group of a report or done of version 1; WIRE_SHORT, WIRE_FIELD or 0. */
int mld_parse(ip6_addr *group, const uint8_t *buf, size_t len);

/* Write one: ICMP6_MLD_REPORT or ICMP6_MLD_DONE, its checksum 0. */
void mld_emit(uint8_t buf[static MLD_LEN], uint8_t type, ip6_addr group);

/* Is that type one of MLD's? */
static inline bool mld_is_type(uint8_t type)
{
	return (type >= ICMP6_MLD_QUERY && type <= ICMP6_MLD_DONE) ||
	       type == ICMP6_MLD2_REPORT;
}

#endif /* WIRE_MLD_H */
