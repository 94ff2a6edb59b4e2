/* SPDX-License-Identifier: MIT */
#ifndef DRILL_RUN_H
#define DRILL_RUN_H

/*
 * run.h - a script under way
 */

#include "base/arena.h"

#include "drill/drill_int.h"

#define RUN_FDS_MAX 256

struct flows;

/**
 * struct run_fd - a descriptor that the script knows
 * @live:	Its number in the stack
 * @port:	Bound to, 0: unknown
 * @is_udp:	Kind
 * @sent:	Octets of the stream written so far
 * @received:	Octets read so far
 * @is_opaque:	Its octets are not followed any more (urgent data, splice)
 */
struct run_fd {
	bool is_open;
	int live;
	uint16_t port;
	bool is_udp;
	uint32_t sent, received;
	bool is_opaque;
};

/**
 * struct drill_run - a script under way
 * @script:	What is to happen
 * @port:	The stack it happens to
 * @res:	How it goes
 * @arena:	Memory of all this
 * @base_ns:	When it began
 * @next:	Index of the next event
 * @last_us:	Time of the event before, since @base_ns
 * @blocked:	The call that has not returned yet, or NULL
 * @is_failed:	It is all over
 * @flows:	Connections
 * @fd:		Descriptors by the script's number
 * @fd_test:	Script's number of the descriptor that conditions are about
 * @udp_port:	The last that a UDP socket was bound to
 * @packet:	Room for one
 * @held:	Room for another, which was taken but not compared yet
 * @held_len:	Its octets, 0: there is none
 * @held_ns:	When it was sent
 */
struct drill_run {
	const struct drill_script *script;
	struct drill_port *port;
	struct drill_result *res;
	struct arena arena;
	uint64_t base_ns;
	size_t next;
	int64_t last_us;
	const struct drill_event *blocked;
	bool is_failed;
	struct flows *flows;
	struct run_fd fd[RUN_FDS_MAX];
	int fd_test;
	uint16_t udp_port;
	uint8_t *packet, *held;
	size_t held_len;
	uint64_t held_ns;
};

static inline uint64_t run_now_ns(const struct drill_run *run)
{
	return run->port->ops->now(run->port) - run->base_ns;
}

/* It failed at @pos: takes note, once.  Returns -1. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int
run_fail(struct drill_run *run, struct drill_pos pos, const char *format, ...);

/* The same for an event, with what it says and what was instead. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
int
run_differs(struct drill_run *run, const struct drill_event *ev,
	    const char *actual, const char *format, ...);

/* A line of the conversation. */
void run_line(struct drill_run *run, enum drill_line_kind kind,
	      const char *text);

/* Do one thing, and let no more time pass than until @until_ns (of the port's
 * clock).  0, -1: failed. */
int run_turn(struct drill_run *run, uint64_t until_ns);

/* The oldest packet of the stack, into @run->packet: octets, 0: none. */
size_t run_take(struct drill_run *run, uint64_t *at_ns);

/* run_packet.c */
int run_packet_in(struct drill_run *run, const struct drill_event *ev);
int run_packet_out(struct drill_run *run, const struct drill_event *ev,
		   uint64_t at_ns, size_t len);
void run_unexpected(struct drill_run *run, size_t len, struct strbuf *sb);

/* call.c: a whole call, which may block.  0, -1: failed. */
int run_call(struct drill_run *run, const struct drill_event *ev);

/* code.c */
int run_code(struct drill_run *run, const struct drill_event *ev);

/* Descriptors: the stack's number of the script's, and what is known of it. */
int run_fd_live(const struct drill_run *run, int64_t fd);
struct run_fd *run_fd_at(struct drill_run *run, int64_t fd); /* or NULL */

/* Does the time of an event, now, fit?  Complains if not. */
bool run_time_fits(struct drill_run *run, const struct drill_event *ev,
		   uint64_t at_ns, int64_t from_us, int64_t to_us);

#endif /* DRILL_RUN_H */
