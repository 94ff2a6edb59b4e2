// SPDX-License-Identifier: MIT
/*
 * reass.c - putting fragments together, for both versions (RFC 815)
 *
 * Theory of operation
 * ===================
 * The fragments of a datagram wait in a list, in order of their offset,
 * without overlap.  When the octets that are there add up to the length that
 * the last fragment gave away, the datagram is whole.
 *
 * What overlaps is thrown away, with all of the datagram: no honest sender
 * overlaps, and any rule that chose one of two versions would be another rule
 * than somebody else's, who looked at the same packets in order to protect us
 * (Ptacek and Newsham).  The one exception is an exact copy of a fragment that
 * is there, octet for octet, which a network may well make.  A datagram that
 * was thrown away stays in the table, empty, until its time is over, so that
 * its other fragments cannot form anything new.
 *
 * Memory is counted at its true size.  When there is too much, the datagrams
 * begun first go: whoever floods us with first fragments mostly evicts his
 * own, because each source (to be exact: each of 64 groups of sources, chosen
 * by a secret hash) has a quarter of the memory at most.
 *
 * Invariants
 * ----------
 *  (1) Fragments of a datagram are in order and disjoint.
 *  (2) have = the sum of their lengths; bytes = the sum of their true sizes.
 *  (3) A dead datagram has no fragments.
 *
 * Limits
 * ------
 * REASS_BYTES in all, REASS_SHARE for each group of sources, REASS_PIECES
 * fragments for each datagram.  Where a fragment belongs is searched
 * from the end, where it nearly always is; at most REASS_PIECES steps.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/icmp4.h"

#include "core/probe.h"

#include "ip/icmp.h"
#include "ip/ip_int.h"

#define REASS_BYTES   (4 << 20)
#define REASS_SHARE   (REASS_BYTES / 4)
#define REASS_PIECES  128
#define REASS_SOURCES 64

/**
 * struct dgram - a datagram that is not whole
 * @by_age:	Of all, the oldest first
 * @by_src:	Of its group of sources, the oldest first
 * @pieces:	Packets, the IP header pulled off, offset in pkt->mark
 * @count:	How many
 * @len:	Octets of the whole; 0 until the last fragment came
 * @have:	Octets that are there
 * @bytes:	Memory held
 * @is_dead:	Thrown away as @why; the rest of it will be too
 */
struct dgram {
	struct list by_age, by_src;
	struct reass *reass;
	struct reass_piece key;
	uint32_t hash;
	struct timer timer;
	struct list pieces;
	size_t count;
	size_t len;
	size_t have;
	size_t bytes;
	bool is_dead;
	enum drop why;
};

struct reass {
	struct ip *ip;
	struct htab tab;
	struct list by_age;
	struct list by_src[REASS_SOURCES];
	size_t src_bytes[REASS_SOURCES];
	size_t bytes;
};

static struct mem *reass_mem(const struct reass *r)
{
	return r->ip->stack->place.env->mem;
}

static struct place *reass_place(const struct reass *r)
{
	return &r->ip->stack->place;
}

/* The group of sources that an address belongs to. */
static size_t source_of(const struct reass *r, struct ip_addr src)
{
	uint64_t who = src.family == IP_V6 ? get64(src.v6.o) : src.v4.v;

	return siphash13_u64(&r->ip->key, who) % REASS_SOURCES;
}

static uint32_t key_hash(const struct reass *r, const struct reass_piece *k)
{
	uint64_t w[5] = {0};

	if (k->src.family == IP_V6) {
		memcpy(w, k->src.v6.o, 16);
		memcpy(w + 2, k->dst.v6.o, 16);
	} else {
		w[0] = (uint64_t)k->src.v4.v << 32 | k->dst.v4.v;
	}
	w[4] = (uint64_t)k->proto << 32 | k->id;
	return (uint32_t)siphash13_u64x5(&r->ip->key, w);
}

static bool key_eq(const void *item, const void *key)
{
	const struct dgram *d = item;
	const struct reass_piece *k = key;

	return d->key.id == k->id && d->key.proto == k->proto &&
	       ip_addr_eq(d->key.src, k->src) && ip_addr_eq(d->key.dst, k->dst);
}

/* Memory of a datagram grows by @n octets, or shrinks. */
static void account(struct dgram *d, ptrdiff_t n)
{
	struct reass *r = d->reass;

	d->bytes += (size_t)n;
	r->bytes += (size_t)n;
	r->src_bytes[source_of(r, d->key.src)] += (size_t)n;
}

/*
 * Datagrams.
 */

static struct pkt *piece_first(const struct dgram *d)
{
	return list_first_entry(&d->pieces, struct pkt, node);
}

static void dgram_drop_pieces(struct dgram *d, enum drop why)
{
	struct list *node;

	while ((node = list_pop_head(&d->pieces))) {
		struct pkt *pkt = container_of(node, struct pkt, node);

		account(d, -(ptrdiff_t)pkt_truesize(pkt));
		pkt_drop(reass_place(d->reass), pkt, why);
	}
	d->count = 0;
	d->have = 0;
}

static void dgram_free(struct dgram *d)
{
	struct reass *r = d->reass;

	check(list_is_empty(&d->pieces));
	account(d, -(ptrdiff_t)sizeof(*d));
	check(d->bytes == 0);
	stack_disarm(r->ip->stack, &d->timer);
	list_del(&d->by_age);
	list_del(&d->by_src);
	htab_del(&r->tab, d->hash, d);
	mem_free(reass_mem(r), d, sizeof(*d));
}

static void dgram_kill(struct dgram *d, enum drop why)
{
	dgram_drop_pieces(d, why);
	d->is_dead = true;
	d->why = why;
}

/* RFC 1122, 3.3.2: tell the sender if the first fragment is there. */
static void dgram_on_timer(struct timer *t, void *arg)
{
	struct dgram *d = arg;
	struct pkt *first = piece_first(d);

	(void)t;
	if (first) {
		PROBE_CAUSE(reass_place(d->reass), EV_TIMER, R_IP_REASM_TIMEOUT,
			    first, EVF_NUM("have", d->have),
			    EVF_NUM("len", d->len));
		if (first->mark == 0)
			icmp_error(d->reass->ip->stack, first,
				   ICMP4_TIME_EXCEEDED, ICMP4_REASSEMBLY, 0);
	}
	dgram_drop_pieces(d, DROP_frag_timeout);
	dgram_free(d);
}

/* Evict the oldest, of one group or of all, until @need octets more fit. */
static void make_room(struct reass *r, size_t source, size_t need)
{
	while (r->bytes + need > REASS_BYTES ||
	       r->src_bytes[source] + need > REASS_SHARE) {
		bool is_share = r->src_bytes[source] + need > REASS_SHARE;
		struct dgram *d =
			is_share ? list_first_entry(&r->by_src[source],
						    struct dgram, by_src)
				 : list_first_entry(&r->by_age, struct dgram,
						    by_age);

		if (!d)
			return;
		dgram_drop_pieces(d, DROP_frag_memory);
		dgram_free(d);
	}
}

static struct dgram *dgram_new(struct reass *r, const struct reass_piece *key,
			       uint32_t hash)
{
	struct dgram *d = mem_alloc(reass_mem(r), sizeof(*d));

	if (!d)
		return NULL;
	if (htab_add(&r->tab, hash, d)) {
		mem_free(reass_mem(r), d, sizeof(*d));
		return NULL;
	}
	d->reass = r;
	d->key = *key;
	d->hash = hash;
	list_init(&d->pieces);
	timer_init(&d->timer, dgram_on_timer, d);
	list_add_tail(&r->by_age, &d->by_age);
	list_add_tail(&r->by_src[source_of(r, key->src)], &d->by_src);
	account(d, sizeof(*d));
	stack_arm_in(r->ip->stack, &d->timer, key->wait_ns);
	return d;
}

/* The datagram of a fragment that takes @size octets of memory. */
static struct dgram *dgram_get(struct reass *r, const struct reass_piece *key,
			       size_t size)
{
	uint32_t hash = key_hash(r, key);
	struct dgram *d;

	make_room(r, source_of(r, key->src), size + sizeof(*d));
	d = htab_find(&r->tab, hash, key_eq, key);
	return d ? d : dgram_new(r, key, hash);
}

/*
 * Fragments.
 */

/* A small piece may keep a large block alive that it shares with others.  It
 * is not to wait with that: give it a block of its own. */
static void piece_compact(struct pkt *pkt)
{
	struct block *blk;
	size_t len;

	if (pkt_truesize(pkt) <= sizeof(*pkt) + 2 * (size_t)pkt->len + 4096)
		return;
	blk = block_new(pkt->env, pkt->len);
	if (!blk)
		return; /* it is counted as what it is */
	len = pkt->len;
	pkt_copy_out(pkt, 0, blk->data, len);
	pkt_trim(pkt, 0);
	pkt_append_ref(pkt, blk, 0, len);
	block_put(blk);
}

/* Do two packets of the same length have the same octets? */
static bool same_octets(const struct pkt *a, const struct pkt *b)
{
	size_t off = 0;

	while (off < a->len) {
		uint8_t x[128], y[128];
		size_t n = min_size(a->len - off, sizeof(x));

		pkt_copy_out(a, off, x, n);
		pkt_copy_out(b, off, y, n);
		if (memcmp(x, y, n) != 0)
			return false;
		off += n;
	}
	return true;
}

/* What the length fields of a fragment say against its datagram. */
static enum drop piece_check(const struct dgram *d, const struct reass_piece *h,
			     size_t off, size_t len)
{
	bool is_last = h->is_last;
	struct pkt *end = list_last_entry(&d->pieces, struct pkt, node);

	if (off + len > h->len_max)
		return DROP_frag_size;
	if (d->len && (is_last ? off + len != d->len : off + len > d->len))
		return DROP_frag_last;
	if (is_last && end && end->mark + end->len > off + len)
		return DROP_frag_last;
	return d->count == REASS_PIECES ? DROP_frag_many : DROP_COUNT;
}

/* Put a piece into its place.  DROP_frag_dup or DROP_frag_overlap if it is
 * taken. */
static enum drop piece_insert(struct dgram *d, struct pkt *pkt)
{
	struct list *at = d->pieces.prev;
	struct pkt *prev = NULL, *next;

	for (; at != &d->pieces; at = at->prev) {
		prev = container_of(at, struct pkt, node);
		if (prev->mark <= pkt->mark)
			break;
		prev = NULL;
	}
	if (prev && prev->mark == pkt->mark && prev->len == pkt->len &&
	    same_octets(prev, pkt))
		return DROP_frag_dup;
	if (prev && prev->mark + prev->len > pkt->mark)
		return DROP_frag_overlap;
	if (at->next != &d->pieces) {
		next = container_of(at->next, struct pkt, node);
		if (pkt->mark + pkt->len > next->mark)
			return DROP_frag_overlap;
	}
	list_add_after(at, &pkt->node);
	d->count++;
	d->have += pkt->len;
	account(d, (ptrdiff_t)pkt_truesize(pkt));
	return DROP_COUNT;
}

/*
 * The whole.
 */

/* Join by reference; false if that takes too many fragments. */
static bool join_refs(struct dgram *d, struct pkt *whole)
{
	size_t refs = whole->frag_count;
	struct list *pos, *next;

	list_for_each(pos, &d->pieces) {
		struct pkt *p = container_of(pos, struct pkt, node);

		refs += p->frag_count + (size_t)(p->lin_len != 0);
	}
	if (refs > PKT_FRAGS)
		return false;
	list_for_each_safe(pos, next, &d->pieces) {
		struct pkt *p = container_of(pos, struct pkt, node);

		list_del(&p->node);
		if (pkt_join(whole, p)) {
			list_add_before(next, &p->node);
			return false;
		}
	}
	return true;
}

/* Join what is left by copying it into one block. */
static bool join_copy(struct dgram *d, struct pkt *whole)
{
	size_t done = whole->len, len = d->len - done, at = 0;
	struct block *blk = block_new(whole->env, len);
	struct list *node;
	bool has_room;

	if (!blk)
		return false;
	while ((node = list_pop_head(&d->pieces))) {
		struct pkt *p = container_of(node, struct pkt, node);

		pkt_copy_out(p, 0, blk->data + at, p->len);
		at += p->len;
		pkt_free(p);
	}
	has_room = !pkt_append_ref(whole, blk, 0, len);
	block_put(blk);
	return has_room;
}

/* All is there: make one packet of it, in which the header of the first is to be
 * mended.  NULL: no memory, all is dropped. */
static struct pkt *dgram_join(struct dgram *d)
{
	struct pkt *whole = piece_first(d), *p;
	struct reass *r = d->reass;
	struct list *pos;

	PROBE(reass_place(r), EV_NOTE, R_IP_REASSEMBLED, whole,
	      EVF_NUM("pieces", d->count), EVF_NUM("len", d->len));
	list_for_each(pos, &d->pieces) {
		p = container_of(pos, struct pkt, node);
		account(d, -(ptrdiff_t)pkt_truesize(p));
	}
	list_del(&whole->node);
	if (!join_refs(d, whole) && !join_copy(d, whole)) {
		list_for_each(pos, &d->pieces)
			account(d, (ptrdiff_t)pkt_truesize(container_of(
					   pos, struct pkt, node)));
		dgram_kill(d, DROP_no_memory);
		pkt_drop(reass_place(r), whole, DROP_no_memory);
		return NULL;
	}
	dgram_free(d);
	whole->csum = PKT_CSUM_NONE;
	return whole;
}

static struct reass *reass_new(struct ip *ip)
{
	struct reass *r = mem_alloc(ip->stack->place.env->mem, sizeof(*r));
	int i;

	if (!r)
		return NULL;
	r->ip = ip;
	htab_init(&r->tab, ip->stack->place.env->mem, 0);
	list_init(&r->by_age);
	for (i = 0; i < REASS_SOURCES; i++)
		list_init(&r->by_src[i]);
	ip->reass = r;
	return r;
}

/* A piece with its header pulled off: into the datagram, or out with it. */
static enum drop piece_input(struct dgram *d, struct pkt *pkt,
			     const struct reass_piece *h)
{
	size_t len = pkt->len;
	enum drop why = d->is_dead ? d->why : piece_check(d, h, h->off, len);

	if (why == DROP_COUNT)
		why = piece_insert(d, pkt);
	if (why == DROP_COUNT && h->is_last)
		d->len = h->off + len;
	if (why != DROP_COUNT && why != DROP_frag_dup && !d->is_dead)
		dgram_kill(d, why);
	return why;
}

struct pkt *reass_add(struct stack *stack, struct pkt *pkt,
		      const struct reass_piece *piece)
{
	struct ip *ip = ip_of(stack);
	struct reass *r = ip->reass ? ip->reass : reass_new(ip);
	struct dgram *d;
	enum drop why;

	if (!pkt->len || (!piece->is_last && pkt->len % 8)) {
		pkt_drop(&stack->place, pkt, DROP_frag_align);
		return NULL;
	}
	pkt->mark = piece->off;
	piece_compact(pkt);
	d = r ? dgram_get(r, piece, pkt_truesize(pkt)) : NULL;
	if (!d) {
		pkt_drop(&stack->place, pkt, DROP_no_memory);
		return NULL;
	}
	why = piece_input(d, pkt, piece);
	if (why != DROP_COUNT) {
		pkt_drop(&stack->place, pkt, why);
		return NULL;
	}
	return d->len && d->have == d->len ? dgram_join(d) : NULL;
}

void reass_spoil(struct stack *stack, const struct reass_piece *piece,
		 enum drop why)
{
	struct reass *r = ip_of(stack)->reass;
	struct dgram *d =
		r ? htab_find(&r->tab, key_hash(r, piece), key_eq, piece)
		  : NULL;

	if (d && !d->is_dead)
		dgram_kill(d, why);
}

void reass_fini(struct ip *ip)
{
	struct reass *r = ip->reass;
	struct dgram *d;

	if (!r)
		return;
	while ((d = list_first_entry(&r->by_age, struct dgram, by_age))) {
		struct list *node;

		while ((node = list_pop_head(&d->pieces))) {
			struct pkt *pkt = container_of(node, struct pkt, node);

			account(d, -(ptrdiff_t)pkt_truesize(pkt));
			pkt_free(pkt);
		}
		dgram_free(d);
	}
	htab_fini(&r->tab);
	mem_free(reass_mem(r), r, sizeof(*r));
	ip->reass = NULL;
}
