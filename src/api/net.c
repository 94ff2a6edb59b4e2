// SPDX-License-Identifier: MIT
/*
 * net.c - networks in memory, in virtual time
 *
 * A thin cover over vnet/, which does the work: a network is a world, a stack
 * is one of its hosts.
 *
 * With threads the world follows the system's clock, and its calls block in the
 * gate (os/gate.h) instead of running it.
 */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "api/api_int.h"
#include "api/names.h"
#include "ip/ip.h"
#include "os/clock.h"
#include "os/mem.h"
#include "vnet/real.h"
#include "vnet/vnet.h"

/**
 * struct weft_net - a network
 * @world:	Itself
 * @stacks:	struct weft_stack, in order of creation
 * @gate:	&own_gate once it has threads
 * @ahead_ns:	With threads: what to add to the system's clock
 */
struct weft_net {
	struct mem mem;
	struct world *world;
	struct list stacks;
	struct gate *gate;
	struct gate own_gate;
	uint64_t ahead_ns;
};

static struct api_call net_begin(const struct weft_net *net)
{
	if (net->gate)
		gate_enter(net->gate);
	return (struct api_call){net->gate, NULL};
}

/* The first declaration of every public call on a network. */
#define NET_CALL(net)                                                    \
	struct api_call call __attribute__((cleanup(api_end), unused)) = \
		net_begin(net)

struct weft_net *weft_net_new(uint64_t seed)
{
	struct weft_net *net = calloc(1, sizeof(*net));

	if (!net)
		return NULL;
	os_mem_init(&net->mem, 0);
	list_init(&net->stacks);
	net->world = world_new(&net->mem, seed);
	if (net->world)
		return net;
	free(net);
	errno = ENOMEM;
	return NULL;
}

static void threads_end(struct weft_net *net);

void weft_net_free(struct weft_net *net)
{
	struct list *pos;

	if (!net)
		return;
	threads_end(net);
	while ((pos = list_pop_head(&net->stacks))) {
		struct weft_stack *ws =
			container_of(pos, struct weft_stack, node);

		api_stack_fini(ws);
		mem_free(&net->mem, ws, sizeof(*ws));
	}
	world_free(net->world);
	free(net);
}

struct weft_stack *weft_net_host(struct weft_net *net, const char *name)
{
	NET_CALL(net);
	struct weft_stack *ws = mem_alloc(&net->mem, sizeof(*ws));
	struct host *host;

	if (!ws) {
		errno = ENOMEM;
		return NULL;
	}
	host = world_add_host(net->world, name);
	if (!host) {
		bool is_bad = !*name || strlen(name) >= NODE_NAME_MAX ||
			      world_find(net->world, name);

		mem_free(&net->mem, ws, sizeof(*ws));
		errno = is_bad ? EINVAL : ENOMEM;
		return NULL;
	}
	if (api_stack_init(ws, &host->stack)) {
		mem_free(&net->mem, ws, sizeof(*ws));
		errno = ENOMEM;
		return NULL;
	}
	ws->net = net;
	ws->gate = net->gate;
	list_add_tail(&net->stacks, &ws->node);
	return ws;
}

static struct cable_params params_of(const struct weft_cable *cable)
{
	static const struct weft_cable ideal;
	const struct weft_cable *c = cable ? cable : &ideal;

	return (struct cable_params){
		.rate_bps = c->rate_bps,
		.delay_ns = c->delay_ns,
		.loss = c->loss,
		.dup = c->dup,
		.reorder = c->reorder,
		.bit_errors = c->bit_errors,
	};
}

/* A new port with an address; 0 or -errno. */
static int add_port(struct weft_stack *ws, const char *addr, struct port **port)
{
	*port = host_add_port(host_of_stack(ws->stack), NULL);
	if (!*port)
		return -ENOMEM;
	return api_addr_add(ws->stack, &(*port)->netif, addr);
}

int weft_net_join(struct weft_stack *a, const char *a_addr,
		  struct weft_stack *b, const char *b_addr,
		  const struct weft_cable *cable)
{
	API_CALL(a);
	struct cable_params params = params_of(cable);
	struct port *a_port, *b_port;
	int err;

	if (api_addr_check(a_addr) || api_addr_check(b_addr))
		return (int)api_result(-EINVAL);
	if (!a->net || a->net != b->net)
		return (int)api_result(-EXDEV);
	err = add_port(a, a_addr, &a_port);
	if (!err)
		err = add_port(b, b_addr, &b_port);
	if (!err && !world_link(a->net->world, a_port, b_port, &params))
		err = -ENOMEM;
	return (int)api_result(err);
}

static bool is_never(void *arg)
{
	(void)arg;
	return false;
}

int weft_net_run(struct weft_net *net, uint64_t ns)
{
	NET_CALL(net);
	uint64_t now = world_now(net->world);
	uint64_t until = ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
	int err;

	if (!net->gate)
		return (int)api_result(world_run_until(net->world, until));
	err = gate_wait(net->gate, is_never, NULL, until);
	return (int)api_result(err == -ETIMEDOUT ? 0 : err);
}

uint64_t weft_net_now(const struct weft_net *net)
{
	NET_CALL(net);

	return world_now(net->world);
}

/* With threads: struct gate_ops, and how the world's calls block. */

static uint64_t net_clock(void *arg)
{
	const struct weft_net *net = arg;

	return os_clock_ns() + net->ahead_ns;
}

static uint64_t net_next(void *arg)
{
	const struct weft_net *net = arg;

	return world_next(net->world);
}

static void net_run(void *arg, uint64_t now_ns)
{
	const struct weft_net *net = arg;

	(void)world_run_until(net->world, now_ns);
}

static int net_wait(void *arg, bool (*is_done)(void *arg), void *done_arg,
		    uint64_t until_ns)
{
	return gate_wait(arg, is_done, done_arg, until_ns);
}

static int net_sleep(void *arg, struct sleep *s, uint64_t until_ns)
{
	return gate_sleep(arg, s, until_ns);
}

static void set_gate(struct weft_net *net, struct gate *gate)
{
	struct weft_stack *ws;

	net->gate = gate;
	list_for_each_entry(ws, &net->stacks, struct weft_stack, node)
		ws->gate = gate;
	world_set_waiter(net->world, gate ? net_wait : NULL, gate);
	world_set_sleeper(net->world, gate ? net_sleep : NULL, gate);
}

int weft_net_threads(struct weft_net *net)
{
	static const struct gate_ops ops = {net_clock, net_next, net_run};
	int err;

	if (net->gate)
		return 0;
	net->ahead_ns = world_now(net->world) - os_clock_ns();
	set_gate(net, &net->own_gate);
	err = gate_init(&net->own_gate, &ops, net);
	if (err)
		set_gate(net, NULL);
	return (int)api_result(err);
}

static void threads_end(struct weft_net *net)
{
	if (!net->gate)
		return;
	gate_fini(&net->own_gate);
	set_gate(net, NULL);
}
