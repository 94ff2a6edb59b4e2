// SPDX-License-Identifier: MIT
/*
 * vnet_alloc_test.c - a network that fails in every way, with too little memory
 *
 * A stream goes over a switch, a router and cables that lose, double, delay and
 * damage frames; a cable breaks, a host freezes and one is killed and starts
 * again.  Each allocation of all that fails once, and once for good.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_walk.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

struct lab {
	struct world *w;
	struct host *a, *b, *r;
	struct cable *cable;
	long got;
};

static bool add_addr(struct host *h, struct port *port, ip4_addr addr)
{
	struct ip4_net net = {addr, 24};

	return port && !ip_addr_add(&h->stack, &port->netif, net);
}

static bool add_default(struct host *h, ip4_addr gateway)
{
	static const struct ip4_net any;

	return !ip_route_add(&h->stack, any, gateway, NULL, 0);
}

/* Frames are doubled and damaged, and repaired again: none is lost. */
static struct cable *join(struct lab *l, struct port *x, struct port *y)
{
	struct cable_params p = {.rate_bps = 10000000,
				 .delay_ns = NS_PER_MS,
				 .jitter_ns = 100000,
				 .dup = 0.2,
				 .reorder = 0.1,
				 .corrupt = 0.2,
				 .has_fec = true};

	return x && y ? world_link(l->w, x, y, &p) : NULL;
}

static bool build(struct lab *l)
{
	struct vswitch *sw = world_add_switch(l->w, "sw");
	struct port *a, *b, *r[2];

	l->a = world_add_host(l->w, "a");
	l->b = world_add_host(l->w, "b");
	l->r = world_add_router(l->w, "r");
	if (!sw || !l->a || !l->b || !l->r)
		return false;
	a = host_add_port(l->a, NULL);
	b = host_add_port(l->b, NULL);
	r[0] = host_add_port(l->r, NULL);
	r[1] = host_add_port(l->r, NULL);
	l->cable = join(l, a, switch_add_port(sw));
	return l->cable && join(l, switch_add_port(sw), r[0]) &&
	       join(l, r[1], b) && add_addr(l->a, a, ip4_make(10, 0, 0, 2)) &&
	       add_addr(l->r, r[0], ip4_make(10, 0, 0, 1)) &&
	       add_addr(l->r, r[1], ip4_make(10, 1, 0, 1)) &&
	       add_addr(l->b, b, ip4_make(10, 1, 0, 2)) &&
	       add_default(l->a, ip4_make(10, 0, 0, 1)) &&
	       add_default(l->b, ip4_make(10, 1, 0, 1));
}

static void break_cable(void *arg)
{
	struct lab *l = arg;

	cable_set_up(l->cable, CABLE_BOTH, false);
	host_freeze(l->r);
}

static void mend_cable(void *arg)
{
	struct lab *l = arg;

	cable_set_up(l->cable, CABLE_BOTH, true);
	host_thaw(l->r);
}

/* Blocking calls that come to an end whatever happens. */
static long talk(struct lab *l)
{
	struct endpoint at = {.addr = ip_addr_v4(ip4_make(10, 1, 0, 2)),
			      .port = 80};
	struct stack *a = &l->a->stack, *b = &l->b->stack;
	int listener = sk_socket(b, SK_AF_INET, SK_SOCK_STREAM, 0);
	int from, to;
	char buf[5000] = {0};
	long n, got = 0;

	if (sk_bind(b, listener, &at) || sk_listen(b, listener, 4))
		return -1;
	from = sk_socket(a, SK_AF_INET, SK_SOCK_STREAM, 0);
	if (sk_connect(a, from, &at))
		return -1;
	(void)sk_fcntl(b, listener, SK_F_SETFL, SK_O_NONBLOCK);
	world_run_until(l->w, world_now(l->w) + NS_PER_S);
	to = sk_accept4(b, listener, NULL, SK_SOCK_NONBLOCK);
	(void)sk_send(a, from, buf, sizeof(buf), SK_MSG_DONTWAIT);
	world_run_until(l->w, world_now(l->w) + 20 * NS_PER_S);
	while ((n = sk_recv(b, to, buf, sizeof(buf), 0)) > 0)
		got += n;
	return got;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct lab l = {.w = world_new(mem, 4)};
	bool is_good = false;

	(void)arg;
	if (!l.w)
		return false;
	if (build(&l)) {
		(void)world_at(l.w, 1020 * NS_PER_MS, break_cable, &l);
		(void)world_at(l.w, 2500 * NS_PER_MS, mend_cable, &l);
		is_good = talk(&l) == 5000;
		is_good &= !host_restart(l.b);
		world_run_until(l.w, world_now(l.w) + NS_PER_S);
	}
	is_good &= world_free(l.w) == 0;
	return is_good;
}

static void failing_networks_survive_without_memory(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	print_message("# %llu allocations, %llu runs, %llu did it all\n",
		      (unsigned long long)walk.points,
		      (unsigned long long)walk.runs,
		      (unsigned long long)walk.survived);
	assert_true(walk.points > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_networks_survive_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
