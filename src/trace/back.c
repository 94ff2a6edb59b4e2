// SPDX-License-Identifier: MIT
/*
 * back.c - every table of the network as it was at some moment
 *
 * Theory of operation
 * ===================
 * Tables change by events only: something is learned, changed, forgotten. So
 * a table at any moment is found by playing its events back from the start:
 * the last one about a key says what stands there, unless it says that the
 * key is forgotten, or the time to live of the entry is over.
 *
 * A table of this file says which events belong to which table, and which of
 * their fields are the key, the value, and the time to live.
 */

#include "trace/back.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* What an event does to a table. */
struct rule {
	enum reason what;
	const char *table;
	const char *key, *key2; /* fields; key2 may be NULL */
	const char *value;	/* field; NULL: the entry is forgotten */
	const char *ttl_s;	/* field; NULL: it stays */
};

/* clang-format off */
static const struct rule rules[] = {
	{R_SW_LEARN,	"MAC table",	"mac", "vlan",	"port",	NULL},
	{R_SW_MOVE,	"MAC table",	"mac", "vlan",	"port",	NULL},
	{R_SW_AGE,	"MAC table",	"mac", "vlan",	NULL,	NULL},
	{R_ARP_LEARN,	"ARP cache",	"ip", NULL,	"mac",	NULL},
	{R_ARP_AGE,	"ARP cache",	"ip", NULL,	NULL,	NULL},
	{R_ARP_FAIL,	"ARP cache",	"ip", NULL,	NULL,	NULL},
	{R_ND_LEARN,	"neighbour cache", "ip", NULL,	"mac",	NULL},
	{R_ND_AGE,	"neighbour cache", "ip", NULL,	NULL,	NULL},
	{R_ND_FAIL,	"neighbour cache", "ip", NULL,	NULL,	NULL},
	{R_NAT_NEW,	"translations",	"from", NULL,	"to",	NULL},
	{R_NAT_EXPIRE,	"translations",	"from", NULL,	NULL,	NULL},
	{R_HCACHE_STORE, "OS cache",	"name", NULL,	"ip",	"ttl"},
	{R_DNS_CACHE_STORE, "resolver's cache", "name", "type", "data", "ttl"},
	{R_BCACHE_STORE, "browser cache", "url", NULL,	"octets", NULL},
	{R_TCP_STATE,	"connections",	"local", "remote", "to", NULL},
};
/* clang-format on */

struct entry {
	const struct log_event *ev; /* the last about it */
	const struct rule *rule;
};

struct tables {
	const struct trace_log *log;
	struct mem *mem;
	uint64_t now_ns;
	struct entry *entries;
	size_t count, room;
};

static const struct rule *rule_of(const struct log_event *ev)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].what == ev->what)
			return &rules[i];
	return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool is_same_key(const struct entry *e, const struct log_event *ev,
			const struct rule *rule)
{
	if (!is_same_text(e->rule->table, rule->table) ||
	    !is_same_text(e->ev->host, ev->host) ||
	    !is_same_text(log_text(e->ev, rule->key), log_text(ev, rule->key)))
		return false;
	if (!rule->key2)
		return true;
	return is_same_text(log_text(e->ev, rule->key2),
			    log_text(ev, rule->key2)) &&
	       log_num(e->ev, rule->key2, 0) == log_num(ev, rule->key2, 0);
}

static bool grow(struct tables *t)
{
	size_t room = t->room ? t->room * 2 : 64;
	struct entry *entries;

	if (t->count < t->room)
		return true;
	entries = mem_alloc_array(t->mem, room, sizeof(*entries));
	if (!entries)
		return false;
	if (t->count)
		memcpy(entries, t->entries, t->count * sizeof(*entries));
	mem_free(t->mem, t->entries, t->room * sizeof(*entries));
	t->entries = entries;
	t->room = room;
	return true;
}

static bool play(struct tables *t, const struct log_event *ev)
{
	const struct rule *rule = rule_of(ev);
	size_t i;

	if (!rule || ev->kind == EV_TX || ev->kind == EV_RX ||
	    ev->kind == EV_DROP)
		return true;
	for (i = 0; i < t->count; i++)
		if (is_same_key(&t->entries[i], ev, rule))
			break;
	if (i == t->count && !grow(t))
		return false;
	t->entries[i] = (struct entry){ev, rule};
	t->count += i == t->count;
	return true;
}

/* Is it there: not forgotten, not closed, not too old? */
static bool is_there(const struct tables *t, const struct entry *e)
{
	const char *value = e->rule->value;

	if (!value)
		return false;
	if (e->rule->what == R_TCP_STATE &&
	    is_same_text(log_text(e->ev, value), "CLOSED"))
		return false;
	if (!e->rule->ttl_s)
		return true;
	return e->ev->t_ns +
		       (uint64_t)log_num(e->ev, e->rule->ttl_s, 0) * NS_PER_S >
	       t->now_ns;
}

/* By table, then host, then the order in which they were learned. */
static int compare(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;
	int d = strcmp(a->rule->table, b->rule->table);

	if (!d)
		d = strcmp(a->ev->host, b->ev->host);
	if (!d)
		d = a->ev->n < b->ev->n ? -1 : a->ev->n > b->ev->n;
	return d;
}

static int collect(struct tables *t, uint32_t n)
{
	const struct log_event *ev;
	size_t i, kept = 0;
	uint32_t at;

	for (at = 1; at <= n && (ev = trace_log_get(t->log, at)); at++) {
		t->now_ns = ev->t_ns;
		if (!play(t, ev))
			return -ENOMEM;
	}
	for (i = 0; i < t->count; i++)
		if (is_there(t, &t->entries[i]))
			t->entries[kept++] = t->entries[i];
	t->count = kept;
	if (kept)
		qsort(t->entries, kept, sizeof(t->entries[0]), compare);
	return 0;
}

static void put_value(const struct entry *e, struct strbuf *out)
{
	const char *text = log_text(e->ev, e->rule->value);

	if (text)
		strbuf_puts(out, text);
	else
		strbuf_printf(out, "%lld %s",
			      (long long)log_num(e->ev, e->rule->value, 0),
			      e->rule->value);
}

#define KEY2_MAX 32

/* The second key as text, perhaps in @buf; NULL: there is none. */
static const char *key2_text(const struct entry *e, char buf[KEY2_MAX])
{
	const char *key2 = e->rule->key2;

	if (!key2 || !log_has(e->ev, key2) || log_text(e->ev, key2))
		return key2 ? log_text(e->ev, key2) : NULL;
	snprintf(buf, KEY2_MAX, "%s %lld", key2,
		 (long long)log_num(e->ev, key2, 0));
	return buf;
}

static void put_entry(const struct tables *t, const struct entry *e,
		      struct strbuf *out)
{
	char buf[KEY2_MAX];
	const char *key2 = key2_text(e, buf);
	const char *key = log_text(e->ev, e->rule->key);

	strbuf_printf(out, "    %-24s %-22s ", key ? key : "",
		      key2 ? key2 : "");
	put_value(e, out);
	if (e->rule->ttl_s) {
		uint64_t end =
			e->ev->t_ns +
			(uint64_t)log_num(e->ev, e->rule->ttl_s, 0) * NS_PER_S;

		strbuf_printf(out, "  (for %.1f s more)",
			      (double)(end - t->now_ns) / 1e9);
	}
	strbuf_printf(out, "  #%u\n", e->ev->n);
}

static void put_tables(const struct tables *t, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct entry *e = &t->entries[i];
		bool is_new =
			!i || !is_same_text(e->rule->table, e[-1].rule->table);

		if (is_new)
			strbuf_printf(out, "\n%s\n", e->rule->table);
		if (is_new || !is_same_text(e->ev->host, e[-1].ev->host))
			strbuf_printf(out, "  %s\n", e->ev->host);
		put_entry(t, e, out);
	}
}

static void tables_json(const struct tables *t, struct json *j)
{
	size_t i;

	json_open(j, '[');
	for (i = 0; i < t->count; i++) {
		const struct entry *e = &t->entries[i];
		char buf[KEY2_MAX];

		json_open(j, '{');
		json_key_text(j, "table", e->rule->table);
		json_key_text(j, "host", e->ev->host);
		json_key_text(j, "key", log_text(e->ev, e->rule->key));
		if (key2_text(e, buf))
			json_key_text(j, "key2", key2_text(e, buf));
		if (log_text(e->ev, e->rule->value))
			json_key_text(j, "value",
				      log_text(e->ev, e->rule->value));
		else
			json_key_num(j, "value",
				     log_num(e->ev, e->rule->value, 0));
		json_key_num(j, "since", e->ev->n);
		json_close(j, '}');
	}
	json_close(j, ']');
}

int back_tables(const struct trace_log *log, uint32_t n, struct strbuf *out)
{
	struct tables t = {.log = log, .mem = out->mem};
	int err = collect(&t, n);

	if (!err)
		put_tables(&t, out);
	mem_free(t.mem, t.entries, t.room * sizeof(t.entries[0]));
	return err;
}

int back_tables_json(const struct trace_log *log, uint32_t n, struct json *j)
{
	struct tables t = {.log = log, .mem = j->out->mem};
	int err = collect(&t, n);

	if (!err)
		tables_json(&t, j);
	mem_free(t.mem, t.entries, t.room * sizeof(t.entries[0]));
	return err;
}
