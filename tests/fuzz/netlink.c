// SPDX-License-Identifier: MIT
/*
 * netlink.c - fuzz target: any octets as questions of netlink, and as a filter
 *
 * A host with addresses, routes and sockets is asked; memory may be short.
 * Whatever the question, what is answered is a row of whole messages whose
 * lengths are right, and those of their attributes too.
 *
 * The same octets are a socket filter, if the kernel would take them for one:
 * it has to end, and to read no further than its packet.
 */
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "ip/ip.h"
#include "ip6/ip6_conf.h"
#include "run/bpf.h"
#include "run/nl.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

enum { FILTER_MAX = 64, PACKET = 40 };

static struct host *build(struct world *w)
{
	struct ip4_net net = {.addr = ip4_make(10, 0, 0, 1), .len = 24};
	struct endpoint local = {.addr = ip_addr_v4(net.addr), .port = 80};
	struct host *h = world_add_host(w, "a");
	struct port *port = h ? host_add_port(h, NULL) : NULL;
	int fd;

	if (!port || ip_addr_add(&h->stack, &port->netif, net) ||
	    ip6_enable(&h->stack, &port->netif))
		return NULL;
	fd = sk_socket(&h->stack, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !sk_bind(&h->stack, fd, &local))
		(void)sk_listen(&h->stack, fd, 1);
	(void)sk_socket(&h->stack, AF_INET6, SOCK_DGRAM, 0);
	return h;
}

/* Octets in front of a message's attributes; 0: it has none. */
static size_t fixed_of(const struct nlmsghdr *h, bool is_diag)
{
	static const size_t fixed[] = {
		sizeof(struct ifinfomsg), sizeof(struct ifaddrmsg),
		sizeof(struct rtmsg), 12 /* struct ndmsg */};
	size_t kind = (h->nlmsg_type - (size_t)RTM_BASE) / 4;

	if (h->nlmsg_type < RTM_BASE)
		return 0; /* errors, ends */
	if (is_diag)
		return sizeof(struct inet_diag_msg);
	return kind < ARRAY_SIZE(fixed) ? fixed[kind] : 0;
}

/* A message's attributes fill it to its end. */
static void check_attrs(const uint8_t *msg, const struct nlmsghdr *h,
			bool is_diag)
{
	size_t fixed = fixed_of(h, is_diag), at = sizeof(*h) + fixed;

	while (fixed && at < h->nlmsg_len) {
		struct nlattr a;

		check(h->nlmsg_len - at >= sizeof(a));
		memcpy(&a, msg + at, sizeof(a));
		check(a.nla_len >= sizeof(a) && a.nla_len <= h->nlmsg_len - at);
		at += NLMSG_ALIGN((size_t)a.nla_len);
	}
}

static void check_reply(const struct strbuf *text, bool is_diag)
{
	const uint8_t *octets = (const uint8_t *)text->text;
	size_t at = 0;

	while (!text->error && at < text->len) {
		struct nlmsghdr h;

		check(text->len - at >= sizeof(h));
		memcpy(&h, octets + at, sizeof(h));
		check(h.nlmsg_len >= sizeof(h));
		check(h.nlmsg_len <= text->len - at);
		check_attrs(octets + at, &h, is_diag);
		at += NLMSG_ALIGN((size_t)h.nlmsg_len);
	}
}

static void ask(const uint8_t *data, size_t size, uint8_t how)
{
	struct supervisor sup = {.signals = {.fd = -1}};
	struct nl_reply reply = {.port = 1};
	struct nl_talk talk = {
		.sup = &sup,
		.proto = how & 1 ? NETLINK_SOCK_DIAG : NETLINK_ROUTE,
		.is_strict = how & 2,
		.is_brief = how & 4,
	};
	struct mem mem;
	struct world *w;

	fuzz_mem_init(&mem, how & 8 ? how : 0);
	list_init(&sup.all);
	strbuf_init(&reply.text, &mem);
	w = world_new(&mem, 1);
	if (w)
		talk.host = build(w);
	if (talk.host) {
		nl_ask_all(&talk, data, size, &reply);
		check_reply(&reply.text, how & 1);
	}
	strbuf_fini(&reply.text);
	if (w)
		(void)world_free(w);
	fuzz_mem_fini(&mem);
}

/* Codes that stand for none, jumps too far: it refuses them. */
static bool is_valid(struct sock_filter *code, size_t count)
{
	struct sock_fprog prog = {(unsigned short)count, code};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	bool is_ok = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER,
					    &prog, sizeof(prog));

	if (fd >= 0)
		close(fd);
	return is_ok;
}

static void filter(const uint8_t *data, size_t size)
{
	struct sock_filter code[FILTER_MAX];
	size_t count = min_size(size / sizeof(code[0]), FILTER_MAX - 1);
	uint8_t *packet = malloc(PACKET); /* its end is watched */
	const struct bpf_packet p = {packet, PACKET, 14, 0x0800, 1, 0, 1};

	if (!packet)
		return;
	memset(packet, 0x45, PACKET);
	memcpy(code, data, count * sizeof(code[0]));
	code[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	if (is_valid(code, count))
		(void)bpf_run(code, count, &p);
	free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	ask(data + 1, size - 1, data[0]);
	filter(data + 1, size - 1);
	return 0;
}
