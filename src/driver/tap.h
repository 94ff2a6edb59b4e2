/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_TAP_H
#define DRIVER_TAP_H

/*
 * tap.h - an interface whose cable ends in a file of the system
 *
 *	cfg.fd = tap_dev_open(&dev, name);
 *	tap_init(&tap, &stack.place, &cfg);
 *	stack_add_netif(&stack, &tap.netif);
 *	... whenever the descriptor can be read: tap_read(&tap) ...
 *
 * Any descriptor that gives and takes one frame at a time will do: a TAP
 * device, or one end of a pair of datagram sockets.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/env.h"
#include "core/netif.h"

struct place;

#define TAP_BATCH 64 /* frames taken in at one time, unless said otherwise */

/**
 * struct tap_cfg - what the interface is to be
 * @fd:		Where frames come from and go to; does not block
 * @name:	"tap0", or whatever
 * @mac:	Its address, not that of the kernel's end
 * @mtu:	Largest IP packet; 0: 1500
 * @batch:	Frames for one call of tap_read(); 0: TAP_BATCH
 * @has_vnet_hdr: Frames have a header in front, see virtio.h
 * @has_offload: With it: checksums and segmentation are left to the far end
 */
struct tap_cfg {
	int fd;
	const char *name;
	mac_addr mac;
	uint32_t mtu;
	uint32_t batch;
	bool has_vnet_hdr;
	bool has_offload;
};

/**
 * struct tap - the interface
 * @netif:	Give it to a stack, or set its on_input
 * @fd:		As configured; not closed by the driver
 * @batch:	Likewise
 * @has_vnet_hdr: Likewise
 * @is_gone:	The device was removed under it
 * @on_frame:	(optional) Looks at each frame that has come, before it is told
 *		to anybody; may set its cause
 * @spare:	Blocks for the next frame, by class
 * @batches:	Calls of tap_read() that found something
 * @full:	Of these, how many stopped because the batch was full
 */
struct tap {
	struct netif netif;
	int fd;
	uint32_t batch;
	bool has_vnet_hdr;
	bool is_gone;
	void (*on_frame)(struct tap *tap, struct pkt *pkt);
	struct block *spare[BLOCK_CLASSES];
	uint64_t batches, full;
};

/* Prepare @tap; it must stay where it is.  @place must outlive it. */
void tap_init(struct tap *tap, struct place *place, const struct tap_cfg *cfg);

/* Give its memory back, after it was taken from its owner.  Does not close the
 * descriptor. */
void tap_fini(struct tap *tap);

/**
 * tap_read() - Take in the frames that have arrived, a batch at most
 * @tap:	Which
 *
 * A frame with an offload header that lies is dropped (vnet_bad), one for
 * which there is no memory too (no_memory).  May call back anything.
 *
 * Return: how many frames were there; -ENODEV: the device was removed, and
 * there is nothing to wait for any more
 */
int tap_read(struct tap *tap);

#endif /* DRIVER_TAP_H */
