// SPDX-License-Identifier: MIT
/*
 * net.c - networks in memory, in virtual time
 *
 * A thin cover over vnet/, which does the work: a network is a world, a stack
 * is one of its hosts.
 */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "api/api_int.h"
#include "api/names.h"
#include "ip/ip.h"
#include "os/mem.h"
#include "vnet/vnet.h"

/* A network; its stacks in order of creation. */
struct weft_net {
	struct mem mem;
	struct world *world;
	struct list stacks;
};

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

void weft_net_free(struct weft_net *net)
{
	struct list *pos;

	if (!net)
		return;
	while ((pos = list_pop_head(&net->stacks))) {
		struct weft_stack *ws =
			container_of(pos, struct weft_stack, node);

		api_unwatch_all(ws);
		names_free(ws);
		mem_free(&net->mem, ws, sizeof(*ws));
	}
	world_free(net->world);
	free(net);
}

struct weft_stack *weft_net_host(struct weft_net *net, const char *name)
{
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
	api_stack_init(ws, &host->stack);
	ws->net = net;
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

int weft_net_run(struct weft_net *net, uint64_t ns)
{
	uint64_t now = world_now(net->world);
	uint64_t until = ns > UINT64_MAX - now ? UINT64_MAX : now + ns;

	return (int)api_result(world_run_until(net->world, until));
}

uint64_t weft_net_now(const struct weft_net *net)
{
	return world_now(net->world);
}
