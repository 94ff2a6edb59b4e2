// SPDX-License-Identifier: MIT
/*
 * url_test.c - URLs: what they are cut into, what is refused and where, what
 * links resolve to
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "apps/url.h"

/* clang-format off */
static const struct {
	const char *text, *host;
	unsigned int port;
	const char *target;
} good[] = {
	{"http://www.shop.test/",	"www.shop.test", 80, "/"},
	{"http://www.shop.test",	"www.shop.test", 80, "/"},
	{"HTTP://WWW.Shop.TEST/",	"www.shop.test", 80, "/"},
	{"http://www.shop.test./",	"www.shop.test", 80, "/"},
	{"http://shop/",		"shop",		80, "/"},
	{"http://a_b.test/",		"a_b.test",	80, "/"},
	{"http://3com.test/",		"3com.test",	80, "/"},
	{"http://h:8080/",		"h",		8080, "/"},
	{"http://h:/",			"h",		80, "/"},
	{"http://h:00080/",		"h",		80, "/"},
	{"http://h:65535/",		"h",		65535, "/"},
	{"http://h?q",			"h",		80, "/?q"},
	{"http://h#f",			"h",		80, "/"},
	{"http://h/a?b#c?d",		"h",		80, "/a?b"},
	{"http://h/a??b/../c",		"h",		80, "/a??b/../c"},
	{"http://h/?",			"h",		80, "/?"},
	{"http://h/a b",		"h",		80, "/a%20b"},
	{"http://h/\xc3\xa9",		"h",		80, "/%C3%A9"},
	{"http://h/a%2fb",		"h",		80, "/a%2Fb"},
	{"http://h/%7Euser/%41",	"h",		80, "/~user/A"},
	{"http://h/\"<>\\^`{|}[]",	"h",		80,
		"/%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"},
	{"http://h/%00",		"h",		80, "/%00"},
	{"http://h/a;b=c,d!$&'()*+=:@",	"h",		80,
		"/a;b=c,d!$&'()*+=:@"},
	{"http://h/a/./b",		"h",		80, "/a/b"},
	{"http://h/a/../b",		"h",		80, "/b"},
	{"http://h/a/b/..",		"h",		80, "/a/"},
	{"http://h/a/b/.",		"h",		80, "/a/b/"},
	{"http://h/../../x",		"h",		80, "/x"},
	{"http://h/a/%2e%2E/b",		"h",		80, "/b"},
	{"http://h/a//b",		"h",		80, "/a//b"},
	{"http://h/...",		"h",		80, "/..."},
	{"http://h/.a/..b",		"h",		80, "/.a/..b"},
	{"http://10.9.0.80/",		"10.9.0.80",	80, "/"},
	{"http://10.9.0.80:81/x",	"10.9.0.80",	81, "/x"},
	{"http://[::1]/",		"::1",		80, "/"},
	{"http://[2001:DB8:0:0:0:0:0:1]:81/", "2001:db8::1", 81, "/"},
	{"http://b\xc3\xbc" "cher.test/", "xn--bcher-kva.test", 80, "/"},
	{"http://B\xc3\x9c" "CHER.test/", "xn--bcher-kva.test", 80, "/"},
	{"http://\xe4\xbe\x8b\xe3\x81\x88.test/", "xn--r8jz45g.test", 80, "/"},
};

static const struct {
	const char *text;
	int code;
	size_t pos;
} bad[] = {
	{"",				-EINVAL,	0},
	{"www.shop.test",		-EINVAL,	0},
	{"www.shop.test:80/",		-EINVAL,	0},
	{"/path",			-EINVAL,	0},
	{"//host/path",			-EINVAL,	0},
	{"http:",			-EINVAL,	5},
	{"http:/h",			-EINVAL,	5},
	{"http:h",			-EINVAL,	5},
	{"http://",			-EINVAL,	7},
	{"http:///x",			-EINVAL,	7},
	{"http://:80/",			-EINVAL,	7},
	{"https://h/",			-EPROTONOSUPPORT, 0},
	{"ftp://h/",			-EPROTONOSUPPORT, 0},
	{"mailto:a@b.test",		-EPROTONOSUPPORT, 0},
	{"http://user@h/",		-EINVAL,	11},
	{"http://u:p@h/",		-EINVAL,	10},
	{"http://h:0/",			-EINVAL,	9},
	{"http://h:65536/",		-EINVAL,	9},
	{"http://h:99999999999999/",	-EINVAL,	9},
	{"http://h:8x/",		-EINVAL,	10},
	{"http://h:-1/",		-EINVAL,	9},
	{"http://a..b/",		-EINVAL,	7},
	{"http://.a/",			-EINVAL,	7},
	{"http://a../",			-EINVAL,	7},
	{"http://-a.test/",		-EINVAL,	7},
	{"http://a-.test/",		-EINVAL,	7},
	{"http://a b/",			-EINVAL,	7},
	{"http://a%20b/",		-EINVAL,	8},
	{"http://a,b/",			-EINVAL,	7},
	{"http://10.1.0/",		-EINVAL,	7},
	{"http://10.1.0.256/",		-EINVAL,	7},
	{"http://010.1.0.1/",		-EINVAL,	7},
	{"http://1/",			-EINVAL,	7},
	{"http://www.shop.80/",		-EINVAL,	7},
	{"http://[::1/",		-EINVAL,	7},
	{"http://[::g]/",		-EINVAL,	8},
	{"http://[]/",			-EINVAL,	8},
	{"http://[::1]x/",		-EINVAL,	12},
	{"http://h/%",			-EINVAL,	9},
	{"http://h/%4",			-EINVAL,	9},
	{"http://h/a%zz",		-EINVAL,	10},
	{"http://h/?%",			-EINVAL,	10},
	{"http://h/\r\nHost: x",	-EINVAL,	9},
	{"http://h/\t",			-EINVAL,	9},
	{"http://h/\x7f",		-EINVAL,	9},
	{"http://\xff\xfe/",		-EINVAL,	7},
};

/* RFC 3986, 5.4, with http://a/b/c/d;p?q as the base. */
static const struct {
	const char *ref, *url;
} refs[] = {
	{"g",		"http://a/b/c/g"},
	{"./g",		"http://a/b/c/g"},
	{"g/",		"http://a/b/c/g/"},
	{"/g",		"http://a/g"},
	{"//g",		"http://g/"},
	{"?y",		"http://a/b/c/d;p?y"},
	{"g?y",		"http://a/b/c/g?y"},
	{"#s",		"http://a/b/c/d;p?q"},
	{"g#s",		"http://a/b/c/g"},
	{"g?y#s",	"http://a/b/c/g?y"},
	{";x",		"http://a/b/c/;x"},
	{"g;x",		"http://a/b/c/g;x"},
	{"g;x?y#s",	"http://a/b/c/g;x?y"},
	{"",		"http://a/b/c/d;p?q"},
	{".",		"http://a/b/c/"},
	{"./",		"http://a/b/c/"},
	{"..",		"http://a/b/"},
	{"../",		"http://a/b/"},
	{"../g",	"http://a/b/g"},
	{"../..",	"http://a/"},
	{"../../",	"http://a/"},
	{"../../g",	"http://a/g"},
	{"../../../g",	"http://a/g"},
	{"../../../../g", "http://a/g"},
	{"/./g",	"http://a/g"},
	{"/../g",	"http://a/g"},
	{"g.",		"http://a/b/c/g."},
	{".g",		"http://a/b/c/.g"},
	{"g..",		"http://a/b/c/g.."},
	{"..g",		"http://a/b/c/..g"},
	{"./../g",	"http://a/b/g"},
	{"./g/.",	"http://a/b/c/g/"},
	{"g/./h",	"http://a/b/c/g/h"},
	{"g/../h",	"http://a/b/c/h"},
	{"g;x=1/./y",	"http://a/b/c/g;x=1/y"},
	{"g;x=1/../y",	"http://a/b/c/y"},
	{"g?y/./x",	"http://a/b/c/g?y/./x"},
	{"g?y/../x",	"http://a/b/c/g?y/../x"},
	{"http://x/y",	"http://x/y"},
	{"//x:81",	"http://x:81/"},
	{"//[::1]/z",	"http://[::1]/z"},
};
/* clang-format on */

static void a_url_is_cut_and_put_in_normal_form(void **state)
{
	struct url_error err;
	struct url url;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		if (url_parse(&url, good[i].text, &err))
			fail_msg("%s: %s", good[i].text, err.what);
		assert_string_equal(url.host, good[i].host);
		assert_int_equal(url.port, good[i].port);
		assert_string_equal(url.target, good[i].target);
		assert_int_equal(url.path_len, strcspn(url.target, "?"));
	}
}

static void a_bad_url_is_refused_with_place_and_reason(void **state)
{
	struct url_error err;
	struct url url;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		rc = url_parse(&url, bad[i].text, &err);
		if (rc != bad[i].code || err.pos != bad[i].pos)
			fail_msg("%s: %d at %zu", bad[i].text, rc, err.pos);
		assert_non_null(err.what);
		assert_int_equal(url_parse(&url, bad[i].text, NULL), rc);
	}
}

static void normal_form_is_stable(void **state)
{
	char text[URL_TEXT];
	struct url a, b;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(url_parse(&a, good[i].text, NULL), 0);
		assert_int_equal(url_parse(&b, url_print(&a, text), NULL), 0);
		assert_true(url_eq(&a, &b));
	}
}

/* RFC 3986, 5.4. */
static void references_resolve_as_the_rfc_lists_them(void **state)
{
	char text[URL_TEXT];
	struct url base, url;
	size_t i;

	(void)state;
	assert_int_equal(url_parse(&base, "http://a/b/c/d;p?q", NULL), 0);
	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		assert_int_equal(url_resolve(&url, &base, refs[i].ref, NULL),
				 0);
		assert_string_equal(url_print(&url, text), refs[i].url);
	}
}

static void a_reference_may_be_resolved_in_place(void **state)
{
	char text[URL_TEXT];
	struct url url;

	(void)state;
	assert_int_equal(url_parse(&url, "http://a/b/c?q", NULL), 0);
	assert_int_equal(url_resolve(&url, &url, "../d?e", NULL), 0);
	assert_string_equal(url_print(&url, text), "http://a/d?e");
}

static void other_schemes_on_a_page_are_told_apart(void **state)
{
	struct url base, url;

	(void)state;
	assert_int_equal(url_parse(&base, "http://a/", NULL), 0);
	assert_int_equal(url_resolve(&url, &base, "data:text/plain,x", NULL),
			 -EPROTONOSUPPORT);
	assert_int_equal(url_resolve(&url, &base, "javascript:f()", NULL),
			 -EPROTONOSUPPORT);
	assert_int_equal(url_resolve(&url, &base, "http:g", NULL), -EINVAL);
}

static void lengths_have_limits(void **state)
{
	char text[3 * URL_MAX];
	struct url_error err;
	struct url url;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://h/", 9);
	text[URL_MAX] = 0;
	assert_int_equal(url_parse(&url, text, &err), 0);
	text[URL_MAX] = 'a';
	text[URL_MAX + 1] = 0;
	assert_int_equal(url_parse(&url, text, &err), -ENAMETOOLONG);

	/* Each space becomes three octets. */
	memset(text + 9, ' ', URL_MAX - 9);
	text[URL_MAX - 1] = 0;
	assert_int_equal(url_parse(&url, text, &err), -ENAMETOOLONG);

	/* A label of 64 octets; a name of 254. */
	memset(text + 7, 'a', 64);
	text[71] = 0;
	assert_int_equal(url_parse(&url, text, &err), -EINVAL);
	text[70] = 0;
	assert_int_equal(url_parse(&url, text, &err), 0);
	memset(text + 7, 'a', 254);
	for (size_t i = 60; i < 254; i += 61)
		text[7 + i] = '.';
	text[7 + 254] = 0;
	assert_int_equal(url_parse(&url, text, &err), -EINVAL);
	text[7 + 253] = 0;
	assert_int_equal(url_parse(&url, text, &err), 0);
}

static void origin_is_host_and_port(void **state)
{
	struct url a, b;

	(void)state;
	assert_int_equal(url_parse(&a, "http://h/x", NULL), 0);
	assert_int_equal(url_parse(&b, "http://H:80/y", NULL), 0);
	assert_true(url_same_origin(&a, &b));
	assert_false(url_eq(&a, &b));
	assert_int_equal(url_parse(&b, "http://h:81/x", NULL), 0);
	assert_false(url_same_origin(&a, &b));
}

static void an_address_needs_no_lookup(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(url_parse(&url, "http://10.0.0.1/", NULL), 0);
	assert_true(url.host_is_ip);
	assert_int_equal(url_parse(&url, "http://[::1]/", NULL), 0);
	assert_true(url.host_is_ip);
	assert_int_equal(url_parse(&url, "http://h/", NULL), 0);
	assert_false(url.host_is_ip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_cut_and_put_in_normal_form),
		cmocka_unit_test(a_bad_url_is_refused_with_place_and_reason),
		cmocka_unit_test(normal_form_is_stable),
		cmocka_unit_test(references_resolve_as_the_rfc_lists_them),
		cmocka_unit_test(a_reference_may_be_resolved_in_place),
		cmocka_unit_test(other_schemes_on_a_page_are_told_apart),
		cmocka_unit_test(lengths_have_limits),
		cmocka_unit_test(origin_is_host_and_port),
		cmocka_unit_test(an_address_needs_no_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
