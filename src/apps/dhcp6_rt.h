/* SPDX-License-Identifier: MIT */
#ifndef APPS_DHCP6_RT_H
#define APPS_DHCP6_RT_H

/*
 * dhcp6_rt.h - when a question of DHCPv6 is asked again (RFC 8415, 15)
 *
 *	RT      IRT, then twice the one before; give or take a tenth
 *	MRT     never more than this, give or take a tenth
 *	MRC     asked so often, then it is given up; 0: for ever
 *	MRD     or after so long; 0: for ever
 */

#include <stdbool.h>
#include <stdint.h>

struct stack;

/* Of one kind of message, in milliseconds (RFC 8415, 7.6). */
struct dhcp6_rt_rule {
	uint32_t irt_ms, mrt_ms, mrc, mrd_ms;
	bool is_first_longer; /* SOLICIT: never sooner than IRT (18.2.1) */
};

/**
 * struct dhcp6_rt - a question under way
 * @rule:	Of its kind
 * @mrt_ns:	Of @rule, or what a server has said
 * @begun_ns:	When it was asked first
 * @until_ns:	When it is given up; UINT64_MAX: never
 * @rt_ns:	The last wait
 * @count:	Times asked
 */
struct dhcp6_rt {
	const struct dhcp6_rt_rule *rule;
	uint64_t mrt_ns, begun_ns, until_ns, rt_ns;
	unsigned int count;
};

/* Begin; it is over at @until_ns at the latest. */
void dhcp6_rt_begin(struct dhcp6_rt *rt, const struct dhcp6_rt_rule *rule,
		    uint64_t now_ns, uint64_t until_ns);

/* A server has said how long to wait at most (SOL_MAX_RT, INF_MAX_RT). */
void dhcp6_rt_cap(struct dhcp6_rt *rt, uint32_t max_s);

/* It was asked enough. */
bool dhcp6_rt_is_over(const struct dhcp6_rt *rt, uint64_t now_ns);

/* It is being asked once more: how long to wait for the answer. */
uint64_t dhcp6_rt_next(struct dhcp6_rt *rt, struct stack *stack);

/* Hundredths of a second since it was asked first (21.9). */
uint16_t dhcp6_rt_elapsed(const struct dhcp6_rt *rt, uint64_t now_ns);

#endif /* APPS_DHCP6_RT_H */
