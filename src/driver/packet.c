// SPDX-License-Identifier: MIT
/*
 * packet.c - an interface of the system, shared with the kernel
 *
 * Theory of operation
 * ===================
 * Two rings lie in memory that the kernel and we both see; the first word of
 * each part says whose it is.  Frames that come cost no system call at all:
 *
 *	rx   [ block | block | block | ... ]	a block, many frames
 *	        ^ ours until we give it back	  one behind the other
 *
 * A frame is copied into a packet, and when the last of a block is, the block
 * goes back.  Lending the block instead would let one slow reader hold 256 KB
 * of the ring for each frame he has not read.
 *
 *	tx   [ slot | slot | slot | ... ]	a slot, one frame
 *	        ^ tail      ^ head
 *
 * A frame that leaves is copied into a slot.  One system call hands over all
 * slots that are filled; it is made when TX_BATCH are, or by dev_flush() before
 * the loop sleeps.  What the kernel does not take then stays, and is offered
 * again: a frame that was put into the ring is lost only if the kernel refuses
 * it for what it is (WRONG_FORMAT: tx_refused), or the interface has thrown it
 * away (ENOBUFS: tx_queue).  The kernel stops at such a slot and looks at no
 * other before that one is filled again, so the frames behind it move up.
 *
 * With a virtio header in front of each frame large segments and unfinished
 * checksums pass both ways.  For a small frame that leaves, its hdr_len is the
 * whole frame: so much the kernel copies at once, and the rest it would have to
 * copy later in pieces.
 *
 * The kernel takes VLAN tags off and says so beside the frame; they are put
 * back.
 *
 * Invariants
 * ----------
 *  (1) Slots from tail to head are the kernel's or wait for it; all others are
 *	ours.
 *  (2) Nothing outside of a block is looked at, whatever the block says.
 *
 * Limits
 * ------
 * A block is given over when it is full or after a millisecond: a lone frame
 * comes that much later.  A batch ends with the block that it began.
 */

#include "driver/packet.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

#include "core/pkt.h"

#include "driver/dev.h"
#include "driver/iface.h"
#include "driver/packet_dev.h"
#include "driver/virtio.h"
#include "driver/word.h"

enum {
	HLEN = 14,
	VLAN_LEN = 4,
	MACS_LEN = 12,
	TYPE_VLAN = 0x8100,
	GSO_MAX = 65535,
	COPY_WHOLE = 2048,
	TX_BATCH = 32,
};

/* Behind the header of a slot, at the next multiple of 16 octets: the frame of
 * a slot, or the address of who sent a frame that has come. */
enum { TX_DATA = (sizeof(struct tpacket3_hdr) + 15) / 16 * 16 };
static_assert(TX_DATA + VIRTIO_HLEN <= PACKET_DEV_HEAD, "it fits in front");

/**
 * struct packet - an interface
 * @dev:	The interface
 * @pd:		Socket and rings
 * @block:	Of the rx ring, the next
 * @head:	Of the tx ring, the next to be filled
 * @tail:	... the oldest that is not ours
 * @waiting:	From tail to head
 */
struct packet {
	struct dev dev;
	struct packet_dev pd;
	uint32_t block;
	uint32_t head, tail, waiting;
};

/*
 * Receiving.
 */

/* A frame that lost its VLAN tag, with its tag again. */
static void input_tagged(struct packet *p, uint8_t *frame, uint32_t len,
			 const struct tpacket3_hdr *h, uint8_t *vnet)
{
	uint8_t tag[VLAN_LEN];
	const struct iovec pieces[] = {
		{frame, MACS_LEN},
		{tag, VLAN_LEN},
		{frame + MACS_LEN, len - MACS_LEN},
	};

	put16(tag, h->tp_status & TP_STATUS_VLAN_TPID_VALID
			   ? h->hv1.tp_vlan_tpid
			   : TYPE_VLAN);
	put16(tag + 2, (uint16_t)h->hv1.tp_vlan_tci);
	if (vnet)
		virtio_shift(vnet, VLAN_LEN);
	dev_input(&p->dev, pieces, 3, vnet);
}

/* Is the whole frame there, and all of it inside of its block?  @room: octets
 * from @h to the block's end. */
static bool is_sound(const struct packet *p, const struct tpacket3_hdr *h,
		     size_t room)
{
	size_t front = sizeof(*h) + sizeof(struct sockaddr_ll);

	if (p->pd.has_vnet_hdr)
		front += VIRTIO_HLEN;
	return h->tp_mac >= front && h->tp_mac <= room &&
	       h->tp_snaplen <= room - h->tp_mac;
}

static void frame_input(struct packet *p, struct tpacket3_hdr *h)
{
	const struct sockaddr_ll *from = (const void *)((uint8_t *)h + TX_DATA);
	uint8_t *frame = (uint8_t *)h + h->tp_mac;
	uint8_t csum[VIRTIO_HLEN] = {VIRTIO_DATA_VALID};
	uint8_t *vnet = NULL;
	struct iovec piece = {frame, h->tp_snaplen};

	if (from->sll_pkttype == PACKET_OUTGOING)
		return; /* our own, on a kernel that shows it */
	if (h->tp_snaplen < h->tp_len) {
		p->dev.netif.place->drops[DROP_rx_oversize]++;
		return;
	}
	if (p->pd.has_vnet_hdr)
		vnet = frame - VIRTIO_HLEN;
	else if (h->tp_status & (TP_STATUS_CSUM_VALID | TP_STATUS_CSUMNOTREADY))
		vnet = csum;
	if (h->tp_status & TP_STATUS_VLAN_VALID && h->tp_snaplen >= HLEN)
		input_tagged(p, frame, h->tp_snaplen, h, vnet);
	else
		dev_input(&p->dev, &piece, 1, vnet);
}

/* All frames of a block.  Returns how many. */
static uint32_t read_block(struct packet *p, uint8_t *block)
{
	const struct tpacket_block_desc *d = (const void *)block;
	uint32_t i, count = d->hdr.bh1.num_pkts;
	size_t at = d->hdr.bh1.offset_to_first_pkt, end = p->pd.rx.part;

	for (i = 0; i < count; i++) {
		struct tpacket3_hdr *h = (void *)(block + at);

		if (at > end - sizeof(*h) || !is_sound(p, h, end - at)) {
			dev_rx_failed(&p->dev, EPROTO);
			break;
		}
		frame_input(p, h);
		if (h->tp_next_offset > end - at)
			at = end;
		else
			at += h->tp_next_offset;
	}
	return i;
}

/* struct dev_ops.read */
static int packet_read(struct dev *dev)
{
	struct packet *p = container_of(dev, struct packet, dev);
	uint32_t count = 0, blocks = 0;

	while (count < dev->batch && blocks < p->pd.rx.count) {
		uint8_t *block =
			p->pd.rx.mem + (size_t)p->block * p->pd.rx.part;
		struct tpacket_block_desc *d = (void *)block;

		if (!(word_read(&d->hdr.bh1.block_status) & TP_STATUS_USER))
			break;
		count += read_block(p, block);
		word_write(&d->hdr.bh1.block_status, TP_STATUS_KERNEL);
		p->block = (p->block + 1) % p->pd.rx.count;
		blocks++;
	}
	if (!blocks) /* was it an error that woke us? */
		dev_check(dev);
	return dev_count(dev, count);
}

/*
 * Sending.
 */

static struct tpacket3_hdr *slot_at(const struct packet *p, uint32_t i)
{
	return (void *)(p->pd.tx.mem +
			(size_t)(i % p->pd.tx.count) * p->pd.tx.part);
}

/* Take back the slots that the kernel has done with. */
static void reap(struct packet *p)
{
	while (p->waiting && word_read(&slot_at(p, p->tail)->tp_status) ==
				     TP_STATUS_AVAILABLE) {
		p->tail = (p->tail + 1) % p->pd.tx.count;
		p->waiting--;
	}
}

/* How far from the tail is the first slot that the kernel has not taken?
 * @waiting: it has taken all. */
static uint32_t first_untaken(const struct packet *p)
{
	uint32_t i = 0;

	while (i < p->waiting) {
		uint32_t s = word_read(&slot_at(p, p->tail + i)->tp_status);

		if (s != TP_STATUS_AVAILABLE && s != TP_STATUS_SENDING)
			break;
		i++;
	}
	return i;
}

/* Slot @i from the tail will not be sent: those behind it move up. */
static void slot_forget(struct packet *p, uint32_t i)
{
	for (; i + 1 < p->waiting; i++) {
		const struct tpacket3_hdr *from = slot_at(p, p->tail + i + 1);
		struct tpacket3_hdr *to = slot_at(p, p->tail + i);

		memcpy((uint8_t *)to + TX_DATA, (const uint8_t *)from + TX_DATA,
		       from->tp_len);
		to->tp_len = from->tp_len;
		word_write(&to->tp_status, TP_STATUS_SEND_REQUEST);
	}
	p->head = (p->head + p->pd.tx.count - 1) % p->pd.tx.count;
	p->waiting--;
	word_write(&slot_at(p, p->head)->tp_status, TP_STATUS_AVAILABLE);
}

/* The kernel stopped with @err.  If that is one frame's fault, forget it. */
static bool forget_culprit(struct packet *p, int err)
{
	uint64_t *drops = p->dev.netif.place->drops;
	uint32_t i = first_untaken(p);

	if (i == p->waiting)
		return false;
	if (word_read(&slot_at(p, p->tail + i)->tp_status) &
	    TP_STATUS_WRONG_FORMAT)
		drops[DROP_tx_refused]++;
	else if (err == -ENOBUFS)
		drops[DROP_tx_queue]++;
	else
		return false;
	slot_forget(p, i);
	return true;
}

/* struct dev_ops.flush */
static void packet_flush(struct dev *dev)
{
	struct packet *p = container_of(dev, struct packet, dev);
	int err = dev->sys->kick(dev->fd[0]);

	while (err && forget_culprit(p, err))
		err = first_untaken(p) < p->waiting ? dev->sys->kick(dev->fd[0])
						    : 0;
	if (err && dev_error_is_end(-err))
		dev->is_gone = true;
	dev_set_pending(dev, first_untaken(p) < p->waiting, err);
	reap(p);
}

/* Put a frame into a slot. */
static void slot_fill(struct packet *p, struct tpacket3_hdr *h,
		      const struct pkt *pkt)
{
	uint8_t *to = (uint8_t *)h + TX_DATA;

	h->tp_len = pkt->len;
	h->tp_next_offset = 0;
	if (p->pd.has_vnet_hdr) {
		virtio_describe(pkt, to);
		if (!pkt->gso_size && pkt->len <= COPY_WHOLE)
			virtio_set_hdr_len(to, (uint16_t)pkt->len);
		to += VIRTIO_HLEN;
		h->tp_len += VIRTIO_HLEN;
	}
	pkt_copy_out(pkt, 0, to, pkt->len);
	word_write(&h->tp_status, TP_STATUS_SEND_REQUEST);
}

/* struct netif_ops.transmit */
static int packet_transmit(struct netif *netif, struct pkt *pkt)
{
	struct packet *p = netif->drv;
	struct dev *dev = &p->dev;

	if (dev->is_gone)
		return dev_tx_failed(dev, pkt, ENODEV);
	if (pkt->len > p->pd.tx.part - PACKET_DEV_HEAD || pkt->len < HLEN)
		return dev_tx_failed(dev, pkt, EMSGSIZE);
	if (p->waiting == p->pd.tx.count)
		packet_flush(dev);
	if (p->waiting == p->pd.tx.count)
		return dev_tx_failed(dev, pkt, ENOBUFS);
	slot_fill(p, slot_at(p, p->head), pkt);
	p->head = (p->head + 1) % p->pd.tx.count;
	p->waiting++;
	pkt_free(pkt);
	if (!dev->is_pending)
		dev_set_pending(dev, true, 0);
	if (p->waiting % TX_BATCH == 0)
		packet_flush(dev);
	return 0;
}

/* struct dev_ops.missed */
static uint64_t packet_missed(const struct dev *dev)
{
	const struct packet *p = (const struct packet *)dev;

	return packet_dev_missed(&p->pd);
}

/* struct dev_ops.close */
static void packet_close(struct dev *dev)
{
	struct packet *p = container_of(dev, struct packet, dev);

	packet_dev_close(&p->pd);
	mem_free(dev->netif.place->env->mem, p, sizeof(*p));
}

static const struct netif_ops netif_ops = {.transmit = packet_transmit};
static const struct dev_ops ops = {
	.read = packet_read,
	.flush = packet_flush,
	.missed = packet_missed,
	.close = packet_close,
};

int packet_new(struct place *place, const struct dev_cfg *cfg,
	       const struct packet_dev *pd, struct dev **out)
{
	struct packet *p = mem_alloc(place->env->mem, sizeof(*p));
	struct netif *netif;

	if (!p)
		return -ENOMEM;
	netif = &p->dev.netif;
	dev_init(&p->dev, place, cfg, &netif_ops, &ops);
	p->pd = *pd;
	p->dev.fd[0] = pd->fd;
	p->dev.fd_count = 1;
	if (pd->has_vnet_hdr)
		netif->gso_max = GSO_MAX - PACKET_DEV_HEAD; /* they may come */
	if (cfg->has_offload && pd->has_vnet_hdr)
		netif->features = NETIF_F_CSUM_TX | NETIF_F_GSO_TCP;
	*out = &p->dev;
	return 0;
}

int packet_open(struct place *place, const struct dev_cfg *cfg,
		struct dev **out)
{
	int index = iface_index(cfg->device);
	int mtu = iface_mtu(cfg->device);
	struct packet_dev_cfg pd_cfg = {
		.index = index,
		.is_large = cfg->has_offload,
	};
	struct dev_cfg own = *cfg;
	struct packet_dev pd;
	int err;

	if (index < 0 || mtu < 0)
		return index < 0 ? index : mtu;
	err = iface_up(cfg->device, 0);
	if (err && err != -EPERM)
		return err;
	if (!own.mtu || own.mtu > (uint32_t)mtu)
		own.mtu = (uint32_t)mtu;
	pd_cfg.frame_max =
		(cfg->has_offload ? GSO_MAX : own.mtu) + HLEN + VLAN_LEN;
	err = packet_dev_open(&pd, &pd_cfg);
	if (err)
		return err;
	err = packet_new(place, &own, &pd, out);
	if (err)
		packet_dev_close(&pd);
	return err;
}
