/* SPDX-License-Identifier: MIT */
#ifndef CORE_NETIF_H
#define CORE_NETIF_H

/*
 * netif.h - a network interface: one end of something that carries frames
 *
 * A netif stands between an owner above (a stack, a switch) and a driver below
 * (a memory cable, TAP, a capture file).  The driver is a table of functions.
 * Devices, cables, faults and captures all are drivers, and may stand on each
 * other.
 *
 *        owner (stack, switch)
 *          |  netif_transmit()         ^ on_input()
 *          v                           |
 *        netif ------------------- netif_input()
 *          |  ops->transmit()          ^
 *          v                           |
 *        driver (cable, tap, ...)
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#include "wire/addr.h"

#include "core/place.h"

struct netif;
struct pkt;
struct stack;

/* Frames that come in next: see netif_ahead(). */
typedef void stack_ahead_fn(struct stack *stack, const struct list *frames,
			    uint32_t count);

#define NETIF_NAME_MAX 16

/* What a device can do for us. */
enum netif_feature {
	NETIF_F_CSUM_TX = 1 << 0, /* takes PKT_CSUM_PARTIAL */
	NETIF_F_GSO_TCP = 1 << 1, /* takes gso_size packets of TCP */
	NETIF_F_NO_ARP = 1 << 2,  /* point to point or loopback: no addresses */
	NETIF_F_LOOPBACK = 1 << 3,
	NETIF_F_GSO_UDP = 1 << 5, /* takes several datagrams in one */
	NETIF_F_PPP = 1 << 4, /* with NO_ARP: one neighbour, and no address of
			       * the link to call him by */
};

/**
 * struct netif_ops - what a driver does
 * @transmit:	(required) Send a frame; takes it.  Returns 0 or -errno; it has
 *		counted, told and freed what it did not send.
 * @output:	(optional) A link that is no Ethernet: put its header in front
 *		of a packet of this EtherType, and netif_transmit() it.  Takes
 *		@pkt; returns as @transmit
 * @input:	(optional) ... read the header of a frame that has come, and
 *		hand on what is behind it.  Takes @pkt
 * @close:	(optional) The owner is going away
 */
struct netif_ops {
	int (*transmit)(struct netif *netif, struct pkt *pkt);
	int (*output)(struct netif *netif, struct pkt *pkt, uint16_t type);
	void (*input)(struct netif *netif, struct pkt *pkt);
	void (*close)(struct netif *netif);
};

struct netif_stats {
	uint64_t tx_frames, tx_octets;
	uint64_t rx_frames, rx_octets;
};

/**
 * struct netif - an interface
 * @node:	In the owner's list
 * @place:	The owner's place: name, counters, world
 * @ops:	The driver
 * @drv:	The driver's own
 * @on_input:	The owner's entry for frames; takes the packet
 * @on_ahead:	(optional) See netif_ahead()
 * @owner:	The owner's own (a struct stack, a switch's port)
 * @name:	"eth0", "p1"
 * @index:	Counted from 1 within the owner
 * @mtu:	Largest IP packet, octets
 * @gso_max:	Largest packet with NETIF_F_GSO_TCP, octets
 * @features:	enum netif_feature
 * @is_up:	May send and receive
 * @has_no_carrier: Nothing is at the other end of the cable, as far as the
 *		device can tell; it may be used all the same
 */
struct netif {
	struct list node;
	struct place *place;
	const struct netif_ops *ops;
	void *drv;
	void (*on_input)(struct netif *netif, struct pkt *pkt);
	void (*on_ahead)(struct netif *netif, const struct list *frames,
			 uint32_t count);
	void *owner;
	char name[NETIF_NAME_MAX];
	uint32_t index;
	uint32_t mtu;
	uint32_t gso_max;
	uint32_t features;
	mac_addr mac;
	bool is_up, has_no_carrier;
	struct netif_stats stats;
};

/**
 * netif_init() - Prepare an interface; MTU 1500, up
 * @netif:	Zeroed or not
 * @place:	The owner's, must outlive it
 * @name:	Cut to NETIF_NAME_MAX - 1
 * @mac:	Its address; all zero for a switch's port
 */
void netif_init(struct netif *netif, struct place *place, const char *name,
		mac_addr mac);

/**
 * netif_transmit() - Send a frame, link header and padding in place
 *
 * Counts it and emits EV_TX; pkt->cause becomes the number of that event, so
 * that whatever the frame causes elsewhere can name it.  Takes @pkt.
 *
 * Return: 0, -ENETDOWN, or what the driver says (-ENOBUFS: queue full)
 */
int netif_transmit(struct netif *netif, struct pkt *pkt);

/**
 * netif_input() - A driver hands up a frame
 *
 * Counts it and emits EV_RX, which is the cause of all that the owner does
 * about it.  Takes @pkt; may call back anything.
 */
void netif_input(struct netif *netif, struct pkt *pkt);

/* Frames that netif_ahead() is told of at a time: as many chains of reads as a
 * processor can follow at once, and what they lead to fits into its cache.  Of
 * a million connections: see tcp_ahead.c. */
#define NETIF_AHEAD 16

#endif /* CORE_NETIF_H */
