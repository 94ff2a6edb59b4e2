/* SPDX-License-Identifier: MIT */
#ifndef RUN_NET_FILE_H
#define RUN_NET_FILE_H

/*
 * net_file.h - files of /proc and /sys that describe a host's network
 */

#include "base/strbuf.h"

#include "run/run_int.h"

struct host;

/* Whose file. */
struct net_file {
	struct supervisor *sup;
	struct host *host;
	struct strbuf *out;
};

/**
 * net_file_put() - What a file says on a lab host
 * @f:		Where its text goes
 * @name:	"/proc/net/route", "/sys/class/net/eth0/mtu", ...
 *
 * Return: 0; -ENOENT: there is no such file there; 1: it is not about the
 * network
 */
int net_file_put(const struct net_file *f, const char *name);

typedef void net_file_fn(const struct net_file *f);

/* proc_net.c */
net_file_fn proc_net_dev, proc_net_route, proc_net_arp, proc_net_if_inet6;
net_file_fn proc_net_ipv6_route;
/* proc_sock.c; and the files with a line for each socket: "tcp6".  0 or
 * -ENOENT. */
net_file_fn proc_net_sockstat;
int proc_sock_put(const struct net_file *f, const char *name);
/* proc_snmp.c */
net_file_fn proc_net_snmp, proc_net_netstat;
/* sys_net.c: "eth0/mtu".  0 or -ENOENT. */
int sys_net_put(const struct net_file *f, const char *name);

#endif /* RUN_NET_FILE_H */
