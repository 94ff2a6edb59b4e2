// SPDX-License-Identifier: MIT
/*
 * addr_text.c - addresses as people write them
 *
 * Theory of operation
 * ===================
 *
 * Readers walk a `const char *` forward; each takes what it can and says
 * whether that was right, and the public functions then require the end of
 * the string.  So every notation is strict, and a longer one (a network, an
 * endpoint) is made of shorter ones.
 *
 * IPv6 is printed as RFC 5952 wants it: lower case, no leading zeroes, the
 * longest run of at least two zero groups (the first, of equals) as "::", and
 * IPv4-mapped addresses with a dotted quad.
 */

#include "wire/addr_text.h"

#include <errno.h>
#include <stdio.h>

#include "wire/addr.h"

enum { IP6_GROUPS = 8 };

/* The value of a digit in that base, or -1. */
static int text_digit(char c, int base)
{
	int d = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : -1;

	return d < base ? d : -1;
}

/* A decimal number up to @max, without leading zeroes. */
static bool text_number(const char **s, uint32_t max, uint32_t *v)
{
	const char *start = *s;
	uint32_t n = 0;
	int d;

	while ((d = text_digit(**s, 10)) >= 0) {
		n = n * 10 + (uint32_t)d;
		if (n > max || (*start == '0' && *s != start))
			return false;
		(*s)++;
	}
	*v = n;
	return *s != start;
}

static bool text_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

char *mac_print(mac_addr m, char buf[static MAC_TEXT])
{
	snprintf(buf, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", m.o[0], m.o[1],
		 m.o[2], m.o[3], m.o[4], m.o[5]);
	return buf;
}

int mac_parse(mac_addr *m, const char *text)
{
	mac_addr r;
	size_t i;

	for (i = 0; i < sizeof(r.o); i++) {
		int hi, lo;

		if (i > 0 && !text_char(&text, ':'))
			return -EINVAL;
		hi = text_digit(text[0], 16);
		lo = hi < 0 ? -1 : text_digit(text[1], 16);
		if (lo < 0)
			return -EINVAL;
		r.o[i] = (uint8_t)(hi << 4 | lo);
		text += 2;
	}
	if (*text)
		return -EINVAL;
	*m = r;
	return 0;
}

char *ip4_print(ip4_addr a, char buf[static IP4_TEXT])
{
	snprintf(buf, IP4_TEXT, "%u.%u.%u.%u", a.v >> 24, a.v >> 16 & 255,
		 a.v >> 8 & 255, a.v & 255);
	return buf;
}

static bool text_ip4(const char **s, ip4_addr *a)
{
	uint32_t v = 0, octet;
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0 && !text_char(s, '.'))
			return false;
		if (!text_number(s, 255, &octet))
			return false;
		v = v << 8 | octet;
	}
	a->v = v;
	return true;
}

int ip4_parse(ip4_addr *a, const char *text)
{
	ip4_addr r;

	if (!text_ip4(&text, &r) || *text)
		return -EINVAL;
	*a = r;
	return 0;
}

/* First group and length of the run that "::" stands for; 0 if none does. */
static int ip6_longest_zero_run(const uint16_t g[IP6_GROUPS], int *start)
{
	int i, run = 0, best = 1;

	for (i = 0; i < IP6_GROUPS; i++) {
		run = g[i] ? 0 : run + 1;
		if (run > best) {
			best = run;
			*start = i + 1 - run;
		}
	}
	return best > 1 ? best : 0;
}

char *ip6_print(ip6_addr a, char buf[static IP6_TEXT])
{
	uint16_t g[IP6_GROUPS];
	int i, n = 0, start = -1, run;
	char quad[IP4_TEXT];

	if (ip6_is_mapped(a)) {
		snprintf(buf, IP6_TEXT, "::ffff:%s",
			 ip4_print(get_ip4(a.o + 12), quad));
		return buf;
	}
	for (i = 0; i < IP6_GROUPS; i++)
		g[i] = get16(a.o + 2 * i);
	run = ip6_longest_zero_run(g, &start);
	for (i = 0; i < IP6_GROUPS; i++) {
		if (run && i == start) {
			n += snprintf(buf + n, IP6_TEXT - (size_t)n, "::");
			i += run - 1;
			continue;
		}
		n += snprintf(buf + n, IP6_TEXT - (size_t)n, "%s%x",
			      i == 0 || (run && i == start + run) ? "" : ":",
			      g[i]);
	}
	return buf;
}

/* One to four hexadecimal digits. */
static bool text_group(const char **s, uint8_t o[static 2])
{
	uint32_t v = 0;
	int d, n = 0;

	while ((d = text_digit(**s, 16)) >= 0) {
		if (++n > 4)
			return false;
		v = v << 4 | (uint32_t)d;
		(*s)++;
	}
	put16(o, (uint16_t)v);
	return n > 0;
}

/* Does a dotted quad begin here, rather than a group? */
static bool text_is_quad(const char *s)
{
	while (text_digit(*s, 10) >= 0)
		s++;
	return *s == '.';
}

/*
 * Reads groups into @o until something else follows.  @gap is set to the
 * octet at which "::" stands, or stays negative.  Returns octets read, or -1.
 */
static int text_ip6_groups(const char **s, uint8_t o[static 16], int *gap)
{
	int n = 0;
	ip4_addr quad;

	if ((*s)[0] == ':' && (*s)[1] != ':')
		return -1;
	while (n < 16) {
		if ((*s)[0] == ':' && (*s)[1] == ':') {
			if (*gap >= 0)
				return -1;
			*gap = n;
			*s += 2;
			if (text_digit(**s, 16) < 0)
				break;
		} else if (n > 0 && !text_char(s, ':')) {
			break;
		}
		if (n <= 12 && text_is_quad(*s)) {
			if (!text_ip4(s, &quad))
				return -1;
			put_ip4(o + n, quad);
			return n + 4;
		}
		if (!text_group(s, o + n))
			return -1;
		n += 2;
	}
	if (n == 16 && *gap < 0 && (*s)[0] == ':' && (*s)[1] == ':')
		return -1;
	return n;
}

static bool text_ip6(const char **s, ip6_addr *a)
{
	uint8_t o[16] = {0};
	int gap = -1;
	int n = text_ip6_groups(s, o, &gap);

	if (n < 0 || (gap < 0 && n != 16) || (gap >= 0 && n > 14))
		return false;
	if (gap >= 0) {
		memmove(o + 16 - (n - gap), o + gap, (size_t)(n - gap));
		memset(o + gap, 0, (size_t)(16 - n));
	}
	*a = get_ip6(o);
	return true;
}

int ip6_parse(ip6_addr *a, const char *text)
{
	ip6_addr r;

	if (!text_ip6(&text, &r) || *text)
		return -EINVAL;
	*a = r;
	return 0;
}

int ip4_net_parse(struct ip4_net *n, const char *text)
{
	ip4_addr a;
	uint32_t len;

	if (!text_ip4(&text, &a) || !text_char(&text, '/') ||
	    !text_number(&text, 32, &len) || *text)
		return -EINVAL;
	*n = (struct ip4_net){.addr = a, .len = (uint8_t)len};
	return 0;
}

int ip6_net_parse(struct ip6_net *n, const char *text)
{
	ip6_addr a;
	uint32_t len;

	if (!text_ip6(&text, &a) || !text_char(&text, '/') ||
	    !text_number(&text, 128, &len) || *text)
		return -EINVAL;
	*n = (struct ip6_net){.addr = a, .len = (uint8_t)len};
	return 0;
}

char *ip_addr_print(struct ip_addr a, char buf[static IP_TEXT])
{
	if (a.family == IP_V4)
		return ip4_print(a.v4, buf);
	if (a.family == IP_V6)
		return ip6_print(a.v6, buf);
	snprintf(buf, IP_TEXT, "none");
	return buf;
}

int ip_addr_parse(struct ip_addr *a, const char *text)
{
	ip4_addr v4;
	ip6_addr v6;

	if (ip4_parse(&v4, text) == 0)
		*a = ip_addr_v4(v4);
	else if (ip6_parse(&v6, text) == 0)
		*a = ip_addr_v6(v6);
	else
		return -EINVAL;
	return 0;
}

char *endpoint_print(struct endpoint e, char buf[static ENDPOINT_TEXT])
{
	char addr[IP_TEXT];

	snprintf(buf, ENDPOINT_TEXT,
		 e.addr.family == IP_V6 ? "[%s]:%u" : "%s:%u",
		 ip_addr_print(e.addr, addr), e.port);
	return buf;
}

int endpoint_parse(struct endpoint *e, const char *text)
{
	struct endpoint r = {.addr = {.family = IP_NONE}};
	uint32_t port;

	if (text_char(&text, '[')) {
		r.addr.family = IP_V6;
		if (!text_ip6(&text, &r.addr.v6) || !text_char(&text, ']'))
			return -EINVAL;
	} else {
		r.addr.family = IP_V4;
		if (!text_ip4(&text, &r.addr.v4))
			return -EINVAL;
	}
	if (!text_char(&text, ':') || !text_number(&text, 65535, &port) ||
	    *text)
		return -EINVAL;
	r.port = (uint16_t)port;
	*e = r;
	return 0;
}
