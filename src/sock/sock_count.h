/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_COUNT_H
#define SOCK_SOCK_COUNT_H

/*
 * sock_count.h - what the transports of a host have counted
 */

#include <stddef.h>
#include <stdint.h>

struct stack;

/* TCP, UDP and UDP-Lite: all columns of Linux's /proc/net/snmp, in its order;
 * TCP_MORE: those of its /proc/net/netstat that we have. */
enum sk_count_group {
	SK_COUNT_TCP,
	SK_COUNT_UDP,
	SK_COUNT_UDPLITE,
	SK_COUNT_TCP_MORE,
};

/* A counter and its name; UINT64_MAX stands for -1. */
struct sk_count {
	const char *name;
	uint64_t value;
};

#define SK_COUNTS_MAX 16

/**
 * sk_counts() - Counters of a host
 * @to:		Filled in
 *
 * Return: how many
 */
size_t sk_counts(struct stack *stack, enum sk_count_group group,
		 struct sk_count to[SK_COUNTS_MAX]);

#endif /* SOCK_SOCK_COUNT_H */
