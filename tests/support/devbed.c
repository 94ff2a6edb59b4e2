// SPDX-License-Identifier: MIT
/*
 * devbed.c - a place for a device of which the test is the system
 */

#include "devbed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/pkt.h"

struct devbed devbed;

void devbed_begin(void)
{
	memset(&devbed, 0, sizeof(devbed));
	mem_init_libc(&devbed.mem);
	env_init(&devbed.env, &devbed.mem);
	devbed.place = (struct place){.env = &devbed.env, .name = "h"};
}

static void on_input(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	pkt_check(pkt);
	assert_in_range(pkt->len, 0, sizeof(devbed.last));
	devbed.last_len = pkt->len;
	devbed.last_csum = pkt->csum;
	devbed.last_gso_size = pkt->gso_size;
	pkt_copy_out(pkt, 0, devbed.last, pkt->len);
	if (devbed.seen < sizeof(devbed.order))
		devbed.order[devbed.seen] = devbed.last[0];
	devbed.seen++;
	pkt_free(pkt);
}

void devbed_watch(struct dev *dev)
{
	dev->netif.on_input = on_input;
}

int devbed_send(struct dev *dev, size_t len, uint8_t fill)
{
	static uint8_t octets[70000];
	struct pkt *pkt = pkt_new(&devbed.env, R_NONE);

	memset(octets, fill, len);
	assert_non_null(pkt);
	assert_int_equal(pkt_append(pkt, octets, len), 0);
	return netif_transmit(&dev->netif, pkt);
}

void devbed_end(struct dev *dev)
{
	dev_close(dev);
	assert_int_equal(env_fini(&devbed.env), 0);
	assert_int_equal(devbed.mem.in_use_count, 0);
}
