/* SPDX-License-Identifier: MIT */
#ifndef VNET_MAC_TABLE_HOT_H
#define VNET_MAC_TABLE_HOT_H

/*
 * mac_table_hot.h - one look at the table, for the ordinary frame
 *
 * From a known address to another, without VLANs: nothing changes in the table.
 * Who is refused here goes the long way, so it may be refused too often: an
 * address whose hash another one has, too, or one that has not moved to new
 * slots yet.
 *
 * The body stands where it is used, what compares keys is no call, and the hash
 * is of six octets.  (A frame through the switch: 250 instructions become 180.)
 */

#include "base/likely.h"

#include "core/env.h"

#include "vnet/mac_table.h"

#define TOUCH_NS NS_PER_S /* an entry is told so often that it was heard */

/* The hash of the key of an address in no VLAN, whose octets are the upper six
 * of the key; the words for the others are zero. */
static inline uint32_t mac_hash_plain(const struct mac_table *t,
				      const uint8_t *mac)
{
	const size_t last = ARRAY_SIZE(t->twist) - 1;
	uint32_t h = 0;
	size_t i;

	for (i = 0; i < sizeof(mac_addr); i++)
		h ^= t->twist[last - i][mac[i]];
	return h;
}

/* The entry of such an address, or NULL: perhaps there is none. */
static inline struct mac_entry *
mac_table_guess(const struct mac_table *t, const uint8_t *mac, uint64_t key)
{
	struct mac_entry *e = htab_guess(&t->tab, mac_hash_plain(t, mac));

	return LIKELY(e && e->key == key) ? e : NULL;
}

/**
 * mac_table_pass() - Learn and look up at once, where there is nothing to do
 * @frame:	Its first twelve octets, the two addresses; to no group
 * @owner:	Where it came in
 *
 * Return: the port where @to lives; NULL: something is to be done or decided
 * about one of the two, or about the table, and nothing has happened
 */
static inline struct mac_owner *mac_table_pass(const struct mac_table *t,
					       const uint8_t *frame,
					       struct mac_owner *owner,
					       uint64_t now_ns)
{
	const uint8_t *src = frame + sizeof(mac_addr);
	uint64_t to = mac_key(get_mac(frame), 0);
	uint64_t from = mac_key(get_mac(src), 0);
	const struct mac_entry *d = mac_table_guess(t, frame, to);
	struct mac_entry *s = owner->last;

	if (!s || s->key != from)
		s = mac_table_guess(t, src, from);
	if (UNLIKELY(!s || !d || now_ns >= t->quiet_ns || s->owner != owner ||
		     now_ns - s->seen_ns >= TOUCH_NS || d->owner != d->home))
		return NULL;
	owner->last = s;
	return d->owner;
}

#endif /* VNET_MAC_TABLE_HOT_H */
