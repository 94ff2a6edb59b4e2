/* SPDX-License-Identifier: MIT */
#ifndef SOCK_ABI_H
#define SOCK_ABI_H

/*
 * abi.h - the numbers of the socket interface
 *
 * They are those of Linux, so that a program's arguments can be passed on as
 * they are, but the names are our own: no file below api/ sees the system's
 * headers.  Options of IP and TCP are in abi_opt.h, what goes with messages in
 * abi_msg.h; both come along.
 */

#include <stdint.h>

#include "sock/abi_kept.h"
#include "sock/abi_msg.h"
#include "sock/abi_opt.h"

/* clang-format off */
enum {
	SK_AF_UNSPEC		= 0,
	SK_AF_UNIX		= 1,
	SK_AF_INET		= 2,
	SK_AF_INET6		= 10,
	SK_AF_PACKET		= 17,

	SK_SOCK_STREAM		= 1,
	SK_SOCK_DGRAM		= 2,
	SK_SOCK_RAW		= 3,
	SK_SOCK_SEQPACKET	= 5,
	SK_SOCK_TYPE_LAST	= 10,
	SK_SOCK_TYPE_MASK	= 0xf,
	SK_SOCK_NONBLOCK	= 0x800,	/* or'ed to the type */
	SK_SOCK_CLOEXEC		= 0x80000,

	SK_IPPROTO_IP		= 0,
	SK_IPPROTO_ICMP		= 1,
	SK_IPPROTO_TCP		= 6,
	SK_IPPROTO_UDP		= 17,
	SK_IPPROTO_UDPLITE	= 136,
	SK_IPPROTO_IPV6		= 41,
	SK_IPPROTO_ICMPV6	= 58,
	SK_IPPROTO_RAW		= 255,
	SK_IPPROTO_LAST		= 262,		/* more than a header can say */

	SK_SHUT_RD		= 0,
	SK_SHUT_WR		= 1,
	SK_SHUT_RDWR		= 2,

	SK_F_DUPFD		= 0,
	SK_F_GETFD		= 1,
	SK_F_SETFD		= 2,
	SK_F_GETFL		= 3,
	SK_F_SETFL		= 4,
	SK_F_SETOWN		= 8,
	SK_F_GETOWN		= 9,
	SK_F_SETSIG		= 10,
	SK_F_GETSIG		= 11,
	SK_F_DUPFD_CLOEXEC	= 1030,
	SK_F_SETPIPE_SZ		= 1031,
	SK_F_GETPIPE_SZ		= 1032,
	SK_FD_CLOEXEC		= 1,
	SK_O_RDONLY		= 0,
	SK_O_WRONLY		= 1,
	SK_O_RDWR		= 2,
	SK_O_NONBLOCK		= 0x800,
	SK_O_ASYNC		= 0x2000,
	SK_O_CLOEXEC		= 0x80000,
};

/* Flags of send and receive. */
enum {
	SK_MSG_OOB		= 0x1,
	SK_MSG_PEEK		= 0x2,
	SK_MSG_DONTROUTE	= 0x4,
	SK_MSG_CTRUNC		= 0x8,		/* only told */
	SK_MSG_TRUNC		= 0x20,
	SK_MSG_DONTWAIT		= 0x40,
	SK_MSG_EOR		= 0x80,
	SK_MSG_WAITALL		= 0x100,
	SK_MSG_CONFIRM		= 0x800,
	SK_MSG_ERRQUEUE		= 0x2000,
	SK_MSG_NOSIGNAL		= 0x4000,
	SK_MSG_MORE		= 0x8000,
	SK_MSG_WAITFORONE	= 0x10000,	/* of sk_recvmmsg() */
	SK_MSG_ZEROCOPY		= 0x4000000,
	SK_MSG_FASTOPEN		= 0x20000000,
	SK_MSG_CMSG_CLOEXEC	= 0x40000000,
};

/* Level SK_SOL_SOCKET. */
enum {
	SK_SOL_SOCKET		= 1,

	SK_SO_REUSEADDR		= 2,
	SK_SO_TYPE		= 3,
	SK_SO_ERROR		= 4,
	SK_SO_DONTROUTE		= 5,
	SK_SO_BROADCAST		= 6,
	SK_SO_SNDBUF		= 7,
	SK_SO_RCVBUF		= 8,
	SK_SO_KEEPALIVE		= 9,
	SK_SO_OOBINLINE		= 10,
	SK_SO_NO_CHECK		= 11,
	SK_SO_PRIORITY		= 12,
	SK_SO_LINGER		= 13,		/* struct sk_linger */
	SK_SO_REUSEPORT		= 15,
	SK_SO_RCVLOWAT		= 18,
	SK_SO_SNDLOWAT		= 19,
	SK_SO_RCVTIMEO		= 20,		/* struct sk_timeval */
	SK_SO_SNDTIMEO		= 21,		/* struct sk_timeval */
	SK_SO_BINDTODEVICE	= 25,		/* name of an interface */
	SK_SO_TIMESTAMP		= 29,
	SK_SO_ACCEPTCONN	= 30,
	SK_SO_TIMESTAMPNS	= 35,
	SK_SO_MARK		= 36,
	SK_SO_PROTOCOL		= 38,
	SK_SO_DOMAIN		= 39,
	SK_SO_PEEK_OFF		= 42,
	SK_SO_MAX_PACING_RATE	= 47,		/* octets a second */
	SK_SO_ZEROCOPY		= 60,
};

/* Requests of ioctl. */
enum {
	SK_SIOCATMARK		= 0x8905,
	SK_SIOCGIFNAME		= 0x8910,
	SK_SIOCGIFCONF		= 0x8912,
	SK_SIOCGIFFLAGS		= 0x8913,
	SK_SIOCGIFADDR		= 0x8915,
	SK_SIOCGIFBRDADDR	= 0x8919,
	SK_SIOCGIFNETMASK	= 0x891b,
	SK_SIOCGIFMTU		= 0x8921,
	SK_SIOCGIFHWADDR	= 0x8927,
	SK_SIOCGIFINDEX		= 0x8933,
	SK_FIONREAD		= 0x541b,	/* SIOCINQ */
	SK_TIOCOUTQ		= 0x5411,	/* SIOCOUTQ */
	SK_SIOCOUTQNSD		= 0x894b,
	SK_FIONBIO		= 0x5421,
	SK_FIONCLEX		= 0x5450,
	SK_FIOCLEX		= 0x5451,
	SK_FIOASYNC		= 0x5452,
	SK_FIOSETOWN		= 0x8901,
	SK_SIOCSPGRP		= 0x8902,
	SK_FIOGETOWN		= 0x8903,
	SK_SIOCGPGRP		= 0x8904,
};
/* clang-format on */

struct sk_linger {
	int32_t onoff;
	int32_t linger_s;
};

struct sk_timeval {
	int64_t sec;
	int64_t usec;
};

#endif /* SOCK_ABI_H */
