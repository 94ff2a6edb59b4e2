/* SPDX-License-Identifier: MIT */
#ifndef OS_CONTROL_INT_H
#define OS_CONTROL_INT_H

/*
 * control_int.h - where the sockets are: both sides agree on this
 *
 * Private to os/.
 */

#include <stdbool.h>
#include <sys/un.h>

/* The folder, made if @may_make: 0, -EPERM (somebody else's, or open to
 * others), -ENOENT, -ENAMETOOLONG, -errno. */
int control_folder(char *path, size_t size, bool may_make);

/* The address of a process's socket.  0, or as control_folder(). */
int control_address(struct sockaddr_un *un, int pid, bool may_make);

/* The process whose socket is the newest, 0: there is none.  Sockets of those
 * that have ended are removed. */
int control_newest(void);

/* The lab that a process holds, waits for, or runs in; 0: none. */
int control_lab_of(int pid);

/* Connect to a socket.  A descriptor or -errno; -EAGAIN: somebody is there, and
 * would have to be waited for. */
int control_connect(const struct sockaddr_un *un, bool may_wait);

#endif /* OS_CONTROL_INT_H */
