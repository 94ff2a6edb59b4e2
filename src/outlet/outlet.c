// SPDX-License-Identifier: MIT
/*
 * outlet.c - conversations with the world outside, and how they end
 *
 * Theory of operation
 * ===================
 * A conversation (struct talk) has two ends: the five numbers by which the lab
 * knows it, and a socket of the machine.  Packets find it by the numbers, the
 * machine's events by the socket, which has the conversation for its owner.
 *
 * Whatever happens, at either end, only notes that it has work to do.
 * The work itself is a task of the stack, and takes turns: none does more
 * than OUTLET_TURN octets before the others and the rest of the lab have had
 * theirs.
 *
 *	packet --> outlet_in.c --> talk ----> task: pump, datagrams
 *	                             ^               |       |
 *	outlet_ready() <- machine ---+          TCP of the   the machine's
 *	                                        stack        socket
 *
 * Limits
 * ------
 * Of each class only so many; the least used gives way.  A stream that stands
 * ends only when its ends do, however long it is silent: RFC 1122, 4.2.3.6
 * leaves it to them to ask whether the other is there, and so do we.
 *
 * Sources: RFC 5382, 5 and RFC 4787, 4.3, for how long others wait.
 */
#include "outlet/outlet.h"

#include <assert.h>
#include <errno.h>

#include "wire/proto.h"

#include "ip/ip_foreign.h"
#include "outlet/outlet_int.h"
#include "tcp/tcp.h"

enum { AGAIN_NS = 1000, EXPIRE_NS = 1000000000 };

/* clang-format off */
static const struct {
	uint64_t idle_ns;
	size_t max;
} classes[] = {
	[OUTLET_WAITING] = {150 * NS_PER_S, 65536},
	[OUTLET_UDP]	 = {120 * NS_PER_S, 4096},
	[OUTLET_DNS]	 = { 20 * NS_PER_S, 1024},
	[OUTLET_PING]	 = { 30 * NS_PER_S, 256},
};
static_assert(ARRAY_SIZE(classes) == OUTLET_CLASSES, "a row for each class");
/* clang-format on */

/*
 * The table.
 */

static uint64_t addr_hash(const struct outlet *o, struct ip_addr a)
{
	if (a.family == IP_V6)
		return siphash13(&o->key, a.v6.o, sizeof(a.v6.o));
	return a.v4.v;
}

static uint32_t key_hash(const struct outlet *o, const struct talk_key *key)
{
	uint64_t w[5] = {
		addr_hash(o, key->client.addr),
		addr_hash(o, key->dest.addr),
		(uint64_t)key->client.port << 16 | key->dest.port,
		key->proto,
	};

	return (uint32_t)siphash13_u64x5(&o->key, w);
}

static bool key_eq(const void *item, const void *key)
{
	const struct talk *f = item;
	const struct talk_key *k = key;

	return f->key.proto == k->proto &&
	       endpoint_eq(f->key.client, k->client) &&
	       endpoint_eq(f->key.dest, k->dest);
}

struct talk *talk_find(struct outlet *o, const struct talk_key *key)
{
	return htab_find(&o->flows, key_hash(o, key), key_eq, key);
}

/*
 * A conversation.
 */

static void class_leave(struct talk *f)
{
	if (!list_is_linked(&f->age))
		return;
	list_del(&f->age);
	f->o->counts[f->class]--;
}

static void class_enter(struct talk *f)
{
	list_add_tail(&f->o->ages[f->class], &f->age);
	f->o->counts[f->class]++;
	if (f->o->counts[f->class] == 1)
		stack_arm_in(f->o->stack, &f->o->expire, EXPIRE_NS);
}

static struct talk *oldest(struct outlet *o, enum outlet_class class)
{
	return list_first_entry(&o->ages[class], struct talk, age);
}

struct talk *talk_new(struct outlet *o, const struct talk_key *key,
		      enum outlet_class class)
{
	struct talk *f;

	if (o->counts[class] >= classes[class].max) {
		o->stats.evicted++;
		PROBE(outlet_place(o), EV_NOTE, R_OUTLET_EVICTED, NULL,
		      EVF_EP("client", &oldest(o, class)->key.client),
		      EVF_EP("dest", &oldest(o, class)->key.dest));
		talk_end(oldest(o, class), true);
	}
	f = pool_get_zeroed(&o->pool);
	if (!f)
		return NULL;
	f->o = o;
	f->key = *key;
	f->hash = key_hash(o, key);
	f->class = (uint8_t) class;
	f->state = TALK_OPENING;
	f->sock = -1;
	f->used_ns = stack_now(o->stack);
	list_init(&f->age);
	list_init(&f->work);
	if (htab_add(&o->flows, f->hash, f)) {
		pool_put(&o->pool, f);
		return NULL;
	}
	class_enter(f);
	o->stats.open++;
	return f;
}

int talk_open(struct talk *f, enum host_kind kind, const struct host_addr *to)
{
	const struct outlet_cfg *cfg = &f->o->cfg;
	struct ip_addr addr = outlet_addr(to);
	int sock = cfg->ops->open(cfg->ops_arg, kind, to, f);

	if (sock < 0)
		return sock;
	f->sock = sock;
	f->is_direct = ip_addr_eq(addr, f->key.dest.addr);
	return 0;
}

/* Something was said. */
void talk_use(struct talk *f)
{
	f->used_ns = stack_now(f->o->stack);
	if (list_is_linked(&f->age))
		list_move_tail(&f->o->ages[f->class], &f->age);
}

/* A stream that stands does not expire. */
void talk_settle(struct talk *f)
{
	class_leave(f);
	f->state = TALK_OPEN;
	f->o->speakers++;
}

void talk_work(struct talk *f)
{
	uint32_t cause = outlet_place(f->o)->env->cause;

	if (cause)
		f->woke = cause;
	if (!list_is_linked(&f->work))
		list_add_tail(&f->o->work, &f->work);
	stack_defer(f->o->stack, &f->o->task);
}

/* All but its place in the table. */
static void talk_gone(struct talk *f, bool is_reset)
{
	struct outlet *o = f->o;

	class_leave(f);
	if (list_is_linked(&f->work))
		list_del(&f->work);
	if (f->state == TALK_OPEN && !f->lab_ended)
		o->speakers--;
	if (f->sock >= 0)
		o->cfg.ops->close(o->cfg.ops_arg, f->sock, is_reset);
	pkt_free(f->syn);
	o->stats.open--;
	pool_put(&o->pool, f);
}

void talk_end(struct talk *f, bool is_reset)
{
	check(htab_del(&f->o->flows, f->hash, f));
	talk_gone(f, is_reset);
}

/*
 * Turns.
 */

/* Whether there is more to do.  @f may be gone. */
static bool talk_turn(struct talk *f)
{
	struct env *env = f->o->stack->place.env;
	uint32_t cause = env->cause;
	bool more = false;

	env->cause = f->woke ? f->woke : f->cause;
	f->woke = 0;
	if (f->key.proto != IP_PROTO_TCP)
		more = talk_datagrams(f);
	else if (f->state == TALK_OPENING)
		talk_connected(f);
	else if (f->conn)
		more = talk_pump(f);
	env->cause = cause;
	return more;
}

/* Each once; who has more to do gets another turn soon. */
static void take_turns(struct outlet *o)
{
	size_t left = list_count(&o->work);

	while (left-- && !list_is_empty(&o->work)) {
		struct talk *f = list_first_entry(&o->work, struct talk, work);

		list_del(&f->work);
		if (talk_turn(f) && !list_is_linked(&f->work))
			list_add_tail(&o->work, &f->work);
	}
	if (!list_is_empty(&o->work))
		stack_arm_in(o->stack, &o->again, AGAIN_NS);
}

static void on_task(struct task *task, void *arg)
{
	(void)task;
	take_turns(arg);
}

static void on_again(struct timer *t, void *arg)
{
	(void)t;
	take_turns(arg);
}

void outlet_ready(void *arg, void *owner, unsigned int events)
{
	struct outlet *o = arg;
	struct talk *f = owner;

	f->ready |= events;
	stack_enter(o->stack);
	talk_work(f);
	stack_leave(o->stack);
}

/* The silent of one class. */
static void expire_class(struct outlet *o, enum outlet_class class)
{
	uint64_t now = stack_now(o->stack);

	while (!list_is_empty(&o->ages[class])) {
		struct talk *f = oldest(o, class);

		if (f->used_ns + classes[class].idle_ns > now)
			return;
		o->stats.expired++;
		PROBE(outlet_place(o), EV_NOTE, R_OUTLET_EXPIRED, NULL,
		      EVF_EP("client", &f->key.client),
		      EVF_EP("dest", &f->key.dest),
		      EVF_NUM("idle_s", (now - f->used_ns) / NS_PER_S));
		talk_end(f, true);
	}
}

static void on_expire(struct timer *t, void *arg)
{
	struct outlet *o = arg;
	bool is_needed = false;

	for (int i = 0; i < OUTLET_CLASSES; i++) {
		expire_class(o, (enum outlet_class)i);
		is_needed |= o->counts[i] != 0;
	}
	if (is_needed)
		stack_arm_in(o->stack, t, EXPIRE_NS);
}

/*
 * Assembly.
 */

int outlet_new(struct stack *stack, const struct outlet_cfg *cfg,
	       struct outlet **out)
{
	struct mem *mem = stack->place.env->mem;
	struct outlet *o = mem_alloc(mem, sizeof(*o));
	int err;

	*out = NULL;
	if (!o)
		return -ENOMEM;
	o->stack = stack;
	o->cfg = *cfg;
	htab_init(&o->flows, mem, 0);
	pool_init(&o->pool, mem, "outlet talk", sizeof(struct talk), 0);
	for (int i = 0; i < OUTLET_CLASSES; i++)
		list_init(&o->ages[i]);
	list_init(&o->work);
	task_init(&o->task, on_task, o);
	timer_init(&o->again, on_again, o);
	timer_init(&o->expire, on_expire, o);
	err = stack_new_key(stack, &o->key);
	if (!err)
		err = outlet_tcp_begin(o);
	if (err) {
		mem_free(mem, o, sizeof(*o));
		return err;
	}
	ip_foreign_set(stack, outlet_input, o);
	*out = o;
	return 0;
}

static void free_all(struct outlet *o)
{
	struct talk *f;

	while ((f = htab_pop(&o->flows))) {
		if (f->conn)
			tcp_abort(f->conn);
		talk_gone(f, f->key.proto == IP_PROTO_TCP && !f->lab_ended);
	}
}

void outlet_free(struct outlet *o)
{
	if (!o)
		return;
	ip_foreign_set(o->stack, NULL, NULL);
	stack_enter(o->stack);
	free_all(o);
	outlet_tcp_end(o);
	stack_leave(o->stack);
	task_cancel(&o->task);
	stack_disarm(o->stack, &o->again);
	stack_disarm(o->stack, &o->expire);
	htab_fini(&o->flows);
	check(pool_fini(&o->pool) == 0);
	mem_free(o->stack->place.env->mem, o, sizeof(*o));
}

size_t outlet_speakers(const struct outlet *o)
{
	return o->speakers;
}

struct outlet_stats outlet_stats(const struct outlet *o)
{
	return o->stats;
}
