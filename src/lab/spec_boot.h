/* SPDX-License-Identifier: MIT */
#ifndef LAB_SPEC_BOOT_H
#define LAB_SPEC_BOOT_H

/*
 * spec_boot.h - how hosts of a lab get their addresses, see spec.h
 */

#include "lab/spec_value.h"

/* What routers of a LAN say of DHCPv6. */
enum lab_dhcp6_word { LAB_DHCP6_NONE, LAB_DHCP6_MANAGED, LAB_DHCP6_OTHER };

/* Where an interface has its address from. */
enum lab_address {
	LAB_STATIC,
	LAB_DHCP,
	LAB_BOOTP,
	LAB_RARP,
	LAB_INFORM,
	LAB_NONE
};

struct lab_dhcp {
	struct lab_item item;
	struct lab_seq pool; /* of struct lab_str: first..last */
	struct lab_ip router;
	struct lab_seq dns; /* of struct lab_str */
	struct lab_num lease;
	struct lab_seq fixed; /* of struct lab_pair */
};

struct lab_dhcp6 {
	struct lab_item item;
	struct lab_seq pool; /* of struct lab_str: first..last */
	struct lab_seq dns;  /* of struct lab_str */
	struct lab_str domain;
	struct lab_num lease;
	struct lab_num rapid; /* 1: two messages will do */
};

#endif /* LAB_SPEC_BOOT_H */
