/* SPDX-License-Identifier: MIT */
#ifndef REACTOR_TRANSPORT_H
#define REACTOR_TRANSPORT_H

/*
 * transport.h - what a loop needs from sockets, as a table
 *
 * The same handlers run on weft's sockets or on another system's: whoever
 * fills this table.  No function blocks; errors are -errno.
 */

#include <stddef.h>
#include <stdint.h>

#include "sock/sock.h"

/* Something happened to a descriptor: enum wait_event, edge-triggered. */
struct transport_event {
	uint32_t events;
	uint32_t cause; /* number of the event that made it so, or 0 */
	void *data;	/* as given to watch() */
};

/**
 * struct transport_ops - sockets; all functions are required
 * @open:	A new socket of SK_SOCK_STREAM or SK_SOCK_DGRAM; @family IP_V6:
 *		for IPv6 and, as mapped addresses, IPv4; else for IPv4
 * @bind:	Local endpoint; listeners may share a port in TIME-WAIT
 * @connect:	0, or -EINPROGRESS: writable when done, then ask @error
 * @listen:	Passive open
 * @accept:	Next connection's descriptor, or -EAGAIN
 * @send:	Octets taken; @to for datagrams, or NULL
 * @recv:	Octets received, 0 at the end; @from filled in for datagrams
 * @shutdown:	Nothing more will be sent
 * @error:	Fetch the pending error, 0 or -errno
 * @close:	Close; with a reset if @is_abort
 * @local:	This end
 * @peer:	The other end
 * @watch:	Tell of all events of @fd from now on, edge-triggered, until it
 *		is closed
 * @ready:	Take what happened, at most @max; how many
 */
struct transport_ops {
	int (*open)(void *arg, int family, int type);
	int (*bind)(void *arg, int fd, const struct endpoint *local);
	int (*connect)(void *arg, int fd, const struct endpoint *peer);
	int (*listen)(void *arg, int fd, int backlog);
	int (*accept)(void *arg, int fd);
	long (*send)(void *arg, int fd, const void *buf, size_t len,
		     const struct endpoint *to);
	long (*recv)(void *arg, int fd, void *buf, size_t len,
		     struct endpoint *from);
	int (*shutdown)(void *arg, int fd);
	int (*error)(void *arg, int fd);
	void (*close)(void *arg, int fd, bool is_abort);
	int (*local)(void *arg, int fd, struct endpoint *ep);
	int (*peer)(void *arg, int fd, struct endpoint *ep);
	int (*watch)(void *arg, int fd, void *data);
	int (*ready)(void *arg, struct transport_event *evs, int max);
};

/* A table with its first argument. */
struct transport {
	const struct transport_ops *ops;
	void *arg;
};

#endif /* REACTOR_TRANSPORT_H */
