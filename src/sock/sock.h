/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_H
#define SOCK_SOCK_H

/*
 * sock.h - sockets: the calls of POSIX, on a stack's own descriptors
 *
 * The calls have the names, the order of arguments and the errors of POSIX
 * as Linux gives them, with two differences: the stack is the first argument,
 * and errors are returned as -errno.  Addresses are struct endpoint.
 *
 * A call on a descriptor without SK_O_NONBLOCK blocks: in virtual time it runs
 * the network until it can return.  Within an event (a callback, a task) there
 * is nobody to run the network, and a call that would have to block returns
 * -EDEADLK; event-driven programs use non-blocking descriptors.
 *
 * Each call is an event, and the cause of all frames that it sends.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "sock/abi.h"
#include "sock/file.h"
#include "sock/sock_msg.h"

struct stack;

/* Sockets of a stack; inet_init() calls these, after udp and tcp.
 * 0 or -ENOMEM. */
int sock_init(struct stack *stack);
void sock_fini(struct stack *stack); /* closes all descriptors */

/**
 * sk_socket() - A new socket
 * @stack:	Whose
 * @domain:	SK_AF_INET, SK_AF_INET6 or SK_AF_PACKET
 * @type:	SK_SOCK_STREAM, DGRAM or RAW, with SK_SOCK_NONBLOCK, CLOEXEC
 * @proto:	0, or the type's own.  Datagrams of SK_IPPROTO_ICMP[V6] are
 *		echoes (sock_ping.c); raw sockets have any but 0; packet sockets
 *		an EtherType in network order, 0 (none yet) or SK_ETH_P_ALL
 *
 * Return: the lowest free descriptor; -EAFNOSUPPORT, -EINVAL (no such type),
 * -EPROTONOSUPPORT, -EMFILE, -ENOMEM
 */
int sk_socket(struct stack *stack, int domain, int type, int proto);

/* 0, -EBADF, -ENOTSOCK, -EINVAL (bound already), -EADDRINUSE,
 * -EADDRNOTAVAIL (not an address of this host), -EAFNOSUPPORT. */
int sk_bind(struct stack *stack, int fd, const struct endpoint *local);
/* The same for packet sockets: interface and protocol of @local count.
 * 0, -ENODEV, -EINVAL (not a packet socket), -EBADF, -ENOTSOCK. */
int sk_bind_ll(struct stack *stack, int fd, const struct sk_ll *local);
int sk_getsockname_ll(struct stack *stack, int fd, struct sk_ll *local);

/**
 * sk_connect() - Open a connection, or fix the peer of a datagram socket
 * @peer:	Address and port; family IP_NONE dissolves a datagram socket's
 *		association
 *
 * May block (streams).
 *
 * Return: 0; -EINPROGRESS (non-blocking: writable when done), -EALREADY,
 * -EISCONN, -ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -ENETUNREACH,
 * -EADDRNOTAVAIL (no free port), -EOPNOTSUPP (listens), -EBADF, -ENOTSOCK
 */
int sk_connect(struct stack *stack, int fd, const struct endpoint *peer);

/* 0, -EOPNOTSUPP (datagrams), -EINVAL (connected), -EADDRINUSE.  Binds to a
 * free port if not bound. */
int sk_listen(struct stack *stack, int fd, int backlog);

/**
 * sk_accept() - Take an established connection from a listener's queue
 * @peer:	Filled in with the far end; may be NULL
 *
 * May block.
 *
 * Return: the new descriptor, which blocks whatever the listener does (see
 * sk_accept4()); -EAGAIN, -EINVAL (does not listen), -EOPNOTSUPP, -EMFILE,
 * -ECONNABORTED, -EBADF, -ENOTSOCK
 */
int sk_accept(struct stack *stack, int fd, struct endpoint *peer);

/* The same; @flags may have SK_SOCK_NONBLOCK. */
int sk_accept4(struct stack *stack, int fd, struct endpoint *peer, int flags);

/**
 * sk_send() - Send octets, or one datagram to the connected peer
 * @flags:	SK_MSG_DONTWAIT, MORE, OOB (the last octet is urgent), NOSIGNAL
 *		(there never is a signal here)
 *
 * May block.
 *
 * Return: octets taken (streams: perhaps fewer than @len if not blocking);
 * -EAGAIN, -EPIPE, -ENOTCONN, -EDESTADDRREQ, -EMSGSIZE, a pending error
 */
long sk_send(struct stack *stack, int fd, const void *buf, size_t len,
	     int flags);
long sk_sendto(struct stack *stack, int fd, const void *buf, size_t len,
	       int flags, const struct endpoint *to);

/**
 * sk_recv() - Receive octets, or one datagram
 * @flags:	SK_MSG_PEEK, DONTWAIT, TRUNC (datagrams: return the whole
 *		length; streams: discard), WAITALL and OOB (streams)
 *
 * May block.
 *
 * Return: octets; 0 at the end of a stream or for an empty datagram; -EAGAIN,
 * -ENOTCONN, -ECONNRESET, another pending error
 */
long sk_recv(struct stack *stack, int fd, void *buf, size_t len, int flags);

/* The same, and says from where; @from may be NULL.  Streams leave it without
 * an address. */
long sk_recvfrom(struct stack *stack, int fd, void *buf, size_t len, int flags,
		 struct endpoint *from);

/* Any file: sockets as send and receive without flags.  May block. */
long sk_read(struct stack *stack, int fd, void *buf, size_t len);
long sk_write(struct stack *stack, int fd, const void *buf, size_t len);

/* 0, -ENOTCONN, -EINVAL (@how), -EBADF, -ENOTSOCK. */
int sk_shutdown(struct stack *stack, int fd, int how);

/* Any file.  0 or -EBADF.  A stream's last octets still are sent; blocks only
 * with SK_SO_LINGER. */
int sk_close(struct stack *stack, int fd);

int sk_getsockname(struct stack *stack, int fd, struct endpoint *local);
int sk_getpeername(struct stack *stack, int fd, struct endpoint *peer);

/* Values are int32_t unless abi.h names a struct.  0, -ENOPROTOOPT, -EINVAL,
 * -EDOM, -EBADF, -ENOTSOCK. */
int sk_setsockopt(struct stack *stack, int fd, int level, int name,
		  const void *val, size_t len);
int sk_getsockopt(struct stack *stack, int fd, int level, int name, void *val,
		  size_t *len);

/* An address as a program's struct sockaddr_storage has it, without a port: for
 * the options of RFC 3678. */
#define SK_SS_LEN 128
void sk_put_ss(uint8_t ss[static SK_SS_LEN], struct ip_addr a);

int sk_setsockopt_int(struct stack *stack, int fd, int level, int name,
		      int val);
int sk_getsockopt_int(struct stack *stack, int fd, int level, int name,
		      int *val);

/* SK_F_DUPFD[_CLOEXEC], GETFD, SETFD, GETFL, SETFL (SK_O_NONBLOCK, ASYNC),
 * SETOWN, GETOWN, SETSIG, GETSIG, SETPIPE_SZ, GETPIPE_SZ.  -EBADF, -EINVAL,
 * -EMFILE, -EBUSY, -EPERM (too large a pipe), -ESRCH, -ENOMEM. */
int sk_fcntl(struct stack *stack, int fd, int cmd, int arg);

/* The copy's descriptor; what was open at @to is closed.  @flags:
 * SK_O_CLOEXEC.  -EBADF, -EMFILE, -EINVAL (dup3: @fd is @to). */
int sk_dup(struct stack *stack, int fd);
int sk_dup2(struct stack *stack, int fd, int to);
int sk_dup3(struct stack *stack, int fd, int to, int flags);

/**
 * sk_ioctl() - Questions about a file
 * @request:	SK_SIOCATMARK (is the next octet the urgent one?), SK_FIONREAD
 *		(to read), SK_TIOCOUTQ (not acknowledged), SK_SIOCOUTQNSD (not
 *		sent); SK_FIONBIO sets SK_O_NONBLOCK to *@val, SK_FIOASYNC
 *		SK_O_ASYNC; SK_FIOCLEX, FIONCLEX; of sockets FIOSETOWN, ...
 *
 * Return: 0, -EINVAL (it listens), -ENOTTY, -EBADF
 */
int sk_ioctl(struct stack *stack, int fd, unsigned long request, int *val);

/**
 * sk_ioctl_if() - Questions about an interface
 * @request:	SK_SIOCGIFxxx but GIFCONF
 * @req:	Named by its name, or (GIFNAME) by its index; the answer
 *
 * Return: 0, -ENODEV, -EADDRNOTAVAIL (no address), -ENOTTY, -EBADF, -ENOTSOCK
 */
int sk_ioctl_if(struct stack *stack, int fd, unsigned long request,
		struct sk_ifreq *req);
/* The same without a descriptor. */
int sk_if_ask(struct stack *stack, unsigned long request, struct sk_ifreq *req);

/* All interfaces with an IPv4 address, SK_SIOCGIFCONF: how many there are; the
 * first @count are filled in. */
size_t sk_ifconf(struct stack *stack, struct sk_ifreq *list, size_t count);

/**
 * sk_pipe() - A pipe
 * @fds:	Filled in: the end to read, the end to write
 * @flags:	SK_O_NONBLOCK, SK_O_CLOEXEC
 *
 * Return: 0, -EINVAL, -EMFILE, -ENOMEM
 */
int sk_pipe(struct stack *stack, int fds[2], int flags);

/**
 * sk_socketpair() - Two sockets, joined
 * @domain:	SK_AF_UNIX
 * @type:	SK_SOCK_STREAM, DGRAM or SEQPACKET, with SK_SOCK_NONBLOCK, CLOEXEC
 * @proto:	0
 * @fds:	Filled in
 *
 * Return: 0, -EAFNOSUPPORT, -EOPNOTSUPP (not of IP), -EPROTONOSUPPORT,
 * -ESOCKTNOSUPPORT, -EINVAL, -EMFILE, -ENOMEM
 */
int sk_socketpair(struct stack *stack, int domain, int type, int proto,
		  int fds[2]);

/* Order destinations of both versions, the one to try first in front
 * (RFC 6724, 6); and does this host have an IPv6 address beyond its links? */
void sk_dest_sort(struct stack *stack, struct ip_addr *list, size_t count);

/* Why the first of two is tried before the second: a sentence. */
const char *sk_dest_why(struct stack *stack, struct ip_addr first,
			struct ip_addr second);
bool sk_has_ip6(const struct stack *stack);
/* What is ready now: WAIT_xxx, WAIT_NVAL if there is no such descriptor. */
uint32_t sk_ready(struct stack *stack, int fd);

/**
 * struct sock_info - a socket, for people
 * @fd:		One descriptor of it
 * @kind:	"tcp", "udp"
 * @state:	"ESTAB", "LISTEN", ...
 * @local:	This end
 * @peer:	The other end, or no address
 * @recv_queue:	Octets that wait for the program; connections, if it listens
 * @send_queue:	Octets not acknowledged yet
 * @waiters:	Waiters on its wait queue
 * @sleepers:	Of these, blocked calls; the others are callbacks
 */
struct sock_info {
	int fd;
	const char *kind;
	const char *state;
	struct endpoint local, peer;
	size_t recv_queue, send_queue;
	uint32_t waiters, sleepers;
};

void sock_for_each(struct stack *stack,
		   void (*fn)(const struct sock_info *info, void *arg),
		   void *arg);

#endif /* SOCK_SOCK_H */
