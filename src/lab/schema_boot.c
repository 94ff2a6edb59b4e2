// SPDX-License-Identifier: MIT
/*
 * schema_boot.c - what a lab file may say of servers that give addresses
 *
 * A part of the table in schema.c.
 */
#include "lab/schema.h"
#include "lab/schema_objects.h"

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define END {0}

static const char *const truth_words[] = {"false", "true", NULL};

static const struct schema_field dhcp_fields[] = {
	{"pool", "the addresses that it gives: first..last; of several "
	 "networks, where relays carry questions to it: [first..last, ...]",
	 FIELD_TEXTS, AT(lab_dhcp, pool)},
	{"router", "the router that it names; default: the LAN's gateway",
	 FIELD_IP, AT(lab_dhcp, router)},
	{"dns", "the resolvers that it names: nodes, or addresses",
	 FIELD_TEXTS, AT(lab_dhcp, dns)},
	{"lease", "how long an address may be used", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_dhcp, lease), "1h", .with = "pool|fixed"},
	{"fixed", "nodes that always get the same address, by DHCP or BOOTP",
	 FIELD_PAIRS, AT(lab_dhcp, fixed)},
	END
};
const struct schema_object schema_dhcp = {
	"a DHCP server", "dhcp", sizeof(struct lab_dhcp), dhcp_fields, NULL};

static const struct schema_field dhcp6_fields[] = {
	{"pool", "the addresses that it gives, likewise; none: it tells only "
	 "the rest", FIELD_TEXTS, AT(lab_dhcp6, pool)},
	{"dns", "the resolvers that it names: nodes, or IPv6 addresses",
	 FIELD_TEXTS, AT(lab_dhcp6, dns)},
	{"domain", "the domain in which hosts are to search", FIELD_DOMAIN,
	 AT(lab_dhcp6, domain)},
	{"lease", "how long an address may be used", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_dhcp6, lease), "1h", .with = "pool"},
	{"rapid", "true: give an address in two messages instead of four",
	 FIELD_WORD, AT(lab_dhcp6, rapid), .words = truth_words},
	END
};
const struct schema_object schema_dhcp6 = {
	"a DHCPv6 server", "dhcp6", sizeof(struct lab_dhcp6), dhcp6_fields,
	NULL};
