/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_ZONE_H
#define APPS_DNS_ZONE_H

/*
 * dns_zone.h - a zone: the part of the name tree that one server knows
 *
 * The records lie sorted by name (RFC 4034, 6.1) and type, in sets of the
 * same name and type.  In this order everything below a name directly follows
 * it, so one binary search answers whether a name exists, even if it has no
 * records of its own.
 */

#include <ldns/packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#include "apps/dns_name.h"

struct dns_zone;

enum { DNS_ZONE_SETS_MAX = 1 << 20 };

/* Records of one name and type; they are the zone's. */
struct dns_rrset {
	struct dns_name owner;
	uint16_t type;
	ldns_rr_list *rrs;
};

/* What is wrong with a zone file. */
struct dns_zone_error {
	int line;	  /* counted from 1; 0: the zone as a whole */
	const char *what; /* a sentence without its full stop, static */
};

/**
 * dns_zone_parse() - Read a zone file (RFC 1035, 5)
 * @zone:	Goes with dns_zone_free()
 * @mem:	Where the index comes from; records are ldns's
 * @origin:	What names without a final dot are relative to, unless $ORIGIN
 *		says otherwise, and the name of the zone
 * @text:	The file; $INCLUDE is refused
 * @err:	Says what is wrong, or NULL
 *
 * The zone must have one SOA, and an NS, at its apex; no record lies outside;
 * a CNAME is alone at its name.
 *
 * Return: 0, -EINVAL, -ENOMEM
 */
int dns_zone_parse(struct dns_zone **zone, struct mem *mem,
		   const struct dns_name *origin, const char *text,
		   struct dns_zone_error *err);

void dns_zone_free(struct dns_zone *zone); /* NULL is fine */

const struct dns_name *dns_zone_origin(const struct dns_zone *zone);

/* How many sets of records. */
size_t dns_zone_count(const struct dns_zone *zone);

/* The set of that name and type, or NULL. */
const struct dns_rrset *dns_zone_find(const struct dns_zone *zone,
				      const struct dns_name *name,
				      uint16_t type);

/* The first set of a name, whatever its type, or NULL. */
const struct dns_rrset *dns_zone_first(const struct dns_zone *zone,
				       const struct dns_name *name);

/* Does the name, or one below it, have records? */
bool dns_zone_has(const struct dns_zone *zone, const struct dns_name *name);

#endif /* APPS_DNS_ZONE_H */
