// SPDX-License-Identifier: MIT
/* outlet_tcp_test.c - connections of a lab become those of the machine */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/proto.h"

#include "ip/filter.h"
#include "ip/ip.h"
#include "outletbed.h"
#include "tcp/tcp.h"

#define FAR "192.0.2.80:80"

static struct outletbed bed;
static struct tcp_conn *client;

static void on_event(struct tcp_conn *c, void *arg, uint32_t events)
{
	(void)c;
	(void)arg;
	(void)events;
}

static const struct tcp_user user = {.on_event = on_event};

static void call(const char *to)
{
	struct endpoint far = ep(to);
	struct stack *stack = &bed.p.a->stack;

	stack_enter(stack);
	client = tcp_new(stack, &user, NULL);
	assert_non_null(client);
	assert_int_equal(tcp_connect(client, &far), 0);
	stack_leave(stack);
	outletbed_run(&bed, 100);
}

static void hang_up(void)
{
	stack_enter(&bed.p.a->stack);
	tcp_abort(client);
	stack_leave(&bed.p.a->stack);
	outletbed_run(&bed, 100);
}

static void begin(bool has_loopback)
{
	outletbed_init(&bed, has_loopback);
}

static void end(void)
{
	hang_up();
	outletbed_fini(&bed);
}

/* A connection that stands, both ways. */
static struct fake_sock *begin_open(void)
{
	begin(false);
	call(FAR);
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	return outletbed_sock(&bed);
}

static long say(const void *buf, size_t len)
{
	long n;

	stack_enter(&bed.p.a->stack);
	n = tcp_send(client, buf, len, 0);
	stack_leave(&bed.p.a->stack);
	outletbed_run(&bed, 500);
	return n;
}

static void a_syn_is_answered_when_the_machine_is_connected(void **state)
{
	const uint8_t far[] = {192, 0, 2, 80};

	(void)state;
	begin(false);
	call(FAR);
	assert_int_equal(bed.m.count, 1);
	assert_int_equal(outletbed_sock(&bed)->to.port, 80);
	assert_memory_equal(outletbed_sock(&bed)->to.o, far, 4);
	assert_int_equal(tcp_state(client), TCPS_SYN_SENT);
	outletbed_run(&bed,
		      4000); /* it asks again, and nobody connects twice */
	assert_int_equal(bed.m.count, 1);
	assert_true(outletbed_drops(&bed, DROP_outlet_wait) >= 1);
	assert_int_equal(tcp_state(client), TCPS_SYN_SENT);
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	end();
}

static void a_refusal_is_a_reset(void **state)
{
	(void)state;
	begin(false);
	call(FAR);
	outletbed_sock(&bed)->err = -ECONNREFUSED;
	outletbed_ready(&bed, HOST_OUT | HOST_ERR);
	assert_int_equal(tcp_error(client), -ECONNREFUSED);
	assert_int_equal(outlet_stats(bed.o).refused, 1);
	assert_int_equal(outlet_stats(bed.o).open, 0);
	end();
}

/* Only port 80, and to one net nothing, aloud. */
static void begin_filtered(void)
{
	static const struct filter_rule rules[] = {
		{.to = {{0xc6336400}, 24}, .is_aloud = true},
		{.proto = IP_PROTO_TCP, .port = 80, .is_allowed = true},
	};

	begin(false);
	assert_int_equal(filter_enable(&bed.p.b->stack, rules, 2, false), 0);
}

static void the_filter_is_asked_before_the_machine(void **state)
{
	(void)state;
	begin_filtered();
	call("192.0.2.80:81");
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(tcp_state(client), TCPS_SYN_SENT);
	assert_int_equal(outletbed_drops(&bed, DROP_filter_denied), 1);
	hang_up();
	call("198.51.100.1:80");
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(tcp_error(client), -ECONNREFUSED);
	assert_int_equal(outletbed_drops(&bed, DROP_filter_rejected), 1);
	hang_up();
	call(FAR);
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	assert_int_equal(say("hello", 5), 5);
	assert_int_equal(outletbed_drops(&bed, DROP_filter_state), 0);
	end();
}

static void no_way_is_an_icmp_error(void **state)
{
	static const int errors[] = {ENETUNREACH, EHOSTUNREACH};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		begin(false);
		bed.m.refuses = -errors[i];
		call(FAR);
		assert_int_equal(tcp_error(client), -errors[i]);
		assert_int_equal(outletbed_drops(&bed, DROP_outlet_failed), 1);
		end();
	}
}

static void a_silent_far_end_stays_silent(void **state)
{
	(void)state;
	begin(false);
	call(FAR);
	outletbed_sock(&bed)->err = -ETIMEDOUT;
	outletbed_ready(&bed, HOST_ERR);
	assert_int_equal(tcp_state(client), TCPS_SYN_SENT);
	assert_int_equal(tcp_error(client), 0);
	end();
}

static void no_descriptor_is_a_refusal_with_a_counter(void **state)
{
	(void)state;
	begin(false);
	bed.m.refuses = -EMFILE;
	call(FAR);
	assert_int_equal(tcp_error(client), -ECONNREFUSED);
	assert_int_equal(outlet_stats(bed.o).full, 1);
	bed.m.refuses = 0; /* and life goes on */
	hang_up();
	call(FAR);
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	end();
}

static void octets_pass_both_ways_and_so_do_ends(void **state)
{
	struct fake_sock *s = begin_open();
	char heard[16] = "";

	(void)state;
	assert_int_equal(say("hello", 5), 5);
	assert_int_equal(s->sent_len, 5);
	assert_memory_equal(s->sent, "hello", 5);
	stack_enter(&bed.p.a->stack);
	tcp_shutdown_send(client);
	stack_leave(&bed.p.a->stack);
	outletbed_run(&bed, 100);
	assert_true(s->is_shut);
	memcpy(s->came, "good day", 8);
	s->came_len = 8;
	s->has_ended = true;
	outletbed_ready(&bed, HOST_IN);
	assert_int_equal(tcp_recv(client, heard, sizeof(heard), 0), 8);
	assert_memory_equal(heard, "good day", 8);
	assert_int_equal(tcp_recv(client, heard, sizeof(heard), 0), 0);
	assert_false(s->is_open);
	assert_false(s->is_reset);
	assert_int_equal(outlet_stats(bed.o).open, 0);
	end();
}

static void a_full_machine_closes_the_window(void **state)
{
	struct fake_sock *s = begin_open();
	uint8_t block[4000];
	size_t taken = 0, before;
	long n;

	(void)state;
	memset(block, 7, sizeof(block));
	s->room = 0;
	while ((n = say(block, sizeof(block))) > 0) {
		taken += (size_t)n;
		assert_true(taken < 8 << 20);
	}
	assert_int_equal(n, -EAGAIN);
	assert_int_equal(s->sent_len, 0);
	before = s->sent_count;
	outletbed_run(&bed, 10000); /* nobody asks in vain */
	assert_true(s->sent_count <= before + 1);
	s->room = 4000;
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(s->sent_len, 4000);
	assert_memory_equal(s->sent, block, 4000);
	end();
}

static void a_reset_is_one_on_the_other_side(void **state)
{
	struct fake_sock *s = begin_open();

	(void)state;
	s->err = -ECONNRESET;
	outletbed_ready(&bed, HOST_ERR | HOST_IN);
	assert_int_equal(tcp_error(client), -ECONNRESET);
	assert_false(s->is_open);
	end();

	s = begin_open();
	hang_up();
	assert_false(s->is_open);
	assert_true(s->is_reset);
	outletbed_fini(&bed);
}

static void own_addresses_are_the_labs(void **state)
{
	(void)state;
	begin(false);
	call("10.0.0.2:80");
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(tcp_error(client), -ECONNREFUSED);
	end();
}

static void own_addresses_are_the_machines_loopback_if_asked_for(void **state)
{
	const uint8_t self[] = {127, 0, 0, 1};

	(void)state;
	begin(true);
	call("10.0.0.2:8000");
	assert_int_equal(bed.m.count, 1);
	assert_memory_equal(outletbed_sock(&bed)->to.o, self, 4);
	assert_int_equal(outletbed_sock(&bed)->to.port, 8000);
	outletbed_ready(&bed, HOST_OUT);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	end();
}

static void who_listens_on_the_router_is_heard_first(void **state)
{
	struct stack *stack;
	struct endpoint local = ep("0.0.0.0:8000");
	struct tcp_conn *l;

	(void)state;
	begin(true);
	stack = &bed.p.b->stack;
	l = tcp_new(stack, &user, NULL);
	assert_non_null(l);
	assert_int_equal(tcp_bind(l, &local, false), 0);
	assert_int_equal(tcp_listen(l, 1), 0);
	call("10.0.0.2:8000");
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(tcp_state(client), TCPS_ESTABLISHED);
	hang_up();
	call("192.0.2.80:8000"); /* he does not listen there */
	assert_int_equal(bed.m.count, 1);
	tcp_close(l);
	end();
}

static void nothing_else_leads_to_the_machine_itself(void **state)
{
	(void)state;
	begin(true);
	call("240.0.0.1:80");
	assert_int_equal(bed.m.count, 0);
	assert_int_equal(outletbed_drops(&bed, DROP_outlet_forbidden), 1);
	assert_int_equal(outlet_stats(bed.o).forbidden, 1);
	hang_up();
	call("0.1.2.3:80");
	assert_int_equal(bed.m.count, 0);
	end();
}

static void everything_is_closed_at_the_end(void **state)
{
	struct fake_sock *s = begin_open();

	(void)state;
	outlet_free(bed.o);
	bed.o = NULL;
	assert_false(s->is_open);
	assert_true(s->is_reset);
	assert_int_equal(say("x", 1), 1); /* nobody stands in any more */
	end();
}

static void a_kept_syn_is_freed_at_the_end(void **state)
{
	(void)state;
	begin(false);
	call(FAR);
	outlet_free(bed.o);
	bed.o = NULL;
	assert_int_equal(bed.m.open, 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_syn_is_answered_when_the_machine_is_connected),
		cmocka_unit_test(a_refusal_is_a_reset),
		cmocka_unit_test(the_filter_is_asked_before_the_machine),
		cmocka_unit_test(no_way_is_an_icmp_error),
		cmocka_unit_test(a_silent_far_end_stays_silent),
		cmocka_unit_test(no_descriptor_is_a_refusal_with_a_counter),
		cmocka_unit_test(octets_pass_both_ways_and_so_do_ends),
		cmocka_unit_test(a_full_machine_closes_the_window),
		cmocka_unit_test(a_reset_is_one_on_the_other_side),
		cmocka_unit_test(own_addresses_are_the_labs),
		cmocka_unit_test(
			own_addresses_are_the_machines_loopback_if_asked_for),
		cmocka_unit_test(who_listens_on_the_router_is_heard_first),
		cmocka_unit_test(nothing_else_leads_to_the_machine_itself),
		cmocka_unit_test(everything_is_closed_at_the_end),
		cmocka_unit_test(a_kept_syn_is_freed_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
