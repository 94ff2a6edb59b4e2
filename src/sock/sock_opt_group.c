// SPDX-License-Identifier: MIT
/*
 * sock_opt_group.c - the options by which programs join groups, and send to
 *		      them
 *
 * Theory of operation
 * ===================
 * The same few wishes can be said in four languages, which came one after the
 * other; each names the group, perhaps a source, and the interface in its own
 * way:
 *
 *	IP_ADD_MEMBERSHIP	IPv4, interface by address or (ip_mreqn) number
 *	IP_ADD_SOURCE_..., IP_MSFILTER	IPv4, by address
 *	IPV6_JOIN_GROUP		IPv6, by number; knows no sources
 *	MCAST_...		both, by number (RFC 3678, 5)
 *
 * Here each is read, octet by octet, into a struct group_at and perhaps a
 * filter, and sock_group.c does it.  No interface said means the one that
 * routes say.  Errors are those of Linux, even where its languages differ.
 */

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "core/netif.h"

#include "sock/sock_group.h"
#include "sock/sock_int.h"
#include "sock/sock_opt.h"
#include "udp/udp.h"

/* Where things are in a struct group_req, group_source_req, group_filter. */
enum {
	SS_LEN = SK_SS_LEN,
	REQ_GROUP = 8,
	REQ_SOURCE = REQ_GROUP + SS_LEN,
	REQ_LEN = REQ_GROUP + SS_LEN,
	REQ_SOURCE_LEN = REQ_SOURCE + SS_LEN,
	FILTER_MODE = REQ_GROUP + SS_LEN,
	FILTER_COUNT = FILTER_MODE + 4,
	FILTER_LIST = FILTER_COUNT + 4,
};

/* In a struct ip_msfilter. */
enum { MSF_LOCAL = 4, MSF_MODE = 8, MSF_COUNT = 12, MSF_LIST = 16 };

/* struct ip_mreq, ip_mreqn, ip_mreq_source; ipv6_mreq. */
enum { MREQ_LEN = 8, MREQN_LEN = 12, MREQ_SOURCE_LEN = 12, MREQ6_LEN = 20 };

/* An interface, as programs name it. */
struct where {
	uint32_t index;
	ip4_addr local;
};

static uint32_t word(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v)); /* not from a wire: the program's own order */
	return v;
}

static struct netif *netif_with(struct stack *stack, ip4_addr addr)
{
	struct netif *n;

	list_for_each_entry(n, &stack->netifs, struct netif, node)
		if (ip4_eq(ip_addr_of(stack, n).addr, addr))
			return n;
	return NULL;
}

/* 0, -EINVAL (no group), -EPROTO (a stream joins none), -ENODEV (no such
 * interface, or no route says one). */
static int locate(const struct sock *s, struct ip_addr group,
		  const struct where *w, struct group_at *at)
{
	struct stack *stack = s->file.stack;

	if (!ip_addr_is_multicast(group))
		return -EINVAL;
	if (sock_is_tcp(s))
		return -EPROTO;
	at->group = group;
	if (w->index)
		at->netif = stack_netif_by_index(stack, w->index);
	else if (!ip4_is_zero(w->local))
		at->netif = netif_with(stack, w->local);
	else
		at->netif = ip_netif_for(stack, group);
	return at->netif ? 0 : -ENODEV;
}

static int join(struct sock *s, struct ip_addr group, const struct where *w)
{
	struct group_at at;
	int err = locate(s, group, w, &at);

	return err ? err : sock_group_join(s, &at);
}

/* IPv6: no interface said is any.  IPv4: what is no group, or not there, has
 * not been joined; to say none where no route does is another mistake. */
static int leave(struct sock *s, struct ip_addr group, const struct where *w)
{
	bool is_named = w->index || !ip4_is_zero(w->local);
	struct group_at at;
	int err = locate(s, group, w, &at);

	if (group.family == IP_V6 && !is_named && err != -EINVAL) {
		at.netif = NULL;
		err = 0;
	}
	if (err == -EINVAL && group.family == IP_V4)
		err = -EADDRNOTAVAIL;
	if (err == -ENODEV && is_named)
		err = -EADDRNOTAVAIL;
	return err ? err : sock_group_leave(s, &at);
}

/*
 * IPv4's own.
 */

static int set_member4(struct sock *s, int name, const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct ip_addr group;

	if (sock_is_tcp(s))
		return -EPROTO;
	if (len < MREQ_LEN)
		return -EINVAL;
	group = ip_addr_v4(get_ip4(p));
	w.local = get_ip4(p + 4);
	if (len >= MREQN_LEN)
		w.index = word(p + 8);
	return name == SK_IP_ADD_MEMBERSHIP ? join(s, group, &w)
					    : leave(s, group, &w);
}

static enum source_act act_of(int name)
{
	switch (name) {
	case SK_IP_BLOCK_SOURCE:
	case SK_MCAST_BLOCK_SOURCE:
		return SOURCE_BLOCK;
	case SK_IP_UNBLOCK_SOURCE:
	case SK_MCAST_UNBLOCK_SOURCE:
		return SOURCE_UNBLOCK;
	case SK_IP_ADD_SOURCE_MEMBERSHIP:
	case SK_MCAST_JOIN_SOURCE_GROUP:
		return SOURCE_ADD;
	default:
		return SOURCE_DROP;
	}
}

static int set_source4(struct sock *s, int name, const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct group_at at;
	int err;

	if (len != MREQ_SOURCE_LEN)
		return -EINVAL;
	w.local = get_ip4(p + 4);
	err = locate(s, ip_addr_v4(get_ip4(p)), &w, &at);
	return err ? err
		   : sock_group_source(s, &at, act_of(name),
				       ip_addr_v4(get_ip4(p + 8)));
}

/* Mode and count of a filter; -EINVAL, or -ENOBUFS if there are too many. */
static int filter_head(struct ip_filter *f, uint8_t family, uint32_t mode,
		       uint32_t count)
{
	if (count > sock_group_sources_max(family))
		return -ENOBUFS;
	if (mode != SK_MCAST_INCLUDE && mode != SK_MCAST_EXCLUDE)
		return -EINVAL;
	f->is_exclude = mode == SK_MCAST_EXCLUDE;
	f->count = (uint8_t)count;
	return 0;
}

/* Including nobody is to leave. */
static int filter_apply(struct sock *s, const struct group_at *at,
			const struct ip_filter *f)
{
	return f->is_exclude || f->count ? sock_group_filter(s, at, f)
					 : sock_group_leave(s, at);
}

static int set_msfilter(struct sock *s, const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct ip_filter f;
	struct group_at at;
	int err;

	if (len < MSF_LIST)
		return -EINVAL;
	err = filter_head(&f, IP_V4, word(p + MSF_MODE), word(p + MSF_COUNT));
	if (err)
		return err;
	if (len < MSF_LIST + f.count * 4U)
		return -EINVAL;
	w.local = get_ip4(p + MSF_LOCAL);
	err = locate(s, ip_addr_v4(get_ip4(p)), &w, &at);
	for (size_t i = 0; i < f.count && !err; i++)
		f.src[i] = ip_addr_v4(get_ip4(p + MSF_LIST + i * 4));
	return err ? err : filter_apply(s, &at, &f);
}

/* The request stands where the answer is to go. */
static int get_msfilter(struct sock *s, struct sock_optval *val)
{
	const struct ip_filter *f = NULL;
	struct where w = {0};
	uint8_t *p = val->out;
	struct group_at at;
	uint32_t mode, count;
	int err;

	if (val->len < MSF_LIST)
		return -EINVAL;
	w.local = get_ip4(p + MSF_LOCAL);
	err = locate(s, ip_addr_v4(get_ip4(p)), &w, &at);
	if (!err)
		f = sock_group_filter_of(s, &at);
	if (!f)
		return err ? err : -EADDRNOTAVAIL;
	mode = f->is_exclude ? SK_MCAST_EXCLUDE : SK_MCAST_INCLUDE;
	count = min_u32(word(p + MSF_COUNT), f->count);
	count = min_u32(count, (uint32_t)(val->len - MSF_LIST) / 4);
	for (uint32_t i = 0; i < count; i++)
		put_ip4(p + MSF_LIST + (size_t)i * 4, f->src[i].v4);
	memcpy(p + MSF_MODE, &mode, 4);
	mode = f->count;
	memcpy(p + MSF_COUNT, &mode, 4);
	val->len = MSF_LIST + (size_t)count * 4;
	return 0;
}

/*
 * IPv6's own.
 */

static int set_member6(struct sock *s, int name, const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct ip_addr group;

	if (len < MREQ6_LEN)
		return -EINVAL;
	if (sock_is_tcp(s))
		return -EPROTO;
	group = ip_addr_v6(get_ip6(p));
	w.index = word(p + 16);
	return name == SK_IPV6_JOIN_GROUP ? join(s, group, &w)
					  : leave(s, group, &w);
}

/*
 * Both versions'.
 */

/* An address in a struct sockaddr_storage; false: of another family. */
static bool ss_read(const uint8_t *ss, uint8_t family, struct ip_addr *a)
{
	uint16_t af;

	memcpy(&af, ss, sizeof(af));
	if (af == SK_AF_INET && family == IP_V4)
		*a = ip_addr_v4(get_ip4(ss + 4));
	else if (af == SK_AF_INET6 && family == IP_V6)
		*a = ip_addr_v6(get_ip6(ss + 8));
	else
		return false;
	return true;
}

void sk_put_ss(uint8_t ss[static SK_SS_LEN], struct ip_addr a)
{
	uint16_t af = a.family == IP_V4 ? SK_AF_INET : SK_AF_INET6;

	memset(ss, 0, SS_LEN);
	memcpy(ss, &af, sizeof(af));
	if (a.family == IP_V4)
		put_ip4(ss + 4, a.v4);
	else
		put_ip6(ss + 8, a.v6);
}

static uint8_t family_of(int level)
{
	return level == SK_IPPROTO_IP ? IP_V4 : IP_V6;
}

/* What Linux says of an address of the wrong family. */
static int wrong_family(uint8_t family)
{
	return family == IP_V4 ? -EINVAL : -EADDRNOTAVAIL;
}

static int set_member(struct sock *s, uint8_t family, int name,
		      const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct ip_addr group;

	if (len < REQ_LEN)
		return -EINVAL;
	if (!ss_read(p + REQ_GROUP, family, &group))
		return wrong_family(family);
	w.index = word(p);
	return name == SK_MCAST_JOIN_GROUP ? join(s, group, &w)
					   : leave(s, group, &w);
}

static int set_source(struct sock *s, uint8_t family, int name,
		      const uint8_t *p, size_t len)
{
	struct where w = {0};
	struct ip_addr group, src;
	struct group_at at;
	int err;

	if (len < REQ_SOURCE_LEN)
		return -EINVAL;
	if (!ss_read(p + REQ_GROUP, family, &group) ||
	    !ss_read(p + REQ_SOURCE, family, &src))
		return -EADDRNOTAVAIL;
	w.index = word(p);
	err = locate(s, group, &w, &at);
	return err ? err : sock_group_source(s, &at, act_of(name), src);
}

static int set_filter(struct sock *s, uint8_t family, const uint8_t *p,
		      size_t len)
{
	struct where w = {0};
	struct ip_addr group;
	struct ip_filter f;
	struct group_at at;
	int err;

	if (len < FILTER_LIST)
		return -EINVAL;
	err = filter_head(&f, family, word(p + FILTER_MODE),
			  word(p + FILTER_COUNT));
	if (err)
		return err;
	if (len < FILTER_LIST + (size_t)f.count * SS_LEN ||
	    !ss_read(p + REQ_GROUP, family, &group))
		return -EINVAL;
	w.index = word(p);
	err = locate(s, group, &w, &at);
	for (size_t i = 0; i < f.count && !err; i++)
		if (!ss_read(p + FILTER_LIST + i * SS_LEN, family, &f.src[i]))
			err = -EADDRNOTAVAIL;
	return err ? err : filter_apply(s, &at, &f);
}

static int get_filter(struct sock *s, uint8_t family, struct sock_optval *val)
{
	const struct ip_filter *f = NULL;
	struct where w = {0};
	struct ip_addr group;
	uint8_t *p = val->out;
	struct group_at at;
	uint32_t mode, count;
	int err;

	if (val->len < FILTER_LIST)
		return -EINVAL;
	if (!ss_read(p + REQ_GROUP, family, &group))
		return wrong_family(family);
	w.index = word(p);
	err = locate(s, group, &w, &at);
	if (!err)
		f = sock_group_filter_of(s, &at);
	if (!f)
		return err ? err : -EADDRNOTAVAIL;
	mode = f->is_exclude ? SK_MCAST_EXCLUDE : SK_MCAST_INCLUDE;
	count = min_u32(word(p + FILTER_COUNT), f->count);
	count = min_u32(count, (uint32_t)(val->len - FILTER_LIST) / SS_LEN);
	for (uint32_t i = 0; i < count; i++)
		sk_put_ss(p + FILTER_LIST + (size_t)i * SS_LEN, f->src[i]);
	memcpy(p + FILTER_MODE, &mode, 4);
	mode = f->count;
	memcpy(p + FILTER_COUNT, &mode, 4);
	val->len = FILTER_LIST + (size_t)count * SS_LEN;
	return 0;
}

/*
 * Sending.
 */

void sock_group_apply(struct sock *s)
{
	struct udp_group_conf c4 = {
		.ttl = (uint8_t)s->opts->group_ttl,
		.no_loop = !s->opts->group_loop,
		.index = (uint32_t)s->opts->group_if,
	};
	const struct udp_group_conf c6 = {
		.ttl = (uint8_t)s->opts->group_hops,
		.no_loop = !s->opts->group_loop6,
		.index = (uint32_t)s->opts->group_if6,
	};

	if (!sock_is_udp(s))
		return;
	if (!ip4_is_zero(s->opts->group_if_addr))
		c4.src = ip_addr_v4(s->opts->group_if_addr);
	udp_set_group(s->udp, IP_V4, &c4);
	udp_set_group(s->udp, IP_V6, &c6);
}

static int apply(struct sock *s)
{
	sock_group_apply(s);
	return 0;
}

/* Receiving asks when it needs to know. */
static int apply_all(struct sock *s)
{
	(void)s;
	return 0;
}

static int apply_if6(struct sock *s)
{
	uint32_t index = (uint32_t)s->opts->group_if6;

	if (index && !stack_netif_by_index(s->file.stack, index))
		return -ENODEV;
	sock_group_apply(s);
	return 0;
}

/* An address, a struct ip_mreq, or a struct ip_mreqn: all are in use. */
static int set_if4(struct sock *s, const uint8_t *p, size_t len)
{
	struct netif *netif = NULL;
	struct where w = {0};

	if (len < 4 || sock_is_tcp(s))
		return -EINVAL;
	w.local = get_ip4(p + (len >= MREQ_LEN ? 4 : 0));
	if (len >= MREQN_LEN)
		w.index = word(p + 8);
	if (w.index)
		netif = stack_netif_by_index(s->file.stack, w.index);
	else if (!ip4_is_zero(w.local))
		netif = netif_with(s->file.stack, w.local);
	if (!netif && (w.index || !ip4_is_zero(w.local)))
		return -EADDRNOTAVAIL;
	s->opts->group_if = netif ? (int)netif->index : 0;
	s->opts->group_if_addr = w.local;
	sock_group_apply(s);
	return 0;
}

static int get_if4(struct sock *s, struct sock_optval *val)
{
	uint8_t addr[4];

	put_ip4(addr, s->opts->group_if_addr);
	return sock_opt_put(val, addr, sizeof(addr));
}

/* clang-format off */
#define AT(field) SOCK_OPT_AT(field)
#define IP SK_IPPROTO_IP
#define IP6 SK_IPPROTO_IPV6
static const struct opt_row rows[] = {
{IP, SK_IP_MULTICAST_TTL, OPT_INET | OPT_NO_SET | OPT_DEFAULT, AT(group_ttl), 0, 255, apply, NULL},
{IP, SK_IP_MULTICAST_LOOP, OPT_INET | OPT_BOOL, AT(group_loop), INT_MIN, INT_MAX, apply, NULL},
{IP, SK_IP_MULTICAST_ALL, OPT_INET, AT(group_all), 0, 1, apply_all, NULL},
{IP6, SK_IPV6_MULTICAST_HOPS, OPT_DGRAM | OPT_RAW | OPT_DEFAULT, AT(group_hops), 0, 255, apply, NULL},
{IP6, SK_IPV6_MULTICAST_LOOP, OPT_INET, AT(group_loop6), 0, 1, apply, NULL},
{IP6, SK_IPV6_MULTICAST_IF, OPT_DGRAM | OPT_RAW, AT(group_if6), INT_MIN, INT_MAX, apply_if6, NULL},
{IP6, SK_IPV6_MULTICAST_ALL, OPT_INET | OPT_BOOL, AT(group_all6), INT_MIN, INT_MAX, apply_all, NULL},
};
static_assert(ARRAY_SIZE(rows) == 7, "sending to groups, and IP_MULTICAST_ALL");
/* clang-format on */

const struct opt_table sock_opt_group_table = {rows, ARRAY_SIZE(rows)};

/*
 * Which of them is it?
 */

static bool is_v6(const struct sock *s)
{
	return s->domain == SK_AF_INET6;
}

/* One of RFC 3678, 5; false: another option. */
static bool set_both(struct sock *s, int level, int name,
		     const struct sock_optval *val, int *err)
{
	uint8_t family = family_of(level);

	if (name < SK_MCAST_JOIN_GROUP || name > SK_MCAST_MSFILTER)
		return false;
	if (name == SK_MCAST_JOIN_GROUP || name == SK_MCAST_LEAVE_GROUP)
		*err = set_member(s, family, name, val->in, val->len);
	else if (name == SK_MCAST_MSFILTER)
		*err = set_filter(s, family, val->in, val->len);
	else
		*err = set_source(s, family, name, val->in, val->len);
	return true;
}

static bool set_4(struct sock *s, int name, const struct sock_optval *val,
		  int *err)
{
	if (name == SK_IP_ADD_MEMBERSHIP || name == SK_IP_DROP_MEMBERSHIP)
		*err = set_member4(s, name, val->in, val->len);
	else if (name >= SK_IP_UNBLOCK_SOURCE &&
		 name <= SK_IP_DROP_SOURCE_MEMBERSHIP)
		*err = set_source4(s, name, val->in, val->len);
	else if (name == SK_IP_MSFILTER)
		*err = set_msfilter(s, val->in, val->len);
	else if (name == SK_IP_MULTICAST_IF)
		*err = set_if4(s, val->in, val->len);
	else
		return set_both(s, SK_IPPROTO_IP, name, val, err);
	return true;
}

bool sock_opt_group_set(struct sock *s, int level, int name,
			const struct sock_optval *val, int *err)
{
	if (level == SK_IPPROTO_IP && sock_is_inet(s))
		return set_4(s, name, val, err);
	if (level != SK_IPPROTO_IPV6 || !is_v6(s))
		return false;
	if (name == SK_IPV6_JOIN_GROUP || name == SK_IPV6_LEAVE_GROUP) {
		*err = set_member6(s, name, val->in, val->len);
		return true;
	}
	return set_both(s, level, name, val, err);
}

bool sock_opt_group_get(struct sock *s, int level, int name,
			struct sock_optval *val, int *err)
{
	bool is_mine = (level == SK_IPPROTO_IP && sock_is_inet(s)) ||
		       (level == SK_IPPROTO_IPV6 && is_v6(s));

	if (is_mine && name == SK_MCAST_MSFILTER)
		*err = get_filter(s, family_of(level), val);
	else if (is_mine && level == SK_IPPROTO_IP && name == SK_IP_MSFILTER)
		*err = get_msfilter(s, val);
	else if (is_mine && level == SK_IPPROTO_IP &&
		 name == SK_IP_MULTICAST_IF)
		*err = get_if4(s, val);
	else
		return false;
	return true;
}
