/* SPDX-License-Identifier: MIT */
#ifndef LINK_RARP_H
#define LINK_RARP_H

/*
 * rarp.h - which IP address have I? (RFC 903)
 *
 * ARP the other way round: a host without a disk knows the MAC address of its
 * interface and nothing else, and asks everybody for the IP address that goes
 * with it.  The answer is one address: no mask, no router, no names.
 */

#include <stddef.h>

#include "wire/addr.h"

struct netif;
struct stack;

enum {
	RARP_CLIENTS_MAX = 64,
	RARP_FIRST_S = 1, /* between questions: 1, 2, 4, 8, 16, 16 ... s */
	RARP_LAST_S = 16,
};

/* The address of @netif is @addr. */
typedef void rarp_fn(void *arg, struct netif *netif, ip4_addr addr);

/* Give a stack RARP.  0, -EEXIST, -ENOSPC, -ENOMEM. */
int rarp_init(struct stack *stack);

/* Without rarp_init() is fine. */
void rarp_fini(struct stack *stack);

/**
 * rarp_ask() - Ask until somebody answers
 * @on_done:	Called back once
 *
 * Return: 0, or -EBUSY: this stack asks already
 */
int rarp_ask(struct stack *stack, struct netif *netif, rarp_fn *on_done,
	     void *arg);

/* Answer who asks for @mac.  0, -EEXIST, -ENOSPC. */
int rarp_serve(struct stack *stack, mac_addr mac, ip4_addr addr);

#endif /* LINK_RARP_H */
