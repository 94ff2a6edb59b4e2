// SPDX-License-Identifier: MIT
/*
 * sock_optval.c - options whose values are structures
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_ip_opt.h"
#include "sock/sock_opt.h"
#include "sock/sock_opt_kept.h"
#include "tcp/tcp.h"

static int set_linger(struct sock *s, const struct sock_optval *val)
{
	struct sk_linger l;

	if (val->len < sizeof(l))
		return -EINVAL;
	memcpy(&l, val->in, sizeof(l));
	l.onoff = l.onoff != 0;
	if (l.linger_s < 0)
		l.linger_s = INT32_MAX;
	s->opts->linger = l;
	if (!sock_is_tcp(s))
		return 0;
	return tcp_set_linger(s->tcp, l.onoff, (unsigned int)l.linger_s);
}

/* A negative timeout gives up at once; the shortest there is does the same. */
static int set_timeout(uint64_t *ns, const struct sock_optval *val)
{
	struct sk_timeval tv;

	if (val->len < sizeof(tv))
		return -EINVAL;
	memcpy(&tv, val->in, sizeof(tv));
	if (tv.usec < 0 || tv.usec >= 1000000)
		return -EDOM;
	if (tv.sec < 0)
		*ns = 1;
	else if ((uint64_t)tv.sec > UINT64_MAX / NS_PER_S - 1)
		*ns = 0;
	else
		*ns = (uint64_t)tv.sec * NS_PER_S +
		      (uint64_t)tv.usec * NS_PER_US;
	return 0;
}

int sock_opt_set_struct(struct sock *s, int level, int name,
			const struct sock_optval *val)
{
	int err;

	if (sock_opt_cc_set(s, level, name, val, &err) ||
	    sock_opt_group_set(s, level, name, val, &err) ||
	    sock_opt_raw_set(s, level, name, val, &err) ||
	    sock_opt_kept_set(s, level, name, val, &err) ||
	    sock_opt_fact_set(s, level, name, val, &err))
		return err;
	if (level == SK_IPPROTO_IP && name == SK_IP_OPTIONS && sock_is_inet(s))
		return sock_ip_opt_set(s, val);
	if (level != SK_SOL_SOCKET)
		return s->domain == SK_AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
	if (name == SK_SO_LINGER)
		return set_linger(s, val);
	if (name == SK_SO_RCVTIMEO)
		return set_timeout(&s->opts->recv_timeout_ns, val);
	if (name == SK_SO_SNDTIMEO)
		return set_timeout(&s->opts->send_timeout_ns, val);
	return -ENOPROTOOPT;
}

int sock_opt_put(struct sock_optval *val, const void *from, size_t size)
{
	if (val->len > size)
		val->len = size;
	memcpy(val->out, from, val->len);
	return 0;
}

static int get_timeout(struct sock_optval *val, uint64_t ns)
{
	struct sk_timeval tv = {
		.sec = (int64_t)(ns / NS_PER_S),
		.usec = (int64_t)(ns % NS_PER_S / NS_PER_US),
	};

	return sock_opt_put(val, &tv, sizeof(tv));
}

int sock_opt_get_struct(struct sock *s, int level, int name,
			struct sock_optval *val)
{
	int err;

	if (sock_opt_cc_get(s, level, name, val, &err) ||
	    sock_opt_group_get(s, level, name, val, &err) ||
	    sock_opt_raw_get(s, level, name, val, &err) ||
	    sock_opt_kept_get(s, level, name, val, &err) ||
	    sock_opt_fact_get(s, level, name, val, &err))
		return err;
	if (level == SK_IPPROTO_TCP && name == SK_TCP_INFO && sock_is_tcp(s))
		return sock_opt_tcp_info(s, val);
	if (level == SK_IPPROTO_IPV6 && s->domain == SK_AF_INET6)
		return name == SK_IPV6_MTU ? sock_opt_ip6_mtu(s, val)
					   : -ENOPROTOOPT;
	if (level == SK_IPPROTO_IP && name == SK_IP_OPTIONS && sock_is_inet(s))
		return sock_ip_opt_get(s, val);
	if (level == SK_IPPROTO_IP && name == SK_IP_MTU && sock_is_inet(s))
		return sock_opt_ip6_mtu(s, val); /* of either version */
	if (level != SK_SOL_SOCKET && !sock_is_inet(s))
		return s->domain == SK_AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
	if (level != SK_SOL_SOCKET)
		return level == SK_IPPROTO_IP || (level == SK_IPPROTO_TCP &&
						  sock_is_tcp(s))
			       ? -ENOPROTOOPT
			       : -EOPNOTSUPP;
	if (name == SK_SO_LINGER)
		return sock_opt_put(val, &s->opts->linger,
				    sizeof(s->opts->linger));
	if (name == SK_SO_RCVTIMEO)
		return get_timeout(val, s->opts->recv_timeout_ns);
	if (name == SK_SO_SNDTIMEO)
		return get_timeout(val, s->opts->send_timeout_ns);
	return -ENOPROTOOPT;
}
