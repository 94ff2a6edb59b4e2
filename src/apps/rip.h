/* SPDX-License-Identifier: MIT */
#ifndef APPS_RIP_H
#define APPS_RIP_H

/*
 * rip.h - a router that learns its routes from its neighbours (RFC 2453)
 *
 * Every router tells its neighbours which networks it leads to, and how many
 * routers are on the way.  Who is told adds one, and believes the least.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct rip;
struct stack;

#define RIP_ROUTES_MAX 1024

/* What a neighbour is told of the routes that he told us (RFC 2453, 3.4.3). */
enum rip_horizon {
	RIP_POISON, /* that they lead nowhere */
	RIP_SPLIT,  /* nothing */
	RIP_TELL,   /* all: to see what comes of it */
};

/**
 * struct rip_config - what a router does differently; 0 takes the default
 * @update_ns:	Between two messages of all routes: 30 s, less or more a sixth
 * @timeout_ns:	After so much silence a route is gone: 180 s
 * @garbage_ns:	For so long neighbours are told that it is gone: 120 s
 * @triggered_ns: News waits so long at most, and a fifth of it at least: 5 s
 * @horizon:	Towards whoever told us
 * @password:	At most 16 octets, readable by all; or NULL
 * @md5:	A secret of at most 16 octets; or NULL
 * @key_id:	Number of @md5
 * @is_blind:	Do not look whether cables have a signal
 */
struct rip_config {
	uint64_t update_ns, timeout_ns, garbage_ns, triggered_ns;
	enum rip_horizon horizon;
	const char *password, *md5;
	uint8_t key_id;
	bool is_blind;
};

/**
 * rip_start() - Begin to speak RIP
 * @stack:	A router with addresses
 * @cfg:	Copied, with its texts
 * @into:	The handle
 *
 * Says and hears nothing until it has interfaces.
 *
 * Return: 0, -EINVAL (texts too long) or -ENOMEM
 */
int rip_start(struct stack *stack, const struct rip_config *cfg,
	      struct rip **into);

/**
 * rip_add_netif() - Speak at an interface, and tell of its network
 * @netif:	With an address; must outlive that
 * @is_passive:	Tell others of it, but say nothing there
 *
 * Return: 0, -EADDRNOTAVAIL (no address), -EADDRINUSE, -ENOMEM
 */
int rip_add_netif(struct rip *rip, struct netif *netif, bool is_passive);

/* Silently, with all learned routes; NULL is fine. */
void rip_stop(struct rip *rip);

/* A route, as shown. */
struct rip_view {
	struct ip4_net net;
	ip4_addr gateway; /* 0: attached */
	const struct netif *netif;
	uint32_t metric; /* 16: gone */
	uint16_t tag;
	uint64_t expires_ns; /* UINT64_MAX: never */
};

void rip_for_each(const struct rip *rip,
		  void (*fn)(void *arg, const struct rip_view *v), void *arg);

#endif /* APPS_RIP_H */
