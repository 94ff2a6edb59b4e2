/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTML_LINKS_H
#define APPS_HTML_LINKS_H

/*
 * html_links.h - what else a page needs before it can be shown
 */

#include <stddef.h>

#include "base/mem.h"

#include "apps/url.h"

enum {
	HTML_SIZE_MAX = 4 << 20, /* octets of a page that is looked at */
	HTML_LINKS_MAX = 64,	 /* further ones are not fetched */
	HTML_DEPTH_MAX = 256,	 /* elements inside each other */
};

enum html_link_kind {
	HTML_LINK_IMAGE,      /* img src */
	HTML_LINK_STYLESHEET, /* link rel=stylesheet */
	HTML_LINK_ICON,	      /* link rel=icon */
	HTML_LINK_SCRIPT,     /* script src */
};

struct html_link {
	struct url url;
	enum html_link_kind kind;
	bool is_same_origin; /* as the page: the connection can be used again */
};

/**
 * struct html_links - the sub-resources of a page, in document order
 * @mem:	Where @links came from
 * @links:	Each URL once
 * @count:	How many
 * @skipped:	Links that name nothing to fetch: bad URLs, other schemes, and
 *		whatever came after HTML_LINKS_MAX
 */
struct html_links {
	struct mem *mem;
	struct html_link *links;
	size_t count;
	size_t skipped;
};

/**
 * html_links_find() - Read a page and list what it needs
 * @l:		Filled in, also after an error; goes with html_links_fini()
 * @mem:	Where the list comes from
 * @page:	URL of the page; <base href> changes what links resolve against
 * @text:	The page, UTF-8, however broken
 * @len:	Octets of it
 *
 * Return: 0, -EFBIG beyond HTML_SIZE_MAX, -ENOMEM
 */
int html_links_find(struct html_links *l, struct mem *mem,
		    const struct url *page, const char *text, size_t len);

void html_links_fini(struct html_links *l);

#endif /* APPS_HTML_LINKS_H */
