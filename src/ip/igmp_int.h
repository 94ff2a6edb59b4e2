/* SPDX-License-Identifier: MIT */
#ifndef IP_IGMP_INT_H
#define IP_IGMP_INT_H

/*
 * igmp_int.h - between the files about groups
 *
 *	group.c		what this stack receives
 *	igmp.c		messages in and out
 *	igmp_host.c	reports: what we want
 *	igmp_router.c	queries, and which router asks
 *	igmp_member.c	what others want
 *	group_fwd.c	groups that are passed on
 */

#include "base/list.h"
#include "base/wheel.h"

#include "wire/igmp.h"

#include "ip/igmp.h"
#include "ip/ip_int.h"

/* RFC 3376, 8. */
enum {
	IGMP_ROBUSTNESS = 2,
	IGMP_INTERVAL_S = 125,
	IGMP_RESPONSE_MS = 10000,
	IGMP_AGAIN_MS = 1000,	/* unsolicited reports, version 3 */
	IGMP_AGAIN2_MS = 10000, /* versions 1 and 2 */
};

/* A source of which the routers have still to be told. */
struct igmp_change {
	ip4_addr src;
	uint8_t left; /* reports */
};

/**
 * struct ip_group - a group that an interface receives, or has just left
 * @want:	From whom
 * @answer:	A query waits for its answer
 * @again:	A change is told once more
 * @asked_all:	The query was about all sources
 * @asked:	Else about these
 * @mode_left:	Reports still to be sent of the whole state
 * @changes:	Sources, with as many
 * @is_last:	Versions 1 and 2: nobody has reported after us
 */
struct ip_group {
	struct list node;
	struct ip *ip;
	struct netif *netif;
	ip4_addr group;
	struct ip_filter want;
	struct timer answer, again;
	bool asked_all, is_last;
	uint8_t asked_count, mode_left, change_count;
	ip4_addr asked[IP_GROUP_SOURCES];
	struct igmp_change changes[2 * IP_GROUP_SOURCES];
};

struct igmp;

/**
 * struct igmp_if - what IGMP knows of an interface
 * @robustness:	How often each thing is said; from the querier
 * @v1_until:	An old querier was heard; speak like it until then
 * @v2_until:	"
 * @is_router:	Groups are forwarded from here and to here
 * @is_querier:	It is we who ask
 * @startup_left: Queries in quick succession
 * @query:	The next one; or the other querier has gone
 * @members:	struct igmp_member
 */
struct igmp_if {
	struct list node;
	struct igmp *igmp;
	bool is_router, is_querier;
	uint8_t startup_left;
	uint32_t member_count;
	struct timer query;
	struct list members;
	struct netif *netif;
	uint8_t robustness;
	uint32_t interval_s;
	uint64_t v1_until, v2_until;
};

struct igmp {
	struct stack *stack;
	struct list ifs;
};

static inline struct igmp *igmp_of(const struct stack *stack)
{
	return stack->slot[SLOT_IGMP];
}

static inline bool filter_is_nobody(const struct ip_filter *f)
{
	return !f->is_exclude && !f->count;
}

static inline bool filter_has(const struct ip_filter *f, ip4_addr src)
{
	for (uint8_t i = 0; i < f->count; i++)
		if (f->src[i].v == src.v)
			return true;
	return false;
}

/* group.c */
struct ip_group *group_find(const struct ip *ip, const struct netif *netif,
			    ip4_addr group);
void group_free(struct ip_group *g);

/* igmp.c: send to a group on a link; an error is a message that is lost. */
struct igmp_message {
	uint8_t b[IGMP_MAX];
	size_t len;
};

void igmp_send(struct stack *stack, struct netif *netif, ip4_addr to,
	       const struct igmp_message *m, enum reason why);
struct igmp_if *igmp_if_find(const struct igmp *igmp,
			     const struct netif *netif);
struct igmp_if *igmp_if_get(struct igmp *igmp, struct netif *netif);
void igmp_if_gone(struct stack *stack, const struct netif *netif);
/* A time between 0 and @ms, in nanoseconds. */
uint64_t igmp_jitter(struct stack *stack, uint32_t ms);

/* igmp_host.c: may free @g */
void igmp_host_changed(struct ip_group *g, const struct ip_filter *old);
void igmp_host_init(struct ip_group *g);
void igmp_host_asked(struct igmp *igmp, struct igmp_if *ifc,
		     const struct igmp_query *q);
/* Another host has reported the group. */
void igmp_host_overheard(struct igmp *igmp, const struct netif *netif,
			 ip4_addr group);

/* igmp_router.c */
void igmp_router_init(struct igmp_if *ifc);
void igmp_router_fini(struct igmp_if *ifc);
void igmp_router_asked(struct igmp_if *ifc, const struct igmp_query *q,
		       ip4_addr from);

/* igmp_member.c: a record of a report; DROP_COUNT: taken note of */
enum drop igmp_member_report(struct igmp_if *ifc, const struct igmp_record *r,
			     uint8_t version);
void igmp_member_asked(struct igmp_if *ifc, const struct igmp_query *q);
void igmp_members_drop(struct igmp_if *ifc);
bool igmp_is_wanted(const struct igmp_if *ifc, ip4_addr group, ip4_addr src);

#endif /* IP_IGMP_INT_H */
