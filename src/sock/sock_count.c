// SPDX-License-Identifier: MIT
/*
 * sock_count.c - what the transports of a host have counted, as Linux names it
 *
 * Limits
 * ------
 * UDP's are those of both versions of IP; there is no buffer to send from that
 * could be full.
 */

#include "sock/sock_count.h"

#include <string.h>

#include "base/check.h"

#include "core/stack.h"

#include "tcp/tcp.h"
#include "udp/udp.h"

static void count_open(void *arg, const struct tcp_info *info)
{
	uint64_t *n = arg;

	*n += info->state == TCPS_ESTABLISHED || info->state == TCPS_CLOSE_WAIT;
}

static size_t give(struct sk_count *to, const struct sk_count *from,
		   size_t size)
{
	check(size / sizeof(*from) <= SK_COUNTS_MAX);
	memcpy(to, from, size);
	return size / sizeof(*from);
}

static uint64_t open_now(struct stack *stack)
{
	uint64_t n = 0;

	tcp_for_each(stack, count_open, &n);
	return n;
}

static size_t of_tcp(struct stack *stack, struct sk_count *to)
{
	const struct tcp_stats *t = tcp_stats(stack);
	const struct sk_count c[] = {
		{"RtoAlgorithm", 1},
		{"RtoMin", 200},
		{"RtoMax", 120000},
		{"MaxConn", UINT64_MAX}, /* as many as there is room */
		{"ActiveOpens", t->active_opens},
		{"PassiveOpens", t->passive_opens},
		{"AttemptFails", t->attempt_fails},
		{"EstabResets", t->estab_resets},
		{"CurrEstab", open_now(stack)},
		{"InSegs", t->in_segs},
		{"OutSegs", t->out_segs},
		{"RetransSegs", t->retrans_segs},
		{"InErrs", t->in_errs},
		{"OutRsts", t->out_rsts},
		{"InCsumErrors", stack->place.drops[DROP_tcp_csum]},
	};

	return give(to, c, sizeof(c));
}

static size_t of_tcp_more(struct stack *stack, struct sk_count *to)
{
	const struct tcp_stats *t = tcp_stats(stack);
	const struct sk_count c[] = {
		{"SyncookiesSent", t->cookies_sent},
		{"SyncookiesRecv", t->cookies_taken},
		{"SyncookiesFailed", t->cookies_failed},
		{"TW", t->time_waits},
		{"TWRecycled", t->time_waits_reused},
		{"DelayedACKs", t->delayed_acks},
		{"ListenOverflows", t->listen_overflows},
		{"TCPLossProbes", t->tail_probes},
		{"TCPTimeouts", t->timeouts},
		{"TCPFastRetrans", t->fast_retransmits},
		{"TCPDSACKRecv", t->dsacks},
		{"TCPSpuriousRTOs", t->spurious_timeouts},
		{"TCPChallengeACK", t->challenge_acks},
		{"TCPKeepAlive", t->keepalives},
	};

	return give(to, c, sizeof(c));
}

static size_t of_udp(const struct udp_stats *u, uint64_t full, uint64_t damaged,
		     struct sk_count *to)
{
	const struct sk_count c[] = {
		{"InDatagrams", u->in_datagrams},
		{"NoPorts", u->no_ports},
		{"InErrors", u->in_errors},
		{"OutDatagrams", u->out_datagrams},
		{"RcvbufErrors", full},
		{"SndbufErrors", 0},
		{"InCsumErrors", damaged},
		{"IgnoredMulti", 0},
		{"MemErrors", 0},
	};

	return give(to, c, sizeof(c));
}

size_t sk_counts(struct stack *stack, enum sk_count_group group,
		 struct sk_count to[SK_COUNTS_MAX])
{
	const uint64_t *drops = stack->place.drops;

	switch (group) {
	case SK_COUNT_TCP:
		return of_tcp(stack, to);
	case SK_COUNT_UDP:
		return of_udp(udp_stats(stack), drops[DROP_udp_rcvbuf],
			      drops[DROP_udp_csum], to);
	case SK_COUNT_UDPLITE:
		return of_udp(udp_lite_stats(stack), 0,
			      drops[DROP_udplite_csum], to);
	case SK_COUNT_TCP_MORE:
		return of_tcp_more(stack, to);
	default:
		return 0;
	}
}
