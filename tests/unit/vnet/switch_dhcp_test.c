// SPDX-License-Identifier: MIT
/* switch_dhcp_test.c - a switch that marks questions of DHCP */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/csum.h"
#include "wire/dhcp_relay.h"
#include "wire/llc.h"
#include "wire/udp.h"

#include "core/pkt.h"

#include "testframe.h"
#include "vnet/vnet.h"

enum { AT = ETH_HLEN + IP4_HLEN + UDP_HLEN };

/* A host at p1, a server at p2. */
static struct mem mem;
static struct world *w;
static struct vswitch *sw;
static struct port *host, *server;
static struct frame sent, heard;

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	(void)port;
	(void)arg;
	heard.len = pkt->len;
	pkt_copy_out(pkt, 0, heard.b, pkt->len);
	pkt_free(pkt);
}

static struct port *box(const char *name)
{
	struct port *port =
		box_add_port(world_add_box(w, name, on_frame, NULL), NULL);

	assert_non_null(world_link(w, port, switch_add_port(sw), NULL));
	return port;
}

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	sw = world_add_switch(w, "sw");
	host = box("host");
	server = box("server");
	switch_mark_dhcp(sw);
	switch_trust_dhcp(
		list_last_entry(&switch_node(sw)->ports, struct port, list));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(world_free(w), 0);
	assert_int_equal(mem.in_use_count, 0);
	return 0;
}

static uint64_t drops(enum drop why)
{
	return switch_node(sw)->place->drops[why];
}

static struct dhcp_msg question(void)
{
	return (struct dhcp_msg){.op = BOOTP_REQUEST,
				 .type = DHCP_DISCOVER,
				 .xid = 7,
				 .chaddr = test_mac(9)};
}

static void make(struct port *from, const struct dhcp_msg *m)
{
	bool is_question = m->op == BOOTP_REQUEST;
	const struct ip4_hdr h = {.src = is_question ? IP4_ANY
						     : ip4_make(10, 0, 0, 1),
				  .dst = IP4_BROADCAST};
	uint8_t buf[DHCP_LEN_MAX];
	size_t len = dhcp_emit(buf, sizeof(buf), m);

	frame_udp(&sent, &from->netif, &h, is_question ? 68 : 67,
		  is_question ? 67 : 68, buf, len);
	memset(sent.b, 0xff, 6);
}

/* Does anything arrive at the other end? */
static bool passes(struct port *from)
{
	heard.len = 0;
	assert_int_equal(box_send(from, sent.b, sent.len), 0);
	world_run_idle(w, world_now(w) + NS_PER_S);
	return heard.len > 0;
}

/* What was heard, its sums verified. */
static struct dhcp_msg heard_msg(void)
{
	struct ip4_hdr h = frame_to_ip4(&heard);
	struct dhcp_msg m;
	size_t len;
	const uint8_t *udp = frame_l4(&heard, &len);

	assert_int_equal(csum_fold(csum_add(csum_pseudo4(h.src, h.dst, h.proto,
							 (uint32_t)len),
					    udp, len)),
			 0);
	assert_true(dhcp_parse(&m, heard.b + AT, heard.len - AT) > 0);
	return m;
}

/* RFC 3046, 2.1 */
static void a_question_is_marked_and_its_answer_is_not(void **state)
{
	struct dhcp_msg m = question(), got;
	struct dhcp_mark mark;

	(void)state;
	make(host, &m);
	assert_true(passes(host));
	got = heard_msg();
	assert_int_equal(got.xid, 7);
	assert_int_equal(dhcp_mark_parse(&mark, &got.relay), 0);
	assert_int_equal(mark.circuit_len, 2);
	assert_memory_equal(mark.circuit, "p1", 2);
	assert_memory_equal(mark.remote, "sw", 2);
	m.op = BOOTP_REPLY;
	m.type = DHCP_OFFER;
	m.relay = got.relay;
	make(server, &m);
	assert_true(passes(server));
	assert_int_equal(heard_msg().relay.len, 0);
}

static void what_is_trusted_is_not_marked(void **state)
{
	struct dhcp_msg m = question();

	(void)state;
	make(server, &m);
	assert_true(passes(server));
	assert_int_equal(heard_msg().relay.len, 0);
	m.giaddr = ip4_make(10, 0, 0, 1); /* a relay */
	make(server, &m);
	assert_true(passes(server));
	m.relay = (struct dhcp_bytes){4, {1, 2, 'e', '0'}};
	m.op = BOOTP_REPLY; /* to another's mark */
	make(server, &m);
	assert_true(passes(server));
	assert_int_equal(heard_msg().relay.len, 4);
}

static void what_a_host_may_not_say_is_dropped(void **state)
{
	struct dhcp_msg m = question();

	(void)state;
	m.giaddr = ip4_make(10, 0, 0, 1);
	make(host, &m);
	assert_false(passes(host));
	m = question();
	m.relay = (struct dhcp_bytes){4, {1, 2, 'p', '2'}};
	make(host, &m);
	assert_false(passes(host));
	assert_int_equal(drops(DROP_dhcp_spoofed), 2);
	m = question();
	m.op = BOOTP_REPLY;
	m.type = DHCP_OFFER;
	make(host, &m);
	assert_false(passes(host));
	assert_int_equal(drops(DROP_sw_dhcp), 1);
}

/* Whoever hides a question from the switch hides it from the server. */
static void a_question_in_disguise_is_dropped(void **state)
{
	struct dhcp_msg m = question();

	(void)state;
	make(host, &m);
	sent.b[ETH_HLEN + 6] = IP4_MF << 5;
	frame_mend_ip4(&sent);
	assert_false(passes(host));
	make(host, &m);
	memmove(sent.b + ETH_HLEN + LLC_SNAP_LEN, sent.b + ETH_HLEN,
		sent.len - ETH_HLEN);
	llc_snap_emit(sent.b + ETH_HLEN, ETH_IP4);
	put16(sent.b + 12, (uint16_t)(sent.len - ETH_HLEN + LLC_SNAP_LEN));
	sent.len += LLC_SNAP_LEN;
	assert_false(passes(host));
	make(host, &m);
	sent.b[AT + DHCP_FIXED_LEN + 5] = 200; /* its type, of 200 octets */
	put16(sent.b + AT - 2, 0);
	assert_false(passes(host));
	assert_int_equal(drops(DROP_dhcp_bad), 3);
	make(host, &m);
	sent.b[AT + 4] ^= 1; /* damaged: its receiver will see */
	assert_true(passes(host));
	assert_int_equal(heard.len, sent.len);
}

static void tagged_questions_are_marked_too(void **state)
{
	struct dhcp_msg m = question(), got;

	(void)state;
	make(host, &m);
	memmove(sent.b + ETH_HLEN + 2, sent.b + ETH_HLEN - 2,
		sent.len - ETH_HLEN + 2);
	put16(sent.b + 12, ETH_VLAN);
	put16(sent.b + 14, 0);
	sent.len += ETH_VLAN_LEN;
	assert_true(passes(host));
	assert_true(dhcp_parse(&got, heard.b + AT + ETH_VLAN_LEN,
			       heard.len - AT - ETH_VLAN_LEN) > 0);
	assert_true(got.relay.len > 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_question_is_marked_and_its_answer_is_not),
		T(what_is_trusted_is_not_marked),
		T(what_a_host_may_not_say_is_dropped),
		T(a_question_in_disguise_is_dropped),
		T(tagged_questions_are_marked_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
