/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PEERS_KERNEL_NET_H
#define BENCH_PEERS_KERNEL_NET_H

/*
 * kernel_net.h - two places of this machine's kernel, and a way between them
 *
 * Everything happens in network namespaces of this process, which end with it.
 * One thread owns both ends, as the programs do that measure stacks in memory:
 * what the kernel does on reception it does inside of the sender's call.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum net_path {
	NET_LOOPBACK, /* one namespace, its lo */
	NET_VETH,     /* two of them, a veth pair without any offload */
	NET_OFFLOAD,  /* the same with offloads, as they are by default */
};

/**
 * struct net - the two sides
 * @path:	Between them
 * @ns:		Of side 0 and side 1, as descriptors
 * @side:	Where this thread is
 */
struct net {
	enum net_path path;
	int ns[2];
	int side;
};

/* Make it; ends the program, saying why, with status 77 where it may not. */
void net_open(struct net *net, const char *path_name);

/* A socket of that side; ends the program if there is none. */
int net_socket(struct net *net, int side, int type);

/* Where side 1 listens, as side 0 sees it. */
struct sockaddr_in net_address(const struct net *net);

/* Go to that side. */
void net_enter(struct net *net, int side);

/* Run a command of the shell where this thread is; ends the program if it
 * fails. */
void net_order(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A namespace of its own for this thread; its descriptor. */
int net_namespace(void);

/* Seconds of this process's processor time, and of the clock. */
double net_cpu_s(void);
double net_clock_s(void);

/* Say why, and end. */
void net_die(const char *what) __attribute__((noreturn));

#endif /* BENCH_PEERS_KERNEL_NET_H */
