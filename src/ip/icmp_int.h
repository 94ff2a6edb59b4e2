/* SPDX-License-Identifier: MIT */
#ifndef IP_ICMP_INT_H
#define IP_ICMP_INT_H

/*
 * icmp_int.h - what the files of ICMP share
 *
 *	icmp.c		messages that arrive; answers to echoes
 *	icmp_err.c	errors out: when not, how often, what they quote
 *	icmp_echo.c	our own echo requests
 *	icmp_redirect.c	a router says that another one is nearer
 */

#include "base/hash.h"
#include "base/list.h"
#include "base/wheel.h"

#include "wire/icmp4.h"

#include "core/pkt.h"
#include "core/stack.h"

#include "ip/icmp.h"
#include "ip/ip.h"

#define ICMP_BUCKETS 256

/* Credit for errors to some destinations, see icmp_err.c. */
struct icmp_bucket {
	uint64_t since_ns;
	uint32_t credit;
};

struct icmp {
	struct stack *stack;
	struct hash_key key;
	struct icmp_bucket buckets[ICMP_BUCKETS];
	uint64_t limited; /* errors not sent for lack of credit */
	bool has_rate;	  /* icmp_rate_set() was called */
	uint32_t rate;
	struct list echoes;
	size_t echo_count;
	struct list redirects; /* by age */
	size_t redirect_count;
	struct timer redirect_timer;
	bool takes_redirects;
};

static inline struct icmp *icmp_of(const struct stack *stack)
{
	return stack->slot[SLOT_ICMP];
}

/* icmp_err.c: tell the sender of @orig of a router that is nearer to him. */
void icmp_redirect(struct stack *stack, const struct pkt *orig,
		   ip4_addr gateway);

/* icmp_echo.c */
/* Some open handle, or NULL. */
struct icmp_echo *icmp_echo_first(struct icmp *icmp);

void icmp_echo_input(struct icmp *icmp, struct pkt *pkt,
		     const struct icmp4_hdr *h, const struct ip_meta *meta);
bool icmp_echo_error(struct icmp *icmp, const struct ip_error *err);

/* icmp_redirect.c */
void icmp_redirect_init(struct icmp *icmp);
void icmp_redirect_fini(struct icmp *icmp);
/* DROP_COUNT if it was right, and taken to heart. */
enum drop icmp_redirect_input(struct icmp *icmp, const struct pkt *pkt,
			      const struct icmp4_hdr *h,
			      const struct ip_meta *meta);

#endif /* IP_ICMP_INT_H */
