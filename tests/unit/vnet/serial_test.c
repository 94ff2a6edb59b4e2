// SPDX-License-Identifier: MIT
/*
 * serial_test.c - two hosts and a serial cable
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ip/icmp.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "ip6/nd.h"
#include "vnet/vnet.h"

#define SECONDS(n) ((uint64_t)(n)*NS_PER_S)

static struct mem mem;
static struct world *w;
static struct host *isp, *laptop;
static struct port *ports[2];
static struct cable *cable;

static struct serial_conf server, client;

static int prepare(void **state)
{
	(void)state;
	server = client = (struct serial_conf){
		.has_carrier = true,
		.redial_s = 5,
	};
	server.ppp.local.v = 0x0a090001;
	server.ppp.peer.v = 0x0a090002;
	server.ppp.has_ip6 = client.ppp.has_ip6 = true;
	return 0;
}

static void set_up(const struct cable_params *p)
{
	mem_init_libc(&mem);
	w = world_new(&mem, 1662);
	assert_non_null(w);
	isp = world_add_host(w, "isp");
	laptop = world_add_host(w, "laptop");
	ports[0] = host_add_serial(isp, "ppp0", &server, NULL, NULL);
	ports[1] = host_add_serial(laptop, "ppp0", &client, NULL, NULL);
	assert_true(ports[0] && ports[1]);
	cable = world_link(w, ports[0], ports[1], p);
	assert_non_null(cable);
}

static void tear_down(void)
{
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
}

static void run_to(uint64_t t_ns)
{
	assert_int_equal(world_run_until(w, t_ns), 0);
}

static bool both_up(void)
{
	return port_ppp(ports[0]) && ppp_is_up(port_ppp(ports[0])) &&
	       port_ppp(ports[1]) && ppp_is_up(port_ppp(ports[1]));
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	int *answers = arg;

	*answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

/* How many of @count pings of @len octets, a second apart, are answered. */
static int ping(struct ip_addr dst, int count, size_t len)
{
	int answers = 0, i;
	struct icmp_echo *e = icmp_echo_open(&laptop->stack, on_echo, &answers);

	assert_non_null(e);
	for (i = 0; i < count; i++) {
		(void)icmp_echo_send(e, dst, (uint16_t)(i + 1), len, 0);
		run_to(world_now(w) + NS_PER_S);
	}
	icmp_echo_close(e);
	return answers;
}

static struct ip_addr isp_addr(void)
{
	return ip_addr_v4(server.ppp.local);
}

/* RFC 1662, 5.1: start, eight bits, stop. */
static void an_octet_takes_ten_bits(void **state)
{
	const struct cable_params p = {.rate_bps = 9600};
	const struct cable_stats *s;

	(void)state;
	set_up(&p);
	run_to(SECONDS(5));
	assert_true(both_up());
	s = cable_stats(cable, CABLE_BA);
	assert_int_equal(s->busy_ns,
			 s->sent_octets * SERIAL_BITS * NS_PER_S / 9600);
	tear_down();
}

static void addresses_come_with_the_line_and_go_with_it(void **state)
{
	struct ip_addr gone = isp_addr();

	(void)state;
	set_up(NULL);
	run_to(SECONDS(1));
	assert_true(both_up());
	assert_int_equal(ping(isp_addr(), 2, 56), 2);
	cable_set_up(cable, CABLE_BOTH, false);
	assert_false(ppp_is_up(port_ppp(ports[1])));
	assert_null(ip_route_lookup(&laptop->stack, gone));
	assert_int_equal(ping(isp_addr(), 1, 56), 0);
	cable_set_up(cable, CABLE_BOTH, true);
	run_to(world_now(w) + SECONDS(1));
	assert_true(both_up());
	assert_int_equal(ping(isp_addr(), 2, 56), 2);
	tear_down();
}

/* RFC 1661, 5.8 */
static void without_a_carrier_silence_tells(void **state)
{
	(void)state;
	server.has_carrier = client.has_carrier = false;
	set_up(NULL);
	run_to(SECONDS(1));
	cable_set_up(cable, CABLE_BOTH, false);
	run_to(SECONDS(30));
	assert_true(both_up()); /* nobody knows yet */
	run_to(SECONDS(48));
	assert_false(both_up());
	cable_set_up(cable, CABLE_BOTH, true);
	run_to(SECONDS(60));
	assert_true(both_up());
	tear_down();
}

static void a_host_that_is_switched_off_takes_its_carrier_along(void **state)
{
	(void)state;
	set_up(NULL);
	run_to(SECONDS(1));
	host_kill(isp);
	assert_null(port_ppp(ports[0]));
	assert_false(ppp_is_up(port_ppp(ports[1])));
	run_to(SECONDS(2));
	assert_int_equal(host_restart(isp), 0);
	run_to(SECONDS(3));
	assert_true(both_up());
	assert_int_equal(ping(isp_addr(), 2, 56), 2);
	tear_down();
}

static void who_was_refused_does_not_dial_again(void **state)
{
	uint64_t events;

	(void)state;
	server.ppp.auth = PPP_AUTH_CHAP;
	server.ppp.peer_name = client.ppp.name = "laptop";
	server.ppp.peer_secret = "cable";
	client.ppp.secret = "socket";
	set_up(NULL);
	run_to(SECONDS(60));
	assert_false(both_up());
	assert_true(ppp_is_refused(port_ppp(ports[0])));
	events = cable_stats(cable, CABLE_AB)->sent_frames;
	run_to(SECONDS(600));
	assert_int_equal(cable_stats(cable, CABLE_AB)->sent_frames, events);
	tear_down();
}

/* Bits of the line flip, flags and escapes too; no damage gets past. */
static void flipped_bits_end_at_the_check_sequence(void **state)
{
	const struct cable_params p = {.rate_bps = 115200, .bit_errors = 2e-4};
	const uint64_t *drops;
	int answers;

	(void)state;
	set_up(&p);
	run_to(SECONDS(60));
	assert_true(both_up());
	answers = ping(isp_addr(), 60, 100);
	assert_in_range(answers, 20, 59);
	drops = isp->stack.place.drops;
	assert_true(drops[DROP_ppp_fcs] > 0);
	assert_int_equal(drops[DROP_ip_csum] + drops[DROP_icmp_csum], 0);
	tear_down();
}

/* RFC 5072, 4.1 */
static void identifiers_differ_in_the_end(void **state)
{
	const struct ip6_addr_info *a, *b;

	(void)state;
	server.ppp.iid = client.ppp.iid = 1;
	set_up(NULL);
	run_to(SECONDS(5));
	assert_true(ppp_is_up6(port_ppp(ports[0])));
	assert_true(ppp_is_up6(port_ppp(ports[1])));
	a = ip6_link_local(&isp->stack, port_netif(ports[0]));
	b = ip6_link_local(&laptop->stack, port_netif(ports[1]));
	assert_true(a && b && !ip6_eq(a->net.addr, b->net.addr));
	tear_down();
}

/* RFC 5072, 5: nobody has a link address, and nobody is asked for one; but
 * whether the neighbour is there is asked. */
static void neighbours_are_probed_without_link_addresses(void **state)
{
	const struct ip6_addr_info *a;
	struct ip6_addr_conf conf = {.no_dad = true};
	struct ip6_net net[2];

	(void)state;
	set_up(NULL);
	run_to(SECONDS(1));
	assert_int_equal(ip6_net_parse(&net[0], "fd00:9::1/64"), 0);
	assert_int_equal(ip6_net_parse(&net[1], "fd00:9::2/64"), 0);
	conf.net = net[0];
	assert_int_equal(
		ip6_addr_add_conf(&isp->stack, port_netif(ports[0]), &conf), 0);
	conf.net = net[1];
	assert_int_equal(
		ip6_addr_add_conf(&laptop->stack, port_netif(ports[1]), &conf),
		0);
	assert_int_equal(ping(ip_addr_v6(net[0].addr), 12, 56), 12);
	a = ip6_link_local(&isp->stack, port_netif(ports[0]));
	assert_non_null(a);
	assert_int_equal(isp->stack.place.drops[DROP_nd_bad], 0);
	assert_int_equal(laptop->stack.place.drops[DROP_nd_unasked], 0);
	tear_down();
}

/* RFC 5072, 5: and a router is heard. */
static void a_router_advertises_over_the_line(void **state)
{
	struct nd_ra_conf ra = {
		.lifetime_s = 1800,
		.prefix = {{.is_onlink = true,
			    .is_auto = true,
			    .valid_s = ND_FOREVER_S,
			    .preferred_s = ND_FOREVER_S}},
		.prefix_count = 1,
	};
	struct ip6_net net;
	const struct ip6_addr_info *own;
	ip6_addr want;

	(void)state;
	set_up(NULL);
	run_to(SECONDS(1));
	assert_int_equal(ip6_net_parse(&net, "fd00:9::/64"), 0);
	ra.prefix[0].net = net;
	ip_forwarding_set(&isp->stack, true);
	assert_int_equal(nd_router_conf(&isp->stack, port_netif(ports[0]), &ra),
			 0);
	{
		const struct nd_conf eui = {.iid = ND_IID_EUI64};

		assert_int_equal(
			nd_conf_set(&laptop->stack, port_netif(ports[1]), &eui),
			0);
	}
	run_to(SECONDS(30));
	own = ip6_link_local(&laptop->stack, port_netif(ports[1]));
	assert_non_null(own);
	want = net.addr;
	memcpy(want.o + 8, own->net.addr.o + 8, 8);
	assert_non_null(
		ip6_addr_find(&laptop->stack, port_netif(ports[1]), want));
	tear_down();
}

static void a_serial_port_takes_no_ethernet_cable(void **state)
{
	struct port *eth;

	(void)state;
	set_up(NULL);
	eth = host_add_port(isp, NULL);
	assert_null(world_link(
		w, eth, host_add_serial(laptop, "ppp1", &client, NULL, NULL),
		NULL));
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_octet_takes_ten_bits, prepare),
		cmocka_unit_test_setup(
			addresses_come_with_the_line_and_go_with_it, prepare),
		cmocka_unit_test_setup(without_a_carrier_silence_tells,
				       prepare),
		cmocka_unit_test_setup(
			a_host_that_is_switched_off_takes_its_carrier_along,
			prepare),
		cmocka_unit_test_setup(who_was_refused_does_not_dial_again,
				       prepare),
		cmocka_unit_test_setup(flipped_bits_end_at_the_check_sequence,
				       prepare),
		cmocka_unit_test_setup(identifiers_differ_in_the_end, prepare),
		cmocka_unit_test_setup(
			neighbours_are_probed_without_link_addresses, prepare),
		cmocka_unit_test_setup(a_router_advertises_over_the_line,
				       prepare),
		cmocka_unit_test_setup(a_serial_port_takes_no_ethernet_cable,
				       prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
