// SPDX-License-Identifier: MIT
/*
 * packet.c - packet sockets of programs
 *
 * They are datagram sockets (dgram.c) whose addresses are interfaces and MAC
 * addresses.  A lab host's program is the root of its host: it may have them,
 * whoever runs it.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "run/dgram.h"

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

const struct desc_ops packet_ops = {
	.kind = "packet",
	.bind = packet_bind,
	.name = packet_name,
	.set = dgram_set,
	.connect = dgram_connect,
	.send = dgram_send,
	.recv = dgram_recv,
	.settle = dgram_settle,
	.work = dgram_work,
	.free = dgram_free,
};
