// SPDX-License-Identifier: MIT
/*
 * connect.c - a program that keeps a connection, on a host of a lab
 *
 * Theory of operation
 * ===================
 * It opens one connection to a web server and asks for its first page, again
 * and again, with silence in between: `every` is how long, `count` how often
 * it asks.  What can keep the connection alive through the silence is shown
 * with it: the stack's own probes (`keepalive`), or asking more often.
 *
 *	connect --> ask --> (answer) ... every ... ask --> (answer) ... close
 *
 * The stack tells of events from within its own work, where nothing may be
 * called back; so they are noted, and looked at by a task when that is done.
 *
 * A question that is not answered by the time of the next, or within
 * CONNECT_WAIT_NS after the last, is told as silence.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/waitq.h"

#include "lab/expand.h"
#include "lab/run_int.h"
#include "tcp/tcp.h"

#define KEEPALIVE_PROBES 3

static struct place *place_of(const struct run_line *line)
{
	return line->node->host->node.place;
}

/* "web:80" in two; false: it is something else. */
bool text_split(const char *text, char *name, size_t size, uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	uint64_t n;

	if (!colon || colon == text || (size_t)(colon - text) >= size ||
	    value_parse(colon + 1, VALUE_NUMBER, &n) || !n || n > 65535)
		return false;
	(void)snprintf(name, size, "%.*s", (int)(colon - text), text);
	*port = (uint16_t)n;
	return true;
}

void check_connect(struct lab *lab, const struct lab_line *line)
{
	char text[NODE_NAME_MAX];
	struct lab_str name = {.at = line->connect.at, .s = text};
	uint16_t port;
	ip4_addr ip;

	if (!text_split(line->connect.s, text, sizeof(text), &port)) {
		diag_error(&lab->diag, line->connect.at,
			   "'%s' is not NODE:PORT, such as web:80",
			   line->connect.s);
		return;
	}
	if (ip4_parse(&ip, text) != 0) {
		const struct lab_node *node = check_name(lab, &name);

		if (node && !topo_first_iface(node))
			diag_error(&lab->diag, name.at, "'%s' has no address",
				   text);
	}
	if (line->keepalive.is_set && (line->keepalive.v < NS_PER_S ||
				       line->keepalive.v > 32767 * NS_PER_S ||
				       line->keepalive.v % NS_PER_S))
		diag_error(
			&lab->diag, line->keepalive.at,
			"'keepalive' is in whole seconds, from 1s to 32767s");
}

static void tell(struct run_line *line, enum reason what, uint64_t octets)
{
	const struct run_connect *c = &line->connect;

	PROBE(place_of(line), EV_APP, what, NULL, EVF_EP("to", &c->to),
	      EVF_NUM("number", c->asked), EVF_NUM("octets", octets));
}

void connect_forget(struct run_line *line)
{
	struct run_connect *c = &line->connect;
	struct stack *stack = &line->node->host->stack;

	if (c->conn) {
		stack_enter(stack);
		task_cancel(&c->task);
		tcp_close(c->conn);
		stack_leave(stack);
	}
	c->conn = NULL;
	line->is_done |= line->event != 0;
}

/* The connection is gone: it was reset, or nobody was there. */
static void connect_lost(struct run_line *line, int err)
{
	PROBE(place_of(line), EV_APP, R_CONNECT_LOST, NULL,
	      EVF_EP("to", &line->connect.to),
	      EVF_TEXT("text", err ? strerror(-err) : "the other end closed"));
	connect_forget(line);
}

static void ask(struct run_line *line)
{
	struct run_connect *c = &line->connect;
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", c->name);

	if (tcp_send(c->conn, text, (size_t)n, 0) != n)
		return; /* not connected yet */
	c->wants_to_ask = false;
	c->is_waiting = true;
	c->asked++;
	tell(line, R_CONNECT_ASK, (uint64_t)n);
}

/* Read what has come, and ask if it is time to. */
static void connect_step(struct run_line *line)
{
	struct run_connect *c = &line->connect;
	uint64_t got = 0;
	long n;

	while ((n = tcp_recv(c->conn, NULL, 65536, 0)) > 0)
		got += (uint64_t)n;
	if (got && c->is_waiting) {
		c->is_waiting = false;
		tell(line, R_CONNECT_ANSWER, got);
	}
	if (tcp_state(c->conn) == TCPS_SYN_SENT)
		return;
	if (n != -EAGAIN)
		connect_lost(line, (int)n);
	else if (c->wants_to_ask)
		ask(line);
}

static void on_task(struct task *task, void *arg)
{
	struct run_line *line = arg;

	(void)task;
	if (line->connect.conn)
		connect_step(line);
}

static void on_event(struct tcp_conn *conn, void *arg, uint32_t events)
{
	struct run_line *line = arg;

	(void)conn;
	(void)events;
	stack_defer(&line->node->host->stack, &line->connect.task);
}

static const struct tcp_user connect_user = {.on_event = on_event};

/* The time of the next question, or of the end. */
static void on_due(void *arg)
{
	struct run_line *line = arg;
	struct run_connect *c = &line->connect;
	struct stack *stack = &line->node->host->stack;
	struct env *env = run_env(line->run);

	if (!c->conn)
		return;
	env->cause = line->event;
	stack_enter(stack);
	if (c->is_waiting)
		tell(line, R_CONNECT_SILENCE, 0);
	c->is_waiting = false;
	c->wants_to_ask = ++c->due < line->spec->count.v;
	if (c->wants_to_ask)
		connect_step(line);
	else
		connect_forget(line);
	stack_leave(stack);
	env->cause = 0;
}

static int connect_open(struct run_line *line)
{
	struct run_connect *c = &line->connect;
	struct stack *stack = &line->node->host->stack;
	unsigned int keep_s =
		(unsigned int)(line->spec->keepalive.v / NS_PER_S);
	int err;

	task_init(&c->task, on_task, line);
	c->wants_to_ask = true;
	c->conn = tcp_new(stack, &connect_user, line);
	if (!c->conn)
		return -ENOMEM;
	if (keep_s) {
		tcp_set_keepalive(c->conn, true);
		(void)tcp_set_keep_times(c->conn, keep_s, keep_s,
					 KEEPALIVE_PROBES);
	}
	stack_enter(stack);
	err = tcp_connect(c->conn, &c->to);
	stack_leave(stack);
	return err;
}

void connect_begin(struct run_line *line)
{
	struct run_connect *c = &line->connect;
	struct world *w = line->run->world;
	uint64_t at = world_now(w);
	ip4_addr ip;
	int err;

	(void)text_split(line->spec->connect.s, c->name, sizeof(c->name),
			 &c->to.port);
	if (ip4_parse(&ip, c->name) != 0)
		ip = topo_first_iface(run_node(line->run, c->name)->spec)->ip.v;
	c->to.addr = ip_addr_v4(ip);
	err = connect_open(line);
	if (err) {
		connect_lost(line, err);
		return;
	}
	for (uint64_t i = 1; i < line->spec->count.v && !err; i++)
		err = world_at(w, at + i * line->spec->every.v, on_due, line);
	at += (line->spec->count.v - 1) * line->spec->every.v;
	if (!err)
		err = world_at(w, at + CONNECT_WAIT_NS, on_due, line);
	if (err)
		line->run->error = err;
}
