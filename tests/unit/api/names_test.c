// SPDX-License-Identifier: MIT
/*
 * names_test.c - names, addresses and services
 *
 * A little name server answers on host b, out of a table, and lies first:
 * with a wrong identifier, then about another name.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#include <cmocka.h>

/* Two hosts; b is the name server, by UDP and TCP. */
struct fix {
	struct weft_net *net;
	struct weft_stack *a, *b;
	int udp, tcp, questions, tcp_questions;
};

static void put_u16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A name as it stands in a message; returns its octets. */
static size_t put_name(uint8_t *p, const char *name)
{
	size_t at = 0;

	while (*name) {
		size_t n = strcspn(name, ".");

		p[at++] = (uint8_t)n;
		memcpy(p + at, name, n);
		at += n;
		name += n + (name[n] == '.');
	}
	p[at++] = 0;
	return at;
}

static const struct record {
	const char *name;
	unsigned int type;
	const char *value; /* of CNAME and PTR a name, else octets */
	size_t len;
} records[] = {
	{"www.shop.test", 5, "web.shop.test", 0},
	{"web.shop.test", 1, "\12\0\0\7", 4},
	{"web.shop.test", 1, "\12\0\0\10", 4},
	{"six.shop.test", 28, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\7", 16},
	{"big.shop.test", 1, "\12\0\0\11", 4},
	{"7.0.0.10.in-addr.arpa", 12, "web.shop.test", 0},
	{"loop.test", 5, "loop.test", 0},
};

#define RECORDS (sizeof(records) / sizeof(records[0]))

static size_t put_record(uint8_t *p, const struct record *r)
{
	size_t at = put_name(p, r->name), len = r->len;
	uint8_t name[300];
	const void *data = r->value;

	if (!len) {
		len = put_name(name, r->value);
		data = name;
	}
	put_u16(p + at, r->type);
	put_u16(p + at + 2, 1);
	memset(p + at + 4, 0, 4);
	put_u16(p + at + 8, (unsigned int)len);
	memcpy(p + at + 10, data, len);
	return at + 10 + len;
}

/* Does the question begin with that name? */
static bool is_about(const uint8_t *q, const char *name)
{
	uint8_t buf[300];

	return !memcmp(q + 12, buf, put_name(buf, name));
}

/* The answer to @q, whose length is @len; aliases bring what they lead to. */
static size_t answer(const uint8_t *q, size_t len, uint8_t *out, bool is_udp)
{
	unsigned int type = q[len - 3], count = 0;
	bool is_known = false, is_alias = is_about(q, "www.shop.test");
	size_t at = len, i;

	memcpy(out, q, len);
	put_u16(out + 2, 0x8180);
	for (i = 0; i < RECORDS; i++) {
		const struct record *r = &records[i];
		bool is_it = is_about(q, r->name) ||
			     (is_alias && !strcmp(r->name, "web.shop.test"));

		is_known |= is_it;
		if (!is_it || (r->type != type && r->type != 5))
			continue;
		at += put_record(out + at, r);
		count++;
	}
	put_u16(out + 6, count);
	if (!is_known)
		out[3] |= is_about(q, "fail.test") ? 2 : 3;
	if (is_udp && is_about(q, "big.shop.test"))
		out[2] |= 2;
	return at;
}

static void on_udp(struct weft_stack *s, int fd, short events, void *arg)
{
	struct fix *f = arg;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t q[512], out[1024];
	ssize_t n;

	(void)events;
	while ((n = weft_recvfrom(s, fd, q, sizeof(q), MSG_DONTWAIT,
				  (void *)&from, &len)) > 0) {
		size_t m = answer(q, (size_t)n, out, true);

		f->questions++;
		if (is_about(q, "silent.test"))
			continue;
		out[0] ^= 1; /* somebody else's */
		weft_sendto(s, fd, out, m, 0, (void *)&from, len);
		out[0] ^= 1;
		out[13] ^= 3; /* about another name */
		weft_sendto(s, fd, out, m, 0, (void *)&from, len);
		out[13] ^= 3;
		weft_sendto(s, fd, out, m, 0, (void *)&from, len);
	}
}

static void on_question(struct weft_stack *s, int fd, short events, void *arg)
{
	struct fix *f = arg;
	uint8_t q[514], out[1026];
	ssize_t n = weft_recv(s, fd, q, sizeof(q), MSG_DONTWAIT);
	size_t m;

	(void)events;
	if (n < 14)
		return;
	m = answer(q + 2, (size_t)n - 2, out + 2, false);
	put_u16(out, (unsigned int)m);
	f->tcp_questions++;
	weft_send(s, fd, out, m + 2, 0);
}

static void on_tcp(struct weft_stack *s, int fd, short events, void *arg)
{
	int child = weft_accept4(s, fd, NULL, NULL, SOCK_NONBLOCK);

	(void)events;
	if (child >= 0)
		weft_watch(s, child, POLLIN, on_question, arg);
}

static int setup(void **state)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct fix *f = calloc(1, sizeof(*f));

	f->net = weft_net_new(7);
	f->a = weft_net_host(f->net, "a");
	f->b = weft_net_host(f->net, "b");
	assert_int_equal(
		weft_net_join(f->a, "10.0.0.1/24", f->b, "10.0.0.2/24", NULL),
		0);
	f->udp = weft_socket(f->b, AF_INET, SOCK_DGRAM, 0);
	f->tcp = weft_socket(f->b, AF_INET, SOCK_STREAM, 0);
	weft_bind(f->b, f->udp, (void *)&any, sizeof(any));
	weft_bind(f->b, f->tcp, (void *)&any, sizeof(any));
	weft_listen(f->b, f->tcp, 5);
	weft_watch(f->b, f->udp, POLLIN, on_udp, f);
	weft_watch(f->b, f->tcp, POLLIN, on_tcp, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

/* A result as text: "10.0.0.7 1/6 80, ..." or the error's number. */
static const char *text_of(int err, struct addrinfo *list, char *out)
{
	struct addrinfo *ai;
	size_t at = 0;

	if (err) {
		snprintf(out, 32, "error %d", err);
		return out;
	}
	out[0] = '\0';
	for (ai = list; ai; ai = ai->ai_next) {
		char host[64], port[8];

		getnameinfo(ai->ai_addr, ai->ai_addrlen, host, sizeof(host),
			    port, sizeof(port),
			    NI_NUMERICHOST | NI_NUMERICSERV);
		at += (size_t)snprintf(out + at, 4096 - at, "%s%s %d/%d %s",
				       at ? ", " : "", host, ai->ai_socktype,
				       ai->ai_protocol, port);
	}
	return out;
}

static const char *find(struct weft_stack *s, const char *node,
			const char *service, int family, int type)
{
	static char out[4096];
	const struct addrinfo hints = {.ai_family = family,
				       .ai_socktype = type};
	struct addrinfo *list = NULL;
	int err = weft_getaddrinfo(s, node, service, &hints, &list);

	text_of(err, list, out);
	weft_freeaddrinfo(list);
	return out;
}

static const char *error_text(int err)
{
	static char out[32];

	return text_of(err, NULL, out);
}

static void names_are_asked_of_the_server(void **state)
{
	struct fix *f = *state;

	weft_dns_add(f->a, "10.0.0.2");
	assert_string_equal(
		find(f->a, "web.shop.test", "http", AF_INET, SOCK_STREAM),
		"10.0.0.7 1/6 80, 10.0.0.8 1/6 80");
	assert_int_equal(f->questions, 1);
	assert_string_equal(
		find(f->a, "six.shop.test", "53", AF_UNSPEC, SOCK_DGRAM),
		"2001:db8::7 2/17 53");
	assert_string_equal(find(f->a, "nobody.test", NULL, AF_INET, 0),
			    error_text(EAI_NONAME));
	assert_string_equal(find(f->a, "six.shop.test", NULL, AF_INET, 0),
			    error_text(EAI_NODATA));
	assert_string_equal(find(f->a, "fail.test", NULL, AF_INET, 0),
			    error_text(EAI_FAIL));
	assert_string_equal(find(f->a, "loop.test", NULL, AF_INET, 0),
			    error_text(EAI_NODATA));
	assert_string_equal(find(f->a, "no..name", NULL, AF_INET, 0),
			    error_text(EAI_NONAME));
}

static void alias_is_followed_and_told(void **state)
{
	struct fix *f = *state;
	const struct addrinfo hints = {.ai_family = AF_INET,
				       .ai_flags = AI_CANONNAME};
	struct addrinfo *list;

	weft_dns_add(f->a, "10.0.0.2");
	assert_int_equal(
		weft_getaddrinfo(f->a, "WWW.shop.test", "80", &hints, &list),
		EAI_NONAME); /* the server of this test knows small letters */
	assert_int_equal(
		weft_getaddrinfo(f->a, "www.shop.test.", "80", &hints, &list),
		0);
	assert_string_equal(list->ai_canonname, "web.shop.test");
	assert_null(list->ai_next->ai_canonname);
	weft_freeaddrinfo(list);
}

static void answer_that_was_cut_comes_by_tcp(void **state)
{
	struct fix *f = *state;

	weft_dns_add(f->a, "10.0.0.2");
	assert_string_equal(
		find(f->a, "big.shop.test", "1", AF_INET, SOCK_STREAM),
		"10.0.0.9 1/6 1");
	assert_int_equal(f->tcp_questions, 1);
}

static void silent_server_is_asked_twice(void **state)
{
	struct fix *f = *state;
	uint64_t begun = weft_net_now(f->net);

	weft_dns_add(f->a, "10.0.0.2");
	assert_string_equal(find(f->a, "silent.test", NULL, AF_INET, 0),
			    error_text(EAI_AGAIN));
	assert_int_equal(f->questions, 2);
	assert_true(weft_net_now(f->net) - begun >= 10000000000U);
	assert_int_equal(weft_dns_add(f->a, "nonsense"), -1);
	assert_int_equal(weft_dns_add(f->a, "10.0.0.3"), 0);
	assert_int_equal(weft_dns_add(f->a, "10.0.0.4"), 0);
	assert_int_equal(weft_dns_add(f->a, "10.0.0.5"), -1);
	assert_int_equal(errno, ENOSPC);
}

static void table_of_hosts_comes_first(void **state)
{
	struct fix *f = *state;

	weft_dns_add(f->a, "10.0.0.2");
	assert_int_equal(weft_hosts_add(f->a, "10.9.9.9", "web.shop.test"), 0);
	assert_int_equal(weft_hosts_add(f->a, "2001:db8::9", "Web.Shop.test"),
			 0);
	assert_int_equal(weft_hosts_add(f->a, "10.9.9", "x"), -1);
	assert_string_equal(
		find(f->a, "web.shop.test", NULL, AF_INET, SOCK_RAW),
		"10.9.9.9 3/0 0");
	assert_string_equal(
		find(f->a, "web.shop.test", NULL, AF_INET6, SOCK_RAW),
		"2001:db8::9 3/0 0");
	assert_int_equal(f->questions, 0);
}

static void addresses_get_their_names(void **state)
{
	struct fix *f = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
	char host[64], serv[16];

	weft_dns_add(f->a, "10.0.0.2");
	inet_pton(AF_INET, "10.0.0.7", &sin.sin_addr);
	assert_int_equal(weft_getnameinfo(f->a, (void *)&sin, sizeof(sin), host,
					  sizeof(host), serv, sizeof(serv), 0),
			 0);
	assert_string_equal(host, "web.shop.test");
	assert_string_equal(serv, "http");
	assert_int_equal(weft_getnameinfo(f->a, (void *)&sin, sizeof(sin), host,
					  5, NULL, 0, 0),
			 EAI_OVERFLOW);
	sin.sin_port = htons(443);
	inet_pton(AF_INET, "10.0.0.77", &sin.sin_addr);
	assert_int_equal(weft_getnameinfo(f->a, (void *)&sin, sizeof(sin), host,
					  sizeof(host), serv, sizeof(serv),
					  NI_NUMERICSERV),
			 0);
	assert_string_equal(host, "10.0.0.77");
	assert_string_equal(serv, "443");
	assert_int_equal(weft_getnameinfo(f->a, (void *)&sin, sizeof(sin), host,
					  sizeof(host), NULL, 0, NI_NAMEREQD),
			 EAI_NONAME);
}

static void interfaces_have_names_and_numbers(void **state)
{
	struct fix *f = *state;
	unsigned int lo = weft_if_nametoindex(f->a, "lo");
	char name[IF_NAMESIZE];

	assert_int_equal(lo, 1);
	assert_string_equal(weft_if_indextoname(f->a, lo, name), "lo");
	assert_int_equal(weft_if_nametoindex(f->a, "eth7"), 0);
	assert_int_equal(errno, ENODEV);
	assert_null(weft_if_indextoname(f->a, 77, name));
	assert_int_equal(errno, ENXIO);
}

/* Do we answer otherwise than the C library? */
static bool is_other(struct weft_stack *stack, const char *node,
		     const char *service, const struct addrinfo *hints)
{
	struct addrinfo *x = NULL, *y = NULL;
	char ours[4096], theirs[4096];
	int err = weft_getaddrinfo(stack, node, service, hints, &x);
	bool differ;

	text_of(err, x, ours);
	err = getaddrinfo(node, service, hints, &y);
	text_of(err, y, theirs);
	differ = strcmp(ours, theirs);
	if (differ)
		print_message("# %s %s family %d type %d flags %x: %s and not "
			      "%s\n",
			      node ? node : "-", service ? service : "-",
			      hints->ai_family, hints->ai_socktype,
			      (unsigned int)hints->ai_flags, ours, theirs);
	weft_freeaddrinfo(x);
	if (y)
		freeaddrinfo(y);
	return differ;
}

#define NODES	 (sizeof(nodes) / sizeof(nodes[0]))
#define SERVICES (sizeof(services) / sizeof(services[0]))

/* What needs no network is answered by the C library as well. */
static void same_as_the_c_library(void **state)
{
	static const char *const nodes[] = {NULL,
					    "10.1.2.3",
					    "127.1",
					    "0x7f.1",
					    "1.2.3.4.5",
					    "::1",
					    "2001:DB8::1",
					    "::ffff:1.2.3.4",
					    "fe80::1%9",
					    "1:::2",
					    ""};
	static const char *const services[] = {
		NULL, "80", "0", "65535", "http", "tftp", "nosuch", "80x"};
	static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6, 99};
	static const int types[] = {0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW};
	static const int flags[] = {AI_NUMERICHOST | AI_NUMERICSERV,
				    AI_NUMERICHOST | AI_PASSIVE,
				    AI_NUMERICHOST | AI_V4MAPPED,
				    AI_NUMERICHOST | AI_CANONNAME, 0x8000000};
	struct fix *f = *state;
	size_t i, bad = 0;

	for (i = 0; i < NODES * SERVICES * 4 * 4 * 5; i++) {
		const struct addrinfo hints = {
			.ai_family = families[i % 4],
			.ai_socktype = types[i / 4 % 4],
			.ai_flags = flags[i / 16 % 5],
		};
		const char *node = nodes[i / 80 % NODES];
		const char *service = services[i / 80 / NODES];

		bad += is_other(f->a, node, service, &hints);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(names_are_asked_of_the_server),
		T(alias_is_followed_and_told),
		T(answer_that_was_cut_comes_by_tcp),
		T(silent_server_is_asked_twice),
		T(table_of_hosts_comes_first),
		T(addresses_get_their_names),
		T(interfaces_have_names_and_numbers),
		T(same_as_the_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
