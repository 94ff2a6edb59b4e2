/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_SCRIPT_H
#define LAB_SPEC_SCRIPT_H

/*
 * spec_script.h - what is to happen, and what is expected of it
 *
 * A part of spec.h, which includes it where struct lab_cable is known.
 */

#include "lab/spec_value.h"

struct lab_drop {
	struct lab_item item;
	struct lab_str from, to;
	struct lab_num over; /* enum lab_over */
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

enum lab_over { LAB_OVER_ANY, LAB_OVER_IPV4, LAB_OVER_IPV6 };

struct lab_line {
	struct lab_item item;
	struct lab_num when; /* `at` */
	struct lab_str on;
	struct lab_str visit;
	struct lab_str ping, trace;
	struct lab_str connect;
	struct lab_num keepalive;
	struct lab_num over; /* enum lab_over */
	struct lab_num count, every, size;
	struct lab_str join, leave, send; /* a group */
	struct lab_seq also, only, but;	  /* of struct lab_str */
	struct lab_num ttl;
	struct lab_seq run; /* of struct lab_str */
	struct lab_fault fault;
};

struct lab_expect {
	struct lab_item item;
	struct lab_num visit, ping, run;
	struct lab_seq order; /* of struct lab_str */
	struct lab_str at_end;
	struct lab_str count;
	struct lab_cmp status, body, time, dns_queries, tcp_handshakes;
	struct lab_cmp retransmissions;
	struct lab_cmp sent, received, rtt;
	struct lab_str tcp, state;
	struct lab_cmp is;
	struct lab_cmp lost;
	struct lab_num send;
	struct lab_seq by; /* of struct lab_str */
	struct lab_str switch_, unwanted;
	struct lab_cmp grouped, spared, flooded;
};

#endif /* LAB_SPEC_SCRIPT_H */
