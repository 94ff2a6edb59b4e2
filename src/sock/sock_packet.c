// SPDX-License-Identifier: MIT
/*
 * sock_packet.c - packet sockets: whole frames, in and out
 *
 * Theory of operation
 * ===================
 * The link layer lets somebody look at every frame (link/ether.h), which is
 * this file while there are packet sockets.  A socket hears what its protocol
 * and interface say; one for all protocols hears also what leaves, as tcpdump
 * wants it.
 *
 *	frame arrives ---> ether ---> every socket: interface, type, for us?
 *	frame leaves  --->   "           (all types only)
 *
 * Frames for other hosts are heard where a socket has asked for it
 * (PACKET_MR_PROMISC); all of the interface's sockets hear them then, as on a
 * real interface, which is in that mode or is not.
 *
 * SOCK_RAW shows and takes the link header, SOCK_DGRAM leaves it to us.
 *
 * Limits
 * ------
 * Interfaces that have no Ethernet header (serial lines) are not heard, and a
 * VLAN's frames are heard on the interface it stands on.
 */

#include "sock/sock_packet.h"

#include <errno.h>
#include <string.h>

#include "wire/ether.h"

#include "core/netif.h"
#include "core/pkt.h"
#include "core/probe.h"
#include "core/waitq.h"

#include "link/ether.h"
#include "sock/sock_raw.h"

#define HW_ETHER    1
#define HW_LOOPBACK 772
#define MEMBERS_MAX 16

/**
 * struct packet_end - a packet socket
 * @node:	In struct sock_stack
 * @sock:	Whose
 * @heard:	What has come
 * @type:	EtherType; SK_ETH_P_ALL; 0: none
 * @ifindex:	Where alone; 0: anywhere
 * @promisc:	Interfaces that are to hear everything, @promisc_count of them
 */
struct packet_end {
	struct list node;
	struct sock *sock;
	struct heard_queue heard;
	uint16_t type;
	uint32_t ifindex;
	uint32_t promisc[MEMBERS_MAX];
	int promisc_count;
};

static bool is_cooked(const struct sock *s)
{
	return s->ops->type == SK_SOCK_DGRAM;
}

static bool on_frame(struct stack *stack, struct netif *netif,
		     const struct pkt *pkt, bool is_out);

/* Nobody is asked while there is no packet socket. */
static void listen_if_any(struct stack *stack)
{
	bool is_any = !list_is_empty(&sock_stack_of(stack)->packets);

	ether_tap_set(stack, is_any ? on_frame : NULL);
}

static int packet_open(struct sock *s)
{
	struct stack *stack = s->file.stack;
	struct packet_end *p = mem_alloc(stack->place.env->mem, sizeof(*p));
	uint16_t type = (uint16_t)s->proto;

	if (!p)
		return -ENOMEM;
	p->sock = s;
	p->type = (uint16_t)(type << 8 | type >> 8); /* as htons() gave it */
	heard_init(&p->heard);
	s->packet = p;
	list_add_tail(&sock_stack_of(stack)->packets, &p->node);
	listen_if_any(stack);
	return 0;
}

static void packet_free(struct sock *s)
{
	struct stack *stack = s->file.stack;
	struct packet_end *p = s->packet;

	list_del(&p->node);
	listen_if_any(stack);
	heard_clear(s, &p->heard);
	mem_free(stack->place.env->mem, p, sizeof(*p));
}

/* An address of IP is none of its. */
static int packet_bind(struct sock *s, const struct endpoint *local)
{
	(void)s, (void)local;
	return -EINVAL;
}

static int packet_connect(struct sock *s, const struct endpoint *peer)
{
	(void)s, (void)peer;
	return -EOPNOTSUPP;
}

static bool is_packet(const struct sock *s)
{
	return s->ops == &sock_packet_ops || s->ops == &sock_cooked_ops;
}

int sk_bind_ll(struct stack *stack, int fd, const struct sk_ll *local)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	if (!is_packet(s) || local->family != SK_AF_PACKET)
		return -EINVAL;
	if (local->ifindex &&
	    !stack_netif_by_index(stack, (uint32_t)local->ifindex))
		return -ENODEV;
	s->packet->ifindex = (uint32_t)local->ifindex;
	if (get16(local->proto))
		s->packet->type = get16(local->proto);
	return 0;
}

static void fill_ll(struct sk_ll *ll, const struct netif *netif, uint16_t type)
{
	*ll = (struct sk_ll){
		.family = SK_AF_PACKET,
		.ifindex = netif ? (int32_t)netif->index : 0,
	};
	put16(ll->proto, type);
	if (!netif)
		return;
	ll->hatype =
		netif->features & NETIF_F_LOOPBACK ? HW_LOOPBACK : HW_ETHER;
	ll->halen = sizeof(netif->mac.o);
	put_mac(ll->addr, netif->mac);
}

int sk_getsockname_ll(struct stack *stack, int fd, struct sk_ll *local)
{
	struct sock *s;
	int err = sock_find(stack, fd, &s);

	if (err)
		return err;
	if (!is_packet(s))
		return -EINVAL;
	fill_ll(local, stack_netif_by_index(stack, s->packet->ifindex),
		s->packet->type);
	return 0;
}

/* Where a frame is to leave, and as what.  0, -ENXIO, -EINVAL, -ENETDOWN. */
static int where_to(struct sock *s, const struct sock_io *io,
		    struct netif **netif, uint16_t *type)
{
	const struct sk_ll *ll = io->how ? io->how->ll : NULL;
	uint32_t index = s->packet->ifindex;

	*type = s->packet->type;
	if (ll && ll->family != SK_AF_PACKET)
		return -EINVAL;
	if (ll) {
		index = (uint32_t)ll->ifindex;
		*type = get16(ll->proto);
	}
	*netif = stack_netif_by_index(s->file.stack, index);
	if (!*netif)
		return -ENXIO;
	return (*netif)->is_up ? 0 : -ENETDOWN;
}

/* The program's octets go out as they are, or behind a header of ours. */
static int send_frame(struct sock *s, struct netif *netif, struct pkt *pkt,
		      const struct sock_io *io, uint16_t type)
{
	const struct sk_ll *ll = io->how ? io->how->ll : NULL;
	mac_addr to = MAC_ZERO;

	if (!is_cooked(s))
		return ether_output_whole(s->file.stack, netif, pkt);
	if (ll && ll->halen >= sizeof(to.o))
		to = get_mac(ll->addr);
	return ether_output(s->file.stack, netif, pkt, to, type);
}

static long packet_send(struct sock *s, struct sock_io *io)
{
	size_t head = is_cooked(s) ? 0 : ETH_HLEN;
	struct netif *netif;
	struct pkt *pkt;
	uint16_t type;
	int err;

	err = where_to(s, io, &netif, &type);
	if (err)
		return err;
	if (io->len < head)
		return -EINVAL;
	if (io->len > netif->mtu + head)
		return -EMSGSIZE;
	pkt = pkt_new(s->file.stack->place.env, R_SOCK_RAW);
	if (!pkt)
		return -ENOMEM;
	err = pkt_append(pkt, io->out, io->len);
	if (err) {
		pkt_free(pkt);
		return err;
	}
	err = send_frame(s, netif, pkt, io, type);
	if (err)
		return err;
	io->want = 0;
	return (long)io->len;
}

static long packet_recv(struct sock *s, struct sock_io *io)
{
	return heard_recv(s, &s->packet->heard, io);
}

static int packet_ioctl(struct sock *s, unsigned long request, int *val)
{
	if (request == SK_FIONREAD)
		*val = (int)heard_next(&s->packet->heard);
	else if (request == SK_TIOCOUTQ)
		*val = 0;
	else
		return -ENOTTY;
	return 0;
}

static int packet_shutdown(struct sock *s, int how)
{
	(void)s, (void)how;
	return -EOPNOTSUPP;
}

static struct endpoint packet_nowhere(const struct sock *s)
{
	(void)s;
	return (struct endpoint){0};
}

static int packet_error(struct sock *s)
{
	(void)s;
	return 0;
}

static uint32_t packet_poll(struct sock *s)
{
	return WAIT_OUT | (list_is_empty(&s->packet->heard.list) ? 0 : WAIT_IN);
}

static size_t packet_readable(struct sock *s)
{
	return heard_next(&s->packet->heard);
}

static void packet_info(struct sock *s, struct sock_info *info)
{
	info->state = "UNCONN";
	info->recv_queue = s->packet->heard.len;
}

/*
 * Options.
 */

static int promisc_change(struct packet_end *p, uint32_t index, bool is_add)
{
	int i;

	if (is_add && p->promisc_count == MEMBERS_MAX)
		return -ENOBUFS;
	if (is_add) {
		p->promisc[p->promisc_count++] = index;
		return 0;
	}
	for (i = 0; i < p->promisc_count; i++)
		if (p->promisc[i] == index) {
			p->promisc[i] = p->promisc[--p->promisc_count];
			return 0;
		}
	return -EADDRNOTAVAIL;
}

/* Group addresses are heard by every interface of ours anyway. */
int sock_packet_member(struct sock *s, const struct sk_packet_mreq *req,
		       bool is_add)
{
	struct stack *stack = s->file.stack;

	if (!stack_netif_by_index(stack, (uint32_t)req->ifindex))
		return -ENODEV;
	if (req->type == SK_PACKET_MR_PROMISC)
		return promisc_change(s->packet, (uint32_t)req->ifindex,
				      is_add);
	return req->type > SK_PACKET_MR_ALLMULTI ? -EINVAL : 0;
}

/* Counted since they were asked for last. */
struct sk_packet_stats sock_packet_stats(struct sock *s)
{
	struct heard_queue *q = &s->packet->heard;
	struct sk_packet_stats st = {q->packets, q->drops};

	q->packets = q->drops = 0;
	return st;
}

/*
 * In.
 */

static bool is_promisc(struct stack *stack, const struct netif *netif)
{
	const struct packet_end *p;
	int i;

	list_for_each_entry(p, &sock_stack_of(stack)->packets,
			    struct packet_end, node)
		for (i = 0; i < p->promisc_count; i++)
			if (p->promisc[i] == netif->index)
				return true;
	return false;
}

static uint8_t pkttype_of(const struct pkt *pkt, bool is_out)
{
	static const uint8_t types[] = {
		[PKT_TO_US] = SK_PACKET_HOST,
		[PKT_TO_ALL] = SK_PACKET_BROADCAST,
		[PKT_TO_GROUP] = SK_PACKET_MULTICAST,
		[PKT_TO_OTHER] = SK_PACKET_OTHERHOST,
	};

	return is_out ? SK_PACKET_OUTGOING : types[pkt->dest];
}

static bool packet_hears(const struct packet_end *p, const struct sk_ll *ll)
{
	if (p->ifindex && p->ifindex != (uint32_t)ll->ifindex)
		return false;
	if (p->type == SK_ETH_P_ALL)
		return true;
	return ll->pkttype != SK_PACKET_OUTGOING && p->type == get16(ll->proto);
}

static void hear(struct packet_end *p, const struct pkt *pkt,
		 const struct heard *what)
{
	struct pkt *copy = pkt_clone(pkt);

	if (!copy) {
		p->sock->file.stack->place.drops[DROP_no_memory]++;
		return;
	}
	if (is_cooked(p->sock))
		pkt_pull(copy, ETH_HLEN);
	heard_add(p->sock, &p->heard, copy, what);
}

static bool on_frame(struct stack *stack, struct netif *netif,
		     const struct pkt *pkt, bool is_out)
{
	struct heard what = {.ifindex = netif->index};
	struct packet_end *p;
	bool is_heard = false;
	uint8_t head[ETH_HLEN];

	if (pkt->len < ETH_HLEN ||
	    (!is_out && pkt->dest == PKT_TO_OTHER && !is_promisc(stack, netif)))
		return false;
	pkt_copy_out(pkt, 0, head, sizeof(head));
	fill_ll(&what.ll, netif, get16(head + 12));
	put_mac(what.ll.addr, get_mac(head + 6));
	what.ll.pkttype = pkttype_of(pkt, is_out);
	list_for_each_entry(p, &sock_stack_of(stack)->packets,
			    struct packet_end, node) {
		if (!packet_hears(p, &what.ll))
			continue;
		hear(p, pkt, &what);
		is_heard = true;
	}
	return is_heard;
}

/* clang-format off */
#define PACKET_OPS(kind) {						\
	.name = "packet", .type = (kind), .opts = OPT_UNIX,		\
	.open = packet_open, .free = packet_free, .bind = packet_bind,	\
	.connect = packet_connect, .send = packet_send,			\
	.recv = packet_recv, .ioctl = packet_ioctl,			\
	.shutdown = packet_shutdown, .local = packet_nowhere,		\
	.peer = packet_nowhere, .error = packet_error,			\
	.poll = packet_poll, .readable = packet_readable,		\
	.info = packet_info,						\
}
const struct sock_ops sock_packet_ops = PACKET_OPS(SK_SOCK_RAW);
const struct sock_ops sock_cooked_ops = PACKET_OPS(SK_SOCK_DGRAM);
/* clang-format on */
