// SPDX-License-Identifier: MIT
/*
 * tcp_fast_test.c - the short cuts lead to where the long way leads
 *
 * Two hosts hold a conversation that is drawn from a seed: what is written and
 * read, how much, when, over which cable, with which knobs.  It is held five
 * times: with the short cuts, without them (tcp->is_slow), with somebody who
 * listens to events, with tallies packed whenever a connection rests
 * (tcp_rest.c), and with frames looked at before their turn (tcp_ahead.c).
 * Every frame, and after every step all that either end remembers, goes into a
 * record; the records must be equal.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/rng.h"
#include "base/small.h"

#include "core/pkt.h"
#include "core/probe.h"

#include "pair.h"
#include "talker.h"
#include "tcp/tcp_int.h"

enum { STEPS = 400, VISITS = 60, MARKS_MAX = 20000 };

enum way { SHORT, LONG, TOLD, PACKED, AHEAD, WAYS };

struct record {
	uint64_t mark[MARKS_MAX]; /* a hash of all so far, at each mark */
	uint32_t count, frames;
	uint64_t short_cuts;
	size_t packed;	 /* tallies at one time */
	bool has_looked; /* at frames before their turn */
};

struct scene {
	struct pair p;
	struct rng draw;
	struct record *r;
	uint64_t hash;
	struct tcp_conn *l, *a, *b;
	const struct netif_ops *cable_ops;
	struct netif_ops ops;
};

static struct scene t;
static struct record records[WAYS];

static void mix(const void *p, size_t len)
{
	struct hash_key key = {{t.hash, len}};

	t.hash = siphash13(&key, p, len);
}

static void mix_num(uint64_t v)
{
	mix(&v, sizeof(v));
}

static void mark(void)
{
	assert_true(t.r->count < MARKS_MAX);
	t.r->mark[t.r->count++] = t.hash;
}

static void mix_queue(const struct tcp_queue *q)
{
	uint32_t i;

	mix_num(q->head.v);
	mix_num(q->end.v);
	mix_num(q->count);
	mix_num(q->room);
	mix_num(q->truesize);
	for (i = 0; i < q->count; i++) {
		const struct tcp_chunk *c =
			&q->ring[(q->first + i) & (q->size - 1)];

		mix_num(c->off);
		mix_num(c->seq.v);
		mix_num(c->blk->size);
		mix_num(c->blk->refs);
	}
}

static void mix_sent(const struct tcp_conn *c)
{
	const struct tcp_sent *s;

	mix_num(c->active->sent.count);
	mix_num(c->active->sent.sacked);
	mix_num(c->active->sent.lost);
	for (s = tcp_sent_first(c); s; s = tcp_sent_next(s)) {
		mix_num(s->seq.v);
		mix_num(s->end.v);
		mix_num((uint64_t)s->segs << 8 | s->flags);
		mix_num(s->is_app_limited);
		mix_num(s->sent_ns);
		mix_num(s->first_sent_ns);
		mix_num(s->delivered_ns);
		mix_num(s->delivered);
	}
	for (s = tcp_sent_oldest(c); s; s = tcp_sent_later(c, s))
		mix_num(s->seq.v);
}

/* Members without holes, as they are. */
#define MIX(x) mix(&(x), sizeof(x))
#define MIX_RUN(s, first, last)                             \
	mix(&(s)->first, offsetof(__typeof__(*(s)), last) + \
				 sizeof((s)->last) -        \
				 offsetof(__typeof__(*(s)), first))

static void mix_active(const struct tcp_conn *c)
{
	const struct tcp_active *a = c->active;
	int i;

	for (i = 0; i < TCP_TIMERS; i++)
		mix_num(a->due[i].at_ns);
	mix_num(timer_is_armed(&a->timer));
	if (timer_is_armed(&a->timer))
		mix_num(a->timer.expires_ns);
	mix_queue(&a->snd);
	mix_queue(&a->rcv);
	mix_sent(c);
	mix_num(a->ts_offset);
	mix_num(a->ooo != NULL);
	MIX(a->urg.mark);
	MIX(a->urg.up);
	MIX(a->urg.state);
	MIX_RUN(a, small, heard_ns);
	mix_num(a->events);
	MIX(a->cc_state);
	MIX(a->rate);
	MIX(a->pace);
	MIX_RUN(&a->cwv, round_end, is_counting);
	MIX_RUN(&a->rack, sent_ns, has_round);
	MIX_RUN(&a->tlp, end, is_again);
	MIX(a->prr);
	MIX_RUN(&a->undo, marker, new_first);
	MIX_RUN(&a->sack_out, recent, has_dup);
	mix_num(a->dup_octets);
	mix_num(a->resent_ms);
	mix_num(a->ack_why);
	mix_num(a->last_size);
	MIX_RUN(a, backoff, has_fin);
}

static void mix_conn(const struct tcp_conn *c)
{
	struct tcp_tally copy;
	const struct tcp_tally *tally = tcp_rest_look(c, &copy);

	mix_num(c->end.state);
	MIX_RUN(c, snd_una, flags);
	mix_num(c->active != NULL);
	mix_num(c->cc_priv);
	MIX_RUN(c, cwnd, soft);
	mix_num(c->extra != NULL);
	if (c->extra) {
		MIX_RUN(&c->extra->tune, space, last_ecr);
		mix_num(c->extra->retransmits);
	}
	mix_num(tally != NULL);
	if (tally)
		MIX_RUN(tally, limit_ns, rate_is_limited);
	if (c->active)
		mix_active(c);
}

static struct tcp_stack *tcp_of(struct host *h)
{
	return h->stack.slot[SLOT_TCP];
}

static void mix_all(void)
{
	if (t.a)
		mix_conn(t.a);
	if (t.b)
		mix_conn(t.b);
	MIX(tcp_of(t.p.a)->stats);
	MIX(tcp_of(t.p.b)->stats);
	MIX(t.p.a->stack.place.drops);
	MIX(t.p.b->stack.place.drops);
	mark();
}

/* A frame leaves: all octets, and the moment. */
/* The next frame is for either of them: to who it is not for, it is nobody's. */
static void look_ahead(struct pkt *pkt)
{
	struct list frames;

	list_init(&frames);
	list_add_tail(&frames, &pkt->node);
	t.p.a->stack.ahead(&t.p.a->stack, &frames, 1);
	t.p.b->stack.ahead(&t.p.b->stack, &frames, 1);
	list_del(&pkt->node);
}

static int on_transmit(struct netif *netif, struct pkt *pkt)
{
	static uint8_t octets[70000];

	t.r->frames++;
	mix_num(world_now(t.p.w));
	mix_num(pkt->gso_size);
	mix_num(pkt->csum);
	mix_num(pkt->reason);
	pkt_copy_out(pkt, 0, octets, pkt->len);
	mix(octets, pkt->len);
	mark();
	look_ahead(pkt); /* nothing, but with AHEAD */
	return t.cable_ops->transmit(netif, pkt);
}

static void listen_in(struct host *h)
{
	struct netif *n = stack_netif_by_name(&h->stack, "eth0");

	assert_non_null(n);
	t.cable_ops = n->ops;
	t.ops = *n->ops;
	t.ops.transmit = on_transmit;
	n->ops = &t.ops;
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	(void)ev;
	return ++*(uint32_t *)arg;
}

static struct cable_params draw_cable(bool is_good)
{
	struct cable_params p = {
		.delay_ns = rng_below(&t.draw, 3000000),
		.has_offload = rng_below(&t.draw, 2),
	};

	if (is_good)
		return p;
	p.loss = rng_below(&t.draw, 3) / 100.0;
	p.dup = rng_below(&t.draw, 3) / 100.0;
	p.reorder = rng_below(&t.draw, 3) / 100.0;
	p.corrupt = rng_below(&t.draw, 2) / 100.0;
	return p;
}

static void draw_knobs(struct stack *s)
{
	static const char *const names[] = {"cubic", "reno", "bbr", "dctcp"};
	uint32_t cc = rng_below(&t.draw, 8);

	tcp_knob_set(s, "timestamps", rng_below(&t.draw, 4) ? 1 : 0);
	tcp_knob_set(s, "sack", rng_below(&t.draw, 4) ? 1 : 0);
	tcp_knob_set(s, "ecn", rng_below(&t.draw, 4) ? 2 : 1);
	tcp_knob_set(s, "tally", rng_below(&t.draw, 4) ? 1 : 0);
	tcp_knob_set(s, "mtu_probing", rng_below(&t.draw, 4) ? 0 : 2);
	tcp_knob_set_text(s, "congestion_control", names[cc < 4 ? cc : 0]);
}

static void begin(uint64_t seed, enum way way, uint32_t *events)
{
	struct endpoint to = talker_ep("10.0.0.2:9");
	struct cable_params cable;

	memset(&t, 0, sizeof(t));
	t.r = &records[way];
	memset(t.r, 0, sizeof(*t.r));
	rng_init(&t.draw, seed, "fast");
	cable = draw_cable(seed % 2);
	pair_init(&t.p, seed, &cable);
	if (way == TOLD) {
		world_env(t.p.w)->probe = on_event;
		world_env(t.p.w)->probe_arg = events;
	}
	tcp_of(t.p.a)->is_slow = tcp_of(t.p.b)->is_slow = way == LONG;
	if (way == PACKED)
		tcp_of(t.p.a)->resting_max = tcp_of(t.p.b)->resting_max = 0;
	if (way == AHEAD)
		tcp_of(t.p.a)->ahead_min = tcp_of(t.p.b)->ahead_min = 0;
	draw_knobs(&t.p.a->stack);
	draw_knobs(&t.p.b->stack);
	listen_in(t.p.a);
	listen_in(t.p.b);
	t.l = talker_listen(&t.p.b->stack, 9, 1);
	t.a = tcp_new(&t.p.a->stack, t.l->user, NULL);
	assert_non_null(t.a);
	assert_int_equal(tcp_connect(t.a, &to), 0);
}

static uint32_t draw_size(void)
{
	static const uint32_t sizes[] = {64, 1, 536, 1448, 1460, 2896, 20000};

	if (rng_below(&t.draw, 2))
		return sizes[rng_below(&t.draw, ARRAY_SIZE(sizes))];
	return 1 + rng_below(&t.draw, 6000);
}

static void act(struct stack *stack, struct tcp_conn *c)
{
	static uint8_t buf[65536];
	uint32_t what = rng_below(&t.draw, 32), size = draw_size();
	unsigned int flags = 0;

	if (what == 0)
		flags = TCP_SEND_URGENT;
	else if (what == 1)
		flags = TCP_SEND_MORE;
	stack_enter(stack);
	if (what == 2)
		tcp_set_nodelay(c, rng_below(&t.draw, 2));
	else if (what == 3)
		tcp_set_keepalive(c, rng_below(&t.draw, 2));
	else if (what == 4)
		tcp_set_quickack(c, (int)rng_below(&t.draw, 3));
	else if (what < 18)
		mix_num((uint64_t)tcp_send(c, buf, size, flags));
	else if (what < 20)
		mix_num((uint64_t)tcp_recv(c, NULL, size, 0));
	else if (what < 24)
		mix_num((uint64_t)tcp_recv(c, buf, size, 0));
	else
		mix_num((uint64_t)tcp_recv(c, buf, sizeof(buf), 0));
	stack_leave(stack);
}

/* Mostly the next one comes at once, now and then it takes its time. */
static uint64_t draw_pause(void)
{
	switch (rng_below(&t.draw, 8)) {
	case 0:
		return rng_below(&t.draw, 300) * NS_PER_MS;
	case 1:
	case 2:
		return 0;
	default:
		return rng_below(&t.draw, 4000) * NS_PER_US;
	}
}

static void step(void)
{
	world_run_until(t.p.w, world_now(t.p.w) + draw_pause());
	if (!t.b) {
		t.b = tcp_accept(t.l);
		if (t.b)
			tcp_set_user(t.b, t.l->user, NULL);
	}
	if (rng_below(&t.draw, 2))
		act(&t.p.a->stack, t.a);
	else if (t.b)
		act(&t.p.b->stack, t.b);
	mix_all();
}

/* One end asks and the other answers; the cable is a good one.  Now and then
 * somebody thinks for so long that an ACK does not wait for him. */
static void ask(struct host *from, struct tcp_conn *x, struct host *to,
		struct tcp_conn *y)
{
	static uint8_t buf[65536];
	uint32_t size = rng_below(&t.draw, 16) ? 64 : draw_size();
	uint32_t parts = rng_below(&t.draw, 16) ? 1 : 2;

	stack_enter(&from->stack);
	mix_num((uint64_t)tcp_send(x, buf, size, 0));
	stack_leave(&from->stack);
	world_run_until(t.p.w, world_now(t.p.w) + 20 * NS_PER_MS);
	stack_enter(&to->stack);
	while (parts--)
		mix_num((uint64_t)tcp_recv(y, buf,
					   parts ? size / 2 : sizeof(buf), 0));
	stack_leave(&to->stack);
	if (!rng_below(&t.draw, 8))
		world_run_until(t.p.w, world_now(t.p.w) + draw_pause());
	mix_all();
}

static void converse(void)
{
	int i;

	while (!t.b)
		step();
	for (i = 0; i < STEPS; i++) {
		ask(t.p.a, t.a, t.p.b, t.b);
		ask(t.p.b, t.b, t.p.a, t.a);
	}
}

/* Who closes first, with or without saying so before; then the other.  Mostly
 * one hears of it before he closes, too. */
static void part(void)
{
	struct tcp_conn *c[] = {t.a, t.b};
	struct host *h[] = {t.p.a, t.p.b};
	uint32_t i, first = rng_below(&t.draw, 2);

	for (i = 0; i < 2; i++) {
		uint32_t who = i ^ first;

		stack_enter(&h[who]->stack);
		if (!rng_below(&t.draw, 4))
			mix_num((uint64_t)tcp_shutdown_send(c[who]));
		tcp_close(c[who]);
		stack_leave(&h[who]->stack);
		t.a = who == 0 ? NULL : t.a;
		t.b = who == 1 ? NULL : t.b;
		mix_all();
		if (rng_below(&t.draw, 8))
			world_run_until(t.p.w,
					world_now(t.p.w) + 20 * NS_PER_MS);
		mix_all();
	}
}

static void meet(void)
{
	struct endpoint to = talker_ep("10.0.0.2:9");
	int i;

	t.a = tcp_new(&t.p.a->stack, t.l->user, NULL);
	assert_non_null(t.a);
	stack_enter(&t.p.a->stack);
	assert_int_equal(tcp_connect(t.a, &to), 0);
	stack_leave(&t.p.a->stack);
	for (i = 0; i < 40 && !t.b; i++) {
		world_run_until(t.p.w, world_now(t.p.w) + 500 * NS_PER_MS);
		t.b = tcp_accept(t.l);
	}
	assert_non_null(t.b);
	tcp_set_user(t.b, t.l->user, NULL);
	mix_all();
}

/* One connection after the other, each asked once, or not at all. */
static void come_and_go(void)
{
	int i;

	while (!t.b)
		step();
	for (i = 0; i < VISITS; i++) {
		if (rng_below(&t.draw, 4)) {
			ask(t.p.a, t.a, t.p.b, t.b);
			ask(t.p.b, t.b, t.p.a, t.a);
		}
		part();
		world_run_until(t.p.w, world_now(t.p.w) + draw_pause());
		meet();
	}
}

static void end(void)
{
	stack_enter(&t.p.a->stack);
	tcp_close(t.a);
	stack_leave(&t.p.a->stack);
	stack_enter(&t.p.b->stack);
	if (t.b)
		tcp_close(t.b);
	tcp_close(t.l);
	stack_leave(&t.p.b->stack);
	t.a = t.b = NULL;
	world_run_until(t.p.w, world_now(t.p.w) + 10 * NS_PER_S);
	mix_all();
	t.r->short_cuts = tcp_of(t.p.a)->short_cuts + tcp_of(t.p.b)->short_cuts;
	t.r->packed = tcp_of(t.p.a)->packed_pool[0].peak +
		      tcp_of(t.p.b)->packed_pool[0].peak;
	t.r->has_looked = tcp_of(t.p.a)->ahead && tcp_of(t.p.b)->ahead;
	world_run_until(t.p.w, world_now(t.p.w) + 2000 * NS_PER_S);
	assert_int_equal(pair_fini(&t.p), 0);
}

static void play(void)
{
	int i;

	for (i = 0; i < STEPS; i++)
		step();
}

static void hold(uint64_t seed, enum way way, void (*talk)(void))
{
	uint32_t events = 0;

	begin(seed, way, &events);
	talk();
	end();
	assert_true(way != TOLD || events > 0);
}

static void compare(uint64_t seed, enum way other)
{
	const struct record *x = &records[SHORT], *y = &records[other];
	uint32_t i;

	for (i = 0; i < x->count && i < y->count; i++)
		if (x->mark[i] != y->mark[i])
			fail_msg("seed %llu, way %d: mark %u of %u differs",
				 (unsigned long long)seed, other, i, x->count);
	assert_int_equal(x->count, y->count);
}

/* Each seed that is a multiple of @every; returns short cuts for 100 frames. */
static uint64_t hold_all(uint64_t seeds, uint64_t every, void (*talk)(void))
{
	uint64_t frames = 0, short_cuts = 0, packed = 0, seed;
	enum way way;

	for (seed = 0; seed < seeds; seed++) {
		for (way = SHORT; way < WAYS; way++)
			hold(seed * every, way, talk);
		compare(seed * every, LONG);
		compare(seed * every, TOLD);
		compare(seed * every, PACKED);
		compare(seed * every, AHEAD);
		assert_true(records[AHEAD].has_looked);
		assert_false(records[SHORT].has_looked);
		assert_int_equal(records[LONG].short_cuts, 0);
		assert_int_equal(records[TOLD].short_cuts, 0);
		frames += records[SHORT].frames;
		short_cuts += records[SHORT].short_cuts;
		packed += records[PACKED].packed;
	}
	print_message("# %llu frames, %llu short cuts\n",
		      (unsigned long long)frames,
		      (unsigned long long)short_cuts);
	assert_true(packed > 0);
	return 100 * short_cuts / frames;
}

static uint64_t seeds_of(uint64_t otherwise)
{
	const char *text = getenv("WEFT_SEEDS");

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Of the frames so many took a short cut; none where there are none. */
static void expect_percent(uint64_t percent, uint64_t least)
{
	if (HAS_SHORT_WAYS)
		assert_true(percent > least);
	else
		assert_true(percent == 0);
}

static void every_way_leads_to_the_same_state(void **state)
{
	(void)state;
	expect_percent(hold_all(seeds_of(40), 1, play), 25);
}

/* Odd seeds have a cable that loses nothing. */
static void questions_and_answers_do_so_too(void **state)
{
	(void)state;
	expect_percent(hold_all(seeds_of(20), 3, converse), 60);
}

static void so_does_the_end(void **state)
{
	(void)state;
	expect_percent(hold_all(seeds_of(20), 1, come_and_go), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_does_the_end),
		cmocka_unit_test(every_way_leads_to_the_same_state),
		cmocka_unit_test(questions_and_answers_do_so_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
