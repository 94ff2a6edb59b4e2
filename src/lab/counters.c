// SPDX-License-Identifier: MIT
/*
 * counters.c - what hubs, switches and all others counted, as tables
 *
 * The log tells of each frame; what many of them amount to is easier seen in
 * numbers.  A hub and a switch under the same load are the example: one counts
 * collisions, the other copies.
 */
#include <stdio.h>

#include "lab/run_int.h"

/* What all interfaces of a node took in, and what left by them. */
static struct netif_stats stats_of(const struct node *node)
{
	struct netif_stats sum = {0};
	struct list *pos;

	list_for_each(pos, &node->ports) {
		const struct netif_stats *s =
			&list_entry(pos, struct port, list)->netif.stats;

		sum.tx_frames += s->tx_frames;
		sum.tx_octets += s->tx_octets;
		sum.rx_frames += s->rx_frames;
		sum.rx_octets += s->rx_octets;
	}
	return sum;
}

static uint64_t drops_of(const struct place *place)
{
	uint64_t sum = 0;

	for (int d = 0; d < DROP_COUNT; d++)
		sum += place->drops[d];
	return sum;
}

static void put_switch(struct vswitch *sw, struct strbuf *out)
{
	const struct switch_stats *s = switch_stats(sw);
	struct node *node = switch_node(sw);
	struct netif_stats io = stats_of(node);
	uint64_t forwarded = s->forwarded + s->grouped;

	strbuf_printf(out, "  %-12.12s %9llu %9llu %9llu %9llu %9zu %9llu\n",
		      node->name, (unsigned long long)io.rx_frames,
		      (unsigned long long)io.tx_frames,
		      (unsigned long long)forwarded,
		      (unsigned long long)s->flooded, switch_count(sw),
		      (unsigned long long)drops_of(node->place));
}

static double ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0;
}

static void put_hub(struct hub *hub, struct strbuf *out)
{
	const struct hub_stats *s = hub_stats(hub);
	struct node *node = hub_node(hub);

	strbuf_printf(
		out, "  %-12.12s %9llu %9llu %9llu %9llu %9.0f %9llu %8.1f%%\n",
		node->name, (unsigned long long)s->sent,
		(unsigned long long)s->deferred,
		(unsigned long long)s->collisions,
		(unsigned long long)s->backoffs,
		ratio(s->backoff_ns, s->backoffs) / NS_PER_US,
		(unsigned long long)s->given_up,
		100 * ratio(s->busy_ns, world_now(node->world)));
}

/* A table of one kind of node, if there are any. */
static void put_kind(struct world *w, enum node_kind kind, const char *head,
		     struct strbuf *out)
{
	bool has_head = false;
	struct list *pos;

	list_for_each(pos, world_nodes(w)) {
		struct node *node = list_entry(pos, struct node, list);

		if (node->kind != kind)
			continue;
		if (!has_head)
			strbuf_puts(out, head);
		has_head = true;
		if (kind == NODE_HUB)
			put_hub(hub_of(node), out);
		else
			put_switch(switch_of(node), out);
	}
}

static void put_drops(const struct place *place, struct strbuf *out)
{
	bool is_first = true;

	if (!drops_of(place))
		return;
	strbuf_printf(out, "  %-12.12s ", place->name);
	for (int d = 0; d < DROP_COUNT; d++) {
		if (!place->drops[d])
			continue;
		strbuf_printf(out, "%s%s %llu", is_first ? "" : ", ",
			      drop_name((enum drop)d),
			      (unsigned long long)place->drops[d]);
		is_first = false;
	}
	strbuf_putc(out, '\n');
}

void lab_run_counters(struct lab_run *run, struct strbuf *out)
{
	struct world *w = run->world;
	struct list *pos;

	put_kind(w, NODE_HUB,
		 "hubs            frames  deferred collided  back-offs  mean us"
		 "   given up     busy\n",
		 out);
	put_kind(w, NODE_SWITCH,
		 "switches            in       out forwarded   flooded"
		 " addresses   dropped\n",
		 out);
	outlet_counters(run, out);
	strbuf_puts(out, "dropped\n");
	list_for_each(pos, world_nodes(w))
		put_drops(list_entry(pos, struct node, list)->place, out);
	list_for_each(pos, world_cables(w))
		put_drops(&list_entry(pos, struct cable, list)->place, out);
}
