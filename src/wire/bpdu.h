/* SPDX-License-Identifier: MIT */
#ifndef WIRE_BPDU_H
#define WIRE_BPDU_H

/*
 * bpdu.h - what bridges tell each other to open loops
 *
 *	protocol version type | flags | root | cost | bridge | port | times
 *	   2        1      1  |   1   |  8   |  4   |   8    |  2   | 4 x 2
 *
 * A frame to 01:80:c2:00:00:00 with LLC SAP 0x42 (IEEE 802.1D-2004, 9.3).
 * Rapid spanning tree (type 2) adds an octet at the end, which is 0, and gives
 * all bits of the flags a meaning; the old protocol (type 0) knows two of
 * them.  A topology change notification (type 0x80) is the first four octets
 * and nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/bad.h"

enum {
	BPDU_TCN_LEN = 4,
	BPDU_CONFIG_LEN = 35,
	BPDU_RST_LEN = 36,
	BPDU_SECOND = 256, /* times are in units of 1/256 s */
};

enum bpdu_type {
	BPDU_CONFIG = 0x00,
	BPDU_RST = 0x02,
	BPDU_TCN = 0x80,
};

enum bpdu_flag {
	BPDU_F_TC = 0x01,
	BPDU_F_PROPOSAL = 0x02,
	BPDU_F_ROLE = 0x0c, /* two bits: enum bpdu_role */
	BPDU_F_LEARNING = 0x10,
	BPDU_F_FORWARDING = 0x20,
	BPDU_F_AGREEMENT = 0x40,
	BPDU_F_TC_ACK = 0x80,
};

enum bpdu_role {
	BPDU_ROLE_UNKNOWN,
	BPDU_ROLE_ALTERNATE, /* or backup */
	BPDU_ROLE_ROOT,
	BPDU_ROLE_DESIGNATED,
};

#define BPDU_ROLE_SHIFT 2

/**
 * struct bpdu_hdr - a BPDU in host order
 * @version:	0: spanning tree, 2: rapid
 * @type:	enum bpdu_type; BPDU_TCN: nothing below is there
 * @flags:	enum bpdu_flag
 * @root:	Who the sender takes for the root: priority and MAC address
 * @cost:	Of its way there
 * @bridge:	The sender, likewise
 * @port:	Its port: priority and number
 * @age:	Of this information, 1/256 s; likewise the following
 * @max_age:	It is void when so old
 * @hello:	Between two of these
 * @fwd_delay:	How long a port waits when nobody agrees
 */
struct bpdu_hdr {
	uint8_t version, type, flags;
	uint64_t root;
	uint32_t cost;
	uint64_t bridge;
	uint16_t port;
	uint16_t age, max_age, hello, fwd_delay;
};

/* 01:80:c2:00:00:00, which no bridge forwards */
extern const mac_addr bpdu_group;

/**
 * bpdu_parse() - Read a BPDU (IEEE 802.1D-2004, 9.3.4)
 * @out:	Filled in on success, untouched otherwise
 * @buf:	First octet behind LLC
 * @len:	Octets there; may be anything, more than needed is ignored
 *
 * Return: octets read; WIRE_SHORT; WIRE_VERSION (another protocol, or an
 * unknown type); WIRE_FIELD (already too old, or times out of their range:
 * maximum age 6 to 40 s, hello 1 to 10 s, forward delay 4 to 30 s)
 */
int bpdu_parse(struct bpdu_hdr *out, const uint8_t *buf, size_t len);

/* Octets that bpdu_emit() writes: 4, 35 or 36. */
size_t bpdu_len(const struct bpdu_hdr *h);

/* Writes @h to @buf, which has room for bpdu_len() octets. */
void bpdu_emit(uint8_t *buf, const struct bpdu_hdr *h);

static inline enum bpdu_role bpdu_role(const struct bpdu_hdr *h)
{
	return (enum bpdu_role)((h->flags & BPDU_F_ROLE) >> BPDU_ROLE_SHIFT);
}

/* "designated", ... */
const char *bpdu_role_name(enum bpdu_role role);

/* "rapid spanning tree", ...; NULL for a type without a name. */
const char *bpdu_type_name(uint8_t type);

#endif /* WIRE_BPDU_H */
