// SPDX-License-Identifier: MIT
/* outlet_dgram_test.c - datagrams and echoes go out, and answers come in */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"

#include "core/drop.h"

#include "ip/filter.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "outletbed.h"
#include "udp/udp.h"

#define FAR "192.0.2.80:5000"

static struct outletbed bed;
static struct udp_sock *u;

static void on_event(struct udp_sock *sock, void *arg, uint32_t events)
{
	(void)sock;
	(void)arg;
	(void)events;
}

static const struct udp_user user = {.on_event = on_event};

static void begin(bool has_loopback)
{
	outletbed_init(&bed, has_loopback);
	u = udp_new(&bed.p.a->stack, &user, NULL);
	assert_non_null(u);
}

static void end(void)
{
	udp_free(u);
	outletbed_fini(&bed);
}

static void ask_and_wait(const char *to, const char *text, uint8_t ttl,
			 uint64_t ms)
{
	const struct udp_how how = {.ttl = ttl};
	struct endpoint far = ep(to);

	assert_int_equal(udp_send_how(u, text, strlen(text), &far, &how),
			 strlen(text));
	outletbed_run(&bed, ms);
}

static void ask(const char *to, const char *text, uint8_t ttl)
{
	ask_and_wait(to, text, ttl, 100);
}

static void answer(const char *text)
{
	struct fake_sock *s = outletbed_sock(&bed);

	s->came_len = strlen(text);
	memcpy(s->came, text, s->came_len);
	outletbed_ready(&bed, HOST_IN);
}

static void a_datagram_gets_its_answer(void **state)
{
	struct udp_from from;
	char heard[16];

	(void)state;
	begin(false);
	ask(FAR, "question", 0);
	assert_int_equal(bed.m.count, 1);
	assert_int_equal(outletbed_sock(&bed)->kind, HOST_UDP);
	assert_int_equal(outletbed_sock(&bed)->to.port, 5000);
	assert_int_equal(outletbed_sock(&bed)->how.ttl, 63);
	assert_memory_equal(outletbed_sock(&bed)->sent, "question", 8);
	answer("answer");
	assert_int_equal(udp_recv(u, heard, sizeof(heard), false, &from), 6);
	assert_memory_equal(heard, "answer", 6);
	assert_true(endpoint_eq(from.peer, ep(FAR)));
	ask(FAR, "another", 0);
	assert_int_equal(bed.m.count, 1);
	end();
}

static void the_filter_is_asked_about_the_first_datagram(void **state)
{
	const struct filter_rule rules[] = {
		{.port = 5000, .proto = IP_PROTO_UDP, .is_allowed = true},
		{.port = 5001, .proto = IP_PROTO_UDP, .is_aloud = true},
	};

	(void)state;
	begin(false);
	assert_int_equal(filter_enable(&bed.p.b->stack, rules, 2, false), 0);
	ask(FAR, "question", 0);
	assert_int_equal(bed.m.count, 1);
	answer("answer");
	ask(FAR, "another", 0);
	assert_int_equal(outlet_stats(bed.o).udp, 1);
	ask("192.0.2.80:5001", "aloud", 0);
	assert_int_equal(outletbed_drops(&bed, DROP_filter_rejected), 1);
	ask("192.0.2.80:5002", "in silence", 1);
	assert_int_equal(outletbed_drops(&bed, DROP_filter_denied), 1);
	assert_int_equal(outletbed_drops(&bed, DROP_ip_ttl), 0);
	assert_int_equal(bed.m.count, 1);
	end();
}

static void silence_ends_a_conversation(void **state)
{
	(void)state;
	begin(false);
	ask(FAR, "question", 0);
	outletbed_run(&bed, 119000);
	assert_int_equal(bed.m.open, 1);
	outletbed_run(&bed, 3000);
	assert_int_equal(bed.m.open, 0);
	assert_int_equal(outlet_stats(bed.o).expired, 1);
	end();
}

static void the_least_used_gives_way(void **state)
{
	char to[32];

	(void)state;
	begin(false);
	for (unsigned int i = 0; i < 4097; i++) {
		(void)snprintf(to, sizeof(to), "192.0.2.80:%u", 1000 + i);
		ask_and_wait(to, "x", 0, 3);
	}
	assert_int_equal(bed.m.open, 4096);
	assert_int_equal(outlet_stats(bed.o).evicted, 1);
	assert_false(bed.m.socks[0].is_open);
	end();
}

static void we_are_a_hop(void **state)
{
	(void)state;
	begin(false);
	ask(FAR, "x", 1);
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(outletbed_drops(&bed, DROP_ip_ttl), 1);
	end();
}

static void port_53_leads_to_the_machines_resolvers(void **state)
{
	const uint8_t first[] = {10, 53, 0, 1}, second[] = {10, 53, 0, 2};

	(void)state;
	begin(false);
	ask("10.0.0.2:53", "A?", 0);
	ask("10.0.0.2:53", "AAAA?", 0); /* two questions, not one again */
	assert_int_equal(bed.m.count, 1);
	assert_memory_equal(outletbed_sock(&bed)->to.o, first, 4);
	outletbed_run(&bed, 1000);
	ask("10.0.0.2:53", "A?", 0);
	assert_int_equal(bed.m.count, 2);
	assert_int_equal(bed.m.open, 1);
	assert_memory_equal(outletbed_sock(&bed)->to.o, second, 4);
	assert_memory_equal(outletbed_sock(&bed)->sent, "A?", 2);
	answer("192.0.2.1");
	assert_int_equal(udp_next_len(u), 9);
	end();
}

static void own_ports_are_the_labs(void **state)
{
	(void)state;
	begin(false);
	ask("10.0.0.2:54", "x", 0);
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(outletbed_drops(&bed, DROP_udp_no_port), 1);
	end();
}

struct heard {
	int answers, errors;
	struct icmp_echo_event last;
};

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct heard *h = arg;

	h->answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
	h->errors += ev->kind == ICMP_ECHO_ERROR;
	h->last = *ev;
}

static struct icmp_echo *ping(struct heard *h, uint8_t ttl)
{
	struct icmp_echo *e = icmp_echo_open(&bed.p.a->stack, on_echo, h);

	assert_non_null(e);
	assert_int_equal(icmp_echo_send(e, ep(FAR).addr, 77, 56, ttl), 0);
	outletbed_run(&bed, 100);
	return e;
}

static void an_echo_comes_back_with_its_own_identifier(void **state)
{
	struct heard h = {0};
	struct icmp_echo *e;
	struct fake_sock *s;

	(void)state;
	begin(false);
	e = ping(&h, 0);
	s = outletbed_sock(&bed);
	assert_int_equal(s->kind, HOST_PING);
	assert_int_equal(s->sent_len, 64);
	memcpy(s->came, s->sent, s->sent_len);
	s->came[0] = 0; /* a reply */
	s->came[4] = 0xab;
	s->came[5] = 0xcd; /* the machine's identifier */
	s->came_len = s->sent_len;
	outletbed_ready(&bed, HOST_IN);
	assert_int_equal(h.answers, 1);
	assert_int_equal(h.last.seq, 77);
	icmp_echo_close(e);
	end();
}

static void what_a_router_far_away_says_is_passed_on(void **state)
{
	struct heard h = {0};
	struct icmp_echo *e;
	struct fake_sock *s;

	(void)state;
	begin(false);
	e = ping(&h, 5);
	s = outletbed_sock(&bed);
	assert_int_equal(s->how.ttl, 4);
	s->queue = (struct host_error){
		.err = EHOSTUNREACH,
		.is_icmp = true,
		.type = 11,
		.has_from = true,
		.from = {.o = {198, 51, 100, 9}},
		.len = 64,
	};
	memcpy(s->queue.data, s->sent, 64);
	s->has_queue = true;
	outletbed_ready(&bed, HOST_ERR);
	assert_int_equal(h.errors, 1);
	assert_int_equal(h.last.type, 11);
	assert_int_equal(h.last.seq, 77);
	assert_true(
		ip_addr_eq(h.last.from, ip_addr_v4(ip4_make(198, 51, 100, 9))));
	icmp_echo_close(e);
	end();
}

static void the_machines_own_loopback_is_not_named(void **state)
{
	struct heard h = {0};
	struct icmp_echo *e;
	struct fake_sock *s;

	(void)state;
	begin(false);
	e = ping(&h, 5);
	s = outletbed_sock(&bed);
	s->queue = (struct host_error){
		.err = EHOSTUNREACH,
		.is_icmp = true,
		.type = 3,
		.code = 1,
		.has_from = true,
		.from = {.o = {127, 0, 0, 1}},
	};
	s->has_queue = true;
	outletbed_ready(&bed, HOST_ERR);
	assert_int_equal(h.errors, 1);
	assert_true(ip_addr_eq(h.last.from, ep(FAR).addr));
	icmp_echo_close(e);
	end();
}

static void without_ping_sockets_a_person_is_told_once(void **state)
{
	struct heard h = {0};
	struct icmp_echo *e, *f;

	(void)state;
	begin(false);
	bed.m.refuses = -EACCES;
	e = ping(&h, 0);
	f = ping(&h, 0);
	assert_int_equal(h.errors, 2);
	assert_int_equal(h.last.type, 3);
	assert_int_equal(h.last.code, 13);
	assert_int_equal(bed.says, 1);
	assert_non_null(strstr(bed.said, "ping_group_range"));
	assert_int_equal(outletbed_drops(&bed, DROP_outlet_forbidden), 2);
	icmp_echo_close(e);
	icmp_echo_close(f);
	end();
}

static void no_descriptor_is_a_drop_with_a_name(void **state)
{
	(void)state;
	begin(false);
	bed.m.refuses = -EMFILE;
	ask(FAR, "x", 0);
	assert_int_equal(outletbed_drops(&bed, DROP_outlet_full), 1);
	assert_int_equal(outlet_stats(bed.o).full, 1);
	assert_int_equal(outlet_stats(bed.o).open, 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_gets_its_answer),
		cmocka_unit_test(the_filter_is_asked_about_the_first_datagram),
		cmocka_unit_test(silence_ends_a_conversation),
		cmocka_unit_test(the_least_used_gives_way),
		cmocka_unit_test(we_are_a_hop),
		cmocka_unit_test(port_53_leads_to_the_machines_resolvers),
		cmocka_unit_test(own_ports_are_the_labs),
		cmocka_unit_test(an_echo_comes_back_with_its_own_identifier),
		cmocka_unit_test(what_a_router_far_away_says_is_passed_on),
		cmocka_unit_test(the_machines_own_loopback_is_not_named),
		cmocka_unit_test(without_ping_sockets_a_person_is_told_once),
		cmocka_unit_test(no_descriptor_is_a_drop_with_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
