// SPDX-License-Identifier: MIT
/*
 * packet.c - what src/driver/packet.c takes for granted about packet sockets
 *
 *	cc -o packet packet.c && ./packet
 *
 * Needs nothing of weft, makes a network namespace of its own and in it a pair
 * of interfaces, "near" and "far"; touches nothing else.
 */

#include "assume.h"

enum {
	VNET_HLEN = 10,
	BLOCK = 1 << 18,
	BLOCKS = 4,
	SLOT = 4096,
	SLOTS = 8,
	DATA = 48, /* where the frame of a slot begins */
};

static unsigned char *rings;

static struct tpacket_block_desc *block(int i)
{
	return (void *)(rings + (size_t)(i % BLOCKS) * BLOCK);
}

static struct tpacket3_hdr *slot(int i)
{
	return (void *)(rings + (size_t)BLOCK * BLOCKS +
			(size_t)(i % SLOTS) * SLOT);
}

static int set(int fd, int what, int value)
{
	return setsockopt(fd, SOL_PACKET, what, &value, sizeof(value));
}

static int make_rings(int fd)
{
	struct tpacket_req3 rx = {.tp_block_size = BLOCK,
				  .tp_block_nr = BLOCKS,
				  .tp_frame_size = 2048,
				  .tp_frame_nr = BLOCK / 2048 * BLOCKS,
				  .tp_retire_blk_tov = 1};
	struct tpacket_req3 tx = {.tp_block_size = SLOT,
				  .tp_block_nr = SLOTS,
				  .tp_frame_size = SLOT,
				  .tp_frame_nr = SLOTS};

	if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &rx, sizeof(rx)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &tx, sizeof(tx)))
		return -1;
	rings = mmap(NULL, BLOCK * BLOCKS + SLOT * SLOTS,
		     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return rings == MAP_FAILED ? -1 : 0;
}

static int open_near(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(3),
				 .sll_ifindex = index_of("near")};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	assume(!set(fd, PACKET_VERSION, TPACKET_V3),
	       "the third version of the rings can be had");
	assume(!set(fd, PACKET_VNET_HDR, 1),
	       "... with a virtio header in front of each frame");
	assume(!set(fd, PACKET_IGNORE_OUTGOING, 1),
	       "what is sent need not be heard again");
	assume(!make_rings(fd), "both rings can be had, mapped as one");
	assume(!bind(fd, (void *)&at, sizeof(at)),
	       "a socket is bound to one interface");
	return fd;
}

/* The first frame of a block that is or becomes ours. */
static struct tpacket3_hdr *wait_block(int fd, int i)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (!(block(i)->hdr.bh1.block_status & TP_STATUS_USER))
		poll(&p, 1, 2000);
	if (!(block(i)->hdr.bh1.block_status & TP_STATUS_USER))
		return NULL;
	return (void *)((char *)block(i) +
			block(i)->hdr.bh1.offset_to_first_pkt);
}

static void give_back(int i)
{
	block(i)->hdr.bh1.block_status = TP_STATUS_KERNEL;
}

static void receiving(int fd)
{
	unsigned char frame[100] = {[12] = 0x88, [13] = 0xb5, [99] = 7};
	unsigned char tagged[104] = {[12] = 0x81, [15] = 9, [16] = 0x88};
	unsigned char *seen;
	struct tpacket3_hdr *h;

	kernel_sends("far", frame, sizeof(frame));
	h = wait_block(fd, 0);
	assume(h != NULL, "a block with one frame is handed over by itself");
	if (!h)
		return;
	seen = (unsigned char *)h + h->tp_mac;
	assume(h->tp_len == 100 && h->tp_snaplen == 100 && seen[99] == 7,
	       "its lengths do not count the virtio header");
	assume(h->tp_mac >= sizeof(*h) + sizeof(struct sockaddr_ll) +
				       VNET_HLEN &&
		       seen[-10] == 0 && seen[-9] == 0,
	       "... which stands directly in front of the frame");
	give_back(0);
	tagged[14] = 0x20;
	kernel_sends("far", tagged, sizeof(tagged));
	h = wait_block(fd, 1);
	assume(h && h->tp_len == 100 && h->tp_status & TP_STATUS_VLAN_VALID &&
		       h->hv1.tp_vlan_tci == 0x2009,
	       "a VLAN tag is taken out, and said beside the frame");
	give_back(1);
}

/* A large segment that the kernel sends, and would have somebody cut. */
static void large_segments(int fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int s = socket(AF_INET, SOCK_DGRAM, 0), broadcast = 1, size = 1000;
	static char octets[20000];
	struct tpacket3_hdr *h;
	unsigned char *v;

	set_address("far", "10.9.0.1");
	inet_pton(AF_INET, "10.255.255.255", &to.sin_addr);
	setsockopt(s, SOL_SOCKET, SO_BROADCAST, &broadcast, sizeof(broadcast));
	setsockopt(s, 17, 103 /* UDP_SEGMENT */, &size, sizeof(size));
	if (sendto(s, octets, sizeof(octets), 0, (void *)&to, sizeof(to)) < 0)
		perror("sendto");
	h = wait_block(fd, 2);
	assume(h && h->tp_len == 42 + 20000,
	       "a large segment comes in one piece, larger than the MTU");
	v = h ? (unsigned char *)h + h->tp_mac - VNET_HLEN : NULL;
	assume(v && v[0] == 1 && v[1] == 5 && v[4] + 256 * v[5] == 1000,
	       "... and its virtio header says how it is to be cut");
	assume(v && v[6] == 34 && v[8] == 6,
	       "... and where its checksum is that is not complete");
	give_back(2);
	close(s);
}

static void fill(int i, size_t len, int hdr_len, unsigned char what)
{
	unsigned char *p = (unsigned char *)slot(i) + DATA;

	memset(p, 0, VNET_HLEN);
	p[2] = hdr_len & 255;
	p[3] = (unsigned char)(hdr_len >> 8);
	memset(p + VNET_HLEN, what, len);
	p[VNET_HLEN + 12] = 0x88;
	p[VNET_HLEN + 13] = 0xb5;
	slot(i)->tp_len = (unsigned)len + VNET_HLEN;
	slot(i)->tp_next_offset = 0;
	slot(i)->tp_status = TP_STATUS_SEND_REQUEST;
}

/* Its checksum is to be put where there is nothing. */
static void lie(int i)
{
	unsigned char *p = (unsigned char *)slot(i) + DATA;

	p[0] = 1;
	p[7] = 40;
}

static int kick(int fd)
{
	return sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno : 0;
}

static ssize_t hear(int fd, unsigned char *buf)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	poll(&p, 1, 2000);
	return recv(fd, buf, 2000, MSG_DONTWAIT);
}

static void sending(int fd)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(0x88b5),
				 .sll_ifindex = index_of("far")};
	int far = socket(AF_PACKET, SOCK_RAW, 0), i;
	unsigned char buf[2000];

	if (bind(far, (void *)&at, sizeof(at)))
		perror("bind");
	fill(0, 100, 0, 'a');
	fill(1, 1514, 1514, 'b');
	assume(!kick(fd), "one call hands over all slots that are filled");
	assume(hear(far, buf) == 100 && buf[99] == 'a' &&
		       hear(far, buf) == 1514 && buf[1513] == 'b',
	       "... and the frames arrive in their order");
	for (i = 0; i < 200 && slot(0)->tp_status != TP_STATUS_AVAILABLE; i++)
		usleep(10000);
	assume(slot(0)->tp_status == TP_STATUS_AVAILABLE,
	       "a slot is given back");
	fill(2, 200, 0, 'c');
	kick(fd);
	for (i = 0; i < 200 && slot(2)->tp_status != TP_STATUS_AVAILABLE; i++)
		usleep(10000);
	memset((char *)slot(2) + DATA, 'X', 300);
	assume(hear(far, buf) == 200 && buf[199] == 'c',
	       "... when nobody will look at it again, even over a veth pair");
	close(far);
}

static void refusals(int fd)
{
	struct sockaddr_ll at;
	socklen_t len = sizeof(at);
	int err;

	fill(3, 100, 0, 'd');
	lie(3);
	fill(4, 100, 0, 'e');
	assume(kick(fd) == -EINVAL &&
		       slot(3)->tp_status & TP_STATUS_WRONG_FORMAT,
	       "a virtio header that lies is refused, and its slot says so");
	assume(slot(4)->tp_status == TP_STATUS_SEND_REQUEST,
	       "... and the kernel stops there");
	kick(fd);
	assume(slot(4)->tp_status == TP_STATUS_SEND_REQUEST,
	       "... until that slot is filled anew");
	fill(3, 100, 0, 'f');
	assume(!kick(fd) && slot(4)->tp_status != TP_STATUS_SEND_REQUEST,
	       "... then it goes on");
	fill(5, 3000, 0, 'h');
	fill(6, 100, 0, 'i');
	assume(kick(fd) == -ENOBUFS &&
		       slot(5)->tp_status == TP_STATUS_SEND_REQUEST &&
		       slot(6)->tp_status == TP_STATUS_SEND_REQUEST,
	       "a frame that the wire drops is ENOBUFS, and is offered again "
	       "before any other");
	fill(5, 100, 0, 'i');
	slot(6)->tp_status = TP_STATUS_AVAILABLE;
	assume(!kick(fd) && slot(5)->tp_status != TP_STATUS_SEND_REQUEST,
	       "... until its slot is filled anew");
	set_up("near", 0);
	fill(6, 100, 0, 'g');
	assume(kick(fd) == -ENETDOWN &&
		       slot(6)->tp_status == TP_STATUS_SEND_REQUEST,
	       "while the interface is down frames stay in their slots");
	len = sizeof(err);
	assume(!getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) &&
		       err == ENETDOWN,
	       "that it went down is the socket's error, once");
	set_up("near", 1);
	assume(!kick(fd) && slot(6)->tp_status != TP_STATUS_SEND_REQUEST,
	       "... and are sent when it is up again");
	remove_device("near");
	len = sizeof(at);
	assume(!getsockname(fd, (void *)&at, &len) && at.sll_ifindex < 0,
	       "when the interface is removed the socket is bound to none");
}

int main(void)
{
	int fd;

	if (enter_namespace())
		return skip("no network namespace", errno);
	make_pair("near", "far");
	fd = open_near();
	if (rings == MAP_FAILED)
		return verdict();
	receiving(fd);
	large_segments(fd);
	sending(fd);
	refusals(fd);
	return verdict();
}
