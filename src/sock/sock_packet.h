/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_PACKET_H
#define SOCK_SOCK_PACKET_H

/*
 * sock_packet.h - options of packet sockets
 */

#include "sock/sock_int.h"

/* PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP.  0, -ENODEV, -EADDRNOTAVAIL,
 * -EINVAL, -ENOBUFS. */
int sock_packet_member(struct sock *s, const struct sk_packet_mreq *req,
		       bool is_add);

struct sk_packet_stats sock_packet_stats(struct sock *s);

#endif /* SOCK_SOCK_PACKET_H */
