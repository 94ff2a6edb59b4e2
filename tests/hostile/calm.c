// SPDX-License-Identifier: MIT
/*
 * calm.c - two innocents, who talk while others shout
 *
 * P fetches one stream after the other from V (or from F, beyond the router),
 * and pings it all the time.  Each stream checks every octet of itself; here
 * is noted how long the slowest took, and what was lost.
 */

#include <stdlib.h>

#include "base/check.h"

#include "hostile.h"
#include "ip/icmp.h"
#include "pair.h"
#include "streams.h"

enum { STREAM = 100000, STREAM_UP = 5000 };

#define PING_NS	 (25 * NS_PER_MS)
#define PAUSE_NS (20 * NS_PER_MS)
#define WAIT_NS	 (600 * NS_PER_S)

struct calm {
	struct hostile *x;
	struct streams streams;
	struct stream_server server;
	struct icmp_echo *echo;
	struct endpoint peer;
	uint64_t began_ns, slowest_ns;
	unsigned int opened, asked, answered;
	bool is_over;
};

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	struct calm *c = arg;

	c->answered += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

static void on_ping_time(void *arg)
{
	struct calm *c = arg;

	if (c->is_over)
		return;
	(void)icmp_echo_send(c->echo, c->peer.addr, (uint16_t)++c->asked, 56,
			     0);
	check(!world_at(c->x->w, world_now(c->x->w) + PING_NS, on_ping_time,
			c));
}

static void open_stream(struct calm *c)
{
	int err = stream_open(&c->streams, &c->x->p->stack, c->peer, STREAM_UP,
			      STREAM);

	check(!err);
	c->opened++;
	c->began_ns = world_now(c->x->w);
}

/* Looks every now and then whether a stream is over, and begins the next. */
static void on_look(void *arg)
{
	struct calm *c = arg;
	bool is_idle = streams_are_over(&c->streams, c->opened);

	if (is_idle && c->streams.last_ns > c->began_ns) {
		uint64_t took = c->streams.last_ns - c->began_ns;

		c->slowest_ns = max_u64(c->slowest_ns, took);
	}
	if (c->is_over && is_idle)
		return;
	if (is_idle)
		open_stream(c);
	check(!world_at(c->x->w, world_now(c->x->w) + PAUSE_NS, on_look, c));
}

struct calm *calm_begin(struct hostile *x)
{
	struct calm *c = calloc(1, sizeof(*c));
	struct host *peer = x->row->is_far ? x->far : x->v;

	check(c);
	c->x = x;
	c->peer = ep(x->row->is_far ? "10.1.0.3:80" : "10.0.0.2:80");
	c->echo = icmp_echo_open(&x->p->stack, on_echo, c);
	check(c->echo);
	streams_init(&c->streams);
	c->streams.is_translated = x->row->is_far;
	stream_serve(&c->server, &c->streams, &peer->stack, 80, STREAM_UP,
		     STREAM);
	open_stream(c);
	on_ping_time(c);
	on_look(c);
	return c;
}

void calm_end(struct calm *c)
{
	uint64_t until = world_now(c->x->w) + WAIT_NS;

	pause_ms(c->x, 1000);
	c->is_over = true;
	while (!streams_are_over(&c->streams, c->opened) &&
	       world_now(c->x->w) < until)
		pause_ms(c->x, 100);
	pause_ms(c->x, 2000);
}

uint64_t calm_slowest_ns(const struct calm *c)
{
	return c->slowest_ns;
}

unsigned int calm_lost(const struct calm *c)
{
	return c->asked - c->answered + 2 * c->opened - c->streams.done;
}

void calm_free(struct calm *c)
{
	stream_server_close(&c->server);
	streams_fini(&c->streams);
	icmp_echo_close(c->echo);
	free(c);
}
