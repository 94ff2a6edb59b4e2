// SPDX-License-Identifier: MIT
/*
 * packet_dev.c - opening an interface of the system beside the kernel
 *
 * Theory of operation
 * ===================
 * A packet socket (packet(7)) is told, in this order: which version of the
 * ring, whether frames have a virtio header, how large the rings are; then the
 * rings are mapped; and last it is bound to the interface, so that no frame of
 * another one ever gets in.
 *
 * Frames that we send come back to every packet socket of the interface, as a
 * favour to programs that record; PACKET_IGNORE_OUTGOING declines it.
 *
 * A host of weft has an address of its own on the interface's wire, so the
 * interface must take in frames that are not for it.
 *
 * What is assumed of the kernel here is written down as a program that can be
 * run: docs/assumptions/packet.c.
 *
 * Limits
 * ------
 * The virtio header of a packet socket has the byte order of the machine, and
 * ours is little endian: on another machine we do without.
 */

#include "driver/packet_dev.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* since Linux 4.20 */
#endif

enum {
	RX_BLOCK = 1 << 18,
	RX_BLOCKS = 16,
	TX_SLOTS = 256,
	TX_SLOTS_LARGE = 64,
	PAGE = 4096,
	RETIRE_MS = 1,
	SEND_BUFFER = 8 << 20,
};

static int set(int fd, int what, int value)
{
	return setsockopt(fd, SOL_PACKET, what, &value, sizeof(value)) ? -errno
								       : 0;
}

static bool is_little_endian(void)
{
	const uint16_t one = 1;

	return *(const uint8_t *)&one;
}

static int set_rings(struct packet_dev *d, const struct packet_dev_cfg *cfg)
{
	struct tpacket_req3 rx = {
		.tp_block_size = RX_BLOCK,
		.tp_block_nr = RX_BLOCKS,
		.tp_frame_size = 2048, /* of no meaning, but it must divide */
		.tp_frame_nr = RX_BLOCK / 2048 * RX_BLOCKS,
		.tp_retire_blk_tov = RETIRE_MS,
	};
	uint32_t slot = cfg->frame_max + PACKET_DEV_HEAD;
	struct tpacket_req3 tx = {.tp_frame_nr = cfg->is_large ? TX_SLOTS_LARGE
							       : TX_SLOTS};

	/* One slot, one block: the slots then lie at even distances. */
	slot = (slot + PAGE - 1) / PAGE * PAGE;
	tx.tp_frame_size = tx.tp_block_size = slot;
	tx.tp_block_nr = tx.tp_frame_nr;
	if (setsockopt(d->fd, SOL_PACKET, PACKET_RX_RING, &rx, sizeof(rx)) ||
	    setsockopt(d->fd, SOL_PACKET, PACKET_TX_RING, &tx, sizeof(tx)))
		return -errno;
	d->rx = (struct packet_ring){.part = RX_BLOCK, .count = RX_BLOCKS};
	d->tx = (struct packet_ring){.part = slot, .count = tx.tp_frame_nr};
	return 0;
}

static int map_rings(struct packet_dev *d)
{
	size_t rx = (size_t)d->rx.part * d->rx.count;
	void *map;

	d->map_len = rx + (size_t)d->tx.part * d->tx.count;
	map = mmap(NULL, d->map_len, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd,
		   0);
	if (map == MAP_FAILED)
		return -errno;
	d->map = map;
	d->rx.mem = map;
	d->tx.mem = d->rx.mem + rx;
	return 0;
}

static int bind_to(int fd, int index)
{
	const struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = index,
	};
	const struct packet_mreq all = {
		.mr_ifindex = index,
		.mr_type = PACKET_MR_PROMISC,
	};

	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all)))
		return -errno;
	return bind(fd, (const struct sockaddr *)&ll, sizeof(ll)) ? -errno : 0;
}

static int configure(struct packet_dev *d, const struct packet_dev_cfg *cfg)
{
	int buffer = SEND_BUFFER;
	int err = set(d->fd, PACKET_VERSION, TPACKET_V3);

	if (err)
		return err;
	d->has_vnet_hdr = is_little_endian() && !set(d->fd, PACKET_VNET_HDR, 1);
	/* Older kernels do not know it; the driver looks, too. */
	(void)set(d->fd, PACKET_IGNORE_OUTGOING, 1);
	if (setsockopt(d->fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer,
		       sizeof(buffer)))
		(void)setsockopt(d->fd, SOL_SOCKET, SO_SNDBUF, &buffer,
				 sizeof(buffer));
	err = set_rings(d, cfg);
	if (!err)
		err = map_rings(d);
	return err ? err : bind_to(d->fd, cfg->index);
}

int packet_dev_open(struct packet_dev *d, const struct packet_dev_cfg *cfg)
{
	int err;

	*d = (struct packet_dev){0};
	/* Protocol 0: nothing comes in before it is bound. */
	d->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return -errno;
	err = configure(d, cfg);
	if (err)
		packet_dev_close(d);
	return err;
}

void packet_dev_close(struct packet_dev *d)
{
	if (d->map)
		munmap(d->map, d->map_len);
	close(d->fd);
}

uint32_t packet_dev_missed(const struct packet_dev *d)
{
	struct tpacket_stats_v3 s = {0};
	socklen_t len = sizeof(s);

	if (getsockopt(d->fd, SOL_PACKET, PACKET_STATISTICS, &s, &len))
		return 0;
	return s.tp_drops;
}
