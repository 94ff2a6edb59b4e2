// SPDX-License-Identifier: MIT
/*
 * sock_opt_ip6.c - options of AF_INET6 sockets (RFC 3493, 5; RFC 3542, 6)
 *
 * Hop limit and traffic class are IPv6's words for TTL and TOS.  Linux keeps
 * both pairs, for such a socket may speak both versions; so do we, and the
 * transport sends with the one that was set last.
 */

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "base/check.h"

#include "ip/ip.h"
#include "sock/sock_int.h"
#include "sock/sock_opt.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

/* It counts when the socket is bound. */
static int apply_v6only(struct sock *s)
{
	(void)s;
	return 0;
}

static int apply_hops(struct sock *s)
{
	unsigned int hops = (unsigned int)s->opts->hops;

	if (sock_is_tcp(s))
		tcp_set_ttl(s->tcp, hops);
	else if (sock_is_udp(s))
		udp_set_ttl(s->udp, hops);
	return 0;
}

/* The ECN bits of a stream are TCP's own. */
static int apply_tclass(struct sock *s)
{
	if (sock_is_tcp(s)) {
		s->opts->tclass &= ~3;
		tcp_set_tos(s->tcp, (uint8_t)s->opts->tclass);
	} else if (sock_is_udp(s)) {
		udp_set_tos(s->udp, (uint8_t)s->opts->tclass);
	}
	return 0;
}

/* clang-format off */
#define AT(field) SOCK_OPT_AT(field)
#define IP6 SK_IPPROTO_IPV6
static const struct opt_row rows[] = {
{IP6, SK_IPV6_V6ONLY, OPT_INET | OPT_BOOL | OPT_UNBOUND, AT(v6only), INT_MIN, INT_MAX, apply_v6only, NULL},
{IP6, SK_IPV6_UNICAST_HOPS, OPT_INET | OPT_DEFAULT, AT(hops), 0, 255, apply_hops, NULL},
{IP6, SK_IPV6_TCLASS, OPT_INET | OPT_DEFAULT, AT(tclass), 0, 255, apply_tclass, NULL},
};
static_assert(ARRAY_SIZE(rows) == 3, "those of RFC 3542 are in sock_opt_msg.c");
/* clang-format on */

const struct opt_table sock_opt_ip6_table = {rows, ARRAY_SIZE(rows)};

int sock_opt_ip6_mtu(struct sock *s, struct sock_optval *val)
{
	struct endpoint peer = s->ops->peer(s);
	int32_t mtu;

	if (peer.addr.family == IP_NONE)
		return -ENOTCONN;
	mtu = (int32_t)ip_mtu_for(s->file.stack, peer.addr);
	return sock_opt_put(val, &mtu, sizeof(mtu));
}
