// SPDX-License-Identifier: MIT
/* select_test.c - select, pselect and ppoll from outside; signals in memory and
 * real ones; a ring with a program's addresses */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <weft/weft.h>

#include <cmocka.h>

#define SA(sin) ((struct sockaddr *)&(sin)), sizeof(sin)

/* One host, @fd an event counter. */
struct fix {
	struct weft_net *net;
	struct weft_stack *a;
	int fd;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	f->net = weft_net_new(1);
	f->a = weft_net_host(f->net, "a");
	f->fd = weft_eventfd(f->a, 0, 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	weft_net_free(f->net);
	free(f);
	return 0;
}

static void happen(struct fix *f)
{
	uint64_t one = 1;

	assert_int_equal(weft_write(f->a, f->fd, &one, 8), 8);
}

static void set_holds_1024_descriptors(void **state)
{
	struct fix *f = *state;
	struct timeval now = {0};
	fd_set set;

	FD_ZERO(&set);
	assert_int_equal(weft_dup2(f->a, f->fd, 1023), 1023);
	assert_int_equal(weft_dup2(f->a, f->fd, 1024), 1024);
	happen(f);
	FD_SET(1023, &set);
	assert_int_equal(weft_select(f->a, 1024, &set, NULL, NULL, &now), 1);
	assert_true(FD_ISSET(1023, &set));
	/* There is no bit for 1024. */
	assert_int_equal(weft_select(f->a, 1025, &set, NULL, NULL, &now), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(weft_select(f->a, -1, &set, NULL, NULL, &now), -1);
	assert_int_equal(errno, EINVAL);
	FD_SET(500, &set);
	assert_int_equal(weft_select(f->a, 1024, &set, NULL, NULL, &now), -1);
	assert_int_equal(errno, EBADF);
	assert_true(FD_ISSET(500, &set)); /* left alone */
}

static void bits_beyond_the_count_are_not_looked_at(void **state)
{
	struct fix *f = *state;
	struct timeval now = {0};
	fd_set set;

	FD_ZERO(&set);
	FD_SET(f->fd, &set);
	FD_SET(f->fd + 1, &set);
	FD_SET(700, &set);
	happen(f);
	assert_int_equal(weft_select(f->a, f->fd + 1, &set, NULL, NULL, &now),
			 1);
	assert_true(FD_ISSET(f->fd, &set));
	assert_false(FD_ISSET(f->fd + 1, &set)); /* in a word it reached */
	assert_true(FD_ISSET(700, &set));	 /* in one it did not */
}

static void select_says_what_is_left_of_the_time(void **state)
{
	struct fix *f = *state;
	struct timeval t = {.tv_sec = 1, .tv_usec = 2500000};
	int timer = weft_timerfd_create(f->a, 0);
	struct itimerspec in = {.it_value = {.tv_sec = 1}};
	fd_set set;

	weft_timerfd_settime(f->a, timer, 0, &in, NULL);
	FD_ZERO(&set);
	FD_SET(timer, &set);
	assert_int_equal(weft_select(f->a, timer + 1, &set, NULL, NULL, &t), 1);
	assert_int_equal(t.tv_sec, 2);
	assert_int_equal(t.tv_usec, 500000);
	t.tv_usec = -1;
	assert_int_equal(weft_select(f->a, 0, NULL, NULL, NULL, &t), -1);
	assert_int_equal(errno, EINVAL);
	t = (struct timeval){.tv_usec = 1000};
	assert_int_equal(weft_select(f->a, 0, NULL, NULL, NULL, &t), 0);
	assert_int_equal(t.tv_usec, 0);
}

static void own(struct fix *f, int signo)
{
	struct f_owner_ex ex = {F_OWNER_PID, getpid()}, got;
	int on = 1;

	assert_int_equal(weft_fcntl(f->a, f->fd, F_SETOWN_EX, &ex), 0);
	assert_int_equal(weft_fcntl(f->a, f->fd, F_GETOWN_EX, &got), 0);
	assert_int_equal(got.pid, getpid());
	assert_int_equal(weft_fcntl(f->a, f->fd, F_GETOWN), getpid());
	assert_int_equal(weft_fcntl(f->a, f->fd, F_SETSIG, signo), 0);
	assert_int_equal(weft_ioctl(f->a, f->fd, FIOASYNC, &on), 0);
}

static void a_signal_ends_pselect_and_ppoll(void **state)
{
	struct fix *f = *state;
	struct pollfd p = {.fd = f->fd, .events = POLLPRI};
	const struct timespec second = {.tv_sec = 1};
	struct weft_sigstat stat = {.size = sizeof(stat)};
	sigset_t all, none, got;
	siginfo_t info;

	sigfillset(&all);
	sigemptyset(&none);
	own(f, SIGRTMIN);
	happen(f);
	assert_int_equal(weft_ppoll(f->a, &p, 1, &second, &none), -1);
	assert_int_equal(errno, EINTR);
	assert_int_equal(weft_pselect(f->a, 0, NULL, NULL, NULL, NULL, &none),
			 -1);
	assert_int_equal(errno, EINTR);
	/* Blocked, or not asked about, it ends nothing. */
	assert_int_equal(weft_ppoll(f->a, &p, 1, &second, &all), 0);
	assert_int_equal(weft_ppoll(f->a, &p, 1, &second, NULL), 0);
	assert_int_equal(weft_sigpending(f->a, &got), 0);
	assert_true(sigismember(&got, SIGRTMIN));
	assert_int_equal(weft_sigwaitinfo(f->a, &all, &info), SIGRTMIN);
	assert_int_equal(info.si_code, POLL_IN);
	assert_int_equal(info.si_fd, f->fd);
	assert_int_equal(info.si_band, POLLIN | POLLRDNORM);
	assert_int_equal(weft_sigtimedwait(f->a, &all, &info, &second), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(weft_sigstat(f->a, &stat), 0);
	assert_int_equal(stat.queued, 1);
}

static void real_signals_come_from_the_system(void **state)
{
	struct fix *f = *state;
	const struct timespec now = {0};
	struct f_owner_ex thread = {F_OWNER_TID, (pid_t)syscall(SYS_gettid)};
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(weft_sigreal(f->a, 1), 0);
	own(f, SIGRTMIN + 1);
	happen(f);
	assert_int_equal(sigtimedwait(&set, &info, &now), SIGRTMIN + 1);
	assert_int_equal(info.si_code, POLL_IN);
	assert_int_equal(info.si_fd, f->fd);
	assert_int_equal(weft_fcntl(f->a, f->fd, F_SETSIG, 0), 0);
	assert_int_equal(weft_fcntl(f->a, f->fd, F_SETOWN_EX, &thread), 0);
	happen(f);
	happen(f);
	assert_int_equal(sigtimedwait(&set, &info, &now), SIGIO);
	assert_int_equal(info.si_code, SI_KERNEL);
	assert_int_equal(sigtimedwait(&set, &info, &now), -1);
	/* Nobody has this number. */
	assert_int_equal(weft_fcntl(f->a, f->fd, F_SETOWN, 0x3fffffff), -1);
	assert_int_equal(errno, ESRCH);
}

/* All the program's structures, through one ring on one host. */
static void ring_knows_addresses_and_messages(void **state)
{
	struct fix *f = *state;
	struct weft_ring *ring = weft_ring_new(f->a, 8);
	struct sockaddr_in to = {.sin_family = AF_INET}, from = {0}, me = {0};
	socklen_t len = sizeof(from), me_len = sizeof(me);
	char in[8] = "", out[] = "hello";
	struct iovec iov = {out, 5}, room = {in, 8};
	struct msghdr send = {.msg_name = &to,
			      .msg_namelen = sizeof(to),
			      .msg_iov = &iov,
			      .msg_iovlen = 1};
	struct msghdr recv = {.msg_name = &me,
			      .msg_namelen = sizeof(me),
			      .msg_iov = &room,
			      .msg_iovlen = 1};
	int l = weft_socket(f->a, AF_INET, SOCK_STREAM, 0);
	int c = weft_socket(f->a, AF_INET, SOCK_STREAM, 0);
	int u = weft_socket(f->a, AF_INET, SOCK_DGRAM, 0);
	int i;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(7);
	weft_bind(f->a, l, SA(to));
	weft_listen(f->a, l, 1);
	weft_bind(f->a, u, SA(to));
	weft_ring_prep_accept(weft_ring_sqe(ring), l, (void *)&from, &len, 0);
	weft_ring_prep_connect(weft_ring_sqe(ring), c, SA(to));
	weft_ring_prep_recvmsg(weft_ring_sqe(ring), u, &recv, 0);
	weft_ring_prep_sendmsg(weft_ring_sqe(ring), u, &send, 0);
	assert_int_equal(weft_ring_submit(ring), 4);
	assert_int_equal(weft_ring_wait(ring, 4, NULL), 4);
	for (i = 0; i < 4; i++)
		assert_true(weft_ring_peek_at(ring, (unsigned int)i)->res >= 0);
	weft_ring_seen(ring, 4);
	assert_int_equal(weft_getsockname(f->a, c, (void *)&me, &me_len), 0);
	assert_int_equal(from.sin_port, me.sin_port);
	assert_int_equal(len, sizeof(from));
	assert_string_equal(in, "hello");
	assert_int_equal(recv.msg_namelen, sizeof(struct sockaddr_in));
	weft_ring_prep_connect(weft_ring_sqe(ring), c, SA(to));
	weft_ring_prep_connect(weft_ring_sqe(ring), c, (void *)&to, 3);
	assert_int_equal(weft_ring_submit(ring), 2);
	assert_int_equal(weft_ring_peek_at(ring, 0)->res, -EISCONN);
	assert_int_equal(weft_ring_peek_at(ring, 1)->res, -EINVAL);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(set_holds_1024_descriptors),
		TEST(bits_beyond_the_count_are_not_looked_at),
		TEST(select_says_what_is_left_of_the_time),
		TEST(a_signal_ends_pselect_and_ppoll),
		TEST(real_signals_come_from_the_system),
		TEST(ring_knows_addresses_and_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
