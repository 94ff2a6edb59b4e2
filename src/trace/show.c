// SPDX-License-Identifier: MIT
/*
 * show.c - a frame as nested headers, every octet named
 *
 * The headers stand in the order in which they are wrapped around the
 * payload, each indented one step more than the one that carries it; the
 * frame check sequence closes the outermost.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "trace/chain.h"
#include "trace/dissect.h"
#include "trace/explain.h"

#define OCTETS_SHOWN 16

static const char *osi_name(int osi)
{
	static const char *const names[] = {
		"",	     "physical", "data link",	 "network",
		"transport", "session",	 "presentation", "application",
	};

	return osi > 0 && osi < (int)ARRAY_SIZE(names) ? names[osi] : "?";
}

/* What a unit of each layer is called. */
static const char *unit_name(const char *layer)
{
	if (!strcmp(layer, "Ethernet") || !strcmp(layer, "PPP"))
		return "frame";
	if (!strncmp(layer, "IPv4", 4) || !strncmp(layer, "IPv6", 4))
		return "packet";
	if (!strncmp(layer, "TCP", 3))
		return "segment";
	if (!strncmp(layer, "UDP", 3))
		return "datagram";
	return "message";
}

static void put_octets(const struct dissection *d, const struct dis_field *f,
		       struct strbuf *out)
{
	uint32_t i, n = min_u32(f->len, OCTETS_SHOWN);

	strbuf_puts(out, "  [");
	for (i = 0; i < n; i++)
		strbuf_printf(out, i ? " %02x" : "%02x", d->frame[f->off + i]);
	strbuf_puts(out, n < f->len ? " ...]" : "]");
}

static void put_field(const struct dissection *d, const struct dis_field *f,
		      bool with_octets, struct strbuf *out)
{
	size_t start = out->len;

	strbuf_printf(out, "    %5u %4u  %-28s %s", f->off, f->len, f->name,
		      dis_value(d, f));
	if (f->meaning) {
		size_t width = utf8_width(out->text + start, out->len - start);

		strbuf_fill(out, ' ', width < 62 ? 62 - width : 2);
		strbuf_printf(out, "- %s", f->meaning);
	}
	if (with_octets)
		put_octets(d, f, out);
	strbuf_putc(out, '\n');
}

static void put_layer(const struct dis_field *f, struct strbuf *out)
{
	strbuf_printf(out, "  %s %s  (OSI layer %d, %s)\n", f->layer,
		      unit_name(f->layer), f->osi, osi_name(f->osi));
}

static int dissect_frame(const struct log_event *ev, struct dissection *d,
			 struct mem *mem)
{
	return ev ? dissect_event(d, mem, ev) : -EINVAL;
}

int chain_show(const struct trace_log *log, uint32_t n, bool with_octets,
	       struct strbuf *out)
{
	const struct log_event *ev = trace_log_get(log, n);
	struct dissection d;
	const char *layer = "";
	size_t i;
	int err = dissect_frame(ev, &d, out->mem);

	if (err)
		goto out;
	strbuf_printf(out, "#%u  %u octets, ", n, ev->frame_len);
	put_time_ms(out, ev->t_ns);
	strbuf_printf(out, ", %s %s at %s: ", ev_kind_name(ev->kind),
		      ev->netif ? ev->netif : "", ev->host);
	explain_say(log, ev, out);
	strbuf_puts(out, "\n   offset  len  field\n");
	for (i = 0; i < d.count; i++) {
		if (strcmp(layer, d.fields[i].layer) != 0)
			put_layer(&d.fields[i], out);
		layer = d.fields[i].layer;
		put_field(&d, &d.fields[i], with_octets, out);
	}
out:
	if (err != -EINVAL)
		dissect_fini(&d);
	return err;
}

static void field_json(const struct dissection *d, const struct dis_field *f,
		       struct json *j)
{
	json_open(j, '{');
	json_key_num(j, "offset", f->off);
	json_key_num(j, "len", f->len);
	json_key_text(j, "layer", f->layer);
	json_key_num(j, "osi", f->osi);
	json_key_text(j, "name", f->name);
	json_key_text(j, "value", dis_value(d, f));
	json_key_text(j, "meaning", f->meaning);
	json_key(j, "octets");
	json_hex(j, d->frame + f->off, f->len);
	json_close(j, '}');
}

int chain_show_json(const struct trace_log *log, uint32_t n, struct json *j)
{
	struct dissection d;
	size_t i;
	int err = dissect_frame(trace_log_get(log, n), &d, j->out->mem);

	if (err)
		goto out;
	json_open(j, '{');
	json_key_num(j, "n", n);
	json_key(j, "fields");
	json_open(j, '[');
	for (i = 0; i < d.count; i++)
		field_json(&d, &d.fields[i], j);
	json_close(j, ']');
	json_close(j, '}');
out:
	if (err != -EINVAL)
		dissect_fini(&d);
	return err;
}
