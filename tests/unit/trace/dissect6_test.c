// SPDX-License-Identifier: MIT
/* dissect6_test.c - every octet of IPv6 and ICMPv6 has a name */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

#include "wire/dhcp6.h"
#include "wire/mld.h"
#include "wire/udp.h"

#include "ip6net.h"
#include "trace/dissect.h"

static struct frame f;
static struct netif to;

static struct ip6_hdr hdr(uint8_t next)
{
	return (struct ip6_hdr){
		.src = a6("2001:db8::9"),
		.dst = a6("2001:db8::2"),
		.next = next,
		.flow = 0x12345,
	};
}

/* The value of a field of @f. */
static void field(const char *layer, const char *name, const char *value)
{
	const struct dis_field *found;
	struct dissection d;
	struct mem mem;

	mem_init_libc(&mem);
	assert_int_equal(dissect(&d, &mem, f.b, f.len, false), 0);
	found = dis_find(&d, layer, name);
	if (!found)
		fail_msg("no %s in %s", name, layer);
	assert_string_equal(dis_value(&d, found), value);
	dissect_fini(&d);
	assert_int_equal(mem.in_use_count, 0);
}

static void the_header_is_named(void **state)
{
	struct ip6_hdr h = hdr(IP_PROTO_UDP);

	(void)state;
	h.tclass = 0xb9;
	frame_udp6(&f, &to, &h, 1000, 53, "hello", 5);
	field("IPv6", "Version, Traffic Class, Flow Label",
	      "6, DSCP 46, ECN 1, flow 0x12345");
	field("IPv6", "Payload Length", "13");
	field("IPv6", "Next Header", "17 UDP");
	field("IPv6", "Hop Limit", "64");
	field("IPv6", "Source Address", "2001:db8::9");
	field("IPv6", "Destination Address", "2001:db8::2");
	field("UDP", "Source Port", "1000");
}

static void checksums_cover_the_pseudo_header(void **state)
{
	const struct icmp6_hdr echo = {.type = ICMP6_ECHO, .id = 7, .seq = 3};
	struct ip6_hdr h = hdr(0);
	struct dissection d;
	struct mem mem;

	(void)state;
	mem_init_libc(&mem);
	frame_icmp6(&f, &to, &h, &echo, "data", 4);
	field("ICMPv6", "Type", "128");
	field("ICMPv6", "Identifier", "0x0007");
	field("ICMPv6", "Sequence Number", "3");
	assert_int_equal(dissect(&d, &mem, f.b, f.len, false), 0);
	assert_non_null(strstr(
		dis_value(&d, dis_find(&d, "ICMPv6", "Checksum")), "good"));
	dissect_fini(&d);
	f.b[ETH_HLEN + 8] ^= 1; /* the source */
	assert_int_equal(dissect(&d, &mem, f.b, f.len, false), 0);
	assert_non_null(strstr(
		dis_value(&d, dis_find(&d, "ICMPv6", "Checksum")), "BAD"));
	dissect_fini(&d);
}

static void the_chain_is_named_header_by_header(void **state)
{
	uint8_t p[] = {/* hop-by-hop: router alert, PadN */
		       IP_PROTO_ROUTING, 0, 5, 2, 0, 0, 1, 0,
		       /* routing */
		       IP_PROTO_FRAGMENT, 0, 0, 0, 0, 0, 0, 0,
		       /* fragment: offset 8, more */
		       IP_PROTO_TCP, 0, 0, 9, 0, 0, 0, 42, 'x'};
	struct ip6_hdr h = hdr(IP_PROTO_HOPOPTS);

	(void)state;
	frame_ip6(&f, &to, &h, p, sizeof(p));
	field("IPv6 hop-by-hop", "Router Alert", "4 octets");
	field("IPv6 hop-by-hop", "PadN", "2 octets");
	field("IPv6 routing", "Segments Left", "0");
	field("IPv6 fragment", "Fragment Offset, M", "M offset 8");
	field("IPv6 fragment", "Identification", "0x0000002a");
	field("IPv6 fragment", "Fragment", "1 octets");
}

static void an_error_quotes_a_packet(void **state)
{
	const struct icmp6_hdr big = {.type = ICMP6_TOO_BIG, .mtu = 1400};
	const struct icmp6_hdr bad = {.type = ICMP6_PARAM_PROBLEM,
				      .code = ICMP6_BAD_NEXT,
				      .pointer = 6};
	uint8_t quote[IP6_HLEN + UDP_HLEN];
	struct ip6_hdr h = hdr(0);

	(void)state;
	frame_udp6(&f, &to, &h, 1000, 53, NULL, 0);
	memcpy(quote, f.b + ETH_HLEN, sizeof(quote));
	frame_icmp6(&f, &to, &h, &big, quote, sizeof(quote));
	field("ICMPv6", "MTU", "1400");
	field("IPv6, quoted", "Hop Limit", "64");
	field("UDP, quoted", "Destination Port", "53");
	frame_icmp6(&f, &to, &h, &bad, quote, sizeof(quote));
	field("ICMPv6", "Pointer", "6");
}

/* RFC 3810, 5.1 and 5.2; RFC 2710, 3. */
static void groups_are_named_octet_by_octet(void **state)
{
	uint8_t m[96], source[16];
	const struct group_query q = {.version = 3,
				      .max_ms = 40000,
				      .group = i6("ff15::8"),
				      .robustness = 2,
				      .interval_s = 125,
				      .sources = source,
				      .source_count = 1};
	const struct group_record rec = {.type = GROUP_TO_EXCLUDE,
					 .group = i6("ff15::8")};
	struct ip6_hdr h = hdr(IP_PROTO_ICMP6);
	size_t len;

	(void)state;
	put_ip6(source, a6("2001:db8::7"));
	len = mld_query_emit(m, &q);
	frame_ip6(&f, &to, &h, m, len);
	field("ICMPv6", "Multicast Address", "ff15::8");
	field("ICMPv6", "Maximum Response Code", "40000 ms");
	field("ICMPv6", "S, QRV", "0, 2");
	field("ICMPv6", "QQIC", "125 s");
	field("ICMPv6", "Number of Sources", "1");
	field("ICMPv6", "Source Address", "2001:db8::7");
	len = mld_report2_emit(m, &rec);
	frame_ip6(&f, &to, &h, m, len);
	field("ICMPv6", "Record Type", "4");
	field("ICMPv6", "Multicast Address", "ff15::8");
	mld_emit(m, ICMP6_MLD_DONE, a6("ff15::9"));
	frame_ip6(&f, &to, &h, m, MLD_LEN);
	field("ICMPv6", "Multicast Address", "ff15::9");
}

/* dissect() itself checks that the fields cover the frame; here: any. */
static void any_octets_are_covered(void **state)
{
	static const uint8_t nexts[] = {0, 43, 44, 60, 6, 17, 58, 59, 99};
	struct dissection d;
	struct rng rng;
	struct mem mem;
	int i;

	(void)state;
	mem_init_libc(&mem);
	rng_init(&rng, 1, "dissect6");
	for (i = 0; i < 20000; i++) {
		uint8_t p[200];
		size_t len = rng_below(&rng, sizeof(p)), j;
		struct ip6_hdr h = hdr(nexts[rng_below(&rng, 9)]);

		rng_fill(&rng, p, sizeof(p));
		for (j = 0; j < len; j += 8) { /* chains */
			p[j] = nexts[rng_below(&rng, 9)];
			p[j + 1] &= 1;
		}
		frame_ip6(&f, &to, &h, p, len);
		if (!rng_below(&rng, 4))
			f.len = rng_below(&rng, (uint32_t)f.len + 1);
		assert_int_equal(dissect(&d, &mem, f.b, f.len, false), 0);
		dissect_fini(&d);
	}
	assert_int_equal(mem.in_use_count, 0);
}

/* Each option is a field; those that hold others are named by their own part,
 * and a message in an envelope like any other. */
static void dhcp6_is_named_octet_by_octet(void **state)
{
	uint8_t inner[DHCP6_LEN_MAX], buf[DHCP6_LEN_MAX];
	struct dhcp6_msg m = {
		.type = DHCP6_REPLY,
		.xid = 0x1234,
		.client = dhcp6_duid_ll((mac_addr){{2, 0, 0, 0, 0, 1}}),
		.ia_count = 1,
		.ia = {{.id = 3,
			.t1_s = 50,
			.t2_s = 80,
			.count = 1,
			.addr = {{a6("fd00:1::100"), 100, DHCP6_FOREVER, true,
				  DHCP6_NO_BINDING}}}},
		.dns_count = 1,
		.dns = {a6("fd00:1::53")},
		.domain_count = 2,
		.domain = {"home.test", "lab.test"},
	};
	struct dhcp6_relay r = {
		.type = DHCP6_RELAY_REPL,
		.link = a6("fd00:1::1"),
		.peer = a6("fe80::1"),
		.iface_len = 4,
		.iface = "eth0",
		.inner = inner,
	};
	struct ip6_hdr h = hdr(IP_PROTO_UDP);
	struct dissection d;
	struct mem mem;

	(void)state;
	r.inner_len = dhcp6_emit(inner, sizeof(inner), &m);
	frame_udp6(&f, &to, &h, 547, 547, buf,
		   dhcp6_relay_emit(buf, sizeof(buf), &r));
	field("DHCPv6", "msg-type", "13 (RELAY-REPL)");
	field("DHCPv6", "link-address", "fd00:1::1");
	field("DHCPv6", "transaction-id", "0x001234");
	field("DHCPv6", "IA_NA", "3, renew after 50 s, rebind after 80 s");
	field("DHCPv6", "IA Address",
	      "fd00:1::100, preferred 100 s, valid for ever");
	field("DHCPv6", "Status Code", "NoBinding");
	field("DHCPv6", "DNS Servers", "fd00:1::53");
	field("DHCPv6", "Domain Search List", "home.test lab.test ");
	mem_init_libc(&mem);
	assert_int_equal(dissect(&d, &mem, f.b, f.len, false), 0);
	assert_null(dis_find(&d, "UDP", "Data"));
	dissect_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_named),
		cmocka_unit_test(checksums_cover_the_pseudo_header),
		cmocka_unit_test(the_chain_is_named_header_by_header),
		cmocka_unit_test(an_error_quotes_a_packet),
		cmocka_unit_test(groups_are_named_octet_by_octet),
		cmocka_unit_test(any_octets_are_covered),
		cmocka_unit_test(dhcp6_is_named_octet_by_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
