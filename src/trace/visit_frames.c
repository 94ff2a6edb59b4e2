// SPDX-License-Identifier: MIT
/*
 * visit_frames.c - every frame at the visitor's host, layer by layer
 *
 * Sending wraps: the application's octets get a TCP header, that an IP header,
 * that an Ethernet header.  Receiving unwraps in the opposite order.  The list
 * of layers is the same; the direction decides from which end it is read.
 */

#include "trace/visit_frames.h"

#include <string.h>

#include "trace/chain.h"
#include "trace/dissect.h"
#include "trace/explain.h"
#include "trace/visit_print.h"

#define LAYERS_MAX 12

/* Fields @first to @last - 1 belong to one header. */
struct layer {
	size_t first, last;
};

static size_t find_layers(const struct dissection *d, struct layer *layers)
{
	size_t i, count = 0;

	for (i = 0; i < d->count && count < LAYERS_MAX; i++) {
		if (!count ||
		    strcmp(d->fields[i].layer, d->fields[i - 1].layer) != 0) {
			/* padding and FCS belong to the first layer */
			if (count &&
			    !strcmp(d->fields[i].layer, d->fields[0].layer))
				break;
			layers[count++].first = i;
		}
		layers[count - 1].last = i + 1;
	}
	return count;
}

static void put_layer(const struct dissection *d, const struct layer *layer,
		      struct strbuf *out)
{
	const struct dis_field *f = &d->fields[layer->first];
	size_t i;

	strbuf_printf(out, "      layer %d  %-9s", f->osi, f->layer);
	for (i = layer->first; i < layer->last; i++) {
		f = &d->fields[i];
		strbuf_printf(out, "%s%s %s", i > layer->first ? ", " : "",
			      f->name, dis_value(d, f));
	}
	strbuf_putc(out, '\n');
}

static void put_layers(const struct log_event *ev, struct strbuf *out)
{
	struct layer layers[LAYERS_MAX];
	struct dissection d;
	size_t i, count;

	if (dissect_event(&d, out->mem, ev) == 0) {
		count = find_layers(&d, layers);
		for (i = 0; i < count; i++)
			put_layer(
				&d,
				&layers[ev->kind == EV_TX ? count - 1 - i : i],
				out);
	}
	dissect_fini(&d);
}

static void put_frame(const struct visit_view *v, const struct log_event *ev,
		      struct strbuf *out)
{
	strbuf_printf(out, "#%u ", ev->n);
	put_time_ms(out, ev->t_ns - v->begin_ns);
	strbuf_puts(out, ev->kind == EV_TX
				 ? "  out, wrapped from the top: "
				 : "  in, unwrapped from the bottom: ");
	explain_say(v->log, ev, out);
	strbuf_putc(out, '\n');
	put_layers(ev, out);
}

void visit_frames(const struct visit_view *v, bool with_octets, bool is_ascii,
		  struct strbuf *out)
{
	uint32_t n;

	visit_rule(v->host, is_ascii, out);
	for (n = v->begin; n <= v->last; n++) {
		const struct log_event *ev = trace_log_get(v->log, n);

		if ((ev->kind != EV_TX && ev->kind != EV_RX) || !ev->frame ||
		    strcmp(ev->host, v->host) != 0)
			continue;
		if (with_octets)
			chain_show(v->log, n, true, out);
		else
			put_frame(v, ev, out);
	}
}
