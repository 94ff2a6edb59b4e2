/* SPDX-License-Identifier: MIT */
#ifndef OS_HOSTSOCK_H
#define OS_HOSTSOCK_H

/*
 * hostsock.h - the sockets of the machine, for who speaks in a lab's name
 *
 * A table of functions, so that a test can be the machine; host_socks_new()
 * makes the real one.  Nothing blocks.  A socket is a small number, and has an
 * owner, who is told when something becomes possible: once for each time it
 * does (edge triggered), so he goes on until he hears -EAGAIN.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/mem.h"

enum host_kind { HOST_TCP, HOST_UDP, HOST_PING };

/* What may have become possible. */
enum host_event {
	HOST_IN = 1 << 0,  /* read: octets, their end, or an error */
	HOST_OUT = 1 << 1, /* write; a connection is there */
	HOST_ERR = 1 << 2, /* ask for errors */
	HOST_URG = 1 << 3, /* an octet out of band */
};

/**
 * struct host_addr - an address of the machine's world
 * @is_v6:	It is one of IPv6, of 16 octets; else of four
 * @port:	Its port, in host order
 * @o:		The address as in a packet
 */
struct host_addr {
	bool is_v6;
	uint16_t port;
	uint8_t o[16];
};

/**
 * struct host_error - an entry of a socket's queue of errors (IP_RECVERR)
 * @err:	Positive error number
 * @is_icmp:	An ICMP message of the socket's version said so; @type, @code
 *		and @info (the MTU) are of it
 * @from:	Who sent it, if @has_from
 * @len:	Octets of what was sent that @data has
 * @data:	Their first few
 */
struct host_error {
	int err;
	bool is_icmp, has_from;
	uint8_t type, code;
	uint32_t info;
	struct host_addr from;
	size_t len;
	uint8_t data[64];
};

/* How a datagram is to leave. */
struct host_how {
	uint8_t ttl, tos;
};

/**
 * struct host_ops - what can be done with them; all are required
 * @open:	A socket on its way to @to.  The socket, or -errno (-EMFILE and
 *		its kin: no descriptor; -EACCES: not allowed; -ENETUNREACH ...)
 * @send:	Octets taken (TCP), or all of one datagram; -errno, -EAGAIN
 * @send_urgent: The same for octets of which the last is urgent
 * @recv:	Octets, 0 at the end; -errno, -EAGAIN
 * @recv_urgent: The octet out of band: 1, or -errno
 * @error:	What has become of it: 0 or -errno; fetches it
 * @next_error:	The next entry of the queue of errors; false: none
 * @how:	How datagrams leave from now on
 * @shutdown:	Nothing more will be sent
 * @close:	Let go; @is_reset: with a reset
 * @resolver:	Server of names number @n, from 0, of the machine: 0 or -ENOENT
 */
struct host_ops {
	int (*open)(void *arg, enum host_kind kind, const struct host_addr *to,
		    void *owner);
	long (*send)(void *arg, int sock, const struct iovec *v, int count);
	long (*send_urgent)(void *arg, int sock, const void *buf, size_t len);
	long (*recv)(void *arg, int sock, void *buf, size_t len);
	long (*recv_urgent)(void *arg, int sock, uint8_t *octet);
	int (*error)(void *arg, int sock);
	bool (*next_error)(void *arg, int sock, struct host_error *e);
	void (*how)(void *arg, int sock, const struct host_how *how);
	void (*shutdown)(void *arg, int sock);
	void (*close)(void *arg, int sock, bool is_reset);
	int (*resolver)(void *arg, unsigned int n, struct host_addr *out);
};

/* Something may have become possible for @owner's socket. */
typedef void host_ready_fn(void *arg, void *owner, unsigned int events);

struct host_socks;

extern const struct host_ops host_ops_os;

/**
 * host_socks_new() - The machine's sockets; the argument of host_ops_os
 *
 * Return: 0, -ENOMEM, -EMFILE ...
 */
int host_socks_new(struct mem *mem, struct host_socks **out);

/* Closes what is still open.  NULL is fine. */
void host_socks_free(struct host_socks *h);

/* Can be read when host_socks_look() has something to tell. */
int host_socks_fd(const struct host_socks *h);

/* Tell what has happened, to so many owners at most; does not wait. */
void host_socks_look(struct host_socks *h, host_ready_fn *on_ready, void *arg);

#endif /* OS_HOSTSOCK_H */
