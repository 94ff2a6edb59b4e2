/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_H
#define LAB_SPEC_H

/*
 * spec.h - what a lab file says, as values
 *
 * The structures mirror the file: one for each kind of map, one member for
 * each key.  schema.c fills them in from the tree and prints them back, by
 * tables; expand.c sets what the file left out.  Every value knows whether it
 * is set and where it stood, so that errors found late still have a place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/probe.h" /* for addresses */

#include "lab/diag.h"
#include "lab/value.h"

struct lab_num {
	struct lab_pos at;
	bool is_set;
	uint64_t v;
};

struct lab_cmp {
	struct lab_pos at;
	bool is_set;
	enum value_op op;
	uint64_t v;
};

struct lab_str {
	struct lab_pos at;
	const char *s; /* NULL: not set */
};

struct lab_ip {
	struct lab_pos at;
	bool is_set;
	ip4_addr v;
};

struct lab_net {
	struct lab_pos at;
	bool is_set;
	struct ip4_net v;
};

struct lab_mac {
	struct lab_pos at;
	bool is_set;
	mac_addr v;
};

/* `a -- b` */
struct lab_wire {
	struct lab_pos at;
	struct lab_str a, b; /* a.s NULL: not set */
};

/* An array of texts (struct lab_str), pairs, groups or objects. */
struct lab_seq {
	struct lab_pos at;
	bool is_set;
	size_t count;
	void *items;
};

/* One entry of a map with free keys: `www: [web1, web2]`. */
struct lab_pair {
	struct lab_str key;
	struct lab_seq values; /* of struct lab_str */
};

/* First member of every structure that mirrors a map. */
struct lab_item {
	struct lab_pos at;
	bool is_set;
	struct lab_str name; /* its key, in a map of names */
};

/* What a cable does to frames. */
struct lab_cable {
	struct lab_num delay;	/* propagation, ns */
	struct lab_num jitter;	/* added, uniform from 0 to this, ns */
	struct lab_num rate;	/* bits a second; 0: no limit */
	struct lab_num loss;	/* 1e-9 */
	struct lab_num dup;	/* 1e-9 */
	struct lab_num corrupt; /* frames with a flipped bit, 1e-9 */
	struct lab_num bit_errors; /* bits that flip, 1e-9 */
	struct lab_num fec;	/* 0: none, 1: Reed-Solomon */
	struct lab_num reorder; /* 1e-9 */
	struct lab_num queue;	/* frames that wait for the wire, octets */
	struct lab_num ecn;	/* more that wait are marked, octets */
};

struct lab_lan {
	struct lab_item item;
	struct lab_net net;
	struct lab_seq join; /* of struct lab_str */
	struct lab_num kind; /* 0: switch, 1: hub */
	struct lab_str gateway;
	struct lab_cable cable; /* delay: from node to node, two cables */
};

struct lab_link {
	struct lab_item item;
	struct lab_wire wire;
	struct lab_net net;
	struct lab_cable cable;
};

enum lab_kind {
	LAB_HOST,
	LAB_ROUTER,
	LAB_SWITCH,
	LAB_HUB,
	LAB_UPLINK,
	LAB_DNS,
	LAB_RESOLVER,
	LAB_KINDS
};

struct lab_iface {
	struct lab_item item;
	struct lab_str on; /* a LAN, or the node at the other end */
	struct lab_ip ip;
	struct lab_mac mac;
	struct lab_num mtu;
	size_t segment;	 /* index, see topo.h; not in the file */
	bool is_plugged; /* a cable leads there; not in the file */
};

struct lab_route {
	struct lab_item item;
	struct lab_net to;
	struct lab_ip via; /* not set: attached */
};

struct lab_serve {
	struct lab_item item;
	struct lab_str http; /* directory */
};

struct lab_node {
	struct lab_item item;
	struct lab_num kind; /* enum lab_kind */
	struct lab_ip ip;
	struct lab_seq interfaces; /* of struct lab_iface */
	struct lab_ip gateway;
	struct lab_seq routes; /* of struct lab_route */
	bool routes_are_ours;  /* computed; not in the file */
	struct lab_seq dns;    /* of struct lab_str */
	struct lab_seq hosts;  /* of struct lab_pair */
	struct lab_str nat;
	struct lab_net net;
	struct lab_str tap;
	struct lab_seq root; /* of struct lab_str */
	struct lab_str zone;
	struct lab_seq delegate; /* of struct lab_pair */
	struct lab_seq records;	 /* of struct lab_pair */
	struct lab_str zone_file;
	struct lab_serve serve;
	struct lab_seq run; /* of struct lab_str */
	bool is_implied;    /* only a LAN or a link mentions it */
};

struct lab_drop {
	struct lab_item item;
	struct lab_str from, to;
};

struct lab_fault {
	struct lab_item item;
	struct lab_wire link;
	struct lab_num down; /* how long, ns; 0: until the end */
	struct lab_cable cable;
	struct lab_seq partition; /* of struct lab_seq of struct lab_str */
	struct lab_drop drop;
	struct lab_str match;
	struct lab_num nth;
	struct lab_str host;
	struct lab_num freeze; /* as down */
	struct lab_num kill, restart;
	struct lab_num from, until, for_;
};

struct lab_line {
	struct lab_item item;
	struct lab_num when; /* `at` */
	struct lab_str on;
	struct lab_str visit;
	struct lab_str ping;
	struct lab_num count, every, size;
	struct lab_fault fault;
};

struct lab_expect {
	struct lab_item item;
	struct lab_num visit, ping;
	struct lab_seq order; /* of struct lab_str */
	struct lab_str at_end;
	struct lab_str count;
	struct lab_cmp status, body, time, dns_queries, tcp_handshakes;
	struct lab_cmp retransmissions;
	struct lab_cmp sent, received, rtt;
	struct lab_str tcp, state;
	struct lab_cmp is;
	struct lab_cmp lost;
};

struct lab_default_host {
	struct lab_item item;
	struct lab_seq dns;
};

struct lab_default_link {
	struct lab_item item;
	struct lab_cable cable;
};

struct lab_defaults {
	struct lab_item item;
	struct lab_default_link link;
	struct lab_default_host host;
};

enum lab_time { LAB_VIRTUAL, LAB_REAL };

struct lab_spec {
	struct lab_item item;
	struct lab_str name, about;
	struct lab_num time; /* enum lab_time */
	struct lab_num seed;
	struct lab_num until; /* not set: when the script is done */
	struct lab_defaults defaults;
	struct lab_seq lans;   /* of struct lab_lan */
	struct lab_seq links;  /* of struct lab_link */
	struct lab_seq nodes;  /* of struct lab_node */
	struct lab_seq repeat; /* of struct lab_repeat; empty once expanded */
	struct lab_seq script; /* of struct lab_line */
	struct lab_seq expect; /* of struct lab_expect */
};

#endif /* LAB_SPEC_H */
