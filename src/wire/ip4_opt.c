// SPDX-License-Identifier: MIT
/*
 * ip4_opt.c - walking over IPv4 options, and what routers write into them
 *
 * Theory of operation
 * ===================
 *
 * Options come from anyone, and a router writes into them.  Everything is
 * therefore verified once, in ip4_opts_parse(): that an option lies inside the
 * header, that its length fits its kind, that its pointer is inside it.  The
 * functions that write rely on that and on nothing else.
 *
 * A pointer counts from 1 from the type octet, so the smallest one that is
 * possible is 4 for routes (type, length, pointer) and 5 for timestamps (and
 * overflow with flag); one that is greater than the length means full.
 */

#include "wire/ip4_opt.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/ip4.h"

enum {
	OPT_LEN = 1, /* offsets in an option */
	OPT_PTR = 2,
	OPT_TS_FLAG = 3,

	ROUTE_PTR_MIN = 4,
	TS_PTR_MIN = 5,
	ALERT_LEN = 4,
	OVERFLOW_MAX = 15,
};

void ip4_opt_walk(struct ip4_opt_walk *w, const uint8_t *buf, size_t len)
{
	w->start = buf;
	w->c = cur_init(buf, min_size(len, IP4_OPTS_MAX));
}

int ip4_opt_next(struct ip4_opt_walk *w, struct ip4_opt *opt)
{
	const uint8_t *p = w->c.p;
	uint8_t type = cur_u8(&w->c);
	uint8_t len = 1;

	if (!cur_ok(&w->c) || type == IP4_OPT_EOL)
		return 0;
	*opt = (struct ip4_opt){.type = type, .off = (uint8_t)(p - w->start)};
	if (type != IP4_OPT_NOP) {
		len = cur_u8(&w->c);
		cur_skip(&w->c, len < 2 ? SIZE_MAX : len - 2U);
	}
	if (!cur_ok(&w->c))
		return -EBADMSG;
	opt->len = len;
	opt->data = p;
	return 1;
}

/*
 * The checks return 0, or the offset inside the option of the octet that is
 * wrong; that is never the type.
 */
static unsigned route_check(const struct ip4_opt *o)
{
	if (o->len < 3 || (o->len - 3) % 4)
		return OPT_LEN;
	if (o->data[OPT_PTR] < ROUTE_PTR_MIN || o->data[OPT_PTR] % 4)
		return OPT_PTR;
	return 0;
}

static unsigned ts_entry_len(uint8_t flag)
{
	return flag == IP4_TS_ONLY ? 4 : 8;
}

static unsigned ts_check(const struct ip4_opt *o)
{
	uint8_t flag;
	unsigned entry;

	if (o->len < 4)
		return OPT_LEN;
	flag = o->data[OPT_TS_FLAG] & 15;
	entry = ts_entry_len(flag);
	if (flag != IP4_TS_ONLY && flag != IP4_TS_ADDR &&
	    flag != IP4_TS_PRESPEC)
		return OPT_TS_FLAG;
	if ((o->len - 4U) % entry)
		return OPT_LEN;
	if (o->data[OPT_PTR] < TS_PTR_MIN ||
	    (o->data[OPT_PTR] - TS_PTR_MIN) % entry)
		return OPT_PTR;
	return 0;
}

static unsigned alert_check(const struct ip4_opt *o)
{
	return o->len == ALERT_LEN ? 0 : OPT_LEN;
}

typedef unsigned opt_check(const struct ip4_opt *o);

/* Where an option of that type is kept, and how it is checked. */
static struct ip4_opt *opts_place(struct ip4_opts *opts, uint8_t type,
				  opt_check **is_bad)
{
	switch (type) {
	case IP4_OPT_RR:
		*is_bad = route_check;
		return &opts->rr;
	case IP4_OPT_LSRR:
	case IP4_OPT_SSRR:
		*is_bad = route_check;
		return &opts->sr;
	case IP4_OPT_TS:
		*is_bad = ts_check;
		return &opts->ts;
	case IP4_OPT_RA:
		*is_bad = alert_check;
		return &opts->alert;
	default:
		return NULL;
	}
}

static int opts_bad(struct ip4_opts *opts, const struct ip4_opt *o, unsigned at)
{
	opts->bad_off = (uint8_t)(IP4_HLEN + o->off + at);
	return -EBADMSG;
}

int ip4_opts_parse(struct ip4_opts *opts, const uint8_t *buf, size_t len)
{
	struct ip4_opt_walk w;
	struct ip4_opt o, *place;
	opt_check *is_bad;
	unsigned at;
	int more;

	memset(opts, 0, sizeof(*opts));
	ip4_opt_walk(&w, buf, len);
	while ((more = ip4_opt_next(&w, &o)) > 0) {
		place = opts_place(opts, o.type, &is_bad);
		if (!place)
			continue;
		at = is_bad(&o);
		if (at || place->len)
			return opts_bad(opts, &o, at);
		*place = o;
	}
	return more < 0 ? opts_bad(opts, &o, OPT_LEN) : 0;
}

/* The place that the pointer of an option names, NULL if it is full. */
static uint8_t *opt_slot(uint8_t *opt, unsigned entry)
{
	unsigned ptr = opt[OPT_PTR];

	return ptr - 1 + entry <= opt[OPT_LEN] ? opt + ptr - 1 : NULL;
}

bool ip4_opt_record(uint8_t *opt, ip4_addr a)
{
	uint8_t *slot = opt_slot(opt, 4);

	if (!slot)
		return false;
	put_ip4(slot, a);
	opt[OPT_PTR] = (uint8_t)(opt[OPT_PTR] + 4);
	return true;
}

ip4_addr ip4_opt_route_next(const uint8_t *opt)
{
	unsigned ptr = opt[OPT_PTR];

	return ptr + 3 <= opt[OPT_LEN] ? get_ip4(opt + ptr - 1) : IP4_ANY;
}

void ip4_opt_route_advance(uint8_t *opt, ip4_addr self)
{
	(void)ip4_opt_record(opt, self);
}

bool ip4_opts_route_begin(uint8_t *to, const uint8_t *buf, size_t len,
			  ip4_addr dst, ip4_addr *stop)
{
	struct ip4_opts o;
	uint8_t *sr, *last;

	if (ip4_opts_parse(&o, buf, len) || o.sr.len <= ROUTE_PTR_MIN ||
	    o.sr.data[OPT_PTR] != ROUTE_PTR_MIN)
		return false;
	memcpy(to, buf, len);
	sr = to + o.sr.off + ROUTE_PTR_MIN - 1;
	last = to + o.sr.off + o.sr.len - 4;
	*stop = get_ip4(sr);
	memmove(sr, sr + 4, (size_t)(last - sr));
	put_ip4(last, dst);
	return true;
}

size_t ip4_opts_route_back(uint8_t *to, const struct ip4_opt *sr)
{
	struct wcursor out = wcur_init(to, IP4_OPTS_MAX);
	unsigned at;

	if (sr->len <= ROUTE_PTR_MIN ||
	    !ip4_is_zero(ip4_opt_route_next(sr->data)))
		return 0;
	wcur_u8(&out, IP4_OPT_NOP); /* so that the addresses are aligned */
	wcur_u8(&out, sr->type);
	wcur_u8(&out, sr->len);
	wcur_u8(&out, ROUTE_PTR_MIN);
	for (at = sr->len; at > ROUTE_PTR_MIN; at -= 4)
		wcur_bytes(&out, sr->data + at - 4, 4);
	return wcur_len(&out);
}

bool ip4_opts_may_leave(const uint8_t *buf, size_t len)
{
	uint8_t to[IP4_OPTS_MAX];
	struct ip4_opts o;
	ip4_addr stop;

	if (len % 4 || len > IP4_OPTS_MAX || ip4_opts_parse(&o, buf, len))
		return false;
	return !o.sr.len || ip4_opts_route_begin(to, buf, len, IP4_ANY, &stop);
}

static void answer_add(struct wcursor *out, const struct ip4_opt *o)
{
	if (o->len && o->len <= wcur_left(out))
		wcur_bytes(out, o->data, o->len);
}

size_t ip4_opts_answer(uint8_t *to, const uint8_t *buf, size_t len)
{
	struct wcursor out = wcur_init(to, IP4_OPTS_MAX);
	struct ip4_opts o;

	if (ip4_opts_parse(&o, buf, len))
		return 0;
	if (o.sr.len)
		wcur_take(&out, ip4_opts_route_back(to, &o.sr));
	answer_add(&out, &o.rr);
	answer_add(&out, &o.ts);
	wcur_pad(&out, IP4_OPT_EOL, 4);
	return wcur_len(&out);
}

/* RFC 791, 3.1: the overflow counter is the high nibble of the flag octet. */
static bool ts_overflow(uint8_t *opt)
{
	if (opt[OPT_TS_FLAG] >> 4 == OVERFLOW_MAX)
		return false;
	opt[OPT_TS_FLAG] = (uint8_t)(opt[OPT_TS_FLAG] + 0x10);
	return true;
}

ip4_addr ip4_opt_stamp_next(const uint8_t *opt)
{
	unsigned ptr = opt[OPT_PTR];

	if ((opt[OPT_TS_FLAG] & 15) != IP4_TS_PRESPEC || ptr + 7 > opt[OPT_LEN])
		return IP4_ANY;
	return get_ip4(opt + ptr - 1);
}

bool ip4_opt_stamp(uint8_t *opt, ip4_addr self, uint32_t ms)
{
	uint8_t flag = opt[OPT_TS_FLAG] & 15;
	unsigned entry = ts_entry_len(flag);
	uint8_t *slot = opt_slot(opt, entry);

	if (!slot)
		return ts_overflow(opt);
	if (flag == IP4_TS_PRESPEC && !ip4_eq(get_ip4(slot), self))
		return true;
	if (flag == IP4_TS_ADDR)
		put_ip4(slot, self);
	put32(slot + entry - 4, ms);
	opt[OPT_PTR] = (uint8_t)(opt[OPT_PTR] + entry);
	return true;
}

size_t ip4_opts_copied(uint8_t *to, const uint8_t *buf, size_t len)
{
	struct wcursor out = wcur_init(to, IP4_OPTS_MAX);
	struct ip4_opt_walk w;
	struct ip4_opt o;

	ip4_opt_walk(&w, buf, len);
	while (ip4_opt_next(&w, &o) > 0)
		if (o.type & IP4_OPT_COPIED)
			wcur_bytes(&out, o.data, o.len);
	wcur_pad(&out, IP4_OPT_EOL, 4);
	return wcur_len(&out);
}

static const char *opt_name(uint8_t type)
{
	switch (type) {
	case IP4_OPT_NOP:
		return "nop";
	case IP4_OPT_RR:
		return "rr";
	case IP4_OPT_TS:
		return "ts";
	case IP4_OPT_LSRR:
		return "lsrr";
	case IP4_OPT_SSRR:
		return "ssrr";
	case IP4_OPT_RA:
		return "alert";
	default:
		return NULL;
	}
}

/* The addresses of a route, a bar before the one that is next. */
static void route_print(struct strbuf *sb, const struct ip4_opt *o)
{
	char text[IP4_TEXT];
	unsigned i;

	for (i = ROUTE_PTR_MIN - 1; i + 4 <= o->len; i += 4)
		strbuf_printf(sb, "%s%s",
			      i + 1 == o->data[OPT_PTR] ? " | " : " ",
			      ip4_print(get_ip4(o->data + i), text));
}

void ip4_opts_print(struct strbuf *sb, const uint8_t *buf, size_t len)
{
	struct ip4_opt_walk w;
	struct ip4_opt o;
	const char *name;
	int more;

	ip4_opt_walk(&w, buf, len);
	while ((more = ip4_opt_next(&w, &o)) > 0) {
		name = opt_name(o.type);
		if (name)
			strbuf_printf(sb, " %s", name);
		else
			strbuf_printf(sb, " option %u", o.type);
		if (o.type == IP4_OPT_RR || o.type == IP4_OPT_LSRR ||
		    o.type == IP4_OPT_SSRR)
			route_print(sb, &o);
	}
	if (more < 0)
		strbuf_printf(sb, " malformed %u", o.type);
}
