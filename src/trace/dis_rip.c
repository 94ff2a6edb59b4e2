// SPDX-License-Identifier: MIT
/*
 * dis_rip.c - the fields of a message of RIP
 */

#include "base/bytes.h"

#include "wire/rip.h"

#include "trace/dissect_int.h"

static const char *metric_meaning(uint32_t metric)
{
	if (metric == RIP_INFINITY)
		return "infinity: no way, or \"all that you know\"";
	return "routers on the way, and one more";
}

/* Says how the message is secured; the digest itself stands at its end. */
static void dis_auth(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	uint16_t type = get16(p + 2);

	dis_take(d, c, 2, "Address Family", "this is no route: security",
		 "0xffff");
	dis_take(d, c, 2, "Authentication Type",
		 type == RIP_AUTH_PASSWORD ? "a password, for all to read"
		 : type == RIP_AUTH_MD5	   ? "a digest behind the last entry"
					   : "the digest follows",
		 "%u", type);
	if (type != RIP_AUTH_MD5) {
		dis_octets_text(d, c, 16, "Authentication", NULL);
		return;
	}
	dis_take(d, c, 2, "Packet Length", "where the digest stands", "%u",
		 get16(p + 4));
	dis_take(d, c, 1, "Key ID", "which secret", "%u", p[6]);
	dis_take(d, c, 1, "Data Length", "octets of the digest", "%u", p[7]);
	dis_take(d, c, 4, "Sequence Number", "never falls", "%u", get32(p + 8));
	dis_take(d, c, 8, "Reserved", NULL, "0");
}

static void dis_trailer(struct dissection *d, struct cursor *c)
{
	dis_take(d, c, 4, "Trailer", "the digest follows", "0xffff 1");
	dis_take(d, c, 16, "Digest", "MD5 of the message and the secret",
		 "16 octets");
}

static void dis_entry(struct dissection *d, struct cursor *c, const uint8_t *p)
{
	dis_take(d, c, 2, "Address Family",
		 get16(p) == RIP_FAMILY_IP    ? "IPv4"
		 : get16(p) == RIP_FAMILY_ALL ? "all that you know"
					      : NULL,
		 "%u", get16(p));
	dis_take(d, c, 2, "Route Tag", "where it was learned at first", "%u",
		 get16(p + 2));
	dis_ip4_addr(d, c, "IP Address", "the network");
	dis_ip4_addr(d, c, "Subnet Mask", NULL);
	dis_ip4_addr(d, c, "Next Hop", "0: whoever says this");
	dis_take(d, c, 4, "Metric", metric_meaning(get32(p + 16)), "%u",
		 get32(p + 16));
}

void dis_rip(struct dissection *d, struct cursor *c)
{
	const uint8_t *p;

	dis_layer(d, "RIP", 7);
	p = dis_peek(d, c, RIP_HLEN);
	if (!p)
		return;
	dis_take(d, c, 1, "Command",
		 p[0] == RIP_REQUEST	? "what do you know?"
		 : p[0] == RIP_RESPONSE ? "these are my networks"
					: NULL,
		 "%u", p[0]);
	dis_take(d, c, 1, "Version", NULL, "%u", p[1]);
	dis_take(d, c, 2, "Zero", NULL, "%u", get16(p + 2));
	while (cur_left(c) >= RIP_ENTRY_LEN) {
		p = cur_peek(c, RIP_ENTRY_LEN);
		if (get16(p) != RIP_FAMILY_AUTH)
			dis_entry(d, c, p);
		else if (get16(p + 2) == 1)
			dis_trailer(d, c);
		else
			dis_auth(d, c, p);
	}
	dis_rest(d, c, "(malformed entry)", "too short to be one");
}
