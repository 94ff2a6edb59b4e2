/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_IP_OPT_H
#define SOCK_SOCK_IP_OPT_H

/*
 * sock_ip_opt.h - IP options: those that a socket sends, those that it hears
 */

#include "sock/sock_int.h"
#include "sock/sock_opt.h"

/* SK_IP_OPTIONS: 0, -EINVAL, -ENOBUFS. */
int sock_ip_opt_set(struct sock *s, const struct sock_optval *val);
int sock_ip_opt_get(struct sock *s, struct sock_optval *val);

/* Ancillary data SK_IP_RETOPTS of a message to be sent: 0 or -EINVAL. */
int sock_ip_opt_read(struct sock_how *how, const void *opt, size_t len);

/* What a message is to be sent with; @len: octets of it, perhaps 0.  @how may
 * be NULL. */
const uint8_t *sock_ip_opt_for(const struct sock *s, const struct sock_how *how,
			       uint8_t *len);

#endif /* SOCK_SOCK_IP_OPT_H */
