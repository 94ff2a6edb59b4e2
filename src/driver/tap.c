// SPDX-License-Identifier: MIT
/*
 * tap.c - an interface whose cable ends in a file of the system
 *
 * Theory of operation
 * ===================
 * One frame is one system call each way; TAP knows no other.  What can be
 * saved is copies.  A frame that leaves is gathered from where its pieces lie
 * (writev), so the kernel's copy is the only one.  A frame that arrives is
 * scattered:
 *
 *	[ virtio header ] [ 54 octets ] [ 2 KB ] [ 16 KB ] [ 64 KB ]
 *	   on the stack    linear part    blocks, as far as needed
 *
 * 54 octets are the headers of Ethernet, IPv4 and TCP without options: never
 * more than headers, so payload is all in blocks, to which the receive queue
 * can then refer.  (Longer headers are pulled over by whoever looks at them, a
 * few octets.)  Before a frame is read nobody knows how long it is; blocks that
 * it did not reach stay for the next one.
 *
 * A batch is bounded, so that a flood on one device leaves time for timers and
 * for other devices; the descriptor stays readable, and the loop comes back.
 *
 * A device may have several queues, each a descriptor.  A frame that leaves is
 * put into the one that its flow's addresses and ports choose, which keeps the
 * order within a flow; the kernel remembers, and sends that flow's frames to
 * the same queue.
 */

#include "driver/tap.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "core/pkt.h"

#include "driver/dev.h"
#include "driver/iface.h"
#include "driver/tap_dev.h"
#include "driver/virtio.h"

enum { LINEAR = 54, GSO_MAX = 65535, TYPE_IP6 = 0x86dd };

/**
 * struct tap - a TAP device
 * @dev:	The interface
 * @has_vnet_hdr: Frames have a header in front
 * @owns_fds:	They are closed with it
 * @spare:	Blocks for the next frame, by class
 */
struct tap {
	struct dev dev;
	bool has_vnet_hdr, owns_fds;
	struct block *spare[BLOCK_CLASSES];
};

/* Where addresses and ports stand: three words that are the same in all frames
 * of a flow.  Of IPv6 the last words of the addresses tell enough. */
static const uint8_t ip4_words[] = {26, 30, 34}, ip6_words[] = {34, 50, 54};

/* Which queue a frame leaves by. */
static int queue_fd(const struct dev *dev, const struct pkt *pkt)
{
	const uint8_t *p = pkt_cdata(pkt), *at;
	uint32_t mix = 0;
	int i;

	if (dev->fd_count < 2 || pkt->lin_len < 38)
		return dev->fd[0];
	at = get16(p + 12) == TYPE_IP6 && pkt->lin_len >= 58 ? ip6_words
							     : ip4_words;
	for (i = 0; i < 3; i++)
		mix = (mix ^ get32(p + at[i])) * 0x9e3779b1;
	return dev->fd[(mix >> 16) % dev->fd_count];
}

/* struct netif_ops.transmit */
static int tap_transmit(struct netif *netif, struct pkt *pkt)
{
	struct tap *tap = netif->drv;
	struct iovec iov[2 + PKT_FRAGS];
	uint8_t hdr[VIRTIO_HLEN];
	int i, count = 0;
	ssize_t n;

	if (tap->has_vnet_hdr) {
		virtio_describe(pkt, hdr);
		iov[count++] = (struct iovec){hdr, sizeof(hdr)};
	}
	iov[count++] = (struct iovec){pkt_data(pkt), pkt->lin_len};
	for (i = 0; i < pkt->frag_count; i++) {
		const struct frag *f = &pkt->frag[i];

		iov[count++] = (struct iovec){f->blk->data + f->off, f->len};
	}
	n = tap->dev.sys->writev(queue_fd(&tap->dev, pkt), iov, count);
	if (n < 0)
		return dev_tx_failed(&tap->dev, pkt, (int)-n);
	pkt_free(pkt);
	return 0;
}

/* See to it that there is a block of each class.  -ENOMEM. */
static int fill_spares(struct tap *tap)
{
	static const size_t sizes[BLOCK_CLASSES] = {2048, 16384, 65536};
	struct env *env = tap->dev.netif.place->env;
	int c;

	for (c = 0; c < BLOCK_CLASSES; c++) {
		if (!tap->spare[c])
			tap->spare[c] = block_new(env, sizes[c]);
		if (!tap->spare[c])
			return -ENOMEM;
	}
	return 0;
}

/* Where the next frame goes.  Returns pieces, as readv() wants them. */
static int scatter(struct tap *tap, struct pkt *pkt, struct iovec *iov)
{
	int c, count = 0;

	iov[count++] = (struct iovec){pkt_data(pkt), LINEAR};
	for (c = 0; c < BLOCK_CLASSES; c++)
		iov[count++] = (struct iovec){tap->spare[c]->data,
					      tap->spare[c]->size};
	return count;
}

/* Make the packet own the @len octets that were scattered; blocks that were
 * reached go with it. */
static void gather(struct tap *tap, struct pkt *pkt, size_t len)
{
	size_t n = min_size(len, LINEAR);
	int c;

	pkt->lin_len = (uint16_t)n;
	pkt->len = (uint32_t)n;
	len -= n;
	for (c = 0; len && c < BLOCK_CLASSES; c++) {
		struct block *blk = tap->spare[c];

		n = min_size(len, blk->size);
		check(pkt_append_ref(pkt, blk, 0, n) == 0);
		block_put(blk);
		tap->spare[c] = NULL;
		len -= n;
	}
}

/* No memory: the frame must go, or it would be found again at once. */
static ssize_t discard_one(struct tap *tap, int fd)
{
	uint8_t octet;
	struct iovec iov = {&octet, 1};
	ssize_t n = tap->dev.sys->readv(fd, &iov, 1);

	if (n >= 0)
		tap->dev.netif.place->drops[DROP_no_memory]++;
	return n < 0 ? n : 1;
}

static void frame_input(struct tap *tap, struct pkt *pkt, size_t n,
			const uint8_t *hdr)
{
	if (!tap->has_vnet_hdr) {
		gather(tap, pkt, n);
		dev_input_pkt(&tap->dev, pkt, NULL);
	} else if (n < VIRTIO_HLEN) {
		pkt->netif = &tap->dev.netif;
		pkt_drop(tap->dev.netif.place, pkt, DROP_vnet_bad);
	} else {
		gather(tap, pkt, n - VIRTIO_HLEN);
		dev_input_pkt(&tap->dev, pkt, hdr);
	}
}

/* More than 0: a frame; 0: an empty one, which is none; -errno. */
static ssize_t read_one(struct tap *tap, int fd)
{
	struct iovec iov[2 + BLOCK_CLASSES];
	uint8_t hdr[VIRTIO_HLEN];
	struct pkt *pkt = pkt_new_rx(tap->dev.netif.place->env, R_NONE);
	int count = 0;
	ssize_t n;

	if (!pkt || fill_spares(tap)) {
		pkt_free(pkt);
		return discard_one(tap, fd);
	}
	if (tap->has_vnet_hdr)
		iov[count++] = (struct iovec){hdr, sizeof(hdr)};
	count += scatter(tap, pkt, iov + count);
	n = tap->dev.sys->readv(fd, iov, count);
	if (n <= 0)
		pkt_free(pkt);
	else
		frame_input(tap, pkt, (size_t)n, hdr);
	return n;
}

/* struct dev_ops.read */
static int tap_read(struct dev *dev)
{
	struct tap *tap = container_of(dev, struct tap, dev);
	uint32_t q, count, most = 0;
	ssize_t n = 0;

	for (q = 0; q < dev->fd_count; q++) {
		count = 0;
		while (count < dev->batch &&
		       (n = read_one(tap, dev->fd[q])) > 0)
			count++;
		if (n < 0)
			dev_rx_failed(dev, (int)-n);
		most += count;
	}
	return dev_count(dev, most);
}

static void close_queues(struct dev *dev)
{
	while (dev->fd_count)
		tap_dev_close(dev->fd[--dev->fd_count]);
}

/* struct dev_ops.close */
static void tap_close(struct dev *dev)
{
	struct tap *tap = container_of(dev, struct tap, dev);
	int c;

	for (c = 0; c < BLOCK_CLASSES; c++)
		if (tap->spare[c])
			block_put(tap->spare[c]);
	if (tap->owns_fds)
		close_queues(dev);
	mem_free(dev->netif.place->env->mem, tap, sizeof(*tap));
}

static const struct netif_ops tap_netif_ops = {.transmit = tap_transmit};
static const struct dev_ops tap_ops = {.read = tap_read, .close = tap_close};

/* The kernel's end: up, and with the MTU that was asked for, if we may say so;
 * else it is as somebody else has made it. */
static int far_end_up(struct dev *dev, uint32_t mtu)
{
	int err = iface_up(dev->device, mtu), now;

	if (err && err != -EPERM)
		return err;
	now = iface_mtu(dev->device);
	if (!mtu && now > 0)
		dev->netif.mtu = (uint32_t)now;
	return 0;
}

static int open_queues(struct dev *dev, const struct dev_cfg *cfg)
{
	struct tap_dev_cfg dev_cfg = {
		.name = cfg->device,
		.has_vnet_hdr = cfg->has_offload,
		.has_offload = cfg->has_offload,
		.is_multi_queue = cfg->queues > 1,
		.has_thread = cfg->has_thread,
	};
	uint32_t count = cfg->queues ? cfg->queues : 1;
	char name[TAP_NAME_MAX];

	if (count > DEV_QUEUES)
		return -EINVAL;
	while (dev->fd_count < count) {
		int fd = tap_dev_open(&dev_cfg, name);

		if (fd < 0)
			return fd;
		dev->fd[dev->fd_count++] = fd;
		dev_cfg.name = name; /* the next one is the same device's */
	}
	dev_rename(dev, cfg, name);
	return far_end_up(dev, cfg->mtu);
}

int tap_open(struct place *place, const struct dev_cfg *cfg, struct dev **out)
{
	struct tap *tap = mem_alloc(place->env->mem, sizeof(*tap));
	struct netif *netif;
	int err = 0;

	if (!tap)
		return -ENOMEM;
	netif = &tap->dev.netif;
	dev_init(&tap->dev, place, cfg, &tap_netif_ops, &tap_ops);
	tap->has_vnet_hdr = cfg->has_offload;
	tap->owns_fds = !cfg->fd;
	if (cfg->has_offload) {
		netif->features = NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
		netif->gso_max = GSO_MAX;
	}
	if (tap->owns_fds)
		err = open_queues(&tap->dev, cfg);
	else
		tap->dev.fd[tap->dev.fd_count++] = cfg->fd;
	if (!err && cfg->has_offload && tap->owns_fds &&
	    tap_dev_takes_datagrams(tap->dev.fd[0]))
		netif->features |= NETIF_F_GSO_UDP;
	if (err)
		tap_close(&tap->dev);
	else
		*out = &tap->dev;
	return err;
}
