// SPDX-License-Identifier: MIT
/*
 * mac.c - link addresses
 *
 * Theory of operation
 * ===================
 * A MAC address is 02 (locally administered, IEEE 802) and five octets of a
 * hash of the node's and the interface's name: the same in every lab where
 * they are.  Should two hashes be equal, the later one is made again from the
 * name and a number.  Addresses that the file gives are taken first.
 */
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/htab.h"

#include "lab/expand.h"

static mac_addr mac_make(const char *node, const char *iface, uint32_t attempt)
{
	static const struct hash_key key = {{0x6d6163, 0x61646472}};
	char text[128];
	struct strbuf sb;
	uint64_t h;
	mac_addr m;

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%s/%s", node, iface);
	if (attempt)
		strbuf_printf(&sb, "/%u", attempt);
	h = siphash13(&key, text, sb.len);
	m.o[0] = 2;
	for (size_t i = 1; i < sizeof(m.o); i++)
		m.o[i] = (uint8_t)(h >> (8 * i));
	return m;
}

static bool mac_item_eq(const void *item, const void *key)
{
	const struct lab_iface *iface = item;
	const mac_addr *mac = key;

	return mac_eq(iface->mac.v, *mac);
}

static uint32_t mac_hash(mac_addr m)
{
	return get32(m.o + 2);
}

/* Macs are unique in the whole lab; the table finds the exceptions. */
static void mac_set(struct lab *lab, struct htab *macs,
		    const struct lab_node *node, struct lab_iface *iface)
{
	char text[MAC_TEXT];
	mac_addr m = iface->mac.v;

	for (uint32_t i = 0; !iface->mac.is_set; i++) {
		m = mac_make(node->item.name.s, iface->item.name.s, i);
		if (!htab_find(macs, mac_hash(m), mac_item_eq, &m))
			break;
	}
	if (iface->mac.is_set && htab_find(macs, mac_hash(m), mac_item_eq, &m))
		diag_error(&lab->diag, iface->mac.at, "%s is given out already",
			   mac_print(m, text));
	iface->mac.is_set = true;
	iface->mac.v = m;
	if (htab_add(macs, mac_hash(m), iface) != 0)
		lab->arena.is_out = true;
}

/* Interfaces whose address is given, or those whose is not. */
static void macs_of_nodes(struct lab *lab, struct htab *macs, bool given)
{
	struct lab_node *node = lab->spec.nodes.items;

	for (size_t i = 0; i < lab->spec.nodes.count; i++) {
		struct lab_iface *iface = node[i].interfaces.items;

		for (size_t j = 0; j < node[i].interfaces.count; j++)
			if (!iface[j].vlan.is_set &&
			    iface[j].mac.is_set == given &&
			    iface[j].item.name.s && node[i].item.name.s)
				mac_set(lab, macs, &node[i], &iface[j]);
	}
}

/* An interface for a VLAN has that of the cable that it stands on. */
static void macs_of_vlans(struct lab_node *node)
{
	struct lab_iface *iface = node->interfaces.items;
	size_t count = node->interfaces.count;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; iface[i].vlan.is_set && j < count; j++)
			if (!iface[j].vlan.is_set && iface[i].on.s &&
			    iface[j].on.s &&
			    !strcmp(iface[i].on.s, iface[j].on.s))
				iface[i].mac.v = iface[j].mac.v;
}

void expand_macs(struct lab *lab)
{
	struct lab_node *node = lab->spec.nodes.items;

	struct htab macs;

	htab_init(&macs, lab->arena.mem, 0);
	macs_of_nodes(lab, &macs, true);
	macs_of_nodes(lab, &macs, false);
	htab_fini(&macs);
	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		macs_of_vlans(&node[i]);
}
