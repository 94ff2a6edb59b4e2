// SPDX-License-Identifier: MIT
/*
 * filter.c - may this packet go on?
 *
 * Theory of operation
 * ===================
 * Three questions, in this order:
 *
 *	1  What is it?		Its ends, and of TCP its flags and numbers.  Of
 *				an ICMP error the ends of the packet it quotes.
 *	2  Is it known?		If a connection is remembered (conntrack.c)
 *				between these ends, in either direction, it
 *				passes.  An error about one passes, too.
 *	3  May it begin one?	If not, it is nobody's: filter_state.  If so,
 *				the rules decide: filter_denied, or a new
 *				connection is remembered (filter_full).
 *
 * A connection of TCP begins with a SYN and nothing else, and while the SYN is
 * not answered its sender has nothing to say but that SYN again.  So no data
 * gets through without a handshake, whatever flags it has; and nothing here
 * ever answers, so that nobody can use the filter to shout at somebody else.
 *
 * Only the first fragment has ports, so fragments are put together first.
 *
 * Limits
 * ------
 * What is for the router itself, or from it, is not filtered.
 */

#include "ip/filter.h"

#include <errno.h>
#include <string.h>

#include "wire/icmp4.h"
#include "wire/tcp.h"

#include "ip/filter_int.h"
#include "ip/ip_int.h"

/*
 * What is it?
 */

static void read_tcp(struct track_pkt *p, const uint8_t *l4, size_t l4_len)
{
	size_t hlen = (size_t)(l4[offsetof(struct tcp_wire, off)] >> 4) * 4;
	size_t data = l4_len > hlen ? l4_len - hlen : 0;

	p->flags = l4[offsetof(struct tcp_wire, flags)];
	p->seq = (seq32){get32(l4 + offsetof(struct tcp_wire, seq))};
	p->ack = (seq32){get32(l4 + offsetof(struct tcp_wire, ack))};
	p->end = seq_add(p->seq, (uint32_t)data + !!(p->flags & TCP_SYN) +
					 !!(p->flags & TCP_FIN));
	p->may_open =
		(p->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

/* The ends of a packet, from the first eight octets of its transport. */
static void read_ends(struct track_key *key, const struct ip4_hdr *h,
		      const uint8_t *l4)
{
	struct icmp4_hdr icmp;

	*key = (struct track_key){
		.proto = h->proto,
		.from = {.addr = h->src},
		.to = {.addr = h->dst},
	};
	if (h->proto == IP_PROTO_TCP || h->proto == IP_PROTO_UDP) {
		key->from.port = get16(l4);
		key->to.port = get16(l4 + 2);
	} else if (h->proto == IP_PROTO_ICMP) {
		icmp4_parse_quoted(&icmp, l4, ICMP4_HLEN);
		key->from.port = key->to.port = icmp.id;
	}
}

/* The packet that an ICMP error is about.  False: there is none to be seen. */
static bool read_quoted(struct track_pkt *p, struct pkt *pkt,
			const struct ip4_hdr *h)
{
	size_t at = (size_t)h->hlen + ICMP4_HLEN, need;
	struct ip4_hdr quoted;
	const uint8_t *o = pkt_need(pkt, at + IP4_HLEN);

	if (!o)
		return false;
	need = at + (size_t)(o[at] & 15) * 4 + ICMP4_QUOTE_MIN;
	o = pkt_need(pkt, need);
	if (!o || ip4_hdr_parse_quoted(&quoted, o + at, need - at) < 0 ||
	    quoted.frag_off)
		return false;
	p->is_error = true;
	read_ends(&p->key, &quoted, o + at + quoted.hlen);
	return true;
}

static enum drop read_icmp(struct track_pkt *p, struct pkt *pkt,
			   const struct ip4_hdr *h, const uint8_t *l4)
{
	struct icmp4_hdr icmp;

	icmp4_parse_quoted(&icmp, l4, ICMP4_HLEN);
	p->may_open = icmp.type == ICMP4_ECHO;
	if (icmp4_is_error(icmp.type) && !read_quoted(p, pkt, h))
		return DROP_filter_state;
	return DROP_COUNT;
}

/* Question 1.  DROP_COUNT if there is an answer. */
static enum drop pkt_read(struct track_pkt *p, struct pkt *pkt,
			  const struct ip4_hdr *h)
{
	static const uint8_t none[8];
	bool is_tcp = h->proto == IP_PROTO_TCP;
	const uint8_t *o;

	*p = (struct track_pkt){.may_open = true};
	if (!is_tcp && h->proto != IP_PROTO_UDP && h->proto != IP_PROTO_ICMP) {
		read_ends(&p->key, h, none);
		return DROP_COUNT;
	}
	o = pkt_need(pkt, h->hlen + (is_tcp ? TCP_HLEN : 8u));
	if (!o)
		return is_tcp			  ? DROP_tcp_short
		       : h->proto == IP_PROTO_UDP ? DROP_udp_short
						  : DROP_icmp_short;
	read_ends(&p->key, h, o + h->hlen);
	if (is_tcp)
		read_tcp(p, o + h->hlen, pkt->len - h->hlen);
	else if (h->proto == IP_PROTO_ICMP)
		return read_icmp(p, pkt, h, o + h->hlen);
	return DROP_COUNT;
}

/*
 * The rules.
 */

static bool rule_fits(const struct filter_rule *r, const struct track_key *k)
{
	return (!r->proto || r->proto == k->proto) &&
	       (!r->port || r->port == k->to.port) &&
	       (!r->from.len || ip4_net_has(r->from, k->from.addr)) &&
	       (!r->to.len || ip4_net_has(r->to, k->to.addr));
}

/* Number of the first rule that fits, from 1; 0: none. */
static size_t rule_find(const struct filter *f, const struct track_key *k)
{
	for (size_t i = 0; i < f->rule_count; i++)
		if (rule_fits(&f->rules[i], k))
			return i + 1;
	return 0;
}

/* Question 3. */
static enum drop judge_new(struct filter *f, const struct track_pkt *p)
{
	size_t rule = rule_find(f, &p->key);
	struct track *fl;

	if (!(rule ? f->rules[rule - 1].is_allowed : f->allows_rest))
		return DROP_filter_denied;
	fl = track_new(f, &p->key, rule);
	if (!fl)
		return DROP_filter_full;
	track_seen(f, fl, p, TRACK_OPENER);
	return DROP_COUNT;
}

/* Data behind a SYN that nobody has answered? */
static bool is_too_early(const struct track *fl, const struct track_pkt *p,
			 enum track_side side)
{
	return fl->state == FILTER_TCP_SYN && side == TRACK_OPENER &&
	       !(p->flags & TCP_RST) && !p->may_open;
}

static enum drop judge(struct filter *f, const struct track_pkt *p)
{
	enum track_side side = TRACK_OPENER;
	struct track *fl = track_find(f, &p->key, &side);

	if (p->is_error)
		return fl ? DROP_COUNT : DROP_filter_state;
	if (fl && fl->state == FILTER_TCP_CLOSED && p->may_open) {
		track_free(f, fl);
		fl = NULL;
	}
	if (!fl)
		return p->may_open ? judge_new(f, p) : DROP_filter_state;
	if (is_too_early(fl, p, side))
		return DROP_filter_state;
	track_seen(f, fl, p, side);
	return DROP_COUNT;
}

struct pkt *filter_forward(struct stack *stack, struct pkt *pkt,
			   struct ip4_hdr *h, enum drop *why)
{
	struct track_pkt p;

	pkt = reass_whole(ip_of(stack), pkt, h);
	if (!pkt)
		return NULL;
	*why = pkt_read(&p, pkt, h);
	if (*why == DROP_COUNT)
		*why = judge(filter_of(stack), &p);
	return pkt;
}

/*
 * The door.
 */

int filter_enable(struct stack *stack, const struct filter_rule *rules,
		  size_t count, bool allows_rest)
{
	struct mem *mem = stack->place.env->mem;
	struct filter *f;

	if (filter_of(stack))
		return -EEXIST;
	f = mem_alloc(mem, sizeof(*f));
	if (!f)
		return -ENOMEM;
	if (stack_new_key(stack, &f->key)) {
		mem_free(mem, f, sizeof(*f));
		return -EIO;
	}
	f->rules = mem_alloc_array(mem, count + 1, sizeof(*rules));
	if (!f->rules) {
		mem_free(mem, f, sizeof(*f));
		return -ENOMEM;
	}
	if (count)
		memcpy(f->rules, rules, count * sizeof(*rules));
	f->rule_count = count;
	f->allows_rest = allows_rest;
	f->stack = stack;
	tracks_init(f);
	stack->slot[SLOT_FILTER] = f;
	return 0;
}

void filter_disable(struct stack *stack)
{
	struct filter *f = filter_of(stack);
	struct mem *mem = stack->place.env->mem;

	if (!f)
		return;
	tracks_fini(f);
	mem_free(mem, f->rules, (f->rule_count + 1) * sizeof(*f->rules));
	mem_free(mem, f, sizeof(*f));
	stack->slot[SLOT_FILTER] = NULL;
}

void filter_set_idle(struct stack *stack, enum filter_state state,
		     uint32_t idle_s)
{
	struct filter *f = filter_of(stack);

	if (!f)
		return;
	f->idle_s[state] = idle_s;
	tracks_timer_set(f);
}

void filter_set_max(struct stack *stack, size_t max)
{
	struct filter *f = filter_of(stack);

	if (f)
		f->pool.max = max;
}

void filter_for_each(struct stack *stack,
		     void (*fn)(void *arg, const struct filter_view *v),
		     void *arg)
{
	struct filter *f = filter_of(stack);

	for (int st = 0; f && st < FILTER_STATES; st++) {
		struct track *fl;

		list_for_each_entry(fl, &f->by_state[st], struct track, node) {
			struct filter_view v = {
				.proto = fl->key.proto,
				.from = {ip_addr_v4(fl->key.from.addr),
					 fl->key.from.port},
				.to = {ip_addr_v4(fl->key.to.addr),
				       fl->key.to.port},
				.expires_ns = track_expires_ns(f, fl),
				.state = fl->state,
			};

			fn(arg, &v);
		}
	}
}

size_t filter_count(const struct stack *stack)
{
	const struct filter *f = filter_of(stack);

	return f ? f->pool.in_use : 0;
}
