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
 * can then refer.  (Longer headers are pulled over by whoever looks at them,
 * a few octets.)  Before a frame is read nobody knows how long it is; blocks that it
 * did not reach stay for the next one.
 *
 * A batch is bounded, so that a flood on one device leaves time for timers and
 * for other devices; the descriptor stays readable, and the loop comes back.
 *
 * What the far end does not take is lost, as on any wire, under a name:
 *
 *	EAGAIN, ENOBUFS		tx_queue	its queue is full
 *	EIO, ENETDOWN		tx_down		the kernel's end is down
 *	EINVAL, EMSGSIZE, ...	tx_refused	it does not like the frame
 *	EBADFD, ENODEV, ...	link_down	the device is gone, for good
 *
 * Limits
 * ------
 * One queue: one thread, one device.
 */

#include "driver/tap.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/check.h"

#include "wire/ether.h"
#include "wire/ip4.h"

#include "core/pkt.h"

#include "driver/virtio.h"

#define LINEAR	54
#define GSO_MAX 65535

/* Is there no device any more?  A socket says so in other words. */
static bool is_gone(int err)
{
	return err == EBADFD || err == ENODEV || err == ENXIO || err == EBADF ||
	       err == EPIPE || err == ECONNREFUSED || err == ECONNRESET ||
	       err == ENOTCONN;
}

static int tx_failed(struct tap *tap, struct pkt *pkt, int err)
{
	struct place *place = tap->netif.place;

	if (err == EAGAIN || err == ENOBUFS || err == ENOMEM) {
		pkt_drop(place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	if (err == EIO || err == ENETDOWN) {
		pkt_drop(place, pkt, DROP_tx_down);
		return -ENETDOWN;
	}
	if (is_gone(err)) {
		tap->is_gone = true;
		pkt_drop(place, pkt, DROP_link_down);
		return -ENETDOWN;
	}
	pkt_drop(place, pkt, DROP_tx_refused);
	return -err;
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
	do {
		n = writev(tap->fd, iov, count);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return tx_failed(tap, pkt, errno);
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops tap_ops = {.transmit = tap_transmit};

void tap_init(struct tap *tap, struct place *place, const struct tap_cfg *cfg)
{
	memset(tap, 0, sizeof(*tap));
	netif_init(&tap->netif, place, cfg->name, cfg->mac);
	tap->netif.ops = &tap_ops;
	tap->netif.drv = tap;
	if (cfg->mtu)
		tap->netif.mtu = cfg->mtu;
	if (cfg->has_offload) {
		check(cfg->has_vnet_hdr);
		tap->netif.features = NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
		tap->netif.gso_max = GSO_MAX;
	}
	tap->fd = cfg->fd;
	tap->batch = cfg->batch ? cfg->batch : TAP_BATCH;
	tap->has_vnet_hdr = cfg->has_vnet_hdr;
}

void tap_fini(struct tap *tap)
{
	int c;

	for (c = 0; c < BLOCK_CLASSES; c++)
		if (tap->spare[c])
			block_put(tap->spare[c]);
	memset(tap->spare, 0, sizeof(tap->spare));
	tap->netif.ops = NULL;
}

/* See to it that there is a block of each class.  -ENOMEM. */
static int fill_spares(struct tap *tap)
{
	static const size_t sizes[BLOCK_CLASSES] = {2048, 16384, 65536};
	struct env *env = tap->netif.place->env;
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

static ssize_t read_frame(int fd, const struct iovec *iov, int count)
{
	ssize_t n;

	do {
		n = readv(fd, iov, count);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* No memory: the frame must go, or it would be found again at once. */
static int discard_one(struct tap *tap)
{
	uint8_t octet;
	struct iovec iov = {&octet, 1};
	ssize_t n = read_frame(tap->fd, &iov, 1);

	if (n >= 0)
		tap->netif.place->drops[DROP_no_memory]++;
	return n < 0 ? (int)n : 1;
}

static void frame_input(struct tap *tap, struct pkt *pkt, size_t n,
			const uint8_t *hdr)
{
	size_t hlen = tap->has_vnet_hdr ? VIRTIO_HLEN : 0;
	enum drop why = n < hlen ? DROP_vnet_bad : DROP_COUNT;

	pkt->netif = &tap->netif;
	if (why == DROP_COUNT) {
		gather(tap, pkt, n - hlen);
		if (hlen)
			why = virtio_apply(pkt, hdr);
	}
	if (tap->on_frame)
		tap->on_frame(tap, pkt);
	if (why == DROP_COUNT)
		netif_input(&tap->netif, pkt);
	else
		pkt_drop(tap->netif.place, pkt, why);
}

/* 1: a frame; 0: none there; -errno. */
static int read_one(struct tap *tap)
{
	struct iovec iov[2 + BLOCK_CLASSES];
	uint8_t hdr[VIRTIO_HLEN];
	struct pkt *pkt = pkt_new_rx(tap->netif.place->env, R_NONE);
	int count = 0;
	ssize_t n;

	if (!pkt || fill_spares(tap)) {
		pkt_free(pkt);
		return discard_one(tap);
	}
	if (tap->has_vnet_hdr)
		iov[count++] = (struct iovec){hdr, sizeof(hdr)};
	count += scatter(tap, pkt, iov + count);
	n = read_frame(tap->fd, iov, count);
	if (n <= 0) {
		pkt_free(pkt);
		return (int)n;
	}
	frame_input(tap, pkt, (size_t)n, hdr);
	return 1;
}

int tap_read(struct tap *tap)
{
	uint32_t count = 0;
	int got = 1;

	while (count < tap->batch && (got = read_one(tap)) == 1)
		count++;
	tap->batches += count > 0;
	tap->full += count == tap->batch;
	if (got < 0 && is_gone(-got))
		tap->is_gone = true;
	return tap->is_gone ? -ENODEV : (int)count;
}
