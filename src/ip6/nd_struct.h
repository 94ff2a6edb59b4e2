/* SPDX-License-Identifier: MIT */
#ifndef IP6_ND_STRUCT_H
#define IP6_ND_STRUCT_H

/*
 * nd_struct.h - what neighbour discovery keeps; private to nd_*.c
 */

#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/wheel.h"

#include "wire/ip6.h"
#include "wire/nd.h"

#include "core/pkt.h"
#include "core/reason.h"
#include "core/stack.h"

#include "ip6/ip6.h"
#include "ip6/nd.h"

/*
 * Who may be evicted when the cache is full, in this order: entries that were
 * learned but never used; used ones that were idle for ND_KEEP_S; and, for a
 * new question of our own, the oldest unanswered question.
 */
enum nd_rank {
	ND_ASKED_FOR, /* a question for a packet that we forward */
	ND_ASKED,     /* a question of our own */
	ND_IDLE,      /* resolved, never used */
	ND_USED,
	ND_RANKS
};

/**
 * struct nd_entry - a neighbour
 * @node:	In the list of its rank, the one idle for longest first
 * @nd:		The cache
 * @netif:	On which link
 * @link:	That link
 * @addr:	Its address
 * @mac:	Its MAC address, unless INCOMPLETE or FAILED
 * @src:	Our address that a question comes from; ::: choose
 * @state:	Written by nd_set_state() only
 * @rank:	Which list
 * @is_router:	It said so last
 * @tries:	Questions asked in this state
 * @timer:	Next question, or end of the state
 * @queue:	Packets that wait
 * @waiting:	How many
 * @used_ns:	When a packet last went there (to the second)
 * @confirmed_ns: When it was last known to be there
 * @hash:	In the table
 */
struct nd_link;

struct nd_entry {
	struct list node;
	struct nd *nd;
	struct netif *netif;
	struct nd_link *link;
	ip6_addr addr;
	ip6_addr src;
	mac_addr mac;
	enum nd_state state;
	enum nd_rank rank;
	bool is_router;
	unsigned int tries;
	struct timer timer;
	struct list queue;
	unsigned int waiting;
	uint64_t used_ns;
	uint64_t confirmed_ns;
	uint32_t hash;
};

/* Neighbours looked up lately, by the last bits of their addresses. */
#define ND_RECENT 16

/* An address that may be somebody else's. */
struct nd_dad {
	struct list node;
	struct nd_link *link;
	ip6_addr addr;
	unsigned int tries;
	unsigned int wanted; /* questions to be asked */
	bool is_looped;	     /* they come back to us */
	uint8_t nonce[ND_NONCE_LEN];
	struct timer timer;
};

/* A router's word about a destination; ::/0 makes it a default router. */
struct nd_way {
	struct list node;
	struct ip6_net net;
	enum nd_pref pref;
	uint64_t expires_ns;
	uint32_t metric; /* in the routing table; 0: not there */
};

#define ND_WAYS_MAX 17 /* of one router */

struct nd_router {
	struct list node;
	struct nd_link *link;
	ip6_addr addr;
	struct list ways;
	size_t way_count;
	uint32_t failure; /* 0: reachable; else which failure it was */
};

/* A prefix that neighbours have. */
struct nd_net {
	struct list node;
	struct ip6_net net;
	uint64_t expires_ns;
};

struct nd_dns {
	struct list node;
	ip6_addr addr;
	char *domain; /* or NULL */
	uint64_t expires_ns;
};

#define ND_DNS_MAX 8 /* servers and domains together, per link */

/* An address made from a prefix. */
struct nd_auto {
	struct list node;
	struct nd_link *link;
	struct ip6_net prefix;
	ip6_addr addr; /* ::: the next is yet to be made */
	bool is_temporary;
	bool is_followed; /* temporary: its successor was made */
	uint8_t dad_count;
	uint64_t made_ns;
	uint64_t preferred_max_ns;     /* temporary: counted from made_ns */
	uint64_t valid_s, preferred_s; /* what the router said last */
	uint64_t told_ns;	       /* when */
	struct timer timer;
};

/* What a router is to say. */
struct nd_ra {
	struct nd_ra_conf conf;
	struct timer timer;
	unsigned int quick; /* advertisements that are to come soon */
	uint64_t sent_ns;
	bool was_sent;
};

/**
 * struct nd_link - a link as neighbour discovery sees it
 * @reachable_base_ms: As routers say
 * @reachable_ns: A random multiple of it, until @reachable_until_ns
 * @retrans_ms:	Time between questions
 * @is_up:	The interface speaks IPv6
 * @has_spoken:	A message of ours was sent
 * @rs:		Next RS; @rs_wait_ns after the one before
 * @ends:	The next lifetime of something in the lists to end
 */
struct nd_link {
	struct list node;
	struct nd *nd;
	struct netif *netif;
	struct nd_conf conf;
	uint32_t reachable_base_ms;
	uint64_t reachable_ns, reachable_until_ns;
	uint32_t retrans_ms;
	bool is_up;
	bool has_spoken;
	struct timer rs;
	uint64_t rs_wait_ns;
	struct list routers, nets, dns, autos;
	size_t router_count, net_count, dns_count, auto_count;
	struct timer ends;
	struct nd_ra *ra;
};

struct nd_proxy {
	struct netif *netif; /* NULL: free */
	ip6_addr addr;
};

/* An answer that waits, because others may answer too. */
struct nd_late {
	struct list node;
	struct nd *nd;
	struct netif *netif;
	ip6_addr target, asker;
	bool has_mac; /* of the asker */
	mac_addr mac;
	struct timer timer;
};

#define ND_LATE_MAX 64

struct nd_redirect {
	struct list node;
	struct ip6_route route;
	uint64_t expires_ns;
};

/* Who was redirected lately, by a secret hash. */
#define ND_REDIRECTED 64

struct nd {
	struct stack *stack;
	struct nd_entry *recent[ND_RECENT];
	struct htab tab;
	struct pool entries;
	struct hash_key key;	/* of the table */
	struct hash_key secret; /* of addresses (RFC 7217) */
	bool has_keys;
	struct list by_rank[ND_RANKS];
	size_t count[ND_RANKS];
	size_t max;
	size_t queued; /* packets that wait, all in all */
	struct timer age;
	struct list failed; /* packets to be reported */
	struct task report;
	struct list links;
	struct list dads;
	struct timer dad_again; /* for want of memory */
	struct nd_proxy proxy[ND_PROXIES_MAX];
	struct list late;
	size_t late_count;
	struct list redirects;
	size_t redirect_count;
	struct timer redirect_ends;
	uint64_t redirected_ns[ND_REDIRECTED];
	uint32_t failures; /* of routers, ever */
	struct list watches;
	nd_dns_fn *on_dns;
	void *on_dns_arg;
};

#endif /* IP6_ND_STRUCT_H */
