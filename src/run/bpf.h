/* SPDX-License-Identifier: MIT */
#ifndef RUN_BPF_H
#define RUN_BPF_H

/*
 * bpf.h - the machine that runs a program's socket filter: bpf.c
 */

#include <stddef.h>
#include <stdint.h>

struct sock_filter;

/**
 * struct bpf_packet - what a filter looks at
 * @octets:	The packet, @len of them
 * @net_off:	Where its network header begins
 * @protocol:	EtherType
 * @hatype, @pkttype, @ifindex: As struct sockaddr_ll has them
 */
struct bpf_packet {
	const uint8_t *octets;
	size_t len, net_off;
	uint16_t protocol, hatype;
	uint8_t pkttype;
	uint32_t ifindex;
};

/**
 * bpf_run() - Run a filter
 * @code:	Verified, @count instructions
 *
 * Return: how many octets are wanted, perhaps more than there are; 0: none
 */
uint32_t bpf_run(const struct sock_filter *code, size_t count,
		 const struct bpf_packet *p);

#endif /* RUN_BPF_H */
