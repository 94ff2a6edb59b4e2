/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_CORK_H
#define SOCK_SOCK_CORK_H

/*
 * sock_cork.h - several sends, one datagram; one send, several datagrams
 */

#include "sock/sock_int.h"
#include "udp/udp.h"

/* As udp_send_how(), with UDP_CORK, SK_MSG_MORE and UDP_SEGMENT. */
long sock_cork_send(struct sock *s, const struct sock_io *io,
		    const struct udp_how *as);

/* UDP_CORK was switched: off means send what there is. */
int sock_cork_apply(struct sock *s);

/* Forget what was gathered. */
void sock_cork_free(struct sock *s);

#endif /* SOCK_SOCK_CORK_H */
