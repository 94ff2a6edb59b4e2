// SPDX-License-Identifier: MIT
/*
 * sock_opt_msg.c - options that ask for ancillary data, or are only kept
 *
 * What is received with a message is noted always; these say what a program
 * wants to be told of it (RFC 3542, 6).  Some others are only kept for whoever
 * asks: no layer of ours looks at a priority, a mark or SO_DONTROUTE yet, and a
 * port is chosen by bind() even where IP_BIND_ADDRESS_NO_PORT would let it
 * wait.
 */

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "base/check.h"

#include "sock/sock_cork.h"
#include "sock/sock_opt.h"
#include "tcp/tcp.h"

static int apply_nothing(struct sock *s)
{
	(void)s;
	return 0;
}

/* One of the two; the one that was asked for last. */
static int apply_timestamp(struct sock *s)
{
	if (s->opts->timestamp)
		s->opts->timestamp_ns = 0;
	return 0;
}

static int apply_timestamp_ns(struct sock *s)
{
	if (s->opts->timestamp_ns)
		s->opts->timestamp = 0;
	return 0;
}

/* Below DO the network may cut datagrams; a stream never has them cut. */
static void apply_pmtudisc(struct sock *s, int how)
{
	if (sock_is_udp(s))
		udp_set_df(s->udp, how >= SK_PMTUDISC_DO,
			   how == SK_PMTUDISC_PROBE);
}

static int apply_pmtudisc4(struct sock *s)
{
	apply_pmtudisc(s, s->opts->pmtudisc);
	return 0;
}

static int apply_pmtudisc6(struct sock *s)
{
	apply_pmtudisc(s, s->opts->pmtudisc6);
	return 0;
}

static int apply_gro(struct sock *s)
{
	if (sock_is_udp(s))
		udp_set_joins(s->udp, s->opts->udp_gro);
	return 0;
}

/* An address may become ours later. */
static int apply_freebind(struct sock *s)
{
	if (sock_is_udp(s))
		udp_set_freebind(s->udp, s->opts->freebind);
	else if (sock_is_tcp(s))
		tcp_set_freebind(s->tcp, s->opts->freebind);
	return 0;
}

/* Linux takes what cannot be for the nearest that can. */
static int cover_bounded(int octets)
{
	if (octets && octets < SK_UDPLITE_LEAST)
		return SK_UDPLITE_LEAST;
	return octets > UINT16_MAX ? UINT16_MAX : octets;
}

static int apply_covers(struct sock *s)
{
	if (!udp_is_lite(s->udp))
		return -ENOPROTOOPT;
	s->opts->lite_covers = cover_bounded(s->opts->lite_covers);
	udp_set_covers(s->udp, (unsigned int)s->opts->lite_covers);
	return 0;
}

static int apply_wants_covered(struct sock *s)
{
	if (!udp_is_lite(s->udp))
		return -ENOPROTOOPT;
	s->opts->lite_wants = cover_bounded(s->opts->lite_wants);
	udp_set_wants_covered(s->udp, (unsigned int)s->opts->lite_wants);
	return 0;
}

/* It would let the program answer for anybody: nobody here may. */
static int apply_transparent(struct sock *s)
{
	return s->opts->transparent ? -EPERM : 0;
}

/* clang-format off */
#define AT(field) SOCK_OPT_AT(field)
#define SOCKET SK_SOL_SOCKET
#define IP SK_IPPROTO_IP
#define IP6 SK_IPPROTO_IPV6
#define UDP SK_SOL_UDP
#define LITE SK_SOL_UDPLITE
#define ANY INT_MIN, INT_MAX
static const struct opt_row rows[] = {
{SOCKET, SK_SO_TIMESTAMP, OPT_ALL | OPT_BOOL, AT(timestamp), ANY, apply_timestamp, NULL},
{SOCKET, SK_SO_TIMESTAMPNS, OPT_ALL | OPT_BOOL, AT(timestamp_ns), ANY, apply_timestamp_ns, NULL},
{SOCKET, SK_SO_DONTROUTE, OPT_ALL | OPT_BOOL, AT(dontroute), ANY, apply_nothing, NULL},
{SOCKET, SK_SO_NO_CHECK, OPT_ALL | OPT_BOOL, AT(no_check), ANY, apply_nothing, NULL},
{SOCKET, SK_SO_ZEROCOPY, OPT_BOTH, AT(zerocopy), 0, 1, apply_nothing, NULL},
{SOCKET, SK_SO_PRIORITY, OPT_ALL, AT(priority), ANY, apply_nothing, NULL},
{SOCKET, SK_SO_MARK, OPT_ALL, AT(mark), ANY, apply_nothing, NULL},
{IP, SK_IP_PKTINFO, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(pktinfo), ANY, apply_nothing, NULL},
{IP, SK_IP_RECVTTL, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(recv_ttl), ANY, apply_nothing, NULL},
{IP, SK_IP_RECVTOS, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(recv_tos), ANY, apply_nothing, NULL},
{IP, SK_IP_RECVORIGDSTADDR, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(recv_orig_dst), ANY, apply_nothing, NULL},
{IP, SK_IP_RECVERR, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(recverr), ANY, sock_err_apply, NULL},
{IP, SK_IP_MTU_DISCOVER, OPT_INET | OPT_EMPTY, AT(pmtudisc), 0, 5, apply_pmtudisc4, NULL},
{IP, SK_IP_FREEBIND, OPT_INET | OPT_BOOL, AT(freebind), ANY, apply_freebind, NULL},
{IP, SK_IP_TRANSPARENT, OPT_INET | OPT_BOOL, AT(transparent), ANY, apply_transparent, NULL},
{IP, SK_IP_BIND_ADDRESS_NO_PORT, OPT_INET | OPT_EMPTY | OPT_BOOL, AT(no_port), ANY, apply_nothing, NULL},
{IP6, SK_IPV6_RECVPKTINFO, OPT_INET | OPT_BOOL, AT(pktinfo6), ANY, apply_nothing, NULL},
{IP6, SK_IPV6_RECVHOPLIMIT, OPT_INET | OPT_BOOL, AT(recv_hops), ANY, apply_nothing, NULL},
{IP6, SK_IPV6_2292HOPLIMIT, OPT_INET | OPT_BOOL, AT(recv_hops_old), ANY, apply_nothing, NULL},
{IP6, SK_IPV6_RECVTCLASS, OPT_INET | OPT_BOOL, AT(recv_tclass), ANY, apply_nothing, NULL},
{IP6, SK_IPV6_RECVERR, OPT_INET | OPT_BOOL, AT(recverr6), ANY, sock_err_apply, NULL},
{IP6, SK_IPV6_MTU_DISCOVER, OPT_INET, AT(pmtudisc6), 0, 5, apply_pmtudisc6, NULL},
{UDP, SK_UDP_CORK, OPT_DGRAM | OPT_BOOL, AT(udp_cork), ANY, sock_cork_apply, NULL},
{UDP, SK_UDP_SEGMENT, OPT_DGRAM, AT(udp_segment), 0, 65535, apply_nothing, NULL},
{UDP, SK_UDP_GRO, OPT_DGRAM | OPT_BOOL, AT(udp_gro), ANY, apply_gro, NULL},
{LITE, SK_UDPLITE_SEND_CSCOV, OPT_DGRAM, AT(lite_covers), ANY, apply_covers, NULL},
{LITE, SK_UDPLITE_RECV_CSCOV, OPT_DGRAM, AT(lite_wants), ANY, apply_wants_covered, NULL},
};
static_assert(ARRAY_SIZE(rows) == 27, "of all levels");
/* clang-format on */

const struct opt_table sock_opt_msg_table = {rows, ARRAY_SIZE(rows)};
