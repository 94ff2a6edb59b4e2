// SPDX-License-Identifier: MIT
/*
 * group.c - programs that hear groups, and one that speaks to them
 *
 * Theory of operation
 * ===================
 * A line `join` opens a socket on each of its nodes, which hears the group
 * until a line `leave` names it, or the host loses power.  A line `send` sends
 * datagrams that say which line they are of and which number they have, so that
 * each that arrives can be told from all others:
 *
 *	0	 4		6		8
 *	| "weft" | line, from 1 | number, from 1 | zeros ...
 *
 * What arrives is an event, group.heard; whether each datagram came once to
 * those who joined and to nobody else is counted from these (expect_group.c).
 */
#include "ip/group.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "ip/ip.h"
#include "ip6/ip6.h"
#include "lab/run_group.h"
#include "lab/run_int.h"
#include "sock/sock.h"

enum { HEAD_LEN = 8, DATAGRAM_MAX = 65507 };

static const uint8_t mark[4] = {'w', 'e', 'f', 't'};

/**
 * struct member - a socket that hears a group, on one node
 * @node:	In struct run_group
 * @line:	The line that joined
 * @where:	On which node
 * @group:	What it hears
 * @fd:		The socket
 * @waiter:	On it
 * @task:	Reads it
 */
struct member {
	struct list node;
	struct run_line *line;
	struct run_node *where;
	struct endpoint group;
	int fd;
	struct waiter waiter;
	struct task task;
};

/* What a line holds: members, or the socket that sends, -1: none. */
struct run_group {
	struct list members;
	struct endpoint to;
	int fd;
};

/* A datagram in the calendar; number 0: the end. */
struct group_request {
	struct run_line *line;
	uint16_t number;
};

bool group_parse(struct endpoint *to, const char *text)
{
	to->port = GROUP_PORT;
	if (ip_addr_parse(&to->addr, text) != 0 && endpoint_parse(to, text))
		return false;
	return ip_addr_is_multicast(to->addr) && to->port;
}

bool group_is_line(const struct lab_line *line)
{
	return line->join.s || line->leave.s || line->send.s;
}

static struct stack *stack_of(const struct run_node *n)
{
	return &n->host->stack;
}

static void tell_failed(const struct run_line *line, const char *text, int err)
{
	PROBE(line->node->host->node.place, EV_APP, R_GROUP_FAIL, NULL,
	      EVF_TEXT("group", text), EVF_TEXT("text", strerror(-err)));
}

static int domain_of(const struct endpoint *ep)
{
	return ep->addr.family == IP_V6 ? SK_AF_INET6 : SK_AF_INET;
}

static int level_of(const struct endpoint *ep)
{
	return ep->addr.family == IP_V6 ? SK_IPPROTO_IPV6 : SK_IPPROTO_IP;
}

/*
 * Hearing.
 */

static void member_free(struct member *m)
{
	waitq_del(&m->waiter);
	task_cancel(&m->task);
	list_del(&m->node);
	(void)sk_close(stack_of(m->where), m->fd);
}

/* Which line sent it, and which number it has; 0: somebody else's. */
static void tell_heard(const struct member *m, const uint8_t *buf, size_t len,
		       const struct endpoint *from)
{
	bool is_ours = len >= HEAD_LEN && memcmp(buf, mark, sizeof(mark)) == 0;

	PROBE(m->where->host->node.place, EV_APP, R_GROUP_HEARD, NULL,
	      EVF_EP("group", &m->group), EVF_EP("from", from),
	      EVF_NUM("line", is_ours ? get16(buf + 4) : 0),
	      EVF_NUM("number", is_ours ? get16(buf + 6) : 0),
	      EVF_NUM("octets", len));
}

static void on_task(struct task *task, void *arg)
{
	struct member *m = arg;
	struct endpoint from;
	uint8_t buf[HEAD_LEN];
	long n;

	(void)task;
	while ((n = sk_recvfrom(stack_of(m->where), m->fd, buf, sizeof(buf),
				SK_MSG_DONTWAIT | SK_MSG_TRUNC, &from)) >= 0)
		tell_heard(m, buf, (size_t)n, &from);
}

static void on_wake(struct waiter *w, uint32_t events)
{
	struct member *m = container_of(w, struct member, waiter);

	(void)events;
	stack_defer(stack_of(m->where), &m->task);
}

/* A source: an address, or a node's. */
static struct ip_addr source_of(const struct run_line *line, const char *text,
				uint8_t family)
{
	const struct lab_node *node;
	struct ip_addr ip;

	if (ip_addr_parse(&ip, text) == 0)
		return ip;
	node = run_node(line->run, text)->spec;
	if (family == IP_V6)
		return ip_addr_v6(topo_first_ip6(node)->v);
	return ip_addr_v4(topo_first_iface(node)->ip.v);
}

/* Join, and block or name the sources of the line (RFC 3678, 5). */
static int join_group(const struct member *m)
{
	const struct lab_line *spec = m->line->spec;
	const struct lab_seq *list =
		spec->but.is_set ? &spec->but : &spec->only;
	const struct lab_str *s = list->items;
	struct stack *stack = stack_of(m->where);
	uint8_t req[8 + 2 * SK_SS_LEN] = {0};
	int level = level_of(&m->group), err = 0;
	int name = spec->but.is_set ? SK_MCAST_BLOCK_SOURCE
				    : SK_MCAST_JOIN_SOURCE_GROUP;

	sk_put_ss(req + 8, m->group.addr);
	if (!spec->only.is_set)
		err = sk_setsockopt(stack, m->fd, level, SK_MCAST_JOIN_GROUP,
				    req, 8 + SK_SS_LEN);
	for (size_t i = 0; i < list->count && !err; i++) {
		sk_put_ss(req + 8 + SK_SS_LEN,
			  source_of(m->line, s[i].s, m->group.addr.family));
		err = sk_setsockopt(stack, m->fd, level, name, req,
				    sizeof(req));
	}
	return err;
}

static int member_open(struct member *m)
{
	struct stack *stack = stack_of(m->where);
	const struct endpoint any = {.addr = {.family = m->group.addr.family},
				     .port = m->group.port};
	int err;

	m->fd = sk_socket(stack, domain_of(&m->group),
			  SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
	if (m->fd < 0)
		return m->fd;
	waiter_init(&m->waiter, on_wake, m, WAIT_IN);
	m->waiter.name = "group member";
	waitq_add(&file_find(stack, m->fd)->wq, &m->waiter);
	err = sk_setsockopt_int(stack, m->fd, SK_SOL_SOCKET, SK_SO_REUSEADDR,
				1);
	/* What others of this host have joined is not for this program. */
	if (!err)
		err = sk_setsockopt_int(stack, m->fd, level_of(&m->group),
					m->group.addr.family == IP_V6
						? SK_IPV6_MULTICAST_ALL
						: SK_IP_MULTICAST_ALL,
					0);
	if (!err)
		err = sk_bind(stack, m->fd, &any);
	return err ? err : join_group(m);
}

static void join_on(struct run_line *line, struct run_node *n)
{
	struct member *m = arena_alloc(&line->run->arena, 1, sizeof(*m));
	int err;

	if (!m || !n->host->is_on) {
		tell_failed(line, line->spec->join.s, m ? -EHOSTDOWN : -ENOMEM);
		return;
	}
	m->line = line;
	m->where = n;
	m->group = line->group->to;
	task_init(&m->task, on_task, m);
	list_add_tail(&line->group->members, &m->node);
	stack_enter(stack_of(n));
	err = member_open(m);
	if (err < 0)
		tell_failed(line, line->spec->join.s, err);
	if (err < 0 && m->fd >= 0)
		member_free(m);
	else if (err < 0)
		list_del(&m->node);
	stack_leave(stack_of(n));
}

/* All members on that node that hear the group. */
static void leave_on(struct run_line *line, struct run_node *n)
{
	struct list *pos, *next;
	bool is_found = false;

	for (size_t i = 0; i < run_line_count(line->run); i++) {
		struct run_group *g = line->run->lines[i].group;

		if (!g || g == line->group)
			continue;
		list_for_each_safe(pos, next, &g->members) {
			struct member *m =
				container_of(pos, struct member, node);

			if (m->where != n ||
			    !endpoint_eq(m->group, line->group->to))
				continue;
			stack_enter(stack_of(n));
			member_free(m);
			stack_leave(stack_of(n));
			is_found = true;
		}
	}
	if (!is_found)
		tell_failed(line, line->spec->leave.s, -EADDRNOTAVAIL);
}

static void for_nodes(struct run_line *line,
		      void (*fn)(struct run_line *line, struct run_node *n))
{
	const struct lab_str *s = line->spec->also.items;

	fn(line, line->node);
	for (size_t i = 0; i < line->spec->also.count; i++)
		fn(line, run_node(line->run, s[i].s));
	line->is_done = true;
}

/*
 * Speaking.
 */

static void send_end(struct run_line *line)
{
	struct run_group *g = line->group;

	if (g->fd >= 0)
		(void)sk_close(stack_of(line->node), g->fd);
	g->fd = -1;
	line->is_done = true;
}

static void send_one(struct run_line *line, uint16_t number)
{
	struct run_group *g = line->group;
	uint8_t buf[DATAGRAM_MAX] = {0};
	long n;

	memcpy(buf, mark, sizeof(mark));
	put16(buf + 4, (uint16_t)(line - line->run->lines + 1));
	put16(buf + 6, number);
	PROBE_CAUSE(line->node->host->node.place, EV_APP, R_GROUP_SENT, NULL,
		    EVF_EP("group", &g->to), EVF_NUM("number", number));
	n = sk_sendto(stack_of(line->node), g->fd, buf,
		      (size_t)line->spec->size.v, SK_MSG_DONTWAIT, &g->to);
	if (n < 0)
		tell_failed(line, line->spec->send.s, (int)n);
}

static void on_send(void *arg)
{
	struct group_request *req = arg;
	struct run_line *line = req->line;
	struct env *env = run_env(line->run);

	if (line->group->fd < 0)
		return;
	env->cause = line->event;
	stack_enter(stack_of(line->node));
	if (req->number)
		send_one(line, req->number);
	else
		send_end(line);
	stack_leave(stack_of(line->node));
	env->cause = 0;
}

static int plan(struct run_line *line, uint64_t at, uint16_t number)
{
	struct group_request *req =
		arena_alloc(&line->run->arena, 1, sizeof(*req));

	if (!req)
		return -ENOMEM;
	*req = (struct group_request){line, number};
	return world_at(line->run->world, at, on_send, req);
}

static int send_open(struct run_line *line)
{
	struct run_group *g = line->group;
	struct stack *stack = stack_of(line->node);
	int err;

	g->fd = sk_socket(stack, domain_of(&g->to),
			  SK_SOCK_DGRAM | SK_SOCK_NONBLOCK, 0);
	if (g->fd < 0)
		return g->fd;
	err = sk_setsockopt_int(stack, g->fd, level_of(&g->to),
				g->to.addr.family == IP_V6
					? SK_IPV6_MULTICAST_HOPS
					: SK_IP_MULTICAST_TTL,
				(int)line->spec->ttl.v);
	return err;
}

static void send_begin(struct run_line *line)
{
	uint64_t at = world_now(line->run->world);
	uint64_t count = line->spec->count.v, every = line->spec->every.v;
	int err;

	stack_enter(stack_of(line->node));
	err = send_open(line);
	if (err)
		tell_failed(line, line->spec->send.s, err);
	if (err)
		send_end(line);
	stack_leave(stack_of(line->node));
	if (err)
		return;
	for (uint64_t i = 0; i < count && !err; i++)
		err = plan(line, at + i * every, (uint16_t)(i + 1));
	if (!err)
		err = plan(line, at + (count - 1) * every + GROUP_WAIT_NS, 0);
	if (err)
		line->run->error = err;
}

void group_begin(struct run_line *line)
{
	const struct lab_line *spec = line->spec;
	const char *text = spec->join.s	   ? spec->join.s
			   : spec->leave.s ? spec->leave.s
					   : spec->send.s;

	line->group = arena_alloc(&line->run->arena, 1, sizeof(*line->group));
	if (!line->group) {
		line->run->error = -ENOMEM;
		line->is_done = true;
		return;
	}
	list_init(&line->group->members);
	line->group->fd = -1;
	(void)group_parse(&line->group->to, text);
	if (spec->join.s)
		for_nodes(line, join_on);
	else if (spec->leave.s)
		for_nodes(line, leave_on);
	else
		send_begin(line);
}

void group_forget(struct run_line *line, const struct run_node *n)
{
	struct run_group *g = line->group;
	struct list *pos, *next;

	if (!g)
		return;
	stack_enter(stack_of(n));
	list_for_each_safe(pos, next, &g->members) {
		struct member *m = container_of(pos, struct member, node);

		if (m->where == n)
			member_free(m);
	}
	if (line->node == n && g->fd >= 0)
		send_end(line);
	stack_leave(stack_of(n));
}

/*
 * Routers.
 */

int boot_groups(struct run_node *n)
{
	struct stack *stack = stack_of(n);
	struct netif *netif;
	int err = 0;

	if (!n->spec->groups.v)
		return 0;
	list_for_each_entry(netif, &stack->netifs, struct netif, node) {
		if (err || netif->features & NETIF_F_LOOPBACK)
			continue;
		err = group_querier_start(stack, IP_V4, netif);
		if (!err && ip6_is_enabled(stack, netif))
			err = group_querier_start(stack, IP_V6, netif);
	}
	return err;
}

static void text_list(struct strbuf *out, const char *before,
		      const struct lab_seq *seq)
{
	const struct lab_str *s = seq->items;

	for (size_t i = 0; i < seq->count; i++)
		strbuf_printf(out, "%s%s", i ? ", " : before, s[i].s);
}

void group_line_text(const struct lab_line *line, struct strbuf *out)
{
	strbuf_puts(out, line->on.s);
	text_list(out, ", ", &line->also);
	if (line->join.s)
		strbuf_printf(out, " join%s %s", line->also.count ? "" : "s",
			      line->join.s);
	else if (line->leave.s)
		strbuf_printf(out, " leave%s %s", line->also.count ? "" : "s",
			      line->leave.s);
	else
		strbuf_printf(out, " sends to %s", line->send.s);
	text_list(out, ", only from ", &line->only);
	text_list(out, ", but not from ", &line->but);
}
