// SPDX-License-Identifier: MIT
/*
 * nl_ask.c - a question of netlink finds who answers it
 *
 * Theory of operation
 * ===================
 * A datagram has one or more messages, each a question.  Its type says about
 * what, NLM_F_DUMP that all of that is wanted:
 *
 *	GET, dump	each is a message; then NLMSG_DONE
 *	GET		one message, or an error
 *	NEW, DEL, SET	EPERM: the lab's file says how the host is set up
 *	unknown		EOPNOTSUPP
 *
 * An error is a message too, with the question in it; so is an acknowledgement
 * (NLM_F_ACK), with the error 0.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <string.h>

#include "base/check.h"

#include "run/nl.h"
#include "vnet/vnet.h"

enum { FIB_RULE_FIXED = 12 };

/* clang-format off */
static const struct nl_row route_rows[] = {
	{RTM_GETLINK, sizeof(struct ifinfomsg), nl_link_dump, nl_link_get},
	{RTM_GETADDR, sizeof(struct ifaddrmsg), nl_addr_dump, NULL},
	{RTM_GETROUTE, sizeof(struct rtmsg), nl_way_dump, nl_way_get},
	{RTM_GETNEIGH, sizeof(struct ndmsg), nl_neigh_dump, NULL},
	{RTM_GETRULE, FIB_RULE_FIXED, nl_rule_dump, NULL},
};
static const struct nl_row diag_rows[] = {
	{SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_req_v2), nl_diag_dump,
	 nl_diag_get},
};
static const struct {
	int proto;
	const struct nl_row *rows;
	size_t count;
} protos[] = {
	{NETLINK_ROUTE, route_rows, ARRAY_SIZE(route_rows)},
	{NETLINK_SOCK_DIAG, diag_rows, ARRAY_SIZE(diag_rows)},
};
/* clang-format on */

bool nl_has_proto(int proto)
{
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].proto == proto)
			return true;
	return false;
}

struct stack *nl_stack(const struct nl_ask *ask)
{
	return &ask->host->stack;
}

/* The first octet of all fixed parts is the family. */
bool nl_wants(const struct nl_ask *ask, int family)
{
	uint8_t asked = *(const uint8_t *)ask->fixed;

	return !asked || asked == family;
}

static const struct nl_row *row_of(int proto, uint16_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++)
		for (size_t j = 0;
		     protos[i].proto == proto && j < protos[i].count; j++)
			if (protos[i].rows[j].type == type)
				return &protos[i].rows[j];
	return NULL;
}

/* NEW, DEL, GET and SET of each subject are four numbers in a row. */
static bool is_change(const struct nl_talk *talk, uint16_t type)
{
	return talk->proto == NETLINK_ROUTE && (type & 3) != 2;
}

static int dump(struct nl_ask *ask, const struct nl_row *row)
{
	struct nl_reply *r = ask->reply;
	size_t before = r->text.len;
	int err;

	r->flags = NLM_F_MULTI;
	err = row->dump(ask);
	if (err)
		strbuf_truncate(&r->text, before);
	else
		nl_put_done(r);
	r->flags = 0;
	return err;
}

/* What is behind the fixed part, if anything is. */
static void find_attrs(struct nl_ask *ask, size_t len, size_t fixed)
{
	if (len <= NLMSG_ALIGN(fixed))
		return;
	ask->attrs = (const uint8_t *)(ask->h + 1) + NLMSG_ALIGN(fixed);
	ask->attrs_len = len - NLMSG_ALIGN(fixed);
}

/* Shorter than its fixed part: who dumps may send no more than the family, as
 * old programs do. */
static int answer(const struct nl_talk *talk, struct nl_ask *ask,
		  const struct nl_row *row)
{
	uint8_t fixed[128] = {0};
	size_t len = ask->h->nlmsg_len - sizeof(*ask->h);
	bool is_dump = ask->h->nlmsg_flags & NLM_F_DUMP && row->dump;
	int err = -EOPNOTSUPP;

	check(row->fixed <= sizeof(fixed));
	if (!len)
		return 0;
	if (len < row->fixed && (!is_dump || talk->is_strict))
		return -EINVAL;
	memcpy(fixed, ask->h + 1, min_size(len, row->fixed));
	find_attrs(ask, len, row->fixed);
	ask->fixed = fixed;
	if (is_dump)
		err = dump(ask, row);
	else if (row->get)
		err = row->get(ask);
	ask->fixed = NULL;
	return err;
}

static int ask_one(const struct nl_talk *talk, struct nl_ask *ask)
{
	const struct nl_row *row = row_of(talk->proto, ask->h->nlmsg_type);

	if (talk->proto == NETLINK_ROUTE && ask->h->nlmsg_type > RTM_MAX)
		return -EOPNOTSUPP;
	if (is_change(talk, ask->h->nlmsg_type))
		return -EPERM;
	if (!row)
		return talk->proto == NETLINK_ROUTE ? -EOPNOTSUPP : -EINVAL;
	return answer(talk, ask, row);
}

static void ask_and_tell(const struct nl_talk *talk, const struct nlmsghdr *h,
			 struct nl_reply *reply)
{
	struct nl_ask ask = {
		.sup = talk->sup,
		.host = talk->host,
		.h = h,
		.is_strict = talk->is_strict,
		.reply = reply,
	};
	bool is_dump = h->nlmsg_flags & NLM_F_DUMP;
	int err = 0;

	reply->seq = h->nlmsg_seq;
	if (h->nlmsg_flags & NLM_F_REQUEST && h->nlmsg_type >= NLMSG_MIN_TYPE)
		err = ask_one(talk, &ask);
	/* The end of a dump has said that it went well. */
	if (err || (h->nlmsg_flags & NLM_F_ACK && !is_dump))
		nl_put_error(reply, h, err, !talk->is_brief);
}

void nl_ask_all(const struct nl_talk *talk, const uint8_t *buf, size_t len,
		struct nl_reply *reply)
{
	union {
		struct nlmsghdr h;
		uint8_t octets[4096]; /* aligned, and as long as any is */
	} msg;

	while (len >= sizeof(msg.h)) {
		memcpy(&msg.h, buf, sizeof(msg.h));
		if (msg.h.nlmsg_len < sizeof(msg.h) || msg.h.nlmsg_len > len ||
		    msg.h.nlmsg_len > sizeof(msg))
			return;
		memcpy(&msg, buf, msg.h.nlmsg_len);
		ask_and_tell(talk, &msg.h, reply);
		if (NLMSG_ALIGN(msg.h.nlmsg_len) >= len)
			return;
		len -= NLMSG_ALIGN(msg.h.nlmsg_len);
		buf += NLMSG_ALIGN(msg.h.nlmsg_len);
	}
}
