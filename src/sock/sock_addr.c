// SPDX-License-Identifier: MIT
/*
 * sock_addr.c - between the addresses of programs and those of transports
 *
 * Theory of operation
 * ===================
 * To TCP and UDP an address says itself of which version it is.  To a program
 * the socket says it: all addresses of an AF_INET6 socket are IPv6 ones, and
 * an IPv4 peer looks like ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2; RFC 3493, 3.7).
 * Both directions go through here and nowhere else:
 *
 *	program (AF_INET6)	       transport
 *	[::]:80			<-->   any of both versions, port 80
 *	[::]:80, IPV6_V6ONLY	<-->   [::]:80
 *	[::ffff:10.0.0.1]:80	<-->   10.0.0.1:80
 *	[2001:db8::1]:80	<-->   [2001:db8::1]:80
 *	[fe80::1%2]:80		<-->   the same; without the zone it is nobody
 *
 * An AF_INET socket knows IPv4 addresses only.  Errors are those of Linux.
 */

#include <errno.h>
#include <string.h>

#include "ip6/ip6.h"
#include "sock/sock_int.h"

static bool is_v6(const struct sock *s)
{
	return s->domain == SK_AF_INET6;
}

/* The IPv4 address in IPv6 clothes. */
static ip4_addr undress(ip6_addr a)
{
	return get_ip4(a.o + 12);
}

static ip6_addr dress(ip4_addr a)
{
	ip6_addr to = {.o = {[10] = 0xff, [11] = 0xff}};

	put_ip4(to.o + 12, a);
	return to;
}

struct ip_addr sock_addr_any(const struct sock *s)
{
	if (!is_v6(s))
		return ip_addr_v4(IP4_ANY);
	if (s->opts->v6only)
		return ip_addr_v6(IP6_ANY);
	return (struct ip_addr){0};
}

/* A link-local address without a link: the one the socket is bound to, if any.
 * -EINVAL: none (RFC 4007, 6). */
static int find_zone(const struct sock *s, struct ip_addr *a)
{
	if (a->family != IP_V6 || !ip6_is_link_local(a->v6)) {
		a->zone = a->family == IP_V6 && ip6_is_multicast(a->v6)
				  ? a->zone
				  : 0;
		return 0;
	}
	if (!a->zone)
		a->zone = s->ops->local(s).addr.zone;
	return a->zone ? 0 : -EINVAL;
}

int sock_addr_to_bind(const struct sock *s, const struct endpoint *from,
		      struct endpoint *to)
{
	*to = *from;
	if (!is_v6(s))
		return from->addr.family == IP_V4 ? 0 : -EAFNOSUPPORT;
	if (from->addr.family != IP_V6)
		return from->addr.family == IP_V4 ? -EINVAL : -EAFNOSUPPORT;
	if (ip6_is_zero(from->addr.v6)) {
		to->addr = sock_addr_any(s);
		return 0;
	}
	if (!ip6_is_mapped(from->addr.v6))
		return find_zone(s, &to->addr);
	to->addr = ip_addr_v4(undress(from->addr.v6));
	return s->opts->v6only ? -EINVAL : 0;
}

/* "This host" may be written as no address at all, as in Linux. */
static void name_loopback(const struct sock *s, struct ip_addr *a)
{
	bool is_mapped = s->ops->local(s).addr.family == IP_V4;

	if (!ip_addr_is_zero(*a))
		return;
	if (a->family == IP_V4 || is_mapped)
		*a = ip_addr_v4(IP4_LOOPBACK);
	else
		*a = ip_addr_v6(IP6_LOOPBACK);
}

/* A plain IPv4 address, given to an AF_INET6 socket. */
static int foreign_peer(const struct sock *s)
{
	if (s->ops->type == SK_SOCK_STREAM)
		return -EINVAL;
	return s->opts->v6only ? -EAFNOSUPPORT : 0;
}

int sock_addr_to_peer(const struct sock *s, const struct endpoint *from,
		      struct endpoint *to)
{
	int err = 0;

	*to = *from;
	if (from->addr.family == IP_NONE)
		return 0;
	if (!is_v6(s) && from->addr.family != IP_V4)
		return -EAFNOSUPPORT;
	if (is_v6(s) && from->addr.family == IP_V4)
		err = foreign_peer(s);
	else if (is_v6(s) && ip6_is_mapped(from->addr.v6)) {
		to->addr = ip_addr_v4(undress(from->addr.v6));
		err = s->opts->v6only ? -ENETUNREACH : 0;
	}
	if (err)
		return err;
	name_loopback(s, &to->addr);
	return find_zone(s, &to->addr);
}

void sock_addr_for_user(const struct sock *s, struct endpoint *ep)
{
	if (is_v6(s) && ep->addr.family == IP_V4)
		ep->addr = ip_addr_v6(dress(ep->addr.v4));
}

int sock_addr_bind_any(struct sock *s)
{
	const struct endpoint any = {.addr = sock_addr_any(s)};

	if (!is_v6(s) || s->ops->local(s).port)
		return 0;
	return s->ops->bind(s, &any);
}

const char *sk_dest_why(struct stack *stack, struct ip_addr first,
			struct ip_addr second)
{
	return ip6_dest_why(stack, first, second);
}

void sk_dest_sort(struct stack *stack, struct ip_addr *list, size_t count)
{
	ip6_dest_sort(stack, list, count);
}

static void note_address(void *arg, const struct ip6_addr_info *a)
{
	bool *has = arg;
	bool is_ours = a->state == IP6_PREFERRED || a->state == IP6_DEPRECATED;

	*has |= is_ours && !ip6_is_link_local(a->net.addr) &&
		!ip6_is_loopback(a->net.addr);
}

bool sk_has_ip6(const struct stack *stack)
{
	bool has = false;

	ip6_addr_for_each(stack, note_address, &has);
	return has;
}
