// SPDX-License-Identifier: MIT
/*
 * yaml.c - libyaml's events become a tree
 *
 * Theory of operation
 * ===================
 * libyaml reads the notation and hands over a flat sequence of events with
 * line and column: "map begins", "text", "map ends".  A stack of open nodes
 * turns them into a tree.  Whatever makes YAML hard to predict is an error:
 * anchors and aliases, tags, directives, several documents.  Types are never
 * guessed ("no" stays the text "no").
 *
 * Tabs are looked for before libyaml sees the text, because it accepts them
 * in some places and says something puzzling in others.
 *
 * Invariants
 * ----------
 *  (1) A map on the stack has a pending key exactly when a value must follow.
 *  (2) Duplicate keys are found when a map ends, by sorting its keys.
 *
 * Limits
 * ------
 * TREE_DEPTH_MAX levels, TREE_NODES_MAX nodes, TREE_OCTETS_MAX octets.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/check.h"

#include "lab/tree.h"

/**
 * struct reader - the tree under construction
 * @diag:	Text and errors
 * @arena:	Where nodes come from
 * @root:	The first node
 * @open:	Nodes that have begun and not ended
 * @key:	For each open map: the key whose value is next, or NULL
 * @depth:	How many are open
 * @nodes:	Nodes made so far
 * @has_failed:	Stop reading
 */
struct reader {
	struct diag *diag;
	struct arena *arena;
	struct tree *root;
	struct tree *open[TREE_DEPTH_MAX];
	struct tree *key[TREE_DEPTH_MAX];
	size_t depth;
	size_t nodes;
	bool has_failed;
};

static struct lab_pos yaml_pos(yaml_mark_t m)
{
	return (struct lab_pos){(uint32_t)m.line + 1, (uint32_t)m.column + 1};
}

static void yaml_fail(struct reader *r, yaml_mark_t at, const char *text)
{
	diag_error(r->diag, yaml_pos(at), "%s", text);
	r->has_failed = true;
}

/* Where the octet at @offset stands. */
static struct lab_pos yaml_pos_of(const struct diag *d, size_t offset)
{
	struct lab_pos at = {1, 1};
	size_t i = 0;
	uint32_t c;

	while (i < offset && i < d->len) {
		i += utf8_decode(d->text + i, d->len - i, &c);
		at.col++;
		if (c == '\n')
			at = (struct lab_pos){at.line + 1, 1};
	}
	return at;
}

/* Tabs: each line that has one is an error of its own. */
static bool yaml_find_tabs(struct diag *d)
{
	const char *p = d->text, *end = p + d->len, *eol;
	bool found = false;

	while (p < end && (p = memchr(p, '\t', (size_t)(end - p)))) {
		diag_error(d, yaml_pos_of(d, (size_t)(p - d->text)),
			   "a tab; write spaces");
		found = true;
		eol = memchr(p, '\n', (size_t)(end - p));
		p = eol ? eol : end;
	}
	return found;
}

static int yaml_by_key(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;
	struct lab_pos p = (*x)->key->at, q = (*y)->key->at;
	int order = strcmp((*x)->key->text, (*y)->key->text);

	if (order)
		return order;
	if (p.line != q.line)
		return p.line < q.line ? -1 : 1;
	return p.col < q.col ? -1 : p.col > q.col;
}

static void yaml_find_duplicates(struct reader *r, const struct tree *map)
{
	struct tree **sorted, *t;
	size_t n = 0;

	if (map->count < 2)
		return;
	sorted = arena_alloc(r->arena, map->count, sizeof(struct tree *));
	if (!sorted)
		return;
	for (t = map->first; t; t = t->next)
		sorted[n++] = t;
	qsort(sorted, n, sizeof(struct tree *), yaml_by_key);
	for (size_t i = 1; i < n; i++) {
		const struct tree *k = sorted[i]->key, *j = sorted[i - 1]->key;

		if (strcmp(k->text, j->text) == 0)
			diag_error(r->diag, k->at,
				   "duplicate key '%s'; it stands in line %u "
				   "already",
				   k->text, j->at.line);
	}
}

/* Put a finished or just opened node where it belongs. */
static void yaml_place(struct reader *r, struct tree *t, yaml_mark_t at)
{
	struct tree *parent = r->depth ? r->open[r->depth - 1] : NULL;
	struct tree **key = r->depth ? &r->key[r->depth - 1] : NULL;

	if (!parent) {
		r->root = t;
	} else if (parent->kind == TREE_LIST) {
		tree_append(parent, t);
	} else if (*key) {
		t->key = *key;
		*key = NULL;
		tree_append(parent, t);
	} else if (t->kind == TREE_TEXT) {
		*key = t;
	} else {
		yaml_fail(r, at, "a key must be a plain text");
	}
}

static struct tree *yaml_node(struct reader *r, enum tree_kind kind,
			      yaml_mark_t at)
{
	struct tree *t = tree_new(r->arena, kind, yaml_pos(at));

	if (++r->nodes > TREE_NODES_MAX) {
		yaml_fail(r, at, "the file is too large");
		return NULL;
	}
	r->has_failed |= !t;
	return t;
}

static void yaml_open(struct reader *r, enum tree_kind kind, yaml_mark_t at)
{
	struct tree *t;

	if (r->depth == TREE_DEPTH_MAX) {
		yaml_fail(r, at, "nested too deeply");
		return;
	}
	t = yaml_node(r, kind, at);
	if (!t)
		return;
	yaml_place(r, t, at);
	r->key[r->depth] = NULL;
	r->open[r->depth++] = t;
}

static void yaml_close(struct reader *r)
{
	struct tree *t;

	check(r->depth > 0);
	t = r->open[--r->depth];
	if (t->kind == TREE_MAP)
		yaml_find_duplicates(r, t);
}

static void yaml_scalar(struct reader *r, const yaml_event_t *ev)
{
	const char *value = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	struct tree *t;

	if (memchr(value, '\0', len)) {
		yaml_fail(r, ev->start_mark, "a NUL character in a text");
		return;
	}
	t = yaml_node(r, TREE_TEXT, ev->start_mark);
	if (!t)
		return;
	t->text = arena_text(r->arena, value, len);
	t->is_quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (t->text)
		yaml_place(r, t, ev->start_mark);
	else
		r->has_failed = true;
}

static void yaml_refuse_extras(struct reader *r, const yaml_event_t *ev,
			       const void *anchor, const void *tag)
{
	if (anchor)
		yaml_fail(r, ev->start_mark,
			  "anchors (&name) are not part of a lab file");
	else if (tag)
		yaml_fail(r, ev->start_mark,
			  "tags (!name) are not part of a lab file");
}

static void yaml_document(struct reader *r, const yaml_event_t *ev)
{
	const yaml_event_t *e = ev;

	if (r->root)
		yaml_fail(r, e->start_mark,
			  "a second document; a lab file has one");
	else if (e->data.document_start.version_directive ||
		 e->data.document_start.tag_directives.start !=
			 e->data.document_start.tag_directives.end)
		yaml_fail(r, e->start_mark,
			  "directives (%) are not part of a lab file");
}

static void yaml_event(struct reader *r, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		yaml_document(r, ev);
		break;
	case YAML_ALIAS_EVENT:
		yaml_fail(r, ev->start_mark,
			  "aliases (*name) are not part of a lab file");
		break;
	case YAML_SCALAR_EVENT:
		yaml_refuse_extras(r, ev, ev->data.scalar.anchor,
				   ev->data.scalar.tag);
		if (!r->has_failed)
			yaml_scalar(r, ev);
		break;
	case YAML_SEQUENCE_START_EVENT:
		yaml_refuse_extras(r, ev, ev->data.sequence_start.anchor,
				   ev->data.sequence_start.tag);
		if (!r->has_failed)
			yaml_open(r, TREE_LIST, ev->start_mark);
		break;
	case YAML_MAPPING_START_EVENT:
		yaml_refuse_extras(r, ev, ev->data.mapping_start.anchor,
				   ev->data.mapping_start.tag);
		if (!r->has_failed)
			yaml_open(r, TREE_MAP, ev->start_mark);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		yaml_close(r);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		break;
	}
}

/* libyaml could not read on; say it in its words, at its place. */
static void yaml_syntax(struct reader *r, const yaml_parser_t *p)
{
	struct lab_pos at = yaml_pos(p->problem_mark);
	const char *problem = p->problem ? p->problem : "not readable";

	r->has_failed = true;
	if (p->error == YAML_MEMORY_ERROR) {
		r->arena->is_out = true;
		return;
	}
	if (p->error == YAML_READER_ERROR)
		at = yaml_pos_of(r->diag, p->problem_offset);
	if (p->context)
		diag_error(r->diag, at, "%s (%s that begins in line %zu)",
			   problem, p->context, p->context_mark.line + 1);
	else
		diag_error(r->diag, at, "%s", problem);
}

static void yaml_read(struct reader *r, yaml_parser_t *p)
{
	yaml_event_t ev;
	bool is_over = false;

	while (!is_over && !r->has_failed) {
		if (!yaml_parser_parse(p, &ev)) {
			yaml_syntax(r, p);
			return;
		}
		yaml_event(r, &ev);
		is_over = ev.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
	}
}

struct tree *tree_read(struct diag *diag)
{
	struct reader r = {.diag = diag, .arena = diag->arena};
	yaml_parser_t parser;

	if (diag->len > TREE_OCTETS_MAX) {
		diag_error(diag, (struct lab_pos){1, 1},
			   "the file is too large");
		return NULL;
	}
	if (yaml_find_tabs(diag))
		return NULL;
	if (!yaml_parser_initialize(&parser)) {
		diag->arena->is_out = true;
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)diag->text,
				     diag->len);
	yaml_read(&r, &parser);
	yaml_parser_delete(&parser);
	if (r.has_failed)
		return NULL;
	if (!r.root)
		diag_error(diag, (struct lab_pos){1, 1}, "the file is empty");
	return r.root;
}
