// SPDX-License-Identifier: MIT
/*
 * html_links_test.c - what a page needs, however the page is written
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "apps/html_links.h"

struct fixture {
	struct mem mem;
	struct url page;
	struct html_links l;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	mem_init_libc(&f->mem);
	return url_parse(&f->page, "http://www.shop.test/news/", NULL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t left;

	html_links_fini(&f->l);
	left = f->mem.in_use_count;
	free(f);
	return left ? -1 : 0;
}

static void find(struct fixture *f, const char *html)
{
	assert_int_equal(
		html_links_find(&f->l, &f->mem, &f->page, html, strlen(html)),
		0);
}

static void assert_link(struct fixture *f, size_t i, const char *url,
			enum html_link_kind kind)
{
	char text[URL_TEXT];

	assert_true(i < f->l.count);
	assert_string_equal(url_print(&f->l.links[i].url, text), url);
	assert_int_equal(f->l.links[i].kind, kind);
}

static void sub_resources_come_in_document_order(void **state)
{
	struct fixture *f = *state;

	find(f, "<!doctype html><html><head><title>x</title>"
		"<link rel=stylesheet href=/style.css>"
		"<link rel='shortcut ICON' href=../icon.png>"
		"<link rel=next href=/page2>"
		"<SCRIPT SRC=app.js></SCRIPT></head>"
		"<body><p>a<img src=\"logo.png?a&amp;b\" alt=x>"
		"<a href=/other>no</a></body></html>");
	assert_int_equal(f->l.count, 4);
	assert_link(f, 0, "http://www.shop.test/style.css",
		    HTML_LINK_STYLESHEET);
	assert_link(f, 1, "http://www.shop.test/icon.png", HTML_LINK_ICON);
	assert_link(f, 2, "http://www.shop.test/news/app.js", HTML_LINK_SCRIPT);
	assert_link(f, 3, "http://www.shop.test/news/logo.png?a&b",
		    HTML_LINK_IMAGE);
	assert_int_equal(f->l.skipped, 0);
}

static void the_same_url_is_listed_once(void **state)
{
	struct fixture *f = *state;

	find(f, "<img src=a.png><img src=./a.png><img src=/news/a.png>"
		"<img src=\"http://WWW.shop.test:80/news/a.png#x\">"
		"<img src=b.png><img src=''><img src='/news/'>");
	assert_int_equal(f->l.count, 2);
}

static void origins_are_told_apart(void **state)
{
	struct fixture *f = *state;

	find(f, "<img src=/a><img src=//cdn.test/b>"
		"<img src=http://www.shop.test:81/c>");
	assert_int_equal(f->l.count, 3);
	assert_true(f->l.links[0].is_same_origin);
	assert_false(f->l.links[1].is_same_origin);
	assert_false(f->l.links[2].is_same_origin);
}

static void what_cannot_be_fetched_is_counted(void **state)
{
	struct fixture *f = *state;

	find(f, "<img src=data:image/png;base64,AAAA><img src=https://x/>"
		"<script src='http://a b/'></script><img src=ok.png>");
	assert_int_equal(f->l.count, 1);
	assert_int_equal(f->l.skipped, 3);
}

static void base_moves_links_once(void **state)
{
	struct fixture *f = *state;

	find(f, "<base href=/img/><base href=/other/><img src=a.png>");
	assert_int_equal(f->l.count, 1);
	assert_link(f, 0, "http://www.shop.test/img/a.png", HTML_LINK_IMAGE);
}

static void comments_and_scripts_name_nothing(void **state)
{
	struct fixture *f = *state;

	find(f, "<!-- <img src=a.png> --><script>var s='<img src=b.png>';"
		"</script><img src=c.png>");
	assert_int_equal(f->l.count, 1);
	assert_link(f, 0, "http://www.shop.test/news/c.png", HTML_LINK_IMAGE);
}

static void broken_pages_are_read_all_the_same(void **state)
{
	struct fixture *f = *state;
	static const char garbage[] = "\0\xff<<img src=a.png <p></b></i>"
				      "<img src=b.png><![CDATA[ <img src='";

	assert_int_equal(html_links_find(&f->l, &f->mem, &f->page, garbage,
					 sizeof(garbage)),
			 0);
}

static void many_links_are_cut_off(void **state)
{
	struct fixture *f = *state;
	char html[HTML_LINKS_MAX * 40];
	struct strbuf sb;
	int i;

	strbuf_init_fixed(&sb, html, sizeof(html));
	for (i = 0; i < HTML_LINKS_MAX + 10; i++)
		strbuf_printf(&sb, "<img src=%d.png>", i);
	find(f, html);
	assert_int_equal(f->l.count, HTML_LINKS_MAX);
	assert_int_equal(f->l.skipped, 10);
}

/* Time must not grow with depth times end tags. */
static void a_bottomless_page_is_left_early(void **state)
{
	enum { LEVELS = 100000 };
	struct fixture *f = *state;
	char *html = malloc(LEVELS * 9 + 100);
	struct strbuf sb;
	int i;

	strbuf_init_fixed(&sb, html, LEVELS * 9 + 100);
	strbuf_puts(&sb, "<img src=first.png>");
	for (i = 0; i < LEVELS; i++)
		strbuf_puts(&sb, "<div>");
	for (i = 0; i < LEVELS; i++)
		strbuf_puts(&sb, "</i>");
	strbuf_puts(&sb, "<img src=last.png>");
	find(f, html);
	free(html);
	assert_int_equal(f->l.count, 1);
}

static void pages_have_a_limit(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(html_links_find(&f->l, &f->mem, &f->page, "",
					 HTML_SIZE_MAX + 1),
			 -EFBIG);
	find(f, "");
	assert_int_equal(f->l.count, 0);
}

static void want_of_memory_is_reported(void **state)
{
	struct fixture *f = *state;
	const char *html = "<img src=a.png>";

	f->mem.fail_at = f->mem.calls + 1;
	assert_int_equal(
		html_links_find(&f->l, &f->mem, &f->page, html, strlen(html)),
		-ENOMEM);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(sub_resources_come_in_document_order),
		T(the_same_url_is_listed_once),
		T(origins_are_told_apart),
		T(what_cannot_be_fetched_is_counted),
		T(base_moves_links_once),
		T(comments_and_scripts_name_nothing),
		T(broken_pages_are_read_all_the_same),
		T(many_links_are_cut_off),
		T(a_bottomless_page_is_left_early),
		T(pages_have_a_limit),
		T(want_of_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
