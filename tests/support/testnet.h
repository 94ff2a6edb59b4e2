/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TESTNET_H
#define TESTS_TESTNET_H

/*
 * testnet.h - a few stacks, a clock and wires, for tests
 *
 * The default is two hosts, 10.0.0.1 and 10.0.0.2, joined by a wire:
 *
 *	struct testnet *net = testnet_new();		two joined hosts
 *	struct stack *a = testnet_host(net, 0);		10.0.0.1
 *	... call functions of a ...
 *	testnet_run_ms(net, 50);			time passes
 *	testnet_free(net);				fails if memory leaked
 *
 * Or in cmocka: cmocka_unit_test_setup_teardown(f, testnet_setup,
 * testnet_teardown), and the net is *state.
 *
 * Larger ones begin with testnet_new_empty(), testnet_add_host() and
 * testnet_join().  An interface with no wire (testnet_add_port()) keeps what
 * is sent through it for the test to look at; testnet_inject() plays the
 * world's part.
 *
 * Everything happens in virtual time inside testnet_run() and friends; the
 * stacks' blocking calls work too.  Nothing is random but for the seed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/rng.h"

#include "core/env.h"
#include "core/netif.h"
#include "core/pkt.h"
#include "core/probe.h"
#include "core/stack.h"

#include "inet/inet.h"

#define TESTNET_HOSTS 4
#define TESTNET_PORTS 4

struct testnet;

/* What becomes of a frame. */
enum testnet_fate { TESTNET_PASS, TESTNET_DROP, TESTNET_DUP };

/* A frame from host @from is about to enter the wire; @n counts from 1 for
 * each host.  @pkt is lent, and may be changed with testnet_flip(). */
typedef enum testnet_fate testnet_hook_fn(void *arg, int from, uint64_t n,
					  struct pkt *pkt);

struct testnet_port {
	struct netif netif;
	struct testnet *net;
	int host;
	struct testnet_port *peer; /* NULL: frames stay in @sent */
	struct list sent;	   /* struct pkt */
	bool is_stuck;		   /* driver says -ENOBUFS */
};

struct testnet_host {
	struct stack stack;
	struct rng rng;
	bool has_no_entropy;
	struct testnet_port ports[TESTNET_PORTS];
	int port_count;
	uint64_t frames; /* sent by it so far */
};

/**
 * struct testnet - the world of a test; fields may be read and set
 * @delay_ns:	Time a frame is under way
 * @hook:	Sees every frame that enters a wire, or NULL
 * @events:	How many of each reason were emitted by any host
 * @drop_nth:	Drop the frame of this number from host i, 0: none
 */
struct testnet {
	struct mem mem;
	struct env env;
	uint64_t delay_ns;
	testnet_hook_fn *hook;
	void *hook_arg;
	uint64_t events[R_COUNT];
	uint32_t event_count;
	uint64_t drop_nth[TESTNET_HOSTS];
	struct list wire; /* frames under way, in order of arrival */
	struct testnet_host hosts[TESTNET_HOSTS];
	int host_count;
	bool is_running;
};

/* Two hosts, 10.0.0.1/24 and 10.0.0.2/24, "eth0" to "eth0". */
struct testnet *testnet_new(void);

/* Nothing yet. */
struct testnet *testnet_new_empty(void);

/* Fails the test if packets, blocks or memory leaked. */
void testnet_free(struct testnet *net);

int testnet_setup(void **state);
int testnet_teardown(void **state);

/* Add a host called "h0", "h1", ...; returns its number. */
int testnet_add_host(struct testnet *net, const struct inet_config *cfg);

/* Add an interface "eth0", "eth1", ... with an address ("10.0.0.1/24", NULL:
 * none) and no wire. */
struct netif *testnet_add_port(struct testnet *net, int host,
			       const char *address);

/* Put a wire between two interfaces. */
void testnet_join(struct netif *a, struct netif *b);

struct stack *testnet_host(struct testnet *net, int i);

/* Interface @port of host @i: "eth0" is 0. */
struct netif *testnet_netif(struct testnet *net, int i, int port);

/* Let time pass until the absolute time @until_ns, and stop there. */
void testnet_run(struct testnet *net, uint64_t until_ns);

/* Let that much time pass. */
void testnet_run_ms(struct testnet *net, uint64_t ms);

/* Until it is true; returns whether it became so before @ms have passed. */
bool testnet_run_until(struct testnet *net, bool (*is_done)(void *arg),
		       void *arg, uint64_t ms);

/* A frame arrives at an interface.  Octets as given, nothing is added. */
void testnet_inject(struct netif *netif, const void *frame, size_t len);

/* How many frames wait at an interface without wire. */
size_t testnet_sent_count(struct netif *netif);

/* The oldest of them, copied to @buf and taken away; its length, 0 if none. */
size_t testnet_take(struct netif *netif, void *buf, size_t size);

/* Throw them away. */
void testnet_forget(struct netif *netif);

/* The driver of an interface refuses everything, or stops doing so. */
void testnet_stick(struct netif *netif, bool is_stuck);

/* Invert bits of the octet at @off; payload that others share is copied. */
void testnet_flip(struct pkt *pkt, size_t off, uint8_t bits);

/* Drop counter of a host. */
uint64_t testnet_drops(struct testnet *net, int i, enum drop why);

/* Sum of all its drop counters. */
uint64_t testnet_drops_all(struct testnet *net, int i);

#endif /* TESTS_TESTNET_H */
