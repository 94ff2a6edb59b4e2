/* SPDX-License-Identifier: MIT */
#ifndef LAB_SCHEMA_OBJECTS_H
#define LAB_SCHEMA_OBJECTS_H

/*
 * schema_objects.h - every kind of map, once
 */

#include "lab/schema.h"

enum { SCHEMA_OBJECTS_MAX = 48 };

/* Those that stand apart from schema.c: schema_switch.c. */
extern const struct schema_object schema_port, schema_vlan;
extern const struct schema_object schema_dhcp, schema_dhcp6; /* schema_boot.c */

/* In the order in which they are met. */
struct schema_objects {
	const struct schema_object *seen[SCHEMA_OBJECTS_MAX];
	size_t count;
};

/* Add @o and all that it refers to. */
void schema_objects_add(struct schema_objects *all,
			const struct schema_object *o);

#endif /* LAB_SCHEMA_OBJECTS_H */
