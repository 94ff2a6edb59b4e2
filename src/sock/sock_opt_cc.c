// SPDX-License-Identifier: MIT
/*
 * sock_opt_cc.c - TCP_CONGESTION, TCP_CC_INFO and SO_MAX_PACING_RATE
 *
 * The first is a name, which need not end in a zero octet; the last is an
 * unsigned int or an unsigned long, whatever the caller has.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "sock/sock_int.h"
#include "sock/sock_opt.h"
#include "tcp/tcp.h"

#define NAME_MAX_LEN 16 /* with its zero octet */

static int set_congestion(struct sock *s, const struct sock_optval *val)
{
	char name[NAME_MAX_LEN] = {0};

	if (!val->len)
		return -EINVAL;
	memcpy(name, val->in, min_size(val->len, sizeof(name) - 1));
	return tcp_set_congestion(s->tcp, name);
}

static int get_congestion(struct sock *s, struct sock_optval *val)
{
	const char *from = tcp_congestion(s->tcp);
	char name[NAME_MAX_LEN] = {0};

	memcpy(name, from, min_size(strlen(from), sizeof(name) - 1));
	val->len = min_size(val->len, sizeof(name));
	memcpy(val->out, name, val->len);
	return 0;
}

static int set_pacing(struct sock *s, const struct sock_optval *val)
{
	uint64_t rate = 0;
	uint32_t small;

	if (val->len < sizeof(small))
		return -EINVAL;
	if (val->len >= sizeof(rate)) {
		memcpy(&rate, val->in, sizeof(rate));
	} else {
		memcpy(&small, val->in, sizeof(small));
		rate = small == UINT32_MAX ? TCP_PACING_UNLIMITED : small;
	}
	return tcp_set_pacing(s->tcp, rate);
}

static int get_pacing(struct sock *s, struct sock_optval *val)
{
	uint64_t rate = tcp_pacing(s->tcp);
	uint32_t small = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;

	if (val->len >= sizeof(rate)) {
		val->len = sizeof(rate);
		memcpy(val->out, &rate, sizeof(rate));
		return 0;
	}
	val->len = min_size(val->len, sizeof(small));
	memcpy(val->out, &small, val->len);
	return 0;
}

/* What Linux tells of BBR and of DCTCP; of others, nothing. */
struct linux_bbr {
	uint32_t bw_lo, bw_hi, min_rtt, pacing_gain, cwnd_gain;
};

struct linux_dctcp {
	uint16_t enabled, ce_state;
	uint32_t alpha, ab_ecn, ab_tot;
};

static void put(struct sock_optval *val, const void *from, size_t size)
{
	val->len = min_size(val->len, size);
	memcpy(val->out, from, val->len);
}

static int get_cc_info(struct sock *s, struct sock_optval *val)
{
	struct tcp_cc_info in;
	struct linux_bbr bbr;
	struct linux_dctcp dctcp;

	tcp_get_cc_info(s->tcp, &in);
	bbr = (struct linux_bbr){(uint32_t)in.bw, (uint32_t)(in.bw >> 32),
				 in.min_rtt_us, in.pacing_gain, in.cwnd_gain};
	dctcp = (struct linux_dctcp){.enabled = 1, .alpha = in.alpha};
	if (!strcmp(in.name, "bbr"))
		put(val, &bbr, sizeof(bbr));
	else if (!strcmp(in.name, "dctcp"))
		put(val, &dctcp, sizeof(dctcp));
	else
		val->len = 0;
	return 0;
}

/* All are options of streams. */
static bool is_ours(const struct sock *s, int level, int name)
{
	if (!sock_is_tcp(s))
		return false;
	return (level == SK_IPPROTO_TCP && name == SK_TCP_CONGESTION) ||
	       (level == SK_SOL_SOCKET && name == SK_SO_MAX_PACING_RATE);
}

bool sock_opt_cc_set(struct sock *s, int level, int name,
		     const struct sock_optval *val, int *err)
{
	if (!is_ours(s, level, name))
		return false;
	*err = name == SK_TCP_CONGESTION ? set_congestion(s, val)
					 : set_pacing(s, val);
	return true;
}

bool sock_opt_cc_get(struct sock *s, int level, int name,
		     struct sock_optval *val, int *err)
{
	if (level == SK_IPPROTO_TCP && name == SK_TCP_CC_INFO &&
	    sock_is_tcp(s)) {
		*err = get_cc_info(s, val);
		return true;
	}
	if (!is_ours(s, level, name))
		return false;
	*err = name == SK_TCP_CONGESTION ? get_congestion(s, val)
					 : get_pacing(s, val);
	return true;
}
