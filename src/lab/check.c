// SPDX-License-Identifier: MIT
/*
 * check.c - does the script speak of things that are there?
 *
 * What one value alone can be wrong about, the schema has said.  Here stands
 * what concerns several: a visit by a node that exists, can look names up
 * and knows a URL when it sees one; an expectation about a visit that takes
 * place.
 */
#include "base/check.h"

#include <errno.h>
#include <string.h>

#include "apps/url.h"
#include "lab/expand.h"
#include "lab/pattern.h"
#include "lab/run_group.h"

const struct lab_node *check_name(struct lab *lab, const struct lab_str *name)
{
	const struct lab_node *node = topo_node(&lab->topo, name->s);

	if (!node)
		topo_unknown(&lab->spec, &lab->diag, name);
	return node;
}

static bool hosts_file_has(const struct lab_node *node, const char *name)
{
	const struct lab_pair *pair = node->hosts.items;

	for (size_t i = 0; i < node->hosts.count; i++)
		if (strcmp(pair[i].key.s, name) == 0)
			return true;
	return false;
}

/* Who asks for his address is told the resolvers with it. */
static bool asks_for_address(const struct lab_node *node)
{
	const struct lab_iface *iface = node->interfaces.items;

	for (size_t i = 0; i < node->interfaces.count; i++)
		if (iface[i].address.v == LAB_DHCP ||
		    iface[i].address.v == LAB_BOOTP ||
		    iface[i].address.v == LAB_INFORM)
			return true;
	return false;
}

static void check_visit(struct lab *lab, const struct lab_line *line,
			const struct lab_node *node)
{
	struct url_error error = {0};
	struct url url;
	int err = url_parse(&url, line->visit.s, &error);

	if (err == -ENOMEM) {
		lab->arena.is_out = true;
		return;
	}
	if (err) {
		diag_error(&lab->diag, line->visit.at,
			   "'%s' cannot be visited: %s", line->visit.s,
			   error.what ? error.what : "it is no http URL");
		return;
	}
	if (node && !url.host_is_ip && !node->dns.count &&
	    !asks_for_address(node) && !hosts_file_has(node, url.host))
		diag_error(&lab->diag, line->visit.at,
			   "'%s' has no 'dns', so it cannot look '%s' up",
			   node->item.name.s, url.host);
}

static void check_ping(struct lab *lab, const struct lab_line *line,
		       const struct lab_str *who)
{
	struct ip_addr ip;

	if (ip_addr_parse(&ip, who->s) != 0) {
		const struct lab_node *node = check_name(lab, who);

		if (node && line->over.v == LAB_OVER_IPV6 &&
		    !topo_first_ip6(node))
			diag_error(&lab->diag, line->over.at,
				   "'%s' has no IPv6 address", who->s);
		else if (node && !topo_first_iface(node))
			diag_error(&lab->diag, who->at, "'%s' has no address",
				   who->s);
	}
	if (line->size.is_set && line->size.v > 65507)
		diag_error(&lab->diag, line->size.at,
			   "'size' is at most 65507B");
}

void check_asking(struct lab *lab, const struct lab_line *line)
{
	if (line->ping.s)
		check_ping(lab, line, &line->ping);
	if (line->trace.s)
		check_ping(lab, line, &line->trace);
}

/* When is the last thing that a line starts? */
static void check_time(struct lab *lab, const struct lab_line *line)
{
	uint64_t gap = line->every.v, left = INT64_MAX - line->when.v;

	if (!line->when.is_set)
		return;
	if ((line->ping.s || line->connect.s || line->send.s) && gap &&
	    line->count.v > left / gap)
		diag_error(&lab->diag, line->when.at,
			   "the last %s would be after the end of time",
			   line->ping.s	  ? "ping"
			   : line->send.s ? "datagram"
					  : "question");
	if (lab->spec.until.is_set && line->when.v >= lab->spec.until.v)
		diag_error(&lab->diag, line->when.at,
			   "the lab ends before this: 'until' in line %u",
			   lab->spec.until.at.line);
}

static void check_line(struct lab *lab, const struct lab_line *line)
{
	const struct lab_node *node = NULL;

	if (line->on.s && !group_is_line(line))
		node = check_name(lab, &line->on);
	if (node && topo_is_switch(node) && !group_is_line(line))
		diag_error(&lab->diag, line->on.at,
			   "'%s' is no host; it runs no programs", line->on.s);
	if (line->visit.s)
		check_visit(lab, line, node);
	check_asking(lab, line);
	if (line->connect.s)
		check_connect(lab, line);
	if (group_is_line(line))
		check_group_line(lab, line);
	if (line->count.is_set && (!line->count.v || line->count.v > 65535))
		diag_error(&lab->diag, line->count.at,
			   "'count' is from 1 to 65535");
	if (line->run.is_set && !line->run.count)
		diag_error(&lab->diag, line->run.at,
			   "'run' is empty: which program?");
	check_time(lab, line);
	if (line->fault.item.is_set)
		check_fault(lab, line);
	else if (!line->when.is_set)
		diag_error(&lab->diag, line->item.at,
			   "a line of the script needs 'at': when");
}

void check_script(struct lab *lab)
{
	const struct lab_line *line = lab->spec.script.items;

	for (size_t i = 0; i < lab->spec.script.count; i++)
		check_line(lab, &line[i]);
}

void check_pattern_names(struct lab *lab, const struct pattern *p)
{
	if (p->any.s)
		(void)check_name(lab, &p->any);
	if (p->from.s)
		(void)check_name(lab, &p->from);
	if (p->to.s)
		(void)check_name(lab, &p->to);
}

static void check_pattern(struct lab *lab, const struct lab_str *text)
{
	struct pattern p;

	if (!pattern_parse(&p, text, &lab->diag))
		return;
	check_pattern_names(lab, &p);
}

/* The N of `visit: N`: is there one? */
static void check_number(struct lab *lab, const struct lab_num *n,
			 const char *what, size_t count)
{
	if (!n->is_set || (n->v && n->v <= count))
		return;
	if (count)
		diag_error(&lab->diag, n->at,
			   "there is no %s %llu; the script has %zu", what,
			   (unsigned long long)n->v, count);
	else
		diag_error(&lab->diag, n->at, "the script has no %s", what);
}

/* clang-format off */
static const char *const tcp_states[] = {
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
	"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
	"TIME-WAIT",
};
/* clang-format on */

/* States may be written with '_', as in most programs. */
static void check_state(struct lab *lab, const struct lab_str *state)
{
	char *s = arena_text(&lab->arena, state->s, strlen(state->s)), *p;
	const char *near;

	if (!s)
		return;
	for (p = s; *p; p++)
		if (*p == '_')
			*p = '-';
	for (size_t i = 0; i < ARRAY_SIZE(tcp_states); i++)
		if (strcmp(tcp_states[i], s) == 0)
			return;
	near = diag_nearest(s, tcp_states, ARRAY_SIZE(tcp_states));
	diag_error(&lab->diag, state->at, "'%s' is no state of TCP%s%s%s",
		   state->s, near ? "; did you mean '" : "", near ? near : "",
		   near ? "'?" : "");
}

/* One side of "laptop:* > web:80". */
static bool check_end(struct lab *lab, const struct lab_str *tcp,
		      const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t n = colon ? (size_t)(colon - text) : len;
	struct lab_str name = {.at = tcp->at};
	uint64_t port;
	ip4_addr ip;

	if (!n)
		return false;
	if (colon && strcmp(colon + 1, "*") != 0) {
		char *p = arena_text(&lab->arena, colon + 1, len - n - 1);

		if (p && strcmp(p, "*") != 0 &&
		    (value_parse(p, VALUE_NUMBER, &port) || port > 65535))
			return false;
	}
	name.s = arena_text(&lab->arena, text, n);
	if (name.s && strcmp(name.s, "*") != 0 && ip4_parse(&ip, name.s) != 0)
		(void)check_name(lab, &name);
	return true;
}

static void check_at_end(struct lab *lab, const struct lab_expect *e)
{
	const char *mid = e->tcp.s ? strstr(e->tcp.s, " > ") : NULL;

	(void)check_name(lab, &e->at_end);
	if (!e->tcp.s || !e->state.s) {
		diag_error(&lab->diag, e->at_end.at,
			   "'at-end' goes with 'tcp' and 'state'");
		return;
	}
	if (!mid ||
	    !check_end(lab, &e->tcp, e->tcp.s, (size_t)(mid - e->tcp.s)) ||
	    !check_end(lab, &e->tcp, mid + 3, strlen(mid + 3)))
		diag_error(&lab->diag, e->tcp.at,
			   "'%s' is not a connection; it is written \"* > "
			   "web:80\"",
			   e->tcp.s);
	check_state(lab, &e->state);
}

/* A visit or a ping of which nothing is expected. */
static void check_not_empty(struct lab *lab, const struct lab_expect *e)
{
	bool any = e->status.is_set || e->body.is_set || e->time.is_set ||
		   e->dns_queries.is_set || e->tcp_handshakes.is_set ||
		   e->retransmissions.is_set || e->sent.is_set ||
		   e->received.is_set || e->rtt.is_set;

	if (!any && (e->visit.is_set || e->ping.is_set || e->run.is_set))
		diag_error(&lab->diag, e->item.at,
			   "nothing is expected of this %s",
			   e->visit.is_set  ? "visit"
			   : e->ping.is_set ? "ping"
					    : "program");
	if (e->count.s && !e->is.is_set)
		diag_error(&lab->diag, e->item.at,
			   "'count' goes with 'is': how many");
	if (e->order.is_set && !e->order.count)
		diag_error(&lab->diag, e->order.at, "'order' is empty");
}

void check_expect(struct lab *lab)
{
	const struct lab_line *line = lab->spec.script.items;
	const struct lab_expect *e = lab->spec.expect.items;
	size_t visits = 0, pings = 0, sends = 0, programs = 0;

	for (size_t i = 0; i < lab->spec.script.count; i++) {
		visits += line[i].visit.s != NULL;
		pings += line[i].ping.s != NULL;
		sends += line[i].send.s != NULL;
		programs += line[i].run.count != 0;
	}
	for (size_t i = 0; i < lab->spec.expect.count; i++) {
		const struct lab_str *order = e[i].order.items;

		check_number(lab, &e[i].visit, "visit", visits);
		check_number(lab, &e[i].ping, "ping", pings);
		check_number(lab, &e[i].send, "send", sends);
		check_group_expect(lab, &e[i]);
		check_number(lab, &e[i].run, "program", programs);
		for (size_t j = 0; j < e[i].order.count; j++)
			check_pattern(lab, &order[j]);
		if (e[i].count.s)
			check_pattern(lab, &e[i].count);
		if (e[i].at_end.s)
			check_at_end(lab, &e[i]);
		check_not_empty(lab, &e[i]);
	}
}
