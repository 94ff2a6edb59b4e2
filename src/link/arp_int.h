/* SPDX-License-Identifier: MIT */
#ifndef LINK_ARP_INT_H
#define LINK_ARP_INT_H

/*
 * arp_int.h - what the files of ARP share
 *
 *	arp.c		states, questions, waiting packets
 *	arp_tab.c	the table of entries: room, eviction, age
 *	arp_in.c	what to believe of a message that has arrived
 *	arp_own.c	our own addresses: announce, probe, defend, proxy
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/arp.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "link/arp.h"

/*
 * Who may be evicted when the cache is full, in this order: entries that were
 * learned but never used; used ones that were idle for ARP_KEEP_S; and, for a
 * new question of our own, the oldest unanswered question.
 */
enum arp_rank {
	ARP_ASKED, /* INCOMPLETE or FAILED */
	ARP_IDLE,  /* resolved, never used */
	ARP_USED,
	ARP_RANKS
};

/**
 * struct arp_entry - a neighbour
 * @node:	In the list of its rank, the one idle for longest first
 * @arp:	The cache
 * @netif:	On which link
 * @addr:	His address
 * @mac:	His MAC address, unless INCOMPLETE or FAILED
 * @src:	Our address on that link
 * @state:	Written by arp_set_state() only
 * @rank:	Which list
 * @tries:	Questions asked in this state
 * @timer:	Next question, or end of FAILED
 * @queue:	Packets that wait
 * @waiting:	How many
 * @used_ns:	When a packet last went there (to the second)
 * @confirmed_ns: When he was last known to be there
 * @hash:	In the table
 */
struct arp_entry {
	struct list node;
	struct arp *arp;
	struct netif *netif;
	ip4_addr addr;
	mac_addr mac;
	ip4_addr src;
	enum arp_state state;
	enum arp_rank rank;
	unsigned int tries;
	struct timer timer;
	struct list queue;
	unsigned int waiting;
	uint64_t used_ns;
	uint64_t confirmed_ns;
	uint32_t hash;
};

/* An address of ours. */
struct arp_own {
	struct list node;
	struct netif *netif;
	ip4_addr addr;
	uint64_t defended_ns;
	bool was_defended;
};

/* A question whether an address is free. */
struct arp_inquiry {
	struct list node;
	struct arp *arp;
	struct netif *netif;
	ip4_addr addr;
	unsigned int tries;
	struct timer timer;
	arp_probed_fn *on_done;
	void *arg;
};

#define ARP_PROXIES_MAX 8

struct arp_proxy {
	struct netif *netif; /* NULL: free */
	struct ip4_net net;
};

/* Neighbours looked up lately, by the last bits of their addresses. */
#define ARP_RECENT 16

struct arp {
	struct stack *stack;
	struct arp_entry *recent[ARP_RECENT];
	struct htab tab;
	struct pool entries;
	struct hash_key key;
	struct list by_rank[ARP_RANKS];
	size_t count[ARP_RANKS];
	size_t max;
	size_t queued; /* packets that wait, all in all */
	struct timer age;
	struct list failed; /* packets to be reported */
	struct task report;
	arp_failed_fn *on_failed;
	arp_conflict_fn *on_conflict;
	arp_proxy_fn *is_proxied;
	struct list own;
	struct list inquiries;
	struct arp_proxy proxy[ARP_PROXIES_MAX];
};

static inline struct arp *arp_of(const struct stack *stack)
{
	return stack->slot[SLOT_ARP];
}

static inline uint64_t arp_now(const struct arp *arp)
{
	return stack_now(arp->stack);
}

/* arp_tab.c */
struct arp_entry *arp_find(struct arp *arp, const struct netif *netif,
			   ip4_addr addr);
/* NULL: no room, or no memory.  INCOMPLETE: a question of our own. */
struct arp_entry *arp_new(struct arp *arp, struct netif *netif, ip4_addr addr,
			  enum arp_state state);
void arp_free(struct arp_entry *e);
/* Note that an entry is used; the lists are in order to the second. */
void arp_touch(struct arp_entry *e);
void arp_set_rank(struct arp_entry *e, enum arp_rank rank);
timer_fn arp_on_age;

/* arp.c */
timer_fn arp_on_timer; /* of an entry */
void arp_fail_waiting(struct arp_entry *e);
void arp_set_state(struct arp_entry *e, enum arp_state to);
/* He has answered, or spoken: take his address, let waiting packets go. */
void arp_learn(struct arp_entry *e, mac_addr mac, const char *how);
/* A stranger's word is taken for a neighbour not known yet; may do nothing. */
void arp_learn_new(struct arp *arp, struct netif *netif, ip4_addr addr,
		   ip4_addr src, mac_addr mac);
/* Ask the known address itself whether it still is there. */
void arp_verify(struct arp_entry *e);
void arp_confirm(struct arp_entry *e);

/* arp_in.c */
void arp_input(struct stack *stack, struct pkt *pkt);

/* arp_own.c */
int arp_send(struct arp *arp, struct netif *netif, mac_addr to,
	     const struct arp_hdr *hdr, enum reason why);
struct arp_own *arp_own_find(struct arp *arp, const struct netif *netif,
			     ip4_addr addr);
bool arp_proxy_has(const struct arp *arp, struct netif *netif, ip4_addr addr);
void arp_defend(struct arp *arp, struct arp_own *own, mac_addr mac);
/* Does the message show that an address we inquire about is taken? */
bool arp_inquiry_hit(struct arp *arp, struct netif *netif,
		     const struct arp_hdr *hdr);
void arp_own_fini(struct arp *arp);

#endif /* LINK_ARP_INT_H */
