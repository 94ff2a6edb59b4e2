/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_RAW_H
#define SOCK_SOCK_RAW_H

/*
 * sock_raw.h - between the files about sockets that have no ports
 */

#include "sock/sock_heard.h"

#define RAW_NO_CSUM (-1)

/**
 * struct raw_end - a raw or a ping socket
 * @node:	In struct sock_stack
 * @sock:	Whose
 * @heard:	What has come
 * @local:	Local address, or any; of a ping socket the port is its
 *		identifier
 * @peer:	Whom alone it hears; no address: anybody
 * @netif:	Where alone it hears and sends, or NULL
 * @err:	Pending, positive
 * @csum_off:	IPv6: where its checksum is, from the front of the payload, or
 *		RAW_NO_CSUM
 * @blocked:	Bit i: ICMP messages of type i are not wanted
 * @has_header:	The program makes the IPv4 header itself
 */
struct raw_end {
	struct list node;
	struct sock *sock;
	struct heard_queue heard;
	struct endpoint local, peer;
	struct netif *netif;
	int err, csum_off;
	uint32_t blocked[8];
	bool has_header, is_send_shut, is_recv_shut;
};

/* What both kinds do alike: as struct sock_ops. */
int raw_open(struct sock *s);
void raw_free(struct sock *s);
int raw_connect(struct sock *s, const struct endpoint *peer);
long raw_recv(struct sock *s, struct sock_io *io);
int raw_ioctl(struct sock *s, unsigned long request, int *val);
int raw_shutdown(struct sock *s, int how);
struct endpoint raw_local(const struct sock *s);
struct endpoint raw_peer(const struct sock *s);
int raw_error(struct sock *s);
uint32_t raw_poll(struct sock *s);
size_t raw_readable(struct sock *s);
void raw_info(struct sock *s, struct sock_info *info);

/* May it be bound there?  0, -EADDRNOTAVAIL, -EAFNOSUPPORT. */
int raw_bind_check(const struct sock *s, const struct endpoint *local);

/* To whom: @io->to or the peer.  0, -EDESTADDRREQ, -EAFNOSUPPORT, a pending
 * error. */
int raw_dest(struct sock *s, const struct sock_io *io, struct endpoint *to);

struct ip_send;

/* How its packets leave; @how->src is chosen.  0, -ENODEV, -ENETUNREACH. */
int raw_how(struct sock *s, const struct sock_io *io, const struct endpoint *to,
	    struct ip_send *how);
/* IP has refused what was sent: who wants to know why is told.  Returns @err. */
int raw_refused(struct sock *s, const struct endpoint *to, int err);

struct ip_error;
struct ip_meta;

/* sock_ping.c: does it concern a ping socket? */
bool ping_hears(const struct raw_end *r, const struct pkt *pkt,
		const struct ip_meta *meta);
bool ping_sent(const struct raw_end *r, const struct ip_error *err);

/* Note an ICMP error for its program. */
void raw_fail(struct raw_end *r, const struct ip_error *err);

/* Sockets of that stack hear no longer. */
void sock_raw_fini(struct stack *stack);

#endif /* SOCK_SOCK_RAW_H */
