/* SPDX-License-Identifier: MIT */
#ifndef CORE_ENV_H
#define CORE_ENV_H

/*
 * env.h - the world as the stacks of one thread see it
 *
 * Nothing below os/ and driver/ asks an operating system for anything.  The
 * time, the memory and the listener for events are here; randomness is given
 * to each stack apart (see stack.h), so that one host's draws do not change
 * another's.  Whoever drives the stacks (the virtual scheduler, or a loop
 * around a real device) owns the env and moves its clock.
 */

#include <stdint.h>

#include "base/mem.h"

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

struct event;

/* Takes note of an event; returns its number, counted from 1. */
typedef uint32_t probe_fn(void *arg, const struct event *ev);

/* Payload blocks come in three sizes; the next larger one that fits is used. */
enum block_class { BLOCK_2K, BLOCK_16K, BLOCK_64K, BLOCK_CLASSES };

/**
 * struct env - time, memory and the listener
 * @now_ns:	Current time; only whoever drives the stacks writes it
 * @mem:	Where every octet comes from
 * @copied:	Octets of payload that were copied, wherever
 * @pkts:	Packets, see pkt.h
 * @blocks:	Payload blocks by size class, see pkt.h
 * @probe:	Listener, or NULL
 * @probe_arg:	Its argument
 * @cause:	Number of the event being acted on; 0 when nobody listens, or
 *		when a person acts
 */
struct env {
	uint64_t now_ns;
	struct mem *mem;
	uint64_t copied;
	struct pool pkts;
	struct pool blocks[BLOCK_CLASSES];
	probe_fn *probe;
	void *probe_arg;
	uint32_t cause;
};

void env_init(struct env *env, struct mem *mem);

/* Give all memory back.  Returns how many packets and blocks were leaked. */
size_t env_fini(struct env *env);

#endif /* CORE_ENV_H */
