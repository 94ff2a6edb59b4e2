// SPDX-License-Identifier: MIT
/* sigq_test.c - signals that wait in memory */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/waitq.h"

#include "bare.h"
#include "io/io.h"
#include "io/sigq.h"
#include "sock/file_async.h"
#include "sock/sock.h"

#define RT  34
#define ALL UINT64_MAX

/* A stack whose signals go to a queue, and an event counter. */
struct fix {
	struct bare bare;
	struct sigq *q;
	int fd;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	bare_init(&f->bare);
	f->q = sigq_new(&f->bare.mem);
	f->bare.stack.signals = sigq_sink(f->q);
	f->fd = sk_event_create(&f->bare.stack, 0, SK_SOCK_NONBLOCK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	sigq_free(f->q);
	bare_fini(&f->bare);
	free(f);
	return 0;
}

static void ask_for(struct fix *f, int signo)
{
	struct stack *s = &f->bare.stack;

	assert_int_equal(sk_fcntl(s, f->fd, SK_F_SETOWN, 1), 0);
	assert_int_equal(sk_fcntl(s, f->fd, SK_F_SETSIG, signo), 0);
	assert_int_equal(sk_fcntl(s, f->fd, SK_F_SETFL, SK_O_ASYNC), 0);
}

static void happen(struct fix *f)
{
	uint64_t one = 1;

	sk_write(&f->bare.stack, f->fd, &one, sizeof(one));
}

static int take(struct fix *f, struct signal_info *info)
{
	return sigq_take(f->q, ALL, info);
}

static void standard_signals_coalesce_while_pending(void **state)
{
	struct fix *f = *state;
	struct signal_info info;
	struct sigq_stat stat;

	ask_for(f, 0);
	happen(f);
	happen(f);
	happen(f);
	assert_int_equal(take(f, &info), SIGNAL_IO);
	assert_int_equal(info.code, SIGNAL_KERNEL);
	assert_int_equal(take(f, &info), 0);
	happen(f);
	assert_int_equal(take(f, &info), SIGNAL_IO);
	sigq_get_stat(f->q, &stat);
	assert_int_equal(stat.raised, 4);
	assert_int_equal(stat.coalesced, 2);
}

static void realtime_signals_queue_and_say_what_happened(void **state)
{
	struct fix *f = *state;
	struct signal_info info;

	ask_for(f, RT);
	happen(f);
	happen(f);
	assert_int_equal(take(f, &info), RT);
	assert_int_equal(info.code, SIGNAL_POLL_IN);
	assert_int_equal(info.fd, f->fd);
	assert_int_equal(info.band, 0x41);
	assert_int_equal(info.owner, 1);
	assert_int_equal(take(f, &info), RT);
	assert_int_equal(take(f, &info), 0);
}

static void full_queue_falls_back_to_sigio(void **state)
{
	struct fix *f = *state;
	struct signal_info info;
	struct sigq_stat stat;
	int i;

	ask_for(f, RT);
	sigq_set_max(f->q, 2);
	for (i = 0; i < 5; i++)
		happen(f);
	assert_int_equal(take(f, &info), SIGNAL_IO); /* the lowest is first */
	assert_int_equal(info.code, SIGNAL_KERNEL);
	assert_int_equal(take(f, &info), RT);
	assert_int_equal(take(f, &info), RT);
	assert_int_equal(take(f, &info), 0);
	sigq_get_stat(f->q, &stat);
	assert_int_equal(stat.refused, 3);
	assert_int_equal(stat.queued, 2);
	assert_int_equal(stat.waiting, 0);
}

static void only_what_is_asked_for_is_taken(void **state)
{
	struct fix *f = *state;
	struct signal_info info;

	ask_for(f, RT + 1);
	happen(f);
	assert_int_equal(sk_fcntl(&f->bare.stack, f->fd, SK_F_SETSIG, RT), 0);
	happen(f);
	assert_int_equal(sigq_take(f->q, 1 << 28, &info), 0);
	assert_int_equal(sigq_take(f->q, UINT64_C(1) << RT, &info), RT + 1);
	assert_int_equal(sigq_pending(f->q), UINT64_C(1) << (RT - 1));
}

static void nobody_is_told_without_an_owner_or_a_wish(void **state)
{
	struct fix *f = *state;
	struct signal_info info;

	ask_for(f, RT);
	sk_fcntl(&f->bare.stack, f->fd, SK_F_SETFL, 0);
	happen(f);
	assert_int_equal(take(f, &info), 0);
	sk_fcntl(&f->bare.stack, f->fd, SK_F_SETFL, SK_O_ASYNC);
	sk_fcntl(&f->bare.stack, f->fd, SK_F_SETOWN, 0);
	happen(f);
	assert_int_equal(take(f, &info), 0);
	f->bare.stack.signals = (struct signal_sink){.raise = NULL};
	sk_fcntl(&f->bare.stack, f->fd, SK_F_SETOWN, 1);
	happen(f); /* there is no sink */
}

static void owners_are_threads_processes_and_groups(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_owner owner = {SIGNAL_TO_THREAD, 7};
	struct signal_info info;

	ask_for(f, RT);
	assert_int_equal(sk_set_owner(s, f->fd, &owner), 0);
	assert_int_equal(sk_fcntl(s, f->fd, SK_F_GETOWN, 0), 7);
	happen(f);
	take(f, &info);
	assert_int_equal(info.to, SIGNAL_TO_THREAD);
	assert_int_equal(sk_fcntl(s, f->fd, SK_F_SETOWN, -9), 0);
	assert_int_equal(sk_get_owner(s, f->fd, &owner), 0);
	assert_int_equal(owner.type, SIGNAL_TO_GROUP);
	assert_int_equal(owner.pid, 9);
	assert_int_equal(sk_fcntl(s, f->fd, SK_F_GETOWN, 0), -9);
	owner.type = 3;
	assert_int_equal(sk_set_owner(s, f->fd, &owner), -EINVAL);
	assert_int_equal(sk_set_owner(s, 99, &owner), -EBADF);
}

static void waits_for_a_signal(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct signal_info info;

	assert_int_equal(sigq_wait(f->q, s, ALL, &info, 0), -EAGAIN);
	assert_int_equal(sigq_wait(f->q, s, ALL, &info, 1000), -EAGAIN);
	assert_int_equal(sigq_wait(f->q, s, ALL, &info, -1), -EDEADLK);
	sk_close(s, f->fd);
	f->fd = sk_timer_create(s, 0);
	ask_for(f, RT);
	sk_timer_set(s, f->fd, NS_PER_S, 0);
	assert_int_equal(sigq_wait(f->q, s, ALL, &info, -1), RT);
}

static void a_signal_ends_a_poll(void **state)
{
	struct fix *f = *state;
	struct stack *s = &f->bare.stack;
	struct sk_pollfd p = {.fd = f->fd, .events = WAIT_PRI};
	struct sk_poll_call call = {&p, 1, -1, {f->q, ALL}};
	struct signal_info info;
	int timer = sk_timer_create(s, 0), fd = f->fd;

	f->fd = timer;
	ask_for(f, RT);
	sk_timer_set(s, timer, NS_PER_S, 0);
	assert_int_equal(sk_poll_call(s, &call), -EINTR);
	assert_int_equal(sk_poll_call(s, &call), -EINTR); /* it stays */
	p.events = WAIT_OUT; /* what is ready comes first */
	assert_int_equal(sk_poll_call(s, &call), 1);
	assert_int_equal(take(f, &info), RT);
	f->fd = fd;
}

static void signals_go_with_the_file(void **state)
{
	struct fix *f = *state;
	int copy;

	ask_for(f, RT);
	copy = sk_dup(&f->bare.stack, f->fd);
	sk_close(&f->bare.stack, f->fd);
	assert_int_equal(sk_fcntl(&f->bare.stack, copy, SK_F_GETSIG, 0), RT);
	sk_close(&f->bare.stack, copy);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(standard_signals_coalesce_while_pending),
		TEST(realtime_signals_queue_and_say_what_happened),
		TEST(full_queue_falls_back_to_sigio),
		TEST(only_what_is_asked_for_is_taken),
		TEST(nobody_is_told_without_an_owner_or_a_wish),
		TEST(owners_are_threads_processes_and_groups),
		TEST(waits_for_a_signal),
		TEST(a_signal_ends_a_poll),
		TEST(signals_go_with_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
