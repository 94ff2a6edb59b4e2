/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_CLIENT_H
#define APPS_DHCP_CLIENT_H

/*
 * dhcp_client.h - a host asks for its address (RFC 2131; RFC 951)
 */

#include "wire/dhcp.h"

struct dhcp_client;
struct netif;
struct stack;

enum dhcp_state {
	DHCP_S_INIT,	    /* knows nothing */
	DHCP_S_SELECTING,   /* has asked everybody, waits for offers */
	DHCP_S_REQUESTING,  /* has chosen one, waits for its ACK */
	DHCP_S_CHECKING,    /* asks whether another host has the address */
	DHCP_S_BOUND,	    /* has an address, for a time */
	DHCP_S_RENEWING,    /* asks its server for more time */
	DHCP_S_REBINDING,   /* asks any server for more time */
	DHCP_S_INIT_REBOOT, /* remembers an address */
	DHCP_S_REBOOTING,   /* asks whether it may still be used */
	DHCP_STATES
};

/**
 * struct dhcp_got - what a host was given
 * @net:	Its address, and how long its network's prefix is
 * @router:	To whom everything else goes; 0: nobody
 * @dns:	Resolvers
 * @server:	Who gave it
 * @lease_s:	For how long; DHCP_FOREVER
 */
struct dhcp_got {
	struct ip4_net net;
	ip4_addr router;
	struct dhcp_addrs dns;
	ip4_addr server;
	uint32_t lease_s, t1_s, t2_s;
};

/**
 * struct dhcp_client_config - how to ask
 * @is_bootp:	Speak BOOTP: what comes is for ever
 * @host_name:	Said to the server; may be NULL
 * @previous:	Address of an earlier time, to be asked for again; or 0
 * @on_change:	(optional) Bound to @got, or bound to nothing: NULL
 * @arg:	For @on_change
 */
struct dhcp_client_config {
	bool is_bootp;
	const char *host_name;
	ip4_addr previous;
	void (*on_change)(void *arg, const struct dhcp_got *got);
	void *arg;
};

/**
 * dhcp_client_start() - Get an address for an interface, and keep it
 * @stack:	Whose
 * @netif:	Has no address
 * @cfg:	Copied; the name must stay
 * @client:	Filled in; goes with dhcp_client_stop()
 *
 * Adds the address and the default route, announces it, takes them away when
 * the lease ends.  Emits DHCP_STATE for each move.
 *
 * Return: 0, -EADDRINUSE (a client is there already), -ENOMEM
 */
int dhcp_client_start(struct stack *stack, struct netif *netif,
		      const struct dhcp_client_config *cfg,
		      struct dhcp_client **client);

/* Give the address back (DHCPRELEASE); then do nothing more. */
void dhcp_client_release(struct dhcp_client *client);

/* Stop without a word; the address goes.  NULL is fine. */
void dhcp_client_stop(struct dhcp_client *client);

enum dhcp_state dhcp_client_state(const struct dhcp_client *client);

/* "SELECTING", ... */
const char *dhcp_state_name(enum dhcp_state state);

/**
 * dhcp_got_read() - Is what a message gives fit to be used?
 * @got:	Filled in on success
 * @m:		An OFFER, an ACK or a reply of BOOTP
 * @why:	Filled in on failure: half a sentence
 *
 * Return: 0, or -EINVAL
 */
int dhcp_got_read(struct dhcp_got *got, const struct dhcp_msg *m,
		  const char **why);

/* Who asks (@m->chaddr), and what it wants to know; @host_name may be NULL. */
void dhcp_say_who(struct dhcp_msg *m, const char *host_name);

/* How long to wait for an answer after the question was asked @tries times: 4,
 * 8, 16, 32, 64 s, and a random second more or less. */
uint64_t dhcp_retry_ns(struct stack *stack, unsigned int tries);

#endif /* APPS_DHCP_CLIENT_H */
