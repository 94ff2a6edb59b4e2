// SPDX-License-Identifier: MIT
/*
 * dis_tcp_opt.c - the options of a TCP segment, named one by one
 *
 * What has a length that its kind cannot have is shown as a kind and a number
 * of octets; what reaches beyond the header ends the list.
 */

#include "base/bytes.h"
#include "base/strbuf.h"

#include "wire/tcp_opt.h"

#include "trace/dissect_int.h"

/* RFC 5482, 2 */
static void dis_user_timeout(struct dissection *d, struct cursor *c,
			     const uint8_t *p)
{
	uint16_t v = get16(p + 2);

	dis_take(d, c, TCP_UTO_LEN, "User Timeout",
		 "so long my data may wait for an acknowledgement", "%u %s",
		 v & 0x7fffU, v & 0x8000 ? "min" : "s");
}

/* RFC 7413, 4.1.1 */
static void dis_fastopen(struct dissection *d, struct cursor *c,
			 const uint8_t *p, size_t len)
{
	char hex[2 * 38 + 1];
	struct strbuf sb;

	strbuf_init_fixed(&sb, hex, sizeof(hex));
	strbuf_hex(&sb, p + 2, len - 2);
	if (len == 2)
		dis_take(d, c, len, "Fast Open Cookie",
			 "give me one, for next time", "(asked for)");
	else
		dis_take(d, c, len, "Fast Open Cookie",
			 "proves an earlier visit: a SYN may carry data", "%s",
			 strbuf_text(&sb));
}

static uint32_t counter(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | get16(p + 1);
}

/* RFC 9768, 3.2.3: up to three counters, in either order. */
static void dis_accecn(struct dissection *d, struct cursor *c, const uint8_t *p,
		       size_t len)
{
	static const char *const names[] = {"ECT(0)", "CE", "ECT(1)"};
	bool is_e0_first = p[0] == TCP_OPT_ACCECN0;
	char text[64];
	struct strbuf sb;
	size_t i;

	strbuf_init_fixed(&sb, text, sizeof(text));
	for (i = 0; i < (len - 2) / 3 && i < 3; i++)
		strbuf_printf(&sb, "%s%s %u", i ? ", " : "",
			      names[is_e0_first ? i : 2 - i],
			      counter(p + 2 + 3 * i));
	dis_take(d, c, len, "Accurate ECN", "octets that came with each mark",
		 "%s", len == 2 ? "no counters" : strbuf_text(&sb));
}

static void dis_tcp_option(struct dissection *d, struct cursor *c,
			   const uint8_t *p, size_t len)
{
	if (p[0] == TCP_OPT_EOL)
		dis_take(d, c, 1, "End of Option List", NULL, "0");
	else if (p[0] == TCP_OPT_NOP)
		dis_take(d, c, 1, "No-Operation", "aligns the next option",
			 "1");
	else if (p[0] == TCP_OPT_MSS && len == 4)
		dis_take(d, c, len, "Maximum Segment Size",
			 "largest payload that I take in one segment", "%u",
			 get16(p + 2));
	else if (p[0] == TCP_OPT_WSCALE && len == 3)
		dis_take(d, c, len, "Window Scale",
			 "my window is to be multiplied by 2 to this power",
			 "%u (times %u)", p[2], 1U << (p[2] & 15));
	else if (p[0] == TCP_OPT_SACK_OK && len == 2)
		dis_take(d, c, len, "SACK Permitted",
			 "you may tell me which pieces arrived", "yes");
	else if (p[0] == TCP_OPT_SACK && len >= 10)
		dis_take(d, c, len, "SACK", "pieces that arrived out of order",
			 "%u-%u%s", get32(p + 2), get32(p + 6),
			 len > 10 ? " and more" : "");
	else if (p[0] == TCP_OPT_TIMESTAMP && len == 10)
		dis_take(d, c, len, "Timestamps",
			 "my clock, and yours as I saw it last", "%u echo %u",
			 get32(p + 2), get32(p + 6));
	else if (p[0] == TCP_OPT_UTO && len == TCP_UTO_LEN)
		dis_user_timeout(d, c, p);
	else if (p[0] == TCP_OPT_FASTOPEN)
		dis_fastopen(d, c, p, len);
	else if ((p[0] == TCP_OPT_ACCECN0 || p[0] == TCP_OPT_ACCECN1) &&
		 len % 3 == 2)
		dis_accecn(d, c, p, len);
	else
		dis_take(d, c, len, "Option", NULL, "kind %u, %zu octets", p[0],
			 len);
}

void dis_tcp_options(struct dissection *d, struct cursor *c)
{
	while (cur_left(c)) {
		const uint8_t *p = cur_peek(c, 1);
		size_t len = p[0] <= TCP_OPT_NOP ? 1
			     : cur_left(c) >= 2	 ? p[1]
						 : 0;

		if (!len || (p[0] > TCP_OPT_NOP && len < 2) ||
		    len > cur_left(c)) {
			dis_rest(d, c, "(malformed option)",
				 "its length cannot be");
			return;
		}
		dis_tcp_option(d, c, p, len);
	}
}
