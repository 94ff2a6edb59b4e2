// SPDX-License-Identifier: MIT
/*
 * dis_dhcp.c - the fields of a message of BOOTP or DHCP
 *
 * The part that never changes comes first; then options, each with its code and
 * its length, until END, and padding.  Options that went on in `file` or
 * `sname` (option 52) are named there as those fields.
 */

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#include "wire/dhcp_relay.h"

#include "trace/dissect_int.h"

static const char *type_meaning(uint8_t type)
{
	static const char *const words[DHCP_TYPES] = {
		[DHCP_DISCOVER] = "who gives addresses here?",
		[DHCP_OFFER] = "you could have this address",
		[DHCP_REQUEST] = "I would like that address",
		[DHCP_DECLINE] = "another host has that address",
		[DHCP_ACK] = "it is yours, for a time",
		[DHCP_NAK] = "no",
		[DHCP_RELEASE] = "I do not need it any more",
		[DHCP_INFORM] = "I have an address; tell me the rest",
	};

	return type < DHCP_TYPES ? words[type] : NULL;
}

static void put_addrs(struct strbuf *sb, const uint8_t *p, size_t len)
{
	char text[IP4_TEXT];

	for (size_t i = 0; i + 4 <= len; i += 4)
		strbuf_printf(sb, "%s%s", i ? " " : "",
			      ip4_print(get_ip4(p + i), text));
}

static void put_text(struct strbuf *sb, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		strbuf_putc(sb, p[i] > 31 && p[i] < 127 ? (char)p[i] : '?');
}

static void put_octets(struct strbuf *sb, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		strbuf_printf(sb, "%s%u", i ? " " : "", p[i]);
}

/* Option 82: what a relay says of where the client is (RFC 3046). */
static void put_mark(struct strbuf *sb, const uint8_t *p, size_t len)
{
	struct cursor c = cur_init(p, len);

	while (cur_left(&c)) {
		uint8_t code = cur_u8(&c);
		struct cursor v = cur_sub(&c, cur_u8(&c));
		size_t n = cur_left(&v);
		const uint8_t *octets = cur_take(&v, n);

		if (!octets)
			break;
		if (code == DHCP_SUB_CIRCUIT) {
			strbuf_puts(sb, "circuit ");
			put_text(sb, octets, n);
			strbuf_putc(sb, ' ');
			continue;
		}
		if (code == DHCP_SUB_REMOTE)
			strbuf_puts(sb, "remote");
		else
			strbuf_printf(sb, "sub-option %u", code);
		for (size_t i = 0; i < n; i++)
			strbuf_printf(sb, "%c%02x", i ? ':' : ' ', octets[i]);
		strbuf_putc(sb, ' ');
	}
}

static void put_value(struct strbuf *sb, uint8_t code, const uint8_t *p,
		      size_t len)
{
	switch (code) {
	case DHCP_OPT_MASK:
	case DHCP_OPT_ROUTER:
	case DHCP_OPT_DNS:
	case DHCP_OPT_REQUESTED:
	case DHCP_OPT_SERVER:
		put_addrs(sb, p, len);
		return;
	case DHCP_OPT_RELAY:
		put_mark(sb, p, len);
		return;
	case DHCP_OPT_HOST_NAME:
	case DHCP_OPT_DOMAIN:
	case DHCP_OPT_MESSAGE:
		put_text(sb, p, len);
		return;
	default:
		break;
	}
	if (code == DHCP_OPT_TYPE && len == 1 && dhcp_type_name(p[0]))
		strbuf_puts(sb, dhcp_type_name(p[0]));
	else if ((code == DHCP_OPT_LEASE || code == DHCP_OPT_T1 ||
		  code == DHCP_OPT_T2) &&
		 len == 4)
		strbuf_printf(sb, "%u s", get32(p));
	else if (code == DHCP_OPT_MAX_SIZE && len == 2)
		strbuf_printf(sb, "%u octets", get16(p));
	else
		put_octets(sb, p, len);
}

static void dis_option(struct dissection *d, struct cursor *c, const uint8_t *p,
		       size_t len)
{
	const char *name = dhcp_option_name(p[0]);
	const char *meaning = NULL;
	char text[1024];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	put_value(&sb, p[0], p + 2, len);
	if (p[0] == DHCP_OPT_TYPE && len == 1)
		meaning = type_meaning(p[2]);
	if (p[0] == DHCP_OPT_RELAY)
		meaning = "a relay's mark, taken off again on the way back";
	if (name)
		dis_take(d, c, 2 + len, name, meaning, "%s", strbuf_text(&sb));
	else
		dis_take(d, c, 2 + len, "Option", meaning, "%u: %s", p[0],
			 strbuf_text(&sb));
}

/* Up to END; false: the rest cannot be options, and is named. */
static bool dis_options(struct dissection *d, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_peek(c, 1);
		size_t len;

		if (p[0] == DHCP_OPT_PAD) {
			dis_take(d, c, 1, "Pad", NULL, "0");
			continue;
		}
		if (p[0] == DHCP_OPT_END) {
			dis_take(d, c, 1, "End", "no more options", "255");
			return true;
		}
		len = cur_left(c) > 1 ? p[1] : SIZE_MAX - 2;
		if (len > cur_left(c) - 2) {
			dis_rest(d, c, "(malformed option)",
				 "its length cannot be");
			return false;
		}
		dis_option(d, c, p, len);
	}
	return false;
}

/* A field that holds a text, or nothing. */
static void dis_text(struct dissection *d, struct cursor *c, size_t len,
		     const char *name, const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, len);
	char text[256];
	struct strbuf sb;
	size_t n = 0;

	if (!p)
		return;
	strbuf_init_fixed(&sb, text, sizeof(text));
	while (n < len && p[n])
		n++;
	put_text(&sb, p, n);
	dis_take(d, c, len, name, meaning, "%s", n ? strbuf_text(&sb) : "none");
}

static void dis_fixed(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	const struct dhcp_wire *w = (const void *)p;
	char mac[MAC_TEXT];

	dis_take(d, c, 1, "op",
		 w->op[0] == BOOTP_REPLY ? "an answer" : "a question", "%u",
		 w->op[0]);
	dis_take(d, c, 1, "htype", "1 is Ethernet", "%u", w->htype[0]);
	dis_take(d, c, 1, "hlen", "octets of a MAC address", "%u", w->hlen[0]);
	dis_take(d, c, 1, "hops", "relays it has passed", "%u", w->hops[0]);
	dis_take(d, c, 4, "xid", "ties an answer to its question", "0x%08x",
		 get32(w->xid));
	dis_take(d, c, 2, "secs", "since the client began", "%u",
		 get16(w->secs));
	dis_take(d, c, 2, "flags",
		 get16(w->flags) & DHCP_F_BROADCAST
			 ? "answer to everyone: I cannot hear else"
			 : NULL,
		 "0x%04x", get16(w->flags));
	dis_ip4_addr(d, c, "ciaddr", "address that the client has");
	dis_ip4_addr(d, c, "yiaddr", "address that it is given");
	dis_ip4_addr(d, c, "siaddr", "next server of booting");
	dis_ip4_addr(d, c, "giaddr", "relay that has brought it");
	dis_take(d, c, 16, "chaddr", "MAC address of the client", "%s",
		 mac_print(get_mac(w->chaddr), mac));
	dis_text(d, c, sizeof(w->sname), "sname", "name of the server");
	dis_text(d, c, sizeof(w->file), "file", "what to boot");
}

void dis_dhcp(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	if (!cur_left(c))
		return;
	dis_layer(d, "DHCP", 7);
	p = dis_peek(d, c, DHCP_FIXED_LEN);
	if (!p)
		return;
	dis_fixed(d, c, p);
	p = cur_peek(c, 4);
	if (!p || get32(p) != DHCP_COOKIE) {
		dis_rest(d, c, "vend", "the vendor's own");
		return;
	}
	dis_take(d, c, 4, "magic cookie", "options follow", "%u.%u.%u.%u", p[0],
		 p[1], p[2], p[3]);
	if (dis_options(d, c))
		dis_rest(d, c, "Padding", NULL);
}
