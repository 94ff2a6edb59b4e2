// SPDX-License-Identifier: MIT
/*
 * rip.c - the messages of RIP
 *
 * A digest is that of the whole message up to its own place, and of the secret
 * put there (RFC 4822, 3.2): whoever does not know the secret can change
 * nothing, and the number that never falls lets nobody say old things again.
 */

#include "wire/rip.h"

#include <string.h>

#include "base/bytes.h"
#include "base/md5.h"

enum {
	AUTH_TRAILER = 1,  /* "type" of what stands behind the last entry */
	DIGEST_AT = 4,	   /* of the trailer */
	DATA_LEN_OLD = 20, /* some count the trailer's head in */
};

/* Length of a prefix, 255 if it is none. */
static struct ip4_net net_of(ip4_addr addr, uint32_t mask)
{
	struct ip4_net net = {.addr = addr, .len = 255};
	uint32_t rest = ~mask;

	if (rest & (rest + 1) || addr.v & rest)
		return net;
	net.len = mask ? (uint8_t)(32 - (rest ? 32 - __builtin_clz(rest) : 0))
		       : 0;
	return net;
}

static void entry_parse(struct rip_entry *e, const uint8_t *p)
{
	*e = (struct rip_entry){
		.family = get16(p),
		.tag = get16(p + 2),
		.net = net_of(get_ip4(p + 4), get32(p + 8)),
		.next_hop = get_ip4(p + 12),
		.metric = get32(p + 16),
	};
}

/* Behind an entry that says so stands a digest. */
static int digest_parse(struct rip_msg *m, const uint8_t *buf, size_t *len)
{
	const uint8_t *p = buf + RIP_HLEN, *t;
	size_t at = get16(p + 4);

	if (at < RIP_HLEN + RIP_ENTRY_LEN || at + RIP_TRAILER_LEN != *len ||
	    (p[7] != RIP_SECRET_LEN && p[7] != DATA_LEN_OLD))
		return WIRE_LEN;
	t = buf + at;
	if (get16(t) != RIP_FAMILY_AUTH || get16(t + 2) != AUTH_TRAILER)
		return WIRE_FIELD;
	m->key_id = p[6];
	m->seq = get32(p + 8);
	*len = at;
	return 0;
}

static int auth_parse(struct rip_msg *m, const uint8_t *buf, size_t *len)
{
	const uint8_t *p = buf + RIP_HLEN;

	switch (get16(p + 2)) {
	case RIP_AUTH_PASSWORD:
		m->auth = RIP_AUTH_PASSWORD;
		memcpy(m->secret, p + 4, RIP_SECRET_LEN);
		return 0;
	case RIP_AUTH_MD5:
		m->auth = RIP_AUTH_MD5;
		return digest_parse(m, buf, len);
	default:
		return WIRE_FIELD;
	}
}

int rip_parse(struct rip_msg *m, const uint8_t *buf, size_t len)
{
	size_t at = RIP_HLEN;

	memset(m, 0, sizeof(*m));
	if (len < RIP_HLEN)
		return WIRE_SHORT;
	m->command = buf[0];
	m->version = buf[1];
	if (m->version < RIP_VERSION)
		return WIRE_VERSION;
	if (m->command != RIP_REQUEST && m->command != RIP_RESPONSE)
		return WIRE_FIELD;
	if ((len - RIP_HLEN) % RIP_ENTRY_LEN || len > RIP_LEN_MAX)
		return WIRE_LEN;
	if (len > RIP_HLEN && get16(buf + at) == RIP_FAMILY_AUTH) {
		int err = auth_parse(m, buf, &len);

		if (err)
			return err;
		at += RIP_ENTRY_LEN;
	}
	if ((len - RIP_HLEN) / RIP_ENTRY_LEN > RIP_ENTRIES)
		return WIRE_LEN;
	for (; at + RIP_ENTRY_LEN <= len; at += RIP_ENTRY_LEN)
		entry_parse(&m->entry[m->count++], buf + at);
	return 0;
}

static void digest_make(const uint8_t *buf, size_t len, const uint8_t *secret,
			uint8_t digest[static MD5_LEN])
{
	struct md5 md5;

	md5_init(&md5);
	md5_add(&md5, buf, len);
	md5_add(&md5, secret, RIP_SECRET_LEN);
	md5_done(&md5, digest);
}

bool rip_digest_is_right(const uint8_t *buf, size_t len,
			 const uint8_t secret[static RIP_SECRET_LEN])
{
	size_t before = len - RIP_TRAILER_LEN + DIGEST_AT;
	uint8_t digest[MD5_LEN], differs = 0;

	digest_make(buf, before, secret, digest);
	for (size_t i = 0; i < MD5_LEN; i++)
		differs |= digest[i] ^ buf[before + i];
	return !differs;
}

static void entry_emit(uint8_t *p, const struct rip_entry *e)
{
	put16(p, e->family);
	put16(p + 2, e->tag);
	put_ip4(p + 4, e->net.addr);
	put32(p + 8, e->family == RIP_FAMILY_ALL ? 0 : ip4_mask(e->net.len));
	put_ip4(p + 12, e->next_hop);
	put32(p + 16, e->metric);
}

/* The first entry of a message that is secured. */
static void auth_emit(uint8_t *p, const struct rip_msg *m)
{
	memset(p, 0, RIP_ENTRY_LEN);
	put16(p, RIP_FAMILY_AUTH);
	put16(p + 2, (uint16_t)m->auth);
	if (m->auth == RIP_AUTH_PASSWORD) {
		memcpy(p + 4, m->secret, RIP_SECRET_LEN);
		return;
	}
	put16(p + 4, (uint16_t)(RIP_HLEN + (m->count + 1) * RIP_ENTRY_LEN));
	p[6] = m->key_id;
	p[7] = RIP_SECRET_LEN;
	put32(p + 8, m->seq);
}

size_t rip_emit(uint8_t *buf, const struct rip_msg *m)
{
	size_t at = RIP_HLEN;

	buf[0] = m->command;
	buf[1] = RIP_VERSION;
	put16(buf + 2, 0);
	if (m->auth) {
		auth_emit(buf + at, m);
		at += RIP_ENTRY_LEN;
	}
	for (size_t i = 0; i < m->count; i++, at += RIP_ENTRY_LEN)
		entry_emit(buf + at, &m->entry[i]);
	if (m->auth != RIP_AUTH_MD5)
		return at;
	put16(buf + at, RIP_FAMILY_AUTH);
	put16(buf + at + 2, AUTH_TRAILER);
	digest_make(buf, at + DIGEST_AT, m->secret, buf + at + DIGEST_AT);
	return at + RIP_TRAILER_LEN;
}
