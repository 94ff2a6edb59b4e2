// SPDX-License-Identifier: MIT
/*
 * log.c - fuzz target: any text as a log, and what is accepted comes back
 *
 * A log file may have been cut short, edited or made by somebody else.  One
 * that is accepted is written line by line and read again; the second writing
 * equals the first, so nothing is lost on the way.  Every event can be asked
 * why it is there.
 */
#include "trace/log.h"

#include <string.h>

#include "fuzz.h"
#include "trace/chain.h"
#include "trace/log_load.h"

static void write_all(const struct trace_log *log, struct strbuf *out)
{
	for (uint32_t n = 1; n <= trace_log_count(log); n++)
		trace_log_line(log, trace_log_get(log, n), out);
}

static void read_again(struct mem *mem, const struct strbuf *text)
{
	struct trace_log *log;
	struct strbuf error, again;

	strbuf_init(&error, mem);
	strbuf_init(&again, mem);
	log = trace_log_load(mem, text->text, text->len, "again", &error);
	check(log || mem->failures > 0);
	if (log) {
		write_all(log, &again);
		check(again.error || mem->failures > 0 ||
		      (again.len == text->len &&
		       memcmp(again.text, text->text, text->len) == 0));
		trace_log_free(log);
	}
	strbuf_fini(&again);
	strbuf_fini(&error);
}

static void ask_why(struct mem *mem, const struct trace_log *log)
{
	struct strbuf out;

	strbuf_init(&out, mem);
	for (uint32_t n = 1; n <= trace_log_count(log); n++) {
		strbuf_clear(&out);
		(void)chain_why(log, n, &out);
	}
	strbuf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_log *log;
	struct strbuf error, text;
	struct mem mem;

	if (size < 1)
		return 0;
	fuzz_mem_init(&mem, data[0]);
	strbuf_init(&error, &mem);
	strbuf_init(&text, &mem);
	log = trace_log_load(&mem, (const char *)data + 1, size - 1, "fuzz",
			     &error);
	if (log) {
		write_all(log, &text);
		ask_why(&mem, log);
		if (!text.error && text.len > 0)
			read_again(&mem, &text);
		trace_log_free(log);
	}
	strbuf_fini(&text);
	strbuf_fini(&error);
	fuzz_mem_fini(&mem);
	return 0;
}
