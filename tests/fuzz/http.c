// SPDX-License-Identifier: MIT
/*
 * http.c - fuzz target: any octets as HTTP, whole and in pieces
 *
 * How octets are cut into pieces on their way must not change what they mean:
 * the same messages come out, or the same refusal, whether they are fed at
 * once or in pieces whose size the input chooses.
 */
#include "apps/http_parser.h"
#include "fuzz.h"

/* What a stream of octets came to. */
struct outcome {
	uint64_t heads;
	uint64_t body_octets;
	uint64_t messages;
	long error;
};

static int on_head(void *arg, const struct http_msg *msg)
{
	struct outcome *out = arg;

	(void)msg;
	out->heads++;
	return 0;
}

static int on_body(void *arg, const void *octets, size_t len)
{
	struct outcome *out = arg;

	(void)octets;
	out->body_octets += len;
	return 0;
}

static const struct http_parser_ops ops = {on_head, on_body};

static void feed(struct http_parser *p, struct outcome *out,
		 const uint8_t *data, size_t size, size_t piece)
{
	while (size > 0) {
		size_t n = size < piece ? size : piece;
		long rc = http_parser_feed(p, data, n);

		if (rc < 0) {
			out->error = rc;
			return;
		}
		check((size_t)rc <= n);
		check((size_t)rc == n || http_parser_is_done(p));
		data += rc;
		size -= (size_t)rc;
		if (http_parser_is_done(p)) {
			out->messages++;
			http_parser_reset(p);
		}
	}
}

static struct outcome read_all(struct mem *mem, enum http_parser_kind kind,
			       const uint8_t *data, size_t size, size_t piece)
{
	struct outcome out = {0};
	struct http_parser *p = http_parser_new(mem, kind, &ops, &out);

	if (!p)
		return out;
	feed(p, &out, data, size, piece);
	(void)http_parser_end(p);
	http_parser_free(p);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum http_parser_kind kind;
	struct outcome whole, cut;
	struct mem mem;
	size_t piece;

	if (size < 3)
		return 0;
	kind = data[1] & 1 ? HTTP_PARSE_RESPONSES : HTTP_PARSE_REQUESTS;
	piece = 1 + data[2] % 32;
	fuzz_mem_init(&mem, data[0]);
	whole = read_all(&mem, kind, data + 3, size - 3, size);
	mem.fail_at = 0;
	cut = read_all(&mem, kind, data + 3, size - 3, piece);
	if (mem.failures == 0) {
		check(whole.error == cut.error);
		check(whole.heads == cut.heads);
		check(whole.messages == cut.messages);
		check(whole.error || whole.body_octets == cut.body_octets);
	}
	fuzz_mem_fini(&mem);
	return 0;
}
