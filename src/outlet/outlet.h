/* SPDX-License-Identifier: MIT */
#ifndef OUTLET_OUTLET_H
#define OUTLET_OUTLET_H

/*
 * outlet.h - a router's way out: the sockets of the machine
 *
 * A stack with an outlet stands in for the rest of the world (ip/ip_foreign.h).
 * What is for addresses to which it has no route becomes connections, datagrams
 * and echo requests of the machine's own, as slirp4netns and passt do for a
 * container; no privilege is needed for that.
 *
 *	lab host -- SYN --> outlet -- connect(2) --> somebody
 *	         <- SYN,ACK -+      <- it is there -
 *
 * The addresses of the stack itself are the lab's.  What else they may stand
 * for is said by struct outlet_cfg.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host_ops;
struct outlet;
struct stack;

/**
 * struct outlet_cfg - what an outlet is to do
 * @ops:	The machine's sockets, as os/hostsock.h has them
 * @ops_arg:	Their argument
 * @has_loopback: Connections and datagrams to the stack's own addresses, where
 *		nobody listens, go to the machine's 127.0.0.1 or ::1
 * @has_dns:	Those to port 53 go to the machine's resolvers
 * @say:	(optional) Tell a person, once, of what the machine does not allow
 * @say_arg:	Its argument
 */
struct outlet_cfg {
	const struct host_ops *ops;
	void *ops_arg;
	bool has_loopback, has_dns;
	void (*say)(void *arg, const char *text);
	void *say_arg;
};

/**
 * struct outlet_stats - what an outlet did
 * @tcp, @udp, @ping: Conversations that were begun
 * @open:	... and are under way
 * @refused:	The far end said no
 * @failed:	The machine could not reach it
 * @forbidden:	Not allowed: the machine itself, when @has_loopback is not set;
 *		no address of one host; ping without the right to
 * @full:	No descriptor or no memory left for one more
 * @evicted:	The least used gave way to a new one
 * @expired:	Ended because nothing was said for a while
 * @out_octets:	What went to the machine's sockets
 * @in_octets:	What came from them
 */
struct outlet_stats {
	uint64_t tcp, udp, ping, open;
	uint64_t refused, failed, forbidden, full, evicted, expired;
	uint64_t out_octets, in_octets;
};

/**
 * outlet_new() - Give a stack a way out
 * @stack:	With inet_init() done; outlet_free() before inet_fini()
 * @cfg:	Copied
 *
 * Return: 0, -ENOMEM, -EIO (no entropy), -EADDRINUSE (it has one)
 */
int outlet_new(struct stack *stack, const struct outlet_cfg *cfg,
	       struct outlet **out);

/* Everything ends: the machine's sockets are closed, with a reset where the lab
 * had not ended its stream; nothing is said to the lab.  NULL is fine. */
void outlet_free(struct outlet *o);

/* A socket of the machine's is ready; a host_ready_fn, @arg is the outlet.  May call back anything
 * of the stack. */
void outlet_ready(void *arg, void *owner, unsigned int events);

/* Streams that stand and in which the lab may still have something to say. */
size_t outlet_speakers(const struct outlet *o);

struct outlet_stats outlet_stats(const struct outlet *o);

#endif /* OUTLET_OUTLET_H */
