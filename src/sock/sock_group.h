/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_GROUP_H
#define SOCK_SOCK_GROUP_H

/*
 * sock_group.h - memberships, between sock_group.c and the options that make
 *		  and change them
 */

#include <stdbool.h>
#include <stdint.h>

#include "ip/ip.h"

struct sock;

/* A group on an interface; @netif NULL: on any, when leaving. */
struct group_at {
	struct ip_addr group;
	struct netif *netif;
};

/* What a program does about a source: BLOCK and UNBLOCK are of those who take
 * a group from all but some, ADD and DROP of those who name whom they want. */
enum source_act { SOURCE_BLOCK, SOURCE_UNBLOCK, SOURCE_ADD, SOURCE_DROP };

/* From anybody.  0, -EADDRINUSE (joined already), -ENOBUFS (too many), -ENOMEM,
 * -EINVAL (no IPv6 there). */
int sock_group_join(struct sock *s, const struct group_at *at);

/* 0 or -EADDRNOTAVAIL (not joined). */
int sock_group_leave(struct sock *s, const struct group_at *at);

/* 0; -EINVAL (not joined, or in the other way), -EADDRNOTAVAIL (no such source,
 * or there already), -ENOBUFS (too many), -ENOMEM. */
int sock_group_source(struct sock *s, const struct group_at *at,
		      enum source_act act, struct ip_addr src);

/* Another filter, whole.  0, -EINVAL (not joined), -ENOBUFS, -ENOMEM. */
int sock_group_filter(struct sock *s, const struct group_at *at,
		      const struct ip_filter *want);

/* The filter of a membership; NULL: not joined. */
const struct ip_filter *sock_group_filter_of(const struct sock *s,
					     const struct group_at *at);

/* How many sources a filter of that family may have. */
uint32_t sock_group_sources_max(uint8_t family);

#endif /* SOCK_SOCK_GROUP_H */
