/* SPDX-License-Identifier: MIT */
#ifndef DRILL_HOST_H
#define DRILL_HOST_H

/*
 * host.h - a stack of ours as a port: virtual time, one interface, raw IP
 *
 * Its calls are those of the public interface (weft/weft.h), so a script
 * tries what programs use.
 */

#include "base/list.h"

#include "drill/drill.h"

struct weft_stack;

/* A packet on its way out. */
struct host_packet {
	struct list node;
	uint64_t at_ns;
	size_t len;
	uint8_t octets[];
};

/**
 * struct drill_host - a stack and its clock
 * @port:	As scripts and the plug-in see it
 * @ws:		The stack
 * @now_ns:	Its time; whoever drives it may move it on
 * @ifindex:	Its interface
 * @has_offload: The interface takes large segments and unfinished checksums
 * @out:	struct host_packet, the oldest first
 * @out_count:	How many
 * @lost:	Packets for which there was no room
 * @random:	State of its numbers: the same in every run
 * @wait:	What a blocked call does, see struct weft_config; NULL: such a
 *		call fails with EDEADLK
 * @wait_arg:	Its first argument
 */
struct drill_host {
	struct drill_port port;
	struct weft_stack *ws;
	uint64_t now_ns;
	int ifindex;
	bool has_offload;
	struct list out;
	size_t out_count;
	uint64_t lost;
	uint64_t random;
	int (*wait)(void *arg, uint64_t until_ns);
	void *wait_arg;
};

/**
 * drill_host_new() - A stack with an address
 * @cfg:	Its address, its network, its MTU
 *
 * Return: the host, or NULL (no memory)
 */
struct drill_host *drill_host_new(const struct drill_config *cfg);

void drill_host_free(struct drill_host *h); /* NULL is fine */

/* A raw IP packet goes in.  0 or -1 and errno. */
int drill_host_input(struct drill_host *h, const void *buf, size_t len);

/* See struct drill_port_ops. */
size_t drill_host_take(struct drill_host *h, void *buf, size_t room,
		       uint64_t *at_ns);
int drill_host_step(struct drill_host *h, uint64_t until_ns);
int drill_host_knob(struct drill_host *h, const char *name, const char *value);

/* More addresses: what a script binds to becomes ours.  0 or -1 and errno. */
int drill_host_add_addr(struct drill_host *h, uint32_t addr,
			uint32_t prefix_len);

/* host_table.c: the table's calls, with the host as userdata. */
void drill_host_fill_table(struct drill_host *h);

#endif /* DRILL_HOST_H */
