// SPDX-License-Identifier: MIT
/*
 * same_group_test.c - memberships and sending to groups, on weft and on the
 *		       kernel
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/addr.h"

#include "same.h"
#include "sock/sock.h"

enum { LO = 1, NO_SUCH = 99, SS = 128 };

#define IP     SK_IPPROTO_IP
#define IP6    SK_IPPROTO_IPV6
#define GROUP  0xef010203U /* 239.1.2.3 */
#define GROUP2 0xef010204U

static const char *const group6 = "ff15::1:2";

/* A request as programs lay it out; @len octets of it count. */
struct req {
	uint8_t b[8 + SS + 8 + 80 * SS];
	size_t len;
};

static void put_word(struct req *r, size_t at, uint32_t v)
{
	memcpy(r->b + at, &v, sizeof(v));
}

/* struct ip_mreq, ip_mreqn: group, local address, index. */
static struct req mreq(uint32_t group, uint32_t local, uint32_t index)
{
	struct req r = {.len = index ? 12 : 8};

	put_ip4(r.b, (ip4_addr){group});
	put_ip4(r.b + 4, (ip4_addr){local});
	put_word(&r, 8, index);
	return r;
}

static struct req mreq_source(uint32_t group, uint32_t source)
{
	struct req r = mreq(group, SET_LOOPBACK, 0);

	put_ip4(r.b + 8, (ip4_addr){source});
	r.len = 12;
	return r;
}

static struct req mreq6(const char *group, uint32_t index)
{
	struct req r = {.len = 20};
	ip6_addr a = IP6_ANY;

	(void)ip6_parse(&a, group);
	put_ip6(r.b, a);
	put_word(&r, 16, index);
	return r;
}

static void put_ss(struct req *r, size_t at, const char *text)
{
	struct ip_addr a;

	if (ip_addr_parse(&a, text) == 0)
		sk_put_ss(r->b + at, a);
}

/* struct group_req, or with @source struct group_source_req. */
static struct req greq(uint32_t index, const char *group, const char *source)
{
	struct req r = {.len = 8 + SS};

	put_word(&r, 0, index);
	put_ss(&r, 8, group);
	if (source) {
		put_ss(&r, 8 + SS, source);
		r.len += SS;
	}
	return r;
}

/* struct group_filter with sources 10.0.0.1 or 2001:db8::1, and on. */
static struct req gfilter(const char *group, uint32_t mode, uint32_t count)
{
	struct req r = greq(LO, group, NULL);
	char text[32];

	put_word(&r, 8 + SS, mode);
	put_word(&r, 12 + SS, count);
	r.len = 16 + SS;
	for (uint32_t i = 0; i < count && i < 70; i++) {
		snprintf(text, sizeof(text),
			 strchr(group, ':') ? "2001:db8::%u" : "10.0.0.%u",
			 i + 1);
		put_ss(&r, r.len, text);
		r.len += SS;
	}
	return r;
}

static void set(struct talk *t, int fd, int level, int name, struct req r)
{
	talk_note(t, name, "set_opt",
		  t->set->set_opt(t->arg, fd, level, name, r.b, r.len));
}

#define SET(fd, level, name, ...) set(t, fd, level, name, __VA_ARGS__)

static int dgram6(struct talk *t)
{
	return OPEN(socket, SK_AF_INET6, DGRAM, 0);
}

static void numbers(struct talk *t, int fd, int level, int name)
{
	static const int values[] = {0, 1, 2, 64, 255, 256, -1, -2, NO_SUCH};

	GET(fd, level, name);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		CALL(set, fd, level, name, values[i]);
		GET(fd, level, name);
	}
}

static void numbers_of_ip4(struct talk *t)
{
	static const int names[] = {SK_IP_MULTICAST_LOOP, SK_IP_MULTICAST_ALL,
				    SK_IP_MULTICAST_TTL};
	int dgram = talk_dgram(t), stream = talk_stream(t), six = dgram6(t);

	for (size_t i = 0; i < 3; i++) {
		numbers(t, dgram, IP, names[i]);
		numbers(t, stream, IP, names[i]);
		numbers(t, six, IP, names[i]);
	}
}

static void numbers_of_ip6(struct talk *t)
{
	static const int names[] = {
		SK_IPV6_MULTICAST_LOOP, SK_IPV6_MULTICAST_HOPS,
		SK_IPV6_MULTICAST_IF, SK_IPV6_MULTICAST_ALL};
	int six = dgram6(t), dgram = talk_dgram(t);

	for (size_t i = 0; i < 4; i++) {
		numbers(t, six, IP6, names[i]);
		GET(dgram, IP6, names[i]);
	}
}

static void joining_and_leaving(struct talk *t)
{
	int a = talk_dgram(t), s = talk_stream(t);
	struct req shorter = mreq(GROUP, SET_LOOPBACK, 0);

	shorter.len = 7;
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, 0, LO));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP2, 0, LO));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP2, 0, NO_SUCH));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP2, 0, NO_SUCH));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP2, 0x01020304, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(0x0a000001, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, 0x01020304, 0));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP, 0, LO));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, shorter);
	SET(s, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
}

/* Linux's default is twenty. */
static void a_socket_can_be_in_so_many_groups(struct talk *t)
{
	int a = talk_dgram(t);

	for (uint32_t i = 0; i < 22; i++)
		SET(a, IP, SK_IP_ADD_MEMBERSHIP,
		    mreq(GROUP + i, SET_LOOPBACK, 0));
}

static void sources_of_ip4(struct talk *t)
{
	int a = talk_dgram(t);

	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_DROP_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 2));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 2));
	SET(a, IP, SK_IP_UNBLOCK_SOURCE, mreq_source(GROUP, 2));
	SET(a, IP, SK_IP_DROP_SOURCE_MEMBERSHIP, mreq_source(GROUP, 3));
	SET(a, IP, SK_IP_DROP_SOURCE_MEMBERSHIP, mreq_source(GROUP, 2));
	SET(a, IP, SK_IP_DROP_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_UNBLOCK_SOURCE, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	for (uint32_t i = 0; i < 12; i++)
		SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 10 + i));
	SET(a, IP, SK_IP_UNBLOCK_SOURCE, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(0x0a000001, 1));
}

/* Who has named no source yet may still choose the other way. */
static void from_anybody_to_one(struct talk *t)
{
	int a = talk_dgram(t);

	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 1));
	SET(a, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, 2));
	SET(a, IP, SK_IP_ADD_SOURCE_MEMBERSHIP, mreq_source(GROUP, 2));
}

static struct req msfilter(uint32_t mode, uint32_t count)
{
	struct req r = mreq(GROUP, SET_LOOPBACK, 0);

	put_word(&r, 8, mode);
	put_word(&r, 12, count);
	for (uint32_t i = 0; i < count && i < 20; i++)
		put_ip4(r.b + 16 + (size_t)i * 4, (ip4_addr){100 + i});
	r.len = 16 + (size_t)count * 4;
	return r;
}

/* What a filter looks like; @room for so many sources. */
static void get_filter(struct talk *t, int fd, uint32_t room)
{
	struct req r = msfilter(0, room);
	long n;

	memset(r.b + 16, 0, sizeof(r.b) - 16);
	n = CALL(get_raw, fd, IP, SK_IP_MSFILTER, r.b, r.len);
	for (long i = 8; i + 4 <= n; i += 4)
		talk_note(t, (int)i, "word", get32(r.b + i));
}

static void filters_of_ip4(struct talk *t)
{
	int a = talk_dgram(t);
	struct req shorter = msfilter(SK_MCAST_INCLUDE, 3);

	shorter.len -= 4;
	get_filter(t, a, 4);
	SET(a, IP, SK_IP_MSFILTER, msfilter(SK_MCAST_INCLUDE, 2));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	get_filter(t, a, 4);
	SET(a, IP, SK_IP_MSFILTER, msfilter(SK_MCAST_INCLUDE, 2));
	get_filter(t, a, 4);
	get_filter(t, a, 1);
	SET(a, IP, SK_IP_MSFILTER, shorter);
	SET(a, IP, SK_IP_MSFILTER, msfilter(SK_MCAST_EXCLUDE, 3));
	get_filter(t, a, 4);
	SET(a, IP, SK_IP_MSFILTER, msfilter(SK_MCAST_EXCLUDE, 11));
	SET(a, IP, SK_IP_MSFILTER, msfilter(7, 1));
	SET(a, IP, SK_IP_MSFILTER, msfilter(SK_MCAST_INCLUDE, 0));
	get_filter(t, a, 4);
}

static void interface_of_ip4(struct talk *t)
{
	int a = talk_dgram(t), s = talk_stream(t);
	uint8_t local[4] = {127, 0, 0, 1}, other[4] = {1, 2, 3, 4},
		none[4] = {0};
	uint8_t got[12] = {0};

	CALL(set_opt, a, IP, SK_IP_MULTICAST_IF, local, 4);
	CALL(get_raw, a, IP, SK_IP_MULTICAST_IF, got, 4);
	talk_note(t, 0, "local", get32(got));
	CALL(set_opt, a, IP, SK_IP_MULTICAST_IF, other, 4);
	CALL(set_opt, a, IP, SK_IP_MULTICAST_IF, local, 3);
	SET(a, IP, SK_IP_MULTICAST_IF, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_MULTICAST_IF, mreq(GROUP, 0, LO));
	CALL(get_raw, a, IP, SK_IP_MULTICAST_IF, got, 4);
	talk_note(t, 0, "by number", get32(got));
	SET(a, IP, SK_IP_MULTICAST_IF, mreq(GROUP, 0, NO_SUCH));
	CALL(set_opt, a, IP, SK_IP_MULTICAST_IF, none, 4);
	CALL(set_opt, s, IP, SK_IP_MULTICAST_IF, local, 4);
}

/* The newer words, which are the same for both versions. */
static void protocol_independent(struct talk *t, int fd, int level,
				 const char *group, const char *source)
{
	const char *wrong = level == IP ? group6 : "239.1.2.3";
	struct req shorter = greq(LO, group, NULL);

	shorter.len--;
	SET(fd, level, SK_MCAST_LEAVE_GROUP, greq(LO, group, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(LO, group, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(LO, group, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(NO_SUCH, group, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(LO, source, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(LO, wrong, NULL));
	SET(fd, level, SK_MCAST_JOIN_GROUP, shorter);
	SET(fd, level, SK_MCAST_BLOCK_SOURCE, greq(LO, group, source));
	SET(fd, level, SK_MCAST_BLOCK_SOURCE, greq(LO, group, source));
	SET(fd, level, SK_MCAST_UNBLOCK_SOURCE, greq(LO, group, source));
	SET(fd, level, SK_MCAST_UNBLOCK_SOURCE, greq(LO, group, source));
	SET(fd, level, SK_MCAST_LEAVE_GROUP, greq(LO, group, NULL));
	SET(fd, level, SK_MCAST_JOIN_SOURCE_GROUP, greq(LO, group, source));
	SET(fd, level, SK_MCAST_JOIN_SOURCE_GROUP, greq(LO, group, source));
	SET(fd, level, SK_MCAST_JOIN_SOURCE_GROUP, greq(LO, group, wrong));
	SET(fd, level, SK_MCAST_BLOCK_SOURCE, greq(LO, group, source));
	SET(fd, level, SK_MCAST_LEAVE_SOURCE_GROUP, greq(LO, group, source));
	SET(fd, level, SK_MCAST_LEAVE_SOURCE_GROUP, greq(LO, group, source));
	SET(fd, level, SK_MCAST_JOIN_GROUP, greq(LO, group, NULL));
	SET(fd, level, SK_MCAST_MSFILTER, gfilter(group, SK_MCAST_INCLUDE, 2));
	SET(fd, level, SK_MCAST_MSFILTER, gfilter(group, SK_MCAST_EXCLUDE, 3));
	SET(fd, level, SK_MCAST_MSFILTER, gfilter(group, 5, 1));
	SET(fd, level, SK_MCAST_MSFILTER, gfilter(group, SK_MCAST_INCLUDE, 65));
}

static void both_words_ip4(struct talk *t)
{
	protocol_independent(t, talk_dgram(t), IP, "239.1.2.3", "10.0.0.1");
}

static void both_words_ip6(struct talk *t)
{
	protocol_independent(t, dgram6(t), IP6, group6, "2001:db8::1");
}

static void get_both(struct talk *t, int fd, int level, const char *group)
{
	struct req r = gfilter(group, 0, 0);
	long n;

	put_word(&r, 12 + SS, 4);
	n = CALL(get_raw, fd, level, SK_MCAST_MSFILTER, r.b,
		 16 + SS + 4 * (size_t)SS);
	for (long i = 8 + SS; i + 4 <= n; i += 4)
		talk_note(t, (int)i, "word", get32(r.b + i));
}

static void filters_of_both(struct talk *t)
{
	int a = talk_dgram(t), b = dgram6(t);

	get_both(t, a, IP, "239.1.2.3");
	SET(a, IP, SK_MCAST_JOIN_GROUP, greq(LO, "239.1.2.3", NULL));
	SET(a, IP, SK_MCAST_MSFILTER,
	    gfilter("239.1.2.3", SK_MCAST_INCLUDE, 2));
	get_both(t, a, IP, "239.1.2.3");
	get_both(t, b, IP6, group6);
	SET(b, IP6, SK_MCAST_JOIN_GROUP, greq(LO, group6, NULL));
	SET(b, IP6, SK_MCAST_MSFILTER, gfilter(group6, SK_MCAST_EXCLUDE, 3));
	get_both(t, b, IP6, group6);
}

static void joining_and_leaving_ip6(struct talk *t)
{
	int a = dgram6(t), b = talk_dgram(t);
	struct req shorter = mreq6(group6, LO);

	shorter.len = 19;
	SET(a, IP6, SK_IPV6_LEAVE_GROUP, mreq6(group6, LO));
	SET(a, IP6, SK_IPV6_JOIN_GROUP, mreq6(group6, LO));
	SET(a, IP6, SK_IPV6_JOIN_GROUP, mreq6(group6, LO));
	SET(a, IP6, SK_IPV6_JOIN_GROUP, mreq6(group6, NO_SUCH));
	SET(a, IP6, SK_IPV6_JOIN_GROUP, mreq6("2001:db8::1", LO));
	SET(a, IP6, SK_IPV6_JOIN_GROUP, shorter);
	SET(a, IP6, SK_IPV6_LEAVE_GROUP, mreq6(group6, NO_SUCH));
	SET(a, IP6, SK_IPV6_LEAVE_GROUP, mreq6("2001:db8::1", LO));
	SET(a, IP6, SK_IPV6_LEAVE_GROUP, mreq6(group6, 0));
	SET(a, IP6, SK_IPV6_LEAVE_GROUP, mreq6(group6, LO));
	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(a, IP, SK_IP_DROP_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(b, IP6, SK_IPV6_JOIN_GROUP, mreq6(group6, LO));
}

/* A member on the loopback interface, at the port of @port_of or at a free
 * one. */
static int member(struct talk *t, int port_of)
{
	int fd = OPEN(socket, SK_AF_INET, DGRAM, 0);

	CALL(set, fd, SK_SOL_SOCKET, SK_SO_REUSEADDR, 1);
	talk_note(t, 0, "bind",
		  t->set->bind(t->arg, fd, 0,
			       port_of < 0 ? 0 : talk_port(t, port_of)));
	return fd;
}

/* RFC 1112, 6.1: every member of the host hears what is sent from it. */
static void members_of_the_own_host_hear_it(struct talk *t)
{
	int a = member(t, -1), b = member(t, a), c = member(t, a);
	int out = talk_dgram(t);
	const uint8_t local[4] = {127, 0, 0, 1};

	SET(a, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	SET(b, IP, SK_IP_ADD_MEMBERSHIP, mreq(GROUP, SET_LOOPBACK, 0));
	CALL(set, c, IP, SK_IP_MULTICAST_ALL, 0);
	CALL(set_opt, out, IP, SK_IP_MULTICAST_IF, local, 4);
	talk_note(t, 0, "connect",
		  t->set->connect(t->arg, out, GROUP, talk_port(t, a)));
	CALL(send, out, 5, 0);
	WAIT(a, WAIT_IN);
	WAIT(b, WAIT_IN);
	CALL(recv, a, 10, 0);
	CALL(recv, b, 10, 0);
	CALL(recv, a, 10, 0);
	CALL(recv, c, 10, 0);
	/* It has joined nothing, but others of the host have. */
	CALL(set, c, IP, SK_IP_MULTICAST_ALL, 1);
	SET(b, IP, SK_IP_BLOCK_SOURCE, mreq_source(GROUP, SET_LOOPBACK));
	CALL(send, out, 6, 0);
	WAIT(a, WAIT_IN);
	CALL(recv, a, 10, 0);
	CALL(recv, b, 10, 0);
	CALL(recv, c, 10, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(numbers_of_ip4),
		SAME(numbers_of_ip6),
		SAME(joining_and_leaving),
		SAME(joining_and_leaving_ip6),
		SAME(a_socket_can_be_in_so_many_groups),
		SAME(sources_of_ip4),
		SAME(from_anybody_to_one),
		SAME(filters_of_ip4),
		SAME(filters_of_both),
		SAME(interface_of_ip4),
		SAME(both_words_ip4),
		SAME(both_words_ip6),
		SAME(members_of_the_own_host_hear_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
