/* SPDX-License-Identifier: MIT */
#ifndef LAB_SCHEMA_INT_H
#define LAB_SCHEMA_INT_H

/*
 * schema_int.h - what names look like; private to lab/
 */

#include <stdbool.h>

struct schema_object;

enum { NAME_MAX_LEN = 40, DOMAIN_MAX_LEN = 253, DOMAIN_LABEL_MAX = 63 };

/* Names of nodes and LANs: letters, digits, '-', '_', '.', no '-' in front. */
#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"

/* schema_ppp.c: the map `ppp` of a link. */
extern const struct schema_object schema_ppp;

/* ... and the map `pppoe` of a node. */
extern const struct schema_object schema_pppoe;
extern const struct schema_object schema_uplink;

bool schema_is_name(const char *text);
bool schema_is_domain(const char *text);

#endif /* LAB_SCHEMA_INT_H */
