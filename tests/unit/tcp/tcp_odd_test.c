// SPDX-License-Identifier: MIT
/*
 * tcp_odd_test.c - whatever a peer says, every way takes it alike
 *
 * tcp_fast_test.c holds conversations between two ends that know what they do.
 * Here one end is a test that says whatever a seed makes it say: mostly the
 * next segment, but with any flag, number, window, option, length, mark or
 * checksum that is not the usual one; and the user of the other end writes,
 * reads, turns options, shuts down and closes whenever it pleases him.
 *
 * All of it happens three times: with the short cuts, without them, and with
 * tallies packed whenever a connection rests.  What is heard on the wire, what
 * the user is told, every counter, every drop and the status of each
 * connection (RFC 9293, 3.10.6) must be the same after each step.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/small.h"

#include "wire/csum.h"

#include "seeds.h"
#include "talker.h"
#include "tcp/tcp_int.h"
#include "tcp/tcp_knobs.h"
#include "tcpside.h"

enum { STEPS = 120, SEEDS = 400 };

enum way { SHORT, LONG, PACKED, WAYS };

static struct side sides[WAYS];
static struct rng draw;
static uint32_t ts_val; /* the test's clock */
static uint32_t calm;	/* the more, the less is odd */
static uint16_t opened; /* connections so far */

static uint32_t below(uint32_t n)
{
	return rng_below(&draw, n);
}

/* Once in @n times; in a calm conversation, less often. */
static bool once_in(uint32_t n)
{
	return !below(n * calm);
}

/* What the test says */

static uint16_t draw_flags(void)
{
	static const uint16_t odd[] = {
		0,
		TCP_SYN,
		TCP_RST,
		TCP_RST | TCP_ACK,
		TCP_FIN,
		TCP_SYN | TCP_ACK,
		TCP_ACK | TCP_URG,
		TCP_ACK | TCP_ECE,
		TCP_PSH,
		TCP_ACK | TCP_CWR,
		TCP_FIN | TCP_ACK,
		TCP_FIN | TCP_ACK,
		TCP_URG,
		TCP_FIN | TCP_ACK | TCP_PSH,
		TCP_ACK | TCP_AE,
	};

	if (once_in(6))
		return odd[below(ARRAY_SIZE(odd))];
	return below(2) ? TCP_ACK : TCP_ACK | TCP_PSH;
}

/* Mostly the one that is expected. */
static uint32_t draw_seq(void)
{
	switch (below(32 * calm)) {
	case 0:
		return sides[0].next - 1;
	case 1:
		return sides[0].next + 1;
	case 2:
		return sides[0].next - below(3000);
	case 3:
	case 4:
		return sides[0].next + below(6000);
	case 5:
		return sides[0].next + below(2000000);
	case 6:
		return (uint32_t)rng_u32(&draw);
	default:
		return sides[0].next;
	}
}

static uint32_t draw_ack(void)
{
	switch (below(24 * calm)) {
	case 0:
		return sides[0].heard_end - 1;
	case 1:
		return sides[0].heard_end + 1;
	case 2:
	case 3:
	case 4:
		return sides[0].heard_end - below(5000);
	case 5:
		return (uint32_t)rng_u32(&draw);
	default:
		return sides[0].heard_end;
	}
}

static size_t draw_len(void)
{
	static const uint16_t sizes[] = {0, 0, 0, 1, 64, 536, 1448, 1460};

	return sizes[below(ARRAY_SIZE(sizes))];
}

static uint16_t draw_win(uint16_t win)
{
	switch (below(24 * calm)) {
	case 0:
		return 0;
	case 1:
		return (uint16_t)below(3000);
	case 2:
		return (uint16_t)rng_u32(&draw);
	case 3:
		return 65535;
	default:
		return win;
	}
}

/* So much was said, and is not to be said again. */
static void advance(uint32_t n)
{
	int i;

	for (i = 0; i < WAYS; i++)
		sides[i].next += n;
}

/* What goes with it, in options and around it. */
struct trimmings {
	bool bad_sum, no_ts;
	uint8_t tos, ttl, sack_count;
	uint32_t ts_val, ts_ecr, uto_s;
	struct tcp_sack_block sack[2];
};

static struct trimmings draw_trimmings(void)
{
	struct trimmings t = {.ts_val = ts_val};
	uint8_t i;

	t.bad_sum = once_in(40);
	t.no_ts = once_in(30);
	t.tos = once_in(10) ? (uint8_t)below(4) : 0;
	t.ttl = once_in(30) ? (uint8_t)(1 + below(255)) : 0;
	if (once_in(20))
		t.ts_val += below(2) ? below(100000) : -below(1000);
	if (once_in(30))
		t.ts_ecr = rng_u32(&draw);
	if (once_in(60))
		t.uto_s = 1 + below(4000);
	if (once_in(12))
		t.sack_count = (uint8_t)(1 + below(2));
	for (i = 0; i < t.sack_count; i++) {
		t.sack[i].start.v = sides[0].heard_end - below(6000);
		t.sack[i].end.v = t.sack[i].start.v + 1 + below(3000);
	}
	return t;
}

static void say_with(struct peer *p, const struct seg *s,
		     const struct trimmings *t)
{
	bool with_ts = p->with_ts;

	p->bad_sum = t->bad_sum;
	p->tos = t->tos;
	p->ttl = t->ttl;
	p->ts_val = t->ts_val;
	p->ts_ecr = t->ts_ecr;
	p->uto_s = t->uto_s;
	p->sack_count = t->sack_count;
	memcpy(p->sack, t->sack, sizeof(t->sack));
	p->with_ts = with_ts && !t->no_ts;
	peer_say(p, *s);
	p->with_ts = with_ts;
}

static void say(void)
{
	struct seg s = {draw_flags(), draw_seq(), draw_ack(), draw_len(), 0};
	uint16_t win = draw_win(sides[0].p.win);
	struct trimmings t = draw_trimmings();
	int i;

	if (s.flags & TCP_URG || once_in(40))
		s.urp = (uint16_t)below(2000);
	/* A new connection, behind the one that was. */
	if (s.flags == TCP_SYN && below(2))
		s.seq = sides[0].next + 100000;
	for (i = 0; i < WAYS; i++) {
		sides[i].p.win = win;
		say_with(&sides[i].p, &s, &t);
	}
	/* If it was the next, it counts. */
	if (s.seq == sides[0].next && !t.bad_sum && s.flags & TCP_ACK)
		advance((uint32_t)s.len);
}

/* The next, with nothing odd about it. */
static void say_next(void)
{
	struct seg s = {TCP_ACK | TCP_PSH, sides[0].next, sides[0].heard_end,
			draw_len(), 0};
	struct trimmings t = {.ts_val = ts_val};
	int i;

	for (i = 0; i < WAYS; i++)
		say_with(&sides[i].p, &s, &t);
	advance((uint32_t)s.len);
}

/* What the user does */

static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	struct side *s = arg;

	(void)c;
	s->p.events |= events;
}

static const struct tcp_user user = {.on_event = on_event};

static void app_send(struct side *s, size_t len, unsigned int flags)
{
	static uint8_t buf[8192];
	size_t i;
	long n;

	for (i = 0; i < len; i++)
		buf[i] = talker_octet(1, s->p.sent + i);
	n = tcp_send(s->p.conn, buf, len, flags);
	s->p.sent += n > 0 ? (uint64_t)n : 0;
	side_note(s, "send %zu: %ld\n", len, n);
}

static void app_recv(struct side *s, size_t len, unsigned int flags)
{
	static uint8_t buf[65536];
	long n = tcp_recv(s->p.conn, buf, len, flags);

	side_note(s, "recv %zu: %ld, %04x\n", len, n,
		  n > 0 ? csum(buf, (size_t)n) : 0);
}

static void app_option(struct side *s, uint32_t which, uint32_t v)
{
	struct tcp_conn *c = s->p.conn;
	uint8_t octet;

	switch (which) {
	case 0:
		tcp_set_nodelay(c, v % 2);
		break;
	case 1:
		tcp_set_cork(c, v % 2);
		break;
	case 2:
		tcp_set_keepalive(c, v % 2);
		break;
	case 3:
		tcp_set_quickack(c, (int)(v % 3));
		break;
	case 4:
		side_note(s, "lowat %d\n", tcp_set_rcvlowat(c, v % 3000));
		break;
	case 5:
		tcp_set_rcvbuf(c, 3000 + v % 100000);
		break;
	case 6:
		tcp_set_sndbuf(c, 3000 + v % 100000);
		break;
	case 7:
		side_note(s, "urgent %ld\n", tcp_recv_urgent(c, &octet, 1, 0));
		break;
	case 8:
		tcp_set_oob_inline(c, v % 2);
		break;
	case 9:
		side_note(s, "linger %d\n",
			  tcp_set_linger2(c, (int32_t)(v % 5) - 1));
		break;
	case 10:
		side_note(s, "timeout %d\n", tcp_set_user_timeout(c, v % 5000));
		break;
	default:
		side_note(s, "notsent %d\n",
			  tcp_set_notsent_lowat(c, v % 5000));
		break;
	}
}

static void let_go(struct side *s, uint32_t how)
{
	switch (how) {
	case 0:
	case 1:
		side_note(s, "shut %d\n", tcp_shutdown_send(s->p.conn));
		return;
	case 2:
		side_note(s, "shut rcv %d\n", tcp_shutdown_recv(s->p.conn));
		return;
	case 3:
		tcp_abort(s->p.conn);
		break;
	case 4:
		(void)tcp_recv(s->p.conn, NULL, 1 << 20, 0);
		tcp_close(s->p.conn);
		break;
	default:
		tcp_close(s->p.conn);
		break;
	}
	s->p.conn = NULL;
}

/* Nobody there: take the next that waits, if there is one. */
static void accept_one(struct side *s)
{
	s->p.conn = tcp_accept(s->p.listener);
	side_note(s, "accept %d\n", s->p.conn != NULL);
	if (!s->p.conn)
		return;
	tcp_set_user(s->p.conn, &user, s);
	s->p.sent = 0;
}

/* What the user does in a step; for all of them the same. */
struct deed {
	uint32_t what, how, which, v, size;
	unsigned int flags;
	bool goes;
};

static void act_on(struct side *s, const struct deed *d)
{
	if (!s->p.conn)
		accept_one(s);
	else if (d->what < 6)
		app_send(s, d->size, d->flags);
	else if (d->what < 8)
		app_recv(s, d->size, d->what == 7 ? TCP_RECV_PEEK : 0);
	else if (d->what < 13)
		app_recv(s, 65536, 0);
	else if (d->what < 15)
		app_option(s, d->which, d->v);
	else if (d->goes)
		let_go(s, d->how);
}

static void act(void)
{
	const struct deed d = {
		.what = below(16),
		.how = below(6),
		.which = below(12),
		.v = rng_u32(&draw),
		.size = 1 + below(below(4) ? 200 : 6000),
		.flags = once_in(12) ? 1 + below(2) : 0,
		.goes = once_in(2),
	};
	struct side *s;

	for (s = sides; s < sides + WAYS; s++) {
		stack_enter(s->p.stack);
		act_on(s, &d);
		stack_leave(s->p.stack);
	}
}

static void be_called(struct side *s, uint16_t ecn)
{
	SAY(&s->p, .flags = TCP_SYN | ecn);
	side_hear(s);
	s->p.with_ts = s->p.heard_opts.has & TCP_HAS_TIMESTAMP;
	SAY(&s->p, .flags = TCP_ACK, .seq = 1, .ack = 1);
	accept_one(s);
}

static void call(struct side *s, uint16_t ecn)
{
	struct endpoint to = talker_ep("10.0.0.2:0");

	to.port = s->p.port;
	s->p.conn = tcp_new(s->p.stack, &user, s);
	assert_non_null(s->p.conn);
	assert_int_equal(tcp_connect(s->p.conn, &to), 0);
	side_hear(s);
	SAY(&s->p, .flags = TCP_SYN | TCP_ACK | ecn, .ack = 1);
	side_hear(s);
}

/* One more connection, by either of them. */
static void open_one(void)
{
	uint16_t says = below(4) ? 0 : TCP_ECE;
	bool calls = below(2);
	struct side *s;

	opened++;
	for (s = sides; s < sides + WAYS; s++) {
		struct peer *p = &s->p;

		s->next = s->heard_end = 1;
		p->port = (uint16_t)(2000 + opened);
		p->stack_port = 80;
		p->win = 65535;
		p->bad_sum = p->with_ts = false;
		p->tos = p->ttl = 0;
		p->sent = 0;
		stack_enter(p->stack);
		if (calls)
			call(s, says);
		else
			be_called(s, says ? TCP_ECE | TCP_CWR : 0);
		stack_leave(p->stack);
		if (p->conn)
			p->with_ts = p->conn->flags & TCPF_TS;
	}
}

/* It is over: the user of it goes, and if nobody waits, there is another. */
static void begin_again(void)
{
	struct side *s;

	for (s = sides; s < sides + WAYS; s++)
		if (s->p.conn)
			let_go(s, 5);
	open_one();
}

static bool is_over(void)
{
	const struct tcp_conn *c = sides[0].p.conn;

	return c ? tcp_state(c) == TCPS_CLOSED : below(4) == 0;
}

/* All of it */

static void pass_time(void)
{
	static const uint32_t ms[] = {0, 1, 1, 10, 45, 210, 600, 1500};
	uint32_t n = once_in(60) ? 61000 : ms[below(ARRAY_SIZE(ms))];
	int i;

	for (i = 0; i < WAYS; i++)
		peer_wait(&sides[i].p, n);
	ts_val += n;
}

static void step(void)
{
	uint32_t what = below(16);

	if (is_over())
		begin_again();
	else if (what < 5)
		say();
	else if (what < 8)
		say_next();
	else if (what < 13)
		act();
	else
		pass_time();
}

static void set_up(struct side *s, enum way way, uint64_t seed)
{
	static const char *const names[] = {"cubic", "reno", "bbr", "dctcp"};
	struct peer *p = &s->p;
	struct rng r;

	memset(s, 0, sizeof(*s));
	rng_init(&r, seed, "odd peer");
	peer_init(p);
	p->net->env.probe = NULL; /* who listens is told of the long way */
	side_tcp(s)->is_slow = way == LONG;
	if (way == PACKED)
		side_tcp(s)->resting_max = 0;
	tcp_knob_set(p->stack, "quickacks", rng_below(&r, 2) * 16);
	tcp_knob_set(p->stack, "tally", rng_below(&r, 4) > 0);
	tcp_knob_set(p->stack, "sack", rng_below(&r, 4) > 0);
	tcp_knob_set(p->stack, "timestamps", rng_below(&r, 4) > 0);
	tcp_knob_set(p->stack, "user_timeout_option", rng_below(&r, 2));
	tcp_knob_set(p->stack, "ecn", rng_below(&r, 4) ? 2 : rng_below(&r, 6));
	tcp_knob_set(p->stack, "syncookies", rng_below(&r, 3));
	tcp_knob_set(p->stack, "mtu_probing", rng_below(&r, 3));
	tcp_knob_set_text(p->stack, "congestion_control",
			  names[rng_below(&r, 4)]);
	if (rng_below(&r, 4))
		p->syn_opts.has |= TCP_HAS_TIMESTAMP;
	if (rng_below(&r, 2))
		p->syn_opts.has |= TCP_HAS_SACK_OK;
	if (rng_below(&r, 2))
		p->syn_opts.has |= TCP_HAS_WSCALE;
	p->syn_opts.wscale = (uint8_t)rng_below(&r, 9);
	p->ts_val = 1000;
	peer_listen(p, 5);
}

/* Fail with what both saw, from a little before the first difference. */
static void differ(uint64_t seed, int n, const struct side *s)
{
	const char *a = sides[0].text, *b = s->text;
	size_t at = 0, from;

	while (a[at] == b[at])
		at++;
	from = at - min_size(at, 300);
	fail_msg("seed %" PRIu64 " step %d: ...%.500s\n--- way %d: ...%.500s",
		 seed, n, a + from, (int)(s - sides), b + from);
}

static void compare(uint64_t seed, int n)
{
	struct side *s;

	for (s = sides; s < sides + WAYS; s++) {
		side_look(s);
		if (strcmp(sides[0].text, s->text) != 0)
			differ(seed, n, s);
	}
	for (s = sides; s < sides + WAYS; s++)
		s->at = 0;
}

static uint64_t hold(uint64_t seed)
{
	uint64_t cuts;
	int i;

	for (i = 0; i < WAYS; i++)
		set_up(&sides[i], (enum way)i, seed);
	rng_init(&draw, seed, "odd");
	ts_val = 1000;
	opened = 0;
	calm = 1 << 2 * below(4);
	open_one();
	for (i = 0; i < STEPS; i++) {
		step();
		compare(seed, i);
	}
	cuts = side_tcp(&sides[SHORT])->short_cuts;
	assert_int_equal(side_tcp(&sides[LONG])->short_cuts, 0);
	for (i = 0; i < WAYS; i++)
		peer_fini(&sides[i].p);
	return cuts;
}

static void whatever_comes_every_way_takes_it_alike(void **state)
{
	const struct seeds seeds = seeds_from(0, SEEDS);
	uint64_t seed, cuts = 0;

	(void)state;
	for (seed = seeds.first; seed < seeds.end; seed++)
		cuts += hold(seed);
	print_message("# %" PRIu64 " seeds, %" PRIu64 " short cuts\n",
		      seeds.end - seeds.first, cuts);
	assert_true(cuts > 0 || !HAS_SHORT_WAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_comes_every_way_takes_it_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
