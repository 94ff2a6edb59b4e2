// SPDX-License-Identifier: MIT
/*
 * visit.c - a browser without a window
 *
 * Theory of operation
 * ===================
 * A visit is a list of resources that grows once: the page is the first, and
 * when it is HTML and has come, what it names is appended.  They are fetched
 * in order, each by fetch.c, and between two of them lies a task, so that a
 * long row of cached images is no deep recursion.
 *
 *	begin --> read the URL --> fetch the page --> read the page
 *	      --> fetch what it names --> shown --> close connections --> end
 *
 * If the page itself does not come, the visit has failed; if one of its images
 * does not, the page is shown without it.
 */

#include "apps/visit.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "core/probe.h"

#include "apps/ascii.h"
#include "apps/fetch.h"
#include "reactor/reactor.h"

enum { RESOURCES_MAX = 1 + HTML_LINKS_MAX, WHAT_MAX = 512 };

struct visitor {
	struct loop *loop;
	struct fetcher *fetcher;
	struct task next;  /* goes on with the visit */
	visit_fn *on_done; /* NULL: no visit is under way */
	void *arg;
	char text[URL_MAX + 2]; /* as the person typed it */
	struct visit_resource *resources;
	size_t count; /* known */
	size_t done;  /* fetched, or failed */
	bool is_parsed;
	struct visit_result result;
	enum eyeballs_over over;
	char what[WHAT_MAX]; /* why it failed */
};

/* clang-format off */
static const char *const reason_texts[] = {
	[VISIT_OK]	    = "the page is here",
	[VISIT_BAD_URL]	    = "this is not a URL that can be visited",
	[VISIT_NO_NAME]	    = "the name does not exist",
	[VISIT_NO_ADDRESS]  = "the name exists, but has no address",
	[VISIT_NO_DNS]	    = "no DNS resolver answers",
	[VISIT_DNS_FAILED]  = "the DNS resolver found no answer",
	[VISIT_NO_ROUTE]    = "there is no way to the server",
	[VISIT_REFUSED]	    = "the server refuses the connection, nobody listens there",
	[VISIT_TIMEOUT]	    = "the server does not answer",
	[VISIT_RESET]	    = "the server broke the connection off",
	[VISIT_NOT_HTTP]    = "what the server answers is not HTTP",
	[VISIT_TOO_LARGE]   = "the page is too large",
	[VISIT_TOO_MANY_REDIRECTS] = "the page redirects in circles",
	[VISIT_NO_MEMORY]   = "there is no memory",
};
/* clang-format on */

const char *visit_reason_text(enum visit_reason reason)
{
	static_assert(ARRAY_SIZE(reason_texts) == VISIT_REASONS,
		      "a text for each");
	return reason < VISIT_REASONS ? reason_texts[reason] : "?";
}

static struct place *place_of(struct visitor *v)
{
	return &loop_stack(v->loop)->place;
}

static struct env *env_of(struct visitor *v)
{
	return place_of(v)->env;
}

static size_t resources_size(void)
{
	return RESOURCES_MAX * sizeof(struct visit_resource);
}

static void forget(struct visitor *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		buf_put(v->resources[i].body);
	v->count = v->done = 0;
	v->is_parsed = false;
	memset(&v->result, 0, sizeof(v->result));
}

/* The visit is over; @v may be gone afterwards. */
static void finish(struct visitor *v)
{
	visit_fn *on_done = v->on_done;

	v->on_done = NULL;
	v->result.resources = v->resources;
	v->result.count = v->done;
	v->result.ended_ns = env_of(v)->now_ns;
	v->result.server = fetcher_server(v->fetcher);
	v->result.connections =
		fetcher_connections(v->fetcher) - v->result.connections;
	fetcher_close_all(v->fetcher);
	on_done(v->arg, &v->result);
}

/* What the reason is about: the URL's fault, the name, or the server. */
static const char *detail(const struct visitor *v, enum visit_reason reason,
			  char buf[static ENDPOINT_TEXT])
{
	const struct visit_resource *page = &v->resources[0];

	switch (reason) {
	case VISIT_BAD_URL:
		return v->result.error.what;
	case VISIT_NO_NAME:
	case VISIT_NO_ADDRESS:
	case VISIT_NO_DNS:
	case VISIT_DNS_FAILED:
		return page->final_url.host;
	case VISIT_NO_ROUTE:
	case VISIT_REFUSED:
	case VISIT_TIMEOUT:
	case VISIT_RESET:
	case VISIT_NOT_HTTP:
		return endpoint_print(fetcher_server(v->fetcher), buf);
	case VISIT_OK:
	case VISIT_TOO_LARGE:
	case VISIT_TOO_MANY_REDIRECTS:
	case VISIT_NO_MEMORY:
	case VISIT_REASONS:
		break;
	}
	return NULL;
}

/* With one version of IP only, it is an address of that which is missing. */
static const char *text_of(const struct visitor *v, enum visit_reason reason)
{
	if (reason != VISIT_NO_ADDRESS || v->over == EYEBALLS_ANY)
		return visit_reason_text(reason);
	return v->over == EYEBALLS_IPV6
		       ? "the name exists, but has no IPv6 address (AAAA)"
		       : "the name exists, but has no IPv4 address (A)";
}

static void fail(struct visitor *v, enum visit_reason reason)
{
	char buf[ENDPOINT_TEXT];
	const char *about = detail(v, reason, buf);
	struct strbuf sb;

	strbuf_init_fixed(&sb, v->what, sizeof(v->what));
	strbuf_puts(&sb, text_of(v, reason));
	if (about)
		strbuf_printf(&sb, ": %s", about);
	v->result.reason = reason;
	v->result.what = v->what;
	PROBE_CAUSE(place_of(v), EV_APP, R_VISIT_FAIL, NULL,
		    EVF_TEXT("text", v->what), EVF_TEXT("url", v->text));
	finish(v);
}

static void bad_url(struct visitor *v)
{
	PROBE_CAUSE(place_of(v), EV_APP, R_URL_BAD, NULL,
		    EVF_TEXT("text", v->result.error.what),
		    EVF_TEXT("url", v->text),
		    EVF_NUM("pos", v->result.error.pos));
	fail(v, VISIT_BAD_URL);
}

static void shown(struct visitor *v)
{
	v->result.shown_ns = env_of(v)->now_ns;
	PROBE_CAUSE(place_of(v), EV_APP, R_PAGE_SHOWN, NULL,
		    EVF_NUM("status", v->result.status),
		    EVF_NUM("octets", v->result.octets),
		    EVF_NUM("resources", v->done),
		    EVF_NUM("skipped", v->result.skipped));
	PROBE(place_of(v), EV_APP, R_VISIT_END, NULL, EVF_TEXT("url", v->text),
	      EVF_NUM("status", v->result.status));
	finish(v);
}

static bool is_html(const struct visit_resource *r)
{
	static const char html[] = "text/html";

	return r->status == 200 && r->body &&
	       strlen(r->type) >= sizeof(html) - 1 &&
	       ascii_same(r->type, html, sizeof(html) - 1);
}

/* Append what the page names. */
static void read_page(struct visitor *v)
{
	const struct visit_resource *page = &v->resources[0];
	struct html_links links;
	size_t i;

	html_links_find(&links, loop_mem(v->loop), &page->final_url,
			(const char *)buf_rptr(page->body),
			buf_readable(page->body));
	for (i = 0; i < links.count; i++)
		v->resources[v->count++] = (struct visit_resource){
			.url = links.links[i].url,
			.final_url = links.links[i].url,
		};
	v->result.skipped = links.skipped;
	html_links_fini(&links);
}

static void on_fetched(void *arg, const struct visit_resource *r)
{
	struct visitor *v = arg;
	struct visit_resource *to = &v->resources[v->done];

	*to = *r;
	if (to->body) {
		buf_get(to->body);
		v->result.octets += buf_readable(to->body);
	}
	if (v->done++ == 0) {
		if (r->reason != VISIT_OK) {
			fail(v, r->reason);
			return;
		}
		v->result.status = r->status;
		if (is_html(to))
			read_page(v);
	}
	stack_defer(loop_stack(v->loop), &v->next);
}

static void fetch_next(struct visitor *v)
{
	const struct visit_resource *r = &v->resources[v->done];
	char text[URL_TEXT];

	if (v->done)
		PROBE_CAUSE(place_of(v), EV_APP, R_SUBRESOURCE, NULL,
			    EVF_TEXT("url", url_print(&r->url, text)),
			    EVF_NUM("index", v->done));
	fetch_start(v->fetcher, &r->url, on_fetched, v);
}

/* The first step: what did the person type? */
static void read_url(struct visitor *v)
{
	struct visit_resource *page = &v->resources[0];
	struct url url;

	if (url_parse(&url, v->text, &v->result.error)) {
		bad_url(v);
		return;
	}
	PROBE_CAUSE(place_of(v), EV_APP, R_URL_PARSE, NULL,
		    EVF_TEXT("scheme", "http"), EVF_TEXT("host", url.host),
		    EVF_NUM("port", url.port), EVF_TEXT("path", url.target));
	*page = (struct visit_resource){.url = url, .final_url = url};
	v->count = 1;
	v->is_parsed = true;
	fetch_next(v);
}

static void on_next(struct task *task, void *arg)
{
	struct visitor *v = arg;

	(void)task;
	if (!v->on_done)
		return;
	if (!v->is_parsed)
		read_url(v);
	else if (v->done < v->count)
		fetch_next(v);
	else
		shown(v);
}

int visit_start(struct visitor *v, const char *url, visit_fn *on_done,
		void *arg)
{
	uint32_t outer = env_of(v)->cause;

	if (v->on_done)
		return -EBUSY;
	forget(v);
	(void)snprintf(v->text, sizeof(v->text), "%s", url);
	v->on_done = on_done;
	v->arg = arg;
	v->result.began_ns = env_of(v)->now_ns;
	v->result.connections = fetcher_connections(v->fetcher);
	PROBE_CAUSE(place_of(v), EV_APP, R_VISIT_BEGIN, NULL,
		    EVF_TEXT("url", v->text));
	stack_defer(loop_stack(v->loop), &v->next);
	env_of(v)->cause = outer;
	return 0;
}

struct visitor *visitor_new(struct loop *loop, struct dns_stub *stub)
{
	struct visitor *v = mem_alloc(loop_mem(loop), sizeof(*v));

	if (!v)
		return NULL;
	v->loop = loop;
	task_init(&v->next, on_next, v);
	v->resources = mem_alloc(loop_mem(loop), resources_size());
	v->fetcher = fetcher_new(loop, stub);
	if (v->resources && v->fetcher)
		return v;
	visitor_free(v);
	return NULL;
}

void visitor_free(struct visitor *v)
{
	if (!v)
		return;
	task_cancel(&v->next);
	forget(v);
	fetcher_free(v->fetcher);
	mem_free(loop_mem(v->loop), v->resources, resources_size());
	mem_free(loop_mem(v->loop), v, sizeof(*v));
}

struct http_cache *visitor_cache(struct visitor *v)
{
	return fetcher_cache(v->fetcher);
}

void visitor_over(struct visitor *v, enum eyeballs_over over)
{
	v->over = over;
	fetcher_over(v->fetcher, over);
}
