/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_LEASE_H
#define APPS_DHCP_LEASE_H

/*
 * dhcp_lease.h - which address is whose, and until when
 *
 *	FREE -offer-> OFFERED -request-> LEASED -time, release-> FREE
 *	                 | 10 s                | decline
 *	                 v                     v
 *	                FREE               DECLINED -time-> FREE
 *
 * A free address remembers whose it was, and is his again if he comes back
 * before it is needed for another.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#include "wire/addr.h"

enum lease_state { LEASE_FREE, LEASE_OFFERED, LEASE_LEASED, LEASE_DECLINED };

enum {
	LEASE_POOL_MAX = 4096,
	LEASE_OFFER_S = 10,    /* an offer is kept so long, at the most */
	LEASE_OFFER_MIN_S = 1, /* and so long, at the least */
	LEASE_DECLINE_S = 600,
};

/**
 * struct lease - an address of the pool
 * @ip:		Which
 * @mac:	Whose; zero: nobody's yet
 * @state:	See above
 * @is_fixed:	@mac's for ever, and nobody else's
 * @until_ns:	When the state ends; FREE: since when
 */
struct lease {
	ip4_addr ip;
	mac_addr mac;
	enum lease_state state;
	bool is_fixed;
	uint64_t until_ns;
};

struct lease_table {
	struct mem *mem;
	size_t count;
	struct lease *leases;
};

/* Addresses @from to @to, and room for @fixed more.  0, -EINVAL, -ENOMEM. */
int lease_table_init(struct lease_table *t, struct mem *mem, ip4_addr from,
		     ip4_addr to, size_t fixed);
void lease_table_fini(struct lease_table *t);

/* Address @ip is @mac's; of the pool or not.  Not more often than promised. */
void lease_fix(struct lease_table *t, ip4_addr ip, mac_addr mac);

struct lease *lease_find(struct lease_table *t, ip4_addr ip);
struct lease *lease_of(struct lease_table *t, mac_addr mac);

/**
 * lease_choose() - An address for a client (RFC 2131, 4.3.1)
 * @want:	What he would like, or 0
 *
 * His fixed one; the one he has or had; the one he wants; one that was nobody's;
 * the one that is free for longest; at last the oldest offer that its client
 * has not taken within a second, for who asks and never takes must not keep
 * the pool from those who do.
 *
 * Return: NULL if there is none
 */
struct lease *lease_choose(struct lease_table *t, mac_addr mac, ip4_addr want,
			   uint64_t now_ns);

/* End what has ended; the next time anything does, UINT64_MAX for never. */
uint64_t lease_expire(struct lease_table *t, uint64_t now_ns,
		      void (*on_free)(void *arg, struct lease *l), void *arg);

const char *lease_state_name(enum lease_state state);

#endif /* APPS_DHCP_LEASE_H */
