/* SPDX-License-Identifier: MIT */
#ifndef WEFT_SOCKET_H
#define WEFT_SOCKET_H

/*
 * socket.h - sockets: the calls of POSIX with a stack in front
 *
 * Arguments, results and errno are those of the call of the same name on
 * Linux; its manual page is the documentation, and what is different is said
 * here.  Common to all:
 *
 *   - Descriptors are the stack's own, from 0 on, and mean nothing to the
 *     operating system.
 *   - No signal interrupts: a broken pipe is EPIPE, and nothing is EINTR but
 *     what says so.  Signals of O_ASYNC are told of in signal.h.
 *   - Addresses are struct sockaddr_in and, of AF_INET6 sockets, struct
 *     sockaddr_in6, with ::ffff:192.0.2.1 for IPv4 peers.
 *   - A call that has to block in an event (a callback of weft_watch()), or
 *     on a stack without a way to wait, fails with EDEADLK.
 *
 * Octets are moved by the calls of transfer.h; what can be done with any
 * descriptor is in file.h.  Part of weft.h; include that.
 */

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * weft_socket() - A new socket
 * @stack:	Whose
 * @domain:	AF_INET, AF_INET6, or AF_PACKET for whole frames
 * @type:	SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; SOCK_NONBLOCK and
 *		SOCK_CLOEXEC may be or'ed
 * @protocol:	0, or the type's own.  Datagrams of IPPROTO_ICMP and
 *		IPPROTO_ICMPV6 are echoes; raw sockets need one; of AF_PACKET
 *		an EtherType as htons() gives it
 *
 * Return: the lowest free descriptor; -1: EAFNOSUPPORT, EPROTONOSUPPORT,
 * ESOCKTNOSUPPORT, EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_socket(struct weft_stack *stack, int domain, int type,
			 int protocol);

/**
 * weft_socketpair() - Two sockets that are joined
 * @stack:	Whose
 * @domain:	AF_UNIX
 * @type:	SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET; SOCK_NONBLOCK and
 *		SOCK_CLOEXEC may be or'ed
 * @protocol:	0
 * @fds:	Filled in
 *
 * Descriptors may be sent through them with SCM_RIGHTS.
 *
 * Return: 0; -1: EAFNOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT, ESOCKTNOSUPPORT,
 * EINVAL, EMFILE, ENOMEM
 */
WEFT_API int weft_socketpair(struct weft_stack *stack, int domain, int type,
			     int protocol, int fds[2]);

/**
 * weft_bind() - Choose the local address
 * @stack:	Whose
 * @fd:		The socket
 * @addr:	Address and port; port 0: a free one that nobody can guess
 * @len:	Octets of @addr
 *
 * Return: 0; -1: EINVAL (bound already), EADDRINUSE, EADDRNOTAVAIL,
 * EAFNOSUPPORT, ENODEV, EBADF, ENOTSOCK
 */
WEFT_API int weft_bind(struct weft_stack *stack, int fd,
		       const struct sockaddr *addr, socklen_t len);

/**
 * weft_listen() - Wait for connections
 * @stack:	Whose
 * @fd:		The socket
 * @backlog:	How many may wait for weft_accept()
 *
 * Return: 0; -1: EOPNOTSUPP, EINVAL (connected), EADDRINUSE, EBADF, ENOTSOCK
 */
WEFT_API int weft_listen(struct weft_stack *stack, int fd, int backlog);

/**
 * weft_accept() - Take a connection
 * @stack:	Whose
 * @fd:		The socket that listens
 * @addr:	Filled in with the other end, or NULL
 * @len:	Room in @addr, and afterwards its octets
 *
 * May block.
 *
 * Return: the new descriptor; -1: EAGAIN, EINVAL (does not listen),
 * EOPNOTSUPP, EMFILE, ECONNABORTED, EDEADLK, EBADF, ENOTSOCK
 */
WEFT_API int weft_accept(struct weft_stack *stack, int fd,
			 struct sockaddr *addr, socklen_t *len);

/**
 * weft_accept4() - Take a connection, with flags
 * @stack:	Whose
 * @fd:		The socket that listens
 * @addr:	As weft_accept()
 * @len:	As weft_accept()
 * @flags:	SOCK_NONBLOCK, SOCK_CLOEXEC
 *
 * May block.
 *
 * Return: as weft_accept()
 */
WEFT_API int weft_accept4(struct weft_stack *stack, int fd,
			  struct sockaddr *addr, socklen_t *len, int flags);

/**
 * weft_connect() - Open a connection, or fix the peer of a datagram socket
 * @stack:	Whose
 * @fd:		The socket
 * @addr:	The other end; AF_UNSPEC dissolves a datagram socket's
 *		association
 * @len:	Octets of @addr
 *
 * May block.
 *
 * Return: 0; -1: EINPROGRESS (non-blocking: writable when done), EALREADY,
 * EISCONN, ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL,
 * EACCES, EDEADLK, EBADF, ENOTSOCK
 */
WEFT_API int weft_connect(struct weft_stack *stack, int fd,
			  const struct sockaddr *addr, socklen_t len);

/**
 * weft_shutdown() - Say that nothing more will be sent, or read
 * @stack:	Whose
 * @fd:		The socket
 * @how:	SHUT_RD, SHUT_WR or SHUT_RDWR
 *
 * Return: 0; -1: ENOTCONN, EINVAL, EBADF, ENOTSOCK
 */
WEFT_API int weft_shutdown(struct weft_stack *stack, int fd, int how);

/**
 * weft_sockatmark() - Is the next octet the urgent one?
 * @stack:	Whose
 * @fd:		A stream
 *
 * Return: 1, 0; -1: ENOTTY, EBADF
 */
WEFT_API int weft_sockatmark(struct weft_stack *stack, int fd);

/**
 * weft_getsockname() - The local address
 * @stack:	Whose
 * @fd:		The socket
 * @addr:	Filled in; cut off if there is too little room
 * @len:	Room, and afterwards the address's octets
 *
 * Return: 0; -1: EBADF, ENOTSOCK
 */
WEFT_API int weft_getsockname(struct weft_stack *stack, int fd,
			      struct sockaddr *addr, socklen_t *len);

/**
 * weft_getpeername() - The other end's address
 * @stack:	Whose
 * @fd:		The socket
 * @addr:	As weft_getsockname()
 * @len:	As weft_getsockname()
 *
 * Return: 0; -1: ENOTCONN, EOPNOTSUPP, EBADF, ENOTSOCK
 */
WEFT_API int weft_getpeername(struct weft_stack *stack, int fd,
			      struct sockaddr *addr, socklen_t *len);

/**
 * weft_setsockopt() - Set an option
 * @stack:	Whose
 * @fd:		The socket
 * @level:	SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_UDP,
 *		SOL_RAW, SOL_PACKET
 * @name:	SO_xxx, IP_xxx, IPV6_xxx, TCP_xxx: all that Linux has and that
 *		mean something to a stack of its own.  IP_TRANSPARENT is EPERM
 * @val:	Its value
 * @len:	Octets of @val
 *
 * Return: 0; -1: ENOPROTOOPT, EINVAL, EDOM, EPERM, ENODEV, EBADF, ENOTSOCK
 */
WEFT_API int weft_setsockopt(struct weft_stack *stack, int fd, int level,
			     int name, const void *val, socklen_t len);

/**
 * weft_getsockopt() - Ask for an option
 * @stack:	Whose
 * @fd:		The socket
 * @level:	As weft_setsockopt()
 * @name:	As weft_setsockopt(); also SO_TYPE, SO_PROTOCOL, SO_DOMAIN,
 *		SO_ERROR, SO_ACCEPTCONN, SO_SNDLOWAT, IP_MTU, IPV6_MTU,
 *		TCP_INFO, TCP_CC_INFO
 * @val:	Filled in
 * @len:	Room, and afterwards the value's octets
 *
 * Return: 0; -1: ENOPROTOOPT, EOPNOTSUPP, EINVAL, ENOTCONN, EBADF, ENOTSOCK
 */
WEFT_API int weft_getsockopt(struct weft_stack *stack, int fd, int level,
			     int name, void *val, socklen_t *len);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_SOCKET_H */
