// SPDX-License-Identifier: MIT
/*
 * call_mmap.c - mmap of a socket becomes mmap of a file
 *
 * Theory of operation
 * ===================
 * Memory can only be mapped by the process itself, with a descriptor of what is
 * to be mapped.  The program calls mmap(2) with a socket's, which the kernel
 * would refuse.  A supervisor can answer a call or let it go on, but it cannot
 * change an argument; a debugger can.  So for this one call:
 *
 *	give the program a descriptor of the file		(number N)
 *	stop the thread as a debugger does: the call is interrupted, and will
 *	  be made again
 *	write N where the argument was, and let the thread go
 *	it calls mmap(2) again, of a file, and that goes on
 *
 * We may look into the program anyway (pidfd_getfd(2) needs the same right).
 *
 * Limits
 * ------
 * The program has one descriptor more, close-on-exec.  Under another debugger
 * (strace) mmap(2) of a socket fails: there is room for one.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "run/call.h"

#if defined(__x86_64__)
#define FIFTH(regs) ((regs)->r8)
#elif defined(__aarch64__)
#define FIFTH(regs) ((regs)->regs[4])
#endif

/* It has stopped; put the number in its place. */
static int change(pid_t tid, int fd)
{
	struct user_regs_struct regs;
	struct iovec iov = {&regs, sizeof(regs)};

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &iov))
		return -errno;
	FIFTH(&regs) = (unsigned int)fd;
	if (ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &iov))
		return -errno;
	return 0;
}

/* Wait until it stands still.  If it has died instead, that is for others to
 * hear of. */
static bool has_stopped(pid_t tid)
{
	siginfo_t info = {0};
	int status;

	if (waitid(P_PID, (id_t)tid, &info,
		   WSTOPPED | WEXITED | WNOWAIT | __WALL) ||
	    (info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED))
		return false;
	return waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status);
}

long call_mmap_other(struct call *call, int fd)
{
	pid_t tid = call->peer->tid;
	int n = call_lend_fd(call, fd, O_CLOEXEC), err = 0;

	if (n < 0)
		return n;
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL))
		return -ENODEV;
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) || !has_stopped(tid))
		err = -ENODEV;
	if (!err)
		err = change(tid, n);
	(void)ptrace(PTRACE_DETACH, tid, NULL, NULL);
	return err ? err : CALL_SENT;
}

/* All that shares memory with a file comes here. */
long call_mmap(struct call *call)
{
	call->fd = peer_fd(call->peer, (int)call->arg[4]);
	if (call->fd < 0)
		return CALL_CONTINUE;
	call->desc = desc_find(call_sup(call), desc_cookie(call->fd));
	if (!call->desc || !call->desc->ops->map)
		return CALL_CONTINUE;
	return call->desc->ops->map(call);
}
