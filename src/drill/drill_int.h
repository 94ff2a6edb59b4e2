/* SPDX-License-Identifier: MIT */
#ifndef DRILL_DRILL_INT_H
#define DRILL_DRILL_INT_H

/*
 * drill_int.h - a script as its reader leaves it and its player finds it
 *
 * All of it lives in the script's arena.
 */

#include "base/arena.h"

#include "drill/drill.h"

enum drill_value_kind {
	DV_ANY,	   /* ... */
	DV_NUM,	   /* 3, AF_INET, O_RDWR|O_NONBLOCK, htons(80) */
	DV_TEXT,   /* "abc" */
	DV_LIST,   /* [1, 2] */
	DV_FIELDS, /* {sa_family = AF_INET, ...} */
};

/**
 * struct drill_value - an argument, or a part of one
 * @kind:	Which of the others count
 * @pos:	Where it stands
 * @num:	Number, as a C program would have it
 * @text:	Text, with a NUL behind its @len octets
 * @items:	Elements, or fields
 * @name:	As a field: its name, NULL if it has none
 */
struct drill_value {
	enum drill_value_kind kind;
	struct drill_pos pos;
	int64_t num;
	const char *text;
	size_t len;
	struct drill_value *items;
	size_t count;
	const char *name;
};

/**
 * struct drill_call - what the program calls, and what comes of it
 * @name:	Of the call
 * @args:	Arguments
 * @result:	Return value
 * @err:	errno, 0: none is named
 */
struct drill_call {
	const char *name;
	struct drill_value *args;
	size_t arg_count;
	struct drill_value result;
	int err;
};

enum drill_packet_kind { DP_TCP, DP_UDP, DP_ICMP };

/* What a field has that the script does not name. */
#define DRILL_ANY (-1)

/* Bits of flags besides those of wire/tcp.h. */
#define DRILL_ACE_SHIFT 6

/**
 * struct drill_opt - a TCP option
 * @kind:	Number of the option
 * @num:	MSS, shift, or timestamps
 * @blocks:	SACK: pairs; AccECN: counters in the order of the wire
 * @count:	How many numbers @blocks has
 * @octets:	Fast open: the cookie, or other content
 * @len:	Octets of it
 * @has_any:	Fast open: the cookie is whatever the stack gave last
 */
struct drill_opt {
	uint8_t kind;
	uint32_t num[2];
	uint32_t blocks[8];
	uint8_t count;
	uint8_t octets[38];
	uint8_t len;
	bool has_any;
};

#define DRILL_OPTS_MAX 24

/**
 * struct drill_packet - a packet of a script
 * @is_in:	Goes into the stack
 * @kind:	Protocol
 * @ecn:	Lower two bits of TOS; DRILL_ANY; -2: ECT(0) or ECT(1)
 * @tos:	Whole octet
 * @ttl:	Time to live
 * @sport:	Ports, 0 if not named
 * @flags:	enum tcp_flag
 * @seq:	Relative, as written; for ICMP of the packet quoted
 * @len:	Payload octets
 * @has_seq:	ICMP: a quoted packet was named
 * @ack:	Relative; DRILL_ANY: no acknowledgement
 * @win:	As it stands in the header
 * @urg:	Urgent pointer
 * @opts:	Options in their order
 * @has_any_opts: <...>: whatever they are
 * @icmp_type:	ICMP only, like those below
 */
struct drill_packet {
	bool is_in;
	enum drill_packet_kind kind;
	int ecn, tos, ttl;
	uint16_t sport, dport;
	uint16_t flags;
	uint32_t seq, len;
	bool has_seq;
	int64_t ack;
	int win, urg;
	struct drill_opt opts[DRILL_OPTS_MAX];
	uint8_t opt_count;
	bool has_any_opts;
	uint8_t icmp_type, icmp_code;
	uint16_t icmp_mtu;
	enum drill_packet_kind quoted;
};

enum drill_op {
	DX_NUM,
	DX_FIELD,
	DX_OR,
	DX_AND,
	DX_NOT,
	DX_EQ,
	DX_NE,
	DX_LE,
	DX_GE,
	DX_LT,
	DX_GT,
	DX_BIT_OR,
	DX_BIT_AND,
	DX_SHIFT,
	DX_ADD,
	DX_SUB,
	DX_MUL,
	DX_DIV,
};

/* A condition on a connection's tcp_info. */
struct drill_expr {
	enum drill_op op;
	int64_t num; /* DX_NUM; DX_FIELD: index, see info.c */
	struct drill_expr *a, *b;
};

struct drill_assert {
	struct drill_pos pos;
	const char *text;
	struct drill_expr *expr;
};

struct drill_code {
	struct drill_assert *asserts;
	size_t count;
};

/**
 * struct drill_when - the time of an event, microseconds
 * @is_relative: Counted from the event before
 * @is_any:	Whenever
 * @from:	Earliest
 * @to:		Latest; the same as @from unless a range is given
 * @end:	Calls that block: when they return; DRILL_ANY: at once
 */
struct drill_when {
	bool is_relative, is_any;
	int64_t from, to, end;
};

enum drill_event_kind { DE_CALL, DE_PACKET, DE_KNOB, DE_CODE };

/* A line of a `shell command` that was understood. */
struct drill_knob {
	const char *name, *value;
};

struct drill_event {
	enum drill_event_kind kind;
	struct drill_pos pos;
	const char *text; /* as it stands in the script */
	struct drill_when when;
	union {
		struct drill_call *call;
		struct drill_packet *packet;
		struct drill_knob *knob;
		struct drill_code *code;
	};
};

struct drill_script {
	struct arena arena;
	struct drill_config cfg;
	const char *about;
	struct drill_event *events;
	size_t count;
};

/* names.c: constants by name. */
bool drill_name_num(const char *name, size_t len, int64_t *num);
bool drill_name_errno(const char *name, size_t len, int *err);
const char *drill_errno_name(int err); /* "EAGAIN"; never NULL */

/* info.c: fields of struct tcp_info by name, and what they have. */
int drill_info_field(const char *name, size_t len); /* -1: no such field */
int64_t drill_info_value(const void *info, size_t len, int field);
const char *drill_info_name(int field);

/* sysctl.c: `shell commands` that set what Linux would be told. */
struct scan;
int drill_parse_shell(struct scan *s, struct drill_script *script,
		      const struct drill_when *when);

#endif /* DRILL_DRILL_INT_H */
