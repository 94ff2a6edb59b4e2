// SPDX-License-Identifier: MIT
/*
 * url_host.c - the authority of a URL: host and port
 *
 * Theory of operation
 * ===================
 * A host is an IPv6 address in brackets, an IPv4 address, or a name.  A name
 * whose last label is a number can only be meant as an IPv4 address, and is
 * refused if it is not one: "10.1.0" must not reach the DNS, nor the other
 * readings that old libraries give it (10.1.0.0, or octal).
 *
 * Names in other scripts are turned into the ASCII form that the DNS stores
 * (IDNA 2008, RFC 5891) by libidn2.  What comes out is checked like any other
 * name: letters, digits, hyphen, and the underscore that real zones have.
 *
 * "user:password@" is refused: nothing good was ever done with it, and it
 * makes "http://bank.test@evil.test/" look like the bank.
 */

#include <errno.h>
#include <idn2.h>
#include <string.h>

#include "wire/addr.h"

#include "apps/ascii.h"
#include "apps/url_int.h"

static bool label_char_ok(char c)
{
	return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' ||
	       c == '_';
}

/* NULL if the ASCII name is one, else what is wrong. */
static const char *name_fault(const char *name)
{
	size_t n, total = strlen(name);

	if (total > URL_HOST_MAX)
		return "the host name is longer than 253 octets";
	for (;;) {
		for (n = 0; label_char_ok(name[n]); n++)
			;
		if (name[n] && name[n] != '.')
			return "this may not stand in a host name";
		if (n == 0)
			return "the host name has an empty part";
		if (n > URL_LABEL_MAX)
			return "a part of the host name is longer than 63 "
			       "octets";
		if (name[0] == '-' || name[n - 1] == '-')
			return "a part of the host name begins or ends "
			       "with a hyphen";
		if (!name[n])
			return NULL;
		name += n + 1;
	}
}

/* Does the last label consist of digits? */
static bool ends_in_number(const char *name)
{
	const char *label = strrchr(name, '.');

	label = label ? label + 1 : name;
	return *label && label[strspn(label, "0123456789")] == 0;
}

static int set_ip6(struct url *url, struct url_part host, size_t pos,
		   struct url_error *err)
{
	ip6_addr a;
	char text[IP6_TEXT];

	if (host.len < 2 || host.len - 2 >= sizeof(text))
		return url_fail(err, -EINVAL, pos,
				"this is not an IPv6 address");
	memcpy(text, host.at + 1, host.len - 2);
	text[host.len - 2] = 0;
	if (ip6_parse(&a, text))
		return url_fail(err, -EINVAL, pos + 1,
				"this is not an IPv6 address");
	ip6_print(a, text);
	memcpy(url->host, text, strlen(text) + 1);
	url->host_is_ip = true;
	return 0;
}

/* An ASCII name, lower-case. */
static int set_name(struct url *url, char *name, size_t pos,
		    struct url_error *err)
{
	size_t len = strlen(name);
	const char *fault;
	ip4_addr a;

	if (len > 1 && name[len - 1] == '.')
		name[--len] = 0;
	fault = name_fault(name);
	if (fault)
		return url_fail(err, -EINVAL, pos, fault);
	if (ends_in_number(name)) {
		if (ip4_parse(&a, name))
			return url_fail(err, -EINVAL, pos,
					"this is not an IPv4 address, and a "
					"host name does not end in a number");
		url->host_is_ip = true;
	}
	memcpy(url->host, name, len + 1);
	return 0;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* A name in any script. */
static int set_idn(struct url *url, const char *name, size_t pos,
		   struct url_error *err)
{
	char *ascii = NULL;
	int rc;

	rc = idn2_to_ascii_8z(name, &ascii,
			      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc == IDN2_MALLOC)
		return url_fail(err, -ENOMEM, pos, "there is no memory");
	if (rc != IDN2_OK)
		return url_fail(err, -EINVAL, pos,
				"this is not a name that can be "
				"internationalized");
	rc = set_name(url, ascii, pos, err);
	idn2_free(ascii);
	return rc;
}

static int set_host(struct url *url, struct url_part host, size_t pos,
		    struct url_error *err)
{
	char name[URL_MAX + 1] = "";
	size_t i;

	url->host_is_ip = false;
	if (!host.len)
		return url_fail(err, -EINVAL, pos, "the host is missing");
	if (host.at[0] == '[')
		return set_ip6(url, host, pos, err);
	if (host.len > URL_MAX)
		return url_fail(err, -ENAMETOOLONG, pos, "it is too long");
	for (i = 0; i < host.len; i++) {
		if (host.at[i] == '%')
			return url_fail(err, -EINVAL, pos + i,
					"a host name is not written with %");
		name[i] = ascii_lower(host.at[i]);
	}
	name[i] = 0;
	if (is_ascii(name))
		return set_name(url, name, pos, err);
	return set_idn(url, name, pos, err);
}

/* Digits after the colon; none at all means the default (RFC 3986, 3.2.3). */
static int set_port(struct url *url, struct url_part port, size_t pos,
		    struct url_error *err)
{
	unsigned int v = 0;
	size_t i;

	url->port = URL_PORT_HTTP;
	if (!port.len)
		return 0;
	for (i = 0; i < port.len; i++) {
		if (!ascii_is_digit(port.at[i]))
			return url_fail(err, -EINVAL, pos + i,
					"the port must be a number");
		v = v * 10 + (unsigned int)(port.at[i] - '0');
		if (v > 65535)
			break;
	}
	if (!v || v > 65535)
		return url_fail(err, -EINVAL, pos,
				"the port must be from 1 to 65535");
	url->port = (uint16_t)v;
	return 0;
}

/* Octets of the authority that are its host. */
static size_t host_len(struct url_part a)
{
	const char *end;

	if (a.len && a.at[0] == '[') {
		end = memchr(a.at, ']', a.len);
		return end ? (size_t)(end - a.at) + 1 : a.len;
	}
	end = memchr(a.at, ':', a.len);
	return end ? (size_t)(end - a.at) : a.len;
}

int url_set_authority(struct url *url, struct url_part authority, size_t pos,
		      struct url_error *err)
{
	const char *at = memchr(authority.at, '@', authority.len);
	struct url_part host = authority;
	struct url_part port = {0};
	int rc;

	if (at)
		return url_fail(err, -EINVAL, pos + (size_t)(at - authority.at),
				"a user name before @ is refused");
	host.len = host_len(authority);
	if (host.at[0] == '[' && host.at[host.len - 1] != ']')
		return url_fail(err, -EINVAL, pos, "the ] is missing");
	rc = set_host(url, host, pos, err);
	if (rc)
		return rc;
	if (host.len < authority.len) {
		if (authority.at[host.len] != ':')
			return url_fail(err, -EINVAL, pos + host.len,
					"only a port may follow here");
		port.at = authority.at + host.len + 1;
		port.len = authority.len - host.len - 1;
	}
	return set_port(url, port, pos + host.len + 1, err);
}
