// SPDX-License-Identifier: MIT
/*
 * stop.c - being asked to end: Ctrl-C, kill
 *
 * A signal handler interrupts anything anywhere and may call almost nothing;
 * a descriptor that can be read is an event like any other.  signalfd(2) makes
 * one of the other, and no variable is shared with a handler.
 */

#include "os/stop.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

int os_stop_open(void)
{
	sigset_t set = stop_signals();
	int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (sigprocmask(SIG_BLOCK, &set, NULL)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

bool os_stop_asked(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

void os_stop_close(int fd)
{
	sigset_t set = stop_signals();

	close(fd);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
