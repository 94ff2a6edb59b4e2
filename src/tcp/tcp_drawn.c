// SPDX-License-Identifier: MIT
/*
 * tcp_drawn.c - ports that connect() drew: counted, and no more
 *
 * Theory of operation
 * ===================
 * Who binds a port has said how it may be shared, and tcp_port.c keeps what he
 * said.  Who only connects gets some port, and says nothing: what must be known
 * of it is how many connections, and blocks of TIME-WAIT, have it, so that
 * bind() does not give it away.  A client may have sixty thousand such ports,
 * so each is a count of one octet in a page of 256 that its neighbours share:
 *
 *	tcp->drawn --> 10.0.0.1 --> page[256] --> count[256]
 *	               10.0.0.9 --> ...
 *
 * which is a hundred octets less than a tcp_port and its tcp_bind, and finding
 * it is two steps.  A page without ports is freed, and so is an address.
 *
 * Limits
 * ------
 * USERS_MAX connections to one port here; the next one, or one for which there
 * is no memory, has a tcp_bind as if it had been bound, and tcp_end.bits tells
 * the two apart.
 */

#include "tcp/tcp_int.h"

enum { PAGE = 256, PAGES = 65536 / PAGE, USERS_MAX = UINT8_MAX };

struct page {
	uint16_t used; /* ports whose count is not 0 */
	uint8_t count[PAGE];
};

/* The ports of one local address. */
struct tcp_drawn {
	struct list node;
	struct ip_addr addr;
	uint16_t used; /* pages */
	struct page *page[PAGES];
};

static struct tcp_drawn *drawn_find(const struct tcp_stack *tcp,
				    const struct ip_addr *addr)
{
	struct tcp_drawn *d;

	list_for_each_entry(d, &tcp->drawn, struct tcp_drawn, node)
		if (ip_addr_eq(d->addr, *addr))
			return d;
	return NULL;
}

static struct tcp_drawn *drawn_get(struct tcp_stack *tcp,
				   const struct ip_addr *addr)
{
	struct tcp_drawn *d = drawn_find(tcp, addr);

	if (d)
		return d;
	d = mem_alloc(tcp->env->mem, sizeof(*d));
	if (!d)
		return NULL;
	d->addr = *addr;
	list_add_head(&tcp->drawn, &d->node);
	return d;
}

static void drawn_put(struct tcp_stack *tcp, struct tcp_drawn *d)
{
	if (d->used)
		return;
	list_del(&d->node);
	mem_free(tcp->env->mem, d, sizeof(*d));
}

static struct page *page_get(struct tcp_stack *tcp, struct tcp_drawn *d,
			     uint16_t port)
{
	struct page *p = d->page[port / PAGE];

	if (p)
		return p;
	p = mem_alloc(tcp->env->mem, sizeof(*p));
	if (p)
		d->used++;
	d->page[port / PAGE] = p;
	return p;
}

bool tcp_drawn_add(struct tcp_stack *tcp, const struct ip_addr *addr,
		   uint16_t port)
{
	struct tcp_drawn *d = drawn_get(tcp, addr);
	struct page *p = d ? page_get(tcp, d, port) : NULL;

	if (!d)
		return false;
	if (!p || p->count[port % PAGE] == USERS_MAX) {
		drawn_put(tcp, d);
		return false;
	}
	if (!p->count[port % PAGE]++)
		p->used++;
	return true;
}

void tcp_drawn_del(struct tcp_stack *tcp, const struct ip_addr *addr,
		   uint16_t port)
{
	struct tcp_drawn *d = drawn_find(tcp, addr);
	struct page *p;

	check(d && d->page[port / PAGE]);
	p = d->page[port / PAGE];
	check(p->count[port % PAGE]);
	if (--p->count[port % PAGE] || --p->used)
		return;
	mem_free(tcp->env->mem, p, sizeof(*p));
	d->page[port / PAGE] = NULL;
	d->used--;
	drawn_put(tcp, d);
}

bool tcp_drawn_has(const struct tcp_stack *tcp, struct ip_addr addr,
		   uint16_t port)
{
	const struct tcp_drawn *d;
	const struct page *p;

	list_for_each_entry(d, &tcp->drawn, struct tcp_drawn, node) {
		p = d->page[port / PAGE];
		if (p && p->count[port % PAGE] &&
		    tcp_addr_overlaps(d->addr, addr))
			return true;
	}
	return false;
}
