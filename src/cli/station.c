// SPDX-License-Identifier: MIT
/*
 * station.c - one host on a real wire, in real time
 *
 * Theory of operation
 * ===================
 * Everything is there already; this file plugs it together, in one of three
 * ways:
 *
 *	stack --- tap --- kernel
 *	host --- cable --- uplink (box and tap) --- kernel
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
#include <unistd.h>

#include "base/hash.h"

#include "apps/http_date.h"
#include "inet/inet.h"
#include "ip/ip.h"
#include "ip6/ip6.h"
#include "os/clock.h"
#include "os/mem.h"
#include "os/random.h"
#include "vnet/real.h"
#include "vnet/uplink.h"
#include "vnet/uplink_serial.h"
#include "vnet/vnet.h"

/* Locally administered, and the same each time. */
static mac_addr mac_from_name(const char *name)
{
	static const struct hash_key key;
	uint64_t h = siphash13(&key, name, strlen(name));
	mac_addr mac = {{0x02}};
	int i;

	for (i = 1; i < 6; i++, h >>= 8)
		mac.o[i] = (uint8_t)h;
	return mac;
}

static void on_frames(struct pace_fd *pfd, void *arg)
{
	struct station *st = arg;
	int n = st->line     ? serial_uplink_read(st->line)
		: st->uplink ? uplink_read(st->uplink)
			     : tap_read(&st->tap);

	if (n != -ENODEV)
		return;
	st->is_gone = true;
	pace_unwatch(&st->pace, pfd);
	pace_stop(&st->pace);
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
static int open_bare(struct station *st, const struct station_cfg *cfg,
		     struct tap_cfg *tap)
{
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
	tap->has_vnet_hdr = tap->has_offload = cfg->has_offload;
	tap_init(&st->tap, &st->own.place, tap);
	st->netif = &st->tap.netif;
	stack_add_netif(st->stack, st->netif);
	return 0;
}

static uint64_t world_when(void *arg)
{
	return world_next(arg);
}

static void world_told(void *arg, uint64_t now_ns)
{
	(void)world_run_until(arg, now_ns);
}

static int world_waits(void *arg, bool (*is_done)(void *arg), void *done_arg,
		       uint64_t until_ns)
{
	return pace_wait(arg, is_done, done_arg, until_ns);
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
	world_set_waiter(st->world, world_waits, &st->pace);
	world_set_entropy(st->world, os_entropy());
	st->driven = (struct pace_driven){
		.next = world_when,
		.run = world_told,
		.arg = st->world,
	};
	pace_add(&st->pace, &st->driven);
	st->host = world_add_host(st->world, "station");
	if (!st->host)
		return -ENOMEM;
	st->stack = &st->host->stack;
	return 0;
}

/* A virtual network of one host and a cable. */
static int open_world(struct station *st, const struct station_cfg *cfg,
		      struct tap_cfg *tap)
{
	int err = begin_world(st);
	struct port *port;

	if (err)
		return err;
	port = host_add_port(st->host, &tap->mac);
	st->uplink = uplink_new(st->world, "uplink", tap);
	if (!port || !st->uplink ||
	    !world_link(st->world, port, uplink_port(st->uplink), cfg->cable))
		return -ENOMEM;
	st->netif = &port->netif;
	st->netif->mtu = tap->mtu;
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
	return pace_watch(&st->pace, &st->rx, serial_uplink_fd(st->line),
			  on_frames, st);
}

static int open_host(struct station *st, const struct station_cfg *cfg)
{
	struct tap_cfg tap = {
		.fd = st->fd,
		.name = st->name,
		.mac = cfg->mac,
		.mtu = cfg->mtu,
	};
	int err = tap_dev_mtu(st->name);

	if (!tap.mtu)
		tap.mtu = err > 0 ? (uint32_t)err : 1500;
	if (mac_eq(tap.mac, MAC_ZERO))
		tap.mac = mac_from_name(st->name);
	err = tap_dev_up(st->name, tap.mtu);
	if (err && err != -EPERM)
		return err;
	err = cfg->cable ? open_world(st, cfg, &tap) : open_bare(st, cfg, &tap);
	if (!err)
		err = give_address(st, cfg);
	if (!err)
		err = pace_watch(&st->pace, &st->rx, st->fd, on_frames, st);
	return err;
}

int station_open(struct station *st, const struct station_cfg *cfg)
{
	const struct tap_dev_cfg dev = {
		.name = cfg->device,
		.has_vnet_hdr = cfg->has_offload,
		.has_offload = cfg->has_offload,
	};
	int err;

	if (cfg->cable && cfg->has_offload)
		return -EINVAL;
	memset(st, 0, sizeof(*st));
	os_mem_init(&st->mem, 0);
	pace_init(&st->pace, os_wall_ns() - (uint64_t)HTTP_EPOCH_S * NS_PER_S);
	st->fd = cfg->serial ? -1 : tap_dev_open(&dev, st->name);
	if (st->fd < 0 && !cfg->serial)
		return st->fd;
	err = cfg->serial ? open_line(st, cfg) : open_host(st, cfg);
	if (err)
		(void)station_close(st);
	return err;
}

static size_t close_bare(struct station *st)
{
	if (!st->stack)
		return 0;
	st->netif->is_up = false; /* nothing more is said */
	inet_fini(st->stack);
	stack_fini(st->stack);
	tap_fini(&st->tap);
	return env_fini(&st->env);
}

size_t station_close(struct station *st)
{
	size_t leaked;

	if (st->world) {
		uplink_free(st->uplink);
		serial_uplink_free(st->line);
		leaked = world_free(st->world);
	} else {
		leaked = close_bare(st);
	}
	if (st->fd >= 0)
		close(st->fd);
	return leaked;
}
