// SPDX-License-Identifier: MIT
/*
 * launch.c - starting a program under the filter
 *
 * Theory of operation
 * ===================
 *	we                              child
 *	fork ------------------------>  give up privileges that exec could give
 *	                                filter; "the listener is my number 7"
 *	fetch number 7  <-------------
 *	"go on" --------------------->  exec
 *	whether it failed  <----------
 *
 * The child cannot send its listener in a message: that would be a call that
 * waits for the very listener.  So we fetch it (pidfd_getfd(2)), and thereby
 * find out at once whether we may look into the child at all, which all the
 * rest needs.
 *
 * A pipe that closes at exec(2) says whether it went well: nothing comes, or
 * the error.
 *
 * Sockets of the machine's network that we may have inherited are closed in the
 * child.  It has no other way to get one.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

#include "run/call.h"
#include "run/filter.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* What the child was doing when it failed, or what it has. */
enum stage { STAGE_LISTENER, STAGE_PRIVILEGES, STAGE_FILTER, STAGE_EXEC };

struct report {
	enum stage stage;
	int value; /* a descriptor, or an errno */
};

/* Both directions: what the child says, and "go on"; and whose child it is. */
struct pipes {
	int said[2], go[2];
	pid_t parent;
};

static void say(const struct pipes *p, enum stage stage, int value)
{
	struct report r = {stage, value};

	if (write(p->said[1], &r, sizeof(r)) != (ssize_t)sizeof(r))
		_exit(126);
}

/* Inherited sockets that are not AF_UNIX. */
static void close_sockets(void)
{
	struct dirent *e;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && (e = readdir(dir))) {
		int domain, fd = (int)strtol(e->d_name, NULL, 10);
		socklen_t len = sizeof(domain);

		if (isdigit((unsigned char)e->d_name[0]) &&
		    !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) &&
		    domain != AF_UNIX)
			close(fd);
	}
	if (dir)
		(void)closedir(dir);
}

/* A listener for our calls, or -errno. */
static int install_filter(struct report *r)
{
	static struct sock_filter code[FILTER_MAX];
	struct sock_fprog prog = {.filter = code};
	size_t count;
	const struct call_row *rows = call_rows(&count);
	int n = filter_build(code, rows, count);
	long fd;

	r->stage = STAGE_PRIVILEGES;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	r->stage = STAGE_FILTER;
	if (n < 0)
		return n;
	prog.len = (unsigned short)n;
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		     SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	return fd < 0 ? -errno : (int)fd;
}

static _Noreturn void be_the_child(const struct supervisor *sup,
				   const struct program_cfg *cfg,
				   const struct pipes *p)
{
	const pid_t sup_pid = p->parent;
	struct report r;
	char c;
	int fd;

	close(p->said[0]);
	close(p->go[1]);
	/* Not even if we are killed shall it run on. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != sup_pid)
		_exit(126);
	close_sockets();
	(void)setrlimit(RLIMIT_NOFILE, &sup->limit);
	sigprocmask(SIG_SETMASK, &sup->mask, NULL);
	fd = install_filter(&r);
	if (fd < 0) {
		say(p, r.stage, -fd);
		_exit(126);
	}
	say(p, STAGE_LISTENER, fd);
	if (read(p->go[0], &c, 1) != 1)
		_exit(126);
	close(fd);
	execvp(cfg->argv[0], cfg->argv);
	say(p, STAGE_EXEC, errno);
	_exit(127);
}

static int complain(struct supervisor *sup, const struct program_cfg *cfg,
		    const struct report *r)
{
	const char *why = strerror(r->value);

	switch (r->stage) {
	case STAGE_EXEC:
		sup_complain(sup, "%s: %s", cfg->argv[0], why);
		break;
	case STAGE_PRIVILEGES:
		sup_complain(sup,
			     "the kernel does not let a process give up "
			     "privileges (%s); programs cannot be run here",
			     why);
		break;
	case STAGE_FILTER:
		if (r->value == EINVAL || r->value == ENOSYS ||
		    r->value == EOPNOTSUPP)
			sup_complain(sup,
				     "this kernel has no system call filters "
				     "with notification (Linux 5.14 or later "
				     "has), or hides them; programs cannot be "
				     "run here");
		else if (r->value == EBUSY)
			sup_complain(sup, "this is inside of another program "
					  "that answers system calls (weft "
					  "run, or a container); there can be "
					  "only one");
		else
			sup_complain(sup,
				     "the filter for system calls is not "
				     "permitted (%s); a container profile "
				     "forbids it, perhaps",
				     why);
		break;
	case STAGE_LISTENER:
		sup_complain(sup,
			     "the kernel does not let us look into our own "
			     "child (%s); kernel.yama.ptrace_scope is 2 or 3, "
			     "perhaps, or a container forbids it",
			     why);
		break;
	}
	return -r->value;
}

/* Where execvp(3) finds it; false: nowhere, or the name is too long. */
static bool find_program(const char *name, char *path, size_t size,
			 struct stat *st)
{
	const char *dir = getenv("PATH");
	size_t len;

	if (strchr(name, '/') || !dir)
		return stat(name, st) == 0;
	for (;; dir += len + 1) {
		len = strcspn(dir, ":");
		if ((size_t)snprintf(path, size, "%.*s/%s", (int)len, dir,
				     name) < size &&
		    stat(path, st) == 0)
			return true;
		if (!dir[len])
			return false;
	}
}

/* A program with privileges of its own does not get them here. */
static void warn_of_setuid(const struct program_cfg *cfg)
{
	char path[4096];
	struct stat st;

	if (geteuid() == 0 ||
	    !find_program(cfg->argv[0], path, sizeof(path), &st) ||
	    !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	fprintf(stderr,
		"weft run: %s is a setuid program; here it runs without "
		"its privileges\n",
		cfg->argv[0]);
}

/* Can the kernel answer a call with a descriptor (since Linux 5.14)?  Nobody has
 * called; it says so only if it has understood the question. */
static bool can_add_fd(int listener)
{
	struct seccomp_notif_addfd add = {
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)listener,
	};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0 ||
	       errno == ENOENT;
}

/* May calls be received and answered?  Without a place for it, and for nobody;
 * whoever may not is told something else. */
static bool can_serve(int listener)
{
	struct seccomp_notif_resp nobody = {.id = 0};

	return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, NULL) < 0 &&
	       errno == EFAULT &&
	       ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &nobody) < 0 &&
	       errno == ENOENT;
}

/* The child's memory is looked into at every call.  It is our copy, and sleeps;
 * an octet of its stack is read, and written back.  0 or -errno. */
static int can_look(pid_t pid)
{
	char place = 0, octet = 0;
	struct iovec here = {&octet, 1}, there = {&place, 1};

	if (process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 &&
	    process_vm_writev(pid, &here, 1, &there, 1, 0) == 1)
		return 0;
	return -errno;
}

/* Fetch what the child has; 0 or -errno. */
static int fetch(pid_t pid, int fd, int *listener)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), err = 0;

	if (pidfd < 0)
		return -errno;
	*listener = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (*listener < 0)
		err = -errno;
	close(pidfd);
	if (!err && !can_add_fd(*listener))
		err = -EOPNOTSUPP;
	if (!err && !can_serve(*listener))
		err = -EACCES;
	if (!err)
		err = can_look(pid);
	/* (Since Linux 6.6.)  Whoever calls sleeps until we answer, and we until
	 * somebody calls: let them take turns on one processor. */
	if (!err)
		(void)ioctl(*listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
			    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	return err;
}

static ssize_t hear(int fd, struct report *r)
{
	ssize_t n;

	do
		n = read(fd, r, sizeof(*r));
	while (n < 0 && errno == EINTR);
	return n;
}

/* The parent's part; 0, or -errno with a complaint. */
static int lead(struct supervisor *sup, const struct program_cfg *cfg,
		const struct pipes *p, pid_t pid, int *listener)
{
	struct report r = {STAGE_FILTER, EIO};
	int err;

	if (hear(p->said[0], &r) != (ssize_t)sizeof(r) ||
	    r.stage != STAGE_LISTENER)
		return complain(sup, cfg, &r);
	err = fetch(pid, r.value, listener);
	if (err) {
		r.value = -err;
		if (err == -EOPNOTSUPP || err == -ENOSYS || err == -EACCES)
			r.stage = STAGE_FILTER;
		if (*listener >= 0)
			close(*listener);
		return complain(sup, cfg, &r);
	}
	if (write(p->go[1], "", 1) != 1)
		return -errno;
	if (hear(p->said[0], &r) != (ssize_t)sizeof(r))
		return 0; /* exec(2) has closed it */
	close(*listener);
	return complain(sup, cfg, &r);
}

static void close_two(int fd[2])
{
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* How late a sleep may end is inherited, also as what 0 stands for.  We want to
 * be woken in time; programs have what they would have had. */
static pid_t fork_patient(const struct supervisor *sup)
{
	pid_t pid;

	(void)prctl(PR_SET_TIMERSLACK, sup->slack_ns, 0, 0, 0);
	pid = fork();
	if (pid)
		(void)prctl(PR_SET_TIMERSLACK, SUP_SLACK_NS, 0, 0, 0);
	return pid;
}

int launch(struct supervisor *sup, const struct program_cfg *cfg, pid_t *pid,
	   int *listener)
{
	struct pipes p = {{-1, -1}, {-1, -1}, getpid()};
	int err = 0;

	sup->complaint[0] = '\0';
	warn_of_setuid(cfg);
	if (pipe2(p.said, O_CLOEXEC) || pipe2(p.go, O_CLOEXEC))
		err = -errno;
	*pid = err ? -1 : fork_patient(sup);
	if (*pid < 0 && !err) {
		err = -errno;
		sup_complain(sup,
			     "no process can be started: fork fails (%s); the "
			     "limit of processes (ulimit -u, or a container's) "
			     "is reached, perhaps, or a sandbox forbids it",
			     strerror(-err));
	}
	if (*pid == 0)
		be_the_child(sup, cfg, &p);
	if (!err) {
		close(p.said[1]);
		p.said[1] = -1;
		err = lead(sup, cfg, &p, *pid, listener);
	}
	if (err && *pid > 0) {
		(void)kill(*pid, SIGKILL);
		(void)waitpid(*pid, NULL, 0);
	}
	close_two(p.said);
	close_two(p.go);
	if (err && !sup->complaint[0])
		sup_complain(sup, "%s", strerror(-err));
	return err;
}
