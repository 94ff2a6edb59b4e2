/* SPDX-License-Identifier: MIT */
#ifndef OS_HOSTSOCK_INT_H
#define OS_HOSTSOCK_INT_H

/*
 * hostsock_int.h - what the two files of hostsock share
 *
 *	hostsock.c	open, wait, close	hostsock_io.c	what goes through
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "base/list.h"

#include "os/hostsock.h"

enum {
	HOST_BATCH = 64,    /* owners told in one look */
	HOST_RESOLVERS = 3, /* as many as resolv.conf(5) allows */
};

/**
 * struct host_slot - an open socket; it stands at its descriptor's place
 * @owner:	Whose; NULL: not open
 * @kind:	What it is
 * @is_v6:	Of which version
 * @how:	How its datagrams leave at present
 */
struct host_slot {
	void *owner;
	enum host_kind kind;
	bool is_v6;
	struct host_how how;
};

/**
 * struct host_socks - the machine's sockets
 * @mem:	Where this comes from
 * @epoll:	The set that all of them are in
 * @slots:	By descriptor, @size of them
 * @batch:	What is being told; entries of closed sockets are -1
 * @batch_count: Entries
 * @servers:	Of names, @server_count of them, as the file said at @servers_at
 */
struct host_socks {
	struct mem *mem;
	int epoll;
	struct host_slot *slots;
	size_t size;
	struct epoll_event batch[HOST_BATCH];
	int batch_count;
	struct host_addr servers[HOST_RESOLVERS];
	unsigned int server_count;
	struct timespec servers_at;
};

/* hostsock.c: false: it is of neither version. */
bool host_addr_from(struct host_addr *a, const struct sockaddr *sa, size_t len);

/* hostsock_io.c */
long host_send(void *arg, int sock, const struct iovec *v, int count);
long host_send_urgent(void *arg, int sock, const void *buf, size_t len);
long host_recv(void *arg, int sock, void *buf, size_t len);
long host_recv_urgent(void *arg, int sock, uint8_t *octet);
int host_error(void *arg, int sock);
bool host_next_error(void *arg, int sock, struct host_error *e);
void host_how(void *arg, int sock, const struct host_how *how);
int host_resolver(void *arg, unsigned int n, struct host_addr *out);

#endif /* OS_HOSTSOCK_INT_H */
