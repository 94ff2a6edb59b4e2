/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_DEVBED_H
#define SUPPORT_DEVBED_H

/*
 * devbed.h - a place for a device of which the test is the system
 *
 *	devbed_begin();
 *	... open a device at &devbed.place; devbed_watch(dev) ...
 *	devbed_send(dev, 100, 'x') sends a frame; what the device brings is in devbed
 *	devbed_end(dev);
 */

#include <stddef.h>
#include <stdint.h>

#include "core/env.h"
#include "core/place.h"

#include "driver/dev.h"

/**
 * struct devbed - what there is
 * @seen:	Frames that the device has brought
 * @last:	Octets of the last one, @last_len
 * @last_csum:	Its enum pkt_csum
 * @last_gso_size: Its gso_size
 * @order:	First octet of each, as far as there is room
 */
struct devbed {
	struct mem mem;
	struct env env;
	struct place place;
	uint32_t seen;
	size_t last_len;
	uint8_t last[70000];
	uint8_t last_csum;
	uint16_t last_gso_size;
	uint8_t order[256];
};

extern struct devbed devbed;

void devbed_begin(void);

/* Take in what @dev brings. */
void devbed_watch(struct dev *dev);

/* Transmit a frame of @len octets, all @fill; what the device says. */
int devbed_send(struct dev *dev, size_t len, uint8_t fill);

/* Close @dev; everything was given back. */
void devbed_end(struct dev *dev);

#endif /* SUPPORT_DEVBED_H */
