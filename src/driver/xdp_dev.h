/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_XDP_DEV_H
#define DRIVER_XDP_DEV_H

/*
 * xdp_dev.h - opening an interface of the system in front of the kernel
 *
 *	interface --> [ program of six instructions ] --> socket
 *			     |  no socket there
 *			     v
 *			  the kernel
 *
 * All frames lie in one piece of memory (the umem), cut into chunks, and four
 * rings say whose each chunk is:
 *
 *	ring	who fills it	with
 *	fill	we		chunks for frames that may come
 *	rx	the kernel	chunks with frames that have come
 *	tx	we		chunks with frames to be sent
 *	done	the kernel	chunks whose frames have been sent
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	XDP_CHUNK = 4096,
	XDP_CHUNKS = 2048,	       /* for frames that come; */
	XDP_CHUNKS_TX = 2048,	       /* and behind them, for those that go */
	XDP_RING = 2048,	       /* places in each ring */
	XDP_RX_ROOM = XDP_CHUNK - 256, /* the kernel leaves room in front */
	XDP_PIECES = 17,	       /* chunks of one frame */
};

/**
 * struct xdp_ring - a ring that two sides share
 * @producer:	How much was ever put in; by one side
 * @consumer:	How much was ever taken out; by the other
 * @flags:	Whether the kernel wants to be told
 * @desc:	XDP_RING places
 * @map:	The whole of it, @map_len octets
 */
struct xdp_ring {
	uint32_t *producer, *consumer, *flags;
	void *desc;
	void *map;
	size_t map_len;
};

/**
 * struct xdp_dev - an open one
 * @fd:		The socket
 * @sockets:	Map in the kernel: queue -> socket
 * @program:	What puts frames into that socket
 * @link:	Ties the program to the interface; goes with its descriptor
 * @umem:	Memory of frames
 * @umem_len:	Octets of it
 * @has_pieces:	A frame may be larger than a chunk
 */
struct xdp_dev {
	int fd, sockets, program, link;
	uint8_t *umem;
	size_t umem_len;
	struct xdp_ring rx, tx, fill, done;
	bool has_pieces;
};

/**
 * xdp_dev_open() - Open one
 * @d:		Filled in
 * @index:	Number of the interface
 *
 * The first queue's frames come to us and no longer to the kernel, for as long
 * as this is open; whatever ends this process ends that, too.
 *
 * Return: 0, -EPERM (takes CAP_NET_RAW, CAP_BPF and CAP_NET_ADMIN), -EBUSY (the
 * interface is in use already; may block for a second), -ENODEV, -EAFNOSUPPORT
 * or -EOPNOTSUPP (the kernel has no AF_XDP), -ENOMEM, another -errno
 */
int xdp_dev_open(struct xdp_dev *d, int index);

void xdp_dev_close(struct xdp_dev *d);

/* Frames, ever, that came while there was no chunk or no place in the ring. */
uint64_t xdp_dev_missed(const struct xdp_dev *d);

#endif /* DRIVER_XDP_DEV_H */
