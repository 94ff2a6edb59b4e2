// SPDX-License-Identifier: MIT
/*
 * nd.c - neighbour discovery in one stack: links, and what goes where
 *
 * Theory of operation
 * ===================
 * IPv6 drives all of this through a table of functions (ip6_nd.h): an
 * interface came, an address is to be tried, a packet needs a MAC.  Messages
 * come from ICMPv6, with their checksums verified.
 *
 * A message passes these steps, in this order:
 *
 *	1  hop limit 255?	nd_hops		else it crossed a router: forged
 *	2  form			nd_bad		lengths, code, options
 *	3  the MACs in it	nd_sender	a group, or ourselves
 *	4  what its type asks for, see nd_in.c, nd_host.c, nd_redirect.c
 *
 * One that came in fragments was dropped by IPv6 before (RFC 6980, 5).
 * Nothing is told back about a message that is dropped.
 *
 * No randomness is drawn before the first interface is enabled.  Without
 * entropy none is: tables have no secret then, and are not used.
 */

#include <errno.h>

#include "base/check.h"

#include "wire/ether.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip6/nd_int.h"

/*
 * Links.
 */

struct nd_link *nd_link_find(const struct nd *nd, const struct netif *netif)
{
	struct nd_link *link;

	list_for_each_entry(link, &nd->links, struct nd_link, node)
		if (link->netif == netif)
			return link;
	return NULL;
}

/* What no router has said yet. */
static void link_reset(struct nd_link *link)
{
	link->is_up = false;
	link->has_spoken = false;
	link->reachable_base_ms = ND_REACHABLE_MS;
	link->reachable_until_ns = 0;
	link->retrans_ms = ND_RETRANS_MS;
}

struct nd_link *nd_link_get(struct nd *nd, struct netif *netif)
{
	struct nd_link *link = nd_link_find(nd, netif);

	if (link)
		return link;
	link = mem_alloc(nd->stack->place.env->mem, sizeof(*link));
	if (!link)
		return NULL;
	link->nd = nd;
	link->netif = netif;
	link_reset(link);
	list_init(&link->routers);
	list_init(&link->nets);
	list_init(&link->dns);
	list_init(&link->autos);
	timer_init(&link->rs, nd_rs_on_timer, link);
	timer_init(&link->ends, nd_ends_on_timer, link);
	list_add_tail(&nd->links, &link->node);
	return link;
}

/* Forget all that was learned on a link; how it is configured stays. */
static void link_clear(struct nd_link *link, bool is_said)
{
	struct nd *nd = link->nd;

	nd_ra_stop(link, is_said);
	link_reset(link);
	nd_dad_forget(nd, link->netif);
	nd_own_forget(nd, link->netif);
	nd_redirect_forget(nd, link->netif);
	nd_host_forget(link);
	nd_flush(nd->stack, link->netif);
}

static void link_free(struct nd_link *link)
{
	struct mem *mem = link->nd->stack->place.env->mem;

	link_clear(link, false);
	list_del(&link->node);
	mem_free(mem, link->ra, sizeof(*link->ra));
	mem_free(mem, link, sizeof(*link));
}

uint64_t nd_random(struct nd *nd, uint64_t min, uint64_t max)
{
	uint32_t r;

	if (stack_random(nd->stack, &r, sizeof(r)))
		return max; /* only spreads load: no secret */
	return min + ((max - min) / 1024 * (r >> 8) >> 14);
}

uint64_t nd_reachable_ns(struct nd_link *link)
{
	const uint64_t hour_ns = 3600 * NS_PER_S;
	uint64_t base_ns = link->reachable_base_ms * NS_PER_MS;
	uint64_t now = nd_now(link->nd);

	if (now >= link->reachable_until_ns) {
		link->reachable_ns =
			nd_random(link->nd, base_ns / 2, base_ns / 2 * 3);
		link->reachable_until_ns = now + 2 * hour_ns;
	}
	return link->reachable_ns;
}

int nd_conf_set(struct stack *stack, struct netif *netif,
		const struct nd_conf *conf)
{
	struct nd_link *link = nd_link_get(nd_of(stack), netif);

	if (!link)
		return -ENOMEM;
	link->conf = *conf;
	return 0;
}

static bool draw_keys(struct nd *nd)
{
	if (nd->has_keys)
		return true;
	nd->has_keys = !stack_new_key(nd->stack, &nd->key) &&
		       !stack_new_key(nd->stack, &nd->secret);
	return nd->has_keys;
}

/*
 * What IPv6 calls.
 */

static void on_if_up(struct stack *stack, struct netif *netif)
{
	struct nd *nd = nd_of(stack);
	struct nd_link *link;

	if (!nd_is_spoken(netif))
		return;
	link = nd_link_get(nd, netif);
	if (!link || !draw_keys(nd))
		return; /* it can talk to nobody, and says why for each packet */
	link->is_up = true;
	nd_ra_start(link);
	nd_rs_start(link);
}

static void on_if_down(struct stack *stack, struct netif *netif)
{
	struct nd_link *link = nd_link_find(nd_of(stack), netif);

	if (link)
		link_clear(link, true);
}

static void on_forwarding(struct stack *stack, bool is_on)
{
	struct nd_link *link;

	list_for_each_entry(link, &nd_of(stack)->links, struct nd_link, node) {
		if (!link->is_up)
			continue;
		if (is_on) {
			nd_host_forget(link);
			nd_ra_start(link);
		} else {
			nd_ra_stop(link, true);
			nd_rs_start(link);
		}
	}
}

static int on_output(struct stack *stack, struct netif *netif, struct pkt *pkt,
		     const ip6_addr *next_hop)
{
	if (draw_keys(nd_of(stack)))
		return nd_output(stack, netif, pkt, next_hop);
	pkt_drop(&stack->place, pkt, DROP_no_memory);
	return -EIO;
}

static const struct ip6_nd_ops nd_ops = {
	.output = on_output,
	.if_up = on_if_up,
	.if_down = on_if_down,
	.addr_start = nd_addr_start,
	.addr_stop = nd_addr_stop,
	.confirm = nd_confirm,
	.redirect = nd_redirect_output,
	.heard = nd_heard,
	.current = nd_current,
	.forwarding = on_forwarding,
};

/*
 * What ICMPv6 calls.
 */

/* Step 4. */
static enum drop nd_dispatch(struct nd *nd, const struct nd_msg *m,
			     const struct ip_meta *meta, mac_addr from)
{
	struct nd_link *link = nd_link_find(nd, meta->netif);

	if (!link || !link->is_up)
		return DROP_nd_other;
	switch (m->type) {
	case ND_NEIGHBOUR_SOLICIT:
		return nd_ns_input(nd, m, meta, from);
	case ND_NEIGHBOUR_ADVERT:
		return nd_na_input(nd, m, meta, from);
	case ND_ROUTER_SOLICIT:
		return nd_rs_input(link, m, meta);
	case ND_ROUTER_ADVERT:
		return nd_ra_input(nd, m, meta);
	default:
		return nd_redirect_input(nd, m, meta);
	}
}

/* A sender whose MAC can be true; all options that carry it, too. */
static bool mac_is_possible(const struct netif *netif, mac_addr mac)
{
	return !mac_is_group(mac) && !mac_is_zero(mac) &&
	       !mac_eq(mac, netif->mac);
}

static bool sender_is_possible(const struct netif *netif,
			       const struct nd_msg *m)
{
	const struct nd_opts *o = &m->opts;

	if (o->has & ND_HAS_SOURCE && !mac_is_possible(netif, o->source))
		return false;
	/* A redirect may well name ourselves; it is not believed then. */
	return !(o->has & ND_HAS_TARGET) || mac_is_possible(netif, o->target);
}

static enum drop nd_judge(struct nd *nd, const struct pkt *pkt,
			  const struct ip_meta *meta)
{
	uint8_t buf[ND_LEN_MAX];
	struct nd_msg m;
	mac_addr from;

	if (meta->ttl != ND_HOP_LIMIT)
		return DROP_nd_hops;
	if (pkt->len > sizeof(buf))
		return DROP_nd_bad;
	pkt_copy_out(pkt, 0, buf, pkt->len);
	if (nd_parse(&m, buf, pkt->len) < 0)
		return DROP_nd_bad;
	if (!nd_is_spoken(meta->netif))
		return DROP_nd_other;
	if (!nd_has_macs(meta->netif)) {
		/* RFC 5072, 5: options that carry one mean nothing here. */
		m.opts.has &= ~(unsigned int)(ND_HAS_SOURCE | ND_HAS_TARGET);
		return nd_dispatch(nd, &m, meta, MAC_BROADCAST);
	}
	from = get_mac(pkt->room + pkt->l2_off + sizeof(from.o));
	if (!sender_is_possible(meta->netif, &m))
		return DROP_nd_sender;
	return nd_dispatch(nd, &m, meta, from);
}

static void nd_input(struct stack *stack, struct pkt *pkt,
		     const struct ip_meta *meta, const struct icmp6_hdr *h)
{
	enum drop why = nd_judge(nd_of(stack), pkt, meta);

	(void)h;
	if (why == DROP_COUNT)
		pkt_free(pkt);
	else
		pkt_drop(&stack->place, pkt, why);
}

/*
 * Assembly.
 */

void nd_set_max(struct stack *stack, size_t max)
{
	nd_of(stack)->max = max_size(max, 16);
}

void nd_dns_hook_set(struct stack *stack, nd_dns_fn *fn, void *arg)
{
	nd_of(stack)->on_dns = fn;
	nd_of(stack)->on_dns_arg = arg;
}

void nd_watch_begin(struct stack *stack, struct nd_watch *w)
{
	list_add_tail(&nd_of(stack)->watches, &w->node);
}

void nd_watch_end(struct nd_watch *w)
{
	list_del(&w->node);
}

static int register_types(struct stack *stack)
{
	uint8_t type;
	int err = 0;

	for (type = ND_ROUTER_SOLICIT; type <= ND_REDIRECT && !err; type++)
		err = icmp6_register(stack, type, nd_input);
	return err;
}

int nd_init(struct stack *stack)
{
	struct mem *mem = stack->place.env->mem;
	struct nd *nd = mem_alloc(mem, sizeof(*nd));
	int rank;

	if (!nd)
		return -ENOMEM;
	nd->stack = stack;
	nd->max = ND_ENTRIES_MAX;
	htab_init(&nd->tab, mem, 0);
	pool_init(&nd->entries, mem, "nd", sizeof(struct nd_entry), 0);
	for (rank = 0; rank < ND_RANKS; rank++)
		list_init(&nd->by_rank[rank]);
	list_init(&nd->failed);
	list_init(&nd->links);
	list_init(&nd->dads);
	list_init(&nd->late);
	list_init(&nd->redirects);
	list_init(&nd->watches);
	timer_init(&nd->age, nd_on_age, nd);
	timer_init(&nd->dad_again, nd_dad_on_again, nd);
	timer_init(&nd->redirect_ends, nd_redirect_on_timer, nd);
	task_init(&nd->report, nd_report, nd);
	stack->slot[SLOT_ND] = nd;
	ip6_nd_register(stack, &nd_ops);
	return register_types(stack);
}

static void entries_fini(struct nd *nd)
{
	struct nd_entry *e;
	struct list *node;

	while ((e = htab_pop(&nd->tab))) {
		nd_drop_waiting(e);
		stack_disarm(nd->stack, &e->timer);
		pool_put(&nd->entries, e);
	}
	while ((node = list_pop_head(&nd->failed)))
		pkt_free(container_of(node, struct pkt, node));
	task_cancel(&nd->report);
	stack_disarm(nd->stack, &nd->age);
	htab_fini(&nd->tab);
	pool_fini(&nd->entries);
}

void nd_fini(struct stack *stack)
{
	struct nd *nd = nd_of(stack);
	struct nd_link *link;

	if (!nd)
		return;
	while ((link = list_first_entry(&nd->links, struct nd_link, node)))
		link_free(link);
	nd_own_forget(nd, NULL);
	nd_dad_forget(nd, NULL);
	stack_disarm(stack, &nd->dad_again);
	entries_fini(nd);
	ip6_nd_register(stack, NULL);
	mem_free(stack->place.env->mem, nd, sizeof(*nd));
	stack->slot[SLOT_ND] = NULL;
}
