// SPDX-License-Identifier: MIT
/* ring_test.c - a completion ring: what it does, on sockets of two hosts */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "io/io.h"
#include "io/memfile.h"
#include "pair.h"
#include "ringbed.h"
#include "sock/sock.h"

static void octets_are_there_when_it_is_told(void **state)
{
	char buf[10] = "";

	(void)state;
	bed_octets(SK_RING_RECV, buf, sizeof(buf), 7);
	bed_submit(1);
	bed_expect_none();
	assert_int_equal(bed_stat_of().running, 1);
	bed_peer_says("hello");
	assert_int_equal(sk_ring_wait(bed.ring, 1, -1), 1);
	assert_string_equal(buf, "hello"); /* before anybody looked */
	assert_int_equal(bed_expect(7, 5), 0);
	assert_int_equal(bed_stat_of().running, 0);
}

static void what_is_possible_is_done_at_once(void **state)
{
	char buf[10];

	(void)state;
	bed_sqe(SK_RING_NOP, -1, 1);
	bed_octets(SK_RING_SEND, "abc", 3, 2);
	bed_submit(2);
	bed_expect(1, 0);
	bed_expect(2, 3);
	assert_int_equal(sk_recv(bed.b, bed.peer, buf, sizeof(buf), 0), 3);
}

static void errors_are_completions(void **state)
{
	(void)state;
	bed_sqe(SK_RING_RECV, 77, 1);
	bed_sqe(SK_RING_RECV, sk_event_create(bed.a, 0, 0), 2);
	bed_sqe(200, bed.fd, 3);
	bed_sqe(SK_RING_CONNECT, bed.fd, 4);
	bed_sqe(SK_RING_POLL, sk_ring_fd(bed.ring), 5);
	bed_sqe(SK_RING_SEND, bed.fd, 6)->flags = SK_SQE_MULTISHOT;
	bed_sqe(SK_RING_RECV, bed.fd, 7)->arg = SK_MSG_DONTWAIT;
	bed_octets(SK_RING_RECV, NULL, 4, 8)->arg = SK_MSG_DONTWAIT;
	bed_submit(8);
	bed_expect(1, -EBADF);
	bed_expect(2, -ENOTSOCK);
	bed_expect(3, -EINVAL);
	bed_expect(4, -EINVAL);
	bed_expect(5, -ELOOP);
	bed_expect(6, -EINVAL);
	bed_expect(7, -EAGAIN);
	bed_expect(8, -EAGAIN);
}

static void connects_and_accepts(void **state)
{
	struct endpoint to = ep("10.0.0.1:80"), from = {0};
	struct sk_sqe *e;
	int fd = sk_socket(bed.a, SK_AF_INET, SK_SOCK_STREAM, 0), got;

	(void)state;
	bed_sqe(SK_RING_ACCEPT, bed.listener, 1)->addr = &from;
	e = bed_sqe(SK_RING_CONNECT, fd, 2);
	e->addr = &to;
	e->len = sizeof(to);
	bed_submit(2);
	assert_int_equal(sk_ring_wait(bed.ring, 2, -1), 2);
	got = sk_ring_peek_at(bed.ring, 0)->user_data == 1
		      ? sk_ring_peek_at(bed.ring, 0)->res
		      : sk_ring_peek_at(bed.ring, 1)->res;
	assert_true(got > 0);
	assert_true(ip_addr_eq(from.addr, to.addr));
	sk_ring_seen(bed.ring, 2);
	e = bed_sqe(SK_RING_CONNECT,
		    sk_socket(bed.a, SK_AF_INET, SK_SOCK_STREAM, 0), 3);
	to.port = 81;
	e->addr = &to;
	e->len = sizeof(to);
	bed_submit(1);
	bed_expect(3, -ECONNREFUSED);
}

static void multishot_accept_takes_every_connection(void **state)
{
	struct endpoint to = ep("10.0.0.1:80");
	int i;

	(void)state;
	bed_sqe(SK_RING_ACCEPT, bed.listener, 1)->flags = SK_SQE_MULTISHOT;
	bed_submit(1);
	for (i = 0; i < 3; i++) {
		int fd = sk_socket(bed.b, SK_AF_INET, SK_SOCK_STREAM, 0);

		assert_int_equal(sk_connect(bed.b, fd, &to), 0);
	}
	bed_settle();
	for (i = 0; i < 3; i++) {
		assert_int_equal(sk_ring_peek(bed.ring)->flags, SK_CQE_MORE);
		assert_true(sk_ring_peek(bed.ring)->res > 0);
		sk_ring_seen(bed.ring, 1);
	}
	bed_expect_none();
	bed_sqe(SK_RING_CANCEL, -1, 2)->off = 1;
	bed_submit(1);
	assert_int_equal(bed_expect(1, -ECANCELED), 0);
	bed_expect(2, 0);
}

static void buffers_are_taken_when_octets_come(void **state)
{
	static char pool[2][4];
	struct sk_sqe *e = bed_sqe(SK_RING_RECV, bed.fd, 1);

	(void)state;
	e->flags = SK_SQE_BUFFER | SK_SQE_MULTISHOT;
	e->group = 5;
	assert_int_equal(sk_ring_buffers(bed.ring, 5, pool, 4, 2, 30), 0);
	bed_submit(1);
	bed_expect_none();
	bed_peer_says("abcdefgh");
	assert_int_equal(bed_expect(1, 4),
			 SK_CQE_MORE | SK_CQE_BUFFER | 30 << 16);
	assert_int_equal(bed_expect(1, 4),
			 SK_CQE_MORE | SK_CQE_BUFFER | 31 << 16);
	assert_memory_equal(pool, "abcdefgh", 8);
	/* Both are used; the ring says so instead of waiting. */
	assert_int_equal(bed_expect(1, -ENOBUFS), 0);
	assert_int_equal(sk_ring_buffers(bed.ring, 5, pool, 4, 1, 30), 0);
	e = bed_sqe(SK_RING_RECV, bed.fd, 2);
	e->flags = SK_SQE_BUFFER;
	e->group = 5;
	e->len = 2;
	bed_submit(1);
	bed_peer_says("xyz");
	assert_int_equal(bed_expect(2, 2), SK_CQE_BUFFER | 30 << 16);
	assert_memory_equal(pool, "xycd", 4);
}

static void end_of_stream_ends_a_multishot_receive(void **state)
{
	static char pool[4];
	struct sk_sqe *e = bed_sqe(SK_RING_RECV, bed.fd, 1);

	(void)state;
	e->flags = SK_SQE_BUFFER | SK_SQE_MULTISHOT;
	assert_int_equal(sk_ring_buffers(bed.ring, 0, pool, 4, 1, 0), 0);
	bed_submit(1);
	sk_close(bed.b, bed.peer);
	assert_int_equal(bed_expect(1, 0), 0);
	assert_int_equal(bed_stat_of().running, 0);
}

static void waits_for_all_if_told_so(void **state)
{
	char buf[6];

	(void)state;
	bed_octets(SK_RING_RECV, buf, 6, 1)->arg = SK_MSG_WAITALL;
	bed_submit(1);
	bed_peer_says("abc");
	bed_settle();
	bed_expect_none();
	bed_peer_says("defgh");
	bed_expect(1, 6);
	assert_memory_equal(buf, "abcdef", 6);
}

static void long_send_goes_on_as_the_window_opens(void **state)
{
	static char big[3000000], got[100000];
	size_t sum = 0;

	(void)state;
	bed_octets(SK_RING_SEND, big, sizeof(big), 1)->arg = SK_MSG_WAITALL;
	bed_submit(1);
	bed_expect_none();
	while (sum < sizeof(big))
		sum += (size_t)sk_recv(bed.b, bed.peer, got, sizeof(got), 0);
	bed_expect(1, sizeof(big));
}

static void poll_tells_what_is_ready(void **state)
{
	struct sk_sqe *e = bed_sqe(SK_RING_POLL, bed.fd, 1);

	(void)state;
	e->len = WAIT_IN;
	e = bed_sqe(SK_RING_POLL, bed.fd, 2);
	e->len = WAIT_OUT;
	e = bed_sqe(SK_RING_POLL, bed.fd, 3);
	e->len = WAIT_IN;
	e->flags = SK_SQE_MULTISHOT;
	bed_submit(3);
	bed_expect(2, WAIT_OUT);
	bed_expect_none();
	bed_peer_says("a");
	bed_settle();
	assert_int_equal(sk_ring_wait(bed.ring, 2, 0), 2);
	sk_ring_seen(bed.ring, 2);
	bed_peer_says("b"); /* another event, though nothing was read */
	assert_int_equal(bed_expect(3, WAIT_IN), SK_CQE_MORE);
}

static void ring_can_be_watched(void **state)
{
	struct sk_epoll_event ev = {.events = WAIT_IN};
	int ep = sk_epoll_create(bed.a, 0);
	char buf[3];

	(void)state;
	sk_epoll_ctl(bed.a, ep, SK_EPOLL_CTL_ADD, sk_ring_fd(bed.ring), &ev);
	bed_octets(SK_RING_RECV, buf, 3, 1);
	bed_submit(1);
	assert_int_equal(sk_epoll_wait(bed.a, ep, &ev, 1, 0), 0);
	bed_peer_says("abc");
	assert_int_equal(sk_epoll_wait(bed.a, ep, &ev, 1, -1), 1);
	bed_expect(1, 3);
	assert_int_equal(sk_epoll_wait(bed.a, ep, &ev, 1, 0), 0);
}

static void messages_and_files(void **state)
{
	char in[3] = "", out[] = "xy";
	struct sk_iovec iov[2] = {{out, 1}, {out + 1, 1}}, to = {in, 2};
	struct sk_msg send = {.iov = iov, .iov_count = 2};
	struct sk_msg recv = {.iov = &to, .iov_count = 1};
	uint64_t n = 5, m = 0;
	struct sk_sqe *e;
	int ev = sk_event_create(bed.a, 0, 0);

	(void)state;
	bed_sqe(SK_RING_SENDMSG, bed.fd, 1)->addr = &send;
	bed_sqe(SK_RING_RECVMSG, bed.fd, 2)->addr = &recv;
	e = bed_sqe(SK_RING_READ, ev, 3);
	e->addr = &m;
	e->len = 8;
	e = bed_sqe(SK_RING_WRITE, ev, 4);
	e->addr = &n;
	e->len = 8;
	e = bed_sqe(SK_RING_SHUTDOWN, bed.fd, 5);
	e->len = SK_SHUT_WR;
	bed_submit(5);
	bed_expect(1, 2);
	bed_expect(4, 8);
	bed_expect(5, 0);
	bed_expect(3, 8);
	assert_int_equal(m, 5);
	bed_peer_says("zw");
	bed_expect(2, 2);
	assert_string_equal(in, "zw");
}

static void files_are_sent_and_spliced(void **state)
{
	static char octets[300000], got[300000];
	int file = sk_memfile_create(bed.a, 0, NULL, NULL), p[2];
	struct sk_sqe *e;

	(void)state;
	memset(octets, 7, sizeof(octets));
	sk_write(bed.a, file, octets, sizeof(octets));
	sk_lseek(bed.a, file, 0, 0);
	assert_int_equal(sk_pipe(bed.a, p, 0), 0);
	e = bed_sqe(SK_RING_SENDFILE, bed.fd, 1);
	e->fd2 = file;
	e->len = sizeof(octets) + 1;
	e = bed_sqe(SK_RING_SPLICE, p[1], 2); /* from the peer */
	e->fd2 = bed.fd;
	e->len = 10;
	bed_sqe(SK_RING_SPLICE, bed.fd, 3)->fd2 = bed.fd;
	bed_sqe(SK_RING_SENDFILE, bed.fd, 4)->fd2 = p[0];
	bed_sqe(SK_RING_SPLICE, p[1], 5)->fd2 = sk_ring_fd(bed.ring);
	bed_submit(5);
	bed_expect(3, -EINVAL);
	bed_expect(4, -EINVAL);
	bed_expect(5, -EINVAL);
	bed_expect_none();
	assert_int_equal(
		sk_recv(bed.b, bed.peer, got, sizeof(got), SK_MSG_WAITALL),
		sizeof(got));
	assert_memory_equal(got, octets, sizeof(got));
	bed_expect(1, sizeof(octets));
	bed_peer_says("hello");
	bed_expect(2, 5);
	assert_int_equal(sk_read(bed.a, p[0], got, 10), 5);
	assert_memory_equal(got, "hello", 5);
	/* One that waits for either can be cancelled by either. */
	e = bed_sqe(SK_RING_SPLICE, p[1], 6);
	e->fd2 = bed.fd;
	e->len = 10;
	bed_submit(1);
	bed_sqe(SK_RING_CANCEL, bed.fd, 7)->arg = SK_RING_CANCEL_FD;
	bed_submit(1);
	bed_expect(6, -ECANCELED);
	bed_expect(7, 0);
}

#define TEST(t) \
	cmocka_unit_test_setup_teardown(t, ringbed_setup, ringbed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(octets_are_there_when_it_is_told),
		TEST(what_is_possible_is_done_at_once),
		TEST(errors_are_completions),
		TEST(connects_and_accepts),
		TEST(multishot_accept_takes_every_connection),
		TEST(buffers_are_taken_when_octets_come),
		TEST(end_of_stream_ends_a_multishot_receive),
		TEST(waits_for_all_if_told_so),
		TEST(long_send_goes_on_as_the_window_opens),
		TEST(poll_tells_what_is_ready),
		TEST(ring_can_be_watched),
		TEST(messages_and_files),
		TEST(files_are_sent_and_spliced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
