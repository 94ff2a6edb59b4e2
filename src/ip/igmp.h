/* SPDX-License-Identifier: MIT */
#ifndef IP_IGMP_H
#define IP_IGMP_H

/*
 * igmp.h - telling routers which groups are wanted, in IPv4 (RFC 3376,
 * RFC 2236)
 *
 * What can be done with it is in group.h, for both versions of IP.
 */

#include "ip/group.h"

struct stack;

/* Give a stack IGMP, after ip.  0, or what ip_register() says. */
int igmp_init(struct stack *stack);

void igmp_fini(struct stack *stack);

#endif /* IP_IGMP_H */
