// SPDX-License-Identifier: MIT
/*
 * frame_copy.c - the frame that a packet is, as it stands at an interface
 *
 * Link header, payload, padding, and the frame check sequence, which is
 * computed here unless the frame carries one (because bits were flipped after
 * it was computed).  Octets of a serial line are shown as the frame that they
 * are, where they are one; noise is shown as it is.
 */

#include "trace/frame_copy.h"

#include <string.h>

#include "base/crc32.h"

#include "wire/ether.h"
#include "wire/ppp.h"

#include "core/pkt.h"

#define FCS_LEN 4

static size_t finish_ether(const struct pkt *pkt, uint8_t *frame, size_t len)
{
	uint32_t fcs = pkt->has_fcs ? pkt->fcs : crc32_update(0, frame, len);

	put32le(frame + len, fcs);
	return len + FCS_LEN;
}

static size_t finish_ppp(const struct pkt *pkt, uint8_t *frame, size_t len)
{
	uint16_t fcs = (uint16_t)~ppp_fcs16(PPP_FCS_INIT, frame, len);

	put16le(frame + len, pkt->has_fcs ? (uint16_t)pkt->fcs : fcs);
	return len + PPP_FCS_LEN;
}

/* In place: what is decoded is never longer than what it is decoded from. */
static size_t decode_line(uint8_t *frame, size_t len, uint8_t *link)
{
	uint8_t octets[PPP_LINE_MAX(PPP_MRU)];
	struct ppp_decoder d;
	struct cursor c;

	if (len < PPP_FRAME_MIN || len > sizeof(octets))
		return len;
	memcpy(octets, frame, len);
	c = cur_init(octets, len);
	ppp_decoder_init(&d, frame, len);
	d.accm = 0;
	if (ppp_decode(&d, &c) != PPP_FRAME) {
		memcpy(frame, octets, len);
		return len;
	}
	*link = PKT_PPP;
	return d.len + PPP_FCS_LEN;
}

size_t frame_copy(const struct pkt *pkt, size_t start, uint8_t *frame,
		  uint8_t *link)
{
	size_t front = pkt->lin_off - start, len = front + pkt->len;

	*link = pkt->link;
	memcpy(frame, pkt->room + start, front);
	pkt_copy_out(pkt, 0, frame + front, pkt->len);
	if (pkt->link == PKT_LINE)
		return decode_line(frame, len, link);
	if (pkt->link == PKT_PPP)
		return finish_ppp(pkt, frame, len);
	return len < ETH_HLEN ? 0 : finish_ether(pkt, frame, len);
}
