// SPDX-License-Identifier: MIT
/*
 * hub_table.c - one wire for all against a cable for each, in numbers
 *
 * Not a measurement of this machine: all of it happens in virtual time, and
 * comes out the same everywhere.
 *
 *	hub-table		both tables
 *
 * The first table: stations that always have a frame to send, on one wire of 10
 * Mbit/s; how much of the time do frames get through?  Beside it what Metcalfe
 * and Boggs computed ("Ethernet: Distributed Packet Switching for Local
 * Computer Networks", 1976, section 6): with Q stations of which each tries
 * with probability 1/Q, a slot of 51.2 us is won by one of them with
 * probability A = (1 - 1/Q)^(Q-1); (1 - A) / A slots are lost before each
 * frame.
 *
 * The second: ten stations that send to each other at random, from idle to
 * twice what the wire carries, on a hub and on a switch.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/rng.h"

#include "wire/ether.h"

#include "core/pkt.h"

#include "vnet/vnet.h"

enum { STATIONS_MAX = 256, TEN = 10, LEN = 1000 };

/* Frames that wait at a station: so many that it always has one, and few. */
enum { QUEUE_LONG = 1000, QUEUE_SHORT = 100 };

#define RATE	 UINT64_C(10000000)
#define SLOT_US	 51.2
#define SECONDS	 5
#define US(ns)	 ((double)(ns) / NS_PER_US)
#define MAC_LAST 5

/**
 * struct station - who sends and receives
 * @port:	Its own
 * @rng:	When it sends the next frame, and to whom
 * @net:	Where
 * @number:	Last octet of its address
 */
struct station {
	struct port *port;
	struct rng rng;
	struct net *net;
	unsigned int number;
};

/**
 * struct net - stations on a hub or a switch
 * @mean_ns:	Mean time between two frames of a station
 * @offered:	Octets that were to be sent
 * @carried:	Octets that arrived where they belong
 * @frames:	In so many frames
 * @delay_ns:	That were under way so long, in all
 */
struct net {
	struct mem mem;
	struct world *w;
	struct hub *hub;
	struct vswitch *sw;
	struct station st[STATIONS_MAX];
	unsigned int count;
	double mean_ns;
	uint64_t offered, carried, frames, delay_ns;
};

static mac_addr mac_of(unsigned int number)
{
	return (mac_addr){{2, 0, 0, 0, 0, (uint8_t)number}};
}

static void on_frame(struct port *port, struct pkt *pkt, void *arg)
{
	struct station *st = arg;
	uint8_t head[ETH_HLEN + 8];

	(void)port;
	pkt_copy_out(pkt, 0, head, sizeof(head));
	if (head[MAC_LAST] == st->number) {
		st->net->carried += pkt->len;
		st->net->frames++;
		st->net->delay_ns +=
			world_now(st->net->w) - get64(head + ETH_HLEN);
	}
	pkt_free(pkt);
}

static void send_frame(struct station *st, unsigned int to, size_t len)
{
	uint8_t f[ETH_HLEN + ETH_MTU] = {0};

	put_mac(f, mac_of(to));
	put_mac(f + 6, mac_of(st->number));
	put16(f + 12, 0x88b5);
	put64(f + ETH_HLEN, world_now(st->net->w));
	st->net->offered += len;
	(void)box_send(st->port, f, len);
}

static void net_init(struct net *net, unsigned int count, bool is_hub,
		     uint32_t queue)
{
	const struct cable_params p = {.rate_bps = RATE,
				       .delay_ns = 12 * NS_PER_US,
				       .queue_frames = queue};
	unsigned int i;
	char name[16];

	memset(net, 0, sizeof(*net));
	mem_init_libc(&net->mem);
	net->w = world_new(&net->mem, 7);
	check(net->w);
	if (is_hub)
		net->hub = world_add_hub(net->w, "hub", RATE);
	else
		net->sw = world_add_switch(net->w, "switch");
	net->count = count;
	for (i = 0; i < count; i++) {
		struct station *st = &net->st[i];
		struct node *box;

		snprintf(name, sizeof(name), "s%u", i);
		box = world_add_box(net->w, name, on_frame, st);
		check(box);
		*st = (struct station){box_add_port(box, NULL), {{0}}, net, i};
		rng_init(&st->rng, 7, name);
		check(world_link(net->w, st->port,
				 is_hub ? hub_add_port(net->hub)
					: switch_add_port(net->sw),
				 &p));
	}
}

/* Share of the time in which frames get through when all want to send. */
static double efficiency(unsigned int count, size_t len)
{
	static struct net net; /* large */
	double busy;
	unsigned int i, tick;

	net_init(&net, count, true, QUEUE_LONG);
	for (tick = 1; tick <= 20; tick++) {
		for (i = 0; i < count; i++)
			while (cable_stats(net.st[i].port->cable, CABLE_AB)
				       ->queue_full < tick)
				send_frame(&net.st[i], i, len);
		world_run_until(net.w, tick * 50 * NS_PER_MS);
	}
	busy = (double)hub_stats(net.hub)->busy_ns / (double)world_now(net.w);
	check(world_free(net.w) == 0);
	return busy;
}

static double in_theory(unsigned int q, size_t len)
{
	double a = pow(1 - 1.0 / q, q - 1.0);
	double frame_us =
		(double)(ETH_PREAMBLE_LEN + len + ETH_FCS_LEN) * 8 / 10;

	return frame_us / (frame_us + (1 - a) / a * SLOT_US);
}

static void table_of_stations(void)
{
	static const unsigned int stations[] = {1,  2,	3,   5,	 10,
						32, 64, 128, 256};
	static const size_t lens[] = {60, 508, 1020, 1514};
	size_t i, k;

	printf("How much of one wire carries frames when all always have one "
	       "to "
	       "send\n"
	       "(seen, and what Metcalfe and Boggs, 1976, computed)\n\n"
	       "stations   64 octets      512 octets     1024 octets    1518 "
	       "octets\n");
	for (i = 0; i < sizeof(stations) / sizeof(*stations); i++) {
		printf("%8u", stations[i]);
		for (k = 0; k < sizeof(lens) / sizeof(*lens); k++)
			printf("   %.3f  %.3f",
			       efficiency(stations[i], lens[k]),
			       in_theory(stations[i], lens[k]));
		printf("\n");
	}
}

/* world_at(): one more frame, and when the next one comes. */
static void on_arrival(void *arg)
{
	struct station *st = arg;
	struct net *net = st->net;
	unsigned int to = rng_below(&st->rng, net->count - 1);
	double u = (rng_below(&st->rng, 1U << 30) + 1.0) / (1U << 30);

	send_frame(st, to + (to >= st->number), LEN);
	check(world_at(net->w,
		       world_now(net->w) + (uint64_t)(-log(u) * net->mean_ns),
		       on_arrival, st) == 0);
}

/* Ten stations that offer @mbit in all. */
static void load_run(struct net *net, bool is_hub, double mbit)
{
	unsigned int i;

	net_init(net, TEN, is_hub, QUEUE_SHORT);
	net->mean_ns = TEN * 8.0 * LEN / (mbit * 1e6) * NS_PER_S;
	for (i = 0; i < TEN; i++)
		check(world_at(net->w, i * NS_PER_MS, on_arrival,
			       &net->st[i]) == 0);
	world_run_until(net->w, SECONDS * NS_PER_S);
}

static double mbit_of(uint64_t octets)
{
	return (double)octets * 8 / 1e6 / SECONDS;
}

static double delay_ms(const struct net *net)
{
	return net->frames ? US(net->delay_ns) / 1000 / (double)net->frames : 0;
}

static void table_of_loads(void)
{
	static const double loads[] = {0.5, 1, 2, 4, 6, 8, 9, 10, 12, 15, 20};
	static struct net net; /* large */
	const struct hub_stats *s;
	size_t i;

	printf("\nTen stations, frames of %d octets at random, all cables at "
	       "10 "
	       "Mbit/s\n\n"
	       "          ------------------------- hub "
	       "-------------------------   ---- switch ----\n"
	       " offered  carried     delay  deferred  collided  back-off  "
	       "given"
	       "   carried     delay\n"
	       "  Mbit/s   Mbit/s        ms         %%   a frame        us"
	       "     up    Mbit/s        ms\n",
	       LEN);
	for (i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		load_run(&net, true, loads[i]);
		s = hub_stats(net.hub);
		printf("%8.1f %8.2f %9.2f %9.1f %9.3f %9.0f %6llu",
		       mbit_of(net.offered), mbit_of(net.carried),
		       delay_ms(&net),
		       100.0 * (double)s->deferred / (double)s->sent,
		       (double)s->collisions / (double)s->sent,
		       s->backoffs ? US(s->backoff_ns) / (double)s->backoffs
				   : 0,
		       (unsigned long long)s->given_up);
		check(world_free(net.w) == 0);
		load_run(&net, false, loads[i]);
		printf(" %9.2f %9.2f\n", mbit_of(net.carried), delay_ms(&net));
		check(world_free(net.w) == 0);
	}
}

int main(void)
{
	table_of_stations();
	table_of_loads();
	return 0;
}
