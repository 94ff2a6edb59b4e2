/* SPDX-License-Identifier: MIT */
#ifndef IP6_MLD_H
#define IP6_MLD_H

/*
 * mld.h - telling routers which groups are wanted, in IPv6 (RFC 3810,
 * RFC 2710)
 *
 * What can be done with it is in ip/group.h, for both versions of IP.
 */

#include "ip/group.h"

struct stack;

/* Give a stack MLD, after ip6.  0, or what icmp6_register() says. */
int mld_init(struct stack *stack);

void mld_fini(struct stack *stack);

#endif /* IP6_MLD_H */
