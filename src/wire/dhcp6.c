// SPDX-License-Identifier: MIT
/*
 * dhcp6.c - messages of DHCPv6
 *
 * A message is a type, a transaction and options; one of a relay has two
 * addresses instead of the transaction, and holds another message as an option.
 * The inner message is lent and not read here: whoever unwraps it decides how
 * deep to go.
 */

#include "wire/dhcp6.h"

#include <string.h>

#include "base/check.h"

#include "wire/dhcp6_opt.h"

enum { DUID_LLT = 1, DUID_LL = 3, HTYPE_ETHER = 1 };

int dhcp6_parse(struct dhcp6_msg *m, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len), value;
	uint16_t code;
	int err = 0;

	*m = (struct dhcp6_msg){.type = cur_u8(&c)};
	m->xid = cur_u24(&c);
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (!m->type || m->type >= DHCP6_RELAY_FORW)
		return WIRE_FIELD;
	while (cur_left(&c) && !err) {
		if (!dhcp6_opt_next(&c, &code, &value))
			return WIRE_LEN;
		err = dhcp6_opt_read(m, code, &value);
	}
	return err ? err : (int)len;
}

size_t dhcp6_emit(uint8_t *buf, size_t size, const struct dhcp6_msg *m)
{
	struct wcursor w = wcur_init(buf, size);

	wcur_u8(&w, m->type);
	wcur_u24(&w, m->xid);
	dhcp6_opts_write(&w, m);
	return wcur_ok(&w) ? wcur_len(&w) : 0;
}

bool dhcp6_is_relayed(const uint8_t *buf, size_t len)
{
	return len &&
	       (buf[0] == DHCP6_RELAY_FORW || buf[0] == DHCP6_RELAY_REPL);
}

static int relay_option(struct dhcp6_relay *r, uint16_t code, struct cursor *v)
{
	size_t len = cur_left(v);

	if (code == DHCP6_OPT_RELAYED) {
		if (r->inner)
			return WIRE_FIELD;
		r->inner_len = len;
		r->inner = cur_take(v, len);
	} else if (code == DHCP6_OPT_IFACE) {
		if (len > DHCP6_IFACE_ID || r->iface_len)
			return WIRE_LEN;
		r->iface_len = (uint8_t)len;
		cur_copy(v, r->iface, len);
	}
	return 0;
}

int dhcp6_relay_parse(struct dhcp6_relay *r, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len), value;
	uint16_t code;
	int err = 0;

	*r = (struct dhcp6_relay){.type = cur_u8(&c)};
	r->hops = cur_u8(&c);
	cur_copy(&c, r->link.o, sizeof(r->link.o));
	cur_copy(&c, r->peer.o, sizeof(r->peer.o));
	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (!dhcp6_is_relayed(buf, len))
		return WIRE_FIELD;
	while (cur_left(&c) && !err) {
		if (!dhcp6_opt_next(&c, &code, &value))
			return WIRE_LEN;
		err = relay_option(r, code, &value);
	}
	if (err)
		return err;
	return r->inner_len ? (int)len : WIRE_FIELD;
}

size_t dhcp6_relay_emit(uint8_t *buf, size_t size, const struct dhcp6_relay *r)
{
	struct wcursor w = wcur_init(buf, size);

	wcur_u8(&w, r->type);
	wcur_u8(&w, r->hops);
	wcur_bytes(&w, r->link.o, sizeof(r->link.o));
	wcur_bytes(&w, r->peer.o, sizeof(r->peer.o));
	if (r->iface_len)
		dhcp6_opt_put(&w, DHCP6_OPT_IFACE, r->iface, r->iface_len);
	dhcp6_opt_put(&w, DHCP6_OPT_RELAYED, r->inner, r->inner_len);
	return wcur_ok(&w) ? wcur_len(&w) : 0;
}

const char *dhcp6_type_name(uint8_t type)
{
	static const char *const names[DHCP6_TYPES] = {
		NULL,	      "SOLICIT",     "ADVERTISE",
		"REQUEST",    "CONFIRM",     "RENEW",
		"REBIND",     "REPLY",	     "RELEASE",
		"DECLINE",    "RECONFIGURE", "INFORMATION-REQUEST",
		"RELAY-FORW", "RELAY-REPL",
	};

	return type < DHCP6_TYPES ? names[type] : NULL;
}

const char *dhcp6_option_name(uint16_t code)
{
	static const struct {
		uint16_t code;
		const char *name;
	} rows[] = {
		{DHCP6_OPT_CLIENT, "Client Identifier"},
		{DHCP6_OPT_SERVER, "Server Identifier"},
		{DHCP6_OPT_IA_NA, "IA_NA"},
		{DHCP6_OPT_ADDR, "IA Address"},
		{DHCP6_OPT_WANTS, "Option Request"},
		{DHCP6_OPT_PREFERENCE, "Preference"},
		{DHCP6_OPT_ELAPSED, "Elapsed Time"},
		{DHCP6_OPT_RELAYED, "Relay Message"},
		{DHCP6_OPT_STATUS, "Status Code"},
		{DHCP6_OPT_RAPID, "Rapid Commit"},
		{DHCP6_OPT_IFACE, "Interface-Id"},
		{DHCP6_OPT_DNS, "DNS Servers"},
		{DHCP6_OPT_DOMAINS, "Domain Search List"},
		{DHCP6_OPT_REFRESH, "Information Refresh Time"},
		{DHCP6_OPT_SOL_MAX, "SOL_MAX_RT"},
		{DHCP6_OPT_INF_MAX, "INF_MAX_RT"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return rows[i].name;
	return NULL;
}

const char *dhcp6_status_name(uint16_t status)
{
	static const char *const names[DHCP6_STATUSES] = {
		"Success",   "UnspecFail", "NoAddrsAvail",
		"NoBinding", "NotOnLink",  "UseMulticast",
	};

	return status < DHCP6_STATUSES ? names[status] : NULL;
}

struct dhcp6_duid dhcp6_duid_ll(mac_addr mac)
{
	struct dhcp6_duid d = {.len = 4 + sizeof(mac.o)};

	put16(d.v, DUID_LL);
	put16(d.v + 2, HTYPE_ETHER);
	put_mac(d.v + 4, mac);
	return d;
}

struct dhcp6_duid dhcp6_duid_llt(mac_addr mac, uint32_t time_s)
{
	struct dhcp6_duid d = {.len = 8 + sizeof(mac.o)};

	put16(d.v, DUID_LLT);
	put16(d.v + 2, HTYPE_ETHER);
	put32(d.v + 4, time_s);
	put_mac(d.v + 8, mac);
	return d;
}

bool dhcp6_duid_eq(const struct dhcp6_duid *a, const struct dhcp6_duid *b)
{
	return a->len == b->len && memcmp(a->v, b->v, a->len) == 0;
}
