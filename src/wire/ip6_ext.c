// SPDX-License-Identifier: MIT
/*
 * ip6_ext.c - extension headers of IPv6: read, written, skipped
 */

#include "wire/ip6_ext.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/ip6.h"

enum { FRAG_OFF_MASK = 0xfff8 };

bool ip6_ext_read(struct cursor *c, struct ip6_ext *ext)
{
	ext->next = cur_u8(c);
	ext->len = ((size_t)cur_u8(c) + 1) * IP6_EXT_UNIT;
	ext->data_len = ext->len - 2;
	ext->data = cur_take(c, ext->data_len);
	return cur_ok(c);
}

bool ip6_frag_read(struct cursor *c, struct ip6_frag *f)
{
	uint16_t bits;

	f->next = cur_u8(c);
	cur_skip(c, 1);
	bits = cur_u16(c);
	f->off = bits & FRAG_OFF_MASK;
	f->has_more = bits & IP6_FRAG_MORE;
	f->id = cur_u32(c);
	return cur_ok(c);
}

void ip6_frag_emit(uint8_t buf[static IP6_FRAG_HLEN], const struct ip6_frag *f)
{
	buf[0] = f->next;
	buf[1] = 0;
	put16(buf + 2, (uint16_t)(f->off | (f->has_more ? IP6_FRAG_MORE : 0)));
	put32(buf + 4, f->id);
}

bool ip6_opt_next(struct cursor *c, struct ip6_opt *opt)
{
	if (!cur_left(c))
		return false;
	opt->type = cur_u8(c);
	opt->len = 0;
	opt->data = NULL;
	if (opt->type == IP6_OPT_PAD1)
		return true;
	opt->len = cur_u8(c);
	opt->data = cur_take(c, opt->len);
	return cur_ok(c);
}

size_t ip6_hbh_len(size_t opts_len)
{
	return (2 + opts_len + IP6_EXT_UNIT - 1) & ~(size_t)(IP6_EXT_UNIT - 1);
}

void ip6_hbh_emit(uint8_t *buf, uint8_t next, const uint8_t *opts, size_t len)
{
	size_t all = ip6_hbh_len(len), pad = all - 2 - len;

	check(len <= 254);
	memset(buf, 0, all);
	buf[0] = next;
	buf[1] = (uint8_t)(all / IP6_EXT_UNIT - 1);
	memcpy(buf + 2, opts, len);
	if (pad > 1) {
		buf[2 + len] = IP6_OPT_PADN;
		buf[3 + len] = (uint8_t)(pad - 2);
	}
}

/* One header further; false if it is not all there. */
static bool skip_one(struct cursor *c, uint8_t *next, bool *is_piece)
{
	struct ip6_frag f;
	struct ip6_ext e;

	if (*next == IP_PROTO_FRAGMENT) {
		if (!ip6_frag_read(c, &f))
			return false;
		*is_piece = f.off != 0;
		*next = f.next;
		return true;
	}
	if (!ip6_ext_read(c, &e))
		return false;
	*next = e.next;
	return true;
}

int ip6_skip(const uint8_t *buf, size_t len, uint8_t *proto, size_t *off,
	     bool *is_piece)
{
	struct cursor c = cur_init(buf, len);
	struct ip6_hdr h;
	unsigned count = 0;
	int n = ip6_hdr_parse_quoted(&h, buf, len);

	if (n < 0)
		return n;
	cur_skip(&c, IP6_HLEN);
	*is_piece = false;
	while (ip6_is_ext(h.next) && !*is_piece) {
		if (++count > IP6_EXTS_MAX)
			return WIRE_LEN;
		if (!skip_one(&c, &h.next, is_piece))
			return WIRE_SHORT;
		if (len - cur_left(&c) > IP6_HLEN + IP6_EXT_MAX)
			return WIRE_LEN;
	}
	*proto = h.next;
	*off = len - cur_left(&c);
	return 0;
}

const char *ip6_ext_name(uint8_t next)
{
	if (next == IP_PROTO_HOPOPTS)
		return "hop-by-hop options";
	if (next == IP_PROTO_ROUTING)
		return "routing";
	if (next == IP_PROTO_FRAGMENT)
		return "fragment";
	return next == IP_PROTO_DSTOPTS ? "destination options" : NULL;
}
