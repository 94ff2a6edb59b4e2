// SPDX-License-Identifier: MIT
/*
 * nat.c - sessions: who may talk to whom through us, and for how long
 *
 * Theory of operation
 * ===================
 * A mapping ties an inside endpoint to a port of the outside address; it is
 * the same whomever the inside endpoint talks to (RFC 4787, REQ-1).  A
 * session is a mapping together with one remote endpoint, and only where there
 * is a session may a packet come in; nat_enter.c says when the outside may
 * begin one (REQ-8).
 *
 *	inside 10.1.0.10:49152 --- mapping ---> outside 192.0.2.1:12345
 *		  |						|
 *		  +--- session with 198.51.100.1:80 ------------+
 *		  +--- session with 203.0.113.7:53 -------------+
 *
 * A packet is one lookup of a session, by (protocol, inside, remote) on the
 * way out and by (protocol, outside, remote) on the way in.  Mappings are
 * looked at only when a session begins.
 *
 * Sessions of one state have one idle time, so the lists by state are in order
 * of expiry, and one timer for the first of each list is enough.
 *
 * Invariants
 * ----------
 *  (1) Each session is in both tables and in the list of its state.
 *  (2) A mapping is in both of its tables, and counts its sessions; at least 1.
 *  (3) A host counts the sessions of its mappings; at least 1.
 *
 * Limits
 * ------
 * So many sessions in all and per inside host.  When all are taken the one
 * idle for longest that is not established goes; established ones never do.
 */

#include <assert.h>
#include <errno.h>

#include "base/check.h"

#include "core/netif.h"
#include "core/probe.h"

#include "ip/ip.h"
#include "ip/nat_int.h"

#define SWEEP_MAX 64

/* How exactly it is known when a session was used last. */
#define TOUCH_NS (50 * NS_PER_MS)

#define TO(s) (1u << NAT_##s)

/* clang-format off */
static const struct {
	const char *name;
	uint32_t idle_s;
	uint8_t moves;
} nat_states[] = {
	[NAT_UDP_BRIEF]	 = {"NEW",	NAT_UDP_BRIEF_S,  TO(UDP_STREAM)},
	[NAT_UDP_NEW]	 = {"NEW",	NAT_UDP_NEW_S,	  TO(UDP_STREAM)},
	[NAT_UDP_STREAM] = {"STREAM",	NAT_UDP_STREAM_S, 0},
	[NAT_TCP_NEW]	 = {"NEW",	NAT_TCP_NEW_S,
			    TO(TCP_OPEN) | TO(TCP_CLOSED)},
	[NAT_TCP_OPEN]	 = {"OPEN",	NAT_TCP_OPEN_S,	  TO(TCP_CLOSED)},
	[NAT_TCP_CLOSED] = {"CLOSED",	NAT_TCP_CLOSED_S,
			    TO(TCP_NEW) | TO(TCP_OPEN)},
	[NAT_ICMP]	 = {"ECHO",	NAT_ICMP_S,	  0},
};
static_assert(ARRAY_SIZE(nat_states) == NAT_STATES, "a row for each state");
/* clang-format on */

/*
 * Telling.
 */

static void session_tell(struct nat *nat, const struct nat_session *s,
			 enum reason what)
{
	const struct nat_mapping *m = s->map;
	struct endpoint in = {ip_addr_v4(m->in.addr), m->in.port};
	struct endpoint out = {ip_addr_v4(m->out.addr), m->out.port};
	struct endpoint remote = {ip_addr_v4(s->remote.addr), s->remote.port};

	PROBE(&nat->stack->place, EV_LEARN, what, NULL, EVF_EP("from", &in),
	      EVF_EP("to", &out), EVF_EP("remote", &remote),
	      EVF_NUM("proto", m->proto),
	      EVF_TEXT("state", nat_states[s->state].name));
}

/*
 * Time.
 */

static uint64_t expires_ns(const struct nat *nat, const struct nat_session *s)
{
	return s->used_ns + nat->idle_s[s->state] * NS_PER_S;
}

static struct nat_session *idle_longest(const struct nat *nat,
					enum nat_state state)
{
	return list_first_entry(&nat->by_state[state], struct nat_session,
				node);
}

static void timer_set(struct nat *nat)
{
	uint64_t first = UINT64_MAX;
	int st;

	for (st = 0; st < NAT_STATES; st++) {
		const struct nat_session *s =
			idle_longest(nat, (enum nat_state)st);

		if (s)
			first = min_u64(first, expires_ns(nat, s));
	}
	if (first == UINT64_MAX)
		stack_disarm(nat->stack, &nat->timer);
	else
		stack_arm(nat->stack, &nat->timer, first);
}

void nat_touch(struct nat *nat, struct nat_session *s)
{
	uint64_t now = stack_now(nat->stack);

	if (now - s->used_ns < TOUCH_NS)
		return;
	s->used_ns = now;
	list_move_tail(&nat->by_state[s->state], &s->node);
}

void nat_set_state(struct nat *nat, struct nat_session *s, enum nat_state to)
{
	if (s->state == to)
		return;
	check(nat_states[s->state].moves & 1u << to);
	s->state = to;
	s->used_ns = stack_now(nat->stack);
	list_move_tail(&nat->by_state[to], &s->node);
	if (expires_ns(nat, s) < nat->timer.expires_ns)
		timer_set(nat);
}

/*
 * Sessions.
 */

static void session_hashes(const struct nat *nat, const struct nat_session *s,
			   uint32_t *inside, uint32_t *outside)
{
	struct nat_key in = {s->map->proto, s->map->in, s->remote};
	struct nat_key out = {s->map->proto, s->map->out, s->remote};

	*inside = nat_key_hash(nat, &in);
	*outside = nat_key_hash(nat, &out);
}

static void session_free(struct nat *nat, struct nat_session *s)
{
	struct nat_mapping *m = s->map;
	struct nat_host *host = m->host;
	uint32_t inside, outside;

	session_hashes(nat, s, &inside, &outside);
	htab_del(&nat->by_inside, inside, s);
	htab_del(&nat->by_outside, outside, s);
	list_del(&s->node);
	list_del(&s->sibling);
	pool_put(&nat->sessions, s);
	m->sessions--;
	host->sessions--;
	nat_map_put(nat, m);
	nat_host_put(nat, host);
}

/* Of those that are not established the one idle for longest, whatever its
 * state: a flood that ends in one of them must not cost the others their
 * handshakes. */
static struct nat_session *least_real(const struct nat *nat)
{
	static const enum nat_state brief[] = {NAT_TCP_NEW, NAT_UDP_BRIEF,
					       NAT_UDP_NEW, NAT_ICMP,
					       NAT_TCP_CLOSED};
	struct nat_session *least = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(brief); i++) {
		struct nat_session *s = idle_longest(nat, brief[i]);

		if (s && (!least || s->used_ns < least->used_ns))
			least = s;
	}
	return least;
}

bool nat_make_room(struct nat *nat)
{
	struct nat_session *s;

	if (nat->sessions.in_use < nat->sessions.max)
		return true;
	s = least_real(nat);
	if (!s)
		return false;
	session_tell(nat, s, R_NAT_EXPIRE);
	session_free(nat, s);
	return true;
}

static bool session_index(struct nat *nat, struct nat_session *s)
{
	uint32_t inside, outside;

	session_hashes(nat, s, &inside, &outside);
	if (htab_add(&nat->by_inside, inside, s))
		return false;
	if (!htab_add(&nat->by_outside, outside, s))
		return true;
	htab_del(&nat->by_inside, inside, s);
	return false;
}

/* RFC 4787, REQ-5a: who asks a well-known port has his answer soon. */
static enum nat_state first_state(uint8_t proto, struct nat_end remote)
{
	if (proto == IP_PROTO_TCP)
		return NAT_TCP_NEW;
	if (proto != IP_PROTO_UDP)
		return NAT_ICMP;
	return remote.port < NAT_PORT_MIN ? NAT_UDP_BRIEF : NAT_UDP_NEW;
}

static struct nat_session *session_new(struct nat *nat, struct nat_mapping *m,
				       struct nat_host *host,
				       struct nat_end remote)
{
	struct nat_session *s = pool_get_zeroed(&nat->sessions);

	if (!s)
		return NULL;
	s->map = m;
	s->remote = remote;
	s->state = first_state(m->proto, remote);
	if (!session_index(nat, s)) {
		pool_put(&nat->sessions, s);
		return NULL;
	}
	s->used_ns = stack_now(nat->stack);
	list_add_tail(&nat->by_state[s->state], &s->node);
	list_add_tail(&m->of_mapping, &s->sibling);
	m->host = host;
	m->sessions++;
	host->sessions++;
	if (!timer_is_armed(&nat->timer) ||
	    expires_ns(nat, s) < nat->timer.expires_ns)
		timer_set(nat);
	session_tell(nat, s, R_NAT_NEW);
	return s;
}

struct nat_session *nat_session_open(struct nat *nat, struct nat_mapping *m,
				     struct nat_host *host,
				     struct nat_end remote)
{
	struct nat_session *s = m ? session_new(nat, m, host, remote) : NULL;

	if (!s && m)
		nat_map_put(nat, m);
	if (!s)
		nat_host_put(nat, host);
	return s;
}

struct nat_session *nat_open_out(struct nat *nat, uint8_t proto,
				 struct nat_end in, struct nat_end remote)
{
	struct nat_host *host =
		nat_make_room(nat) ? nat_host_get(nat, in.addr) : NULL;

	if (!host)
		return NULL;
	return nat_session_open(nat, nat_map_get(nat, proto, in), host, remote);
}

static void nat_on_timer(struct timer *t, void *arg)
{
	struct nat *nat = arg;
	uint64_t now = stack_now(nat->stack);
	int st, budget = SWEEP_MAX;

	(void)t;
	for (st = 0; st < NAT_STATES; st++) {
		struct nat_session *s;

		while ((s = idle_longest(nat, (enum nat_state)st)) &&
		       expires_ns(nat, s) <= now && budget-- > 0) {
			session_tell(nat, s, R_NAT_EXPIRE);
			session_free(nat, s);
		}
	}
	timer_set(nat);
}

/*
 * The door.
 */

bool nat_is_inside(const struct nat *nat, ip4_addr a)
{
	size_t i;

	for (i = 0; i < nat->inside_count; i++)
		if (ip4_net_has(nat->inside[i], a))
			return true;
	return false;
}

ip4_addr nat_outside_addr(const struct nat *nat)
{
	return ip_addr_of(nat->stack, nat->outside).addr;
}

static void disable(struct stack *stack)
{
	struct nat *nat = nat_of(stack);
	struct mem *mem = stack->place.env->mem;
	int st;

	for (st = 0; st < NAT_STATES; st++) {
		struct nat_session *s;

		while ((s = idle_longest(nat, (enum nat_state)st)))
			session_free(nat, s);
	}
	stack_disarm(stack, &nat->timer);
	nat_forwards_fini(nat);
	htab_fini(&nat->by_inside);
	htab_fini(&nat->by_outside);
	htab_fini(&nat->map_inside);
	htab_fini(&nat->map_outside);
	htab_fini(&nat->hosts);
	pool_fini(&nat->sessions);
	pool_fini(&nat->maps);
	pool_fini(&nat->host_pool);
	mem_free(mem, nat, sizeof(*nat));
	stack->slot[SLOT_NAT] = NULL;
}

static const struct nat_ops nat_ops = {
	.input = nat_input,
	.output = nat_output,
	.disable = disable,
};

int nat_enable(struct stack *stack, struct netif *outside,
	       const struct ip4_net *inside, size_t count)
{
	struct mem *mem = stack->place.env->mem;
	struct nat *nat;
	size_t i;

	if (count > NAT_NETS_MAX || !ip_addr_of(stack, outside).addr.v)
		return -EINVAL;
	if (nat_of(stack))
		return -EEXIST;
	nat = mem_alloc(mem, sizeof(*nat));
	if (!nat)
		return -ENOMEM;
	if (stack_new_key(stack, &nat->key)) {
		mem_free(mem, nat, sizeof(*nat));
		return -EIO;
	}
	nat->ops = &nat_ops;
	nat->stack = stack;
	nat->outside = outside;
	nat->inside_count = count;
	for (i = 0; i < count; i++)
		nat->inside[i] = inside[i];
	htab_init(&nat->by_inside, mem, 0);
	htab_init(&nat->by_outside, mem, 0);
	htab_init(&nat->map_inside, mem, 0);
	htab_init(&nat->map_outside, mem, 0);
	htab_init(&nat->hosts, mem, 0);
	pool_init(&nat->sessions, mem, "nat-session",
		  sizeof(struct nat_session), NAT_SESSIONS_MAX);
	pool_init(&nat->maps, mem, "nat-mapping", sizeof(struct nat_mapping),
		  0);
	pool_init(&nat->host_pool, mem, "nat-host", sizeof(struct nat_host), 0);
	nat->per_host_max = NAT_PER_HOST_MAX;
	for (i = 0; i < NAT_STATES; i++) {
		list_init(&nat->by_state[i]);
		nat->idle_s[i] = nat_states[i].idle_s;
	}
	timer_init(&nat->timer, nat_on_timer, nat);
	list_init(&nat->forwards);
	stack->slot[SLOT_NAT] = nat;
	return 0;
}

void nat_set_idle(struct stack *stack, enum nat_state state, uint32_t idle_s)
{
	struct nat *nat = nat_of(stack);

	if (!nat)
		return;
	nat->idle_s[state] = idle_s;
	timer_set(nat);
}

void nat_set_max(struct stack *stack, size_t total, size_t per_host)
{
	struct nat *nat = nat_of(stack);

	if (!nat)
		return;
	nat->sessions.max = total;
	nat->per_host_max = per_host;
}

void nat_for_each(struct stack *stack,
		  void (*fn)(void *arg, const struct nat_view *v), void *arg)
{
	struct nat *nat = nat_of(stack);
	int st;

	for (st = 0; nat && st < NAT_STATES; st++) {
		struct nat_session *s;

		list_for_each_entry(s, &nat->by_state[st], struct nat_session,
				    node) {
			const struct nat_mapping *m = s->map;
			struct nat_view v = {
				.proto = m->proto,
				.inside = {ip_addr_v4(m->in.addr), m->in.port},
				.outside = {ip_addr_v4(m->out.addr),
					    m->out.port},
				.remote = {ip_addr_v4(s->remote.addr),
					   s->remote.port},
				.expires_ns = expires_ns(nat, s),
				.state = nat_states[st].name,
			};

			fn(arg, &v);
		}
	}
}

size_t nat_count(const struct stack *stack)
{
	const struct nat *nat = nat_of(stack);

	return nat ? nat->sessions.in_use : 0;
}
