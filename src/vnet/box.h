/* SPDX-License-Identifier: MIT */
#ifndef VNET_BOX_H
#define VNET_BOX_H

/*
 * box.h - nodes whose behaviour is a function: a test, an uplink
 *
 * A part of vnet.h, which includes it.
 */

#include <stddef.h>

#include "wire/addr.h"

struct node;
struct pkt;
struct port;
struct world;

/* Takes @pkt. */
typedef void box_input_fn(struct port *port, struct pkt *pkt, void *arg);

/* on_input NULL: swallows everything.  NULL: as world_add_host(). */
struct node *world_add_box(struct world *w, const char *name,
			   box_input_fn *on_input, void *arg);
struct port *box_add_port(struct node *node, const mac_addr *mac);

/* Send octets as a frame, as they are.  0, -ENOMEM, or as netif_transmit(). */
int box_send(struct port *port, const void *frame, size_t len);

#endif /* VNET_BOX_H */
