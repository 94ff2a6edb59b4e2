// SPDX-License-Identifier: MIT
/*
 * ip_listen.c - hearing every packet that is for this host, as it came
 *
 * The listener is asked before the transport, for the transport takes the
 * packet away.  What he says is noted in the packet, so that whoever finds no
 * use for it later drops nothing that was of use.
 */

#include "ip/ip_listen.h"

#include "wire/addr.h"

#include "ip/ip_int.h"

void ip_listener_set(struct stack *stack, const struct ip_listener *listener)
{
	if (ip_of(stack)) /* a stack may do without IP */
		ip_of(stack)->listener = listener;
}

void ip_listener_tell(struct stack *stack, struct pkt *pkt,
		      const struct ip_meta *meta)
{
	const struct ip_listener *l = ip_of(stack)->listener;

	pkt->is_heard = l && l->input(stack, pkt, meta);
}

bool ip_error_tell(struct stack *stack, const struct ip_error *err)
{
	const struct ip_proto *proto =
		ip_proto_of(stack, err->dst.family, err->proto);
	const struct ip_listener *l = ip_of(stack)->listener;
	bool is_news = l && l->error(stack, err);

	if (proto && proto->error)
		is_news |= proto->error(stack, err);
	return is_news;
}

void ip_unheard(struct stack *stack, struct pkt *pkt, enum drop why)
{
	if (pkt->is_heard)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}
