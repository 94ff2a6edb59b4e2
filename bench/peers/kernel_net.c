// SPDX-License-Identifier: MIT
/*
 * kernel_net.c - two namespaces and a veth pair, or one and its loopback
 */

#include "kernel_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 5001 };

void net_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

void net_order(const char *format, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (system(text) != 0) {
		fprintf(stderr, "failed: %s\n", text);
		exit(1);
	}
}

int net_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr, "no network namespace: %s\n", strerror(errno));
		exit(77);
	}
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		net_die("namespace");
	net_order("ip link set lo up");
	return fd;
}

void net_enter(struct net *net, int side)
{
	if (net->path == NET_LOOPBACK || net->side == side)
		return;
	if (setns(net->ns[side], CLONE_NEWNET))
		net_die("setns");
	net->side = side;
}

static void veth_up(struct net *net)
{
	int side;

	net_enter(net, 0);
	net_order("ip link add v0 type veth peer name v1 && "
		  "ip link set v1 netns /proc/%d/fd/%d",
		  (int)getpid(), net->ns[1]);
	for (side = 0; side < 2; side++) {
		net_enter(net, side);
		if (net->path == NET_VETH)
			net_order("ethtool -K v%d tx off tso off gso off "
				  "gro off >/dev/null",
				  side);
		net_order("sysctl -qw net.ipv6.conf.v%d.disable_ipv6=1; "
			  "ip address add 10.1.0.%d/24 dev v%d && "
			  "ip link set v%d up",
			  side, side + 1, side, side);
	}
}

void net_open(struct net *net, const char *path_name)
{
	*net = (struct net){.path = NET_LOOPBACK};
	if (!strcmp(path_name, "veth"))
		net->path = NET_VETH;
	else if (!strcmp(path_name, "veth-offload"))
		net->path = NET_OFFLOAD;
	net->ns[0] = net_namespace();
	if (net->path != NET_LOOPBACK) {
		net->ns[1] = net_namespace();
		net->side = 1;
		/* ip must find them by the number of this process. */
		fcntl(net->ns[1], F_SETFD, 0);
		veth_up(net);
	}
}

int net_socket(struct net *net, int side, int type)
{
	int fd;

	net_enter(net, side);
	fd = socket(AF_INET, type, 0);
	if (fd < 0)
		net_die("socket");
	return fd;
}

struct sockaddr_in net_address(const struct net *net)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};

	a.sin_addr.s_addr =
		inet_addr(net->path == NET_LOOPBACK ? "127.0.0.1" : "10.1.0.2");
	return a;
}

static double read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double net_cpu_s(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double net_clock_s(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
