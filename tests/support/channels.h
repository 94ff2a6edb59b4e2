/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_CHANNELS_H
#define SUPPORT_CHANNELS_H

/*
 * channels.h - two hosts with a loop each, and an application that counts
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reactor/reactor.h"
#include "testnet.h"

/* What an application remembers of its channels. */
struct chan_app {
	int active, inactive, removed, read_completes, input_ends;
	int writable_true, writable_false;
	int err;
	size_t octets;
	uint64_t sum;
	struct endpoint from;
	uint32_t cause; /* env->cause at the last on_read() */
	struct handler *handler;
	bool is_echo, keeps_open;
};

/* Two hosts; connections go from the first to the second. */
struct chan_fix {
	struct testnet *net;
	struct loop *loop[2];
	struct chan_app app[2];
};

/* cmocka's setup and teardown; *state is a struct chan_fix. */
int chan_setup(void **state);
int chan_teardown(void **state);

/* A channel_init_fn: a handler for the struct chan_app in @arg. */
int chan_init(struct channel *ch, void *arg);

/* From text: "10.0.0.2:7". */
struct endpoint chan_at(const char *text);
struct channel *chan_listen(struct chan_fix *f, const char *text);
struct channel *chan_connect(struct chan_fix *f, const char *text);
void chan_write_text(struct channel *ch, const char *text);

#endif /* SUPPORT_CHANNELS_H */
