// SPDX-License-Identifier: MIT
/* ip6_in_test.c - what a stranger may send over IPv6, and what must happen */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/udp.h"

#include "ip6net.h"
#include "talker.h"
#include "udp/udp.h"

static struct frame f;

static struct netif *eth(struct testnet *net)
{
	return testnet_netif(net, 0, 0);
}

/* A packet from the peer to the host. */
static struct ip6_hdr to_us(uint8_t next)
{
	return (struct ip6_hdr){
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = next,
	};
}

/* @f arrives; it must be dropped for @why alone, and nothing be said. */
static void dropped(struct testnet *net, enum drop why)
{
	uint64_t all = testnet_drops_all(net, 0);
	uint64_t one = testnet_drops(net, 0, why);
	size_t kept = net->env.pkts.in_use;

	frame_inject(&f, eth(net));
	if (testnet_drops(net, 0, why) != one + 1)
		fail_msg("not dropped as %s", drop_name(why));
	assert_int_equal(testnet_drops_all(net, 0), all + 1);
	assert_int_equal(net->env.pkts.in_use,
			 kept + testnet_sent_count(eth(net)));
}

static void dropped_silently(struct testnet *net, enum drop why)
{
	dropped(net, why);
	assert_int_equal(testnet_sent_count(eth(net)), 0);
}

/* ... and its sender be told so. */
static void dropped_and_told(struct testnet *net, enum drop why, uint8_t type,
			     uint8_t code, uint32_t info)
{
	struct icmp6_hdr h;
	struct frame told;

	testnet_run_ms(net, 10000); /* credit for errors */
	dropped(net, why);
	assert_true(frame_take(&told, eth(net)));
	h = frame_to_icmp6(&told);
	assert_int_equal(h.type, type);
	assert_int_equal(h.code, code);
	assert_int_equal(h.pointer, info);
	assert_true(ip6_eq(frame_to_ip6(&told).dst, frame_to_ip6(&f).src));
	/* It quotes the packet as it came. */
	assert_memory_equal(told.b + ETH_HLEN + IP6_HLEN + ICMP6_HLEN,
			    f.b + ETH_HLEN, IP6_HLEN);
}

/* HOSTILE 55. */
static void a_length_that_cannot_be_is_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_UDP);
	uint8_t payload[100] = {0};
	size_t n;

	for (n = 0; n < IP6_HLEN; n++) {
		frame_ip6(&f, eth(net), &h, payload, sizeof(payload));
		f.len = ETH_HLEN + n;
		dropped_silently(net, DROP_ip6_len);
	}
	frame_ip6(&f, eth(net), &h, payload, sizeof(payload));
	put16(f.b + ETH_HLEN + 4, 101);
	dropped_silently(net, DROP_ip6_len);
	put16(f.b + ETH_HLEN + 4, 65535);
	dropped_silently(net, DROP_ip6_len);
	put16(f.b + ETH_HLEN + 4, 0);
	dropped_silently(net, DROP_ip6_len);
	f.b[ETH_HLEN] = 0x45;
	dropped_silently(net, DROP_ip6_version);
}

/* RFC 4291, 2.5.2, 2.5.3, 2.7; HOSTILE 71. */
static void addresses_that_cannot_be_are_martians(void **state)
{
	static const char *const sources[] = {"::ffff:127.0.0.1", "ff02::1",
					      "::1", "2001:db8::2", "::"};
	static const char *const dests[] = {"::1", "::", "::ffff:10.0.0.1",
					    "ff01::1", "ff00::1"};
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_TCP);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		h.src = a6(sources[i]);
		frame_ip6(&f, eth(net), &h, "01234567890123456789", 20);
		dropped_silently(net, DROP_martian);
		frame_udp6(&f, eth(net), &h, 53, 53, "x", 1);
		dropped_silently(net, DROP_martian);
	}
	h = to_us(IP_PROTO_TCP);
	for (i = 0; i < ARRAY_SIZE(dests); i++) {
		h.dst = a6(dests[i]);
		frame_ip6(&f, eth(net), &h, "01234567890123456789", 20);
		dropped_silently(net, DROP_martian);
	}
}

static void what_is_for_others_is_not_ours(void **state)
{
	static const char *const dests[] = {"2001:db8::3", "fe80::77",
					    "ff02::1:ff00:77", "ff05::2"};
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_UDP);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dests); i++) {
		h.dst = a6(dests[i]);
		frame_udp6(&f, eth(net), &h, 53, 53, "x", 1);
		dropped_silently(net, DROP_ip_not_ours);
	}
}

static void an_interface_without_ipv6_says_nothing(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_UDP);

	ip6_disable(testnet_host(net, 0), eth(net));
	testnet_forget(eth(net));
	frame_udp6(&f, eth(net), &h, 53, 53, "x", 1);
	dropped_silently(net, DROP_ip6_off);
	assert_int_equal(ip6_route_count(testnet_host(net, 0)), 1); /* ::1 */
}

/* RFC 4443, 3.4: the pointer is at the octet that named it. */
static void an_unknown_next_header_is_told(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(253);
	uint8_t dst[16] = {253, 0, IP6_OPT_PADN, 4};

	frame_ip6(&f, eth(net), &h, "12345678", 8);
	dropped_and_told(net, DROP_ip_proto, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_NEXT, 6);
	h.next = IP_PROTO_DSTOPTS;
	frame_ip6(&f, eth(net), &h, dst, sizeof(dst));
	dropped_and_told(net, DROP_ip_proto, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_NEXT, 40);
	h.next = IP_PROTO_NONE;
	frame_ip6(&f, eth(net), &h, NULL, 0);
	dropped_silently(net, DROP_ip_proto);
	h.next = IP_PROTO_ICMP; /* that of IPv4 is another protocol */
	frame_ip6(&f, eth(net), &h, "\x08\0\0\0\0\0\0\0", 8);
	dropped_and_told(net, DROP_ip_proto, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_NEXT, 6);
}

/*
 * Extension headers.
 */

static unsigned heard;

static void on_event(struct udp_sock *u, void *arg, uint32_t events)
{
	(void)u;
	(void)arg;
	(void)events;
	heard++;
}

static struct udp_sock *bound(struct testnet *net)
{
	static const struct udp_user user = {.on_event = on_event};
	struct udp_sock *u = udp_new(testnet_host(net, 0), &user, NULL);
	struct endpoint at = talker_ep("[::]:53");

	assert_non_null(u);
	assert_int_equal(udp_bind(u, &at), 0);
	heard = 0;
	return u;
}

/* A datagram to port 53 behind a chain of headers, the first of them @first;
 * the last in @chain says UDP. */
static void chained(struct testnet *net, uint8_t first, const void *chain,
		    size_t len)
{
	static uint8_t buf[4000];
	struct ip6_hdr h = to_us(IP_PROTO_UDP);

	frame_udp6(&f, eth(net), &h, 1000, 53, "hello", 5);
	memcpy(buf, chain, len);
	memcpy(buf + len, f.b + ETH_HLEN + IP6_HLEN, 13);
	h.next = first;
	frame_ip6(&f, eth(net), &h, buf, len + 13);
}

static void options_act_as_they_say(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *u = bound(net);
	uint8_t dst[8] = {IP_PROTO_UDP, 0, 0x1e, 4};

	chained(net, IP_PROTO_DSTOPTS, dst, 8); /* 00: skip */
	frame_inject(&f, eth(net));
	assert_int_equal(heard, 1);
	dst[2] = 0x5e; /* 01: discard */
	chained(net, IP_PROTO_DSTOPTS, dst, 8);
	dropped_silently(net, DROP_ip6_opt);
	dst[2] = 0x9e; /* 10: tell */
	chained(net, IP_PROTO_DSTOPTS, dst, 8);
	dropped_and_told(net, DROP_ip6_opt, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_OPTION, 42);
	dst[2] = 0xde; /* 11: tell, unless to a group */
	chained(net, IP_PROTO_HOPOPTS, dst, 8);
	dropped_and_told(net, DROP_ip6_opt, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_OPTION, 42);
	udp_free(u);
}

static void options_to_a_group_are_told_only_if_they_insist(void **state)
{
	struct testnet *net = *state;
	uint8_t dst[8] = {IP_PROTO_UDP, 0, 0xde, 4};
	struct ip6_hdr h = to_us(IP_PROTO_DSTOPTS);

	h.dst = a6("ff02::1");
	frame_ip6(&f, eth(net), &h, dst, 8);
	dropped_silently(net, DROP_ip6_opt);
	dst[2] = 0x9e;
	frame_ip6(&f, eth(net), &h, dst, 8);
	dropped_and_told(net, DROP_ip6_opt, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_OPTION, 42);
}

/* RFC 5095; RFC 8200, 4.4. */
static void source_routes_are_refused(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *u = bound(net);
	uint8_t rh[24] = {IP_PROTO_UDP, 2, 0, 1};
	uint8_t done[8] = {IP_PROTO_UDP, 0, 77, 0};

	chained(net, IP_PROTO_ROUTING, rh, sizeof(rh));
	dropped_and_told(net, DROP_ip6_routing, ICMP6_PARAM_PROBLEM,
			 ICMP6_BAD_FIELD, 42);
	chained(net, IP_PROTO_ROUTING, done, sizeof(done));
	frame_inject(&f, eth(net));
	assert_int_equal(heard, 1);
	udp_free(u);
}

/* HOSTILE 56. */
static void a_chain_without_end_is_dropped(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *u = bound(net);
	static uint8_t chain[1600];
	unsigned i;

	for (i = 0; i < 200; i++) {
		chain[i * 8] = IP_PROTO_DSTOPTS;
		chain[i * 8 + 2] = IP6_OPT_PADN;
		chain[i * 8 + 3] = 4;
	}
	chain[199 * 8] = IP_PROTO_UDP;
	chained(net, IP_PROTO_DSTOPTS, chain, 1400);
	dropped_silently(net, DROP_ip6_ext);
	chain[7 * 8] = IP_PROTO_UDP; /* eight are heard */
	chained(net, IP_PROTO_DSTOPTS, chain, 64);
	frame_inject(&f, eth(net));
	assert_int_equal(heard, 1);
	chain[7 * 8] = IP_PROTO_DSTOPTS; /* nine are not */
	chain[8 * 8] = IP_PROTO_UDP;
	chained(net, IP_PROTO_DSTOPTS, chain, 72);
	dropped_silently(net, DROP_ip6_ext);
	udp_free(u);
}

static void headers_that_do_not_fit_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct udp_sock *u = bound(net);
	uint8_t hbh[8] = {IP_PROTO_UDP, 255, IP6_OPT_PADN, 4};
	uint8_t big[600] = {IP_PROTO_UDP, 64, IP6_OPT_PADN, 255};
	uint8_t bad[8] = {IP_PROTO_UDP, 0, IP6_OPT_PADN, 5};
	uint8_t cut[8] = {IP_PROTO_UDP, 0, IP6_OPT_PADN, 3, 0, 0, 0, 0x1e};

	chained(net, IP_PROTO_HOPOPTS, hbh, 8); /* behind the packet's end */
	dropped_silently(net, DROP_ip6_ext);
	chained(net, IP_PROTO_DSTOPTS, big, 520); /* 520 octets */
	dropped_silently(net, DROP_ip6_ext);
	chained(net, IP_PROTO_DSTOPTS, bad, 8);
	dropped_silently(net, DROP_ip6_ext);
	chained(net, IP_PROTO_DSTOPTS, cut, 8); /* an option without length */
	dropped_silently(net, DROP_ip6_ext);
	big[1] = 63; /* 512 octets are heard */
	big[3] = 252;
	big[256] = IP6_OPT_PADN;
	big[257] = 254;
	chained(net, IP_PROTO_DSTOPTS, big, 512);
	frame_inject(&f, eth(net));
	assert_int_equal(heard, 1);
	udp_free(u);
}

/* A long chain is out of the way when the port turns out to be closed: the
 * error quotes a packet without it. */
static void an_error_behind_a_long_chain_is_whole(void **state)
{
	struct testnet *net = *state;
	uint8_t big[512] = {IP_PROTO_UDP, 63, IP6_OPT_PADN, 252};
	struct ip6_hdr quoted;
	struct frame told;

	big[256] = IP6_OPT_PADN;
	big[257] = 254;
	chained(net, IP_PROTO_DSTOPTS, big, sizeof(big));
	dropped(net, DROP_udp_no_port);
	assert_true(frame_take(&told, eth(net)));
	assert_int_equal(frame_to_icmp6(&told).code, ICMP6_PORT);
	assert_true(ip6_hdr_parse(
			    &quoted, told.b + ETH_HLEN + IP6_HLEN + ICMP6_HLEN,
			    told.len - ETH_HLEN - IP6_HLEN - ICMP6_HLEN) > 0);
	assert_int_equal(quoted.next, IP_PROTO_UDP);
	assert_int_equal(quoted.payload_len, UDP_HLEN + 5);
}

/* RFC 8200, 4.3: nowhere but in front. */
static void hop_by_hop_options_come_first(void **state)
{
	struct testnet *net = *state;
	uint8_t chain[16] = {IP_PROTO_HOPOPTS, 0, IP6_OPT_PADN, 4, 0, 0, 0, 0,
			     IP_PROTO_UDP,     0, IP6_OPT_PADN, 4};

	chained(net, IP_PROTO_DSTOPTS, chain, sizeof(chain));
	dropped_and_told(net, DROP_ip6_ext, ICMP6_PARAM_PROBLEM, ICMP6_BAD_NEXT,
			 40);
}

/*
 * ICMPv6.
 */

/* HOSTILE 63. */
static void short_echoes_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_ICMP6);
	const struct icmp6_hdr echo = {.type = ICMP6_ECHO, .id = 1, .seq = 1};
	size_t n;

	for (n = 1; n < ICMP6_HLEN; n++) {
		frame_icmp6(&f, eth(net), &h, &echo, NULL, 0);
		put16(f.b + ETH_HLEN + 4, (uint16_t)n);
		f.len = ETH_HLEN + IP6_HLEN + n;
		dropped_silently(net, DROP_icmp_short);
	}
	frame_icmp6(&f, eth(net), &h, &echo, NULL, 0);
	f.b[f.len - 1] ^= 1;
	dropped_silently(net, DROP_icmp_csum);
	frame_icmp6(&f, eth(net), &h, &echo, NULL, 0);
	frame_inject(&f, eth(net));
	assert_true(frame_take(&f, eth(net)));
	assert_int_equal(frame_to_icmp6(&f).type, ICMP6_ECHO_REPLY);
	assert_int_equal(frame_to_ip6(&f).payload_len, ICMP6_HLEN);
}

static void unknown_messages_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_ICMP6);
	struct icmp6_hdr m = {.type = 200};

	frame_icmp6(&f, eth(net), &h, &m, "12345678", 8);
	dropped_silently(net, DROP_icmp_type);
	m.type = ICMP6_ECHO; /* to a group: one would elicit many */
	h.dst = a6("ff02::1");
	frame_icmp6(&f, eth(net), &h, &m, NULL, 0);
	dropped_silently(net, DROP_icmp_bcast);
	h = to_us(IP_PROTO_ICMP6);
	m.type = 100; /* an error of a kind that is yet to be invented */
	frame_icmp6(&f, eth(net), &h, &m, "12345678", 8);
	dropped_silently(net, DROP_icmp_embed);
	m.type = ICMP6_ECHO_REPLY;
	frame_icmp6(&f, eth(net), &h, &m, NULL, 0);
	dropped_silently(net, DROP_icmp_stale);
}

/* A "too big" about a datagram from us to 2001:db8:5::1, port 53. */
static void too_big(struct testnet *net, const char *src, uint16_t sport,
		    uint32_t mtu)
{
	struct ip6_hdr h = to_us(IP_PROTO_UDP);
	const struct icmp6_hdr m = {.type = ICMP6_TOO_BIG, .mtu = mtu};
	uint8_t quote[IP6_HLEN + UDP_HLEN];

	h.src = a6(src);
	h.dst = a6("2001:db8:5::1");
	frame_udp6(&f, eth(net), &h, sport, 53, NULL, 0);
	memcpy(quote, f.b + ETH_HLEN, sizeof(quote));
	h = to_us(IP_PROTO_ICMP6);
	frame_icmp6(&f, eth(net), &h, &m, quote, sizeof(quote));
}

/* HOSTILE 64; RFC 8201, 4. */
static void too_big_is_believed_only_about_what_was_sent(void **state)
{
	struct testnet *net = *state;
	struct stack *stack = testnet_host(net, 0);
	struct udp_sock *u = bound(net);
	struct ip_addr far = i6("2001:db8:5::1");
	uint32_t mtus[] = {0, 1, 68, 1279}, i;

	ip6net_route(net, 0, "::/0", "2001:db8::9");
	for (i = 0; i < ARRAY_SIZE(mtus); i++) {
		too_big(net, "2001:db8::2", 53, mtus[i]);
		dropped_silently(net, DROP_icmp_mtu);
	}
	too_big(net, "2001:db8::2", 54, 1400); /* no such port */
	dropped_silently(net, DROP_icmp_stale);
	too_big(net, "2001:db8::3", 53, 1400); /* not from us */
	dropped_silently(net, DROP_icmp_stale);
	assert_int_equal(ip_mtu_for(stack, far), 1500);
	too_big(net, "2001:db8::2", 53, 1280);
	frame_inject(&f, eth(net));
	assert_int_equal(ip_mtu_for(stack, far), 1280);
	too_big(net, "2001:db8::2", 53, 9000); /* never raises */
	frame_inject(&f, eth(net));
	assert_int_equal(ip_mtu_for(stack, far), 1280);
	testnet_run_ms(net, 601 * 1000);
	assert_int_equal(ip_mtu_for(stack, far), 1500);
	udp_free(u);
}

static void errors_that_quote_too_little_are_dropped(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_ICMP6);
	size_t n, all;

	too_big(net, "2001:db8::2", 53, 1400);
	all = f.len - ETH_HLEN - IP6_HLEN - ICMP6_HLEN;
	for (n = 0; n < all; n++) {
		const struct icmp6_hdr m = {.type = ICMP6_TOO_BIG, .mtu = 1400};
		uint8_t quote[IP6_HLEN + UDP_HLEN];

		too_big(net, "2001:db8::2", 53, 1400);
		memcpy(quote, f.b + ETH_HLEN + IP6_HLEN + ICMP6_HLEN,
		       sizeof(quote));
		frame_icmp6(&f, eth(net), &h, &m, quote, n);
		dropped_silently(net, DROP_icmp_embed);
	}
}

/* RFC 4443, 2.4 (e). */
static void errors_are_not_answered_with_errors(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_ICMP6);
	const struct icmp6_hdr m = {.type = ICMP6_UNREACHABLE};
	uint8_t dst[8] = {IP_PROTO_ICMP6, 0, 0x9e, 4};
	static uint8_t buf[200];

	/* An unknown option that insists, in front of an error. */
	frame_icmp6(&f, eth(net), &h, &m, "12345678", 8);
	memcpy(buf, dst, 8);
	memcpy(buf + 8, f.b + ETH_HLEN + IP6_HLEN, 16);
	h.next = IP_PROTO_DSTOPTS;
	frame_ip6(&f, eth(net), &h, buf, 24);
	dropped_silently(net, DROP_ip6_opt);
}

/* RFC 4443, 2.4 (f). */
static void errors_are_limited(void **state)
{
	struct testnet *net = *state;
	struct ip6_hdr h = to_us(IP_PROTO_UDP);
	unsigned i;

	for (i = 0; i < 1000; i++) {
		frame_udp6(&f, eth(net), &h, 1000, 9999, "x", 1);
		frame_inject(&f, eth(net));
	}
	assert_int_equal(testnet_drops(net, 0, DROP_udp_no_port), 1000);
	assert_in_range(testnet_sent_count(eth(net)), 1, 10);
	testnet_forget(eth(net));
}

#define T(name) \
	cmocka_unit_test_setup_teardown(name, ip6net_setup, testnet_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_length_that_cannot_be_is_dropped),
		T(addresses_that_cannot_be_are_martians),
		T(what_is_for_others_is_not_ours),
		T(an_interface_without_ipv6_says_nothing),
		T(an_unknown_next_header_is_told),
		T(options_act_as_they_say),
		T(options_to_a_group_are_told_only_if_they_insist),
		T(source_routes_are_refused),
		T(a_chain_without_end_is_dropped),
		T(headers_that_do_not_fit_are_dropped),
		T(an_error_behind_a_long_chain_is_whole),
		T(hop_by_hop_options_come_first),
		T(short_echoes_are_dropped),
		T(unknown_messages_are_dropped),
		T(too_big_is_believed_only_about_what_was_sent),
		T(errors_that_quote_too_little_are_dropped),
		T(errors_are_not_answered_with_errors),
		T(errors_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
