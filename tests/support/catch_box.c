// SPDX-License-Identifier: MIT
/*
 * catch_box.c - a box at the end of a cable that remembers what arrives
 */

#include "catch_box.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "core/pkt.h"

#include "link/ether.h"

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	struct catch_box *box = arg;
	struct caught *c = &box->caught[box->count];

	(void)port;
	box->octets += pkt->len;
	if (box->count++ < box->room) {
		c->at_ns = world_now(box->w);
		c->len = pkt->len;
		c->has_fcs = pkt->has_fcs;
		c->is_fcs_right = pkt->has_fcs && pkt->fcs == ether_fcs(pkt);
		pkt_copy_out(pkt, 0, c->head,
			     min_size(pkt->len, sizeof(c->head)));
	}
	pkt_free(pkt);
}

void catch_init(struct catch_box *box, struct world *w, const char *name,
		size_t room)
{
	struct node *node = world_add_box(w, name, on_frame, box);

	check(node);
	memset(box, 0, sizeof(*box));
	box->w = w;
	box->room = room;
	box->caught = calloc(room ? room : 1, sizeof(*box->caught));
	box->port = box_add_port(node, NULL);
	check(box->caught && box->port);
}

void catch_fini(struct catch_box *box)
{
	free(box->caught);
}

uint32_t caught_number(const struct caught *c)
{
	return get32(c->head + ETH_HLEN);
}

mac_addr mac_of(uint8_t last)
{
	return (mac_addr){{2, 0, 0, 0, 0, last}};
}

void frame_send(struct port *port, mac_addr dst, mac_addr src, uint32_t number,
		size_t len)
{
	static uint8_t frame[65536];
	size_t i;

	check(len >= ETH_HLEN + 4 && len <= sizeof(frame));
	put_mac(frame, dst);
	put_mac(frame + 6, src);
	put16(frame + 12, 0x88b5); /* IEEE: local experiments */
	put32(frame + ETH_HLEN, number);
	for (i = ETH_HLEN + 4; i < len; i++)
		frame[i] = (uint8_t)(i * 7);
	(void)box_send(port, frame, len);
}
