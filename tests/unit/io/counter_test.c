// SPDX-License-Identifier: MIT
/* counter_test.c - timers and event counters as files */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "bare.h"
#include "io/io.h"
#include "sock/sock.h"

static int setup(void **state)
{
	static struct bare bare;

	bare_init(&bare);
	*state = &bare;
	return 0;
}

static int teardown(void **state)
{
	bare_fini(*state);
	return 0;
}

static uint64_t read_count(struct stack *s, int fd)
{
	uint64_t n = 0;

	assert_int_equal(sk_read(s, fd, &n, sizeof(n)), sizeof(n));
	return n;
}

static void timer_is_readable_when_time_has_passed(void **state)
{
	struct bare *b = *state;
	int fd = sk_timer_create(&b->stack, SK_SOCK_NONBLOCK);
	uint64_t n;

	assert_int_equal(fd, 0);
	assert_int_equal(sk_timer_set(&b->stack, fd, 5 * NS_PER_MS, 0), 0);
	bare_run_ms(b, 4);
	assert_int_equal(sk_ready(&b->stack, fd), 0);
	assert_int_equal(sk_read(&b->stack, fd, &n, sizeof(n)), -EAGAIN);
	bare_run_ms(b, 1);
	assert_int_equal(sk_ready(&b->stack, fd), WAIT_IN);
	assert_int_equal(read_count(&b->stack, fd), 1);
	assert_int_equal(sk_ready(&b->stack, fd), 0);
}

static void blocking_read_of_a_timer_lets_time_pass(void **state)
{
	struct bare *b = *state;
	uint64_t begin = b->env.now_ns;
	int fd = sk_timer_create(&b->stack, 0);

	sk_timer_set(&b->stack, fd, 70 * NS_PER_MS, 0);
	assert_int_equal(read_count(&b->stack, fd), 1);
	assert_int_equal(b->env.now_ns - begin, 70 * NS_PER_MS);
}

static void periodic_timer_counts_and_does_not_drift(void **state)
{
	struct bare *b = *state;
	int fd = sk_timer_create(&b->stack, 0);
	uint64_t left, interval;

	sk_timer_set(&b->stack, fd, 10 * NS_PER_MS, 3 * NS_PER_MS);
	bare_run_ms(b, 20); /* due at 10, 13, 16, 19 */
	assert_int_equal(read_count(&b->stack, fd), 4);
	assert_int_equal(sk_timer_get(&b->stack, fd, &left, &interval), 0);
	assert_int_equal(left, 2 * NS_PER_MS);
	assert_int_equal(interval, 3 * NS_PER_MS);
	b->env.now_ns += 100 * NS_PER_MS; /* nobody looked for a while */
	stack_run(&b->stack);
	assert_int_equal(read_count(&b->stack, fd), 33);
	sk_timer_get(&b->stack, fd, &left, &interval);
	assert_int_equal(left, 1 * NS_PER_MS);
}

static void disarmed_timer_stays_silent(void **state)
{
	struct bare *b = *state;
	int fd = sk_timer_create(&b->stack, 0);
	uint64_t n;

	sk_timer_set(&b->stack, fd, 10 * NS_PER_MS, 0);
	sk_timer_set(&b->stack, fd, 0, 0);
	bare_run_ms(b, 50);
	assert_int_equal(sk_ready(&b->stack, fd), 0);
	/* Nothing is left that could ever wake it. */
	assert_int_equal(sk_read(&b->stack, fd, &n, sizeof(n)), -EDEADLK);
}

static void event_counter_adds_and_takes_all(void **state)
{
	struct bare *b = *state;
	int fd = sk_event_create(&b->stack, 3, SK_SOCK_NONBLOCK);
	uint64_t n = 4;

	assert_int_equal(sk_write(&b->stack, fd, &n, sizeof(n)), sizeof(n));
	assert_int_equal(sk_ready(&b->stack, fd), WAIT_IN | WAIT_OUT);
	assert_int_equal(read_count(&b->stack, fd), 7);
	assert_int_equal(sk_read(&b->stack, fd, &n, sizeof(n)), -EAGAIN);
	assert_int_equal(sk_read(&b->stack, fd, &n, 7), -EINVAL);
}

static void full_event_counter_blocks_its_writer(void **state)
{
	struct bare *b = *state;
	int fd = sk_event_create(&b->stack, UINT64_MAX - 1, SK_SOCK_NONBLOCK);
	uint64_t n = 1;

	assert_int_equal(sk_ready(&b->stack, fd), WAIT_IN);
	assert_int_equal(sk_write(&b->stack, fd, &n, sizeof(n)), -EAGAIN);
	n = UINT64_MAX;
	assert_int_equal(sk_write(&b->stack, fd, &n, sizeof(n)), -EINVAL);
}

static void semaphore_gives_one_at_a_time(void **state)
{
	struct bare *b = *state;
	int fd = sk_event_create(&b->stack, 2,
				 SK_EVENT_SEMAPHORE | SK_SOCK_NONBLOCK);
	uint64_t n;

	assert_int_equal(read_count(&b->stack, fd), 1);
	assert_int_equal(read_count(&b->stack, fd), 1);
	assert_int_equal(sk_read(&b->stack, fd, &n, sizeof(n)), -EAGAIN);
}

static void descriptors_are_the_lowest_free(void **state)
{
	struct bare *b = *state;
	int i;

	for (i = 0; i < 40; i++)
		assert_int_equal(sk_event_create(&b->stack, 0, 0), i);
	sk_close(&b->stack, 7);
	sk_close(&b->stack, 21);
	sk_close(&b->stack, 3);
	assert_int_equal(sk_event_create(&b->stack, 0, 0), 3);
	assert_int_equal(sk_event_create(&b->stack, 0, 0), 7);
	assert_int_equal(sk_dup(&b->stack, 0), 21);
	assert_int_equal(sk_dup(&b->stack, 0), 40);
	assert_int_equal(sk_fcntl(&b->stack, 0, SK_F_DUPFD, 100), 100);
	assert_int_equal(sk_close(&b->stack, 99), -EBADF);
	assert_int_equal(sk_dup(&b->stack, 99), -EBADF);
	assert_int_equal(sk_close(&b->stack, -1), -EBADF);
}

static void copied_descriptor_is_the_same_file(void **state)
{
	struct bare *b = *state;
	int fd = sk_event_create(&b->stack, 5, 0), copy;

	copy = sk_dup(&b->stack, fd);
	sk_close(&b->stack, fd);
	assert_int_equal(sk_fcntl(&b->stack, copy, SK_F_SETFL, SK_O_NONBLOCK),
			 0);
	assert_int_equal(sk_fcntl(&b->stack, copy, SK_F_GETFL, 0),
			 SK_O_NONBLOCK | SK_O_RDWR);
	assert_int_equal(read_count(&b->stack, copy), 5);
}

static void cap_on_descriptors_is_emfile(void **state)
{
	struct bare *b = *state;

	file_set_max(&b->stack, 2);
	assert_int_equal(sk_event_create(&b->stack, 0, 0), 0);
	assert_int_equal(sk_event_create(&b->stack, 0, 0), 1);
	assert_int_equal(sk_event_create(&b->stack, 0, 0), -EMFILE);
	assert_int_equal(sk_dup(&b->stack, 0), -EMFILE);
	assert_int_equal(sk_fcntl(&b->stack, 0, SK_F_DUPFD, 2), -EINVAL);
}

static void a_file_is_not_a_socket(void **state)
{
	struct bare *b = *state;
	int fd = sk_event_create(&b->stack, 0, 0);

	assert_int_equal(sk_send(&b->stack, fd, "x", 1, 0), -ENOTSOCK);
	assert_int_equal(sk_listen(&b->stack, fd, 1), -ENOTSOCK);
	assert_int_equal(sk_timer_set(&b->stack, fd, 1, 0), -EINVAL);
	assert_int_equal(sk_timer_set(&b->stack, 77, 1, 0), -EBADF);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(timer_is_readable_when_time_has_passed),
		T(blocking_read_of_a_timer_lets_time_pass),
		T(periodic_timer_counts_and_does_not_drift),
		T(disarmed_timer_stays_silent),
		T(event_counter_adds_and_takes_all),
		T(full_event_counter_blocks_its_writer),
		T(semaphore_gives_one_at_a_time),
		T(descriptors_are_the_lowest_free),
		T(copied_descriptor_is_the_same_file),
		T(cap_on_descriptors_is_emfile),
		T(a_file_is_not_a_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
