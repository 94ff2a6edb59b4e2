// SPDX-License-Identifier: MIT
/*
 * tcp_sent.c - what is under way, and what is known of its fate
 *
 * Theory of operation
 * ===================
 * Whoever wants to repair losses, and to know how fast data arrives, has to
 * remember of each octet under way when it was sent and what became of it.  It
 * is remembered by the run: a burst that was sent at once is one record, and
 * stays one until the peer says different things of its parts.  Then it is
 * cut.  Runs that the peer has (SACKED) and that touch become one again, so a
 * block that is reported in a hundred ACKs is looked at once and found at once
 * later.
 *
 * Records stand in three orders:
 *
 *   by number	in a tree, since a peer may make ten thousand holes and then
 *		tell of another one with each ACK: finding the place of a block
 *		must not mean to walk there
 *   by time	those in flight in the order of their last transmission, for
 *		what was sent before something that has arrived is suspicious
 *		(RFC 8985); a list, since time only grows
 *   LOST	as marks in the tree: the first one is the next to be repaired
 *
 * Octets are counted, not segments: a segment can be one octet, and counters
 * of segments have overflowed elsewhere (CVE-2019-11477).
 *
 * Invariants
 * ----------
 *  (1) Records are in order and without gaps from snd_una to snd_nxt.
 *  (2) sacked, lost, sacked_segs and count are the sums over the records.
 *  (3) A record is in by_time if and only if it is neither SACKED nor LOST,
 *	and never both of these; by_time is in order of sent_ns.
 *  (4) A record is marked in the tree if and only if it is LOST.
 * tcp_sent_check() asserts them.
 *
 * Limits
 * ------
 * At most TCP_SENT_MAX records.  Beyond that, and when there is no memory, new
 * octets are added to the last record, and blocks that would need a cut are
 * believed only as far as they cover whole records.  The worst that comes of it
 * is that something is sent twice.
 */

#include "tcp/tcp_int.h"

/* Segments between two walks of tcp_sent_check(), at least. */
enum { WALK_EVERY = 8 };

static struct tcp_sent *sent_of(struct treap_node *n)
{
	return n ? container_of(n, struct tcp_sent, node) : NULL;
}

void tcp_sent_init(struct tcp_conn *c)
{
	list_init(&c->active->sent.by_time);
}

/* splitmix64, from a start that the peer cannot know. */
static uint32_t next_prio(struct tcp_conn *c)
{
	struct tcp_sent_set *set = &c->active->sent;
	uint64_t x;

	if (!set->tree.root)
		return 0;
	if (!set->random)
		set->random =
			siphash24(&c->tcp->random_key, &c->iss, sizeof(c->iss));
	set->random += 0x9e3779b97f4a7c15;
	x = set->random;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (uint32_t)(x ^ x >> 31);
}

static struct tcp_sent *get(struct tcp_conn *c)
{
	struct tcp_sent_set *set = &c->active->sent;
	struct tcp_sent *s = &set->own;
	uint8_t flags = TCP_SENT_OWN;

	if (s->flags & TCP_SENT_OWN) {
		if (set->count >= TCP_SENT_MAX)
			return NULL;
		s = pool_get(&c->tcp->sent_pool);
		flags = 0;
	}
	if (s)
		*s = (struct tcp_sent){.flags = flags};
	return s;
}

static void put(struct tcp_conn *c, struct tcp_sent *s)
{
	if (s->flags & TCP_SENT_OWN)
		s->flags = 0;
	else
		pool_put(&c->tcp->sent_pool, s);
}

static void insert(struct tcp_conn *c, struct tcp_sent *s,
		   struct tcp_sent *after)
{
	struct tcp_sent_set *set = &c->active->sent;

	treap_insert(&set->tree, &s->node, after ? &after->node : NULL,
		     next_prio(c));
	list_init(&s->by_time);
	set->count++;
}

/* Into the counters, with what it is now; @n is 1 or -1. */
static void count(struct tcp_conn *c, const struct tcp_sent *s, int n)
{
	struct tcp_sent_set *set = &c->active->sent;
	uint32_t len = (uint32_t)n * tcp_sent_len(s);

	if (s->flags & TCP_SENT_SACKED) {
		set->sacked += len;
		set->sacked_segs += (uint32_t)n * s->segs;
	}
	if (s->flags & TCP_SENT_LOST)
		set->lost += len;
}

static void forget(struct tcp_conn *c, struct tcp_sent *s)
{
	struct tcp_sent_set *set = &c->active->sent;

	count(c, s, -1);
	if (--set->count)
		treap_del(&set->tree, &s->node);
	else
		set->tree.root = NULL;
	list_del(&s->by_time);
	put(c, s);
}

void tcp_sent_fini(struct tcp_conn *c)
{
	struct tcp_sent *s;

	while ((s = sent_of(c->active->sent.tree.root)))
		forget(c, s);
}

/* It leaves now: behind all others in time. */
static void stamp(struct tcp_conn *c, struct tcp_sent *s)
{
	s->sent_ns = c->tcp->env->now_ns;
	s->segs = tcp_segments(tcp_sent_len(s), c->mss);
	list_del(&s->by_time);
	list_add_tail(&c->active->sent.by_time, &s->by_time);
}

/* No room for one more: the last one grows. */
static struct tcp_sent *grow_last(struct tcp_conn *c, seq32 end)
{
	struct tcp_sent *s = tcp_sent_last(c);

	check(s);
	tcp_sent_set_fate(c, s, 0);
	tcp_sent_grow(c, s, seq_dist(s->end, end));
	PROBE(&c->tcp->stack->place, EV_NOTE, R_TCP_COARSE, NULL,
	      EVF_NUM("records", c->active->sent.count),
	      EVF_NUM("octets", tcp_sent_len(s)));
	return s;
}

struct tcp_sent *tcp_sent_push_far(struct tcp_conn *c, seq32 from, seq32 end)
{
	struct tcp_sent *s = get(c);

	if (s) {
		s->seq = from;
		s->end = end;
		insert(c, s, tcp_sent_last(c));
	} else {
		s = grow_last(c, end);
	}
	stamp(c, s);
	return s;
}

void tcp_sent_again(struct tcp_conn *c, struct tcp_sent *s)
{
	tcp_sent_set_fate(c, s, 0);
	s->flags |= TCP_SENT_AGAIN;
	stamp(c, s);
}

void tcp_sent_trim_far(struct tcp_conn *c, struct tcp_sent *s, seq32 una)
{
	if (seq_leq(s->end, una)) {
		forget(c, s);
		return;
	}
	count(c, s, -1);
	s->seq = una;
	if (!(s->flags & TCP_SENT_SACKED))
		s->segs = tcp_segments(tcp_sent_len(s), c->mss);
	count(c, s, 1);
}

struct tcp_sent *tcp_sent_find(const struct tcp_conn *c, seq32 seq)
{
	struct tcp_sent *s = sent_of(c->active->sent.tree.root);

	while (s && !seq_in(seq, s->seq, tcp_sent_len(s)))
		s = sent_of(seq_lt(seq, s->seq) ? s->node.left : s->node.right);
	return s;
}

struct tcp_sent *tcp_sent_first(const struct tcp_conn *c)
{
	if (c->active->sent.count <= 1)
		return sent_of(c->active->sent.tree.root);
	return sent_of(treap_first(&c->active->sent.tree));
}

struct tcp_sent *tcp_sent_last(const struct tcp_conn *c)
{
	return sent_of(treap_last(&c->active->sent.tree));
}

struct tcp_sent *tcp_sent_next(const struct tcp_sent *s)
{
	return sent_of(treap_next(&s->node));
}

struct tcp_sent *tcp_sent_prev(const struct tcp_sent *s)
{
	return sent_of(treap_prev(&s->node));
}

struct tcp_sent *tcp_sent_first_lost(const struct tcp_conn *c)
{
	return sent_of(treap_first_marked(&c->active->sent.tree));
}

struct tcp_sent *tcp_sent_split(struct tcp_conn *c, struct tcp_sent *s,
				seq32 at)
{
	struct tcp_sent *rest = get(c);
	uint8_t kept;

	check(seq_lt(s->seq, at) && seq_lt(at, s->end));
	if (!rest)
		return NULL;
	kept = rest->flags;
	count(c, s, -1);
	*rest = *s;
	rest->flags = (s->flags & (uint8_t)~TCP_SENT_OWN) | kept;
	rest->seq = s->end = at;
	rest->segs = tcp_segments(tcp_sent_len(rest), c->mss);
	s->segs = tcp_segments(tcp_sent_len(s), c->mss);
	insert(c, rest, s);
	if (list_is_linked(&s->by_time))
		list_add_after(&s->by_time, &rest->by_time);
	treap_mark(&rest->node, rest->flags & TCP_SENT_LOST);
	count(c, s, 1);
	count(c, rest, 1);
	return rest;
}

void tcp_sent_set_fate(struct tcp_conn *c, struct tcp_sent *s, uint8_t fate)
{
	const uint8_t fates = TCP_SENT_SACKED | TCP_SENT_LOST;

	if ((s->flags & fates) == fate)
		return;
	count(c, s, -1);
	s->flags = (s->flags & (uint8_t)~fates) | fate;
	count(c, s, 1);
	if (s->node.is_marked != (fate == TCP_SENT_LOST))
		treap_mark(&s->node, fate == TCP_SENT_LOST);
	list_del(&s->by_time);
}

static struct tcp_sent *by_time_of(struct list *node)
{
	return container_of(node, struct tcp_sent, by_time);
}

/* Both are in order; so is @to afterwards, what was equal in that order. */
static void merge_by_time(struct list *to, struct list *from)
{
	struct list *at = to->next, *node;

	while (!list_is_empty(from)) {
		node = list_pop_head(from);
		while (at != to &&
		       by_time_of(at)->sent_ns <= by_time_of(node)->sent_ns)
			at = at->next;
		list_add_before(at, node);
	}
}

/* Merge sort: bin i has 2^i records, sorted, or none. */
static void sort_by_time(struct list *all)
{
	struct list bin[TCP_SENT_MAX_LOG + 1], carry;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bin); i++)
		list_init(&bin[i]);
	list_init(&carry);
	while (!list_is_empty(all)) {
		list_add_tail(&carry, list_pop_head(all));
		for (i = 0; !list_is_empty(&bin[i]); i++) {
			merge_by_time(&bin[i], &carry);
			list_splice_tail(&carry, &bin[i]);
		}
		list_splice_tail(&bin[i], &carry);
	}
	for (i = 0; i < ARRAY_SIZE(bin); i++) {
		merge_by_time(&bin[i], all);
		list_splice_tail(all, &bin[i]);
	}
}

void tcp_sent_none_lost(struct tcp_conn *c)
{
	struct tcp_sent_set *set = &c->active->sent;
	struct list all;
	struct tcp_sent *s;

	list_init(&all);
	while ((s = tcp_sent_first_lost(c))) {
		tcp_sent_set_fate(c, s, 0);
		list_add_tail(&all, &s->by_time);
	}
	list_splice_tail(&all, &set->by_time);
	sort_by_time(&all);
	list_splice_tail(&set->by_time, &all);
}

void tcp_sent_grow(struct tcp_conn *c, struct tcp_sent *s, uint32_t n)
{
	count(c, s, -1);
	s->end = seq_add(s->end, n);
	count(c, s, 1);
}

void tcp_sent_join(struct tcp_conn *c, struct tcp_sent *s,
		   struct tcp_sent *next)
{
	seq32 end = next->end;
	uint32_t segs = s->segs + next->segs;

	s->flags |= next->flags & TCP_SENT_AGAIN;
	forget(c, next);
	count(c, s, -1);
	s->end = end;
	s->segs = segs;
	count(c, s, 1);
}

struct tcp_sent *tcp_sent_merge(struct tcp_conn *c, struct tcp_sent *s)
{
	struct tcp_sent *next = tcp_sent_next(s);
	struct tcp_sent *prev = sent_of(treap_prev(&s->node));

	if (next && next->flags & TCP_SENT_SACKED)
		tcp_sent_join(c, s, next);
	if (!prev || !(prev->flags & TCP_SENT_SACKED))
		return s;
	tcp_sent_join(c, prev, s);
	return prev;
}

static void check_sums(const struct tcp_conn *c)
{
	const struct tcp_sent_set *set = &c->active->sent;
	uint32_t sacked = 0, lost = 0, segs = 0;
	const struct tcp_sent *s;
	seq32 at = c->snd_una;

	for (s = tcp_sent_first(c); s; s = tcp_sent_next(s)) {
		bool has = s->flags & TCP_SENT_SACKED;
		bool is_lost = s->flags & TCP_SENT_LOST;

		check(seq_eq(s->seq, at) && seq_lt(at, s->end)); /* (1) */
		check(!has || !is_lost);			 /* (3) */
		check(list_is_linked(&s->by_time) == (!has && !is_lost));
		check(s->node.is_marked == is_lost); /* (4) */
		at = s->end;
		sacked += has ? tcp_sent_len(s) : 0;
		segs += has ? s->segs : 0;
		lost += is_lost ? tcp_sent_len(s) : 0;
	}
	check(seq_eq(at, c->snd_nxt));			   /* (1) */
	check(sacked == set->sacked && lost == set->lost); /* (2) */
	check(segs == set->sacked_segs);		   /* (2) */
	check(treap_check(&set->tree) == set->count);	   /* (2) */
}

/* Walking all records with each segment would cost what the tree saves: they
 * are walked now and then, the rarer the more there are. */
static bool is_worth_a_walk(const struct tcp_conn *c)
{
	return !(c->tcp->stats.in_segs % (c->active->sent.count + WALK_EVERY));
}

void tcp_sent_check(const struct tcp_conn *c)
{
	const struct tcp_sent_set *set = &c->active->sent;
	const struct tcp_sent *s, *last = NULL;

	check(set->sacked + set->lost <= tcp_flight(c)); /* (2) */
	if (!is_worth_a_walk(c))
		return;
	check_sums(c);
	list_for_each_entry(s, &set->by_time, struct tcp_sent, by_time) {
		if (last)
			check(last->sent_ns <= s->sent_ns); /* (3) */
		last = s;
	}
}
