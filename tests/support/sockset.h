/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_SOCKSET_H
#define SUPPORT_SOCKSET_H

/*
 * sockset.h - the calls on sockets as a table, so that one conversation can
 *	       be held on weft and on the kernel
 *
 * All sockets are non-blocking.  Addresses are numbers in host order, results
 * are those of the call or -errno.  Numbers of families, options and flags
 * are Linux's on both sides.
 */

#include <stddef.h>
#include <stdint.h>

#include "sock/abi.h"

#define SET_LOOPBACK 0x7f000001U
#define SET_NOBODY   1U /* of connect: an address of no family */

/* A message; without a name if both @addr and @port are 0.  What was received
 * comes back in all but @iov. */
struct set_msg {
	uint32_t addr;
	uint16_t port;
	const struct sk_iovec *iov;
	size_t iov_count;
	void *control;
	size_t control_len;
	int flags;
};

struct sockset {
	const char *name;
	void *arg;
	int (*socket)(void *arg, int domain, int type, int proto);
	int (*not_a_socket)(void *arg);
	int (*bind)(void *arg, int fd, uint32_t addr, uint16_t port);
	/* Port 0 and address 0: AF_UNSPEC. */
	int (*connect)(void *arg, int fd, uint32_t addr, uint16_t port);
	int (*listen)(void *arg, int fd, int backlog);
	int (*accept)(void *arg, int fd);
	long (*send)(void *arg, int fd, size_t len, int flags);
	long (*sendto)(void *arg, int fd, size_t len, uint16_t port);
	long (*recv)(void *arg, int fd, size_t len, int flags);
	int (*shutdown)(void *arg, int fd, int how);
	int (*close)(void *arg, int fd);
	int (*set)(void *arg, int fd, int level, int name, int val);
	int (*set_raw)(void *arg, int fd, int opt, const void *val, size_t len);
	/* The value, or -errno less a million. */
	int (*get)(void *arg, int fd, int level, int name);
	/* Octets of a struct, or -errno. */
	long (*get_raw)(void *arg, int fd, int level, int name, void *val,
			size_t len);
	/* The value, or -errno. */
	int (*ioctl)(void *arg, int fd, unsigned long request);
	int (*port)(void *arg, int fd);	    /* local */
	int (*has_peer)(void *arg, int fd); /* 0 or -ENOTCONN */
	/* Descriptors of any kind. */
	int (*pipe)(void *arg, int fds[2], int flags);
	int (*pair)(void *arg, int type, int proto, int fds[2]);
	int (*event)(void *arg, unsigned int count, int flags);
	int (*dup)(void *arg, int fd);
	int (*dup2)(void *arg, int fd, int to);
	int (*dup3)(void *arg, int fd, int to, int flags);
	int (*fcntl)(void *arg, int fd, int cmd, int val);
	int (*flag)(void *arg, int fd, unsigned long request, int val);
	long (*read)(void *arg, int fd, size_t len);
	long (*write)(void *arg, int fd, size_t len);
	long (*sendmsg)(void *arg, int fd, const struct set_msg *m, int flags);
	long (*recvmsg)(void *arg, int fd, struct set_msg *m, int flags);
	/* The same on the IPv6 loopback address. */
	int (*bind6)(void *arg, int fd, uint16_t port);
	int (*connect6)(void *arg, int fd, uint16_t port);
	int (*set_opt)(void *arg, int fd, int level, int name, const void *val,
		       size_t len);
	/* Wait up to @ms for @events; what is ready then. */
	int (*poll)(void *arg, int fd, int events, int ms);
};

#define SET_FAILED(ret) ((ret) <= -1000000)

/* The kernel's, on its loopback interface. */
extern const struct sockset kernel_sockset;

/* weft's, on a host that talks to itself; its argument is a struct testnet. */
extern const struct sockset weft_sockset;

#endif /* SUPPORT_SOCKSET_H */
