/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ICMP6_H
#define WIRE_ICMP6_H

/*
 * icmp6.h - ICMP for IPv6 (RFC 4443)
 *
 * Every message has a type, a code, a checksum that covers a pseudo header
 * too, and four octets whose meaning depends on the type.  Types below 128 are
 * errors, and quote the packet they are about.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"
#include "wire/bad.h"

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAM_PROBLEM = 4,
	ICMP6_ECHO = 128, /* from here on: not errors */
	ICMP6_ECHO_REPLY = 129,
	ICMP6_MLD_QUERY = 130,
	ICMP6_MLD_REPORT = 131,
	ICMP6_MLD_DONE = 132,
	ICMP6_ROUTER_SOLICIT = 133,
	ICMP6_ROUTER_ADVERT = 134,
	ICMP6_NEIGHBOUR_SOLICIT = 135,
	ICMP6_NEIGHBOUR_ADVERT = 136,
	ICMP6_REDIRECT = 137,
	ICMP6_MLD2_REPORT = 143,
};

/* Codes of ICMP6_UNREACHABLE (RFC 4443, 3.1). */
enum icmp6_unreachable {
	ICMP6_NO_ROUTE = 0,
	ICMP6_PROHIBITED = 1,
	ICMP6_BEYOND_SCOPE = 2,
	ICMP6_ADDRESS = 3,
	ICMP6_PORT = 4,
	ICMP6_SOURCE_POLICY = 5,
	ICMP6_REJECT_ROUTE = 6,
};

/* Codes of ICMP6_TIME_EXCEEDED (RFC 4443, 3.3). */
enum icmp6_time_exceeded {
	ICMP6_HOPS = 0,
	ICMP6_REASSEMBLY = 1,
};

/* Codes of ICMP6_PARAM_PROBLEM (RFC 4443, 3.4; RFC 7112, 5.1). */
enum icmp6_param_problem {
	ICMP6_BAD_FIELD = 0,
	ICMP6_BAD_NEXT = 1,
	ICMP6_BAD_OPTION = 2,
	ICMP6_FIRST_FRAGMENT = 3,
};

enum {
	ICMP6_HLEN = 8,
	ICMP6_HLEN_MIN = 4, /* type, code, checksum */
	ICMP6_QUOTE_MIN = 8,
};

struct icmp6_wire {
	uint8_t type[1];
	uint8_t code[1];
	uint8_t sum[2];
	uint8_t rest[4];
};
static_assert(sizeof(struct icmp6_wire) == ICMP6_HLEN, "RFC 4443, 2.1");

/**
 * struct icmp6_hdr - the first eight octets, in host order
 * @type:	enum icmp6_type
 * @code:	Its meaning depends on @type
 * @id:		Echo: whose
 * @seq:	Echo: which
 * @mtu:	Too big: what would fit
 * @pointer:	Parameter problem: octet of the quoted packet
 *
 * Only what @type has is filled in and written; the rest is 0.
 */
struct icmp6_hdr {
	uint8_t type, code;
	uint16_t id, seq;
	uint32_t mtu;
	uint32_t pointer;
};

static inline bool icmp6_is_error(uint8_t type)
{
	return type < 128;
}

/**
 * icmp6_parse() - Read the first eight octets
 * @hdr:	Filled in on success, untouched otherwise
 * @buf:	First octet of the message
 * @len:	Octets there; may be anything
 *
 * The checksum needs the addresses and is for the caller to verify.
 *
 * Return: ICMP6_HLEN or WIRE_SHORT
 */
int icmp6_parse(struct icmp6_hdr *hdr, const uint8_t *buf, size_t len);

/* Write the first eight octets, the checksum 0. */
void icmp6_emit(uint8_t buf[static ICMP6_HLEN], const struct icmp6_hdr *hdr);

/* "echo", "port unreachable", ...; never NULL. */
const char *icmp6_name(uint8_t type, uint8_t code);

/* "echo id 1 seq 2", "packet too big mtu 1400", appended. */
void icmp6_print(struct strbuf *sb, const struct icmp6_hdr *hdr);

#endif /* WIRE_ICMP6_H */
