// SPDX-License-Identifier: MIT
/*
 * schema_json.c - the table as a JSON Schema
 *
 * Theory of operation
 * ===================
 * Editors complete and check YAML by JSON Schema.  What the table says is
 * written as "$defs", one for each kind of map, and a root that refers to the
 * lab.  A schema cannot say everything that `weft lab check` looks at (names
 * that must exist, addresses that must fit); it never refuses what is valid.
 */
#include <string.h>

#include "lab/schema.h"
#include "lab/schema_int.h"
#include "lab/schema_objects.h"

void schema_objects_add(struct schema_objects *all,
			const struct schema_object *o)
{
	const struct schema_field *f;

	for (size_t i = 0; i < all->count; i++)
		if (all->seen[i] == o)
			return;
	if (all->count == SCHEMA_OBJECTS_MAX)
		return;
	all->seen[all->count++] = o;
	for (f = o->fields; f->key; f++)
		if (f->object)
			schema_objects_add(all, f->object);
}

static void json_text(const char *text, struct strbuf *out)
{
	strbuf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_putc(out, '\\');
		strbuf_putc(out, *text);
	}
	strbuf_putc(out, '"');
}

static void json_pattern(const char *pattern, struct strbuf *out)
{
	strbuf_puts(out, "\"type\": [\"string\", \"number\"], \"pattern\": ");
	json_text(pattern, out);
}

static void json_words(const char *const *words, struct strbuf *out)
{
	strbuf_puts(out, "\"enum\": [");
	for (size_t i = 0; words[i]; i++) {
		strbuf_puts(out, i ? ", " : "");
		json_text(words[i], out);
	}
	strbuf_putc(out, ']');
}

#define JSON_NAME                                                           \
	"{\"type\": [\"string\", \"number\"], \"pattern\": \"" NAME_PATTERN \
	"\"}"
#define JSON_NAMES "{\"type\": \"array\", \"items\": " JSON_NAME "}"
#define JSON_TEXT  "{\"type\": [\"string\", \"number\"]}"
#define JSON_TEXTS               \
	"\"anyOf\": [" JSON_TEXT \
	", {\"type\": \"array\", \"items\": " JSON_TEXT "}]"

static void json_ref(const struct schema_object *o, struct strbuf *out)
{
	strbuf_printf(out, "{\"$ref\": \"#/$defs/%s\"}", o->id);
}

static void json_nested(const struct schema_field *f, struct strbuf *out)
{
	if (f->type == FIELD_OBJECT) {
		strbuf_printf(out, "\"$ref\": \"#/$defs/%s\"", f->object->id);
	} else if (f->type == FIELD_MAP) {
		strbuf_puts(
			out,
			"\"type\": \"object\", \"propertyNames\": " JSON_NAME
			", \"additionalProperties\": ");
		json_ref(f->object, out);
	} else if (f->object == &schema_repeat) {
		strbuf_puts(out, "\"anyOf\": [");
		json_ref(f->object, out);
		strbuf_puts(out, ", {\"type\": \"array\", \"items\": ");
		json_ref(f->object, out);
		strbuf_puts(out, "}]");
	} else if (f->type == FIELD_LIST) {
		strbuf_puts(out, "\"type\": \"array\", \"items\": ");
		json_ref(f->object, out);
	} else {
		strbuf_puts(out,
			    "\"type\": \"array\", \"items\": {\"anyOf\": ["
			    "{\"type\": \"string\"}, {\"type\": \"object\", "
			    "\"maxProperties\": 1, \"additionalProperties\": ");
		json_ref(f->object, out);
		strbuf_puts(out, "}]}");
	}
}

static void json_type(const struct schema_field *f, struct strbuf *out)
{
	switch (f->type) {
	case FIELD_VALUE:
		json_pattern(value_unit_pattern(f->unit), out);
		break;
	case FIELD_WORD:
		json_words(f->words, out);
		break;
	case FIELD_NAME:
		json_pattern(NAME_PATTERN, out);
		break;
	case FIELD_IP:
		json_pattern("^[0-9]+(\\.[0-9]+){3}$", out);
		break;
	case FIELD_NET:
		json_pattern("^[0-9]+(\\.[0-9]+){3}/[0-9]+$", out);
		break;
	case FIELD_IP6:
		json_pattern("^[0-9A-Fa-f:.]+$", out);
		break;
	case FIELD_NET6:
		json_pattern("^(auto|[0-9A-Fa-f:.]+/64)$", out);
		break;
	case FIELD_MAC:
		json_pattern("^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$", out);
		break;
	case FIELD_WIRE:
		json_pattern("^[^ ]+ -- [^ ]+$", out);
		break;
	case FIELD_NAMES:
		strbuf_puts(out, "\"anyOf\": [" JSON_NAME ", " JSON_NAMES "]");
		break;
	case FIELD_TEXTS:
		strbuf_puts(out, JSON_TEXTS);
		break;
	case FIELD_GROUPS:
		strbuf_puts(out, "\"type\": \"array\", \"items\": " JSON_NAMES);
		break;
	case FIELD_PAIRS:
		strbuf_puts(out, "\"type\": \"object\", "
				 "\"additionalProperties\": {" JSON_TEXTS "}");
		break;
	case FIELD_OBJECT:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_LINKS:
		json_nested(f, out);
		break;
	case FIELD_FLAG:
		strbuf_puts(out, "\"type\": [\"string\", \"boolean\", "
				 "\"null\"]");
		break;
	case FIELD_TREE:
		strbuf_puts(out, "\"type\": \"object\"");
		break;
	case FIELD_CMP:
	case FIELD_TEXT:
	case FIELD_DOMAIN:
	default:
		strbuf_puts(out, "\"type\": [\"string\", \"number\"]");
		break;
	}
}

static void json_field(const struct schema_field *f, struct strbuf *out)
{
	strbuf_puts(out, "        ");
	json_text(f->key, out);
	strbuf_puts(out, ": {");
	json_type(f, out);
	strbuf_puts(out, ", \"description\": ");
	json_text(f->help, out);
	if (f->preset) {
		strbuf_puts(out, ", \"default\": ");
		json_text(f->preset, out);
	}
	strbuf_putc(out, '}');
}

static void json_needed(const struct schema_object *o, struct strbuf *out)
{
	const struct schema_field *f;
	const char *comma = "";

	strbuf_puts(out, "      \"required\": [");
	for (f = o->fields; f->key; f++) {
		if (!f->is_needed)
			continue;
		strbuf_puts(out, comma);
		json_text(f->key, out);
		comma = ", ";
	}
	strbuf_puts(out, "],\n");
}

static void json_object(const struct schema_object *o, struct strbuf *out)
{
	const struct schema_field *f;

	strbuf_puts(out, "    ");
	json_text(o->id, out);
	strbuf_puts(out, ": {\n      \"type\": [\"object\", \"null\"],\n");
	json_needed(o, out);
	strbuf_puts(out, "      \"additionalProperties\": false,\n"
			 "      \"properties\": {\n");
	for (f = o->fields; f->key; f++) {
		json_field(f, out);
		strbuf_puts(out, f[1].key ? ",\n" : "\n");
	}
	strbuf_puts(out, "      }\n    }");
}

void schema_json(struct strbuf *out)
{
	struct schema_objects all = {.count = 0};

	schema_objects_add(&all, &schema_lab);
	strbuf_puts(out, "{\n"
			 "  \"$schema\": "
			 "\"https://json-schema.org/draft/2020-12/schema\","
			 "\n  \"title\": \"a lab file of weft\",\n"
			 "  \"$ref\": \"#/$defs/lab\",\n  \"$defs\": {\n");
	for (size_t i = 0; i < all.count; i++) {
		json_object(all.seen[i], out);
		strbuf_puts(out, i + 1 < all.count ? ",\n" : "\n");
	}
	strbuf_puts(out, "  }\n}\n");
}
