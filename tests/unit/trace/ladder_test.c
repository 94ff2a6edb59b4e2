// SPDX-License-Identifier: MIT
/* ladder_test.c - ladders, as a person sees them */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/ladder.h"

static char text[4096];

static struct ladder begin(struct strbuf *sb, int columns, bool is_ascii)
{
	struct ladder l;

	strbuf_init_fixed(sb, text, sizeof(text));
	ladder_init(&l, sb, columns, is_ascii);
	return l;
}

static void a_handshake_looks_like_one(void **state)
{
	const char *names[] = {"laptop", "web"};
	const char *states[] = {"SYN-SENT", "SYN-RECEIVED"};
	struct strbuf sb;
	struct ladder l = begin(&sb, 2, false);

	(void)state;
	ladder_head(&l, names);
	ladder_arrow(&l, 192800000, 0, 1, "SYN seq=0", "#30");
	ladder_texts(&l, states, false);
	ladder_arrow(&l, 249600000, 1, 0, "SYN,ACK", "#38");
	ladder_lost(&l, 249600000, 0, 1, "ACK", "#39 dropped");
	assert_string_equal(
		text,
		"    ms    laptop                                   web\n"
		"  192.8   ├─ SYN seq=0 ───────────────────────────▶│         "
		"#30\n"
		"          SYN-SENT                                 "
		"SYN-RECEIVED\n"
		"  249.6   │◀─ SYN,ACK ─────────────────────────────┤         "
		"#38\n"
		"          ├─ ACK ────────────────────────╳         │         "
		"#39 dropped\n");
}

static void ascii_has_the_same_shape(void **state)
{
	struct strbuf sb;
	struct ladder l = begin(&sb, 3, true);
	const char *p;

	(void)state;
	ladder_arrow(&l, 0, 0, 2, "over", NULL);
	ladder_mark(&l, 100000, 1, "learns", NULL);
	ladder_pause(&l, 200000, "timer", false);
	ladder_pause(&l, LADDER_NO_TIME, "fault", true);
	for (p = text; *p; p++)
		assert_true((unsigned char)*p < 0x80);
	assert_non_null(strstr(text, "|- over -"));
	assert_non_null(strstr(text, "* learns"));
}

static void a_label_that_is_too_long_is_cut(void **state)
{
	struct strbuf sb;
	struct ladder l = begin(&sb, 5, false);
	char label[300];

	(void)state;
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	ladder_arrow(&l, 0, 0, 1, label, NULL);
	ladder_arrow(&l, 0, 4, 0, label, NULL);
	ladder_mark(&l, 0, 4, label, label);
	assert_non_null(strstr(text, "…"));
	assert_int_equal(sb.error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_looks_like_one),
		cmocka_unit_test(ascii_has_the_same_shape),
		cmocka_unit_test(a_label_that_is_too_long_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
