// SPDX-License-Identifier: MIT
/* lan6.c - hosts and routers that speak IPv6 */

#include "lan6.h"

#include <string.h>

#include "base/check.h"

#include "wire/csum.h"
#include "wire/ether.h"
#include "wire/ip6.h"

#include "core/probe.h"

#include "ip/icmp.h"

static uint32_t count_event(void *arg, const struct event *ev)
{
	struct lan6 *l = arg;

	bool is_passing =
		ev->kind == EV_RX || ev->kind == EV_DROP ||
		(ev->kind == EV_TX &&
		 (ev->pkt->is_relayed || !strncmp(ev->place->name, "sw", 2)));

	if (!is_passing)
		l->events[ev->what]++;
	return ++l->event_count;
}

void lan6_init(struct lan6 *l, uint64_t seed)
{
	memset(l, 0, sizeof(*l));
	mem_init_libc(&l->mem);
	l->w = world_new(&l->mem, seed);
	check(l->w);
	world_env(l->w)->probe = count_event;
	world_env(l->w)->probe_arg = l;
	l->sw = world_add_switch(l->w, "sw");
	check(l->sw);
}

void lan6_fini(struct lan6 *l)
{
	size_t leaked = world_free(l->w);

	check(leaked == 0 && l->mem.in_use_count == 0);
}

static void plug(struct lan6 *l, struct port *port, struct vswitch *sw)
{
	const struct cable_params p = {.delay_ns = NS_PER_MS};
	struct port *end = switch_add_port(sw ? sw : l->sw);

	check(port && end);
	check(world_link(l->w, port, end, &p));
}

struct netif *lan6_port(struct lan6 *l, struct host *h, struct vswitch *sw)
{
	struct port *port = host_add_port(h, NULL);

	plug(l, port, sw);
	return &port->netif;
}

struct host *lan6_host(struct lan6 *l, const char *name)
{
	struct host *h = world_add_host(l->w, name);

	check(h);
	check(ip6_enable(&h->stack, lan6_port(l, h, NULL)) == 0);
	return h;
}

struct host *lan6_router(struct lan6 *l, const char *name)
{
	struct host *h = world_add_router(l->w, name);

	check(h);
	check(ip6_enable(&h->stack, lan6_port(l, h, NULL)) == 0);
	return h;
}

struct port *lan6_box(struct lan6 *l, const char *name)
{
	struct node *box = world_add_box(l->w, name, NULL, NULL);
	struct port *port = box ? box_add_port(box, NULL) : NULL;

	plug(l, port, NULL);
	return port;
}

struct netif *lan6_netif(struct host *h, uint32_t index)
{
	struct list *pos;

	list_for_each(pos, &h->node.ports) {
		struct port *port = list_entry(pos, struct port, list);

		if (!--index)
			return &port->netif;
	}
	check(false && "no such interface");
	return NULL;
}

void lan6_run(struct lan6 *l, uint64_t ms)
{
	check(world_run_until(l->w, world_now(l->w) + ms * NS_PER_MS) == 0);
}

ip6_addr lan6_addr(const char *text)
{
	ip6_addr a;
	int err = ip6_parse(&a, text);

	check(!err);
	return a;
}

struct ip6_net lan6_net(const char *text)
{
	struct ip6_net n;
	int err = ip6_net_parse(&n, text);

	check(!err);
	return n;
}

ip6_addr lan6_link_local(struct host *h)
{
	const struct ip6_addr_info *a =
		ip6_link_local(&h->stack, lan6_netif(h, 1));

	check(a);
	return a->net.addr;
}

struct search {
	enum ip6_addr_origin origin;
	int n;
	const struct ip6_addr_info *found;
};

static void search_step(void *arg, const struct ip6_addr_info *a)
{
	struct search *s = arg;

	if (a->origin == s->origin && s->n-- == 0)
		s->found = a;
}

const struct ip6_addr_info *lan6_find(struct host *h,
				      enum ip6_addr_origin origin, int n)
{
	struct search s = {.origin = origin, .n = n};

	ip6_addr_for_each(&h->stack, search_step, &s);
	return s.found;
}

static void on_echo(void *arg, const struct icmp_echo_event *ev)
{
	int *answers = arg;

	*answers += ev->kind == ICMP_ECHO_ANSWER && ev->is_intact;
}

int lan6_ping(struct lan6 *l, struct host *from, ip6_addr to, int count)
{
	struct ip_addr dst = ip_addr_v6_on(to, lan6_netif(from, 1)->index);
	int i, answers = 0;
	struct icmp_echo *echo =
		icmp_echo_open(&from->stack, on_echo, &answers);

	check(echo);
	for (i = 0; i < count; i++) {
		(void)icmp_echo_send(echo, dst, (uint16_t)i, 10, 0);
		lan6_run(l, 1000);
	}
	icmp_echo_close(echo);
	return answers;
}

struct find_neighbour {
	ip6_addr addr;
	struct nd_neighbour_view found;
	bool is_found;
};

static void find_step(void *arg, const struct nd_neighbour_view *v)
{
	struct find_neighbour *f = arg;

	if (!ip6_eq(v->addr, f->addr))
		return;
	f->found = *v;
	f->is_found = true;
}

enum nd_state lan6_state(struct host *h, ip6_addr addr)
{
	struct find_neighbour f = {.addr = addr};

	nd_for_each(&h->stack, find_step, &f);
	return f.is_found ? f.found.state : ND_STATES;
}

mac_addr lan6_mac(struct host *h, ip6_addr addr)
{
	struct find_neighbour f = {.addr = addr};

	nd_for_each(&h->stack, find_step, &f);
	return f.found.mac;
}

void lan6_send(struct port *box, const struct lan6_msg *m)
{
	struct ip6_hdr h = {
		.src = m->src,
		.dst = m->dst,
		.payload_len = (uint16_t)m->len,
		.next = IP_PROTO_ICMP6,
		.hops = m->hops ? m->hops : ND_HOP_LIMIT,
	};
	uint8_t frame[1600] = {0};
	uint8_t *icmp = frame + ETH_HLEN + IP6_HLEN;
	uint32_t sum;

	check(ETH_HLEN + IP6_HLEN + m->len <= sizeof(frame));
	memcpy(frame, m->to.o, 6);
	memcpy(frame + 6, m->from.o, 6);
	put16(frame + 12, ETH_IP6);
	ip6_hdr_emit(frame + ETH_HLEN, &h);
	memcpy(icmp, m->msg, m->len);
	put16(icmp + 2, 0);
	sum = csum_pseudo6(h.src, h.dst, IP_PROTO_ICMP6, (uint32_t)m->len);
	put16(icmp + 2, csum_fold(csum_add(sum, icmp, m->len)));
	check(box_send(box, frame, ETH_HLEN + IP6_HLEN + m->len) == 0);
}
