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

static const char *const kind_names[] = {
	[STEP_URL] = "URL",	      [STEP_BROWSER_CACHE] = "browser cache",
	[STEP_OS_CACHE] = "OS cache", [STEP_ARP] = "ARP",
	[STEP_DNS] = "DNS",	      [STEP_TCP] = "TCP",
	[STEP_HTTP] = "HTTP",	      [STEP_CLOSE] = "TCP close",
};

const char *step_kind_name(enum step_kind kind)
{
	return kind < STEP_KINDS ? kind_names[kind] : "?";
}

/* The open step of a kind, or NULL. */
static struct step *open_step(struct visit_view *v, enum step_kind kind)
{
	size_t i;

	for (i = v->count; i > 0; i--)
		if (v->steps[i - 1].kind == kind && !v->steps[i - 1].is_done)
			return &v->steps[i - 1];
	return NULL;
}

static struct step *begin_step(struct visit_view *v, enum step_kind kind,
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

static void end_step(struct step *s, const struct log_event *ev)
{
	s->end_ns = ev->t_ns;
	s->last = ev->n;
	s->is_done = true;
}

/* A step that begins and ends with one event. */
static struct step *whole_step(struct visit_view *v, enum step_kind kind,
			       const struct log_event *ev)
{
	struct step *s = begin_step(v, kind, ev);

	if (s)
		end_step(s, ev);
	return s;
}

static const char *text_or(const struct log_event *ev, const char *key,
			   const char *otherwise)
{
	const char *text = log_text(ev, key);

	return text ? text : otherwise;
}

#define SET(buf, ...) snprintf((buf), sizeof(buf), __VA_ARGS__)

static void on_url(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = whole_step(v, STEP_URL, ev);

	if (!s)
		return;
	SET(s->name, "read the URL");
	if (ev->what == R_URL_BAD)
		SET(s->result, "%s", text_or(ev, "text", "no URL"));
	else
		SET(s->result, "scheme %s, host %s, port %lld, path %s",
		    text_or(ev, "scheme", "?"), text_or(ev, "host", "?"),
		    (long long)log_num(ev, "port", 0),
		    text_or(ev, "path", "?"));
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
	const char *url = text_or(ev, "url", "");
	struct step *s;

	/* That a sub-resource is not there is told by what is then asked. */
	if (ev->what == R_BCACHE_MISS && strcmp(url, v->url) != 0)
		return;
	s = whole_step(v, STEP_BROWSER_CACHE, ev);
	if (!s)
		return;
	if (!strcmp(url, v->url))
		SET(s->name, "browser cache");
	else
		SET(s->name, "browser cache %s", path_of(url));
	SET(s->result, "%s",
	    ev->what == R_BCACHE_HIT	? "HIT, fresh"
	    : ev->what == R_BCACHE_MISS ? "MISS"
					: "there, but old: ask the server");
}

/* Hosts file and OS cache are one step; the last word counts. */
static void on_os_cache(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = v->count ? &v->steps[v->count - 1] : NULL;

	if (!s || s->kind != STEP_OS_CACHE)
		s = whole_step(v, STEP_OS_CACHE, ev);
	if (!s)
		return;
	end_step(s, ev);
	SET(s->name, "OS cache, hosts file");
	if (ev->what == R_HCACHE_HIT || ev->what == R_HOSTS_HIT)
		SET(s->result, "%s = %s%s", text_or(ev, "name", "?"),
		    text_or(ev, "ip", "?"),
		    ev->what == R_HOSTS_HIT ? " (hosts file)" : "");
	else
		SET(s->result, "MISS");
}

static void on_arp_miss(struct visit_view *v, const struct log_event *ev)
{
	const char *ip = text_or(ev, "ip", "?");
	const char *name = name_of_ip(v->log, ip);
	const char *kind = name ? kind_of_node(v->log, name) : NULL;
	struct step *s;

	if (open_step(v, STEP_ARP))
		return;
	s = begin_step(v, STEP_ARP, ev);
	if (!s)
		return;
	s->peer = name;
	if (kind && !strcmp(kind, "router"))
		SET(s->name, "ARP for the gateway");
	else
		SET(s->name, "ARP for %s", name ? name : ip);
	SET(s->result, "nobody answers for %s", ip);
}

static void on_arp_end(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_step(v, STEP_ARP);

	if (!s)
		return;
	end_step(s, ev);
	if (ev->what == R_ARP_LEARN)
		SET(s->result, "%s is at %s", text_or(ev, "ip", "?"),
		    text_or(ev, "mac", "?"));
}

static void on_dns_query(struct visit_view *v, const struct log_event *ev)
{
	struct step *s;

	if (open_step(v, STEP_DNS))
		return;
	s = begin_step(v, STEP_DNS, ev);
	if (!s)
		return;
	SET(s->name, "DNS");
	SET(s->result, "no answer");
}

static void on_dns_end(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_step(v, STEP_DNS);

	if (!s)
		return;
	end_step(s, ev);
	if (ev->what == R_DNS_ANSWER)
		SET(s->result, "%s = %s (keep %lld s)",
		    text_or(ev, "name", "?"), text_or(ev, "data", "?"),
		    (long long)log_num(ev, "ttl", 0));
	else
		SET(s->result, "%s", text_or(ev, "text", "no such name"));
}

/* "10.9.0.80:80" to the name of its host. */
static const char *host_of_endpoint(const struct visit_view *v,
				    const char *endpoint)
{
	char ip[64];
	size_t len = strcspn(endpoint, ":");

	if (len >= sizeof(ip))
		return NULL;
	memcpy(ip, endpoint, len);
	ip[len] = '\0';
	return name_of_ip(v->log, ip);
}

static void begin_tcp(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = begin_step(v, STEP_TCP, ev);

	if (!s)
		return;
	s->peer = host_of_endpoint(v, text_or(ev, "remote", ""));
	SET(s->name, "TCP handshake");
	SET(s->result, "no answer");
}

static void begin_close(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = begin_step(v, STEP_CLOSE, ev);

	if (!s)
		return;
	s->peer = host_of_endpoint(v, text_or(ev, "remote", ""));
	SET(s->name, "TCP close");
	SET(s->result, "not finished");
}

static const char *port_of(const char *endpoint)
{
	const char *p = strrchr(endpoint, ':');

	return p ? p + 1 : "?";
}

static void end_close(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_step(v, STEP_CLOSE);
	const char *to = text_or(ev, "to", "");

	if (!s)
		return;
	end_step(s, ev);
	if (!strcmp(to, "TIME-WAIT"))
		SET(s->result, "TIME-WAIT, port %s free again at %.1f s",
		    port_of(text_or(ev, "local", "")),
		    (double)(ev->t_ns - v->begin_ns +
			     (uint64_t)log_num(ev, "wait_ms", 0) * NS_PER_MS) /
			    1e9);
	else
		SET(s->result, "%s", to);
}

/* Its third step, or its end, belong to a handshake though all is said. */
static void add_to_handshake(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = v->count ? &v->steps[v->count - 1] : NULL;

	if (s && s->kind == STEP_TCP && s->is_done && s->end_ns == ev->t_ns)
		s->last = ev->n;
}

static void on_tcp_state(struct visit_view *v, const struct log_event *ev)
{
	const char *to = text_or(ev, "to", "");
	struct step *s = open_step(v, STEP_TCP);

	if (!strcmp(to, "SYN-SENT")) {
		begin_tcp(v, ev);
	} else if (s && (!strcmp(to, "ESTABLISHED") || !strcmp(to, "CLOSED"))) {
		end_step(s, ev);
		if (!strcmp(to, "ESTABLISHED"))
			SET(s->result, "%s", to);
	} else if (!strcmp(to, "FIN-WAIT-1") || !strcmp(to, "LAST-ACK") ||
		   !strcmp(to, "CLOSE-WAIT")) {
		if (!open_step(v, STEP_CLOSE))
			begin_close(v, ev);
	} else if (!strcmp(to, "TIME-WAIT") || !strcmp(to, "CLOSED")) {
		end_close(v, ev);
		add_to_handshake(v, ev);
	}
}

static void on_tcp_refused(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_step(v, STEP_TCP);

	if (!s)
		return;
	end_step(s, ev);
	SET(s->result, "%s",
	    ev->what == R_TCP_REFUSED ? "REFUSED: nobody listens on that port"
				      : "gave up: no answer");
}

/* Somebody on the way says that it cannot be done. */
static void on_icmp_error(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = open_step(v, STEP_TCP);
	const char *from = text_or(ev, "from", "?");
	const char *name = name_of_ip(v->log, from);

	if (!s)
		return;
	if (!s->peer)
		s->peer = name;
	SET(s->result, "%s, says %s", text_or(ev, "error", "an error"),
	    name ? name : from);
}

static void on_http_request(struct visit_view *v, const struct log_event *ev)
{
	struct step *s = begin_step(v, STEP_HTTP, ev);

	if (!s)
		return;
	SET(s->name, "HTTP %s %s", text_or(ev, "method", "GET"),
	    path_of(text_or(ev, "url", "/")));
	SET(s->result, "no answer");
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
	end_step(s, ev);
	SET(s->result, "%lld %s, %lld bytes%s%s", (long long)status,
	    status_phrase(status), (long long)octets, type && *type ? ", " : "",
	    type ? type : "");
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
	v->failure = text_or(ev, "text", "it failed");
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
	{R_ARP_MISS, on_arp_miss},
	{R_ARP_LEARN, on_arp_end},
	{R_ARP_FAIL, on_arp_end},
	{R_DNS_QUERY, on_dns_query},
	{R_DNS_ANSWER, on_dns_end},
	{R_DNS_NEGATIVE, on_dns_end},
	{R_DNS_FAIL, on_dns_end},
	{R_TCP_REFUSED, on_tcp_refused},
	{R_TCP_GIVE_UP, on_tcp_refused},
	{R_ICMP_ERROR_IN, on_icmp_error},
	{R_TCP_STATE, on_tcp_state},
	{R_HTTP_REQUEST, on_http_request},
	{R_HTTP_RESPONSE, on_http_response},
	{R_PAGE_SHOWN, on_shown},
	{R_VISIT_FAIL, on_fail},
};

static void react(struct visit_view *v, const struct log_event *ev)
{
	size_t i;

	if (ev->kind == EV_TX && ev->what == R_TCP_ACK_SYN)
		add_to_handshake(v, ev);
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

/*
 * Give each moment to one step: a step that began inside another takes its
 * time away from it, which then begins when the inner one ends.
 */
static void share_time(struct visit_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (!v->steps[i].is_done)
			v->steps[i].end_ns = v->end_ns;
	for (i = 0; i + 1 < v->count; i++) {
		struct step *outer = &v->steps[i], *inner = &v->steps[i + 1];

		if ((outer->kind != STEP_DNS && outer->kind != STEP_TCP) ||
		    inner->kind != STEP_ARP)
			continue;
		struct step dns = *outer;

		dns.begin_ns = inner->end_ns;
		*outer = *inner;
		*inner = dns;
	}
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
	v->url = text_or(ev, "url", "?");
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
