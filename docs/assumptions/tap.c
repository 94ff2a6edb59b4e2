// SPDX-License-Identifier: MIT
/*
 * tap.c - what src/driver/tap.c takes for granted about TAP devices
 *
 *	cc -o tap tap.c && ./tap
 *
 * Stands alone, makes a network namespace of its own, touches nothing else.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { VNET_HLEN = 10, SKIPPED = 77 };

static int count, failures;

static void assume(int holds, const char *what)
{
	failures += !holds;
	printf("%sok %d - %s\n", holds ? "" : "not ", ++count, what);
}

static int open_tap(const char *name, short flags)
{
	struct ifreq req = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | flags)};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &req)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void ask(unsigned long what, const char *name, struct ifreq *req)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(req->ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(s, what, req))
		perror(name);
	close(s);
}

static void set_up(const char *name, int is_up)
{
	struct ifreq req = {0};

	ask(SIOCGIFFLAGS, name, &req);
	req.ifr_flags = (short)(is_up ? req.ifr_flags | IFF_UP
				      : req.ifr_flags & ~IFF_UP);
	ask(SIOCSIFFLAGS, name, &req);
}

static void remove_device(const char *name)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg info;
	} m = {.h = {.nlmsg_len = sizeof(m),
		     .nlmsg_type = RTM_DELLINK,
		     .nlmsg_flags = NLM_F_REQUEST}};
	int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct ifreq req = {0};

	ask(SIOCGIFINDEX, name, &req);
	m.info.ifi_index = req.ifr_ifindex;
	if (send(s, &m, sizeof(m), 0) < 0)
		perror(name);
	close(s);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

/* A namespace of our own, in which nobody speaks IPv6 of his own accord. */
static int enter_namespace(void)
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

/* Send a frame out of the kernel's end. */
static void kernel_sends(const char *name, const void *frame, size_t len)
{
	int s = socket(AF_PACKET, SOCK_RAW, htons(3));
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	struct ifreq req = {0};

	ask(SIOCGIFINDEX, name, &req);
	to.sll_ifindex = req.ifr_ifindex;
	if (sendto(s, frame, len, 0, (void *)&to, sizeof(to)) < 0)
		perror("sendto");
	close(s);
}

/* The device's carrier comes on a little later than its file. */
static ssize_t read_soon(int fd, const struct iovec *iov, int n)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		ssize_t got = readv(fd, iov, n);

		if (got >= 0 || errno != EAGAIN)
			return got;
		usleep(10000);
	}
	return -1;
}

static void frames(void)
{
	unsigned char frame[100] = {[12] = 0x88, 0xb5}, head[60], rest[100];
	struct iovec in[2] = {{head, 60}, {rest, 100}};
	struct iovec out[2] = {{frame, 14}, {frame + 14, 86}};
	int fd = open_tap("a0", 0), tries;
	ssize_t n = -1;

	set_up("a0", 1);
	assume(read(fd, rest, sizeof(rest)) < 0 && errno == EAGAIN,
	       "a device with no frame says EAGAIN");
	for (tries = 0; n < 0 && tries < 200; tries++) {
		kernel_sends("a0", frame, sizeof(frame));
		usleep(10000);
		n = readv(fd, in, 2);
	}
	while (read(fd, rest, sizeof(rest)) > 0)
		; /* those that were sent while the carrier was off */
	assume(n == 100, "one read is one frame, scattered over the pieces");
	kernel_sends("a0", frame, sizeof(frame));
	in[0].iov_len = 1;
	assume(read_soon(fd, in, 1) >= 0 && read(fd, rest, sizeof(rest)) < 0 &&
		       errno == EAGAIN,
	       "a frame that did not fit is gone, not cut in two");
	assume(writev(fd, out, 2) == 100, "one write is one frame, gathered");
	assume(write(fd, frame, 13) < 0 && errno == EINVAL,
	       "a frame shorter than its header is refused with EINVAL");
	set_up("a0", 0);
	assume(write(fd, frame, sizeof(frame)) < 0 && errno == EIO,
	       "when the kernel's end is down a write says EIO");
	close(fd);
}

static void ends(void)
{
	unsigned char frame[100] = {[12] = 0x88, 0xb5};
	int fd = open_tap("b0", 0), other = open_tap("b0", 0);

	assume(other < 0 && errno == EBUSY,
	       "a device that is open cannot be opened again: EBUSY");
	set_up("b0", 1);
	remove_device("b0");
	assume(read(fd, frame, sizeof(frame)) < 0 && errno == EBADFD,
	       "when the device was removed a read says EBADFD");
	assume(write(fd, frame, sizeof(frame)) < 0 && errno == EBADFD,
	       "when the device was removed a write says EBADFD");
	close(fd);
}

static void numbers(void)
{
	struct ifreq req = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR);

	strcpy(req.ifr_name, "c%d");
	assume(ioctl(fd, TUNSETIFF, &req) == 0 && !strcmp(req.ifr_name, "c0"),
	       "%d in a name becomes the first free number");
	close(fd);
}

/* TCP of @len octets, all in one frame, with a header in front. */
static ssize_t write_segment(int fd, size_t len, unsigned gso, unsigned start)
{
	static unsigned char buf[VNET_HLEN + 65550];
	unsigned char *f = buf + VNET_HLEN;

	memset(buf, 0, sizeof(buf));
	buf[0] = 1; /* needs a checksum */
	buf[1] = gso ? 1 : 0;
	buf[2] = 54;
	buf[4] = gso & 255;
	buf[5] = (unsigned char)(gso >> 8);
	buf[6] = start & 255;
	buf[7] = (unsigned char)(start >> 8);
	buf[8] = 16;
	f[12] = 8;
	f[14] = 0x45;
	f[16] = (unsigned char)((len + 40) >> 8);
	f[17] = (len + 40) & 255;
	f[22] = 64;
	f[23] = 6;
	f[46] = 0x50;
	return write(fd, buf, VNET_HLEN + 54 + len);
}

static void offloads(void)
{
	int fd = open_tap("d0", IFF_VNET_HDR), len = VNET_HLEN, one = 1, got;
	unsigned features =
		TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	assume(ioctl(fd, TUNGETVNETHDRSZ, &got) == 0 && got == VNET_HLEN,
	       "the header has ten octets unless somebody asked for twelve");
	assume(ioctl(fd, TUNSETVNETHDRSZ, &len) == 0 &&
		       ioctl(fd, TUNSETVNETLE, &one) == 0,
	       "its byte order can be set to little endian");
	assume(ioctl(fd, TUNSETOFFLOAD, features) == 0,
	       "checksums and TCP segmentation of both versions can be had");
	set_up("d0", 1);
	assume(write_segment(fd, 60000, 1460, 34) > 0,
	       "one write may hold 60,000 octets of TCP, to be segmented");
	assume(write_segment(fd, 60000, 0, 34) > 0,
	       "... and is taken without segmentation, too");
	assume(write_segment(fd, 100, 0, 2000) < 0 && errno == EINVAL,
	       "a header about octets that are not there is EINVAL");
	close(fd);
}

int main(void)
{
	if (enter_namespace()) {
		printf("1..0 # SKIP no network namespace: %s\n",
		       strerror(errno));
		return SKIPPED;
	}
	if (access("/dev/net/tun", R_OK | W_OK)) {
		printf("1..0 # SKIP no /dev/net/tun: %s\n", strerror(errno));
		return SKIPPED;
	}
	frames();
	ends();
	numbers();
	offloads();
	printf("1..%d\n", count);
	return failures != 0;
}
