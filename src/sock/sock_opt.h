/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_OPT_H
#define SOCK_SOCK_OPT_H

/*
 * sock_opt.h - between the files about options
 */

#include <stdbool.h>
#include <stddef.h>

struct sock;

/* Besides enum sock_opt_set. */
enum opt_kind {
	OPT_BOOL = 4,	   /* any number but 0 is 1 */
	OPT_BUF = 8,	   /* doubled, never below min, never above max */
	OPT_DEFAULT = 16,  /* -1 is what it was at first */
	OPT_OCTET = 32,	   /* cut to eight bits */
	OPT_NO_SET = 64,   /* streams may only ask */
	OPT_UNBOUND = 256, /* only before there is a port */
	OPT_ZERO = 128,	   /* 0, though below the range, is none */
	OPT_NEW = 2048,	   /* streams: not once there was a connection */
	OPT_EMPTY = 4096,  /* no octets at all are 0 */
};

/**
 * struct opt_row - an option that is a number
 * @kinds:	enum opt_kind
 * @off:	Where in struct sock_opts
 * @min:	Range; outside of it is -EINVAL
 * @max:	"
 * @apply:	Tell the transport; 0 or -errno
 * @get:	(optional) What getsockopt() says; else what was set
 */
struct opt_row {
	int level, name;
	unsigned int kinds;
	size_t off;
	int min, max;
	int (*apply)(struct sock *s);
	int (*get)(struct sock *s);
};

#define SOCK_OPT_AT(field) offsetof(struct sock_opts, field)

/* Rows of one file. */
struct opt_table {
	const struct opt_row *rows;
	size_t count;
};

extern const struct opt_table sock_opt_tcp_table;   /* of streams */
extern const struct opt_table sock_opt_ip6_table;   /* level SK_IPPROTO_IPV6 */
extern const struct opt_table sock_opt_msg_table;   /* what messages tell */
extern const struct opt_table sock_opt_group_table; /* sending to groups */

/* A value on its way: @in to set it, @out to get it.  @len is its length, or
 * the room there is and afterwards the length. */
struct sock_optval {
	const void *in;
	void *out;
	size_t len;
};

/* sock_opt_cc.c: congestion control.  False: the option is another one. */
bool sock_opt_cc_set(struct sock *s, int level, int name,
		     const struct sock_optval *val, int *err);
bool sock_opt_cc_get(struct sock *s, int level, int name,
		     struct sock_optval *val, int *err);

/* sock_opt_group.c: memberships and filters, likewise. */
bool sock_opt_group_set(struct sock *s, int level, int name,
			const struct sock_optval *val, int *err);
bool sock_opt_group_get(struct sock *s, int level, int name,
			struct sock_optval *val, int *err);

/* sock_opt_raw.c: of raw and packet sockets, and SO_BINDTODEVICE; likewise. */
bool sock_opt_raw_set(struct sock *s, int level, int name,
		      const struct sock_optval *val, int *err);
bool sock_opt_raw_get(struct sock *s, int level, int name,
		      struct sock_optval *val, int *err);

/* Options that are no numbers.  0, -ENOPROTOOPT, -EINVAL, -EDOM, ... */
int sock_opt_set_struct(struct sock *s, int level, int name,
			const struct sock_optval *val);
int sock_opt_get_struct(struct sock *s, int level, int name,
			struct sock_optval *val);

/* Hand out a struct, as much of it as there is room for; 0. */
int sock_opt_put(struct sock_optval *val, const void *from, size_t size);

/* SK_IPV6_MTU: 0, -ENOTCONN. */
int sock_opt_ip6_mtu(struct sock *s, struct sock_optval *val);

/* sock_tcp_info.c */
int sock_opt_tcp_info(struct sock *s, struct sock_optval *val);

#endif /* SOCK_SOCK_OPT_H */
