// SPDX-License-Identifier: MIT
/*
 * sock_opt_fact.c - options that tell something, or that need what is not here
 *
 * Theory of operation
 * ===================
 * Who is at the other end, how full the queues are, whether an address was
 * translated: things that getsockopt() tells and nobody can set.  Some answers
 * are always the same, for the other end of IP is no process of this machine
 * (SO_PEERCRED), nothing translates on a host (SO_ORIGINAL_DST), and no page of
 * a program is given to the stack (TCP_ZEROCOPY_RECEIVE: nothing was mapped,
 * so much may be read).
 *
 * The others need what is not here: filters of the kernel's, the keys of IPsec,
 * the second life of a connection (TCP_REPAIR).  They fail as in a kernel
 * without the module, or without the privilege.
 */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_opt_kept.h"
#include "tcp/tcp.h"

/* Instructions of a filter, at most. */
#define FILTER_LEN_MAX 4096

/* A struct sock_fprog. */
#define FPROG_LEN 16

/* Where things are in a struct tcp_zerocopy_receive. */
enum { ZC_LENGTH = 8, ZC_HINT = 12, ZC_LEAST = 12, ZC_PAGE = 4096 };

/* Of SO_MEMINFO. */
enum {
	MEM_RMEM,
	MEM_RCVBUF,
	MEM_WMEM,
	MEM_SNDBUF,
	MEM_QUEUED = 5,
	MEM_COUNT = 9
};

#define REPAIR_WINDOW_LEN 20
#define COOKIE_LEN	  8

static int put_nothing(struct sock_optval *val)
{
	val->len = 0;
	return 0;
}

static int put_int(struct sock_optval *val, int32_t v)
{
	return sock_opt_put(val, &v, sizeof(v));
}

/*
 * Getting.
 */

/* Numbers of IP's routing of groups, which needs a raw socket of IGMP and a
 * router: hosts have none. */
static bool is_mroute(int name)
{
	return name >= SK_MRT_FIRST && name <= SK_MRT_LAST;
}

/* No process, and nobody's. */
static int get_peercred(struct sock_optval *val)
{
	static const int32_t nobody[3] = {0, -1, -1};

	return sock_opt_put(val, nobody, sizeof(nobody));
}

static int put_name(struct sock_optval *val, const void *name, size_t size)
{
	if (val->len > size)
		return -EINVAL;
	memcpy(val->out, name, val->len);
	return 0;
}

/* As getpeername(), but whoever wants more than there is gets nothing. */
static int get_peername(struct sock *s, struct sock_optval *val)
{
	struct sk_sockaddr_in sin = {.family = SK_AF_INET};
	struct sk_sockaddr_in6 sin6 = {.family = SK_AF_INET6};
	struct endpoint peer = s->ops->peer(s);

	if (peer.addr.family == IP_NONE)
		return -ENOTCONN;
	sock_addr_for_user(s, &peer);
	if (peer.addr.family == IP_V4) {
		put16(sin.port, peer.port);
		put_ip4(sin.addr, peer.addr.v4);
		return put_name(val, &sin, sizeof(sin));
	}
	put16(sin6.port, peer.port);
	put_ip6(sin6.addr, peer.addr.v6);
	sin6.scope = peer.addr.zone;
	return put_name(val, &sin6, sizeof(sin6));
}

static int get_meminfo(struct sock *s, struct sock_optval *val)
{
	struct sock_info info = {.peer = s->ops->peer(s)};
	uint32_t mem[MEM_COUNT] = {0};

	s->ops->info(s, &info);
	mem[MEM_RMEM] = (uint32_t)info.recv_queue;
	mem[MEM_RCVBUF] = (uint32_t)s->opts->rcvbuf;
	mem[MEM_WMEM] = (uint32_t)info.send_queue;
	mem[MEM_SNDBUF] = (uint32_t)s->opts->sndbuf;
	mem[MEM_QUEUED] = (uint32_t)info.send_queue;
	return sock_opt_put(val, mem, sizeof(mem));
}

/* A number that is the host's own: from its name, for it has no other. */
static int get_netns(const struct sock *s, struct sock_optval *val)
{
	uint64_t cookie = 1469598103934665603U;

	if (val->len != COOKIE_LEN)
		return -EINVAL;
	for (const char *p = s->file.stack->place.name; *p; p++)
		cookie = (cookie ^ (uint8_t)*p) * 1099511628211U;
	return sock_opt_put(val, &cookie, sizeof(cookie));
}

static bool get_socket(struct sock *s, int name, struct sock_optval *val,
		       int *err)
{
	if (name == SK_SO_PEERCRED)
		*err = get_peercred(val);
	else if (name == SK_SO_ATTACH_FILTER)
		*err = put_nothing(val);
	else if (name == SK_SO_PEERNAME)
		*err = get_peername(s, val);
	else if (name == SK_SO_MEMINFO)
		*err = get_meminfo(s, val);
	else if (name == SK_SO_NETNS_COOKIE)
		*err = get_netns(s, val);
	else
		return false;
	return true;
}

/* IP_PROTOCOL is Linux's word for the number that a socket is bound to: a raw
 * one's is its protocol, of all others it is the port. */
static bool get_ip(struct sock *s, int name, struct sock_optval *val, int *err)
{
	if (is_mroute(name))
		*err = -EOPNOTSUPP;
	else if (name == SK_IP_PROTOCOL)
		*err = put_int(val, s->ops->local(s).port);
	else if (name == SK_IP_PKTOPTIONS && sock_is_tcp(s))
		*err = put_nothing(val);
	else if (name == SK_SO_ORIGINAL_DST && sock_is_tcp(s))
		*err = val->len < sizeof(struct sk_sockaddr_in) ? -EINVAL
								: -ENOENT;
	else
		return false;
	return true;
}

static bool is_header6(int name)
{
	return name == SK_IPV6_HOPOPTS || name == SK_IPV6_RTHDRDSTOPTS ||
	       name == SK_IPV6_RTHDR || name == SK_IPV6_DSTOPTS;
}

/* Nothing is mapped: so much may be read. */
static int get_zerocopy(struct sock *s, struct sock_optval *val)
{
	uint32_t none = 0, inq = (uint32_t)s->ops->readable(s);
	uint8_t *p = val->out;
	uint64_t address;

	if (val->len < ZC_LEAST)
		return -EINVAL;
	memcpy(&address, p, sizeof(address));
	if (address % ZC_PAGE)
		return -EINVAL;
	if (s->state == STREAM_LISTENS)
		return -ENOTCONN;
	memcpy(p + ZC_LENGTH, &none, sizeof(none));
	if (val->len >= ZC_HINT + sizeof(inq))
		memcpy(p + ZC_HINT, &inq, sizeof(inq));
	return 0;
}

static int get_timestamp(const struct sock *s, struct sock_optval *val)
{
	return put_int(val, (int32_t)(stack_now(s->file.stack) / NS_PER_MS));
}

static bool get_tcp(struct sock *s, int name, struct sock_optval *val, int *err)
{
	switch (name) {
	case SK_TCP_REPAIR:
		*err = put_int(val, 0);
		return true;
	case SK_TCP_QUEUE_SEQ:
		*err = -EINVAL;
		return true;
	case SK_TCP_TIMESTAMP:
		*err = get_timestamp(s, val);
		return true;
	case SK_TCP_REPAIR_WINDOW:
		*err = val->len == REPAIR_WINDOW_LEN ? -EPERM : -EINVAL;
		return true;
	case SK_TCP_SAVED_SYN:
	case SK_TCP_ULP:
	case SK_TCP_FASTOPEN_KEY:
		*err = put_nothing(val);
		return true;
	case SK_TCP_ZEROCOPY_RECEIVE:
		*err = get_zerocopy(s, val);
		return true;
	default:
		return false;
	}
}

bool sock_opt_fact_get(struct sock *s, int level, int name,
		       struct sock_optval *val, int *err)
{
	if (!sock_is_inet(s))
		return false;
	if (level == SK_SOL_SOCKET)
		return get_socket(s, name, val, err);
	if (level == SK_IPPROTO_IP)
		return get_ip(s, name, val, err);
	if (level == SK_IPPROTO_TCP && sock_is_tcp(s))
		return get_tcp(s, name, val, err);
	if (level != SK_IPPROTO_IPV6 || s->domain != SK_AF_INET6 ||
	    !is_header6(name))
		return false;
	*err = put_nothing(val);
	return true;
}

/*
 * Setting.
 */

/* What is no filter is told apart from what could be one. */
static int set_filter(const struct sock_optval *val)
{
	uint16_t count;

	if (val->len != FPROG_LEN)
		return -EINVAL;
	memcpy(&count, val->in, sizeof(count));
	return count && count <= FILTER_LEN_MAX ? -ENOPROTOOPT : -EINVAL;
}

/* Nobody here answers for keys. */
static int set_policy(int name, const struct sock_optval *val)
{
	if (!val->len)
		return -EMSGSIZE;
	return name == SK_IP_IPSEC_POLICY ? -EOPNOTSUPP : -EINVAL;
}

/* It may be switched off, where it is. */
static int set_repair(const struct sock_optval *val)
{
	int32_t v;

	if (val->len < sizeof(v))
		return -EINVAL;
	memcpy(&v, val->in, sizeof(v));
	if (v < -1 || v > 1)
		return -EINVAL;
	return v == 1 ? -EPERM : 0;
}

/* Without TCP_REPAIR nothing of that. */
static int set_repairs(const struct sock *s, int name,
		       const struct sock_optval *val)
{
	bool is_closed = s->state == STREAM_NEW;

	if (val->len < sizeof(int32_t))
		return -EINVAL;
	return name == SK_TCP_QUEUE_SEQ && is_closed ? -EINVAL : -EPERM;
}

/* One key or two; all cookies of a host are made with its own. */
static int set_fastopen_key(const struct sock_optval *val)
{
	return val->len == 16 || val->len == 32 ? -ENOPROTOOPT : -EINVAL;
}

static bool set_tcp(struct sock *s, int name, const struct sock_optval *val,
		    int *err)
{
	switch (name) {
	case SK_TCP_REPAIR:
		*err = set_repair(val);
		return true;
	case SK_TCP_QUEUE_SEQ:
	case SK_TCP_TIMESTAMP:
	case SK_TCP_REPAIR_WINDOW:
		*err = set_repairs(s, name, val);
		return true;
	case SK_TCP_ULP:
		*err = val->len ? -ENOENT : -EINVAL;
		return true;
	case SK_TCP_FASTOPEN_KEY:
		*err = set_fastopen_key(val);
		return true;
	default:
		return false;
	}
}

bool sock_opt_fact_set(struct sock *s, int level, int name,
		       const struct sock_optval *val, int *err)
{
	bool is_policy =
		name == SK_IP_IPSEC_POLICY || name == SK_IP_XFRM_POLICY;

	if (!sock_is_inet(s))
		return false;
	if (level == SK_IPPROTO_TCP && sock_is_tcp(s))
		return set_tcp(s, name, val, err);
	if (level == SK_SOL_SOCKET && name == SK_SO_ATTACH_FILTER)
		*err = set_filter(val);
	else if (level == SK_IPPROTO_IP && is_mroute(name))
		*err = -EOPNOTSUPP;
	else if (level == SK_IPPROTO_IP && is_policy)
		*err = set_policy(name, val);
	else if (level == SK_IPPROTO_IPV6 && s->domain == SK_AF_INET6 &&
		 is_header6(name))
		*err = val->len ? -EINVAL : 0;
	else
		return false;
	return true;
}
