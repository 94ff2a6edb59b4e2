// SPDX-License-Identifier: MIT
/*
 * build_rip.c - a router of a lab that speaks RIP
 *
 * It speaks where another router does, and only tells of the LANs where there
 * are hosts alone.  The inside of a translation is nobody's business outside.
 */
#include <errno.h>
#include <string.h>

#include "apps/rip.h"
#include "lab/expand.h"
#include "lab/run_int.h"

static bool is_listed(const struct lab_seq *names, const char *on)
{
	const struct lab_str *s = names->items;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(s[i].s, on) == 0)
			return true;
	return false;
}

/* Is there anybody on that segment to speak to? */
static bool has_company(const struct run_node *n, const struct lab_iface *iface)
{
	const struct lab *lab = n->run->lab;
	const struct topo_segment *s = lab->topo.segments.items;
	const struct topo_port *port = s[iface->segment].ports.items;

	for (size_t i = 0; i < s[iface->segment].ports.count; i++)
		if (port[i].node != n->spec &&
		    (is_rip(lab, port[i].node) ||
		     port[i].node->kind.v == LAB_UPLINK))
			return true;
	return false;
}

static int add_ifaces(struct run_node *n)
{
	const struct lab_iface *iface = n->spec->interfaces.items;
	size_t inside = route_nat_inside(n->spec);
	int err = 0;

	for (size_t i = 0; i < n->spec->interfaces.count && !err; i++)
		if (iface[i].is_plugged && iface[i].segment != inside &&
		    iface[i].ip.is_set)
			err = rip_add_netif(
				n->rip, run_netif(n, i),
				is_listed(&n->spec->router.rip.passive,
					  iface[i].on.s) ||
					!has_company(n, &iface[i]));
	return err;
}

int boot_rip(struct run_node *n)
{
	const struct lab_rip *r = &n->spec->router.rip;
	const struct rip_config cfg = {
		.update_ns = r->update.v,
		.timeout_ns = r->timeout.v,
		.garbage_ns = r->garbage.v,
		.triggered_ns = r->triggered.v,
		.horizon = (enum rip_horizon)r->horizon.v,
		.password = r->password.s,
		.md5 = r->md5.s,
		.key_id = (uint8_t)r->key_id.v,
		.is_blind = r->blind.v,
	};
	int err;

	if (!is_rip(n->run->lab, n->spec))
		return 0;
	err = rip_start(&n->host->stack, &cfg, &n->rip);
	if (!err)
		err = add_ifaces(n);
	if (err)
		halt_rip(n);
	return err;
}

void halt_rip(struct run_node *n)
{
	rip_stop(n->rip);
	n->rip = NULL;
}
