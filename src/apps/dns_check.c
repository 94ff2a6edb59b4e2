// SPDX-License-Identifier: MIT
/*
 * dns_check.c - is this, octet by octet, a DNS message?
 *
 * Theory of operation
 * ===================
 * A message is a header, four counts, and as many questions and records as
 * the counts say.  Half of all holes in DNS software are here (RFC 9267):
 * pointers that loop, lengths that lie, counts that promise what is not there.
 *
 *	...  03 'w' 'w' 'w' C0 10  ...		C0 10: the rest is at octet 16
 *
 * A compression pointer must point before the labels it ends, and the next
 * one before those again; so every name ends after fewer jumps than it has
 * octets in front of it, and with at most 255 octets, after at most 127.
 *
 * The data of a record is read according to its type: its names and fields
 * must fill it exactly.  Types that are not known are opaque octets.
 *
 * Limits
 * ------
 * The work is at most 255 octets for each name; a record has at least eleven
 * octets, so a datagram of 1,232 octets has at most 110.
 */

#include <errno.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/cursor.h"

#include "apps/dns_msg.h"

/* What a type's data consists of: a little language, one letter a field. */
static const struct {
	uint16_t type;
	const char *form; /* n: name, 1 2 4 6: octets, s: string, *: more */
} forms[] = {
	{LDNS_RR_TYPE_A, "4"},		{LDNS_RR_TYPE_NS, "n"},
	{LDNS_RR_TYPE_MD, "n"},		{LDNS_RR_TYPE_MF, "n"},
	{LDNS_RR_TYPE_CNAME, "n"},	{LDNS_RR_TYPE_SOA, "nn44444"},
	{LDNS_RR_TYPE_MB, "n"},		{LDNS_RR_TYPE_MG, "n"},
	{LDNS_RR_TYPE_MR, "n"},		{LDNS_RR_TYPE_PTR, "n"},
	{LDNS_RR_TYPE_HINFO, "ss"},	{LDNS_RR_TYPE_MINFO, "nn"},
	{LDNS_RR_TYPE_MX, "2n"},	{LDNS_RR_TYPE_TXT, "s*"},
	{LDNS_RR_TYPE_RP, "nn"},	{LDNS_RR_TYPE_AFSDB, "2n"},
	{LDNS_RR_TYPE_AAAA, "4444"},	{LDNS_RR_TYPE_SRV, "222n"},
	{LDNS_RR_TYPE_NAPTR, "22sssn"}, {LDNS_RR_TYPE_KX, "2n"},
	{LDNS_RR_TYPE_DNAME, "n"},
};

struct checker {
	const uint8_t *msg;
	size_t len;
	size_t at;
	size_t end; /* of what may be read: the message, or a record's data */
	const char *what;
	unsigned int opts;
};

static int refuse(struct checker *c, const char *what)
{
	c->what = what;
	return -EBADMSG;
}

static int skip(struct checker *c, size_t n)
{
	if (n > c->end - c->at)
		return refuse(c, "it ends too early");
	c->at += n;
	return 0;
}

/* The rest of a name, behind a pointer to @at; all before @before. */
static int follow(struct checker *c, size_t at, size_t before, size_t octets)
{
	size_t start = at, n;

	for (;;) {
		if (at >= before || at < DNS_HEADER_LEN)
			return refuse(c, "a compression pointer that does not "
					 "point backwards");
		n = c->msg[at];
		if (n >= 0xc0) {
			if (at + 1 >= before)
				return refuse(c, "half a compression pointer");
			before = start;
			at = start = get16(c->msg + at) & 0x3fff;
			continue;
		}
		if (n > DNS_LABEL_MAX)
			return refuse(c, "a label longer than 63 octets");
		octets += n + 1;
		if (octets > DNS_NAME_MAX)
			return refuse(c, "a name longer than 255 octets");
		if (!n)
			return 0;
		at += n + 1;
	}
}

static int check_name(struct checker *c)
{
	size_t start = c->at, octets = 0, n;
	int rc;

	for (;;) {
		if (c->at >= c->end)
			return refuse(c, "a name without an end");
		n = c->msg[c->at];
		if (n >= 0xc0) {
			rc = skip(c, 2);
			return rc ? rc
				  : follow(c,
					   get16(c->msg + c->at - 2) & 0x3fff,
					   start, octets);
		}
		if (n > DNS_LABEL_MAX)
			return refuse(c, "a label longer than 63 octets");
		octets += n + 1;
		if (octets > DNS_NAME_MAX)
			return refuse(c, "a name longer than 255 octets");
		rc = skip(c, n + 1);
		if (rc || !n)
			return rc;
	}
}

/* One field of the little language. */
static int check_field(struct checker *c, char field)
{
	if (field == 'n')
		return check_name(c);
	if (field != 's')
		return skip(c, (size_t)(field - '0'));
	if (c->at >= c->end)
		return refuse(c, "it ends too early");
	return skip(c, (size_t)c->msg[c->at] + 1);
}

static int check_form(struct checker *c, const char *form)
{
	int rc = 0;

	for (; *form && !rc; form++) {
		if (*form == '*') {
			if (c->at == c->end)
				return 0;
			form -= 2;
			continue;
		}
		rc = check_field(c, *form);
	}
	if (!rc && c->at != c->end)
		return refuse(c, "data longer than its record needs");
	return rc;
}

/* EDNS options: code, length, octets (RFC 6891, 6.1.2). */
static int check_opt(struct checker *c, size_t owner_at)
{
	size_t n;
	int rc = 0;

	if (c->msg[owner_at] || ++c->opts > 1)
		return refuse(c, "an OPT record that cannot be");
	while (c->at < c->end && !rc) {
		rc = skip(c, 4);
		if (rc)
			return rc;
		n = get16(c->msg + c->at - 2);
		rc = skip(c, n);
	}
	return rc;
}

static int check_data(struct checker *c, uint16_t type, size_t owner_at)
{
	size_t i, end = c->end;
	int rc;

	if (type == LDNS_RR_TYPE_OPT)
		return check_opt(c, owner_at);
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		if (forms[i].type != type)
			continue;
		rc = check_form(c, forms[i].form);
		return rc;
	}
	c->at = end;
	return 0;
}

static int check_record(struct checker *c)
{
	size_t owner_at = c->at, len;
	uint16_t type;
	int rc = check_name(c);

	if (!rc)
		rc = skip(c, 10);
	if (rc)
		return rc;
	type = get16(c->msg + c->at - 10);
	len = get16(c->msg + c->at - 2);
	if (len > c->len - c->at)
		return refuse(c, "a record longer than the message");
	c->end = c->at + len;
	rc = check_data(c, type, owner_at);
	c->end = c->len;
	return rc;
}

static int check_question(struct checker *c)
{
	int rc = check_name(c);

	return rc ? rc : skip(c, 4);
}

static int check_all(struct checker *c)
{
	unsigned int i, questions, records;
	int rc = 0;

	if (c->len < DNS_HEADER_LEN)
		return refuse(c, "shorter than a header");
	questions = get16(c->msg + 4);
	records = (unsigned int)get16(c->msg + 6) + get16(c->msg + 8) +
		  get16(c->msg + 10);
	c->at = DNS_HEADER_LEN;
	for (i = 0; i < questions && !rc; i++)
		rc = check_question(c);
	for (i = 0; i < records && !rc; i++)
		rc = check_record(c);
	if (!rc && c->at != c->len)
		return refuse(c, "octets behind the last record");
	return rc;
}

int dns_msg_check(const void *octets, size_t len, const char **what)
{
	struct checker c = {.msg = octets, .len = len, .end = len};
	int rc = check_all(&c);

	if (what)
		*what = c.what;
	return rc;
}

void dns_msg_head(struct dns_head *h, const void *octets, size_t len)
{
	const uint8_t *p = octets;
	const uint8_t *end;

	check(len >= DNS_HEADER_LEN);
	*h = (struct dns_head){
		.id = get16(p),
		.is_answer = p[2] & 0x80,
		.opcode = p[2] >> 3 & 0xf,
		.is_cut = p[2] & 2,
		.wants_recursion = p[2] & 1,
		.rcode = p[3] & 0xf,
		.has_question = get16(p + 4) == 1,
	};
	if (!h->has_question)
		return;
	/* Nothing is in front of the first question to point to. */
	for (end = p + DNS_HEADER_LEN; *end; end += 1 + *end)
		;
	h->raw_len = (size_t)(end + 1 - p) - DNS_HEADER_LEN;
	dns_name_from_wire(&h->name, p + DNS_HEADER_LEN, h->raw_len);
	h->type = get16(end + 1);
	h->class = get16(end + 3);
}
