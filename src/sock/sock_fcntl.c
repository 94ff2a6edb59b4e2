// SPDX-License-Identifier: MIT
/*
 * sock_fcntl.c - copying descriptors, and what is said to any file alike
 *
 * Flags belong to two owners.  SK_O_NONBLOCK and SK_O_ASYNC are the file's,
 * and all copies of a descriptor share them; SK_FD_CLOEXEC is the
 * descriptor's, and a copy begins without it.
 */

#include <errno.h>
#include <limits.h>

#include "sock/sock_int.h"

#define SETTABLE ((uint32_t)(SK_O_NONBLOCK | SK_O_ASYNC))
#define SIG_MAX	 64

static void set_flag(struct file *file, uint32_t flag, bool is_on)
{
	file->flags = is_on ? file->flags | flag : file->flags & ~flag;
}

static int dup_from(struct file *file, int min, bool is_cloexec)
{
	int fd = file_open_from(file, min);

	if (fd < 0)
		return fd;
	file_get(file);
	file_set_cloexec(file->stack, fd, is_cloexec);
	return fd;
}

static int set_owner(struct file *file, int owner)
{
	if (owner == INT_MIN)
		return -EINVAL;
	file->owner = owner;
	return 0;
}

static int set_signal(struct file *file, int sig)
{
	if (sig < 0 || sig > SIG_MAX)
		return -EINVAL;
	file->sig = sig;
	return 0;
}

static int resize(struct file *file, long want)
{
	return file->ops->size ? (int)file->ops->size(file, want) : -EBADF;
}

/* What is of the file and not of the descriptor. */
static int file_fcntl(struct file *file, int cmd, int arg)
{
	switch (cmd) {
	case SK_F_GETFL:
		return (int)(file->flags | file->access);
	case SK_F_SETFL:
		file->flags = (uint32_t)arg & SETTABLE;
		return 0;
	case SK_F_SETOWN:
		return set_owner(file, arg);
	case SK_F_GETOWN:
		return file->owner;
	case SK_F_SETSIG:
		return set_signal(file, arg);
	case SK_F_GETSIG:
		return file->sig;
	case SK_F_SETPIPE_SZ:
		return arg < 0 ? -EINVAL : resize(file, arg ? arg : 1);
	case SK_F_GETPIPE_SZ:
		return resize(file, 0);
	default:
		return -EINVAL;
	}
}

int sk_fcntl(struct stack *stack, int fd, int cmd, int arg)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	switch (cmd) {
	case SK_F_DUPFD:
		return dup_from(file, arg, false);
	case SK_F_DUPFD_CLOEXEC:
		return dup_from(file, arg, true);
	case SK_F_GETFD:
		return file_is_cloexec(stack, fd) ? SK_FD_CLOEXEC : 0;
	case SK_F_SETFD:
		file_set_cloexec(stack, fd, arg & SK_FD_CLOEXEC);
		return 0;
	default:
		return file_fcntl(file, cmd, arg);
	}
}

int sk_dup(struct stack *stack, int fd)
{
	return sk_fcntl(stack, fd, SK_F_DUPFD, 0);
}

/* The file at @to is closed as close() would do it, but does not linger. */
static int dup_at(struct file *file, int to)
{
	struct stack *stack = file->stack;
	struct sock_call call = call_begin(stack);
	int ret;

	file_get(file);
	ret = file_open_at(file, to);
	if (ret < 0)
		file_put(file);
	call_end(call);
	return ret;
}

int sk_dup2(struct stack *stack, int fd, int to)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	return fd == to ? to : dup_at(file, to);
}

int sk_dup3(struct stack *stack, int fd, int to, int flags)
{
	struct file *file = file_find(stack, fd);
	int ret;

	if (flags & ~SK_O_CLOEXEC || fd == to)
		return -EINVAL;
	if (!file)
		return -EBADF;
	ret = dup_at(file, to);
	if (ret >= 0)
		file_set_cloexec(stack, to, flags & SK_O_CLOEXEC);
	return ret;
}

/* Requests that every file understands; false: another one. */
static bool ioctl_of_all(struct stack *stack, int fd, unsigned long request,
			 const int *val)
{
	struct file *file = file_find(stack, fd);

	switch (request) {
	case SK_FIONBIO:
		set_flag(file, SK_O_NONBLOCK, *val);
		return true;
	case SK_FIOASYNC:
		set_flag(file, SK_O_ASYNC, *val);
		return true;
	case SK_FIOCLEX:
	case SK_FIONCLEX:
		file_set_cloexec(stack, fd, request == SK_FIOCLEX);
		return true;
	default:
		return false;
	}
}

int sk_ioctl(struct stack *stack, int fd, unsigned long request, int *val)
{
	struct file *file = file_find(stack, fd);
	struct sock_call call;
	int err;

	if (!file)
		return -EBADF;
	if (ioctl_of_all(stack, fd, request, val))
		return 0;
	if (!file->ops->ioctl)
		return -ENOTTY;
	call = call_begin(stack);
	err = file->ops->ioctl(file, request, val);
	call_end(call);
	return err;
}
