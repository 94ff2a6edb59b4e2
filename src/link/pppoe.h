/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPPOE_H
#define LINK_PPPOE_H

/*
 * pppoe.h - sessions of PPP over Ethernet (RFC 2516)
 *
 *	client				access concentrator
 *	PADI  who offers this? ------->	everybody
 *	      <------- I do; this is your cookie  PADO
 *	PADR  then let us; the cookie -->
 *	      <------------------ session 7  PADS
 *	PPP   <=========================>  PPP		PADT ends it
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/ppp.h"

struct netif;
struct pppoe_client;
struct pppoe_server;
struct stack;

#define PPPOE_SESSIONS 256 /* of one server, unless said otherwise */
#define PPPOE_PER_PEER 4   /* of these, with the same MAC address */
#define PPPOE_PADI_S   1   /* until the next PADI; doubles */
#define PPPOE_PADI_MAX 64
#define PPPOE_PADR_MAX 4 /* then we look for another */

/**
 * struct pppoe_ops - what a session means for its owner; all optional
 * @on_up:	IPv4 passes on @netif; addresses as agreed on
 * @on_down:	No longer; the same addresses
 * @on_up6:	IPv6 passes; identifiers
 * @on_down6:	No longer
 *
 * None of them may free client or server.
 */
struct pppoe_ops {
	void (*on_up)(void *arg, struct netif *netif, ip4_addr local,
		      ip4_addr peer);
	void (*on_down)(void *arg, struct netif *netif, ip4_addr local,
			ip4_addr peer);
	void (*on_up6)(void *arg, struct netif *netif, uint64_t local);
	void (*on_down6)(void *arg, struct netif *netif);
};

/**
 * struct pppoe_client_conf - strings are borrowed
 * @service:	What we want; NULL: whatever there is
 * @ac_name:	Of whom; NULL: of whoever answers first
 * @redial_s:	So long after a session has ended, unless an end was refused,
 *		we begin anew; 0: never
 * @ppp:	Of the session; an mru above what fits is made smaller
 */
struct pppoe_client_conf {
	const char *service, *ac_name;
	uint32_t redial_s;
	struct ppp_conf ppp;
};

/**
 * pppoe_dial() - Look for a concentrator, and keep a session with it
 * @stack:	With ether_init() done; must outlive the client
 * @eth:	On which Ethernet
 * @name:	Of the interface: "ppp0"
 * @conf:	Copied
 * @ops:	Must outlive the client
 *
 * Return: the client, or NULL (no memory, or no entropy)
 */
struct pppoe_client *pppoe_dial(struct stack *stack, struct netif *eth,
				const char *name,
				const struct pppoe_client_conf *conf,
				const struct pppoe_ops *ops, void *arg);

/* Says goodbye, and nothing else.  NULL is fine. */
void pppoe_hang_up(struct pppoe_client *c);

/* The session's number; 0: there is none. */
uint16_t pppoe_session(const struct pppoe_client *c);

/**
 * struct pppoe_server_conf - strings and @accounts are borrowed
 * @ac_name:	What we are called
 * @services:	What we offer, ended by NULL; NULL: any, the empty name only
 * @ppp:	Of each session.  @ppp.accounts says who may come and what he gets
 * @sessions_max: At most; 0: PPPOE_SESSIONS
 * @per_peer_max: ... with the same MAC address; 0: PPPOE_PER_PEER
 */
struct pppoe_server_conf {
	const char *ac_name;
	const char *const *services;
	struct ppp_conf ppp;
	size_t sessions_max, per_peer_max;
};

/**
 * pppoe_serve() - Be an access concentrator on an Ethernet
 *
 * As pppoe_dial().  There is one interface for each session, with the name of
 * its account.
 */
struct pppoe_server *pppoe_serve(struct stack *stack, struct netif *eth,
				 const struct pppoe_server_conf *conf,
				 const struct pppoe_ops *ops, void *arg);

/* Says goodbye to all.  NULL is fine. */
void pppoe_close(struct pppoe_server *s);

/* How many there are. */
size_t pppoe_session_count(const struct pppoe_server *s);

#endif /* LINK_PPPOE_H */
