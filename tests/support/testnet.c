// SPDX-License-Identifier: MIT
/*
 * testnet.c - a few stacks, a clock and wires, for tests
 *
 * Theory of operation
 * ===================
 * Frames that are sent go to the end of one list, with the time at which they
 * arrive.  A step of the world is the earliest of: the first frame arrives; a
 * stack wants to be run.  Between steps only the clock moves, so an hour of
 * silence costs nothing.
 */

#include "testnet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "wire/addr.h"

#include "ip/ip.h"

/* More steps than this without an end are an endless loop. */
#define STEPS_MAX 50000000

static const char *const host_names[TESTNET_HOSTS] = {"h0", "h1", "h2", "h3"};

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct testnet *net = arg;

	net->events[ev->what]++;
	return ++net->event_count;
}

static int fill_random(void *arg, void *buf, size_t len)
{
	struct testnet_host *h = arg;

	if (h->has_no_entropy)
		return -EIO;
	rng_fill(&h->rng, buf, len);
	return 0;
}

static struct testnet_port *port_of(struct netif *netif)
{
	return container_of(netif, struct testnet_port, netif);
}

static void on_kick(struct stack *stack)
{
	(void)stack; /* every step asks every stack */
}

/* Earliest time at which anything happens. */
static uint64_t next_step(struct testnet *net)
{
	uint64_t t = UINT64_MAX;
	int i;

	if (!list_is_empty(&net->wire))
		t = list_first_entry(&net->wire, struct pkt, node)->mark;
	for (i = 0; i < net->host_count; i++)
		t = min_u64(t, stack_next(&net->hosts[i].stack));
	return t;
}

static void deliver_first(struct testnet *net)
{
	struct pkt *pkt =
		container_of(list_pop_head(&net->wire), struct pkt, node);

	netif_input(pkt->netif, pkt);
}

static void step(struct testnet *net, uint64_t t)
{
	struct pkt *first = list_first_entry(&net->wire, struct pkt, node);
	int i;

	if (t > net->env.now_ns)
		net->env.now_ns = t;
	if (first && first->mark <= net->env.now_ns) {
		deliver_first(net);
		return;
	}
	for (i = 0; i < net->host_count; i++)
		if (stack_next(&net->hosts[i].stack) <= net->env.now_ns)
			stack_run(&net->hosts[i].stack);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

/* Returns 0 when done, -ETIMEDOUT at @until_ns, -EDEADLK: nothing to wait
 * for. */
static int run(struct testnet *net, bool (*is_done)(void *), void *arg,
	       uint64_t until_ns)
{
	uint32_t outer = net->env.cause;
	uint64_t n;
	int err = 0;

	assert_false(net->is_running);
	net->is_running = true;
	net->env.cause = 0;
	for (n = 0; !is_done(arg); n++) {
		uint64_t t = next_step(net);

		assert_true(n < STEPS_MAX);
		if (t > until_ns || t == UINT64_MAX) {
			err = until_ns == UINT64_MAX ? -EDEADLK : -ETIMEDOUT;
			break;
		}
		step(net, t);
	}
	net->env.cause = outer;
	net->is_running = false;
	return err;
}

static int on_wait(struct stack *stack, bool (*is_done)(void *), void *arg,
		   uint64_t until_ns)
{
	struct testnet *net = stack->driver;
	int err;

	if (net->is_running)
		return -EDEADLK;
	err = run(net, is_done, arg, until_ns);
	if (err == -ETIMEDOUT && net->env.now_ns < until_ns)
		net->env.now_ns = until_ns;
	return err;
}

static const struct stack_ops stack_ops = {
	.on_kick = on_kick,
	.wait = on_wait,
};

void testnet_run(struct testnet *net, uint64_t until_ns)
{
	run(net, never, NULL, until_ns);
	if (net->env.now_ns < until_ns)
		net->env.now_ns = until_ns;
}

void testnet_run_ms(struct testnet *net, uint64_t ms)
{
	testnet_run(net, net->env.now_ns + ms * NS_PER_MS);
}

bool testnet_run_until(struct testnet *net, bool (*is_done)(void *arg),
		       void *arg, uint64_t ms)
{
	return run(net, is_done, arg, net->env.now_ns + ms * NS_PER_MS) == 0;
}

/* Put a frame on the wire; takes it. */
static void enter_wire(struct testnet *net, struct netif *to, struct pkt *pkt)
{
	pkt->netif = to;
	pkt->mark = net->env.now_ns + net->delay_ns;
	list_add_tail(&net->wire, &pkt->node);
}

static enum testnet_fate fate_of(struct testnet *net, int from, struct pkt *pkt)
{
	uint64_t n = ++net->hosts[from].frames;

	if (net->drop_nth[from] == n)
		return TESTNET_DROP;
	return net->hook ? net->hook(net->hook_arg, from, n, pkt)
			 : TESTNET_PASS;
}

static int port_transmit(struct netif *netif, struct pkt *pkt)
{
	struct testnet_port *p = port_of(netif);
	enum testnet_fate fate;

	if (p->is_stuck) {
		pkt_drop(netif->place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	fate = fate_of(p->net, p->host, pkt);
	if (fate == TESTNET_DROP) {
		pkt_drop(netif->place, pkt, DROP_cable_loss);
		return 0;
	}
	if (!p->peer) {
		list_add_tail(&p->sent, &pkt->node);
		return 0;
	}
	if (fate == TESTNET_DUP) {
		struct pkt *twin = pkt_clone(pkt);

		assert_non_null(twin);
		enter_wire(p->net, &p->peer->netif, twin);
	}
	enter_wire(p->net, &p->peer->netif, pkt);
	return 0;
}

static const struct netif_ops port_ops = {.transmit = port_transmit};

struct testnet *testnet_new_empty(void)
{
	struct testnet *net = calloc(1, sizeof(*net));

	assert_non_null(net);
	mem_init_libc(&net->mem);
	env_init(&net->env, &net->mem);
	net->env.now_ns = NS_PER_S;
	net->env.probe = on_event;
	net->env.probe_arg = net;
	list_init(&net->wire);
	return net;
}

int testnet_add_host(struct testnet *net, const struct inet_config *cfg)
{
	int i = net->host_count;
	struct testnet_host *h = &net->hosts[i];
	struct entropy entropy = {.fill = fill_random, .arg = h};

	assert_true(i < TESTNET_HOSTS);
	rng_init(&h->rng, 1, host_names[i]);
	assert_int_equal(
		stack_init(&h->stack, &net->env, host_names[i], entropy), 0);
	h->stack.ops = &stack_ops;
	h->stack.driver = net;
	assert_int_equal(inet_init(&h->stack, cfg), 0);
	net->host_count++;
	return i;
}

struct netif *testnet_add_port(struct testnet *net, int host,
			       const char *address)
{
	struct testnet_host *h = &net->hosts[host];
	int n = h->port_count++;
	struct testnet_port *p = &h->ports[n];
	mac_addr mac = {{0x02, 0, 0, 0, (uint8_t)(n + 1), (uint8_t)(host + 1)}};
	char name[NETIF_NAME_MAX];
	struct ip4_net addr;

	assert_true(n < TESTNET_PORTS);
	snprintf(name, sizeof(name), "eth%d", n);
	netif_init(&p->netif, &h->stack.place, name, mac);
	p->netif.ops = &port_ops;
	p->net = net;
	p->host = host;
	list_init(&p->sent);
	stack_add_netif(&h->stack, &p->netif);
	if (address) {
		assert_int_equal(ip4_net_parse(&addr, address), 0);
		assert_int_equal(ip_addr_add(&h->stack, &p->netif, addr), 0);
	}
	return &p->netif;
}

void testnet_join(struct netif *a, struct netif *b)
{
	testnet_forget(a);
	testnet_forget(b);
	port_of(a)->peer = port_of(b);
	port_of(b)->peer = port_of(a);
}

struct testnet *testnet_new(void)
{
	struct testnet *net = testnet_new_empty();
	int a = testnet_add_host(net, NULL);
	int b = testnet_add_host(net, NULL);

	testnet_join(testnet_add_port(net, a, "10.0.0.1/24"),
		     testnet_add_port(net, b, "10.0.0.2/24"));
	memset(net->events, 0, sizeof(net->events));
	net->hosts[a].frames = net->hosts[b].frames = 0;
	return net;
}

void testnet_free(struct testnet *net)
{
	int i, j;

	for (i = 0; i < net->host_count; i++) {
		inet_fini(&net->hosts[i].stack);
		for (j = 0; j < net->hosts[i].port_count; j++)
			testnet_forget(&net->hosts[i].ports[j].netif);
		stack_fini(&net->hosts[i].stack);
	}
	/* Last, for what is closed on the way may still send. */
	while (!list_is_empty(&net->wire))
		pkt_free(container_of(list_pop_head(&net->wire), struct pkt,
				      node));
	assert_int_equal(env_fini(&net->env), 0);
	assert_int_equal(net->mem.in_use_count, 0);
	assert_int_equal(net->mem.in_use_bytes, 0);
	free(net);
}

int testnet_setup(void **state)
{
	*state = testnet_new();
	return 0;
}

int testnet_teardown(void **state)
{
	testnet_free(*state);
	return 0;
}

struct stack *testnet_host(struct testnet *net, int i)
{
	return &net->hosts[i].stack;
}

struct netif *testnet_netif(struct testnet *net, int i, int port)
{
	return &net->hosts[i].ports[port].netif;
}

void testnet_inject(struct netif *netif, const void *frame, size_t len)
{
	struct testnet *net = port_of(netif)->net;
	struct pkt *pkt = pkt_new_rx(&net->env, R_NONE);

	assert_non_null(pkt);
	assert_int_equal(pkt_append(pkt, frame, len), 0);
	netif_input(netif, pkt);
}

size_t testnet_sent_count(struct netif *netif)
{
	return list_count(&port_of(netif)->sent);
}

size_t testnet_take(struct netif *netif, void *buf, size_t size)
{
	struct list *node = list_pop_head(&port_of(netif)->sent);
	struct pkt *pkt;
	size_t len;

	if (!node)
		return 0;
	pkt = container_of(node, struct pkt, node);
	len = pkt->len;
	assert_true(len <= size);
	pkt_copy_out(pkt, 0, buf, len);
	pkt_free(pkt);
	return len;
}

void testnet_forget(struct netif *netif)
{
	struct list *node;

	while ((node = list_pop_head(&port_of(netif)->sent)))
		pkt_free(container_of(node, struct pkt, node));
}

void testnet_stick(struct netif *netif, bool is_stuck)
{
	port_of(netif)->is_stuck = is_stuck;
}

void testnet_flip(struct pkt *pkt, size_t off, uint8_t bits)
{
	struct frag *f = pkt->frag;
	struct block *blk;

	assert_true(off < pkt->len);
	if (off < pkt->lin_len) {
		pkt_data(pkt)[off] ^= bits;
		return;
	}
	off -= pkt->lin_len;
	while (off >= f->len)
		off -= f++->len;
	blk = block_new(pkt->env, f->len);
	assert_non_null(blk);
	memcpy(blk->data, f->blk->data + f->off, f->len);
	block_put(f->blk);
	f->blk = blk;
	f->off = 0;
	blk->data[off] ^= bits;
}

uint64_t testnet_drops(struct testnet *net, int i, enum drop why)
{
	return net->hosts[i].stack.place.drops[why];
}

uint64_t testnet_drops_all(struct testnet *net, int i)
{
	uint64_t sum = 0;
	int why;

	for (why = 0; why < DROP_COUNT; why++)
		sum += net->hosts[i].stack.place.drops[why];
	return sum;
}
