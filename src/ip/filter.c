// SPDX-License-Identifier: MIT
/*
 * filter.c - may this packet go on?
 *
 * Theory of operation
 * ===================
 * Three questions, in this order:
 *
 *	1  What is it?		Its ends, and of TCP its flags and numbers.  Of
 *				an ICMP error the ends of the packet it quotes.
 *	2  Is it known?		If a connection is remembered (conntrack.c)
 *				between these ends, in either direction, it
 *				passes.  An error about one passes, too.
 *	3  May it begin one?	If not, it is nobody's: filter_state.  If so,
 *				the rules decide: filter_denied, or a new
 *				connection is remembered (filter_full).
 *
 * A connection of TCP begins with a SYN and nothing else, and while the SYN is
 * not answered its sender has nothing to say but that SYN again.  So no data
 * gets through without a handshake, whatever flags it has.  Nothing here ever
 * answers, so that nobody can use the filter to shout at somebody else; except
 * where a rule says so, and then only what would have begun a connection, with
 * a packet that is not larger.
 *
 * Only the first fragment has ports, so fragments are put together first.
 *
 * Limits
 * ------
 * What is for the router itself, or from it, is not filtered.
 */

#include "ip/filter.h"

#include <errno.h>
#include <string.h>

#include "wire/tcp.h"

#include "ip/filter_int.h"
#include "ip/ip_int.h"

/*
 * The rules.
 */

static bool end_fits(struct ip4_net net, struct ip6_net net6,
		     const struct ip_addr *a)
{
	if (!net.len && !net6.len)
		return true;
	if (a->family == IP_V6)
		return net6.len && ip6_net_has(net6, a->v6);
	return net.len && ip4_net_has(net, a->v4);
}

static bool proto_fits(uint8_t rule, uint8_t proto)
{
	return !rule || rule == proto ||
	       (rule == IP_PROTO_ICMP && proto == IP_PROTO_ICMP6);
}

static bool rule_fits(const struct filter_rule *r, const struct track_key *k)
{
	return proto_fits(r->proto, k->proto) &&
	       (!r->port || r->port == k->to.port) &&
	       end_fits(r->from, r->from6, &k->from.addr) &&
	       end_fits(r->to, r->to6, &k->to.addr);
}

/* Number of the first rule that fits, from 1; 0: none. */
static size_t rule_find(const struct filter *f, const struct track_key *k)
{
	for (size_t i = 0; i < f->rule_count; i++)
		if (rule_fits(&f->rules[i], k))
			return i + 1;
	return 0;
}

/* What rule number @rule says, 0: none. */
static enum drop rule_says(const struct filter *f, size_t rule)
{
	if (!rule)
		return f->allows_rest ? DROP_COUNT : DROP_filter_denied;
	if (f->rules[rule - 1].is_allowed)
		return DROP_COUNT;
	return f->rules[rule - 1].is_aloud ? DROP_filter_rejected
					   : DROP_filter_denied;
}

enum drop filter_would(const struct filter *f, const struct track_key *key)
{
	enum track_side side;
	enum drop why;

	if (track_find(f, key, &side))
		return DROP_COUNT;
	why = rule_says(f, rule_find(f, key));
	if (why == DROP_COUNT && track_host_is_full(f, key->from.addr))
		why = DROP_filter_host;
	return why;
}

/* Question 3. */
static enum drop judge_new(struct filter *f, const struct track_pkt *p)
{
	size_t rule = rule_find(f, &p->key);
	enum drop why = rule_says(f, rule);
	struct track *fl;

	if (why != DROP_COUNT)
		return why;
	fl = track_new(f, &p->key, rule, &why);
	if (!fl)
		return why;
	track_seen(f, fl, p, TRACK_OPENER);
	return DROP_COUNT;
}

/* Data behind a SYN that nobody has answered? */
static bool is_too_early(const struct track *fl, const struct track_pkt *p,
			 enum track_side side)
{
	return fl->state == FILTER_TCP_SYN && side == TRACK_OPENER &&
	       !(p->flags & TCP_RST) && !p->may_open;
}

static enum drop judge(struct stack *stack, const struct track_pkt *p)
{
	struct filter *f = filter_of(stack);
	enum track_side side = TRACK_OPENER;
	struct track *fl = track_find(f, &p->key, &side);

	if (p->is_error)
		return fl ? DROP_COUNT : DROP_filter_state;
	if (fl && fl->state == FILTER_TCP_CLOSED && p->may_open) {
		track_free(f, fl);
		fl = NULL;
	}
	if (!fl)
		return p->may_open ? judge_new(f, p) : DROP_filter_state;
	if (is_too_early(fl, p, side))
		return DROP_filter_state;
	track_seen(f, fl, p, side);
	return DROP_COUNT;
}

/*
 * The door.
 */

static void disable(struct stack *stack)
{
	struct filter *f = filter_of(stack);
	struct mem *mem = stack->place.env->mem;

	tracks_fini(f);
	mem_free(mem, f->rules, (f->rule_count + 1) * sizeof(*f->rules));
	mem_free(mem, f, sizeof(*f));
	stack->slot[SLOT_FILTER] = NULL;
}

static const struct filter_ops filter_ops = {
	.forward = filter_forward,
	.ask = filter_ask,
	.judge = judge,
	.would = filter_would,
	.disable = disable,
};

int filter_enable(struct stack *stack, const struct filter_rule *rules,
		  size_t count, bool allows_rest)
{
	struct mem *mem = stack->place.env->mem;
	struct filter *f;

	if (filter_of(stack))
		return -EEXIST;
	f = mem_alloc(mem, sizeof(*f));
	if (!f)
		return -ENOMEM;
	if (stack_new_key(stack, &f->key)) {
		mem_free(mem, f, sizeof(*f));
		return -EIO;
	}
	f->rules = mem_alloc_array(mem, count + 1, sizeof(*rules));
	if (!f->rules) {
		mem_free(mem, f, sizeof(*f));
		return -ENOMEM;
	}
	if (count)
		memcpy(f->rules, rules, count * sizeof(*rules));
	f->rule_count = count;
	f->allows_rest = allows_rest;
	f->ops = &filter_ops;
	f->stack = stack;
	tracks_init(f);
	stack->slot[SLOT_FILTER] = f;
	return 0;
}

void filter_set_idle(struct stack *stack, enum filter_state state,
		     uint32_t idle_s)
{
	struct filter *f = filter_of(stack);

	if (!f)
		return;
	f->idle_s[state] = idle_s;
	tracks_timer_set(f);
}

void filter_set_max(struct stack *stack, size_t max)
{
	struct filter *f = filter_of(stack);

	if (f)
		pool_set_max(&f->pool, max);
}

void filter_set_host_max(struct stack *stack, size_t max)
{
	struct filter *f = filter_of(stack);

	if (f)
		f->host_max = max;
}

void filter_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct filter_view *v),
		     void *arg)
{
	struct filter *f = filter_of(stack);

	for (int st = 0; f && st < FILTER_STATES; st++) {
		struct track *fl;

		list_for_each_entry(fl, &f->by_state[st], struct track, node) {
			struct filter_view v = {
				.proto = fl->key.proto,
				.from = {fl->key.from.addr, fl->key.from.port},
				.to = {fl->key.to.addr, fl->key.to.port},
				.expires_ns = track_expires_ns(f, fl),
				.state = fl->state,
			};

			fn(arg, &v);
		}
	}
}

size_t filter_count(const struct stack *stack)
{
	const struct filter *f = filter_of(stack);

	return f ? f->pool.in_use : 0;
}
