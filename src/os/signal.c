// SPDX-License-Identifier: MIT
/*
 * signal.c - a sink that sends real signals
 *
 * A process may send itself any siginfo, and so the program that has the stack
 * inside it gets what it would get from the kernel: si_fd, si_band and si_code.
 * To others the kernel forbids codes that look like its own; they get the
 * bare signal, which is what SIGIO without F_SETSIG is.
 */

#include "os/signal.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static siginfo_t siginfo_of(const struct signal_info *info)
{
	siginfo_t si = {.si_signo = info->signo, .si_code = info->code};

	if (info->code != SIGNAL_KERNEL) {
		si.si_fd = info->fd;
		si.si_band = (long)info->band;
	}
	return si;
}

static bool is_us(const struct signal_info *info)
{
	if (info->to == SIGNAL_TO_PROCESS)
		return info->owner == getpid();
	return info->to == SIGNAL_TO_THREAD &&
	       !syscall(SYS_tgkill, getpid(), info->owner, 0);
}

/* With everything that is known. */
static long send_info(const struct signal_info *info)
{
	siginfo_t si = siginfo_of(info);

	if (info->to == SIGNAL_TO_THREAD)
		return syscall(SYS_rt_tgsigqueueinfo, getpid(), info->owner,
			       info->signo, &si);
	return syscall(SYS_rt_sigqueueinfo, info->owner, info->signo, &si);
}

static long send_bare(const struct signal_info *info)
{
	if (info->to == SIGNAL_TO_THREAD)
		return syscall(SYS_tkill, info->owner, info->signo);
	return kill(info->to == SIGNAL_TO_GROUP ? -info->owner : info->owner,
		    info->signo);
}

static int raise_real(void *arg, const struct signal_info *info)
{
	long ret = is_us(info) ? send_info(info) : send_bare(info);

	(void)arg;
	return ret ? -errno : 0;
}

static bool exists(void *arg, enum signal_owner to, int32_t owner)
{
	(void)arg;
	if (to == SIGNAL_TO_THREAD)
		return !syscall(SYS_tkill, owner, 0) || errno == EPERM;
	return !kill(to == SIGNAL_TO_GROUP ? -owner : owner, 0) ||
	       errno == EPERM;
}

struct signal_sink os_signal_sink(void)
{
	return (struct signal_sink){.raise = raise_real, .exists = exists};
}
