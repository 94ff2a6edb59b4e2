// SPDX-License-Identifier: MIT
/*
 * names.c - the constants that a script may name, with the system's values
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/check.h"

#include "drill/drill_int.h"

struct constant {
	const char *name;
	int64_t num;
};

/* Newer than some systems' headers. */
#ifndef SO_ZEROCOPY
#define SO_ZEROCOPY 60
#endif
#ifndef TCP_TX_DELAY
#define TCP_TX_DELAY 37
#endif

#define C(x)                     \
	{                        \
#x, (int64_t)(x) \
	}

/* clang-format off */
static const struct constant constants[] = {
	C(AF_UNSPEC), C(AF_INET), C(AF_INET6), C(PF_INET), C(PF_INET6),
	C(SOCK_STREAM), C(SOCK_DGRAM), C(SOCK_RAW), C(SOCK_NONBLOCK), C(SOCK_CLOEXEC),
	C(IPPROTO_IP), C(IPPROTO_ICMP), C(IPPROTO_TCP), C(IPPROTO_UDP), C(IPPROTO_IPV6), C(IPPROTO_RAW),
	C(INADDR_ANY), C(INADDR_LOOPBACK), C(INADDR_BROADCAST),
	C(SHUT_RD), C(SHUT_WR), C(SHUT_RDWR),
	C(O_RDONLY), C(O_WRONLY), C(O_RDWR), C(O_NONBLOCK), C(O_ASYNC), C(O_CLOEXEC),
	C(F_DUPFD), C(F_GETFD), C(F_SETFD), C(F_GETFL), C(F_SETFL), C(F_SETOWN), C(F_GETOWN), C(FD_CLOEXEC),
	C(FIONREAD), C(FIONBIO), C(FIOASYNC), C(SIOCINQ), C(SIOCOUTQ), C(SIOCATMARK), {"SIOCOUTQNSD", SIOCOUTQNSD},
	C(MSG_OOB), C(MSG_PEEK), C(MSG_DONTROUTE), C(MSG_CTRUNC), C(MSG_TRUNC), C(MSG_DONTWAIT), C(MSG_EOR),
	C(MSG_WAITALL), C(MSG_ERRQUEUE), C(MSG_NOSIGNAL), C(MSG_MORE), C(MSG_FASTOPEN), C(MSG_ZEROCOPY), C(MSG_CMSG_CLOEXEC),
	C(SOL_SOCKET), C(SOL_IP), {"SOL_IPV6", 41}, C(SOL_TCP), {"SOL_UDP", 17},
	C(SO_DEBUG), C(SO_REUSEADDR), C(SO_TYPE), C(SO_ERROR), C(SO_DONTROUTE), C(SO_BROADCAST), C(SO_SNDBUF), C(SO_RCVBUF),
	C(SO_SNDBUFFORCE), C(SO_RCVBUFFORCE), C(SO_KEEPALIVE), C(SO_OOBINLINE), C(SO_PRIORITY), C(SO_LINGER), C(SO_REUSEPORT),
	C(SO_RCVLOWAT), C(SO_SNDLOWAT), C(SO_RCVTIMEO), C(SO_SNDTIMEO), C(SO_TIMESTAMP), C(SO_TIMESTAMPNS), C(SO_TIMESTAMPING),
	C(SO_ACCEPTCONN), C(SO_PROTOCOL), C(SO_DOMAIN), C(SO_MARK), C(SO_MAX_PACING_RATE), C(SO_BUSY_POLL), C(SO_INCOMING_CPU), C(SO_ZEROCOPY),
	C(IP_TOS), C(IP_TTL), C(IP_HDRINCL), C(IP_OPTIONS), C(IP_RECVTOS), C(IP_RECVTTL), C(IP_RECVERR), C(IP_MTU), C(IP_MTU_DISCOVER),
	C(IP_PMTUDISC_DONT), C(IP_PMTUDISC_WANT), C(IP_PMTUDISC_DO), C(IP_PMTUDISC_PROBE), C(IP_PKTINFO), C(IP_FREEBIND), C(IP_TRANSPARENT),
	C(IP_BIND_ADDRESS_NO_PORT), C(IP_MULTICAST_TTL), C(IP_MULTICAST_LOOP),
	C(TCP_NODELAY), C(TCP_MAXSEG), C(TCP_CORK), C(TCP_KEEPIDLE), C(TCP_KEEPINTVL), C(TCP_KEEPCNT), C(TCP_SYNCNT), C(TCP_LINGER2),
	C(TCP_DEFER_ACCEPT), C(TCP_WINDOW_CLAMP), C(TCP_INFO), C(TCP_QUICKACK), C(TCP_CONGESTION), C(TCP_MD5SIG), C(TCP_THIN_LINEAR_TIMEOUTS),
	C(TCP_USER_TIMEOUT), C(TCP_REPAIR), C(TCP_FASTOPEN), C(TCP_TIMESTAMP), C(TCP_NOTSENT_LOWAT), C(TCP_CC_INFO), C(TCP_SAVE_SYN),
	C(TCP_SAVED_SYN), C(TCP_FASTOPEN_CONNECT), C(TCP_ULP), C(TCP_FASTOPEN_KEY), C(TCP_FASTOPEN_NO_COOKIE), C(TCP_INQ), C(TCP_CM_INQ), C(TCP_TX_DELAY),
	C(POLLIN), C(POLLPRI), C(POLLOUT), C(POLLERR), C(POLLHUP), C(POLLNVAL), C(POLLRDNORM), C(POLLWRNORM), C(POLLRDHUP),
	C(EPOLLIN), C(EPOLLPRI), C(EPOLLOUT), C(EPOLLERR), C(EPOLLHUP), C(EPOLLRDNORM), C(EPOLLWRNORM), C(EPOLLRDHUP), C(EPOLLONESHOT), C(EPOLLET),
	C(EPOLL_CTL_ADD), C(EPOLL_CTL_MOD), C(EPOLL_CTL_DEL), C(EPOLL_CLOEXEC),
	C(SPLICE_F_MOVE), C(SPLICE_F_NONBLOCK), C(SPLICE_F_MORE),
	C(TCP_ESTABLISHED), C(TCP_SYN_SENT), C(TCP_SYN_RECV), C(TCP_FIN_WAIT1), C(TCP_FIN_WAIT2), C(TCP_TIME_WAIT), C(TCP_CLOSE),
	C(TCP_CLOSE_WAIT), C(TCP_LAST_ACK), C(TCP_LISTEN), C(TCP_CLOSING),
	C(TCP_CA_Open), C(TCP_CA_Disorder), C(TCP_CA_CWR), C(TCP_CA_Recovery), C(TCP_CA_Loss),
	C(TCPI_OPT_TIMESTAMPS), C(TCPI_OPT_SACK), C(TCPI_OPT_WSCALE), C(TCPI_OPT_ECN), C(TCPI_OPT_ECN_SEEN), C(TCPI_OPT_SYN_DATA),
	C(SO_EE_ORIGIN_NONE), C(SO_EE_ORIGIN_LOCAL), C(SO_EE_ORIGIN_ICMP), C(SO_EE_ORIGIN_ZEROCOPY), C(SO_EE_CODE_ZEROCOPY_COPIED),
};

static const struct constant errnos[] = {
	C(EPERM), C(ENOENT), C(EINTR), C(EIO), C(EBADF), C(EAGAIN), C(EWOULDBLOCK), C(ENOMEM), C(EACCES), C(EFAULT), C(EBUSY), C(EEXIST),
	C(ENODEV), C(ENOTDIR), C(EINVAL), C(ENFILE), C(EMFILE), C(ENOTTY), C(EFBIG), C(ENOSPC), C(ESPIPE), C(EPIPE), C(EDOM), C(ERANGE),
	C(EDEADLK), C(ENAMETOOLONG), C(ENOSYS), C(ELOOP), C(ENOMSG), C(ENODATA), C(ETIME), C(ENOLINK), C(EPROTO), C(EBADMSG), C(EOVERFLOW),
	C(ENOTSOCK), C(EDESTADDRREQ), C(EMSGSIZE), C(EPROTOTYPE), C(ENOPROTOOPT), C(EPROTONOSUPPORT), C(ESOCKTNOSUPPORT), C(EOPNOTSUPP),
	C(ENOTSUP), C(EPFNOSUPPORT), C(EAFNOSUPPORT), C(EADDRINUSE), C(EADDRNOTAVAIL), C(ENETDOWN), C(ENETUNREACH), C(ENETRESET), C(ECONNABORTED),
	C(ECONNRESET), C(ENOBUFS), C(EISCONN), C(ENOTCONN), C(ESHUTDOWN), C(ETOOMANYREFS), C(ETIMEDOUT), C(ECONNREFUSED), C(EHOSTDOWN),
	C(EHOSTUNREACH), C(EALREADY), C(EINPROGRESS), C(ECANCELED),
};
/* clang-format on */

static const struct constant *find(const struct constant *table, size_t count,
				   const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strncmp(table[i].name, name, len) && !table[i].name[len])
			return &table[i];
	return NULL;
}

bool drill_name_num(const char *name, size_t len, int64_t *num)
{
	const struct constant *c =
		find(constants, ARRAY_SIZE(constants), name, len);

	if (c)
		*num = c->num;
	return c;
}

bool drill_name_errno(const char *name, size_t len, int *err)
{
	const struct constant *c = find(errnos, ARRAY_SIZE(errnos), name, len);

	if (c)
		*err = (int)c->num;
	return c;
}

const char *drill_errno_name(int err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errnos); i++)
		if (errnos[i].num == err)
			return errnos[i].name;
	return "an unknown error";
}
