// SPDX-License-Identifier: MIT
/*
 * expect_end.c - what is left when the lab is over
 *
 * Theory of operation
 * ===================
 * The log has every move of every connection.  The state at the end is that of
 * the last move; connections that ended in CLOSED are gone.  The condition
 * holds if there is a connection like the one that is meant, and all that are
 * like it are in that state; CLOSED holds if none is left.
 */
#include <string.h>

#include "lab/expect_int.h"

enum { CONNS_MAX = 4096, STATE_MAX = 16 };

/* One connection of the host. */
struct conn {
	const char *local, *remote; /* "10.1.0.10:49152" */
	const char *state;
};

struct conns {
	struct conn *all;
	size_t count;
};

/* Does "10.9.0.80:80" fit "web:80", "web", "*:80" or "*"? */
static bool end_fits(const struct lab *lab, const char *have, const char *want,
		     size_t want_len)
{
	const char *colon = memchr(want, ':', want_len);
	size_t name_len = colon ? (size_t)(colon - want) : want_len;
	const char *port = strrchr(have, ':');
	char name[64], ip_text[IP4_TEXT];
	const struct lab_node *node;
	size_t ip_len = port ? (size_t)(port - have) : 0;
	ip4_addr ip;

	if (!ip_len || ip_len >= sizeof(ip_text) || name_len >= sizeof(name))
		return false;
	if (colon && strncmp(colon + 1, "*", want_len - name_len - 1) != 0 &&
	    (strlen(port + 1) != want_len - name_len - 1 ||
	     strncmp(port + 1, colon + 1, strlen(port + 1)) != 0))
		return false;
	memcpy(name, want, name_len);
	name[name_len] = '\0';
	memcpy(ip_text, have, ip_len);
	ip_text[ip_len] = '\0';
	if (strcmp(name, "*") == 0 || strcmp(name, ip_text) == 0)
		return true;
	node = topo_node(&lab->topo, name);
	return node && ip4_parse(&ip, ip_text) == 0 &&
	       topo_node_by_ip(&lab->spec, ip) == node;
}

static struct conn *conn_find(struct conns *c, const char *local,
			      const char *remote)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->all[i].local, local) == 0 &&
		    strcmp(c->all[i].remote, remote) == 0)
			return &c->all[i];
	if (c->count == CONNS_MAX)
		return NULL;
	c->all[c->count] = (struct conn){local, remote, ""};
	return &c->all[c->count++];
}

static void conns_collect(struct expect *x, const struct lab_expect *e,
			  struct conns *c)
{
	const struct lab *lab = lab_run_lab(x->run);
	const char *mid = strstr(e->tcp.s, " > ");

	for (uint32_t n = 1; n <= trace_log_count(x->log); n++) {
		const struct log_event *ev = trace_log_get(x->log, n);
		const char *local, *remote;
		struct conn *conn;

		if (ev->what != R_TCP_STATE ||
		    strcmp(ev->host, e->at_end.s) != 0)
			continue;
		local = log_text(ev, "local");
		remote = log_text(ev, "remote");
		if (!local || !remote ||
		    !end_fits(lab, local, e->tcp.s, (size_t)(mid - e->tcp.s)) ||
		    !end_fits(lab, remote, mid + 3, strlen(mid + 3)))
			continue;
		conn = conn_find(c, local, remote);
		if (conn)
			conn->state = log_text(ev, "to");
	}
}

/* "TIME_WAIT" and "TIME-WAIT" are the same. */
static bool state_eq(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

void expect_at_end(struct expect *x, const struct lab_expect *e)
{
	struct conns c = {0};
	char what[160], seen[160];
	struct strbuf a, b;
	size_t open = 0;
	bool is_ok = true;

	c.all = arena_alloc(&x->arena, CONNS_MAX, sizeof(*c.all));
	if (!c.all)
		return;
	conns_collect(x, e, &c);
	strbuf_init_fixed(&a, what, sizeof(what));
	strbuf_init_fixed(&b, seen, sizeof(seen));
	strbuf_printf(&a, "at the end, %s: tcp %s is %s", e->at_end.s, e->tcp.s,
		      e->state.s);
	for (size_t i = 0; i < c.count; i++) {
		if (state_eq(c.all[i].state, "CLOSED"))
			continue;
		strbuf_printf(&b, "%s%s > %s %s", open++ ? ", " : "",
			      c.all[i].local, c.all[i].remote, c.all[i].state);
		is_ok &= state_eq(c.all[i].state, e->state.s);
	}
	if (!open)
		is_ok = state_eq(e->state.s, "CLOSED");
	expect_report(x, is_ok, what, open ? strbuf_text(&b) : "none is left");
}
