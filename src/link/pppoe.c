// SPDX-License-Identifier: MIT
/*
 * pppoe.c - which packet of PPPoE is whose; packets out
 *
 * Theory of operation
 * ===================
 * On an Ethernet there may be many sessions, so what a serial line does not
 * need is needed here: who is at the other end, and which of his sessions it
 * is.  Both stand in every frame, and both must be right: a frame with the
 * number of a session and the address of somebody else is for nobody
 * (pppoe_session).
 *
 * Discovery is questions of clients and answers of concentrators.  Who is
 * both, or several, on one Ethernet looks at each packet in turn, and the
 * first whose it is has it.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "link/ether.h"
#include "link/pppoe_int.h"

bool pppoe_find(const struct pppoe_in *in, uint16_t type, struct pppoe_tag *tag)
{
	struct cursor c = cur_init(in->tags, in->len);

	while (pppoe_tag_next(tag, &c) == 1)
		if (tag->type == type)
			return true;
	return false;
}

void pppoe_send(const struct pppoe_out *out, const uint8_t *tags, size_t len)
{
	const struct pppoe_hdr hdr = {out->code, out->session, (uint16_t)len};
	struct place *place = &out->stack->place;
	struct pkt *pkt = pkt_new(place->env, out->why);
	uint8_t *p = NULL;

	if (pkt && (!len || !pkt_append(pkt, tags, len)))
		p = pkt_push(pkt, PPPOE_HLEN);
	if (!p) {
		place->drops[DROP_no_memory]++;
		pkt_free(pkt);
		return;
	}
	pppoe_emit(p, &hdr);
	(void)ether_output(out->stack, out->eth, pkt, out->to,
			   ETH_PPPOE_DISCOVERY);
}

void pppoe_send_end(struct stack *stack, struct netif *eth, mac_addr to,
		    uint16_t session)
{
	const struct pppoe_out out = {
		.stack = stack,
		.eth = eth,
		.to = to,
		.code = PPPOE_PADT,
		.session = session,
		.why = R_PPPOE_PADT,
	};

	pppoe_send(&out, NULL, 0);
}

int pppoe_send_frame(struct stack *stack, struct netif *eth, mac_addr to,
		     uint16_t session, struct pkt *pkt)
{
	const struct pppoe_hdr hdr = {PPPOE_SESSION, session,
				      (uint16_t)pkt->len};
	uint8_t *p = pkt_push(pkt, PPPOE_HLEN);

	if (!p) {
		pkt_drop(&stack->place, pkt, DROP_no_memory);
		return -ENOBUFS;
	}
	pppoe_emit(p, &hdr);
	return ether_output(stack, eth, pkt, to, ETH_PPPOE_SESSION);
}

uint16_t pppoe_mru(const struct netif *eth, uint16_t wish)
{
	uint32_t fits = eth->mtu - PPPOE_HLEN - 2;

	if (fits > PPPOE_MRU)
		fits = PPPOE_MRU;
	return (uint16_t)(wish && wish < fits ? wish : fits);
}

/*
 * What has come.
 */

static mac_addr sender_of(const struct pkt *pkt)
{
	mac_addr mac;

	memcpy(mac.o, pkt->room + pkt->l2_off + sizeof(mac.o), sizeof(mac.o));
	return mac;
}

/* The header off, the padding off; DROP_COUNT: it is good. */
static enum drop take_header(struct pkt *pkt, struct pppoe_hdr *hdr)
{
	const uint8_t *p = pkt_need(pkt, PPPOE_HLEN);

	if (!p || pppoe_parse(hdr, p, pkt->len) < 0)
		return DROP_pppoe_bad;
	pkt_pull(pkt, PPPOE_HLEN);
	if (hdr->len < pkt->len)
		pkt_trim(pkt, hdr->len);
	return DROP_COUNT;
}

static bool tags_are_whole(const struct pppoe_in *in)
{
	struct cursor c = cur_init(in->tags, in->len);
	struct pppoe_tag tag;
	int more;

	while ((more = pppoe_tag_next(&tag, &c)) == 1)
		continue;
	return more == 0;
}

/* Whose is it? */
static enum drop discovery_for(struct pppoe *pppoe, const struct pppoe_in *in)
{
	enum drop nobodys = in->hdr.code == PPPOE_PADI ? DROP_pppoe_other
						       : DROP_pppoe_unasked;
	enum drop why = nobodys, again;
	struct pppoe_server *s;
	struct pppoe_client *c;

	list_for_each_entry(s, &pppoe->servers, struct pppoe_server, node) {
		again = s->eth == in->eth ? pppoe_server_input(s, in) : why;
		if (again == DROP_COUNT)
			return again;
		why = again;
	}
	list_for_each_entry(c, &pppoe->clients, struct pppoe_client, node) {
		again = c->eth == in->eth ? pppoe_client_input(c, in) : why;
		if (again == DROP_COUNT)
			return again;
		if (why == nobodys)
			why = again;
	}
	return why;
}

static void discovery_input(struct stack *stack, struct pkt *pkt)
{
	struct pppoe *pppoe = stack->slot[SLOT_PPPOE];
	struct pppoe_in in = {
		.stack = stack,
		.eth = pkt->netif,
		.from = sender_of(pkt),
		.is_to_all = pkt->dest != PKT_TO_US,
	};
	enum drop why = take_header(pkt, &in.hdr);

	if (why == DROP_COUNT && pkt->len > sizeof(in.tags))
		why = DROP_pppoe_bad;
	if (why == DROP_COUNT) {
		in.len = pkt->len;
		pkt_copy_out(pkt, 0, in.tags, in.len);
		if (!pppoe)
			why = DROP_l2_proto;
		else if (!tags_are_whole(&in))
			why = DROP_pppoe_bad;
		else
			why = discovery_for(pppoe, &in);
	}
	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

/* The session of that number with that neighbour, or NULL. */
static struct ppp *session_of(const struct pppoe *pppoe, const struct pkt *pkt,
			      uint16_t session)
{
	mac_addr mac = sender_of(pkt);
	const struct pppoe_server *s;
	const struct pppoe_client *c;

	if (!session || pkt->dest != PKT_TO_US)
		return NULL;
	list_for_each_entry(s, &pppoe->servers, struct pppoe_server, node) {
		struct pppoe_peer *peer =
			s->eth == pkt->netif ? pppoe_peer_find(s, session, mac)
					     : NULL;

		if (peer)
			return peer->is_over ? NULL : peer->ppp;
	}
	list_for_each_entry(c, &pppoe->clients, struct pppoe_client, node)
		if (c->eth == pkt->netif && c->session == session &&
		    mac_eq(c->ac, mac))
			return c->ppp;
	return NULL;
}

static void session_input(struct stack *stack, struct pkt *pkt)
{
	const struct pppoe *pppoe = stack->slot[SLOT_PPPOE];
	struct pppoe_hdr hdr;
	enum drop why = take_header(pkt, &hdr);
	struct ppp *ppp = NULL;

	if (why == DROP_COUNT && hdr.code != PPPOE_SESSION)
		why = DROP_pppoe_bad;
	if (why == DROP_COUNT && pppoe)
		ppp = session_of(pppoe, pkt, hdr.session);
	if (ppp)
		ppp_input_frame(ppp, pkt);
	else
		pkt_drop(&stack->place, pkt,
			 why == DROP_COUNT ? DROP_pppoe_session : why);
}

/*
 * Assembly.
 */

static int speak(struct stack *stack, uint16_t type, ether_input_fn *fn)
{
	int err = ether_register(stack, type, fn);

	return err == -EEXIST ? 0 : err; /* it was spoken before */
}

struct pppoe *pppoe_get(struct stack *stack)
{
	struct pppoe *pppoe = stack->slot[SLOT_PPPOE];

	if (pppoe)
		return pppoe;
	if (speak(stack, ETH_PPPOE_DISCOVERY, discovery_input) ||
	    speak(stack, ETH_PPPOE_SESSION, session_input))
		return NULL;
	pppoe = mem_alloc(stack->place.env->mem, sizeof(*pppoe));
	if (!pppoe)
		return NULL;
	list_init(&pppoe->clients);
	list_init(&pppoe->servers);
	stack->slot[SLOT_PPPOE] = pppoe;
	return pppoe;
}

void pppoe_put(struct stack *stack)
{
	struct pppoe *pppoe = stack->slot[SLOT_PPPOE];

	if (!pppoe || !list_is_empty(&pppoe->clients) ||
	    !list_is_empty(&pppoe->servers))
		return;
	mem_free(stack->place.env->mem, pppoe, sizeof(*pppoe));
	stack->slot[SLOT_PPPOE] = NULL;
}
