/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_CLIENT_H
#define APPS_DHCP6_CLIENT_H

/*
 * dhcp6_client.h - a host asks for its IPv6 address, or only for the rest
 *	(RFC 8415)
 */

#include "wire/dhcp6.h"

struct dhcp6_client;
struct netif;
struct stack;

enum dhcp6_state {
	DHCP6_S_INIT,	    /* waits before it asks */
	DHCP6_S_SOLICITING, /* has asked everybody */
	DHCP6_S_REQUESTING, /* has chosen one */
	DHCP6_S_CHECKING,   /* asks whether another host has the address */
	DHCP6_S_BOUND,	    /* has an address, for a time */
	DHCP6_S_RENEWING,   /* asks its server for more time */
	DHCP6_S_REBINDING,  /* asks any server for more time */
	DHCP6_S_CONFIRMING, /* asks whether the address fits this link */
	DHCP6_S_DECLINING,  /* says that another host has the address */
	DHCP6_S_RELEASING,  /* gives it back */
	DHCP6_S_INFORMING,  /* asks only for the rest */
	DHCP6_S_INFORMED,   /* knows it, for a time */
	DHCP6_STATES
};

/**
 * struct dhcp6_got - what a host was given
 * @server:	By whom
 * @addr:	Its address; ::: it asked only for the rest
 * @preferred_s: For new conversations; DHCP6_FOREVER
 * @valid_s:	Altogether
 * @t1_s:	When to renew
 * @t2_s:	When to ask anybody
 * @dns:	Resolvers
 * @domain:	Search list
 * @refresh_s:	When to ask again for the rest
 */
struct dhcp6_got {
	struct dhcp6_duid server;
	ip6_addr addr;
	uint32_t preferred_s, valid_s, t1_s, t2_s, refresh_s;
	uint8_t dns_count, domain_count;
	ip6_addr dns[DHCP6_DNS];
	char domain[DHCP6_DOMAINS][LABELS_TEXT];
};

/**
 * struct dhcp6_client_config - how to ask
 * @is_stateless: Not for an address (RFC 8415, 6.1)
 * @is_rapid:	Take an address in two messages, if the server does
 * @duid_time_s: The client is DUID-LLT with this time; 0: DUID-LL
 * @wish:	An address of an earlier time, or ::
 * @on_change:	(optional) @got, or nothing any more: NULL
 * @arg:	For @on_change
 */
struct dhcp6_client_config {
	bool is_stateless, is_rapid;
	uint32_t duid_time_s;
	ip6_addr wish;
	void (*on_change)(void *arg, const struct dhcp6_got *got);
	void *arg;
};

/**
 * dhcp6_client_start() - Get an address for an interface, and keep it
 * @netif:	Speaks IPv6
 * @cfg:	Copied
 * @client:	Filled in; goes with dhcp6_client_stop()
 *
 * Adds the address and takes it away when the lease ends; routers and what is
 * on the link are known from advertisements (RFC 5942).  Emits DHCP6_STATE for
 * each move.
 *
 * Return: 0, -EADDRINUSE (a client is there already), -ENOMEM
 */
int dhcp6_client_start(struct stack *stack, struct netif *netif,
		       const struct dhcp6_client_config *cfg,
		       struct dhcp6_client **client);

/* Give the address back, then do nothing more. */
void dhcp6_client_release(struct dhcp6_client *client);

/* The cable may lead elsewhere now: is the address still right? */
void dhcp6_client_confirm(struct dhcp6_client *client);

/* Stop without a word; the address goes.  NULL is fine. */
void dhcp6_client_stop(struct dhcp6_client *client);

enum dhcp6_state dhcp6_client_state(const struct dhcp6_client *client);

/* "SOLICITING", ... */
const char *dhcp6_state_name(enum dhcp6_state state);

/**
 * dhcp6_got_read() - What a message gives, and is it fit to be used?
 * @got:	Filled in on success
 * @m:		ADVERTISE or REPLY
 * @iaid:	Whose address
 * @why:	Filled in on failure: half a sentence
 *
 * Return: 0; -ENOENT: there is no address, @got is all else; -EINVAL
 */
int dhcp6_got_read(struct dhcp6_got *got, const struct dhcp6_msg *m,
		   uint32_t iaid, const char **why);

/* The client's association in @m, or NULL. */
const struct dhcp6_ia *dhcp6_ia_of(const struct dhcp6_msg *m, uint32_t iaid);

#endif /* APPS_DHCP6_CLIENT_H */
