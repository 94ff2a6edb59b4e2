/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_RINGBED_H
#define SUPPORT_RINGBED_H

/*
 * ringbed.h - two hosts, a connection between them, and a completion ring
 */

#include <stddef.h>
#include <stdint.h>

#include "io/ring.h"
#include "testnet.h"

/* Host a, 10.0.0.1, with a ring, a listener at port 80 and a connected socket;
 * host b, 10.0.0.2, with the other end. */
struct ringbed {
	struct testnet *net;
	struct stack *a, *b;
	struct sk_ring *ring;
	int listener, fd, peer;
};

extern struct ringbed bed;

int ringbed_setup(void **state);
int ringbed_teardown(void **state);

/* An entry, prepared; bed_octets() on bed.fd. */
struct sk_sqe *bed_sqe(enum sk_ring_op op, int fd, uint64_t user_data);
struct sk_sqe *bed_octets(enum sk_ring_op op, void *buf, size_t len,
			  uint64_t user_data);

/* All that is prepared is taken, and it is so many. */
void bed_submit(int count);

/* The next completion, waited for, is this one; its flags. */
uint32_t bed_expect(uint64_t user_data, long res);
void bed_expect_none(void); /* at present */

void bed_peer_says(const char *text); /* sends it */
void bed_settle(void);		      /* time passes */
struct sk_ring_stat bed_stat_of(void);

#endif /* SUPPORT_RINGBED_H */
