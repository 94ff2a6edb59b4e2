/* SPDX-License-Identifier: MIT */
#ifndef DRILL_DRILL_H
#define DRILL_DRILL_H

/*
 * drill.h - conversations with one stack, written down and played
 *
 * A script in packetdrill's notation says what a program calls, what the
 * network brings, and what the stack must send, each with its time:
 *
 *	0    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
 *	+0   bind(3, ..., ...) = 0
 *	+0   listen(3, 1) = 0
 *	+.1  < S 0:0(0) win 1000 <mss 1460>
 *	+0   > S. 0:0(0) ack 1 <...>
 *
 *	text --drill_load()--> script --drill_play()--> result, transcript
 *	                                    |
 *	                       a port: what it is played against
 *
 * A port is a stack behind a table of functions (table.h): one of ours in
 * virtual time (host.h), or any other that is driven through such a table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "drill/table.h"

struct drill_script;

/* Where in a script; both are counted from 1. */
struct drill_pos {
	uint32_t line, column;
};

/**
 * struct drill_error - what is wrong with a script
 * @pos:	Where
 * @text:	What was expected, and what stands there
 */
struct drill_error {
	struct drill_pos pos;
	char text[256];
};

/**
 * struct drill_config - the world of a script: its option lines
 * @local_ip:	Address of the stack, 192.168.0.1
 * @remote_ip:	Address that packets come from, 192.0.2.1
 * @prefix_len:	Of @local_ip's network
 * @bind_port:	For bind(fd, ..., ...)
 * @connect_port: For connect(fd, ..., ...)
 * @mtu:	Of the interface
 * @has_offload: It takes segments of up to 64 KB, as if it cut them itself
 * @tolerance_us: How much a time may differ
 * @tolerance_percent: The same, of the time since the event before
 * @ts_tick_us:	Microseconds of a tick of the stack's timestamps, if their
 *		values are to be compared; 0: only their echoes are
 */
struct drill_config {
	uint32_t local_ip, remote_ip;
	uint32_t prefix_len;
	uint16_t bind_port, connect_port;
	uint32_t mtu;
	bool has_offload;
	uint32_t tolerance_us;
	double tolerance_percent;
	uint32_t ts_tick_us;
};

/**
 * drill_load() - Read a script
 * @out:	Set on success; goes with drill_free()
 * @mem:	Must outlive it
 * @text:	The script; need not outlive the call
 * @len:	Octets of it; any octets are safe
 * @err:	Filled in when it is wrong
 *
 * Return: 0, -EINVAL (see @err) or -ENOMEM
 */
int drill_load(struct drill_script **out, struct mem *mem, const char *text,
	       size_t len, struct drill_error *err);

void drill_free(struct drill_script *script); /* NULL is fine */

/* What scripts have that say nothing else. */
const struct drill_config *drill_config_default(void);

const struct drill_config *drill_config(const struct drill_script *script);

/* Text of the first comment: which requirement it is about.  May be empty. */
const char *drill_about(const struct drill_script *script);

/* Events there are. */
size_t drill_event_count(const struct drill_script *script);

/**
 * struct drill_port - a stack that a script can be played against
 * @table:	Its calls
 * @ops:	How its time passes
 */
struct drill_port {
	struct drill_table table;
	const struct drill_port_ops *ops;
};

/* Goes on with the script while a call is blocked, until @until_ns at the
 * latest.  Returns -1 if there is no sense in going on. */
typedef int drill_idle_fn(void *arg, uint64_t until_ns);

/* A call to be made, and what to do while it blocks. */
struct drill_job {
	void (*fn)(void *arg);
	drill_idle_fn *idle;
	void *arg; /* of both */
};

/**
 * struct drill_port_ops - how time passes in a port
 * @now:	Nanoseconds
 * @step:	Let time pass until @until_ns or the next thing that happens,
 *		and let that happen.  @wants_packet: it is a packet from the
 *		stack that is waited for.  0; -EDEADLK: nothing will ever
 *		happen (@until_ns is UINT64_MAX)
 * @take:	The oldest packet that the stack sent and nobody took: octets
 *		copied to @buf, 0 if there is none; *@at_ns: when
 * @block:	Do @job, meanwhile its idle function if it blocks, which is
 *		expected only if @may_block.  Returns when it returned
 * @knob:	Set what Linux calls @name: 0, -ENOENT or -EINVAL
 */
struct drill_port_ops {
	uint64_t (*now)(struct drill_port *port);
	int (*step)(struct drill_port *port, uint64_t until_ns,
		    bool wants_packet);
	size_t (*take)(struct drill_port *port, void *buf, size_t room,
		       uint64_t *at_ns);
	uint64_t (*block)(struct drill_port *port, const struct drill_job *job,
			  bool may_block);
	int (*knob)(struct drill_port *port, const char *name,
		    const char *value);
};

enum drill_line_kind { DRILL_IN, DRILL_OUT, DRILL_CALL, DRILL_NOTE };

/* A line of the conversation as it was. */
struct drill_line {
	enum drill_line_kind kind;
	uint64_t t_ns; /* since the script began */
	const char *text;
};

/**
 * struct drill_result - how it went; goes with drill_result_fini()
 * @has_passed:	All was as the script says
 * @pos:	Else: where it was not
 * @what:	In one line, what was wrong
 * @expected:	What the script says
 * @actual:	What was
 * @lines:	The conversation
 * @ns:		Virtual time it took
 */
struct drill_result {
	bool has_passed;
	struct drill_pos pos;
	struct strbuf what, expected, actual;
	struct drill_line *lines;
	size_t line_count;
	uint64_t ns;
	struct drill_run *run; /* its memory */
};

/* What to be strict about. */
enum drill_flag {
	DRILL_STRICT = 1 << 0, /* packets that no event takes are failures */
};

/**
 * drill_play() - Let a script happen
 * @script:	Which; may be played again
 * @port:	Against what; it is new
 * @flags:	enum drill_flag
 * @res:	Filled in; has_passed tells.  Lives no longer than @script
 *
 * Return: 0, or -ENOMEM
 */
int drill_play(const struct drill_script *script, struct drill_port *port,
	       unsigned int flags, struct drill_result *res);

void drill_result_fini(struct drill_result *res);

#endif /* DRILL_DRILL_H */
