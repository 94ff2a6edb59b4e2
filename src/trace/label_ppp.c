// SPDX-License-Identifier: MIT
/*
 * label_ppp.c - what PPP and PPPoE say, in a few words
 */

#include "trace/label_ppp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#define TEXT_SHOWN 40

const char *ppp_proto_text(uint16_t proto)
{
	switch (proto) {
	case PPP_IP4:
		return "IPv4";
	case PPP_IP6:
		return "IPv6";
	case PPP_LCP:
		return "LCP";
	case PPP_IPCP:
		return "IPCP";
	case PPP_IP6CP:
		return "IPV6CP";
	case PPP_PAP:
		return "PAP";
	case PPP_CHAP:
		return "CHAP";
	case PPP_CCP:
		return "CCP";
	case PPP_LQR:
		return "LQR";
	default:
		return NULL;
	}
}

static void put_proto(uint16_t proto, struct strbuf *out)
{
	const char *name = ppp_proto_text(proto);

	if (name)
		strbuf_puts(out, name);
	else
		strbuf_printf(out, "protocol 0x%04x", proto);
}

/* Text of a stranger's. */
static void put_text(const uint8_t *p, size_t len, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < len && i < TEXT_SHOWN; i++)
		strbuf_putc(out, p[i] >= 32 && p[i] < 127 ? (char)p[i] : '.');
}

static bool put_lcp_option(const struct ppp_opt *o, struct strbuf *out)
{
	if (o->type == 1 && o->len == 2)
		strbuf_printf(out, "packets up to %u", get16(o->data));
	else if (o->type == 2 && o->len == 4 && !get32(o->data))
		strbuf_puts(out, "no escapes");
	else if (o->type == 2 && o->len == 4)
		strbuf_printf(out, "escapes %08x", get32(o->data));
	else if (o->type == 3 && o->len >= 2)
		put_proto(get16(o->data), out);
	else if (o->type == 5 && o->len == 4)
		strbuf_printf(out, "magic %08x", get32(o->data));
	else if (o->type == 7)
		strbuf_puts(out, "short protocol");
	else if (o->type == 8)
		strbuf_puts(out, "short address");
	else
		return false;
	return true;
}

static bool put_ncp_option(uint16_t proto, const struct ppp_opt *o,
			   struct strbuf *out)
{
	char ip[IP4_TEXT];

	if (proto == PPP_IPCP && o->type == 3 && o->len == 4)
		strbuf_printf(out, "address %s",
			      ip4_print((ip4_addr){get32(o->data)}, ip));
	else if (proto == PPP_IP6CP && o->type == 1 && o->len == 8)
		strbuf_printf(out, "identifier %x:%x:%x:%x", get16(o->data),
			      get16(o->data + 2), get16(o->data + 4),
			      get16(o->data + 6));
	else
		return false;
	return true;
}

static bool put_options(const struct frame_view *v, struct strbuf *out)
{
	struct cursor c = cur_init(v->ppp_ctl.data, v->ppp_ctl.len);
	const char *comma = "";
	struct ppp_opt o;

	while (ppp_opt_next(&o, &c) == 1) {
		strbuf_puts(out, comma);
		comma = ", ";
		if (!(v->ppp_proto == PPP_LCP
			      ? put_lcp_option(&o, out)
			      : put_ncp_option(v->ppp_proto, &o, out)))
			strbuf_printf(out, "option %u", o.type);
	}
	return *comma;
}

static bool put_name(const struct frame_view *v, struct strbuf *out)
{
	struct cursor c = cur_init(v->ppp_ctl.data, v->ppp_ctl.len);
	size_t len = cur_u8(&c);
	const uint8_t *p;

	if (v->ppp_proto == PPP_CHAP) {
		cur_skip(&c, len);
		len = cur_left(&c);
	}
	p = cur_take(&c, len);
	if (!cur_ok(&c) || !len || !p)
		return false;
	put_text(p, len, out);
	return true;
}

bool label_ppp(const struct frame_view *v, const char *key, struct strbuf *out)
{
	const struct ppp_ctl *ctl = &v->ppp_ctl;

	if (!v->has_ppp_ctl)
		return false;
	if (!strcmp(key, "ppp.proto"))
		put_proto(v->ppp_proto, out);
	else if (!strcmp(key, "ppp.options"))
		return put_options(v, out);
	else if (!strcmp(key, "ppp.rejected") && ctl->len >= 2)
		put_proto(get16(ctl->data), out);
	else if (!strcmp(key, "ppp.name"))
		return put_name(v, out);
	else
		return false;
	return true;
}

static bool put_tag(const struct frame_view *v, uint16_t type,
		    struct strbuf *out)
{
	struct cursor c = cur_init(v->payload, v->payload_len);
	struct pppoe_tag tag;

	while (pppoe_tag_next(&tag, &c) == 1) {
		if (tag.type != type)
			continue;
		put_text(tag.data, tag.len, out);
		return tag.len;
	}
	return false;
}

bool label_pppoe(const struct frame_view *v, const char *key,
		 struct strbuf *out)
{
	if (!v->has_pppoe)
		return false;
	if (!strcmp(key, "pppoe.session"))
		strbuf_printf(out, "%u", v->pppoe.session);
	else if (v->pppoe.code == PPPOE_SESSION)
		return false;
	else if (!strcmp(key, "pppoe.service"))
		return put_tag(v, PPPOE_SERVICE, out);
	else if (!strcmp(key, "pppoe.ac"))
		return put_tag(v, PPPOE_AC_NAME, out);
	else if (!strcmp(key, "pppoe.error"))
		return put_tag(v, PPPOE_GENERIC_ERR, out) ||
		       put_tag(v, PPPOE_SERVICE_ERR, out) ||
		       put_tag(v, PPPOE_SYSTEM_ERR, out);
	else
		return false;
	return true;
}

static const char *code_name(const struct frame_view *v)
{
	static const char *const pap[] = {NULL, "request", "ack", "nak"};
	static const char *const chap[] = {NULL, "challenge", "response",
					   "success", "failure"};
	uint8_t code = v->ppp_ctl.code;

	if (v->ppp_proto == PPP_PAP)
		return code < ARRAY_SIZE(pap) ? pap[code] : NULL;
	if (v->ppp_proto == PPP_CHAP)
		return code < ARRAY_SIZE(chap) ? chap[code] : NULL;
	return ppp_code_name(code);
}

bool label_ppp_line(const struct frame_view *v, struct strbuf *out)
{
	const char *name;

	if (v->has_pppoe && v->pppoe.code != PPPOE_SESSION) {
		name = pppoe_code_name(v->pppoe.code);
		strbuf_puts(out, name ? name : "PPPoE");
		return true;
	}
	if (!v->has_ppp_ctl)
		return false;
	name = code_name(v);
	put_proto(v->ppp_proto, out);
	strbuf_printf(out, " %s", name ? name : "unknown code");
	return true;
}
