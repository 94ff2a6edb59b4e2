// SPDX-License-Identifier: MIT
/*
 * sockaddr.c - between the system's addresses and ours
 *
 * The one file that knows both.  It also makes sure that the numbers which
 * sock/ and io/ use are those of this system, for they are passed on as they
 * are.
 */

#include "api/sockaddr.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "core/waitq.h"

#include "io/io.h"
#include "sock/sock.h"

/* clang-format off */
#define SAME(ours, theirs) static_assert((uint32_t)(ours) == (uint32_t)(theirs), #ours)
SAME(SK_AF_INET, AF_INET);
SAME(SK_AF_INET6, AF_INET6);
SAME(SK_SOCK_STREAM, SOCK_STREAM);
SAME(SK_SOCK_DGRAM, SOCK_DGRAM);
SAME(SK_SOCK_NONBLOCK, SOCK_NONBLOCK);
SAME(SK_SOCK_CLOEXEC, SOCK_CLOEXEC);
SAME(SK_SHUT_WR, SHUT_WR);
SAME(SK_F_DUPFD, F_DUPFD);
SAME(SK_F_GETFL, F_GETFL);
SAME(SK_F_SETFL, F_SETFL);
SAME(SK_O_RDWR, O_RDWR);
SAME(SK_O_NONBLOCK, O_NONBLOCK);
SAME(SK_MSG_OOB, MSG_OOB);
SAME(SK_MSG_PEEK, MSG_PEEK);
SAME(SK_MSG_TRUNC, MSG_TRUNC);
SAME(SK_MSG_DONTWAIT, MSG_DONTWAIT);
SAME(SK_MSG_WAITALL, MSG_WAITALL);
SAME(SK_MSG_ERRQUEUE, MSG_ERRQUEUE);
SAME(SK_MSG_NOSIGNAL, MSG_NOSIGNAL);
SAME(SK_MSG_MORE, MSG_MORE);
SAME(SK_MSG_FASTOPEN, MSG_FASTOPEN);
SAME(SK_SOL_SOCKET, SOL_SOCKET);
SAME(SK_SO_REUSEADDR, SO_REUSEADDR);
SAME(SK_SO_TYPE, SO_TYPE);
SAME(SK_SO_ERROR, SO_ERROR);
SAME(SK_SO_BROADCAST, SO_BROADCAST);
SAME(SK_SO_SNDBUF, SO_SNDBUF);
SAME(SK_SO_RCVBUF, SO_RCVBUF);
SAME(SK_SO_KEEPALIVE, SO_KEEPALIVE);
SAME(SK_SO_LINGER, SO_LINGER);
SAME(SK_SO_REUSEPORT, SO_REUSEPORT);
SAME(SK_SO_OOBINLINE, SO_OOBINLINE);
SAME(SK_SO_RCVLOWAT, SO_RCVLOWAT);
SAME(SK_SO_SNDLOWAT, SO_SNDLOWAT);
SAME(SK_SO_PEEK_OFF, SO_PEEK_OFF);
SAME(SK_SO_RCVTIMEO, SO_RCVTIMEO);
SAME(SK_SO_SNDTIMEO, SO_SNDTIMEO);
SAME(SK_SO_ACCEPTCONN, SO_ACCEPTCONN);
SAME(SK_SO_PROTOCOL, SO_PROTOCOL);
SAME(SK_SO_DOMAIN, SO_DOMAIN);
SAME(SK_SO_MAX_PACING_RATE, SO_MAX_PACING_RATE);
SAME(SK_IP_TOS, IP_TOS);
SAME(SK_IP_TTL, IP_TTL);
SAME(SK_IP_OPTIONS, IP_OPTIONS);
SAME(SK_IP_MULTICAST_TTL, IP_MULTICAST_TTL);
SAME(SK_IP_ADD_MEMBERSHIP, IP_ADD_MEMBERSHIP);
SAME(SK_IP_DROP_MEMBERSHIP, IP_DROP_MEMBERSHIP);
SAME(SK_IP_UNBLOCK_SOURCE, IP_UNBLOCK_SOURCE);
SAME(SK_IP_BLOCK_SOURCE, IP_BLOCK_SOURCE);
SAME(SK_IP_ADD_SOURCE_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP);
SAME(SK_IP_DROP_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP);
SAME(SK_IP_MULTICAST_IF, IP_MULTICAST_IF);
SAME(SK_IP_MULTICAST_LOOP, IP_MULTICAST_LOOP);
SAME(SK_IP_MULTICAST_ALL, IP_MULTICAST_ALL);
SAME(SK_IP_MSFILTER, IP_MSFILTER);
SAME(SK_MCAST_JOIN_GROUP, MCAST_JOIN_GROUP);
SAME(SK_MCAST_BLOCK_SOURCE, MCAST_BLOCK_SOURCE);
SAME(SK_MCAST_UNBLOCK_SOURCE, MCAST_UNBLOCK_SOURCE);
SAME(SK_MCAST_LEAVE_GROUP, MCAST_LEAVE_GROUP);
SAME(SK_MCAST_JOIN_SOURCE_GROUP, MCAST_JOIN_SOURCE_GROUP);
SAME(SK_MCAST_LEAVE_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP);
SAME(SK_MCAST_MSFILTER, MCAST_MSFILTER);
SAME(SK_MCAST_EXCLUDE, MCAST_EXCLUDE);
SAME(SK_MCAST_INCLUDE, MCAST_INCLUDE);
SAME(SK_IPV6_MULTICAST_IF, IPV6_MULTICAST_IF);
SAME(SK_IPV6_MULTICAST_LOOP, IPV6_MULTICAST_LOOP);
SAME(SK_IPV6_JOIN_GROUP, IPV6_JOIN_GROUP);
SAME(SK_IPV6_LEAVE_GROUP, IPV6_LEAVE_GROUP);
SAME(SK_IPV6_MULTICAST_ALL, IPV6_MULTICAST_ALL);
SAME(SK_IPPROTO_IPV6, IPPROTO_IPV6);
SAME(SK_IPV6_UNICAST_HOPS, IPV6_UNICAST_HOPS);
SAME(SK_IPV6_MULTICAST_HOPS, IPV6_MULTICAST_HOPS);
SAME(SK_IPV6_MTU, IPV6_MTU);
SAME(SK_IPV6_HDRINCL, IPV6_HDRINCL);
SAME(SK_IPV6_V6ONLY, IPV6_V6ONLY);
SAME(SK_IPV6_TCLASS, IPV6_TCLASS);
SAME(SK_TCP_NODELAY, TCP_NODELAY);
SAME(SK_TCP_MAXSEG, TCP_MAXSEG);
SAME(SK_TCP_CORK, TCP_CORK);
SAME(SK_TCP_KEEPIDLE, TCP_KEEPIDLE);
SAME(SK_TCP_KEEPINTVL, TCP_KEEPINTVL);
SAME(SK_TCP_KEEPCNT, TCP_KEEPCNT);
SAME(SK_TCP_INFO, TCP_INFO);
SAME(SK_TCP_CONGESTION, TCP_CONGESTION);
SAME(SK_TCP_USER_TIMEOUT, TCP_USER_TIMEOUT);
SAME(SK_TCP_SYNCNT, TCP_SYNCNT);
SAME(SK_TCP_DEFER_ACCEPT, TCP_DEFER_ACCEPT);
SAME(SK_TCP_FASTOPEN, TCP_FASTOPEN);
SAME(SK_TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_CONNECT);
SAME(WAIT_IN, POLLIN);
SAME(WAIT_PRI, POLLPRI);
SAME(WAIT_OUT, POLLOUT);
SAME(WAIT_ERR, POLLERR);
SAME(WAIT_HUP, POLLHUP);
SAME(WAIT_NVAL, POLLNVAL);
SAME(WAIT_RDHUP, POLLRDHUP);
SAME(WAIT_IN, EPOLLIN);
SAME(SK_EPOLL_CTL_ADD, EPOLL_CTL_ADD);
SAME(SK_EPOLL_CTL_DEL, EPOLL_CTL_DEL);
SAME(SK_EPOLL_CTL_MOD, EPOLL_CTL_MOD);
SAME(SK_EPOLLEXCLUSIVE, EPOLLEXCLUSIVE);
SAME(SK_EPOLLONESHOT, EPOLLONESHOT);
SAME(SK_EPOLLET, EPOLLET);
SAME(SK_SOCK_RAW, SOCK_RAW);
SAME(SK_SOCK_SEQPACKET, SOCK_SEQPACKET);
SAME(SK_AF_PACKET, AF_PACKET);
SAME(SK_F_SETOWN, F_SETOWN);
SAME(SK_F_GETOWN, F_GETOWN);
SAME(SK_F_SETSIG, F_SETSIG);
SAME(SK_F_GETSIG, F_GETSIG);
SAME(SK_F_DUPFD_CLOEXEC, F_DUPFD_CLOEXEC);
SAME(SK_F_SETPIPE_SZ, F_SETPIPE_SZ);
SAME(SK_F_GETPIPE_SZ, F_GETPIPE_SZ);
SAME(SK_O_ASYNC, O_ASYNC);
SAME(SK_O_CLOEXEC, O_CLOEXEC);
SAME(SK_MSG_CTRUNC, MSG_CTRUNC);
SAME(SK_MSG_EOR, MSG_EOR);
SAME(SK_MSG_CONFIRM, MSG_CONFIRM);
SAME(SK_MSG_WAITFORONE, MSG_WAITFORONE);
SAME(SK_MSG_CMSG_CLOEXEC, MSG_CMSG_CLOEXEC);
SAME(SK_SO_DONTROUTE, SO_DONTROUTE);
SAME(SK_SO_NO_CHECK, SO_NO_CHECK);
SAME(SK_SO_PRIORITY, SO_PRIORITY);
SAME(SK_SO_MARK, SO_MARK);
SAME(SK_SO_BINDTODEVICE, SO_BINDTODEVICE);
SAME(SK_SO_TIMESTAMP, SO_TIMESTAMP);
SAME(SK_SO_TIMESTAMPNS, SO_TIMESTAMPNS);
SAME(SK_IP_HDRINCL, IP_HDRINCL);
SAME(SK_IP_RECVOPTS, IP_RECVOPTS);
SAME(SK_IP_PKTINFO, IP_PKTINFO);
SAME(SK_IP_MTU_DISCOVER, IP_MTU_DISCOVER);
SAME(SK_IP_RECVERR, IP_RECVERR);
SAME(SK_IP_RECVTTL, IP_RECVTTL);
SAME(SK_IP_RECVTOS, IP_RECVTOS);
SAME(SK_IP_MTU, IP_MTU);
SAME(SK_IP_FREEBIND, IP_FREEBIND);
SAME(SK_IP_TRANSPARENT, IP_TRANSPARENT);
SAME(SK_IP_RECVORIGDSTADDR, IP_RECVORIGDSTADDR);
SAME(SK_IP_BIND_ADDRESS_NO_PORT, IP_BIND_ADDRESS_NO_PORT);
SAME(SK_IPV6_CHECKSUM, IPV6_CHECKSUM);
SAME(SK_IPV6_MTU_DISCOVER, IPV6_MTU_DISCOVER);
SAME(SK_IPV6_RECVERR, IPV6_RECVERR);
SAME(SK_IPV6_RECVPKTINFO, IPV6_RECVPKTINFO);
SAME(SK_IPV6_PKTINFO, IPV6_PKTINFO);
SAME(SK_IPV6_RECVHOPLIMIT, IPV6_RECVHOPLIMIT);
SAME(SK_IPV6_HOPLIMIT, IPV6_HOPLIMIT);
SAME(SK_IPV6_RECVTCLASS, IPV6_RECVTCLASS);
SAME(SK_SCM_RIGHTS, SCM_RIGHTS);
SAME(SK_PACKET_ADD_MEMBERSHIP, PACKET_ADD_MEMBERSHIP);
SAME(SK_PACKET_DROP_MEMBERSHIP, PACKET_DROP_MEMBERSHIP);
SAME(SK_PACKET_STATISTICS, PACKET_STATISTICS);
SAME(SK_SIOCGIFNAME, SIOCGIFNAME);
SAME(SK_SIOCGIFCONF, SIOCGIFCONF);
SAME(SK_SIOCGIFFLAGS, SIOCGIFFLAGS);
SAME(SK_SIOCGIFADDR, SIOCGIFADDR);
SAME(SK_SIOCGIFBRDADDR, SIOCGIFBRDADDR);
SAME(SK_SIOCGIFNETMASK, SIOCGIFNETMASK);
SAME(SK_SIOCGIFMTU, SIOCGIFMTU);
SAME(SK_SIOCGIFHWADDR, SIOCGIFHWADDR);
SAME(SK_SIOCGIFINDEX, SIOCGIFINDEX);
SAME(SK_FIONREAD, FIONREAD);
SAME(SK_FIONBIO, FIONBIO);
SAME(SK_FIOCLEX, FIOCLEX);
SAME(SK_FIONCLEX, FIONCLEX);
SAME(SK_FIOASYNC, FIOASYNC);
SAME(sizeof(struct sk_ll), sizeof(struct sockaddr_ll));
SAME(sizeof(struct sk_ifreq), sizeof(struct ifreq));
SAME(sizeof(struct sk_pktinfo), sizeof(struct in_pktinfo));
SAME(sizeof(struct sk_pktinfo6), sizeof(struct in6_pktinfo));
SAME(sizeof(struct sk_packet_mreq), sizeof(struct packet_mreq));
SAME(sizeof(struct sk_linger), sizeof(struct linger));
SAME(sizeof(struct sk_timeval), sizeof(struct timeval));
SAME(sizeof(struct sk_mreq), sizeof(struct ip_mreq));
SAME(sizeof(struct sk_mreq_source), sizeof(struct ip_mreq_source));
SAME(8, offsetof(struct group_req, gr_group));
SAME(136, sizeof(struct group_req));
SAME(136, offsetof(struct group_source_req, gsr_source));
SAME(264, sizeof(struct group_source_req));
SAME(144, offsetof(struct group_filter, gf_slist));
SAME(16, offsetof(struct ip_msfilter, imsf_slist));
static_assert(offsetof(struct sk_tcp_info, total_retrans) ==
		      offsetof(struct tcp_info, tcpi_total_retrans),
	      "the C library stops there, the kernel and we do not");
/* clang-format on */

/* Without the scope, as they were before RFC 3493, they are accepted still. */
#define SIN6_LEN_MIN offsetof(struct sockaddr_in6, sin6_scope_id)

static int in6_to_endpoint(const struct sockaddr *addr, socklen_t len,
			   struct endpoint *ep)
{
	struct sockaddr_in6 sin6 = {0};

	/* No larger than IPv4's: it was not meant for an AF_INET6 socket. */
	if (len < SIN6_LEN_MIN)
		return -EAFNOSUPPORT;
	memcpy(&sin6, addr, len < sizeof(sin6) ? len : sizeof(sin6));
	if (sin6.sin6_scope_id > UINT16_MAX)
		return -ENODEV;
	ep->addr = ip_addr_v6_on(get_ip6(sin6.sin6_addr.s6_addr),
				 sin6.sin6_scope_id);
	ep->port = ntohs(sin6.sin6_port);
	return 0;
}

int sockaddr_to_endpoint(const struct sockaddr *addr, socklen_t len,
			 struct endpoint *ep)
{
	struct sockaddr_in sin;

	if (len < sizeof(addr->sa_family))
		return -EINVAL;
	*ep = (struct endpoint){0};
	if (addr->sa_family == AF_UNSPEC)
		return 0;
	if (len < sizeof(sin))
		return -EINVAL;
	if (addr->sa_family == AF_INET6)
		return in6_to_endpoint(addr, len, ep);
	if (addr->sa_family != AF_INET)
		return -EAFNOSUPPORT;
	memcpy(&sin, addr, sizeof(sin));
	ep->addr = ip_addr_v4((ip4_addr){ntohl(sin.sin_addr.s_addr)});
	ep->port = ntohs(sin.sin_port);
	return 0;
}

static void in6_from_endpoint(const struct endpoint *ep, struct sockaddr *addr,
			      socklen_t *len)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(ep->port),
		.sin6_scope_id = ep->addr.zone,
	};

	put_ip6(sin6.sin6_addr.s6_addr, ep->addr.v6);
	memcpy(addr, &sin6, *len < sizeof(sin6) ? *len : sizeof(sin6));
	*len = sizeof(sin6);
}

void sockaddr_from_endpoint(const struct endpoint *ep, struct sockaddr *addr,
			    socklen_t *len)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	if (!addr || !len)
		return;
	if (ep->addr.family == IP_V6) {
		in6_from_endpoint(ep, addr, len);
		return;
	}
	if (ep->addr.family != IP_V4) {
		*len = 0;
		return;
	}
	sin.sin_addr.s_addr = htonl(ep->addr.v4.v);
	sin.sin_port = htons(ep->port);
	memcpy(addr, &sin, *len < sizeof(sin) ? *len : sizeof(sin));
	*len = sizeof(sin);
}

int sockaddr_to_name(const struct sockaddr *addr, socklen_t len,
		     struct endpoint *ep, struct sk_ll *ll)
{
	if (len < sizeof(addr->sa_family) || addr->sa_family != AF_PACKET)
		return sockaddr_to_endpoint(addr, len, ep);
	if (len < sizeof(*ll))
		return -EINVAL;
	*ep = (struct endpoint){0};
	memcpy(ll, addr, sizeof(*ll));
	return 0;
}

int sockaddr_to_bind(const struct sockaddr *addr, socklen_t len, int domain,
		     struct endpoint *ep, struct sk_ll *ll)
{
	size_t least =
		domain == AF_INET6 ? SIN6_LEN_MIN : sizeof(struct sockaddr_in);
	struct sockaddr_in sin;

	if (len < sizeof(addr->sa_family) || addr->sa_family != AF_UNSPEC)
		return sockaddr_to_name(addr, len, ep, ll);
	if (len < least)
		return -EINVAL;
	memcpy(&sin, addr, sizeof(sin));
	if (domain != AF_INET || sin.sin_addr.s_addr)
		return -EAFNOSUPPORT;
	*ep = (struct endpoint){.addr = ip_addr_v4(IP4_ANY),
				.port = ntohs(sin.sin_port)};
	return 0;
}

void sockaddr_from_name(const struct endpoint *ep, const struct sk_ll *ll,
			struct sockaddr *addr, socklen_t *len)
{
	if (ll->family != AF_PACKET || !addr) {
		sockaddr_from_endpoint(ep, addr, len);
		return;
	}
	memcpy(addr, ll, *len < sizeof(*ll) ? *len : sizeof(*ll));
	*len = sizeof(*ll);
}

bool sockaddr_parse_v4(const char *text, uint32_t *addr)
{
	struct in_addr in;

	if (!inet_aton(text, &in))
		return false;
	*addr = ntohl(in.s_addr);
	return true;
}
