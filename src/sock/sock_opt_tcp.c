// SPDX-License-Identifier: MIT
/*
 * sock_opt_tcp.c - options of streams that are numbers
 *
 * Rows of the table of sock_opt.c.  Some values are not kept as they were
 * given: @apply then corrects them, as Linux does, and some are not told as
 * they were set, for TCP has changed them since: @get asks it.
 */

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_opt.h"
#include "tcp/tcp.h"
#include "tcp/tcp_knobs.h"

#define MAXSEG_DEFAULT 536   /* told before there is a connection */
#define MAXSEG_MAX     65495 /* no limit of ours */
#define FASTOPEN_MAX   4096  /* who wait for the rest of a handshake */
#define LINGER2_MAX    120   /* seconds */
#define CLAMP_MIN      1152  /* half of the least receive buffer */

static int apply_nodelay(struct sock *s)
{
	tcp_set_nodelay(s->tcp, s->opts->nodelay);
	return 0;
}

static int apply_cork(struct sock *s)
{
	tcp_set_cork(s->tcp, s->opts->cork);
	return 0;
}

static int apply_maxseg(struct sock *s)
{
	unsigned int mss = (unsigned int)s->opts->maxseg;

	return tcp_set_maxseg(s->tcp, mss ? mss : MAXSEG_MAX);
}

/* What is in use; before there is a connection, what was asked for. */
static int get_maxseg(struct sock *s)
{
	struct tcp_info info;

	if (s->state != STREAM_NEW && s->state != STREAM_LISTENS) {
		tcp_get_info(s->tcp, &info);
		return (int)info.snd_mss;
	}
	return s->opts->maxseg ? s->opts->maxseg : MAXSEG_DEFAULT;
}

static int apply_keep_times(struct sock *s)
{
	const struct sock_opts *o = s->opts;

	return tcp_set_keep_times(s->tcp, (unsigned int)o->keep_idle_s,
				  (unsigned int)o->keep_interval_s,
				  (unsigned int)o->keep_count);
}

static int apply_user_timeout(struct sock *s)
{
	return tcp_set_user_timeout(s->tcp, (uint32_t)s->opts->user_timeout_ms);
}

static int apply_fastopen(struct sock *s)
{
	if (s->opts->fastopen > FASTOPEN_MAX)
		s->opts->fastopen = FASTOPEN_MAX;
	return tcp_set_fastopen(s->tcp, (uint16_t)s->opts->fastopen);
}

static int apply_defer_accept(struct sock *s)
{
	int v = s->opts->defer_accept_s;

	return tcp_set_defer_accept(s->tcp, v > 0 ? (unsigned int)v : 0);
}

static int get_defer_accept(struct sock *s)
{
	return (int)tcp_defer_accept(s->tcp);
}

static int apply_syncnt(struct sock *s)
{
	return tcp_set_syncnt(s->tcp, (uint8_t)s->opts->syncnt);
}

static int get_syncnt(struct sock *s)
{
	int v = s->opts->syncnt;

	return v ? v : (int)tcp_knobs(s->file.stack)->syn_retries;
}

static int apply_quickack(struct sock *s)
{
	tcp_set_quickack(s->tcp, s->opts->quickack);
	return 0;
}

static int get_quickack(struct sock *s)
{
	return !tcp_is_pingpong(s->tcp);
}

static int apply_linger2(struct sock *s)
{
	if (s->opts->linger2 < 0)
		s->opts->linger2 = -1;
	if (s->opts->linger2 > LINGER2_MAX)
		s->opts->linger2 = LINGER2_MAX;
	return tcp_set_linger2(s->tcp, s->opts->linger2);
}

static int get_linger2(struct sock *s)
{
	if (s->opts->linger2)
		return s->opts->linger2;
	return (int)tcp_knobs(s->file.stack)->fin_timeout_s;
}

static int apply_window_clamp(struct sock *s)
{
	int *clamp = &s->opts->window_clamp;

	if (*clamp && *clamp < CLAMP_MIN)
		*clamp = CLAMP_MIN;
	return tcp_set_window_clamp(s->tcp, (uint32_t)*clamp);
}

static int apply_notsent_lowat(struct sock *s)
{
	return tcp_set_notsent_lowat(s->tcp, (uint32_t)s->opts->notsent_lowat);
}

static int apply_rcvlowat(struct sock *s)
{
	int limit;

	if (s->opts->rcvlowat < 0)
		s->opts->rcvlowat = INT_MAX;
	if (!s->opts->rcvlowat)
		s->opts->rcvlowat = 1;
	if (!sock_is_tcp(s))
		return 0;
	limit = (int)(tcp_knobs(s->file.stack)->rmem_max / 2);
	if (s->opts->rcvlowat > limit)
		s->opts->rcvlowat = limit;
	return tcp_set_rcvlowat(s->tcp, (uint32_t)s->opts->rcvlowat);
}

static int apply_oob_inline(struct sock *s)
{
	if (sock_is_tcp(s))
		tcp_set_oob_inline(s->tcp, s->opts->oob_inline);
	return 0;
}

static int apply_nothing(struct sock *s)
{
	(void)s;
	return 0;
}

/* clang-format off */
#define SOCKET SK_SOL_SOCKET
#define TCP SK_IPPROTO_TCP
#define AT(field) SOCK_OPT_AT(field)
static const struct opt_row rows[] = {
{SOCKET, SK_SO_OOBINLINE, OPT_ALL | OPT_BOOL, AT(oob_inline), INT_MIN, INT_MAX, apply_oob_inline, NULL},
{SOCKET, SK_SO_RCVLOWAT, OPT_ALL, AT(rcvlowat), INT_MIN, INT_MAX, apply_rcvlowat, NULL},
{SOCKET, SK_SO_PEEK_OFF, OPT_STREAM, AT(peek_off), INT_MIN, INT_MAX, apply_nothing, NULL},
{TCP, SK_TCP_NODELAY, OPT_STREAM | OPT_BOOL, AT(nodelay), INT_MIN, INT_MAX, apply_nodelay, NULL},
{TCP, SK_TCP_CORK, OPT_STREAM | OPT_BOOL, AT(cork), INT_MIN, INT_MAX, apply_cork, NULL},
{TCP, SK_TCP_MAXSEG, OPT_STREAM | OPT_ZERO, AT(maxseg), 88, 32767, apply_maxseg, get_maxseg},
{TCP, SK_TCP_KEEPIDLE, OPT_STREAM, AT(keep_idle_s), 1, 32767, apply_keep_times, NULL},
{TCP, SK_TCP_KEEPINTVL, OPT_STREAM, AT(keep_interval_s), 1, 32767, apply_keep_times, NULL},
{TCP, SK_TCP_KEEPCNT, OPT_STREAM, AT(keep_count), 1, 127, apply_keep_times, NULL},
{TCP, SK_TCP_USER_TIMEOUT, OPT_STREAM, AT(user_timeout_ms), 0, INT_MAX, apply_user_timeout, NULL},
{TCP, SK_TCP_LINGER2, OPT_STREAM, AT(linger2), INT_MIN, INT_MAX, apply_linger2, get_linger2},
{TCP, SK_TCP_WINDOW_CLAMP, OPT_STREAM, AT(window_clamp), INT_MIN, INT_MAX, apply_window_clamp, NULL},
{TCP, SK_TCP_NOTSENT_LOWAT, OPT_STREAM, AT(notsent_lowat), INT_MIN, INT_MAX, apply_notsent_lowat, NULL},
{TCP, SK_TCP_SYNCNT, OPT_STREAM, AT(syncnt), 1, 127, apply_syncnt, get_syncnt},
{TCP, SK_TCP_DEFER_ACCEPT, OPT_STREAM, AT(defer_accept_s), INT_MIN, INT_MAX, apply_defer_accept, get_defer_accept},
{TCP, SK_TCP_FASTOPEN, OPT_STREAM | OPT_NEW, AT(fastopen), 0, INT_MAX, apply_fastopen, NULL},
{TCP, SK_TCP_FASTOPEN_CONNECT, OPT_STREAM | OPT_NEW, AT(fastopen_connect), 0, 1, apply_nothing, NULL},
{TCP, SK_TCP_QUICKACK, OPT_STREAM, AT(quickack), INT_MIN, INT_MAX, apply_quickack, get_quickack},
{TCP, SK_TCP_INQ, OPT_STREAM, AT(inq), 0, 1, apply_nothing, NULL},
};
/* clang-format on */

const struct opt_table sock_opt_tcp_table = {rows, ARRAY_SIZE(rows)};
