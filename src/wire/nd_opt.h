/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ND_OPT_H
#define WIRE_ND_OPT_H

/*
 * nd_opt.h - the options of neighbour discovery (RFC 4861, 4.6)
 *
 *	type	in			RFC
 *	 1	NS RS RA		4861, 4.6.1	source link-layer address
 *	 2	NA Redirect		4861, 4.6.1	target link-layer address
 *	 3	RA			4861, 4.6.2	prefix information
 *	 4	Redirect		4861, 4.6.3	redirected header
 *	 5	RA			4861, 4.6.4	MTU
 *	14	NS			3971, 5.3.2	nonce
 *	24	RA			4191, 2.3	route information
 *	25	RA			8106, 5.1	recursive DNS server
 *	31	RA			8106, 5.2	DNS search list
 *
 * The length of an option counts in units of eight octets, itself included.
 * One option whose length cannot be spoils the whole message: whoever wrote
 * it wrote the rest, too.  Options of unknown types are skipped.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#include "wire/addr.h"
#include "wire/bad.h"

enum nd_opt_type {
	ND_OPT_SOURCE_MAC = 1,
	ND_OPT_TARGET_MAC = 2,
	ND_OPT_PREFIX = 3,
	ND_OPT_REDIRECTED = 4,
	ND_OPT_MTU = 5,
	ND_OPT_NONCE = 14,
	ND_OPT_ROUTE = 24,
	ND_OPT_RDNSS = 25,
	ND_OPT_DNSSL = 31,
};

enum {
	ND_OPT_UNIT = 8,  /* octets that the length field counts */
	ND_OPTS_MAX = 64, /* options that are looked at */
	ND_PREFIXES_MAX =
		16, /* of each kind, that are kept; more are ignored */
	ND_ROUTES_MAX = 8,
	ND_RDNSS_MAX = 8,
	ND_DNSSL_MAX = 4,
	ND_NAME_MAX = 254, /* text of a domain name with its NUL */
	ND_NONCE_LEN = 6,  /* of a nonce that we write (RFC 7527, 4.1) */
	ND_NONCE_MAX = 22, /* of one that is read */
};

/* A lifetime that has no end (RFC 4861, 4.6.2). */
#define ND_FOREVER_S UINT32_MAX

/* Preference of a router or a route (RFC 4191, 2.1). */
enum nd_pref { ND_PREF_LOW = -1, ND_PREF_MEDIUM = 0, ND_PREF_HIGH = 1 };

/**
 * struct nd_prefix - prefix information
 * @net:	Host bits are kept as they came
 * @is_onlink:	L: neighbours have such addresses
 * @is_auto:	A: make yourself an address
 * @valid_s:	How long, seconds; ND_FOREVER_S
 * @preferred_s: How long for new conversations
 */
struct nd_prefix {
	struct ip6_net net;
	bool is_onlink, is_auto;
	uint32_t valid_s, preferred_s;
};

/* A destination that the sender of the advertisement leads to. */
struct nd_route {
	struct ip6_net net;
	enum nd_pref pref;
	uint32_t lifetime_s;
};

struct nd_rdnss {
	ip6_addr addr;
	uint32_t lifetime_s;
};

struct nd_dnssl {
	char name[ND_NAME_MAX]; /* "lab.test", without the last dot */
	uint32_t lifetime_s;
};

/* Bits of nd_opts.has */
enum nd_has {
	ND_HAS_SOURCE = 1 << 0,
	ND_HAS_TARGET = 1 << 1,
	ND_HAS_MTU = 1 << 2,
	ND_HAS_NONCE = 1 << 3,
	ND_HAS_REDIRECTED = 1 << 4,
};

/**
 * struct nd_opts - all options of a message
 * @has:	enum nd_has: which of those that stand alone are there; of two
 *		of a kind the first counts
 * @source:	The sender's MAC
 * @target:	The target's MAC
 * @mtu:	Of the link, as claimed
 * @nonce:	What tells our own question, come back, from another's
 * @nonce_len:	Its octets, 0 if it was longer than ND_NONCE_MAX
 * @redirected:	Beginning of the packet that was redirected: in the buffer that
 *		was parsed
 */
struct nd_opts {
	uint32_t has;
	mac_addr source, target;
	uint32_t mtu;
	uint8_t nonce[ND_NONCE_MAX];
	size_t nonce_len;
	const uint8_t *redirected;
	size_t redirected_len;
	struct nd_prefix prefix[ND_PREFIXES_MAX];
	size_t prefix_count;
	struct nd_route route[ND_ROUTES_MAX];
	size_t route_count;
	struct nd_rdnss rdnss[ND_RDNSS_MAX];
	size_t rdnss_count;
	struct nd_dnssl dnssl[ND_DNSSL_MAX];
	size_t dnssl_count;
};

/**
 * nd_opts_parse() - Read options to the end
 * @o:		Zeroed by the caller; filled in as far as they are right
 * @c:		At the first option; empty afterwards
 *
 * Return: 0; WIRE_LEN if a length is 0, goes beyond the end, or is not that
 * of its type; WIRE_FIELD if a prefix is longer than an address or a domain
 * name cannot be
 */
int nd_opts_parse(struct nd_opts *o, struct cursor *c);

/*
 * Each appends one option.  What does not fit turns @w bad.
 */
void nd_put_mac(struct wcursor *w, enum nd_opt_type type, mac_addr mac);
void nd_put_mtu(struct wcursor *w, uint32_t mtu);
void nd_put_nonce(struct wcursor *w, const uint8_t nonce[static ND_NONCE_LEN]);
void nd_put_prefix(struct wcursor *w, const struct nd_prefix *p);
void nd_put_route(struct wcursor *w, const struct nd_route *r);
void nd_put_rdnss(struct wcursor *w, uint32_t lifetime_s, const ip6_addr *addrs,
		  size_t count);
/* A name that is none ("", "a..b", a label over 63) turns @w bad. */
void nd_put_dnssl(struct wcursor *w, uint32_t lifetime_s, const char *name);
/* @len is cut down to a multiple of eight. */
void nd_put_redirected(struct wcursor *w, const uint8_t *packet, size_t len);

#endif /* WIRE_ND_OPT_H */
