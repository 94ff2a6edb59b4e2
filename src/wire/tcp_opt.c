// SPDX-License-Identifier: MIT
/*
 * tcp_opt.c - reading and writing TCP options
 *
 * Theory of operation
 * ===================
 *
 * An option is one octet (end of list, no operation) or a kind, a length that
 * counts both these octets, and data.  The walk is bounded by the cursor: each
 * step takes at least one octet.
 *
 * Each kind has a reader that is given a cursor over exactly its data.  A
 * reader that is not satisfied leaves the options as they were.
 *
 * Options are written in whole words.  Timestamps are ten octets and SACK
 * permitted is two, so the two fill three words together; apart, each is
 * padded with two no-operations in front.
 */

#include "wire/tcp_opt.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/cursor.h"

enum {
	LEN_MSS = 4,
	LEN_WSCALE = 3,
	LEN_SACK_OK = 2,
	LEN_TIMESTAMP = 10,
	LEN_SACK_BLOCK = 8,
};

/* The two octets of a user timeout. */
enum { UTO_MINUTES = 0x8000, UTO_VALUE = 0x7fff };

/* Two octets of a word. */
enum {
	W_NOPS = TCP_OPT_NOP << 8 | TCP_OPT_NOP,
	W_MSS = TCP_OPT_MSS << 8 | LEN_MSS,
	W_SACK_OK = TCP_OPT_SACK_OK << 8 | LEN_SACK_OK,
	W_TIMESTAMP = TCP_OPT_TIMESTAMP << 8 | LEN_TIMESTAMP,
	W_WSCALE = TCP_OPT_NOP << 8 | TCP_OPT_WSCALE,
};

/* Before a timestamp that stands alone. */
static const uint8_t usual[4] = {TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_TIMESTAMP,
				 LEN_TIMESTAMP};

static bool opt_mss(struct tcp_opts *o, struct cursor *c)
{
	if (cur_left(c) != LEN_MSS - 2)
		return false;
	o->mss = cur_u16(c);
	o->has |= TCP_HAS_MSS;
	return true;
}

/* RFC 7323, 2.3: a shift above 14 is taken as 14. */
static bool opt_wscale(struct tcp_opts *o, struct cursor *c)
{
	if (cur_left(c) != LEN_WSCALE - 2)
		return false;
	o->wscale = (uint8_t)min_u32(cur_u8(c), TCP_WSCALE_MAX);
	o->has |= TCP_HAS_WSCALE;
	return true;
}

static bool opt_sack_ok(struct tcp_opts *o, struct cursor *c)
{
	if (cur_left(c) != 0)
		return false;
	o->has |= TCP_HAS_SACK_OK;
	return true;
}

static bool opt_timestamp(struct tcp_opts *o, struct cursor *c)
{
	if (cur_left(c) != LEN_TIMESTAMP - 2)
		return false;
	o->ts_val = cur_u32(c);
	o->ts_ecr = cur_u32(c);
	o->has |= TCP_HAS_TIMESTAMP;
	return true;
}

static bool opt_sack(struct tcp_opts *o, struct cursor *c)
{
	size_t n = cur_left(c) / LEN_SACK_BLOCK;

	if (n == 0 || n > TCP_SACK_MAX || cur_left(c) % LEN_SACK_BLOCK)
		return false;
	for (o->sack_count = 0; o->sack_count < n; o->sack_count++) {
		o->sack[o->sack_count].start.v = cur_u32(c);
		o->sack[o->sack_count].end.v = cur_u32(c);
	}
	o->has |= TCP_HAS_SACK;
	return true;
}

/* RFC 7413, 4.1.1: none, or an even number of octets from 4 to 16. */
static bool opt_fastopen(struct tcp_opts *o, struct cursor *c)
{
	size_t n = cur_left(c);

	if (n && (n < 4 || n > TCP_FASTOPEN_MAX || n % 2))
		return false;
	o->fastopen_len = (uint8_t)n;
	cur_copy(c, o->fastopen, n);
	o->has |= TCP_HAS_FASTOPEN;
	return true;
}

/* RFC 9768, 3.2.3: up to three fields of three octets. */
static bool opt_accecn(struct tcp_opts *o, struct cursor *c, bool is_e1_first)
{
	struct tcp_accecn_opt *x = &o->accecn;
	size_t n = cur_left(c) / 3;

	if (n > 3 || cur_left(c) % 3)
		return false;
	x->count = (uint8_t)n;
	x->is_e1_first = is_e1_first;
	if (n > 0)
		*(is_e1_first ? &x->e1 : &x->e0) = cur_u24(c);
	if (n > 1)
		x->ce = cur_u24(c);
	if (n > 2)
		*(is_e1_first ? &x->e0 : &x->e1) = cur_u24(c);
	o->has |= TCP_HAS_ACCECN;
	return true;
}

/* RFC 5482, 2: fifteen bits of seconds, or of minutes.  Zero says nothing, and
 * is ignored. */
static bool opt_uto(struct tcp_opts *o, struct cursor *c)
{
	uint16_t v;

	if (cur_left(c) != TCP_UTO_LEN - 2)
		return false;
	v = cur_u16(c);
	o->uto_s = (v & UTO_VALUE) * (v & UTO_MINUTES ? 60U : 1U);
	if (o->uto_s)
		o->has |= TCP_HAS_UTO;
	return true;
}

/* Returns whether the option is sound; unknown ones are. */
static bool opt_read(struct tcp_opts *o, uint8_t kind, struct cursor *c)
{
	switch (kind) {
	case TCP_OPT_MSS:
		return opt_mss(o, c);
	case TCP_OPT_WSCALE:
		return opt_wscale(o, c);
	case TCP_OPT_SACK_OK:
		return opt_sack_ok(o, c);
	case TCP_OPT_SACK:
		return opt_sack(o, c);
	case TCP_OPT_TIMESTAMP:
		return opt_timestamp(o, c);
	case TCP_OPT_FASTOPEN:
		return opt_fastopen(o, c);
	case TCP_OPT_ACCECN0:
	case TCP_OPT_ACCECN1:
		return opt_accecn(o, c, kind == TCP_OPT_ACCECN1);
	case TCP_OPT_UTO:
		return opt_uto(o, c);
	default:
		o->unknown++;
		return true;
	}
}

/*
 * Most segments carry a timestamp and nothing else, in the form that RFC 7323,
 * appendix A, recommends: it is known by its first four octets, and needs no
 * walk.
 */
static bool is_usual(const uint8_t *buf, size_t len)
{
	return len == sizeof(usual) + 8 && get32(buf) == get32(usual);
}

static void parse_usual(struct tcp_opts *o, const uint8_t *buf)
{
	o->has = TCP_HAS_TIMESTAMP;
	o->ts_val = get32(buf + sizeof(usual));
	o->ts_ecr = get32(buf + sizeof(usual) + 4);
}

/* Options that are as long as they are. */
#define FIXED \
	(TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_OK | TCP_HAS_TIMESTAMP)

/*
 * Most SYNs carry the same four options in the same order, that of Linux, which
 * is ours as well (emit_fixed()): the MSS, SACK permitted, a timestamp, and a
 * window scale.  (130 instructions instead of 260.)
 */
static bool is_usual_syn(const uint8_t *buf, size_t len)
{
	return len == 20 && get16(buf) == W_MSS &&
	       get32(buf + 4) == ((uint32_t)W_SACK_OK << 16 | W_TIMESTAMP) &&
	       get16(buf + 16) == W_WSCALE && buf[18] == LEN_WSCALE;
}

static void parse_usual_syn(struct tcp_opts *o, const uint8_t *buf)
{
	o->has = FIXED;
	o->mss = get16(buf + 2);
	o->ts_val = get32(buf + 8);
	o->ts_ecr = get32(buf + 12);
	o->wscale = (uint8_t)min_u32(buf[19], TCP_WSCALE_MAX);
}

int tcp_opts_parse(struct tcp_opts *opts, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len), data;
	uint8_t kind, olen;

	memset(opts, 0, sizeof(*opts));
	if (is_usual(buf, len)) {
		parse_usual(opts, buf);
		return 0;
	}
	if (is_usual_syn(buf, len)) {
		parse_usual_syn(opts, buf);
		return 0;
	}
	while (cur_left(&c)) {
		kind = cur_u8(&c);
		if (kind == TCP_OPT_EOL)
			break;
		if (kind == TCP_OPT_NOP)
			continue;
		olen = cur_u8(&c);
		data = cur_sub(&c, olen < 2 ? SIZE_MAX : olen - 2U);
		if (cur_ok(&c) && opt_read(opts, kind, &data))
			continue;
		if (!opts->malformed)
			opts->malformed = kind;
	}
	return opts->malformed ? -EBADMSG : 0;
}

/* Octets of MSS, SACK permitted, timestamps, and window scale, padded. */
static size_t opts_fixed_len(const struct tcp_opts *o)
{
	size_t len = 0;

	if (o->has & TCP_HAS_MSS)
		len += LEN_MSS;
	if (o->has & TCP_HAS_TIMESTAMP)
		len += LEN_TIMESTAMP + 2;
	else if (o->has & TCP_HAS_SACK_OK)
		len += LEN_SACK_OK + 2;
	if (o->has & TCP_HAS_WSCALE)
		len += LEN_WSCALE + 1;
	return len;
}

unsigned tcp_sack_room(const struct tcp_opts *opts)
{
	size_t used = opts_fixed_len(opts) + 4; /* at most 24 */

	return (unsigned)min_size((TCP_OPTS_MAX - used) / LEN_SACK_BLOCK,
				  TCP_SACK_MAX);
}

static size_t opts_sack_len(const struct tcp_opts *o)
{
	unsigned n = min_u32(o->sack_count, tcp_sack_room(o));

	return o->has & TCP_HAS_SACK && n ? 4 + n * LEN_SACK_BLOCK : 0;
}

static size_t opts_fastopen_len(const struct tcp_opts *o)
{
	size_t used = opts_fixed_len(o) + opts_sack_len(o);
	size_t len = (2U + o->fastopen_len + 3U) & ~3U;

	if (!(o->has & TCP_HAS_FASTOPEN) || used + len > TCP_OPTS_MAX)
		return 0;
	return len;
}

static size_t opts_accecn_len(const struct tcp_opts *o)
{
	size_t used;

	if (!(o->has & TCP_HAS_ACCECN))
		return 0;
	used = opts_fixed_len(o) + opts_sack_len(o) + opts_fastopen_len(o);
	if (used + TCP_ACCECN_LEN > TCP_OPTS_MAX)
		return 0;
	return TCP_ACCECN_LEN;
}

static size_t opts_uto_len(const struct tcp_opts *o)
{
	size_t used;

	if (!(o->has & TCP_HAS_UTO))
		return 0;
	used = opts_fixed_len(o) + opts_sack_len(o) + opts_fastopen_len(o) +
	       opts_accecn_len(o);
	return used + TCP_UTO_LEN > TCP_OPTS_MAX ? 0 : TCP_UTO_LEN;
}

size_t tcp_opts_len(const struct tcp_opts *opts)
{
	if (opts->has == TCP_HAS_TIMESTAMP)
		return LEN_TIMESTAMP + 2; /* most segments */
	if (!(opts->has & ~FIXED))	  /* most SYNs */
		return opts_fixed_len(opts);
	return opts_fixed_len(opts) + opts_sack_len(opts) +
	       opts_fastopen_len(opts) + opts_accecn_len(opts) +
	       opts_uto_len(opts);
}

static void emit_kind(struct wcursor *w, unsigned nops, uint8_t kind,
		      size_t len)
{
	wcur_fill(w, TCP_OPT_NOP, nops);
	wcur_u8(w, kind);
	wcur_u8(w, (uint8_t)len);
}

/* A word of options: kind and length stand where the padding leaves them. */
static uint8_t *emit_word(uint8_t *p, uint32_t hi, uint32_t lo)
{
	put32(p, hi << 16 | lo);
	return p + 4;
}

/* Returns the octets written: opts_fixed_len(). */
static size_t emit_fixed(uint8_t *to, const struct tcp_opts *o)
{
	const bool has_sack_ok = o->has & TCP_HAS_SACK_OK;
	uint8_t *p = to;

	if (o->has & TCP_HAS_MSS)
		p = emit_word(p, W_MSS, o->mss);
	if (o->has & TCP_HAS_TIMESTAMP) {
		p = emit_word(p, has_sack_ok ? W_SACK_OK : W_NOPS, W_TIMESTAMP);
		p = emit_word(p, o->ts_val >> 16, o->ts_val & 0xffff);
		p = emit_word(p, o->ts_ecr >> 16, o->ts_ecr & 0xffff);
	} else if (has_sack_ok) {
		p = emit_word(p, W_NOPS, W_SACK_OK);
	}
	if (o->has & TCP_HAS_WSCALE)
		p = emit_word(p, W_WSCALE,
			      LEN_WSCALE << 8 | (uint32_t)o->wscale);
	return (size_t)(p - to);
}

/* All three fields, in either order. */
static void emit_accecn(struct wcursor *w, const struct tcp_accecn_opt *x)
{
	emit_kind(w, 1, x->is_e1_first ? TCP_OPT_ACCECN1 : TCP_OPT_ACCECN0,
		  TCP_ACCECN_LEN - 1);
	wcur_u24(w, x->is_e1_first ? x->e1 : x->e0);
	wcur_u24(w, x->ce);
	wcur_u24(w, x->is_e1_first ? x->e0 : x->e1);
}

static void emit_uto(struct wcursor *w, uint32_t s)
{
	uint32_t v = s;

	if (s > UTO_VALUE)
		v = UTO_MINUTES | min_u32((s + 59) / 60, UTO_VALUE);
	emit_kind(w, 0, TCP_OPT_UTO, TCP_UTO_LEN);
	wcur_u16(w, (uint16_t)v);
}

size_t tcp_opts_emit(uint8_t *buf, const struct tcp_opts *opts)
{
	const uint8_t more =
		TCP_HAS_SACK | TCP_HAS_FASTOPEN | TCP_HAS_ACCECN | TCP_HAS_UTO;
	size_t i, n, sack, fixed = emit_fixed(buf, opts);
	struct wcursor w;

	if (!(opts->has & more))
		return fixed;
	w = wcur_init(buf + fixed, tcp_opts_len(opts) - fixed);
	sack = opts_sack_len(opts);
	n = sack / LEN_SACK_BLOCK;
	if (sack)
		emit_kind(&w, 2, TCP_OPT_SACK, sack - 2);
	for (i = 0; i < n; i++) {
		wcur_u32(&w, opts->sack[i].start.v);
		wcur_u32(&w, opts->sack[i].end.v);
	}
	if (opts_fastopen_len(opts)) {
		emit_kind(&w, 0, TCP_OPT_FASTOPEN, 2U + opts->fastopen_len);
		wcur_bytes(&w, opts->fastopen, opts->fastopen_len);
		wcur_pad(&w, TCP_OPT_NOP, 4);
	}
	if (opts_accecn_len(opts))
		emit_accecn(&w, &opts->accecn);
	if (opts_uto_len(opts))
		emit_uto(&w, opts->uto_s);
	check(wcur_ok(&w));
	return fixed + wcur_len(&w);
}

void tcp_opts_print(struct strbuf *sb, const struct tcp_opts *opts, seq32 base)
{
	unsigned i;

	if (opts->has & TCP_HAS_MSS)
		strbuf_printf(sb, " mss=%u", opts->mss);
	if (opts->has & TCP_HAS_SACK_OK)
		strbuf_puts(sb, " sackOK");
	if (opts->has & TCP_HAS_TIMESTAMP)
		strbuf_printf(sb, " ts=%u,%u", opts->ts_val, opts->ts_ecr);
	if (opts->has & TCP_HAS_WSCALE)
		strbuf_printf(sb, " wscale=%u", opts->wscale);
	for (i = 0; opts->has & TCP_HAS_SACK && i < opts->sack_count; i++)
		strbuf_printf(sb, "%s%u-%u", i ? "," : " sack=",
			      seq_dist(base, opts->sack[i].start),
			      seq_dist(base, opts->sack[i].end));
	if (opts->has & TCP_HAS_FASTOPEN) {
		strbuf_puts(sb, " fastopen=");
		strbuf_hex(sb, opts->fastopen, opts->fastopen_len);
	}
	if (opts->has & TCP_HAS_ACCECN)
		strbuf_printf(sb, " accecn=%u,%u,%u", opts->accecn.e0,
			      opts->accecn.ce, opts->accecn.e1);
	if (opts->has & TCP_HAS_UTO)
		strbuf_printf(sb, " uto=%us", opts->uto_s);
	if (opts->malformed)
		strbuf_printf(sb, " malformed=%u", opts->malformed);
}
