/* SPDX-License-Identifier: MIT */
#ifndef WIRE_PPPOE_H
#define WIRE_PPPOE_H

/*
 * pppoe.h - PPP in Ethernet frames (RFC 2516)
 *
 *	+----+----+------+------------+--------+- - - - - - - - - - - +
 *	|  1 |  1 | code | session id | length | tags, or a PPP frame |
 *	+----+----+------+------------+--------+- - - - - - - - - - - +
 *	  4    4     8         16         16	length octets
 *
 * Two EtherTypes: one for discovery, whose packets are tags, one for what
 * follows, whose packets begin with the protocol number of PPP.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#include "wire/bad.h"

enum {
	PPPOE_HLEN = 6,
	PPPOE_TAG_HLEN = 4,
	PPPOE_VER_TYPE = 0x11,
	PPPOE_MRU = 1492,     /* 1500 less header and protocol: RFC 2516, 7 */
	PPPOE_PAYLOAD = 1494, /* the longest that fits into a frame */
};

enum pppoe_code {
	PPPOE_SESSION = 0x00,
	PPPOE_PADO = 0x07,
	PPPOE_PADI = 0x09,
	PPPOE_PADR = 0x19,
	PPPOE_PADS = 0x65,
	PPPOE_PADT = 0xa7,
};

enum pppoe_tag_type {
	PPPOE_END = 0x0000,
	PPPOE_SERVICE = 0x0101,
	PPPOE_AC_NAME = 0x0102,
	PPPOE_HOST_UNIQ = 0x0103,
	PPPOE_COOKIE = 0x0104,
	PPPOE_VENDOR = 0x0105,
	PPPOE_RELAY = 0x0110,
	PPPOE_MAX_PAYLOAD = 0x0120, /* RFC 4638 */
	PPPOE_SERVICE_ERR = 0x0201,
	PPPOE_SYSTEM_ERR = 0x0202,
	PPPOE_GENERIC_ERR = 0x0203,
};

struct pppoe_hdr {
	uint8_t code;
	uint16_t session;
	uint16_t len;
};

/**
 * pppoe_parse() - Read the header
 * @h:		Filled in on success; @h->len octets follow, and they are there
 * @buf:	What follows the EtherType
 * @len:	Octets of it, padding included; may be anything
 *
 * Return: PPPOE_HLEN; WIRE_SHORT; WIRE_VERSION (not version 1, type 1);
 * WIRE_LEN (it promises more than has come)
 */
int pppoe_parse(struct pppoe_hdr *h, const uint8_t *buf, size_t len);

/* Write the header: PPPOE_HLEN octets. */
void pppoe_emit(uint8_t *buf, const struct pppoe_hdr *h);

/* One tag of discovery; @data points into what was parsed. */
struct pppoe_tag {
	uint16_t type;
	uint16_t len;
	const uint8_t *data;
};

/**
 * pppoe_tag_next() - Read the next tag
 * @tag:	Filled in when there is one
 * @c:		Over the payload; moves on, and is empty after the last
 *
 * Return: 1, 0 at the end (End-Of-List counts as one), WIRE_LEN if its length
 * is more than what is left
 */
int pppoe_tag_next(struct pppoe_tag *tag, struct cursor *c);

/* Append a tag.  What does not fit turns @w bad. */
void pppoe_tag_put(struct wcursor *w, uint16_t type, const void *data,
		   uint16_t len);

/* "PADI", ...; NULL for a code without a name. */
const char *pppoe_code_name(uint8_t code);
/* "Service-Name", ...; NULL for a tag without a name. */
const char *pppoe_tag_name(uint16_t type);

#endif /* WIRE_PPPOE_H */
