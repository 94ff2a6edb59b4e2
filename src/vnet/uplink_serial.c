// SPDX-License-Identifier: MIT
/*
 * uplink_serial.c - where a serial cable ends in a line of the system
 *
 * Theory of operation
 * ===================
 * What arrives at the box's port goes to the line as it is, and what the line
 * brings goes into the cable as it is, in pieces of any size.
 *
 * A line takes octets as fast as somebody reads them at its far end.  What it
 * does not take now waits in a ring, and is tried again a little later; a
 * piece for which the ring has no room is lost as a whole (tx_queue), which
 * whoever reads the line notices by the check sequence of one frame.
 */

#include "vnet/uplink_serial.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "vnet/vnet_int.h"

#define RING	 32768
#define READ_MAX 2048
#define RETRY_NS NS_PER_MS

struct serial_uplink {
	struct world *world;
	struct node *node;
	struct port *port;
	struct serial_dev dev;
	struct sched_event retry;
	size_t head, len;
	uint8_t ring[RING];
};

/* As much as the line takes of what waits. */
static void ring_flush(struct serial_uplink *u)
{
	while (u->len) {
		size_t piece = min_size(u->len, RING - u->head);
		ssize_t n = serial_dev_write(&u->dev, u->ring + u->head, piece);

		if (n < 0)
			u->len = 0; /* nobody will ever read it */
		if (n <= 0)
			break;
		u->head = (u->head + (size_t)n) % RING;
		u->len -= (size_t)n;
	}
	if (u->len)
		sched_arm(&u->world->sched, &u->retry,
			  u->world->env.now_ns + RETRY_NS);
	else
		sched_cancel(&u->world->sched, &u->retry);
}

static void on_retry(struct sched_event *ev, void *arg)
{
	(void)ev;
	ring_flush(arg);
}

/* From the cable to the line. */
static void from_port(struct port *port, struct pkt *pkt, void *arg)
{
	struct serial_uplink *u = arg;
	size_t i;

	if (pkt->len > RING - u->len) {
		pkt_drop(port->node->place, pkt, DROP_tx_queue);
		return;
	}
	for (i = 0; i < pkt->len;) {
		size_t tail = (u->head + u->len) % RING;
		size_t n = min_size(pkt->len - i, RING - tail);

		pkt_copy_out(pkt, i, u->ring + tail, n);
		u->len += n;
		i += n;
	}
	pkt_free(pkt);
	ring_flush(u);
}

/* From the line to the cable. */
static void to_port(struct serial_uplink *u, const uint8_t *octets, size_t len)
{
	struct netif *netif = &u->port->netif;
	struct pkt *pkt = pkt_new_rx(&u->world->env, R_PPP_RECEIVED);

	if (!pkt || !netif->ops || pkt_append(pkt, octets, len)) {
		u->node->place->drops[DROP_no_memory]++;
		pkt_free(pkt);
		return;
	}
	pkt->link = PKT_LINE;
	pkt->l2_off = pkt->lin_off;
	pkt->netif = netif;
	(void)netif->ops->transmit(netif, pkt);
}

int serial_uplink_read(struct serial_uplink *u)
{
	uint8_t buf[READ_MAX];
	ssize_t n = serial_dev_read(&u->dev, buf, sizeof(buf));

	if (n > 0)
		to_port(u, buf, (size_t)n);
	return (int)n;
}

int serial_uplink_open(struct world *w, const char *name, const char *device,
		       struct serial_uplink **out)
{
	struct serial_uplink *u = mem_alloc(w->env.mem, sizeof(*u));
	int err;

	if (!u)
		return -ENOMEM;
	err = serial_dev_open(&u->dev, device, 0);
	if (err)
		goto fail;
	u->world = w;
	err = -ENOMEM;
	u->node = world_add_box(w, name, from_port, u);
	if (!u->node)
		goto fail_dev;
	u->port = box_add_port(u->node, NULL);
	if (!u->port ||
	    sched_add(&w->sched, &u->retry, u->node->id, UINT64_MAX))
		goto fail_dev;
	u->retry.fn = on_retry;
	u->retry.arg = u;
	u->port->is_line = true;
	*out = u;
	return 0;

fail_dev:
	serial_dev_close(&u->dev);
fail:
	mem_free(w->env.mem, u, sizeof(*u));
	return err;
}

void serial_uplink_free(struct serial_uplink *u)
{
	if (!u)
		return;
	sched_del(&u->world->sched, &u->retry);
	serial_dev_close(&u->dev);
	mem_free(u->world->env.mem, u, sizeof(*u));
}

struct port *serial_uplink_port(struct serial_uplink *u)
{
	return u->port;
}

int serial_uplink_fd(const struct serial_uplink *u)
{
	return u->dev.fd;
}

const char *serial_uplink_device(const struct serial_uplink *u)
{
	return u->dev.name;
}
