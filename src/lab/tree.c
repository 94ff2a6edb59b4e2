// SPDX-License-Identifier: MIT
/*
 * tree.c - a lab file as a tree of raw texts, each with its place
 */
#include "lab/tree.h"

#include <string.h>

struct tree *tree_new(struct arena *a, enum tree_kind kind, struct lab_pos at)
{
	struct tree *t = arena_alloc(a, 1, sizeof(*t));

	if (!t)
		return NULL;
	t->kind = kind;
	t->at = at;
	t->text = "";
	return t;
}

void tree_append(struct tree *parent, struct tree *child)
{
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

struct tree *tree_get(const struct tree *map, const char *key)
{
	struct tree *t;

	if (map->kind != TREE_MAP)
		return NULL;
	for (t = map->first; t; t = t->next)
		if (strcmp(t->key->text, key) == 0)
			return t;
	return NULL;
}

struct lab_pos tree_key_at(const struct tree *t)
{
	return t->key ? t->key->at : t->at;
}

const char *tree_kind_name(const struct tree *t)
{
	switch (t->kind) {
	case TREE_MAP:
		return "a map of keys and values";
	case TREE_LIST:
		return "a list";
	case TREE_TEXT:
	default:
		return t->text[0] || t->is_quoted ? "a plain value" : "nothing";
	}
}
