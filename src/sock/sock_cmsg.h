/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_CMSG_H
#define SOCK_SOCK_CMSG_H

/*
 * sock_cmsg.h - ancillary data, between its octets and our structures
 */

#include "sock/sock_int.h"

/**
 * sock_cmsg_read() - What a program says about a message it sends
 * @how:	Filled in where something is said
 * @files:	Filled in with references
 *
 * Return: 0, -EINVAL, -EBADF (SCM_RIGHTS), -ETOOMANYREFS (a socketpair
 * through a socketpair)
 */
int sock_cmsg_read(struct sock *s, const struct sk_msg *msg,
		   struct sock_how *how, struct sock_files *files);

/* Write what the socket's options ask for; @msg->control_len becomes what is
 * used.  Files get descriptors and leave @meta. */
void sock_cmsg_write(struct sock *s, struct sk_msg *msg, struct sock_meta *meta,
		     int flags);

#endif /* SOCK_SOCK_CMSG_H */
