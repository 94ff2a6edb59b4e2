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
 *   - There are no signals: a broken pipe is EPIPE, and nothing is EINTR.
 *   - Addresses are struct sockaddr_in and, of AF_INET6 sockets, struct
 *     sockaddr_in6, with ::ffff:192.0.2.1 for IPv4 peers.
 *   - A call that has to block in an event (a callback of weft_watch()), or
 *     on a stack without a way to wait, fails with EDEADLK.
 *
 * Part of weft.h; include that.
 */

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

/* AF_INET or AF_INET6 with SOCK_STREAM or SOCK_DGRAM; SOCK_NONBLOCK may be or'ed. */
WEFT_API int weft_socket(struct weft_stack *stack, int domain, int type,
			 int protocol);

WEFT_API int weft_bind(struct weft_stack *stack, int fd,
		       const struct sockaddr *addr, socklen_t len);
WEFT_API int weft_listen(struct weft_stack *stack, int fd, int backlog);

/* May block. */
WEFT_API int weft_accept(struct weft_stack *stack, int fd,
			 struct sockaddr *addr, socklen_t *len);

/* @flags: SOCK_NONBLOCK.  May block. */
WEFT_API int weft_accept4(struct weft_stack *stack, int fd,
			  struct sockaddr *addr, socklen_t *len, int flags);

/* AF_UNSPEC dissolves a datagram socket's association.  May block. */
WEFT_API int weft_connect(struct weft_stack *stack, int fd,
			  const struct sockaddr *addr, socklen_t len);

/* @flags: MSG_DONTWAIT, MSG_MORE, MSG_OOB, MSG_NOSIGNAL; with an address, on a
 * stream that is not connected: MSG_FASTOPEN (RFC 7413).  May block. */
WEFT_API ssize_t weft_send(struct weft_stack *stack, int fd, const void *buf,
			   size_t len, int flags);
WEFT_API ssize_t weft_sendto(struct weft_stack *stack, int fd, const void *buf,
			     size_t len, int flags, const struct sockaddr *addr,
			     socklen_t addrlen);

/* Without ancillary data: EOPNOTSUPP if there is any.  May block. */
WEFT_API ssize_t weft_sendmsg(struct weft_stack *stack, int fd,
			      const struct msghdr *msg, int flags);

/* @flags: MSG_DONTWAIT, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_WAITALL.  May
 * block. */
WEFT_API ssize_t weft_recv(struct weft_stack *stack, int fd, void *buf,
			   size_t len, int flags);
WEFT_API ssize_t weft_recvfrom(struct weft_stack *stack, int fd, void *buf,
			       size_t len, int flags, struct sockaddr *addr,
			       socklen_t *addrlen);

/* Ancillary data: that of TCP_INQ.  May block. */
WEFT_API ssize_t weft_recvmsg(struct weft_stack *stack, int fd,
			      struct msghdr *msg, int flags);

struct mmsghdr;

/* Several messages in one call.  Returns how many. */
WEFT_API int weft_sendmmsg(struct weft_stack *stack, int fd,
			   struct mmsghdr *msgs, unsigned int count, int flags);
WEFT_API int weft_recvmmsg(struct weft_stack *stack, int fd,
			   struct mmsghdr *msgs, unsigned int count, int flags,
			   struct timespec *timeout);

/* Any descriptor.  May block. */
WEFT_API ssize_t weft_read(struct weft_stack *stack, int fd, void *buf,
			   size_t len);
WEFT_API ssize_t weft_write(struct weft_stack *stack, int fd, const void *buf,
			    size_t len);
WEFT_API ssize_t weft_readv(struct weft_stack *stack, int fd,
			    const struct iovec *iov, int count);
WEFT_API ssize_t weft_writev(struct weft_stack *stack, int fd,
			     const struct iovec *iov, int count);

WEFT_API int weft_shutdown(struct weft_stack *stack, int fd, int how);

/* Any descriptor.  Blocks only if SO_LINGER says so. */
WEFT_API int weft_close(struct weft_stack *stack, int fd);
WEFT_API int weft_dup(struct weft_stack *stack, int fd);

WEFT_API int weft_dup2(struct weft_stack *stack, int fd, int to);
WEFT_API int weft_dup3(struct weft_stack *stack, int fd, int to, int flags);
WEFT_API int weft_pipe(struct weft_stack *stack, int fds[2]);
WEFT_API int weft_pipe2(struct weft_stack *stack, int fds[2], int flags);
WEFT_API int weft_socketpair(struct weft_stack *stack, int domain, int type,
			     int protocol, int fds[2]);

/* F_GETFL, F_SETFL (O_NONBLOCK), F_DUPFD. */
WEFT_API int weft_fcntl(struct weft_stack *stack, int fd, int cmd, int arg);

/* SIOCATMARK, SIOCINQ (FIONREAD), SIOCOUTQ, SIOCOUTQNSD; FIONBIO. */
WEFT_API int weft_ioctl(struct weft_stack *stack, int fd, unsigned long request,
			void *arg);

/* 1 if the next octet is the urgent one, 0, or -1. */
WEFT_API int weft_sockatmark(struct weft_stack *stack, int fd);

WEFT_API int weft_getsockname(struct weft_stack *stack, int fd,
			      struct sockaddr *addr, socklen_t *len);
WEFT_API int weft_getpeername(struct weft_stack *stack, int fd,
			      struct sockaddr *addr, socklen_t *len);

/*
 * SOL_SOCKET: SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST, SO_KEEPALIVE,
 * SO_RCVBUF, SO_SNDBUF, SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO, SO_OOBINLINE,
 * SO_RCVLOWAT, SO_PEEK_OFF, SO_MAX_PACING_RATE; to ask only: SO_TYPE, SO_PROTOCOL, SO_DOMAIN,
 * SO_ERROR, SO_ACCEPTCONN, SO_SNDLOWAT.
 * IPPROTO_IP: IP_TTL, IP_TOS; groups: IP_MULTICAST_TTL, IP_MULTICAST_LOOP,
 * IP_MULTICAST_IF, IP_MULTICAST_ALL, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP,
 * IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE,
 * IP_UNBLOCK_SOURCE, IP_MSFILTER.
 * IPPROTO_IPV6, of AF_INET6 sockets: IPV6_V6ONLY, IPV6_UNICAST_HOPS,
 * IPV6_TCLASS; groups: IPV6_MULTICAST_HOPS, IPV6_MULTICAST_LOOP,
 * IPV6_MULTICAST_IF, IPV6_MULTICAST_ALL, IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP; to
 * ask only: IPV6_MTU.
 * Either, of datagram sockets (RFC 3678): MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP,
 * MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP, MCAST_BLOCK_SOURCE,
 * MCAST_UNBLOCK_SOURCE, MCAST_MSFILTER.
 * IPPROTO_TCP: TCP_NODELAY, TCP_CORK, TCP_MAXSEG, TCP_KEEPIDLE,
 * TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, TCP_LINGER2, TCP_WINDOW_CLAMP,
 * TCP_NOTSENT_LOWAT, TCP_QUICKACK, TCP_INQ, TCP_SYNCNT, TCP_CONGESTION,
 * TCP_DEFER_ACCEPT, TCP_FASTOPEN, TCP_FASTOPEN_CONNECT; to ask only: TCP_INFO,
 * TCP_CC_INFO.
 */
WEFT_API int weft_setsockopt(struct weft_stack *stack, int fd, int level,
			     int name, const void *val, socklen_t len);
WEFT_API int weft_getsockopt(struct weft_stack *stack, int fd, int level,
			     int name, void *val, socklen_t *len);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_SOCKET_H */
