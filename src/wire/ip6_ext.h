/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IP6_EXT_H
#define WIRE_IP6_EXT_H

/*
 * ip6_ext.h - extension headers of IPv6 and the options in them (RFC 8200, 4)
 *
 *	IPv6 | hop-by-hop | destination | routing | fragment | ... | TCP
 *	next=0   next=60      next=43      next=44   next=6
 *
 * Each says what follows it.  Hop-by-hop and destination headers hold options
 * whose two upper bits say what to do with an option that is not known.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/strbuf.h"

#include "wire/bad.h"
#include "wire/proto.h"

enum {
	IP6_EXT_UNIT = 8,  /* extension headers are multiples of this */
	IP6_EXTS_MAX = 8,  /* headers in front of the transport, and ... */
	IP6_EXT_MAX = 512, /* ... their octets, that are looked at */
	IP6_FRAG_HLEN = 8,
	IP6_FRAG_MORE = 1, /* of the octet behind the offset */
};

/* Options (the five lower bits alone name no option). */
enum ip6_option {
	IP6_OPT_PAD1 = 0,
	IP6_OPT_PADN = 1,
	IP6_OPT_ROUTER_ALERT = 5, /* RFC 2711 */
	IP6_OPT_JUMBO = 0xc2,	  /* RFC 2675 */
};

/* What to do with an option that is not known (RFC 8200, 4.2). */
enum ip6_option_action {
	IP6_ACT_SKIP = 0,
	IP6_ACT_DISCARD = 1,
	IP6_ACT_TELL = 2,	  /* discard and tell the source */
	IP6_ACT_TELL_UNICAST = 3, /* ... unless it went to a group */
};

static inline enum ip6_option_action ip6_option_action(uint8_t type)
{
	return (enum ip6_option_action)(type >> 6);
}

/* Does a header of that kind stand in front of the transport's? */
static inline bool ip6_is_ext(uint8_t next)
{
	return next == IP_PROTO_HOPOPTS || next == IP_PROTO_ROUTING ||
	       next == IP_PROTO_FRAGMENT || next == IP_PROTO_DSTOPTS;
}

/**
 * struct ip6_ext - one extension header
 * @next:	What follows it
 * @len:	Its octets, at least 8
 * @data:	Behind next and length: options, or what a routing header has
 * @data_len:	@len - 2
 */
struct ip6_ext {
	uint8_t next;
	size_t len;
	const uint8_t *data;
	size_t data_len;
};

/**
 * ip6_ext_read() - Read a header that is no fragment header
 * @c:		At its first octet; behind it afterwards
 *
 * Return: whether all of it was there
 */
bool ip6_ext_read(struct cursor *c, struct ip6_ext *ext);

/**
 * struct ip6_frag - a fragment header (RFC 8200, 4.5)
 * @next:	First header of the part that was cut
 * @has_more:	Not the last
 * @off:	Where this piece belongs, in octets, a multiple of 8
 * @id:		Pieces of one packet have the same
 */
struct ip6_frag {
	uint8_t next;
	bool has_more;
	uint16_t off;
	uint32_t id;
};

bool ip6_frag_read(struct cursor *c, struct ip6_frag *f);
void ip6_frag_emit(uint8_t buf[static IP6_FRAG_HLEN], const struct ip6_frag *f);

/**
 * struct ip6_opt - one option
 * @type:	enum ip6_option
 * @len:	Octets of its data
 * @data:	Its data; NULL for Pad1
 */
struct ip6_opt {
	uint8_t type;
	uint8_t len;
	const uint8_t *data;
};

/**
 * ip6_opt_next() - The next option of a header
 * @c:		Over the data of the header
 *
 * Return: false at the end, or when an option does not fit: then @c is bad
 */
bool ip6_opt_next(struct cursor *c, struct ip6_opt *opt);

/**
 * ip6_hbh_emit() - Write a hop-by-hop header, padded
 * @buf:	Room for ip6_hbh_len() octets
 * @next:	What follows
 * @opts:	Options
 * @len:	Octets of them
 */
void ip6_hbh_emit(uint8_t *buf, uint8_t next, const uint8_t *opts, size_t len);
size_t ip6_hbh_len(size_t opts_len);

/**
 * ip6_skip() - Find what extension headers stand in front of
 * @buf:	A packet from its IPv6 header on
 * @len:	Octets there, perhaps fewer than the packet has
 * @proto:	Protocol that was found
 * @off:	Where its header begins
 * @is_piece:	Behind a fragment header that is not the first: @off is payload
 *
 * Return: 0; WIRE_SHORT (the chain goes on behind @len), WIRE_VERSION, or
 * WIRE_LEN (too many or too long)
 */
int ip6_skip(const uint8_t *buf, size_t len, uint8_t *proto, size_t *off,
	     bool *is_piece);

/* "hop-by-hop options", ...; NULL if it is no extension header. */
const char *ip6_ext_name(uint8_t next);

#endif /* WIRE_IP6_EXT_H */
