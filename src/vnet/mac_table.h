/* SPDX-License-Identifier: MIT */
#ifndef VNET_MAC_TABLE_H
#define VNET_MAC_TABLE_H

/*
 * mac_table.h - which address lives at which port of a switch
 *
 * An address may live in several VLANs, at another port in each: a router with
 * one MAC address for all of them does (independent learning, IEEE 802.1Q,
 * 8.8).  So what is looked up is an address and a VLAN; 0 where there are none.
 *
 * What ordinary frames need is in mac_table_hot.h.  Used by switch.c only;
 * everyone else includes "vnet/switch.h".
 */

#include "base/bytes.h"
#include "base/hash.h"
#include "base/htab.h"
#include "base/list.h"
#include "base/mem.h"

#include "vnet/switch.h"

struct mac_entry;

/**
 * struct mac_owner - what a port needs to have addresses
 * @entries:	Its addresses, the longest silent first
 * @count:	How many
 * @max:	Most that it may have; 0: as struct switch_cfg says
 * @last:	The one heard last, or NULL: most likely the next, too
 */
struct mac_owner {
	struct list entries;
	uint32_t count;
	uint32_t max;
	struct mac_entry *last;
};

/**
 * struct mac_entry - an address
 * @key:	The address and its VLAN, mac_key()
 * @owner:	Its port
 * @home:	Where it lived before it moved, or still lives
 * @seen_ns:	Last frame from it, up to a second ago
 * @mac:	The address
 * @vid:	Its VLAN
 * @age:	In the table, the longest silent first
 * @mine:	In the port, likewise
 * @away_ns:	When it left @home
 * @window_ns:	Begin of the second in which @moves are counted
 * @held_ns:	It stays where it is until then
 * @moves:	Changes of port in that second
 *
 * What every frame looks at comes first.
 */
struct mac_entry {
	uint64_t key;
	struct mac_owner *owner, *home;
	uint64_t seen_ns;
	mac_addr mac;
	uint16_t vid;
	struct list age;
	struct list mine;
	uint64_t away_ns;
	uint64_t window_ns;
	uint64_t held_ns;
	uint32_t moves;
};

/**
 * struct mac_table - all addresses of a switch
 * @tab:	By address
 * @pool:	Where entries come from
 * @ages:	struct mac_entry.age, the longest silent first
 * @twist:	Of the hash, see mac_table.c; secret: strangers choose addresses
 * @quiet_ns:	Nothing is too old before that
 * @cfg:	Limits
 * @stats:	Counts learned, moved, move_alarms, evicted, aged
 */
struct mac_table {
	struct htab tab;
	struct pool pool;
	struct list ages;
	uint32_t twist[8][256];
	uint64_t quiet_ns;
	struct switch_cfg cfg;
	struct switch_stats stats;
};

enum mac_verdict {
	MAC_KNOWN,   /* nothing new */
	MAC_NEW,     /* learned */
	MAC_MOVED,   /* learned at another port */
	MAC_REFUSED, /* moves too often, or must not move */
	MAC_NO_ROOM, /* not learned: no memory, or the quota is 0 */
};

void mac_table_init(struct mac_table *t, struct mem *mem,
		    const struct hash_key *key);
void mac_table_fini(struct mac_table *t);

/* Other limits than before. */
void mac_table_set_cfg(struct mac_table *t, const struct switch_cfg *cfg);

/* What is looked up: an address and its VLAN, as one number. */
static inline uint64_t mac_key(mac_addr mac, uint16_t vid)
{
	return (uint64_t)get32(mac.o) << 32 |
	       (uint64_t)get16(mac.o + sizeof(uint32_t)) << 16 | vid;
}

/* A frame from @key came in at @owner. */
enum mac_verdict mac_table_learn(struct mac_table *t, uint64_t key,
				 struct mac_owner *owner, uint64_t now_ns);

/**
 * mac_table_find() - Where does an address live?
 * @also:	Where it lived until less than a minute ago, and may live still;
 *		NULL if it has not moved
 *
 * Return: its port; NULL if it is not known, or was last heard too long ago
 */
struct mac_owner *mac_table_find(const struct mac_table *t, uint64_t key,
				 uint64_t now_ns, struct mac_owner **also);

/* The longest silent entry if it is too old, or NULL. */
struct mac_entry *mac_table_oldest(struct mac_table *t, uint64_t now_ns);

/* Is there nothing for mac_table_oldest() to find?  False: perhaps not. */
static inline bool mac_table_is_fresh(const struct mac_table *t,
				      uint64_t now_ns)
{
	return now_ns < t->quiet_ns;
}

void mac_table_del(struct mac_table *t, struct mac_entry *e);

#endif /* VNET_MAC_TABLE_H */
