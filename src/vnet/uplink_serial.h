/* SPDX-License-Identifier: MIT */
#ifndef VNET_UPLINK_SERIAL_H
#define VNET_UPLINK_SERIAL_H

/*
 * uplink_serial.h - where a serial cable ends in a line of the system
 *
 *	host with a serial port --- serial cable --- [ box == tty ] --- somebody
 *
 * As uplink.h, but what passes is octets, and nobody knows what they mean.
 */

#include "driver/serial_dev.h"
#include "vnet/vnet.h"

struct serial_uplink;

/**
 * serial_uplink_open() - A line as a node of a world that follows the clock
 * @w:		Where; must outlive it
 * @name:	Of the node, unique in the world
 * @device:	As serial_dev_open()
 * @out:	Filled in
 *
 * Return: 0, -ENOMEM, or as serial_dev_open()
 */
int serial_uplink_open(struct world *w, const char *name, const char *device,
		       struct serial_uplink **out);

/* Directly before world_free(): nothing may happen in between.  NULL is fine.
 */
void serial_uplink_free(struct serial_uplink *u);

struct port *serial_uplink_port(struct serial_uplink *u);

/* What to wait for. */
int serial_uplink_fd(const struct serial_uplink *u);

/* What the other side has to open. */
const char *serial_uplink_device(const struct serial_uplink *u);

/* Take in what has come.  Octets; -ENODEV: the line is gone. */
int serial_uplink_read(struct serial_uplink *u);

#endif /* VNET_UPLINK_SERIAL_H */
