// SPDX-License-Identifier: MIT
/*
 * tap.c - what src/driver/tap.c takes for granted about TAP devices
 *
 *	cc -o tap tap.c && ./tap
 *
 * Needs nothing of weft, makes a network namespace of its own, touches
 * nothing else.
 */

#include "assume.h"

enum { VNET_HLEN = 10 };

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

/* UDP from one port to another, in one frame. */
static void write_datagram(int fd, unsigned char port)
{
	unsigned char f[60] = {
		[12] = 8,  [14] = 0x45, [17] = 46,  [22] = 64, [23] = 17,
		[26] = 10, [27] = 9,	[29] = 2,   [30] = 10, [31] = 9,
		[33] = 1,  [35] = port, [37] = 200, [39] = 26};
	unsigned sum = 0;
	int i;

	memset(f, 0xff, 6);
	for (i = 14; i < 34; i += 2)
		sum += (unsigned)f[i] << 8 | f[i + 1];
	sum = ~((sum & 0xffff) + (sum >> 16));
	f[24] = (unsigned char)(sum >> 8);
	f[25] = sum & 255;
	if (write(fd, f, sizeof(f)) < 0)
		perror("write");
}

/* Does the next datagram of the kernel come here? */
static int comes(int fd)
{
	unsigned char f[2000];
	int tries;

	for (tries = 0; tries < 20; tries++) {
		ssize_t n = read(fd, f, sizeof(f));

		if (n > 34 && f[12] == 8 && f[13] == 0 && f[23] == 17)
			return 1;
		if (n < 0)
			usleep(10000);
	}
	return 0;
}

static void queues(void)
{
	int a = open_tap("e0", IFF_MULTI_QUEUE), s, alone;
	int b = open_tap("e0", IFF_MULTI_QUEUE);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(200)};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct arpreq arp = {.arp_flags = ATF_COM | ATF_PERM};

	assume(a >= 0 && b >= 0,
	       "a device with several queues is opened once for each");
	alone = open_tap("e0", 0);
	assume(alone < 0 && errno == EINVAL,
	       "... and not without saying so: EINVAL");
	set_address("e0", "10.9.0.1");
	set_up("e0", 1);
	s = socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, "10.9.0.2", &to.sin_addr);
	memcpy(&arp.arp_pa, &to, sizeof(to));
	arp.arp_ha.sa_data[0] = 2;
	strcpy(arp.arp_dev, "e0");
	if (bind(s, (void *)&at, sizeof(at)) || ioctl(s, SIOCSARP, &arp))
		perror("e0");
	write_datagram(b, 7);
	usleep(10000);
	sendto(s, "x", 1, 0, (void *)&to, sizeof(to));
	assume(comes(b), "a flow is answered by the queue that it came from");
	write_datagram(a, 7);
	usleep(10000);
	sendto(s, "x", 1, 0, (void *)&to, sizeof(to));
	assume(comes(a), "... and follows when it moves to another");
	close(a);
	close(b);
	close(s);
}

int main(void)
{
	if (enter_namespace())
		return skip("no network namespace", errno);
	if (access("/dev/net/tun", R_OK | W_OK))
		return skip("no /dev/net/tun", errno);
	frames();
	ends();
	numbers();
	offloads();
	queues();
	return verdict();
}
