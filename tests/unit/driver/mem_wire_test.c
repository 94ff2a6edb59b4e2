// SPDX-License-Identifier: MIT
/* mem_wire_test.c - a wire in memory: order, depth, back-pressure */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "core/pkt.h"

#include "driver/mem.h"

struct fixture {
	struct mem mem;
	struct env env;
	struct stack a, b;
	struct mem_wire wire;
	int kicks;
	int depth, depth_max;
	uint32_t seen, order_errors;
	uint32_t bounce; /* frames are sent back until they count this */
	const struct block *blk_seen;
	uint8_t csum_seen;
};

static struct fixture f;

static int fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 1, len);
	return 0;
}

static void on_kick(struct stack *stack)
{
	(void)stack;
	f.kicks++;
}

static const struct stack_ops ops = {.on_kick = on_kick};

/* A link layer that counts, and sends back what is not old enough. */
static void link_input(struct stack *stack, struct netif *netif,
		       struct pkt *pkt)
{
	uint8_t *p = pkt_need(pkt, 4);
	uint32_t n = get32(p);

	(void)stack;
	f.order_errors += n < f.seen && !f.bounce;
	f.seen = n;
	f.csum_seen = pkt->csum;
	if (pkt->frag_count)
		f.blk_seen = pkt->frag[0].blk;
	f.depth++;
	f.depth_max = f.depth > f.depth_max ? f.depth : f.depth_max;
	if (n < f.bounce) {
		put32(p, n + 1);
		netif_transmit(netif, pkt);
	} else {
		pkt_free(pkt);
	}
	f.depth--;
}

static void set_up(const struct mem_wire_cfg *cfg)
{
	struct entropy entropy = {.fill = fill};

	memset(&f, 0, sizeof(f));
	mem_init_libc(&f.mem);
	env_init(&f.env, &f.mem);
	assert_int_equal(stack_init(&f.a, &f.env, "a", entropy), 0);
	assert_int_equal(stack_init(&f.b, &f.env, "b", entropy), 0);
	f.a.ops = f.b.ops = &ops;
	f.a.link_input = f.b.link_input = link_input;
	mem_wire_init(&f.wire, &f.a, &f.b, cfg);
}

static void tear_down(void)
{
	mem_wire_fini(&f.wire);
	stack_fini(&f.a);
	stack_fini(&f.b);
	assert_int_equal(env_fini(&f.env), 0);
	assert_int_equal(f.mem.in_use_count, 0);
}

static int send(uint32_t number)
{
	struct pkt *pkt = pkt_new(&f.env, R_ACTION);
	uint8_t octets[60] = {0};

	put32(octets, number);
	pkt_append(pkt, octets, sizeof(octets));
	return netif_transmit(&f.wire.end[0].netif, pkt);
}

static void frames_arrive_in_order(void **state)
{
	uint32_t i;

	(void)state;
	set_up(NULL);
	for (i = 1; i <= 100; i++)
		assert_int_equal(send(i), 0);
	assert_int_equal(f.seen, 0); /* never from within transmit */
	assert_true(f.kicks >= 1);
	assert_int_equal(stack_next(&f.b), f.env.now_ns);
	mem_wire_run(&f.wire);
	assert_int_equal(f.seen, 100);
	assert_int_equal(f.order_errors, 0);
	assert_int_equal(f.wire.end[1].netif.stats.rx_frames, 100);
	tear_down();
}

static void answers_to_answers_do_not_recurse(void **state)
{
	(void)state;
	set_up(NULL);
	f.bounce = 100000;
	send(0);
	mem_wire_run(&f.wire);
	assert_int_equal(f.seen, 100000);
	assert_int_equal(f.depth_max, 1);
	tear_down();
}

static void full_queue_pushes_back(void **state)
{
	struct mem_wire_cfg cfg = {.queue_max = 3};
	uint32_t i;

	(void)state;
	set_up(&cfg);
	for (i = 1; i <= 3; i++)
		assert_int_equal(send(i), 0);
	assert_int_equal(send(4), -ENOBUFS);
	assert_int_equal(f.a.place.drops[DROP_tx_queue], 1);
	mem_wire_run(&f.wire);
	assert_int_equal(send(5), 0);
	tear_down(); /* with one frame still on the wire */
	assert_int_equal(f.seen, 3);
}

static void payload_is_handed_over_not_copied(void **state)
{
	struct mem_wire_cfg cfg = {.has_offload = true, .mtu = 9000};
	struct block *blk;
	struct pkt *pkt;

	(void)state;
	set_up(&cfg);
	assert_int_equal(f.wire.end[0].netif.mtu, 9000);
	assert_int_equal(f.wire.end[0].netif.features,
			 NETIF_F_CSUM_TX | NETIF_F_GSO_TCP);
	blk = block_new(&f.env, 65000);
	memset(blk->data, 0, 65000);
	pkt = pkt_new(&f.env, R_ACTION);
	pkt_append_ref(pkt, blk, 0, 65000);
	memset(pkt_push(pkt, 14), 0, 14);
	pkt->csum = PKT_CSUM_PARTIAL;
	netif_transmit(&f.wire.end[0].netif, pkt);
	mem_wire_run(&f.wire);
	assert_ptr_equal(f.blk_seen, blk);
	assert_int_equal(f.csum_seen, PKT_CSUM_PARTIAL);
	block_put(blk);
	tear_down();
}

static void what_was_verified_here_is_not_verified_there(void **state)
{
	struct pkt *pkt;

	(void)state;
	set_up(NULL);
	pkt = pkt_new(&f.env, R_ACTION);
	pkt_append(pkt, "0123456789", 10);
	pkt->csum = PKT_CSUM_VERIFIED;
	netif_transmit(&f.wire.end[1].netif, pkt);
	mem_wire_run(&f.wire);
	assert_int_equal(f.csum_seen, PKT_CSUM_NONE);
	tear_down();
}

static void two_wires_have_two_names(void **state)
{
	static struct mem_wire second;

	(void)state;
	set_up(NULL);
	mem_wire_init(&second, &f.a, &f.b, NULL);
	assert_ptr_equal(stack_netif_by_name(&f.a, "mem1"),
			 &second.end[0].netif);
	mem_wire_fini(&second);
	assert_null(stack_netif_by_name(&f.a, "mem1"));
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_arrive_in_order),
		cmocka_unit_test(answers_to_answers_do_not_recurse),
		cmocka_unit_test(full_queue_pushes_back),
		cmocka_unit_test(payload_is_handed_over_not_copied),
		cmocka_unit_test(what_was_verified_here_is_not_verified_there),
		cmocka_unit_test(two_wires_have_two_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
