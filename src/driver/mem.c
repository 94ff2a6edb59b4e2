// SPDX-License-Identifier: MIT
/*
 * mem.c - a wire in memory between two stacks of one thread
 *
 * Theory of operation
 * ===================
 * Handing a frame to the other stack from within transmit() would let the
 * answer arrive while the first stack is still in the middle of sending; and
 * the answer to the answer, and so on, ever deeper.  So a frame is queued at
 * the far end, and a task of the far stack takes it in: after the work that
 * is under way, at depth one.
 *
 * The packet itself is what travels; its payload is still the sender's send
 * queue.
 *
 * Limits: queue_max frames wait at each end, then transmit says -ENOBUFS.
 */

#include "driver/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/likely.h"

#include "core/netif_hot.h"
#include "core/pkt.h"

#define MTU_DEFAULT 1500
#define GSO_MAX	    65535

/* struct netif_ops.transmit */
HOT static int mem_transmit(struct netif *netif, struct pkt *pkt)
{
	struct mem_end *from = container_of(netif, struct mem_end, netif);
	struct mem_end *to = from->peer;

	if (UNLIKELY(to->queued == to->queue_max)) {
		pkt_drop(netif->place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	list_add_tail(&to->queue, &pkt->node);
	/* Behind others it needs no task of its own: they wait for one, or it
	 * is under way. */
	if (!to->queued++)
		stack_defer(to->stack, &to->task);
	return 0;
}

static const struct netif_ops mem_ops = {.transmit = mem_transmit};

static struct pkt *end_pop(struct mem_end *end)
{
	struct list *node = list_pop_head(&end->queue);

	if (!node)
		return NULL;
	end->queued--;
	return list_entry(node, struct pkt, node);
}

/* What the next stack sees is a frame, not what the last one knew about it. */
static inline void take_in(struct mem_end *end, struct pkt *pkt)
{
	pkt->dest = 0;
	pkt->l2_off = pkt->l3_off = pkt->l4_off = pkt->lin_off;
	if (UNLIKELY(pkt->csum == PKT_CSUM_VERIFIED))
		pkt->csum = PKT_CSUM_NONE;
	netif_input_hot(&end->netif, pkt);
}

HOT static void on_task(struct task *task, void *arg)
{
	struct mem_end *end = arg;
	struct pkt *pkt;
	uint32_t n;

	(void)task;
	while (end->queued) {
		n = min_u32(end->queued, NETIF_AHEAD);
		netif_ahead(&end->netif, &end->queue, n);
		while (n-- && (pkt = end_pop(end)))
			take_in(end, pkt);
	}
}

/* "mem" and the first number that is free in the stack. */
static void choose_name(struct stack *stack, char name[NETIF_NAME_MAX])
{
	unsigned int i = 0;

	do {
		snprintf(name, NETIF_NAME_MAX, "mem%u", i++);
	} while (stack_netif_by_name(stack, name));
}

static void end_init(struct mem_end *end, struct stack *stack,
		     const struct mem_wire_cfg *cfg, uint8_t number)
{
	mac_addr mac = cfg->mac[number];
	char name[NETIF_NAME_MAX];

	if (mac_eq(mac, MAC_ZERO))
		mac = (mac_addr){{2, 0, 0, 0, 0, (uint8_t)(number + 1)}};
	choose_name(stack, name);
	netif_init(&end->netif, &stack->place, name, mac);
	end->netif.ops = &mem_ops;
	end->netif.mtu = cfg->mtu ? cfg->mtu : MTU_DEFAULT;
	if (cfg->has_offload) {
		end->netif.features = NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
		end->netif.gso_max = GSO_MAX;
	}
	end->stack = stack;
	end->queue_max = cfg->queue_max ? cfg->queue_max : MEM_WIRE_QUEUE;
	list_init(&end->queue);
	task_init(&end->task, on_task, end);
	stack_add_netif(stack, &end->netif);
}

void mem_wire_init(struct mem_wire *wire, struct stack *a, struct stack *b,
		   const struct mem_wire_cfg *cfg)
{
	static const struct mem_wire_cfg ordinary;

	check(a->place.env == b->place.env);
	if (!cfg)
		cfg = &ordinary;
	memset(wire, 0, sizeof(*wire));
	end_init(&wire->end[0], a, cfg, 0);
	end_init(&wire->end[1], b, cfg, 1);
	wire->end[0].peer = &wire->end[1];
	wire->end[1].peer = &wire->end[0];
}

static void end_fini(struct mem_end *end)
{
	struct pkt *pkt;

	task_cancel(&end->task);
	while ((pkt = end_pop(end)))
		pkt_drop(&end->stack->place, pkt, DROP_link_down);
	if (list_is_linked(&end->netif.node))
		stack_del_netif(end->stack, &end->netif);
	end->netif.ops = NULL;
}

void mem_wire_fini(struct mem_wire *wire)
{
	end_fini(&wire->end[0]);
	end_fini(&wire->end[1]);
}

HOT void mem_wire_run(struct mem_wire *wire)
{
	do {
		stack_run(wire->end[0].stack);
		stack_run(wire->end[1].stack);
	} while (wire->end[0].queued || wire->end[1].queued);
}
