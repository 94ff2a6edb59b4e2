/* SPDX-License-Identifier: MIT */
#ifndef LINK_ARP_H
#define LINK_ARP_H

/*
 * arp.h - which MAC address has a neighbour (RFC 826)
 *
 * The cache has one entry for each neighbour and interface:
 *
 *	  (none) --> INCOMPLETE --> REACHABLE --> STALE
 *	     ^         |     ^          ^  ^       |
 *	     |         v     |          |  |       v
 *	     +----- FAILED   +--------- |  +--- PROBE
 *	                                +----------+
 *
 *	INCOMPLETE	asked everybody, up to 3 times, 1 s apart; up to 3
 *			packets wait
 *	REACHABLE	confirmed less than a minute ago
 *	STALE		confirmed once; used as it is, and probed when used
 *	PROBE		asks the known address itself, up to 3 times, 1 s
 *			apart; if it is silent, everybody is asked again
 *	FAILED		nobody answered; packets fail at once for 1 s
 *
 * What a stranger says about a neighbour that is in the cache never changes
 * the entry.  It starts a probe, and only if the old address is silent does
 * the question go to everybody (compare RFC 5227 and RFC 4861, 7.3).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct pkt;
struct stack;

enum arp_state {
	ARP_INCOMPLETE,
	ARP_REACHABLE,
	ARP_STALE,
	ARP_PROBE,
	ARP_FAILED,
	ARP_STATES
};

#define ARP_TRIES	3
#define ARP_RETRY_S	1
#define ARP_REACHABLE_S 60   /* confirmed for so long */
#define ARP_AGE_S	600  /* forgotten when unused for so long */
#define ARP_KEEP_S	30   /* never evicted when used in that time */
#define ARP_HOLD_S	1    /* a failure is remembered for so long */
#define ARP_ENTRIES_MAX 4096 /* default, see arp_set_max() */
#define ARP_WAITING_MAX 64   /* packets per entry: a datagram in pieces */
#define ARP_QUEUED_MAX	1024 /* packets in all entries together */
#define ARP_DEFEND_S	10   /* RFC 5227, 2.4 */

/* How an address becomes ours. */
enum arp_claim {
	ARP_CLAIM_QUIET,    /* say nothing */
	ARP_CLAIM_ANNOUNCE, /* gratuitous request: RFC 5227, 2.3 */
};

/* A packet that cannot be delivered to its next hop.  Takes @pkt. */
typedef void arp_failed_fn(struct stack *stack, struct pkt *pkt);

/* Somebody else uses our address; @mac is his.  Already defended. */
typedef void arp_conflict_fn(struct stack *stack, struct netif *netif,
			     ip4_addr addr, mac_addr mac);

/* Outcome of arp_probe(): 0 (free) or -EADDRINUSE (@mac has it). */
typedef void arp_probed_fn(void *arg, int err, mac_addr mac);

/**
 * arp_init() - Give a stack ARP
 * @stack:	With ether_init() done
 *
 * Return: 0, -ENOMEM, or -EIO (no entropy)
 */
int arp_init(struct stack *stack);

void arp_fini(struct stack *stack);

/* Who hears of failures and conflicts; NULL for nobody. */
void arp_set_callbacks(struct stack *stack, arp_failed_fn *on_failed,
		       arp_conflict_fn *on_conflict);

/* Cap on entries, at least 16. */
void arp_set_max(struct stack *stack, size_t max);

/**
 * arp_addr_add() - An address is ours: answer for it, defend it
 * @stack:	Which
 * @netif:	Where
 * @addr:	The address
 * @how:	Whether to announce it
 *
 * Return: 0, -EEXIST or -ENOMEM
 */
int arp_addr_add(struct stack *stack, struct netif *netif, ip4_addr addr,
		 enum arp_claim how);

void arp_addr_del(struct stack *stack, struct netif *netif, ip4_addr addr);

/* Announce an address that is ours (again).  Harmless if there is no memory. */
void arp_announce(struct stack *stack, struct netif *netif, ip4_addr addr);

/**
 * arp_probe() - Find out whether an address is free (RFC 5227, 2.1)
 * @stack:	Which
 * @netif:	Where
 * @addr:	Not ours yet; one probe per interface at a time
 * @on_done:	Called back once, some seconds later
 * @arg:	For @on_done
 *
 * Return: 0, -EBUSY, -ENOMEM or -EIO (no entropy)
 */
int arp_probe(struct stack *stack, struct netif *netif, ip4_addr addr,
	      arp_probed_fn *on_done, void *arg);

/* Stop asking on that interface; the callback will not be called. */
void arp_probe_cancel(struct stack *stack, struct netif *netif);

/**
 * arp_proxy_add() - Answer for addresses that are reached through us (RFC 1027)
 * @stack:	Which
 * @netif:	Where the questions come from
 * @net:	For these addresses
 *
 * Return: 0, -ENOSPC (more than 8) or -EEXIST
 */
int arp_proxy_add(struct stack *stack, struct netif *netif, struct ip4_net net);

void arp_proxy_del(struct stack *stack, struct netif *netif,
		   struct ip4_net net);

/* Shall questions for @target that are asked on @netif be answered?  For those
 * whose proxy depends on more than a list of networks: on routes. */
typedef bool arp_proxy_fn(struct stack *stack, struct netif *netif,
			  ip4_addr target);

/* Ask @fn about what is in no list; NULL: nobody. */
void arp_proxy_set(struct stack *stack, arp_proxy_fn *fn);

/**
 * arp_resolve() - Send a packet to a neighbour, now or when he has answered
 * @stack:	Which
 * @netif:	Where it leaves
 * @next_hop:	The neighbour
 * @src:	Our own address on that link, for the question
 * @pkt:	Taken; without link header
 *
 * If he does not answer, or did not a moment ago, @pkt is reported to
 * on_failed, at the end of the call under way at the earliest.
 *
 * Return: 0 (sent, waits, or to be reported), -ENOBUFS (too many wait), or
 * what ether_output() says
 */
int arp_resolve(struct stack *stack, struct netif *netif, ip4_addr next_hop,
		ip4_addr src, struct pkt *pkt);

/**
 * arp_current() - May packets go to a neighbour without asking arp_resolve()?
 * @stack:	Which
 * @netif:	Where they leave
 * @next_hop:	The neighbour
 * @mac:	Set: the address that their frames are for
 * @until_ns:	Set: for how long, while stack->epoch stands still.  A packet
 *		then goes through arp_resolve() again, which notes that the
 *		neighbour is in use, and asks him in time
 *
 * Return: whether they may
 */
bool arp_current(struct stack *stack, const struct netif *netif,
		 ip4_addr next_hop, mac_addr *mac, uint64_t *until_ns);

/**
 * arp_heard() - Is a neighbour there?
 * @stack:	Which
 * @netif:	Where
 * @addr:	The neighbour
 * @src:	Our own address on that link, for a question
 * @asks:	Ask him if nothing is known
 *
 * Return: 1 (he has answered), 0 (nothing is known, or he has only just been
 * asked), or -1 (he does not answer)
 */
int arp_heard(struct stack *stack, struct netif *netif, ip4_addr addr,
	      ip4_addr src, bool asks);

/* Forget what was learned on an interface; waiting packets fail. */
void arp_flush(struct stack *stack, struct netif *netif);

/* Put in an entry by hand.  It is REACHABLE and ages.  0 or -errno. */
int arp_add(struct stack *stack, struct netif *netif, ip4_addr addr,
	    mac_addr mac);

/* An entry of the cache, as shown. */
struct arp_view {
	const struct netif *netif;
	ip4_addr addr;
	mac_addr mac; /* zero while INCOMPLETE or FAILED */
	enum arp_state state;
	uint64_t used_ns, confirmed_ns;
	unsigned int waiting; /* packets */
};

/* Show all entries, in no particular order; @fn must not change the cache. */
void arp_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct arp_view *v), void *arg);

size_t arp_count(const struct stack *stack);

const char *arp_state_name(enum arp_state s);

#endif /* LINK_ARP_H */
