// SPDX-License-Identifier: MIT
/* tcp_knobs_test.c - the settings of one stack, by name */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"

#include "tcp/tcp_knobs.h"
#include "tcppeer.h"

static int64_t value(const struct peer *p, const char *name)
{
	int64_t v = -1;

	assert_int_equal(tcp_knob_get(p->stack, name, &v), 0);
	return v;
}

static void each_default_is_in_its_range(void **state)
{
	struct peer *p = *state;
	const struct tcp_knob_info *info;
	struct tcp_knobs fresh;
	uint32_t v;
	size_t i;

	tcp_knobs_init(&fresh);
	for (i = 0; (info = tcp_knob_at(i)); i++) {
		assert_true(info->min <= info->def && info->def <= info->max);
		memcpy(&v, (const char *)&fresh + info->off, sizeof(v));
		assert_int_equal(v, info->def);
		assert_int_equal(tcp_knob_set(p->stack, info->name,
					      (int64_t)info->max + 1),
				 -ERANGE);
		assert_int_equal(tcp_knob_set(p->stack, info->name, info->min),
				 0);
		assert_int_equal(value(p, info->name), info->min);
	}
	assert_true(i > 50);
}

static void a_knob_answers_to_its_name_on_linux(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set(p->stack, "net.ipv4.tcp_sack", 0), 0);
	assert_int_equal(tcp_knobs(p->stack)->sack, 0);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_sack", 1), 0);
	assert_int_equal(tcp_knobs(p->stack)->sack, 1);
	assert_int_equal(
		tcp_knob_set(p->stack, "/proc/sys/net/ipv4/tcp_retries2", 5),
		0);
	assert_int_equal(tcp_knobs(p->stack)->retries2, 5);
	assert_int_equal(tcp_knob_set(p->stack, "tcp_nothing", 1), -ENOENT);
}

static void three_numbers_are_taken_together_or_not_at_all(void **state)
{
	struct peer *p = *state;
	const struct tcp_knobs *k = tcp_knobs(p->stack);
	uint32_t before = k->rmem;
	char room[64];
	struct strbuf sb;

	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2"),
			 -EINVAL);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2 0"),
			 -ERANGE);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem", "1 2 3 4"),
			 -EINVAL);
	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_rmem",
					   "1 99999999999999999999999 3"),
			 -ERANGE);
	assert_int_equal(k->rmem, before);
	assert_int_equal(
		tcp_knob_set_text(p->stack, "tcp_rmem", "4096\t8192 65536\n"),
		0);
	strbuf_init_fixed(&sb, room, sizeof(room));
	assert_int_equal(tcp_knob_print(p->stack, "net.ipv4.tcp_rmem", &sb), 0);
	assert_string_equal(strbuf_text(&sb), "4096 8192 65536");
}

static void congestion_control_must_exist(void **state)
{
	struct peer *p = *state;

	assert_int_equal(tcp_knob_set_text(p->stack, "tcp_congestion_control",
					   "none-such"),
			 -ENOENT);
	assert_int_equal(
		tcp_knob_set_text(p->stack, "congestion_control", "reno"), 0);
	assert_string_equal(tcp_knobs(p->stack)->congestion_control, "reno");
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_default_is_in_its_range),
		T(a_knob_answers_to_its_name_on_linux),
		T(three_numbers_are_taken_together_or_not_at_all),
		T(congestion_control_must_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
