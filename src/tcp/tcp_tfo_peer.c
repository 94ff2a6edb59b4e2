// SPDX-License-Identifier: MIT
/*
 * tcp_tfo_peer.c - what a client remembers of servers for fast open
 *
 * Theory of operation
 * ===================
 * A server that gave us a cookie will take data in a SYN from us (RFC 7413,
 * 4.1.3).  The cookie is kept by the server's address, with the largest
 * segment that it takes, for that must be known before its SYN-ACK comes.
 *
 * Some middleboxes drop a SYN that has data.  If one had to be repeated, the
 * destination is left alone for a minute, then two, four, ... (RFC 7413,
 * 4.1.3.1): the handshake without data still works there.
 *
 * Limits
 * ------
 * PEERS_MAX servers; the one not used for the longest time is forgotten.
 * Without memory nothing is learnt, which costs a round trip.
 */

#include <string.h>

#include "tcp/tcp_int.h"

enum {
	PEERS_MAX = 1024,
	PAUSE_MS = 60 * 1000,
	LOSSES_MAX = 10, /* doublings */
};

static uint32_t hash_of(const struct tcp_stack *tcp, struct ip_addr addr)
{
	const struct tcp_tuple t = {.laddr = addr, .raddr = addr};

	return tcp_tuple_hash(&tcp->table_key, &t);
}

static bool eq(const void *item, const void *key)
{
	const struct tcp_tfo_peer *p = item;
	const struct ip_addr *addr = key;

	return ip_addr_eq(p->addr, *addr);
}

static struct tcp_tfo_peer *find(struct tcp_stack *tcp, struct ip_addr addr)
{
	struct tcp_tfo_peer *p =
		htab_find(&tcp->tfo_table, hash_of(tcp, addr), eq, &addr);

	if (p)
		list_move_tail(&tcp->tfo_peers, &p->node);
	return p;
}

static void forget(struct tcp_stack *tcp, struct tcp_tfo_peer *p)
{
	htab_del(&tcp->tfo_table, hash_of(tcp, p->addr), p);
	list_del(&p->node);
	mem_free(tcp->env->mem, p, sizeof(*p));
}

static struct tcp_tfo_peer *find_oldest(struct tcp_stack *tcp)
{
	return list_first_entry(&tcp->tfo_peers, struct tcp_tfo_peer, node);
}

static struct tcp_tfo_peer *learn_new(struct tcp_stack *tcp,
				      struct ip_addr addr)
{
	struct tcp_tfo_peer *p;

	if (tcp->tfo_table.count >= PEERS_MAX)
		forget(tcp, find_oldest(tcp));
	p = mem_alloc(tcp->env->mem, sizeof(*p));
	if (!p)
		return NULL;
	p->addr = addr;
	if (htab_add(&tcp->tfo_table, hash_of(tcp, addr), p)) {
		mem_free(tcp->env->mem, p, sizeof(*p));
		return NULL;
	}
	list_add_tail(&tcp->tfo_peers, &p->node);
	return p;
}

void tcp_tfo_init(struct tcp_stack *tcp)
{
	htab_init(&tcp->tfo_table, tcp->env->mem, 0);
	list_init(&tcp->tfo_peers);
}

void tcp_tfo_fini(struct tcp_stack *tcp)
{
	struct tcp_tfo_peer *p;

	while ((p = find_oldest(tcp)))
		forget(tcp, p);
	htab_fini(&tcp->tfo_table);
}

const struct tcp_tfo_peer *tcp_tfo_peer(struct tcp_stack *tcp,
					struct ip_addr addr)
{
	return find(tcp, addr);
}

bool tcp_tfo_may_try(const struct tcp_stack *tcp, const struct tcp_tfo_peer *p)
{
	uint32_t pause_ms = tcp->knobs.fastopen_blackhole_s * 1000;

	if (!p->losses)
		return true;
	if (!pause_ms)
		pause_ms = PAUSE_MS;
	return tcp_ms(tcp) - p->lost_ms >= pause_ms << (p->losses - 1);
}

void tcp_tfo_learn(struct tcp_conn *c, const struct tcp_opts *o)
{
	struct tcp_tfo_peer *p;

	if (!(o->has & TCP_HAS_FASTOPEN) || !o->fastopen_len)
		return;
	p = find(c->tcp, c->end.t.raddr);
	if (!p)
		p = learn_new(c->tcp, c->end.t.raddr);
	if (!p)
		return;
	p->mss = c->peer_mss;
	p->len = o->fastopen_len;
	memcpy(p->cookie, o->fastopen, p->len);
}

void tcp_tfo_went_well(struct tcp_conn *c)
{
	struct tcp_tfo_peer *p = find(c->tcp, c->end.t.raddr);

	if (p)
		p->losses = 0;
}

void tcp_tfo_was_lost(struct tcp_conn *c)
{
	struct tcp_tfo_peer *p = find(c->tcp, c->end.t.raddr);

	if (!p)
		return;
	p->lost_ms = tcp_ms(c->tcp);
	if (p->losses < LOSSES_MAX)
		p->losses++;
}
