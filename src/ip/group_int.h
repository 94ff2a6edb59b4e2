/* SPDX-License-Identifier: MIT */
#ifndef IP_GROUP_INT_H
#define IP_GROUP_INT_H

/*
 * group_int.h - between the files about groups
 *
 *	group.c		what this stack receives
 *	group_if.c	interfaces, and what was heard there
 *	group_host.c	reports: what we want
 *	group_router.c	queries, and which router asks
 *	group_member.c	what others want
 *	group_fwd.c	groups that are passed on
 *	igmp.c		the words of IPv4
 */

#include "base/list.h"
#include "base/wheel.h"

#include "ip/group.h"
#include "ip/group_shared.h"
#include "ip/ip_int.h"

/* RFC 3376, 8; RFC 3810, 9. */
enum {
	GROUP_NEWEST = 3, /* version, see wire/group.h */
	GROUP_ROBUSTNESS = 2,
	GROUP_INTERVAL_S = 125,
	GROUP_RESPONSE_MS = 10000,
	GROUP_AGAIN_MS = 1000,	 /* unsolicited reports, newest version */
	GROUP_AGAIN2_MS = 10000, /* older versions */
};

/* A source of which the routers have still to be told. */
struct group_change {
	struct ip_addr src;
	uint8_t left; /* reports */
};

/**
 * struct group_detail - what only a group with sources needs
 * @want:	From whom sockets want it
 * @asked:	A query was about these
 * @changes:	Sources still to be told of
 */
struct group_detail {
	struct ip_filter want;
	struct ip_addr asked[IP_GROUP_SOURCES];
	struct group_change changes[2 * IP_GROUP_SOURCES];
	uint8_t asked_count, change_count;
};

/**
 * struct ip_group - a group that an interface receives, or has just left
 * @holds:	How often the stack itself wants it, from anybody
 * @is_exclude:	Sockets: as in struct ip_filter, of which @detail has the rest
 * @detail:	NULL: no sources have ever been named
 * @answer:	A query waits for its answer
 * @again:	A change is told once more
 * @asked_all:	The query was about all sources
 * @is_last:	Old versions: nobody has reported after us
 * @mode_left:	Reports still to be sent of the whole state
 */
struct ip_group {
	struct list node;
	struct groups *set;
	struct netif *netif;
	struct ip_addr group;
	uint32_t holds;
	bool is_exclude;
	struct group_detail *detail;
	struct timer answer, again;
	bool asked_all, is_last;
	uint8_t mode_left;
};

/**
 * struct group_if - what is known of the routers and members of a link
 * @robustness:	How often each thing is said; from the querier
 * @old_until:	A querier of version 1 or 2 was heard; speak like it until then
 * @is_router:	Groups are forwarded from here and to here
 * @is_querier:	It is we who ask
 * @startup_left: Queries in quick succession
 * @query:	The next one; or the other querier has gone
 * @members:	struct group_member
 */
struct group_if {
	struct list node;
	struct groups *set;
	struct netif *netif;
	bool is_router, is_querier;
	uint8_t startup_left;
	uint8_t robustness;
	uint32_t interval_s;
	uint64_t old_until[GROUP_NEWEST];
	struct timer query;
	struct list members;
	uint32_t member_count;
};

static inline struct groups *groups_of(const struct stack *stack,
				       uint8_t family)
{
	return &ip_of(stack)->groups[family == IP_V6];
}

static inline bool filter_is_nobody(const struct ip_filter *f)
{
	return !f->is_exclude && !f->count;
}

/* group.c */
struct ip_group *group_find(const struct groups *set, const struct netif *netif,
			    struct ip_addr group);
void group_free(struct ip_group *g);
/* All that is wanted, by whomever.  Lent until that changes. */
const struct ip_filter *group_want(const struct ip_group *g);

/* group_if.c */
struct group_if *group_if_find(const struct groups *set,
			       const struct netif *netif);
struct group_if *group_if_get(struct groups *set, struct netif *netif);
void group_ifs_drop(struct groups *set, const struct netif *netif);
/* A time between 0 and @ms, in nanoseconds. */
uint64_t group_jitter(struct stack *stack, uint32_t ms);

/* group_host.c: may free @g */
void group_host_changed(struct ip_group *g, const struct ip_filter *old);
void group_host_init(struct ip_group *g);
void group_host_asked(struct group_if *ifc, const struct group_query *q);
void group_host_overheard(struct groups *set, const struct netif *netif,
			  struct ip_addr group);

/* group_router.c */
void group_router_init(struct group_if *ifc);
void group_router_fini(struct group_if *ifc);
void group_router_asked(struct group_if *ifc, const struct group_query *q,
			struct ip_addr from);

/* group_member.c: a record of a report; DROP_COUNT: taken note of */
enum drop group_member_report(struct group_if *ifc,
			      const struct group_record *r, uint8_t version);
void group_member_asked(struct group_if *ifc, const struct group_query *q);
void group_members_drop(struct group_if *ifc);
bool group_is_wanted(const struct group_if *ifc, struct ip_addr group,
		     struct ip_addr src);

#endif /* IP_GROUP_INT_H */
