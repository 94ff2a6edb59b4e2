/* SPDX-License-Identifier: MIT */
#ifndef IP6_ND_INT_H
#define IP6_ND_INT_H

/*
 * nd_int.h - what the files of neighbour discovery share
 *
 *	nd.c		assembly, links, which message goes where
 *	nd_send.c	messages out
 *	nd_neigh.c	neighbours: states, questions, waiting packets
 *	nd_tab.c	the table of neighbours: room, eviction, age
 *	nd_in.c		what to believe of NS and NA
 *	nd_own.c	our addresses: announce, answer for others
 *	nd_dad.c	is an address free?
 *	nd_host.c	RS out, RA in
 *	nd_router.c	the list of routers, and the routes through them
 *	nd_net.c	prefixes on the link; DNS servers and domains
 *	nd_auto.c	addresses made from prefixes
 *	nd_iid.c	the second half of such an address
 *	nd_ra.c		being a router: RA out
 *	nd_redirect.c	redirects, both ways
 */

#include "core/netif.h"

#include "ip6/nd_struct.h"

static inline struct nd *nd_of(const struct stack *stack)
{
	return stack->slot[SLOT_ND];
}

static inline uint64_t nd_now(const struct nd *nd)
{
	return stack_now(nd->stack);
}

/* When something ends that lasts for @s seconds from now on. */
static inline uint64_t nd_until(const struct nd *nd, uint32_t s)
{
	return s == ND_FOREVER_S ? UINT64_MAX : nd_now(nd) + s * NS_PER_S;
}

/* Has the link neighbours that can be asked? */
static inline bool nd_is_spoken(const struct netif *netif)
{
	return netif->features & NETIF_F_PPP ||
	       !(netif->features & (NETIF_F_LOOPBACK | NETIF_F_NO_ARP));
}

/* ... and addresses of its own to call them by?  A line has none. */
static inline bool nd_has_macs(const struct netif *netif)
{
	return !(netif->features & NETIF_F_NO_ARP);
}

/* nd.c */
struct nd_link *nd_link_find(const struct nd *nd, const struct netif *netif);
struct nd_link *nd_link_get(struct nd *nd, struct netif *netif); /* or NULL */
/* Evenly from @min to @max; @max if there is no entropy, so never for what
 * must not be guessed. */
uint64_t nd_random(struct nd *nd, uint64_t min, uint64_t max);
/* Random for a while, then random again (RFC 4861, 6.3.2). */
uint64_t nd_reachable_ns(struct nd_link *link);

/* nd_send.c: each builds a message and sends it; there may be no memory for
 * it, and that is as if it were lost. */
struct nd_out {
	struct netif *netif;
	ip6_addr src, dst;
	const mac_addr *to; /* NULL: as the cache knows it */
	enum reason why;
};

/* Append our MAC address, where there are any. */
void nd_put_own_mac(struct wcursor *w, uint8_t type, const struct netif *netif);
void nd_send(struct nd *nd, const struct nd_out *out, const uint8_t *msg,
	     size_t len);
void nd_send_ns(struct nd *nd, const struct nd_out *out, ip6_addr target,
		const uint8_t *nonce);
void nd_send_na(struct nd *nd, const struct nd_out *out,
		const struct nd_msg *na);
/* Our own address to speak from on that link: link-local and usable; false:
 * none. */
bool nd_speaker(const struct nd *nd, const struct netif *netif, ip6_addr *out);

/* nd_neigh.c: struct ip6_nd_ops.current, and heard */
bool nd_current(struct stack *stack, const struct netif *netif,
		const ip6_addr *next_hop, mac_addr *mac, uint64_t *until_ns);
int nd_heard(struct stack *stack, struct netif *netif, const ip6_addr *hop,
	     bool asks);

/* nd_tab.c */
struct nd_entry *nd_find(struct nd *nd, const struct netif *netif,
			 ip6_addr addr);
/* NULL: no room, or no memory.  INCOMPLETE: a question; @is_relayed: for a
 * packet that we forward. */
struct nd_entry *nd_new(struct nd *nd, struct netif *netif, ip6_addr addr,
			enum nd_state state, bool is_relayed);
void nd_free(struct nd_entry *e);
/* Note that an entry is used; the lists are in order to the second. */
void nd_touch(struct nd_entry *e);
void nd_set_rank(struct nd_entry *e, enum nd_rank rank);
timer_fn nd_on_age;

static inline bool nd_is_asked(const struct nd_entry *e)
{
	return e->state == ND_INCOMPLETE || e->state == ND_FAILED;
}

/* nd_neigh.c */
timer_fn nd_on_timer;			      /* of an entry */
void nd_report(struct task *task, void *arg); /* packets that failed */
void nd_fail_waiting(struct nd_entry *e);
void nd_drop_waiting(struct nd_entry *e);
void nd_set_state(struct nd_entry *e, enum nd_state to);
/* It was heard, unasked: a new MAC makes the entry STALE. */
void nd_hear(struct nd *nd, struct netif *netif, ip6_addr addr, mac_addr mac,
	     const char *how);
/* Its MAC is @mac; @to is the state that follows from how we know. */
void nd_learn(struct nd_entry *e, mac_addr mac, enum nd_state to,
	      const char *how);
void nd_reached(struct nd_entry *e); /* it answered */

/* nd_in.c */
enum drop nd_ns_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta, mac_addr from);
enum drop nd_na_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta, mac_addr from);

/* nd_own.c */
bool nd_proxy_has(const struct nd *nd, const struct netif *netif,
		  ip6_addr addr);
void nd_answer(struct nd *nd, struct netif *netif, const struct nd_msg *ns,
	       ip6_addr asker);
void nd_answer_late(struct nd *nd, struct netif *netif, const struct nd_msg *ns,
		    ip6_addr asker);
void nd_own_forget(struct nd *nd, const struct netif *netif); /* NULL: all */

/* nd_dad.c */
void nd_addr_start(struct stack *stack, const struct ip6_addr_info *a);
void nd_addr_stop(struct stack *stack, const struct ip6_addr_info *a);
struct nd_dad *nd_dad_find(const struct nd *nd, const struct netif *netif,
			   ip6_addr addr);
/* Somebody else has it, or wants it. */
void nd_dad_fail(struct nd_dad *dad, mac_addr mac);
/* It was our own question that came back (RFC 7527). */
void nd_dad_loop(struct nd_dad *dad);
void nd_dad_forget(struct nd *nd, const struct netif *netif); /* NULL: all */
timer_fn nd_dad_on_again;

/* nd_host.c */
void nd_rs_start(struct nd_link *link);
void nd_rs_on_timer(struct timer *t, void *arg);
enum drop nd_ra_input(struct nd *nd, const struct nd_msg *m,
		      const struct ip_meta *meta);
void nd_ends_on_timer(struct timer *t, void *arg);
/* Something in the lists ends at @at_ns. */
void nd_ends_at(struct nd_link *link, uint64_t at_ns);
void nd_host_forget(struct nd_link *link);
void nd_tell_lie(const struct nd_link *link, const char *what, uint64_t value);

/* nd_router.c */
struct nd_router *nd_router_find(const struct nd_link *link, ip6_addr addr);
bool nd_router_is_default(const struct nd_router *r);
void nd_router_learn(struct nd_link *link, const struct nd_msg *m,
		     ip6_addr addr);
void nd_router_reached(struct nd *nd, const struct netif *netif, ip6_addr addr,
		       bool is_reached);
/* It is a host now (RFC 4861, 7.2.5). */
void nd_router_lost(struct nd_link *link, ip6_addr addr);
/* Forget what has ended; the next end. */
uint64_t nd_router_sweep(struct nd_link *link);
void nd_router_forget(struct nd_link *link);

/* nd_net.c */
void nd_net_learn(struct nd_link *link, const struct nd_prefix *p);
uint64_t nd_net_sweep(struct nd_link *link);
void nd_net_forget(struct nd_link *link);
void nd_dns_learn(struct nd_link *link, const struct nd_opts *o);
uint64_t nd_dns_sweep(struct nd_link *link);
void nd_dns_forget(struct nd_link *link);

/* nd_auto.c */
void nd_auto_learn(struct nd_link *link, const struct nd_prefix *p);
/* DAD of @addr is over; true: it was one of these. */
bool nd_auto_dad_done(struct nd_link *link, ip6_addr addr, bool is_ours);
void nd_auto_stop(struct nd_link *link, ip6_addr addr);
void nd_auto_forget(struct nd_link *link);

/* nd_iid.c: 0 or -EIO (no entropy) */
int nd_iid_make(struct nd *nd, const struct nd_auto *a, ip6_addr *out);

/* nd_ra.c */
enum drop nd_rs_input(struct nd_link *link, const struct nd_msg *m,
		      const struct ip_meta *meta);
void nd_ra_start(struct nd_link *link);
/* @is_said: with a last advertisement. */
void nd_ra_stop(struct nd_link *link, bool is_said);

/* nd_redirect.c */
void nd_redirect_output(struct stack *stack, const struct pkt *orig,
			const ip6_addr *next_hop);
enum drop nd_redirect_input(struct nd *nd, const struct nd_msg *m,
			    const struct ip_meta *meta);
/* A gateway is no good any more. */
void nd_redirect_lost(struct nd *nd, const struct netif *netif,
		      ip6_addr gateway);
void nd_redirect_forget(struct nd *nd, const struct netif *netif);
timer_fn nd_redirect_on_timer;

#endif /* IP6_ND_INT_H */
