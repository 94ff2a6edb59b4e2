// SPDX-License-Identifier: MIT
/*
 * waits.c - in which call does a thread sleep?
 *
 * /proc/PID/task/TID/syscall has the number of the call that a thread is in and
 * its arguments, or "running".  What waits for a socket is a call about that
 * descriptor, about an epoll set that watches it, about an array (poll) or
 * about bits (select); the last two are in the thread's memory, which does not
 * change while it sleeps.
 */
#include "run/waits.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/check.h"

/* Descriptors of a poll(2) that are looked at. */
enum { POLLED_MAX = 1024 };

/* clang-format off */
static const struct {
	long nr;
	const char *name;
	enum wait_about about;
} rows[] = {
	{SYS_read,		"read",			WAIT_ABOUT_FD},
	{SYS_readv,		"readv",		WAIT_ABOUT_FD},
	{SYS_write,		"write",		WAIT_ABOUT_FD},
	{SYS_writev,		"writev",		WAIT_ABOUT_FD},
	{SYS_recvfrom,		"recvfrom",		WAIT_ABOUT_FD},
	{SYS_recvmsg,		"recvmsg",		WAIT_ABOUT_FD},
	{SYS_recvmmsg,		"recvmmsg",		WAIT_ABOUT_FD},
	{SYS_sendto,		"sendto",		WAIT_ABOUT_FD},
	{SYS_sendmsg,		"sendmsg",		WAIT_ABOUT_FD},
	{SYS_sendmmsg,		"sendmmsg",		WAIT_ABOUT_FD},
	{SYS_sendfile,		"sendfile",		WAIT_ABOUT_FD},
	{SYS_splice,		"splice",		WAIT_ABOUT_FD},
	{SYS_accept,		"accept",		WAIT_ABOUT_FD},
	{SYS_accept4,		"accept4",		WAIT_ABOUT_FD},
	{SYS_connect,		"connect",		WAIT_ABOUT_FD},
	{SYS_epoll_pwait,	"epoll_pwait",		WAIT_ABOUT_EPOLL},
#ifdef SYS_epoll_wait
	{SYS_epoll_wait,	"epoll_wait",		WAIT_ABOUT_EPOLL},
#endif
#ifdef SYS_epoll_pwait2
	{SYS_epoll_pwait2,	"epoll_pwait2",		WAIT_ABOUT_EPOLL},
#endif
	{SYS_ppoll,		"ppoll",		WAIT_ABOUT_POLL},
#ifdef SYS_poll
	{SYS_poll,		"poll",			WAIT_ABOUT_POLL},
#endif
	{SYS_pselect6,		"pselect6",		WAIT_ABOUT_SELECT},
#ifdef SYS_select
	{SYS_select,		"select",		WAIT_ABOUT_SELECT},
#endif
	{SYS_futex,		"futex",		WAIT_ABOUT_NOTHING},
	{SYS_nanosleep,		"nanosleep",		WAIT_ABOUT_NOTHING},
	{SYS_clock_nanosleep,	"clock_nanosleep",	WAIT_ABOUT_NOTHING},
	{SYS_wait4,		"wait4",		WAIT_ABOUT_NOTHING},
	{SYS_waitid,		"waitid",		WAIT_ABOUT_NOTHING},
	{SYS_rt_sigsuspend,	"rt_sigsuspend",	WAIT_ABOUT_NOTHING},
	{SYS_rt_sigtimedwait,	"rt_sigtimedwait",	WAIT_ABOUT_NOTHING},
#ifdef SYS_pause
	{SYS_pause,		"pause",		WAIT_ABOUT_NOTHING},
#endif
};
/* clang-format on */

/* "232 0x5 0x7ffc... ..." into numbers. */
static bool parse(char *text, struct wait_call *out)
{
	char *at;
	long nr = strtol(text, &at, 10);

	if (at == text) /* "running" */
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(out->arg); i++)
		out->arg[i] = strtoull(at, &at, 16);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].nr != nr)
			continue;
		out->name = rows[i].name;
		out->about = rows[i].about;
		return true;
	}
	return false;
}

bool wait_read(pid_t pid, pid_t tid, struct wait_call *out)
{
	char path[64], text[256];
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", (int)pid,
		       (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n <= 0)
		return false;
	text[n] = '\0';
	*out = (struct wait_call){.tid = tid};
	return parse(text, out);
}

static bool peek(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	struct iovec to = {buf, len};
	struct iovec from = {(void *)(uintptr_t)addr, len};

	return addr &&
	       process_vm_readv(tid, &to, 1, &from, 1, 0) == (ssize_t)len;
}

static bool is_polled(const struct wait_call *w, int fd)
{
	struct pollfd fds[POLLED_MAX];
	size_t count = (size_t)min_u64(w->arg[1], POLLED_MAX);

	if (!count || !peek(w->tid, w->arg[0], fds, count * sizeof(fds[0])))
		return false;
	for (size_t i = 0; i < count; i++)
		if (fds[i].fd == fd)
			return true;
	return false;
}

/* Bits come in whole words, and no more of them than are said. */
static bool is_selected(const struct wait_call *w, int fd)
{
	uint64_t words[FD_SETSIZE / 64];
	size_t count = (size_t)min_u64(w->arg[0], FD_SETSIZE);
	size_t len = (count + 63) / 64 * sizeof(words[0]);

	if (fd < 0 || (size_t)fd >= count)
		return false;
	for (size_t set = 1; set <= 3; set++)
		if (peek(w->tid, w->arg[set], words, len) &&
		    words[fd / 64] >> (fd % 64) & 1)
			return true;
	return false;
}

bool wait_names(const struct wait_call *w, int fd)
{
	if (w->about == WAIT_ABOUT_POLL)
		return is_polled(w, fd);
	if (w->about == WAIT_ABOUT_SELECT)
		return is_selected(w, fd);
	return w->about == WAIT_ABOUT_FD && (int)w->arg[0] == fd;
}
