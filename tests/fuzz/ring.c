// SPDX-License-Identifier: MIT
/*
 * ring.c - fuzz target: a program that gives a completion ring anything to do
 *
 * Two hosts on a cable, each with a ring, sockets, a pipe and a file in memory.
 * Each four octets of the input are an entry (which host, operation, flags,
 * descriptor and argument), or submit, see completions, give buffers, close a
 * descriptor, raise signals, or let time pass.  Memory may be short.
 *
 * Whatever the program does, nothing may crash or leak, and every entry that
 * was taken must complete exactly once: entries have numbers, and the last
 * completion of each is looked for.
 */
#include "io/ring.h"

#include <errno.h>
#include <string.h>

#include "wire/addr.h"

#include "fuzz.h"
#include "io/io.h"
#include "io/memfile.h"
#include "io/sigq.h"
#include "ip/ip.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { FDS = 10, STEPS_MAX = 300 };

/* What is known of an entry. */
enum { UNKNOWN, TAKEN, QUIET, OVER };

struct side {
	struct host *host;
	struct sk_ring *ring;
	struct sigq *sigs;
	uint32_t prepared, taken;
	uint8_t entry[STEPS_MAX + 1]; /* by user data */
	uint8_t pool[8][16];
	uint8_t buf[4096];
};

struct net {
	struct mem mem;
	struct world *w;
	struct side side[2];
	struct endpoint to;
};

static bool add_host(struct net *n, int i, struct port **port)
{
	struct ip4_net addr = {.addr = ip4_make(10, 0, 0, (uint8_t)(i + 1)),
			       .len = 24};
	struct host *h = world_add_host(n->w, i ? "b" : "a");

	n->side[i].host = h;
	if (!h)
		return false;
	*port = host_add_port(h, NULL);
	return *port && !ip_addr_add(&h->stack, &(*port)->netif, addr);
}

/* Descriptors: listener, stream, datagrams, pipe, file, counter. */
static bool fill(struct side *s)
{
	struct stack *stack = &s->host->stack;
	struct endpoint at = {.port = 7};
	int fds[2];

	s->sigs = sigq_new(stack->place.env->mem);
	if (!s->sigs || sk_ring_new(stack, 8, &sk_ring_plain, &s->ring))
		return false;
	stack->signals = sigq_sink(s->sigs);
	sk_socket(stack, SK_AF_INET, SK_SOCK_STREAM, 0);
	sk_bind(stack, 1, &at);
	sk_listen(stack, 1, 4);
	sk_socket(stack, SK_AF_INET, SK_SOCK_STREAM, 0);
	sk_socket(stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
	sk_pipe(stack, fds, 0);
	sk_write(stack, sk_memfile_create(stack, 0, NULL, NULL), s->buf, 4000);
	sk_event_create(stack, 0, 0);
	return true;
}

static bool build(struct net *n)
{
	struct cable_params params = {.delay_ns = NS_PER_MS};
	struct port *a, *b;

	n->w = world_new(&n->mem, 1);
	return n->w && add_host(n, 0, &a) && add_host(n, 1, &b) &&
	       world_link(n->w, a, b, &params) && fill(&n->side[0]) &&
	       fill(&n->side[1]);
}

static void prepare(struct net *n, struct side *s, const uint8_t *in)
{
	struct sk_sqe *e =
		s->prepared < STEPS_MAX ? sk_ring_sqe(s->ring) : NULL;

	if (!e)
		return;
	e->op = in[1] % (SK_RING_OP_COUNT + 1);
	e->flags = in[2] & 31;
	e->group = in[2] >> 6;
	e->fd = in[3] % FDS;
	e->fd2 = in[3] / 16 % FDS;
	e->arg = in[2] >> 5;
	e->addr = s->buf;
	e->len = in[3];
	e->off = in[3];
	e->user_data = ++s->prepared;
	if (e->op == SK_RING_CONNECT) {
		n->to = (struct endpoint){
			.addr = ip_addr_v4(ip4_make(10, 0, 0, in[2] & 3)),
			.port = 7};
		e->addr = &n->to;
		e->len = sizeof(n->to);
	} else if (e->op == SK_RING_ACCEPT) {
		e->addr = NULL;
	} else if (e->op == SK_RING_SENDMSG || e->op == SK_RING_RECVMSG) {
		memset(s->buf, 0, sizeof(struct sk_msg));
	} else if (e->op == SK_RING_SEND || e->op == SK_RING_WRITE) {
		e->len = (uint64_t)in[3] * 16;
	} else if (e->op == SK_RING_TIMEOUT) {
		e->off = (uint64_t)in[3] * NS_PER_MS;
		e->len = in[2] >> 6;
	}
	s->entry[s->prepared] = e->flags & SK_SQE_QUIET ? QUIET : UNKNOWN;
}

static void submit(struct side *s)
{
	int n = sk_ring_submit(s->ring);

	if (n > 0)
		s->taken += (uint32_t)n;
}

static void see(struct side *s)
{
	const struct sk_cqe *cqe = sk_ring_peek(s->ring);

	if (!cqe)
		return;
	check(cqe->user_data > 0 && cqe->user_data <= s->taken);
	check(s->entry[cqe->user_data] != OVER);
	if (!(cqe->flags & SK_CQE_MORE))
		s->entry[cqe->user_data] = OVER;
	sk_ring_seen(s->ring, 1);
}

static void other(struct net *n, struct side *s, const uint8_t *in)
{
	struct stack *stack = &s->host->stack;

	switch (in[1] & 7) {
	case 0:
		sk_close(stack, in[2] % FDS);
		break;
	case 1:
		sk_ring_buffers(s->ring, in[2] & 3, s->pool[in[2] & 7],
				in[3] & 15, 1, in[2]);
		break;
	case 2:
		sk_fcntl(stack, in[2] % FDS, SK_F_SETOWN, in[3] & 1);
		sk_fcntl(stack, in[2] % FDS, SK_F_SETSIG, in[3] % 70);
		sk_fcntl(stack, in[2] % FDS, SK_F_SETFL,
			 SK_O_ASYNC | SK_O_NONBLOCK);
		break;
	case 3:
		sigq_set_max(s->sigs, in[2]);
		break;
	case 4:
		sk_dup(stack, in[2] % FDS);
		break;
	case 5:
		sk_socket(stack, SK_AF_INET, SK_SOCK_STREAM, 0);
		break;
	default:
		world_run_until(n->w,
				world_now(n->w) + (uint64_t)in[3] * NS_PER_MS);
		break;
	}
}

static void step(struct net *n, const uint8_t *in)
{
	struct side *s = &n->side[in[0] & 1];

	switch (in[0] >> 1 & 7) {
	case 0:
		submit(s);
		break;
	case 1:
		see(s);
		break;
	case 2:
		other(n, s, in);
		break;
	default:
		prepare(n, s, in);
		break;
	}
}

/* Cancel what is left, and look whether all are told. */
static void finish(struct side *s)
{
	struct sk_ring_stat stat;
	struct sk_sqe *e;
	uint32_t i;

	submit(s);
	submit(s); /* the first may have been short of memory */
	while (sk_ring_peek(s->ring))
		see(s);
	e = sk_ring_sqe(s->ring);
	if (!e)
		return; /* no memory to submit anything */
	e->op = SK_RING_CANCEL;
	e->arg = SK_RING_CANCEL_ANY;
	e->user_data = ++s->prepared;
	submit(s);
	while (sk_ring_peek(s->ring))
		see(s);
	sk_ring_get_stat(s->ring, &stat);
	if (s->taken != s->prepared)
		return;
	check(stat.running == 0 && stat.spilled == 0);
	for (i = 1; i <= s->taken; i++)
		check(s->entry[i] != UNKNOWN);
}

static void end(struct side *s)
{
	if (s->ring) {
		finish(s);
		sk_ring_free(s->ring);
	}
	if (s->sigs) {
		s->host->stack.signals = (struct signal_sink){.raise = NULL};
		sigq_free(s->sigs);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct net n;
	size_t i;

	if (size < 1)
		return 0;
	memset(&n, 0, sizeof(n));
	fuzz_mem_init(&n.mem, data[0]);
	if (build(&n))
		for (i = 1; i + 3 < size && i < 4 * (STEPS_MAX - 2); i += 4)
			step(&n, data + i);
	end(&n.side[0]);
	end(&n.side[1]);
	if (n.w) {
		world_run_until(n.w, world_now(n.w) + 10 * NS_PER_S);
		check(world_free(n.w) == 0);
	}
	fuzz_mem_fini(&n.mem);
	return 0;
}
