/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_PACKET_DEV_H
#define DRIVER_PACKET_DEV_H

/*
 * packet_dev.h - opening an interface of the system beside the kernel
 *
 * A packet socket sees what comes in at an interface and may send there.  The
 * kernel goes on to see it, too.  Two rings lie in memory that both share:
 *
 *	rx	blocks, each filled with frames, given over when it is full
 *		or a millisecond old
 *	tx	slots, each for one frame
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A ring of equal parts. */
struct packet_ring {
	uint8_t *mem;
	uint32_t part; /* octets of a block, or of a slot */
	uint32_t count;
};

/**
 * struct packet_dev - an open one
 * @fd:		The socket
 * @rx:		See above
 * @tx:		Likewise
 * @has_vnet_hdr: Frames have a virtio header in front, both ways
 * @map:	Both rings, @map_len octets
 */
struct packet_dev {
	int fd;
	struct packet_ring rx, tx;
	bool has_vnet_hdr;
	void *map;
	size_t map_len;
};

/**
 * struct packet_dev_cfg - which
 * @index:	Number of the interface
 * @frame_max:	Octets of the largest frame that will be sent
 * @is_large:	Frames may be large segments, both ways
 */
struct packet_dev_cfg {
	int index;
	uint32_t frame_max;
	bool is_large;
};

/* Octets in front of the frame in a slot. */
#define PACKET_DEV_HEAD 64

/**
 * packet_dev_open() - Open one
 * @d:		Filled in
 *
 * The interface takes in frames for every address (it is promiscuous) for as
 * long as the socket is open.
 *
 * Return: 0, -EPERM (takes CAP_NET_RAW), -ENODEV, -ENOMEM, another -errno
 */
int packet_dev_open(struct packet_dev *d, const struct packet_dev_cfg *cfg);

void packet_dev_close(struct packet_dev *d);

/* Frames that came while the ring was full, since the last question. */
uint32_t packet_dev_missed(const struct packet_dev *d);

#endif /* DRIVER_PACKET_DEV_H */
