/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ND_H
#define WIRE_ND_H

/*
 * nd.h - the messages of neighbour discovery (RFC 4861, 4)
 *
 * They are ICMPv6 messages: type, code, checksum; then a part that depends on
 * the type; then options (nd_opt.h, which comes along).
 *
 *	RS   "is there a router?"	RA   "here is one, and this is the link"
 *	NS   "who has this address?"	NA   "I do"
 *	Redirect   "for that destination somebody else is nearer"
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/nd_opt.h"

enum nd_type {
	ND_ROUTER_SOLICIT = 133,
	ND_ROUTER_ADVERT = 134,
	ND_NEIGHBOUR_SOLICIT = 135,
	ND_NEIGHBOUR_ADVERT = 136,
	ND_REDIRECT = 137,
};

enum {
	ND_HOP_LIMIT = 255, /* of every such packet: no router was passed */
	ND_RS_LEN = 8,
	ND_RA_LEN = 16,
	ND_NS_LEN = 24,
	ND_NA_LEN = 24,
	ND_REDIRECT_LEN = 40,
	ND_LEN_MAX = 1460, /* octets of a message that is looked at */
};

/**
 * struct nd_msg - a message, in host order
 * @type:	enum nd_type
 * @target:	NS, NA, Redirect: about whom; Redirect: the better first hop
 * @dst:	Redirect: the destination
 * @is_router:	NA: R, the sender is a router
 * @is_solicited: NA: S, it answers a question
 * @is_override: NA: O, forget another MAC
 * @hop_limit:	RA: to be put into packets; 0: not said
 * @is_managed:	RA: M, addresses are given out by DHCPv6
 * @is_other:	RA: O, other things are
 * @pref:	RA: of this router
 * @lifetime_s:	RA: how long it is a default router; 0: it is none
 * @reachable_ms: RA: how long a confirmed neighbour counts as there; 0: not said
 * @retrans_ms:	RA: time between questions; 0: not said
 * @opts:	The options
 *
 * What @type does not have is zero.
 */
struct nd_msg {
	uint8_t type;
	ip6_addr target, dst;
	bool is_router, is_solicited, is_override;
	uint8_t hop_limit;
	bool is_managed, is_other;
	enum nd_pref pref;
	uint16_t lifetime_s;
	uint32_t reachable_ms, retrans_ms;
	struct nd_opts opts;
};

static inline bool nd_is_type(uint8_t icmp_type)
{
	return icmp_type >= ND_ROUTER_SOLICIT && icmp_type <= ND_REDIRECT;
}

/**
 * nd_parse() - Read a message with its options
 * @m:		Filled in on success; of no meaning otherwise
 * @buf:	First octet of the ICMPv6 header; @m refers to it afterwards
 * @len:	Octets there; may be anything
 *
 * The checksum is not looked at: ICMPv6 has done that.
 *
 * Return: 0; WIRE_SHORT; WIRE_VERSION if the type is none of these; WIRE_FIELD
 * if the code is not 0, a target or destination is a group, or an option is
 * wrong inside; WIRE_LEN if an option's length cannot be
 */
int nd_parse(struct nd_msg *m, const uint8_t *buf, size_t len);

/**
 * nd_emit() - Write a message up to its options, checksum zero
 * @w:		Options follow with nd_put_*()
 * @m:		Its options are not looked at
 */
void nd_emit(struct wcursor *w, const struct nd_msg *m);

/* "neighbour solicitation"; NULL for a type that is none of these. */
const char *nd_name(uint8_t icmp_type);

/* "who has fe80::1?", "fe80::1 is at 02:...", appended. */
void nd_print(struct strbuf *sb, const struct nd_msg *m);

#endif /* WIRE_ND_H */
