// SPDX-License-Identifier: MIT
/*
 * dis_pppoe.c - the fields of PPP in Ethernet frames
 */

#include "base/bytes.h"
#include "base/check.h"

#include "wire/pppoe.h"

#include "trace/dissect_int.h"

static const char *tag_meaning(uint16_t type)
{
	switch (type) {
	case PPPOE_SERVICE:
		return "what is asked for or offered; empty: any";
	case PPPOE_AC_NAME:
		return "who offers it";
	case PPPOE_HOST_UNIQ:
		return "by which the client knows its own question again";
	case PPPOE_COOKIE:
		return "comes back with the request, and proves that the "
		       "client is where it says";
	case PPPOE_MAX_PAYLOAD:
		return "longer packets than 1492 octets would do";
	case PPPOE_SERVICE_ERR:
	case PPPOE_SYSTEM_ERR:
	case PPPOE_GENERIC_ERR:
		return "why it is not to be";
	default:
		return NULL;
	}
}

static bool is_text(uint16_t type)
{
	return type == PPPOE_SERVICE || type == PPPOE_AC_NAME ||
	       type >= PPPOE_SERVICE_ERR;
}

static void dis_tag(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = dis_peek(d, c, PPPOE_TAG_HLEN);
	uint16_t type, len;
	const char *name;
	size_t n;

	if (!p)
		return;
	type = get16(p);
	len = get16(p + 2);
	name = pppoe_tag_name(type);
	dis_take(d, c, 2, "TAG_TYPE", tag_meaning(type), "0x%04x %s", type,
		 name ? name : "unknown");
	dis_take(d, c, 2, "TAG_LENGTH", NULL, "%u", len);
	n = min_size(len, cur_left(c));
	name = name ? name : "TAG_VALUE";
	if (is_text(type))
		dis_octets_text(d, c, n, name, NULL);
	else
		dis_take(d, c, n, name, NULL, "%zu octets", n);
}

void dis_pppoe(struct dissection *d, struct cursor *c, bool is_session)
{
	const uint8_t *p;
	const char *name;
	struct cursor inner;

	dis_layer(d, "PPPoE", 2);
	p = dis_peek(d, c, PPPOE_HLEN);
	if (!p)
		return;
	name = pppoe_code_name(p[1]);
	dis_take(d, c, 1, "VER, TYPE", "both are 1", "%u, %u", p[0] >> 4,
		 p[0] & 15U);
	dis_take(d, c, 1, "CODE", "what it wants", "0x%02x %s", p[1],
		 name ? name : "unknown");
	dis_take(d, c, 2, "SESSION_ID", "0 until there is one", "%u",
		 get16(p + 2));
	dis_take(d, c, 2, "LENGTH", "octets up to the padding", "%u",
		 get16(p + 4));
	inner = cur_sub(c, min_size(get16(p + 4), cur_left(c)));
	if (is_session)
		dis_ppp(d, &inner);
	while (!is_session && cur_left(&inner))
		dis_tag(d, &inner);
}
