// SPDX-License-Identifier: MIT
/* nd_show_test.c - neighbour discovery as it is shown: words, labels, octets */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lan6.h"
#include "trace/dissect.h"
#include "trace/explain.h"
#include "trace/explain_text.h"
#include "trace/frame.h"
#include "trace/label.h"
#include "trace/log.h"

static struct lan6 l;
static struct mem log_mem;
static struct trace_log *tlog;

/* A host finds its router, pings it, and the router says goodbye. */
static int set_up(void **state)
{
	struct nd_ra_conf c = {.lifetime_s = 1800,
			       .max_interval_s = 600,
			       .mtu = 1400,
			       .prefix_count = 1,
			       .rdnss_count = 1,
			       .domain_count = 1,
			       .route_count = 1};
	struct host *a, *r;

	(void)state;
	lan6_init(&l, 41);
	mem_init_libc(&log_mem);
	tlog = trace_log_new(&log_mem, LOG_FRAMES);
	world_env(l.w)->probe = NULL; /* instead of counting */
	trace_log_attach(tlog, world_env(l.w));
	r = lan6_router(&l, "r");
	c.prefix[0] = (struct nd_prefix){.net = lan6_net("2001:db8:1::/64"),
					 .is_onlink = true,
					 .is_auto = true,
					 .valid_s = ND_FOREVER_S,
					 .preferred_s = 600};
	c.rdnss[0] = lan6_addr("2001:db8::53");
	memcpy(c.domain[0], "lab.test", sizeof("lab.test"));
	c.route[0] = (struct nd_route){.net = lan6_net("2001:db8:9::/48"),
				       .lifetime_s = 60};
	assert_int_equal(nd_router_conf(&r->stack, lan6_netif(r, 1), &c), 0);
	lan6_run(&l, 3000);
	a = lan6_host(&l, "a");
	lan6_run(&l, 8000);
	lan6_ping(&l, a, lan6_link_local(r), 1);
	lan6_ping(&l, a, lan6_addr("fe80::dead"), 5);
	nd_router_conf(&r->stack, lan6_netif(r, 1), NULL);
	lan6_run(&l, 1000);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	trace_log_free(tlog); /* it listens to the world */
	lan6_fini(&l);
	assert_int_equal(log_mem.in_use_count, 0);
	return 0;
}

/* The first event of a reason; fails the test if there is none. */
static const struct log_event *first(enum reason what)
{
	const struct log_event *ev;
	uint32_t n;

	for (n = 1; (ev = trace_log_get(tlog, n)); n++)
		if (ev->what == what)
			return ev;
	fail_msg("no event %s", reason_name(what));
	return NULL;
}

static const char *label(enum reason what)
{
	static char text[200];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	frame_label(tlog, first(what), &sb);
	return text;
}

static const char *say(enum reason what)
{
	static char text[300];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	explain_say(tlog, first(what), &sb);
	return text;
}

static void each_frame_has_its_words(void **state)
{
	(void)state;
	assert_non_null(strstr(label(R_ND_DAD_PROBE), " free?"));
	assert_string_equal(label(R_ND_RS), "is there a router?");
	assert_string_equal(label(R_ND_RA), "router, 2001:db8:1::/64");
	assert_string_equal(label(R_ND_RETRY), "who has fe80::dead?");
	assert_non_null(strstr(label(R_ND_ADVERT), " is me"));
}

static void each_frame_has_its_sentence(void **state)
{
	(void)state;
	assert_string_equal(say(R_ND_RETRY), "who has fe80::dead? (again)");
	assert_string_equal(say(R_ND_RA), "here is a router, for 1800 s, and "
					  "this is the link");
	assert_string_equal(say(R_ND_RA_FINAL),
			    "no router any more (to everyone)");
	assert_non_null(strstr(say(R_ND_AUTO), "from 2001:db8:1::/64"));
	assert_string_equal(say(R_ND_DNS), "2001:db8::53 is a DNS server");
}

/* No sentence of any event has a gap. */
static void nothing_is_left_open(void **state)
{
	const struct log_event *ev;
	uint32_t n;

	(void)state;
	for (n = 1; (ev = trace_log_get(tlog, n)); n++) {
		const char *template = words_of(ev->what)->say;
		char text[400];
		struct strbuf sb;

		if (ev->kind == EV_RX || ev->kind == EV_DROP ||
		    strncmp(reason_name(ev->what), "nd.", 3) != 0)
			continue;
		strbuf_init_fixed(&sb, text, sizeof(text));
		explain_say(tlog, ev, &sb);
		if (!strchr(template, '?') && strchr(text, '?'))
			fail_msg("%s: %s", reason_name(ev->what), text);
	}
}

static void assert_field(enum reason what, const char *name, const char *value)
{
	const struct log_event *ev = first(what);
	const struct dis_field *f;
	struct dissection d;
	struct mem mem;

	mem_init_libc(&mem);
	assert_int_equal(dissect(&d, &mem, ev->frame, ev->frame_len, true), 0);
	f = dis_find(&d, "ICMPv6", name);
	if (!f)
		fail_msg("no field %s", name);
	else
		assert_string_equal(dis_value(&d, f), value);
	dissect_fini(&d);
	assert_int_equal(mem.in_use_count, 0);
}

static void each_field_has_its_name(void **state)
{
	(void)state;
	assert_field(R_ND_RETRY, "Target Address", "fe80::dead");
	assert_field(R_ND_RA, "Router Lifetime", "1800");
	assert_field(R_ND_RA, "Prefix", "2001:db8:1::");
	assert_field(R_ND_RA, "Valid Lifetime", "for ever");
	assert_field(R_ND_RA, "MTU", "1400");
	assert_field(R_ND_RA, "Address", "2001:db8::53");
	assert_field(R_ND_RA, "Preference", "medium");
	assert_field(R_ND_ADVERT, "Flags", "router solicited override");
	assert_field(R_ND_RA_FINAL, "Router Lifetime", "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame_has_its_words),
		cmocka_unit_test(each_frame_has_its_sentence),
		cmocka_unit_test(nothing_is_left_open),
		cmocka_unit_test(each_field_has_its_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
