// SPDX-License-Identifier: MIT
/*
 * conntrack.c - connections that a filter remembers
 *
 * Theory of operation
 * ===================
 * One table, one entry for each connection, found from packets of either
 * direction: the hash adds what it makes of the two ends, so that it does not
 * matter which of them is the source.
 *
 *		SYN		SYN,ACK		 ACK
 *	(none) ----> TCP_SYN -----> TCP_ANSWERED ----> TCP_OPEN
 *			|		|		  |
 *			+---------------+-----------------+
 *				| both FINs, or a reset
 *				v
 *			   TCP_CLOSED ---- SYN: forgotten, and the rules
 *					   are asked anew
 *
 *	(none) ----> NEW ----> STREAM		datagrams, when both have spoken
 *	(none) ----> ECHO			pings
 *
 * A middle box cannot see whether a silent connection lives.  It can only
 * forget it after a time, and what comes later fits nothing: that is how
 * silent connections die, and why keepalives exist.
 *
 * A reset ends a connection here only if it is exactly where its receiver
 * expects it.  Another one passes, and if it was right the connection falls
 * silent; so nobody can cut it by guessing (RFC 5961, 3).
 *
 * Connections in one state have one idle time, so the lists by state are in
 * order of expiry, and one timer for the first of each list is enough.
 *
 * Invariants
 * ----------
 *  (1) Each connection is in the table and in the list of its state.
 *  (2) Of one pair of ends there is one connection.
 *
 * Limits
 * ------
 * When all places are taken the one idle for longest of those that have not
 * shown that both ends are real goes; those that have never do.
 * No sequence windows are kept: whether data fits is for the ends to judge.
 */

#include <assert.h>

#include "base/check.h"

#include "wire/tcp.h"

#include "core/probe.h"

#include "ip/filter_int.h"

#define SWEEP_MAX 64

#define TO(s) (1u << FILTER_##s)

/* clang-format off */
static const struct {
	const char *name;
	uint32_t idle_s;
	uint8_t moves;
} states[] = {
	[FILTER_NEW]	= {"NEW",	  30,	TO(STREAM)},
	[FILTER_STREAM]	= {"STREAM",	  300,	0},
	[FILTER_ECHO]	= {"ECHO",	  60,	0},
	[FILTER_TCP_SYN] = {"SYN",	  60,
			    TO(TCP_ANSWERED) | TO(TCP_CLOSED)},
	[FILTER_TCP_ANSWERED] = {"ANSWERED", 60,
			    TO(TCP_OPEN) | TO(TCP_CLOSED)},
	/* RFC 5382, REQ-5: not less than 2 hours 4 minutes, so that TCP's own
	 * keepalive of two hours is in time. */
	[FILTER_TCP_OPEN] = {"OPEN",	  7440,	TO(TCP_CLOSED)},
	[FILTER_TCP_CLOSED] = {"CLOSED",  120,	0},
};
static_assert(ARRAY_SIZE(states) == FILTER_STATES, "a row for each state");
/* clang-format on */

const char *filter_state_name(enum filter_state state)
{
	return states[state].name;
}

/*
 * Telling.
 */

static struct endpoint end_shown(struct track_end e)
{
	return (struct endpoint){e.addr, e.port};
}

static void track_tell(const struct filter *f, const struct track *fl,
		       enum reason what)
{
	struct endpoint from = end_shown(fl->key.from);
	struct endpoint to = end_shown(fl->key.to);

	PROBE(&f->stack->place, EV_LEARN, what, NULL, EVF_EP("from", &from),
	      EVF_EP("to", &to), EVF_NUM("proto", fl->key.proto),
	      EVF_TEXT("state", states[fl->state].name),
	      EVF_NUM("idle_s", f->idle_s[fl->state]));
}

static void track_tell_new(const struct filter *f, const struct track *fl,
			   size_t rule)
{
	struct endpoint from = end_shown(fl->key.from);
	struct endpoint to = end_shown(fl->key.to);

	if (!rule) {
		track_tell(f, fl, R_FILTER_NEW);
		return;
	}
	PROBE(&f->stack->place, EV_LEARN, R_FILTER_NEW, NULL,
	      EVF_EP("from", &from), EVF_EP("to", &to),
	      EVF_NUM("proto", fl->key.proto),
	      EVF_TEXT("state", states[fl->state].name), EVF_NUM("rule", rule));
}

static void track_tell_move(const struct filter *f, const struct track *fl,
			    enum filter_state old)
{
	struct endpoint from = end_shown(fl->key.from);
	struct endpoint to = end_shown(fl->key.to);

	PROBE(&f->stack->place, EV_STATE, R_FILTER_STATE, NULL,
	      EVF_EP("from", &from), EVF_EP("to", &to),
	      EVF_TEXT("old", states[old].name),
	      EVF_TEXT("state", states[fl->state].name));
}

/*
 * The table.
 */

static uint32_t end_hash(const struct filter *f, uint8_t proto,
			 struct track_end e)
{
	bool is_v6 = e.addr.family == IP_V6;
	const uint64_t w[5] = {
		is_v6 ? get64(e.addr.v6.o) : e.addr.v4.v,
		is_v6 ? get64(e.addr.v6.o + 8) : 0,
		(uint64_t)proto << 16 | e.port,
	};

	return (uint32_t)siphash13_u64x5(&f->key, w);
}

/* The same for both directions. */
static uint32_t key_hash(const struct filter *f, const struct track_key *k)
{
	return end_hash(f, k->proto, k->from) + end_hash(f, k->proto, k->to);
}

static bool end_eq(struct track_end a, struct track_end b)
{
	return a.port == b.port && ip_addr_eq(a.addr, b.addr);
}

static bool is_same_way(const struct track_key *a, const struct track_key *b)
{
	return end_eq(a->from, b->from) && end_eq(a->to, b->to);
}

static bool track_eq(const void *item, const void *key)
{
	const struct track_key *a = &((const struct track *)item)->key,
			       *b = key;

	return a->proto == b->proto &&
	       (is_same_way(a, b) ||
		(end_eq(a->from, b->to) && end_eq(a->to, b->from)));
}

struct track *track_find(const struct filter *f, const struct track_key *key,
			 enum track_side *side)
{
	struct track *fl =
		htab_find(&f->tracks, key_hash(f, key), track_eq, key);

	if (fl)
		*side = is_same_way(&fl->key, key) ? TRACK_OPENER : TRACK_OTHER;
	return fl;
}

/*
 * Time.
 */

uint64_t track_expires_ns(const struct filter *f, const struct track *fl)
{
	return fl->used_ns + f->idle_s[fl->state] * NS_PER_S;
}

static struct track *idle_longest(const struct filter *f, int state)
{
	return list_first_entry(&f->by_state[state], struct track, node);
}

void tracks_timer_set(struct filter *f)
{
	uint64_t first = UINT64_MAX;

	for (int st = 0; st < FILTER_STATES; st++) {
		const struct track *fl = idle_longest(f, st);

		if (fl)
			first = min_u64(first, track_expires_ns(f, fl));
	}
	if (first == UINT64_MAX)
		stack_disarm(f->stack, &f->timer);
	else
		stack_arm(f->stack, &f->timer, first);
}

/* The timer may be late for what has been used since, never for others. */
static void timer_hurry(struct filter *f, const struct track *fl)
{
	if (!timer_is_armed(&f->timer) ||
	    track_expires_ns(f, fl) < f->timer.expires_ns)
		tracks_timer_set(f);
}

static void on_timer(struct timer *t, void *arg)
{
	struct filter *f = arg;
	uint64_t now = stack_now(f->stack);
	int budget = SWEEP_MAX;

	(void)t;
	for (int st = 0; st < FILTER_STATES; st++) {
		struct track *fl;

		while ((fl = idle_longest(f, st)) &&
		       track_expires_ns(f, fl) <= now && budget-- > 0) {
			track_tell(f, fl, R_FILTER_EXPIRE);
			track_free(f, fl);
		}
	}
	tracks_timer_set(f);
}

/*
 * Hosts.
 */

static bool host_eq(const void *item, const void *key)
{
	return ip_addr_eq(((const struct track_host *)item)->addr,
			  *(const struct ip_addr *)key);
}

static uint32_t host_hash(const struct filter *f, struct ip_addr a)
{
	return end_hash(f, 0, (struct track_end){.addr = a});
}

bool track_host_is_full(const struct filter *f, struct ip_addr a)
{
	const struct track_host *h =
		htab_find(&f->hosts, host_hash(f, a), host_eq, &a);

	return h && h->count >= f->host_max;
}

/* NULL: no memory. */
static struct track_host *host_get(struct filter *f, struct ip_addr a)
{
	uint32_t hash = host_hash(f, a);
	struct track_host *h = htab_find(&f->hosts, hash, host_eq, &a);

	if (h)
		return h;
	h = pool_get_zeroed(&f->host_pool);
	if (!h)
		return NULL;
	h->addr = a;
	if (!htab_add(&f->hosts, hash, h))
		return h;
	pool_put(&f->host_pool, h);
	return NULL;
}

/* Forget a host without connections. */
static void host_put(struct filter *f, struct track_host *h)
{
	if (h->count)
		return;
	htab_del(&f->hosts, host_hash(f, h->addr), h);
	pool_put(&f->host_pool, h);
}

/*
 * Connections.
 */

void track_free(struct filter *f, struct track *fl)
{
	htab_del(&f->tracks, key_hash(f, &fl->key), fl);
	list_del(&fl->node);
	fl->host->count--;
	host_put(f, fl->host);
	pool_put(&f->pool, fl);
}

/* Who goes first: what has ended; of what nobody has answered the one idle for
 * longest, whatever its protocol, so that a flood in one of them does not cost
 * the others their handshakes; at last handshakes. */
static struct track *least_real(const struct filter *f)
{
	static const enum filter_state unanswered[] = {FILTER_TCP_SYN,
						       FILTER_NEW, FILTER_ECHO};
	struct track *least = idle_longest(f, FILTER_TCP_CLOSED);

	if (least)
		return least;
	for (size_t i = 0; i < ARRAY_SIZE(unanswered); i++) {
		struct track *fl = idle_longest(f, (int)unanswered[i]);

		if (fl && (!least || fl->used_ns < least->used_ns))
			least = fl;
	}
	return least ? least : idle_longest(f, FILTER_TCP_ANSWERED);
}

static bool make_room(struct filter *f)
{
	struct track *fl;

	if (f->pool.in_use < f->pool.max)
		return true;
	fl = least_real(f);
	if (!fl)
		return false;
	track_tell(f, fl, R_FILTER_EVICT);
	track_free(f, fl);
	return true;
}

static enum filter_state first_state(uint8_t proto)
{
	if (proto == IP_PROTO_TCP)
		return FILTER_TCP_SYN;
	return proto == IP_PROTO_ICMP || proto == IP_PROTO_ICMP6 ? FILTER_ECHO
								 : FILTER_NEW;
}

/* An entry of @host's, still nameless; NULL: no room, or no memory. */
static struct track *track_get(struct filter *f, struct track_host *host)
{
	struct track *fl;

	host->count++; /* it stays, whoever has to make room */
	fl = make_room(f) ? pool_get_zeroed(&f->pool) : NULL;
	if (!fl)
		host->count--;
	return fl;
}

struct track *track_new(struct filter *f, const struct track_key *key,
			size_t rule, enum drop *why)
{
	struct track_host *host = host_get(f, key->from.addr);
	struct track *fl;

	*why = DROP_filter_full;
	if (!host)
		return NULL;
	if (host->count >= f->host_max) {
		*why = DROP_filter_host;
		return NULL;
	}
	fl = track_get(f, host);
	if (!fl) {
		host_put(f, host);
		return NULL;
	}
	fl->key = *key;
	fl->host = host;
	fl->state = first_state(key->proto);
	fl->used_ns = stack_now(f->stack);
	if (htab_add(&f->tracks, key_hash(f, key), fl)) {
		host->count--;
		host_put(f, host);
		pool_put(&f->pool, fl);
		return NULL;
	}
	list_add_tail(&f->by_state[fl->state], &fl->node);
	timer_hurry(f, fl);
	track_tell_new(f, fl, rule);
	return fl;
}

static void track_set_state(struct filter *f, struct track *fl,
			    enum filter_state to)
{
	enum filter_state old = fl->state;

	if (old == to)
		return;
	check(states[old].moves & 1u << to);
	fl->state = to;
	list_move_tail(&f->by_state[to], &fl->node);
	timer_hurry(f, fl);
	track_tell_move(f, fl, old);
}

/*
 * TCP.
 */

/* Is a reset where its receiver expects it (RFC 9293, 3.5.3)? */
static bool is_exact_reset(const struct track *fl, const struct track_pkt *p,
			   enum track_side side)
{
	if (fl->state == FILTER_TCP_SYN)
		return side == TRACK_OPENER ||
		       (p->flags & TCP_ACK &&
			seq_eq(p->ack, fl->next[TRACK_OPENER]));
	return seq_eq(p->seq, fl->ack[!side]) || seq_eq(p->seq, fl->next[side]);
}

static void tcp_note(struct track *fl, const struct track_pkt *p,
		     enum track_side side)
{
	bool is_first = p->flags & TCP_SYN;

	if (is_first || seq_lt(fl->next[side], p->end))
		fl->next[side] = p->end;
	if (p->flags & TCP_ACK)
		fl->ack[side] = p->ack;
	if (p->flags & TCP_FIN)
		fl->has_fin[side] = true;
}

static void tcp_seen(struct filter *f, struct track *fl,
		     const struct track_pkt *p, enum track_side side)
{
	if (p->flags & TCP_RST) {
		if (is_exact_reset(fl, p, side))
			track_set_state(f, fl, FILTER_TCP_CLOSED);
		return;
	}
	tcp_note(fl, p, side);
	if (fl->state == FILTER_TCP_SYN && side == TRACK_OTHER &&
	    (p->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) &&
	    seq_eq(p->ack, fl->next[TRACK_OPENER]))
		track_set_state(f, fl, FILTER_TCP_ANSWERED);
	else if (fl->state == FILTER_TCP_ANSWERED && side == TRACK_OPENER &&
		 p->flags & TCP_ACK && seq_eq(p->ack, fl->next[TRACK_OTHER]))
		track_set_state(f, fl, FILTER_TCP_OPEN);
	if (fl->has_fin[0] && fl->has_fin[1])
		track_set_state(f, fl, FILTER_TCP_CLOSED);
}

void track_seen(struct filter *f, struct track *fl, const struct track_pkt *p,
		enum track_side side)
{
	fl->used_ns = stack_now(f->stack);
	list_move_tail(&f->by_state[fl->state], &fl->node);
	if (fl->key.proto == IP_PROTO_TCP)
		tcp_seen(f, fl, p, side);
	else if (fl->state == FILTER_NEW && side == TRACK_OTHER)
		track_set_state(f, fl, FILTER_STREAM);
}

/*
 * Beginning and end.
 */

void tracks_init(struct filter *f)
{
	struct mem *mem = f->stack->place.env->mem;

	htab_init(&f->tracks, mem, 0);
	htab_init(&f->hosts, mem, 0);
	pool_init(&f->host_pool, mem, "filter-host", sizeof(struct track_host),
		  0);
	f->host_max = SIZE_MAX;
	pool_init(&f->pool, mem, "filter-track", sizeof(struct track),
		  FILTER_FLOWS_MAX);
	for (int st = 0; st < FILTER_STATES; st++) {
		list_init(&f->by_state[st]);
		f->idle_s[st] = states[st].idle_s;
	}
	timer_init(&f->timer, on_timer, f);
}

void tracks_fini(struct filter *f)
{
	for (int st = 0; st < FILTER_STATES; st++) {
		struct track *fl;

		while ((fl = idle_longest(f, st)))
			track_free(f, fl);
	}
	stack_disarm(f->stack, &f->timer);
	htab_fini(&f->tracks);
	htab_fini(&f->hosts);
	pool_fini(&f->pool);
	pool_fini(&f->host_pool);
}
