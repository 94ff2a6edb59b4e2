// SPDX-License-Identifier: MIT
/*
 * check_knob.c - `sysctl: {tcp_ecn: 1}`: settings of a node's TCP
 *
 * Only numbers: each setting has a name, a least and a greatest value
 * (tcp_knobs.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/expand.h"
#include "lab/file.h"
#include "tcp/tcp_knobs.h"

enum { KNOBS_MAX = 256 };

static bool is_named(const struct tcp_knob_info *k, const char *name)
{
	return !strcmp(k->name, name) ||
	       (*k->sysctl != '-' && !strcmp(k->sysctl, name));
}

static const struct tcp_knob_info *knob_find(const char *name)
{
	const struct tcp_knob_info *k;

	for (size_t i = 0; (k = tcp_knob_at(i)); i++)
		if (is_named(k, name))
			return k;
	return NULL;
}

static void say_unknown(struct lab *lab, const struct lab_str *name)
{
	const char *known[KNOBS_MAX], *near;
	const struct tcp_knob_info *k;
	size_t n = 0;

	for (size_t i = 0; (k = tcp_knob_at(i)) && n < KNOBS_MAX; i++)
		known[n++] = strcmp(k->sysctl, "-") ? k->sysctl : k->name;
	near = diag_nearest(name->s, known, n);
	if (near)
		diag_error(&lab->diag, name->at,
			   "there is no setting '%s'; did you mean '%s'?",
			   name->s, near);
	else
		diag_error(&lab->diag, name->at, "there is no setting '%s'",
			   name->s);
}

static bool is_number_in(const char *text, uint32_t min, uint32_t max)
{
	unsigned long long v;
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 10 || text[digits])
		return false;
	v = strtoull(text, NULL, 10);
	return v >= min && v <= max;
}

static void check_knob(struct lab *lab, const struct lab_pair *pair)
{
	const struct tcp_knob_info *k = knob_find(pair->key.s);
	const struct lab_str *value = pair->values.items;

	if (!k) {
		say_unknown(lab, &pair->key);
		return;
	}
	if (pair->values.count != 1 || !is_number_in(value->s, k->min, k->max))
		diag_error(&lab->diag, pair->key.at,
			   "'%s' is a number from %u to %u (%s)", pair->key.s,
			   k->min, k->max, k->text);
}

void check_knobs(struct lab *lab, const struct lab_node *node)
{
	const struct lab_pair *pair = node->sysctl.items;

	for (size_t i = 0; i < node->sysctl.count; i++)
		check_knob(lab, &pair[i]);
}
