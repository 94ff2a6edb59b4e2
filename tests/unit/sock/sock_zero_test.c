// SPDX-License-Identifier: MIT
/* sock_zero_test.c - sending a program's memory where it lies (MSG_ZEROCOPY) */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "io/memfile.h"
#include "pair.h"
#include "ringbed.h"
#include "sock/sock.h"

#define SIZE 20000

static uint8_t octets[SIZE], got[SIZE];

static int setup(void **state)
{
	ringbed_setup(state);
	memset(octets, 7, SIZE);
	return sk_setsockopt_int(bed.a, bed.fd, SK_SOL_SOCKET, SK_SO_ZEROCOPY,
				 1);
}

static void send_zero(size_t len)
{
	assert_int_equal(sk_send(bed.a, bed.fd, octets, len, SK_MSG_ZEROCOPY),
			 len);
}

static void peer_reads(size_t len)
{
	assert_int_equal(sk_recv(bed.b, bed.peer, got, len, SK_MSG_WAITALL),
			 len);
}

/* The oldest notice of a socket: numbers of the sends, and its code. */
static bool notice(int fd, uint32_t *from, uint32_t *to, int *code)
{
	struct {
		struct sk_cmsghdr hdr;
		struct sk_extended_err ee;
		uint8_t addr[32];
	} c;
	struct sk_msg msg = {.control = &c, .control_len = sizeof(c)};

	if (sk_recvmsg(bed.a, fd, &msg, SK_MSG_ERRQUEUE) < 0)
		return false;
	assert_int_equal(c.hdr.level, SK_IPPROTO_IP);
	assert_int_equal(c.hdr.type, SK_IP_RECVERR);
	assert_int_equal(c.ee.err, 0);
	assert_int_equal(c.ee.origin, SK_EE_ORIGIN_ZEROCOPY);
	*from = c.ee.info;
	*to = c.ee.data;
	*code = c.ee.code;
	return true;
}

static void expect_notice(int fd, uint32_t from, uint32_t to, int code)
{
	uint32_t a, b;
	int c;

	assert_true(notice(fd, &a, &b, &c));
	assert_int_equal(a, from);
	assert_int_equal(b, to);
	assert_int_equal(c, code);
}

static void expect_no_notice(int fd)
{
	uint32_t a, b;
	int c;

	assert_false(notice(fd, &a, &b, &c));
	assert_false(sk_ready(bed.a, fd) & WAIT_ERR);
}

static void memory_is_free_when_the_notice_comes(void **state)
{
	struct sk_copies copies;

	(void)state;
	send_zero(SIZE);
	bed_settle();
	expect_no_notice(bed.fd); /* the receiver refers to it, too */
	peer_reads(SIZE);
	bed_settle();
	assert_true(sk_ready(bed.a, bed.fd) & WAIT_ERR);
	expect_notice(bed.fd, 0, 0, 0);
	expect_no_notice(bed.fd);
	assert_memory_equal(got, octets, SIZE);
	sk_get_copies(bed.a, bed.fd, &copies);
	assert_int_equal(copies.octets[COPY_REFERRED], SIZE);
	assert_int_equal(copies.octets[COPY_FROM_USER], 0);
}

static void notices_in_a_row_are_one(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		send_zero(4000);
	peer_reads(SIZE);
	bed_settle();
	expect_notice(bed.fd, 0, 4, 0);
	expect_no_notice(bed.fd);
	send_zero(4000);
	peer_reads(4000);
	bed_settle();
	expect_notice(bed.fd, 5, 5, 0);
}

static void a_notice_ends_no_receive(void **state)
{
	(void)state;
	send_zero(SIZE);
	peer_reads(SIZE);
	bed_settle();
	assert_true(sk_ready(bed.a, bed.fd) & WAIT_ERR);
	/* It blocks; then there is nothing left that could happen. */
	assert_int_equal(sk_recv(bed.a, bed.fd, got, 5, 0), -EDEADLK);
	bed_peer_says("hello");
	assert_int_equal(sk_recv(bed.a, bed.fd, got, 5, 0), 5);
}

static void a_notice_ends_no_lending(void **state)
{
	struct sk_iovec run;

	(void)state;
	send_zero(SIZE);
	peer_reads(SIZE);
	bed_settle();
	assert_true(sk_ready(bed.a, bed.fd) & WAIT_ERR);
	assert_int_equal(sk_recv_lend(bed.a, bed.fd, &run, 1), -EDEADLK);
	bed_peer_says("hello");
	assert_int_equal(sk_recv_lend(bed.a, bed.fd, &run, 1), 1);
	assert_int_equal(run.len, 5);
}

static void closing_copies_what_is_under_way(void **state)
{
	(void)state;
	send_zero(SIZE);
	assert_int_equal(sk_close(bed.a, bed.fd), 0);
	memset(octets, 9, SIZE); /* the program has it back */
	peer_reads(SIZE);
	assert_int_equal(got[0], 7);
	assert_int_equal(got[SIZE - 1], 7);
}

static void closing_without_memory_resets(void **state)
{
	long n;

	(void)state;
	send_zero(SIZE);
	bed.net->mem.bytes_max = 1; /* nothing more */
	sk_close(bed.a, bed.fd);
	bed.net->mem.bytes_max = 0;
	memset(octets, 9, SIZE);
	bed_settle();
	/* Whatever it gets is not the program's any more. */
	n = sk_recv(bed.b, bed.peer, got, SIZE, 0);
	if (n > 0)
		assert_int_not_equal(got[0], 9);
}

static void only_if_the_socket_says_so(void **state)
{
	(void)state;
	assert_int_equal(sk_setsockopt_int(bed.a, bed.fd, SK_SOL_SOCKET,
					   SK_SO_ZEROCOPY, 0),
			 0);
	send_zero(SIZE);
	memset(octets, 9, SIZE);
	peer_reads(SIZE);
	assert_int_equal(got[0], 7);
	expect_no_notice(bed.fd);
	assert_int_equal(sk_setsockopt_int(bed.a, bed.fd, SK_SOL_SOCKET,
					   SK_SO_ZEROCOPY, 2),
			 -EINVAL);
}

static void what_was_copied_is_told_so(void **state)
{
	struct endpoint to = ep("10.0.0.2:9");
	static uint8_t large[70000];
	int u = sk_socket(bed.a, SK_AF_INET, SK_SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(
		sk_setsockopt_int(bed.a, u, SK_SOL_SOCKET, SK_SO_ZEROCOPY, 1),
		0);
	assert_int_equal(sk_sendto(bed.a, u, octets, 10, SK_MSG_ZEROCOPY, &to),
			 10);
	assert_int_equal(sk_sendto(bed.a, u, octets, 10, SK_MSG_ZEROCOPY, &to),
			 10);
	expect_notice(u, 0, 1, SK_EE_CODE_COPIED);
	assert_true(sk_send(bed.a, bed.fd, large, sizeof(large),
			    SK_MSG_ZEROCOPY | SK_MSG_DONTWAIT) > 0);
	expect_notice(bed.fd, 0, 0, SK_EE_CODE_COPIED);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ringbed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(memory_is_free_when_the_notice_comes),
		TEST(notices_in_a_row_are_one),
		TEST(a_notice_ends_no_receive),
		TEST(a_notice_ends_no_lending),
		TEST(closing_copies_what_is_under_way),
		TEST(closing_without_memory_resets),
		TEST(only_if_the_socket_says_so),
		TEST(what_was_copied_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
