// SPDX-License-Identifier: MIT
/*
 * sock_look.c - buffers, options and the connection of a socket, for people
 *
 * Nothing here changes anything: whoever looks twice sees the same.
 */
#include "sock/sock_look.h"

#include <assert.h>
#include <stddef.h>

#include "base/check.h"

#include "sock/file_async.h"
#include "sock/sock_int.h"
#include "sock/sock_opt.h"

/* clang-format off */
#define ROW(field, name) {name, offsetof(struct sock_opts, field)}
static const struct {
	const char *name;
	size_t at;
} options[] = {
	ROW(reuse_addr, "reuseaddr"),	ROW(reuse_port, "reuseport"),
	ROW(broadcast, "broadcast"),	ROW(keepalive, "keepalive"),
	ROW(keep_idle_s, "keepidle"),	ROW(keep_interval_s, "keepintvl"),
	ROW(keep_count, "keepcnt"),	ROW(nodelay, "nodelay"),
	ROW(cork, "cork"),		ROW(maxseg, "maxseg"),
	ROW(ttl, "ttl"),		ROW(tos, "tos"),
	ROW(hops, "hops"),		ROW(tclass, "tclass"),
	ROW(v6only, "v6only"),		ROW(rcvlowat, "rcvlowat"),
	ROW(notsent_lowat, "notsent_lowat"), ROW(oob_inline, "oobinline"),
	ROW(quickack, "quickack"),	ROW(user_timeout_ms, "user_timeout"),
	ROW(defer_accept_s, "defer_accept"), ROW(fastopen, "fastopen"),
	ROW(window_clamp, "window_clamp"), ROW(syncnt, "syncnt"),
	ROW(group_ttl, "multicast_ttl"), ROW(group_loop, "multicast_loop"),
	ROW(group_all, "multicast_all"), ROW(pktinfo, "pktinfo"),
	ROW(recverr, "recverr"),	ROW(freebind, "freebind"),
	ROW(transparent, "transparent"), ROW(mark, "mark"),
	ROW(priority, "priority"),	ROW(udp_segment, "udp_segment"),
	ROW(udp_gro, "udp_gro"),		ROW(lite_covers, "udplite_send_cscov"),
	ROW(lite_wants, "udplite_recv_cscov"),
};
static_assert(ARRAY_SIZE(options) == 37, "those worth seeing");
/* clang-format on */

bool sock_look(struct file *file, struct sock_look *out)
{
	struct sock *s = sock_of(file);

	*out = (struct sock_look){0};
	if (!s)
		return false;
	out->recv_max = (size_t)s->opts->rcvbuf;
	out->send_max = (size_t)s->opts->sndbuf;
	if (!sock_is_tcp(s))
		return true;
	out->has_tcp = true;
	tcp_get_info(s->tcp, &out->tcp);
	out->recv_max = tcp_rcvbuf(s->tcp);
	out->send_max = tcp_sndbuf(s->tcp);
	return true;
}

static int value_at(const struct sock_opts *o, size_t at)
{
	return *(const int *)(const void *)((const char *)o + at);
}

void sock_look_options(struct file *file,
		       void (*fn)(const char *name, int value, void *arg),
		       void *arg)
{
	const struct sock *s = sock_of(file);
	struct sock_opts fresh;

	if (!s)
		return;
	fresh = sock_opts_fresh(s);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (value_at(s->opts, options[i].at) !=
		    value_at(&fresh, options[i].at))
			fn(options[i].name, value_at(s->opts, options[i].at),
			   arg);
	if (s->opts->linger.onoff)
		fn("linger", s->opts->linger.linger_s, arg);
	if (file->flags & SK_O_NONBLOCK)
		fn("nonblock", 1, arg);
	if (file->flags & SK_O_ASYNC)
		fn("async", file_async_owner(file).pid, arg);
}
