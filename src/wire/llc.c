// SPDX-License-Identifier: MIT
/*
 * llc.c - what stands behind the length of an 802.3 frame
 */

#include "wire/llc.h"

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/wcursor.h"

int llc_parse(struct llc_hdr *h, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	struct llc_hdr got = {.len = LLC_HLEN};

	got.dsap = cur_u8(&c);
	got.ssap = cur_u8(&c);
	got.control = cur_u8(&c);
	if (got.dsap == LLC_SAP_SNAP && got.control == LLC_UI) {
		got.has_snap = 1;
		got.org = (uint32_t)cur_u8(&c) << 16;
		got.org |= cur_u16(&c);
		got.type = cur_u16(&c);
		got.len = LLC_SNAP_LEN;
	}
	if (!cur_ok(&c))
		return WIRE_SHORT;
	*h = got;
	return got.len;
}

void llc_snap_emit(uint8_t *buf, uint16_t type)
{
	struct wcursor w = wcur_init(buf, LLC_SNAP_LEN);

	wcur_u8(&w, LLC_SAP_SNAP);
	wcur_u8(&w, LLC_SAP_SNAP);
	wcur_u8(&w, LLC_UI);
	wcur_u24(&w, 0);
	wcur_u16(&w, type);
}

const char *llc_sap_name(uint8_t sap)
{
	switch (sap) {
	case LLC_SAP_NULL:
		return "none";
	case LLC_SAP_STP:
		return "spanning tree";
	case LLC_SAP_SNAP:
		return "SNAP";
	case LLC_SAP_IPX:
		return "IPX";
	case LLC_SAP_NETBIOS:
		return "NetBIOS";
	default:
		return NULL;
	}
}
