// SPDX-License-Identifier: MIT
/*
 * dns_name.c - domain names as values
 *
 * Invariants
 * ----------
 *  (1) o[0 .. len) are labels, each a length of 1 ... 63 and as many octets,
 *      then one 0; nothing in upper case.
 * Every function that makes a name keeps it, so walks need no bounds.
 */

#include "apps/dns_name.h"

#include <errno.h>
#include <stdio.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "apps/ascii.h"

/* One octet of a label in text: octets of text, 0 if the escape is bad. */
static size_t parse_octet(const char *s, uint8_t *octet)
{
	unsigned int v = 0;
	size_t i;

	*octet = (uint8_t)s[0];
	if (s[0] != '\\')
		return 1;
	*octet = (uint8_t)s[1];
	if (!ascii_is_digit(s[1]))
		return s[1] ? 2 : 0;
	for (i = 1; i <= 3; i++) {
		if (!ascii_is_digit(s[i]))
			return 0;
		v = v * 10 + (unsigned int)(s[i] - '0');
	}
	*octet = (uint8_t)v;
	return v <= 255 ? 4 : 0;
}

/* A label up to its dot or the end; 0, -EINVAL, -ENAMETOOLONG. */
static int parse_label(struct dns_name *n, const char **text)
{
	uint8_t octet, len = 0;
	size_t used;

	while (**text && **text != '.') {
		used = parse_octet(*text, &octet);
		if (!used)
			return -EINVAL;
		if (len == DNS_LABEL_MAX || n->len + len + 2 > DNS_NAME_MAX - 1)
			return -ENAMETOOLONG;
		n->o[n->len + 1 + len++] = (uint8_t)ascii_lower((char)octet);
		*text += used;
	}
	if (!len)
		return -EINVAL;
	n->o[n->len] = len;
	n->len = (uint8_t)(n->len + 1 + len);
	return 0;
}

int dns_name_parse(struct dns_name *n, const char *text)
{
	struct dns_name made = {0};
	int rc;

	if (strcmp(text, ".") == 0)
		text++;
	else if (!*text)
		return -EINVAL;
	while (*text) {
		rc = parse_label(&made, &text);
		if (rc)
			return rc;
		text += *text == '.';
	}
	made.len++; /* the root's 0 is there */
	*n = made;
	return 0;
}

char *dns_name_print(const struct dns_name *n, char buf[static DNS_NAME_TEXT])
{
	const uint8_t *p, *end;
	struct strbuf sb;

	strbuf_init_fixed(&sb, buf, DNS_NAME_TEXT);
	for (p = n->o; *p; p = end) {
		if (p != n->o)
			strbuf_putc(&sb, '.');
		end = p + 1 + *p;
		for (p++; p < end; p++) {
			if (*p == '.' || *p == '\\')
				strbuf_printf(&sb, "\\%c", *p);
			else if (*p > 0x20 && *p < 0x7f)
				strbuf_putc(&sb, (char)*p);
			else
				strbuf_printf(&sb, "\\%03u", *p);
		}
	}
	if (dns_name_is_root(n))
		strbuf_putc(&sb, '.');
	return buf;
}

int dns_name_from_wire(struct dns_name *n, const void *octets, size_t len)
{
	const uint8_t *p = octets;
	size_t at, i;

	if (len < 1 || len > DNS_NAME_MAX)
		return -EINVAL;
	for (at = 0; at < len && p[at]; at += 1 + (size_t)p[at])
		if (p[at] > DNS_LABEL_MAX)
			return -EINVAL;
	if (at + 1 != len)
		return -EINVAL;
	/* Lengths are below 'A', so lowering all octets leaves them alone. */
	for (i = 0; i < len; i++)
		n->o[i] = (uint8_t)ascii_lower((char)p[i]);
	n->len = (uint8_t)len;
	return 0;
}

size_t dns_name_labels(const struct dns_name *n)
{
	const uint8_t *p;
	size_t count = 0;

	for (p = n->o; *p; p += 1 + *p)
		count++;
	return count;
}

struct dns_name dns_name_parent(const struct dns_name *n)
{
	struct dns_name up = *n;

	if (dns_name_is_root(n))
		return up;
	up.len = (uint8_t)(n->len - 1 - n->o[0]);
	memcpy(up.o, n->o + 1 + n->o[0], up.len);
	return up;
}

/* Where the last @labels labels begin. */
static size_t suffix_at(const struct dns_name *n, size_t labels)
{
	size_t skip = dns_name_labels(n) - labels, at = 0;

	check(labels <= dns_name_labels(n));
	while (skip--)
		at += 1 + (size_t)n->o[at];
	return at;
}

struct dns_name dns_name_suffix(const struct dns_name *n, size_t labels)
{
	size_t at = suffix_at(n, labels);
	struct dns_name s = {.len = (uint8_t)(n->len - at)};

	memcpy(s.o, n->o + at, s.len);
	return s;
}

bool dns_name_is_within(const struct dns_name *n, const struct dns_name *of)
{
	size_t labels = dns_name_labels(of);

	if (n->len < of->len || dns_name_labels(n) < labels)
		return false;
	return suffix_at(n, labels) == (size_t)(n->len - of->len) &&
	       memcmp(n->o + n->len - of->len, of->o, of->len) == 0;
}

bool dns_name_wildcard(struct dns_name *w, const struct dns_name *n)
{
	if (n->len + 2 > DNS_NAME_MAX)
		return false;
	w->len = (uint8_t)(n->len + 2);
	w->o[0] = 1;
	w->o[1] = '*';
	memcpy(w->o + 2, n->o, n->len);
	return true;
}

int dns_name_cmp(const struct dns_name *a, const struct dns_name *b)
{
	size_t la = dns_name_labels(a), lb = dns_name_labels(b);
	const uint8_t *pa, *pb;
	size_t i;
	int d;

	for (i = 1; i <= la && i <= lb; i++) {
		pa = a->o + suffix_at(a, i);
		pb = b->o + suffix_at(b, i);
		d = memcmp(pa + 1, pb + 1, min_size(*pa, *pb));
		if (!d)
			d = *pa - *pb;
		if (d)
			return d;
	}
	return la < lb ? -1 : la > lb;
}
