// SPDX-License-Identifier: MIT
/*
 * big_lab_test.c - a thousand hosts, fifty switches, fifty routers
 *
 * The routers form a binary tree; each has a network with a switch and twenty
 * hosts.  Network n is 10.n.0.0/16, its router 10.n.0.1, its hosts 10.n.1.1
 * and up.  The cable from router n to its parent is 172.16.n.0/30, the parent
 * at .1.  Every host pings one other, chosen by chance, until it answers.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/rng.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "vnet/vnet.h"

#define NETS  50
#define HOSTS 20 /* in each */

struct pinger {
	struct host *host;
	struct icmp_echo *echo;
	uint8_t net, number;
	struct ip_addr target;
	uint16_t tries;
	unsigned int answers, wrong;
};

static struct mem mem;
static struct world *w;
static struct host *routers[NETS];
static struct pinger pingers[NETS * HOSTS];

static ip4_addr host_addr(uint8_t net, uint8_t number)
{
	return ip4_make(10, net, 1, (uint8_t)(number + 1));
}

static void add_addr(struct host *h, struct port *port, ip4_addr addr,
		     uint8_t len)
{
	struct ip4_net net = {addr, len};

	assert_non_null(port);
	assert_int_equal(ip_addr_add(&h->stack, &port->netif, net), 0);
}

static void add_route(struct host *h, struct ip4_net net, ip4_addr gateway)
{
	assert_int_equal(ip_route_add(&h->stack, net, gateway, NULL, 0), 0);
}

static void plug(struct port *a, struct port *b)
{
	struct cable_params params = {.rate_bps = 1000000000,
				      .delay_ns = 100000};

	assert_non_null(world_link(w, a, b, &params));
}

/* A network: switch, hosts, and the router's port. */
static void build_net(uint8_t n)
{
	static const struct ip4_net anywhere;
	struct vswitch *sw;
	char name[32];
	uint8_t i;

	snprintf(name, sizeof(name), "s%u", n);
	sw = world_add_switch(w, name);
	snprintf(name, sizeof(name), "r%u", n);
	routers[n] = world_add_router(w, name);
	assert_non_null(sw);
	assert_non_null(routers[n]);
	plug(host_add_port(routers[n], NULL), switch_add_port(sw));
	add_addr(routers[n],
		 list_first_entry(&routers[n]->node.ports, struct port, list),
		 ip4_make(10, n, 0, 1), 16);
	for (i = 0; i < HOSTS; i++) {
		struct pinger *pi = &pingers[n * HOSTS + i];
		struct port *port;

		snprintf(name, sizeof(name), "h%u-%u", n, i);
		pi->host = world_add_host(w, name);
		assert_non_null(pi->host);
		pi->net = n;
		pi->number = i;
		port = host_add_port(pi->host, NULL);
		plug(port, switch_add_port(sw));
		add_addr(pi->host, port, host_addr(n, i), 16);
		add_route(pi->host, anywhere, ip4_make(10, n, 0, 1));
	}
}

/* A cable to the parent; everything that is not below goes there. */
static void build_uplink(uint8_t n)
{
	static const struct ip4_net anywhere;
	struct host *child = routers[n], *parent = routers[(n - 1) / 2];
	struct port *down = host_add_port(parent, NULL);
	struct port *up = host_add_port(child, NULL);
	unsigned int i, at;

	plug(down, up);
	add_addr(parent, down, ip4_make(172, 16, n, 1), 30);
	add_addr(child, up, ip4_make(172, 16, n, 2), 30);
	add_route(child, anywhere, ip4_make(172, 16, n, 1));
	for (i = n; i < NETS; i++) {
		for (at = i; at > n; at = (at - 1) / 2)
			;
		if (at == n)
			add_route(parent,
				  (struct ip4_net){
					  ip4_make(10, (uint8_t)i, 0, 0), 16},
				  ip4_make(172, 16, n, 2));
	}
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct pinger *pi = arg;

	if (ev->kind == ICMP_ECHO_ANSWER && ev->is_intact && ev->len == 56 &&
	    ev->seq == pi->tries && ip_addr_eq(ev->from, pi->target))
		pi->answers++;
	else
		pi->wrong++;
}

static void choose_target(struct pinger *pi, struct rng *rng)
{
	uint32_t self = (uint32_t)(pi - pingers);
	uint32_t other = rng_below(rng, NETS * HOSTS - 1);

	other += other >= self;
	pi->target = ip_addr_v4(
		host_addr(pingers[other].net, pingers[other].number));
	pi->echo = icmp_echo_open(&pi->host->stack, on_echo, pi);
	assert_non_null(pi->echo);
}

/* All who have no answer yet ask, all at once.  Returns how many. */
static unsigned int ping_round(void)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < NETS * HOSTS; i++) {
		struct pinger *pi = &pingers[i];

		if (pi->answers)
			continue;
		pi->tries++;
		n++;
		assert_int_equal(
			icmp_echo_send(pi->echo, pi->target, pi->tries, 56, 0),
			0);
	}
	world_run_until(w, world_now(w) + NS_PER_S);
	return n;
}

/* Three packets may wait for an ARP answer; others are dropped for that. */
static void assert_only_arp_dropped(void)
{
	static const bool is_fine[DROP_COUNT] = {
		[DROP_arp_queue] = true,   /* see above */
		[DROP_arp_other] = true,   /* a question to everybody else */
		[DROP_arp_unasked] = true, /* learned by a question meanwhile */
		[DROP_l2_other] = true,	   /* flooded by a switch */
	};
	struct list *pos;
	int why;

	list_for_each(pos, world_nodes(w)) {
		struct node *node = list_entry(pos, struct node, list);

		for (why = 0; why < DROP_COUNT; why++) {
			if (node->place->drops[why] && !is_fine[why])
				fail_msg("%s dropped %s", node->name,
					 drop_name((enum drop)why));
		}
	}
}

static double seconds_since(clock_t start)
{
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void everybody_reaches_somebody(void **state)
{
	clock_t start = clock();
	struct rng rng;
	int rounds;
	size_t i;
	uint8_t n;

	(void)state;
	mem_init_libc(&mem);
	w = world_new(&mem, 50);
	for (n = 0; n < NETS; n++)
		build_net(n);
	for (n = 1; n < NETS; n++)
		build_uplink(n);
	print_message("# built in %.3f s, %.1f MB\n", seconds_since(start),
		      (double)mem.in_use_bytes / 1e6);
	assert_true(mem.in_use_bytes < 300000000);

	start = clock();
	rng_init(&rng, 50, "pings");
	for (i = 0; i < NETS * HOSTS; i++)
		choose_target(&pingers[i], &rng);
	for (rounds = 0; rounds < 10 && ping_round(); rounds++)
		;
	print_message("# ran in %.3f s, %d rounds, %llu events, "
		      "peak %.1f MB\n",
		      seconds_since(start), rounds,
		      (unsigned long long)world_event_count(w),
		      (double)mem.peak_bytes / 1e6);
	assert_only_arp_dropped();
	for (i = 0; i < NETS * HOSTS; i++) {
		assert_int_equal(pingers[i].answers, 1);
		assert_int_equal(pingers[i].wrong, 0);
		icmp_echo_close(pingers[i].echo);
	}
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_reaches_somebody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
