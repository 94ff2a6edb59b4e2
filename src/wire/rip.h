/* SPDX-License-Identifier: MIT */
#ifndef WIRE_RIP_H
#define WIRE_RIP_H

/*
 * rip.h - which networks a router leads to: RIP version 2 (RFC 2453, 4)
 *
 *	0	   8	      16		     31
 *	| command  | version  | zero		     |
 *	| address family      | route tag	     |  an entry, at most 25
 *	| network				     |
 *	| mask					     |
 *	| next hop; 0: whoever says this	     |
 *	| metric, 1 to 16; 16: it leads nowhere	     |
 *
 * A family of 0xffff makes the first entry a password, or says that a digest
 * stands behind the last one (RFC 4822).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/bad.h"

enum {
	RIP_PORT = 520,
	RIP_VERSION = 2,
	RIP_HLEN = 4,
	RIP_ENTRY_LEN = 20,
	RIP_ENTRIES = 25,
	RIP_INFINITY = 16,
	RIP_SECRET_LEN = 16,
	RIP_TRAILER_LEN = 20,
	RIP_LEN_MAX = RIP_HLEN + RIP_ENTRIES * RIP_ENTRY_LEN + RIP_TRAILER_LEN,
};

#define RIP_GROUP ((ip4_addr){0xe0000009}) /* 224.0.0.9: all that speak it */

enum rip_command { RIP_REQUEST = 1, RIP_RESPONSE = 2 };

enum rip_family {
	RIP_FAMILY_ALL = 0,
	RIP_FAMILY_IP = 2,
	RIP_FAMILY_AUTH = 0xffff
};

enum rip_auth { RIP_AUTH_NONE, RIP_AUTH_PASSWORD = 2, RIP_AUTH_MD5 = 3 };

/**
 * struct rip_entry - a route, or what is asked
 * @family:	RIP_FAMILY_IP; of a question for all routes RIP_FAMILY_ALL
 * @tag:	Passed on as it is; says where a route was learned at first
 * @net:	Network; a length of 255: its mask has holes, or host bits are set
 * @next_hop:	0: whoever says this
 * @metric:	As it stands there
 */
struct rip_entry {
	uint16_t family, tag;
	struct ip4_net net;
	ip4_addr next_hop;
	uint32_t metric;
};

/**
 * struct rip_msg - a message
 * @auth:	How it is secured
 * @secret:	RIP_AUTH_PASSWORD: the password; RIP_AUTH_MD5: to emit, the
 *		secret.  Zeros behind it
 * @key_id:	RIP_AUTH_MD5: which secret
 * @seq:	RIP_AUTH_MD5: never falls
 */
struct rip_msg {
	uint8_t command, version;
	enum rip_auth auth;
	uint8_t secret[RIP_SECRET_LEN];
	uint8_t key_id;
	uint32_t seq;
	size_t count;
	struct rip_entry entry[RIP_ENTRIES];
};

/**
 * rip_parse() - Read a message
 *
 * Return: 0; WIRE_SHORT; WIRE_LEN (no whole number of entries, too many, or
 * a digest that is not where it should be); WIRE_VERSION (0 or 1); WIRE_FIELD
 * (an unknown command, or a kind of security that is not)
 */
int rip_parse(struct rip_msg *m, const uint8_t *buf, size_t len);

/* Write a message; room for RIP_LEN_MAX.  One that is secured has one entry
 * less.  Returns its length. */
size_t rip_emit(uint8_t *buf, const struct rip_msg *m);

/* Is the digest of a message that rip_parse() has read that of @secret? */
bool rip_digest_is_right(const uint8_t *buf, size_t len,
			 const uint8_t secret[static RIP_SECRET_LEN]);

#endif /* WIRE_RIP_H */
