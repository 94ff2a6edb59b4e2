// SPDX-License-Identifier: MIT
/*
 * dns.c - questions to the domain name system, and what answers say
 *
 * Theory of operation
 * ===================
 * A name is a row of labels, each behind its length, ended by a length of 0;
 * instead of further labels there may be a pointer to an earlier place in the
 * message (RFC 1035, 4.1.4).  A pointer must point backwards, before the place
 * where it stands: so no row of pointers is endless.
 *
 * An answer counts only if it repeats the question, octet by octet but for
 * case.  Of its records those count whose owner is the name that was asked
 * for, or what an alias has led to.  Aliases may stand in any order, so the
 * records are gone through once for each alias.
 */

#include "wire/dns.h"

#include <stdio.h>
#include <string.h>

#include "base/cursor.h"

#include "wire/addr.h"
#include "wire/bad.h"

#define DNS_HLEN     12
#define LABEL_MAX    63
#define NAME_MAX_LEN 255 /* in a message */
#define FLAG_QR	     0x8000
#define FLAG_TC	     0x0200
#define FLAG_RD	     0x0100
#define CLASS_IN     1

static bool name_emit(struct wcursor *w, const char *name)
{
	size_t start = wcur_len(w);

	while (*name) {
		size_t n = strcspn(name, ".");

		if (!n || n > LABEL_MAX)
			return false;
		wcur_u8(w, (uint8_t)n);
		wcur_bytes(w, name, n);
		name += n;
		if (*name == '.')
			name++;
	}
	wcur_u8(w, 0);
	return wcur_len(w) - start <= NAME_MAX_LEN;
}

int dns_query_emit(uint8_t *buf, uint16_t id, const char *name, uint16_t type)
{
	struct wcursor w = wcur_init(buf, DNS_QUERY_MAX);

	wcur_u16(&w, id);
	wcur_u16(&w, FLAG_RD);
	wcur_u16(&w, 1);
	wcur_fill(&w, 0, 6);
	if (!*name || !name_emit(&w, name))
		return -EINVAL;
	wcur_u16(&w, type);
	wcur_u16(&w, CLASS_IN);
	return wcur_ok(&w) ? (int)wcur_len(&w) : -EINVAL;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool dns_name_eq(const char *a, const char *b)
{
	size_t i, n = strlen(a), m = strlen(b);

	n -= n && a[n - 1] == '.';
	m -= m && b[m - 1] == '.';
	if (n != m)
		return false;
	for (i = 0; i < n; i++)
		if (lower((uint8_t)a[i]) != lower((uint8_t)b[i]))
			return false;
	return true;
}

/* One more label in the text; a label with a dot in it is none of ours. */
static bool label_add(char *text, size_t *at, const uint8_t *label, size_t n)
{
	if (*at + n + 2 > DNS_NAME_TEXT || memchr(label, '.', n) ||
	    memchr(label, '\0', n))
		return false;
	if (*at)
		text[(*at)++] = '.';
	memcpy(text + *at, label, n);
	*at += n;
	text[*at] = '\0';
	return true;
}

/* Read the name at @off; returns where the message goes on, 0 if it is none. */
static size_t name_read(const uint8_t *msg, size_t len, size_t off, char *text)
{
	size_t at = 0, end = 0, limit = off;

	text[0] = '\0';
	while (off < len) {
		size_t n = msg[off];

		if (n >= 0xc0) {
			if (off + 2 > len)
				return 0;
			end = end ? end : off + 2;
			off = (n & 0x3f) << 8 | msg[off + 1];
			if (off >= limit)
				return 0;
			limit = off;
			continue;
		}
		if (!n)
			return end ? end : off + 1;
		if (n > LABEL_MAX || off + 1 + n > len ||
		    !label_add(text, &at, msg + off + 1, n))
			return 0;
		off += 1 + n;
	}
	return 0;
}

/* Does the message repeat the question?  It has no compression there. */
static bool is_same_question(const uint8_t *q, size_t q_len, const uint8_t *buf)
{
	size_t i;

	for (i = DNS_HLEN; i < q_len; i++)
		if (lower(q[i]) != lower(buf[i]))
			return false;
	return true;
}

/* A record of the answer. */
struct record {
	char owner[DNS_NAME_TEXT];
	uint16_t type, class;
	const uint8_t *data;
	size_t len, data_at;
};

/* The record at @off; returns where the next one is, 0 if it is malformed. */
static size_t record_read(const uint8_t *msg, size_t len, size_t off,
			  struct record *r)
{
	struct cursor c;

	off = name_read(msg, len, off, r->owner);
	if (!off)
		return 0;
	c = cur_init(msg + off, len - off);
	r->type = cur_u16(&c);
	r->class = cur_u16(&c);
	cur_skip(&c, 4); /* time to live: nothing is kept here */
	r->len = cur_u16(&c);
	r->data_at = off + 10;
	r->data = cur_take(&c, r->len);
	return cur_ok(&c) ? r->data_at + r->len : 0;
}

static void addr_add(struct dns_answer *out, struct ip_addr a)
{
	if (out->count < DNS_ADDRS_MAX)
		out->addr[out->count++] = a;
}

/* What a record for the right name says. */
static bool record_use(const uint8_t *msg, size_t len, const struct record *r,
		       uint16_t type, struct dns_answer *out)
{
	if (r->type != type)
		return true;
	if (type == DNS_TYPE_A && r->len == 4)
		addr_add(out, ip_addr_v4(get_ip4(r->data)));
	else if (type == DNS_TYPE_AAAA && r->len == 16)
		addr_add(out, ip_addr_v6(get_ip6(r->data)));
	else if (type == DNS_TYPE_PTR && !out->target[0])
		return name_read(msg, len, r->data_at, out->target);
	return type == DNS_TYPE_PTR || r->len == 4 || r->len == 16;
}

/* All records for @out->canon.  Returns whether they are well formed; *next:
 * there is an alias, which is now the name. */
static bool answers_walk(const uint8_t *msg, size_t len, size_t off,
			 uint16_t type, struct dns_answer *out, bool *next)
{
	unsigned int i, count = get16(msg + 6);
	char alias[DNS_NAME_TEXT] = "";
	struct record r = {.len = 0};

	for (i = 0; i < count; i++) {
		off = record_read(msg, len, off, &r);
		if (!off)
			return false;
		if (r.class != CLASS_IN || !dns_name_eq(r.owner, out->canon))
			continue;
		if (r.type == DNS_TYPE_CNAME && type != DNS_TYPE_CNAME) {
			if (!name_read(msg, len, r.data_at, alias))
				return false;
			continue;
		}
		if (!record_use(msg, len, &r, type, out))
			return false;
	}
	*next = alias[0] && !out->count && !out->target[0];
	if (*next)
		memcpy(out->canon, alias, sizeof(alias));
	return true;
}

int dns_answer_parse(const uint8_t *query, size_t query_len, const uint8_t *buf,
		     size_t len, struct dns_answer *out)
{
	uint16_t type = get16(query + query_len - 4), flags;
	bool next = true;
	int i;

	memset(out, 0, sizeof(*out));
	if (len < query_len)
		return WIRE_SHORT;
	flags = get16(buf + 2);
	if (memcmp(query, buf, 2) != 0 || !(flags & FLAG_QR) ||
	    get16(buf + 4) != 1 || !is_same_question(query, query_len, buf))
		return WIRE_FIELD;
	out->rcode = flags & 0xf;
	out->is_cut = flags & FLAG_TC;
	name_read(buf, len, DNS_HLEN, out->canon);
	for (i = 0; i < DNS_ALIASES_MAX && next && !out->is_cut; i++)
		if (!answers_walk(buf, len, query_len, type, out, &next))
			return WIRE_FIELD;
	return 0;
}

void dns_reverse_name(struct ip_addr addr, char out[static DNS_NAME_TEXT])
{
	uint8_t o[4];
	size_t at = 0;
	int i;

	if (addr.family != IP_V6) {
		put_ip4(o, addr.v4);
		snprintf(out, DNS_NAME_TEXT, "%u.%u.%u.%u.in-addr.arpa", o[3],
			 o[2], o[1], o[0]);
		return;
	}
	for (i = 15; i >= 0; i--, at += 4)
		snprintf(out + at, DNS_NAME_TEXT - at, "%x.%x.",
			 addr.v6.o[i] & 15U, addr.v6.o[i] >> 4);
	snprintf(out + at, DNS_NAME_TEXT - at, "ip6.arpa");
}
