// SPDX-License-Identifier: MIT
/*
 * pcapng.c - the blocks of a capture file
 *
 * Theory of operation
 * ===================
 * A pcapng file (draft-ietf-opsawg-pcapng) is a row of blocks: type, length,
 * body, length again.  Bodies end in options: code, length, value, padded to
 * four octets.  Everything is written little-endian; the section header's
 * byte-order magic says so.
 *
 * The length is known when the body is, so a block is opened with a zero and
 * mended when it is closed.
 *
 * Frames of Ethernet carry their FCS, and each interface says so (if_fcslen),
 * so that Wireshark can check it; those of PPP are written without.
 */

#include "trace/pcapng.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

/* clang-format off */
enum block_type {
	BLOCK_INTERFACE	= 1,
	BLOCK_NAMES	= 4,
	BLOCK_PACKET	= 6,
	BLOCK_SECTION	= 0x0a0d0d0a,
};

enum option {
	OPT_END		= 0,
	OPT_COMMENT	= 1,
	SHB_USERAPPL	= 4,
	IF_NAME		= 2,
	IF_DESCRIPTION	= 3,
	IF_TSRESOL	= 9,
	IF_FCSLEN	= 13,
	EPB_FLAGS	= 2,
	NRB_IP4		= 1,
};

enum epb_flag {
	EPB_INBOUND	= 1,
	EPB_OUTBOUND	= 2,
	EPB_FCS_SHIFT	= 5,
};
/* clang-format on */

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define TSRESOL_NS	 9
#define FCS_LEN		 4
#define TEXT_MAX	 65535

static void put_u16(struct strbuf *out, uint16_t v)
{
	uint8_t b[2];

	put16le(b, v);
	strbuf_add(out, b, sizeof(b));
}

static void put_u32(struct strbuf *out, uint32_t v)
{
	uint8_t b[4];

	put32le(b, v);
	strbuf_add(out, b, sizeof(b));
}

static void put_padded(struct strbuf *out, const void *p, size_t len)
{
	strbuf_add(out, p, len);
	strbuf_fill(out, '\0', (4 - len % 4) % 4);
}

static size_t block_open(struct strbuf *out, uint32_t type)
{
	size_t start = out->len;

	put_u32(out, type);
	put_u32(out, 0);
	return start;
}

static void block_close(struct strbuf *out, size_t start)
{
	uint32_t len = (uint32_t)(out->len - start + 4);

	put_u32(out, len);
	if (!out->error)
		put32le((uint8_t *)out->text + start + 4, len);
}

static void put_option(struct strbuf *out, uint16_t code, const void *value,
		       size_t len)
{
	put_u16(out, code);
	put_u16(out, (uint16_t)len);
	put_padded(out, value, len);
}

static void put_text_option(struct strbuf *out, uint16_t code, const char *text)
{
	put_option(out, code, text, min_size(strlen(text), TEXT_MAX));
}

static void put_octet_option(struct strbuf *out, uint16_t code, uint8_t value)
{
	put_option(out, code, &value, 1);
}

static void end_options(struct strbuf *out)
{
	put_option(out, OPT_END, NULL, 0);
}

void pcapng_section(struct strbuf *out, const char *comment)
{
	size_t start = block_open(out, BLOCK_SECTION);

	put_u32(out, BYTE_ORDER_MAGIC);
	put_u16(out, 1); /* version 1.0 */
	put_u16(out, 0);
	put_u32(out, UINT32_MAX); /* length of the section: not said */
	put_u32(out, UINT32_MAX);
	put_text_option(out, OPT_COMMENT, comment);
	put_text_option(out, SHB_USERAPPL, "weft");
	end_options(out);
	block_close(out, start);
}

void pcapng_interface(struct strbuf *out, const char *name,
		      const char *description, enum pcapng_link link)
{
	size_t start = block_open(out, BLOCK_INTERFACE);

	put_u16(out, (uint16_t)link);
	put_u16(out, 0);
	put_u32(out, 0); /* no snapshot limit */
	put_text_option(out, IF_NAME, name);
	put_text_option(out, IF_DESCRIPTION, description);
	put_octet_option(out, IF_TSRESOL, TSRESOL_NS);
	put_octet_option(out, IF_FCSLEN, link == PCAPNG_ETHER ? FCS_LEN : 0);
	end_options(out);
	block_close(out, start);
}

static void put_name(struct strbuf *out, const struct pcapng_name *name)
{
	size_t len = strlen(name->name) + 1;
	uint8_t addr[4];

	put32(addr, name->addr.v4.v);
	put_u16(out, NRB_IP4);
	put_u16(out, (uint16_t)(sizeof(addr) + len));
	strbuf_add(out, addr, sizeof(addr));
	strbuf_add(out, name->name, len);
	strbuf_fill(out, '\0', (4 - len % 4) % 4);
}

void pcapng_names(struct strbuf *out, const struct pcapng_name *names,
		  size_t count)
{
	size_t start = block_open(out, BLOCK_NAMES);
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].addr.family == IP_V4)
			put_name(out, &names[i]);
	put_u16(out, 0); /* end of the records */
	put_u16(out, 0);
	block_close(out, start);
}

static void put_flags(struct strbuf *out, const struct pcapng_frame *frame)
{
	uint32_t direction = frame->is_outbound ? EPB_OUTBOUND : EPB_INBOUND;
	uint8_t flags[4];

	put32le(flags, direction | (uint32_t)frame->fcs_len << EPB_FCS_SHIFT);
	put_option(out, EPB_FLAGS, flags, sizeof(flags));
}

void pcapng_frame(struct strbuf *out, const struct pcapng_frame *frame)
{
	size_t start = block_open(out, BLOCK_PACKET);
	uint64_t t = PCAPNG_EPOCH_NS + frame->t_ns;
	const char *const *comment;

	put_u32(out, frame->interface);
	put_u32(out, (uint32_t)(t >> 32));
	put_u32(out, (uint32_t)t);
	put_u32(out, (uint32_t)frame->len); /* captured */
	put_u32(out, (uint32_t)frame->len); /* on the wire */
	put_padded(out, frame->octets, frame->len);
	for (comment = frame->comments; comment && *comment; comment++)
		put_text_option(out, OPT_COMMENT, *comment);
	put_flags(out, frame);
	end_options(out);
	block_close(out, start);
}
