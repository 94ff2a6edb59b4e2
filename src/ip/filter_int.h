/* SPDX-License-Identifier: MIT */
#ifndef IP_FILTER_INT_H
#define IP_FILTER_INT_H

/*
 * filter_int.h - what the files of the filter share
 *
 *	filter.c	rules: may it pass?
 *	filter4.c	packets of IPv4 (those of IPv6: ip6/filter6.c)
 *	conntrack.c	connections: who, in which state, how long, how many
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/ip4.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "ip/filter.h"

/* Who sent a packet of a connection. */
enum track_side { TRACK_OPENER, TRACK_OTHER };

/**
 * struct track - a connection that is remembered
 * @node:	In the list of its state, the longest idle first
 * @key:	As its first packet had it
 * @state:	Written by track_set_state() only
 * @host:	Who opened it
 * @used_ns:	Last packet
 * @next:	TCP: first sequence number that each side has not sent yet
 * @ack:	TCP: what each side has acknowledged last
 * @has_fin:	TCP: that side has sent a FIN
 */
struct track {
	struct list node;
	struct track_key key;
	enum filter_state state;
	struct track_host *host;
	uint64_t used_ns;
	seq32 next[2], ack[2];
	bool has_fin[2];
};

/* Who opens connections, and how many he has. */
struct track_host {
	struct ip_addr addr;
	size_t count;
};

struct filter;

/**
 * struct filter_ops - where the paths of packets, and the end, enter the filter
 * @forward:	See filter_forward()
 * @ask:	See filter_ask()
 * @judge:	See filter_judge()
 * @would:	See filter_opens()
 * @disable:	See filter_disable()
 *
 * By pointer, which filter_enable() sets: who never calls it need not link it.
 */
struct filter_ops {
	struct pkt *(*forward)(struct stack *stack, struct pkt *pkt,
			       struct ip4_hdr *h, enum drop *why);
	enum drop (*ask)(struct stack *stack, struct pkt *pkt,
			 const struct ip4_hdr *h, struct track_end to);
	enum drop (*judge)(struct stack *stack, const struct track_pkt *p);
	enum drop (*would)(const struct filter *f, const struct track_key *key);
	void (*disable)(struct stack *stack);
};

struct filter {
	const struct filter_ops *ops;
	struct stack *stack;
	struct filter_rule *rules;
	size_t rule_count;
	bool allows_rest;
	struct hash_key key;
	struct htab tracks, hosts;
	struct pool pool, host_pool;
	size_t host_max;
	struct list by_state[FILTER_STATES];
	uint32_t idle_s[FILTER_STATES];
	struct timer timer;
};

static inline struct filter *filter_of(const struct stack *stack)
{
	return stack->slot[SLOT_FILTER];
}

/**
 * filter_forward() - May this packet go on?
 * @pkt:	Its IP header at the front and parsed in @h
 * @why:	Set if the caller is to drop it
 *
 * Return: @pkt, or the whole datagram that it completes, with @h as it is now;
 * NULL: it is a fragment and waits, or is gone
 */
struct pkt *filter_forward(struct stack *stack, struct pkt *pkt,
			   struct ip4_hdr *h, enum drop *why);

/**
 * filter_ask() - Would a packet that comes in through the NAT be let through?
 * @pkt:	Whole, not translated yet; its IP header parsed in @h
 * @to:		The endpoint inside that would get it
 *
 * Nothing is remembered.  If a rule wants it, the sender is told.
 *
 * Return: DROP_COUNT: yes, as far as can be known; else why not
 */
enum drop filter_ask(struct stack *stack, struct pkt *pkt,
		     const struct ip4_hdr *h, struct track_end to);

/* filter.c: the same of its ends alone. */
enum drop filter_would(const struct filter *f, const struct track_key *key);

/* conntrack.c */
void tracks_init(struct filter *f);
void tracks_fini(struct filter *f);
/* The connection that a packet with this key belongs to, either way. */
struct track *track_find(const struct filter *f, const struct track_key *key,
			 enum track_side *side);
/* A new one; the least real one goes if there is no room.  NULL and @why: all
 * places are taken by real ones, or no memory; or its host has too many.
 * @rule counts from 1; 0: none. */
struct track *track_new(struct filter *f, const struct track_key *key,
			size_t rule, enum drop *why);
/* Has that host opened as many as it may? */
bool track_host_is_full(const struct filter *f, struct ip_addr a);
void track_free(struct filter *f, struct track *fl);
/* A packet of it passes. */
void track_seen(struct filter *f, struct track *fl, const struct track_pkt *p,
		enum track_side side);
void tracks_timer_set(struct filter *f);
uint64_t track_expires_ns(const struct filter *f, const struct track *fl);

#endif /* IP_FILTER_INT_H */
