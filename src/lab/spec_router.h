/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_ROUTER_H
#define LAB_SPEC_ROUTER_H

/*
 * spec_router.h - what a lab file says about a router; a part of spec.h
 */

#include "lab/spec_value.h"

/* An entry of a filter: a rule, or what holds for all. */
struct lab_filter {
	struct lab_item item;
	struct lab_num allow, deny, reject; /* word: any, tcp, udp, icmp */
	struct lab_str from, to;
	struct lab_num port;
	struct lab_num rest; /* `default`: 0: deny, 1: allow */
	struct lab_num idle; /* ns */
	struct lab_num state;
	struct lab_num limit;
};

/* A port of the router that leads to a server inside. */
struct lab_forward {
	struct lab_item item;
	struct lab_num tcp, udp;
	struct lab_str to; /* NODE:PORT or ADDRESS:PORT */
};

/* Settings of RIP; times are ns. */
struct lab_rip {
	struct lab_item item;
	struct lab_num update, timeout, garbage, triggered;
	struct lab_num horizon; /* enum rip_horizon */
	struct lab_num blind;
	struct lab_str password, md5;
	struct lab_num key_id;
	struct lab_seq passive; /* of struct lab_str */
};

/* How a router knows its way. */
enum lab_routing { LAB_ROUTING_STATIC, LAB_ROUTING_RIP };

struct lab_router {
	struct lab_seq filter;	/* of struct lab_filter */
	struct lab_seq forward; /* of struct lab_forward */
	struct lab_num nat_filter;
	struct lab_num proxy_arp, directed, redirects, multipath;
	struct lab_num rpf; /* enum ip_rpf */
	struct lab_num icmp_rate;
	struct lab_num routing; /* enum lab_routing */
	struct lab_rip rip;
};

#endif /* LAB_SPEC_ROUTER_H */
