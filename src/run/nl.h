/* SPDX-License-Identifier: MIT */
#ifndef RUN_NL_H
#define RUN_NL_H

/*
 * nl.h - netlink: questions about a lab host, and answers as they are built
 *
 *	netlink.c	the sockets
 *	nl_ask.c	a question finds who answers it
 *	nl_link.c, nl_addr.c, nl_way.c, nl_neigh.c, nl_diag.c	these
 *	nl_msg.c	messages, attributes
 */

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "run/run_int.h"

struct host;
struct netif;
struct stack;

/**
 * struct nl_reply - messages under construction
 * @text:	All of them, one behind the other
 * @msg:	Where the one under way begins
 * @seq, @port:	Of the question, and of who asked
 * @flags:	Of all messages: NLM_F_MULTI
 */
struct nl_reply {
	struct strbuf text;
	size_t msg;
	uint32_t seq, port;
	uint16_t flags;
};

/* nl_msg.c: a message of @type with a fixed part, copied. */
void nl_begin(struct nl_reply *r, uint16_t type, const void *fixed, size_t len);
void nl_end(struct nl_reply *r);
/* Attributes of the message under way. */
void nl_put(struct nl_reply *r, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nl_reply *r, uint16_t type, uint8_t v);
void nl_put_u32(struct nl_reply *r, uint16_t type, uint32_t v);
void nl_put_text(struct nl_reply *r, uint16_t type, const char *text);
/* An acknowledgement, or an error (-errno), of @h; all of it is quoted if
 * @quotes and if it is an error. */
void nl_put_error(struct nl_reply *r, const struct nlmsghdr *h, int err,
		  bool quotes);
/* The end of a dump. */
void nl_put_done(struct nl_reply *r);
/* Attribute @type of the @len octets at @attrs, at least @min octets of it;
 * NULL: none such. */
const void *nl_find(const void *attrs, size_t len, uint16_t type, size_t min);

/**
 * struct nl_ask - a question
 * @sup:	Whose program asks
 * @host:	About whom
 * @h:		The whole of it
 * @fixed:	Its fixed part, as long as its type has it
 * @attrs:	What is behind that, @attrs_len octets
 * @is_strict:	The fixed part of a dump says what is wanted
 * @reply:	Where answers go
 */
struct nl_ask {
	struct supervisor *sup;
	struct host *host;
	const struct nlmsghdr *h;
	const void *fixed;
	const void *attrs;
	size_t attrs_len;
	bool is_strict;
	struct nl_reply *reply;
};

/* Answers a question, all of a dump: 0 or -errno. */
typedef int nl_fn(const struct nl_ask *ask);

nl_fn nl_link_dump, nl_link_get;
nl_fn nl_addr_dump;
nl_fn nl_way_dump, nl_way_get, nl_rule_dump;
nl_fn nl_neigh_dump;
nl_fn nl_diag_dump, nl_diag_get;

/* Who answers questions of a kind. */
struct nl_row {
	uint16_t type;
	size_t fixed;
	nl_fn *dump, *get;
};

/**
 * struct nl_talk - who asks
 * @sup:	Whose program
 * @host:	Which host
 * @proto:	NETLINK_xxx
 * @is_strict:	NETLINK_GET_STRICT_CHK
 * @is_brief:	NETLINK_CAP_ACK: errors do not quote the whole question
 */
struct nl_talk {
	struct supervisor *sup;
	struct host *host;
	int proto;
	bool is_strict, is_brief;
};

/* All questions of a datagram; answers are appended to @reply. */
void nl_ask_all(const struct nl_talk *talk, const uint8_t *buf, size_t len,
		struct nl_reply *reply);

/* Is there such a protocol? */
bool nl_has_proto(int proto);

struct stack *nl_stack(const struct nl_ask *ask);
/* The family (AF_INET, AF_INET6 or 0: any) that is asked for includes @family */
bool nl_wants(const struct nl_ask *ask, int family);

#endif /* RUN_NL_H */
