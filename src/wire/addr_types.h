/* SPDX-License-Identifier: MIT */
#ifndef WIRE_ADDR_TYPES_H
#define WIRE_ADDR_TYPES_H

/*
 * addr_types.h - the types of addresses; what can be done with them is in
 * addr.h, which is the file to include
 */

#include <stdint.h>

typedef struct {
	uint8_t o[6];
} mac_addr;

typedef struct {
	uint32_t v; /* host order */
} ip4_addr;

typedef struct {
	uint8_t o[16];
} ip6_addr;

enum ip_family {
	IP_NONE = 0,
	IP_V4 = 4,
	IP_V6 = 6,
};

/* A link-local address means something on one link only: @zone is the index
 * of the interface there (RFC 4007, 6); 0: not said, or of no importance. */
struct ip_addr {
	uint8_t family; /* enum ip_family */
	uint16_t zone;
	union {
		ip4_addr v4;
		ip6_addr v6;
	};
};

/* One end of a conversation. */
struct endpoint {
	struct ip_addr addr;
	uint16_t port;
};

/* All addresses that begin with the same @len bits. */
struct ip4_net {
	ip4_addr addr;
	uint8_t len; /* 0 ... 32 */
};

struct ip6_net {
	ip6_addr addr;
	uint8_t len; /* 0 ... 128 */
};

#endif /* WIRE_ADDR_TYPES_H */
