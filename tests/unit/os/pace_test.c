// SPDX-License-Identifier: MIT
/* pace_test.c - stacks that follow the clock */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/clock.h"
#include "os/pace.h"
#include "os/random.h"
#include "os/stop.h"

#define START (UINT64_C(1000) * NS_PER_S)

struct fixture {
	struct mem mem;
	struct env env;
	struct stack stack;
	struct pace pace;
	struct pace_stack ps;
	struct timer timer;
	uint64_t fired_ns;
	int fired;
	int inner;
	int pipe[2];
	struct pace_fd pfd;
};

static struct fixture f;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	env_init(&f.env, &f.mem);
	f.env.now_ns = START;
	pace_init(&f.pace, START);
	assert_int_equal(stack_init(&f.stack, &f.env, "h", os_entropy()), 0);
	pace_add_stack(&f.pace, &f.ps, &f.stack);
	return pipe(f.pipe);
}

static int tear_down(void **state)
{
	(void)state;
	stack_fini(&f.stack);
	close(f.pipe[0]);
	close(f.pipe[1]);
	return env_fini(&f.env) || f.mem.in_use_count;
}

static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	(void)arg;
	f.fired++;
	f.fired_ns = f.env.now_ns;
	f.inner = pace_wait(&f.pace, NULL, NULL, 0);
	assert_int_equal(pace_poll(&f.pace), -EDEADLK);
}

static bool has_fired(void *arg)
{
	(void)arg;
	return f.fired > 0;
}

static void a_timer_fires_when_its_time_has_come(void **state)
{
	uint64_t before = os_clock_ns();

	(void)state;
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, 3 * NS_PER_MS);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, UINT64_MAX), 0);
	assert_true(os_clock_ns() - before >= 3 * NS_PER_MS);
	assert_true(f.fired_ns >= START + 3 * NS_PER_MS);
	assert_int_equal(f.inner, -EDEADLK); /* nobody may wait inside */
	assert_true(f.pace.sleeps < 100);    /* it slept, and did not spin */
}

static void a_call_of_the_stack_may_block(void **state)
{
	(void)state;
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, NS_PER_MS);
	assert_int_equal(stack_wait(&f.stack, has_fired, NULL, UINT64_MAX), 0);
}

static void waiting_ends_in_time(void **state)
{
	(void)state;
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL,
				   pace_now(&f.pace) + NS_PER_MS),
			 -ETIMEDOUT);
	assert_true(f.env.now_ns >= START + NS_PER_MS);
}

static void on_pipe(struct pace_fd *pfd, void *arg)
{
	char c;

	(void)arg;
	assert_int_equal(read(pfd->fd, &c, 1), 1);
	f.fired++;
	pace_unwatch(&f.pace, pfd);
}

static void a_descriptor_wakes(void **state)
{
	(void)state;
	assert_int_equal(pace_watch(&f.pace, &f.pfd, f.pipe[0], on_pipe, NULL),
			 0);
	assert_int_equal(write(f.pipe[1], "x", 1), 1);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, UINT64_MAX), 0);
	assert_int_equal(f.pace.fd_count, 0);
}

static void polling_does_not_sleep(void **state)
{
	(void)state;
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, 3600 * NS_PER_S);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 0);
	assert_int_equal(f.pace.sleeps, 0);
	stack_disarm(&f.stack, &f.timer);
}

static void on_stop(struct pace_fd *pfd, void *arg)
{
	(void)arg;
	if (os_stop_asked(pfd->fd))
		pace_stop(&f.pace);
}

static void being_asked_to_end_ends_the_loop(void **state)
{
	int fd = os_stop_open();

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pace_watch(&f.pace, &f.pfd, fd, on_stop, NULL), 0);
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(pace_run(&f.pace), 0);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, 0), -EINTR);
	assert_false(os_stop_asked(fd));
	os_stop_close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_timer_fires_when_its_time_has_come),
		TEST(a_call_of_the_stack_may_block),
		TEST(waiting_ends_in_time),
		TEST(a_descriptor_wakes),
		TEST(polling_does_not_sleep),
		TEST(being_asked_to_end_ends_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
