// SPDX-License-Identifier: MIT
/*
 * uplink_whole.c - frames out of what a device brings
 *
 * Theory of operation
 * ===================
 * Between two programs of one machine nobody completes a checksum or cuts a
 * segment that nobody will look at; a device says so (virtio.h).  Cables look:
 * they carry frames of a size, and flip bits that a checksum has to find.
 *
 *	[ link | IP | TCP | 40,000 octets ]
 *	    |
 *	    +--> [ link | IP | TCP | 1448 ] [ link | IP | TCP | 1448 ] ...
 *
 * The driver has compared the device's word with the headers, so it is true:
 * what is partial is TCP or UDP behind a plain IP header, and l4_off says
 * where.
 */

#include "vnet/uplink_whole.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/udp.h"

#include "core/netif.h"
#include "core/pkt.h"

#include "ip/ip_shared.h"

/* A large segment that is being cut: where to, and its link header. */
struct cut {
	struct netif *netif;
	uint8_t link[ETH_HLEN + ETH_VLAN_LEN];
	size_t link_len;
};

/* Octets of the link header; 0: none that we know. */
static size_t link_len(struct pkt *pkt)
{
	struct ether_hdr eth;

	if (ether_parse(&eth, pkt_cdata(pkt), pkt->lin_len) < 0)
		return 0;
	return (size_t)eth.len;
}

static void complete_csum(struct pkt *pkt)
{
	size_t at = (size_t)(pkt->l4_off - pkt->lin_off);
	uint16_t sum;

	if (pkt->csum != PKT_CSUM_PARTIAL)
		return;
	sum = csum_fold(pkt_csum(pkt, at, pkt->len - at));
	if (pkt->csum_off == offsetof(struct udp_wire, sum))
		sum = udp_sum_to_send(sum);
	put16(pkt->room + pkt->l4_off + pkt->csum_off, sum);
	pkt->csum = PKT_CSUM_NONE;
}

/* ip_piece_fn */
static int send_piece(void *arg, struct pkt *piece)
{
	const struct cut *cut = arg;
	uint8_t *p;

	complete_csum(piece);
	p = pkt_push(piece, cut->link_len);
	if (!p) {
		pkt_drop(cut->netif->place, piece, DROP_no_memory);
		return 0;
	}
	memcpy(p, cut->link, cut->link_len);
	piece->l2_off = piece->lin_off;
	/* What one cable loses is no reason to keep the rest. */
	(void)netif_transmit(cut->netif, piece);
	return 0;
}

void uplink_whole(struct netif *netif, struct pkt *pkt)
{
	struct cut cut = {.netif = netif};

	if (pkt->csum != PKT_CSUM_PARTIAL) {
		(void)netif_transmit(netif, pkt);
		return;
	}
	cut.link_len = link_len(pkt);
	if (!cut.link_len || cut.link_len > sizeof(cut.link)) {
		pkt_drop(netif->place, pkt, DROP_vnet_bad);
		return;
	}
	if (!pkt->gso_size) {
		complete_csum(pkt);
		(void)netif_transmit(netif, pkt);
		return;
	}
	memcpy(cut.link, pkt_cdata(pkt), cut.link_len);
	pkt_pull(pkt, cut.link_len);
	pkt->netif = netif;
	(void)gso_split(NULL, pkt, send_piece, &cut);
}
