// SPDX-License-Identifier: MIT
/*
 * dis_dhcp6.c - the fields of a message of DHCPv6
 *
 * An option that holds others is named by its fixed part; what is in it
 * follows.  A relay's message holds a whole message, with a name of its own.
 * Both nest, so the depth is bounded; what is deeper is named as octets.
 */

#include <stdio.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/dhcp6.h"

#include "trace/dissect_int.h"

enum { DEPTH_MAX = 12 };

static void dis_message(struct dissection *d, struct cursor *c, int depth);

static const char *type_meaning(uint8_t type)
{
	static const char *const words[DHCP6_TYPES] = {
		[DHCP6_SOLICIT] = "who gives addresses here?",
		[DHCP6_ADVERTISE] = "you could have this",
		[DHCP6_REQUEST] = "I would like that",
		[DHCP6_CONFIRM] = "is my address right on this link?",
		[DHCP6_RENEW] = "more time, please, you who gave it",
		[DHCP6_REBIND] = "more time, please, anybody",
		[DHCP6_REPLY] = "here it is, or not",
		[DHCP6_RELEASE] = "I do not need it any more",
		[DHCP6_DECLINE] = "another host has that address",
		[DHCP6_RECONFIGURE] = "ask me again",
		[DHCP6_INFORMATION] = "I have an address; tell me the rest",
		[DHCP6_RELAY_FORW] = "a question that I carry",
		[DHCP6_RELAY_REPL] = "an answer to be carried back",
	};

	return type < DHCP6_TYPES ? words[type] : NULL;
}

static void put_hex(struct strbuf *sb, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		strbuf_printf(sb, "%s%02x", i ? ":" : "", p[i]);
}

static void put_time(struct strbuf *sb, uint32_t s)
{
	if (s == DHCP6_FOREVER)
		strbuf_puts(sb, "for ever");
	else
		strbuf_printf(sb, "%u s", s);
}

static void put_addrs(struct strbuf *sb, const uint8_t *p, size_t len)
{
	char text[IP6_TEXT];

	for (size_t i = 0; i + 16 <= len; i += 16)
		strbuf_printf(sb, "%s%s", i ? " " : "",
			      ip6_print(get_ip6(p + i), text));
}

static void put_domains(struct strbuf *sb, const uint8_t *p, size_t len)
{
	struct cursor c = cur_init(p, len);
	char text[LABELS_TEXT];

	while (cur_left(&c) && labels_read(&c, text) > 0)
		strbuf_printf(sb, "%s ", text);
}

static void put_codes(struct strbuf *sb, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 2 <= len; i += 2)
		strbuf_printf(sb, "%s%u", i ? " " : "", get16(p + i));
}

static void put_status(struct strbuf *sb, const uint8_t *p, size_t len)
{
	const char *name = len >= 2 ? dhcp6_status_name(get16(p)) : NULL;

	if (name)
		strbuf_puts(sb, name);
	else
		put_hex(sb, p, len);
}

static void put_value(struct strbuf *sb, uint16_t code, const uint8_t *p,
		      size_t len)
{
	switch (code) {
	case DHCP6_OPT_DNS:
		put_addrs(sb, p, len);
		return;
	case DHCP6_OPT_DOMAINS:
		put_domains(sb, p, len);
		return;
	case DHCP6_OPT_WANTS:
		put_codes(sb, p, len);
		return;
	case DHCP6_OPT_STATUS:
		put_status(sb, p, len);
		return;
	default:
		break;
	}
	if (len == 2 && code == DHCP6_OPT_ELAPSED)
		strbuf_printf(sb, "%u.%02u s", get16(p) / 100, get16(p) % 100);
	else if (len == 1 && code == DHCP6_OPT_PREFERENCE)
		strbuf_printf(sb, "%u", p[0]);
	else if (len == 4 &&
		 (code == DHCP6_OPT_REFRESH || code == DHCP6_OPT_SOL_MAX ||
		  code == DHCP6_OPT_INF_MAX))
		put_time(sb, get32(p));
	else
		put_hex(sb, p, len);
}

static const char *option_meaning(uint16_t code)
{
	switch (code) {
	case DHCP6_OPT_CLIENT:
		return "who asks, for ever the same";
	case DHCP6_OPT_SERVER:
		return "who answers, or is asked";
	case DHCP6_OPT_RAPID:
		return "two messages will do";
	case DHCP6_OPT_ELAPSED:
		return "since the client began";
	case DHCP6_OPT_WANTS:
		return "codes of options that it would like";
	case DHCP6_OPT_IFACE:
		return "the relay's own name of the way back";
	default:
		return NULL;
	}
}

/* One that holds no others; its header is still at the front. */
static void dis_plain(struct dissection *d, struct cursor *c, const uint8_t *p,
		      size_t len)
{
	uint16_t code = get16(p);
	const char *name = dhcp6_option_name(code);
	char text[1024];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	put_value(&sb, code, p + DHCP6_OPT_LEN, len);
	if (name)
		dis_take(d, c, DHCP6_OPT_LEN + len, name, option_meaning(code),
			 "%s", strbuf_text(&sb));
	else
		dis_take(d, c, DHCP6_OPT_LEN + len, "Option", NULL, "%u: %s",
			 code, strbuf_text(&sb));
}

/* The fixed part of IA_NA, and of an address in it. */
static void dis_ia(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	const uint8_t *v = p + DHCP6_OPT_LEN;
	char text[100];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%u, renew after ", get32(v));
	put_time(&sb, get32(v + 4));
	strbuf_puts(&sb, ", rebind after ");
	put_time(&sb, get32(v + 8));
	dis_take(d, c, DHCP6_OPT_LEN + 12, "IA_NA",
		 "an association: addresses of one interface", "%s",
		 strbuf_text(&sb));
}

static void dis_addr(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	const uint8_t *v = p + DHCP6_OPT_LEN;
	char text[150], ip[IP6_TEXT];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	strbuf_printf(&sb, "%s, preferred ", ip6_print(get_ip6(v), ip));
	put_time(&sb, get32(v + 16));
	strbuf_puts(&sb, ", valid ");
	put_time(&sb, get32(v + 20));
	dis_take(d, c, DHCP6_OPT_LEN + 24, "IA Address", NULL, "%s",
		 strbuf_text(&sb));
}

static void dis_options(struct dissection *d, struct cursor *c, int depth);

/* An option with others behind @fixed octets; false: it is none. */
static bool dis_nested(struct dissection *d, struct cursor *c, const uint8_t *p,
		       size_t len, int depth)
{
	uint16_t code = get16(p);
	struct cursor in;

	if (depth >= DEPTH_MAX)
		return false;
	if (code == DHCP6_OPT_IA_NA && len >= 12) {
		in = cur_sub(c, DHCP6_OPT_LEN + len);
		dis_ia(d, &in, p);
	} else if (code == DHCP6_OPT_ADDR && len >= 24) {
		in = cur_sub(c, DHCP6_OPT_LEN + len);
		dis_addr(d, &in, p);
	} else if (code == DHCP6_OPT_RELAYED) {
		in = cur_sub(c, DHCP6_OPT_LEN + len);
		dis_take(d, &in, DHCP6_OPT_LEN, "Relay Message",
			 "a message in a message", "%zu octets", len);
		dis_message(d, &in, depth + 1);
		return true;
	} else {
		return false;
	}
	dis_options(d, &in, depth + 1);
	return true;
}

static void dis_options(struct dissection *d, struct cursor *c, int depth)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_peek(c, DHCP6_OPT_LEN);
		size_t len = p ? get16(p + 2) : SIZE_MAX - DHCP6_OPT_LEN;

		if (!p || len + DHCP6_OPT_LEN > cur_left(c)) {
			dis_rest(d, c, "(malformed option)",
				 "its length cannot be");
			return;
		}
		if (!dis_nested(d, c, p, len, depth))
			dis_plain(d, c, p, len);
	}
}

static void dis_message(struct dissection *d, struct cursor *c, int depth)
{
	const uint8_t *p = dis_peek(d, c, 1);
	const char *name;

	if (!p)
		return;
	name = dhcp6_type_name(p[0]);
	dis_take(d, c, 1, "msg-type", type_meaning(p[0]), "%u (%s)", p[0],
		 name ? name : "unknown");
	if (dhcp6_is_relayed(p, 1)) {
		p = dis_peek(d, c, 1);
		if (p)
			dis_take(d, c, 1, "hop-count", "relays before this one",
				 "%u", p[0]);
		dis_ip6_addr(d, c, "link-address", "where the client is");
		dis_ip6_addr(d, c, "peer-address", "from whom, or for whom");
	} else {
		p = dis_peek(d, c, 3);
		if (p)
			dis_take(d, c, 3, "transaction-id",
				 "ties an answer to its question", "0x%06x",
				 get24(p));
	}
	dis_options(d, c, depth);
}

void dis_dhcp6(struct dissection *d, struct cursor *c)
{
	if (!cur_left(c))
		return;
	dis_layer(d, "DHCPv6", 7);
	dis_message(d, c, 0);
}
