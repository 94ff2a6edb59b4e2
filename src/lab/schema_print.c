// SPDX-License-Identifier: MIT
/*
 * schema_print.c - a structure becomes YAML again
 *
 * Theory of operation
 * ===================
 * The same table that reads also prints, in its own order.  A map that holds
 * only plain values and lists of them is one line, {a: 1, b: [x, y]}; one that
 * holds maps goes over several lines.  What is printed is read back to the
 * same structure, which a test checks for every lab file there is.
 */
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "lab/schema.h"
#include "lab/schema_int.h"

/* Characters that mean nothing to YAML wherever they stand. */
static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("._/+-%", c));
}

void schema_print_text(const char *text, struct strbuf *out)
{
	const char *p = text;

	while (is_plain(*p))
		p++;
	if (p > text && !*p && text[0] != '-' && text[0] != '%') {
		strbuf_puts(out, text);
		return;
	}
	strbuf_putc(out, '"');
	for (p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_printf(out, "\\%c", *p);
		else if ((unsigned char)*p < ' ' || *p == 0x7f)
			strbuf_printf(out, "\\x%02x", (unsigned)*p);
		else
			strbuf_putc(out, *p);
	}
	strbuf_putc(out, '"');
}

static void print_cmp(const struct schema_field *f, const struct lab_cmp *cmp,
		      struct strbuf *out)
{
	if (cmp->op != OP_EQ)
		strbuf_printf(out, "\"%s ", value_op_name(cmp->op));
	value_print(out, f->unit, cmp->v);
	if (cmp->op != OP_EQ)
		strbuf_putc(out, '"');
}

static void print_flag(const struct schema_field *f, const struct lab_num *num,
		       struct strbuf *out)
{
	if (num->v)
		value_print(out, f->unit, num->v);
	else
		strbuf_puts(out, "true");
}

/* In quotes, or what ends with a colon would be a key. */
static void print_v6(ip6_addr v, struct strbuf *out)
{
	char text[IP_TEXT];

	schema_print_text(ip_addr_print(ip_addr_v6(v), text), out);
}

static void print_net6(const struct lab_net6 *net, struct strbuf *out)
{
	char text[IP_TEXT], all[IP_TEXT + 8];

	(void)snprintf(all, sizeof(all), "%s/%u",
		       ip_addr_print(ip_addr_v6(net->v.addr), text),
		       net->v.len);
	schema_print_text(all, out);
}

void schema_print_scalar(const struct schema_field *f, const void *member,
			 struct strbuf *out)
{
	const struct lab_num *num = member;
	const struct lab_net *net = member;
	const struct lab_wire *wire = member;
	char text[IP_TEXT];

	switch (f->type) {
	case FIELD_VALUE:
		value_print(out, f->unit, num->v);
		break;
	case FIELD_CMP:
		print_cmp(f, member, out);
		break;
	case FIELD_FLAG:
		print_flag(f, num, out);
		break;
	case FIELD_WORD:
		strbuf_puts(out, f->words[num->v]);
		break;
	case FIELD_IP:
		strbuf_puts(out, ip4_print(((const struct lab_ip *)member)->v,
					   text));
		break;
	case FIELD_NET:
		strbuf_printf(out, "%s/%u", ip4_print(net->v.addr, text),
			      net->v.len);
		break;
	case FIELD_IP6:
		print_v6(((const struct lab_ip6 *)member)->v, out);
		break;
	case FIELD_NET6:
		print_net6(member, out);
		break;
	case FIELD_MAC:
		strbuf_puts(out, mac_print(((const struct lab_mac *)member)->v,
					   text));
		break;
	case FIELD_WIRE:
		strbuf_printf(out, "%s -- %s", wire->a.s, wire->b.s);
		break;
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_DOMAIN:
	case FIELD_NAMES:
	case FIELD_TEXTS:
	case FIELD_GROUPS:
	case FIELD_PAIRS:
	case FIELD_OBJECT:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_LINKS:
	case FIELD_TREE:
	default:
		schema_print_text(((const struct lab_str *)member)->s, out);
		break;
	}
}

static void print_texts(const struct lab_seq *seq, struct strbuf *out)
{
	const struct lab_str *s = seq->items;

	strbuf_putc(out, '[');
	for (size_t i = 0; i < seq->count; i++) {
		strbuf_puts(out, i ? ", " : "");
		schema_print_text(s[i].s, out);
	}
	strbuf_putc(out, ']');
}

static void print_groups(const struct lab_seq *seq, struct strbuf *out)
{
	const struct lab_seq *group = seq->items;

	strbuf_putc(out, '[');
	for (size_t i = 0; i < seq->count; i++) {
		strbuf_puts(out, i ? ", " : "");
		print_texts(&group[i], out);
	}
	strbuf_putc(out, ']');
}

static void print_pairs(const struct lab_seq *seq, struct strbuf *out)
{
	const struct lab_pair *pair = seq->items;

	strbuf_putc(out, '{');
	for (size_t i = 0; i < seq->count; i++) {
		const struct lab_str *s = pair[i].values.items;

		strbuf_puts(out, i ? ", " : "");
		schema_print_text(pair[i].key.s, out);
		strbuf_puts(out, ": ");
		if (pair[i].values.count == 1)
			schema_print_text(s->s, out);
		else
			print_texts(&pair[i].values, out);
	}
	strbuf_putc(out, '}');
}

static bool is_nested(const struct schema_field *f)
{
	return f->type == FIELD_MAP || f->type == FIELD_LIST ||
	       f->type == FIELD_LINKS;
}

/* Does it hold maps, so that it needs several lines? */
static bool is_deep(const struct schema_object *o, const void *from)
{
	const struct schema_field *f;

	for (f = o->fields; f->key; f++)
		if (is_nested(f) && schema_is_set(f, from))
			return true;
	return false;
}

static void print_flow(const struct schema_object *o, const void *from,
		       struct strbuf *out);

/* A value that fits into one line. */
static void print_value(const struct schema_field *f, const void *member,
			struct strbuf *out)
{
	if (f->type == FIELD_NAMES || f->type == FIELD_TEXTS)
		print_texts(member, out);
	else if (f->type == FIELD_GROUPS)
		print_groups(member, out);
	else if (f->type == FIELD_PAIRS)
		print_pairs(member, out);
	else if (f->type == FIELD_OBJECT)
		print_flow(f->object, member, out);
	else
		schema_print_scalar(f, member, out);
}

static void print_flow(const struct schema_object *o, const void *from,
		       struct strbuf *out)
{
	const struct schema_field *f;
	const char *comma = "";

	strbuf_putc(out, '{');
	for (f = o->fields; f->key; f++) {
		if (!schema_is_set(f, from) || f->type == FIELD_TREE)
			continue;
		strbuf_printf(out, "%s%s: ", comma, f->key);
		print_value(f, schema_member_const(f, from), out);
		comma = ", ";
	}
	strbuf_putc(out, '}');
}

static void print_block(const struct schema_object *o, const void *from,
			size_t indent, struct strbuf *out);

/* One element of a sequence: its name or dash, and what it says. */
static void print_item(const struct schema_field *f,
		       const struct lab_item *item, size_t indent,
		       struct strbuf *out)
{
	strbuf_fill(out, ' ', indent);
	if (f->type == FIELD_LINKS) {
		const struct lab_link *link = (const void *)item;

		strbuf_printf(out, "- %s -- %s: ", link->wire.a.s,
			      link->wire.b.s);
	} else if (f->type == FIELD_LIST) {
		strbuf_puts(out, "- ");
	} else {
		schema_print_text(item->name.s, out);
		strbuf_puts(out, ": ");
	}
	if (f->type == FIELD_MAP && is_deep(f->object, item)) {
		strbuf_truncate(out, out->len - 1);
		strbuf_putc(out, '\n');
		print_block(f->object, item, indent + 2, out);
		return;
	}
	print_flow(f->object, item, out);
	strbuf_putc(out, '\n');
}

static void print_items(const struct schema_field *f, const struct lab_seq *seq,
			size_t indent, struct strbuf *out)
{
	const char *item = seq->items;

	for (size_t i = 0; i < seq->count; i++)
		print_item(f, (const void *)(item + i * f->object->size),
			   indent, out);
}

static void print_block(const struct schema_object *o, const void *from,
			size_t indent, struct strbuf *out)
{
	const struct schema_field *f;
	const struct lab_seq *seq;

	for (f = o->fields; f->key; f++) {
		if (!schema_is_set(f, from))
			continue;
		seq = schema_member_const(f, from);
		if (is_nested(f) && !seq->count)
			continue;
		strbuf_fill(out, ' ', indent);
		strbuf_printf(out, "%s:", f->key);
		if (is_nested(f)) {
			strbuf_putc(out, '\n');
			print_items(f, seq, indent + 2, out);
			continue;
		}
		strbuf_putc(out, ' ');
		print_value(f, seq, out);
		strbuf_putc(out, '\n');
	}
}

void schema_print(const struct schema_object *o, const void *from,
		  struct strbuf *out)
{
	print_block(o, from, 0, out);
}
