// SPDX-License-Identifier: MIT
/*
 * uplink.c - where a virtual network ends and a real one begins
 *
 * Theory of operation
 * ===================
 * Two interfaces back to back, as in a bridge with two ports that needs no
 * table.  What a bridge must do it does: a frame whose check sequence is
 * wrong ends here (l2_fcs), for the kernel is not shown a check sequence and
 * would believe the damage.
 *
 * The device knows nothing of the cable behind it and may bring frames that
 * are larger than the port's MTU; who receives them drops them.
 */

#include "vnet/uplink.h"

#include <errno.h>

#include "base/check.h"

#include "core/pkt.h"

#include "driver/tap_dev.h"
#include "vnet/uplink_flow.h"
#include "vnet/vnet_int.h"

struct uplink {
	struct world *world;
	struct node *node;
	struct port *port;
	struct tap tap;
	int own_fd; /* closed with it, or -1 */
	struct uplink_flows flows;
};

/* From the cable to the device. */
static void from_port(struct port *port, struct pkt *pkt, void *arg)
{
	struct uplink *u = arg;

	if (pkt->has_fcs && cable_fcs(pkt) != pkt->fcs) {
		pkt_drop(port->node->place, pkt, DROP_l2_fcs);
		return;
	}
	pkt->has_fcs = false;
	uplink_flow_out(&u->flows, pkt);
	netif_transmit(&u->tap.netif, pkt);
}

/* From the device to the cable; struct netif.on_input of the device. */
static void from_device(struct netif *netif, struct pkt *pkt)
{
	struct uplink *u = netif->owner;

	netif_transmit(&u->port->netif, pkt);
}

/* struct tap.on_frame */
static void on_frame(struct tap *tap, struct pkt *pkt)
{
	struct uplink *u = container_of(tap, struct uplink, tap);

	if (u->world->env.probe)
		pkt->cause = uplink_flow_in(&u->flows, pkt);
}

struct uplink *uplink_new(struct world *w, const char *name,
			  const struct tap_cfg *cfg)
{
	struct tap_cfg plain = *cfg;
	struct uplink *u = mem_alloc(w->env.mem, sizeof(*u));

	if (!u)
		return NULL;
	check(!cfg->has_offload);
	u->own_fd = -1;
	u->world = w;
	u->node = world_add_box(w, name, from_port, u);
	if (u->node)
		u->port = box_add_port(u->node, NULL);
	if (!u->node || !u->port) {
		mem_free(w->env.mem, u, sizeof(*u));
		return NULL;
	}
	plain.name = "tap";
	plain.mac = MAC_ZERO;
	tap_init(&u->tap, u->node->place, &plain);
	u->tap.on_frame = on_frame;
	u->tap.netif.owner = u;
	u->tap.netif.on_input = from_device;
	return u;
}

int uplink_open(struct world *w, const char *name, const char *device,
		struct uplink **out)
{
	const struct tap_dev_cfg dev = {.name = device};
	struct tap_cfg cfg = {0};
	char real_name[TAP_NAME_MAX];
	int err;

	cfg.fd = tap_dev_open(&dev, real_name);
	if (cfg.fd < 0)
		return cfg.fd;
	err = tap_dev_mtu(real_name);
	if (err > 0)
		err = tap_dev_up(real_name, (uint32_t)err);
	*out = err && err != -EPERM ? NULL : uplink_new(w, name, &cfg);
	if (!*out) {
		tap_dev_close(cfg.fd);
		return err && err != -EPERM ? err : -ENOMEM;
	}
	(*out)->own_fd = cfg.fd;
	return 0;
}

void uplink_free(struct uplink *u)
{
	if (!u)
		return;
	tap_fini(&u->tap);
	if (u->own_fd >= 0)
		tap_dev_close(u->own_fd);
	mem_free(u->world->env.mem, u, sizeof(*u));
}

struct port *uplink_port(struct uplink *u)
{
	return u->port;
}

int uplink_fd(const struct uplink *u)
{
	return u->tap.fd;
}

int uplink_read(struct uplink *u)
{
	return tap_read(&u->tap);
}
