// SPDX-License-Identifier: MIT
/*
 * uplink.c - where a virtual network ends and a real one begins
 *
 * Theory of operation
 * ===================
 * Two interfaces back to back, as in a bridge with two ports that needs no
 * table.  What a bridge must do it does: a frame whose check sequence is
 * wrong ends here (l2_fcs), for the outside is not shown a check sequence and
 * would believe the damage.
 *
 * A device may bring what is no frame yet: a large segment, or a checksum that
 * somebody was to complete.  A cable carries whole frames, so they are made
 * here (uplink_whole.c).
 *
 * The device knows nothing of the cable behind it and may bring frames that
 * are larger than the port's MTU; who receives them drops them.
 *
 * A capture says when its next frame comes, so that one is an event of the
 * world; it plays in virtual time as well as by the clock.
 */

#include "vnet/uplink.h"

#include <errno.h>

#include "base/check.h"

#include "core/pkt.h"

#include "link/ether.h"
#include "vnet/uplink_flow.h"
#include "vnet/uplink_whole.h"
#include "vnet/vnet_int.h"

struct uplink {
	struct world *world;
	struct node *node;
	struct port *port;
	struct dev *dev;
	struct sched_event next; /* of a capture */
	bool has_next;
	struct uplink_flows flows;
};

/* From the cable to the device. */
static void from_port(struct port *port, struct pkt *pkt, void *arg)
{
	struct uplink *u = arg;

	if (pkt->has_fcs && ether_fcs(pkt) != pkt->fcs) {
		pkt_drop(port->node->place, pkt, DROP_l2_fcs);
		return;
	}
	pkt->has_fcs = false;
	uplink_flow_out(&u->flows, pkt);
	netif_transmit(&u->dev->netif, pkt);
}

/* From the device to the cable; struct netif.on_input of the device. */
static void from_device(struct netif *netif, struct pkt *pkt)
{
	struct uplink *u = netif->owner;

	uplink_whole(&u->port->netif, pkt);
}

/* struct dev.on_frame */
static void on_frame(struct dev *dev, struct pkt *pkt)
{
	struct uplink *u = dev->netif.owner;

	if (u->world->env.probe)
		pkt->cause = uplink_flow_in(&u->flows, pkt);
}

static void arm_next(struct uplink *u)
{
	uint64_t at = dev_next(u->dev);

	if (at != UINT64_MAX)
		sched_arm(&u->world->sched, &u->next, at);
}

static void on_next(struct sched_event *ev, void *arg)
{
	struct uplink *u = arg;

	(void)ev;
	(void)dev_read(u->dev);
	arm_next(u);
}

/* Frames that the device itself knows the time of. */
static int begin_next(struct uplink *u)
{
	int err =
		sched_add(&u->world->sched, &u->next, u->node->id, UINT64_MAX);

	if (err)
		return err;
	u->next.fn = on_next;
	u->next.arg = u;
	u->has_next = true;
	arm_next(u);
	return 0;
}

static int begin_dev(struct uplink *u, const struct dev_cfg *cfg)
{
	struct dev_cfg plain = *cfg;
	int err;

	plain.name = dev_kind_name(cfg->kind);
	err = dev_open(u->node->place, &plain, &u->dev);
	if (err)
		return err;
	u->dev->on_frame = on_frame;
	u->dev->netif.owner = u;
	u->dev->netif.on_input = from_device;
	return cfg->kind == DEV_PCAP ? begin_next(u) : 0;
}

int uplink_open(struct world *w, const char *name, const struct dev_cfg *cfg,
		struct uplink **out)
{
	struct uplink *u = mem_alloc(w->env.mem, sizeof(*u));
	int err = -ENOMEM;

	*out = NULL;
	if (!u)
		return err;
	check(!cfg->has_offload);
	u->world = w;
	u->node = world_add_box(w, name, from_port, u);
	if (u->node)
		u->port = box_add_port(u->node, NULL);
	if (u->node && u->port)
		err = begin_dev(u, cfg);
	if (err)
		uplink_free(u);
	else
		*out = u;
	return err;
}

void uplink_free(struct uplink *u)
{
	if (!u)
		return;
	if (u->has_next)
		sched_del(&u->world->sched, &u->next);
	dev_close(u->dev);
	mem_free(u->world->env.mem, u, sizeof(*u));
}

struct port *uplink_port(struct uplink *u)
{
	return u->port;
}

struct dev *uplink_dev(struct uplink *u)
{
	return u->dev;
}

int uplink_read(struct uplink *u)
{
	return dev_read(u->dev);
}
