/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TWINS_H
#define TESTS_TWINS_H

/*
 * twins.h - two worlds that live through the same, one of them forgetful
 *
 * What is remembered of the ways of packets must not be seen from outside.  A
 * test draws random steps and does each in both worlds.  In the second one the
 * stack's epoch moves before each packet, so that nothing is ever remembered.
 * After each step all that can be seen is written down, and must be equal:
 * what the test noted itself, frames octet by octet, counters of drops and of
 * interfaces, and events.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ip/ip.h"
#include "testnet.h"

/* One of the two, and what was seen in it during a step. */
struct twin {
	struct testnet *net; /* with one host */
	struct netif *vlan;  /* the test's own */
	bool forgets;
	bool has_probe, has_tap, has_listener;
	probe_fn *probe;
	struct ip_route_ref ref;
	char text[131072];
	size_t at;
};

/* Whose host that is. */
struct twin *twin_of(const struct stack *stack);
struct stack *twin_stack(const struct twin *w);

__attribute__((format(printf, 2, 3))) void twin_note(struct twin *w,
						     const char *format, ...);
void twin_note_octets(struct twin *w, const char *what, const uint8_t *p,
		      size_t len);

/* To be called before each packet that is sent. */
void twin_forget(struct twin *w);

/* A frame arrives.  That of the forgetful twin has a check sequence, so that
 * Ethernet looks closely at it. */
void twin_inject(struct twin *w, struct netif *netif, const uint8_t *frame,
		 size_t len);

/* A number below @below; both twins draw the same ones in a step. */
uint32_t twin_draw(uint32_t below);

/* What a test does. */
struct twin_play {
	void (*begin)(struct twin *w); /* its host is there */
	void (*step)(struct twin *w, uint32_t kind);
	void (*look)(struct twin *w); /* at what only the test can see */
	int steps;
};

/* Live through it, with that many seeds, or as many as the environment's
 * WEFT_PATH_SEEDS says; fails the test where they differ. */
void twins_compare(const struct twin_play *play, uint64_t seeds);

/* A transport's input() that notes all that it is told; takes @pkt. */
void twin_on_packet(struct stack *stack, struct pkt *pkt,
		    const struct ip_meta *meta);

#endif /* TESTS_TWINS_H */
