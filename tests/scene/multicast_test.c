// SPDX-License-Identifier: MIT
/*
 * multicast_test.c - one sender, a hundred receivers, six networks; and many
 *		      to many.  With IPv4 and IGMP, and with IPv6 and MLD
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
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "pair.h"
#include "sock/sock.h"

enum { LANS = 5, JOINED = 20, ALONE = 2, EACH = JOINED + ALONE, SENT = 10 };

#define PORT 5004

/* Of which version of IP a test is. */
static uint8_t family;

static struct mem mem;
static struct world *w;
static struct vswitch *sw[LANS + 1];
static struct host *router, *sender, *hosts[LANS][EACH];
static int fds[LANS][EACH], out;

static void plug(struct port *port, struct vswitch *to)
{
	assert_non_null(world_link(w, port, switch_add_port(to), NULL));
}

/* An interface with addresses of both versions. */
static struct port *add_port(struct host *h, int lan, int last)
{
	const struct nd_conf by_hand = {.no_autoconf = true,
					.no_routers = true};
	struct ip6_addr_conf conf = {.no_dad = true};
	struct port *port;
	char text[48];

	snprintf(text, sizeof(text), "10.0.%d.%d/24", lan, last);
	port = pair_port(h, text);
	plug(port, sw[lan]);
	if (family == IP_V4)
		return port;
	snprintf(text, sizeof(text), "2001:db8:%d::%d/64", lan, last);
	assert_int_equal(ip6_net_parse(&conf.net, text), 0);
	assert_int_equal(nd_conf_set(&h->stack, &port->netif, &by_hand), 0);
	assert_int_equal(ip6_addr_add_conf(&h->stack, &port->netif, &conf), 0);
	return port;
}

static struct host *add_host(const char *name, int lan, int last)
{
	struct host *h = world_add_host(w, name);
	struct ip4_net all = {.len = 0};

	assert_non_null(h);
	add_port(h, lan, last);
	assert_int_equal(ip_route_add(&h->stack, all,
				      ip4_make(10, 0, (uint8_t)lan, 1), NULL,
				      0),
			 0);
	return h;
}

static int udp_socket(struct host *h, uint16_t port)
{
	struct endpoint any = {.addr = {.family = family}, .port = port};
	int fd =
		sk_socket(&h->stack, family == IP_V4 ? SK_AF_INET : SK_AF_INET6,
			  SK_SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(sk_bind(&h->stack, fd, &any), 0);
	return fd;
}

static void set_option(struct host *h, int fd, int name, const void *val,
		       size_t len)
{
	int level = family == IP_V4 ? SK_IPPROTO_IP : SK_IPPROTO_IPV6;

	assert_int_equal(sk_setsockopt(&h->stack, fd, level, name, val, len),
			 0);
}

static void set_ttl(struct host *h, int fd)
{
	const int ttl = 8;

	set_option(h, fd,
		   family == IP_V4 ? SK_IP_MULTICAST_TTL
				   : SK_IPV6_MULTICAST_HOPS,
		   &ttl, sizeof(ttl));
}

/* struct group_req and group_source_req of RFC 3678: interface (as routes say),
 * group, source. */
static void fill_address(uint8_t *ss, const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_addr_parse(&a, text), 0);
	sk_put_ss(ss, a);
}

static const char *group_text(void)
{
	return family == IP_V4 ? "239.1.2.3" : "ff15::1:2:3";
}

static struct endpoint group_end(void)
{
	return ep(family == IP_V4 ? "239.1.2.3:5004" : "[ff15::1:2:3]:5004");
}

static void change(struct host *h, int fd, int name, const char *source)
{
	uint8_t req[264] = {0};

	fill_address(req + 8, group_text());
	if (source)
		fill_address(req + 136, source);
	set_option(h, fd, name, req, source ? 264 : 136);
}

static void build(bool is_deaf)
{
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
		port = add_port(router, i, 1);
		assert_int_equal(group_querier_start(&router->stack, family,
						     &port->netif),
				 0);
	}
	sender = add_host("sender", 0, 2);
	out = udp_socket(sender, 0);
	set_ttl(sender, out);
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
	const struct endpoint to = group_end();

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
			change(hosts[i][j], fds[i][j], name, NULL);
}

static void life_of_a_group(bool is_deaf)
{
	uint64_t before;

	build(is_deaf);
	run_s(1);
	for_members(SK_MCAST_JOIN_GROUP);
	run_s(20);
	before = bothered(); /* by first reports, while no router was known */
	send_all();
	expect_heard(SENT, 0);
	assert_int_equal(router->stack.place.drops[DROP_group_no_member], 0);

	/* Members stay members as long as they answer. */
	run_s(1000);
	send_all();
	expect_heard(SENT, 0);

	if (is_deaf) {
		assert_true(bothered() - before >= 2 * SENT * LANS * ALONE);
		assert_int_equal(switch_stats(sw[1])->grouped, 0);
	} else {
		assert_int_equal(bothered(), before);
		assert_true(switch_stats(sw[1])->spared >= 2 * SENT * ALONE);
	}

	/* Now the queries about the group reach everybody. */
	for_members(SK_MCAST_LEAVE_GROUP);
	run_s(10);
	send_all();
	expect_heard(0, 0);
	assert_int_equal(router->stack.place.drops[DROP_group_no_member], SENT);
	for (int i = 0; i < 6; i++)
		group_querier_stop(
			&router->stack, family,
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
	change(hosts[0][host], fds[0][host], name,
	       family == IP_V4 ? "10.0.0.2" : "2001:db8::2");
	run_s(5);
}

/* RFC 3376, 3.1: a host says from whom it wants the group. */
static void sources_are_chosen(void **state)
{
	const int alone = JOINED; /* has not joined yet */

	(void)state;
	build(false);
	run_s(1);
	for_members(SK_MCAST_JOIN_GROUP);
	set_source(0, SK_MCAST_BLOCK_SOURCE);
	set_source(alone, SK_MCAST_JOIN_SOURCE_GROUP);
	send_all();
	assert_int_equal(take_all(hosts[0][0], fds[0][0]), 0);
	assert_int_equal(take_all(hosts[0][1], fds[0][1]), SENT);
	assert_int_equal(take_all(hosts[0][alone], fds[0][alone]), SENT);
	set_source(0, SK_MCAST_UNBLOCK_SOURCE);
	set_source(alone, SK_MCAST_LEAVE_SOURCE_GROUP);
	send_all();
	assert_int_equal(take_all(hosts[0][0], fds[0][0]), SENT);
	assert_int_equal(take_all(hosts[0][alone], fds[0][alone]), 0);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

/* Many to many: the first host of each network speaks, and hears all others
 * and itself. */
static void everybody_hears_everybody(void **state)
{
	const struct endpoint to = group_end();
	uint64_t before;

	(void)state;
	build(false);
	run_s(1);
	for (int i = 0; i < LANS; i++) {
		change(hosts[i][0], fds[i][0], SK_MCAST_JOIN_GROUP, NULL);
		set_ttl(hosts[i][0], fds[i][0]);
	}
	run_s(20);
	before = bothered();
	for (int n = 0; n < LANS * SENT; n++) {
		struct host *h = hosts[n % LANS][0];
		uint8_t octet = (uint8_t)n;

		assert_int_equal(sk_sendto(&h->stack, fds[n % LANS][0], &octet,
					   1, 0, &to),
				 1);
		run_s(1);
	}
	for (int i = 0; i < LANS; i++) {
		assert_int_equal(take_all(hosts[i][0], fds[i][0]), LANS * SENT);
		assert_int_equal(take_all(hosts[i][1], fds[i][1]), 0);
	}
	assert_int_equal(bothered(), before);
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

static int with_ip4(void **state)
{
	(void)state;
	family = IP_V4;
	return 0;
}

static int with_ip6(void **state)
{
	(void)state;
	family = IP_V6;
	return 0;
}

#define BOTH(test)                                         \
	{#test ", IPv4", test, with_ip4, NULL, NULL},      \
	{                                                  \
#test ", IPv6", test, with_ip6, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(each_datagram_comes_once_to_those_who_joined),
		BOTH(sources_are_chosen),
		BOTH(switches_that_read_along_spare_the_others),
		BOTH(everybody_hears_everybody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
