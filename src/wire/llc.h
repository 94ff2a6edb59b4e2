/* SPDX-License-Identifier: MIT */
#ifndef WIRE_LLC_H
#define WIRE_LLC_H

/*
 * llc.h - what stands behind the length of an 802.3 frame
 *
 *	dst src length | DSAP SSAP control | organisation type | payload
 *	 6   6    2    |  1    1      1    |      3        2   |
 *	                <----- LLC ------>  <----- SNAP ----->
 *
 * Before Ethernet frames had a type they had a length, and a service access
 * point (SAP) said what they carry (IEEE 802.2).  SAPs are one octet, too few;
 * SAP 0xaa means that a SNAP header follows, which has room for an EtherType
 * (RFC 1042).
 */

#include <stddef.h>
#include <stdint.h>

#include "wire/bad.h"

enum {
	LLC_HLEN = 3,
	LLC_SNAP_LEN = 8, /* LLC and SNAP */
};

enum llc_sap {
	LLC_SAP_NULL = 0x00,
	LLC_SAP_STP = 0x42, /* spanning tree */
	LLC_SAP_SNAP = 0xaa,
	LLC_SAP_IPX = 0xe0,
	LLC_SAP_NETBIOS = 0xf0,
};

#define LLC_UI 0x03 /* control: unnumbered information */

/**
 * struct llc_hdr - LLC, with SNAP if there is one
 * @dsap:	For whom
 * @ssap:	From whom
 * @control:	Kind of frame; LLC_UI
 * @has_snap:	@org and @type are there
 * @org:	Whose types these are; 0: EtherTypes
 * @type:	What the payload is
 * @len:	Octets of the header: 3, or 8 with SNAP
 */
struct llc_hdr {
	uint8_t dsap, ssap, control;
	uint8_t has_snap;
	uint32_t org;
	uint16_t type;
	uint8_t len;
};

/**
 * llc_parse() - Read an LLC header
 * @h:		Filled in on success
 * @buf:	First octet behind the length
 * @len:	Octets that the length says; may be anything
 *
 * Return: its length, 3 or 8; WIRE_SHORT
 */
int llc_parse(struct llc_hdr *h, const uint8_t *buf, size_t len);

/* Writes LLC and SNAP for an EtherType; room for LLC_SNAP_LEN octets. */
void llc_snap_emit(uint8_t *buf, uint16_t type);

/* "SNAP", "spanning tree", ...; NULL for a number without a name. */
const char *llc_sap_name(uint8_t sap);

#endif /* WIRE_LLC_H */
