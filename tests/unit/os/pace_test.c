// SPDX-License-Identifier: MIT
/* pace_test.c - stacks that follow the clock */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
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
	uint64_t begin_ns; /* of the clock, not after time START */
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
	f.begin_ns = os_clock_ns();
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
	assert_false(pace_skip(&f.pace, UINT64_MAX));
}

static bool has_fired(void *arg)
{
	(void)arg;
	return f.fired > 0;
}

static bool has_fired_again(void *arg)
{
	(void)arg;
	return f.fired > 1;
}

static void a_timer_fires_when_its_time_has_come(void **state)
{
	(void)state;
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, 3 * NS_PER_MS);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, UINT64_MAX), 0);
	assert_true(os_clock_ns() - f.begin_ns >= 3 * NS_PER_MS);
	assert_true(f.fired_ns >= START + 3 * NS_PER_MS);
	assert_int_equal(f.inner, -EDEADLK); /* nobody may wait inside */
	assert_true(f.pace.sleeps < 100);    /* it slept, and did not spin */
}

static void nobody_sits_through_what_is_skipped(void **state)
{
	uint64_t due = START + 100000 * NS_PER_S;

	(void)state;
	timer_init(&f.timer, on_timer, NULL);
	stack_arm(&f.stack, &f.timer, due);
	assert_false(pace_skip(&f.pace, due - 5000 * NS_PER_S));
	assert_int_equal(f.fired, 0);
	assert_true(pace_now(&f.pace) >= due - 5000 * NS_PER_S);
	assert_true(pace_skip(&f.pace, due + 1));
	assert_int_equal(f.fired, 1);
	assert_true(f.fired_ns >= due && pace_now(&f.pace) >= due);
	assert_int_equal(f.pace.sleeps, 0);
	/* From there the clock goes on as it did. */
	stack_arm_in(&f.stack, &f.timer, NS_PER_MS);
	assert_int_equal(pace_wait(&f.pace, has_fired_again, NULL, UINT64_MAX),
			 0);
	assert_true(f.fired_ns >= due + NS_PER_MS);
	assert_true(f.fired_ns - due <= os_clock_ns() - f.begin_ns);
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

/* A set of descriptors (epoll) that waits for the pipe too. */
struct waiter_set {
	struct pace_fd pfd;
	struct epoll_event ev[2];
	int count, told;
};

static int set_wait(struct pace_fd *pfd, const struct timespec *timeout)
{
	struct waiter_set *set = pfd->arg;
	int bits = 0;

	assert_true(!timeout || !timeout->tv_sec);
	set->count = epoll_wait(pfd->fd, set->ev, 2, timeout ? 0 : -1);
	for (int i = 0; i < set->count; i++)
		bits |= set->ev[i].data.u32 ? PACE_OTHERS : PACE_SELF;
	return bits;
}

static int set_put(struct pace_fd *pfd, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 1};

	return epoll_ctl(pfd->fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

static void set_drop(struct pace_fd *pfd, int fd)
{
	assert_int_equal(epoll_ctl(pfd->fd, EPOLL_CTL_DEL, fd, NULL), 0);
}

static void on_set(struct pace_fd *pfd, void *arg)
{
	struct waiter_set *set = arg;

	(void)pfd;
	set->told++;
}

/* Both are ready; the set's own event comes once (an edge), and poll(2) does not
 * show it any more. */
static void who_waits_for_all_hears_of_his_own_too(void **state)
{
	static const struct pace_set ops = {set_wait, set_put, set_drop};
	struct waiter_set set = {.told = 0};
	struct epoll_event edge = {.events = EPOLLIN | EPOLLET};
	int fd = epoll_create1(0), own[2];

	(void)state;
	assert_int_equal(pipe(own), 0);
	assert_int_equal(epoll_ctl(fd, EPOLL_CTL_ADD, own[0], &edge), 0);
	assert_int_equal(pace_watch(&f.pace, &set.pfd, fd, on_set, &set), 0);
	pace_wait_by(&f.pace, &set.pfd, &ops);
	assert_int_equal(pace_watch(&f.pace, &f.pfd, f.pipe[0], on_pipe, NULL),
			 0);
	assert_int_equal(write(own[1], "x", 1), 1);
	assert_int_equal(write(f.pipe[1], "x", 1), 1);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, UINT64_MAX), 0);
	assert_int_equal(set.told, 1);
	assert_int_equal(f.pace.fd_count, 1);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(set.told, 1);
	pace_unwatch(&f.pace, &set.pfd);
	assert_null(f.pace.waiter);
	close(fd);
	close(own[0]);
	close(own[1]);
}

/* What cannot be in such a set (a file) is waited for without it. */
static void what_a_set_refuses_is_polled(void **state)
{
	static const struct pace_set ops = {set_wait, set_put, set_drop};
	struct waiter_set set = {.told = 0};
	struct pace_fd other;
	int fd = epoll_create1(0), file = open("/proc/self/exe", O_RDONLY);

	(void)state;
	assert_int_equal(pace_watch(&f.pace, &set.pfd, fd, on_set, &set), 0);
	pace_wait_by(&f.pace, &set.pfd, &ops);
	assert_ptr_equal(f.pace.waiter, &set.pfd);
	assert_int_equal(pace_watch(&f.pace, &other, file, on_set, &set), 0);
	assert_null(f.pace.waiter);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(set.told, 1);
	close(fd);
	close(file);
}

/*
 * Of a process that was stopped the clock has gone on: the pace's is set ahead.
 */
static void pause_for(uint64_t ns)
{
	f.pace.offset_ns += ns;
}

/* An octet in the pipe is an answer: the timer that waits for it goes. */
static uint64_t answered_ns;
static char answer;

static void on_answer(struct pace_fd *pfd, void *arg)
{
	char c = 0;

	(void)arg;
	f.inner++;
	assert_int_equal(read(pfd->fd, &c, 1), 1);
	if (c != answer)
		return;
	answered_ns = f.env.now_ns;
	stack_disarm(&f.stack, &f.timer);
}

static void wait_for_answer(char wanted, uint64_t in_ns)
{
	answer = wanted;
	answered_ns = 0;
	assert_int_equal(
		pace_watch(&f.pace, &f.pfd, f.pipe[0], on_answer, NULL), 0);
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, in_ns);
}

static void what_came_during_a_pause_is_before_what_fell_due(void **state)
{
	(void)state;
	wait_for_answer('x', NS_PER_S);
	assert_int_equal(write(f.pipe[1], "x", 1), 1);
	pause_for(1200 * NS_PER_MS);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 0);
	/* It comes now, all the same: nobody measures too short a time. */
	assert_true(answered_ns >= START + 1200 * NS_PER_MS);
}

static void a_pause_without_an_answer_ends_the_patience(void **state)
{
	(void)state;
	wait_for_answer('x', NS_PER_S);
	pause_for(1200 * NS_PER_MS);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 1);
	assert_int_equal(f.inner, -EDEADLK);
}

/* There is more than a batch; here one octet is one. */
static void after_a_pause_several_batches_are_read_first(void **state)
{
	(void)state;
	wait_for_answer('x', NS_PER_S);
	assert_int_equal(write(f.pipe[1], "-------x--------", 16),
			 PACE_BATCHES);
	pause_for(1200 * NS_PER_MS);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 0);
	assert_int_equal(f.inner, PACE_BATCHES);
}

static void on_endless(struct pace_fd *pfd, void *arg)
{
	(void)pfd;
	(*(int *)arg)++;
}

/* It can always be read.  Timers fire nevertheless, and soon. */
static void who_never_stops_delivering_stops_no_timer(void **state)
{
	int batches = 0;

	(void)state;
	assert_int_equal(write(f.pipe[1], "x", 1), 1);
	assert_int_equal(
		pace_watch(&f.pace, &f.pfd, f.pipe[0], on_endless, &batches),
		0);
	timer_init(&f.timer, on_timer, NULL);
	stack_arm_in(&f.stack, &f.timer, NS_PER_S);
	pause_for(1200 * NS_PER_MS);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 1);
	assert_int_equal(batches, PACE_BATCHES);
	/* Without a pause, after one batch. */
	stack_arm(&f.stack, &f.timer, 0);
	assert_int_equal(pace_poll(&f.pace), 0);
	assert_int_equal(f.fired, 2);
	assert_int_equal(batches, PACE_BATCHES + 1);
}

/* Whoever waits for it is not told that it has not come. */
static void time_is_not_up_before_what_came_is_read(void **state)
{
	uint64_t until = START + NS_PER_S;

	(void)state;
	assert_int_equal(pace_watch(&f.pace, &f.pfd, f.pipe[0], on_pipe, NULL),
			 0);
	assert_int_equal(write(f.pipe[1], "x", 1), 1);
	pause_for(1200 * NS_PER_MS);
	assert_int_equal(pace_wait(&f.pace, has_fired, NULL, until), 0);
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
		TEST(nobody_sits_through_what_is_skipped),
		TEST(a_call_of_the_stack_may_block),
		TEST(waiting_ends_in_time),
		TEST(a_descriptor_wakes),
		TEST(who_waits_for_all_hears_of_his_own_too),
		TEST(what_a_set_refuses_is_polled),
		TEST(what_came_during_a_pause_is_before_what_fell_due),
		TEST(a_pause_without_an_answer_ends_the_patience),
		TEST(after_a_pause_several_batches_are_read_first),
		TEST(who_never_stops_delivering_stops_no_timer),
		TEST(time_is_not_up_before_what_came_is_read),
		TEST(polling_does_not_sleep),
		TEST(being_asked_to_end_ends_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
