// SPDX-License-Identifier: MIT
/*
 * node.c - what all nodes have in common: a name, ports; and plain boxes
 *
 * Names are looked up in a hash table, but nothing ever walks over it: the
 * order of nodes is the order of their creation, in a list.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "core/pkt.h"

#include "vnet/vnet_int.h"

static uint32_t name_hash(const char *name)
{
	static const struct hash_key key; /* names come from the lab's author */

	return (uint32_t)siphash13(&key, name, strlen(name));
}

static bool name_eq(const void *item, const void *key)
{
	const struct node *node = item;

	return strcmp(node->name, key) == 0;
}

struct node *world_find(struct world *w, const char *name)
{
	return htab_find(&w->names, name_hash(name), name_eq, name);
}

int node_init(struct node *node, struct world *w, const struct node_ops *ops,
	      enum node_kind kind, const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= sizeof(node->name))
		return -EINVAL;
	if (world_find(w, name))
		return -EEXIST;
	if (htab_add(&w->names, name_hash(name), node))
		return -ENOMEM;
	memcpy(node->name, name, len + 1);
	node->world = w;
	node->ops = ops;
	node->kind = kind;
	node->id = ++w->node_count;
	rng_init(&node->rng, w->seed, node->name);
	list_init(&node->ports);
	list_add_tail(&w->nodes, &node->list);
	return 0;
}

void node_fini(struct node *node)
{
	check(list_is_empty(&node->ports));
	htab_del(&node->world->names, name_hash(node->name), node);
	list_del(&node->list);
}

/* Locally administered, and the same in every run: 02 and 40 hashed bits. */
mac_addr node_mac(const char *node, const char *port)
{
	static const struct hash_key key;
	char text[NODE_NAME_MAX + NETIF_NAME_MAX + 2];
	uint64_t h;
	mac_addr mac;
	int i;

	snprintf(text, sizeof(text), "%s/%s", node, port);
	h = siphash13(&key, text, strlen(text));
	mac.o[0] = 0x02;
	for (i = 1; i < 6; i++, h >>= 8)
		mac.o[i] = (uint8_t)h;
	return mac;
}

struct port *node_add_port(struct node *node, const char *prefix,
			   uint32_t number, const mac_addr *mac)
{
	struct port *port = mem_alloc(node->world->env.mem, sizeof(*port));
	char name[NETIF_NAME_MAX];

	if (!port)
		return NULL;
	snprintf(name, sizeof(name), "%s%u", prefix, number);
	netif_init(&port->netif, node->place, name,
		   mac ? *mac : node_mac(node->name, name));
	port->node = node;
	port->netif.index = ++node->port_count;
	list_add_tail(&node->ports, &port->list);
	return port;
}

void node_free_ports(struct node *node)
{
	while (!list_is_empty(&node->ports)) {
		struct port *port =
			list_first_entry(&node->ports, struct port, list);

		check(!port->cable);
		if (port->serial)
			port->serial->free(port->serial);
		list_del(&port->list);
		mem_free(node->world->env.mem, port, sizeof(*port));
	}
}

void port_input(struct port *port, struct pkt *pkt)
{
	if (port->node->is_frozen) {
		pkt->netif = &port->netif;
		pkt_drop(port->node->place, pkt, DROP_frozen);
		return;
	}
	if (port->serial)
		port->serial->input(port->serial, pkt);
	else if (port->is_line)
		port->netif.on_input(&port->netif, pkt);
	else
		netif_input(&port->netif, pkt);
}

/* A node whose behaviour is a function. */
struct box {
	struct node node;
	struct place place;
	box_input_fn *on_input;
	void *arg;
};

static struct box *box_of(struct node *node)
{
	check(node->kind == NODE_BOX);
	return container_of(node, struct box, node);
}

static void box_input(struct netif *netif, struct pkt *pkt)
{
	struct port *port = container_of(netif, struct port, netif);
	struct box *box = box_of(port->node);

	if (box->on_input)
		box->on_input(port, pkt, box->arg);
	else
		pkt_free(pkt);
}

static void box_free(struct node *node)
{
	struct box *box = box_of(node);

	node_free_ports(node);
	node_fini(node);
	mem_free(node->world->env.mem, box, sizeof(*box));
}

static const struct node_ops box_ops = {.free = box_free};

struct node *world_add_box(struct world *w, const char *name,
			   box_input_fn *on_input, void *arg)
{
	struct box *box = mem_alloc(w->env.mem, sizeof(*box));

	if (!box)
		return NULL;
	box->node.place = &box->place;
	box->place.env = &w->env;
	box->place.name = box->node.name;
	box->on_input = on_input;
	box->arg = arg;
	if (node_init(&box->node, w, &box_ops, NODE_BOX, name)) {
		mem_free(w->env.mem, box, sizeof(*box));
		return NULL;
	}
	return &box->node;
}

struct port *box_add_port(struct node *node, const mac_addr *mac)
{
	struct port *port = node_add_port(node, "eth", node->port_count, mac);

	if (!port)
		return NULL;
	port->netif.owner = box_of(node);
	port->netif.on_input = box_input;
	return port;
}

int box_send(struct port *port, const void *frame, size_t len)
{
	struct pkt *pkt = pkt_new(port->node->place->env, R_NONE);

	if (!pkt)
		return -ENOMEM;
	if (pkt_append(pkt, frame, len)) {
		pkt_free(pkt);
		return -ENOMEM;
	}
	return netif_transmit(&port->netif, pkt);
}
