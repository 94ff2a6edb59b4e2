// SPDX-License-Identifier: MIT
/*
 * drill_memory_test.c - scripts are read and played though memory fails
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "drill/drill.h"
#include "drill/host.h"

static const char script_text[] =
	"// RFC 9293 3.5: a bit of all that a script may have\n"
	"--tolerance_usecs=4000\n"
	"`sysctl -q net.ipv4.tcp_sack=1`\n"
	"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
	"+0 bind(3, ..., ...) = 0\n"
	"+0 listen(3, 1) = 0\n"
	"+0 < S 0:0(0) win 65535 <mss 1000>\n"
	"+0 > S. 0:0(0) ack 1 <mss 1460>\n"
	"+.1 < . 1:1(0) ack 1 win 65535\n"
	"+0 accept(3, ..., ...) = 4\n"
	"+0 %{ assert tcpi_state == TCP_ESTABLISHED and tcpi_lost == 0 }%\n"
	"+0 writev(4, [{..., 100}, {..., 20}], 2) = 120\n"
	"+0 > P. 1:121(120) ack 1\n"
	"+0...0.1 read(4, ..., 100) = 10\n"
	"+.1 < P. 1:11(10) ack 121 win 65535\n";

static int load(struct drill_script **script, struct mem *mem)
{
	struct drill_error err;

	*script = NULL;
	return drill_load(script, mem, script_text, sizeof(script_text) - 1,
			  &err);
}

static void reading_survives_every_failed_allocation(void **state)
{
	struct drill_script *script;
	struct mem mem;
	uint64_t n;
	int err = -ENOMEM;

	(void)state;
	for (n = 1; err; n++) {
		mem_init_libc(&mem);
		mem.fail_at = n;
		mem.fail_ever = true;
		err = load(&script, &mem);
		assert_true(err == 0 || err == -ENOMEM);
		drill_free(script);
		assert_int_equal(mem.in_use_count, 0);
	}
	assert_true(n > 3);
}

static void playing_survives_every_failed_allocation(void **state)
{
	struct drill_script *script;
	struct drill_result res;
	struct drill_host *host;
	bool has_passed = false;
	struct mem mem;
	uint64_t n;

	(void)state;
	for (n = 1; !has_passed; n++) {
		mem_init_libc(&mem);
		assert_int_equal(load(&script, &mem), 0);
		host = drill_host_new(drill_config(script));
		assert_non_null(host);
		mem.fail_at = mem.calls + n;
		if (drill_play(script, &host->port, 0, &res) == 0)
			has_passed = res.has_passed;
		drill_host_free(host);
		drill_result_fini(&res);
		drill_free(script);
		assert_int_equal(mem.in_use_count, 0);
	}
	assert_true(n > 3);
}

static void a_script_can_be_played_again(void **state)
{
	struct drill_script *script;
	struct drill_result res;
	struct drill_host *host;
	struct mem mem;
	int i;

	(void)state;
	mem_init_libc(&mem);
	assert_int_equal(load(&script, &mem), 0);
	for (i = 0; i < 3; i++) {
		host = drill_host_new(drill_config(script));
		assert_int_equal(
			drill_play(script, &host->port, DRILL_STRICT, &res), 0);
		assert_false(res.has_passed); /* an ACK is not mentioned */
		assert_string_equal(strbuf_text(&res.what),
				    "a packet that the script does not "
				    "mention");
		drill_host_free(host);
		drill_result_fini(&res);
	}
	drill_free(script);
	assert_int_equal(mem.in_use_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_survives_every_failed_allocation),
		cmocka_unit_test(playing_survives_every_failed_allocation),
		cmocka_unit_test(a_script_can_be_played_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
