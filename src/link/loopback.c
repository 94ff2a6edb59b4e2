// SPDX-License-Identifier: MIT
/*
 * loopback.c - the driver of "lo"
 *
 * Theory of operation
 * ===================
 * What is sent waits in a queue, and a task at the end of the call under way
 * lets it come in again.  Each run takes only what was there when it began:
 * answers to it wait for the next run, so that other tasks have their turn.
 */

#include "link/loopback.h"

#include <errno.h>

#include "core/pkt.h"

struct loopback {
	struct netif netif;
	struct stack *stack;
	struct list queue;
	size_t count;
	struct task task;
};

static int loopback_transmit(struct netif *netif, struct pkt *pkt)
{
	struct loopback *lo = netif->drv;

	if (lo->count >= LOOPBACK_QUEUE_MAX) {
		pkt_drop(netif->place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	lo->count++;
	list_add_tail(&lo->queue, &pkt->node);
	stack_defer(lo->stack, &lo->task);
	return 0;
}

static void loopback_turn(struct task *task, void *arg)
{
	struct loopback *lo = arg;
	size_t n;

	for (n = lo->count; n; n--) {
		struct list *node = list_pop_head(&lo->queue);

		lo->count--;
		netif_input(&lo->netif, container_of(node, struct pkt, node));
	}
	if (lo->count)
		stack_defer(lo->stack, task);
}

static const struct netif_ops loopback_ops = {.transmit = loopback_transmit};

struct netif *loopback_open(struct stack *stack)
{
	struct loopback *lo = mem_alloc(stack->place.env->mem, sizeof(*lo));

	if (!lo)
		return NULL;
	netif_init(&lo->netif, &stack->place, "lo", MAC_ZERO);
	lo->netif.ops = &loopback_ops;
	lo->netif.drv = lo;
	lo->netif.mtu = LOOPBACK_MTU;
	lo->netif.gso_max = LOOPBACK_MTU;
	lo->netif.features = NETIF_F_LOOPBACK | NETIF_F_NO_ARP |
			     NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
	lo->stack = stack;
	list_init(&lo->queue);
	task_init(&lo->task, loopback_turn, lo);
	stack_add_netif(stack, &lo->netif);
	return &lo->netif;
}

void loopback_close(struct stack *stack, struct netif *netif)
{
	struct loopback *lo;
	struct list *node;

	if (!netif)
		return;
	lo = netif->drv;
	task_cancel(&lo->task);
	while ((node = list_pop_head(&lo->queue)))
		pkt_free(container_of(node, struct pkt, node));
	stack_del_netif(stack, netif);
	mem_free(stack->place.env->mem, lo, sizeof(*lo));
}
