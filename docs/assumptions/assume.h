/* SPDX-License-Identifier: MIT */
#ifndef ASSUME_H
#define ASSUME_H

/*
 * assume.h - what the programs here share: asking an interface, a namespace of
 * one's own, and saying what holds
 *
 * Included once by each program.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static int count, failures;

static inline void assume(int holds, const char *what)
{
	failures += !holds;
	printf("%sok %d - %s\n", holds ? "" : "not ", ++count, what);
}

static inline int skip(const char *what, int err)
{
	printf("1..0 # SKIP %s: %s\n", what, strerror(err));
	return SKIPPED;
}

static inline int verdict(void)
{
	printf("1..%d\n", count);
	return failures != 0;
}

/*
 * Interfaces.
 */

static inline void ask(unsigned long what, const char *name, struct ifreq *req)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(req->ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(s, what, req))
		perror(name);
	close(s);
}

static inline int index_of(const char *name)
{
	struct ifreq req = {0};

	ask(SIOCGIFINDEX, name, &req);
	return req.ifr_ifindex;
}

static inline void set_up(const char *name, int is_up)
{
	struct ifreq req = {0};

	ask(SIOCGIFFLAGS, name, &req);
	req.ifr_flags = (short)(is_up ? req.ifr_flags | IFF_UP
				      : req.ifr_flags & ~IFF_UP);
	ask(SIOCSIFFLAGS, name, &req);
}

static inline void set_mtu(const char *name, int mtu)
{
	struct ifreq req = {.ifr_mtu = mtu};

	ask(SIOCSIFMTU, name, &req);
}

static inline void set_address(const char *name, const char *address)
{
	struct ifreq req = {0};
	struct sockaddr_in *a = (void *)&req.ifr_addr;

	a->sin_family = AF_INET;
	inet_pton(AF_INET, address, &a->sin_addr);
	ask(SIOCSIFADDR, name, &req);
}

/* Say something to rtnetlink; what is wrong with it is said by what follows. */
static inline void link_order(void *message, uint32_t len)
{
	int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	char answer[1024];

	((struct nlmsghdr *)message)->nlmsg_len = len;
	((struct nlmsghdr *)message)->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(s, message, len, 0) < 0 ||
	    recv(s, answer, sizeof(answer), 0) < 0)
		perror("rtnetlink");
	close(s);
}

static inline void remove_device(const char *name)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg info;
	} m = {.h = {.nlmsg_type = RTM_DELLINK}};

	m.info.ifi_index = index_of(name);
	link_order(&m, sizeof(m));
}

/* An attribute at *@at; what stands in it is still to come. */
static inline struct rtattr *attribute(char **at, unsigned short type,
				       const void *value, size_t len)
{
	struct rtattr *a = (void *)*at;

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), value, len);
	*at += RTA_ALIGN(a->rta_len);
	return a;
}

static inline void attribute_end(struct rtattr *a, const char *at)
{
	a->rta_len = (unsigned short)(at - (char *)a);
}

/* Two interfaces and the cable between them, both switched on. */
static inline void make_pair(const char *name, const char *other)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg info;
		char rest[256];
	} m = {.h = {.nlmsg_type = RTM_NEWLINK,
		     .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL}};
	struct ifinfomsg none = {0};
	struct rtattr *info, *data, *peer;
	char *at = m.rest;

	attribute(&at, IFLA_IFNAME, name, strlen(name) + 1);
	info = attribute(&at, IFLA_LINKINFO, NULL, 0);
	attribute(&at, IFLA_INFO_KIND, "veth", 5);
	data = attribute(&at, IFLA_INFO_DATA, NULL, 0);
	peer = attribute(&at, VETH_INFO_PEER, &none, sizeof(none));
	attribute(&at, IFLA_IFNAME, other, strlen(other) + 1);
	attribute_end(peer, at);
	attribute_end(data, at);
	attribute_end(info, at);
	link_order(&m, (uint32_t)(at - (char *)&m));
	set_up(name, 1);
	set_up(other, 1);
}

static inline void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

/* A namespace of our own, in which nobody speaks IPv6 of his own accord. */
static inline int enter_namespace(void)
{
	char map[40];
	int uid = (int)getuid();

	if (unshare(CLONE_NEWNET)) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			return -1;
		snprintf(map, sizeof(map), "0 %d 1", uid);
		write_file("/proc/self/uid_map", map);
	}
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return 0;
}

/* Send a frame out of an interface. */
static inline void kernel_sends(const char *name, const void *frame, size_t len)
{
	int s = socket(AF_PACKET, SOCK_RAW, htons(3));
	struct sockaddr_ll to = {.sll_family = AF_PACKET};

	to.sll_ifindex = index_of(name);
	if (sendto(s, frame, len, 0, (void *)&to, sizeof(to)) < 0)
		perror("sendto");
	close(s);
}

#endif /* ASSUME_H */
