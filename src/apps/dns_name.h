/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_NAME_H
#define APPS_DNS_NAME_H

/*
 * dns_name.h - domain names as values (RFC 1035, 3.1)
 *
 *	03 'w' 'w' 'w' 04 's' 'h' 'o' 'p' 04 't' 'e' 's' 't' 00
 *
 * A name is kept as it stands on the wire, uncompressed, in lower case: equal
 * names are equal octets.  Reading one takes its case away; where the case
 * matters (a question must come back as it was asked) octets are compared.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	DNS_NAME_MAX = 255, /* octets on the wire, the root's 0 included */
	DNS_LABEL_MAX = 63,
	DNS_LABELS_MAX = 127,
	DNS_NAME_TEXT = 4 * DNS_NAME_MAX + 1, /* every octet as \DDD */
};

struct dns_name {
	uint8_t len;
	uint8_t o[DNS_NAME_MAX];
};

#define DNS_ROOT ((struct dns_name){.len = 1})

/**
 * dns_name_parse() - From text
 * @n:		Filled in on success
 * @text:	"www.shop.test", with or without a final dot; "." is the root;
 *		\. and \DDD escape (RFC 1035, 5.1)
 *
 * Return: 0; -EINVAL: an empty label, a bad escape; -ENAMETOOLONG
 */
int dns_name_parse(struct dns_name *n, const char *text);

/* To text without the final dot; "." for the root.  Returns @buf. */
char *dns_name_print(const struct dns_name *n, char buf[static DNS_NAME_TEXT]);

/* From uncompressed octets on the wire.  0 or -EINVAL. */
int dns_name_from_wire(struct dns_name *n, const void *octets, size_t len);

static inline bool dns_name_eq(const struct dns_name *a,
			       const struct dns_name *b)
{
	return a->len == b->len && memcmp(a->o, b->o, a->len) == 0;
}

static inline bool dns_name_is_root(const struct dns_name *n)
{
	return n->len == 1;
}

/* How many labels, the root's not counted. */
size_t dns_name_labels(const struct dns_name *n);

/* The name without its first label; the root's is the root. */
struct dns_name dns_name_parent(const struct dns_name *n);

/* The last @labels labels of a name that has at least as many. */
struct dns_name dns_name_suffix(const struct dns_name *n, size_t labels);

/* Is @n equal to @of, or below it? */
bool dns_name_is_within(const struct dns_name *n, const struct dns_name *of);

/* "*" in front of @n; false if it would be too long. */
bool dns_name_wildcard(struct dns_name *w, const struct dns_name *n);

/*
 * The order of RFC 4034, 6.1: by labels from the right, so that all names
 * below a name directly follow it.  As memcmp().
 */
int dns_name_cmp(const struct dns_name *a, const struct dns_name *b);

#endif /* APPS_DNS_NAME_H */
