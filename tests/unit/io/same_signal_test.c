// SPDX-License-Identifier: MIT
/* same_signal_test.c - which signals descriptors raise, on weft and on the
 * kernel */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/sigq.h"
#include "same.h"
#include "sock/sock.h"
#include "testnet.h"

#define RT 40

/* Signals of weft; the kernel's are blocked and wait. */
static struct sigq *queue;

static bool is_kernel(const struct talk *t)
{
	return t->set == &kernel_sockset;
}

static int take(struct talk *t, struct signal_info *info);

static void begin(struct talk *t)
{
	struct testnet *net = t->arg;
	struct signal_info left;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (is_kernel(t)) {
		while (take(t, &left))
			;
		return;
	}
	queue = sigq_new(&net->mem);
	testnet_host(net, 0)->signals = sigq_sink(queue);
}

static void limit(struct talk *t, unsigned int max)
{
	struct rlimit r;

	if (!is_kernel(t)) {
		sigq_set_max(queue, max);
		return;
	}
	getrlimit(RLIMIT_SIGPENDING, &r);
	r.rlim_cur = max;
	setrlimit(RLIMIT_SIGPENDING, &r);
}

/* The next signal: its number, or 0. */
static int take(struct talk *t, struct signal_info *info)
{
	const struct timespec soon = {.tv_nsec = 20000000};
	sigset_t set;
	siginfo_t si;
	int n;

	*info = (struct signal_info){0};
	if (!is_kernel(t))
		return sigq_take(queue, UINT64_MAX, info);
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGURG);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, RT);
	n = sigtimedwait(&set, &si, &soon);
	if (n <= 0)
		return 0;
	info->code = si.si_code;
	if (si.si_code != SI_KERNEL) {
		info->fd = si.si_fd;
		info->band = (uint32_t)si.si_band;
	}
	return n;
}

static void note(struct talk *t, int line, int n, const struct signal_info *i,
		 int fd)
{
	talk_note(t, line, "signal", n);
	talk_note(t, line, "code", i->code + 1000);
	talk_note(t, line, "band", i->band);
	talk_note(t, line, "its descriptor",
		  i->code == SIGNAL_KERNEL || i->fd == fd);
}

/* All that wait, and whether they name @fd. */
static void record(struct talk *t, int line, int fd)
{
	struct signal_info info;
	int n;

	while ((n = take(t, &info)))
		note(t, line, n, &info, fd);
	talk_note(t, line, "signals left", 0);
}

/* The same, but how often in a row does not matter. */
static void record_kinds(struct talk *t, int line, int fd)
{
	struct signal_info info, last = {0};
	int n;

	while ((n = take(t, &info))) {
		if (info.code != last.code)
			note(t, line, n, &info, fd);
		last = info;
	}
}

#define RECORD(fd) record(t, __LINE__, fd)

static void end(struct talk *t)
{
	if (is_kernel(t))
		return;
	testnet_host(t->arg, 0)->signals = (struct signal_sink){.raise = NULL};
	sigq_free(queue);
}

static void own(struct talk *t, int fd, int signo)
{
	talk_note(t, __LINE__, "own",
		  t->set->fcntl(t->arg, fd, SK_F_SETOWN, getpid()));
	CALL(fcntl, fd, SK_F_SETSIG, signo);
	CALL(flag, fd, SK_FIOASYNC, 1);
}

static void a_stream_tells_of_octets_and_of_the_end(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	begin(t);
	own(t, e.b, RT);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	RECORD(e.b);
	CALL(recv, e.b, 3, 0);
	RECORD(e.b);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	RECORD(e.b);
	CALL(shutdown, e.a, SK_SHUT_WR);
	WAIT(e.b, WAIT_RDHUP);
	RECORD(e.b);
	CALL(flag, e.b, SK_FIOASYNC, 0);
	CALL(send, e.b, 1, 0);
	RECORD(e.b);
	end(t);
}

static void both_directions_closed_is_a_hangup(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	begin(t);
	CALL(shutdown, e.b, SK_SHUT_WR);
	WAIT(e.a, WAIT_RDHUP);
	own(t, e.b, RT);
	CALL(shutdown, e.a, SK_SHUT_WR);
	WAIT(e.b, WAIT_RDHUP);
	RECORD(e.b);
	end(t);
}

static void a_reset_is_an_error(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	begin(t);
	own(t, e.b, RT);
	CALL(send, e.b, 1, 0);
	WAIT(e.a, WAIT_IN);
	CALL(close, e.a); /* with an octet unread */
	WAIT(e.b, WAIT_ERR);
	RECORD(e.b);
	end(t);
}

static void a_listener_tells_of_connections(struct talk *t)
{
	int l = talk_listener(t), a = talk_stream(t);

	begin(t);
	own(t, l, RT);
	CALL(connect, a, SET_LOOPBACK, talk_port(t, l));
	WAIT(a, WAIT_OUT);
	WAIT(l, WAIT_IN);
	RECORD(l);
	end(t);
}

static void connecting_ends_with_room_to_write(struct talk *t)
{
	int l = talk_listener(t), a = talk_stream(t);

	begin(t);
	own(t, a, RT);
	CALL(connect, a, SET_LOOPBACK, talk_port(t, l));
	WAIT(a, WAIT_OUT);
	RECORD(a);
	end(t);
}

static void refused_is_an_error(struct talk *t)
{
	uint16_t port = talk_closed_port(t);
	int a = talk_stream(t);

	begin(t);
	own(t, a, RT);
	talk_note(t, __LINE__, "connect",
		  t->set->connect(t->arg, a, SET_LOOPBACK, port));
	WAIT(a, WAIT_ERR);
	RECORD(a);
	end(t);
}

static void plain_sigio_coalesces(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	begin(t);
	own(t, e.b, 0);
	CALL(send, e.a, 5, 0);
	WAIT(e.b, WAIT_IN);
	CALL(send, e.a, 5, 0);
	CALL(send, e.a, 5, 0);
	RECORD(e.b);
	own(t, e.b, SIGNAL_IO); /* asked for by name it has particulars */
	CALL(send, e.a, 5, 0);
	CALL(send, e.a, 5, 0);
	RECORD(e.b);
	end(t);
}

static void some_signals_have_codes_of_their_own(struct talk *t)
{
	int u = talk_dgram(t);

	begin(t);
	CALL(bind, u, SET_LOOPBACK, 0);
	own(t, u, SIGCHLD);
	CALL(sendto, u, 1, talk_port(t, u));
	WAIT(u, WAIT_IN);
	RECORD(u);
	own(t, u, SIGUSR1);
	CALL(sendto, u, 1, talk_port(t, u));
	WAIT(u, WAIT_IN);
	RECORD(u);
	end(t);
}

static void each_datagram_is_an_event(struct talk *t)
{
	int u = talk_dgram(t);

	begin(t);
	CALL(bind, u, SET_LOOPBACK, 0);
	own(t, u, RT);
	CALL(sendto, u, 1, talk_port(t, u));
	CALL(sendto, u, 1, talk_port(t, u));
	WAIT(u, WAIT_IN);
	RECORD(u);
	end(t);
}

static void urgent_data_has_a_signal_of_its_own(struct talk *t)
{
	struct talk_ends e = talk_connect(t);

	begin(t);
	talk_note(t, __LINE__, "own",
		  t->set->fcntl(t->arg, e.b, SK_F_SETOWN, getpid()));
	CALL(send, e.a, 1, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	RECORD(e.b);
	own(t, e.b, RT);
	CALL(send, e.a, 1, SK_MSG_OOB);
	WAIT(e.b, WAIT_PRI);
	record_kinds(t, __LINE__, e.b);
	end(t);
}

static void full_queue_is_told_by_sigio(struct talk *t)
{
	int u = talk_dgram(t);

	begin(t);
	CALL(bind, u, SET_LOOPBACK, 0);
	own(t, u, RT);
	limit(t, 0);
	CALL(sendto, u, 1, talk_port(t, u));
	CALL(sendto, u, 1, talk_port(t, u));
	WAIT(u, WAIT_IN);
	limit(t, 1000);
	RECORD(u);
	end(t);
}

static void pipes_and_pairs_tell(struct talk *t)
{
	int p[2], s[2];

	begin(t);
	CALL(pipe, p, SK_O_NONBLOCK);
	t->fds[t->fd_count++] = p[0];
	t->fds[t->fd_count++] = p[1];
	CALL(pair, SK_SOCK_STREAM | SK_SOCK_NONBLOCK, 0, s);
	t->fds[t->fd_count++] = s[0];
	t->fds[t->fd_count++] = s[1];
	own(t, p[0], RT);
	CALL(write, p[1], 10);
	RECORD(p[0]);
	own(t, s[0], RT);
	CALL(write, s[1], 10);
	RECORD(s[0]);
	CALL(shutdown, s[1], SK_SHUT_WR);
	RECORD(s[0]);
	CALL(close, s[1]);
	RECORD(s[0]);
	end(t);
}

static void owners_by_ioctl(struct talk *t)
{
	int s = talk_stream(t), p[2];

	CALL(fcntl, s, SK_F_SETOWN, 0);
	CALL(ioctl, s, SK_FIOGETOWN);
	CALL(flag, s, SK_FIOSETOWN, 0);
	CALL(ioctl, s, SK_SIOCGPGRP);
	CALL(pipe, p, 0);
	t->fds[t->fd_count++] = p[0];
	t->fds[t->fd_count++] = p[1];
	CALL(ioctl, p[0], SK_FIOGETOWN);
	CALL(flag, p[0], SK_FIOSETOWN, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAME(a_stream_tells_of_octets_and_of_the_end),
		SAME(both_directions_closed_is_a_hangup),
		SAME(a_reset_is_an_error),
		SAME(a_listener_tells_of_connections),
		SAME(connecting_ends_with_room_to_write),
		SAME(refused_is_an_error),
		SAME(plain_sigio_coalesces),
		SAME(some_signals_have_codes_of_their_own),
		SAME(each_datagram_is_an_event),
		SAME(urgent_data_has_a_signal_of_its_own),
		SAME(full_queue_is_told_by_sigio),
		SAME(pipes_and_pairs_tell),
		SAME(owners_by_ioctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
