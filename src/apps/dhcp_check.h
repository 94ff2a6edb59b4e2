/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_CHECK_H
#define APPS_DHCP_CHECK_H

/*
 * dhcp_check.h - does anybody use an address that is about to be offered?
 *	(RFC 2131, 3.1, step 2)
 */

#include "base/list.h"

#include "wire/dhcp.h"

struct icmp_echo;
struct lease;
struct netif;
struct stack;

enum { DHCP_CHECK_MS = 500, DHCP_CHECKS_MAX = 32 };

/* @m asked for an address, and @l is it; nobody has answered, or somebody. */
typedef void dhcp_checked_fn(void *arg, const struct dhcp_msg *m,
			     struct lease *l, bool is_free);

/**
 * struct dhcp_checks - those of a server
 * @echo:	What asks
 * @list:	Checks under way, @count of them
 */
struct dhcp_checks {
	struct stack *stack;
	struct netif *netif;
	struct icmp_echo *echo;
	dhcp_checked_fn *on_checked;
	void *arg;
	struct list list;
	size_t count;
	uint16_t seq;
};

/* 0, or -ENOMEM.  @on_checked may begin another check. */
int dhcp_checks_init(struct dhcp_checks *c, struct stack *stack,
		     struct netif *netif, dhcp_checked_fn *on_checked,
		     void *arg);
void dhcp_checks_fini(struct dhcp_checks *c);

/* Ask whether @l is used.  0, -ENOSPC (too many at a time), -ENOMEM. */
int dhcp_check_begin(struct dhcp_checks *c, const struct dhcp_msg *m,
		     struct lease *l);

#endif /* APPS_DHCP_CHECK_H */
