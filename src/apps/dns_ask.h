/* SPDX-License-Identifier: MIT */
#ifndef APPS_DNS_ASK_H
#define APPS_DNS_ASK_H

/*
 * dns_ask.h - one question to one DNS server
 *
 * The question goes out over UDP from a port and with an id that nobody can
 * guess, and only an answer from that server to that port, with that id and
 * exactly that question, counts (RFC 5452).  If the answer was too large, or
 * somebody has tried to forge one, it is asked again over TCP.
 */

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

#include "apps/dns_msg.h"

struct dns_ask;
struct loop;

enum {
	DNS_FORGED_MAX = 1, /* answers that do not match, then TCP */
	DNS_TCP_TIMEOUT_S = 5,
};

/**
 * struct dns_question - what to ask, and whom
 * @server:	Address and port
 * @name:	Of what
 * @type:	LDNS_RR_TYPE_xxx
 * @try_count:	How often it was asked before, for people
 * @wants_recursion: The server shall ask others
 * @mixes_case:	Write the name in random upper and lower case, which a forger
 *		would have to guess, too
 * @timeout_ns:	For an answer over UDP
 */
struct dns_question {
	struct endpoint server;
	struct dns_name name;
	uint16_t type;
	unsigned int try_count;
	bool wants_recursion;
	bool mixes_case;
	uint64_t timeout_ns;
};

/**
 * dns_answer_fn() - It is answered, or will not be
 * @err:	0; -ETIMEDOUT; -ECONNREFUSED: nobody listens there;
 *		-EHOSTUNREACH, -ENETUNREACH; -EBADMSG: no DNS over TCP; -ENOMEM
 * @pkt:	The answer, lent; NULL after an error
 */
typedef void dns_answer_fn(void *arg, int err, const ldns_pkt *pkt);

/**
 * dns_ask() - Ask
 * @q:		Copied
 * @on_answer:	Called once, never before this returns
 * @ask:	Filled in; valid until @on_answer was called
 *
 * Emits DNS_QUERY, or DNS_RETRY if try_count is not 0; DNS_BAD for each
 * message that is not believed.
 *
 * Return: 0; -EIO: no randomness; -ENOMEM, -EMFILE, -ENETUNREACH, ...
 */
int dns_ask(struct loop *loop, const struct dns_question *q,
	    dns_answer_fn *on_answer, void *arg, struct dns_ask **ask);

/* Never mind; on_answer is not called.  NULL is fine. */
void dns_ask_cancel(struct dns_ask *ask);

#endif /* APPS_DNS_ASK_H */
