/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_HEARD_H
#define SOCK_SOCK_HEARD_H

/*
 * sock_heard.h - what raw, ping and packet sockets have heard and not read yet
 */

#include "sock/sock_int.h"

/**
 * struct heard - a packet that waits
 * @pkt:	It, as the program will see it
 * @from:	Who sent it
 * @dst:	To which address of ours, @has_ip: if it is known
 * @ll:		Packet sockets: its link header
 */
struct heard {
	struct list node;
	struct pkt *pkt;
	struct endpoint from;
	struct ip_addr dst;
	bool has_ip;
	uint8_t ttl, tos;
	uint32_t ifindex;
	uint64_t time_ns;
	struct sk_ll ll;
};

/* The queue: at most SO_RCVBUF octets of memory, but one packet always fits. */
struct heard_queue {
	struct list list;
	size_t size, len; /* memory, and octets of packets */
	uint32_t packets, drops;
};

void heard_init(struct heard_queue *q);
void heard_clear(struct sock *s, struct heard_queue *q);

/**
 * heard_add() - A packet for a socket
 * @pkt:	Taken
 * @what:	All about it but the packet and the time
 *
 * Return: whether it was queued; else it is dropped as sock_rcvbuf
 */
bool heard_add(struct sock *s, struct heard_queue *q, struct pkt *pkt,
	       const struct heard *what);

/* As struct sock_ops.recv: -EAGAIN if nothing waits. */
long heard_recv(struct sock *s, struct heard_queue *q, struct sock_io *io);

/* Octets of the oldest one, or 0. */
size_t heard_next(const struct heard_queue *q);

#endif /* SOCK_SOCK_HEARD_H */
