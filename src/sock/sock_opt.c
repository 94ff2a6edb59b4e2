// SPDX-License-Identifier: MIT
/*
 * sock_opt.c - options of sockets
 *
 * Theory of operation
 * ===================
 * Most options are a number with a range, remembered in struct sock_opts and
 * told to the transport: these are rows of a table.  The value is kept here
 * and not asked back from the transport, so that it survives the transport's
 * end (a connection that failed is replaced, see sock_stream.c).
 *
 * Buffer sizes are doubled as Linux does it: what the program asks for is
 * meant for payload, what it is told includes the overhead.
 */

#include "sock/sock_opt.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_opt_kept.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

/* clang-format off */
#define BUF_MAX_ASKED	(4 << 20)	/* as much as may be asked for */
#define RCVBUF_MIN	2304
#define SNDBUF_MIN	4608
#define TCP_RCVBUF	131072
#define TCP_SNDBUF	16384
#define UDP_SNDBUF	212992
/* clang-format on */

static int apply_reuse(struct sock *s)
{
	if (s->opts->reuse_port && !sock_is_inet(s))
		return -EOPNOTSUPP;
	if (sock_is_tcp(s))
		tcp_set_share(s->tcp, s->opts->reuse_port);
	if (sock_is_udp(s)) {
		udp_set_reuse(s->udp, s->opts->reuse_addr);
		udp_set_share(s->udp, s->opts->reuse_port);
	}
	return 0;
}

static int apply_broadcast(struct sock *s)
{
	if (sock_is_udp(s))
		udp_set_broadcast(s->udp, s->opts->broadcast);
	return 0;
}

static int apply_rcvbuf(struct sock *s)
{
	size_t n = (size_t)s->opts->rcvbuf;

	if (sock_is_udp(s))
		udp_set_rcvbuf(s->udp, n);
	else if (sock_is_tcp(s))
		tcp_set_rcvbuf(s->tcp, n / 2);
	return 0;
}

static int apply_sndbuf(struct sock *s)
{
	if (sock_is_tcp(s))
		tcp_set_sndbuf(s->tcp, (size_t)s->opts->sndbuf / 2);
	return 0;
}

/* A stream's grow by themselves until they are set: tcp_autotune.c. */
static int get_rcvbuf(struct sock *s)
{
	return sock_is_tcp(s) ? (int)(2 * tcp_rcvbuf(s->tcp)) : s->opts->rcvbuf;
}

static int get_sndbuf(struct sock *s)
{
	return sock_is_tcp(s) ? (int)(2 * tcp_sndbuf(s->tcp)) : s->opts->sndbuf;
}

static int apply_keepalive(struct sock *s)
{
	if (sock_is_tcp(s))
		tcp_set_keepalive(s->tcp, s->opts->keepalive);
	return 0;
}

static int apply_ttl(struct sock *s)
{
	unsigned int ttl = (unsigned int)s->opts->ttl;

	if (sock_is_tcp(s))
		tcp_set_ttl(s->tcp, ttl);
	else if (sock_is_udp(s))
		udp_set_ttl(s->udp, ttl);
	return 0;
}

/* The ECN bits of a stream are TCP's own. */
static int apply_tos(struct sock *s)
{
	if (sock_is_tcp(s)) {
		s->opts->tos &= ~3;
		tcp_set_tos(s->tcp, (uint8_t)s->opts->tos);
	} else if (sock_is_udp(s)) {
		udp_set_tos(s->udp, (uint8_t)s->opts->tos);
	}
	return 0;
}

/* clang-format off */
#define AT(field) SOCK_OPT_AT(field)
#define SOCKET SK_SOL_SOCKET
#define IP SK_IPPROTO_IP
static const struct opt_row rows[] = {
{SOCKET, SK_SO_REUSEADDR, OPT_ALL | OPT_BOOL, AT(reuse_addr), INT_MIN, INT_MAX, apply_reuse, NULL},
{SOCKET, SK_SO_REUSEPORT, OPT_ALL | OPT_BOOL, AT(reuse_port), INT_MIN, INT_MAX, apply_reuse, NULL},
{SOCKET, SK_SO_BROADCAST, OPT_ALL | OPT_BOOL, AT(broadcast), INT_MIN, INT_MAX, apply_broadcast, NULL},
{SOCKET, SK_SO_KEEPALIVE, OPT_ALL | OPT_BOOL, AT(keepalive), INT_MIN, INT_MAX, apply_keepalive, NULL},
{SOCKET, SK_SO_RCVBUF, OPT_ALL | OPT_BUF, AT(rcvbuf), RCVBUF_MIN, BUF_MAX_ASKED, apply_rcvbuf, get_rcvbuf},
{SOCKET, SK_SO_SNDBUF, OPT_ALL | OPT_BUF, AT(sndbuf), SNDBUF_MIN, BUF_MAX_ASKED, apply_sndbuf, get_sndbuf},
{IP, SK_IP_TTL, OPT_INET | OPT_DEFAULT, AT(ttl), 1, 255, apply_ttl, NULL},
{IP, SK_IP_TOS, OPT_INET | OPT_EMPTY | OPT_OCTET, AT(tos), 0, 255, apply_tos, NULL},
};
static_assert(ARRAY_SIZE(rows) == 8, "sockets' and IP's; streams' follow");
/* clang-format on */

/* All rows, in one order. */
static const struct opt_row *row_at(size_t i)
{
	static const struct opt_table own = {rows, ARRAY_SIZE(rows)};
	const struct opt_table *const tables[] = {
		&own, &sock_opt_ip6_table, &sock_opt_msg_table,
		&sock_opt_group_table, &sock_opt_tcp_table};
	size_t t;

	for (t = 0; t < ARRAY_SIZE(tables); t++) {
		if (i < tables[t]->count)
			return &tables[t]->rows[i];
		i -= tables[t]->count;
	}
	return NULL;
}

static const struct sock_opts defaults = {
	.rcvlowat = 1,
	.quickack = 1,
	.peek_off = -1,
	.ttl = 64,
	.group_ttl = 1,
	.group_loop = 1,
	.group_all = 1,
	.hops = 64,
	.pmtudisc = SK_PMTUDISC_WANT,
	.pmtudisc6 = SK_PMTUDISC_WANT,
	.group_hops = 1,
	.group_loop6 = 1,
	.group_all6 = 1,
	.keep_idle_s = 7200,
	.keep_interval_s = 75,
	.keep_count = 9,
};

static int *value_of(struct sock_opts *opts, const struct opt_row *row)
{
	return (int *)(void *)((char *)opts + row->off);
}

static int default_of(const struct opt_row *row)
{
	struct sock_opts opts = defaults;

	return *value_of(&opts, row);
}

struct sock_opts sock_opts_fresh(const struct sock *s)
{
	struct sock_opts o = defaults;

	o.reuse_addr = s->ops->opts == OPT_RAW;
	o.group_all = s->domain != SK_AF_INET6; /* as Linux has it */
	o.rcvbuf = sock_is_tcp(s) ? TCP_RCVBUF : UDP_RCVBUF_DEFAULT;
	o.sndbuf = sock_is_tcp(s) ? TCP_SNDBUF : UDP_SNDBUF;
	return o;
}

/* What the program has changed, told to a new connection. */
void sock_stream_apply(struct sock *s)
{
	struct sock_opts first;
	const struct opt_row *row;
	size_t i;

	if (!s->opts->is_changed) /* nearly always */
		return;
	first = sock_opts_fresh(s);
	for (i = 0; (row = row_at(i)); i++) {
		if (row->kinds & OPT_STREAM && !(row->kinds & OPT_NO_SET) &&
		    *value_of(s->opts, row) != *value_of(&first, row))
			row->apply(s);
	}
	if (s->opts->linger.onoff)
		tcp_set_linger(s->tcp, true,
			       (unsigned int)s->opts->linger.linger_s);
}

static bool is_of_domain(const struct sock *s, const struct opt_row *row)
{
	return row->level != SK_IPPROTO_IPV6 || s->domain == SK_AF_INET6;
}

static const struct opt_row *find_row(const struct sock *s, int level, int name)
{
	unsigned int kind = s->ops->opts;
	const struct opt_row *row;
	size_t i;

	for (i = 0; (row = row_at(i)); i++)
		if (row->level == level && row->name == name &&
		    row->kinds & kind && is_of_domain(s, row))
			break;
	return row;
}

/* The number that will be kept, or -EINVAL. */
static int normalize(const struct opt_row *row, int v, int *kept)
{
	if (row->kinds & OPT_BUF) {
		v = v < 0 ? row->max : v;
		v = 2 * (v < row->max ? v : row->max);
		*kept = v < row->min ? row->min : v;
		return 0;
	}
	if (row->kinds & OPT_DEFAULT && v == -1)
		v = default_of(row);
	if (row->kinds & OPT_OCTET)
		v &= 0xff;
	if ((v < row->min || v > row->max) && !(row->kinds & OPT_ZERO && !v))
		return -EINVAL;
	*kept = row->kinds & OPT_BOOL ? v != 0 : v;
	return 0;
}

/* May it still be listened on, or connected? */
static bool is_new(const struct sock *s)
{
	return s->state == STREAM_NEW || s->state == STREAM_LISTENS;
}

static int set_number(struct sock *s, const struct opt_row *row,
		      const void *val, size_t len)
{
	int32_t v = 0;
	int before, err;

	if (row->kinds & OPT_NO_SET && sock_is_tcp(s))
		return -EINVAL;
	if (row->kinds & OPT_UNBOUND && s->ops->local(s).port)
		return -EINVAL;
	if (row->kinds & OPT_NEW && !is_new(s))
		return -EINVAL;
	/* IP's options have been single octets once and still may be. */
	if (len >= sizeof(v))
		memcpy(&v, val, sizeof(v));
	else if (row->level == SK_IPPROTO_IP && len >= 1)
		v = *(const uint8_t *)val;
	else if (!(row->kinds & OPT_EMPTY))
		return -EINVAL;
	before = *value_of(s->opts, row);
	err = normalize(row, v, value_of(s->opts, row));
	if (!err)
		err = row->apply(s);
	if (err)
		*value_of(s->opts, row) = before;
	return err;
}

/* UDP takes UDP-Lite's level for its own; UDP-Lite has but two options that UDP
 * has not. */
static int level_of(const struct sock *s, int level, int name)
{
	bool is_coverage =
		name == SK_UDPLITE_SEND_CSCOV || name == SK_UDPLITE_RECV_CSCOV;

	if (level != SK_SOL_UDPLITE || !sock_is_udp(s))
		return level;
	return is_coverage && udp_is_lite(s->udp) ? level : SK_SOL_UDP;
}

/* Some have two names. */
static int name_of(int level, int name)
{
	if (level == SK_SOL_SOCKET && name == SK_SO_RCVTIMEO_NEW)
		return SK_SO_RCVTIMEO;
	if (level == SK_SOL_SOCKET && name == SK_SO_SNDTIMEO_NEW)
		return SK_SO_SNDTIMEO;
	return name;
}

/* Whoever may go beyond the limit does not go far. */
static int set_name_of(int level, int name)
{
	if (level == SK_SOL_SOCKET && name == SK_SO_RCVBUFFORCE)
		return SK_SO_RCVBUF;
	if (level == SK_SOL_SOCKET && name == SK_SO_SNDBUFFORCE)
		return SK_SO_SNDBUF;
	return name_of(level, name);
}

static int setsockopt(struct sock *s, int level, int name,
		      const struct sock_optval *val)
{
	const struct opt_row *row;

	if (!sock_opts_own(s))
		return -ENOMEM;
	s->opts->is_changed = true;
	level = level_of(s, level, name);
	name = set_name_of(level, name);
	row = find_row(s, level, name);
	if (row)
		return set_number(s, row, val->in, val->len);
	return sock_opt_set_struct(s, level, name, val);
}

int sk_setsockopt(struct stack *stack, int fd, int level, int name,
		  const void *val, size_t len)
{
	struct sock_optval v = {.in = val, .len = len};
	struct sock_call call;
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	call = call_begin(stack);
	err = setsockopt(s, level, name, &v);
	sock_opts_noted(s);
	call_end(call);
	return err;
}

static int put_number(struct sock_optval *val, int32_t v)
{
	if (val->len > sizeof(v))
		val->len = sizeof(v);
	memcpy(val->out, &v, val->len);
	return 0;
}

/* Numbers that can only be asked for; -ENOPROTOOPT: there is none such. */
static int get_fact(struct sock *s, int name, struct sock_optval *val)
{
	switch (name) {
	case SK_SO_TYPE:
		return put_number(val, s->ops->type);
	case SK_SO_PROTOCOL:
		return put_number(val, s->proto);
	case SK_SO_SNDLOWAT:
		return put_number(val, 1);
	case SK_SO_DOMAIN:
		return put_number(val, s->domain);
	case SK_SO_ERROR:
		return put_number(val, -s->ops->error(s));
	case SK_SO_ACCEPTCONN:
		return put_number(val,
				  sock_is_tcp(s) && s->state == STREAM_LISTENS);
	default:
		return -ENOPROTOOPT;
	}
}

static int getsockopt(struct sock *s, int level, int name,
		      struct sock_optval *val)
{
	const struct opt_row *row;
	int err = -ENOPROTOOPT;

	level = level_of(s, level, name);
	name = name_of(level, name);
	row = find_row(s, level, name);

	if (row)
		return put_number(val, row->get ? row->get(s)
						: *value_of(s->opts, row));
	if (level == SK_SOL_SOCKET)
		err = get_fact(s, name, val);
	return err != -ENOPROTOOPT ? err
				   : sock_opt_get_struct(s, level, name, val);
}

int sk_getsockopt(struct stack *stack, int fd, int level, int name, void *val,
		  size_t *len)
{
	struct sock_optval v = {.out = val, .len = *len};
	struct sock_call call;
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	call = call_begin(stack);
	err = getsockopt(s, level, name, &v);
	call_end(call);
	*len = v.len;
	return err;
}

int sk_setsockopt_int(struct stack *stack, int fd, int level, int name, int val)
{
	int32_t v = val;

	return sk_setsockopt(stack, fd, level, name, &v, sizeof(v));
}

int sk_getsockopt_int(struct stack *stack, int fd, int level, int name,
		      int *val)
{
	size_t len = sizeof(int32_t);
	int32_t v = 0;
	int err = sk_getsockopt(stack, fd, level, name, &v, &len);

	if (!err)
		*val = v;
	return err;
}
