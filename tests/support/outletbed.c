// SPDX-License-Identifier: MIT
/* outletbed.c - a host, a router with a way out, and a machine that is none */

#include "outletbed.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "ip/ip.h"

static void on_say(void *arg, const char *text)
{
	struct outletbed *bed = arg;

	bed->says++;
	(void)snprintf(bed->said, sizeof(bed->said), "%s", text);
}

void outletbed_init(struct outletbed *bed, bool has_loopback)
{
	const struct cable_params params = {.delay_ns = NS_PER_MS};
	const struct ip4_net all = {.len = 0};
	struct outlet_cfg cfg = {
		.ops = &fake_ops,
		.ops_arg = &bed->m,
		.has_loopback = has_loopback,
		.has_dns = true,
		.say = on_say,
		.say_arg = bed,
	};

	memset(bed, 0, sizeof(*bed));
	pair_init(&bed->p, 7, &params);
	fake_init(&bed->m);
	check(ip_route_add(&bed->p.a->stack, all, ip4_make(10, 0, 0, 2), NULL,
			   0) == 0);
	check(outlet_new(&bed->p.b->stack, &cfg, &bed->o) == 0);
}

void outletbed_fini(struct outletbed *bed)
{
	outlet_free(bed->o);
	check(bed->m.open == 0);
	fake_fini(&bed->m);
	check(pair_fini(&bed->p) == 0);
}

void outletbed_run(struct outletbed *bed, uint64_t ms)
{
	world_run_until(bed->p.w, world_now(bed->p.w) + ms * NS_PER_MS);
}

struct fake_sock *outletbed_sock(struct outletbed *bed)
{
	check(bed->m.count);
	return &bed->m.socks[bed->m.count - 1];
}

void outletbed_ready(struct outletbed *bed, unsigned int events)
{
	outlet_ready(bed->o, outletbed_sock(bed)->owner, events);
	outletbed_run(bed, 100);
}

uint64_t outletbed_drops(struct outletbed *bed, enum drop why)
{
	return bed->p.b->stack.place.drops[why];
}
