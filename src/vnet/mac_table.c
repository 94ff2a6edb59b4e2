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
 * about.  But for a minute frames for that address go to both ports, the new one
 * and the old.  If the address is heard at the old port again, it is in two
 * places, one of which lies: it goes back and is held there for a minute.  So a
 * thief has a part in the traffic until the owner says the next word, and not
 * again.  Who is not heard at the old port for a minute lives at the new one.
 * Besides, an address moves only so often in a second (moves_per_s).  What is
 * refused counts as an alarm; a sticky table believes no move at all.
 *
 * Invariants
 * ----------
 *  (1) An entry is in the hash table, in ages and in its owner's list.
 *  (2) owner->count is the length of its list, at most port_max.
 *  (3) Both lists are sorted by seen_ns.
 *  (4) owner->last is an entry of that owner, or NULL.
 */

#include "vnet/mac_table.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

#include "core/env.h"

#define TOUCH_NS NS_PER_S
#define HOLD_NS	 (60 * NS_PER_S)

/* What is looked up. */
struct mac_key {
	mac_addr mac;
	uint16_t vid;
};
static_assert(sizeof(struct mac_key) == 8, "one word to hash");

static uint32_t mac_hash(const struct mac_table *t, mac_addr mac, uint16_t vid)
{
	const struct mac_key key = {mac, vid};
	uint64_t word;

	memcpy(&word, &key, sizeof(word));
	return (uint32_t)siphash13_u64(&t->key, word);
}

static bool entry_eq(const void *item, const void *key)
{
	const struct mac_entry *e = item;
	const struct mac_key *k = key;

	return mac_eq(e->mac, k->mac) && e->vid == k->vid;
}

void mac_table_init(struct mac_table *t, struct mem *mem,
		    const struct hash_key *key)
{
	memset(t, 0, sizeof(*t));
	htab_init(&t->tab, mem, 0);
	pool_init(&t->pool, mem, "mac-entry", sizeof(struct mac_entry), 0);
	list_init(&t->ages);
	t->key = *key;
	t->cfg = switch_cfg_default;
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
	htab_del(&t->tab, mac_hash(t, e->mac, e->vid), e);
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

	return e && is_old(t, e, now_ns) ? e : NULL;
}

static struct mac_entry *entry_find(struct mac_table *t, mac_addr mac,
				    uint16_t vid)
{
	const struct mac_key key = {mac, vid};

	return htab_find(&t->tab, mac_hash(t, mac, vid), entry_eq, &key);
}

/* It moved not long ago, and it is not clear yet which port is right. */
static bool is_in_doubt(const struct mac_entry *e, uint64_t now_ns)
{
	return e->owner != e->home && now_ns - e->away_ns < HOLD_NS;
}

struct mac_owner *mac_table_find(struct mac_table *t, mac_addr mac,
				 uint16_t vid, uint64_t now_ns,
				 struct mac_owner **also)
{
	struct mac_entry *e = entry_find(t, mac, vid);

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

static enum mac_verdict entry_new(struct mac_table *t, mac_addr mac,
				  uint16_t vid, struct mac_owner *owner,
				  uint64_t now_ns)
{
	struct mac_entry *e;

	if (!make_room(t, owner))
		return MAC_NO_ROOM;
	e = pool_get_zeroed(&t->pool);
	if (!e)
		return MAC_NO_ROOM;
	e->mac = mac;
	e->vid = vid;
	if (htab_add(&t->tab, mac_hash(t, mac, vid), e)) {
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

enum mac_verdict mac_table_learn(struct mac_table *t, mac_addr mac,
				 uint16_t vid, struct mac_owner *owner,
				 uint64_t now_ns)
{
	struct mac_entry *e = owner->last;

	if (!e || !mac_eq(e->mac, mac) || e->vid != vid)
		e = entry_find(t, mac, vid);
	if (!e)
		return entry_new(t, mac, vid, owner, now_ns);
	if (e->owner != owner)
		return entry_move(t, e, owner, now_ns);
	owner->last = e;
	if (now_ns - e->seen_ns >= TOUCH_NS)
		entry_touch(t, e, now_ns);
	return MAC_KNOWN;
}
