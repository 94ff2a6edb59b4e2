// SPDX-License-Identifier: MIT
/*
 * sys_net.c - /sys/class/net: one file for each fact about an interface
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "run/net_file.h"
#include "run/nl_link.h"
#include "vnet/vnet.h"

struct fact {
	const struct net_file *f;
	const struct netif *n;
};

static void put_mac_text(struct strbuf *out, mac_addr m)
{
	for (size_t i = 0; i < sizeof(m.o); i++)
		strbuf_printf(out, "%s%02x", i ? ":" : "", m.o[i]);
	strbuf_putc(out, '\n');
}

static void put_number(const struct fact *x, uint64_t v)
{
	strbuf_printf(x->f->out, "%llu\n", (unsigned long long)v);
}

static bool is_lo(const struct fact *x)
{
	return x->n->features & NETIF_F_LOOPBACK;
}

static void address(const struct fact *x)
{
	put_mac_text(x->f->out, x->n->mac);
}

static void broadcast(const struct fact *x)
{
	put_mac_text(x->f->out, is_lo(x) ? MAC_ZERO : MAC_BROADCAST);
}

static void ifindex(const struct fact *x)
{
	put_number(x, x->n->index);
}

static void mtu(const struct fact *x)
{
	put_number(x, x->n->mtu);
}

static void flags(const struct fact *x)
{
	strbuf_printf(x->f->out, "0x%x\n",
		      nl_link_flags(&x->f->host->stack, x->n) & 0xffbf);
}

static void type(const struct fact *x)
{
	put_number(x, nl_link_type(x->n));
}

static void operstate(const struct fact *x)
{
	bool is_up = x->n->is_up && !x->n->has_no_carrier;

	strbuf_puts(x->f->out, is_lo(x) ? "unknown\n"
			       : is_up	? "up\n"
					: "down\n");
}

static void carrier(const struct fact *x)
{
	put_number(x, !x->n->has_no_carrier);
}

static void addr_len(const struct fact *x)
{
	put_number(x, sizeof(x->n->mac.o));
}

static void tx_queue_len(const struct fact *x)
{
	put_number(x, 1000);
}

static void rx_bytes(const struct fact *x)
{
	put_number(x, x->n->stats.rx_octets);
}

static void rx_packets(const struct fact *x)
{
	put_number(x, x->n->stats.rx_frames);
}

static void tx_bytes(const struct fact *x)
{
	put_number(x, x->n->stats.tx_octets);
}

static void tx_packets(const struct fact *x)
{
	put_number(x, x->n->stats.tx_frames);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*put)(const struct fact *x);
} facts[] = {
	{"addr_len", addr_len}, {"address", address}, {"broadcast", broadcast},
	{"carrier", carrier}, {"flags", flags}, {"ifindex", ifindex},
	{"iflink", ifindex}, {"mtu", mtu}, {"operstate", operstate},
	{"tx_queue_len", tx_queue_len}, {"type", type},
	{"statistics/rx_bytes", rx_bytes}, {"statistics/rx_packets", rx_packets},
	{"statistics/tx_bytes", tx_bytes}, {"statistics/tx_packets", tx_packets},
};
/* clang-format on */

int sys_net_put(const struct net_file *f, const char *name)
{
	size_t len = strcspn(name, "/");
	char iface[NETIF_NAME_MAX] = "";
	struct fact x = {.f = f};

	if (len >= sizeof(iface) || !name[len])
		return -ENOENT;
	memcpy(iface, name, len);
	x.n = stack_netif_by_name(&f->host->stack, iface);
	if (!x.n)
		return -ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		if (!strcmp(name + len + 1, facts[i].name)) {
			facts[i].put(&x);
			return 0;
		}
	return -ENOENT;
}
