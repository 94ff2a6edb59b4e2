// SPDX-License-Identifier: MIT
/*
 * ppp.c - fuzz target: any octets on a PPP line
 *
 * Two decoders read the same line, one at a stretch and one in pieces whose
 * size the first octet says; both must find the same.  A good frame is read
 * to the last option, and its packet, written anew, must arrive again.
 */

#include "wire/ppp.h"

#include <string.h>

#include "fuzz.h"

enum { ROOM = 256 };

/* Everything that two decoders must agree on. */
struct found {
	uint32_t sum;
	unsigned int count;
};

static void read_options(const uint8_t *info, size_t len)
{
	struct ppp_ctl ctl;
	struct ppp_opt opt;
	struct cursor c;
	size_t octets = 0;

	if (ppp_ctl_parse(&ctl, info, len))
		return;
	check(ctl.len + PPP_CTL_HLEN <= len);
	c = cur_init(ctl.data, ctl.len);
	while (ppp_opt_next(&opt, &c) == 1)
		octets += PPP_OPT_HLEN + (size_t)opt.len;
	check(octets <= ctl.len);
}

static void write_anew(uint16_t proto, const uint8_t *info, size_t len)
{
	const struct ppp_format format = {.has_acfc = true, .has_pfc = true};
	uint8_t line[PPP_LINE_MAX(ROOM)], buf[ROOM + PPP_HLEN_MAX];
	struct wcursor w = wcur_init(line, sizeof(line));
	struct ppp_decoder d;
	struct cursor c;
	uint16_t again;
	int hlen;

	ppp_frame_put(&w, &format, proto, info, len);
	check(wcur_ok(&w));
	ppp_decoder_init(&d, buf, sizeof(buf));
	d.accm = proto == PPP_LCP ? PPP_ACCM_ALL : format.accm;
	c = cur_init(line, wcur_len(&w));
	/* What is shorter than any frame may be is none, written or not. */
	if (ppp_decode(&d, &c) == PPP_BAD_SHORT && len < 2)
		return;
	hlen = ppp_parse(&again, buf, d.len);
	check(hlen > 0 && again == proto && d.len - (size_t)hlen == len);
	check(!len || !memcmp(buf + hlen, info, len));
}

static void note(struct found *f, enum ppp_found what,
		 const struct ppp_decoder *d)
{
	uint16_t proto;
	int hlen;

	f->count++;
	f->sum = f->sum * 31 + (uint32_t)what;
	if (what != PPP_FRAME)
		return;
	f->sum = f->sum * 31 + ppp_fcs16(PPP_FCS_INIT, d->buf, d->len);
	hlen = ppp_parse(&proto, d->buf, d->len);
	if (hlen < 0)
		return;
	read_options(d->buf + hlen, d->len - (size_t)hlen);
	write_anew(proto, d->buf + hlen, d->len - (size_t)hlen);
}

static struct found run(struct cursor line, size_t piece)
{
	struct found f = {0};
	uint8_t buf[ROOM];
	struct ppp_decoder d;

	ppp_decoder_init(&d, buf, sizeof(buf));
	while (cur_left(&line)) {
		size_t len = piece < cur_left(&line) ? piece : cur_left(&line);
		struct cursor c = cur_sub(&line, len);
		enum ppp_found what;

		while ((what = ppp_decode(&d, &c)) != PPP_NOTHING)
			note(&f, what, &d);
		check(d.len <= sizeof(buf));
	}
	return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cur_init(data, size);
	size_t piece = cur_u8(&c) + (size_t)1;
	struct found whole = run(c, SIZE_MAX), cut = run(c, piece);

	check(whole.count == cut.count && whole.sum == cut.sum);
	return 0;
}
