// SPDX-License-Identifier: MIT
/*
 * ppp.c - frames out of octets, and octets out of frames
 *
 * Theory of operation
 * ===================
 * A serial line delivers octets one by one and has no idea where a packet
 * begins.  So one value, the flag, is given to that question alone: wherever
 * it stands a frame has ended and the next may begin, and whoever has lost
 * the thread finds it again at the next flag.  The price is that data may not
 * contain the flag; where it does, two other octets stand for it.
 *
 * The decoder takes what has come, however little that is, and remembers the
 * three things it needs to go on: whether it is in a frame, whether the octet
 * before was an escape, and the octets so far.
 *
 *		      octet                     7d
 *	            +-------+             +-----------+
 *	            |       v             |           v
 *	hunting -->  in frame  ---------- +        escaped
 *	   ^    7e   |      ^                      |     |
 *	   |         | 7e   +--------- octet ------+     | 7e
 *	   |         v                                   v
 *	   |      frame, or bad FCS, or short          abort
 *	   +---- too long
 *
 * The check sequence is computed over the whole frame when its end is seen,
 * its own two octets included; any intact frame then leaves the same
 * remainder.  Four bits are looked up at a time: a serial line is slow, and
 * sixteen numbers can be read.
 *
 * Invariants
 * ----------
 *  (1) The decoder holds at most size octets, whatever comes.
 *  (2) How the octets are cut into calls makes no difference.
 *  (3) No frame is reported whose remainder is wrong.
 */

#include "wire/ppp.h"

#include "base/bytes.h"
#include "base/check.h"

/* The polynomial x^16 + x^12 + x^5 + 1, in reflected order, by nibbles. */
static const uint16_t fcs_nibble[16] = {
	0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285, 0x6306, 0x7387,
	0x8408, 0x9489, 0xa50a, 0xb58b, 0xc60c, 0xd68d, 0xe70e, 0xf78f,
};

uint16_t ppp_fcs16(uint16_t fcs, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	unsigned int sum = fcs;

	for (; len > 0; len--, p++) {
		sum = sum >> 4 ^ fcs_nibble[(sum ^ *p) & 0xf];
		sum = sum >> 4 ^ fcs_nibble[(sum ^ *p >> 4) & 0xf];
	}
	return (uint16_t)sum;
}

static bool must_escape(uint32_t accm, uint8_t octet)
{
	if (octet < 0x20)
		return accm >> octet & 1;
	return octet == PPP_FLAG || octet == PPP_ESCAPE;
}

static void put_escaped(struct wcursor *w, uint32_t accm, const void *buf,
			size_t len)
{
	const uint8_t *p = buf;

	for (; len > 0; len--, p++) {
		if (must_escape(accm, *p)) {
			wcur_u8(w, PPP_ESCAPE);
			wcur_u8(w, *p ^ PPP_ESCAPE_BIT);
		} else {
			wcur_u8(w, *p);
		}
	}
}

static const struct ppp_format plain = {.accm = PPP_ACCM_ALL};

void ppp_header_put(struct wcursor *w, const struct ppp_format *format,
		    uint16_t proto)
{
	const struct ppp_format *f = proto == PPP_LCP ? &plain : format;

	if (!f->has_acfc) {
		wcur_u8(w, PPP_ADDRESS);
		wcur_u8(w, PPP_CONTROL);
	}
	if (f->has_pfc && proto < 0x100)
		wcur_u8(w, (uint8_t)proto);
	else
		wcur_u16(w, proto);
}

/* From flag to flag; the frame lies in two pieces. */
static void put_line(struct wcursor *w, uint32_t accm, struct cursor header,
		     struct cursor info)
{
	uint8_t tail[PPP_FCS_LEN];
	uint16_t fcs;

	fcs = ppp_fcs16(PPP_FCS_INIT, header.p, cur_left(&header));
	fcs = (uint16_t)~ppp_fcs16(fcs, info.p, cur_left(&info));
	put16le(tail, fcs);
	wcur_u8(w, PPP_FLAG);
	put_escaped(w, accm, header.p, cur_left(&header));
	put_escaped(w, accm, info.p, cur_left(&info));
	put_escaped(w, accm, tail, sizeof(tail));
	wcur_u8(w, PPP_FLAG);
}

void ppp_frame_put(struct wcursor *w, const struct ppp_format *format,
		   uint16_t proto, const void *info, size_t len)
{
	uint8_t header[PPP_HLEN_MAX];
	struct wcursor h = wcur_init(header, sizeof(header));

	ppp_header_put(&h, format, proto);
	put_line(w, proto == PPP_LCP ? PPP_ACCM_ALL : format->accm,
		 cur_init(header, wcur_len(&h)), cur_init(info, len));
}

void ppp_line_put(struct wcursor *w, uint32_t accm, const void *frame,
		  size_t len)
{
	put_line(w, accm, cur_init(frame, len), cur_init(frame, 0));
}

void ppp_decoder_init(struct ppp_decoder *d, void *buf, size_t size)
{
	check(size >= PPP_FRAME_MIN);
	*d = (struct ppp_decoder){
		.buf = buf,
		.size = size,
		.accm = PPP_ACCM_ALL,
		.is_hunting = true,
	};
}

/* A flag: what was it the end of?  Two flags in a row are no frame at all. */
static enum ppp_found at_flag(struct ppp_decoder *d)
{
	bool was_hunting = d->is_hunting, was_escaped = d->is_escaped;

	d->is_hunting = d->is_escaped = false;
	d->is_done = true;
	if (was_hunting)
		return PPP_NOTHING;
	if (was_escaped)
		return PPP_BAD_ABORT;
	if (!d->len)
		return PPP_NOTHING;
	if (d->len < PPP_FRAME_MIN)
		return PPP_BAD_SHORT;
	if (ppp_fcs16(PPP_FCS_INIT, d->buf, d->len) != PPP_FCS_GOOD)
		return PPP_BAD_FCS;
	d->len -= PPP_FCS_LEN;
	return PPP_FRAME;
}

static enum ppp_found at_octet(struct ppp_decoder *d, uint8_t octet)
{
	if (d->is_hunting || (octet < 0x20 && d->accm >> octet & 1))
		return PPP_NOTHING;
	if (octet == PPP_ESCAPE) {
		d->is_escaped = true;
		return PPP_NOTHING;
	}
	if (d->is_escaped)
		octet ^= PPP_ESCAPE_BIT;
	d->is_escaped = false;
	if (d->len == d->size) {
		d->is_hunting = true;
		return PPP_BAD_LONG;
	}
	d->buf[d->len++] = octet;
	return PPP_NOTHING;
}

enum ppp_found ppp_decode(struct ppp_decoder *d, struct cursor *c)
{
	enum ppp_found found = PPP_NOTHING;

	while (found == PPP_NOTHING && cur_left(c)) {
		uint8_t octet = cur_u8(c);

		if (d->is_done)
			d->len = 0;
		d->is_done = false;
		found = octet == PPP_FLAG ? at_flag(d) : at_octet(d, octet);
	}
	return found;
}

int ppp_parse(uint16_t *proto, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	const uint8_t *p = cur_peek(&c, 1);
	unsigned int number;

	if (p && *p == PPP_ADDRESS) {
		cur_skip(&c, 1);
		if (cur_u8(&c) != PPP_CONTROL)
			return cur_ok(&c) ? WIRE_FIELD : WIRE_SHORT;
	}
	number = cur_u8(&c);
	if (cur_ok(&c) && !(number & 1)) {
		number = number << 8 | cur_u8(&c);
		if (cur_ok(&c) && !(number & 1))
			return WIRE_FIELD;
	}
	if (!cur_ok(&c))
		return WIRE_SHORT;
	*proto = (uint16_t)number;
	return (int)(len - cur_left(&c));
}

int ppp_ctl_parse(struct ppp_ctl *ctl, const uint8_t *buf, size_t len)
{
	struct cursor c = cur_init(buf, len);
	uint8_t code = cur_u8(&c), id = cur_u8(&c);
	size_t length = cur_u16(&c);

	if (!cur_ok(&c))
		return WIRE_SHORT;
	if (length < PPP_CTL_HLEN || length > len)
		return WIRE_LEN;
	*ctl = (struct ppp_ctl){
		.code = code,
		.id = id,
		.data = buf + PPP_CTL_HLEN,
		.len = length - PPP_CTL_HLEN,
	};
	return 0;
}

void ppp_ctl_put(struct wcursor *w, uint8_t code, uint8_t id, const void *data,
		 uint16_t len)
{
	wcur_u8(w, code);
	wcur_u8(w, id);
	wcur_u16(w, (uint16_t)(PPP_CTL_HLEN + len));
	wcur_bytes(w, data, len);
}

int ppp_opt_next(struct ppp_opt *opt, struct cursor *c)
{
	uint8_t type, length;
	struct cursor data;

	if (!cur_left(c))
		return 0;
	type = cur_u8(c);
	length = cur_u8(c);
	if (length < PPP_OPT_HLEN) {
		cur_fail(c);
		return WIRE_LEN;
	}
	data = cur_sub(c, length - (size_t)PPP_OPT_HLEN);
	if (!cur_ok(c))
		return WIRE_LEN;
	*opt = (struct ppp_opt){
		.type = type,
		.len = length - PPP_OPT_HLEN,
		.data = data.p,
	};
	return 1;
}

void ppp_opt_put(struct wcursor *w, uint8_t type, const void *data, uint8_t len)
{
	wcur_u8(w, type);
	wcur_u8(w, (uint8_t)(PPP_OPT_HLEN + len));
	wcur_bytes(w, data, len);
}

const char *ppp_proto_name(uint16_t proto)
{
	static const struct {
		uint16_t proto;
		const char *name;
	} names[] = {
		{PPP_IP4, "ip"},      {PPP_IP6, "ipv6"}, {PPP_IPCP, "ipcp"},
		{PPP_IP6CP, "ip6cp"}, {PPP_CCP, "ccp"},	 {PPP_LCP, "lcp"},
		{PPP_PAP, "pap"},     {PPP_LQR, "lqr"},	 {PPP_CHAP, "chap"},
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].proto == proto)
			return names[i].name;
	return NULL;
}

const char *ppp_code_name(uint8_t code)
{
	static const char *const names[] = {
		[PPP_CONF_REQ] = "configure-request",
		[PPP_CONF_ACK] = "configure-ack",
		[PPP_CONF_NAK] = "configure-nak",
		[PPP_CONF_REJ] = "configure-reject",
		[PPP_TERM_REQ] = "terminate-request",
		[PPP_TERM_ACK] = "terminate-ack",
		[PPP_CODE_REJ] = "code-reject",
		[PPP_PROTO_REJ] = "protocol-reject",
		[PPP_ECHO_REQ] = "echo-request",
		[PPP_ECHO_REP] = "echo-reply",
		[PPP_DISCARD] = "discard-request",
	};

	return code < sizeof(names) / sizeof(*names) ? names[code] : NULL;
}
