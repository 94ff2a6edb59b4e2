/* SPDX-License-Identifier: MIT */
#ifndef IP_NAT_H
#define IP_NAT_H

/*
 * nat.h - one address for a whole home network (RFC 3022, RFC 4787, RFC 5382)
 *
 * Packets from inside that leave through the outside interface get its
 * address and a port of the router's; answers are turned back.  A mapping is
 * endpoint-independent: an inside endpoint keeps its outside port whomever
 * it talks to.  Who may come in through it is a choice of its own: only those
 * who were talked to, or more.  Insiders reach each other, and servers that
 * are forwarded to, by the outside address too (hairpin).
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct stack;

#define NAT_NETS_MAX	 8
#define NAT_SESSIONS_MAX 16384
#define NAT_PER_HOST_MAX 4096

/* Idle times after which a mapping goes, in seconds. */
#define NAT_TCP_NEW_S	 240  /* RFC 5382, REQ-5: not below 4 minutes */
#define NAT_TCP_OPEN_S	 7440 /* RFC 5382, REQ-5: 2 hours 4 minutes */
#define NAT_TCP_CLOSED_S 240
#define NAT_UDP_BRIEF_S	 30  /* a question to a well-known port, no answer */
#define NAT_UDP_NEW_S	 120 /* RFC 4787, REQ-5: not below 2 minutes */
#define NAT_UDP_STREAM_S 300 /* RFC 4787, REQ-5 */
#define NAT_ICMP_S	 60

/**
 * nat_enable() - Translate on this router
 * @stack:	With forwarding on
 * @outside:	Interface whose first address is used
 * @inside:	Networks that are translated; others are routed as they are
 * @count:	How many, at most NAT_NETS_MAX
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOMEM or -EIO (no entropy)
 */
int nat_enable(struct stack *stack, struct netif *outside,
	       const struct ip4_net *inside, size_t count);

/* Who may come in through a mapping that is there (RFC 4787, 5). */
enum nat_filtering {
	NAT_FROM_PEERS,	  /* the endpoints that were talked to */
	NAT_FROM_HOSTS,	  /* any port of the hosts that were talked to */
	NAT_FROM_ANYBODY, /* endpoint-independent */
};

/* The strictest to begin with; does not close what is open. */
void nat_set_filtering(struct stack *stack, enum nat_filtering how);

/* Stop, and forget all mappings.  Harmless if it is off. */
void nat_disable(struct stack *stack);

/* What a session is, by which idle time. */
enum nat_state {
	NAT_UDP_BRIEF,	/* only the inside has spoken, to a port below 1024 */
	NAT_UDP_NEW,	/* the same, to another */
	NAT_UDP_STREAM, /* both have */
	NAT_TCP_NEW,	/* the handshake is under way */
	NAT_TCP_OPEN,	/* it is done */
	NAT_TCP_CLOSED, /* both FINs, or a RST */
	NAT_ICMP,
	NAT_STATES
};

/* How long sessions in that state may be silent, seconds. */
void nat_set_idle(struct stack *stack, enum nat_state state, uint32_t idle_s);

/* Cap on sessions, all in all and per inside host. */
void nat_set_max(struct stack *stack, size_t total, size_t per_host);

/**
 * nat_forward_add() - Let strangers reach a server inside
 * @stack:	With nat_enable() done
 * @proto:	6 or 17
 * @port:	On the outside address
 * @to:		Server inside
 *
 * What the server sends from that endpoint of its own accord gets @port, too.
 *
 * Return: 0, -EEXIST, -EINVAL, -ENOENT (no translation here) or -ENOMEM
 */
int nat_forward_add(struct stack *stack, uint8_t proto, uint16_t port,
		    struct endpoint to);

/* A session, as shown: a mapping and one remote endpoint. */
struct nat_view {
	uint8_t proto;
	struct endpoint inside, outside, remote;
	uint64_t expires_ns;
	const char *state;
};

void nat_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct nat_view *v), void *arg);

/* Sessions. */
size_t nat_count(const struct stack *stack);

#endif /* IP_NAT_H */
