// SPDX-License-Identifier: MIT
/*
 * xdp.c - an interface of the system, taken away from the kernel
 *
 * Theory of operation
 * ===================
 * Frames lie in chunks of one memory that the kernel and we share, and what
 * goes through the four rings (xdp_dev.h) are numbers of chunks:
 *
 *	free chunk --fill--> kernel --rx--> frame that has come --+
 *	     ^---------------- copied into a packet --------------+
 *
 *	free chunk, a frame copied in --tx--> kernel --done--> free chunk
 *
 * A chunk that came by rx goes back by fill at once, so the kernel always has
 * all of its half.  The other half is ours for sending, and those not in use
 * are on a stack: the one that was free last is still in the cache.
 *
 * A frame that is larger than a chunk is in several of them, all but the last
 * marked XDP_PKT_CONTD.
 *
 * Sending takes one system call for all frames in the ring, made when TX_BATCH
 * are, or by dev_flush() before the loop sleeps.  The kernel sends some of them
 * each time and says EAGAIN while there are more; one that it takes it sends.
 *
 * Invariants
 * ----------
 *  (1) Each chunk of the first half is in fill or rx or with the kernel; each
 *	one of the second half in tx or done or with the kernel, or in @free.
 *  (2) Nothing outside of the umem is looked at, whatever a ring says.
 *
 * Limits
 * ------
 * One queue, the first.  The kernel's checksum of a frame that it sends over a
 * veth pair is not complete unless tx checksumming was switched off at the far
 * end, and no word of it comes with the frame.
 */

#include "driver/xdp.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "driver/dev.h"
#include "driver/iface.h"
#include "driver/word.h"
#include "driver/xdp_dev.h"

#ifndef XDP_PKT_CONTD
#define XDP_PKT_CONTD 1 /* since Linux 6.6 */
#endif

enum { HLEN = 14, VLAN_LEN = 4, TX_BATCH = 32, KICKS = 64 };

/**
 * struct xdp - an interface
 * @dev:	The interface
 * @xd:		Socket, memory and rings
 * @free:	Chunks for sending that are ours, @free_count of them
 * @tx_head:	How much was ever put into tx
 * @in_batch:	Frames since the system was last told
 */
struct xdp {
	struct dev dev;
	struct xdp_dev xd;
	uint64_t free[XDP_CHUNKS_TX];
	uint32_t free_count;
	uint32_t in_batch;
};

/* How much lies in a ring; more than there are places is a lie. */
static uint32_t ring_used(const struct xdp_ring *r)
{
	uint32_t n = word_read(r->producer) - word_read(r->consumer);

	return n <= XDP_RING ? n : 0;
}

static uint64_t *addr_at(const struct xdp_ring *r, uint32_t i)
{
	return (uint64_t *)r->desc + (i & (XDP_RING - 1));
}

static struct xdp_desc *desc_at(const struct xdp_ring *r, uint32_t i)
{
	return (struct xdp_desc *)r->desc + (i & (XDP_RING - 1));
}

/*
 * Receiving.
 */

/* Give a chunk to the kernel, for a frame to come. */
static void chunk_give(struct xdp *x, uint64_t addr)
{
	struct xdp_ring *r = &x->xd.fill;
	uint32_t at = *r->producer;

	*addr_at(r, at) = addr & ~(uint64_t)(XDP_CHUNK - 1);
	word_write(r->producer, at + 1);
}

static bool is_sound(const struct xdp *x, const struct xdp_desc *d)
{
	return d->addr < (uint64_t)XDP_CHUNK * XDP_CHUNKS &&
	       d->len <= x->xd.umem_len - d->addr;
}

/* The frame of which @count descriptors from @at on are the pieces. */
static void frame_input(struct xdp *x, uint32_t at, uint32_t count)
{
	struct iovec piece[XDP_PIECES];
	uint32_t i;

	for (i = 0; i < count; i++) {
		const struct xdp_desc *d = desc_at(&x->xd.rx, at + i);

		if (count > XDP_PIECES || !is_sound(x, d)) {
			dev_rx_failed(&x->dev, EPROTO);
			return;
		}
		piece[i] = (struct iovec){x->xd.umem + d->addr, d->len};
	}
	dev_input(&x->dev, piece, (int)count, NULL);
}

/* How many descriptors the frame at @at has; 0: not all of it is there.  A ring
 * that is full of one frame lies: no frame has so many. */
static uint32_t frame_pieces(const struct xdp *x, uint32_t at, uint32_t used)
{
	uint32_t n = 1;

	while (n <= used &&
	       desc_at(&x->xd.rx, at + n - 1)->options & XDP_PKT_CONTD)
		n++;
	if (n > used)
		return used > XDP_PIECES ? used : 0;
	return n;
}

/* struct dev_ops.read */
static int xdp_read(struct dev *dev)
{
	struct xdp *x = container_of(dev, struct xdp, dev);
	struct xdp_ring *rx = &x->xd.rx;
	uint32_t used = ring_used(rx), at = *rx->consumer, count = 0, i, n;

	while (count < dev->batch && used && (n = frame_pieces(x, at, used))) {
		frame_input(x, at, n);
		for (i = 0; i < n; i++)
			if (is_sound(x, desc_at(rx, at + i)))
				chunk_give(x, desc_at(rx, at + i)->addr);
		at += n;
		used -= n;
		count++;
		word_write(rx->consumer, at);
	}
	if (!count)
		dev_check(dev);
	return dev_count(dev, count);
}

/*
 * Sending.
 */

/* Chunks whose frames were sent are ours again. */
static void reclaim(struct xdp *x)
{
	struct xdp_ring *r = &x->xd.done;
	uint32_t n = ring_used(r), at = *r->consumer;

	while (n-- && x->free_count < XDP_CHUNKS_TX)
		x->free[x->free_count++] = *addr_at(r, at++);
	word_write(r->consumer, at);
}

/* struct dev_ops.flush */
static void xdp_flush(struct dev *dev)
{
	struct xdp *x = container_of(dev, struct xdp, dev);
	uint32_t before = ring_used(&x->xd.tx), left = before;
	int err = 0, i;

	for (i = 0; left && i < KICKS; i++) {
		err = dev->sys->kick(dev->fd[0]);
		if (err == -EBUSY) /* it took one, and threw it away */
			dev->netif.place->drops[DROP_tx_queue]++;
		left = ring_used(&x->xd.tx);
		if (err && left == before)
			break; /* it took none */
		before = left;
	}
	if (err && dev_error_is_end(-err))
		dev->is_gone = true;
	reclaim(x);
	x->in_batch = 0;
	dev_set_pending(dev, left != 0, left ? err : 0);
}

/* Copy a frame into chunks and put them into the ring; there is room. */
static void frame_output(struct xdp *x, const struct pkt *pkt, uint32_t pieces)
{
	struct xdp_ring *tx = &x->xd.tx;
	uint32_t at = *tx->producer, off = 0, i;

	for (i = 0; i < pieces; i++) {
		struct xdp_desc *d = desc_at(tx, at + i);

		d->addr = x->free[--x->free_count];
		d->len = min_u32(pkt->len - off, XDP_CHUNK);
		d->options = i + 1 < pieces ? XDP_PKT_CONTD : 0;
		pkt_copy_out(pkt, off, x->xd.umem + d->addr, d->len);
		off += d->len;
	}
	word_write(tx->producer, at + pieces);
}

static bool has_room(const struct xdp *x, uint32_t pieces)
{
	return x->free_count >= pieces &&
	       ring_used(&x->xd.tx) + pieces <= XDP_RING;
}

/* struct netif_ops.transmit */
static int xdp_transmit(struct netif *netif, struct pkt *pkt)
{
	struct xdp *x = netif->drv;
	struct dev *dev = &x->dev;
	uint32_t pieces = (pkt->len + XDP_CHUNK - 1) / XDP_CHUNK;

	if (dev->is_gone)
		return dev_tx_failed(dev, pkt, ENODEV);
	if (pkt->len < HLEN || pieces > (x->xd.has_pieces ? XDP_PIECES : 1))
		return dev_tx_failed(dev, pkt, EMSGSIZE);
	if (!has_room(x, pieces))
		xdp_flush(dev);
	if (!has_room(x, pieces))
		return dev_tx_failed(dev, pkt, ENOBUFS);
	frame_output(x, pkt, pieces);
	pkt_free(pkt);
	if (!dev->is_pending)
		dev_set_pending(dev, true, 0);
	if (++x->in_batch == TX_BATCH)
		xdp_flush(dev);
	return 0;
}

/* struct dev_ops.missed: the kernel counts from the beginning. */
static uint64_t xdp_missed(const struct dev *dev)
{
	const struct xdp *x = (const struct xdp *)dev;
	uint64_t all = xdp_dev_missed(&x->xd);

	return all > dev->missed ? all - dev->missed : 0;
}

/* struct dev_ops.close */
static void xdp_close(struct dev *dev)
{
	struct xdp *x = container_of(dev, struct xdp, dev);

	xdp_dev_close(&x->xd);
	mem_free(dev->netif.place->env->mem, x, sizeof(*x));
}

static const struct netif_ops netif_ops = {.transmit = xdp_transmit};
static const struct dev_ops ops = {
	.read = xdp_read,
	.flush = xdp_flush,
	.missed = xdp_missed,
	.close = xdp_close,
};

int xdp_new(struct place *place, const struct dev_cfg *cfg,
	    const struct xdp_dev *xd, struct dev **out)
{
	struct xdp *x = mem_alloc(place->env->mem, sizeof(*x));
	uint32_t i;

	if (!x)
		return -ENOMEM;
	dev_init(&x->dev, place, cfg, &netif_ops, &ops);
	x->xd = *xd;
	x->dev.fd[0] = xd->fd;
	x->dev.fd_count = 1;
	x->dev.check_ns = place->env->now_ns;
	for (i = 0; i < XDP_CHUNKS; i++)
		chunk_give(x, (uint64_t)i * XDP_CHUNK);
	for (i = 0; i < XDP_CHUNKS_TX; i++)
		x->free[x->free_count++] =
			(uint64_t)(XDP_CHUNKS + i) * XDP_CHUNK;
	*out = &x->dev;
	return 0;
}

/* What the device has, and what fits into a chunk where a frame is but one. */
static uint32_t mtu_of(const struct dev_cfg *cfg, const struct xdp_dev *xd,
		       int device_mtu)
{
	uint32_t mtu = (uint32_t)device_mtu;

	if (cfg->mtu)
		mtu = min_u32(mtu, cfg->mtu);
	if (!xd->has_pieces)
		mtu = min_u32(mtu, XDP_RX_ROOM - HLEN - VLAN_LEN);
	return mtu;
}

int xdp_open(struct place *place, const struct dev_cfg *cfg, struct dev **out)
{
	int index = iface_index(cfg->device);
	int mtu = iface_mtu(cfg->device);
	struct dev_cfg own = *cfg;
	struct xdp_dev xd;
	int err;

	if (cfg->has_offload)
		return -EINVAL;
	if (index < 0 || mtu < 0)
		return index < 0 ? index : mtu;
	err = iface_up(cfg->device, 0);
	if (!err && mac_eq(own.mac, MAC_ZERO))
		err = iface_mac(cfg->device, own.mac.o);
	if (!err)
		err = xdp_dev_open(&xd, index);
	if (err)
		return err;
	own.mtu = mtu_of(cfg, &xd, mtu);
	err = xdp_new(place, &own, &xd, out);
	if (err)
		xdp_dev_close(&xd);
	return err;
}
