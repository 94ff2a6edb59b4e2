// SPDX-License-Identifier: MIT
/*
 * dis_switch.c - the fields of what switches say and add: BPDUs, 802.1Q tags
 */

#include "base/bytes.h"

#include "wire/bpdu.h"
#include "wire/ether.h"

#include "trace/dissect_int.h"

static void dis_bridge(struct dissection *d, struct cursor *c, const char *name,
		       const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 8);

	if (p)
		dis_take(d, c, 8, name, meaning,
			 "priority %u, %02x:%02x:%02x:%02x:%02x:%02x", get16(p),
			 p[2], p[3], p[4], p[5], p[6], p[7]);
}

static void dis_time(struct dissection *d, struct cursor *c, const char *name,
		     const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 2);

	if (p)
		dis_take(d, c, 2, name, meaning, "%u.%02u s", get16(p) / 256,
			 get16(p) % 256 * 100 / 256);
}

static void dis_flags(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 1);
	uint8_t f;

	if (!p)
		return;
	f = *p;
	dis_take(d, c, 1, "Flags", "role and state of the port that sends",
		 "0x%02x %s%s%s%s%s%s%s", f,
		 bpdu_role_name((f & BPDU_F_ROLE) >> BPDU_ROLE_SHIFT),
		 f & BPDU_F_PROPOSAL ? ", proposal" : "",
		 f & BPDU_F_AGREEMENT ? ", agreement" : "",
		 f & BPDU_F_LEARNING ? ", learning" : "",
		 f & BPDU_F_FORWARDING ? ", forwarding" : "",
		 f & BPDU_F_TC ? ", topology change" : "",
		 f & BPDU_F_TC_ACK ? ", change acknowledged" : "");
}

static void dis_vector(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	dis_flags(d, c);
	dis_bridge(d, c, "Root Identifier",
		   "who the sender takes for the root");
	p = dis_peek(d, c, 4);
	if (p)
		dis_take(d, c, 4, "Root Path Cost", "of the sender's way there",
			 "%u", get32(p));
	dis_bridge(d, c, "Bridge Identifier", "the sender");
	p = dis_peek(d, c, 2);
	if (p)
		dis_take(d, c, 2, "Port Identifier", "the port it left by",
			 "priority %u, port %u", get16(p) >> 8 & 0xf0,
			 get16(p) & 0xfff);
	dis_time(d, c, "Message Age",
		 "how far from the root, a second a bridge");
	dis_time(d, c, "Max Age", "void when so old");
	dis_time(d, c, "Hello Time", "between two of these");
	dis_time(d, c, "Forward Delay", "to wait when nobody agrees");
}

void dis_bpdu(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;
	const char *name;
	uint8_t type;

	dis_layer(d, "STP", 2);
	p = dis_peek(d, c, 2);
	if (p)
		dis_take(d, c, 2, "Protocol Identifier", "0: spanning tree",
			 "%u", get16(p));
	p = dis_peek(d, c, 1);
	if (p)
		dis_take(d, c, 1, "Protocol Version", "2: rapid", "%u", *p);
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	type = *p;
	name = bpdu_type_name(type);
	dis_take(d, c, 1, "BPDU Type", NULL, "0x%02x %s", type,
		 name ? name : "unknown");
	if (!name || type == BPDU_TCN)
		return;
	dis_vector(d, c);
	p = type == BPDU_RST ? dis_peek(d, c, 1) : NULL;
	if (p)
		dis_take(d, c, 1, "Version 1 Length",
			 "of a part that nobody has", "%u", *p);
}

/* What a priority is for, by IEEE 802.1Q, table I-2. */
static const char *priority_name(unsigned int pcp)
{
	static const char *const names[] = {
		"best effort", "background", "excellent effort", "critical",
		"video",       "voice",	     "internetwork",	 "network"};

	return names[pcp & 7];
}

void dis_vlan(struct dissection *d, struct cursor *c, bool is_outer)
{
	const uint8_t *p = dis_peek(d, c, 2);
	uint16_t tci, vid;

	if (!p)
		return;
	tci = get16(p);
	vid = tci & 0xfff;
	dis_layer(d, is_outer ? "802.1ad" : "802.1Q", 2);
	dis_take(d, c, 2, "Tag Control Information",
		 vid == 0      ? "no VLAN, only how urgent it is"
		 : vid == 4095 ? "4095 is reserved"
		 : is_outer ? "the carrier's network for what has tags already"
			    : "which of the networks on this cable, and how "
			      "urgent",
		 "VLAN %u, priority %u (%s)%s", vid, tci >> 13,
		 priority_name(tci >> 13),
		 tci & 0x1000 ? ", may be dropped" : "");
}
