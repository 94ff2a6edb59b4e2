// SPDX-License-Identifier: MIT
/* conn.c - a connection of V's with P that does little, and its numbers */

#include "conn.h"

#include <string.h>

#include "wire/csum.h"
#include "wire/proto.h"

#include "hostile.h"
#include "pair.h"
#include "sock/abi.h"
#include "sock/sock.h"

enum { TS_LEN = 12 }; /* two NOPs in front */

/* Timestamps of a TCP header, if it begins its options with them as all stacks
 * do. */
static bool has_ts(const uint8_t *t)
{
	return t[12] >> 4 >= 8 && t[22] == 8; /* NOP, NOP, timestamps */
}

static void note_segment(void *arg, const uint8_t *b, size_t len)
{
	struct conn *c = arg;
	const uint8_t *t = b + ETH_HLEN + IP4_HLEN;

	if (len < ETH_HLEN + 40 || get16(b + 12) != ETH_IP4 ||
	    b[ETH_HLEN + 9] != IP_PROTO_TCP)
		return;
	if (get16(t) == CONN_PORT && get16(t + 2) == c->local.port && has_ts(t))
		c->ts = get32(t + 24);
	if (get16(t) != c->local.port || get16(t + 2) != CONN_PORT)
		return;
	c->snd_nxt = get32(t + 4) + (t[13] & (TCP_SYN | TCP_FIN) ? 1 : 0) +
		     (uint32_t)(get16(b + ETH_HLEN + 2) - IP4_HLEN -
				(t[12] >> 4) * 4);
	if (t[13] & TCP_ACK)
		c->rcv_nxt = get32(t + 8);
}

void conn_open(struct hostile *x, struct conn *c)
{
	struct stack *v = &x->v->stack, *p = &x->p->stack;
	struct endpoint any = ep("0.0.0.0:81"), peer = ep("10.0.0.3:81");

	memset(c, 0, sizeof(*c));
	c->x = x;
	c->listener = sk_socket(p, SK_AF_INET, SK_SOCK_STREAM, 0);
	c->fd = sk_socket(v, SK_AF_INET, SK_SOCK_STREAM, 0);
	c->local = ep("10.0.0.2:4321");
	demand(x, O1, sk_bind(p, c->listener, &any) == 0);
	demand(x, O1, sk_listen(p, c->listener, 5) == 0);
	demand(x, O1, sk_bind(v, c->fd, &c->local) == 0);
	x->on_sent = note_segment;
	x->on_sent_arg = c;
	demand(x, O1, sk_connect(v, c->fd, &peer) == 0);
	demand(x, O1, conn_says(c));
	pause_ms(x, 1000);
}

bool conn_says(struct conn *c)
{
	return sk_send(&c->x->v->stack, c->fd, "still", 5, SK_MSG_DONTWAIT) ==
	       5;
}

void conn_close(struct conn *c)
{
	struct hostile *x = c->x;

	demand(x, O6, conn_says(c));
	pause_ms(x, 1000);
	demand(x, O6, conn_says(c));
	x->on_sent = NULL;
	(void)sk_close(&x->v->stack, c->fd);
	(void)sk_close(&x->p->stack, c->listener);
}

void make_segment(struct hostile *x, struct endpoint src, struct endpoint dst,
		  const struct seg *s)
{
	uint8_t hlen = (uint8_t)(TCP_HLEN + s->opts_len);
	const struct tcp_hdr t = {
		.sport = src.port,
		.dport = dst.port,
		.seq = {s->seq},
		.ack = {s->ack},
		.flags = s->flags,
		.win = 1000,
		.urp = s->urgent,
		.len = hlen,
	};
	struct ip4_hdr h = from_to(src.addr.v4, dst.addr.v4);
	uint8_t buf[2000];
	uint32_t sum;

	tcp_emit(buf, &t);
	if (s->opts_len)
		memcpy(buf + TCP_HLEN, s->opts, s->opts_len);
	memcpy(buf + hlen, some_octets, s->len);
	sum = csum_pseudo4(h.src, h.dst, IP_PROTO_TCP,
			   (uint32_t)(hlen + s->len));
	put16(buf + 16, 0);
	put16(buf + 16, csum_fold(csum_add(sum, buf, hlen + s->len)));
	h.proto = IP_PROTO_TCP;
	frame_ip4(&x->f, x->door, &h, buf, hlen + s->len);
}

void conn_segment(struct conn *c, const struct seg *s)
{
	uint8_t ts[TS_LEN] = {1, 1, 8, 10};
	struct seg real = *s;

	put32(ts + 4, c->ts);
	real.seq += c->rcv_nxt;
	real.ack += c->snd_nxt;
	if (!real.opts) {
		real.opts = ts;
		real.opts_len = sizeof(ts);
	}
	make_segment(c->x, ep("10.0.0.3:81"), c->local, &real);
}
