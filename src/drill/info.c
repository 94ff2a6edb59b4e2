// SPDX-License-Identifier: MIT
/*
 * info.c - fields of struct tcp_info by name
 *
 * The structure has grown with Linux, and getsockopt() says how much of it the
 * stack has: a field beyond that reads as 0, as Linux's programs would find
 * it.
 */

#include <assert.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>

#include "base/check.h"

#include "drill/drill_int.h"

/* Octets [@off, @off + @size), of these bits from @shift on, under @mask. */
struct info_field {
	const char *name;
	uint16_t off, size;
	uint8_t shift, mask;
};

#define F(f)                                                           \
	{                                                              \
		"tcpi_" #f, offsetof(struct tcp_info, tcpi_##f),       \
			sizeof(((struct tcp_info *)0)->tcpi_##f), 0, 0 \
	}

/* clang-format off */
static const struct info_field fields[] = {
	F(state), F(ca_state), F(retransmits), F(probes), F(backoff), F(options),
	{"tcpi_snd_wscale", 6, 1, 0, 15},
	{"tcpi_rcv_wscale", 6, 1, 4, 15},
	{"tcpi_delivery_rate_app_limited", 7, 1, 0, 1},
	{"tcpi_fastopen_client_fail", 7, 1, 1, 3},
	F(rto), F(ato), F(snd_mss), F(rcv_mss), F(unacked), F(sacked), F(lost), F(retrans), F(fackets),
	F(last_data_sent), F(last_ack_sent), F(last_data_recv), F(last_ack_recv),
	F(pmtu), F(rcv_ssthresh), F(rtt), F(rttvar), F(snd_ssthresh), F(snd_cwnd), F(advmss), F(reordering),
	F(rcv_rtt), F(rcv_space), F(total_retrans), F(pacing_rate), F(max_pacing_rate), F(bytes_acked),
	F(bytes_received), F(segs_out), F(segs_in), F(notsent_bytes), F(min_rtt), F(data_segs_in), F(data_segs_out),
	F(delivery_rate), F(busy_time), F(rwnd_limited), F(sndbuf_limited), F(delivered), F(delivered_ce),
	F(bytes_sent), F(bytes_retrans), F(dsack_dups), F(reord_seen), F(rcv_ooopack), F(snd_wnd),
	{"tcpi_rcv_wnd", 232, 4, 0, 0},
	{"tcpi_rehash", 236, 4, 0, 0},
	{"tcpi_total_rto", 240, 2, 0, 0},
	{"tcpi_total_rto_recoveries", 242, 2, 0, 0},
	{"tcpi_total_rto_time", 244, 4, 0, 0},
};
/* clang-format on */
static_assert(offsetof(struct tcp_info, tcpi_snd_wnd) == 228, "what follows");

int drill_info_field(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strncmp(fields[i].name, name, len) && !fields[i].name[len])
			return (int)i;
	return -1;
}

const char *drill_info_name(int field)
{
	return fields[field].name;
}

int64_t drill_info_value(const void *info, size_t len, int field)
{
	const struct info_field *f = &fields[field];
	uint64_t v = 0;
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;

	if ((size_t)f->off + f->size > len)
		return 0;
	info = (const char *)info + f->off;
	switch (f->size) {
	case 1:
		memcpy(&v8, info, sizeof(v8));
		v = v8;
		break;
	case 2:
		memcpy(&v16, info, sizeof(v16));
		v = v16;
		break;
	case 4:
		memcpy(&v32, info, sizeof(v32));
		v = v32;
		break;
	default:
		memcpy(&v, info, sizeof(v));
	}
	return f->mask ? (int64_t)(v >> f->shift & f->mask) : (int64_t)v;
}
