/* SPDX-License-Identifier: MIT */
#ifndef SUPPORT_FAKESOCKS_H
#define SUPPORT_FAKESOCKS_H

/*
 * fakesocks.h - a machine whose sockets do what a test says (os/hostsock.h)
 */

#include "os/hostsock.h"

enum { FAKE_SOCKS = 5000, FAKE_ROOM = 4096 };

/**
 * struct fake_sock - one of them
 * @owner:	Whose; NULL: never opened
 * @is_open:	Not closed yet; then @is_reset says how it was
 * @to:		Where it leads
 * @how:	How its datagrams leave
 * @err:	What its next call of error() says
 * @sent:	What was sent through it, @sent_len octets (the last datagram)
 * @sent_count:	How often
 * @room:	So much is still taken; then -EAGAIN
 * @came:	What is to be read, @came_len octets; a datagram as a whole
 * @has_ended:	Behind that comes the end
 * @queue:	An entry of its queue of errors, if @has_queue
 */
struct fake_sock {
	void *owner;
	enum host_kind kind;
	bool is_open, is_reset, is_shut, has_ended, has_queue;
	struct host_addr to;
	struct host_how how;
	int err;
	uint8_t sent[FAKE_ROOM], came[FAKE_ROOM];
	size_t sent_len, sent_count, room, came_len;
	struct host_error queue;
};

/**
 * struct fake_socks - the machine
 * @refuses:	What open() says, if not 0
 * @count:	Sockets that were opened so far; the last is socks[count - 1]
 * @servers:	Resolvers that it has: 10.53.0.1, 10.53.0.2, ...
 */
struct fake_socks {
	int refuses;
	size_t count, open;
	unsigned int servers;
	struct fake_sock *socks;
};

extern const struct host_ops fake_ops;

void fake_init(struct fake_socks *m);
void fake_fini(struct fake_socks *m);

#endif /* SUPPORT_FAKESOCKS_H */
