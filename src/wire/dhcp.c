// SPDX-License-Identifier: MIT
/*
 * dhcp.c - messages of BOOTP and DHCP
 *
 * Theory of operation
 * ===================
 * Options are the part that has hurt others: lengths beyond the end, no END,
 * pieces of one option in three places.  Reading therefore takes two steps.
 * First every area (options, and `file` and `sname` if option 52 says so) is
 * walked once, and the message is refused if one does not end as it should.
 * Then one table says for each code where its value belongs and what shape it
 * has; its octets are joined from all areas (RFC 3396) before they are looked
 * at.  The same table writes.
 *
 * Texts may end in a NUL that does not belong to them (RFC 2132, 2); with any
 * other control octet in it a text is treated as if it were not there.
 */

#include "wire/dhcp.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/cursor.h"
#include "base/wcursor.h"

enum opt_kind { OPT_IP, OPT_IPS, OPT_U8, OPT_U16, OPT_U32, OPT_TEXT, OPT_RAW };

/* clang-format off */
#define ROW(code, kind, member, name) \
	{DHCP_OPT_##code, OPT_##kind, offsetof(struct dhcp_msg, member), name}
static const struct opt_row {
	uint8_t code;
	enum opt_kind kind;
	size_t at;
	const char *name;
} rows[] = {
	/* The type first: it is what people look for. */
	ROW(TYPE,	U8,	type,		"DHCP Message Type"),
	ROW(SERVER,	IP,	server,		"Server Identifier"),
	ROW(CLIENT,	RAW,	client,		"Client Identifier"),
	ROW(REQUESTED,	IP,	requested,	"Requested IP Address"),
	ROW(LEASE,	U32,	lease_s,	"IP Address Lease Time"),
	ROW(T1,		U32,	t1_s,		"Renewal (T1) Time"),
	ROW(T2,		U32,	t2_s,		"Rebinding (T2) Time"),
	ROW(MASK,	IP,	mask,		"Subnet Mask"),
	ROW(ROUTER,	IPS,	routers,	"Router"),
	ROW(DNS,	IPS,	dns,		"Domain Name Server"),
	ROW(HOST_NAME,	TEXT,	host_name,	"Host Name"),
	ROW(DOMAIN,	TEXT,	domain,		"Domain Name"),
	ROW(PARAMS,	RAW,	params,		"Parameter Request List"),
	ROW(MAX_SIZE,	U16,	max_size,	"Maximum DHCP Message Size"),
	ROW(MESSAGE,	TEXT,	message,	"Message"),
	ROW(SEARCH,	RAW,	search,		"Domain Search"),
	/* A relay's own is the last (RFC 3046, 2.1). */
	ROW(RELAY,	RAW,	relay,		"Relay Agent Information"),
};
/* clang-format on */

/* Where options stand: the field for them, `file`, `sname`. */
struct areas {
	struct cursor c[3];
	size_t count;
};

/* One option, or END (255); false if it is not all there. */
static bool option_next(struct cursor *c, uint8_t *code, struct cursor *value)
{
	do {
		*code = cur_u8(c);
	} while (cur_ok(c) && *code == DHCP_OPT_PAD);
	*value = cur_init(NULL, 0);
	if (cur_ok(c) && *code != DHCP_OPT_END)
		*value = cur_sub(c, cur_u8(c));
	return cur_ok(c);
}

/* Does the area end with END and nothing reach beyond it? */
static bool area_is_whole(struct cursor c)
{
	struct cursor value;
	uint8_t code;

	while (option_next(&c, &code, &value))
		if (code == DHCP_OPT_END)
			return true;
	return false;
}

/* All pieces of @code, joined; how many octets, or -1: more than @size. */
static int option_join(const struct areas *a, uint8_t code, uint8_t *out,
		       size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++) {
		struct cursor c = a->c[i], value;
		uint8_t at;

		while (option_next(&c, &at, &value) && at != DHCP_OPT_END) {
			size_t len = cur_left(&value);

			if (at != code)
				continue;
			if (len > size - n)
				return -1;
			cur_copy(&value, out + n, len);
			n += len;
		}
	}
	return (int)n;
}

/* A text without its final NULs; one with control octets is no text. */
static void read_text(char to[DHCP_TEXT], const uint8_t *p, size_t len)
{
	while (len && !p[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		if (p[i] < 32 || p[i] == 127)
			return;
	memcpy(to, p, len);
	to[len] = '\0';
}

static int read_addrs(struct dhcp_addrs *to, const uint8_t *p, size_t len)
{
	if (len % 4)
		return WIRE_LEN;
	for (size_t i = 0; i < len / 4 && i < DHCP_ADDRS; i++)
		to->v[to->count++] = get_ip4(p + 4 * i);
	return 0;
}

static void read_raw(struct dhcp_bytes *to, const uint8_t *p, size_t len)
{
	memcpy(to->v, p, len);
	to->len = (uint8_t)len;
}

/* The octets of an option into its member; the room is a member's own. */
static int option_read(const struct opt_row *row, void *to, const uint8_t *p,
		       size_t len)
{
	static const uint8_t sizes[] = {
		[OPT_IP] = 4, [OPT_U8] = 1, [OPT_U16] = 2, [OPT_U32] = 4};

	if (row->kind < ARRAY_SIZE(sizes) && sizes[row->kind] &&
	    len != sizes[row->kind])
		return WIRE_LEN;
	switch (row->kind) {
	case OPT_IP:
		*(ip4_addr *)to = get_ip4(p);
		return 0;
	case OPT_IPS:
		return read_addrs(to, p, len);
	case OPT_U8:
		*(uint8_t *)to = p[0];
		return 0;
	case OPT_U16:
		*(uint16_t *)to = get16(p);
		return 0;
	case OPT_U32:
		*(uint32_t *)to = get32(p);
		return 0;
	case OPT_TEXT:
		read_text(to, p, len);
		return 0;
	case OPT_RAW:
		read_raw(to, p, len);
		return 0;
	}
	return 0;
}

static void *member(struct dhcp_msg *m, const struct opt_row *row)
{
	return (char *)m + row->at;
}

static int options_read(struct dhcp_msg *m, const struct areas *a)
{
	uint8_t buf[DHCP_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int n = option_join(a, rows[i].code, buf, sizeof(buf));
		int err = n > 0 ? option_read(&rows[i], member(m, &rows[i]),
					      buf, (size_t)n)
				: n;

		if (err)
			return WIRE_LEN;
	}
	return 0;
}

/* Find the areas, and refuse what does not end in them. */
static int areas_find(struct areas *a, const struct dhcp_wire *w,
		      struct cursor options)
{
	uint8_t overload[DHCP_BYTES];
	int n;

	*a = (struct areas){.c = {options}, .count = 1};
	if (!area_is_whole(options))
		return WIRE_LEN;
	n = option_join(a, DHCP_OPT_OVERLOAD, overload, sizeof(overload));
	if (!n)
		return 0;
	if (n != 1 || overload[0] < 1 || overload[0] > 3)
		return WIRE_LEN;
	if (overload[0] & 1)
		a->c[a->count++] = cur_init(w->file, sizeof(w->file));
	if (overload[0] & 2)
		a->c[a->count++] = cur_init(w->sname, sizeof(w->sname));
	for (size_t i = 1; i < a->count; i++)
		if (!area_is_whole(a->c[i]))
			return WIRE_LEN;
	return 0;
}

static void fixed_read(struct dhcp_msg *m, const struct dhcp_wire *w)
{
	*m = (struct dhcp_msg){
		.op = w->op[0],
		.hops = w->hops[0],
		.xid = get32(w->xid),
		.secs = get16(w->secs),
		.flags = get16(w->flags),
		.ciaddr = get_ip4(w->ciaddr),
		.yiaddr = get_ip4(w->yiaddr),
		.siaddr = get_ip4(w->siaddr),
		.giaddr = get_ip4(w->giaddr),
		.chaddr = get_mac(w->chaddr),
	};
}

int dhcp_parse(struct dhcp_msg *m, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	const struct dhcp_wire *w = (const void *)cur_take(&c, DHCP_FIXED_LEN);
	struct areas areas;
	int err;

	if (!w)
		return WIRE_SHORT;
	if (w->htype[0] != DHCP_HTYPE_ETHER)
		return WIRE_VERSION;
	if (w->hlen[0] != sizeof(m->chaddr.o))
		return WIRE_HLEN;
	fixed_read(m, w);
	if ((m->op != BOOTP_REQUEST && m->op != BOOTP_REPLY) ||
	    m->hops > DHCP_HOPS_MAX)
		return WIRE_FIELD;
	if (cur_u32(&c) != DHCP_COOKIE)
		return (int)len; /* BOOTP with somebody's own extensions */
	err = areas_find(&areas, w, c);
	if (!err)
		err = options_read(m, &areas);
	if (err)
		return err;
	return m->type >= DHCP_TYPES ? WIRE_FIELD : (int)len;
}

/* An option, in pieces if it is too long for one. */
static void option_write(struct wcursor *w, uint8_t code, const void *p,
			 size_t len)
{
	const uint8_t *at = p;

	while (len) {
		size_t n = len < DHCP_BYTES ? len : DHCP_BYTES;

		wcur_u8(w, code);
		wcur_u8(w, (uint8_t)n);
		wcur_bytes(w, at, n);
		at += n;
		len -= n;
	}
}

static void write_number(struct wcursor *w, uint8_t code, uint32_t v,
			 size_t size)
{
	uint8_t buf[4];

	put32(buf, v);
	if (v)
		option_write(w, code, buf + sizeof(buf) - size, size);
}

static void write_addrs(struct wcursor *w, uint8_t code,
			const struct dhcp_addrs *a)
{
	uint8_t buf[4 * DHCP_ADDRS];
	size_t i, count = min_size(a->count, DHCP_ADDRS);

	for (i = 0; i < count; i++)
		put_ip4(buf + 4 * i, a->v[i]);
	option_write(w, code, buf, 4 * count);
}

static void row_write(struct wcursor *w, const struct opt_row *row,
		      const void *from)
{
	const struct dhcp_bytes *raw = from;

	switch (row->kind) {
	case OPT_IP:
		write_number(w, row->code, ((const ip4_addr *)from)->v, 4);
		break;
	case OPT_IPS:
		write_addrs(w, row->code, from);
		break;
	case OPT_U8:
		write_number(w, row->code, *(const uint8_t *)from, 1);
		break;
	case OPT_U16:
		write_number(w, row->code, *(const uint16_t *)from, 2);
		break;
	case OPT_U32:
		write_number(w, row->code, *(const uint32_t *)from, 4);
		break;
	case OPT_TEXT:
		option_write(w, row->code, from, strlen(from));
		break;
	case OPT_RAW:
		option_write(w, row->code, raw->v, raw->len);
		break;
	}
}

static void fixed_write(struct dhcp_wire *w, const struct dhcp_msg *m)
{
	memset(w, 0, sizeof(*w));
	w->op[0] = m->op;
	w->htype[0] = DHCP_HTYPE_ETHER;
	w->hlen[0] = sizeof(m->chaddr.o);
	w->hops[0] = m->hops;
	put32(w->xid, m->xid);
	put16(w->secs, m->secs);
	put16(w->flags, m->flags);
	put_ip4(w->ciaddr, m->ciaddr);
	put_ip4(w->yiaddr, m->yiaddr);
	put_ip4(w->siaddr, m->siaddr);
	put_ip4(w->giaddr, m->giaddr);
	put_mac(w->chaddr, m->chaddr);
}

size_t dhcp_emit(uint8_t *buf, size_t size, const struct dhcp_msg *m)
{
	struct wcursor w = wcur_init(buf, size);
	struct dhcp_wire *fixed = (void *)wcur_take(&w, DHCP_FIXED_LEN);

	if (!fixed)
		return 0;
	fixed_write(fixed, m);
	wcur_u32(&w, DHCP_COOKIE);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		row_write(&w, &rows[i], (const char *)m + rows[i].at);
	wcur_u8(&w, DHCP_OPT_END);
	if (wcur_len(&w) < DHCP_LEN_MIN)
		wcur_fill(&w, 0, DHCP_LEN_MIN - wcur_len(&w));
	return wcur_ok(&w) ? wcur_len(&w) : 0;
}

const char *dhcp_type_name(uint8_t type)
{
	static const char *const names[DHCP_TYPES] = {
		"BOOTP",       "DHCPDISCOVER", "DHCPOFFER",
		"DHCPREQUEST", "DHCPDECLINE",  "DHCPACK",
		"DHCPNAK",     "DHCPRELEASE",  "DHCPINFORM",
	};

	return type < DHCP_TYPES ? names[type] : NULL;
}

const char *dhcp_option_name(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return rows[i].name;
	switch (code) {
	case DHCP_OPT_PAD:
		return "Pad";
	case DHCP_OPT_END:
		return "End";
	case DHCP_OPT_OVERLOAD:
		return "Option Overload";
	default:
		return NULL;
	}
}

/* The name at @at; 0: malformed, else the octets that it takes there. */
static size_t search_name(const struct dhcp_bytes *s, size_t at)
{
	size_t start = at, used = 0, lowest = at, sum = 0;

	while (at < s->len) {
		size_t len = s->v[at];

		if (!len)
			return used ? used : at + 1 - start;
		if (len >= 0xc0) {
			if (at + 2 > s->len)
				return 0;
			used = used ? used : at + 2 - start;
			at = (len & 0x3f) << 8 | s->v[at + 1];
			if (at >= lowest)
				return 0; /* not back: it might never end */
			lowest = at;
			continue;
		}
		sum += len + 1;
		if (len > 63 || sum > 254)
			return 0;
		at += 1 + len;
	}
	return 0;
}

bool dhcp_search_valid(const struct dhcp_bytes *search)
{
	size_t at = 0;

	while (at < search->len) {
		size_t n = search_name(search, at);

		if (!n)
			return false;
		at += n;
	}
	return search->len > 0;
}

int dhcp_mask_len(ip4_addr mask)
{
	for (unsigned int len = 0; len <= 32; len++)
		if (ip4_mask(len) == mask.v)
			return (int)len;
	return -1;
}
