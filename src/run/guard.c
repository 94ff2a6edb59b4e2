// SPDX-License-Identifier: MIT
/*
 * guard.c - nothing runs on when the supervisor is killed
 *
 * Theory of operation
 * ===================
 * Whoever is killed with SIGKILL cannot tidy up.  So there are two processes:
 * the one that somebody has started only waits, and its child holds the lab.
 *
 *	shell -- guard -- supervisor -- programs -- what they have started
 *
 *	supervisor killed:	its programs, and those whose parents have ended,
 *				become the guard's children (it is a subreaper);
 *				it kills them, until there are none
 *	guard killed:		the kernel sends the supervisor SIGTERM
 *				(PR_SET_PDEATHSIG), which ends the lab in order
 *	both at once:		the first process of each program is killed by
 *				the kernel (launch.c); what that has started
 *				runs on, without a network
 *
 * Both at once is what "pkill -9 weft" would do, so the guard has another name
 * for the kernel (not for ps -f, which shows what was started).  Whoever wants
 * to can still find both.
 *
 * Signals that somebody sends to the guard are passed on; those of the terminal
 * reach both, and the guard leaves them to the other.
 *
 * A namespace of processes would be one line less of this comment, but a
 * program that is number 1 in it behaves otherwise, and not every user may.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/run_int.h"

static const int passed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1};

enum { PASSED_ON = sizeof(passed_on) / sizeof(passed_on[0]) };

/* One round over everybody who is our child.  False: nobody is. */
static bool kill_children(void)
{
	char path[64], *word = NULL;
	size_t room = 0;
	bool is_any = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		       (int)getpid());
	f = fopen(path, "re");
	while (f && getdelim(&word, &room, ' ', f) > 0) {
		pid_t pid = (pid_t)strtol(word, NULL, 10);

		if (pid <= 0)
			continue;
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		is_any = true;
	}
	free(word);
	if (f)
		(void)fclose(f);
	return is_any;
}

void guard_end_children(void)
{
	while (kill_children())
		;
}

/* Wait for the supervisor, and pass on what we are told meanwhile. */
static int watch_over(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int status;

	for (;;) {
		pid_t got = waitpid(-1, &status, WNOHANG);

		if (got == child)
			return status;
		if (got > 0)
			continue;
		if (sigwaitinfo(set, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD && info.si_code <= 0)
			(void)kill(child, info.si_signo);
	}
}

static _Noreturn void be_the_guard(pid_t child, const sigset_t *set)
{
	int status;

	(void)prctl(PR_SET_NAME, "lab-guard", 0, 0, 0);
	status = watch_over(child, set);
	if (!WIFSIGNALED(status))
		_exit(WEXITSTATUS(status));
	guard_end_children();
	_exit(128 + WTERMSIG(status));
}

int guard_begin(void)
{
	sigset_t set, before;
	pid_t pid, us = getpid();

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (int i = 0; i < PASSED_ON; i++)
		sigaddset(&set, passed_on[i]);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ||
	    sigprocmask(SIG_BLOCK, &set, &before))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid > 0)
		be_the_guard(pid, &set);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) || getppid() != us)
		_exit(126);
	return us;
}
