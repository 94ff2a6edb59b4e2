// SPDX-License-Identifier: MIT
/*
 * nd.c - the messages of neighbour discovery
 */

#include "wire/nd.h"

#define NA_ROUTER    0x80
#define NA_SOLICITED 0x40
#define NA_OVERRIDE  0x20

#define RA_MANAGED    0x80
#define RA_OTHER      0x40
#define RA_PREF_SHIFT 3

static ip6_addr read_addr(struct cursor *c)
{
	ip6_addr a;

	cur_copy(c, a.o, sizeof(a.o));
	return a;
}

static void read_ra(struct nd_msg *m, struct cursor *c)
{
	/* RFC 4191, 2.2: the reserved value is medium. */
	static const enum nd_pref prefs[] = {ND_PREF_MEDIUM, ND_PREF_HIGH,
					     ND_PREF_MEDIUM, ND_PREF_LOW};
	uint8_t flags;

	m->hop_limit = cur_u8(c);
	flags = cur_u8(c);
	m->is_managed = flags & RA_MANAGED;
	m->is_other = flags & RA_OTHER;
	m->lifetime_s = cur_u16(c);
	m->pref = prefs[flags >> RA_PREF_SHIFT & 3];
	if (!m->lifetime_s)
		m->pref = ND_PREF_MEDIUM;
	m->reachable_ms = cur_u32(c);
	m->retrans_ms = cur_u32(c);
}

static void read_na(struct nd_msg *m, struct cursor *c)
{
	uint8_t flags = cur_u8(c);

	m->is_router = flags & NA_ROUTER;
	m->is_solicited = flags & NA_SOLICITED;
	m->is_override = flags & NA_OVERRIDE;
	cur_skip(c, 3);
	m->target = read_addr(c);
}

static void read_fixed(struct nd_msg *m, struct cursor *c)
{
	if (m->type == ND_ROUTER_ADVERT) {
		read_ra(m, c);
		return;
	}
	if (m->type == ND_NEIGHBOUR_ADVERT) {
		read_na(m, c);
		return;
	}
	cur_skip(c, 4); /* reserved */
	if (m->type == ND_ROUTER_SOLICIT)
		return;
	m->target = read_addr(c);
	if (m->type == ND_REDIRECT)
		m->dst = read_addr(c);
}

int nd_parse(struct nd_msg *m, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	uint8_t code;

	memset(m, 0, sizeof(*m));
	m->type = cur_u8(&c);
	code = cur_u8(&c);
	cur_skip(&c, 2); /* checksum */
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (!nd_is_type(m->type))
		return WIRE_VERSION;
	read_fixed(m, &c);
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (code != 0 || ip6_is_multicast(m->target) ||
	    ip6_is_multicast(m->dst))
		return WIRE_FIELD;
	return nd_opts_parse(&m->opts, &c);
}

static void emit_ra(struct wcursor *w, const struct nd_msg *m)
{
	wcur_u8(w, m->hop_limit);
	wcur_u8(w, (uint8_t)((m->is_managed ? RA_MANAGED : 0) |
			     (m->is_other ? RA_OTHER : 0) |
			     ((unsigned)m->pref & 3) << RA_PREF_SHIFT));
	wcur_u16(w, m->lifetime_s);
	wcur_u32(w, m->reachable_ms);
	wcur_u32(w, m->retrans_ms);
}

static void emit_na(struct wcursor *w, const struct nd_msg *m)
{
	wcur_u8(w, (uint8_t)((m->is_router ? NA_ROUTER : 0) |
			     (m->is_solicited ? NA_SOLICITED : 0) |
			     (m->is_override ? NA_OVERRIDE : 0)));
	wcur_u24(w, 0);
	wcur_bytes(w, m->target.o, sizeof(m->target.o));
}

void nd_emit(struct wcursor *w, const struct nd_msg *m)
{
	wcur_u8(w, m->type);
	wcur_u8(w, 0);
	wcur_u16(w, 0);
	if (m->type == ND_ROUTER_ADVERT) {
		emit_ra(w, m);
		return;
	}
	if (m->type == ND_NEIGHBOUR_ADVERT) {
		emit_na(w, m);
		return;
	}
	wcur_u32(w, 0);
	if (m->type == ND_ROUTER_SOLICIT)
		return;
	wcur_bytes(w, m->target.o, sizeof(m->target.o));
	if (m->type == ND_REDIRECT)
		wcur_bytes(w, m->dst.o, sizeof(m->dst.o));
}

const char *nd_name(uint8_t icmp_type)
{
	switch (icmp_type) {
	case ND_ROUTER_SOLICIT:
		return "router solicitation";
	case ND_ROUTER_ADVERT:
		return "router advertisement";
	case ND_NEIGHBOUR_SOLICIT:
		return "neighbour solicitation";
	case ND_NEIGHBOUR_ADVERT:
		return "neighbour advertisement";
	case ND_REDIRECT:
		return "redirect";
	default:
		return NULL;
	}
}

static void print_ra(struct strbuf *sb, const struct nd_msg *m)
{
	char net[IP6_TEXT];
	size_t i;

	strbuf_printf(sb, "router for %u s", m->lifetime_s);
	for (i = 0; i < m->opts.prefix_count; i++)
		strbuf_printf(sb, ", prefix %s/%u",
			      ip6_print(m->opts.prefix[i].net.addr, net),
			      m->opts.prefix[i].net.len);
}

void nd_print(struct strbuf *sb, const struct nd_msg *m)
{
	char target[IP6_TEXT], dst[IP6_TEXT], mac[MAC_TEXT];

	ip6_print(m->target, target);
	switch (m->type) {
	case ND_ROUTER_SOLICIT:
		strbuf_puts(sb, "is there a router?");
		break;
	case ND_ROUTER_ADVERT:
		print_ra(sb, m);
		break;
	case ND_NEIGHBOUR_SOLICIT:
		strbuf_printf(sb, "who has %s?", target);
		break;
	case ND_NEIGHBOUR_ADVERT:
		strbuf_printf(sb, "%s is %s", target,
			      m->opts.has & ND_HAS_TARGET
				      ? mac_print(m->opts.target, mac)
				      : "me");
		break;
	case ND_REDIRECT:
		strbuf_printf(sb, "to %s by %s", ip6_print(m->dst, dst),
			      target);
		break;
	default:
		strbuf_printf(sb, "icmp6 type %u", m->type);
		break;
	}
}
