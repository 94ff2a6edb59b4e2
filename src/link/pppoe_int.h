/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPPOE_INT_H
#define LINK_PPPOE_INT_H

/*
 * pppoe_int.h - what the files of PPPoE share
 *
 *	pppoe.c		which packet is whose; packets out
 *	pppoe_client.c	looking for a concentrator
 *	pppoe_server.c	being one
 */

#include "base/hash.h"
#include "base/list.h"

#include "wire/pppoe.h"

#include "core/netif.h"
#include "core/reason.h"
#include "core/stack.h"

#include "link/pppoe.h"

struct pkt;

#define PPPOE_UNIQ_LEN 8

/* Discovery on an Ethernet, taken apart. */
struct pppoe_in {
	struct stack *stack;
	struct netif *eth;
	mac_addr from;
	bool is_to_all;
	struct pppoe_hdr hdr;
	uint8_t tags[PPPOE_PAYLOAD];
	size_t len;
};

/* One tag of that type, the first; false: there is none. */
bool pppoe_find(const struct pppoe_in *in, uint16_t type,
		struct pppoe_tag *tag);

/* A packet of discovery to be sent. */
struct pppoe_out {
	struct stack *stack;
	struct netif *eth;
	mac_addr to;
	uint8_t code;
	uint16_t session;
	enum reason why;
};

/* Send it with these tags.  There may be no memory; it is lost then. */
void pppoe_send(const struct pppoe_out *out, const uint8_t *tags, size_t len);

/* PADT: session @session with @to is over. */
void pppoe_send_end(struct stack *stack, struct netif *eth, mac_addr to,
		    uint16_t session);

/* A frame of PPP.  Takes @pkt. */
int pppoe_send_frame(struct stack *stack, struct netif *eth, mac_addr to,
		     uint16_t session, struct pkt *pkt);

/* The longest packet that fits into a session on @eth. */
uint16_t pppoe_mru(const struct netif *eth, uint16_t wish);

/* What one stack has of it, in SLOT_PPPOE. */
struct pppoe {
	struct list clients, servers;
};

struct pppoe *pppoe_get(struct stack *stack); /* made if need be, or NULL */
void pppoe_put(struct stack *stack);	      /* gone if nobody is left */

/* pppoe_client.c: DROP_COUNT: it was for @c, and is dealt with. */
struct pppoe_client {
	struct list node;
	struct stack *stack;
	struct netif *eth;
	struct pppoe_client_conf conf;
	const struct pppoe_ops *ops;
	void *arg;
	struct ppp *ppp;
	int state;
	unsigned int tries;
	struct timer timer;
	uint8_t uniq[PPPOE_UNIQ_LEN];
	mac_addr ac;
	uint8_t back[512]; /* tags that go back to the concentrator */
	size_t back_len;
	uint16_t session;
	ip4_addr local, peer;
};

enum drop pppoe_client_input(struct pppoe_client *c, const struct pppoe_in *in);

/* pppoe_server.c */
struct pppoe_peer {
	struct list node;
	struct pppoe_server *server;
	struct ppp *ppp;
	mac_addr mac;
	uint16_t session;
	bool is_over;
	ip4_addr local, peer;
};

struct pppoe_server {
	struct list node;
	struct stack *stack;
	struct netif *eth;
	struct pppoe_server_conf conf;
	const struct pppoe_ops *ops;
	void *arg;
	struct hash_key key;
	struct list peers;
	size_t count;
	uint16_t last;
	struct task reap;
};

enum drop pppoe_server_input(struct pppoe_server *s, const struct pppoe_in *in);
struct pppoe_peer *pppoe_peer_find(const struct pppoe_server *s,
				   uint16_t session, mac_addr mac);

#endif /* LINK_PPPOE_INT_H */
