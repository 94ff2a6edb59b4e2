// SPDX-License-Identifier: MIT
/*
 * station.c - one host on a real wire, in real time
 *
 * Theory of operation
 * ===================
 * Everything is there already; this file plugs it together, in one of three
 * ways:
 *
 *	stack --- device --- kernel, wire
 *	host --- cable --- uplink (box and device) --- kernel, wire
 *	host --- serial cable --- uplink (box and tty) --- whoever is there
 *
 * The loop around both is a struct pace.  It asks the stack, or the world, for
 * the time of its next event, sleeps until then or until the device has a
 * frame, and says what time it is.
 *
 * When the device is removed the loop ends: there is nothing to wait for.
 */

#include "cli/station.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apps/http_date.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "lab/real.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/random.h"
#include "vnet/uplink.h"
#include "vnet/uplink_serial.h"
#include "vnet/vnet.h"

static void on_frames(struct pace_fd *pfd, void *arg)
{
	struct station *st = arg;
	int n = st->line ? serial_uplink_read(st->line) : dev_read(st->dev);

	if (n != -ENODEV)
		return;
	st->is_gone = true;
	pace_unwatch(&st->pace, pfd);
	pace_stop(&st->pace);
}

static uint64_t flush_when(void *arg)
{
	const struct station *st = arg;

	return dev_flush_at(st->dev);
}

static void flush_told(void *arg, uint64_t now_ns)
{
	struct station *st = arg;

	(void)now_ns;
	if (!dev_flush(st->dev))
		return;
	st->is_gone = true;
	pace_stop(&st->pace);
}

/* Wait for the device, and empty its rings before each sleep. */
static int watch_dev(struct station *st)
{
	uint32_t i;
	int err = 0;

	st->flush = (struct pace_driven){
		.next = flush_when,
		.run = flush_told,
		.arg = st,
	};
	pace_add(&st->pace, &st->flush);
	for (i = 0; !err && i < st->dev->fd_count; i++)
		err = pace_watch(&st->pace, &st->rx[i], st->dev->fd[i],
				 on_frames, st);
	return err;
}

static int give_address(struct station *st, const struct station_cfg *cfg)
{
	static const struct ip4_net everybody;
	int err = 0;

	if (cfg->address.len)
		err = ip_addr_add(st->stack, st->netif, cfg->address);
	if (!err && cfg->address6.len)
		err = ip6_addr_add(st->stack, st->netif, cfg->address6);
	if (!err && !ip4_is_zero(cfg->gateway))
		err = ip_route_add(st->stack, everybody, cfg->gateway,
				   st->netif, 0);
	return err;
}

/* The stack directly on the device. */
static int open_bare(struct station *st, const struct dev_cfg *cfg)
{
	struct dev_cfg dev = *cfg;
	int err;

	env_init(&st->env, &st->mem);
	st->env.now_ns = pace_now(&st->pace);
	err = stack_init(&st->own, &st->env, "station", os_entropy());
	if (err)
		return err;
	st->stack = &st->own;
	pace_add_stack(&st->pace, &st->ps, st->stack);
	err = inet_init(st->stack, NULL);
	if (err)
		return err;
	dev.has_gro = true;
	err = dev_open(&st->own.place, &dev, &st->dev);
	if (err)
		return err;
	st->netif = &st->dev->netif;
	stack_add_netif(st->stack, st->netif);
	return 0;
}

/* A world that follows the clock, and a host in it. */
static int begin_world(struct station *st)
{
	uint64_t seed;

	if (os_random_fill(NULL, &seed, sizeof(seed)))
		return -EIO;
	st->world = world_new(&st->mem, seed);
	if (!st->world)
		return -ENOMEM;
	world_run_until(st->world, pace_now(&st->pace));
	real_follow(st->world, &st->pace, &st->driven);
	st->host = world_add_host(st->world, "station");
	if (!st->host)
		return -ENOMEM;
	st->stack = &st->host->stack;
	return 0;
}

/* A virtual network of one host and a cable. */
static int open_world(struct station *st, const struct dev_cfg *cfg,
		      const struct cable_params *cable)
{
	int err = begin_world(st);
	struct port *port;

	if (!err)
		err = uplink_open(st->world, "uplink", cfg, &st->uplink);
	if (err)
		return err;
	st->dev = uplink_dev(st->uplink);
	port = host_add_port(st->host, &st->dev->netif.mac);
	if (!port ||
	    !world_link(st->world, port, uplink_port(st->uplink), cable))
		return -ENOMEM;
	st->netif = &port->netif;
	st->netif->mtu = st->dev->netif.mtu;
	return 0;
}

/* The same with a serial cable. */
static int open_line(struct station *st, const struct station_cfg *cfg)
{
	int err = begin_world(st);
	struct port *port;

	st->ppp_is_server = cfg->ppp.ppp.local.v != 0;
	st->ppp_address6 = cfg->address6;
	if (!err)
		err = serial_uplink_open(st->world, "uplink", cfg->serial,
					 &st->line);
	if (err)
		return err;
	snprintf(st->name, sizeof(st->name), "%s",
		 serial_uplink_device(st->line));
	port = host_add_serial(st->host, "ppp0", &cfg->ppp, cfg->ppp_ops,
			       cfg->ppp_arg);
	if (!port || !world_link(st->world, port, serial_uplink_port(st->line),
				 cfg->cable))
		return -ENOMEM;
	st->netif = port_netif(port);
	return pace_watch(&st->pace, &st->rx[0], serial_uplink_fd(st->line),
			  on_frames, st);
}

static int open_host(struct station *st, const struct station_cfg *cfg)
{
	const struct dev_cfg dev = {
		.kind = cfg->kind,
		.device = cfg->device,
		.queues = cfg->queues,
		.mac = cfg->mac,
		.mtu = cfg->mtu,
		.has_offload = cfg->has_offload,
		.has_thread = cfg->has_thread,
	};
	int err = cfg->cable ? open_world(st, &dev, cfg->cable)
			     : open_bare(st, &dev);

	if (!err) {
		snprintf(st->name, sizeof(st->name), "%s", st->dev->device);
		err = give_address(st, cfg);
	}
	return err ? err : watch_dev(st);
}

int station_open(struct station *st, const struct station_cfg *cfg)
{
	int err;

	if (cfg->cable && cfg->has_offload)
		return -EINVAL;
	memset(st, 0, sizeof(*st));
	os_mem_init(&st->mem, 0);
	pace_init(&st->pace, os_wall_ns() - (uint64_t)HTTP_EPOCH_S * NS_PER_S);
	err = cfg->serial ? open_line(st, cfg) : open_host(st, cfg);
	if (err)
		(void)station_close(st);
	return err;
}

static size_t close_bare(struct station *st)
{
	if (!st->stack)
		return 0;
	if (st->netif)
		st->netif->is_up = false; /* nothing more is said */
	inet_fini(st->stack);
	stack_fini(st->stack);
	dev_close(st->dev);
	return env_fini(&st->env);
}

size_t station_close(struct station *st)
{
	if (!st->world)
		return close_bare(st);
	uplink_free(st->uplink);
	serial_uplink_free(st->line);
	return world_free(st->world);
}
