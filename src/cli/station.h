/* SPDX-License-Identifier: MIT */
#ifndef CLI_STATION_H
#define CLI_STATION_H

/*
 * station.h - one host on a real wire, in real time
 *
 *	station_open(&st, &cfg);
 *	... programs on st.stack ...
 *	pace_run(&st.pace);
 *	station_close(&st);
 *
 * Without a cable the stack stands directly on the device.  With one it is a
 * host of a virtual network, and between it and the device there is a cable
 * that delays and loses frames as it is told to.
 */

#include <stdbool.h>
#include <stdint.h>

#include "driver/dev.h"
#include "driver/serial_dev.h"
#include "os/pace.h"
#include "vnet/cable.h"
#include "vnet/serial.h"

struct host;
struct serial_uplink;
struct uplink;
struct world;

/**
 * struct station_cfg - what it is to be
 * @kind:	Which driver; a tap if not said
 * @device:	As struct dev_cfg.device
 * @queues:	As struct dev_cfg.queues
 * @address:	Its address and net; no length: it has none
 * @address6:	The same for IPv6, besides the one that it makes itself
 * @gateway:	Way to everybody else; 0.0.0.0: none
 * @mac:	Zero: made from the name of the device
 * @mtu:	0: that of the kernel's end
 * @has_offload: Checksums and segmentation are left to the kernel, both ways;
 *		not with a cable
 * @has_thread:	As struct dev_cfg.has_thread
 * @cable:	What stands between, or NULL
 * @serial:	No device but a line that knows only octets, as
 *		serial_dev_open(): PPP is spoken there as @ppp says, and
 *		brings the addresses
 * @ppp:	See above
 * @ppp_ops:	Told when it is up
 * @ppp_arg:	Their argument
 */
struct station_cfg {
	enum dev_kind kind;
	const char *device;
	uint32_t queues;
	struct ip4_net address;
	struct ip6_net address6;
	ip4_addr gateway;
	mac_addr mac;
	uint32_t mtu;
	bool has_offload;
	bool has_thread;
	const struct cable_params *cable;
	const char *serial;
	struct serial_conf ppp;
	const struct serial_ops *ppp_ops;
	void *ppp_arg;
};

/**
 * struct station - the host
 * @stack:	Its stack
 * @netif:	Its interface
 * @pace:	Its clock
 * @name:	Name that the device has
 * @is_gone:	The device was removed, and the pace stopped
 * @ppp_is_server: We have an address of our own, and give the peer his
 * @ppp_address6: --address of IPv6, beside the one of the line
 */
struct station {
	struct stack *stack;
	struct netif *netif;
	struct pace pace;
	char name[SERIAL_DEV_NAME];
	bool is_gone;
	bool ppp_is_server;
	struct ip6_net ppp_address6;

	/* The rest is its own. */
	struct mem mem;
	struct env env;
	struct stack own;
	struct pace_stack ps;
	struct dev *dev;
	struct world *world;
	struct host *host;
	struct uplink *uplink;
	struct serial_uplink *line;
	struct pace_driven driven, flush;
	struct pace_fd rx[DEV_QUEUES];
};

/**
 * station_open() - Open the device and give the host its address
 *
 * The kernel's end is switched on if that is allowed; its address is whoever
 * owns the machine's business.  The time is that of the day, counted from
 * 2000-01-01, so that what a server says about dates is true.
 *
 * Return: 0, or as dev_open(), -ENOMEM, -EIO; then there is nothing to
 * close
 */
int station_open(struct station *st, const struct station_cfg *cfg);

/* Switch the host off.  Returns packets and blocks leaked: 0. */
size_t station_close(struct station *st);

#endif /* CLI_STATION_H */
