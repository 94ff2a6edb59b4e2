// SPDX-License-Identifier: MIT
/*
 * log_load.c - a log from a file
 *
 * Each line is a JSON object, read by jansson, which says where a line is not
 * JSON; what it should contain is checked here.
 */

#include "trace/log_load.h"

#include <jansson.h>
#include <string.h>

#include "base/check.h"

#include "core/pkt.h"

#include "trace/log_int.h"

struct loader {
	struct trace_log *log;
	const char *name;
	size_t line;
	struct strbuf *error;
};

static bool complain(struct loader *l, int column, const char *what)
{
	strbuf_printf(l->error, "%s:%zu:%d: %s\n", l->name, l->line, column,
		      what);
	return false;
}

static bool kind_of(const char *name, enum ev_kind *kind)
{
	int i;

	for (i = 0; name && i < EV_KINDS; i++)
		if (!strcmp(ev_kind_name((enum ev_kind)i), name)) {
			*kind = (enum ev_kind)i;
			return true;
		}
	return false;
}

static bool reason_of(const char *name, enum reason *what)
{
	int i;

	for (i = 0; name && i < R_COUNT; i++)
		if (!strcmp(reason_name((enum reason)i), name)) {
			*what = (enum reason)i;
			return true;
		}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool load_frame(struct loader *l, struct log_event *ev, const char *hex)
{
	size_t len = strlen(hex), i;
	uint8_t *frame;

	if (len % 2 || len / 2 > 1 << 20)
		return complain(l, 1, "\"frame\" is not whole octets");
	frame = log_take(l->log, len / 2 + 1);
	if (!frame)
		return complain(l, 1, "no memory");
	for (i = 0; i < len; i += 2) {
		int hi = hex_digit(hex[i]), lo = hex_digit(hex[i + 1]);

		if (hi < 0 || lo < 0)
			return complain(l, 1, "\"frame\" is not hexadecimal");
		frame[i / 2] = (uint8_t)(hi << 4 | lo);
	}
	ev->frame = frame;
	ev->frame_len = (uint32_t)(len / 2);
	return true;
}

static bool load_field(struct loader *l, struct log_field *f, const char *key,
		       const json_t *value)
{
	f->key = log_take_text(l->log, key);
	if (json_is_integer(value)) {
		f->type = LOG_NUM;
		f->num = json_integer_value(value);
	} else if (json_is_string(value)) {
		f->type = LOG_TEXT;
		f->text = log_take_text(l->log, json_string_value(value));
	} else {
		return complain(l, 1, "\"data\" holds numbers and texts only");
	}
	if (!f->key || (f->type == LOG_TEXT && !f->text))
		return complain(l, 1, "no memory");
	return true;
}

static bool load_data(struct loader *l, struct log_event *ev, json_t *data)
{
	size_t count = json_object_size(data);
	struct log_field *fields;
	const char *key;
	json_t *value;

	if (!count)
		return true;
	if (count > UINT16_MAX)
		return complain(l, 1, "\"data\" has too many members");
	fields = log_take(l->log, count * sizeof(*fields));
	if (!fields)
		return complain(l, 1, "no memory");
	ev->fields = fields;
	json_object_foreach(data, key, value)
	{
		fields[ev->field_count] = (struct log_field){0};
		if (!load_field(l, &fields[ev->field_count], key, value))
			return false;
		ev->field_count++;
	}
	return true;
}

static const char *text_of(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key));
}

static const char *kept_text(struct loader *l, const json_t *line,
			     const char *key)
{
	const char *text = text_of(line, key);

	return text ? log_take_text(l->log, text) : NULL;
}

static bool load_numbers(struct loader *l, struct log_event *ev,
			 const json_t *line)
{
	json_int_t n = json_integer_value(json_object_get(line, "n"));
	json_t *cause = json_object_get(line, "cause");
	json_t *t = json_object_get(line, "t");

	if (n != (json_int_t)l->log->count + 1)
		return complain(l, 1,
				"\"n\" must count up from 1, line by line");
	if (!json_is_integer(t) || json_integer_value(t) < 0)
		return complain(l, 1, "\"t\" must be a time in nanoseconds");
	if (!json_is_null(cause) &&
	    (json_integer_value(cause) < 1 || json_integer_value(cause) >= n))
		return complain(l, 1,
				"\"cause\" must be an earlier event or null");
	ev->n = (uint32_t)n;
	ev->t_ns = (uint64_t)json_integer_value(t);
	ev->cause = (uint32_t)json_integer_value(cause);
	return true;
}

/* Ethernet is not said. */
static uint8_t link_of(const char *text)
{
	if (!text)
		return PKT_ETHER;
	return strcmp(text, "ppp") ? PKT_LINE : PKT_PPP;
}

static bool load_event(struct loader *l, struct log_event *ev, json_t *line)
{
	const char *hex = text_of(line, "frame");

	*ev = (struct log_event){0};
	if (!load_numbers(l, ev, line))
		return false;
	if (!kind_of(text_of(line, "kind"), &ev->kind))
		return complain(l, 1, "\"kind\" is none that weft writes");
	if (!reason_of(text_of(line, "what"), &ev->what))
		return complain(l, 1, "\"what\" is none that weft writes");
	ev->host = kept_text(l, line, "host");
	ev->proto = kept_text(l, line, "proto");
	ev->netif = kept_text(l, line, "if");
	if (!ev->host || !ev->proto)
		return complain(l, 1, "\"host\" or \"proto\" is missing");
	ev->link = link_of(text_of(line, "link"));
	return (!hex || load_frame(l, ev, hex)) &&
	       load_data(l, ev, json_object_get(line, "data"));
}

static bool load_line(struct loader *l, const char *text, size_t len)
{
	struct log_event *ev = log_room(l->log);
	json_error_t err;
	json_t *line;
	bool is_good;

	if (!ev)
		return complain(l, 1, "no memory");
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (!line)
		return complain(l, err.column, err.text);
	is_good = json_is_object(line) ? load_event(l, ev, line)
				       : complain(l, 1, "not an object");
	json_decref(line);
	if (is_good && !log_count_in(l->log, ev))
		return complain(l, 1, "no memory");
	return is_good;
}

struct trace_log *trace_log_load(struct mem *mem, const char *text, size_t len,
				 const char *name, struct strbuf *error)
{
	struct loader l = {.name = name, .line = 1, .error = error};
	const char *end;

	l.log = trace_log_new(mem, LOG_FRAMES);
	if (!l.log) {
		complain(&l, 1, "no memory");
		return NULL;
	}
	for (; len; l.line++) {
		size_t n;

		end = memchr(text, '\n', len);
		n = end ? (size_t)(end - text) : len;
		if (!load_line(&l, text, n)) {
			trace_log_free(l.log);
			return NULL;
		}
		n += end != NULL;
		text += n;
		len -= n;
	}
	return l.log;
}
