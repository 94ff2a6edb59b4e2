// SPDX-License-Identifier: MIT
/*
 * packet.c - packet sockets of programs
 *
 * They are datagram sockets (dgram.c) whose addresses are interfaces and MAC
 * addresses.  A lab host's program is the root of its host: it may have them,
 * whoever runs it.
 *
 * What is asked about a ring is answered here, the ring itself is ring.c.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "run/dgram.h"
#include "run/ring.h"

static int packet_bind(struct call *call, const void *name, size_t len)
{
	struct desc *d = call->desc;
	struct sk_ll ll;

	if (len < sizeof(ll))
		return -EINVAL;
	memcpy(&ll, name, sizeof(ll));
	return d->sk < 0 ? -ENETDOWN : sk_bind_ll(desc_stack(d), d->sk, &ll);
}

/* As long as the address in it makes it. */
static int packet_name(struct desc *d, uint8_t name[128])
{
	struct sk_ll ll;
	int err = d->sk < 0 ? -ENETDOWN
			    : sk_getsockname_ll(desc_stack(d), d->sk, &ll);

	if (err)
		return err;
	memcpy(name, &ll, sizeof(ll));
	return (int)(offsetof(struct sk_ll, addr) + ll.halen);
}

static int set_version(struct dgram *g, int version)
{
	if (g->ring)
		return -EBUSY;
	if (version != TPACKET_V1 && version != TPACKET_V2)
		return -EINVAL;
	g->ring_version = version;
	return 0;
}

static int set_reserve(struct dgram *g, int reserve)
{
	enum { RESERVE_MAX = 4096 };

	if (g->ring)
		return -EBUSY;
	if (reserve < 0 || reserve > RESERVE_MAX)
		return -EINVAL;
	g->ring_reserve = (unsigned int)reserve;
	return 0;
}

static int set_ring(struct dgram *g, const struct opt *opt)
{
	struct tpacket_req req;

	if (opt->len < sizeof(req))
		return -EINVAL;
	memcpy(&req, opt->val, sizeof(req));
	return ring_set(g, &req);
}

static int packet_set(struct call *call, const struct opt *opt)
{
	struct dgram *g = dgram_of(call->desc);
	int value = 0;

	if (opt->level != SOL_PACKET)
		return dgram_set(call, opt);
	if (opt->name == PACKET_RX_RING)
		return set_ring(g, opt);
	if (opt->name != PACKET_VERSION && opt->name != PACKET_RESERVE)
		return CALL_CONTINUE;
	if (opt->len != sizeof(value))
		return -EINVAL;
	memcpy(&value, opt->val, sizeof(value));
	return opt->name == PACKET_VERSION ? set_version(g, value)
					   : set_reserve(g, value);
}

/* The length of a slot's header: of the version that stands there. */
static int head_len(struct call *call, int *value)
{
	int err = call_read(call, call->arg[3], value, sizeof(*value));

	if (err)
		return err;
	if (*value == TPACKET_V1)
		*value = sizeof(struct tpacket_hdr);
	else if (*value == TPACKET_V2)
		*value = sizeof(struct tpacket2_hdr);
	else
		return -EINVAL;
	return 0;
}

static int put(struct opt *opt, const void *value, size_t len)
{
	opt->len = min_size(opt->len, len);
	memcpy(opt->val, value, opt->len);
	return 0;
}

static int packet_get(struct call *call, struct opt *opt)
{
	struct dgram *g = dgram_of(call->desc);
	struct tpacket_stats stats;
	int value, err;

	if (opt->level != SOL_PACKET)
		return CALL_CONTINUE;
	if (opt->name == PACKET_STATISTICS && g->ring) {
		stats = ring_stats(g);
		return put(opt, &stats, sizeof(stats));
	}
	if (opt->name == PACKET_HDRLEN) {
		if (opt->len < sizeof(value))
			return -EINVAL;
		err = head_len(call, &value);
		return err ? err : put(opt, &value, sizeof(value));
	}
	if (opt->name == PACKET_VERSION)
		return put(opt, &g->ring_version, sizeof(g->ring_version));
	if (opt->name == PACKET_RESERVE)
		return put(opt, &g->ring_reserve, sizeof(g->ring_reserve));
	return CALL_CONTINUE;
}

const struct desc_ops packet_ops = {
	.kind = "packet",
	.bind = packet_bind,
	.name = packet_name,
	.set = packet_set,
	.get = packet_get,
	.map = ring_map,
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.settle = dgram_settle,
	.work = dgram_work,
	.free = dgram_free,
};
