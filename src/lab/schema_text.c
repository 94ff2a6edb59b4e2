// SPDX-License-Identifier: MIT
/*
 * schema_text.c - the table as a page for people: `weft lab keys`
 */
#include "lab/schema.h"
#include "lab/schema_objects.h"

enum { COLUMN_WHAT = 22, COLUMN_HELP = 38 };

/* What may stand there, in a few words. */
static const char *type_text(const struct schema_field *f)
{
	static const char *const texts[] = {
		[FIELD_WORD] = "one of",      [FIELD_TEXT] = "text",
		[FIELD_NAME] = "name",	      [FIELD_DOMAIN] = "domain",
		[FIELD_IP] = "address",	      [FIELD_NET] = "network",
		[FIELD_IP6] = "IPv6 address", [FIELD_NET6] = "IPv6 net",
		[FIELD_MAC] = "MAC address",  [FIELD_WIRE] = "a -- b",
		[FIELD_NAMES] = "[names]",    [FIELD_TEXTS] = "[texts]",
		[FIELD_GROUPS] = "[[names]]", [FIELD_PAIRS] = "{name: value}",
		[FIELD_OBJECT] = "{...}",     [FIELD_MAP] = "{name: {...}}",
		[FIELD_LIST] = "[{...}]",     [FIELD_LINKS] = "[a -- b: {...}]",
		[FIELD_TREE] = "{...}",
	};

	if (f->type == FIELD_CMP)
		return "comparison";
	if (f->type == FIELD_FLAG && f->unit == VALUE_NUMBER)
		return "alone";
	if (f->type == FIELD_VALUE || f->type == FIELD_FLAG)
		return value_unit_name(f->unit);
	return texts[f->type];
}

static void text_field(const struct schema_field *f, struct strbuf *out)
{
	strbuf_printf(out, "  %s", f->key);
	strbuf_pad_to(out, COLUMN_WHAT);
	strbuf_puts(out, type_text(f));
	strbuf_pad_to(out, COLUMN_HELP);
	strbuf_puts(out, f->help);
	for (size_t i = 0; f->words && f->words[i]; i++)
		strbuf_printf(out, "%s%s", i ? ", " : ": ", f->words[i]);
	if (f->preset)
		strbuf_printf(out, "; default: %s", f->preset);
	if (f->is_needed)
		strbuf_puts(out, "; must be there");
	if (f->with)
		strbuf_printf(out, "; with: %s", f->with);
	strbuf_putc(out, '\n');
}

void schema_text(struct strbuf *out)
{
	struct schema_objects all = {.count = 0};

	schema_objects_add(&all, &schema_lab);
	for (size_t i = 0; i < all.count; i++) {
		const struct schema_object *o = all.seen[i];

		strbuf_printf(out, "%s%s\n", i ? "\n" : "", o->what);
		for (const struct schema_field *f = o->fields; f->key; f++)
			text_field(f, out);
		if (o->one_of)
			strbuf_printf(out, "  exactly one of: %s\n", o->one_of);
	}
	strbuf_puts(out, "\nunits\n");
	for (int u = VALUE_DURATION; u < VALUE_UNITS; u++)
		strbuf_printf(out, "  %s: %s, as in %s\n",
			      value_unit_name((enum value_unit)u),
			      value_unit_list((enum value_unit)u),
			      value_unit_example((enum value_unit)u));
}
