// SPDX-License-Identifier: MIT
/* nl_msg_test.c - messages of netlink: building them, and hostile questions */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/check.h"
#include "base/mem.h"

#include "run/nl.h"

static struct mem mem;

static int begin(void **state)
{
	static struct nl_reply reply;

	mem_init_libc(&mem);
	reply = (struct nl_reply){.seq = 7, .port = 99};
	strbuf_init(&reply.text, &mem);
	*state = &reply;
	return 0;
}

static int end(void **state)
{
	struct nl_reply *r = *state;

	strbuf_fini(&r->text);
	return 0;
}

static struct nlmsghdr header_at(const struct nl_reply *r, size_t at)
{
	struct nlmsghdr h;

	assert_true(at + sizeof(h) <= r->text.len);
	memcpy(&h, r->text.text + at, sizeof(h));
	return h;
}

static void messages_and_attributes_are_padded(void **state)
{
	struct nl_reply *r = *state;
	const struct rtgenmsg fixed = {AF_INET};
	struct nlmsghdr h;

	nl_begin(r, RTM_NEWLINK, &fixed, sizeof(fixed));
	nl_put_text(r, IFLA_IFNAME, "eth0");
	nl_put_u8(r, IFLA_CARRIER, 1);
	nl_end(r);
	h = header_at(r, 0);
	assert_int_equal(h.nlmsg_len, 16 + 4 + 12 + 8);
	assert_int_equal(h.nlmsg_len, r->text.len);
	assert_int_equal(h.nlmsg_seq, 7);
	assert_int_equal(h.nlmsg_pid, 99);
}

static void attributes_are_found(void **state)
{
	struct nl_reply *r = *state;
	const struct rtgenmsg fixed = {AF_INET};
	const uint8_t *attrs;
	size_t len;

	nl_begin(r, RTM_NEWLINK, &fixed, sizeof(fixed));
	nl_put_text(r, IFLA_IFNAME, "eth0");
	nl_put_u32(r, IFLA_MTU, 1500);
	nl_end(r);
	attrs = (const uint8_t *)r->text.text + 20;
	len = r->text.len - 20;
	assert_string_equal(nl_find(attrs, len, IFLA_IFNAME, 1), "eth0");
	assert_non_null(nl_find(attrs, len, IFLA_MTU, 4));
	assert_null(nl_find(attrs, len, IFLA_MTU, 5));
	assert_null(nl_find(attrs, len, IFLA_ADDRESS, 0));
}

static void an_attribute_that_lies_ends_the_search(void **state)
{
	static const uint16_t lies[] = {0, 1, 3, 9, 0xffff};
	uint8_t attrs[8] = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		memcpy(attrs, &lies[i], sizeof(lies[i]));
		attrs[2] = IFLA_MTU;
		assert_null(nl_find(attrs, sizeof(attrs), IFLA_MTU, 0));
	}
	assert_null(nl_find(attrs, 3, IFLA_MTU, 0));
}

static int error_of(const struct nl_reply *r)
{
	struct nlmsghdr h = header_at(r, 0);
	struct nlmsgerr e;

	assert_int_equal(h.nlmsg_type, NLMSG_ERROR);
	memcpy(&e, r->text.text + sizeof(h), sizeof(e));
	return e.error;
}

static void ask(struct nl_reply *r, uint16_t type, uint16_t flags, size_t more)
{
	const struct nl_talk talk = {.proto = NETLINK_ROUTE};
	uint8_t buf[64] = {0};
	struct nlmsghdr h = {
		.nlmsg_len = (uint32_t)(sizeof(h) + more),
		.nlmsg_type = type,
		.nlmsg_flags = flags,
		.nlmsg_seq = 5,
	};

	memcpy(buf, &h, sizeof(h));
	strbuf_clear(&r->text);
	nl_ask_all(&talk, buf, h.nlmsg_len, r);
}

static void changes_are_refused(void **state)
{
	static const uint16_t changes[] = {
		RTM_NEWLINK,  RTM_DELLINK,  RTM_SETLINK,  RTM_NEWADDR,
		RTM_DELADDR,  RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH,
		RTM_DELNEIGH, RTM_NEWRULE,  RTM_NEWQDISC,
	};
	struct nl_reply *r = *state;

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		ask(r, changes[i], NLM_F_REQUEST, 32);
		assert_int_equal(error_of(r), -EPERM);
		assert_int_equal(header_at(r, 0).nlmsg_seq, 5);
	}
}

static void what_nobody_knows_is_not_supported(void **state)
{
	struct nl_reply *r = *state;

	ask(r, RTM_GETACTION, NLM_F_REQUEST | NLM_F_DUMP, 32);
	assert_int_equal(error_of(r), -EOPNOTSUPP);
	ask(r, RTM_MAX + 1, NLM_F_REQUEST, 32);
	assert_int_equal(error_of(r), -EOPNOTSUPP);
	ask(r, RTM_GETLINK, NLM_F_REQUEST, 8);
	assert_int_equal(error_of(r), -EINVAL);
}

static void what_is_no_request_is_not_answered(void **state)
{
	struct nl_reply *r = *state;

	ask(r, RTM_NEWLINK, 0, 32);
	assert_int_equal(r->text.len, 0);
	ask(r, NLMSG_NOOP, NLM_F_REQUEST, 0);
	assert_int_equal(r->text.len, 0);
	ask(r, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, 0);
	assert_int_equal(error_of(r), 0);
}

static void a_message_that_lies_about_its_length_is_passed_over(void **state)
{
	static const uint32_t lies[] = {0, 15, 17, 64, 0xffffffff};
	const struct nl_talk talk = {.proto = NETLINK_ROUTE};
	struct nl_reply *r = *state;
	struct nlmsghdr h = {
		.nlmsg_type = RTM_NEWLINK,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	uint8_t buf[sizeof(h)];

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		h.nlmsg_len = lies[i];
		memcpy(buf, &h, sizeof(h));
		nl_ask_all(&talk, buf, sizeof(buf), r);
		nl_ask_all(&talk, buf, 3, r);
		assert_int_equal(r->text.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, begin, end)
		T(messages_and_attributes_are_padded),
		T(attributes_are_found),
		T(an_attribute_that_lies_ends_the_search),
		T(changes_are_refused),
		T(what_nobody_knows_is_not_supported),
		T(what_is_no_request_is_not_answered),
		T(a_message_that_lies_about_its_length_is_passed_over),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
