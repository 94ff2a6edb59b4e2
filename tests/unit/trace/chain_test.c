// SPDX-License-Identifier: MIT
/*
 * chain_test.c - why a frame exists, what each box changed, every octet of it
 *
 * A laptop pings a web server through a switch and a router.
 */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "homenet.h"
#include "trace/chain.h"

static struct mem mem;
static struct homenet net;
static struct strbuf out;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	assert_true(homenet_build(&net, &mem));
	homenet_act(&net, "laptop: ping web");
	assert_true(homenet_ping(&net, 32));
	strbuf_init(&out, &mem);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	strbuf_fini(&out);
	return homenet_free(&net) || mem.in_use_count ? -1 : 0;
}

static uint32_t find(const char *host, enum ev_kind kind, enum reason what)
{
	return log_find(net.log, 0, host, kind, what);
}

static void why_walks_from_the_answer_to_the_person(void **state)
{
	uint32_t n = find("laptop", EV_RX, R_ICMP_ECHO_REPLY);
	uint32_t end = chain_why(net.log, n, &out);

	(void)state;
	assert_int_equal(trace_log_get(net.log, end)->kind, EV_ACTION);
	assert_golden("why-echo-reply.txt", strbuf_text(&out));
}

static void every_frame_has_a_person_at_its_end(void **state)
{
	const struct log_event *ev;
	uint32_t n;

	(void)state;
	for (n = 1; (ev = trace_log_get(net.log, n)); n++) {
		if (!ev->frame)
			continue;
		assert_int_equal(
			trace_log_get(net.log, chain_why(net.log, n, &out))
				->kind,
			EV_ACTION);
		strbuf_clear(&out);
	}
}

static void why_is_an_array_for_programs(void **state)
{
	uint32_t n = find("web", EV_TX, R_ICMP_ECHO_REPLY);
	struct json j = json_begin(&out);
	json_t *chain, *last;

	(void)state;
	chain_why_json(net.log, n, &j);
	chain = json_loads(strbuf_text(&out), 0, NULL);
	assert_true(json_is_array(chain));
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(chain, 0), "n")),
			 n);
	last = json_array_get(chain, json_array_size(chain) - 1);
	assert_string_equal(json_string_value(json_object_get(last, "what")),
			    "lab.action");
	json_decref(chain);
}

static void hops_follow_a_frame_from_anywhere_on_its_way(void **state)
{
	uint32_t sent = find("laptop", EV_TX, R_ICMP_ECHO_REQUEST);
	uint32_t arrived = find("web", EV_RX, R_ICMP_ECHO_REQUEST);

	(void)state;
	assert_int_equal(chain_origin(net.log, arrived), sent);
	assert_int_equal(chain_hops(net.log, arrived, &out), 0);
	assert_golden("hops-echo-request.txt", strbuf_text(&out));
}

static void hops_of_a_flood_show_each_branch(void **state)
{
	(void)state;
	assert_int_equal(
		chain_hops(net.log, find("laptop", EV_TX, R_ARP_REQUEST), &out),
		0);
	assert_golden("hops-arp-request.txt", strbuf_text(&out));
}

static void hops_end_where_the_frame_is_lost(void **state)
{
	uint32_t n;

	(void)state;
	cable_set_up(net.cables[2], CABLE_BOTH, false);
	homenet_act(&net, "laptop: ping web");
	assert_false(homenet_ping(&net, 32));
	n = log_find(net.log,
		     log_find(net.log, 0, "lab", EV_ACTION, R_ACTION) + 1,
		     "router -- web", EV_DROP, R_ICMP_ECHO_REQUEST);
	assert_int_equal(chain_hops(net.log, n, &out), 0);
	assert_non_null(strstr(strbuf_text(&out), "the link was down"));
	assert_non_null(strstr(strbuf_text(&out), "  router -- web"));
}

static void an_event_without_a_frame_has_no_hops(void **state)
{
	(void)state;
	assert_int_equal(chain_hops(net.log, 1, &out), -EINVAL);
	assert_int_equal(chain_show(net.log, 1, false, &out), -EINVAL);
	assert_int_equal(out.len, 0);
}

static void show_names_every_octet(void **state)
{
	uint32_t n = find("laptop", EV_TX, R_ICMP_ECHO_REQUEST);

	(void)state;
	assert_int_equal(chain_show(net.log, n, true, &out), 0);
	assert_golden("show-echo-request.txt", strbuf_text(&out));
}

static void shown_fields_cover_the_frame(void **state)
{
	const struct log_event *ev;
	size_t at, i;
	uint32_t n;

	(void)state;
	for (n = 1; (ev = trace_log_get(net.log, n)); n++) {
		struct json j = json_begin(&out);
		json_t *shown, *fields;

		if (!ev->frame)
			continue;
		assert_int_equal(chain_show_json(net.log, n, &j), 0);
		shown = json_loads(strbuf_text(&out), 0, NULL);
		fields = json_object_get(shown, "fields");
		for (at = 0, i = 0; i < json_array_size(fields); i++) {
			json_t *f = json_array_get(fields, i);

			assert_int_equal(json_integer_value(
						 json_object_get(f, "offset")),
					 at);
			at += (size_t)json_integer_value(
				json_object_get(f, "len"));
		}
		assert_int_equal(at, ev->frame_len);
		json_decref(shown);
		strbuf_clear(&out);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(why_walks_from_the_answer_to_the_person),
		TEST(every_frame_has_a_person_at_its_end),
		TEST(why_is_an_array_for_programs),
		TEST(hops_follow_a_frame_from_anywhere_on_its_way),
		TEST(hops_of_a_flood_show_each_branch),
		TEST(hops_end_where_the_frame_is_lost),
		TEST(an_event_without_a_frame_has_no_hops),
		TEST(show_names_every_octet),
		TEST(shown_fields_cover_the_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
