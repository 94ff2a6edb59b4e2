/* SPDX-License-Identifier: MIT */
#ifndef WIRE_TCP_OPT_H
#define WIRE_TCP_OPT_H

/*
 * tcp_opt.h - the options of a TCP segment (RFC 9293, 3.2)
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/seq.h"
#include "wire/tcp.h"

enum tcp_opt_kind {
	TCP_OPT_EOL = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,
	TCP_OPT_WSCALE = 3,    /* RFC 7323, 2 */
	TCP_OPT_SACK_OK = 4,   /* RFC 2018, 2 */
	TCP_OPT_SACK = 5,      /* RFC 2018, 3 */
	TCP_OPT_TIMESTAMP = 8, /* RFC 7323, 3 */
	TCP_OPT_UTO = 28,      /* RFC 5482, 2 */
	TCP_OPT_FASTOPEN = 34, /* RFC 7413, 4.1.1 */
	TCP_OPT_ACCECN0 = 172, /* RFC 9768, 3.2.3: ECT(0) first */
	TCP_OPT_ACCECN1 = 174, /* ... ECT(1) first */
};

/* Bits of tcp_opts.has. */
enum tcp_opt_has {
	TCP_HAS_MSS = 1 << 0,
	TCP_HAS_WSCALE = 1 << 1,
	TCP_HAS_SACK_OK = 1 << 2,
	TCP_HAS_SACK = 1 << 3,
	TCP_HAS_TIMESTAMP = 1 << 4,
	TCP_HAS_FASTOPEN = 1 << 5,
	TCP_HAS_ACCECN = 1 << 6,
	TCP_HAS_UTO = 1 << 7,
};

enum {
	TCP_SACK_MAX = 4,      /* blocks in one segment */
	TCP_FASTOPEN_MAX = 16, /* octets of a cookie */
	TCP_ACCECN_LEN = 12,   /* with all its fields, padded */
	TCP_UTO_LEN = 4,
	TCP_UTO_MAX_S = 0x7fff * 60,
};

/* Octets [start, end) have arrived. */
struct tcp_sack_block {
	seq32 start, end;
};

/**
 * struct tcp_accecn_opt - octets received, by codepoint, modulo 2^24
 * @e0:		ECT(0), plus 1
 * @ce:		CE
 * @e1:		ECT(1), plus 1
 * @count:	Fields that are there, 0 ... 3: from the first of the option
 * @is_e1_first: The order is e1, ce, e0; else e0, ce, e1
 */
struct tcp_accecn_opt {
	uint32_t e0, ce, e1;
	uint8_t count;
	bool is_e1_first;
};

/**
 * struct tcp_opts - all options of a segment, in host order
 * @has:	Set of enum tcp_opt_has: which of the others mean something
 * @wscale:	Shift of the window, 0 ... 14
 * @mss:	Largest segment the sender of this wants to receive
 * @ts_val:	Sender's clock
 * @ts_ecr:	Echo of the other's clock
 * @sack_count:	Blocks
 * @fastopen_len:	Octets of the cookie; 0 asks for one
 * @malformed:	First kind that had an impossible length, 0 if none had
 * @uto_s:	User timeout: how long the sender of this lets its data go without
 *		an acknowledgement, 1 ... TCP_UTO_MAX_S seconds
 * @unknown:	Options that were skipped because nobody knows them
 * @accecn:	Accurate ECN
 * @sack:	Blocks, in the order of the segment
 * @fastopen:	The cookie
 */
struct tcp_opts {
	uint8_t has;
	uint8_t wscale;
	uint16_t mss;
	uint32_t ts_val, ts_ecr;
	uint32_t uto_s;
	uint8_t sack_count;
	uint8_t fastopen_len;
	uint8_t malformed;
	uint8_t unknown;
	struct tcp_accecn_opt accecn;
	struct tcp_sack_block sack[TCP_SACK_MAX];
	uint8_t fastopen[TCP_FASTOPEN_MAX];
};

/**
 * tcp_opts_parse() - Read options
 * @opts:	Filled in, always
 * @buf:	First octet behind the fixed header
 * @len:	Octets up to the payload; may be anything
 *
 * An option with a length that its kind cannot have is skipped; one that
 * reaches beyond the end stops the walk.  What was sound is kept, so the
 * segment need not be refused (RFC 9293, 3.1: MUST-7).
 *
 * Return: 0, or -EBADMSG if something was malformed
 */
int tcp_opts_parse(struct tcp_opts *opts, const uint8_t *buf, size_t len);

/**
 * tcp_opts_len() - Octets that tcp_opts_emit() writes
 * @opts:	The options
 *
 * Return: 0 ... 40, a multiple of 4
 */
size_t tcp_opts_len(const struct tcp_opts *opts);

/**
 * tcp_sack_room() - SACK blocks that fit beside the other options
 * @opts:	The other options; its SACK blocks are not counted
 *
 * Return: 0 ... TCP_SACK_MAX
 */
unsigned tcp_sack_room(const struct tcp_opts *opts);

/**
 * tcp_opts_emit() - Write options, padded to whole words
 * @buf:	Room for tcp_opts_len() octets
 * @opts:	What to write.  SACK blocks that do not fit are left out, from
 *		the last; a cookie that does not fit is left out, and so are
 *		accurate ECN, which is written with all fields, and a user
 *		timeout.  One beyond 32767 s is rounded up to whole minutes
 *
 * The order is that of Linux: MSS, SACK permitted and timestamps, window
 * scale, SACK, fast open, accurate ECN; then the user timeout.
 *
 * Return: octets written
 */
size_t tcp_opts_emit(uint8_t *buf, const struct tcp_opts *opts);

/* " mss=1460 sackOK ts=1,0 wscale=7 sack=1-2,3-4", appended; SACK blocks are
 * shown relative to @base. */
void tcp_opts_print(struct strbuf *sb, const struct tcp_opts *opts, seq32 base);

#endif /* WIRE_TCP_OPT_H */
