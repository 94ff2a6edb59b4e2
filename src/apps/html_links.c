// SPDX-License-Identifier: MIT
/*
 * html_links.c - what else a page needs before it can be shown
 *
 * Theory of operation
 * ===================
 * HTML in the wild is not a grammar but a habit; libxml2 makes sense of most
 * of it.  We need no tree, only the start tags in document order, so the
 * parser is used in its event form (SAX): memory does not grow with the page,
 * and there is no tree that could be too deep to walk or to free.
 *
 * The same URL named twice is fetched once, as a browser would.
 *
 * Limits
 * ------
 * The parser keeps a stack of open elements and searches it at each end tag.
 * At HTML_DEPTH_MAX of them the reading stops: what was found until then is
 * the result, and the time stays linear in the size of the page.
 */

#include "apps/html_links.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <string.h>

#include "base/check.h"

#include "apps/ascii.h"

/* What the reading of one page carries along. */
struct reading {
	struct html_links *out;
	const struct url *page;
	struct url base;
	htmlParserCtxtPtr parser;
	bool has_base;
	bool has_stopped;
	int error;
};

static const char *attr(const xmlChar **attrs, const char *name)
{
	for (; attrs && attrs[0]; attrs += 2)
		if (strcmp((const char *)attrs[0], name) == 0)
			return (const char *)attrs[1];
	return NULL;
}

/* Is @word among the space-separated words of @list? */
static bool has_word(const char *list, const char *word)
{
	size_t n, len = strlen(word);

	for (; list && *list; list += n) {
		list += strspn(list, " \t\n\f\r");
		n = strcspn(list, " \t\n\f\r");
		if (n == len && ascii_same(list, word, n))
			return true;
	}
	return false;
}

static bool is_known(const struct html_links *l, const struct url *url)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (url_eq(&l->links[i].url, url))
			return true;
	return false;
}

static void add_link(struct reading *r, const char *ref,
		     enum html_link_kind kind)
{
	struct html_links *l = r->out;
	struct url url;

	if (!ref || !*ref)
		return;
	if (l->count == HTML_LINKS_MAX ||
	    url_resolve(&url, &r->base, ref, NULL)) {
		l->skipped++;
		return;
	}
	if (is_known(l, &url) || url_eq(&url, r->page))
		return;
	if (!l->links)
		l->links = mem_alloc_array(l->mem, HTML_LINKS_MAX,
					   sizeof(*l->links));
	if (!l->links) {
		r->error = -ENOMEM;
		return;
	}
	l->links[l->count++] = (struct html_link){
		.url = url,
		.kind = kind,
		.is_same_origin = url_same_origin(&url, r->page),
	};
}

/* The first <base href> counts, and only it. */
static void read_base(struct reading *r, const char *href)
{
	struct url url;

	if (r->has_base || !href)
		return;
	r->has_base = true;
	if (!url_resolve(&url, r->page, href, NULL))
		r->base = url;
}

static void read_link(struct reading *r, const xmlChar **attrs)
{
	const char *rel = attr(attrs, "rel");

	if (has_word(rel, "stylesheet"))
		add_link(r, attr(attrs, "href"), HTML_LINK_STYLESHEET);
	else if (has_word(rel, "icon"))
		add_link(r, attr(attrs, "href"), HTML_LINK_ICON);
}

/* libxml2 calls back for each start tag; names are in lower case. */
static void on_start_tag(void *arg, const xmlChar *name, const xmlChar **attrs)
{
	const char *tag = (const char *)name;
	struct reading *r = arg;

	if (r->has_stopped)
		return;
	if (r->parser && r->parser->nameNr > HTML_DEPTH_MAX) {
		r->has_stopped = true;
		xmlStopParser(r->parser);
		return;
	}
	if (strcmp(tag, "img") == 0)
		add_link(r, attr(attrs, "src"), HTML_LINK_IMAGE);
	else if (strcmp(tag, "script") == 0)
		add_link(r, attr(attrs, "src"), HTML_LINK_SCRIPT);
	else if (strcmp(tag, "link") == 0)
		read_link(r, attrs);
	else if (strcmp(tag, "base") == 0)
		read_base(r, attr(attrs, "href"));
}

/* Short of memory, libxml2 may go on for ever: stop it. */
static void on_error(void *arg, xmlErrorPtr err)
{
	struct reading *r = arg;

	if (err->code != XML_ERR_NO_MEMORY)
		return;
	r->error = -ENOMEM;
	r->has_stopped = true;
	if (r->parser)
		xmlStopParser(r->parser);
}

/* Hand the page over in pieces, so that a stop comes soon. */
static void read_page(struct reading *r, const char *text, size_t len)
{
	enum { PIECE = 4096 };
	size_t n;

	for (; len && !r->has_stopped; text += n, len -= n) {
		n = min_size(len, PIECE);
		htmlParseChunk(r->parser, text, (int)n, 0);
	}
	if (!r->has_stopped)
		htmlParseChunk(r->parser, NULL, 0, 1);
}

int html_links_find(struct html_links *l, struct mem *mem,
		    const struct url *page, const char *text, size_t len)
{
	htmlSAXHandler sax = {
		.startElement = on_start_tag,
		.serror = on_error,
		.initialized = XML_SAX2_MAGIC, /* or serror is not looked at */
	};
	struct reading r = {.out = l, .page = page, .base = *page};

	*l = (struct html_links){.mem = mem};
	if (len > HTML_SIZE_MAX)
		return -EFBIG;
	r.parser = htmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL,
					    XML_CHAR_ENCODING_UTF8);
	if (!r.parser)
		return -ENOMEM;
	htmlCtxtUseOptions(r.parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
					     HTML_PARSE_NOWARNING |
					     HTML_PARSE_NONET);
	read_page(&r, text, len);
	if (r.parser->errNo == XML_ERR_NO_MEMORY)
		r.error = -ENOMEM;
	xmlFreeDoc(r.parser->myDoc);
	htmlFreeParserCtxt(r.parser);
	return r.error;
}

void html_links_fini(struct html_links *l)
{
	mem_free(l->mem, l->links, HTML_LINKS_MAX * sizeof(*l->links));
	*l = (struct html_links){.mem = l->mem};
}
