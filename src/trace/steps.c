// SPDX-License-Identifier: MIT
/*
 * steps.c - a visit cut into the steps that a person thinks in
 *
 * Theory of operation
 * ===================
 * The events of the visitor's host are read in order.  A table says, for each
 * reason that matters, what it does: it opens a step of some kind, or closes
 * the open one, or both (a look into a cache takes no time).  Several steps
 * may be open at once, since DNS waits for ARP; afterwards each moment is
 * given to one step only, the one that began last.
 */

#include "trace/steps.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "trace/names.h"
#include "trace/steps_int.h"

static const char *const kind_names[] = {
	[STEP_URL] = "URL",
	[STEP_BROWSER_CACHE] = "browser cache",
	[STEP_OS_CACHE] = "OS cache",
	[STEP_ARP] = "ARP",
	[STEP_ND] = "ND",
	[STEP_DNS] = "DNS",
	[STEP_RACE] = "race",
	[STEP_TCP] = "TCP",
	[STEP_HTTP] = "HTTP",
	[STEP_CLOSE] = "TCP close",
};

const char *step_kind_name(enum step_kind kind)
{
	return kind < STEP_KINDS ? kind_names[kind] : "?";
}

/* The open step of a kind, or NULL. */
struct step *step_open(struct visit_view *v, enum step_kind kind)
{
	size_t i;

	for (i = v->count; i > 0; i--)
		if (v->steps[i - 1].kind == kind && !v->steps[i - 1].is_done)
			return &v->steps[i - 1];
	return NULL;
}

struct step *step_begin(struct visit_view *v, enum step_kind kind,
			const struct log_event *ev)
{
	struct step *s;

	if (v->count == STEPS_MAX)
		return NULL;
	s = &v->steps[v->count++];
	*s = (struct step){
		.kind = kind,
		.begin_ns = ev->t_ns,
		.end_ns = ev->t_ns,
		.first = ev->n,
		.last = ev->n,
		.is_after = v->is_shown,
	};
	return s;
}

void step_end(struct step *s, const struct log_event *ev)
{
	s->end_ns = ev->t_ns;
	s->last = ev->n;
	s->is_done = true;
}

/* A step that begins and ends with one event. */
struct step *step_whole(struct visit_view *v, enum step_kind kind,
			const struct log_event *ev)
{
	struct step *s = step_begin(v, kind, ev);

	if (s)
		step_end(s, ev);
	return s;
}

const char *log_text_or(const struct log_event *ev, const char *key,
			const char *otherwise)
{
	const char *text = log_text(ev, key);

	return text ? text : otherwise;
}

static void on_url(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_whole(v, STEP_URL, ev);

	if (!s)
		return;
	STEP_SET(s->name, "read the URL");
	if (ev->what == R_URL_BAD)
		STEP_SET(s->result, "%s", log_text_or(ev, "text", "no URL"));
	else
		STEP_SET(s->result, "scheme %s, host %s, port %lld, path %s",
			 log_text_or(ev, "scheme", "?"),
			 log_text_or(ev, "host", "?"),
			 (long long)log_num(ev, "port", 0),
			 log_text_or(ev, "path", "?"));
}

/* The path of a URL, for names of steps. */
static const char *path_of(const char *url)
{
	const char *p = strstr(url, "://");

	p = p ? strchr(p + 3, '/') : NULL;
	return p ? p : "/";
}

static void on_browser_cache(struct visit_view *v, const struct log_event *ev)
{
	const char *url = log_text_or(ev, "url", "");
	struct step *s;

	/* That a sub-resource is not there is told by what is then asked. */
	if (ev->what == R_BCACHE_MISS && strcmp(url, v->url) != 0)
		return;
	s = step_whole(v, STEP_BROWSER_CACHE, ev);
	if (!s)
		return;
	if (!strcmp(url, v->url))
		STEP_SET(s->name, "browser cache");
	else
		STEP_SET(s->name, "browser cache %s", path_of(url));
	STEP_SET(s->result, "%s",
		 ev->what == R_BCACHE_HIT ? "HIT, fresh"
		 : ev->what == R_BCACHE_MISS
			 ? "MISS"
			 : "there, but old: ask the server");
}

/* Hosts file and OS cache are one step; the last word counts. */
static void on_os_cache(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = v->count ? &v->steps[v->count - 1] : NULL;

	if (!s || s->kind != STEP_OS_CACHE)
		s = step_whole(v, STEP_OS_CACHE, ev);
	if (!s)
		return;
	step_end(s, ev);
	STEP_SET(s->name, "OS cache, hosts file");
	if (ev->what == R_HCACHE_HIT || ev->what == R_HOSTS_HIT)
		STEP_SET(s->result, "%s = %s%s", log_text_or(ev, "name", "?"),
			 log_text_or(ev, "ip", "?"),
			 ev->what == R_HOSTS_HIT ? " (hosts file)" : "");
	else
		STEP_SET(s->result, "MISS");
}

static void on_http_request(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = step_begin(v, STEP_HTTP, ev);

	if (!s)
		return;
	STEP_SET(s->name, "HTTP %s %s", log_text_or(ev, "method", "GET"),
		 path_of(log_text_or(ev, "url", "/")));
	STEP_SET(s->result, "no answer");
}

/* Answers come in the order of the requests. */
static struct step *oldest_request(struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->steps[i].kind == STEP_HTTP && !v->steps[i].is_done)
			return &v->steps[i];
	return NULL;
}

const char *status_phrase(int64_t status)
{
	/* clang-format off */
	static const struct {
		int64_t status;
		const char *phrase;
	} phrases[] = { /* RFC 9110, 15 */
		{200, "OK"},			{204, "No Content"},
		{206, "Partial Content"},	{301, "Moved Permanently"},
		{302, "Found"},			{303, "See Other"},
		{304, "Not Modified"},		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},	{400, "Bad Request"},
		{401, "Unauthorized"},		{403, "Forbidden"},
		{404, "Not Found"},		{405, "Method Not Allowed"},
		{408, "Request Timeout"},	{410, "Gone"},
		{413, "Content Too Large"},	{414, "URI Too Long"},
		{500, "Internal Server Error"},	{501, "Not Implemented"},
		{502, "Bad Gateway"},		{503, "Service Unavailable"},
	};
	/* clang-format on */
	size_t i;

	for (i = 0; i < ARRAY_SIZE(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "(other)";
}

static void on_http_response(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = oldest_request(v);
	const char *type = log_text(ev, "type");
	int64_t status = log_num(ev, "status", 0);
	int64_t octets = log_num(ev, "octets", 0);

	v->answers++;
	v->status = status;
	if (!s)
		return;
	step_end(s, ev);
	STEP_SET(s->result, "%lld %s, %lld bytes%s%s", (long long)status,
		 status_phrase(status), (long long)octets,
		 type && *type ? ", " : "", type ? type : "");
}

static void on_shown(struct visit_view *v, const struct log_event *ev)
{
	v->is_shown = true;
	v->end_ns = ev->t_ns;
	v->status = log_num(ev, "status", v->status);
	v->octets = log_num(ev, "octets", 0);
	v->resources = log_num(ev, "resources", 1);
	v->skipped = log_num(ev, "skipped", 0);
}

static void on_fail(struct visit_view *v, const struct log_event *ev)
{
	v->failure = log_text_or(ev, "text", "it failed");
	v->end_ns = ev->t_ns;
}

typedef void on_event_fn(struct visit_view *, const struct log_event *);

static const struct {
	enum reason what;
	on_event_fn *fn;
} reactions[] = {
	{R_URL_PARSE, on_url},
	{R_URL_BAD, on_url},
	{R_BCACHE_HIT, on_browser_cache},
	{R_BCACHE_MISS, on_browser_cache},
	{R_BCACHE_STALE, on_browser_cache},
	{R_HCACHE_HIT, on_os_cache},
	{R_HCACHE_MISS, on_os_cache},
	{R_HOSTS_HIT, on_os_cache},
	{R_HOSTS_MISS, on_os_cache},
	{R_ARP_MISS, step_on_neighbour},
	{R_ARP_LEARN, step_on_neighbour_end},
	{R_ARP_FAIL, step_on_neighbour_end},
	{R_ND_MISS, step_on_neighbour},
	{R_ND_LEARN, step_on_neighbour_end},
	{R_ND_FAIL, step_on_neighbour_end},
	{R_DNS_QUERY, step_on_dns_query},
	{R_DNS_ANSWER, step_on_dns_end},
	{R_DNS_NEGATIVE, step_on_dns_end},
	{R_DNS_FAIL, step_on_dns_end},
	{R_EYEBALLS_ORDER, step_on_race},
	{R_EYEBALLS_TRY, step_on_race},
	{R_EYEBALLS_WON, step_on_race_won},
	{R_TCP_REFUSED, step_on_tcp_refused},
	{R_TCP_GIVE_UP, step_on_tcp_refused},
	{R_ICMP_ERROR_IN, step_on_icmp_error},
	{R_TCP_STATE, step_on_tcp_state},
	{R_HTTP_REQUEST, on_http_request},
	{R_HTTP_RESPONSE, on_http_response},
	{R_PAGE_SHOWN, on_shown},
	{R_VISIT_FAIL, on_fail},
};

static void react(struct visit_view *v, const struct log_event *ev)
{
	size_t i;

	if (ev->kind == EV_TX && ev->what == R_TCP_ACK_SYN)
		step_add_to_handshake(v, ev);
	if (ev->kind == EV_TX || ev->kind == EV_RX || ev->kind == EV_DROP)
		return;
	for (i = 0; i < ARRAY_SIZE(reactions); i++)
		if (reactions[i].what == ev->what)
			reactions[i].fn(v, ev);
}

static bool is_again(enum reason what)
{
	return what == R_TCP_RETRANSMIT || what == R_TCP_FAST_RETRANSMIT ||
	       what == R_TCP_TLP || what == R_TCP_SYN_AGAIN ||
	       what == R_TCP_SYN_ACK_AGAIN || what == R_TCP_FIN_AGAIN;
}

bool visit_is_loss(const struct log_event *ev)
{
	const char *why = log_text(ev, "drop");

	return ev->kind == EV_DROP && (strstr(ev->host, " -- ") ||
				       (why && strcmp(why, "l2_fcs") == 0));
}

/* What is counted over all places. */
static void count_event(struct visit_view *v, const struct log_event *ev)
{
	if (ev->kind == EV_TX && is_again(ev->what) &&
	    !log_num(ev, "relayed", 0))
		v->retransmissions++;
	v->frames_lost += visit_is_loss(ev);
}

static void swap_steps(struct step *a, struct step *b)
{
	struct step was = *a;

	*a = *b;
	*b = was;
}

/* A question for a neighbour's MAC address takes its time from the step that
 * has to wait for it, which then begins when the question is answered. */
static void share_with_neighbour(struct step *outer, struct step *inner)
{
	if (outer->kind != STEP_DNS && outer->kind != STEP_TCP)
		return;
	outer->begin_ns = inner->end_ns;
	swap_steps(outer, inner);
}

static bool may_overlap(const struct step *s)
{
	return s->kind == STEP_ARP || s->kind == STEP_ND ||
	       s->kind == STEP_DNS || s->kind == STEP_RACE ||
	       s->kind == STEP_TCP;
}

/* Of two that go on at the same time the second has the time from its
 * beginning on. */
static void cut_short(struct step *s, const struct step *next)
{
	if (s->end_ns > next->begin_ns)
		s->end_ns = next->begin_ns;
	if (s->begin_ns > s->end_ns)
		s->begin_ns = s->end_ns;
}

/* Give each moment to one step: a step that began inside another takes its
 * time away from it. */
static void share_time(struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (!v->steps[i].is_done)
			v->steps[i].end_ns = v->end_ns;
	for (i = 0; i + 1 < v->count; i++) {
		struct step *outer = &v->steps[i], *inner = &v->steps[i + 1];

		if (inner->kind == STEP_ARP || inner->kind == STEP_ND)
			share_with_neighbour(outer, inner);
	}
	for (i = v->count; i-- > 1;)
		if (may_overlap(&v->steps[i - 1]))
			cut_short(&v->steps[i - 1], &v->steps[i]);
}

static uint32_t find_begin(const struct trace_log *log, unsigned int number)
{
	uint32_t n;

	for (n = 1; n <= trace_log_count(log); n++)
		if (trace_log_get(log, n)->what == R_VISIT_BEGIN &&
		    --number == 0)
			return n;
	return 0;
}

static bool ends_visit(const struct visit_view *v, const struct log_event *ev)
{
	return ev->what == R_VISIT_BEGIN && !strcmp(ev->host, v->host);
}

bool visit_find(struct visit_view *v, const struct trace_log *log,
		unsigned int number)
{
	const struct log_event *ev;
	uint32_t n = number ? find_begin(log, number) : 0;

	if (!n)
		return false;
	memset(v, 0, sizeof(*v));
	v->log = log;
	v->begin = n;
	ev = trace_log_get(log, n);
	v->host = ev->host;
	v->url = log_text_or(ev, "url", "?");
	v->begin_ns = ev->t_ns;
	for (n++; (ev = trace_log_get(log, n)) && !ends_visit(v, ev); n++) {
		v->last = n;
		if (!v->is_shown && !v->failure)
			v->end_ns = ev->t_ns;
		count_event(v, ev);
		if (!strcmp(ev->host, v->host))
			react(v, ev);
	}
	share_time(v);
	return true;
}

/* Of the steps open at the time, the one that began last. */
size_t visit_step_of(const struct visit_view *v, uint32_t n)
{
	size_t i, best = 0;

	for (i = 1; i <= v->count; i++) {
		const struct step *s = &v->steps[i - 1];
		uint32_t last = s->is_done ? s->last : v->last;

		if (n >= s->first && n <= last &&
		    (!best || s->first > v->steps[best - 1].first))
			best = i;
	}
	return best;
}
