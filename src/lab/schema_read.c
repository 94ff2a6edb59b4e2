// SPDX-License-Identifier: MIT
/*
 * schema_read.c - a tree becomes a structure, or errors
 *
 * Theory of operation
 * ===================
 * schema_read() walks over the keys of a map, looks each up in the table and
 * lets the reader of its type fill the member.  An error is noted and reading
 * goes on with the next value, so that one run shows all errors; what could
 * not be read stays unset, and later checks skip what is unset.
 *
 * Plain values are in schema_scalar.c.
 */
#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "lab/schema.h"
#include "lab/schema_int.h"

enum { KEYS_MAX = 64 };

/* "a, b or c" from "a|b|c". */
static const char *schema_list_text(struct arena *a, const char *list)
{
	char text[256];
	struct strbuf sb;
	const char *p = list, *bar;

	strbuf_init_fixed(&sb, text, sizeof(text));
	for (; p; p = bar ? bar + 1 : NULL) {
		bar = strchr(p, '|');
		if (p != list)
			strbuf_puts(&sb, bar ? ", " : " or ");
		strbuf_printf(&sb, "'%.*s'", (int)(bar ? bar - p : 99), p);
	}
	return arena_printf(a, "%s", strbuf_text(&sb));
}

static void schema_unknown(struct diag *diag, const struct schema_object *o,
			   const struct tree *key)
{
	const char *keys[KEYS_MAX], *near;
	char all[512];
	struct strbuf sb;
	size_t n = 0;

	strbuf_init_fixed(&sb, all, sizeof(all));
	for (size_t i = 0; o->fields[i].key && n < KEYS_MAX; i++) {
		keys[n++] = o->fields[i].key;
		strbuf_printf(&sb, "%s%s", i ? ", " : "", o->fields[i].key);
	}
	near = diag_nearest(key->text, keys, n);
	if (near)
		diag_error(diag, key->at,
			   "unknown key '%s' of %s; did you mean '%s'?",
			   key->text, o->what, near);
	else
		diag_error(diag, key->at,
			   "unknown key '%s' of %s; it may have: %s", key->text,
			   o->what, strbuf_text(&sb));
}

static bool schema_expect(struct diag *diag, const struct schema_field *f,
			  const struct tree *t, enum tree_kind kind)
{
	static const char *const names[] = {
		[TREE_TEXT] = "a plain value",
		[TREE_MAP] = "a map: {key: value}",
		[TREE_LIST] = "a list: [a, b]",
	};

	if (t->kind == kind)
		return true;
	diag_error(diag, t->at, "'%s' must be %s, not %s", f->key, names[kind],
		   tree_kind_name(t));
	return false;
}

/* A list of texts; one text alone is a list of one. */
static void schema_read_texts(struct diag *diag, const struct schema_field *f,
			      const struct tree *t, struct lab_seq *seq)
{
	struct schema_field one = *f;
	const struct tree *item = t->kind == TREE_LIST ? t->first : t;
	struct lab_str *s;

	one.type = f->type == FIELD_TEXTS || f->type == FIELD_PAIRS
			   ? FIELD_TEXT
			   : FIELD_NAME;
	seq->at = t->at;
	if (t->kind == TREE_MAP) {
		diag_error(diag, t->at, "'%s' must be a list: [a, b], not %s",
			   f->key, tree_kind_name(t));
		return;
	}
	for (; item; item = t->kind == TREE_LIST ? item->next : NULL) {
		s = arena_append(diag->arena, &seq->items, &seq->count,
				 sizeof(*s));
		if (!s)
			return;
		schema_read_scalar(diag, &one, item, s);
		if (!s->s)
			seq->count--;
	}
	seq->is_set = true;
}

static void schema_read_groups(struct diag *diag, const struct schema_field *f,
			       const struct tree *t, struct lab_seq *seq)
{
	const struct tree *item;
	struct lab_seq *group;

	seq->at = t->at;
	if (!schema_expect(diag, f, t, TREE_LIST))
		return;
	for (item = t->first; item; item = item->next) {
		group = arena_append(diag->arena, &seq->items, &seq->count,
				     sizeof(*group));
		if (!group)
			return;
		schema_read_texts(diag, f, item, group);
	}
	seq->is_set = true;
}

static void schema_read_pairs(struct diag *diag, const struct schema_field *f,
			      const struct tree *t, struct lab_seq *seq)
{
	const struct tree *item;
	struct lab_pair *pair;

	seq->at = t->at;
	if (!schema_expect(diag, f, t, TREE_MAP))
		return;
	for (item = t->first; item; item = item->next) {
		pair = arena_append(diag->arena, &seq->items, &seq->count,
				    sizeof(*pair));
		if (!pair)
			return;
		pair->key.at = item->key->at;
		pair->key.s = item->key->text;
		schema_read_texts(diag, f, item, &pair->values);
	}
	seq->is_set = true;
}

/* One more element of a sequence of objects. */
static void schema_read_item(struct diag *diag, const struct schema_field *f,
			     const struct tree *t, struct lab_seq *seq)
{
	const struct schema_field name = {
		.key = "name",
		.type = FIELD_NAME,
	};
	const struct tree empty = {
		.kind = TREE_MAP,
		.at = t->at,
		.key = t->key,
	};
	struct lab_item *item = arena_append(diag->arena, &seq->items,
					     &seq->count, f->object->size);

	if (!item)
		return;
	if (f->type == FIELD_MAP)
		schema_read_scalar(diag, &name, t->key, &item->name);
	item->at = tree_key_at(t);
	item->is_set = true;
	/* `phone:` says that there is one, no more. */
	if (t->kind == TREE_TEXT && !t->text[0] && !t->is_quoted &&
	    f->type == FIELD_MAP)
		t = &empty;
	schema_read(diag, f->object, t, item);
}

static void schema_read_items(struct diag *diag, const struct schema_field *f,
			      const struct tree *t, struct lab_seq *seq)
{
	enum tree_kind kind = f->type == FIELD_MAP ? TREE_MAP : TREE_LIST;
	const struct tree *item;

	seq->at = t->at;
	if (!schema_expect(diag, f, t, kind))
		return;
	for (item = t->first; item; item = item->next)
		schema_read_item(diag, f, item, seq);
	seq->is_set = true;
}

/* `- a -- b` or `- a -- b: {delay: 5ms}` */
static void schema_read_link(struct diag *diag, const struct schema_field *f,
			     const struct tree *t, struct lab_link *link)
{
	const struct schema_field wire = {.key = "link", .type = FIELD_WIRE};
	const struct tree *key = t;

	link->item.at = t->at;
	link->item.is_set = true;
	if (t->kind == TREE_MAP) {
		if (t->count != 1) {
			diag_error(diag, t->at,
				   "a link is one line: '- a -- b: {delay: "
				   "5ms}'");
			return;
		}
		key = t->first->key;
		schema_read(diag, f->object, t->first, link);
	}
	schema_read_scalar(diag, &wire, key, &link->wire);
	link->item.at = key->at;
}

static void schema_read_links(struct diag *diag, const struct schema_field *f,
			      const struct tree *t, struct lab_seq *seq)
{
	const struct tree *item;
	struct lab_link *link;

	seq->at = t->at;
	if (!schema_expect(diag, f, t, TREE_LIST))
		return;
	for (item = t->first; item; item = item->next) {
		link = arena_append(diag->arena, &seq->items, &seq->count,
				    sizeof(*link));
		if (!link)
			return;
		schema_read_link(diag, f, item, link);
		if (!link->wire.a.s)
			seq->count--;
	}
	seq->is_set = true;
}

static void schema_read_object(struct diag *diag, const struct schema_field *f,
			       const struct tree *t, struct lab_item *item)
{
	if (!schema_expect(diag, f, t, TREE_MAP))
		return;
	item->at = tree_key_at(t);
	item->is_set = true;
	schema_read(diag, f->object, t, item);
}

static void schema_read_field(struct diag *diag, const struct schema_field *f,
			      const struct tree *t, void *member)
{
	switch (f->type) {
	case FIELD_NAMES:
	case FIELD_TEXTS:
		schema_read_texts(diag, f, t, member);
		break;
	case FIELD_GROUPS:
		schema_read_groups(diag, f, t, member);
		break;
	case FIELD_PAIRS:
		schema_read_pairs(diag, f, t, member);
		break;
	case FIELD_OBJECT:
		schema_read_object(diag, f, t, member);
		break;
	case FIELD_MAP:
	case FIELD_LIST:
		schema_read_items(diag, f, t, member);
		break;
	case FIELD_LINKS:
		schema_read_links(diag, f, t, member);
		break;
	case FIELD_TREE:
		*(const struct tree **)member = t;
		break;
	case FIELD_VALUE:
	case FIELD_CMP:
	case FIELD_FLAG:
	case FIELD_WORD:
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_DOMAIN:
	case FIELD_IP:
	case FIELD_NET:
	case FIELD_IP6:
	case FIELD_NET6:
	case FIELD_MAC:
	case FIELD_WIRE:
	default:
		schema_read_scalar(diag, f, t, member);
		break;
	}
}

/* Keys that go together, keys that must be there. */
static void schema_check_with(struct diag *diag, const struct schema_object *o,
			      const struct tree *t, const struct tree *value)
{
	const struct schema_field *f = schema_find(o, value->key->text);
	const struct tree *other;

	if (!f || !f->with)
		return;
	for (other = t->first; other; other = other->next)
		if (schema_list_has(f->with, other->key->text))
			return;
	diag_error(diag, value->key->at, "'%s' of %s goes with %s", f->key,
		   o->what, schema_list_text(diag->arena, f->with));
}

static void schema_check_one_of(struct diag *diag,
				const struct schema_object *o,
				const struct tree *t, bool has_unknown)
{
	const struct tree *value, *first = NULL;

	for (value = t->first; value; value = value->next) {
		if (!schema_list_has(o->one_of, value->key->text))
			continue;
		if (first)
			diag_error(diag, value->key->at,
				   "%s has '%s' already; it cannot have '%s' "
				   "too",
				   o->what, first->key->text, value->key->text);
		else
			first = value;
	}
	if (!first && !has_unknown)
		diag_error(diag, t->at, "%s needs %s", o->what,
			   schema_list_text(diag->arena, o->one_of));
}

/* What is missing is not said where a key was not understood. */
static void schema_check_map(struct diag *diag, const struct schema_object *o,
			     const struct tree *t, bool has_unknown)
{
	const struct schema_field *f;
	const struct tree *value;

	for (f = o->fields; f->key; f++)
		if (f->is_needed && !has_unknown && !tree_get(t, f->key))
			diag_error(diag, tree_key_at(t), "%s needs '%s': %s",
				   o->what, f->key, f->help);
	for (value = t->first; value && !has_unknown; value = value->next)
		schema_check_with(diag, o, t, value);
	if (o->one_of)
		schema_check_one_of(diag, o, t, has_unknown);
}

void schema_read(struct diag *diag, const struct schema_object *o,
		 const struct tree *t, void *into)
{
	const struct schema_field *f;
	const struct tree *value;
	bool has_unknown = false;

	if (t->kind != TREE_MAP) {
		diag_error(diag, t->at, "%s is a map: {key: value}, not %s",
			   o->what, tree_kind_name(t));
		return;
	}
	for (value = t->first; value; value = value->next) {
		f = schema_find(o, value->key->text);
		if (f)
			schema_read_field(diag, f, value,
					  schema_member(f, into));
		else
			schema_unknown(diag, o, value->key);
		has_unknown |= !f;
	}
	schema_check_map(diag, o, t, has_unknown);
}

static bool schema_has_partner(const struct schema_object *o,
			       const struct schema_field *f, const void *base)
{
	const struct schema_field *other;

	for (other = o->fields; other->key; other++)
		if (schema_list_has(f->with, other->key) &&
		    schema_is_set(other, base))
			return true;
	return false;
}

void schema_fill(struct diag *diag, const struct schema_object *o, void *into)
{
	const struct schema_field *f;
	struct tree t = {.kind = TREE_TEXT};

	for (f = o->fields; f->key; f++) {
		if (f->type == FIELD_OBJECT) {
			schema_fill(diag, f->object, schema_member(f, into));
			continue;
		}
		if (!f->preset || schema_is_set(f, into) ||
		    (f->with && !schema_has_partner(o, f, into)))
			continue;
		t.text = f->preset;
		schema_read_scalar(diag, f, &t, schema_member(f, into));
	}
}
