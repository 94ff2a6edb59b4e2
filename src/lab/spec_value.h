/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_VALUE_H
#define LAB_SPEC_VALUE_H

/*
 * spec_value.h - the single values of a lab file, see spec.h
 *
 * Each begins with its place in the file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "lab/diag.h"
#include "lab/value.h"

struct lab_num {
	struct lab_pos at;
	bool is_set;
	uint64_t v;
};

struct lab_cmp {
	struct lab_pos at;
	bool is_set;
	enum value_op op;
	uint64_t v;
};

struct lab_str {
	struct lab_pos at;
	const char *s; /* NULL: not set */
};

struct lab_ip {
	struct lab_pos at;
	bool is_set;
	ip4_addr v;
};

struct lab_net {
	struct lab_pos at;
	bool is_set;
	struct ip4_net v;
};

struct lab_ip6 {
	struct lab_pos at;
	bool is_set;
	ip6_addr v;
};

struct lab_net6 {
	struct lab_pos at;
	bool is_set;
	bool is_auto; /* the next free one */
	struct ip6_net v;
};

struct lab_mac {
	struct lab_pos at;
	bool is_set;
	mac_addr v;
};

/* `a -- b` */
struct lab_wire {
	struct lab_pos at;
	struct lab_str a, b; /* a.s NULL: not set */
};

/* An array of texts (struct lab_str), pairs, groups or objects. */
struct lab_seq {
	struct lab_pos at;
	bool is_set;
	size_t count;
	void *items;
};

/* One entry of a map with free keys: `www: [web1, web2]`. */
struct lab_pair {
	struct lab_str key;
	struct lab_seq values; /* of struct lab_str */
};

/* First member of every structure that mirrors a map. */
struct lab_item {
	struct lab_pos at;
	bool is_set;
	struct lab_str name; /* its key, in a map of names */
};

#endif /* LAB_SPEC_VALUE_H */
