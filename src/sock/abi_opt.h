/* SPDX-License-Identifier: MIT */
#ifndef SOCK_ABI_OPT_H
#define SOCK_ABI_OPT_H

/*
 * abi_opt.h - numbers and structures of the options of IP, TCP, raw and packet
 *	       sockets; those of all sockets are in abi.h, which is the file to
 *	       include
 */

#include <stdint.h>

/* clang-format off */
/* Level SK_IPPROTO_IP. */
enum {
	SK_IP_TOS		= 1,
	SK_IP_TTL		= 2,
	SK_IP_HDRINCL		= 3,
	SK_IP_OPTIONS		= 4,		/* as in the header */
	SK_IP_RECVOPTS		= 6,
	SK_IP_PKTINFO		= 8,		/* struct sk_pktinfo */
	SK_IP_MTU_DISCOVER	= 10,		/* enum sk_pmtudisc */
	SK_IP_RECVERR		= 11,		/* struct sk_extended_err */
	SK_IP_RECVTTL		= 12,
	SK_IP_RECVTOS		= 13,
	SK_IP_MTU		= 14,		/* of a connected one's path */
	SK_IP_FREEBIND		= 15,
	SK_IP_TRANSPARENT	= 19,
	SK_IP_RECVORIGDSTADDR	= 20,
	SK_IP_BIND_ADDRESS_NO_PORT = 24,
	SK_IP_MULTICAST_IF	= 32,		/* an address, sk_mreq, ip_mreqn */
	SK_IP_MULTICAST_TTL	= 33,
	SK_IP_MULTICAST_LOOP	= 34,
	SK_IP_ADD_MEMBERSHIP	= 35,		/* struct sk_mreq */
	SK_IP_DROP_MEMBERSHIP	= 36,		/* struct sk_mreq */
	SK_IP_UNBLOCK_SOURCE	= 37,		/* struct sk_mreq_source */
	SK_IP_BLOCK_SOURCE	= 38,		/* " */
	SK_IP_ADD_SOURCE_MEMBERSHIP = 39,	/* " */
	SK_IP_DROP_SOURCE_MEMBERSHIP = 40,	/* " */
	SK_IP_MSFILTER		= 41,		/* struct ip_msfilter */
	SK_IP_MULTICAST_ALL	= 49,
};

/* Of both versions (RFC 3678, 5): level SK_IPPROTO_IP or SK_IPPROTO_IPV6. */
enum {
	SK_MCAST_JOIN_GROUP	= 42,		/* struct group_req */
	SK_MCAST_BLOCK_SOURCE	= 43,		/* struct group_source_req */
	SK_MCAST_UNBLOCK_SOURCE	= 44,		/* " */
	SK_MCAST_LEAVE_GROUP	= 45,		/* struct group_req */
	SK_MCAST_JOIN_SOURCE_GROUP = 46,	/* struct group_source_req */
	SK_MCAST_LEAVE_SOURCE_GROUP = 47,	/* " */
	SK_MCAST_MSFILTER	= 48,		/* struct group_filter */

	SK_MCAST_EXCLUDE	= 0,
	SK_MCAST_INCLUDE	= 1,
};

/* Level SK_IPPROTO_IPV6, of SK_AF_INET6 sockets. */
enum {
	SK_IPV6_CHECKSUM	= 7,
	SK_IPV6_2292HOPLIMIT	= 8,		/* RECVHOPLIMIT's older name */
	SK_IPV6_UNICAST_HOPS	= 16,
	SK_IPV6_MULTICAST_IF	= 17,		/* its number */
	SK_IPV6_MULTICAST_HOPS	= 18,
	SK_IPV6_MULTICAST_LOOP	= 19,
	SK_IPV6_JOIN_GROUP	= 20,		/* struct ipv6_mreq */
	SK_IPV6_LEAVE_GROUP	= 21,		/* " */
	SK_IPV6_MTU_DISCOVER	= 23,
	SK_IPV6_MTU		= 24,		/* of a connected one's path */
	SK_IPV6_RECVERR		= 25,
	SK_IPV6_V6ONLY		= 26,
	SK_IPV6_MULTICAST_ALL	= 29,
	SK_IPV6_HDRINCL		= 36,
	SK_IPV6_RECVPKTINFO	= 49,
	SK_IPV6_PKTINFO		= 50,		/* struct sk_pktinfo6 */
	SK_IPV6_RECVHOPLIMIT	= 51,
	SK_IPV6_HOPLIMIT	= 52,
	SK_IPV6_RECVTCLASS	= 66,
	SK_IPV6_TCLASS		= 67,
};

/* Values of SK_IP_MTU_DISCOVER. */
enum sk_pmtudisc {
	SK_PMTUDISC_DONT,	/* fragment */
	SK_PMTUDISC_WANT,	/* fragment what is too big for the path */
	SK_PMTUDISC_DO,		/* never: -EMSGSIZE */
	SK_PMTUDISC_PROBE,	/* never, and only the first link counts */
};

/* Other levels of ancillary data and options. */
enum {
	SK_SOL_RAW		= 255,
	SK_ICMP_FILTER		= 1,		/* uint32_t: types not wanted */
	SK_ICMP6_FILTER		= 1,		/* the same, 256 bits */
	SK_SOL_PACKET		= 263,
	SK_PACKET_ADD_MEMBERSHIP = 1,		/* struct sk_packet_mreq */
	SK_PACKET_DROP_MEMBERSHIP = 2,		/* " */
	SK_PACKET_STATISTICS	= 6,		/* struct sk_packet_stats */
	SK_SCM_RIGHTS		= 1,		/* of level SK_SOL_SOCKET */
	SK_SOL_UDP		= 17,
	SK_UDP_CORK		= 1,
	SK_UDP_SEGMENT		= 103,		/* octets of each datagram */
	SK_UDP_GRO		= 104,
	SK_SOL_UDPLITE		= 136,
	SK_UDPLITE_SEND_CSCOV	= 10,		/* octets */
	SK_UDPLITE_RECV_CSCOV	= 11,
	SK_UDPLITE_LEAST	= 8,		/* of both: the header */
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
/* clang-format on */

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

/* As a program's struct packet_mreq. */
struct sk_packet_mreq {
	int32_t ifindex;
	uint16_t type; /* SK_PACKET_MR_xxx */
	uint16_t alen;
	uint8_t address[8];
};

enum {
	SK_PACKET_MR_MULTICAST = 0,
	SK_PACKET_MR_PROMISC = 1,
	SK_PACKET_MR_ALLMULTI = 2,
};

struct sk_packet_stats {
	uint32_t packets, drops;
};

#endif /* SOCK_ABI_OPT_H */
