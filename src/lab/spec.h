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
#include "lab/spec_boot.h"
#include "lab/spec_ppp.h"
#include "lab/spec_router.h"
#include "lab/spec_value.h"
#include "lab/value.h"

struct vlan_port;

/* What a cable does to frames. */
struct lab_cable {
	struct lab_num delay;	   /* propagation, ns */
	struct lab_num jitter;	   /* added, uniform from 0 to this, ns */
	struct lab_num rate;	   /* bits a second; 0: no limit */
	struct lab_num loss;	   /* 1e-9 */
	struct lab_num dup;	   /* 1e-9 */
	struct lab_num corrupt;	   /* frames with a flipped bit, 1e-9 */
	struct lab_num bit_errors; /* bits that flip, 1e-9 */
	struct lab_num fec;	   /* 0: none, 1: Reed-Solomon */
	struct lab_num reorder;	   /* 1e-9 */
	struct lab_num queue;	   /* frames that wait for the wire, octets */
	struct lab_num ecn;	   /* more that wait are marked, octets */
};

#include "lab/spec_script.h"

struct lab_lan {
	struct lab_item item;
	struct lab_net net;
	struct lab_net6 net6;
	struct lab_num slaac;	 /* 1: hosts make their addresses themselves */
	struct lab_num dhcp6;	 /* enum lab_dhcp6_word */
	struct lab_seq join;	 /* of struct lab_str */
	struct lab_num kind;	 /* 0: switch, 1: hub */
	struct lab_num snooping; /* 0: on, 1: off */
	struct lab_str gateway;
	struct lab_cable cable; /* delay: from node to node, two cables */
};

struct lab_link {
	struct lab_item item;
	struct lab_wire wire;
	struct lab_num kind; /* enum lab_link_kind */
	struct lab_ppp ppp;
	struct lab_net net;
	struct lab_net6 net6;
	struct lab_num arp; /* 0: known, 1: asked */
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
	struct lab_str on;   /* a LAN, or the node at the other end */
	struct lab_num vlan; /* it stands on the one that has none */
	struct lab_ip ip;
	struct lab_num address; /* enum lab_address */
	struct lab_ip6 ip6;
	struct lab_mac mac;
	struct lab_num mtu;
	size_t segment;	 /* index, see topo.h; not in the file */
	bool is_plugged; /* a cable leads there; not in the file */
};

struct lab_route {
	struct lab_item item;
	struct lab_net to;
	struct lab_seq via; /* of struct lab_str: addresses; ways alike */
};

/* Computed; not in the file. */
struct lab_route6 {
	struct ip6_net to;
	ip6_addr via;
};

struct lab_serve {
	struct lab_item item;
	struct lab_str http; /* directory */
};

/* Where an uplink leads: one of the first four, or @sockets. */
struct lab_device {
	struct lab_item item;
	struct lab_str tap, interface, xdp, pcap;
	struct lab_str record;
	struct lab_num sockets;	 /* of this machine */
	struct lab_num loopback; /* 1: the node stands for 127.0.0.1 */
	struct lab_num names;	 /* 1: it asks this machine's resolvers */
};

/* A VLAN of a switch; its name is its number. */
struct lab_vlan {
	struct lab_item item;
	struct lab_net net;
	struct lab_net6 net6;
	uint16_t vid; /* its name; not in the file */
};

enum lab_mirror { LAB_MIRROR_BOTH, LAB_MIRROR_IN, LAB_MIRROR_OUT };

/* A port of a switch; its name is that of the node at its other end. */
struct lab_port {
	struct lab_item item;
	struct lab_num vlan, native, tunnel;
	struct lab_seq trunk;	  /* of struct lab_str: "10", "20-29" */
	struct lab_seq mirror;	  /* of struct lab_str */
	struct lab_num direction; /* enum lab_mirror */
	struct lab_num macs;
	struct lab_num broadcast, multicast, unknown; /* frames a second */
	struct lab_num dhcp;			      /* 0: hosts, 1: servers */
	struct lab_num cost, priority;
	struct lab_num edge;	       /* 0: auto, 1: no, 2: yes */
	struct lab_num guard;	       /* 0: off, 1: on */
	const struct vlan_port *vlans; /* of the first five; not in the file */
};

struct lab_node {
	struct lab_item item;
	struct lab_num kind; /* enum lab_kind */
	struct lab_ip ip;
	struct lab_num address; /* of its only interface */
	struct lab_dhcp dhcp;
	struct lab_dhcp6 dhcp6;
	struct lab_pppoe pppoe;
	struct lab_seq dhcp_relay;  /* of struct lab_str */
	struct lab_seq dhcp6_relay; /* of struct lab_str */
	struct lab_seq rarp;	    /* of struct lab_pair */
	struct lab_ip6 ip6;
	struct lab_str steal_ip6;
	struct lab_seq interfaces; /* of struct lab_iface */
	struct lab_ip gateway;
	struct lab_seq routes;	 /* of struct lab_route */
	bool routes_are_ours;	 /* computed; not in the file */
	struct lab_seq routes6;	 /* of struct lab_route6; not in the file */
	struct lab_ip6 gateway6; /* not in the file */
	struct lab_seq dns;	 /* of struct lab_str */
	struct lab_seq hosts;	 /* of struct lab_pair */
	struct lab_str nat;
	struct lab_router router;
	struct lab_num groups;	 /* 1: a router passes groups on */
	struct lab_num snooping; /* of a switch; as in a LAN */
	struct lab_seq sysctl;	 /* of struct lab_pair */
	struct lab_net net;
	struct lab_net6 net6;
	struct lab_str tap;
	struct lab_device uplink;
	struct lab_num stp;   /* 0: off, 1: on */
	struct lab_num loops; /* 0: opened, 1: kept */
	struct lab_num priority;
	struct lab_num ageing; /* ns */
	struct lab_num macs;
	struct lab_seq vlans; /* of struct lab_vlan */
	struct lab_seq ports; /* of struct lab_port */
	struct lab_num vlan;  /* of the switch's port that leads here */
	bool has_vlans;	      /* a switch that tells them apart; computed */
	struct lab_seq root;  /* of struct lab_str */
	struct lab_str zone;
	struct lab_seq delegate; /* of struct lab_pair */
	struct lab_seq records;	 /* of struct lab_pair */
	struct lab_str zone_file;
	struct lab_serve serve;
	struct lab_seq run; /* of struct lab_str */
	bool is_implied;    /* only a LAN or a link mentions it */
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
	struct lab_num time;	/* enum lab_time */
	struct lab_num routing; /* enum lab_routing */
	struct lab_num ipv6;	/* 1: every segment has a net6 */
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
