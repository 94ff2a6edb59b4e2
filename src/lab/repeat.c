// SPDX-License-Identifier: MIT
/*
 * repeat.c - many nodes alike
 *
 * Theory of operation
 * ===================
 *	repeat: {i: 1..1000, node: "h${i}", join: home, as: {dns: resolver}}
 *
 * is done on the tree, before the schema looks at it: for each i the texts
 * are copied with ${i} replaced, and put where they would stand if somebody
 * had written them all out.  Errors in them point at the one place where
 * they do stand.
 *
 * There is one variable and no arithmetic.  Whoever wants to compute a lab
 * writes a program that prints JSON.
 *
 * Limits
 * ------
 * REPEAT_MAX nodes in all.
 */
#include "lab/repeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/schema.h"

enum { REPEAT_MAX = 100000, NUMBER_TEXT = 12 };

/* One repetition under way. */
struct repeat {
	struct diag *diag;
	struct tree *root;
	struct tree *nodes, *links;
	struct lab_repeat say;
	unsigned long first, last;
};

/* @text with each ${i} replaced by @number. */
static const char *repeat_text(struct repeat *r, const char *text,
			       const char *number)
{
	char *out;
	size_t len = 0, digits = strlen(number), hits = 0;
	const char *p;

	for (p = text; (p = strstr(p, "${i}")); p += 4)
		hits++;
	out = arena_alloc(r->diag->arena, strlen(text) + hits * digits + 1, 1);
	while (out && *text) {
		if (strncmp(text, "${i}", 4) == 0) {
			memcpy(out + len, number, digits);
			len += digits;
			text += 4;
		} else {
			out[len++] = *text++;
		}
	}
	return out;
}

static struct tree *repeat_leaf(struct repeat *r, const struct lab_str *s,
				const char *number)
{
	struct tree *t = tree_new(r->diag->arena, TREE_TEXT, s->at);

	if (t)
		t->text = repeat_text(r, s->s, number);
	return t && t->text ? t : NULL;
}

static struct tree *repeat_copy(struct repeat *r, const struct tree *from,
				const char *number)
{
	struct tree *t = tree_new(r->diag->arena, from->kind, from->at), *child;
	const struct tree *it;

	if (!t)
		return NULL;
	t->is_quoted = from->is_quoted;
	if (from->kind == TREE_TEXT)
		t->text = repeat_text(r, from->text, number);
	for (it = from->first; it; it = it->next) {
		child = repeat_copy(r, it, number);
		if (!child)
			return NULL;
		if (it->key)
			child->key = repeat_copy(r, it->key, number);
		if (it->key && !child->key)
			return NULL;
		tree_append(t, child);
	}
	return t->text ? t : NULL;
}

/* The value of a key of the root; made if there is none. */
static struct tree *repeat_section(struct diag *diag, struct tree *root,
				   const char *key, enum tree_kind kind)
{
	struct tree *t = tree_get(root, key);

	if (t)
		return t->kind == kind ? t : NULL;
	t = tree_new(diag->arena, kind, root->at);
	if (!t)
		return NULL;
	t->key = tree_new(diag->arena, TREE_TEXT, root->at);
	if (!t->key)
		return NULL;
	t->key->text = key;
	tree_append(root, t);
	return t;
}

static bool repeat_range(struct repeat *r)
{
	const struct lab_str *i = &r->say.i;
	char *end;

	if (!i->s || i->s[0] < '0' || i->s[0] > '9')
		goto bad;
	r->first = strtoul(i->s, &end, 10);
	if (strncmp(end, "..", 2) != 0 || end[2] < '0' || end[2] > '9')
		goto bad;
	r->last = strtoul(end + 2, &end, 10);
	if (*end || r->last < r->first)
		goto bad;
	if (r->last - r->first >= REPEAT_MAX || r->last > 99999999) {
		diag_error(r->diag, i->at, "'i: %s' is too much; at most %d",
			   i->s, REPEAT_MAX);
		return false;
	}
	return true;
bad:
	if (i->s)
		diag_error(r->diag, i->at,
			   "'i: %s' is not a range; it is written 1..1000",
			   i->s);
	return false;
}

/* Only ${i} may stand in a text. */
static bool repeat_check_text(struct repeat *r, const struct lab_str *s)
{
	const char *p = s->s;

	while (p && (p = strstr(p, "${"))) {
		if (strncmp(p, "${i}", 4) != 0) {
			diag_error(r->diag, s->at,
				   "'%s': the only variable is ${i}", s->s);
			return false;
		}
		p += 4;
	}
	return true;
}

static bool repeat_check(struct repeat *r)
{
	const struct lab_repeat *say = &r->say;

	if (!repeat_range(r) || !say->node.s)
		return false;
	if (!repeat_check_text(r, &say->node) ||
	    !repeat_check_text(r, &say->join) ||
	    !repeat_check_text(r, &say->link))
		return false;
	if (r->last > r->first && !strstr(say->node.s, "${i}")) {
		diag_error(r->diag, say->node.at,
			   "'node: %s' needs ${i}, else all have one name",
			   say->node.s);
		return false;
	}
	return true;
}

static void repeat_join(struct repeat *r, const struct tree *name,
			const char *number)
{
	const struct tree *lans = tree_get(r->root, "lans"), *lan;
	const char *to = repeat_text(r, r->say.join.s, number);
	struct tree *join = NULL, *copy;

	lan = lans && to ? tree_get(lans, to) : NULL;
	if (lan)
		join = tree_get(lan, "join");
	copy = tree_new(r->diag->arena, TREE_TEXT, r->say.join.at);
	if (!to || !copy)
		return;
	if (!join || join->kind != TREE_LIST) {
		diag_error(r->diag, r->say.join.at,
			   "there is no LAN '%s' with a list 'join'", to);
		return;
	}
	copy->text = name->text;
	tree_append(join, copy);
}

static void repeat_once(struct repeat *r, const char *number)
{
	struct tree *key = repeat_leaf(r, &r->say.node, number), *node, *link;

	if (!key)
		return;
	node = r->say.as ? repeat_copy(r, r->say.as, number)
			 : tree_new(r->diag->arena, TREE_TEXT, key->at);
	if (!node)
		return;
	node->key = key;
	tree_append(r->nodes, node);
	if (r->say.join.s)
		repeat_join(r, key, number);
	link = r->say.link.s ? repeat_leaf(r, &r->say.link, number) : NULL;
	if (link)
		tree_append(r->links, link);
}

static void repeat_run(struct diag *diag, struct tree *root,
		       const struct tree *t)
{
	struct repeat r = {.diag = diag, .root = root};
	char number[NUMBER_TEXT];
	size_t errors = diag->count;

	schema_read(diag, &schema_repeat, t, &r.say);
	if (diag->count > errors || !repeat_check(&r))
		return;
	r.nodes = repeat_section(diag, root, "nodes", TREE_MAP);
	r.links = repeat_section(diag, root, "links", TREE_LIST);
	if (!r.nodes || !r.links)
		return;
	for (unsigned long i = r.first; i <= r.last; i++) {
		(void)snprintf(number, sizeof(number), "%lu", i);
		if (r.nodes->count >= REPEAT_MAX) {
			diag_error(diag, r.say.i.at,
				   "'i: %s' makes too many nodes; at most %d",
				   r.say.i.s, REPEAT_MAX);
			return;
		}
		repeat_once(&r, number);
		if (diag->count > errors)
			return; /* the others would only say the same */
	}
}

/* Take the child of that key out of a map. */
static struct tree *repeat_take(struct tree *map, const char *key)
{
	struct tree *t = tree_get(map, key), *it = map->first;

	if (!t)
		return NULL;
	if (it == t) {
		map->first = t->next;
		it = NULL;
	} else {
		while (it->next != t)
			it = it->next;
		it->next = t->next;
	}
	if (map->last == t)
		map->last = it;
	map->count--;
	return t;
}

void repeat_expand(struct diag *diag, struct tree *root)
{
	struct tree *all, *t;

	if (root->kind != TREE_MAP)
		return;
	all = repeat_take(root, "repeat");
	if (!all)
		return;
	if (all->kind != TREE_LIST) {
		repeat_run(diag, root, all);
		return;
	}
	for (t = all->first; t; t = t->next)
		repeat_run(diag, root, t);
}
