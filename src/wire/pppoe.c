// SPDX-License-Identifier: MIT
/*
 * pppoe.c - PPP in Ethernet frames: header and tags
 */

#include "wire/pppoe.h"

#include "base/bytes.h"

int pppoe_parse(struct pppoe_hdr *h, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	uint8_t ver_type = cur_u8(&c), code = cur_u8(&c);
	uint16_t session = cur_u16(&c), length = cur_u16(&c);

	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (ver_type != PPPOE_VER_TYPE)
		return WIRE_VERSION;
	if (length > cur_left(&c))
		return WIRE_LEN;
	*h = (struct pppoe_hdr){code, session, length};
	return PPPOE_HLEN;
}

void pppoe_emit(uint8_t *buf, const struct pppoe_hdr *h)
{
	buf[0] = PPPOE_VER_TYPE;
	buf[1] = h->code;
	put16(buf + 2, h->session);
	put16(buf + 4, h->len);
}

int pppoe_tag_next(struct pppoe_tag *tag, struct cursor *c)
{
	uint16_t type, len;
	struct cursor data;

	if (!cur_left(c))
		return 0;
	type = cur_u16(c);
	len = cur_u16(c);
	data = cur_sub(c, len);
	if (!cur_ok(c))
		return WIRE_LEN;
	if (type == PPPOE_END) {
		cur_skip(c, cur_left(c));
		return 0;
	}
	*tag = (struct pppoe_tag){type, len, data.p};
	return 1;
}

void pppoe_tag_put(struct wcursor *w, uint16_t type, const void *data,
		   uint16_t len)
{
	wcur_u16(w, type);
	wcur_u16(w, len);
	wcur_bytes(w, data, len);
}

const char *pppoe_code_name(uint8_t code)
{
	switch (code) {
	case PPPOE_SESSION:
		return "session";
	case PPPOE_PADI:
		return "PADI";
	case PPPOE_PADO:
		return "PADO";
	case PPPOE_PADR:
		return "PADR";
	case PPPOE_PADS:
		return "PADS";
	case PPPOE_PADT:
		return "PADT";
	default:
		return NULL;
	}
}

const char *pppoe_tag_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{PPPOE_END, "End-Of-List"},
		{PPPOE_SERVICE, "Service-Name"},
		{PPPOE_AC_NAME, "AC-Name"},
		{PPPOE_HOST_UNIQ, "Host-Uniq"},
		{PPPOE_COOKIE, "AC-Cookie"},
		{PPPOE_VENDOR, "Vendor-Specific"},
		{PPPOE_RELAY, "Relay-Session-Id"},
		{PPPOE_MAX_PAYLOAD, "PPP-Max-Payload"},
		{PPPOE_SERVICE_ERR, "Service-Name-Error"},
		{PPPOE_SYSTEM_ERR, "AC-System-Error"},
		{PPPOE_GENERIC_ERR, "Generic-Error"},
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}
