// SPDX-License-Identifier: MIT
/*
 * needs.c - what the kernel has to let us do, tried before anything is begun
 *
 * Theory of operation
 * ===================
 * A container's profile, a sandbox or a policy may refuse any system call, and
 * the supervisor makes many.  Each of those without which nothing works is made
 * once, harmlessly; the first that fails is named, with what to do about it.
 *
 * Filters for system calls, and looking into a child, are tried on the child
 * (launch.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

#include "run/run.h"

/* Makes its call.  0, or -1 and errno. */
typedef int need_fn(void);

static int close_it(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int try_signalfd(void)
{
	sigset_t none;

	sigemptyset(&none);
	return close_it(signalfd(-1, &none, SFD_CLOEXEC));
}

static int try_sigprocmask(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigprocmask(SIG_BLOCK, &none, NULL);
}

static int try_sigtimedwait(void)
{
	const struct timespec now = {0};
	sigset_t none;

	sigemptyset(&none);
	return sigtimedwait(&none, NULL, &now) < 0 && errno != EAGAIN ? -1 : 0;
}

/* We are no child of ours. */
static int try_waitpid(void)
{
	return waitpid(getpid(), NULL, WNOHANG) < 0 && errno != ECHILD ? -1 : 0;
}

static int try_epoll_create(void)
{
	return close_it(epoll_create1(EPOLL_CLOEXEC));
}

static int try_epoll_ctl(void)
{
	struct epoll_event ev = {.events = 0};
	int fd[2], ep = epoll_create1(EPOLL_CLOEXEC), result = -1, err;

	if (ep >= 0 && !pipe2(fd, O_CLOEXEC)) {
		result = epoll_ctl(ep, EPOLL_CTL_ADD, fd[0], &ev);
		err = errno;
		close(fd[0]);
		close(fd[1]);
		errno = err;
	}
	err = errno;
	(void)close_it(ep);
	errno = err;
	return result;
}

static int try_pipe(void)
{
	int fd[2];

	return pipe2(fd, O_CLOEXEC) ? -1 : close(fd[0]) | close(fd[1]);
}

static int try_socket(void)
{
	return close_it(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_socketpair(void)
{
	int fd[2];

	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fd)
		       ? -1
		       : close(fd[0]) | close(fd[1]);
}

/* A socket that is used by @fn, and closed. */
static int with_socket(int (*fn)(int fd))
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = fd < 0 ? -1 : fn(fd), err = errno;

	(void)close_it(fd);
	errno = err;
	return result;
}

static int bind_it(int fd)
{
	const struct sockaddr_un un = {.sun_family = AF_UNIX};

	return bind(fd, (const struct sockaddr *)&un, sizeof(un.sun_family));
}

static int listen_it(int fd)
{
	return bind_it(fd) || listen(fd, 1) ? -1 : 0;
}

static int name_it(int fd)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un);

	return getsockname(fd, (struct sockaddr *)&un, &len);
}

static int ask_it(int fd)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
}

static int try_bind(void)
{
	return with_socket(bind_it);
}

static int try_listen(void)
{
	return with_socket(listen_it);
}

static int try_getsockname(void)
{
	return with_socket(name_it);
}

static int try_getsockopt(void)
{
	return with_socket(ask_it);
}

static int try_getrandom(void)
{
	uint8_t octet;

	return getrandom(&octet, 1, 0) == 1 ? 0 : -1;
}

static int try_subreaper(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* What it is stays. */
static int try_pdeathsig(void)
{
	int signo = 0;

	if (prctl(PR_GET_PDEATHSIG, &signo, 0, 0, 0))
		return -1;
	return prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0);
}

/* clang-format off */
static const struct {
	const char *name;
	need_fn *fn;
} needs[] = {
	{"signalfd", try_signalfd},
	{"rt_sigprocmask", try_sigprocmask},
	{"rt_sigtimedwait", try_sigtimedwait},
	{"wait4", try_waitpid},
	{"epoll_create1", try_epoll_create},
	{"pipe2", try_pipe},
	{"epoll_ctl", try_epoll_ctl},
	{"socket", try_socket},
	{"socketpair", try_socketpair},
	{"bind", try_bind},
	{"listen", try_listen},
	{"getsockname", try_getsockname},
	{"getsockopt", try_getsockopt},
	{"getrandom", try_getrandom},
	{"prctl(PR_SET_CHILD_SUBREAPER)", try_subreaper},
	{"prctl(PR_SET_PDEATHSIG)", try_pdeathsig},
};
/* clang-format on */

static const char *advice(int err)
{
	switch (err) {
	case EMFILE:
		return "raise the limit of open files (ulimit -n)";
	case ENFILE:
		return "the machine has no more open files (fs.file-max)";
	case ENOMEM:
	case ENOBUFS:
		return "the machine, or its container, has no more memory";
	case ENOSYS:
	case EINVAL:
		return "this kernel has no such call (Linux 5.14 or later "
		       "has), or a sandbox hides it: run weft outside of it";
	default:
		return "a container's profile or another sandbox forbids it, "
		       "perhaps: allow it there, or run weft outside of it";
	}
}

int run_needs(char *sentence, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		int err;

		if (!needs[i].fn())
			continue;
		err = errno;
		(void)snprintf(sentence, size,
			       "programs cannot be run here: %s fails (%s); %s",
			       needs[i].name, strerror(err), advice(err));
		return -err;
	}
	return 0;
}
