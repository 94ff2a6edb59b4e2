// SPDX-License-Identifier: MIT
/* sock_fastopen_test.c - connecting with data, through the calls of sockets */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "sock/sock.h"
#include "talker.h"
#include "tcp/tcp.h"
#include "testnet.h"

static const char request[] = "GET /";

static int stream(struct stack *stack, int flags)
{
	int fd = sk_socket(stack, SK_AF_INET, SK_SOCK_STREAM | flags, 0);

	assert_true(fd >= 0);
	return fd;
}

static void set(struct stack *stack, int fd, int name, int val)
{
	assert_int_equal(
		sk_setsockopt_int(stack, fd, SK_IPPROTO_TCP, name, val), 0);
}

static int serve(struct testnet *net)
{
	struct endpoint local = talker_ep("10.0.0.2:80");
	struct stack *b = testnet_host(net, 1);
	int l = stream(b, SK_SOCK_NONBLOCK);

	assert_int_equal(tcp_knob_set(b, "tcp_fastopen", 3), 0);
	set(b, l, SK_TCP_FASTOPEN, 5);
	assert_int_equal(sk_bind(b, l, &local), 0);
	assert_int_equal(sk_listen(b, l, 5), 0);
	return l;
}

/* The server's side of one connection: what came with the SYN? */
static long taken(struct testnet *net, int l)
{
	struct stack *b = testnet_host(net, 1);
	int fd = sk_accept4(b, l, NULL, SK_SOCK_NONBLOCK);
	char buf[100];
	long n;

	assert_true(fd >= 0);
	n = sk_recv(b, fd, buf, sizeof(buf), 0);
	if (n > 0)
		assert_memory_equal(buf, request, sizeof(request));
	sk_close(b, fd);
	return n;
}

/* What the server acknowledges when only the SYN was exchanged. */
static void first_send_connects(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct stack *a = testnet_host(net, 0);
	int l = serve(net), i, fd;

	for (i = 0; i < 2; i++) {
		fd = stream(a, 0);
		assert_int_equal(sk_sendto(a, fd, request, sizeof(request),
					   SK_MSG_FASTOPEN, &to),
				 sizeof(request));
		testnet_run_ms(net, 100);
		assert_int_equal(net->events[R_TCP_FASTOPEN_TAKEN], i);
		assert_int_equal(taken(net, l), sizeof(request));
		sk_close(a, fd);
		testnet_run_ms(net, 100);
	}
	sk_close(testnet_host(net, 1), l);
}

static void without_a_cookie_who_cannot_wait_is_told(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct stack *a = testnet_host(net, 0);
	int l = serve(net), fd = stream(a, SK_SOCK_NONBLOCK);

	assert_int_equal(sk_sendto(a, fd, request, sizeof(request),
				   SK_MSG_FASTOPEN, &to),
			 -EINPROGRESS);
	testnet_run_ms(net, 100);
	assert_int_equal(sk_send(a, fd, request, sizeof(request), 0),
			 sizeof(request));
	testnet_run_ms(net, 100);
	assert_int_equal(taken(net, l), sizeof(request));
	sk_close(a, fd);
	sk_close(testnet_host(net, 1), l);
}

static int connect_later(struct testnet *net)
{
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct stack *a = testnet_host(net, 0);
	int fd = stream(a, 0);

	set(a, fd, SK_TCP_FASTOPEN_CONNECT, 1);
	assert_int_equal(sk_connect(a, fd, &to), 0);
	testnet_run_ms(net, 100);
	return fd;
}

static void connect_waits_for_the_first_octets(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	int l = serve(net), fd = connect_later(net);
	uint64_t syns = net->events[R_TCP_SYN];

	assert_true(syns > 0); /* no cookie yet: an ordinary connect */
	assert_int_equal(taken(net, l), -EAGAIN);
	sk_close(a, fd);
	testnet_run_ms(net, 100);
	fd = connect_later(net);
	assert_int_equal(net->events[R_TCP_SYN], syns);
	assert_int_equal(sk_send(a, fd, request, sizeof(request), 0),
			 sizeof(request));
	testnet_run_ms(net, 100);
	assert_int_equal(net->events[R_TCP_FASTOPEN_TAKEN], 1);
	assert_int_equal(taken(net, l), sizeof(request));
	sk_close(a, fd);
	sk_close(testnet_host(net, 1), l);
}

static void who_receives_first_is_connected_without_data(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	int l = serve(net), fd = connect_later(net);
	char octet;

	sk_close(testnet_host(net, 1),
		 sk_accept4(testnet_host(net, 1), l, NULL, 0));
	sk_close(a, fd);
	testnet_run_ms(net, 100);
	fd = connect_later(net);
	assert_int_equal(sk_recv(a, fd, &octet, 1, SK_MSG_DONTWAIT), -EAGAIN);
	testnet_run_ms(net, 100);
	assert_int_equal(taken(net, l), -EAGAIN);
	sk_close(a, fd);
	sk_close(testnet_host(net, 1), l);
}

static void it_can_be_switched_off(void **state)
{
	struct testnet *net = *state;
	struct endpoint to = talker_ep("10.0.0.2:80");
	struct stack *a = testnet_host(net, 0);
	int fd = stream(a, 0);

	assert_int_equal(tcp_knob_set(a, "fastopen", 0), 0);
	assert_int_equal(sk_sendto(a, fd, request, sizeof(request),
				   SK_MSG_FASTOPEN, &to),
			 -EOPNOTSUPP);
	sk_close(a, fd);
}

static void options_of_opening_are_told_as_linux_does(void **state)
{
	struct testnet *net = *state;
	struct stack *a = testnet_host(net, 0);
	int fd = stream(a, 0), v;

	set(a, fd, SK_TCP_DEFER_ACCEPT, 5);
	assert_int_equal(sk_getsockopt_int(a, fd, SK_IPPROTO_TCP,
					   SK_TCP_DEFER_ACCEPT, &v),
			 0);
	assert_int_equal(v, 7); /* 1 + 2 + 4 */
	assert_int_equal(
		sk_getsockopt_int(a, fd, SK_IPPROTO_TCP, SK_TCP_SYNCNT, &v), 0);
	assert_int_equal(v, 7);
	assert_int_equal(
		sk_setsockopt_int(a, fd, SK_IPPROTO_TCP, SK_TCP_SYNCNT, 128),
		-EINVAL);
	sk_close(a, fd);
}

#define T(f) cmocka_unit_test_setup_teardown(f, testnet_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(first_send_connects),
		T(without_a_cookie_who_cannot_wait_is_told),
		T(connect_waits_for_the_first_octets),
		T(who_receives_first_is_connected_without_data),
		T(it_can_be_switched_off),
		T(options_of_opening_are_told_as_linux_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
