/* SPDX-License-Identifier: MIT */
#ifndef IP_GROUP_SHARED_H
#define IP_GROUP_SHARED_H

/*
 * group_shared.h - between the machinery of groups and the versions of IP
 *
 * What a host reports, what a router remembers and where it sends copies does
 * not depend on the version; how it is written and sent does.  A version gives
 * its words in a struct group_proto, and hands in what it has heard.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/group.h"

#include "core/drop.h"
#include "core/reason.h"

#include "ip/ip_conf.h"

struct netif;
struct pkt;
struct stack;

/* A message: the longest header, and as many sources as a filter has. */
struct group_message {
	uint8_t b[32 + IP_GROUP_SOURCES * 16];
	size_t len;
};

/* Why each kind of message is sent, and what is told of the tables. */
struct group_reasons {
	enum reason join, leave, again, answer, timer;
	enum reason query, query_group, querier, version;
	enum reason member, member_gone;
};

/**
 * struct group_proto - the words of a version; all functions are required
 * @family:	enum ip_family
 * @version_off: Our version numbers (wire/group.h) are its own plus this
 * @all_hosts:	Where general queries go
 * @all_routers: Where a leave goes
 * @all_newest:	Where reports of the newest version go
 * @full:	Why a report is dropped when there are too many groups
 * @why:	Reasons
 * @is_silent:	Is that group never spoken of?
 * @stays:	Does that group never leave its link?  Routers need not know it
 * @query_emit:	Write a query; its length
 * @report_emit: Write a report of one record in the newest version
 * @old_emit:	Write a report or a leave of version 1 or 2
 * @send:	Send it on a link; an error is a message that is lost
 * @speaker:	Our address there; no family: none yet
 * @way_to:	The interface by which a source would be reached, or NULL
 * @send_on:	Takes the clone of a packet that arrived, and sends it there as
 *		a router does: with a hop less
 */
struct group_proto {
	uint8_t family, version_off;
	struct ip_addr all_hosts, all_routers, all_newest;
	enum drop full;
	struct group_reasons why;
	bool (*is_silent)(struct ip_addr group);
	bool (*stays)(struct ip_addr group);
	size_t (*query_emit)(uint8_t *buf, const struct group_query *q);
	size_t (*report_emit)(uint8_t *buf, const struct group_record *rec);
	size_t (*old_emit)(uint8_t *buf, uint8_t version, bool is_leave,
			   struct ip_addr group);
	void (*send)(struct stack *stack, struct netif *netif,
		     struct ip_addr to, const struct group_message *m,
		     enum reason why);
	struct ip_addr (*speaker)(struct stack *stack,
				  const struct netif *netif);
	const struct netif *(*way_to)(struct stack *stack, struct ip_addr src);
	void (*send_on)(struct stack *stack, struct pkt *pkt,
			struct netif *netif);
};

/* Speak of groups from now on; static.  NULL: no more, and what was learned is
 * forgotten.  The stack has done ip_init(). */
void group_proto_set(struct stack *stack, uint8_t family,
		     const struct group_proto *proto);

/*
 * What this stack receives.
 */

/**
 * group_hold() - The stack itself wants a group, from anybody
 *
 * Counted: each one needs a group_release().  What sockets want beside it
 * (ip_group_filter()) is remembered.
 *
 * Return: 0, -EINVAL (no group) or -ENOMEM; group_release(): 0 or -ENOENT
 */
int group_hold(struct stack *stack, struct netif *netif, struct ip_addr group);
int group_release(struct stack *stack, struct netif *netif,
		  struct ip_addr group);

/* Is what @src sends to the group wanted?  DROP_COUNT: yes; ip_not_ours,
 * group_source. */
enum drop group_check(const struct stack *stack, const struct netif *netif,
		      struct ip_addr group, struct ip_addr src);
bool group_is_joined(const struct stack *stack, const struct netif *netif,
		     struct ip_addr group);
void group_for_each(const struct stack *stack, uint8_t family,
		    void (*fn)(void *arg, struct netif *netif,
			       struct ip_addr group),
		    void *arg);

/* All of an interface; NULL: of all. */
void groups_drop(struct stack *stack, uint8_t family,
		 const struct netif *netif);

/* Say all that is wanted there again: the interface has got an address. */
void groups_tell_again(struct stack *stack, uint8_t family,
		       const struct netif *netif);

/*
 * What was heard on a link; it is right in all that a version can see.
 * DROP_COUNT: taken note of.
 */

enum drop group_query_in(struct stack *stack, struct netif *netif,
			 const struct group_query *q, struct ip_addr from);
/* @version is that of the message. */
enum drop group_record_in(struct stack *stack, struct netif *netif,
			  const struct group_record *r, uint8_t version);
/* Another host has reported a group in an old version. */
void group_overheard(struct stack *stack, const struct netif *netif,
		     struct ip_addr group);

/* Do all reports of that link concern us, whatever group they are sent to? */
bool group_hears_all(const struct stack *stack, uint8_t family,
		     const struct netif *netif);

/**
 * group_self_copy() - Members on this host get what is sent from it, too
 * @pkt:	Lent; complete, about to leave by @netif
 *
 * Return: a copy that looks as if it had come in there, for the version to
 * deliver; NULL: nobody here wants it, or no memory
 */
struct pkt *group_self_copy(struct stack *stack, const struct pkt *pkt,
			    struct netif *netif, struct ip_addr group,
			    struct ip_addr src);

/*
 * Forwarding.
 */

/**
 * group_forward() - Send copies to where members are
 * @pkt:	Lent; it arrived, and is for a group that may leave its link
 * @is_sent:	Were there any?
 *
 * Return: if there were none, why: ip_not_ours (no router of groups),
 * group_rpf, group_no_member
 */
enum drop group_forward(struct stack *stack, const struct pkt *pkt,
			struct ip_addr group, struct ip_addr src,
			bool *is_sent);

#endif /* IP_GROUP_SHARED_H */
