// SPDX-License-Identifier: MIT
/*
 * sock_cmsg.c - ancillary data, between its octets and our structures
 *
 * Theory of operation
 * ===================
 * Ancillary data is a row of pieces, each with its length, level and type:
 *
 *	| len | level | type | data ... | pad to 8 | len | level | ...
 *
 * What comes from a program is checked like what comes from a wire.  What goes
 * to it is written in the order in which Linux writes it; where room is short,
 * the last piece is cut and SK_MSG_CTRUNC says so.
 *
 * An AF_INET6 socket that hears an IPv4 datagram tells of it both ways, each
 * as asked for: the level says whose option it was.
 */

#include "sock/sock_cmsg.h"

#include <errno.h>
#include <string.h>

#include "wire/ip4_opt.h"

#include "sock/sock_ip_opt.h"
#include "sock/sock_opt_kept.h"
#include "sock/sock_pair.h"
#include "tcp/tcp.h"

/* A piece that a program gave. */
struct piece {
	int level, type;
	const uint8_t *data;
	size_t len;
};

/*
 * In from the program.
 */

/* An int, or (IP_TOS) a single octet; -EINVAL, also outside of the range. */
static int read_int(const struct piece *p, int min, int max, int *out)
{
	int32_t v;

	if (p->len != sizeof(v))
		return -EINVAL;
	memcpy(&v, p->data, sizeof(v));
	if (v < min || v > max)
		return -EINVAL;
	*out = v;
	return 0;
}

static int read_tos(const struct piece *p, struct sock_how *how)
{
	if (p->len == 1) {
		how->tos = p->data[0];
		return 0;
	}
	return read_int(p, 0, 255, &how->tos);
}

static int read_pktinfo(const struct piece *p, struct sock_how *how)
{
	struct sk_pktinfo info;

	if (p->len != sizeof(info))
		return -EINVAL;
	memcpy(&info, p->data, sizeof(info));
	if (info.ifindex < 0)
		return -EINVAL;
	how->ifindex = (uint32_t)info.ifindex;
	if (!ip4_is_zero(get_ip4(info.spec_dst)))
		how->src = ip_addr_v4(get_ip4(info.spec_dst));
	return 0;
}

static int read_pktinfo6(const struct piece *p, struct sock_how *how)
{
	struct sk_pktinfo6 info;

	if (p->len < sizeof(info))
		return -EINVAL;
	memcpy(&info, p->data, sizeof(info));
	how->ifindex = info.ifindex;
	if (!ip6_is_zero(get_ip6(info.addr)))
		how->src = ip_addr_v6_on(get_ip6(info.addr), info.ifindex);
	return 0;
}

static int read_ip(const struct piece *p, struct sock_how *how)
{
	switch (p->type) {
	case SK_IP_PKTINFO:
		return read_pktinfo(p, how);
	case SK_IP_TTL:
		return read_int(p, 1, 255, &how->ttl);
	case SK_IP_TOS:
		return read_tos(p, how);
	case SK_IP_RETOPTS:
		return sock_ip_opt_read(how, p->data, p->len);
	default:
		return -EINVAL;
	}
}

static int read_ip6(const struct piece *p, struct sock_how *how)
{
	switch (p->type) {
	case SK_IPV6_PKTINFO:
		return read_pktinfo6(p, how);
	case SK_IPV6_HOPLIMIT:
		return read_int(p, -1, 255, &how->ttl);
	case SK_IPV6_TCLASS:
		return read_int(p, -1, 255, &how->tos);
	default:
		return -EINVAL;
	}
}

static int read_segment(const struct piece *p, struct sock_how *how)
{
	if (p->type != SK_UDP_SEGMENT || p->len != sizeof(how->gso_size))
		return -EINVAL;
	memcpy(&how->gso_size, p->data, sizeof(how->gso_size));
	return 0;
}

static int read_rights(struct sock *s, const struct piece *p,
		       struct sock_files *files)
{
	size_t i, count = p->len / sizeof(int32_t);

	if (p->type != SK_SCM_RIGHTS)
		return -EINVAL;
	if ((size_t)files->count + count > SOCK_FILES_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		struct file *file;
		int32_t fd;

		memcpy(&fd, p->data + i * sizeof(fd), sizeof(fd));
		file = file_find(s->file.stack, fd);
		if (!file)
			return -EBADF;
		if (sock_of(file) && sock_of(file)->domain == SK_AF_UNIX)
			return -ETOOMANYREFS;
		if (file->ops->is_private)
			return -EINVAL;
		files->file[files->count++] = file_get(file);
	}
	return 0;
}

/* Linux's rule: who does not understand a level passes over it. */
static int read_piece(struct sock *s, const struct piece *p,
		      struct sock_how *how, struct sock_files *files)
{
	if (p->level == SK_SOL_SOCKET) {
		if (s->domain == SK_AF_UNIX)
			return read_rights(s, p, files);
		return p->type == SK_SCM_RIGHTS ? 0 : -EINVAL;
	}
	if (!sock_is_inet(s) || sock_is_tcp(s))
		return 0;
	if (p->level == SK_SOL_UDP && sock_is_udp(s))
		return read_segment(p, how);
	if (p->level == SK_IPPROTO_IP && s->domain == SK_AF_INET)
		return read_ip(p, how);
	if (p->level == SK_IPPROTO_IPV6 && s->domain == SK_AF_INET6)
		return read_ip6(p, how);
	return 0;
}

int sock_cmsg_read(struct sock *s, const struct sk_msg *msg,
		   struct sock_how *how, struct sock_files *files)
{
	const uint8_t *at = msg->control;
	size_t left = msg->control_len;
	int err = 0;

	while (!err && left >= sizeof(struct sk_cmsghdr)) {
		struct sk_cmsghdr h;
		struct piece p;

		memcpy(&h, at, sizeof(h));
		if (h.len < sizeof(h) || h.len > left)
			return -EINVAL;
		p = (struct piece){h.level, h.type, at + sizeof(h),
				   h.len - sizeof(h)};
		err = read_piece(s, &p, how, files);
		if (SK_CMSG_ALIGN(h.len) >= left)
			break;
		at += SK_CMSG_ALIGN(h.len);
		left -= SK_CMSG_ALIGN(h.len);
	}
	return err;
}

/*
 * Out to the program.
 */

/* Where the next piece goes. */
struct out {
	uint8_t *at;
	size_t left;
	int flags;
};

static void put(struct out *o, int level, int type, const void *data,
		size_t len)
{
	struct sk_cmsghdr h = {SK_CMSG_LEN(len), level, type};
	size_t space = SK_CMSG_SPACE(len);

	if (o->left < sizeof(h)) {
		o->flags |= SK_MSG_CTRUNC;
		return;
	}
	if (o->left < h.len) {
		o->flags |= SK_MSG_CTRUNC;
		h.len = o->left;
	}
	memcpy(o->at, &h, sizeof(h));
	memcpy(o->at + sizeof(h), data, h.len - sizeof(h));
	space = space < o->left ? space : o->left;
	o->at += space;
	o->left -= space;
}

static void put_int(struct out *o, int level, int type, int value)
{
	int32_t v = value;

	put(o, level, type, &v, sizeof(v));
}

/* Under the names that came later; and when the host has noted it, as one of
 * three clocks of which it has no other. */
static void put_kept_time(struct out *o, const struct sock *s,
			  const struct sk_timespec *ts,
			  const struct sk_timeval *tv)
{
	static const int wishes[] = {SK_SO_TIMESTAMPING,
				     SK_SO_TIMESTAMPING_NEW};
	const int needed =
		SK_TIMESTAMPING_RX_SOFTWARE | SK_TIMESTAMPING_SOFTWARE;
	const struct sk_timespec clocks[3] = {*ts};

	if (sock_kept(s, SK_SOL_SOCKET, SK_SO_TIMESTAMPNS_NEW))
		put(o, SK_SOL_SOCKET, SK_SO_TIMESTAMPNS_NEW, ts, sizeof(*ts));
	else if (sock_kept(s, SK_SOL_SOCKET, SK_SO_TIMESTAMP_NEW))
		put(o, SK_SOL_SOCKET, SK_SO_TIMESTAMP_NEW, tv, sizeof(*tv));
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		if ((sock_kept(s, SK_SOL_SOCKET, wishes[i]) & needed) == needed)
			put(o, SK_SOL_SOCKET, wishes[i], clocks,
			    sizeof(clocks));
}

static void put_time(struct out *o, const struct sock *s, uint64_t ns)
{
	struct sk_timespec ts = {(int64_t)(ns / NS_PER_S),
				 (int64_t)(ns % NS_PER_S)};
	struct sk_timeval tv = {ts.sec, ts.nsec / (int64_t)NS_PER_US};

	if (s->opts->timestamp_ns)
		put(o, SK_SOL_SOCKET, SK_SO_TIMESTAMPNS, &ts, sizeof(ts));
	else if (s->opts->timestamp)
		put(o, SK_SOL_SOCKET, SK_SO_TIMESTAMP, &tv, sizeof(tv));
	if (s->opts->kept)
		put_kept_time(o, s, &ts, &tv);
}

static void put_pktinfo(struct out *o, const struct sock_meta *m)
{
	struct sk_pktinfo info = {.ifindex = (int32_t)m->ifindex};

	put_ip4(info.addr, m->dst.v4);
	put_ip4(info.spec_dst, m->dst.v4);
	put(o, SK_IPPROTO_IP, SK_IP_PKTINFO, &info, sizeof(info));
}

static void put_orig_dst(struct out *o, const struct sock_meta *m)
{
	struct sk_sockaddr_in sin = {.family = SK_AF_INET};

	put16(sin.port, m->dport);
	put_ip4(sin.addr, m->dst.v4);
	put(o, SK_IPPROTO_IP, SK_IP_RECVORIGDSTADDR, &sin, sizeof(sin));
}

/* The options that came; as they were, and as they would go back. */
static void put_options(struct out *o, const struct sock *s,
			const struct sock_meta *m)
{
	uint8_t back[SOCK_IP_OPT_MAX];

	if (!m->opt_len || !s->opts->kept)
		return;
	if (sock_kept(s, SK_IPPROTO_IP, SK_IP_RECVOPTS))
		put(o, SK_IPPROTO_IP, SK_IP_RECVOPTS, m->opt, m->opt_len);
	if (sock_kept(s, SK_IPPROTO_IP, SK_IP_RETOPTS))
		put(o, SK_IPPROTO_IP, SK_IP_RETOPTS, back,
		    ip4_opts_answer(back, m->opt, m->opt_len));
}

static void put_ip(struct out *o, const struct sock *s,
		   const struct sock_meta *m)
{
	if (m->dst.family != IP_V4)
		return;
	if (s->opts->pktinfo)
		put_pktinfo(o, m);
	if (s->opts->recv_ttl)
		put_int(o, SK_IPPROTO_IP, SK_IP_TTL, m->ttl);
	if (s->opts->recv_tos)
		put(o, SK_IPPROTO_IP, SK_IP_TOS, &m->tos, sizeof(m->tos));
	put_options(o, s, m);
	if (s->opts->recv_orig_dst)
		put_orig_dst(o, m);
}

static void put_pktinfo6(struct out *o, const struct sock *s,
			 const struct sock_meta *m)
{
	struct sk_pktinfo6 info = {.ifindex = m->ifindex};
	struct endpoint dst = {.addr = m->dst};

	sock_addr_for_user(s, &dst);
	put_ip6(info.addr, dst.addr.v6);
	put(o, SK_IPPROTO_IPV6, SK_IPV6_PKTINFO, &info, sizeof(info));
}

static void put_ip6_level(struct out *o, const struct sock *s,
			  const struct sock_meta *m)
{
	if (s->domain != SK_AF_INET6)
		return;
	if (s->opts->pktinfo6)
		put_pktinfo6(o, s, m);
	if (m->dst.family != IP_V6)
		return;
	if (s->opts->recv_hops)
		put_int(o, SK_IPPROTO_IPV6, SK_IPV6_HOPLIMIT, m->ttl);
	if (s->opts->recv_hops_old)
		put_int(o, SK_IPPROTO_IPV6, SK_IPV6_2292HOPLIMIT, m->ttl);
	if (s->opts->recv_tclass)
		put_int(o, SK_IPPROTO_IPV6, SK_IPV6_TCLASS, m->tos);
}

/* With TCP_INQ: how much more there is to read, or 1 if that is the end. */
static void put_inq(struct out *o, struct sock *s)
{
	int left;

	if (!sock_is_tcp(s) || !s->opts->inq || s->state == STREAM_LISTENS)
		return;
	left = (int)tcp_inq(s->tcp);
	if (!left && tcp_poll(s->tcp) & WAIT_RDHUP)
		left = 1;
	put_int(o, SK_IPPROTO_TCP, SK_TCP_INQ, left);
}

/* As many descriptors as there is room for; the other files are let go. */
static void put_files(struct out *o, struct sock_files *f, int flags)
{
	size_t room = o->left > sizeof(struct sk_cmsghdr)
			      ? (o->left - sizeof(struct sk_cmsghdr)) / 4
			      : 0;
	int32_t fds[SOCK_FILES_MAX];
	int i, count = 0;

	for (i = 0; i < f->count && (size_t)count < room; i++) {
		int fd = file_open(f->file[i]);

		if (fd < 0)
			break;
		file_get(f->file[i]);
		file_set_cloexec(f->file[i]->stack, fd,
				 flags & SK_MSG_CMSG_CLOEXEC);
		fds[count++] = fd;
	}
	if (count < f->count)
		o->flags |= SK_MSG_CTRUNC;
	if (count)
		put(o, SK_SOL_SOCKET, SK_SCM_RIGHTS, fds,
		    (size_t)count * sizeof(fds[0]));
}

/* An entry of the error queue, and behind it who said so. */
static void put_error(struct out *o, const struct sock *s,
		      const struct sock_meta *m)
{
	uint8_t buf[sizeof(m->ee) + sizeof(struct sk_sockaddr_in6)] = {0};
	struct sk_sockaddr_in sin = {.family = SK_AF_INET};
	struct sk_sockaddr_in6 sin6 = {.family = SK_AF_INET6};
	struct endpoint from = m->offender;
	bool is_v6 = s->domain == SK_AF_INET6;

	memcpy(buf, &m->ee, sizeof(m->ee));
	if (is_v6 && from.addr.family) {
		sock_addr_for_user(s, &from);
		put_ip6(sin6.addr, from.addr.v6);
		memcpy(buf + sizeof(m->ee), &sin6, sizeof(sin6));
	} else if (from.addr.family) {
		put_ip4(sin.addr, from.addr.v4);
		memcpy(buf + sizeof(m->ee), &sin, sizeof(sin));
	}
	if (is_v6)
		put(o, SK_IPPROTO_IPV6, SK_IPV6_RECVERR, buf, sizeof(buf));
	else
		put(o, SK_IPPROTO_IP, SK_IP_RECVERR, buf,
		    sizeof(m->ee) + sizeof(sin));
}

void sock_cmsg_write(struct sock *s, struct sk_msg *msg, struct sock_meta *meta,
		     int flags)
{
	struct out o = {msg->control, msg->control ? msg->control_len : 0, 0};
	size_t room = o.left;

	put_inq(&o, s);
	if (meta->time_ns)
		put_time(&o, s, meta->time_ns);
	if (meta->size && s->opts->udp_gro)
		put_int(&o, SK_SOL_UDP, SK_UDP_GRO, (int)meta->size);
	if (meta->has_ip) {
		put_ip6_level(&o, s, meta);
		put_ip(&o, s, meta);
	}
	if (meta->has_err)
		put_error(&o, s, meta);
	if (meta->files.count)
		put_files(&o, &meta->files, flags);
	msg->control_len = room - o.left;
	msg->flags |= o.flags;
}
