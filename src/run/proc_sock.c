// SPDX-License-Identifier: MIT
/*
 * proc_sock.c - /proc/net/tcp and its kin: the sockets of a lab host
 *
 * Limits
 * ------
 * Timers and counters of references are not told: they are 0 and 1.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/check.h"

#include "run/desc.h"
#include "run/net_file.h"
#include "run/sockets.h"
#include "vnet/vnet.h"

static const char tcp_head[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
	"retrnsmt   uid  timeout inode\n";
static const char tcp6_head[] =
	"  sl  local_address                         remote_address            "
	"            st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
	"inode\n";
static const char udp_head[] =
	"   sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
	"retrnsmt   uid  timeout inode ref pointer drops\n";
static const char udp6_head[] =
	"   sl  local_address                         remote_address           "
	"             st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
	"inode ref pointer drops\n";

/* The files, and which sockets are in each. */
/* clang-format off */
static const struct sock_file {
	const char *name, *head;
	int family, proto;
} sock_files[] = {
	{"icmp",  udp_head,  AF_INET,  IPPROTO_ICMP},
	{"icmp6", udp6_head, AF_INET6, IPPROTO_ICMP},
	{"raw",   udp_head,  AF_INET,  IPPROTO_RAW},
	{"raw6",  udp6_head, AF_INET6, IPPROTO_RAW},
	{"tcp",   tcp_head,  AF_INET,  IPPROTO_TCP},
	{"tcp6",  tcp6_head, AF_INET6, IPPROTO_TCP},
	{"udp",   udp_head,  AF_INET,  IPPROTO_UDP},
	{"udp6",  udp6_head, AF_INET6, IPPROTO_UDP},
};
/* clang-format on */

/* A file that is being written, and its lines so far. */
struct table {
	const struct net_file *f;
	const struct sock_file *kind;
	unsigned int line;
};

/* Each group of four octets is a number of this machine. */
static void put_addr(struct strbuf *out, struct ip_addr a, int family)
{
	uint8_t o[16] = {0};
	uint32_t v[4];
	size_t words = family == AF_INET ? 1 : 4;

	if (a.family == IP_V6) {
		put_ip6(o, a.v6);
	} else if (words == 1) {
		put_ip4(o, a.v4);
	} else if (a.family == IP_V4 && !ip4_is_zero(a.v4)) {
		o[10] = o[11] = 0xff;
		put_ip4(o + 12, a.v4);
	}
	memcpy(v, o, sizeof(v));
	for (size_t i = 0; i < words; i++)
		strbuf_printf(out, "%08X", v[i]);
}

static void put_end(struct strbuf *out, const struct endpoint *ep, int family)
{
	put_addr(out, ep->addr, family);
	strbuf_printf(out, ":%04X ", ep->port);
}

static void put_line(const struct socket_view *v, void *arg)
{
	struct table *t = arg;
	struct strbuf *out = t->f->out;
	unsigned long inode = v->desc ? (unsigned long)v->desc->inode : 0;

	if (v->family != t->kind->family || v->proto != t->kind->proto ||
	    (v->proto == IPPROTO_TCP && v->state == TCP_CLOSE))
		return;
	strbuf_printf(out, "%*u: ", v->proto == IPPROTO_TCP ? 4 : 5, t->line++);
	put_end(out, &v->info->local, v->family);
	put_end(out, &v->info->peer, v->family);
	strbuf_printf(out,
		      "%02X %08zX:%08zX 00:00000000 00000000 %5u        0 %lu "
		      "1 0000000000000000 %s\n",
		      (unsigned int)v->state, v->info->send_queue,
		      v->info->recv_queue, 0U, inode,
		      v->proto == IPPROTO_TCP ? "100 0 0 10 0" : "0");
}

int proc_sock_put(const struct net_file *f, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sock_files); i++) {
		struct table t = {.f = f, .kind = &sock_files[i]};

		if (strcmp(name, t.kind->name) != 0)
			continue;
		strbuf_puts(f->out, t.kind->head);
		sockets_for_each(f->sup, f->host, put_line, &t);
		return 0;
	}
	return -ENOENT;
}

struct sums {
	unsigned int all, tcp, udp, raw;
};

static void count(const struct socket_view *v, void *arg)
{
	struct sums *s = arg;

	s->all++;
	s->tcp += v->proto == IPPROTO_TCP && v->family == AF_INET;
	s->udp += v->proto == IPPROTO_UDP && v->family == AF_INET;
	s->raw += v->proto == IPPROTO_RAW && v->family == AF_INET;
}

void proc_net_sockstat(const struct net_file *f)
{
	struct sums s = {0};

	sockets_for_each(f->sup, f->host, count, &s);
	strbuf_printf(f->out,
		      "sockets: used %u\nTCP: inuse %u orphan 0 tw 0 alloc %u "
		      "mem 0\nUDP: inuse %u mem 0\nRAW: inuse %u\n",
		      s.all, s.tcp, s.tcp, s.udp, s.raw);
}
