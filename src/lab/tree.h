/* SPDX-License-Identifier: MIT */
#ifndef LAB_TREE_H
#define LAB_TREE_H

/*
 * tree.h - a lab file as a tree of raw texts, each with its place
 *
 * What YAML calls a mapping, a sequence and a scalar is here a map, a list and
 * a text.  A text has no type: whether `80` is a number, a name or a mistake is
 * decided by the schema, never by the notation.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#include "lab/diag.h"

enum tree_kind { TREE_TEXT, TREE_MAP, TREE_LIST };

/* Caps on what a file may hold, so that no file can exhaust the reader. */
enum {
	TREE_DEPTH_MAX = 16,
	TREE_NODES_MAX = 2000000,
	TREE_OCTETS_MAX = 64 << 20,
};

/**
 * struct tree - one node
 * @kind:	Its kind
 * @at:		Where it begins
 * @text:	TREE_TEXT: the text, never NULL
 * @is_quoted:	TREE_TEXT: stood in quotes, so it is not nothing when empty
 * @key:	The text it is the value of, if its parent is a map
 * @next:	Next node of the same parent
 * @first:	First child, in the order of the file
 * @last:	Last child
 * @count:	Children
 */
struct tree {
	enum tree_kind kind;
	struct lab_pos at;
	const char *text;
	bool is_quoted;
	struct tree *key;
	struct tree *next;
	struct tree *first, *last;
	size_t count;
};

/* A node without children, or NULL. */
struct tree *tree_new(struct arena *a, enum tree_kind kind, struct lab_pos at);

void tree_append(struct tree *parent, struct tree *child);

/* The value of that key in a map, or NULL. */
struct tree *tree_get(const struct tree *map, const char *key);

/* Where to complain about a value: at its key, if it has one. */
struct lab_pos tree_key_at(const struct tree *t);

/* What a person calls this kind: "a list". */
const char *tree_kind_name(const struct tree *t);

/**
 * tree_read() - Read a lab file
 * @diag:	Its text; errors go there
 *
 * A strict subset of YAML 1.1: no anchors, aliases, tags, directives, tabs,
 * second documents, duplicate keys.  JSON is part of it.
 *
 * Return: the root, or NULL; @diag then says why, or memory ran out
 */
struct tree *tree_read(struct diag *diag);

#endif /* LAB_TREE_H */
