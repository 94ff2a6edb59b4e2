/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_PPP_H
#define LAB_SPEC_PPP_H

/*
 * spec_ppp.h - what a lab file says about links with PPP
 *
 * A part of spec.h, which includes it.
 */

#include "lab/spec_value.h"

enum lab_link_kind { LAB_LINK_ETHERNET, LAB_LINK_SERIAL, LAB_LINK_PPPOE };
enum lab_auth { LAB_AUTH_NONE, LAB_AUTH_PAP, LAB_AUTH_CHAP };

/* A session of PPP. */
struct lab_ppp {
	struct lab_item item;
	struct lab_str server;
	struct lab_num auth; /* enum lab_auth */
	struct lab_str name, secret, server_secret;
	struct lab_num address; /* 0: given, 1: static */
	struct lab_num mru, echo, carrier, redial;
};

/* PPP over Ethernet: `accounts` of who may come, or the `name` of who does. */
struct lab_pppoe {
	struct lab_item item;
	struct lab_str on;	 /* a LAN, or the node at the other end */
	struct lab_seq accounts; /* of struct lab_pair: name and secret */
	struct lab_ip address;	 /* the next ones are those of the accounts */
	struct lab_num auth;	 /* enum lab_auth */
	struct lab_str name, secret;
	struct lab_str service;
};

#endif /* LAB_SPEC_PPP_H */
