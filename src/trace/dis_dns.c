// SPDX-License-Identifier: MIT
/*
 * dis_dns.c - the fields of a DNS message (RFC 1035, 4)
 *
 * Names may point back to earlier ones (compression).  A pointer is followed
 * only backwards and a bounded number of times, so that no message, however
 * made, holds the reader up.
 */

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"

#include "trace/dissect_int.h"

#define DNS_HLEN      12
#define DNS_JUMPS_MAX 32
#define DNS_NAME_MAX  255
#define DNS_TEXT      (4 * DNS_NAME_MAX)
#define DNS_FIXED     10 /* type, class, TTL, length */

/* The whole message, for pointers. */
struct dns_msg {
	const uint8_t *p;
	size_t len;
};

static const char *type_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{1, "A"},    {2, "NS"},	  {5, "CNAME"},	 {6, "SOA"},
		{12, "PTR"}, {15, "MX"},  {16, "TXT"},	 {28, "AAAA"},
		{33, "SRV"}, {41, "OPT"}, {46, "RRSIG"}, {255, "ANY"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "other";
}

static void put_label(struct strbuf *out, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (p[i] > 32 && p[i] < 127 && p[i] != '.' && p[i] != '\\')
			strbuf_putc(out, (char)p[i]);
		else
			strbuf_printf(out, "\\%03u", p[i]);
	}
	strbuf_putc(out, '.');
}

/* Text of the name at @at; returns the octets it takes there, 0: malformed. */
static size_t dns_name(const struct dns_msg *m, size_t at, struct strbuf *out)
{
	size_t start = at, lowest = at, used = 0, sum = 0;
	int jumps;

	for (jumps = 0; jumps < DNS_JUMPS_MAX;) {
		size_t len;

		if (at >= m->len)
			return 0;
		len = m->p[at];
		if (len >= 0xc0) {
			size_t to;

			if (at + 2 > m->len)
				return 0;
			to = (len & 0x3f) << 8 | m->p[at + 1];
			used = used ? used : at + 2 - start;
			if (to >= lowest)
				return 0;
			at = lowest = to;
			jumps++;
			continue;
		}
		if (!len) {
			if (!out->len)
				strbuf_putc(out, '.');
			return used ? used : at + 1 - start;
		}
		sum += len + 1;
		if (len > 63 || at + 1 + len > m->len || sum > DNS_NAME_MAX)
			return 0;
		put_label(out, m->p + at + 1, len);
		at += 1 + len;
	}
	return 0;
}

/* A name as a field; false: malformed, and everything is named. */
static bool dis_name(struct dissection *d, struct cursor *c,
		     const struct dns_msg *m, const char *name)
{
	char text[DNS_TEXT];
	struct strbuf sb;
	size_t len;

	strbuf_init_fixed(&sb, text, sizeof(text));
	len = dns_name(m, (size_t)(c->p - m->p), &sb);
	if (!len || len > cur_left(c)) {
		dis_rest(d, c, "(malformed name)", "a name that cannot be");
		return false;
	}
	dis_take(d, c, len, name, NULL, "%s", strbuf_text(&sb));
	return true;
}

static const char *rcode_name(unsigned int rcode)
{
	static const char *const names[] = {"no error",	       "format error",
					    "server failure",  "no such name",
					    "not implemented", "refused"};

	return rcode < ARRAY_SIZE(names) ? names[rcode] : "other";
}

static void dis_dns_header(struct dissection *d, struct cursor *c,
			   const uint8_t *p)
{
	uint16_t flags = get16(p + 2);

	dis_take(d, c, 2, "ID", "ties an answer to its question", "0x%04x",
		 get16(p));
	dis_take(d, c, 2, "Flags", flags & 0x8000 ? "an answer" : "a question",
		 "%s%s%s%s%s%s", flags & 0x8000 ? "response " : "query ",
		 flags & 0x0400 ? "authoritative " : "",
		 flags & 0x0200 ? "truncated " : "",
		 flags & 0x0100 ? "recursion-desired " : "",
		 flags & 0x0080 ? "recursion-available " : "",
		 flags & 0x8000 ? rcode_name(flags & 15U) : "");
	dis_take(d, c, 2, "QDCOUNT", "questions", "%u", get16(p + 4));
	dis_take(d, c, 2, "ANCOUNT", "answers", "%u", get16(p + 6));
	dis_take(d, c, 2, "NSCOUNT", "servers that know more", "%u",
		 get16(p + 8));
	dis_take(d, c, 2, "ARCOUNT", "additional records", "%u", get16(p + 10));
}

static bool dis_question(struct dissection *d, struct cursor *c,
			 const struct dns_msg *m)
{
	const uint8_t *p;

	if (!dis_name(d, c, m, "QNAME"))
		return false;
	p = dis_peek(d, c, 4);
	if (!p)
		return false;
	dis_take(d, c, 2, "QTYPE", "kind of record asked for", "%u %s",
		 get16(p), type_name(get16(p)));
	dis_take(d, c, 2, "QCLASS", "1 is the Internet", "%u", get16(p + 2));
	return true;
}

/* RFC 3596, 2.2 */
static struct ip_addr aaaa_of(const uint8_t *p)
{
	ip6_addr a;

	memcpy(a.o, p, sizeof(a.o));
	return ip_addr_v6(a);
}

static void dis_rdata(struct dissection *d, struct cursor *c,
		      const struct dns_msg *m, uint16_t type)
{
	char text[DNS_TEXT];
	struct strbuf sb;
	size_t len = cur_left(c);

	strbuf_init_fixed(&sb, text, sizeof(text));
	if (type == 1 && len == 4)
		dis_take(d, c, 4, "RDATA", "the address", "%s",
			 ip4_print((ip4_addr){get32(c->p)}, text));
	else if (type == 28 && len == 16)
		dis_take(d, c, 16, "RDATA", "the address", "%s",
			 ip_addr_print(aaaa_of(c->p), text));
	else if ((type == 2 || type == 5 || type == 12) &&
		 dns_name(m, (size_t)(c->p - m->p), &sb) == len)
		dis_take(d, c, len, "RDATA", "a name", "%s", strbuf_text(&sb));
	else
		dis_rest(d, c, "RDATA", NULL);
}

static bool dis_record(struct dissection *d, struct cursor *c,
		       const struct dns_msg *m)
{
	const uint8_t *p;
	struct cursor rdata;

	if (!dis_name(d, c, m, "NAME"))
		return false;
	p = dis_peek(d, c, DNS_FIXED);
	if (!p)
		return false;
	dis_take(d, c, 2, "TYPE", "kind of record", "%u %s", get16(p),
		 type_name(get16(p)));
	dis_take(d, c, 2, "CLASS", "1 is the Internet", "%u", get16(p + 2));
	dis_take(d, c, 4, "TTL", "seconds it may be kept", "%u", get32(p + 4));
	dis_take(d, c, 2, "RDLENGTH", "octets that follow", "%u", get16(p + 8));
	if (get16(p + 8) > cur_left(c)) {
		dis_rest(d, c, "(cut short)", "RDLENGTH promises more");
		return false;
	}
	rdata = cur_sub(c, get16(p + 8));
	dis_rdata(d, &rdata, m, get16(p));
	return true;
}

void dis_dns(struct dissection *d, struct cursor *c)
{
	struct dns_msg m = {.p = c->p, .len = cur_left(c)};
	const uint8_t *p;
	unsigned int i, records;

	if (!cur_left(c))
		return;
	dis_layer(d, "DNS", 7);
	p = dis_peek(d, c, DNS_HLEN);
	if (!p)
		return;
	records = (unsigned int)get16(p + 6) + get16(p + 8) + get16(p + 10);
	dis_dns_header(d, c, p);
	for (i = 0; i < get16(p + 4) && cur_left(c); i++)
		if (!dis_question(d, c, &m))
			return;
	for (i = 0; i < records && cur_left(c); i++)
		if (!dis_record(d, c, &m))
			return;
	dis_rest(d, c, "(after the message)", NULL);
}
