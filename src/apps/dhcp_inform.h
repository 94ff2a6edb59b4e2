/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_INFORM_H
#define APPS_DHCP_INFORM_H

/*
 * dhcp_inform.h - a host that has an address asks for the rest
 *	(RFC 2131, 3.4)
 */

#include "wire/dhcp.h"

struct dhcp_inform;
struct netif;
struct stack;

/* What a server has told: @told->dns, @told->domain, ...; lent. */
typedef void dhcp_informed_fn(void *arg, const struct dhcp_msg *told);

/**
 * dhcp_inform_start() - Ask until a server answers
 * @netif:	Has an address
 * @on_told:	Called once
 *
 * Return: 0, -EADDRNOTAVAIL (it has none), -EADDRINUSE (a client is there
 * already), -ENOMEM
 */
int dhcp_inform_start(struct stack *stack, struct netif *netif,
		      dhcp_informed_fn *on_told, void *arg,
		      struct dhcp_inform **inform);

/* NULL is fine. */
void dhcp_inform_stop(struct dhcp_inform *f);

#endif /* APPS_DHCP_INFORM_H */
