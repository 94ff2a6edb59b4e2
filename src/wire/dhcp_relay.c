// SPDX-License-Identifier: MIT
/*
 * dhcp_relay.c - what a relay changes in a message of DHCP
 *
 * The message has been read before, so its options are known to end in END;
 * the walk here is bounded by the length all the same.  `file` and `sname` may
 * hold options too (52), but a relay puts its own where they always are.
 */

#include "wire/dhcp_relay.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wcursor.h"

enum { OPTIONS_AT = DHCP_FIXED_LEN + 4 };

static int sub_read(struct cursor *value, uint8_t *len, uint8_t *to)
{
	size_t n = cur_left(value);

	if (n > DHCP_MARK_MAX)
		return WIRE_LEN;
	*len = (uint8_t)n;
	cur_copy(value, to, n);
	return 0;
}

int dhcp_mark_parse(struct dhcp_mark *mark, const struct dhcp_bytes *option)
{
	struct cursor c = cur_init(option->v, option->len);
	int err = 0;

	*mark = (struct dhcp_mark){.circuit_len = 0};
	while (cur_left(&c) && !err) {
		uint8_t code = cur_u8(&c);
		struct cursor value = cur_sub(&c, cur_u8(&c));

		if (code == DHCP_SUB_CIRCUIT)
			err = sub_read(&value, &mark->circuit_len,
				       mark->circuit);
		else if (code == DHCP_SUB_REMOTE)
			err = sub_read(&value, &mark->remote_len, mark->remote);
	}
	return err || !cur_ok(&c) ? WIRE_LEN : 0;
}

bool dhcp_mark_eq(const struct dhcp_mark *a, const struct dhcp_mark *b)
{
	return a->circuit_len == b->circuit_len &&
	       a->remote_len == b->remote_len &&
	       memcmp(a->circuit, b->circuit, a->circuit_len) == 0 &&
	       memcmp(a->remote, b->remote, a->remote_len) == 0;
}

void dhcp_relay_set(uint8_t buf[static DHCP_FIXED_LEN], ip4_addr giaddr,
		    uint8_t hops)
{
	struct dhcp_wire *w = (void *)buf;

	put_ip4(w->giaddr, giaddr);
	w->hops[0] = hops;
}

static bool has_options(const uint8_t *buf, size_t len)
{
	return len > OPTIONS_AT && get32(buf + DHCP_FIXED_LEN) == DHCP_COOKIE;
}

/* Octets of the option at @at: PAD and END have one. */
static size_t option_size(const uint8_t *buf, size_t len, size_t at)
{
	if (buf[at] == DHCP_OPT_PAD || buf[at] == DHCP_OPT_END)
		return 1;
	return at + 1 < len && at + 2 + buf[at + 1] <= len ? 2U + buf[at + 1]
							   : len - at;
}

static size_t end_of_options(const uint8_t *buf, size_t len)
{
	size_t at = OPTIONS_AT;

	while (at < len && buf[at] != DHCP_OPT_END)
		at += option_size(buf, len, at);
	return at;
}

static size_t mark_write(uint8_t *to, const struct dhcp_mark *mark)
{
	struct wcursor w = wcur_init(to, 6 + 2 * DHCP_MARK_MAX);

	wcur_u8(&w, DHCP_OPT_RELAY);
	wcur_u8(&w, (uint8_t)(4 + mark->circuit_len + mark->remote_len));
	wcur_u8(&w, DHCP_SUB_CIRCUIT);
	wcur_u8(&w, mark->circuit_len);
	wcur_bytes(&w, mark->circuit, mark->circuit_len);
	wcur_u8(&w, DHCP_SUB_REMOTE);
	wcur_u8(&w, mark->remote_len);
	wcur_bytes(&w, mark->remote, mark->remote_len);
	return wcur_len(&w);
}

size_t dhcp_mark_put(uint8_t *buf, size_t len, size_t size,
		     const struct dhcp_mark *mark)
{
	size_t need = 6U + mark->circuit_len + mark->remote_len, at;

	if (!has_options(buf, len))
		return len;
	at = end_of_options(buf, len);
	if (at >= len || at + need + 1 > size)
		return len;
	at += mark_write(buf + at, mark);
	buf[at++] = DHCP_OPT_END;
	if (at < len)
		memset(buf + at, 0, len - at);
	return at < len ? len : at;
}

size_t dhcp_mark_strip(uint8_t *buf, size_t len)
{
	size_t from = OPTIONS_AT, to = OPTIONS_AT, n;

	if (!has_options(buf, len))
		return len;
	while (from < len && buf[from] != DHCP_OPT_END) {
		n = option_size(buf, len, from);
		if (buf[from] != DHCP_OPT_RELAY) {
			memmove(buf + to, buf + from, n);
			to += n;
		}
		from += n;
	}
	if (from >= len)
		return len; /* no END: not what was read; leave it alone */
	buf[to++] = DHCP_OPT_END;
	memset(buf + to, 0, len - to);
	if (to < DHCP_LEN_MIN)
		to = len < DHCP_LEN_MIN ? len : DHCP_LEN_MIN;
	return to;
}
