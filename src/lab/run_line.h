/* SPDX-License-Identifier: MIT */
#ifndef LAB_RUN_LINE_H
#define LAB_RUN_LINE_H

/*
 * run_line.h - a line of the script under way
 *
 * Part of run_int.h, which is the file to include.
 */

#include "lab/pattern.h"
#include "vnet/vnet.h"

struct icmp_echo;
struct lab_line;
struct lab_run;
struct run_cable;
struct run_group;
struct run_node;
struct strbuf;
struct tcp_conn;

/**
 * struct run_ping - echo requests under way
 * @echo:	The stack's handle, NULL before the first and after the last
 * @dst:	Whom
 * @sent:	Requests
 * @received:	Answers
 * @answered:	One bit for each request
 */
struct run_ping {
	struct icmp_echo *echo;
	struct ip_addr dst;
	uint32_t sent, received;
	uint8_t *answered;
};

/**
 * struct run_connect - a connection that a line keeps
 * @conn:	NULL before the beginning and after the end
 * @task:	Looks at what the stack has told
 * @to:		Whom
 * @name:	The same, as the file has it
 * @asked:	Questions so far
 * @due:	Times of the calendar that have come
 * @wants_to_ask: It is time to, and the connection was not ready
 * @is_waiting:	For an answer
 */
struct run_connect {
	struct tcp_conn *conn;
	struct task task;
	struct endpoint to;
	char name[NODE_NAME_MAX];
	uint32_t asked;
	uint64_t due;
	bool wants_to_ask, is_waiting;
};

/* How long the last question of a `connect` waits for its answer. */
#define CONNECT_WAIT_NS (10 * NS_PER_S)

/**
 * struct run_line - a line of the script
 * @run:	Whose
 * @spec:	What the file says
 * @node:	Who does it, or NULL
 * @cable:	Which cable a fault is about, or NULL
 * @event:	Number of the event that says that it begins, 0: not yet
 * @is_active:	A fault that has begun and not ended; a visit under way
 * @is_waiting:	A visit that waits until the browser is free
 * @is_done:	Nothing more will come of it
 * @hits:	Frames that a `match` has met so far
 * @pattern:	Of a `match`
 * @ping:	Of a `ping`
 * @connect:	Of a `connect`
 * @status:	Of a `run`: what it ended with
 * @group:	Of a `join`, `leave` or `send` (run_group.h)
 */
struct run_line {
	struct lab_run *run;
	const struct lab_line *spec;
	struct run_node *node;
	struct run_cable *cable;
	uint32_t event;
	bool is_active;
	bool is_waiting;
	bool is_done;
	uint64_t hits;
	struct pattern pattern;
	struct run_ping ping;
	struct run_connect connect;
	int status;
	struct run_group *group;
};

/* Lines `ping` (ping.c). */
void ping_begin(struct run_line *line);
struct ip_addr ping_target(struct run_line *line, const char *who);

/* trace.c; ends with ping_forget() */
void trace_begin(struct run_line *line);
void ping_forget(struct run_line *line);

/* Lines `connect` (connect.c). */
void connect_begin(struct run_line *line);
void connect_forget(struct run_line *line);

/* Lines `run`, and programs of nodes (program.c).  0 or -errno. */
int program_begin(struct run_line *line);
int program_boot(struct run_node *n);
void program_halt(struct run_node *n);
void program_freeze(struct run_node *n, bool is_frozen);

/* Lines `fault`. */
int fault_schedule(struct run_line *line);
enum cable_verdict fault_filter(void *arg, struct cable *cable,
				enum cable_dir dir, const struct pkt *pkt);

/* Say what a line is about to do, as text. */
void line_text(const struct run_line *line, struct strbuf *out);

#endif /* LAB_RUN_LINE_H */
