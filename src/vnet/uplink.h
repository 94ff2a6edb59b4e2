/* SPDX-License-Identifier: MIT */
#ifndef VNET_UPLINK_H
#define VNET_UPLINK_H

/*
 * uplink.h - where a virtual network ends and a real one begins
 *
 *	   the world                |  the system
 *	                            |
 *	  host --- cable --- [ box == device ] --- kernel, wire, file
 *
 * A box with one port and one device (driver/dev.h); what arrives at one leaves
 * by the other.  So whatever cables do to frames (delay, loss, flipped bits)
 * stands between the outside and the hosts.  A world with one has to follow the
 * clock, see vnet/real.h; only a capture also plays in virtual time.
 */

#include "driver/dev.h"
#include "vnet/vnet.h"

struct uplink;

/**
 * uplink_open() - An uplink as a node of a world
 * @w:		Where; must outlive it
 * @name:	Of the node, unique in the world
 * @cfg:	The device.  Without offload: on a cable frames are whole.  Its
 *		mac and name are not looked at
 * @out:	Filled in, or NULL
 *
 * Return: 0, -ENOMEM (or the name is in use), or as dev_open()
 */
int uplink_open(struct world *w, const char *name, const struct dev_cfg *cfg,
		struct uplink **out);

/* Directly before world_free(): nothing may happen in between.  NULL is fine.
 */
void uplink_free(struct uplink *u);

/* Where the cable is to be plugged in. */
struct port *uplink_port(struct uplink *u);

/* What to wait for, and to flush. */
struct dev *uplink_dev(struct uplink *u);

/* Take in what has arrived at the device, as dev_read(). */
int uplink_read(struct uplink *u);

#endif /* VNET_UPLINK_H */
