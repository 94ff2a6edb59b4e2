// SPDX-License-Identifier: MIT
/*
 * srcroute_test.c - packets that say which way they go
 *
 *	      10.0.1.0/24        10.0.2.0/24
 *	A (.1) ---------- (.2) R1 (.1) ---------- (.2) B (.4 net: .2)
 *	                   | .1 10.0.3.0/24           | 10.0.4.0/24
 *	                   +------------- (.2) R2 (.1)-+
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ip4_opt.h"
#include "wire/proto.h"

#include "ip/icmp.h"
#include "ip/ip.h"
#include "tcp/tcp.h"
#include "testframe.h"
#include "testnet.h"

#define PROTO 253 /* RFC 3692: for experiments */

enum { A, R1, R2, B };

static int got[4];
static ip4_addr got_src;
static uint8_t got_opts[40];
static size_t got_opts_len;

static void take(struct stack *stack, struct pkt *pkt,
		 const struct ip_meta *meta)
{
	const uint8_t *p = pkt->room + pkt->l3_off;

	got[stack->place.name[1] - '0']++;
	got_src = meta->src.v4;
	got_opts_len = (size_t)(p[0] & 15) * 4 - IP4_HLEN;
	memcpy(got_opts, p + IP4_HLEN, got_opts_len);
	pkt_free(pkt);
}

static const struct ip_proto experiment = {.proto = PROTO, .input = take};

static struct ip4_net net_of(uint8_t third, uint8_t bits)
{
	return (struct ip4_net){ip4_make(10, 0, third, 0), bits};
}

static void join(struct testnet *net, int a, const char *addr_a, int b,
		 const char *addr_b)
{
	testnet_join(testnet_add_port(net, a, addr_a),
		     testnet_add_port(net, b, addr_b));
}

static int setup(void **state)
{
	const struct inet_config router = {.is_router = true};
	struct testnet *net = testnet_new_empty();
	int i;

	for (i = A; i <= B; i++) {
		testnet_add_host(net, i == R1 || i == R2 ? &router : NULL);
		ip_register(testnet_host(net, i), &experiment);
		ip_source_routes_set(testnet_host(net, i), true);
	}
	join(net, A, "10.0.1.1/24", R1, "10.0.1.2/24");
	join(net, R1, "10.0.2.1/24", B, "10.0.2.2/24");
	join(net, R1, "10.0.3.1/24", R2, "10.0.3.2/24");
	join(net, R2, "10.0.4.1/24", B, "10.0.4.2/24");
	ip_route_add(testnet_host(net, A), net_of(0, 16), ip4_make(10, 0, 1, 2),
		     NULL, 0);
	ip_route_add(testnet_host(net, B), net_of(0, 16), ip4_make(10, 0, 2, 1),
		     NULL, 0);
	ip_route_add(testnet_host(net, R2), net_of(0, 16),
		     ip4_make(10, 0, 3, 1), NULL, 0);
	ip_route_add(testnet_host(net, R1), net_of(4, 24),
		     ip4_make(10, 0, 3, 2), NULL, 0);
	memset(got, 0, sizeof(got));
	*state = net;
	return 0;
}

/* Send from a host by way of 10.0.3.2. */
static int send_by(struct testnet *net, int from, ip4_addr to,
		   const uint8_t *opt, uint8_t opt_len)
{
	struct stack *stack = testnet_host(net, from);
	struct pkt *pkt = pkt_new(&net->env, R_COUNT - 1);
	const struct ip_send how = {.dst = ip_addr_v4(to),
				    .proto = PROTO,
				    .opt = opt,
				    .opt_len = opt_len};
	int err;

	assert_non_null(pkt);
	assert_non_null(pkt_push(pkt, 8));
	memset(pkt_data(pkt), 0x5a, 8);
	stack_enter(stack);
	err = ip_output(stack, pkt, &how);
	stack_leave(stack);
	testnet_run_ms(net, 100);
	return err;
}

static const uint8_t by_r2[] = {IP4_OPT_NOP, IP4_OPT_LSRR, 7, 4, 10, 0, 3, 2};

static uint64_t forwarded_by_r2(struct testnet *net)
{
	return testnet_netif(net, R2, 1)->stats.tx_frames;
}

static void a_packet_goes_by_its_stops(void **state)
{
	struct testnet *net = *state;
	struct ip4_opts o;

	assert_int_equal(
		send_by(net, A, ip4_make(10, 0, 2, 2), by_r2, sizeof(by_r2)),
		0);
	assert_int_equal(got[B], 1);
	assert_int_equal(got[R2], 0);
	assert_true(got_src.v == ip4_make(10, 0, 1, 1).v);
	/* R2 has written down where it sent the packet from. */
	assert_int_equal(ip4_opts_parse(&o, got_opts, got_opts_len), 0);
	assert_true(ip4_is_zero(ip4_opt_route_next(o.sr.data)));
	assert_true(get32(o.sr.data + 3) >> 24 == 10);
}

static void the_way_back_is_the_way_there(void **state)
{
	struct testnet *net = *state;
	uint8_t back[40];
	struct ip4_opts o;
	size_t len;

	send_by(net, A, ip4_make(10, 0, 4, 2), by_r2, sizeof(by_r2));
	assert_int_equal(got[B], 1);
	assert_int_equal(ip4_opts_parse(&o, got_opts, got_opts_len), 0);
	len = ip4_opts_route_back(back, &o.sr);
	assert_int_equal(len, 8);
	assert_true(get32(back + 4) == ip4_make(10, 0, 4, 1).v);
	/* B's own route to A is by R1; this goes by R2. */
	assert_int_equal(send_by(net, B, got_src, back, (uint8_t)len), 0);
	assert_int_equal(got[A], 1);
	assert_true(forwarded_by_r2(net) >= 1);
	assert_int_equal(testnet_netif(net, B, 0)->stats.tx_frames, 0);
}

static void a_strict_route_does_not_pass_another_router(void **state)
{
	static const uint8_t strict[] = {
		IP4_OPT_NOP, IP4_OPT_SSRR, 7, 4, 10, 0, 3, 2};
	struct testnet *net = *state;

	send_by(net, A, ip4_make(10, 0, 4, 2), strict, sizeof(strict));
	assert_int_equal(got[B], 0);
	assert_int_equal(testnet_drops(net, R1, DROP_ip_source_route), 1);
}

static void unless_told_otherwise_stops_refuse(void **state)
{
	struct testnet *net = *state;

	ip_source_routes_set(testnet_host(net, R2), false);
	send_by(net, A, ip4_make(10, 0, 4, 2), by_r2, sizeof(by_r2));
	assert_int_equal(got[B], 0);
	assert_int_equal(testnet_drops(net, R2, DROP_ip_source_route), 1);
}

static void a_host_does_not_pass_packets_on(void **state)
{
	static const uint8_t by_b[] = {
		IP4_OPT_NOP, IP4_OPT_LSRR, 7, 4, 10, 0, 2, 2};
	struct testnet *net = *state;

	send_by(net, A, ip4_make(10, 0, 4, 1), by_b, sizeof(by_b));
	assert_int_equal(testnet_drops(net, B, DROP_ip_source_route), 1);
	assert_int_equal(got[R2], 0);
}

static void a_route_that_is_used_up_is_no_way_to_begin(void **state)
{
	static const uint8_t used[] = {
		IP4_OPT_NOP, IP4_OPT_LSRR, 7, 8, 10, 0, 3, 2};
	static const uint8_t empty[] = {IP4_OPT_NOP, IP4_OPT_LSRR, 3, 4};
	struct testnet *net = *state;
	ip4_addr to = ip4_make(10, 0, 2, 2);

	assert_int_equal(send_by(net, A, to, used, sizeof(used)), -EINVAL);
	assert_int_equal(send_by(net, A, to, empty, sizeof(empty)), -EINVAL);
	assert_int_equal(got[B], 0);
}

/*
 * TCP along a route.
 */

static void ignore(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static const struct tcp_user quiet = {.on_event = ignore};

static struct tcp_conn *listener_at(struct testnet *net, int host)
{
	const struct endpoint any = {.addr = ip_addr_v4(IP4_ANY), .port = 80};
	struct stack *stack = testnet_host(net, host);
	struct tcp_conn *c = tcp_new(stack, &quiet, NULL);

	stack_enter(stack);
	assert_int_equal(tcp_bind(c, &any, false), 0);
	assert_int_equal(tcp_listen(c, 5), 0);
	stack_leave(stack);
	return c;
}

static struct tcp_conn *connect_by(struct testnet *net, ip4_addr to,
				   const void *opt, size_t opt_len)
{
	const struct endpoint ep = {.addr = ip_addr_v4(to), .port = 80};
	struct stack *stack = testnet_host(net, A);
	struct tcp_conn *c = tcp_new(stack, &quiet, NULL);

	stack_enter(stack);
	assert_int_equal(tcp_set_ip_options(c, opt, opt_len), 0);
	assert_int_equal(tcp_connect(c, &ep), 0);
	stack_leave(stack);
	testnet_run_ms(net, 200);
	return c;
}

static void close_both(struct testnet *net, struct tcp_conn *a,
		       struct tcp_conn *b, struct tcp_conn *l)
{
	stack_enter(testnet_host(net, A));
	tcp_abort(a);
	stack_leave(testnet_host(net, A));
	testnet_run_ms(net, 100);
	stack_enter(testnet_host(net, B));
	if (b)
		tcp_close(b);
	tcp_close(l);
	stack_leave(testnet_host(net, B));
	testnet_run_ms(net, 100);
}

/* RFC 9293, 3.9.2.1: MUST-51, MUST-53. */
static void
tcp_goes_by_the_users_route_and_the_other_end_comes_back(void **state)
{
	struct testnet *net = *state;
	struct tcp_conn *l = listener_at(net, B), *b;
	struct tcp_conn *a =
		connect_by(net, ip4_make(10, 0, 4, 2), by_r2, sizeof(by_r2));
	uint8_t octets[5000] = {1, 2, 3}, got_back[5000];
	uint64_t before;

	assert_int_equal(tcp_state(a), TCPS_ESTABLISHED);
	b = tcp_accept(l);
	assert_non_null(b);
	tcp_set_user(b, &quiet, NULL);
	/* B answered through R2, though its own route leads through R1. */
	assert_int_equal(testnet_netif(net, B, 0)->stats.tx_frames, 0);
	before = forwarded_by_r2(net);
	stack_enter(testnet_host(net, A));
	assert_int_equal(tcp_send(a, octets, sizeof(octets), 0), 5000);
	stack_leave(testnet_host(net, A));
	testnet_run_ms(net, 500);
	assert_int_equal(tcp_recv(b, got_back, 5000, 0), 5000);
	assert_memory_equal(octets, got_back, 5000);
	assert_true(forwarded_by_r2(net) >= before + 4);
	assert_int_equal(testnet_netif(net, B, 0)->stats.tx_frames, 0);
	close_both(net, a, b, l);
}

/* RFC 9293, 3.9.2.1: MUST-52. */
static void the_users_route_counts_more_than_one_that_arrives(void **state)
{
	static const uint8_t by_r1[] = {
		IP4_OPT_NOP, IP4_OPT_LSRR, 7, 4, 10, 0, 2, 1};
	struct testnet *net = *state;
	struct tcp_conn *l = listener_at(net, B), *a, *b;

	assert_int_equal(tcp_set_ip_options(l, by_r1, sizeof(by_r1)), 0);
	a = connect_by(net, ip4_make(10, 0, 4, 2), by_r2, sizeof(by_r2));
	assert_int_equal(tcp_state(a), TCPS_ESTABLISHED);
	assert_true(testnet_netif(net, B, 0)->stats.tx_frames > 0);
	b = tcp_accept(l);
	close_both(net, a, b, l);
}

/* RFC 9293, 3.9.2.1: SHLD-24. */
static void a_later_route_replaces_an_earlier_one(void **state)
{
	static const uint8_t by_r1[] = {
		IP4_OPT_NOP, IP4_OPT_LSRR, 7, 4, 10, 0, 1, 2};
	struct testnet *net = *state;
	struct tcp_conn *l = listener_at(net, B), *b;
	struct tcp_conn *a =
		connect_by(net, ip4_make(10, 0, 4, 2), by_r2, sizeof(by_r2));
	uint8_t now[40];

	b = tcp_accept(l);
	assert_non_null(b);
	stack_enter(testnet_host(net, A));
	assert_int_equal(tcp_set_ip_options(a, by_r1, sizeof(by_r1)), 0);
	tcp_send(a, "x", 1, 0);
	stack_leave(testnet_host(net, A));
	testnet_run_ms(net, 500);
	assert_int_equal(tcp_ip_options(b, now, sizeof(now)), 8);
	assert_int_equal(now[6], 3); /* R1's address on its way: 10.0.3.1 */
	close_both(net, a, b, l);
}

static void options_that_cannot_be_are_refused(void **state)
{
	static const uint8_t odd[] = {IP4_OPT_LSRR, 9, 4, 10, 0, 0, 1, 2, 3};
	static const uint8_t used[] = {IP4_OPT_LSRR, 7, 8, 10, 0, 0, 1, 0};
	uint8_t nops[44] = {0};
	struct testnet *net = *state;
	struct tcp_conn *c = tcp_new(testnet_host(net, A), &quiet, NULL);

	assert_int_equal(tcp_set_ip_options(c, odd, sizeof(odd)), -EINVAL);
	assert_int_equal(tcp_set_ip_options(c, used, sizeof(used)), -EINVAL);
	assert_int_equal(tcp_set_ip_options(c, nops, 44), -EINVAL);
	assert_int_equal(tcp_set_ip_options(c, nops, 3), 0);
	assert_int_equal(tcp_set_ip_options(c, NULL, 0), 0);
	tcp_abort(c);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_packet_goes_by_its_stops),
		T(the_way_back_is_the_way_there),
		T(a_strict_route_does_not_pass_another_router),
		T(unless_told_otherwise_stops_refuse),
		T(a_host_does_not_pass_packets_on),
		T(a_route_that_is_used_up_is_no_way_to_begin),
		T(tcp_goes_by_the_users_route_and_the_other_end_comes_back),
		T(the_users_route_counts_more_than_one_that_arrives),
		T(a_later_route_replaces_an_earlier_one),
		T(options_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
