/* SPDX-License-Identifier: MIT */
#ifndef SOCK_ABI_H
#define SOCK_ABI_H

/*
 * abi.h - the numbers of the socket interface
 *
 * They are those of Linux, so that a program's arguments can be passed on as
 * they are, but the names are our own: no file below api/ sees the system's
 * headers.
 */

#include <stdint.h>

/* clang-format off */
enum {
	SK_AF_UNSPEC		= 0,
	SK_AF_UNIX		= 1,
	SK_AF_INET		= 2,
	SK_AF_INET6		= 10,

	SK_SOCK_STREAM		= 1,
	SK_SOCK_DGRAM		= 2,
	SK_SOCK_RAW		= 3,
	SK_SOCK_TYPE_LAST	= 10,
	SK_SOCK_TYPE_MASK	= 0xf,
	SK_SOCK_NONBLOCK	= 0x800,	/* or'ed to the type */
	SK_SOCK_CLOEXEC		= 0x80000,

	SK_IPPROTO_IP		= 0,
	SK_IPPROTO_ICMP		= 1,
	SK_IPPROTO_TCP		= 6,
	SK_IPPROTO_UDP		= 17,
	SK_IPPROTO_IPV6		= 41,

	SK_SHUT_RD		= 0,
	SK_SHUT_WR		= 1,
	SK_SHUT_RDWR		= 2,

	SK_F_DUPFD		= 0,
	SK_F_GETFD		= 1,
	SK_F_SETFD		= 2,
	SK_F_GETFL		= 3,
	SK_F_SETFL		= 4,
	SK_FD_CLOEXEC		= 1,
	SK_O_RDWR		= 2,
	SK_O_NONBLOCK		= 0x800,
};

/* Flags of send and receive. */
enum {
	SK_MSG_OOB		= 0x1,
	SK_MSG_PEEK		= 0x2,
	SK_MSG_DONTROUTE	= 0x4,
	SK_MSG_TRUNC		= 0x20,
	SK_MSG_DONTWAIT		= 0x40,
	SK_MSG_WAITALL		= 0x100,
	SK_MSG_ERRQUEUE		= 0x2000,
	SK_MSG_NOSIGNAL		= 0x4000,
	SK_MSG_MORE		= 0x8000,
	SK_MSG_FASTOPEN		= 0x20000000,
};

/* Level SK_SOL_SOCKET. */
enum {
	SK_SOL_SOCKET		= 1,

	SK_SO_REUSEADDR		= 2,
	SK_SO_TYPE		= 3,
	SK_SO_ERROR		= 4,
	SK_SO_BROADCAST		= 6,
	SK_SO_SNDBUF		= 7,
	SK_SO_RCVBUF		= 8,
	SK_SO_KEEPALIVE		= 9,
	SK_SO_OOBINLINE		= 10,
	SK_SO_LINGER		= 13,		/* struct sk_linger */
	SK_SO_REUSEPORT		= 15,
	SK_SO_RCVLOWAT		= 18,
	SK_SO_SNDLOWAT		= 19,
	SK_SO_RCVTIMEO		= 20,		/* struct sk_timeval */
	SK_SO_SNDTIMEO		= 21,		/* struct sk_timeval */
	SK_SO_ACCEPTCONN	= 30,
	SK_SO_PROTOCOL		= 38,
	SK_SO_DOMAIN		= 39,
	SK_SO_PEEK_OFF		= 42,
	SK_SO_MAX_PACING_RATE	= 47,		/* octets a second */
};

/* Level SK_IPPROTO_IP. */
enum {
	SK_IP_TOS		= 1,
	SK_IP_TTL		= 2,
	SK_IP_OPTIONS		= 4,		/* as in the header */
	SK_IP_MULTICAST_TTL	= 33,
	SK_IP_ADD_MEMBERSHIP	= 35,		/* struct sk_mreq */
	SK_IP_DROP_MEMBERSHIP	= 36,		/* struct sk_mreq */
	SK_IP_UNBLOCK_SOURCE	= 37,		/* struct sk_mreq_source */
	SK_IP_BLOCK_SOURCE	= 38,		/* " */
	SK_IP_ADD_SOURCE_MEMBERSHIP = 39,	/* " */
	SK_IP_DROP_SOURCE_MEMBERSHIP = 40,	/* " */
};

/* Level SK_IPPROTO_IPV6, of SK_AF_INET6 sockets. */
enum {
	SK_IPV6_UNICAST_HOPS	= 16,
	SK_IPV6_MULTICAST_HOPS	= 18,
	SK_IPV6_MTU		= 24,		/* of a connected one's path */
	SK_IPV6_V6ONLY		= 26,
	SK_IPV6_TCLASS		= 67,
};

/* Level SK_IPPROTO_TCP. */
enum {
	SK_TCP_NODELAY		= 1,
	SK_TCP_MAXSEG		= 2,
	SK_TCP_CORK		= 3,
	SK_TCP_KEEPIDLE		= 4,		/* seconds */
	SK_TCP_KEEPINTVL	= 5,		/* seconds */
	SK_TCP_KEEPCNT		= 6,
	SK_TCP_SYNCNT		= 7,
	SK_TCP_LINGER2		= 8,		/* seconds */
	SK_TCP_DEFER_ACCEPT	= 9,		/* seconds */
	SK_TCP_WINDOW_CLAMP	= 10,
	SK_TCP_INFO		= 11,		/* struct sk_tcp_info */
	SK_TCP_QUICKACK		= 12,
	SK_TCP_CONGESTION	= 13,		/* name of an algorithm */
	SK_TCP_USER_TIMEOUT	= 18,		/* milliseconds */
	SK_TCP_FASTOPEN		= 23,
	SK_TCP_NOTSENT_LOWAT	= 25,
	SK_TCP_CC_INFO		= 26,
	SK_TCP_FASTOPEN_CONNECT	= 30,
	SK_TCP_INQ		= 36,
};
/* Requests of ioctl. */
enum {
	SK_SIOCATMARK		= 0x8905,
	SK_FIONREAD		= 0x541b,	/* SIOCINQ */
	SK_TIOCOUTQ		= 0x5411,	/* SIOCOUTQ */
	SK_SIOCOUTQNSD		= 0x894b,
	SK_FIONBIO		= 0x5421,
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

/* Octets in network order, as in a program's struct ip_mreq. */
struct sk_mreq {
	uint8_t group[4];
	uint8_t local[4];
};

/* The same, as in a program's struct ip_mreq_source. */
struct sk_mreq_source {
	uint8_t group[4];
	uint8_t local[4];
	uint8_t source[4];
};

/* Bits of sk_tcp_info.options. */
enum {
	SK_TCPI_TIMESTAMPS = 1,
	SK_TCPI_SACK = 2,
	SK_TCPI_WSCALE = 4,
	SK_TCPI_ECN = 8,
	SK_TCPI_ECN_SEEN = 16,
	SK_TCPI_SYN_DATA = 32,
};

/*
 * What TCP_INFO tells, as Linux lays it out.  States are Linux's: 1 ESTABLISHED
 * ... 11 CLOSING.  Times are in microseconds, but last_xxx and total_rto_time
 * in milliseconds; windows of the congestion control in segments; of a listener
 * @unacked are the connections that wait, @sacked is its backlog.
 */
struct sk_tcp_info {
	uint8_t state, ca_state, retransmits, probes, backoff, options;
	uint8_t wscale; /* of the peer in the lower four bits, ours above */
	uint8_t flags;	/* 1: delivery_rate was limited by the user */
	uint32_t rto, ato, snd_mss, rcv_mss;
	uint32_t unacked, sacked, lost, retrans, fackets;
	uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
	uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd;
	uint32_t advmss, reordering, rcv_rtt, rcv_space, total_retrans;
	uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt;
	uint32_t data_segs_in, data_segs_out;
	uint64_t delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
	uint16_t total_rto, total_rto_recoveries;
	uint32_t total_rto_time;
};

#endif /* SOCK_ABI_H */
