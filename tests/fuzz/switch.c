// SPDX-License-Identifier: MIT
/*
 * switch.c - fuzz target: any frames into a switch with everything switched on
 *
 * The first octet is the allocation that fails, the second says what the switch
 * is.  Then come frames: an octet for the port and the time that passes, one
 * for the length, the octets.  What leaves is looked at: an access port never
 * sends a tag, a trunk only tags of VLANs that it carries.
 */

#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "fuzz.h"
#include "vnet/vnet.h"

enum { ACCESS, ACCESS_OTHER, TRUNK, TUNNEL, TUNNEL_OTHER, SPY, PORTS };
enum { F_VLANS = 1, F_STP = 2, F_GUARD = 4, F_MIRROR = 8, F_LIMITS = 16 };

struct net {
	struct mem mem;
	struct world *w;
	struct vswitch *sw;
	struct port *port[PORTS], *host[PORTS];
	unsigned int flags;
};

static bool is_tag(uint16_t type)
{
	return type == ETH_VLAN || type == ETH_QINQ;
}

/* What has left the switch. */
static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	const struct net *n = arg;
	const uint8_t *p = pkt_need(pkt, ETH_HLEN);
	uint16_t type = p ? get16(p + 12) : 0, vid;

	check(p);
	if (n->flags & F_VLANS) {
		if (port == n->host[ACCESS] || port == n->host[ACCESS_OTHER])
			check(!is_tag(type));
		if (port == n->host[TRUNK] && is_tag(type)) {
			vid = get16(pkt_need(pkt, 18) + 14) & 0xfff;
			check(vid == 10 || vid == 20 || vid == 30);
		}
	}
	if (n->flags & F_MIRROR)
		check(port != n->host[SPY] || pkt->is_relayed);
	pkt_free(pkt);
}

static int set_vlan(struct port *port, enum vlan_mode mode, uint16_t pvid)
{
	struct vlan_port vp = {.mode = mode, .pvid = pvid};

	if (mode == VLAN_TRUNK) {
		vlan_carry(&vp, 10);
		vlan_carry(&vp, 20);
		vlan_carry(&vp, 30);
	}
	return switch_set_vlan(port, &vp);
}

static int set_vlans(struct net *n)
{
	int err = set_vlan(n->port[ACCESS], VLAN_ACCESS, 10);

	if (!err)
		err = set_vlan(n->port[ACCESS_OTHER], VLAN_ACCESS, 20);
	if (!err)
		err = set_vlan(n->port[TRUNK], VLAN_TRUNK, 10);
	if (!err)
		err = set_vlan(n->port[TUNNEL], VLAN_TUNNEL, 30);
	return err ? err : set_vlan(n->port[TUNNEL_OTHER], VLAN_TUNNEL, 30);
}

static int plug(struct net *n, int i)
{
	const char name[] = {'h', (char)('0' + i), 0};
	struct node *box = world_add_box(n->w, name, on_frame, n);

	n->host[i] = box ? box_add_port(box, NULL) : NULL;
	n->port[i] = switch_add_port(n->sw);
	if (!n->host[i] || !n->port[i] ||
	    !world_link(n->w, n->host[i], n->port[i], NULL))
		return -1;
	return 0;
}

static int configure(struct net *n)
{
	const struct switch_limits limits = {.macs_max = 4, .storm = {9, 9, 9}};
	const struct stp_cfg guard = {.is_guarded = true};

	if (n->flags & F_VLANS && set_vlans(n))
		return -1;
	if (n->flags & F_STP) {
		if (switch_stp_start(n->sw, SWITCH_STP_PRIORITY))
			return -1;
		if (n->flags & F_GUARD)
			switch_set_stp(n->port[ACCESS], &guard);
	}
	if (n->flags & F_MIRROR)
		switch_mirror(n->port[TRUNK], n->port[SPY], MIRROR_BOTH);
	if (n->flags & F_LIMITS)
		switch_set_limits(n->port[TRUNK], &limits);
	return 0;
}

static void play(struct net *n, struct cursor *c)
{
	while (cur_left(c) > 2) {
		uint8_t where = cur_u8(c);
		size_t len = cur_u8(c);
		struct port *port = n->host[where % PORTS];

		len = min_size(len, cur_left(c));
		(void)box_send(port, cur_take(c, len), len);
		world_run_until(n->w, world_now(n->w) +
					      (where >> 4) * (NS_PER_S / 8));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	struct net n = {.w = NULL};
	int i, err;

	fuzz_mem_init(&n.mem, cur_u8(&c));
	n.flags = cur_u8(&c);
	n.w = world_new(&n.mem, 1);
	n.sw = n.w ? world_add_switch(n.w, "sw") : NULL;
	err = n.sw ? 0 : -1;
	for (i = 0; i < PORTS && !err; i++)
		err = plug(&n, i);
	if (!err && !configure(&n))
		play(&n, &c);
	if (n.w)
		check(world_free(n.w) == 0);
	fuzz_mem_fini(&n.mem);
	return 0;
}
