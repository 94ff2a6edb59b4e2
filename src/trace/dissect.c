// SPDX-License-Identifier: MIT
/*
 * dissect.c - the list of fields, and who fills it
 *
 * Invariants
 * ----------
 *  (1) Each field begins where the one before ends; the first at 0, the last
 *      ends with the frame.  dissect() checks it: it holds for any octets.
 */

#include "trace/dissect.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32.h"

#include "wire/addr.h"
#include "wire/ppp.h"

#include "core/pkt.h"

#include "trace/dissect_int.h"
#include "trace/log.h"

#define FCS_LEN 4

void dis_layer(struct dissection *d, const char *layer, int osi)
{
	d->layer = layer;
	d->osi = osi;
}

static bool grow(struct dissection *d)
{
	size_t room = d->room ? d->room * 2 : 64;
	struct dis_field *fields;

	if (d->count < d->room)
		return true;
	fields = mem_alloc_array(d->mem, room, sizeof(*fields));
	if (!fields)
		return false;
	if (d->count)
		memcpy(fields, d->fields, d->count * sizeof(*fields));
	mem_free(d->mem, d->fields, d->room * sizeof(*fields));
	d->fields = fields;
	d->room = room;
	return true;
}

/* Add a field whose value is already at the end of the text. */
static void add(struct dissection *d, const uint8_t *p, size_t len,
		const char *name, const char *meaning, size_t value)
{
	strbuf_putc(&d->text, '\0');
	if (!grow(d) || d->text.error) {
		d->has_failed = true;
		return;
	}
	d->fields[d->count++] = (struct dis_field){
		.off = (uint32_t)(p - d->frame),
		.len = (uint32_t)len,
		.layer = d->layer,
		.osi = d->osi,
		.name = name,
		.meaning = meaning,
		.value = (uint32_t)value,
	};
}

const uint8_t *dis_peek(struct dissection *d, struct cursor *c, size_t len)
{
	const uint8_t *p = cur_peek(c, len);

	if (p)
		return p;
	dis_rest(d, c, "(cut short)", "the header promises more octets");
	return NULL;
}

const uint8_t *dis_take(struct dissection *d, struct cursor *c, size_t len,
			const char *name, const char *meaning,
			const char *format, ...)
{
	const uint8_t *p;
	size_t value = d->text.len;
	va_list ap;

	if (!len || !dis_peek(d, c, len))
		return NULL;
	p = cur_take(c, len);
	va_start(ap, format);
	strbuf_vprintf(&d->text, format, ap);
	va_end(ap);
	add(d, p, len, name, meaning, value);
	return p;
}

void dis_rest(struct dissection *d, struct cursor *c, const char *name,
	      const char *meaning)
{
	size_t value = d->text.len;
	size_t len = cur_left(c);

	if (!len)
		return;
	strbuf_printf(&d->text, "%zu octets", len);
	add(d, cur_take(c, len), len, name, meaning, value);
}

void dis_ip4_addr(struct dissection *d, struct cursor *c, const char *name,
		  const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 4);
	char buf[IP4_TEXT];

	if (p)
		dis_take(d, c, 4, name, meaning, "%s",
			 ip4_print((ip4_addr){get32(p)}, buf));
}

void dis_ip6_addr(struct dissection *d, struct cursor *c, const char *name,
		  const char *meaning)
{
	const uint8_t *p = dis_peek(d, c, 16);
	char text[IP6_TEXT];

	if (p)
		dis_take(d, c, 16, name, meaning, "%s",
			 ip6_print(get_ip6(p), text));
}

const char *dis_sum_word(const struct dissection *d, bool is_good)
{
	return !d->can_sum ? "" : is_good ? "good" : "BAD";
}

const char *dis_sum_meaning(const struct dissection *d, bool is_good)
{
	return !d->can_sum ? "only a piece is here, so it cannot be checked"
	       : is_good   ? "header and payload arrived as they were sent"
			   : "does not match header and payload";
}

static void dis_fcs(struct dissection *d, struct cursor *c)
{
	const uint8_t *p = cur_peek(c, FCS_LEN);
	uint32_t sum = crc32_update(0, d->frame, d->len - FCS_LEN);
	bool is_good = p && get32le(p) == sum;

	dis_layer(d, "Ethernet", 2);
	dis_take(d, c, FCS_LEN, "Frame Check Sequence",
		 is_good ? "the bits arrived as they were sent"
			 : "bits were flipped on the way",
		 "0x%08x %s", p ? get32le(p) : 0, is_good ? "good" : "BAD");
}

static void check_cover(const struct dissection *d)
{
	size_t i, at = 0;

	for (i = 0; i < d->count; i++) {
		check(d->fields[i].off == at && d->fields[i].len > 0);
		at += d->fields[i].len;
	}
	check(at == d->len);
}

static void begin(struct dissection *d, struct mem *mem, const uint8_t *frame,
		  size_t len)
{
	memset(d, 0, sizeof(*d));
	d->mem = mem;
	d->frame = frame;
	d->len = len;
	strbuf_init(&d->text, mem);
}

static int finish(struct dissection *d)
{
	if (d->has_failed)
		return -ENOMEM;
	check_cover(d);
	return 0;
}

int dissect(struct dissection *d, struct mem *mem, const uint8_t *frame,
	    size_t len, bool has_fcs)
{
	struct cursor c, fcs;

	begin(d, mem, frame, len);
	d->has_fcs = has_fcs && len >= FCS_LEN;
	c = cur_init(frame, d->has_fcs ? len - FCS_LEN : len);
	dis_ether(d, &c);
	dis_rest(d, &c, "Data", NULL);
	if (d->has_fcs) {
		fcs = cur_init(frame + len - FCS_LEN, FCS_LEN);
		dis_fcs(d, &fcs);
	}
	return finish(d);
}

/* A frame of a serial line, or octets that are none. */
static int dissect_line(struct dissection *d, struct mem *mem,
			const struct log_event *ev)
{
	size_t len = ev->frame_len;
	struct cursor c, fcs;

	begin(d, mem, ev->frame, len);
	d->has_fcs = ev->link == PKT_PPP && len >= PPP_FCS_LEN;
	c = cur_init(ev->frame, d->has_fcs ? len - PPP_FCS_LEN : len);
	if (ev->link == PKT_PPP)
		dis_ppp(d, &c);
	else
		dis_line(d, &c);
	dis_rest(d, &c, "Data", NULL);
	if (d->has_fcs) {
		fcs = cur_init(ev->frame + len - PPP_FCS_LEN, PPP_FCS_LEN);
		dis_ppp_fcs(d, &fcs);
	}
	return finish(d);
}

int dissect_event(struct dissection *d, struct mem *mem,
		  const struct log_event *ev)
{
	if (ev->frame && ev->link != PKT_ETHER)
		return dissect_line(d, mem, ev);
	if (ev->frame)
		return dissect(d, mem, ev->frame, ev->frame_len, true);
	begin(d, mem, NULL, 0);
	return -EINVAL;
}

void dissect_fini(struct dissection *d)
{
	mem_free(d->mem, d->fields, d->room * sizeof(d->fields[0]));
	strbuf_fini(&d->text);
	d->fields = NULL;
	d->count = d->room = 0;
}

const char *dis_value(const struct dissection *d, const struct dis_field *f)
{
	return d->text.text + f->value;
}

const struct dis_field *dis_find(const struct dissection *d, const char *layer,
				 const char *name)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (!strcmp(d->fields[i].layer, layer) &&
		    !strcmp(d->fields[i].name, name))
			return &d->fields[i];
	return NULL;
}
