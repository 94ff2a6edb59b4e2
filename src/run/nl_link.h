/* SPDX-License-Identifier: MIT */
#ifndef RUN_NL_LINK_H
#define RUN_NL_LINK_H

/*
 * nl_link.h - facts about an interface, for netlink and for files
 */

#include <stdint.h>

struct netif;
struct stack;

uint32_t nl_link_flags(struct stack *stack,
		       const struct netif *n); /* IFF_xxx */
uint16_t nl_link_type(const struct netif *n);  /* ARPHRD_xxx */

#endif /* RUN_NL_LINK_H */
