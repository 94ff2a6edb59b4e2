/* SPDX-License-Identifier: MIT */
#ifndef WIRE_IP4_OPT_H
#define WIRE_IP4_OPT_H

/*
 * ip4_opt.h - the options of an IPv4 header (RFC 791, 3.1)
 *
 *	copied   class   number
 *	  1        2       5      one octet: the type
 *
 * An option is that octet alone (end of list, no operation), or the type, a
 * length that counts both these octets, and data.  Routes and timestamps begin
 * their data with a pointer: where in the option, counted from 1, the next
 * address belongs.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/strbuf.h"

#include "wire/addr.h"

enum ip4_opt_type {
	IP4_OPT_EOL = 0,
	IP4_OPT_NOP = 1,
	IP4_OPT_RR = 7,	    /* record route */
	IP4_OPT_TS = 68,    /* Internet timestamp */
	IP4_OPT_LSRR = 131, /* loose source and record route */
	IP4_OPT_SSRR = 137, /* strict source and record route */
	IP4_OPT_RA = 148,   /* router alert (RFC 2113) */
};

/* The flag field of a timestamp option. */
enum ip4_ts_flag {
	IP4_TS_ONLY = 0,
	IP4_TS_ADDR = 1,
	IP4_TS_PRESPEC = 3,
};

enum { IP4_OPT_COPIED = 0x80 }; /* goes into every fragment */

/**
 * struct ip4_opt - one option
 * @type:	enum ip4_opt_type, or a number that is not there
 * @off:	Its first octet, counted from the first octet of all options
 * @len:	Octets of it; 1 for end of list and no operation
 * @data:	The whole option, @len octets, inside the buffer
 */
struct ip4_opt {
	uint8_t type;
	uint8_t off;
	uint8_t len;
	const uint8_t *data;
};

/* A walk in progress; see ip4_opt_next(). */
struct ip4_opt_walk {
	const uint8_t *start;
	struct cursor c;
};

/**
 * ip4_opt_walk() - Begin to walk over options
 * @w:		Filled in
 * @buf:	First octet behind the fixed header
 * @len:	Octets up to the data, 0 ... 40
 */
void ip4_opt_walk(struct ip4_opt_walk *w, const uint8_t *buf, size_t len);

/**
 * ip4_opt_next() - Read the next option
 * @w:		The walk
 * @opt:	Filled in when 1 or an error is returned; after an error only
 *		@opt->type and @opt->off mean something
 *
 * Return: 1; 0 at the end of the list or of the octets; -EBADMSG if the
 * option's length is impossible, and the walk is over
 */
int ip4_opt_next(struct ip4_opt_walk *w, struct ip4_opt *opt);

/**
 * struct ip4_opts - where the known options of a packet are
 * @rr:		Record route, @rr.len 0 if absent; the same for the others
 * @ts:		Timestamp
 * @sr:		Source route, loose or strict by its type
 * @alert:	Router alert
 * @bad_off:	After an error: offset of the octet that is wrong, counted from
 *		the first octet of the IP header, for a parameter problem
 */
struct ip4_opts {
	struct ip4_opt rr, ts, sr, alert;
	uint8_t bad_off;
};

/**
 * ip4_opts_parse() - Find and verify all options
 * @opts:	Filled in, always
 * @buf:	First octet behind the fixed header
 * @len:	Octets up to the data, 0 ... 40
 *
 * Verified are lengths, pointers, and that none of these is there twice (RFC
 * 1122, 3.2.1.8).  Unknown options are skipped.
 *
 * Return: 0, or -EBADMSG
 */
int ip4_opts_parse(struct ip4_opts *opts, const uint8_t *buf, size_t len);

/*
 * What routers do to options in place.  @opt is a whole option that
 * ip4_opts_parse() accepted, in a buffer that may be written.
 */

/* Enters @a into a record route option; returns false if it is full. */
bool ip4_opt_record(uint8_t *opt, ip4_addr a);

/* The next hop of a source route, or 0.0.0.0 if it is used up. */
ip4_addr ip4_opt_route_next(const uint8_t *opt);

/* Puts @self in the place of the next hop, and moves on. */
void ip4_opt_route_advance(uint8_t *opt, ip4_addr self);

/*
 * Enters a time (milliseconds since midnight UT) and, if asked for, @self.
 * Counts an overflow if it is full.  Returns false if the overflow counter is
 * full too: the packet is in error (RFC 791, 3.1).
 */
bool ip4_opt_stamp(uint8_t *opt, ip4_addr self, uint32_t ms);

/* The address that a timestamp option asks the time of next; 0.0.0.0 if it asks
 * everybody, or nobody any more. */
ip4_addr ip4_opt_stamp_next(const uint8_t *opt);

/**
 * ip4_opts_may_leave() - May a packet of ours begin its way with these?
 * @buf:	Options
 * @len:	Octets of them
 *
 * Return: false if their length is none of a header's, if one of them is
 * impossible, or if a source route has no stops or begins in its middle
 */
bool ip4_opts_may_leave(const uint8_t *buf, size_t len);

/**
 * ip4_opts_answer() - Options of the answer to a packet
 * @to:		Room for 40 octets
 * @buf:	The packet's
 * @len:	Octets of them
 *
 * A source route is turned round; recorded routes and timestamps go on where
 * they are, unless there is no room for them (RFC 1122, 3.2.2.6).
 *
 * Return: octets at @to, a multiple of 4; 0 if nothing is to be answered
 */
size_t ip4_opts_answer(uint8_t *to, const uint8_t *buf, size_t len);

/**
 * ip4_opts_route_begin() - Options of a packet that begins its source route
 * @to:		Room for 40 octets
 * @buf:	Options with a route of stops, the destination not among them
 * @len:	Octets of them, already verified
 * @dst:	The destination
 * @stop:	The first stop: where to send the packet
 *
 * Return: true; false if the route has no stops, or is used up in part
 */
bool ip4_opts_route_begin(uint8_t *to, const uint8_t *buf, size_t len,
			  ip4_addr dst, ip4_addr *stop);

/**
 * ip4_opts_route_back() - The way back of a packet that has arrived
 * @to:		Room for 40 octets
 * @sr:		Its source route
 *
 * Return: octets of options in the form that ip4_opts_route_begin() takes, a
 * multiple of 4; 0 if the route is not used up, or has no stops
 */
size_t ip4_opts_route_back(uint8_t *to, const struct ip4_opt *sr);

/**
 * ip4_opts_copied() - Options for fragments after the first
 * @to:		Room for 40 octets
 * @buf:	Options of the whole packet
 * @len:	Octets of them
 *
 * Return: octets of those that have the copied bit, a multiple of 4
 */
size_t ip4_opts_copied(uint8_t *to, const uint8_t *buf, size_t len);

/* " rr ts lsrr 10.1.0.1 ...", appended. */
void ip4_opts_print(struct strbuf *sb, const uint8_t *buf, size_t len);

#endif /* WIRE_IP4_OPT_H */
