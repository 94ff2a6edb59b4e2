// SPDX-License-Identifier: MIT
/*
 * log_json.c - an event as a line of JSON: the file format of weft-log(5)
 *
 * Keys come in a fixed order, so that two equal runs are equal files.
 */

#include "core/pkt.h"

#include "trace/explain.h"
#include "trace/json.h"
#include "trace/log.h"

static void put_fields(struct json *j, const struct log_event *ev)
{
	uint16_t i;

	json_key(j, "data");
	json_open(j, '{');
	for (i = 0; i < ev->field_count; i++) {
		const struct log_field *f = &ev->fields[i];

		if (f->type == LOG_NUM)
			json_key_num(j, f->key, f->num);
		else
			json_key_text(j, f->key, f->text);
	}
	json_close(j, '}');
}

static void put_words(struct json *j, const struct trace_log *log,
		      const struct log_event *ev)
{
	char text[512];
	struct strbuf sb;

	strbuf_init_fixed(&sb, text, sizeof(text));
	explain_say(log, ev, &sb);
	json_key_text(j, "say", strbuf_text(&sb));
	strbuf_clear(&sb);
	explain_why(log, ev, &sb);
	json_key_text(j, "why", sb.len ? strbuf_text(&sb) : NULL);
	json_key_text(j, "rfc", explain_rfc(ev));
}

void trace_log_line(const struct trace_log *log, const struct log_event *ev,
		    struct strbuf *out)
{
	struct json j = json_begin(out);

	json_open(&j, '{');
	json_key_num(&j, "n", ev->n);
	json_key_num(&j, "t", (int64_t)ev->t_ns);
	json_key_text(&j, "host", ev->host);
	if (ev->netif)
		json_key_text(&j, "if", ev->netif);
	json_key_text(&j, "kind", ev_kind_name(ev->kind));
	json_key_text(&j, "what", reason_name(ev->what));
	json_key_text(&j, "proto", ev->proto);
	json_key(&j, "cause");
	if (ev->cause)
		json_num(&j, ev->cause);
	else
		json_put_null(&j);
	if (ev->frame) {
		if (ev->link)
			json_key_text(&j, "link",
				      ev->link == PKT_PPP ? "ppp" : "line");
		json_key(&j, "frame");
		json_hex(&j, ev->frame, ev->frame_len);
	}
	if (ev->field_count)
		put_fields(&j, ev);
	put_words(&j, log, ev);
	json_close(&j, '}');
	strbuf_putc(out, '\n');
}
