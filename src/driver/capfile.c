// SPDX-License-Identifier: MIT
/*
 * capfile.c - reading captures: pcap and pcapng files
 *
 * Theory of operation
 * ===================
 * A pcap file (draft-ietf-opsawg-pcap) is a header and then frames, each with
 * a time and two lengths in front: how much is in the file, and how much there
 * was on the wire.  The first word says the byte order and the unit of time.
 *
 * A pcapng file (draft-ietf-opsawg-pcapng) is a row of blocks: type, length,
 * body, length again.  A section header sets the byte order, an interface
 * description the unit of time, and of packets there are two kinds of block.
 * Blocks of any other type are skipped: their length is all one has to know.
 *
 * Frames that were cut short when they were recorded cannot be sent again and
 * are skipped, as are those of links that are no Ethernet.  A check sequence
 * that was recorded, too, is cut off.
 *
 * Limits
 * ------
 * CAPFILE_IFACES interfaces a section; frames of others are skipped.
 */

#include "driver/capfile.h"

#include <errno.h>

#include "base/check.h"

enum { LINK_ETHER = 1, FRAME_MAX = 1 << 18 };

/* First words, as they read in the byte order of the file. */
#define PCAP_US	   0xa1b2c3d4U
#define PCAP_NS	   0xa1b23c4dU
#define NG_SECTION 0x0a0d0d0aU
#define NG_ORDER   0x1a2b3c4dU

/* clang-format off */
enum ng_block {
	NG_INTERFACE	= 1,
	NG_SIMPLE	= 3,
	NG_ENHANCED	= 6,
};

enum ng_option {
	NG_END		= 0,
	NG_TSRESOL	= 9,
	NG_FCSLEN	= 13,
};
/* clang-format on */

/* Numbers in the byte order of the file. */
static uint32_t take32(const struct capfile *f, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 4);

	if (!p)
		return 0;
	return f->is_little ? get32le(p) : get32(p);
}

static uint16_t take16(const struct capfile *f, struct cursor *c)
{
	const uint8_t *p = cur_take(c, 2);

	if (!p)
		return 0;
	return f->is_little ? get16le(p) : get16(p);
}

/* In which byte order is this word that number? */
static bool is_word(struct capfile *f, const uint8_t *p, uint32_t number)
{
	f->is_little = get32le(p) == number;
	return f->is_little || get32(p) == number;
}

static int open_pcap(struct capfile *f, uint8_t ts_power)
{
	struct cursor *c = &f->left;

	cur_skip(c, 20);
	f->iface[0] = (struct capfile_iface){.ts_power = ts_power};
	f->iface[0].link = (uint16_t)take32(f, c);
	f->iface_count = 1;
	if (!cur_ok(c))
		return -EINVAL;
	return f->iface[0].link == LINK_ETHER ? 0 : -EPROTONOSUPPORT;
}

int capfile_open(struct capfile *f, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	*f = (struct capfile){.left = cur_init(buf, len)};
	if (len < 12)
		return -EINVAL;
	if (is_word(f, p, PCAP_US))
		return open_pcap(f, 6);
	if (is_word(f, p, PCAP_NS))
		return open_pcap(f, 9);
	f->is_ng = get32(p) == NG_SECTION && is_word(f, p + 8, NG_ORDER);
	return f->is_ng ? 0 : -EINVAL;
}

static uint64_t power_of_ten(uint32_t n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* A time of the file in nanoseconds. */
static uint64_t time_ns(const struct capfile_iface *i, uint64_t ts)
{
	const uint64_t second = 1000000000;

	if (i->ts_is_binary)
		return (ts >> i->ts_power) * second +
		       ((ts & ((1ULL << i->ts_power) - 1)) * second >>
			i->ts_power);
	if (i->ts_power <= 9)
		return ts * power_of_ten(9U - i->ts_power);
	return ts / power_of_ten(i->ts_power - 9U);
}

/* Is it one that can be sent again?  Takes the check sequence off. */
static bool is_usable(struct capfile *f, const struct capfile_iface *i,
		      struct capfile_frame *frame, uint32_t wire_len)
{
	if (!frame->data || !i || i->link != LINK_ETHER ||
	    frame->len < wire_len || frame->len <= i->fcs_len) {
		f->skipped++;
		return false;
	}
	frame->len -= i->fcs_len;
	return true;
}

/* 1: a frame; 0: one to be skipped; -EINVAL. */
static int next_pcap(struct capfile *f, struct capfile_frame *frame)
{
	struct cursor *c = &f->left;
	const struct capfile_iface *i = &f->iface[0];
	uint64_t s = take32(f, c), part = take32(f, c);
	uint32_t wire_len;

	frame->len = take32(f, c);
	wire_len = take32(f, c);
	if (frame->len > FRAME_MAX)
		return -EINVAL;
	frame->data = cur_take(c, frame->len);
	frame->at_ns = s * 1000000000 + part * power_of_ten(9U - i->ts_power);
	if (!cur_ok(c))
		return -EINVAL;
	return is_usable(f, i, frame, wire_len);
}

static void read_option(struct capfile_iface *i, uint16_t code,
			struct cursor value)
{
	uint8_t v = cur_u8(&value);

	if (!cur_ok(&value))
		return;
	if (code == NG_TSRESOL) {
		i->ts_is_binary = v & 0x80;
		i->ts_power = v & 0x7f;
		/* Finer than there are bits, or octillionths: no such clock. */
		if (i->ts_power > (i->ts_is_binary ? 32 : 19)) {
			i->ts_is_binary = false;
			i->ts_power = 6;
		}
	} else if (code == NG_FCSLEN) {
		i->fcs_len = v;
	}
}

static void next_interface(struct capfile *f, struct cursor body)
{
	struct capfile_iface i = {.ts_power = 6};

	i.link = take16(f, &body);
	cur_skip(&body, 6); /* reserved, and where frames were cut */
	while (cur_left(&body)) {
		uint16_t code = take16(f, &body), len = take16(f, &body);

		if (code == NG_END)
			break;
		read_option(&i, code, cur_sub(&body, len));
		cur_skip(&body, (4 - len % 4U) % 4);
	}
	if (f->iface_count < CAPFILE_IFACES)
		f->iface[f->iface_count++] = i;
}

static const struct capfile_iface *iface_at(const struct capfile *f, uint32_t n)
{
	return n < f->iface_count ? &f->iface[n] : NULL;
}

static int next_enhanced(struct capfile *f, struct cursor body,
			 struct capfile_frame *frame)
{
	const struct capfile_iface *i = iface_at(f, take32(f, &body));
	uint64_t high = take32(f, &body), low = take32(f, &body);
	uint32_t wire_len;

	frame->len = take32(f, &body);
	wire_len = take32(f, &body);
	frame->data = cur_take(&body, frame->len);
	if (!cur_ok(&body) || frame->len > FRAME_MAX)
		return -EINVAL;
	frame->at_ns = i ? time_ns(i, high << 32 | low) : 0;
	return is_usable(f, i, frame, wire_len);
}

/* Has no time, and is cut where the interface says; comes at once. */
static int next_simple(struct capfile *f, struct cursor body,
		       struct capfile_frame *frame)
{
	uint32_t wire_len = take32(f, &body);

	frame->len = min_u32(wire_len, (uint32_t)cur_left(&body));
	frame->data = cur_take(&body, frame->len);
	frame->at_ns = 0;
	if (!cur_ok(&body) || frame->len > FRAME_MAX)
		return -EINVAL;
	return is_usable(f, iface_at(f, 0), frame, wire_len);
}

/* A new section may have another byte order, and has interfaces of its own. */
static bool begin_section(struct capfile *f)
{
	const uint8_t *p = cur_peek(&f->left, 12);

	f->iface_count = 0;
	return p && is_word(f, p + 8, NG_ORDER);
}

static int next_block(struct capfile *f, struct capfile_frame *frame)
{
	const uint8_t *p = cur_peek(&f->left, 4);
	struct cursor body;
	uint32_t type, len;

	if (p && get32(p) == NG_SECTION && !begin_section(f))
		return -EINVAL;
	type = take32(f, &f->left);
	len = take32(f, &f->left);
	if (len < 12 || len % 4)
		return -EINVAL;
	body = cur_sub(&f->left, len - 12);
	cur_skip(&f->left, 4);
	if (!cur_ok(&f->left))
		return -EINVAL;
	if (type == NG_INTERFACE)
		next_interface(f, body);
	else if (type == NG_ENHANCED)
		return next_enhanced(f, body, frame);
	else if (type == NG_SIMPLE)
		return next_simple(f, body, frame);
	return 0;
}

int capfile_next(struct capfile *f, struct capfile_frame *frame)
{
	while (cur_left(&f->left)) {
		int n = f->is_ng ? next_block(f, frame) : next_pcap(f, frame);

		if (n)
			return n;
	}
	return 0;
}

static void emit32(uint8_t **p, uint32_t v)
{
	put32(*p, v);
	*p += 4;
}

void capfile_emit_header(uint8_t out[static CAPFILE_HLEN])
{
	uint8_t *p = out;

	emit32(&p, PCAP_NS);
	emit32(&p, 2 << 16 | 4); /* version 2.4 */
	emit32(&p, 0);
	emit32(&p, 0);
	emit32(&p, FRAME_MAX);
	emit32(&p, LINK_ETHER);
}

void capfile_emit_frame(uint8_t out[static CAPFILE_FRAME_HLEN], uint64_t at_ns,
			uint32_t len)
{
	uint8_t *p = out;

	emit32(&p, (uint32_t)(at_ns / 1000000000));
	emit32(&p, (uint32_t)(at_ns % 1000000000));
	emit32(&p, len);
	emit32(&p, len);
}
