/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_TRY_H
#define SOCK_SOCK_TRY_H

/*
 * sock_try.h - the calls of sock.h on files, which never block
 *
 * For whoever holds a reference to a file longer than its descriptor may live,
 * and waits for it in a way of his own.  -EAGAIN says that this would have to
 * wait, whatever SK_O_NONBLOCK says; -ENOTSOCK, that the file is no socket.
 * All else is as with the call of the same name.
 */

#include <stdbool.h>
#include <stddef.h>

#include "wire/addr.h"

struct file;
struct sk_msg;

int sock_try_accept(struct file *file, struct endpoint *peer, int flags);

/* @is_first: else it asks how the one that was begun has ended. */
int sock_try_connect(struct file *file, const struct endpoint *peer,
		     bool is_first);
int sock_try_shutdown(struct file *file, int how);

/* Perhaps fewer octets than there are in @msg. */
long sock_try_send(struct file *file, const struct sk_msg *msg, int flags);
long sock_try_recv(struct file *file, struct sk_msg *msg, int flags);

/* Is it a socket that keeps no boundaries? */
bool sock_is_stream(struct file *file);

/* Any file. */
long file_try_read(struct file *file, void *buf, size_t len);
long file_try_write(struct file *file, const void *buf, size_t len);

#endif /* SOCK_SOCK_TRY_H */
