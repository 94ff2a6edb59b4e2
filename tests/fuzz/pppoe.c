// SPDX-License-Identifier: MIT
/*
 * pppoe.c - fuzz target: any frames of PPPoE to a host that is client and
 * access concentrator at once
 *
 * Records: a delay, flags, a length, and what stands behind the EtherType.
 * Whatever comes: nothing leaks, and there are never more sessions than there
 * may be.
 */

#include "wire/pppoe.h"

#include <string.h>

#include "wire/ether.h"

#include "core/env.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "fuzz.h"
#include "inet/inet.h"
#include "link/pppoe.h"

static const mac_addr own = {{2, 0, 0, 0, 0, 1}};

static int fill(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 0x5a, len);
	return 0;
}

static void on_kick(struct stack *stack)
{
	(void)stack;
}

static int transmit(struct netif *netif, struct pkt *pkt)
{
	(void)netif;
	pkt_free(pkt);
	return 0;
}

static const struct netif_ops eth_ops = {.transmit = transmit};
static const struct stack_ops stack_ops = {.on_kick = on_kick};
static const struct pppoe_ops ops;

static void arrive(struct netif *eth, uint8_t flags, const uint8_t *buf,
		   size_t len)
{
	struct ether_hdr hdr = {
		.dst = flags & 1 ? own : MAC_BROADCAST,
		.src = {{2, 0, 0, 0, 0, 2}},
		.type = flags & 2 ? ETH_PPPOE_SESSION : ETH_PPPOE_DISCOVERY,
	};
	struct pkt *pkt = pkt_new(eth->place->env, R_NONE);
	uint8_t head[ETH_HLEN];

	ether_emit(head, &hdr);
	check(pkt && !pkt_append(pkt, head, sizeof(head)) &&
	      (!len || !pkt_append(pkt, buf, len)));
	netif_input(eth, pkt);
}

static void play(struct stack *stack, struct netif *eth, struct cursor c)
{
	while (cur_left(&c)) {
		uint8_t wait = cur_u8(&c), flags = cur_u8(&c);
		size_t len = cur_u8(&c);

		if (len > cur_left(&c))
			len = cur_left(&c);
		stack->place.env->now_ns += (uint64_t)(wait & 7) * NS_PER_S;
		stack_run(stack);
		arrive(eth, flags, cur_take(&c, len), len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pppoe_client_conf cc = {.redial_s = 1};
	const struct pppoe_server_conf sc = {
		.ac_name = "ac", .sessions_max = 3, .per_peer_max = 2};
	struct pppoe_client *client;
	struct pppoe_server *server;
	struct netif eth;
	struct mem mem;
	struct env env;
	struct stack stack;

	mem_init_libc(&mem);
	env_init(&env, &mem);
	check(!stack_init(&stack, &env, "fuzz", (struct entropy){fill, NULL}));
	stack.ops = &stack_ops;
	check(!inet_init(&stack, NULL));
	netif_init(&eth, &stack.place, "eth0", own);
	eth.ops = &eth_ops;
	stack_add_netif(&stack, &eth);
	client = pppoe_dial(&stack, &eth, "ppp0", &cc, &ops, NULL);
	server = pppoe_serve(&stack, &eth, &sc, &ops, NULL);
	check(client && server);
	play(&stack, &eth, cur_init(data, size));
	check(pppoe_session_count(server) <= 2);
	pppoe_hang_up(client);
	pppoe_close(server);
	inet_fini(&stack);
	stack_fini(&stack);
	check(env_fini(&env) == 0 && mem.in_use_count == 0);
	return 0;
}
