/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_SERVER_INT_H
#define APPS_DHCP6_SERVER_INT_H

/*
 * dhcp6_server_int.h - shared by the files of the DHCPv6 server, and nobody else
 */

#include "core/stack.h"

#include "apps/dhcp6_envelope.h"
#include "apps/dhcp6_server.h"
#include "apps/dhcp_sock.h"

/* The addresses of one link. */
struct dhcp6_link {
	struct ip6_net net;
	struct lease_table leases;
};

/**
 * struct dhcp6_server - one interface's
 * @sock:	Where it listens
 * @cfg:	As given; its pointers are not used
 * @domain:	Said to clients, or empty
 * @duid:	Who we are
 * @key:	Of lease_owner()
 * @pools:	@pool_count of them
 * @timer:	The next end of a lease
 */
struct dhcp6_server {
	struct dhcp_sock sock;
	struct dhcp6_server_config cfg;
	char domain[LABELS_TEXT];
	struct dhcp6_duid duid;
	struct hash_key key;
	struct timer timer;
	bool is_listening;
	size_t pool_count;
	struct dhcp6_link pools[];
};

/**
 * struct dhcp6_question - a message, and what is known of who sent it
 * @way:	The relays on it
 * @from:	Who has handed it to us
 * @pool:	Addresses of his link, or NULL
 * @a:		The answer
 * @is_silent:	There is none
 */
struct dhcp6_question {
	struct dhcp6_server *s;
	struct dhcp6_msg m;
	struct dhcp6_envelope way;
	const struct udp_from *from;
	struct dhcp6_link *pool;
	struct dhcp6_msg a;
	bool is_silent;
};

static inline uint64_t dhcp6_server_now(const struct dhcp6_server *s)
{
	return stack_now(s->sock.stack);
}

/*
 * dhcp6_binding.c: what each question does to the leases, and the parts of the
 * answer that follow; @q->a has its head.
 */

void dhcp6_on_solicit(struct dhcp6_question *q);
void dhcp6_on_request(struct dhcp6_question *q);
void dhcp6_on_confirm(struct dhcp6_question *q);
void dhcp6_on_renew(struct dhcp6_question *q);
void dhcp6_on_rebind(struct dhcp6_question *q);
void dhcp6_on_release(struct dhcp6_question *q);
void dhcp6_on_decline(struct dhcp6_question *q);

/* Resolvers and search list: all that INFORMATION-REQUEST is about. */
void dhcp6_add_config(struct dhcp6_question *q);
void dhcp6_say_status(struct dhcp6_question *q, enum dhcp6_status status);

/* To another state, for so long; say so. */
void dhcp6_lease_move(struct dhcp6_server *s, struct lease *l,
		      enum lease_state to, uint32_t for_s);

#endif /* APPS_DHCP6_SERVER_INT_H */
