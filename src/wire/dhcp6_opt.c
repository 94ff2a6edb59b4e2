// SPDX-License-Identifier: MIT
/*
 * dhcp6_opt.c - the options of DHCPv6, one by one
 *
 * Theory of operation
 * ===================
 * Each option is cut out as a cursor of its own before anyone looks inside, so
 * a reader that takes too much turns that cursor bad and reads nothing else.
 * Nesting is not a loop over a depth that a stranger chooses: an IA may hold
 * addresses, an address may hold a status, and that is all; what else stands
 * in them is skipped.
 *
 * When writing, an option that holds others is begun with a length of 0, which
 * is set when its end is known.
 */

#include "wire/dhcp6_opt.h"

#include <string.h>

#include "base/check.h"

/*
 * Reading.
 */

bool dhcp6_opt_next(struct cursor *c, uint16_t *code, struct cursor *value)
{
	*code = cur_u16(c);
	*value = cur_sub(c, cur_u16(c));
	return cur_ok(c);
}

static int read_duid(struct dhcp6_duid *d, struct cursor *c)
{
	size_t len = cur_left(c);

	if (d->len)
		return WIRE_FIELD; /* a second one: which to believe? */
	if (len < 3 || len > DHCP6_DUID_MAX)
		return WIRE_LEN;
	cur_copy(c, d->v, len);
	d->len = (uint8_t)len;
	return 0;
}

static int read_status(struct cursor *c, bool *has, uint16_t *status)
{
	if (cur_left(c) < 2)
		return WIRE_LEN;
	*status = cur_u16(c); /* the text behind it is for people */
	*has = true;
	return 0;
}

static int read_addr(struct dhcp6_ia *ia, struct cursor *c)
{
	struct dhcp6_addr a = {.has_status = false};
	struct cursor value;
	uint16_t code;
	int err = 0;

	cur_copy(c, a.addr.o, sizeof(a.addr.o));
	a.preferred_s = cur_u32(c);
	a.valid_s = cur_u32(c);
	if (!cur_ok(c))
		return WIRE_LEN;
	while (cur_left(c) && !err) {
		if (!dhcp6_opt_next(c, &code, &value))
			return WIRE_LEN;
		if (code == DHCP6_OPT_STATUS)
			err = read_status(&value, &a.has_status, &a.status);
	}
	if (ia->count < DHCP6_ADDRS)
		ia->addr[ia->count++] = a;
	return err;
}

static int read_ia(struct dhcp6_msg *m, struct cursor *c)
{
	struct dhcp6_ia ia = {.id = cur_u32(c)};
	struct cursor value;
	uint16_t code;
	int err = 0;

	ia.t1_s = cur_u32(c);
	ia.t2_s = cur_u32(c);
	if (!cur_ok(c))
		return WIRE_LEN;
	while (cur_left(c) && !err) {
		if (!dhcp6_opt_next(c, &code, &value))
			return WIRE_LEN;
		if (code == DHCP6_OPT_ADDR)
			err = read_addr(&ia, &value);
		else if (code == DHCP6_OPT_STATUS)
			err = read_status(&value, &ia.has_status, &ia.status);
	}
	if (m->ia_count < DHCP6_IAS)
		m->ia[m->ia_count++] = ia;
	return err;
}

static int read_wants(struct dhcp6_msg *m, struct cursor *c)
{
	if (cur_left(c) % 2)
		return WIRE_LEN;
	while (cur_left(c)) {
		uint16_t code = cur_u16(c);

		if (m->want_count < DHCP6_WANTS)
			m->wants[m->want_count++] = code;
	}
	return 0;
}

static int read_dns(struct dhcp6_msg *m, struct cursor *c)
{
	if (cur_left(c) % 16)
		return WIRE_LEN;
	while (cur_left(c)) {
		ip6_addr a;

		cur_copy(c, a.o, sizeof(a.o));
		if (m->dns_count < DHCP6_DNS)
			m->dns[m->dns_count++] = a;
	}
	return 0;
}

static int read_domains(struct dhcp6_msg *m, struct cursor *c)
{
	while (cur_left(c)) {
		char text[LABELS_TEXT];
		int len = labels_read(c, text);

		if (len < 0)
			return len;
		if (len > 0 && m->domain_count < DHCP6_DOMAINS)
			memcpy(m->domain[m->domain_count++], text,
			       (size_t)len + 1);
	}
	return 0;
}

/* A number that is all of its option. */
static int read_number(struct cursor *c, size_t size, uint32_t *out)
{
	if (cur_left(c) != size)
		return WIRE_LEN;
	*out = size == 1 ? cur_u8(c) : size == 2 ? cur_u16(c) : cur_u32(c);
	return 0;
}

static int read_small(struct dhcp6_msg *m, uint16_t code, struct cursor *c)
{
	uint32_t v = 0;
	int err;

	if (code == DHCP6_OPT_RAPID) {
		m->is_rapid = true;
		return cur_left(c) ? WIRE_LEN : 0;
	}
	err = read_number(c, code == DHCP6_OPT_ELAPSED ? 2 : 1, &v);
	if (code == DHCP6_OPT_ELAPSED) {
		m->has_elapsed = !err;
		m->elapsed_cs = (uint16_t)v;
	} else {
		m->has_preference = !err;
		m->preference = (uint8_t)v;
	}
	return err;
}

int dhcp6_opt_read(struct dhcp6_msg *m, uint16_t code, struct cursor *value)
{
	switch (code) {
	case DHCP6_OPT_CLIENT:
		return read_duid(&m->client, value);
	case DHCP6_OPT_SERVER:
		return read_duid(&m->server, value);
	case DHCP6_OPT_IA_NA:
		return read_ia(m, value);
	case DHCP6_OPT_WANTS:
		return read_wants(m, value);
	case DHCP6_OPT_RAPID:
	case DHCP6_OPT_ELAPSED:
	case DHCP6_OPT_PREFERENCE:
		return read_small(m, code, value);
	case DHCP6_OPT_STATUS:
		return read_status(value, &m->has_status, &m->status);
	case DHCP6_OPT_DNS:
		return read_dns(m, value);
	case DHCP6_OPT_DOMAINS:
		return read_domains(m, value);
	case DHCP6_OPT_REFRESH:
		return read_number(value, 4, &m->refresh_s);
	case DHCP6_OPT_SOL_MAX:
		return read_number(value, 4, &m->sol_max_s);
	case DHCP6_OPT_INF_MAX:
		return read_number(value, 4, &m->inf_max_s);
	default:
		return 0;
	}
}

/*
 * Writing.
 */

void dhcp6_opt_put(struct wcursor *w, uint16_t code, const void *p, size_t len)
{
	wcur_u16(w, code);
	wcur_u16(w, (uint16_t)len);
	wcur_bytes(w, p, len);
}

/* Begin an option that holds others; what to give to opt_end(). */
static size_t opt_begin(struct wcursor *w, uint16_t code)
{
	wcur_u16(w, code);
	wcur_u16(w, 0);
	return wcur_len(w);
}

static void opt_end(struct wcursor *w, size_t begin)
{
	if (wcur_ok(w))
		put16(w->start + begin - 2, (uint16_t)(wcur_len(w) - begin));
}

static void put_status(struct wcursor *w, bool has, uint16_t status)
{
	const char *text = dhcp6_status_name(status);
	size_t at;

	if (!has)
		return;
	at = opt_begin(w, DHCP6_OPT_STATUS);
	wcur_u16(w, status);
	if (text)
		wcur_bytes(w, text, strlen(text));
	opt_end(w, at);
}

static void put_ia(struct wcursor *w, const struct dhcp6_ia *ia)
{
	size_t at = opt_begin(w, DHCP6_OPT_IA_NA), in;

	wcur_u32(w, ia->id);
	wcur_u32(w, ia->t1_s);
	wcur_u32(w, ia->t2_s);
	for (size_t i = 0; i < ia->count; i++) {
		const struct dhcp6_addr *a = &ia->addr[i];

		in = opt_begin(w, DHCP6_OPT_ADDR);
		wcur_bytes(w, a->addr.o, sizeof(a->addr.o));
		wcur_u32(w, a->preferred_s);
		wcur_u32(w, a->valid_s);
		put_status(w, a->has_status, a->status);
		opt_end(w, in);
	}
	put_status(w, ia->has_status, ia->status);
	opt_end(w, at);
}

static void put_u32(struct wcursor *w, uint16_t code, uint32_t v)
{
	uint8_t buf[4];

	put32(buf, v);
	if (v)
		dhcp6_opt_put(w, code, buf, sizeof(buf));
}

static void put_u16(struct wcursor *w, uint16_t code, uint16_t v)
{
	uint8_t buf[2];

	put16(buf, v);
	dhcp6_opt_put(w, code, buf, sizeof(buf));
}

static void put_domains(struct wcursor *w, const struct dhcp6_msg *m)
{
	size_t at = m->domain_count ? opt_begin(w, DHCP6_OPT_DOMAINS) : 0;

	for (size_t i = 0; i < m->domain_count; i++) {
		uint8_t octets[256];
		size_t len = labels_make(m->domain[i], octets);

		if (!len)
			w->is_bad = true;
		wcur_bytes(w, octets, len);
	}
	if (at)
		opt_end(w, at);
}

static void put_config(struct wcursor *w, const struct dhcp6_msg *m)
{
	size_t at = m->dns_count ? opt_begin(w, DHCP6_OPT_DNS) : 0;

	for (size_t i = 0; i < m->dns_count; i++)
		wcur_bytes(w, m->dns[i].o, sizeof(m->dns[i].o));
	if (at)
		opt_end(w, at);
	put_domains(w, m);
	put_u32(w, DHCP6_OPT_REFRESH, m->refresh_s);
	put_u32(w, DHCP6_OPT_SOL_MAX, m->sol_max_s);
	put_u32(w, DHCP6_OPT_INF_MAX, m->inf_max_s);
}

void dhcp6_opts_write(struct wcursor *w, const struct dhcp6_msg *m)
{
	size_t at;

	if (m->client.len)
		dhcp6_opt_put(w, DHCP6_OPT_CLIENT, m->client.v, m->client.len);
	if (m->server.len)
		dhcp6_opt_put(w, DHCP6_OPT_SERVER, m->server.v, m->server.len);
	if (m->has_preference)
		dhcp6_opt_put(w, DHCP6_OPT_PREFERENCE, &m->preference, 1);
	if (m->has_elapsed)
		put_u16(w, DHCP6_OPT_ELAPSED, m->elapsed_cs);
	put_status(w, m->has_status, m->status);
	if (m->is_rapid)
		dhcp6_opt_put(w, DHCP6_OPT_RAPID, NULL, 0);
	for (size_t i = 0; i < m->ia_count; i++)
		put_ia(w, &m->ia[i]);
	at = m->want_count ? opt_begin(w, DHCP6_OPT_WANTS) : 0;
	for (size_t i = 0; i < m->want_count; i++)
		wcur_u16(w, m->wants[i]);
	if (at)
		opt_end(w, at);
	put_config(w, m);
}
