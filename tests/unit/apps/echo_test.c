// SPDX-License-Identifier: MIT
/* echo_test.c - what comes is sent back, and nobody can make us keep it */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/echo.h"
#include "reactor/reactor.h"
#include "sock/sock.h"
#include "testnet.h"

struct fixture {
	struct testnet *net;
	struct stack *client;
	struct loop *loop;
	struct echo *echo;
	struct endpoint at;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	f->net = testnet_new();
	f->client = testnet_host(f->net, 1);
	assert_int_equal(loop_new(testnet_host(f->net, 0), &f->loop), 0);
	assert_int_equal(echo_start(f->loop, 7, &f->echo), 0);
	return endpoint_parse(&f->at, "10.0.0.1:7");
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	echo_stop(f->echo);
	loop_free(f->loop);
	testnet_free(f->net);
	free(f);
	return 0;
}

static void a_stream_comes_back_and_then_its_end(void **state)
{
	struct fixture *f = *state;
	int fd = sk_socket(f->client, SK_AF_INET, SK_SOCK_STREAM, 0);
	char got[6] = "";

	assert_int_equal(sk_connect(f->client, fd, &f->at), 0);
	assert_int_equal(sk_send(f->client, fd, "hello", 5, 0), 5);
	assert_int_equal(sk_shutdown(f->client, fd, SK_SHUT_WR), 0);
	assert_int_equal(sk_recv(f->client, fd, got, 5, SK_MSG_WAITALL), 5);
	assert_string_equal(got, "hello");
	assert_int_equal(sk_recv(f->client, fd, got, 5, 0), 0);
	assert_int_equal(sk_close(f->client, fd), 0);
}

static void a_datagram_comes_back(void **state)
{
	struct fixture *f = *state;
	int fd = sk_socket(f->client, SK_AF_INET, SK_SOCK_DGRAM, 0);
	struct endpoint from;
	char got[6] = "";

	assert_int_equal(sk_sendto(f->client, fd, "hello", 5, 0, &f->at), 5);
	assert_int_equal(sk_recvfrom(f->client, fd, got, 5, 0, &from), 5);
	assert_string_equal(got, "hello");
	assert_true(endpoint_eq(from, f->at));
	assert_int_equal(sk_close(f->client, fd), 0);
}

/* Octets that a client could hand over without reading any. */
static size_t stuff(struct fixture *f, int fd)
{
	static const char octets[65536];
	size_t sum = 0;
	int idle = 0;

	while (idle < 20) {
		long n = sk_send(f->client, fd, octets, sizeof(octets),
				 SK_MSG_DONTWAIT);

		if (n > 0)
			sum += (size_t)n;
		idle = n > 0 ? 0 : idle + 1;
		testnet_run_ms(f->net, 1000);
	}
	return sum;
}

static void who_never_reads_is_not_read_from(void **state)
{
	struct fixture *f = *state;
	int fd = sk_socket(f->client, SK_AF_INET, SK_SOCK_STREAM, 0);
	static char got[65536];
	size_t sent, back = 0;
	long n;

	assert_int_equal(sk_connect(f->client, fd, &f->at), 0);
	sent = stuff(f, fd);
	assert_in_range(sent, 100000, 32 << 20);
	assert_int_equal(sk_shutdown(f->client, fd, SK_SHUT_WR), 0);
	while ((n = sk_recv(f->client, fd, got, sizeof(got), 0)) > 0)
		back += (size_t)n;
	assert_int_equal(n, 0);
	assert_int_equal(back, sent); /* and nothing was lost by it */
	assert_int_equal(sk_close(f->client, fd), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_comes_back_and_then_its_end),
		TEST(a_datagram_comes_back),
		TEST(who_never_reads_is_not_read_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
