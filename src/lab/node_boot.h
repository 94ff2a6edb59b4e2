/* SPDX-License-Identifier: MIT */
#ifndef LAB_NODE_BOOT_H
#define LAB_NODE_BOOT_H

/*
 * node_boot.h - hosts that ask for their address, and nodes that give them
 *
 * Private to lab/.
 */

#include <stddef.h>

#include "wire/addr.h"

struct run_node;

/* What asks for addresses and what gives them (node_boot.c). */
int node_boot_start(struct run_node *n);
void node_boot_stop(struct run_node *n);

/* The same by DHCPv6, and relays of both versions (node_boot6.c). */
int node_boot6_start(struct run_node *n);
void node_boot6_stop(struct run_node *n);

/* The host has been told, over that version of IP, which resolvers to ask; the
 * file's count more. */
void node_apps_set_dns(struct run_node *n, enum ip_family over,
		       const struct ip_addr *dns, size_t count);

#endif /* LAB_NODE_BOOT_H */
