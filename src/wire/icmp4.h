/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ICMP4_H
#define WIRE_ICMP4_H

/*
 * icmp4.h - ICMP for IPv4 (RFC 792)
 *
 * Every message has a type, a code, a checksum, and four octets whose meaning
 * depends on the type.  Errors then quote the packet they are about.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"

enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_ROUTER_ADVERT = 9,
	ICMP4_ROUTER_SOLICIT = 10,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAM_PROBLEM = 12,
	ICMP4_TIMESTAMP = 13,
	ICMP4_TIMESTAMP_REPLY = 14,
};

/* Codes of ICMP4_UNREACHABLE (RFC 792; RFC 1812, 5.2.7.1). */
enum icmp4_unreachable {
	ICMP4_NET = 0,
	ICMP4_HOST = 1,
	ICMP4_PROTO = 2,
	ICMP4_PORT = 3,
	ICMP4_FRAG_NEEDED = 4,
	ICMP4_SOURCE_ROUTE = 5,
	ICMP4_NET_UNKNOWN = 6,
	ICMP4_HOST_UNKNOWN = 7,
	ICMP4_NET_PROHIBITED = 9,
	ICMP4_HOST_PROHIBITED = 10,
	ICMP4_FILTERED = 13,
};

/* Codes of ICMP4_TIME_EXCEEDED. */
enum icmp4_time_exceeded {
	ICMP4_TTL = 0,
	ICMP4_REASSEMBLY = 1,
};

/* Codes of ICMP4_REDIRECT. */
enum icmp4_redirect {
	ICMP4_REDIRECT_NET = 0,
	ICMP4_REDIRECT_HOST = 1,
};

/* Codes of ICMP4_PARAM_PROBLEM. */
enum icmp4_param_problem {
	ICMP4_AT_POINTER = 0,
	ICMP4_OPTION_MISSING = 1,
	ICMP4_BAD_LENGTH = 2,
};

enum {
	ICMP4_HLEN = 8,
	ICMP4_ERROR_MAX = 576, /* octets of an error with its IP header */
	ICMP4_QUOTE_MIN = 8,   /* octets behind the quoted header */
};

struct icmp4_wire {
	uint8_t type[1];
	uint8_t code[1];
	uint8_t sum[2];
	uint8_t rest[4];
};
static_assert(sizeof(struct icmp4_wire) == ICMP4_HLEN, "RFC 792");

/**
 * struct icmp4_hdr - the first eight octets, in host order
 * @type:	enum icmp4_type
 * @code:	Its meaning depends on @type
 * @id:		Echo and timestamp: whose
 * @seq:	Echo and timestamp: which
 * @mtu:	Unreachable, fragmentation needed: what would fit (RFC 1191), 0
 *		if the router did not say
 * @pointer:	Parameter problem: octet of the quoted header
 * @gateway:	Redirect: the better router
 *
 * Only what @type has is filled in and written; the rest is 0.
 */
struct icmp4_hdr {
	uint8_t type, code;
	uint16_t id, seq;
	uint16_t mtu;
	uint8_t pointer;
	ip4_addr gateway;
};

/* Does the message report an error?  Errors about errors are not sent. */
bool icmp4_is_error(uint8_t type);

/**
 * icmp4_parse() - Read a message and verify its checksum
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the message
 * @len:	Octets of the whole message; may be anything
 *
 * Return: ICMP4_HLEN, WIRE_SHORT, or WIRE_CSUM
 */
int icmp4_parse(struct icmp4_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * icmp4_parse_quoted() - Read the first eight octets alone
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the message
 * @len:	Octets there, perhaps fewer than the message had
 *
 * Looks not at the checksum: for messages that an error quotes, and for those
 * whose checksum was verified before.
 *
 * Return: ICMP4_HLEN or WIRE_SHORT
 */
int icmp4_parse_quoted(struct icmp4_hdr *hdr, const uint8_t *buf, size_t len);

/**
 * icmp4_emit() - Write the first eight octets and the checksum
 * @buf:	The message; what follows the first eight octets is there already
 * @len:	Octets of the whole message, at least ICMP4_HLEN
 * @hdr:	What to write
 */
void icmp4_emit(uint8_t *buf, size_t len, const struct icmp4_hdr *hdr);

/* "echo", "port unreachable", ...; never NULL. */
const char *icmp4_name(uint8_t type, uint8_t code);

/* "echo id 1 seq 2", "fragmentation needed mtu 1400", appended. */
void icmp4_print(struct strbuf *sb, const struct icmp4_hdr *hdr);

#endif /* WIRE_ICMP4_H */
