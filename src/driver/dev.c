// SPDX-License-Identifier: MIT
/*
 * dev.c - an interface that ends outside of this process
 *
 * Theory of operation
 * ===================
 * What the drivers have in common: what stands in a struct dev, how a frame
 * that lies in somebody else's memory becomes a packet, and what an error
 * means.
 *
 * What the far end does not take is lost, as on any wire, under a name:
 *
 *	EAGAIN, ENOBUFS		tx_queue	its queue is full
 *	EIO, ENETDOWN		tx_down		the far end is down
 *	EINVAL, EMSGSIZE, ...	tx_refused	it does not like the frame
 *	EBADFD, ENODEV, ...	link_down	the device is gone, for good
 *
 * A device may also fail without saying which frame is to blame.  That is
 * counted (errors) and survived; a device that does nothing else a hundred
 * times in a row is taken for gone, since whoever waits for it would wake up
 * for ever.
 *
 * A frame is copied in so that its payload lies in blocks, to which a receive
 * queue can refer, and its headers in the linear part: LINEAR octets are those
 * of Ethernet, IPv4 and TCP without options, never more than headers.
 */

#include "driver/dev.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#include "core/pkt.h"

#include "driver/iface.h"
#include "driver/packet.h"
#include "driver/replay.h"
#include "driver/tap.h"
#include "driver/udp_cut.h"
#include "driver/virtio.h"
#include "driver/xdp.h"

#define LINEAR		54
#define ERRORS_IN_A_ROW 100
#define RETRY_NS	1000000 /* a ring that the system did not want now */
#define CHECK_NS	1000000000
#define LARGE_MAX	65535 /* octets of an IP packet that was joined */

static const struct {
	const char *name;
	int (*open)(struct place *place, const struct dev_cfg *cfg,
		    struct dev **out);
} kinds[] = {
	[DEV_TAP] = {"tap", tap_open},
	[DEV_PACKET] = {"packet", packet_open},
	[DEV_XDP] = {"xdp", xdp_open},
	[DEV_PCAP] = {"pcap", replay_open},
};
static_assert(sizeof(kinds) / sizeof(*kinds) == DEV_KINDS, "each has a driver");

const char *dev_kind_name(enum dev_kind kind)
{
	return kinds[kind].name;
}

enum dev_kind dev_parse(const char *text, const char **device)
{
	size_t kind, len;

	for (kind = 0; kind < DEV_KINDS; kind++) {
		len = strlen(kinds[kind].name);
		if (strncmp(text, kinds[kind].name, len) != 0 ||
		    text[len] != ':')
			continue;
		*device = text + len + 1;
		return (enum dev_kind)kind;
	}
	*device = text;
	return iface_is_tap(text) == 0 ? DEV_PACKET : DEV_TAP;
}

static void frame_input(void *arg, struct pkt *pkt);

int dev_open(struct place *place, const struct dev_cfg *cfg, struct dev **out)
{
	int err;

	*out = NULL;
	err = kinds[cfg->kind].open(place, cfg, out);
	if (err || !cfg->has_gro)
		return err;
	(*out)->has_gro = true;
	(*out)->gro.fn = frame_input;
	(*out)->gro.arg = *out;
	if (!(*out)->netif.gso_max)
		(*out)->netif.gso_max = LARGE_MAX;
	return 0;
}

void dev_close(struct dev *dev)
{
	if (!dev)
		return;
	(void)dev_flush(dev);
	dev->netif.ops = NULL;
	dev->ops->close(dev);
}

int dev_read(struct dev *dev)
{
	int n = dev->ops->read(dev);

	gro_flush(&dev->gro);
	return n;
}

int dev_flush(struct dev *dev)
{
	if (dev->is_pending)
		dev->ops->flush(dev);
	if (dev->netif.place->env->now_ns >= dev->check_ns)
		dev_check(dev);
	return dev->is_gone ? -ENODEV : 0;
}

/* An interface that goes down says so, and nothing more when it is removed
 * after that; AF_XDP says nothing to who waits.  So they are asked. */
void dev_check(struct dev *dev)
{
	int err = dev->sys->state(dev->fd[0]);

	dev->check_ns = dev->netif.place->env->now_ns + CHECK_NS;
	if (err)
		dev_rx_failed(dev, -err);
}

uint64_t dev_flush_at(const struct dev *dev)
{
	if (dev->is_gone)
		return UINT64_MAX; /* whoever can be told was told */
	return dev->is_pending ? min_u64(dev->flush_ns, dev->check_ns)
			       : dev->check_ns;
}

uint64_t dev_missed(struct dev *dev)
{
	if (dev->ops->missed)
		dev->missed += dev->ops->missed(dev);
	return dev->missed;
}

uint64_t dev_next(const struct dev *dev)
{
	return dev->ops->next ? dev->ops->next(dev) : UINT64_MAX;
}

void dev_set_pending(struct dev *dev, bool waiting, int err)
{
	dev->errors += err != 0;
	dev->is_pending = waiting;
	dev->flush_ns = err ? dev->netif.place->env->now_ns + RETRY_NS : 0;
}

/* Locally administered, and the same each time. */
static mac_addr mac_from_name(const char *name)
{
	static const struct hash_key key;
	uint64_t h = siphash13(&key, name, strlen(name));
	mac_addr mac = {{0x02}};
	int i;

	for (i = 1; i < 6; i++, h >>= 8)
		mac.o[i] = (uint8_t)h;
	return mac;
}

void dev_rename(struct dev *dev, const struct dev_cfg *cfg, const char *name)
{
	snprintf(dev->device, sizeof(dev->device), "%s", name);
	snprintf(dev->netif.name, sizeof(dev->netif.name), "%.15s",
		 cfg->name ? cfg->name : dev->device);
	if (mac_eq(cfg->mac, MAC_ZERO))
		dev->netif.mac = mac_from_name(dev->device);
}

void dev_init(struct dev *dev, struct place *place, const struct dev_cfg *cfg,
	      const struct netif_ops *netif_ops, const struct dev_ops *ops)
{
	netif_init(&dev->netif, place, "", cfg->mac);
	dev_rename(dev, cfg, cfg->device ? cfg->device : "");
	dev->netif.ops = netif_ops;
	dev->netif.drv = dev;
	if (cfg->mtu)
		dev->netif.mtu = cfg->mtu;
	dev->ops = ops;
	dev->check_ns = UINT64_MAX;
	dev->sys = &dev_sys_os;
	dev->batch = cfg->batch ? cfg->batch : DEV_BATCH;
}

/* A device says so in one way, a socket in another. */
bool dev_error_is_end(int err)
{
	return err == EBADFD || err == ENODEV || err == ENXIO || err == EBADF ||
	       err == EPIPE || err == ECONNREFUSED || err == ECONNRESET ||
	       err == ENOTCONN;
}

int dev_tx_failed(struct dev *dev, struct pkt *pkt, int err)
{
	struct place *place = dev->netif.place;

	if (err == EAGAIN || err == ENOBUFS || err == ENOMEM) {
		pkt_drop(place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	if (err == EIO || err == ENETDOWN) {
		pkt_drop(place, pkt, DROP_tx_down);
		return -ENETDOWN;
	}
	if (dev_error_is_end(err)) {
		dev->is_gone = true;
		pkt_drop(place, pkt, DROP_link_down);
		return -ENETDOWN;
	}
	pkt_drop(place, pkt, DROP_tx_refused);
	return -err;
}

void dev_rx_failed(struct dev *dev, int err)
{
	if (err == EAGAIN)
		return;
	dev->errors++;
	dev->errors_in_a_row++;
	if (dev_error_is_end(err) || dev->errors_in_a_row >= ERRORS_IN_A_ROW)
		dev->is_gone = true;
}

int dev_count(struct dev *dev, uint32_t frames)
{
	dev->batches += frames > 0;
	dev->full += frames >= dev->batch;
	if (frames)
		dev->errors_in_a_row = 0;
	return dev->is_gone ? -ENODEV : (int)frames;
}

static void frame_input(void *arg, struct pkt *pkt)
{
	struct dev *dev = arg;

	pkt->netif = &dev->netif;
	if (dev->on_frame)
		dev->on_frame(dev, pkt);
	netif_input(&dev->netif, pkt);
}

void dev_input_pkt(struct dev *dev, struct pkt *pkt, const uint8_t *vnet)
{
	enum drop why = vnet ? virtio_apply(pkt, vnet) : DROP_COUNT;

	if (why == DROP_COUNT && pkt->gso != PKT_GSO_UDP) {
		if (dev->has_gro && !dev->netif.place->env->probe)
			gro_input(&dev->gro, pkt);
		else
			frame_input(dev, pkt);
		return;
	}
	pkt->netif = &dev->netif;
	if (why != DROP_COUNT)
		pkt_drop(dev->netif.place, pkt, why);
	else if (udp_cut(pkt, frame_input, dev))
		pkt_drop(dev->netif.place, pkt, DROP_no_memory);
	else
		pkt_free(pkt);
}

/* Reading place in a row of pieces. */
struct walk {
	const struct iovec *piece;
	size_t off;
};

static void walk_copy(struct walk *c, uint8_t *to, size_t len)
{
	while (len) {
		size_t n = min_size(len, c->piece->iov_len - c->off);

		if (n)
			memcpy(to, (const uint8_t *)c->piece->iov_base + c->off,
			       n);
		to += n;
		len -= n;
		c->off += n;
		if (c->off == c->piece->iov_len) {
			c->piece++;
			c->off = 0;
		}
	}
}

/* 0, -ENOMEM, or -EMSGSIZE: more than a packet holds. */
static int fill(struct pkt *pkt, struct walk *from, size_t len)
{
	size_t n = min_size(len, LINEAR);

	walk_copy(from, pkt_data(pkt), n);
	pkt->lin_len = (uint16_t)n;
	pkt->len = (uint32_t)n;
	for (len -= n; len; len -= n) {
		struct block *blk;
		int err;

		n = min_size(len, DEV_BLOCK);
		blk = block_new(pkt->env, n);
		if (!blk)
			return -ENOMEM;
		walk_copy(from, blk->data, n);
		err = pkt_append_ref(pkt, blk, 0, n);
		block_put(blk);
		if (err)
			return err;
	}
	return 0;
}

void dev_input(struct dev *dev, const struct iovec *pieces, int count,
	       const uint8_t *vnet)
{
	struct pkt *pkt = pkt_new_rx(dev->netif.place->env, R_NONE);
	struct walk from = {.piece = pieces};
	size_t len = 0;
	int i;

	for (i = 0; i < count; i++)
		len += pieces[i].iov_len;
	if (!pkt || fill(pkt, &from, len)) {
		dev->netif.place->drops[DROP_no_memory]++;
		pkt_free(pkt);
		return;
	}
	dev_input_pkt(dev, pkt, vnet);
}
