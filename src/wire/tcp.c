// SPDX-License-Identifier: MIT
/*
 * tcp.c - TCP segment header, parsing and writing
 */

#include "wire/tcp.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

int tcp_parse(struct tcp_hdr *hdr, const uint8_t *buf, size_t len)
{
	const struct tcp_wire *w = (const void *)buf;
	size_t hlen;

	if (len < sizeof(*w))
		return WIRE_SHORT;
	hlen = (size_t)(w->off[0] >> 4) * 4;
	if (hlen < sizeof(*w) || hlen > len)
		return WIRE_HLEN;

	*hdr = (struct tcp_hdr){
		.sport = get16(w->sport),
		.dport = get16(w->dport),
		.seq = {get32(w->seq)},
		.ack = {get32(w->ack)},
		.flags = (uint16_t)((w->off[0] & 1) << 8 | w->flags[0]),
		.win = get16(w->win),
		.sum = get16(w->sum),
		.urp = get16(w->urp),
		.len = (uint8_t)hlen,
	};
	return (int)hlen;
}

void tcp_emit(uint8_t *buf, const struct tcp_hdr *hdr)
{
	struct tcp_wire *w = (void *)buf;

	check(hdr->len >= sizeof(*w) && hdr->len <= TCP_HLEN_MAX &&
	      hdr->len % 4 == 0);

	memset(buf, 0, hdr->len);
	put16(w->sport, hdr->sport);
	put16(w->dport, hdr->dport);
	put32(w->seq, hdr->seq.v);
	put32(w->ack, hdr->ack.v);
	w->off[0] = (uint8_t)(hdr->len / 4 << 4 | (hdr->flags >> 8 & 1));
	w->flags[0] = (uint8_t)hdr->flags;
	put16(w->win, hdr->win);
	put16(w->urp, hdr->urp);
}

void tcp_flags_print(struct strbuf *sb, uint16_t flags)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
		{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"},
		{TCP_PSH, "PSH"}, {TCP_ACK, "ACK"}, {TCP_URG, "URG"},
		{TCP_ECE, "ECE"}, {TCP_CWR, "CWR"}, {TCP_AE, "AE"},
	};
	const char *comma = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		strbuf_printf(sb, "%s%s", comma, names[i].name);
		comma = ",";
	}
}

void tcp_print(struct strbuf *sb, const struct tcp_hdr *hdr)
{
	strbuf_printf(sb, "%u > %u ", hdr->sport, hdr->dport);
	tcp_flags_print(sb, hdr->flags);
	strbuf_printf(sb, " seq=%u", hdr->seq.v);
	if (hdr->flags & TCP_ACK)
		strbuf_printf(sb, " ack=%u", hdr->ack.v);
	strbuf_printf(sb, " win=%u", hdr->win);
	if (hdr->flags & TCP_URG)
		strbuf_printf(sb, " urp=%u", hdr->urp);
}
