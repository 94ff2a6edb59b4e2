// SPDX-License-Identifier: MIT
/*
 * ring_alloc_test.c - an echo through rings, a file and a pipe, with signals,
 *		       short of memory
 *
 * A server accepts and receives by multishot and with buffers; a client sends a
 * file in memory through a pipe and a stream.  What cannot be had is an error
 * of the call or of the completion, and never a completion that does not come.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/addr.h"

#include "alloc_walk.h"
#include "io/io.h"
#include "io/memfile.h"
#include "io/ring.h"
#include "io/sigq.h"
#include "ip/ip.h"
#include "sock/file_async.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

#define OCTETS 6000

struct net {
	struct world *w;
	struct stack *client, *server;
	struct sk_ring *ring;
	struct sigq *sigs;
	int fd, listener;
};

static struct stack *add_host(struct net *n, const char *name, uint8_t last,
			      struct port **port)
{
	struct ip4_net addr = {.addr = ip4_make(10, 0, 0, last), .len = 24};
	struct host *h = world_add_host(n->w, name);

	*port = h ? host_add_port(h, NULL) : NULL;
	if (!*port || ip_addr_add(&h->stack, &(*port)->netif, addr))
		return NULL;
	return &h->stack;
}

static bool build(struct net *n, struct mem *mem)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};
	struct port *a, *b;

	n->w = world_new(mem, 1);
	if (!n->w)
		return false;
	n->client = add_host(n, "client", 1, &a);
	n->server = n->client ? add_host(n, "server", 2, &b) : NULL;
	return n->server && world_link(n->w, a, b, &params);
}

static struct sk_sqe *sqe(struct net *n, enum sk_ring_op op, int fd,
			  uint8_t flags)
{
	struct sk_sqe *e = sk_ring_sqe(n->ring);

	assert_non_null(e);
	e->op = (uint8_t)op;
	e->fd = fd;
	e->flags = flags;
	e->user_data = op;
	return e;
}

static bool serve(struct net *n)
{
	struct endpoint at = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 7};

	n->sigs = sigq_new(n->server->place.env->mem);
	n->listener = sk_socket(n->server, SK_AF_INET, SK_SOCK_STREAM, 0);
	if (!n->sigs || n->listener < 0 ||
	    sk_ring_new(n->server, 4, &sk_ring_plain, &n->ring))
		return false;
	n->server->signals = sigq_sink(n->sigs);
	if (sk_bind(n->server, n->listener, &at) ||
	    sk_listen(n->server, n->listener, 5) ||
	    sk_fcntl(n->server, n->listener, SK_F_SETOWN, 1) ||
	    sk_fcntl(n->server, n->listener, SK_F_SETSIG, 34) ||
	    sk_fcntl(n->server, n->listener, SK_F_SETFL, SK_O_ASYNC))
		return false;
	sqe(n, SK_RING_ACCEPT, n->listener, SK_SQE_MULTISHOT);
	return sk_ring_submit(n->ring) == 1;
}

/* The file goes through the pipe into the stream. */
static bool splice_all(struct net *n, const int p[2], int file)
{
	struct sk_splice in = {.in = file, .out = p[1], .len = OCTETS};
	struct sk_splice out = {.in = p[0], .out = n->fd, .len = OCTETS};
	long left = sk_splice(n->client, &in);

	if (left != OCTETS)
		return false;
	while (left > 0) {
		long k = sk_splice(n->client, &out);

		if (k <= 0)
			return false;
		left -= k;
	}
	return true;
}

static bool ask(struct net *n)
{
	struct endpoint to = {.addr = ip_addr_v4(ip4_make(10, 0, 0, 2)),
			      .port = 7};
	static const uint8_t octets[OCTETS];
	int p[2], file = sk_memfile_create(n->client, 0, NULL, NULL);

	n->fd = sk_socket(n->client, SK_AF_INET, SK_SOCK_STREAM, 0);
	if (file < 0 || n->fd < 0 || sk_pipe(n->client, p, 0) ||
	    sk_connect(n->client, n->fd, &to) ||
	    sk_write(n->client, file, octets, OCTETS) != OCTETS ||
	    sk_lseek(n->client, file, 0, 0))
		return false;
	return splice_all(n, p, file) && !sk_close(n->client, n->fd);
}

/* Until the end of the stream, or an error: octets that came. */
static long receive(struct net *n, int fd)
{
	static uint8_t pool[8][1000];
	long sum = 0;

	if (sk_ring_buffers(n->ring, 1, pool, 1000, 8, 0))
		return -1;
	sqe(n, SK_RING_RECV, fd, SK_SQE_MULTISHOT | SK_SQE_BUFFER)->group = 1;
	if (sk_ring_submit(n->ring) != 1)
		return -1;
	while (sk_ring_wait(n->ring, 1, 60 * (int64_t)NS_PER_S) > 0) {
		struct sk_cqe cqe = *sk_ring_peek(n->ring);

		sk_ring_seen(n->ring, 1);
		if (cqe.user_data == SK_RING_RECV && cqe.res > 0)
			sum += cqe.res;
		else if (cqe.user_data == SK_RING_RECV)
			break;
	}
	return sum;
}

static bool run(struct net *n)
{
	struct signal_info info;
	int fd;

	if (!serve(n) || !ask(n))
		return false;
	if (sk_ring_wait(n->ring, 1, 60 * (int64_t)NS_PER_S) < 1)
		return false;
	fd = sk_ring_peek(n->ring)->res;
	sk_ring_seen(n->ring, 1);
	if (fd < 0 || receive(n, fd) != OCTETS)
		return false;
	/* Refused for want of memory, it comes as a plain SIGIO. */
	return sigq_take(n->sigs, UINT64_MAX, &info) >= SIGNAL_IO;
}

static bool scenario(struct mem *mem, void *arg)
{
	struct net n = {0};
	bool is_good = build(&n, mem) && run(&n);

	(void)arg;
	sk_ring_free(n.ring);
	if (n.server)
		n.server->signals = (struct signal_sink){.raise = NULL};
	sigq_free(n.sigs);
	if (n.w)
		assert_int_equal(world_free(n.w), 0);
	return is_good;
}

static void every_allocation_may_fail(void **state)
{
	struct alloc_walk walk = alloc_walk(scenario, NULL);

	(void)state;
	print_message("# %llu points, %llu of %llu runs succeed\n",
		      (unsigned long long)walk.points,
		      (unsigned long long)walk.survived,
		      (unsigned long long)walk.runs);
	assert_true(walk.points > 50);
	assert_true(walk.survived > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
