/* SPDX-License-Identifier: MIT */
#ifndef SOCK_ABI_MSG_H
#define SOCK_ABI_MSG_H

/*
 * abi_msg.h - structures of messages, interfaces and ancillary data
 *
 * All are laid out as Linux has them on 64-bit machines.  Addresses in them
 * are octets in network order.
 */

#include <stddef.h>
#include <stdint.h>

/* As a program's struct iovec. */
struct sk_iovec {
	void *base;
	size_t len;
};

/* In front of each piece of ancillary data; the next one begins at the next
 * multiple of eight octets. */
struct sk_cmsghdr {
	uint64_t len; /* with this header, without padding behind */
	int32_t level, type;
};

#define SK_CMSG_ALIGN(n) (((n) + 7) & ~(size_t)7)
#define SK_CMSG_LEN(n)	 (sizeof(struct sk_cmsghdr) + (n))
#define SK_CMSG_SPACE(n) (sizeof(struct sk_cmsghdr) + SK_CMSG_ALIGN(n))

struct sk_pktinfo {
	int32_t ifindex;
	uint8_t spec_dst[4]; /* our address: to receive at, to send from */
	uint8_t addr[4];     /* in the header */
};

struct sk_pktinfo6 {
	uint8_t addr[16];
	uint32_t ifindex;
};

/* Addresses as programs have them. */
struct sk_sockaddr_in {
	uint16_t family; /* in host order, unlike all others */
	uint8_t port[2];
	uint8_t addr[4];
	uint8_t zero[8];
};

struct sk_sockaddr_in6 {
	uint16_t family;
	uint8_t port[2];
	uint8_t flow[4];
	uint8_t addr[16];
	uint32_t scope;
};

/**
 * struct sk_ll - an address of a packet socket (struct sockaddr_ll)
 * @family:	SK_AF_PACKET
 * @proto:	EtherType, in network order; 3: all
 * @ifindex:	Interface; 0: any
 * @hatype:	1: Ethernet, 772: "lo"
 * @pkttype:	To whom the frame was: enum sk_pkttype
 * @halen:	Octets in @addr that mean something
 * @addr:	MAC address
 */
struct sk_ll {
	uint16_t family;
	uint8_t proto[2];
	int32_t ifindex;
	uint16_t hatype;
	uint8_t pkttype;
	uint8_t halen;
	uint8_t addr[8];
};

enum sk_pkttype {
	SK_PACKET_HOST,
	SK_PACKET_BROADCAST,
	SK_PACKET_MULTICAST,
	SK_PACKET_OTHERHOST,
	SK_PACKET_OUTGOING,
};

#define SK_ETH_P_ALL 3

/* What SK_IP_RECVERR tells (struct sock_extended_err); behind it the address
 * of who sent the error, as struct sk_sockaddr_in or _in6. */
struct sk_extended_err {
	uint32_t err;
	uint8_t origin; /* SK_EE_ORIGIN_xxx */
	uint8_t type, code, pad;
	uint32_t info; /* the MTU, of SK_PMTUDISC_DO */
	uint32_t data;
};

enum {
	SK_EE_ORIGIN_LOCAL = 1,
	SK_EE_ORIGIN_ICMP = 2,
	SK_EE_ORIGIN_ICMP6 = 3,
	SK_EE_ORIGIN_ZEROCOPY = 5, /* sends @info to @data are done */
	SK_EE_CODE_COPIED = 1,	   /* ... but were copied */
};

/* As a program's struct ifreq: a name, and whatever was asked about it. */
struct sk_ifreq {
	char name[16];
	union {
		struct sk_sockaddr_in addr;
		struct {
			uint16_t family;
			uint8_t mac[6];
		} hwaddr;
		int16_t flags;
		int32_t value; /* index, MTU */
		uint8_t room[24];
	};
};

struct sk_timespec {
	int64_t sec;
	int64_t nsec;
};

#endif /* SOCK_ABI_MSG_H */
