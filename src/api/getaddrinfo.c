// SPDX-License-Identifier: MIT
/*
 * getaddrinfo.c - addresses of a host and port of a service (RFC 3493, 6.1)
 *
 * Theory of operation
 * ===================
 *	hints ---> check
 *	service -> number, table of services
 *	node ----> none: this host; address as text; hosts; name servers
 *	              |
 *	           order (RFC 6724, 6), one entry for each kind of socket
 */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "api/api_int.h"
#include "api/names.h"
#include "api/sockaddr.h"
#include "ip/ip.h"
#include "sock/sock.h"

#define FLAGS                                                                \
	(AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | \
	 AI_ADDRCONFIG | AI_NUMERICSERV)

/* A kind of socket that there may be; @port once it is known. */
static const struct kind {
	int type, proto;
} kinds[] = {
	{SOCK_STREAM, IPPROTO_TCP},
	{SOCK_DGRAM, IPPROTO_UDP},
	{SOCK_RAW, 0},
};

#define KINDS ARRAY_SIZE(kinds)

/* A call under way. */
struct search {
	struct weft_stack *ws;
	const char *node, *service;
	int flags, family, type, proto;
	int port[KINDS]; /* -1: not of that kind */
	struct names names;
};

static bool wants(const struct search *s, int family)
{
	return s->family == AF_UNSPEC || s->family == family;
}

static int check_hints(const struct search *s)
{
	if (!s->node && !s->service)
		return EAI_NONAME;
	if (s->flags & ~FLAGS || (s->flags & AI_CANONNAME && !s->node))
		return EAI_BADFLAGS;
	if (s->family != AF_UNSPEC && s->family != AF_INET &&
	    s->family != AF_INET6)
		return EAI_FAMILY;
	return 0;
}

static bool kind_is_wanted(const struct search *s, const struct kind *k)
{
	if (s->type && s->type != k->type)
		return false;
	return !s->proto || !k->proto || s->proto == k->proto;
}

/* A number that is a port, or -1. */
static int port_number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n > 65535)
		return -1;
	return (int)n;
}

/* The port of each kind.  A service that has a name is of TCP or UDP. */
static int find_ports(struct search *s)
{
	int number = s->service ? port_number(s->service) : 0, found = 0;
	bool is_kind = false;
	size_t i;

	if (number < 0 && s->flags & AI_NUMERICSERV)
		return EAI_NONAME;
	if (s->service && s->type == SOCK_RAW) /* which has no ports */
		return EAI_SERVICE;
	for (i = 0; i < KINDS; i++) {
		s->port[i] = -1;
		if (!kind_is_wanted(s, &kinds[i]))
			continue;
		is_kind = true;
		if (number >= 0)
			s->port[i] = number;
		else if (kinds[i].proto)
			s->port[i] = service_port(s->service,
						  kinds[i].type == SOCK_DGRAM);
		found += s->port[i] >= 0;
	}
	if (!is_kind)
		return EAI_SOCKTYPE;
	return found ? 0 : EAI_SERVICE;
}

static void add(struct search *s, struct ip_addr a)
{
	if (s->names.count < (int)ARRAY_SIZE(s->names.addr))
		s->names.addr[s->names.count++] = a;
}

static int this_host(struct search *s)
{
	bool is_any = s->flags & AI_PASSIVE;

	if (wants(s, AF_INET))
		add(s, ip_addr_v4(is_any ? IP4_ANY : IP4_LOOPBACK));
	if (wants(s, AF_INET6))
		add(s, ip_addr_v6(is_any ? IP6_ANY : IP6_LOOPBACK));
	return 0;
}

/* "fe80::1%eth0", or with the interface's number. */
static bool parse_v6(struct stack *stack, const char *text, struct ip_addr *a)
{
	const char *zone = strchr(text, '%');
	size_t n = zone ? (size_t)(zone - text) : strlen(text);
	char addr[IP6_TEXT];
	struct netif *netif;
	ip6_addr v6;
	int index;

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, text, n);
	addr[n] = '\0';
	if (ip6_parse(&v6, addr))
		return false;
	*a = ip_addr_v6(v6);
	if (!zone)
		return true;
	netif = stack_netif_by_name(stack, zone + 1);
	index = netif ? (int)netif->index : port_number(zone + 1);
	a->zone = (uint16_t)(index > 0 ? index : 0);
	return index > 0;
}

static struct ip_addr mapped(ip4_addr a)
{
	ip6_addr to = {.o = {[10] = 0xff, [11] = 0xff}};

	put_ip4(to.o + 12, a);
	return ip_addr_v6(to);
}

/* An address as text: 0, an error (negative), or 1 if it is a name.  inet_aton() knows
 * all the forms that people have used. */
static int numeric(struct search *s)
{
	struct ip_addr a;
	ip4_addr v4;

	if (sockaddr_parse_v4(s->node, &v4.v)) {
		if (wants(s, AF_INET))
			add(s, ip_addr_v4(v4));
		else if (s->flags & AI_V4MAPPED)
			add(s, mapped(v4));
		else
			return EAI_ADDRFAMILY;
		return 0;
	}
	if (!parse_v6(s->ws->stack, s->node, &a))
		return 1;
	if (!wants(s, AF_INET6) && ip6_is_mapped(a.v6))
		a = ip_addr_v4(get_ip4(a.v6.o + 12));
	else if (!wants(s, AF_INET6))
		return EAI_ADDRFAMILY;
	add(s, a);
	return 0;
}

static void note_v4(void *arg, const struct netif *netif, struct ip4_net net)
{
	(void)netif;
	*(bool *)arg |= !ip4_is_loopback(net.addr);
}

/* AI_ADDRCONFIG: what this host could not speak is not worth knowing. */
static bool is_spoken(const struct search *s, int family)
{
	bool has_v4 = false;

	if (!(s->flags & AI_ADDRCONFIG))
		return true;
	if (family == AF_INET6)
		return sk_has_ip6(s->ws->stack);
	ip_addr_for_each(s->ws->stack, note_v4, &has_v4);
	return has_v4;
}

/* Addresses of one family from the servers, added. */
static int ask(struct search *s, int family, bool is_mapped)
{
	uint16_t type = family == AF_INET ? DNS_TYPE_A : DNS_TYPE_AAAA;
	struct dns_answer a;
	int i, err = names_ask(s->ws, s->node, type, &a);

	if (err)
		return err;
	for (i = 0; i < a.count; i++)
		add(s, is_mapped ? mapped(a.addr[i].v4) : a.addr[i]);
	if (a.count)
		memcpy(s->names.canon, a.canon, sizeof(a.canon));
	return a.count ? 0 : EAI_NODATA;
}

#define NOT_ASKED 1

/* One that worked is worth more than one that did not. */
static int better(int a, int b)
{
	if (b == NOT_ASKED)
		return a;
	if (!a || !b)
		return 0;
	return a == EAI_NODATA || b == EAI_NODATA ? EAI_NODATA : a;
}

static int ask_servers(struct search *s)
{
	int err = NOT_ASKED;

	if (!s->ws->dns_count)
		return EAI_NONAME;
	if (wants(s, AF_INET6) && is_spoken(s, AF_INET6))
		err = ask(s, AF_INET6, false);
	if (err == EAI_NONAME)
		return err;
	if (wants(s, AF_INET) && is_spoken(s, AF_INET))
		return better(ask(s, AF_INET, false), err);
	if (s->family == AF_INET6 && s->flags & AI_V4MAPPED &&
	    (s->flags & AI_ALL || err))
		return better(ask(s, AF_INET, true), err);
	return err == NOT_ASKED ? EAI_NODATA : err;
}

static uint8_t family_of(const struct search *s)
{
	if (s->family == AF_UNSPEC)
		return IP_NONE;
	return s->family == AF_INET6 ? IP_V6 : IP_V4;
}

static int find_addrs(struct search *s)
{
	int err;

	if (!s->node)
		return this_host(s);
	err = numeric(s);
	if (err <= 0)
		return err;
	if (s->flags & AI_NUMERICHOST)
		return EAI_NONAME;
	names_in_hosts(s->ws, s->node, family_of(s), &s->names);
	if (s->names.count)
		return 0;
	if (dns_name_eq(s->node, "localhost")) {
		s->flags &= ~AI_PASSIVE;
		return this_host(s);
	}
	return ask_servers(s);
}

/* An entry and its address, in one piece of memory. */
struct entry {
	struct addrinfo ai;
	struct sockaddr_storage addr;
	char canon[DNS_NAME_TEXT];
};

static struct entry *entry_new(const struct search *s, struct ip_addr addr,
			       size_t kind)
{
	const struct endpoint ep = {addr, (uint16_t)s->port[kind]};
	struct entry *e = calloc(1, sizeof(*e));
	socklen_t len = sizeof(e->addr);

	if (!e)
		return NULL;
	sockaddr_from_endpoint(&ep, (void *)&e->addr, &len);
	e->ai.ai_flags = s->flags;
	e->ai.ai_family = addr.family == IP_V6 ? AF_INET6 : AF_INET;
	e->ai.ai_socktype = kinds[kind].type;
	e->ai.ai_protocol = kinds[kind].proto ? kinds[kind].proto : s->proto;
	e->ai.ai_addrlen = len;
	e->ai.ai_addr = (void *)&e->addr;
	return e;
}

/* Only the first entry has the name. */
static void name_first(const struct search *s, struct entry *e)
{
	const char *name = s->names.canon[0] ? s->names.canon : s->node;

	if (!(s->flags & AI_CANONNAME))
		return;
	snprintf(e->canon, sizeof(e->canon), "%s", name);
	e->ai.ai_canonname = e->canon;
}

static int make_list(const struct search *s, struct addrinfo **res)
{
	struct addrinfo **tail = res;
	size_t k;
	int i;

	*res = NULL;
	for (i = 0; i < s->names.count; i++)
		for (k = 0; k < KINDS; k++) {
			struct entry *e;

			if (s->port[k] < 0)
				continue;
			e = entry_new(s, s->names.addr[i], k);
			if (!e) {
				weft_freeaddrinfo(*res);
				return EAI_MEMORY;
			}
			if (tail == res)
				name_first(s, e);
			*tail = &e->ai;
			tail = &e->ai.ai_next;
		}
	return 0;
}

int weft_getaddrinfo(struct weft_stack *ws, const char *node,
		     const char *service, const struct addrinfo *hints,
		     struct addrinfo **res)
{
	API_CALL(ws);
	struct search s = {
		.ws = ws,
		.node = node,
		.service = service,
		.flags = hints ? hints->ai_flags : AI_V4MAPPED | AI_ADDRCONFIG,
		.family = hints ? hints->ai_family : AF_UNSPEC,
		.type = hints ? hints->ai_socktype : 0,
		.proto = hints ? hints->ai_protocol : 0,
	};
	int err = check_hints(&s);

	if (!err)
		err = find_ports(&s);
	if (!err)
		err = find_addrs(&s);
	if (err)
		return err;
	sk_dest_sort(call.stack, s.names.addr, (size_t)s.names.count);
	return make_list(&s, res);
}

void weft_freeaddrinfo(struct addrinfo *res)
{
	while (res) {
		struct addrinfo *next = res->ai_next;

		free(container_of(res, struct entry, ai));
		res = next;
	}
}
