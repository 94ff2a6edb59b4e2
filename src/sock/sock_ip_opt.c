// SPDX-License-Identifier: MIT
/*
 * sock_ip_opt.c - IP options: those that a socket sends, those that it hears
 *
 * Theory of operation
 * ===================
 * IP_OPTIONS gives octets as they are to stand in the header of whatever the
 * socket sends.  Of a stream they are the transport's (tcp_srcroute.c); of
 * anything else they are kept here, and go down with each datagram.  A message
 * may have its own instead, as ancillary data of type IP_RETOPTS.
 *
 * Who asks for it is told of the options that came: IP_RECVOPTS as they were,
 * IP_RETOPTS as they would be sent back, so that a program which gives them to
 * the answer (or to IP_OPTIONS) answers along the same way.
 *
 * AF_INET6 sockets have them, too, for what they say to IPv4.
 */

#include "sock/sock_ip_opt.h"

#include <errno.h>
#include <string.h>

#include "wire/ip4_opt.h"

#include "tcp/tcp.h"

/* As they are to leave.  0 or -EINVAL. */
static int pad(uint8_t *to, uint8_t *to_len, const void *opt, size_t len)
{
	size_t all = (len + 3) / 4 * 4;

	if (len > SOCK_IP_OPT_MAX)
		return -EINVAL;
	memset(to, 0, SOCK_IP_OPT_MAX);
	if (len)
		memcpy(to, opt, len);
	if (!ip4_opts_may_leave(to, all))
		return -EINVAL;
	*to_len = (uint8_t)all;
	return 0;
}

int sock_ip_opt_set(struct sock *s, const struct sock_optval *val)
{
	uint8_t opt[SOCK_IP_OPT_MAX], len;
	struct sock_rest *rest = s->rest;
	int err;

	if (sock_is_tcp(s))
		return tcp_set_ip_options(s->tcp, val->in, val->len);
	err = pad(opt, &len, val->in, val->len);
	if (err || (!len && !rest))
		return err;
	rest = sock_rest_of(s);
	if (!rest)
		return -ENOBUFS;
	memcpy(rest->ip_opt, opt, sizeof(opt));
	rest->ip_opt_len = len;
	return 0;
}

int sock_ip_opt_get(struct sock *s, struct sock_optval *val)
{
	if (sock_is_tcp(s))
		val->len = tcp_ip_options(s->tcp, val->out, val->len);
	else if (s->rest)
		return sock_opt_put(val, s->rest->ip_opt, s->rest->ip_opt_len);
	else
		val->len = 0;
	return 0;
}

int sock_ip_opt_read(struct sock_how *how, const void *opt, size_t len)
{
	how->has_opt = true;
	return pad(how->opt, &how->opt_len, opt, len);
}

const uint8_t *sock_ip_opt_for(const struct sock *s, const struct sock_how *how,
			       uint8_t *len)
{
	*len = 0;
	if (how && how->has_opt) {
		*len = how->opt_len;
		return how->opt;
	}
	if (!s->rest)
		return NULL;
	*len = s->rest->ip_opt_len;
	return s->rest->ip_opt;
}
