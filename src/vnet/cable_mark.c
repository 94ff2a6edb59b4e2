// SPDX-License-Identifier: MIT
/*
 * cable_mark.c - a queue that says it is long before it must drop
 *
 * Theory of operation
 * ===================
 * The queue in front of a slow wire is where congestion is, and where it is
 * seen first.  If it stands longer than mark_octets, a packet that joins it and
 * whose sender said that it understands (ECT) gets the codepoint "congestion
 * experienced" (RFC 3168, 5).  Others are left alone; what finds no room at all
 * is dropped, whatever it says.
 *
 * The step from never to always at one length is what DCTCP asks of a switch
 * (RFC 8257, 3.1); it also serves classic ECN.
 *
 * A cable is below IP, and so is a switch that does this in reality: both look
 * into the packet all the same.
 */

#include "wire/ether.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#include "core/probe.h"

#include "vnet/vnet_int.h"

static bool mark_ip4(uint8_t *p, size_t len)
{
	struct ip4_hdr h;

	if (ip4_hdr_parse_quoted(&h, p, len) < 0 ||
	    (h.tos & IP_ECN_MASK) == IP_ECN_NOT_ECT)
		return false;
	ip4_patch_tos(p, h.tos | IP_ECN_CE);
	return true;
}

static bool mark_ip6(uint8_t *p, size_t len)
{
	uint8_t tclass;

	if (len < IP6_HLEN)
		return false;
	tclass = ip6_tclass(p);
	if ((tclass & IP_ECN_MASK) == IP_ECN_NOT_ECT)
		return false;
	ip6_patch_tclass(p, tclass | IP_ECN_CE);
	return true;
}

static bool mark(struct pkt *pkt)
{
	uint8_t *p = pkt_data(pkt);
	struct ether_hdr h;
	int n = ether_parse(&h, p, pkt->lin_len);

	if (n < 0)
		return false;
	if (h.type == ETH_IP4)
		return mark_ip4(p + n, pkt->lin_len - (size_t)n);
	if (h.type == ETH_IP6)
		return mark_ip6(p + n, pkt->lin_len - (size_t)n);
	return false;
}

void cable_mark(struct cable_half *half, struct pkt *pkt)
{
	const struct cable_params *p = &half->params;

	if (pkt->link != PKT_ETHER || !p->mark_octets ||
	    half->waiting_octets <= p->mark_octets || !mark(pkt))
		return;
	half->stats.marked++;
	PROBE(&half->cable->place, EV_NOTE, R_CABLE_MARK, pkt,
	      EVF_NUM("queue", half->waiting_frames),
	      EVF_NUM("octets", half->waiting_octets));
}
