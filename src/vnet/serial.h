/* SPDX-License-Identifier: MIT */
#ifndef VNET_SERIAL_H
#define VNET_SERIAL_H

/*
 * serial.h - ports of hosts for a line that knows only octets
 *
 * A part of vnet.h, which includes it.
 *
 *	host --- session of PPP --- port === cable === port --- session --- host
 *	           frames           octets                      frames
 *
 * A cable between two such ports carries octets, each with a start bit and a
 * stop bit; a bit that flips is one of the line, and what becomes of it is for
 * the other end to find out.
 */

#include <stdbool.h>
#include <stdint.h>

#include "link/ppp.h"

struct host;
struct netif;
struct port;

#define SERIAL_BITS 10 /* an octet on the line: start, eight, stop */

/**
 * struct serial_conf - what a port is to be
 * @ppp:	Of its session; strings are borrowed
 * @has_carrier: A wire of its own tells each end that the other is there
 * @redial_s:	So long after a session has ended, unless an end was refused,
 *		it begins anew; 0: never
 */
struct serial_conf {
	struct ppp_conf ppp;
	bool has_carrier;
	uint32_t redial_s;
};

/**
 * struct serial_ops - for whoever built the host; all optional
 * @on_up:	IPv4 passes; our address and the way to the peer are there
 * @on_down:	It is about to end; they still are
 * @on_up6:	IPv6 passes; the link-local address is there
 * @on_down6:	As @on_down
 */
struct serial_ops {
	void (*on_up)(void *arg, struct netif *netif, ip4_addr peer);
	void (*on_down)(void *arg, struct netif *netif, ip4_addr peer);
	void (*on_up6)(void *arg, struct netif *netif);
	void (*on_down6)(void *arg, struct netif *netif);
};

/**
 * host_add_serial() - A port for a serial cable, and an interface behind it
 * @h:		Switched on
 * @name:	Of the interface: "ppp0"
 * @conf:	Copied
 * @ops:	NULL: nobody wants to know
 * @arg:	First argument of all @ops
 *
 * The session begins when the cable is there, and anew whenever the host is
 * switched on.
 *
 * Return: the port, or NULL (no memory)
 */
struct port *host_add_serial(struct host *h, const char *name,
			     const struct serial_conf *conf,
			     const struct serial_ops *ops, void *arg);

/* The stack's interface behind a port: another one for serial ports. */
struct netif *port_netif(struct port *port);

/* The session of a serial port; NULL: its host is off. */
struct ppp *port_ppp(struct port *port);

#endif /* VNET_SERIAL_H */
