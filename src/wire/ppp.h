/* SPDX-License-Identifier: MIT */
#ifndef WIRE_PPP_H
#define WIRE_PPP_H

/*
 * ppp.h - packets on a line that knows only octets (RFC 1661, RFC 1662)
 *
 *	flag | address control protocol  information  padding  FCS | flag
 *	 7e  |   ff      03      2 (1)     0 ... MRU            2  |  7e
 *	     |<------ what the check sequence covers ------->|     |
 *
 * A flag ends one frame and begins the next.  A flag inside a frame, and any
 * control character the peer has asked to be spared, is sent as 7d and the
 * octet with bit 5 turned over (RFC 1662, 4.2).  Address and control say
 * nothing, and both sides may agree to leave them out; likewise the first
 * octet of a protocol number below 0x100.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#include "wire/bad.h"

enum ppp_proto {
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	PPP_IPCP = 0x8021,
	PPP_IP6CP = 0x8057,
	PPP_CCP = 0x80fd,
	PPP_LCP = 0xc021,
	PPP_PAP = 0xc023,
	PPP_LQR = 0xc025,
	PPP_CHAP = 0xc223,
};

enum {
	PPP_FLAG = 0x7e,
	PPP_ESCAPE = 0x7d,
	PPP_ESCAPE_BIT = 0x20,
	PPP_ADDRESS = 0xff, /* all stations */
	PPP_CONTROL = 0x03, /* unnumbered information */

	PPP_HLEN_MAX = 4, /* address, control, protocol */
	PPP_FCS_LEN = 2,
	PPP_FRAME_MIN = 4, /* with FCS: RFC 1662, 3.1 */
	PPP_MRU = 1500,	   /* until something else is agreed on */
	PPP_CTL_HLEN = 4,
	PPP_OPT_HLEN = 2,
};

/* Every octet below 0x20 is escaped, until something else is agreed on. */
#define PPP_ACCM_ALL UINT32_MAX

/* Octets that a frame of @len octets of information may occupy on the line. */
#define PPP_LINE_MAX(len) (2 + 2 * ((len) + PPP_HLEN_MAX + PPP_FCS_LEN))

#define PPP_FCS_INIT 0xffff
/* What ppp_fcs16() gives for any frame with its intact FCS. */
#define PPP_FCS_GOOD 0xf0b8

/**
 * ppp_fcs16() - Go on with a check sequence (RFC 1662, C.2)
 * @fcs:	PPP_FCS_INIT to begin with, or what this returned before
 * @buf:	The next octets
 * @len:	How many
 *
 * Return: the sum so far.  A frame carries its complement, the less
 * significant octet first.
 */
uint16_t ppp_fcs16(uint16_t fcs, const void *buf, size_t len);

/**
 * struct ppp_format - how frames to the peer are to look
 * @accm:	Bit n: octet n has to be escaped (async control character map)
 * @has_acfc:	Address and control are left out
 * @has_pfc:	Protocols below 0x100 take one octet
 */
struct ppp_format {
	uint32_t accm;
	bool has_acfc, has_pfc;
};

/**
 * ppp_frame_put() - Write a frame as it goes over the line
 * @w:		Appended to: flag, frame, flag; PPP_LINE_MAX() is enough.  What
 *		does not fit turns it bad.
 * @format:	What has been agreed on.  LCP ignores it and is written so that
 *		a peer who knows of no agreement understands (RFC 1662, 7).
 * @proto:	enum ppp_proto
 * @info:	What follows the protocol
 * @len:	Octets of it
 */
void ppp_frame_put(struct wcursor *w, const struct ppp_format *format,
		   uint16_t proto, const void *info, size_t len);

/**
 * ppp_header_put() - Write what stands in front of the information
 * @w:		Appended to: 1 to PPP_HLEN_MAX octets
 * @format:	What has been agreed on; LCP ignores it, as above
 * @proto:	enum ppp_proto
 */
void ppp_header_put(struct wcursor *w, const struct ppp_format *format,
		    uint16_t proto);

/**
 * ppp_line_put() - Write a frame that has its header as it goes over the line
 * @w:		Appended to: flag, frame, FCS, flag
 * @accm:	Which octets below 0x20 are escaped
 * @frame:	Address to the end of the information
 * @len:	Octets of it
 */
void ppp_line_put(struct wcursor *w, uint32_t accm, const void *frame,
		  size_t len);

/* What ppp_decode() has come upon. */
enum ppp_found {
	PPP_NOTHING,   /* all octets are used up */
	PPP_FRAME,     /* a frame; its FCS was right and is taken off */
	PPP_BAD_FCS,   /* a frame with wrong bits */
	PPP_BAD_SHORT, /* fewer than PPP_FRAME_MIN octets */
	PPP_BAD_LONG,  /* more than there is room for */
	PPP_BAD_ABORT, /* the sender has thought better of it: 7d 7e */
};

/**
 * struct ppp_decoder - frames out of octets that come in pieces
 * @buf:	The frame is put together here; the caller's
 * @size:	Room for the longest frame, FCS included
 * @len:	Octets in it
 * @accm:	Octets that the peer escapes: those that come bare were put in
 *		by some equipment on the way and are ignored
 * @is_hunting:	Not in a frame; everything up to the next flag is noise
 * @is_escaped:	The octet before was 7d
 * @is_done:	@len is that of a frame that was reported
 */
struct ppp_decoder {
	uint8_t *buf;
	size_t size;
	size_t len;
	uint32_t accm;
	bool is_hunting, is_escaped, is_done;
};

/* Begin, in front of the first flag.  @size is at least PPP_FRAME_MIN. */
void ppp_decoder_init(struct ppp_decoder *d, void *buf, size_t size);

/**
 * ppp_decode() - Read on until something is found
 * @d:		With PPP_FRAME, @d->buf holds @d->len octets, from the address
 *		to the last in front of the FCS, until the next call
 * @c:		The next octets of the line; those used are consumed
 *
 * To be called again until it says PPP_NOTHING, which it says only when @c is
 * empty.
 *
 * Return: enum ppp_found
 */
enum ppp_found ppp_decode(struct ppp_decoder *d, struct cursor *c);

/**
 * ppp_parse() - Read the header of a frame
 * @proto:	What it carries; untouched on failure
 * @buf:	The frame, without FCS
 * @len:	Octets of it; may be anything
 *
 * All abbreviations are understood whether agreed on or not.
 *
 * Return: octets of the header, 1 ... 4; WIRE_SHORT; WIRE_FIELD if the address
 * is not that of all stations, or the protocol is no number that can be
 * (RFC 1661, 2: the last octet is odd, the one in front of it even)
 */
int ppp_parse(uint16_t *proto, const uint8_t *buf, size_t len);

/* Codes of control packets (RFC 1661, 5); IPCP has the first seven. */
enum ppp_code {
	PPP_CONF_REQ = 1,
	PPP_CONF_ACK = 2,
	PPP_CONF_NAK = 3,
	PPP_CONF_REJ = 4,
	PPP_TERM_REQ = 5,
	PPP_TERM_ACK = 6,
	PPP_CODE_REJ = 7,
	PPP_PROTO_REJ = 8,
	PPP_ECHO_REQ = 9,
	PPP_ECHO_REP = 10,
	PPP_DISCARD = 11,
};

/**
 * struct ppp_ctl - a packet of LCP, IPCP, PAP or CHAP
 * @code:	What it is
 * @id:		Ties an answer to its question
 * @data:	What follows, in the buffer that was parsed, padding taken off
 * @len:	Octets of @data
 */
struct ppp_ctl {
	uint8_t code, id;
	const uint8_t *data;
	size_t len;
};

/**
 * ppp_ctl_parse() - Read a control packet (RFC 1661, 5)
 * @ctl:	Filled in on success
 * @buf:	What follows the protocol
 * @len:	Octets of it; may be anything
 *
 * Return: 0; WIRE_SHORT; WIRE_LEN if its length is less than the header or
 * more than what has come
 */
int ppp_ctl_parse(struct ppp_ctl *ctl, const uint8_t *buf, size_t len);

/* Append a control packet.  What does not fit turns @w bad. */
void ppp_ctl_put(struct wcursor *w, uint8_t code, uint8_t id, const void *data,
		 uint16_t len);

/**
 * struct ppp_opt - one option of a Configure packet (RFC 1661, 6)
 * @type:	What is negotiated; each protocol has its own
 * @len:	Octets of @data
 * @data:	The wish, in the buffer that was parsed
 */
struct ppp_opt {
	uint8_t type;
	uint8_t len;
	const uint8_t *data;
};

/**
 * ppp_opt_next() - Read the next option
 * @opt:	Filled in when there is one
 * @c:		Over the options of a packet; moves on, and is empty after a
 *		failure
 *
 * Return: 1, 0 at the end, WIRE_LEN if its length is less than its header or
 * more than what is left
 */
int ppp_opt_next(struct ppp_opt *opt, struct cursor *c);

/* Append an option.  What does not fit turns @w bad. */
void ppp_opt_put(struct wcursor *w, uint8_t type, const void *data,
		 uint8_t len);
/* "lcp", "ipcp", ...; "configure-request", ...; NULL: it has no name. */
const char *ppp_proto_name(uint16_t proto);
const char *ppp_code_name(uint8_t code);

#endif /* WIRE_PPP_H */
