/* SPDX-License-Identifier: MIT */
#ifndef SOCK_SOCK_KIND_H
#define SOCK_SOCK_KIND_H

/*
 * sock_kind.h - what a kind of socket is: a table of functions that never
 *		 block, and what a call of the program looks like to them
 *
 * Part of sock_int.h, which is the file to include.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "sock/abi.h"
#include "sock/sock.h"

struct file;
struct sock;
struct sock_zero;

#define SOCK_FILES_MAX	32
#define SOCK_IP_OPT_MAX 40 /* octets of IP options: RFC 791, 3.1 */

/* References to files that travel with a message; see sock_pair.c. */
struct sock_files {
	struct file *file[SOCK_FILES_MAX];
	int count;
};

/**
 * struct sock_how - what ancillary data says about a message to be sent
 * @src:	Our address; family IP_NONE: the socket's
 * @ifindex:	Leave there; 0: as routes say
 * @ttl:	-1: the socket's; likewise @tos
 * @gso_size:	Cut into datagrams of that many octets; 0: none
 * @has_opt:	@opt, padded to @opt_len octets, and not the socket's
 * @ll:		Packet sockets: where to, or NULL
 */
struct sock_how {
	struct ip_addr src;
	uint32_t ifindex;
	int ttl, tos;
	uint16_t gso_size;
	bool has_opt;
	uint8_t opt_len, opt[SOCK_IP_OPT_MAX];
	const struct sk_ll *ll;
};

/**
 * struct sock_meta - what is known of a message that was received
 * @len:	Octets of it, however much room there was
 * @has_ip:	It came by IP, and the next six are known
 * @dst:	To which address, and @dport which port
 * @ifindex:	Where it came in
 * @ttl:	As in its header; likewise @tos
 * @time_ns:	When it came; 0: not known
 * @size:	UDP: several datagrams of so many octets; 0: one
 * @opt:	IP options of its header, @opt_len octets
 * @ll:		Packet sockets: its link header
 * @files:	That came with it
 * @has_err:	It came from the error queue: @ee, and @offender who said so
 */
struct sock_meta {
	size_t len;
	bool has_ip, has_err;
	uint8_t ttl, tos;
	uint16_t dport;
	uint32_t ifindex;
	struct ip_addr dst;
	uint64_t time_ns;
	size_t size;
	uint8_t opt_len, opt[SOCK_IP_OPT_MAX];
	struct sk_ll ll;
	struct sock_files files;
	struct sk_extended_err ee;
	struct endpoint offender;
};

/**
 * struct sock_io - a send or receive call under way
 * @out:	Send: the octets
 * @in:		Receive: where to put them
 * @len:	How many, or how much room
 * @flags:	SK_MSG_xxx
 * @to:		Send: to whom, or NULL
 * @from:	Receive: filled in with from whom, or NULL
 * @how:	Send: what ancillary data says, or NULL
 * @meta:	Receive: filled in with what else is known, or NULL
 * @files:	Send: files to go with it, or NULL; taken: count becomes 0
 * @zero:	Send: @out is lent, see sock_zero.c; or NULL
 * @want:	The call is over when so many are done
 * @done:	Octets so far
 */
struct sock_io {
	const uint8_t *out;
	uint8_t *in;
	size_t len;
	int flags;
	const struct endpoint *to;
	struct endpoint *from;
	const struct sock_how *how;
	struct sock_meta *meta;
	struct sock_files *files;
	struct sock_zero *zero;
	size_t want, done;
};

/**
 * struct sock_ops - a kind of socket; no function blocks
 * @name:	For people: "tcp"
 * @opts:	enum opt_kind: which options it has
 * @type:	SK_SOCK_STREAM, ...
 * @proto:	SK_IPPROTO_TCP, ...
 * @open:	Make the transport's end; 0 or -ENOMEM
 * @free:	Let go of it
 * @bind:	As the call of that name
 * @connect:	-EINPROGRESS: begun; -EALREADY: not finished yet
 * @listen:	(optional, else -EOPNOTSUPP)
 * @accept:	(optional, else -EOPNOTSUPP) Give @child its transport end;
 *		NULL: only say whether there is one
 * @send:	Octets taken of those not done yet, or -errno
 * @recv:	Octets received after those done, or -errno
 * @plain_send:	(optional) As @send, of one buffer, without flags; NULL: to the
 *		peer.  SOCK_LONG_WAY, see sock_plain.c: nothing was done
 * @plain_recv:	(optional) As @recv, likewise; no octets more than one step
 *		gives, and the call is over.  @from, which may be NULL, and
 *		@whole, the datagram's length, are filled in where it returns
 *		no error
 * @recv_error:	(optional, else -EAGAIN) The oldest entry of the error queue
 * @recv_urgent: (optional, else -EOPNOTSUPP) The octet out of line
 * @ioctl:	(optional, else -ENOTTY) A question about the queues
 * @shutdown:	@how is valid
 * @linger:	(optional) Start to close; returns whether that is done with
 * @local:	This end
 * @peer:	The other end; no address: none
 * @error:	Fetch and clear the pending error
 * @poll:	WAIT_xxx
 * @readable:	Octets that one receive call could return now
 * @info:	Fill in state and queues
 */
struct sock_ops {
	const char *name;
	unsigned int opts;
	int type, proto;
	int (*open)(struct sock *s);
	void (*free)(struct sock *s);
	int (*bind)(struct sock *s, const struct endpoint *local);
	int (*connect)(struct sock *s, const struct endpoint *peer);
	int (*listen)(struct sock *s, int backlog);
	int (*accept)(struct sock *s, struct sock *child);
	long (*send)(struct sock *s, struct sock_io *io);
	long (*recv)(struct sock *s, struct sock_io *io);
	long (*plain_send)(struct sock *s, const void *buf, size_t len,
			   const struct endpoint *to);
	long (*plain_recv)(struct sock *s, void *buf, size_t len,
			   struct endpoint *from, size_t *whole);
	long (*recv_error)(struct sock *s, struct sock_io *io);
	long (*recv_urgent)(struct sock *s, struct sock_io *io);
	int (*ioctl)(struct sock *s, unsigned long request, int *val);
	int (*shutdown)(struct sock *s, int how);
	bool (*linger)(struct sock *s);
	struct endpoint (*local)(const struct sock *s);
	struct endpoint (*peer)(const struct sock *s);
	int (*error)(struct sock *s);
	uint32_t (*poll)(struct sock *s);
	size_t (*readable)(struct sock *s);
	void (*info)(struct sock *s, struct sock_info *info);
};

extern const struct sock_ops sock_stream_ops;
extern const struct sock_ops sock_dgram_ops;
extern const struct sock_ops sock_lite_ops;
extern const struct sock_ops sock_raw_ops;
extern const struct sock_ops sock_ping_ops;
extern const struct sock_ops sock_packet_ops; /* with link header */
extern const struct sock_ops sock_cooked_ops; /* without */

/* Which options a kind of socket has; see sock_opt.h for the rest. */
enum sock_opt_set {
	OPT_STREAM = 1,
	OPT_DGRAM = 2,
	OPT_BOTH = OPT_STREAM | OPT_DGRAM,
	OPT_RAW = 512,
	OPT_INET = OPT_BOTH | OPT_RAW,
	OPT_UNIX = 1024, /* and all that is not IP */
	OPT_ALL = OPT_INET | OPT_UNIX,
};

#endif /* SOCK_SOCK_KIND_H */
