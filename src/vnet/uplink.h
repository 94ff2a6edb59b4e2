/* SPDX-License-Identifier: MIT */
#ifndef VNET_UPLINK_H
#define VNET_UPLINK_H

/*
 * uplink.h - where a virtual network ends and a real one begins
 *
 *	   the world                  |  the system
 *	                              |
 *	  host --- cable --- [ box == TAP device ] --- kernel
 *
 * A box with one port and one device; what arrives at one leaves by the other.
 * So whatever cables do to frames (delay, loss, flipped bits) stands between
 * the kernel and the hosts.  Only in a world that follows the clock: see
 * vnet/real.h.
 */

#include "driver/tap.h"
#include "vnet/vnet.h"

struct uplink;

/**
 * uplink_new() - An uplink as a node of a world
 * @w:		Where; must outlive it
 * @name:	Of the node, unique in the world
 * @cfg:	The device.  Offloads are refused: on a cable frames are whole.
 *		Its mac and name are not looked at
 *
 * Return: the uplink, or NULL (no memory, the name is in use)
 */
struct uplink *uplink_new(struct world *w, const char *name,
			  const struct tap_cfg *cfg);

/**
 * uplink_open() - The same with a TAP device of the system
 * @device:	As struct tap_dev_cfg.name; its far end is switched on if that
 *		is allowed
 * @out:	Filled in; uplink_free() closes the device
 *
 * Return: 0, -ENOMEM, or as tap_dev_open()
 */
int uplink_open(struct world *w, const char *name, const char *device,
		struct uplink **out);

/* Directly before world_free(): nothing may happen in between.  NULL is fine.
 */
void uplink_free(struct uplink *u);

/* Where the cable is to be plugged in. */
struct port *uplink_port(struct uplink *u);

/* What to wait for. */
int uplink_fd(const struct uplink *u);

/* Take in what has arrived at the device, as tap_read(). */
int uplink_read(struct uplink *u);

#endif /* VNET_UPLINK_H */
