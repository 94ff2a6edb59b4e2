// SPDX-License-Identifier: MIT
/*
 * multicast_test.c - one sender, a hundred receivers, six networks
 *
 *	sender -- sw0 --+
 *			router --+-- sw1 -- 20 that join, 2 that do not
 *				 +-- ...
 *				 +-- sw5 -- 20 that join, 2 that do not
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/check.h"

#include "ip/group.h"
#include "ip/ip.h"
#include "pair.h"
#include "sock/sock.h"

enum { LANS = 5, JOINED = 20, ALONE = 2, EACH = JOINED + ALONE, SENT = 10 };

#define PORT 5004

static const struct sk_mreq group = {.group = {239, 1, 2, 3}};

static struct mem mem;
static struct world *w;
static struct vswitch *sw[LANS + 1];
static struct host *router, *sender, *hosts[LANS][EACH];
static int fds[LANS][EACH], out;

static void plug(struct port *port, struct vswitch *to)
{
	assert_non_null(world_link(w, port, switch_add_port(to), NULL));
}

static struct host *add_host(const char *name, int lan, int last)
{
	struct host *h = world_add_host(w, name);
	struct ip4_net all = {.len = 0};
	char text[32];

	assert_non_null(h);
	snprintf(text, sizeof(text), "10.0.%d.%d/24", lan, last);
	plug(pair_port(h, text), sw[lan]);
	assert_int_equal(ip_route_add(&h->stack, all,
				      ip4_make(10, 0, (uint8_t)lan, 1), NULL,
				      0),
			 0);
	return h;
}

static int udp_socket(struct host *h, uint16_t port)
{
	struct endpoint any = {.addr = {.family = IP_V4}, .port = port};
	int fd = sk_socket(&h->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(sk_bind(&h->stack, fd, &any), 0);
	return fd;
}

static void set_option(struct host *h, int fd, int name, const void *val,
		       size_t len)
{
	assert_int_equal(
		sk_setsockopt(&h->stack, fd, SK_IPPROTO_IP, name, val, len), 0);
}

static void build(bool is_deaf)
{
	const int ttl = 8;
	struct switch_cfg cfg = switch_cfg_default;
	char name[32];

	cfg.is_deaf = is_deaf;
	mem_init_libc(&mem);
	w = world_new(&mem, 7);
	router = world_add_router(w, "router");
	for (int i = 0; i <= LANS; i++) {
		struct port *port;

		snprintf(name, sizeof(name), "sw%d", i);
		sw[i] = world_add_switch(w, name);
		switch_set_cfg(sw[i], &cfg);
		snprintf(name, sizeof(name), "10.0.%d.1/24", i);
		port = pair_port(router, name);
		plug(port, sw[i]);
		assert_int_equal(group_querier_start(&router->stack, IP_V4,
						     &port->netif),
				 0);
	}
	sender = add_host("sender", 0, 2);
	out = udp_socket(sender, 0);
	set_option(sender, out, SK_IP_MULTICAST_TTL, &ttl, sizeof(ttl));
	for (int i = 0; i < LANS; i++)
		for (int j = 0; j < EACH; j++) {
			snprintf(name, sizeof(name), "h%d-%d", i, j);
			hosts[i][j] = add_host(name, i + 1, j + 2);
			fds[i][j] = udp_socket(hosts[i][j], PORT);
		}
}

static void run_s(uint64_t s)
{
	world_run_until(w, world_now(w) + s * NS_PER_S);
}

static void send_all(void)
{
	const struct endpoint to = ep("239.1.2.3:5004");

	for (int i = 0; i < SENT; i++) {
		uint8_t octet = (uint8_t)i;

		assert_int_equal(
			sk_sendto(&sender->stack, out, &octet, 1, 0, &to), 1);
		run_s(1);
	}
}

/* Frames that hosts got and had not joined. */
static uint64_t bothered(void)
{
	uint64_t n = 0;

	for (int i = 0; i < LANS; i++)
		for (int j = 0; j < EACH; j++)
			n += hosts[i][j]->stack.place.drops[DROP_ip_not_ours];
	return n;
}

/* How many datagrams wait; each must be the next of 0, 1, 2, ... */
static int take_all(struct host *h, int fd)
{
	uint8_t c;
	int n = 0;

	while (sk_recv(&h->stack, fd, &c, 1, SK_MSG_DONTWAIT) == 1)
		assert_int_equal(c, n++);
	return n;
}

static void expect_heard(int joined, int others)
{
	for (int i = 0; i < LANS; i++)
		for (int j = 0; j < EACH; j++)
			assert_int_equal(take_all(hosts[i][j], fds[i][j]),
					 j < JOINED ? joined : others);
}

static void for_members(int name)
{
	for (int i = 0; i < LANS; i++)
		for (int j = 0; j < JOINED; j++)
			set_option(hosts[i][j], fds[i][j], name, &group,
				   sizeof(group));
}

static void life_of_a_group(bool is_deaf)
{
	build(is_deaf);
	run_s(1);
	for_members(SK_IP_ADD_MEMBERSHIP);
	run_s(20);
	send_all();
	expect_heard(SENT, 0);
	assert_int_equal(router->stack.place.drops[DROP_group_no_member], 0);

	/* Members stay members as long as they answer. */
	run_s(1000);
	send_all();
	expect_heard(SENT, 0);

	if (is_deaf) {
		assert_true(bothered() >= 2 * SENT * LANS * ALONE);
		assert_int_equal(switch_stats(sw[1])->grouped, 0);
	} else {
		assert_int_equal(bothered(), 0);
		assert_true(switch_stats(sw[1])->spared >= 2 * SENT * ALONE);
	}

	/* Now the queries about the group reach everybody. */
	for_members(SK_IP_DROP_MEMBERSHIP);
	run_s(10);
	send_all();
	expect_heard(0, 0);
	assert_int_equal(router->stack.place.drops[DROP_group_no_member], SENT);
	for (int i = 0; i < 6; i++)
		group_querier_stop(
			&router->stack, IP_V4,
			stack_netif_by_index(&router->stack, (uint32_t)i + 2));
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

static void each_datagram_comes_once_to_those_who_joined(void **state)
{
	(void)state;
	life_of_a_group(true);
}

static void switches_that_read_along_spare_the_others(void **state)
{
	(void)state;
	life_of_a_group(false);
}

static void set_source(int host, int name)
{
	const struct sk_mreq_source from = {.group = {239, 1, 2, 3},
					    .source = {10, 0, 0, 2}};

	set_option(hosts[0][host], fds[0][host], name, &from, sizeof(from));
	run_s(5);
}

/* RFC 3376, 3.1: a host says from whom it wants the group. */
static void sources_are_chosen(void **state)
{
	const int alone = JOINED; /* has not joined yet */

	(void)state;
	build(false);
	run_s(1);
	for_members(SK_IP_ADD_MEMBERSHIP);
	set_source(0, SK_IP_BLOCK_SOURCE);
	set_source(alone, SK_IP_ADD_SOURCE_MEMBERSHIP);
	send_all();
	assert_int_equal(take_all(hosts[0][0], fds[0][0]), 0);
	assert_int_equal(take_all(hosts[0][1], fds[0][1]), SENT);
	assert_int_equal(take_all(hosts[0][alone], fds[0][alone]), SENT);
	set_source(0, SK_IP_UNBLOCK_SOURCE);
	set_source(alone, SK_IP_DROP_SOURCE_MEMBERSHIP);
	send_all();
	assert_int_equal(take_all(hosts[0][0], fds[0][0]), SENT);
	assert_int_equal(take_all(hosts[0][alone], fds[0][alone]), 0);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_datagram_comes_once_to_those_who_joined),
		cmocka_unit_test(sources_are_chosen),
		cmocka_unit_test(switches_that_read_along_spare_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
