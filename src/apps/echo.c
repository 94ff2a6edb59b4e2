// SPDX-License-Identifier: MIT
/*
 * echo.c - what comes is sent back (RFC 862)
 *
 * Theory of operation
 * ===================
 * One handler, and it has no state: a buffer that arrives is the buffer that
 * leaves.  What needs thought is a peer that sends and never reads.  When more
 * waits to be sent to it than the channel's high-water mark, nothing more is
 * read from it; its window closes, and it holds only its own memory.  When it
 * reads again, so do we.
 *
 * A peer that has sent everything (FIN) gets the rest back, then our FIN: the
 * channel closes when all is sent.
 */

#include "apps/echo.h"

#include <errno.h>

#include "reactor/buf.h"
#include "reactor/reactor.h"

enum { BACKLOG = 128 };

/**
 * struct echo - both of its listeners
 * @loop:	Where they run
 * @tcp:	Accepts connections, or NULL
 * @udp:	Takes datagrams, or NULL
 */
struct echo {
	struct loop *loop;
	struct channel *tcp, *udp;
};

static void on_read(struct handler *h, struct buf *buf)
{
	handler_write_flush(h, buf);
	if (!channel_is_writable(h->ch))
		channel_set_auto_read(h->ch, false);
}

static void on_writable(struct handler *h, bool is_writable)
{
	channel_set_auto_read(h->ch, is_writable);
}

static void on_removed(struct handler *h)
{
	mem_free(channel_mem(h->ch), h, sizeof(*h));
}

static const struct handler_ops echo_ops = {
	.name = "echo",
	.on_read = on_read,
	.on_writable = on_writable,
	.on_removed = on_removed,
};

/* A datagram that could not go back is lost, and nothing else ends by it. */
static void on_udp_error(struct handler *h, int err)
{
	(void)h;
	(void)err;
}

static const struct handler_ops echo_udp_ops = {
	.name = "echo",
	.on_read = on_read,
	.on_writable = on_writable,
	.on_error = on_udp_error,
	.on_removed = on_removed,
};

/* channel_init_fn; @arg: which of the two */
static int echo_init(struct channel *ch, void *arg)
{
	struct handler *h = mem_alloc(channel_mem(ch), sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->ops = arg;
	pipeline_add_last(ch, h);
	return 0;
}

/* The table is only read. */
static void *table(const struct handler_ops *ops)
{
	return (void *)(uintptr_t)ops;
}

int echo_start(struct loop *loop, uint16_t port, struct echo **echo)
{
	/* Both versions of IP. */
	const struct endpoint local = {ip_addr_v6(IP6_ANY), port};
	struct echo *e = mem_alloc(loop_mem(loop), sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	e->loop = loop;
	err = channel_listen(loop, &local, BACKLOG, echo_init, table(&echo_ops),
			     &e->tcp);
	if (!err)
		err = channel_bind_udp(loop, &local, echo_init,
				       table(&echo_udp_ops), &e->udp);
	if (err) {
		echo_stop(e);
		return err;
	}
	*echo = e;
	return 0;
}

void echo_stop(struct echo *e)
{
	if (!e)
		return;
	if (e->udp)
		channel_abort(e->udp);
	if (e->tcp)
		channel_abort(e->tcp);
	mem_free(loop_mem(e->loop), e, sizeof(*e));
}
