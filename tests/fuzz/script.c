// SPDX-License-Identifier: MIT
/*
 * script.c - fuzz target: any octets as a conversation script
 *
 * Whatever the text is, there is a script or an error that points into it;
 * and a script that can be read can be played, however it ends.
 */
#include <errno.h>
#include <string.h>

#include "drill/drill.h"
#include "drill/host.h"
#include "fuzz.h"

/* Scripts that take longer are not worth the time. */
enum { EVENTS_MAX = 200 };

static void play(struct drill_script *script)
{
	struct drill_host *host = drill_host_new(drill_config(script));
	struct drill_result res;

	if (!host)
		return;
	if (drill_play(script, &host->port, DRILL_STRICT, &res) == 0)
		check(res.has_passed == !res.what.len);
	drill_host_free(host);
	drill_result_fini(&res);
}

/* An error stands in the text, or right behind it. */
static void check_error(const struct drill_error *err, const char *text,
			size_t len)
{
	uint32_t lines = 1;
	size_t i;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	check(err->pos.line >= 1 && err->pos.line <= lines);
	check(err->pos.column >= 1 && err->pos.column <= len + 1);
	check(err->text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drill_script *script = NULL;
	const char *text = (const char *)data + 1;
	struct drill_error wrong;
	struct mem mem;
	int err;

	if (size < 1)
		return 0;
	fuzz_mem_init(&mem, data[0] == '/' ? 0 : data[0]);
	err = drill_load(&script, &mem, text, size - 1, &wrong);
	check(err == 0 || err == -EINVAL || err == -ENOMEM);
	mem.fail_at = 0;
	if (err == -EINVAL)
		check_error(&wrong, text, size - 1);
	if (err == 0 && drill_event_count(script) <= EVENTS_MAX)
		play(script);
	drill_free(script);
	fuzz_mem_fini(&mem);
	return 0;
}
