// SPDX-License-Identifier: MIT
/*
 * outlet_alloc_test.c - a way out of a lab, short of memory
 *
 * The scenario gives the router of a small network a way out, sends octets and
 * a datagram through it and back, and takes all of it down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "alloc_walk.h"
#include "fakesocks.h"
#include "homenet.h"
#include "outlet/outlet.h"
#include "tcp/tcp.h"
#include "udp/udp.h"

struct bed {
	struct homenet n;
	struct fake_socks m;
	struct outlet *o;
	struct tcp_conn *c;
	struct udp_sock *u;
};

static void on_tcp(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static void on_udp(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	(void)arg;
	(void)events;
}

static const struct tcp_user tcp_user = {.on_event = on_tcp};
static const struct udp_user udp_user = {.on_event = on_udp};

static void pass(struct bed *b)
{
	world_run_until(b->n.world, world_now(b->n.world) + 100 * NS_PER_MS);
}

/* Whatever is open becomes ready, and has an answer. */
static void answer(struct bed *b, const char *text)
{
	for (size_t i = 0; i < b->m.count; i++) {
		struct fake_sock *s = &b->m.socks[i];

		if (!s->is_open)
			continue;
		memcpy(s->came, text, strlen(text));
		s->came_len = strlen(text);
		outlet_ready(b->o, s->owner, HOST_IN | HOST_OUT);
	}
	pass(b);
}

static bool begin(struct bed *b, struct mem *mem)
{
	const struct outlet_cfg cfg = {.ops = &fake_ops, .ops_arg = &b->m};

	return homenet_build(&b->n, mem) &&
	       outlet_new(&b->n.router->stack, &cfg, &b->o) == 0;
}

static bool stream(struct bed *b)
{
	struct endpoint far = {.addr = ip_addr_v4(ip4_make(192, 0, 2, 80)),
			       .port = 80};
	char heard[8];

	b->c = tcp_new(&b->n.laptop->stack, &tcp_user, NULL);
	if (!b->c || tcp_connect(b->c, &far))
		return false;
	pass(b);
	answer(b, "");
	if (tcp_send(b->c, "hello", 5, 0) != 5)
		return false;
	pass(b);
	answer(b, "good");
	return tcp_recv(b->c, heard, sizeof(heard), 0) == 4;
}

static bool datagram(struct bed *b)
{
	struct endpoint far = {.addr = ip_addr_v4(ip4_make(192, 0, 2, 80)),
			       .port = 53};
	char heard[8];

	b->u = udp_new(&b->n.laptop->stack, &udp_user, NULL);
	if (!b->u || udp_send(b->u, "who?", 4, &far) != 4)
		return false;
	pass(b);
	answer(b, "me");
	return udp_recv(b->u, heard, sizeof(heard), false, NULL) == 2;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct bed b = {0};
	bool is_done;

	(void)arg;
	fake_init(&b.m);
	is_done = begin(&b, mem) && stream(&b) && datagram(&b);
	if (b.c)
		tcp_abort(b.c);
	if (b.u)
		udp_free(b.u);
	outlet_free(b.o);
	check(b.m.open == 0);
	check(homenet_free(&b.n) == 0);
	fake_fini(&b.m);
	return is_done;
}

static void a_way_out_survives_every_failed_allocation(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	assert_true(walk.points > 20);
	assert_true(walk.survived < walk.runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_way_out_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
