// SPDX-License-Identifier: MIT
/*
 * dis_ppp.c - the fields of PPP: its header, and the packets of negotiation
 *
 * LCP, IPCP and IPV6CP share their codes and the shape of their options; what
 * an option means depends on the protocol, and is looked up in one table.
 */

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "wire/addr.h"
#include "wire/ppp.h"

#include "core/pkt.h"

#include "trace/dissect_int.h"
#include "trace/label_ppp.h"

enum option_kind { OPT_HEX, OPT_U16, OPT_U32, OPT_IP4, OPT_IID, OPT_AUTH };

/* An option by protocol and type. */
struct option_row {
	uint16_t proto;
	uint8_t type;
	enum option_kind kind;
	const char *name, *meaning;
};

static const struct option_row options[] = {
	{PPP_LCP, 1, OPT_U16, "Maximum-Receive-Unit",
	 "the longest packet that it takes"},
	{PPP_LCP, 2, OPT_U32, "Async-Control-Character-Map",
	 "which control characters must be escaped for it"},
	{PPP_LCP, 3, OPT_AUTH, "Authentication-Protocol",
	 "how the other end has to prove who it is"},
	{PPP_LCP, 4, OPT_HEX, "Quality-Protocol", "reports about the line"},
	{PPP_LCP, 5, OPT_U32, "Magic-Number",
	 "chosen at random: whoever gets his own back hears himself"},
	{PPP_LCP, 7, OPT_HEX, "Protocol-Field-Compression",
	 "one octet of protocol will do"},
	{PPP_LCP, 8, OPT_HEX, "Address-and-Control-Field-Compression",
	 "the octets that always say the same may be left out"},
	{PPP_LCP, 13, OPT_HEX, "Callback", NULL},
	{PPP_LCP, 17, OPT_U16, "Multilink-MRRU", NULL},
	{PPP_LCP, 19, OPT_HEX, "Endpoint-Discriminator", NULL},
	{PPP_IPCP, 2, OPT_HEX, "IP-Compression-Protocol",
	 "short headers for TCP"},
	{PPP_IPCP, 3, OPT_IP4, "IP-Address",
	 "the address that it has; 0.0.0.0: it wants one"},
	{PPP_IPCP, 129, OPT_IP4, "Primary-DNS-Server-Address", NULL},
	{PPP_IPCP, 131, OPT_IP4, "Secondary-DNS-Server-Address", NULL},
	{PPP_IP6CP, 1, OPT_IID, "Interface-Identifier",
	 "the last 64 bits of its link-local address"},
};

static const struct option_row *option_row(uint16_t proto, uint8_t type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].proto == proto && options[i].type == type)
			return &options[i];
	return NULL;
}

static const char *proto_text(uint16_t proto)
{
	const char *name = ppp_proto_text(proto);

	return name ? name : "unknown";
}

static void dis_octet(struct dissection *d, struct cursor *c, const char *name,
		      const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 1);

	if (p)
		dis_take(d, c, 1, name, meaning, "%u", p[0]);
}

void dis_octets_text(struct dissection *d, struct cursor *c, size_t len,
		     const char *name, const char *meaning)
{
	const uint8_t *p = len ? dis_peek(d, c, len) : NULL;
	char text[64];
	size_t i;

	if (!p)
		return;
	for (i = 0; i < len && i < sizeof(text) - 1; i++)
		text[i] = p[i] >= 32 && p[i] < 127 ? (char)p[i] : '.';
	text[i] = '\0';
	dis_take(d, c, len, name, meaning, "\"%s\"%s", text,
		 i < len ? "..." : "");
}

static void dis_auth(struct dissection *d, struct cursor *v, const uint8_t *p,
		     size_t len, const struct option_row *row)
{
	uint16_t proto = get16(p);

	dis_take(d, v, len, row->name, row->meaning, "%s%s", proto_text(proto),
		 len == 3 && p[2] == 5 ? " with MD5"
		 : len > 2	       ? " with another digest"
				       : "");
}

/* The data of an option. */
static void dis_option_value(struct dissection *d, struct cursor *v,
			     const struct option_row *row)
{
	size_t len = cur_left(v);
	const uint8_t *p = cur_peek(v, len);
	enum option_kind kind = row ? row->kind : OPT_HEX;

	if (!len)
		return;
	if (kind == OPT_U16 && len == 2)
		dis_take(d, v, 2, row->name, row->meaning, "%u", get16(p));
	else if (kind == OPT_U32 && len == 4)
		dis_take(d, v, 4, row->name, row->meaning, "0x%08x", get32(p));
	else if (kind == OPT_IP4 && len == 4)
		dis_ip4_addr(d, v, row->name, row->meaning);
	else if (kind == OPT_IID && len == 8)
		dis_take(d, v, 8, row->name, row->meaning, "%x:%x:%x:%x",
			 get16(p), get16(p + 2), get16(p + 4), get16(p + 6));
	else if (kind == OPT_AUTH && len >= 2)
		dis_auth(d, v, p, len, row);
	else
		dis_rest(d, v, "Option Data", NULL);
}

static void dis_options(struct dissection *d, struct cursor *c, uint16_t proto)
{
	while (cur_left(c)) {
		const uint8_t *p = dis_peek(d, c, 2);
		const struct option_row *row;
		struct cursor value;
		size_t len;

		if (!p)
			return;
		row = option_row(proto, p[0]);
		len = p[1];
		dis_take(d, c, 1, "Option Type", row ? row->meaning : NULL,
			 "%u %s", p[0], row ? row->name : "unknown");
		dis_octet(d, c, "Option Length", NULL);
		if (len < 2 || len - 2 > cur_left(c)) {
			dis_rest(d, c, "Option Data", "a length that lies");
			return;
		}
		value = cur_sub(c, len - 2);
		dis_option_value(d, &value, row);
	}
}

static void dis_reject(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 2);

	if (!p)
		return;
	dis_take(d, c, 2, "Rejected-Protocol", "what is not spoken there",
		 "0x%04x %s", get16(p), proto_text(get16(p)));
	dis_rest(d, c, "Rejected-Information", "the packet that was refused");
}

static void dis_magic(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, 4);

	if (!p)
		return;
	dis_take(d, c, 4, "Magic-Number", "of who sends it", "0x%08x",
		 get32(p));
	dis_rest(d, c, "Data", "comes back as it was");
}

static void dis_ncp(struct dissection *d, struct cursor *c, uint16_t proto,
		    uint8_t code)
{
	if (code >= PPP_CONF_REQ && code <= PPP_CONF_REJ)
		dis_options(d, c, proto);
	else if (code == PPP_CODE_REJ)
		dis_rest(d, c, "Rejected-Packet", "its code is not known");
	else if (proto == PPP_LCP && code == PPP_PROTO_REJ)
		dis_reject(d, c);
	else if (proto == PPP_LCP && code >= PPP_ECHO_REQ &&
		 code <= PPP_DISCARD)
		dis_magic(d, c);
}

static void dis_pap(struct dissection *d, struct cursor *c, uint8_t code)
{
	const uint8_t *p = dis_peek(d, c, 1);
	size_t len = p ? p[0] : 0;

	if (code != 1) {
		dis_octet(d, c, "Msg-Length", NULL);
		dis_octets_text(d, c, min_size(len, cur_left(c)), "Message",
				NULL);
		return;
	}
	dis_octet(d, c, "Peer-ID Length", NULL);
	dis_octets_text(d, c, min_size(len, cur_left(c)), "Peer-ID",
			"who it claims to be");
	p = cur_peek(c, 1);
	len = p ? p[0] : 0;
	dis_octet(d, c, "Passwd-Length", NULL);
	dis_octets_text(d, c, min_size(len, cur_left(c)), "Password",
			"as it is: whoever listens knows it now");
}

static void dis_chap(struct dissection *d, struct cursor *c, uint8_t code)
{
	const uint8_t *p;

	if (code != 1 && code != 2) {
		dis_octets_text(d, c, cur_left(c), "Message", NULL);
		return;
	}
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	dis_octet(d, c, "Value-Size", NULL);
	dis_take(d, c, min_size(p[0], cur_left(c)), "Value",
		 code == 1 ? "random, and never the same again"
			   : "a digest of identifier, secret and challenge",
		 "%u octets", p[0]);
	dis_octets_text(d, c, cur_left(c), "Name", "who sends it");
}

static const char *code_text(uint16_t proto, uint8_t code)
{
	static const char *const pap[] = {NULL, "authenticate-request",
					  "authenticate-ack",
					  "authenticate-nak"};
	static const char *const chap[] = {NULL, "challenge", "response",
					   "success", "failure"};
	const char *name = NULL;

	if (proto == PPP_PAP)
		name = code < ARRAY_SIZE(pap) ? pap[code] : NULL;
	else if (proto == PPP_CHAP)
		name = code < ARRAY_SIZE(chap) ? chap[code] : NULL;
	else
		name = ppp_code_name(code);
	return name ? name : "unknown";
}

/* A packet of negotiation or authentication. */
static void dis_ctl(struct dissection *d, struct cursor *c, uint16_t proto)
{
	const uint8_t *p;
	struct cursor inner;
	size_t len;
	uint8_t code;

	dis_layer(d, proto_text(proto), 2);
	p = dis_peek(d, c, PPP_CTL_HLEN);
	if (!p)
		return;
	code = p[0];
	len = get16(p + 2);
	dis_take(d, c, 1, "Code", "what it wants", "%u %s", code,
		 code_text(proto, code));
	dis_octet(d, c, "Identifier", "ties an answer to its question");
	dis_take(d, c, 2, "Length", "of this packet, from its code on", "%zu",
		 len);
	len = len < PPP_CTL_HLEN ? 0 : len - PPP_CTL_HLEN;
	inner = cur_sub(c, min_size(len, cur_left(c)));
	if (proto == PPP_PAP)
		dis_pap(d, &inner, code);
	else if (proto == PPP_CHAP)
		dis_chap(d, &inner, code);
	else
		dis_ncp(d, &inner, proto, code);
	dis_rest(d, &inner, "Data", NULL);
	dis_rest(d, c, "Padding", NULL);
}

static void dis_proto(struct dissection *d, struct cursor *c, uint16_t proto)
{
	switch (proto) {
	case PPP_IP4:
		dis_ip4(d, c);
		break;
	case PPP_IP6:
		dis_ip6(d, c);
		break;
	case PPP_LCP:
	case PPP_IPCP:
	case PPP_IP6CP:
	case PPP_PAP:
	case PPP_CHAP:
	case PPP_CCP:
		dis_ctl(d, c, proto);
		break;
	default:
		dis_rest(d, c, "Information", NULL);
		break;
	}
}

void dis_ppp(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, 2);
	size_t len;
	uint16_t proto;

	dis_layer(d, "PPP", 2);
	if (p && p[0] == PPP_ADDRESS && p[1] == PPP_CONTROL) {
		dis_take(d, c, 1, "Address", "all stations: there is but one",
			 "0x%02x", p[0]);
		dis_take(d, c, 1, "Control", "3: unnumbered information",
			 "0x%02x", p[1]);
	}
	p = dis_peek(d, c, 1);
	if (!p)
		return;
	len = p[0] & 1 ? 1 : 2;
	p = dis_peek(d, c, len);
	if (!p)
		return;
	proto = len == 1 ? p[0] : get16(p);
	dis_take(d, c, len, "Protocol", "what the frame carries", "0x%04x %s",
		 proto, proto_text(proto));
	dis_proto(d, c, proto);
	dis_layer(d, "PPP", 2);
	dis_rest(d, c, "Padding", NULL);
}

/* Octets of a line that are no frame. */
void dis_line(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, 1);

	dis_layer(d, "Line", 1);
	if (p && *p == PPP_FLAG)
		dis_take(d, c, 1, "Flag", "a frame begins", "0x%02x", *p);
	dis_rest(d, c, "Octets", "no frame can be made of them");
}

void dis_ppp_fcs(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, PPP_FCS_LEN);
	bool is_good =
		ppp_fcs16(PPP_FCS_INIT, d->frame, d->len) == PPP_FCS_GOOD;

	dis_layer(d, "PPP", 2);
	if (p)
		dis_take(d, c, PPP_FCS_LEN, "Frame Check Sequence",
			 is_good ? "the bits arrived as they were sent"
				 : "bits were flipped on the way",
			 "0x%04x %s", get16le(p), is_good ? "good" : "BAD");
}
