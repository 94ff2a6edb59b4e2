// SPDX-License-Identifier: MIT
/*
 * filter_tcp.c - what the filter reads in a TCP header, and the reset it sends
 */

#include "wire/tcp.h"

#include "ip/filter.h"

void filter_read_tcp(struct track_pkt *p, const uint8_t *l4, size_t l4_len)
{
	size_t hlen = (size_t)(l4[offsetof(struct tcp_wire, off)] >> 4) * 4;
	size_t data = l4_len > hlen ? l4_len - hlen : 0;

	p->flags = l4[offsetof(struct tcp_wire, flags)];
	p->seq = (seq32){get32(l4 + offsetof(struct tcp_wire, seq))};
	p->ack = (seq32){get32(l4 + offsetof(struct tcp_wire, ack))};
	p->end = seq_add(p->seq, (uint32_t)data + !!(p->flags & TCP_SYN) +
					 !!(p->flags & TCP_FIN));
	p->may_open =
		(p->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

void filter_reset_emit(uint8_t *buf, const struct track_pkt *p)
{
	const struct tcp_hdr rst = {
		.sport = p->key.to.port,
		.dport = p->key.from.port,
		.ack = p->end,
		.flags = TCP_RST | TCP_ACK,
		.len = TCP_HLEN,
	};

	tcp_emit(buf, &rst);
}
