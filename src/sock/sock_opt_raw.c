// SPDX-License-Identifier: MIT
/*
 * sock_opt_raw.c - options of raw and packet sockets, and SO_BINDTODEVICE
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "core/netif.h"

#include "sock/sock_opt.h"
#include "sock/sock_packet.h"
#include "sock/sock_raw.h"
#include "udp/udp.h"

#define IFNAME_MAX 16

static bool is_raw(const struct sock *s)
{
	return s->ops == &sock_raw_ops;
}

static bool is_packet(const struct sock *s)
{
	return s->domain == SK_AF_PACKET;
}

/* At least a number; one octet will do, as for all of IP's options. */
static int read_int(const struct sock_optval *val, int *v)
{
	int32_t n = 0;

	if (val->len >= sizeof(n))
		memcpy(&n, val->in, sizeof(n));
	else if (val->len)
		n = *(const uint8_t *)val->in;
	else
		return -EINVAL;
	*v = n;
	return 0;
}

/* The header is the program's: for both versions the same bit. */
static bool is_header(const struct sock *s, int level, int name)
{
	if (!is_raw(s))
		return false;
	if (level == SK_IPPROTO_IP)
		return name == SK_IP_HDRINCL;
	return level == SK_IPPROTO_IPV6 && name == SK_IPV6_HDRINCL &&
	       s->domain == SK_AF_INET6;
}

static int set_header(struct sock *s, const struct sock_optval *val)
{
	int on, err = read_int(val, &on);

	if (!err)
		s->raw->has_header = on;
	return err;
}

/* An odd place is none; nor may ICMPv6 go without. */
static int set_checksum(struct sock *s, const struct sock_optval *val)
{
	int off, err = val->len < sizeof(off) ? -EINVAL : read_int(val, &off);

	if (err)
		return err;
	if (s->proto == SK_IPPROTO_ICMPV6)
		return -EINVAL;
	if (off > 0 && off & 1)
		return -EINVAL;
	s->raw->csum_off = off < 0 ? RAW_NO_CSUM : off;
	return 0;
}

static int set_filter(struct sock *s, const struct sock_optval *val,
		      size_t size)
{
	size_t n = val->len < size ? val->len : size;

	memcpy(s->raw->blocked, val->in, n);
	return 0;
}

static bool is_filter(const struct sock *s, int level, int name, size_t *size)
{
	if (!is_raw(s))
		return false;
	*size = level == SK_SOL_RAW ? sizeof(uint32_t)
				    : sizeof(s->raw->blocked);
	if (level == SK_SOL_RAW)
		return name == SK_ICMP_FILTER && s->proto == SK_IPPROTO_ICMP;
	return level == SK_IPPROTO_ICMPV6 && name == SK_ICMP6_FILTER &&
	       s->proto == SK_IPPROTO_ICMPV6;
}

static int set_member(struct sock *s, int name, const struct sock_optval *val)
{
	struct sk_packet_mreq req;

	if (val->len < sizeof(req))
		return -EINVAL;
	memcpy(&req, val->in, sizeof(req));
	return sock_packet_member(s, &req, name == SK_PACKET_ADD_MEMBERSHIP);
}

/* Streams follow their routes; there is no way to keep them on a link. */
static int bind_to(struct sock *s, struct netif *netif)
{
	if (sock_is_udp(s))
		udp_set_netif(s->udp, netif);
	else if (s->ops->opts == OPT_RAW)
		s->raw->netif = netif;
	else if (netif)
		return -EOPNOTSUPP;
	s->ifindex = netif ? netif->index : 0;
	return 0;
}

static int set_device(struct sock *s, const struct sock_optval *val)
{
	size_t n = val->len < IFNAME_MAX - 1 ? val->len : IFNAME_MAX - 1;
	char name[IFNAME_MAX] = {0};
	struct netif *netif;

	memcpy(name, val->in, n);
	if (!name[0])
		return bind_to(s, NULL);
	netif = stack_netif_by_name(s->file.stack, name);
	return netif ? bind_to(s, netif) : -ENODEV;
}

/* The same by its number. */
static int set_ifindex(struct sock *s, const struct sock_optval *val)
{
	int index, err = val->len < sizeof(index) ? -EINVAL
						  : read_int(val, &index);
	struct netif *netif;

	if (err)
		return err;
	if (index < 0)
		return -EINVAL;
	if (!index)
		return bind_to(s, NULL);
	netif = stack_netif_by_index(s->file.stack, (uint32_t)index);
	return netif ? bind_to(s, netif) : -ENODEV;
}

static int get_device(struct sock *s, struct sock_optval *val)
{
	const struct netif *netif =
		stack_netif_by_index(s->file.stack, s->ifindex);

	if (!netif) {
		val->len = 0;
		return 0;
	}
	if (val->len < IFNAME_MAX)
		return -EINVAL;
	return sock_opt_put(val, netif->name, strlen(netif->name) + 1);
}

bool sock_opt_raw_set(struct sock *s, int level, int name,
		      const struct sock_optval *val, int *err)
{
	size_t size;

	if (level == SK_SOL_SOCKET && name == SK_SO_BINDTODEVICE)
		*err = set_device(s, val);
	else if (level == SK_SOL_SOCKET && name == SK_SO_BINDTOIFINDEX)
		*err = set_ifindex(s, val);
	else if (is_filter(s, level, name, &size))
		*err = set_filter(s, val, size);
	else if (is_header(s, level, name))
		*err = set_header(s, val);
	else if (is_raw(s) && name == SK_IPV6_CHECKSUM &&
		 (level == SK_IPPROTO_IPV6 || level == SK_SOL_RAW) &&
		 s->domain == SK_AF_INET6)
		*err = set_checksum(s, val);
	else if (is_packet(s) && level == SK_SOL_PACKET &&
		 (name == SK_PACKET_ADD_MEMBERSHIP ||
		  name == SK_PACKET_DROP_MEMBERSHIP))
		*err = set_member(s, name, val);
	else
		return false;
	return true;
}

static int get_int(struct sock_optval *val, int v)
{
	int32_t n = v;

	return sock_opt_put(val, &n, sizeof(n));
}

static int get_stats(struct sock *s, struct sock_optval *val)
{
	struct sk_packet_stats st = sock_packet_stats(s);

	return sock_opt_put(val, &st, sizeof(st));
}

bool sock_opt_raw_get(struct sock *s, int level, int name,
		      struct sock_optval *val, int *err)
{
	size_t size;

	if (level == SK_SOL_SOCKET && name == SK_SO_BINDTODEVICE)
		*err = get_device(s, val);
	else if (level == SK_SOL_SOCKET && name == SK_SO_BINDTOIFINDEX)
		*err = get_int(val, (int)s->ifindex);
	else if (is_filter(s, level, name, &size))
		*err = sock_opt_put(val, s->raw->blocked, size);
	else if (is_header(s, level, name))
		*err = get_int(val, s->raw->has_header);
	else if (is_raw(s) && name == SK_IPV6_CHECKSUM &&
		 level == SK_IPPROTO_IPV6 && s->domain == SK_AF_INET6)
		*err = get_int(val, s->raw->csum_off);
	else if (is_packet(s) && level == SK_SOL_PACKET &&
		 name == SK_PACKET_STATISTICS)
		*err = get_stats(s, val);
	else
		return false;
	return true;
}
