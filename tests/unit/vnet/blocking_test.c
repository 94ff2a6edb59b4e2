// SPDX-License-Identifier: MIT
/* blocking_test.c - calls that block run the world, or are refused */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pair.h"
#include "sock/sock.h"

static struct pair p;

static void set_up(void)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};

	pair_init(&p, 5, &params);
	world_run_until(p.w, NS_PER_S);
}

static void tear_down(void)
{
	assert_int_equal(pair_fini(&p), 0);
}

static int receiver_fd;

static void send_datagram(void *arg)
{
	struct endpoint to = ep("10.0.0.2:53");
	int fd = sk_socket(&p.a->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);

	assert_int_equal(sk_sendto(&p.a->stack, fd, arg, strlen(arg), 0, &to),
			 strlen(arg));
	assert_int_equal(sk_close(&p.a->stack, fd), 0);
}

static int bind_receiver(void)
{
	struct endpoint local = ep("10.0.0.2:53");
	int fd = sk_socket(&p.b->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(sk_bind(&p.b->stack, fd, &local), 0);
	return fd;
}

static void blocking_call_runs_the_world_as_far_as_needed(void **state)
{
	static char text[] = "hello";
	char buf[100];
	uint64_t t;
	int fd;

	(void)state;
	set_up();
	fd = bind_receiver();
	send_datagram(text); /* fills the ARP caches */
	assert_int_equal(sk_recv(&p.b->stack, fd, buf, sizeof(buf), 0), 5);
	t = world_now(p.w) + NS_PER_S;
	world_at(p.w, t, send_datagram, text);
	assert_int_equal(sk_recv(&p.b->stack, fd, buf, sizeof(buf), 0), 5);
	assert_memory_equal(buf, "hello", 5);
	assert_int_equal(world_now(p.w), t + NS_PER_MS);
	tear_down();
}

static long nested_result;

static void receive_in_event(void *arg)
{
	char buf[10];

	(void)arg;
	nested_result = sk_recv(&p.b->stack, receiver_fd, buf, sizeof(buf), 0);
}

static void blocking_inside_an_event_is_refused(void **state)
{
	(void)state;
	set_up();
	nested_result = 0;
	receiver_fd = bind_receiver();
	world_at(p.w, 2 * NS_PER_S, receive_in_event, NULL);
	world_run_until(p.w, 3 * NS_PER_S);
	assert_int_equal(nested_result, -EDEADLK);
	tear_down();
}

static void waiting_for_what_cannot_happen_is_refused(void **state)
{
	char buf[10];
	int fd;

	(void)state;
	set_up();
	fd = bind_receiver();
	assert_int_equal(sk_recv(&p.b->stack, fd, buf, sizeof(buf), 0),
			 -EDEADLK);
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocking_call_runs_the_world_as_far_as_needed),
		cmocka_unit_test(blocking_inside_an_event_is_refused),
		cmocka_unit_test(waiting_for_what_cannot_happen_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
