// SPDX-License-Identifier: MIT
/*
 * ppp_session.c - fuzz target: any frames to one end of a session of PPP
 *
 * The first octet chooses what the session is (who has to prove what, IPv6,
 * its own frames or a line); then each record is a delay, a protocol and a
 * packet.  Whatever comes: nothing leaks, the automatons stay within their
 * states, and no packet of IP gets through before its protocol is open.
 */

#include <string.h>

#include "wire/ppp.h"

#include "core/env.h"
#include "core/pkt.h"
#include "core/stack.h"

#include "fuzz.h"
#include "inet/inet.h"
#include "link/ppp.h"
#include "link/ppp_int.h"

static const uint16_t protos[] = {PPP_LCP,  PPP_IPCP, PPP_IP6CP, PPP_PAP,
				  PPP_CHAP, PPP_IP4,  PPP_IP6,	 PPP_CCP};

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

static void on_send(void *arg, const struct pkt *frame, const uint8_t *octets,
		    size_t len)
{
	(void)arg;
	(void)frame;
	check(len >= 2 && octets[0] == PPP_FLAG && octets[len - 1] == PPP_FLAG);
}

static int on_transmit(void *arg, struct pkt *frame)
{
	(void)arg;
	pkt_free(frame);
	return 0;
}

static const struct ppp_ops line_ops = {.send = on_send};
static const struct ppp_ops frame_ops = {.transmit = on_transmit};
static const struct stack_ops stack_ops = {.on_kick = on_kick};

static void on_line(struct ppp *p, uint16_t proto, const uint8_t *info,
		    size_t len)
{
	const struct ppp_format plain = {.accm = PPP_ACCM_ALL};
	uint8_t octets[PPP_LINE_MAX(256)];
	struct wcursor w = wcur_init(octets, sizeof(octets));

	ppp_frame_put(&w, &plain, proto, info, len);
	ppp_input(p, octets, wcur_len(&w));
}

static void in_frame(struct stack *stack, struct ppp *p, uint16_t proto,
		     const uint8_t *info, size_t len)
{
	struct pkt *pkt = pkt_new(stack->place.env, R_PPP_RECEIVED);
	uint8_t head[2];

	put16(head, proto);
	check(pkt && !pkt_append(pkt, head, 2) && !pkt_append(pkt, info, len));
	stack_enter(stack);
	ppp_input_frame(p, pkt);
	stack_leave(stack);
}

static void play(struct stack *stack, struct ppp *p, struct cursor c,
		 bool is_line)
{
	struct env *env = stack->place.env;

	while (cur_left(&c)) {
		uint8_t wait = cur_u8(&c), which = cur_u8(&c);
		size_t len = cur_u8(&c);
		const uint8_t *info;

		if (len > cur_left(&c))
			len = cur_left(&c);
		info = cur_take(&c, len);
		if (!info)
			break;
		env->now_ns += (uint64_t)(wait & 15) * NS_PER_S;
		stack_run(stack);
		if (wait & 16)
			ppp_dial(p);
		if (is_line)
			on_line(p, protos[which % 8], info, len);
		else
			in_frame(stack, p, protos[which % 8], info, len);
		check(!ppp_is_up(p) || p->lcp.state == PPP_OPENED);
		check(!ppp_is_up6(p) || p->iid != p->peer_iid);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	uint8_t how = cur_u8(&c);
	const struct ppp_conf conf = {
		.name = "us",
		.secret = "ours",
		.auth = (enum ppp_auth)(how % 3),
		.peer_name = "him",
		.peer_secret = "his",
		.local.v = how & 4 ? 0x0a000001 : 0,
		.peer.v = how & 8 ? 0x0a000002 : 0,
		.has_ip6 = how & 16,
		.mru = how & 32 ? 1400 : 0,
	};
	bool is_line = how & 64;
	struct mem mem;
	struct env env;
	struct stack stack;
	struct ppp *p;

	mem_init_libc(&mem);
	env_init(&env, &mem);
	check(!stack_init(&stack, &env, "fuzz", (struct entropy){fill, NULL}));
	stack.ops = &stack_ops;
	check(!inet_init(&stack, NULL));
	p = ppp_new(&stack, "ppp0", &conf, is_line ? &line_ops : &frame_ops,
		    NULL);
	check(p);
	ppp_line_up(p);
	play(&stack, p, c, is_line);
	ppp_line_down(p);
	ppp_free(p);
	inet_fini(&stack);
	stack_fini(&stack);
	check(env_fini(&env) == 0 && mem.in_use_count == 0);
	return 0;
}
