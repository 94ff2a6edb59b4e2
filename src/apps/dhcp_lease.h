/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP_LEASE_H
#define APPS_DHCP_LEASE_H

/*
 * dhcp_lease.h - which address is whose, and until when
 *
 *	FREE -offer-> OFFERED -request-> LEASED -time, release-> FREE
 *	 |  ^            | 10 s                | decline
 *	 |  |            v                     v
 *	 |  silence     FREE               DECLINED -time-> FREE
 *	 v  |                                  ^
 *	CHECKING ------- somebody answers -----+
 *
 * A free address remembers whose it was, and is his again if he comes back
 * before it is needed for another.  Addresses of either version; who somebody
 * is the table knows only as a number, which lease_owner() makes of whatever
 * the protocol goes by.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"

#include "wire/addr.h"

enum lease_state {
	LEASE_FREE,
	LEASE_CHECKING,
	LEASE_OFFERED,
	LEASE_LEASED,
	LEASE_DECLINED
};

enum {
	LEASE_POOL_MAX = 4096,
	LEASE_OFFER_S = 10, /* an offer is kept so long */
	LEASE_CHECK_S = 1,  /* and an address that is being asked for */
	LEASE_DECLINE_S = 600,
	LEASE_CHECKED_S = 60, /* silence counts for so long */
	LEASE_PORT_PART = 4,  /* of the pool, for one port of a switch */
};

/**
 * struct lease - an address of the pool
 * @ip:		Which
 * @owner:	Whose; 0: nobody's yet
 * @mac:	His, where that is known
 * @port:	Behind which port of a switch he is; 0: nobody said
 * @state:	See above
 * @is_fixed:	@owner's for ever, and nobody else's
 * @until_ns:	When the state ends; FREE: since when
 * @checked_ns:	When it was last found that nobody uses it
 */
struct lease {
	struct ip_addr ip;
	uint64_t owner, port;
	mac_addr mac;
	enum lease_state state;
	bool is_fixed;
	uint64_t until_ns, checked_ns;
};

struct lease_table {
	struct mem *mem;
	size_t count;
	struct lease *leases;
};

/* The @count addresses from @from on, and room for @fixed more.  0, -EINVAL,
 * -ENOMEM. */
int lease_table_init(struct lease_table *t, struct mem *mem,
		     struct ip_addr from, size_t count, size_t fixed);
void lease_table_fini(struct lease_table *t);

/* Who somebody is: a keyed hash of his identifier, never 0. */
uint64_t lease_owner(const struct hash_key *key, const void *id, size_t len);

/* Address @ip is @owner's; of the pool or not.  Not more often than promised;
 * NULL then. */
struct lease *lease_fix(struct lease_table *t, struct ip_addr ip,
			uint64_t owner);

struct lease *lease_find(struct lease_table *t, struct ip_addr ip);
struct lease *lease_of(struct lease_table *t, uint64_t owner);

/* Is @l that client's, to have or to get back? */
bool lease_is_his(const struct lease *l, uint64_t owner);

/**
 * lease_choose() - An address for a client (RFC 2131, 4.3.1)
 * @want:	What he would like; of no family: he does not say
 *
 * His fixed one; the one he has or had; the one he wants; one that was
 * nobody's; the one that is free for longest; at last the oldest that is
 * offered to somebody else: who asks and never takes must not keep the pool
 * from those who do (lease_is_open()).
 *
 * Return: NULL if there is none
 */
struct lease *lease_choose(struct lease_table *t, uint64_t owner,
			   struct ip_addr want);

/* Has that port (not 0) its share of the pool, so that nobody else there gets
 * an address? */
bool lease_port_is_full(const struct lease_table *t, uint64_t port);

/* May somebody else than its owner have it, if he is the first to take it? */
bool lease_is_open(const struct lease *l);

/* End what has ended; the next time anything does, UINT64_MAX for never. */
uint64_t lease_expire(struct lease_table *t, uint64_t now_ns,
		      void (*on_free)(void *arg, struct lease *l), void *arg);

const char *lease_state_name(enum lease_state state);

#endif /* APPS_DHCP_LEASE_H */
