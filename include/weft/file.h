/* SPDX-License-Identifier: MIT */
#ifndef WEFT_FILE_H
#define WEFT_FILE_H

/*
 * file.h - what can be done with any descriptor, and pipes
 *
 * What is common to all calls stands in socket.h.  Part of weft.h; include
 * that.
 */

#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_close() - Let go of a descriptor
 * @stack:	Whose
 * @fd:		Any
 *
 * Blocks only if SO_LINGER says so.
 *
 * Return: 0; -1: EBADF
 */
WEFT_API int weft_close(struct weft_stack *stack, int fd);

/**
 * weft_dup() - Another descriptor for the same file
 * @stack:	Whose
 * @fd:		Any
 *
 * Return: the lowest free descriptor; -1: EBADF, EMFILE
 */
WEFT_API int weft_dup(struct weft_stack *stack, int fd);

/**
 * weft_dup2() - Another descriptor, a chosen one
 * @stack:	Whose
 * @fd:		Any
 * @to:		What was open there is closed
 *
 * Return: @to; -1: EBADF
 */
WEFT_API int weft_dup2(struct weft_stack *stack, int fd, int to);

/**
 * weft_dup3() - Another descriptor, a chosen one, with flags
 * @stack:	Whose
 * @fd:		Any
 * @to:		As weft_dup2()
 * @flags:	O_CLOEXEC
 *
 * Return: @to; -1: EBADF, EINVAL (@fd is @to)
 */
WEFT_API int weft_dup3(struct weft_stack *stack, int fd, int to, int flags);

/**
 * weft_pipe() - A pipe
 * @stack:	Whose
 * @fds:	Filled in: the end to read, the end to write
 *
 * Return: 0; -1: EMFILE, ENOMEM
 */
WEFT_API int weft_pipe(struct weft_stack *stack, int fds[2]);

/**
 * weft_pipe2() - A pipe, with flags
 * @stack:	Whose
 * @fds:	As weft_pipe()
 * @flags:	O_NONBLOCK, O_CLOEXEC
 *
 * Return: 0; -1: EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_pipe2(struct weft_stack *stack, int fds[2], int flags);

/**
 * weft_fcntl() - Flags of descriptors and files
 * @stack:	Whose
 * @fd:		Any
 * @cmd:	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL
 *		(O_NONBLOCK, O_ASYNC), F_GETOWN, F_SETOWN, F_GETSIG, F_SETSIG,
 *		F_GETPIPE_SZ, F_SETPIPE_SZ; F_GETOWN_EX, F_SETOWN_EX with a
 *		struct f_owner_ex *.  Signals are told of in signal.h
 *
 * The argument of @cmd follows, if it has one.
 *
 * Return: what was asked for, or 0; -1: EBADF, EINVAL, EMFILE, EBUSY, EPERM,
 * ESRCH, ENOMEM
 */
WEFT_API int weft_fcntl(struct weft_stack *stack, int fd, int cmd, ...);

/**
 * weft_ioctl() - Questions about queues and interfaces
 * @stack:	Whose
 * @fd:		Any
 * @request:	FIONREAD (SIOCINQ), SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK, FIONBIO,
 *		FIOASYNC, FIOCLEX, FIONCLEX, FIOSETOWN, SIOCSPGRP, FIOGETOWN,
 *		SIOCGPGRP: @arg is an int *.  SIOCGIFNAME,
 *		INDEX, MTU, FLAGS, HWADDR, ADDR, NETMASK, BRDADDR: a struct
 *		ifreq *; SIOCGIFCONF: a struct ifconf *
 * @arg:	The question, and afterwards the answer
 *
 * Return: 0; -1: ENOTTY, EINVAL, ENODEV, EADDRNOTAVAIL, EBADF
 */
WEFT_API int weft_ioctl(struct weft_stack *stack, int fd, unsigned long request,
			void *arg);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_FILE_H */
