// SPDX-License-Identifier: MIT
/*
 * stack.c - stacks that the program drives itself
 *
 * Theory of operation
 * ===================
 * The library's stack wants a world (time, memory) and a driver (kick, wait);
 * here both are made of the program's callbacks.  The clock is read once at
 * the beginning of each call: what happens within a call happens at one time.
 *
 * A blocking call alternates between the program's @wait, which brings frames,
 * and weft_run(), until what is waited for has come about.  What is due needs
 * no @wait, but who comes late by PACE_AWAY_NS was stopped or had no processor,
 * and asks first what came meanwhile, as os/pace.c does: else a neighbour has
 * not answered, or a call has timed out, with the answer lying there.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "core/pkt.h"

#include "api/api_int.h"
#include "api/core.h"
#include "api/names.h"
#include "inet/inet.h"
#include "io/sigq.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/pace.h"
#include "os/random.h"

#define FRAME_MAX 65550
#define MTU_MIN	  68
#define MTU_MAX	  65535

static struct weft_stack *owner_of(struct stack *stack)
{
	return stack->driver;
}

static void set_clock(struct weft_stack *ws)
{
	uint64_t now =
		ws->cfg.now_ns ? ws->cfg.now_ns(ws->cfg.arg) : os_clock_ns();

	if (now > ws->env.now_ns)
		ws->env.now_ns = now;
}

struct stack *api_stack(struct weft_stack *ws)
{
	if (!ws->net)
		set_clock(ws);
	return ws->stack;
}

struct api_call api_enter(struct weft_stack *ws)
{
	if (ws->gate)
		gate_enter(ws->gate);
	else
		api_stack(ws);
	return (struct api_call){ws->gate, ws->stack};
}

struct api_call api_begin(struct weft_stack *ws)
{
	struct api_call call = api_enter(ws);

	call.stack->counts.calls++;
	return call;
}

struct stack *weft_stack_core(struct weft_stack *ws)
{
	return api_stack(ws);
}

static void on_kick(struct stack *stack)
{
	const struct weft_config *cfg = &owner_of(stack)->cfg;

	if (cfg->kick)
		cfg->kick(cfg->arg);
}

static bool is_away(const struct weft_config *cfg, uint64_t late_ns)
{
	return cfg->wait && late_ns >= PACE_AWAY_NS;
}

static int on_wait(struct stack *stack, bool (*is_done)(void *arg), void *arg,
		   uint64_t until_ns)
{
	struct weft_stack *ws = owner_of(stack);
	const struct weft_config *cfg = &ws->cfg;

	if (ws->gate)
		return gate_wait(ws->gate, is_done, arg, until_ns);
	while (!is_done(arg)) {
		uint64_t next = min_u64(stack_next(stack), until_ns), now;

		set_clock(ws);
		now = stack_now(stack);
		if (next > now || is_away(cfg, now - next)) {
			if (!cfg->wait ||
			    cfg->wait(cfg->arg, max_u64(next, now)))
				return -EDEADLK;
			set_clock(ws);
		}
		stack_run(stack);
		if (now >= until_ns)
			return is_done(arg) ? 0 : -ETIMEDOUT;
	}
	return 0;
}

static int on_sleep(struct stack *stack, struct sleep *s, uint64_t until_ns)
{
	struct weft_stack *ws = owner_of(stack);
	uint32_t outer = ws->env.cause;
	int err;

	if (!ws->gate)
		return on_wait(stack, sleep_is_woken, s, until_ns);
	err = gate_sleep(ws->gate, s, until_ns);
	ws->env.cause = outer;
	return err;
}

static const struct stack_ops ops = {
	.on_kick = on_kick,
	.wait = on_wait,
	.sleep = on_sleep,
};

static int fill_random(void *arg, void *buf, size_t len)
{
	const struct weft_stack *ws = arg;

	return ws->cfg.random(ws->cfg.arg, buf, len) ? -EIO : 0;
}

static struct entropy entropy_of(struct weft_stack *ws)
{
	if (!ws->cfg.random)
		return os_entropy();
	return (struct entropy){.fill = fill_random, .arg = ws};
}

int api_stack_init(struct weft_stack *ws, struct stack *stack)
{
	ws->stack = stack;
	list_init(&ws->watches);
	list_init(&ws->rings);
	list_init(&ws->ports);
	list_init(&ws->hosts);
	ws->sigq = sigq_new(stack->place.env->mem);
	if (!ws->sigq)
		return -ENOMEM;
	stack->signals = sigq_sink(ws->sigq);
	return 0;
}

void api_stack_fini(struct weft_stack *ws)
{
	api_unwatch_all(ws);
	api_rings_free(ws);
	names_free(ws);
	ws->stack->signals = (struct signal_sink){.raise = NULL};
	sigq_free(ws->sigq);
}

static int start(struct weft_stack *ws)
{
	int err;

	os_mem_init(&ws->mem, ws->cfg.mem_max);
	env_init(&ws->env, &ws->mem);
	set_clock(ws);
	err = stack_init(&ws->own, &ws->env, ws->name, entropy_of(ws));
	if (err)
		return err;
	ws->own.ops = &ops;
	ws->own.driver = ws;
	err = api_stack_init(ws, &ws->own);
	return err ? err : inet_init(&ws->own, NULL);
}

struct weft_stack *weft_stack_new(const struct weft_config *config)
{
	struct weft_stack *ws;
	int err;

	if (!config->transmit || config->size != sizeof(*config)) {
		errno = EINVAL;
		return NULL;
	}
	ws = calloc(1, sizeof(*ws));
	if (!ws)
		return NULL;
	ws->cfg = *config;
	snprintf(ws->name, sizeof(ws->name), "%s",
		 config->name ? config->name : "weft");
	err = start(ws);
	if (!err)
		return ws;
	if (ws->stack) {
		sigq_free(ws->sigq);
		stack_fini(&ws->own);
	}
	env_fini(&ws->env);
	free(ws);
	errno = -err;
	return NULL;
}

void weft_stack_free(struct weft_stack *ws)
{
	struct list *pos;

	if (!ws)
		return;
	check(!ws->net);
	api_threads_end(ws);
	set_clock(ws);
	api_stack_fini(ws);
	inet_fini(&ws->own);
	stack_fini(&ws->own);
	while ((pos = list_pop_head(&ws->ports)))
		mem_free(&ws->mem, container_of(pos, struct api_port, node),
			 sizeof(struct api_port));
	env_fini(&ws->env);
	free(ws);
}

static struct api_port *port_of(struct netif *netif)
{
	return container_of(netif, struct api_port, netif);
}

static int port_transmit(struct netif *netif, struct pkt *pkt)
{
	const struct weft_config *cfg = &port_of(netif)->owner->cfg;
	struct iovec iov[1 + PKT_FRAGS];
	int i, count = 1;

	iov[0].iov_base = pkt_data(pkt);
	iov[0].iov_len = pkt->lin_len;
	for (i = 0; i < pkt->frag_count; i++) {
		const struct frag *f = &pkt->frag[i];

		iov[count].iov_base = f->blk->data + f->off;
		iov[count++].iov_len = f->len;
	}
	if (cfg->transmit(cfg->arg, (int)netif->index, iov, count)) {
		pkt_drop(netif->place, pkt, DROP_tx_queue);
		return -ENOBUFS;
	}
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops port_ops = {.transmit = port_transmit};

int weft_if_add(struct weft_stack *ws, const char *name, const uint8_t mac[6],
		unsigned int mtu)
{
	API_CALL(ws);
	struct api_port *p;

	if (ws->net || !*name || strlen(name) >= NETIF_NAME_MAX ||
	    mtu < MTU_MIN || mtu > MTU_MAX ||
	    stack_netif_by_name(ws->stack, name))
		return (int)api_result(-EINVAL);
	p = mem_alloc(&ws->mem, sizeof(*p));
	if (!p)
		return (int)api_result(-ENOMEM);
	p->owner = ws;
	netif_init(&p->netif, &ws->own.place, name, get_mac(mac));
	p->netif.ops = &port_ops;
	p->netif.mtu = mtu;
	list_add_tail(&ws->ports, &p->node);
	stack_add_netif(&ws->own, &p->netif);
	return (int)p->netif.index;
}

int api_addr_check(const char *addr)
{
	struct ip4_net v4;
	struct ip6_net v6;

	return ip4_net_parse(&v4, addr) && ip6_net_parse(&v6, addr) ? -EINVAL
								    : 0;
}

int api_addr_add(struct stack *stack, struct netif *netif, const char *addr)
{
	struct ip6_addr_conf v6 = {.no_dad = true};
	struct ip4_net v4;
	int err = -EINVAL;

	stack_enter(stack);
	if (!ip4_net_parse(&v4, addr))
		err = ip_addr_add(stack, netif, v4);
	else if (!ip6_net_parse(&v6.net, addr))
		err = ip6_addr_add_conf(stack, netif, &v6);
	stack_leave(stack);
	return err;
}

int weft_addr_add(struct weft_stack *ws, int ifindex, const char *addr)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct netif *netif = stack_netif_by_index(stack, (uint32_t)ifindex);

	if (ifindex < 1 || !netif)
		return (int)api_result(api_addr_check(addr) ? -EINVAL
							    : -ENODEV);
	return (int)api_result(api_addr_add(stack, netif, addr));
}

int weft_route_add(struct weft_stack *ws, const char *net, const char *gateway)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct ip6_route r6 = {0};
	struct ip4_net to;
	ip4_addr gw;
	int err = -EINVAL;

	stack_enter(stack);
	if (!ip4_net_parse(&to, net) && !ip4_parse(&gw, gateway))
		err = ip_route_add(stack, to, gw, NULL, 0);
	else if (!ip6_net_parse(&r6.net, net) &&
		 !ip6_parse(&r6.gateway, gateway))
		err = ip6_route_add(stack, &r6);
	stack_leave(stack);
	return (int)api_result(err);
}

static struct api_port *find_port(struct weft_stack *ws, int ifindex)
{
	struct api_port *p;

	list_for_each_entry(p, &ws->ports, struct api_port, node)
		if (p->netif.index == (uint32_t)ifindex)
			return p;
	return NULL;
}

int weft_input(struct weft_stack *ws, int ifindex, const void *frame,
	       size_t len)
{
	API_CALL(ws);
	struct stack *stack = call.stack;
	struct api_port *p = find_port(ws, ifindex);
	struct pkt *pkt;

	if (!p)
		return (int)api_result(-ENODEV);
	if (len > FRAME_MAX)
		return (int)api_result(-EMSGSIZE);
	pkt = pkt_new(stack->place.env, R_NONE);
	if (!pkt || pkt_append(pkt, frame, len)) {
		pkt_free(pkt);
		return (int)api_result(-ENOMEM);
	}
	netif_input(&p->netif, pkt);
	return 0;
}

void weft_run(struct weft_stack *ws)
{
	API_CALL(ws);

	stack_run(call.stack);
}

/* Without a look at the clock if there are no threads: it is asked what time
 * the stack believes it is. */
static struct api_call peek_begin(const struct weft_stack *ws)
{
	if (ws->gate)
		gate_enter(ws->gate);
	return (struct api_call){ws->gate, ws->stack};
}

#define API_PEEK(ws)                                                     \
	struct api_call call __attribute__((cleanup(api_end), unused)) = \
		peek_begin(ws)

uint64_t weft_next(const struct weft_stack *ws)
{
	API_PEEK(ws);

	return stack_next(call.stack);
}

uint64_t weft_now(const struct weft_stack *ws)
{
	API_PEEK(ws);

	return stack_now(call.stack);
}

const char *weft_version(void)
{
	return WEFT_VERSION;
}
