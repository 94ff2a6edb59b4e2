/* SPDX-License-Identifier: MIT */
#ifndef DRILL_PACKET_H
#define DRILL_PACKET_H

/*
 * packet.h - between what a script says and what is on the wire
 */

#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include "drill/flow.h"
#include "drill/opts.h"

#define DRILL_PACKET_MAX 65535

/**
 * struct seen - a packet that the stack sent
 * @at_ns:	When
 * @ip:		Its header
 * @kind:	What is inside
 * @tcp:	TCP: header
 * @udp:	UDP: header
 * @icmp:	ICMP: header
 * @opts:	TCP: options
 * @data:	Payload, inside the packet
 * @len:	Octets of it
 * @is_joined:	It was several, whose octets were looked at already
 */
struct seen {
	uint64_t at_ns;
	struct ip4_hdr ip;
	enum drill_packet_kind kind;
	struct tcp_hdr tcp;
	struct udp_hdr udp;
	struct icmp4_hdr icmp;
	struct drill_opt opts[DRILL_OPTS_MAX];
	size_t opt_count;
	const uint8_t *data;
	size_t len;
	bool is_joined;
};

/**
 * packet_build() - A packet of a script as octets
 * @to:		DRILL_PACKET_MAX octets
 * @p:		What the script says
 * @f:		Whose numbers to use
 * @fs:		For the last fast open cookie
 * @cfg:	Addresses
 *
 * Return: its length
 */
size_t packet_build(uint8_t *to, const struct drill_packet *p,
		    const struct flow *f, const struct flows *fs,
		    const struct drill_config *cfg);

/* Read what the stack sent; NULL, or what is wrong with it. */
const char *seen_parse(struct seen *seen, const uint8_t *buf, size_t len);

/* Does the payload have the octets that its place in the stream has? */
bool seen_data_is_good(const struct seen *seen, const struct flow *f);

/* As a script would have it; @f may be NULL. */
void seen_print(struct strbuf *sb, const struct seen *seen,
		const struct flow *f);

/* "P.", and digits for the ACE field only where the script has them. */
void flags_print(struct strbuf *sb, uint16_t flags);

/**
 * packet_mismatch() - What differs between a script and the wire
 * @sb:		Appended to: "flags P. instead of ., win 10 instead of 20"
 * @f:		Whose numbers; learns timestamps
 *
 * Return: whether anything does
 */
bool packet_mismatch(struct strbuf *sb, const struct drill_packet *p,
		     const struct seen *seen, struct flow *f,
		     const struct drill_config *cfg);

#endif /* DRILL_PACKET_H */
