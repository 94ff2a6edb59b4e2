/* SPDX-License-Identifier: MIT */
#ifndef RUN_SOCKETS_H
#define RUN_SOCKETS_H

/*
 * sockets.h - the sockets of a lab host, as Linux numbers their states: for
 *	       netlink (ss) and for files (/proc/net/tcp)
 */

#include "sock/sock.h"

struct desc;
struct host;
struct supervisor;

/**
 * struct socket_view - a socket
 * @info:	What the stack knows
 * @desc:	The program's, or NULL: the lab's own
 * @family, @proto: AF_INET or AF_INET6; IPPROTO_xxx
 * @state:	TCP_ESTABLISHED ... as Linux has it
 */
struct socket_view {
	const struct sock_info *info;
	const struct desc *desc;
	int family, proto, state;
};

typedef void socket_fn(const struct socket_view *v, void *arg);

/* Call @fn for every TCP, UDP and raw socket of @host. */
void sockets_for_each(struct supervisor *sup, struct host *host, socket_fn *fn,
		      void *arg);

#endif /* RUN_SOCKETS_H */
