/* SPDX-License-Identifier: MIT */
#ifndef WIRE_GROUP_H
#define WIRE_GROUP_H

/*
 * group.h - what IGMP and MLD have in common
 *
 * MLD is IGMP translated to IPv6 (RFC 2710, 1; RFC 3810, 1): the same
 * questions and answers, with longer addresses.  Versions are counted as IGMP
 * does; those of MLD are one less:
 *
 *	1	IGMPv1		joins, cannot leave
 *	2	IGMPv2, MLDv1	joins and leaves
 *	3	IGMPv3, MLDv2	says from whom, too
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

/* What a record of a report says of its sources (RFC 3376, 4.2.12; RFC 3810,
 * 5.2.12). */
enum group_record_type {
	GROUP_IS_INCLUDE = 1,
	GROUP_IS_EXCLUDE = 2,
	GROUP_TO_INCLUDE = 3,
	GROUP_TO_EXCLUDE = 4,
	GROUP_ALLOW = 5,
	GROUP_BLOCK = 6,
};

/* S flag and robustness of a query share an octet. */
enum { GROUP_QUERY_MUTE = 8, GROUP_QUERY_ROBUST = 7 };

/**
 * struct group_query - a question
 * @version:	1, 2 or 3, told by length and code (RFC 3376, 7.1; RFC 3810,
 *		8.1)
 * @max_ms:	Answer within that time
 * @group:	Of which group; zero: of all
 * @is_mute:	Routers that hear it leave their timers alone
 * @robustness:	The querier's, 0 if it does not say
 * @interval_s:	Between its general queries, 0 if it does not say
 * @sources:	Of which sources, inside the buffer; see group_source()
 * @source_count: How many
 */
struct group_query {
	uint8_t version;
	uint32_t max_ms;
	struct ip_addr group;
	bool is_mute;
	uint8_t robustness;
	uint32_t interval_s;
	const uint8_t *sources;
	uint16_t source_count;
};

/* A record of a report; @sources as in a query. */
struct group_record {
	uint8_t type;
	struct ip_addr group;
	const uint8_t *sources;
	uint16_t source_count;
};

/* The @i-th of a list of sources, addresses of @family. */
static inline struct ip_addr group_source(uint8_t family,
					  const uint8_t *sources, size_t i)
{
	if (family == IP_V4)
		return ip_addr_v4(get_ip4(sources + i * 4));
	return ip_addr_v6(get_ip6(sources + i * 16));
}

static inline void group_source_put(uint8_t *sources, size_t i,
				    struct ip_addr a)
{
	if (a.family == IP_V4)
		put_ip4(sources + i * 4, a.v4);
	else
		put_ip6(sources + i * 16, a.v6);
}

/* A time in an octet, the large ones rounded down (RFC 3376, 4.1.1). */
uint32_t group_code_value(uint8_t code);
uint8_t group_code_of(uint32_t value);

/* ... and in two octets (RFC 3810, 5.1.3). */
uint32_t group_code16_value(uint16_t code);
uint16_t group_code16_of(uint32_t value);

/* "wants only these sources", ...; never NULL. */
const char *group_record_name(uint8_t type);

#endif /* WIRE_GROUP_H */
