// SPDX-License-Identifier: MIT
/*
 * seen.c - a packet that the stack sent: read, and written as a script would
 */

#include <string.h>

#include "wire/csum.h"
#include "wire/proto.h"

#include "drill/packet.h"

static bool sum_is_good(const struct seen *seen, const uint8_t *l4, size_t len)
{
	uint32_t sum = csum_pseudo4(seen->ip.src, seen->ip.dst, seen->ip.proto,
				    (uint32_t)len);

	return csum_fold(csum_add(sum, l4, len)) == 0;
}

static const char *parse_tcp(struct seen *seen, const uint8_t *l4, size_t len)
{
	int n = tcp_parse(&seen->tcp, l4, len);

	if (n < 0)
		return "a TCP header that is none";
	if (!sum_is_good(seen, l4, len))
		return "a wrong TCP checksum";
	seen->kind = DP_TCP;
	seen->opt_count = drill_opts_parse(seen->opts, l4 + TCP_HLEN,
					   (size_t)n - TCP_HLEN);
	seen->data = l4 + n;
	seen->len = len - (size_t)n;
	return NULL;
}

static const char *parse_udp(struct seen *seen, const uint8_t *l4, size_t len)
{
	if (udp_parse(&seen->udp, l4, len) < 0)
		return "a UDP header that is none";
	if (seen->udp.sum && !sum_is_good(seen, l4, len))
		return "a wrong UDP checksum";
	seen->kind = DP_UDP;
	seen->data = l4 + UDP_HLEN;
	seen->len = seen->udp.len - (size_t)UDP_HLEN;
	return NULL;
}

static const char *parse_icmp(struct seen *seen, const uint8_t *l4, size_t len)
{
	if (icmp4_parse(&seen->icmp, l4, len) < 0)
		return "an ICMP message that is none";
	seen->kind = DP_ICMP;
	seen->data = l4 + ICMP4_HLEN;
	seen->len = len - ICMP4_HLEN;
	return NULL;
}

const char *seen_parse(struct seen *seen, const uint8_t *buf, size_t len)
{
	int n = ip4_hdr_parse(&seen->ip, buf, len);
	const uint8_t *l4;

	if (n < 0)
		return "an IPv4 header that is none";
	l4 = buf + n;
	len = seen->ip.total_len - (size_t)n;
	if (seen->ip.proto == IP_PROTO_TCP)
		return parse_tcp(seen, l4, len);
	if (seen->ip.proto == IP_PROTO_UDP)
		return parse_udp(seen, l4, len);
	if (seen->ip.proto == IP_PROTO_ICMP)
		return parse_icmp(seen, l4, len);
	return "a protocol that scripts do not have";
}

bool seen_data_is_good(const struct seen *seen, const struct flow *f)
{
	uint32_t off = seen->tcp.seq.v - f->local_off - 1 +
		       (seen->tcp.flags & TCP_SYN ? 1U : 0U);
	size_t i;

	if (seen->is_joined || seen->kind != DP_TCP || !f->has_local ||
	    f->is_opaque)
		return true;
	for (i = 0; i < seen->len; i++)
		if (seen->data[i] != flow_octet(off + (uint32_t)i))
			return false;
	return true;
}

void flags_print(struct strbuf *sb, uint16_t flags)
{
	static const struct {
		uint16_t flag;
		char letter;
	} letters[] = {
		{TCP_FIN, 'F'}, {TCP_SYN, 'S'}, {TCP_RST, 'R'},
		{TCP_PSH, 'P'}, {TCP_ACK, '.'}, {TCP_URG, 'U'},
		{TCP_ECE, 'E'}, {TCP_CWR, 'W'}, {TCP_AE, 'A'},
	};
	size_t i;

	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (flags & letters[i].flag)
			strbuf_putc(sb, letters[i].letter);
	if (!flags)
		strbuf_putc(sb, '_');
}

/* Options with the script's numbers. */
static void print_opts(struct strbuf *sb, const struct seen *seen,
		       const struct flow *f)
{
	struct drill_opt opts[DRILL_OPTS_MAX];
	size_t i;

	memcpy(opts, seen->opts, sizeof(opts));
	for (i = 0; f && i < seen->opt_count; i++)
		if (opts[i].kind == TCP_OPT_TIMESTAMP)
			opts[i].num[0] = flow_ts_to_script(f, opts[i].num[0]);
	strbuf_puts(sb, " <");
	drill_opts_print(sb, opts, seen->opt_count);
	strbuf_putc(sb, '>');
}

static void print_tcp(struct strbuf *sb, const struct seen *seen,
		      const struct flow *f)
{
	uint32_t seq = seen->tcp.seq.v - (f ? f->local_off : 0);

	flags_print(sb, seen->tcp.flags);
	strbuf_printf(sb, " %u:%u(%zu)", seq, seq + (uint32_t)seen->len,
		      seen->len);
	if (seen->tcp.flags & TCP_ACK)
		strbuf_printf(sb, " ack %u", seen->tcp.ack.v);
	strbuf_printf(sb, " win %u", seen->tcp.win);
	if (seen->tcp.flags & TCP_URG)
		strbuf_printf(sb, " urg %u", seen->tcp.urp);
	if (seen->opt_count)
		print_opts(sb, seen, f);
}

static void print_ip(struct strbuf *sb, const struct seen *seen)
{
	static const char *const ecn[] = {"", "ect1", "ect0", "ce"};

	if (seen->ip.tos & ~IP_ECN_MASK)
		strbuf_printf(sb, "[tos %#x] ", seen->ip.tos);
	else if (seen->ip.tos)
		strbuf_printf(sb, "[%s] ", ecn[seen->ip.tos & IP_ECN_MASK]);
}

void seen_print(struct strbuf *sb, const struct seen *seen,
		const struct flow *f)
{
	strbuf_puts(sb, "> ");
	print_ip(sb, seen);
	switch (seen->kind) {
	case DP_TCP:
		print_tcp(sb, seen, f);
		break;
	case DP_UDP:
		strbuf_printf(sb, "udp (%zu)", seen->len);
		break;
	case DP_ICMP:
	default:
		strbuf_puts(sb, "icmp ");
		icmp4_print(sb, &seen->icmp);
	}
}
