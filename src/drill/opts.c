// SPDX-License-Identifier: MIT
/*
 * opts.c - TCP options one by one, in their order and with their padding
 */

#include "drill/opts.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

/* Content of an option, at most 38 octets; returns how many. */
static int emit_content(uint8_t *to, const struct drill_opt *o)
{
	int i;

	switch (o->kind) {
	case TCP_OPT_MSS:
	case TCP_OPT_UTO:
		put16(to, (uint16_t)o->num[0]);
		return 2;
	case TCP_OPT_WSCALE:
		to[0] = (uint8_t)o->num[0];
		return 1;
	case TCP_OPT_TIMESTAMP:
		put32(to, o->num[0]);
		put32(to + 4, o->num[1]);
		return 8;
	case TCP_OPT_SACK:
		for (i = 0; i < o->count; i++)
			put32(to + 4 * i, o->blocks[i]);
		return 4 * o->count;
	case DRILL_OPT_ACCECN0:
	case DRILL_OPT_ACCECN1:
		for (i = 0; i < o->count; i++) {
			to[3 * i] = (uint8_t)(o->blocks[i] >> 16);
			put16(to + 3 * i + 1, (uint16_t)o->blocks[i]);
		}
		return 3 * o->count;
	case DRILL_OPT_EXPERIMENT:
		put16(to, DRILL_FOEXP_MAGIC);
		memcpy(to + 2, o->octets, o->len < 36 ? o->len : 36);
		return 2 + o->len;
	default:
		memcpy(to, o->octets, o->len);
		return o->len;
	}
}

int drill_opts_emit(uint8_t *to, const struct drill_opt *opts, size_t count)
{
	uint8_t one[48];
	int n = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		bool is_single = opts[i].kind == TCP_OPT_NOP ||
				 opts[i].kind == TCP_OPT_EOL;
		int len = is_single ? 0 : 2 + emit_content(one, &opts[i]);

		if (n + (is_single ? 1 : len) > TCP_OPTS_MAX)
			return -EMSGSIZE;
		to[n++] = opts[i].kind;
		if (is_single)
			continue;
		to[n++] = (uint8_t)len;
		memcpy(to + n, one, (size_t)(len - 2));
		n += len - 2;
	}
	while (n % 4)
		to[n++] = TCP_OPT_EOL;
	return n;
}

static void keep_octets(struct drill_opt *o, const uint8_t *from, size_t len)
{
	o->len = (uint8_t)min_size(len, sizeof(o->octets));
	memcpy(o->octets, from, o->len);
}

static void parse_blocks(struct drill_opt *o, const uint8_t *from, size_t len,
			 size_t size)
{
	for (; len >= size && o->count < 8; len -= size, from += size)
		o->blocks[o->count++] =
			size == 4 ? get32(from)
				  : (uint32_t)from[0] << 16 | get16(from + 1);
}

/* What does not have the length that its kind has stays octets. */
static void parse_content(struct drill_opt *o, const uint8_t *from, size_t len)
{
	if ((o->kind == TCP_OPT_MSS || o->kind == TCP_OPT_UTO) && len == 2) {
		o->num[0] = get16(from);
	} else if (o->kind == TCP_OPT_WSCALE && len == 1) {
		o->num[0] = from[0];
	} else if (o->kind == TCP_OPT_TIMESTAMP && len == 8) {
		o->num[0] = get32(from);
		o->num[1] = get32(from + 4);
	} else if (o->kind == TCP_OPT_SACK && len % 8 == 0) {
		parse_blocks(o, from, len, 4);
	} else if ((o->kind == DRILL_OPT_ACCECN0 ||
		    o->kind == DRILL_OPT_ACCECN1) &&
		   len % 3 == 0) {
		parse_blocks(o, from, len, 3);
	} else if (o->kind == DRILL_OPT_EXPERIMENT && len >= 2 &&
		   get16(from) == DRILL_FOEXP_MAGIC) {
		keep_octets(o, from + 2, len - 2);
	} else {
		keep_octets(o, from, len);
	}
}

size_t drill_opts_parse(struct drill_opt *opts, const uint8_t *from, size_t len)
{
	size_t at = 0, count = 0;

	while (at < len && count < DRILL_OPTS_MAX) {
		struct drill_opt *o = &opts[count++];
		size_t size;

		memset(o, 0, sizeof(*o));
		o->kind = from[at++];
		if (o->kind == TCP_OPT_NOP || o->kind == TCP_OPT_EOL)
			continue;
		size = at < len ? from[at++] : 2;
		if (size < 2 || size - 2 > len - at)
			break;
		parse_content(o, from + at, size - 2);
		at += size - 2;
	}
	return count;
}

static void print_cookie(struct strbuf *sb, const char *name,
			 const struct drill_opt *o)
{
	strbuf_puts(sb, name);
	if (o->len)
		strbuf_putc(sb, ' ');
	strbuf_hex(sb, o->octets, o->len);
}

static void print_accecn(struct strbuf *sb, const struct drill_opt *o)
{
	static const char *const names[] = {"e0b", "ceb", "e1b"};
	int i;

	strbuf_puts(sb, "ECN");
	for (i = 0; i < o->count && i < 3; i++)
		strbuf_printf(sb, " %s %u",
			      names[o->kind == DRILL_OPT_ACCECN0 ? i : 2 - i],
			      o->blocks[i]);
}

static void print_one(struct strbuf *sb, const struct drill_opt *o)
{
	int i;

	switch (o->kind) {
	case TCP_OPT_EOL:
		strbuf_puts(sb, "eol");
		break;
	case TCP_OPT_NOP:
		strbuf_puts(sb, "nop");
		break;
	case TCP_OPT_MSS:
		strbuf_printf(sb, "mss %u", o->num[0]);
		break;
	case TCP_OPT_WSCALE:
		strbuf_printf(sb, "wscale %u", o->num[0]);
		break;
	case TCP_OPT_SACK_OK:
		strbuf_puts(sb, "sackOK");
		break;
	case TCP_OPT_TIMESTAMP:
		strbuf_printf(sb, "TS val %u ecr %u", o->num[0], o->num[1]);
		break;
	case TCP_OPT_SACK:
		strbuf_puts(sb, "sack");
		for (i = 0; i + 1 < o->count; i += 2)
			strbuf_printf(sb, " %u:%u", o->blocks[i],
				      o->blocks[i + 1]);
		break;
	case TCP_OPT_UTO:
		strbuf_printf(sb, "uto %u%s", o->num[0] & 0x7fff,
			      o->num[0] & 0x8000 ? " min" : "");
		break;
	case TCP_OPT_FASTOPEN:
		print_cookie(sb, "FO", o);
		break;
	case DRILL_OPT_EXPERIMENT:
		print_cookie(sb, "FOEXP", o);
		break;
	case DRILL_OPT_ACCECN0:
	case DRILL_OPT_ACCECN1:
		print_accecn(sb, o);
		break;
	default:
		strbuf_printf(sb, "opt %u ", o->kind);
		strbuf_hex(sb, o->octets, o->len);
	}
}

void drill_opts_print(struct strbuf *sb, const struct drill_opt *opts,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i)
			strbuf_putc(sb, ',');
		print_one(sb, &opts[i]);
	}
}

bool drill_opt_eq(const struct drill_opt *want, const struct drill_opt *have)
{
	if (want->kind != have->kind)
		return false;
	if (want->has_any)
		return true;
	return want->num[0] == have->num[0] && want->num[1] == have->num[1] &&
	       want->count == have->count && want->len == have->len &&
	       !memcmp(want->blocks, have->blocks,
		       want->count * sizeof(want->blocks[0])) &&
	       !memcmp(want->octets, have->octets, want->len);
}
