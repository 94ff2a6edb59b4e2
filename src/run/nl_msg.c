// SPDX-License-Identifier: MIT
/*
 * nl_msg.c - messages of netlink and their attributes
 *
 *	| len | type | flags | seq | port | fixed part | attribute | attribute ..
 *	                                               | len | type | data ...
 *
 * Everything begins at a multiple of four octets, and is in this machine's
 * order.  A length is filled in when its end is known.
 */
#include <string.h>

#include "run/nl.h"

static void pad(struct strbuf *sb)
{
	strbuf_fill(sb, '\0', NLMSG_ALIGN(sb->len) - sb->len);
}

void nl_begin(struct nl_reply *r, uint16_t type, const void *fixed, size_t len)
{
	struct nlmsghdr h = {
		.nlmsg_type = type,
		.nlmsg_flags = r->flags,
		.nlmsg_seq = r->seq,
		.nlmsg_pid = r->port,
	};

	r->msg = r->text.len;
	strbuf_add(&r->text, &h, sizeof(h));
	strbuf_add(&r->text, fixed, len);
	pad(&r->text);
}

void nl_end(struct nl_reply *r)
{
	uint32_t len = (uint32_t)(r->text.len - r->msg);

	if (!r->text.error)
		memcpy(r->text.text + r->msg, &len, sizeof(len));
}

void nl_put(struct nl_reply *r, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = {(uint16_t)(sizeof(struct nlattr) + len), type};

	strbuf_add(&r->text, &a, sizeof(a));
	strbuf_add(&r->text, data, len);
	pad(&r->text);
}

void nl_put_u8(struct nl_reply *r, uint16_t type, uint8_t v)
{
	nl_put(r, type, &v, sizeof(v));
}

void nl_put_u32(struct nl_reply *r, uint16_t type, uint32_t v)
{
	nl_put(r, type, &v, sizeof(v));
}

void nl_put_text(struct nl_reply *r, uint16_t type, const char *text)
{
	nl_put(r, type, text, strlen(text) + 1);
}

void nl_put_error(struct nl_reply *r, const struct nlmsghdr *h, int err,
		  bool quotes)
{
	struct nlmsgerr e = {.error = err, .msg = *h};
	bool is_whole = err && quotes;

	r->flags = is_whole ? 0 : NLM_F_CAPPED;
	nl_begin(r, NLMSG_ERROR, &e, sizeof(e));
	if (is_whole)
		strbuf_add(&r->text, h + 1, h->nlmsg_len - sizeof(*h));
	nl_end(r);
	pad(&r->text);
	r->flags = 0;
}

void nl_put_done(struct nl_reply *r)
{
	int32_t ok = 0;

	nl_begin(r, NLMSG_DONE, &ok, sizeof(ok));
	nl_end(r);
}

const void *nl_find(const void *attrs, size_t len, uint16_t type, size_t min)
{
	const uint8_t *at = attrs;

	while (len >= sizeof(struct nlattr)) {
		struct nlattr a;

		memcpy(&a, at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len)
			return NULL;
		if ((a.nla_type & NLA_TYPE_MASK) == type)
			return a.nla_len - sizeof(a) < min ? NULL
							   : at + sizeof(a);
		if (NLMSG_ALIGN((size_t)a.nla_len) >= len)
			return NULL;
		at += NLMSG_ALIGN((size_t)a.nla_len);
		len -= NLMSG_ALIGN((size_t)a.nla_len);
	}
	return NULL;
}
