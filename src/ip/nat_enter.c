// SPDX-License-Identifier: MIT
/*
 * nat_enter.c - what may come in through a translation unasked
 *
 * Theory of operation
 * ===================
 * What answers belongs to a session and is not looked at here.  A packet from
 * outside that belongs to none comes in
 *
 *	through a forward	its port is given to a server inside, for all
 *	through a mapping	an inside endpoint has that port now, and the
 *				filtering behaviour (RFC 4787, 5) lets the
 *				sender in: nobody, whoever has that endpoint's
 *				host for a partner already, or anybody
 *
 * and then there is a session.  Nobody outside can fill an inside host's share
 * of sessions: what comes in through a mapping leaves him half of it.
 *
 * Beside a filter the filter is asked first, so that what it refuses takes
 * nobody's place.
 *
 * A forward is a mapping that never goes.  What the server sends first from
 * the same endpoint uses it as well, or its mapping would depend on who spoke
 * first (REQ-1).
 */

#include <errno.h>

#include "ip/ip.h"
#include "ip/nat_int.h"

static const struct nat_forward *forward_to(const struct nat *nat,
					    uint8_t proto, struct nat_end in)
{
	const struct nat_forward *f;

	list_for_each_entry(f, &nat->forwards, struct nat_forward, node)
		if (f->proto == proto && f->to.addr.v == in.addr.v &&
		    f->to.port == in.port)
			return f;
	return NULL;
}

static const struct nat_forward *forward_at(const struct nat *nat,
					    uint8_t proto, uint16_t port)
{
	const struct nat_forward *f;

	list_for_each_entry(f, &nat->forwards, struct nat_forward, node)
		if (f->proto == proto && f->port == port)
			return f;
	return NULL;
}

uint16_t nat_forward_port(const struct nat *nat, uint8_t proto,
			  struct nat_end in)
{
	const struct nat_forward *f = forward_to(nat, proto, in);

	return f ? f->port : 0;
}

bool nat_has_place(const struct nat *nat, uint8_t proto, struct nat_end out)
{
	return forward_at(nat, proto, out.port) ||
	       nat_map_find_out(nat, proto, out);
}

/* Has the endpoint behind @m a session with that host? */
static bool is_partner(const struct nat_mapping *m, ip4_addr host)
{
	const struct nat_session *s;

	list_for_each_entry(s, &m->of_mapping, struct nat_session, sibling)
		if (s->remote.addr.v == host.v)
			return true;
	return false;
}

static bool may_enter(const struct nat *nat, const struct nat_mapping *m,
		      struct nat_end remote)
{
	if (m->proto == IP_PROTO_ICMP ||
	    m->host->sessions >= nat->per_host_max / 2)
		return false;
	switch (nat->filtering) {
	case NAT_FROM_ANYBODY:
		return true;
	case NAT_FROM_HOSTS:
		return is_partner(m, remote.addr);
	case NAT_FROM_PEERS:
	default:
		return false;
	}
}

static struct nat_session *enter(struct nat *nat, struct nat_mapping *m,
				 struct nat_end remote)
{
	struct nat_host *host = nat_host_get(nat, m->in.addr);

	return host ? nat_session_open(nat, m, host, remote) : NULL;
}

static struct nat_session *enter_forward(struct nat *nat,
					 const struct nat_forward *f,
					 struct nat_end out,
					 struct nat_end remote)
{
	struct nat_host *host;
	struct nat_mapping *m;

	/* Another forward leads these two together already. */
	if (nat_find_out(nat, f->proto, f->to, remote))
		return NULL;
	host = nat_make_room(nat) ? nat_host_get(nat, f->to.addr) : NULL;
	if (!host)
		return NULL;
	m = nat_map_find_out(nat, f->proto, out);
	if (!m)
		m = nat_map_new(nat, f->proto, f->to, out);
	return nat_session_open(nat, m, host, remote);
}

bool nat_place_in(const struct nat *nat, uint8_t proto, struct nat_end out,
		  struct nat_end remote, struct nat_end *in)
{
	const struct nat_forward *f = forward_at(nat, proto, out.port);
	const struct nat_mapping *m;

	if (f) {
		*in = f->to;
		return true;
	}
	m = nat_map_find_out(nat, proto, out);
	if (!m || !may_enter(nat, m, remote))
		return false;
	*in = m->in;
	return true;
}

struct nat_session *nat_open_in(struct nat *nat, uint8_t proto,
				struct nat_end out, struct nat_end remote)
{
	const struct nat_forward *f = forward_at(nat, proto, out.port);
	struct nat_mapping *m;

	if (f)
		return enter_forward(nat, f, out, remote);
	m = nat_map_find_out(nat, proto, out);
	if (!m || !may_enter(nat, m, remote) || !nat_make_room(nat))
		return NULL;
	/* Making room may have taken the mapping's last session. */
	m = nat_map_find_out(nat, proto, out);
	return m ? enter(nat, m, remote) : NULL;
}

void nat_set_filtering(struct stack *stack, enum nat_filtering how)
{
	struct nat *nat = nat_of(stack);

	if (nat)
		nat->filtering = how;
}

int nat_forward_add(struct stack *stack, uint8_t proto, uint16_t port,
		    struct endpoint to)
{
	struct nat *nat = nat_of(stack);
	struct nat_forward *f;

	if (!nat)
		return -ENOENT;
	if ((proto != IP_PROTO_TCP && proto != IP_PROTO_UDP) || !port ||
	    !to.port || to.addr.family != IP_V4)
		return -EINVAL;
	if (nat_port_is_taken(nat, proto,
			      (struct nat_end){nat_outside_addr(nat), port}))
		return -EEXIST;
	f = mem_alloc(stack->place.env->mem, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->proto = proto;
	f->port = port;
	f->to = (struct nat_end){to.addr.v4, to.port};
	list_add_tail(&nat->forwards, &f->node);
	return 0;
}

void nat_forwards_fini(struct nat *nat)
{
	struct list *node;

	while ((node = list_pop_head(&nat->forwards)))
		mem_free(nat->stack->place.env->mem,
			 container_of(node, struct nat_forward, node),
			 sizeof(struct nat_forward));
}
