// SPDX-License-Identifier: MIT
/*
 * signal.c - a frame as it looks on the wire, drawn
 *
 * Theory of operation
 * ===================
 * Before a frame come seven octets of 0x55, which are nothing but changes, so
 * that the receiver finds the clock, and 0xd5, whose last two bits are the
 * same: here it begins.  After it, nothing for the time of twelve octets.  All
 * of it is drawn, an octet on each line, time running to the right:
 *
 *	    us  octet                          bits      signal
 *	  0.00  55  Preamble                   10101010  _~~__~~__~~__~~_
 *
 * 100BASE-TX has no silence: idle is a signal of its own.  The first octet of
 * the preamble is replaced by the pair J K, and T R follow the frame.
 */

#include "trace/signal.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/ether.h"
#include "wire/linecode.h"

#include "core/pkt.h"

#include "trace/chain.h"
#include "trace/dissect.h"
#include "trace/explain.h"

#define NAME_WIDTH  32
#define FIRST_DRAWN 64 /* octets of the frame */
#define PREAMBLE    0x55
#define DELIMITER   0xd5

static const struct {
	const char *name, *title;
	unsigned int ns_octet; /* time of an octet */
} codes[SIGNAL_CODES] = {
	{"manchester",
	 "Manchester, 10 Mbit/s: every bit has an edge in its middle, up is 1, "
	 "down is 0",
	 800},
	{"mlt-3",
	 "4B/5B, scrambled, MLT-3, 100 Mbit/s: a 1 goes on through 0 + 0 -, a "
	 "0 "
	 "stays",
	 80},
};

struct drawing {
	struct strbuf *out;
	enum signal_code code;
	bool is_ascii;
	uint64_t octets; /* drawn or left out so far: the time */
	struct mlt3 mlt3;
};

enum signal_code signal_by_name(const char *name)
{
	int i;

	for (i = 0; i < SIGNAL_CODES; i++)
		if (!strcmp(codes[i].name, name))
			break;
	return (enum signal_code)i;
}

static void put_levels(struct drawing *d, const line_level *level, int count)
{
	static const char *const wave[] = {"▁", "─", "▔"};
	static const char *const ascii[] = {"_", "-", "~"};
	int i;

	for (i = 0; i < count; i++)
		strbuf_puts(d->out, (d->is_ascii ? ascii : wave)[level[i] + 1]);
}

static void put_start(struct drawing *d, const char *octet, const char *name)
{
	uint64_t ns = d->octets * codes[d->code].ns_octet;

	strbuf_printf(d->out, "%6llu.%02llu  %-3s %-*.*s ",
		      (unsigned long long)(ns / 1000),
		      (unsigned long long)(ns % 1000 / 10), octet, NAME_WIDTH,
		      NAME_WIDTH, name);
}

static void manchester(struct drawing *d, uint8_t octet)
{
	line_level level[MANCHESTER_LEVELS];
	int i;

	for (i = 0; i < 8; i++)
		strbuf_putc(d->out, octet >> i & 1 ? '1' : '0');
	strbuf_puts(d->out, "  ");
	manchester_encode(octet, level);
	put_levels(d, level, MANCHESTER_LEVELS);
}

/* Two groups of five bits: as coded, as scrambled, as levels. */
static void mlt3(struct drawing *d, uint8_t first, uint8_t second)
{
	line_level level[CODE_BITS];
	uint8_t bits[CODE_BITS];
	int i;

	mlt3_send(&d->mlt3, first, bits, level);
	mlt3_send(&d->mlt3, second, bits + 5, level + 5);
	for (i = 0; i < CODE_BITS; i++)
		strbuf_putc(d->out,
			    (i < 5 ? first >> (4 - i) : second >> (9 - i)) & 1
				    ? '1'
				    : '0');
	strbuf_puts(d->out, "  ");
	for (i = 0; i < CODE_BITS; i++)
		strbuf_putc(d->out, bits[i] ? '1' : '0');
	strbuf_puts(d->out, "  ");
	put_levels(d, level, CODE_BITS);
}

static void put_octet(struct drawing *d, uint8_t octet, const char *name)
{
	char hex[3];
	struct strbuf sb;

	strbuf_init_fixed(&sb, hex, sizeof(hex));
	strbuf_printf(&sb, "%02x", octet);
	put_start(d, hex, name);
	if (d->code == SIGNAL_MANCHESTER)
		manchester(d, octet);
	else
		mlt3(d, code_4b5b(octet & 15), code_4b5b(octet >> 4));
	strbuf_putc(d->out, '\n');
	d->octets++;
}

static void put_groups(struct drawing *d, const char *octet, const char *name,
		       uint8_t first, uint8_t second)
{
	put_start(d, octet, name);
	mlt3(d, first, second);
	strbuf_putc(d->out, '\n');
	d->octets++;
}

static void put_preamble(struct drawing *d)
{
	int i;

	for (i = 0; i < ETH_PREAMBLE_LEN - 1; i++) {
		if (!i && d->code == SIGNAL_MLT3)
			put_groups(d, "JK", "Start of Stream", CODE_J, CODE_K);
		else
			put_octet(d, PREAMBLE, "Preamble");
	}
	put_octet(d, DELIMITER, "Start Frame Delimiter");
}

static void put_frame(struct drawing *d, const struct dissection *dis,
		      bool is_whole)
{
	size_t i, off, last = is_whole ? dis->len : FIRST_DRAWN;

	for (i = 0; i < dis->count; i++) {
		const struct dis_field *f = &dis->fields[i];

		for (off = f->off; off < f->off + f->len && off < last; off++)
			put_octet(d, dis->frame[off],
				  off == f->off ? f->name : "");
	}
	if (dis->len <= last)
		return;
	strbuf_printf(d->out, "%11s... %zu octets more (-v draws them)\n", "",
		      dis->len - last);
	d->octets += dis->len - last;
}

static void put_gap(struct drawing *d)
{
	if (d->code == SIGNAL_MLT3) {
		put_groups(d, "TR", "End of Stream", CODE_T, CODE_R);
		put_groups(d, "II", "Idle", CODE_IDLE, CODE_IDLE);
	}
	put_start(d, "", "Gap: twelve octets of silence");
	if (d->code == SIGNAL_MLT3)
		strbuf_puts(d->out, "idle goes on, so that the clock is kept");
	else
		strbuf_repeat(d->out, d->is_ascii ? "-" : "─", 26);
	strbuf_putc(d->out, '\n');
}

/* One octet between its start bit and its stop bit, the least bit first. */
static void put_async(struct drawing *d, uint8_t octet, const char *name)
{
	int i;

	strbuf_printf(d->out, "  0x%02x  %-*s 0 ", octet, NAME_WIDTH, name);
	for (i = 0; i < 8; i++)
		strbuf_putc(d->out, octet >> i & 1 ? '1' : '0');
	strbuf_puts(d->out, " 1\n");
}

/* A serial line has no code: a bit is a level for as long as it lasts. */
static void put_line(struct drawing *d, const struct dissection *dis,
		     bool is_whole)
{
	size_t i, off, last = is_whole ? dis->len : FIRST_DRAWN;

	strbuf_printf(d->out,
		      "asynchronous: each octet has a start bit (0) in front "
		      "and a stop bit (1) behind it,\nits least bit first; no "
		      "code, no clock, 1 while nothing is sent.  Between two "
		      "flags (0x7e);\nwhat had to be escaped is shown as it "
		      "is meant\n  octet %-*s start, bits, stop\n",
		      NAME_WIDTH, "");
	for (i = 0; i < dis->count; i++) {
		const struct dis_field *f = &dis->fields[i];

		for (off = f->off; off < f->off + f->len && off < last; off++)
			put_async(d, dis->frame[off],
				  off == f->off ? f->name : "");
	}
	if (dis->len > last)
		strbuf_printf(d->out,
			      "        ... %zu octets more (-v draws them)\n",
			      dis->len - last);
}

int chain_signal(const struct trace_log *log, uint32_t n, enum signal_code code,
		 bool is_whole, bool is_ascii, struct strbuf *out)
{
	struct drawing d = {.out = out,
			    .code = code,
			    .is_ascii = is_ascii,
			    .mlt3 = MLT3_INIT};
	const struct log_event *ev = trace_log_get(log, n);
	struct dissection dis;
	int err;

	if (!ev || !ev->frame)
		return -EINVAL;
	err = dissect_event(&dis, out->mem, ev);
	if (!err) {
		strbuf_printf(out, "#%u  ", n);
		explain_say(log, ev, out);
	}
	if (!err && ev->link != PKT_ETHER) {
		strbuf_putc(out, '\n');
		put_line(&d, &dis, is_whole);
	} else if (!err) {
		strbuf_printf(out, "\n%s\n%9s  octet%-*s%s\n",
			      codes[code].title, "us", NAME_WIDTH, "",
			      code == SIGNAL_MLT3
				      ? "4B/5B       scrambled   signal"
				      : "bits      signal");
		put_preamble(&d);
		put_frame(&d, &dis, is_whole);
		put_gap(&d);
	}
	dissect_fini(&dis);
	return err;
}
