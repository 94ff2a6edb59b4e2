// SPDX-License-Identifier: MIT
/* sock_congestion_test.c - TCP_CONGESTION and SO_MAX_PACING_RATE */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sock/sock.h"
#include "tcp/tcp.h"
#include "testnet.h"

static int setup(void **state)
{
	struct testnet *net = testnet_new_empty();

	testnet_add_host(net, NULL);
	*state = net;
	return 0;
}

static int teardown(void **state)
{
	testnet_free(*state);
	return 0;
}

static int set_name(struct stack *st, int fd, const char *name, size_t len)
{
	return sk_setsockopt(st, fd, SK_IPPROTO_TCP, SK_TCP_CONGESTION, name,
			     len);
}

static void assert_name(struct stack *st, int fd, const char *want)
{
	char name[32];
	size_t len = sizeof(name);

	assert_int_equal(sk_getsockopt(st, fd, SK_IPPROTO_TCP,
				       SK_TCP_CONGESTION, name, &len),
			 0);
	assert_int_equal(len, 16); /* as on Linux, padded */
	assert_string_equal(name, want);
}

static void an_algorithm_is_chosen_by_name(void **state)
{
	struct stack *st = testnet_host(*state, 0);
	int fd = sk_socket(st, SK_AF_INET, SK_SOCK_STREAM, 0);
	const char *name;
	size_t i;

	assert_name(st, fd, "cubic");
	for (i = 0; (name = tcp_congestion_name(i)); i++) {
		assert_int_equal(set_name(st, fd, name, strlen(name)), 0);
		assert_name(st, fd, name);
	}
	assert_true(i >= 4);
	assert_int_equal(set_name(st, fd, "vegas2", 6), -ENOENT);
	assert_int_equal(set_name(st, fd, "", 0), -EINVAL);
	assert_name(st, fd, "dctcp");
	sk_close(st, fd);
}

static void datagrams_have_none(void **state)
{
	struct stack *st = testnet_host(*state, 0);
	int fd = sk_socket(st, SK_AF_INET, SK_SOCK_DGRAM, 0);

	assert_true(set_name(st, fd, "reno", 4) < 0);
	sk_close(st, fd);
}

/* As long as Linux's answer, and no longer. */
static void each_algorithm_shows_what_it_believes(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} want[] = {{"cubic", 0}, {"bbr", 20}, {"dctcp", 16}};
	struct stack *st = testnet_host(*state, 0);
	int fd = sk_socket(st, SK_AF_INET, SK_SOCK_STREAM, 0);
	uint8_t buf[64];
	size_t i, len;

	for (i = 0; i < 3; i++) {
		set_name(st, fd, want[i].name, strlen(want[i].name));
		len = sizeof(buf);
		assert_int_equal(sk_getsockopt(st, fd, SK_IPPROTO_TCP,
					       SK_TCP_CC_INFO, buf, &len),
				 0);
		assert_int_equal(len, want[i].len);
	}
	sk_close(st, fd);
}

static void a_rate_limit_is_told_in_either_size(void **state)
{
	struct stack *st = testnet_host(*state, 0);
	int fd = sk_socket(st, SK_AF_INET, SK_SOCK_STREAM, 0);
	uint32_t small = 0;
	uint64_t large = 0;
	size_t len = sizeof(small);

	sk_getsockopt(st, fd, SK_SOL_SOCKET, SK_SO_MAX_PACING_RATE, &small,
		      &len);
	assert_int_equal(small, UINT32_MAX);
	small = 125000;
	assert_int_equal(sk_setsockopt(st, fd, SK_SOL_SOCKET,
				       SK_SO_MAX_PACING_RATE, &small,
				       sizeof(small)),
			 0);
	len = sizeof(large);
	sk_getsockopt(st, fd, SK_SOL_SOCKET, SK_SO_MAX_PACING_RATE, &large,
		      &len);
	assert_int_equal(len, sizeof(large));
	assert_int_equal(large, 125000);
	small = UINT32_MAX;
	sk_setsockopt(st, fd, SK_SOL_SOCKET, SK_SO_MAX_PACING_RATE, &small,
		      sizeof(small));
	sk_getsockopt(st, fd, SK_SOL_SOCKET, SK_SO_MAX_PACING_RATE, &large,
		      &len);
	assert_true(large == UINT64_MAX);
	sk_close(st, fd);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_algorithm_is_chosen_by_name),
		T(datagrams_have_none),
		T(each_algorithm_shows_what_it_believes),
		T(a_rate_limit_is_told_in_either_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
