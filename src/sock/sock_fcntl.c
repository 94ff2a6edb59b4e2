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

#include "sock/file_async.h"
#include "sock/sock_int.h"

static void set_flag(struct file *file, uint32_t flag, bool is_on)
{
	file->flags =
		(uint16_t)(is_on ? file->flags | flag : file->flags & ~flag);
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

/* As F_SETOWN has it: a process, or (negative) a group. */
static int set_owner(struct file *file, int who)
{
	struct sk_owner owner = {SIGNAL_TO_PROCESS, who};

	if (who == INT_MIN)
		return -EINVAL;
	if (who < 0)
		owner = (struct sk_owner){SIGNAL_TO_GROUP, -who};
	return file_async_set_owner(file, &owner);
}

static int get_owner(const struct file *file)
{
	struct sk_owner owner = file_async_owner(file);

	return owner.type == SIGNAL_TO_GROUP ? -owner.pid : owner.pid;
}

static int set_flags(struct file *file, int fd, int flags)
{
	int err = file_async_set(file, fd, flags & SK_O_ASYNC);

	if (!err)
		set_flag(file, SK_O_NONBLOCK, flags & SK_O_NONBLOCK);
	return err;
}

static int resize(struct file *file, long want)
{
	return file->ops->size ? (int)file->ops->size(file, want) : -EBADF;
}

/* What is of the file and not of the descriptor. */
static int file_fcntl(struct file *file, int fd, int cmd, int arg)
{
	switch (cmd) {
	case SK_F_GETFL:
		return (int)(file->flags | file->access);
	case SK_F_SETFL:
		return set_flags(file, fd, arg);
	case SK_F_SETOWN:
		return set_owner(file, arg);
	case SK_F_GETOWN:
		return get_owner(file);
	case SK_F_SETSIG:
		return file_async_set_signal(file, arg);
	case SK_F_GETSIG:
		return file_async_signal(file);
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
		return file_fcntl(file, fd, cmd, arg);
	}
}

int sk_set_owner(struct stack *stack, int fd, const struct sk_owner *owner)
{
	struct file *file = file_find(stack, fd);

	return file ? file_async_set_owner(file, owner) : -EBADF;
}

int sk_get_owner(struct stack *stack, int fd, struct sk_owner *owner)
{
	struct file *file = file_find(stack, fd);

	if (!file)
		return -EBADF;
	*owner = file_async_owner(file);
	return 0;
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

#define NOT_OF_ALL 1

/* Requests that every file understands: 0, -errno, or NOT_OF_ALL. */
static int ioctl_of_all(struct file *file, int fd, unsigned long request,
			const int *val)
{
	switch (request) {
	case SK_FIONBIO:
		set_flag(file, SK_O_NONBLOCK, *val);
		return 0;
	case SK_FIOASYNC:
		return file_async_set(file, fd, *val);
	case SK_FIOCLEX:
	case SK_FIONCLEX:
		file_set_cloexec(file->stack, fd, request == SK_FIOCLEX);
		return 0;
	default:
		return NOT_OF_ALL;
	}
}

/* What sockets understand, whatever their kind. */
static int ioctl_of_socks(struct file *file, unsigned long request, int *val)
{
	if (!sock_of(file))
		return NOT_OF_ALL;
	switch (request) {
	case SK_FIOSETOWN:
	case SK_SIOCSPGRP:
		return set_owner(file, *val);
	case SK_FIOGETOWN:
	case SK_SIOCGPGRP:
		*val = get_owner(file);
		return 0;
	default:
		return NOT_OF_ALL;
	}
}

int sk_ioctl(struct stack *stack, int fd, unsigned long request, int *val)
{
	struct file *file = file_find(stack, fd);
	struct sock_call call;
	int err;

	if (!file)
		return -EBADF;
	err = ioctl_of_all(file, fd, request, val);
	if (err == NOT_OF_ALL)
		err = ioctl_of_socks(file, request, val);
	if (err != NOT_OF_ALL)
		return err;
	if (!file->ops->ioctl)
		return -ENOTTY;
	call = call_begin(stack);
	err = file->ops->ioctl(file, request, val);
	call_end(call);
	return err;
}
