// SPDX-License-Identifier: MIT
/*
 * mac_table.c - learning, moving and forgetting addresses
 *
 * Theory of operation
 * ===================
 * An entry is in a hash table and in two lists, both ordered by when the
 * address was last heard: one of the whole table, one of its port.  A frame
 * moves its source to the end of both; so ageing looks at the front only, and
 * so does eviction.  Within a second of the last time this is not repeated: it
 * costs four visits to other entries, and ageing need not be that exact.
 *
 * Whoever floods a switch with invented addresses can only push out his own:
 * a port that has reached its quota forgets its oldest entry, and when the
 * whole table is full the port that learns pays if it has anything to pay
 * with.  Entries of other ports stay, and traffic to them is not flooded.
 *
 * An address that appears at another port has moved, or somebody steals it.
 * The switch cannot tell, and believes the first move: machines are carried
 * about.  But for a minute frames for that address go to both ports, the new
 * one and the old.  If the address is heard at the old port again, it is in two
 * places, one of which lies: it goes back and is held there for a minute.  So a
 * thief has a part in the traffic until the owner says the next word, and not
 * again.  Who is not heard at the old port for a minute lives at the new one.
 * Besides, an address moves only so often in a second (moves_per_s).  What is
 * refused counts as an alarm; a sticky table believes no move at all.
 *
 * The hash.  A keyed hash that nobody could steer at all (base/hash.h) was a
 * quarter of what a frame cost.  Tabulation takes its place: for each of the
 * eight octets of address and VLAN a table of 256 random words, and the hash is
 * the sum of the eight that the octets name (exclusive or).  However the keys
 * are chosen, by one who does not know the words, runs in the table stay short
 * (Patrascu and Thorup, "The Power of Simple Tabulation Hashing"); and a hash
 * is eight loads that do not wait for each other, 24 instructions instead of
 * 85.  The words for the VLAN 0 are zero, so where there are no VLANs six do,
 * of the octets as they stand in the frame: mac_table_hot.h.
 *
 * Ageing.  What is heard only becomes younger, so when nothing was too old, the
 * moment when the oldest entry will be is the earliest at which anything can
 * be: until then a frame need not ask.
 *
 * Invariants
 * ----------
 *  (1) An entry is in the hash table, in ages and in its owner's list.
 *  (2) owner->count is the length of its list, at most port_max.
 *  (3) Both lists are sorted by seen_ns.
 *  (4) owner->last is an entry of that owner, or NULL.
 *  (5) No entry is too old before quiet_ns.
 */

#include "vnet/mac_table.h"

#include <string.h>

#include "base/check.h"

#include "core/env.h"

#include "vnet/mac_table_hot.h"

#define HOLD_NS (60 * NS_PER_S)

static inline uint32_t mac_hash(const struct mac_table *t, uint64_t key)
{
	uint32_t h = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t->twist); i++)
		h ^= t->twist[i][key >> (8 * i) & 0xff];
	return h;
}

/* Whatever @words are added to, the same is added to all: afterwards the first
 * is 0, and the hash as good as before. */
static void twist_level(uint32_t *words, size_t count)
{
	uint32_t first = words[0];
	size_t i;

	for (i = 0; i < count; i++)
		words[i] ^= first;
}

/* Random words, as many as the hash has. */
static void twist_fill(struct mac_table *t, const struct hash_key *key)
{
	uint64_t n = 0;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(t->twist); i++) {
		for (k = 0; k < ARRAY_SIZE(t->twist[i]); k += 2, n++) {
			uint64_t word = siphash13_u64(key, n);

			t->twist[i][k] = (uint32_t)word;
			t->twist[i][k + 1] = (uint32_t)(word >> 32);
		}
	}
	twist_level(t->twist[0], ARRAY_SIZE(t->twist[0]));
	twist_level(t->twist[1], ARRAY_SIZE(t->twist[1]));
}

static bool entry_eq(const void *item, const void *key)
{
	const struct mac_entry *e = item;

	return e->key == *(const uint64_t *)key;
}

void mac_table_init(struct mac_table *t, struct mem *mem,
		    const struct hash_key *key)
{
	memset(t, 0, sizeof(*t));
	htab_init(&t->tab, mem, 0);
	pool_init(&t->pool, mem, "mac-entry", sizeof(struct mac_entry), 0);
	list_init(&t->ages);
	twist_fill(t, key);
	t->cfg = switch_cfg_default;
}

void mac_table_set_cfg(struct mac_table *t, const struct switch_cfg *cfg)
{
	t->cfg = *cfg;
	t->quiet_ns = 0;
}

void mac_table_fini(struct mac_table *t)
{
	struct mac_entry *e;

	while ((e = list_first_entry(&t->ages, struct mac_entry, age)))
		mac_table_del(t, e);
	htab_fini(&t->tab);
	check(pool_fini(&t->pool) == 0);
}

/* Its port has one address less. */
static void owner_leave(struct mac_entry *e)
{
	list_del(&e->mine);
	e->owner->count--;
	if (e->owner->last == e)
		e->owner->last = NULL;
}

void mac_table_del(struct mac_table *t, struct mac_entry *e)
{
	htab_del(&t->tab, mac_hash(t, e->key), e);
	list_del(&e->age);
	owner_leave(e);
	pool_put(&t->pool, e);
}

static bool is_old(const struct mac_table *t, const struct mac_entry *e,
		   uint64_t now_ns)
{
	return now_ns - e->seen_ns >= t->cfg.age_ns;
}

struct mac_entry *mac_table_oldest(struct mac_table *t, uint64_t now_ns)
{
	struct mac_entry *e = list_first_entry(&t->ages, struct mac_entry, age);
	uint64_t from = e ? e->seen_ns : now_ns;

	if (e && is_old(t, e, now_ns))
		return e;
	t->quiet_ns = t->cfg.age_ns < UINT64_MAX - from ? from + t->cfg.age_ns
							: UINT64_MAX;
	return NULL;
}

static inline struct mac_entry *entry_find(const struct mac_table *t,
					   uint64_t key)
{
	return htab_find_here(&t->tab, mac_hash(t, key), entry_eq, &key);
}

/* It moved not long ago, and it is not clear yet which port is right. */
static bool is_in_doubt(const struct mac_entry *e, uint64_t now_ns)
{
	return e->owner != e->home && now_ns - e->away_ns < HOLD_NS;
}

struct mac_owner *mac_table_find(const struct mac_table *t, uint64_t key,
				 uint64_t now_ns, struct mac_owner **also)
{
	const struct mac_entry *e = entry_find(t, key);

	*also = NULL;
	if (!e || is_old(t, e, now_ns))
		return NULL;
	if (is_in_doubt(e, now_ns))
		*also = e->home;
	return e->owner;
}

/* Heard just now: to the end of both lists. */
static void entry_touch(struct mac_table *t, struct mac_entry *e,
			uint64_t now_ns)
{
	e->seen_ns = now_ns;
	list_move_tail(&t->ages, &e->age);
	list_move_tail(&e->owner->entries, &e->mine);
}

static void evict(struct mac_table *t, struct mac_owner *owner)
{
	struct list *from = owner->count ? &owner->entries : NULL;
	struct mac_entry *e;

	e = from ? list_first_entry(from, struct mac_entry, mine)
		 : list_first_entry(&t->ages, struct mac_entry, age);
	if (!e)
		return;
	t->stats.evicted++;
	mac_table_del(t, e);
}

static uint32_t quota_of(const struct mac_table *t,
			 const struct mac_owner *owner)
{
	return owner->max ? owner->max : t->cfg.port_max;
}

/* Make room for one more entry of @owner.  False: there is none to be made. */
static bool make_room(struct mac_table *t, struct mac_owner *owner)
{
	if (!quota_of(t, owner) || !t->cfg.table_max)
		return false;
	while (owner->count >= quota_of(t, owner))
		evict(t, owner);
	while (t->tab.count >= t->cfg.table_max)
		evict(t, owner);
	return true;
}

static void entry_set_owner(struct mac_table *t, struct mac_entry *e,
			    struct mac_owner *owner, uint64_t now_ns)
{
	while (owner->count >= quota_of(t, owner) && owner->count)
		evict(t, owner);
	owner_leave(e);
	e->owner = owner;
	owner->count++;
	entry_touch(t, e, now_ns);
}

/* May it move once more in this second? */
static bool is_move_due(struct mac_table *t, struct mac_entry *e,
			uint64_t now_ns)
{
	if (now_ns - e->window_ns >= NS_PER_S) {
		e->window_ns = now_ns;
		e->moves = 0;
	}
	return e->moves++ < t->cfg.moves_per_s;
}

static enum mac_verdict entry_move(struct mac_table *t, struct mac_entry *e,
				   struct mac_owner *owner, uint64_t now_ns)
{
	if (!is_in_doubt(e, now_ns))
		e->home = e->owner;
	if (t->cfg.is_sticky || now_ns < e->held_ns ||
	    (owner != e->home && !is_move_due(t, e, now_ns))) {
		t->stats.move_alarms++;
		return MAC_REFUSED;
	}
	if (owner == e->home)
		e->held_ns = now_ns + HOLD_NS;
	else if (e->owner == e->home)
		e->away_ns = now_ns;
	entry_set_owner(t, e, owner, now_ns);
	t->stats.moved++;
	return MAC_MOVED;
}

static enum mac_verdict entry_new(struct mac_table *t, uint64_t key,
				  struct mac_owner *owner, uint64_t now_ns)
{
	struct mac_entry *e;

	if (!make_room(t, owner))
		return MAC_NO_ROOM;
	e = pool_get_zeroed(&t->pool);
	if (!e)
		return MAC_NO_ROOM;
	e->key = key;
	put32(e->mac.o, (uint32_t)(key >> 32));
	put16(e->mac.o + sizeof(uint32_t), (uint16_t)(key >> 16));
	e->vid = (uint16_t)key;
	if (htab_add(&t->tab, mac_hash(t, key), e)) {
		pool_put(&t->pool, e);
		return MAC_NO_ROOM;
	}
	e->owner = owner;
	e->home = owner;
	owner->count++;
	entry_touch(t, e, now_ns);
	t->stats.learned++;
	return MAC_NEW;
}

enum mac_verdict mac_table_learn(struct mac_table *t, uint64_t key,
				 struct mac_owner *owner, uint64_t now_ns)
{
	struct mac_entry *e = owner->last;

	if (!e || e->key != key)
		e = entry_find(t, key);
	if (!e)
		return entry_new(t, key, owner, now_ns);
	if (e->owner != owner)
		return entry_move(t, e, owner, now_ns);
	owner->last = e;
	if (now_ns - e->seen_ns >= TOUCH_NS)
		entry_touch(t, e, now_ns);
	return MAC_KNOWN;
}
