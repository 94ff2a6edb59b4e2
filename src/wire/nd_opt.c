// SPDX-License-Identifier: MIT
/*
 * nd_opt.c - the options of neighbour discovery
 *
 * Theory of operation
 * ===================
 * Each option is cut out of the message as a cursor of its own before anyone
 * looks inside, so a reader that takes too much turns that cursor bad and
 * reads nothing else.  What a reader returns decides about the whole message.
 *
 * The loop advances by at least eight octets each time, for a length of zero
 * is refused; ND_OPTS_MAX bounds it all the same.
 */

#include "wire/nd_opt.h"

#include "wire/labels.h"

#define FLAG_ONLINK 0x80 /* of prefix information */
#define FLAG_AUTO   0x40

#define ROUTE_PREF(octet) ((octet) >> 3 & 3)

/*
 * Reading.
 */

static int read_mac(struct nd_opts *o, struct cursor *c, enum nd_has which)
{
	mac_addr *mac = which == ND_HAS_SOURCE ? &o->source : &o->target;
	mac_addr m;

	if (cur_left(c) != sizeof(m.o))
		return WIRE_LEN;
	cur_copy(c, m.o, sizeof(m.o));
	if (!(o->has & which))
		*mac = m;
	o->has |= which;
	return 0;
}

static int read_prefix(struct nd_opts *o, struct cursor *c)
{
	struct nd_prefix p = {{{{0}}, 0}, false, false, 0, 0};
	uint8_t flags;

	if (cur_left(c) != 30)
		return WIRE_LEN;
	p.net.len = cur_u8(c);
	flags = cur_u8(c);
	p.is_onlink = flags & FLAG_ONLINK;
	p.is_auto = flags & FLAG_AUTO;
	p.valid_s = cur_u32(c);
	p.preferred_s = cur_u32(c);
	cur_skip(c, 4);
	cur_copy(c, p.net.addr.o, sizeof(p.net.addr.o));
	if (p.net.len > 128)
		return WIRE_FIELD;
	if (o->prefix_count < ND_PREFIXES_MAX)
		o->prefix[o->prefix_count++] = p;
	return 0;
}

static int read_redirected(struct nd_opts *o, struct cursor *c)
{
	cur_skip(c, 6);
	if (o->has & ND_HAS_REDIRECTED || !cur_ok(c))
		return 0;
	o->has |= ND_HAS_REDIRECTED;
	o->redirected_len = cur_left(c);
	o->redirected = cur_take(c, o->redirected_len);
	return 0;
}

static int read_mtu(struct nd_opts *o, struct cursor *c)
{
	if (cur_left(c) != 6)
		return WIRE_LEN;
	cur_skip(c, 2);
	if (!(o->has & ND_HAS_MTU))
		o->mtu = cur_u32(c);
	o->has |= ND_HAS_MTU;
	return 0;
}

static int read_nonce(struct nd_opts *o, struct cursor *c)
{
	size_t len = cur_left(c);

	if (o->has & ND_HAS_NONCE)
		return 0;
	o->has |= ND_HAS_NONCE;
	o->nonce_len = len <= ND_NONCE_MAX ? len : 0;
	cur_copy(c, o->nonce, o->nonce_len);
	return 0;
}

/* Two bits, signed: 01 high, 00 medium, 11 low; 10 is reserved. */
static bool read_pref(uint8_t bits, enum nd_pref *pref)
{
	static const enum nd_pref prefs[] = {ND_PREF_MEDIUM, ND_PREF_HIGH,
					     ND_PREF_MEDIUM, ND_PREF_LOW};

	*pref = prefs[bits & 3];
	return (bits & 3) != 2;
}

/* The prefix takes 0, 8 or 16 octets; the length must cover it. */
static int read_route(struct nd_opts *o, struct cursor *c)
{
	size_t octets = cur_left(c) < 6 ? SIZE_MAX : cur_left(c) - 6;
	struct nd_route r = {{{{0}}, 0}, ND_PREF_MEDIUM, 0};
	bool is_known;

	if (octets > 16)
		return WIRE_LEN;
	r.net.len = cur_u8(c);
	is_known = read_pref(ROUTE_PREF(cur_u8(c)), &r.pref);
	r.lifetime_s = cur_u32(c);
	cur_copy(c, r.net.addr.o, octets);
	if (r.net.len > 128)
		return WIRE_FIELD;
	if (r.net.len > octets * 8)
		return WIRE_LEN;
	/* RFC 4191, 2.3: one with the reserved preference is ignored. */
	if (is_known && o->route_count < ND_ROUTES_MAX)
		o->route[o->route_count++] = r;
	return 0;
}

static int read_rdnss(struct nd_opts *o, struct cursor *c)
{
	uint32_t lifetime_s;

	/* At least one address, and whole ones (RFC 8106, 5.3.1). */
	if (cur_left(c) < 22 || (cur_left(c) - 6) % 16 != 0)
		return WIRE_LEN;
	cur_skip(c, 2);
	lifetime_s = cur_u32(c);
	while (cur_left(c)) {
		struct nd_rdnss r = {.lifetime_s = lifetime_s};

		cur_copy(c, r.addr.o, sizeof(r.addr.o));
		if (o->rdnss_count < ND_RDNSS_MAX)
			o->rdnss[o->rdnss_count++] = r;
	}
	return 0;
}

static int read_dnssl(struct nd_opts *o, struct cursor *c)
{
	uint32_t lifetime_s;

	if (cur_left(c) < 14)
		return WIRE_LEN;
	cur_skip(c, 2);
	lifetime_s = cur_u32(c);
	while (cur_left(c)) {
		struct nd_dnssl d;
		int len = labels_read(c, d.name);

		if (len < 0)
			return len;
		d.lifetime_s = lifetime_s;
		if (len > 0 && o->dnssl_count < ND_DNSSL_MAX)
			o->dnssl[o->dnssl_count++] = d;
	}
	return 0;
}

static int read_opt(struct nd_opts *o, uint8_t type, struct cursor *c)
{
	switch (type) {
	case ND_OPT_SOURCE_MAC:
		return read_mac(o, c, ND_HAS_SOURCE);
	case ND_OPT_TARGET_MAC:
		return read_mac(o, c, ND_HAS_TARGET);
	case ND_OPT_PREFIX:
		return read_prefix(o, c);
	case ND_OPT_REDIRECTED:
		return read_redirected(o, c);
	case ND_OPT_MTU:
		return read_mtu(o, c);
	case ND_OPT_NONCE:
		return read_nonce(o, c);
	case ND_OPT_ROUTE:
		return read_route(o, c);
	case ND_OPT_RDNSS:
		return read_rdnss(o, c);
	case ND_OPT_DNSSL:
		return read_dnssl(o, c);
	default:
		return 0;
	}
}

int nd_opts_parse(struct nd_opts *o, struct cursor *c)
{
	int count, err;

	for (count = 0; cur_left(c) && count < ND_OPTS_MAX; count++) {
		uint8_t type = cur_u8(c);
		size_t len = (size_t)cur_u8(c) * ND_OPT_UNIT;
		struct cursor body;

		if (!cur_ok(c) || len == 0)
			return WIRE_LEN;
		body = cur_sub(c, len - 2);
		if (!cur_ok(&body))
			return WIRE_LEN;
		err = read_opt(o, type, &body);
		if (err)
			return err;
	}
	return cur_left(c) ? WIRE_LEN : 0;
}

/*
 * Writing.
 */

/* Type and length of an option of @len octets, header included. */
static void put_head(struct wcursor *w, enum nd_opt_type type, size_t len)
{
	wcur_u8(w, (uint8_t)type);
	wcur_u8(w, (uint8_t)(len / ND_OPT_UNIT));
}

void nd_put_mac(struct wcursor *w, enum nd_opt_type type, mac_addr mac)
{
	put_head(w, type, 8);
	wcur_bytes(w, mac.o, sizeof(mac.o));
}

void nd_put_mtu(struct wcursor *w, uint32_t mtu)
{
	put_head(w, ND_OPT_MTU, 8);
	wcur_u16(w, 0);
	wcur_u32(w, mtu);
}

void nd_put_nonce(struct wcursor *w, const uint8_t nonce[static ND_NONCE_LEN])
{
	put_head(w, ND_OPT_NONCE, 2 + ND_NONCE_LEN);
	wcur_bytes(w, nonce, ND_NONCE_LEN);
}

void nd_put_prefix(struct wcursor *w, const struct nd_prefix *p)
{
	put_head(w, ND_OPT_PREFIX, 32);
	wcur_u8(w, p->net.len);
	wcur_u8(w, (uint8_t)((p->is_onlink ? FLAG_ONLINK : 0) |
			     (p->is_auto ? FLAG_AUTO : 0)));
	wcur_u32(w, p->valid_s);
	wcur_u32(w, p->preferred_s);
	wcur_u32(w, 0);
	wcur_bytes(w, p->net.addr.o, sizeof(p->net.addr.o));
}

void nd_put_route(struct wcursor *w, const struct nd_route *r)
{
	size_t octets = r->net.len > 64 ? 16 : r->net.len ? 8 : 0;

	put_head(w, ND_OPT_ROUTE, 8 + octets);
	wcur_u8(w, r->net.len);
	wcur_u8(w, (uint8_t)((unsigned)r->pref << 3 & 0x18));
	wcur_u32(w, r->lifetime_s);
	wcur_bytes(w, r->net.addr.o, octets);
}

void nd_put_rdnss(struct wcursor *w, uint32_t lifetime_s, const ip6_addr *addrs,
		  size_t count)
{
	size_t i;

	put_head(w, ND_OPT_RDNSS, 8 + count * 16);
	wcur_u16(w, 0);
	wcur_u32(w, lifetime_s);
	for (i = 0; i < count; i++)
		wcur_bytes(w, addrs[i].o, sizeof(addrs[i].o));
}

void nd_put_dnssl(struct wcursor *w, uint32_t lifetime_s, const char *name)
{
	uint8_t octets[256];
	size_t len = labels_make(name, octets);
	size_t room = (len + ND_OPT_UNIT - 1) / ND_OPT_UNIT * ND_OPT_UNIT;

	if (!len) {
		w->is_bad = true;
		return;
	}
	put_head(w, ND_OPT_DNSSL, 8 + room);
	wcur_u16(w, 0);
	wcur_u32(w, lifetime_s);
	wcur_bytes(w, octets, len);
	wcur_fill(w, 0, room - len);
}

void nd_put_redirected(struct wcursor *w, const uint8_t *packet, size_t len)
{
	len -= len % ND_OPT_UNIT;
	put_head(w, ND_OPT_REDIRECTED, 8 + len);
	wcur_fill(w, 0, 6);
	wcur_bytes(w, packet, len);
}
