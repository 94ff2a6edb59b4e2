// SPDX-License-Identifier: MIT
/*
 * parse_code.c - conditions on a connection's tcp_info
 *
 *	%{ assert tcpi_state == TCP_ESTABLISHED and tcpi_snd_cwnd > 9 }%
 *	%{ assert tcpi_unacked == 2, tcpi_snd_cwnd == 10 }%
 *	%{ assert 9000 < tcpi_rtt <= 11000; assert tcpi_lost == 0 }%
 *
 * Where packetdrill runs Python, this is a language of conditions: names of
 * fields and constants, numbers, comparisons (chains too), and, or, not, and
 * the arithmetic + - * / & | <<.  Behind a comma there is one more condition;
 * if it is none but a mere value, it is Python's message, and ignored.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "drill/scan.h"

static struct drill_expr *node(struct scan *s, enum drill_op op,
			       struct drill_expr *a, struct drill_expr *b)
{
	struct drill_expr *x = arena_alloc(s->arena, 1, sizeof(*x));

	if (x)
		*x = (struct drill_expr){.op = op, .a = a, .b = b};
	return x;
}

static int parse_or(struct scan *s, struct drill_expr **x);

static int parse_term_name(struct scan *s, struct drill_expr **x)
{
	size_t len = scan_name_len(s);
	const char *name = s->text + s->at;
	int field = drill_info_field(name, len);
	int64_t num = 0;

	*x = node(s, field < 0 ? DX_NUM : DX_FIELD, NULL, NULL);
	if (!*x)
		return -ENOMEM;
	if (field < 0 && len == 4 && !memcmp(name, "True", 4))
		num = 1;
	else if (field < 0 && len == 5 && !memcmp(name, "False", 5))
		num = 0;
	else if (field < 0 && !drill_name_num(name, len, &num))
		return scan_expected(s, "a field of tcp_info or a constant");
	(*x)->num = field < 0 ? num : field;
	s->at += len;
	return 0;
}

static int parse_term(struct scan *s, struct drill_expr **x)
{
	int err;

	if (scan_accept(s, "(")) {
		if (++s->depth > SCAN_DEPTH_MAX)
			return scan_fail_at(s, s->at, "nested too deep");
		err = parse_or(s, x);
		s->depth--;
		return err ? err : scan_expect(s, ")");
	}
	if (scan_sees_digit(s) || scan_sees(s, "-")) {
		*x = node(s, DX_NUM, NULL, NULL);
		return *x ? scan_num(s, &(*x)->num) : -ENOMEM;
	}
	if (scan_name_len(s))
		return parse_term_name(s, x);
	return scan_expected(s, "a field of tcp_info or a number");
}

/* clang-format off */
static const struct {
	const char *text;
	enum drill_op op;
	int level;
} ops[] = {
	{"*",	DX_MUL,		3},
	{"/",	DX_DIV,		3},
	{"+",	DX_ADD,		2},
	{"-",	DX_SUB,		2},
	{"<<",	DX_SHIFT,	1},
	{"&",	DX_BIT_AND,	1},
	{"|",	DX_BIT_OR,	1},
};
static const struct {
	const char *text;
	enum drill_op op;
} comparisons[] = {
	{"==", DX_EQ}, {"!=", DX_NE}, {"<=", DX_LE}, {">=", DX_GE},
	{"<",  DX_LT}, {">",  DX_GT},
};
/* clang-format on */

static bool accept_op(struct scan *s, int level, enum drill_op *op)
{
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (ops[i].level != level || !scan_accept(s, ops[i].text))
			continue;
		*op = ops[i].op;
		return true;
	}
	return false;
}

/* Operators that bind alike, from the left. */
static int parse_level(struct scan *s, int level, struct drill_expr **x)
{
	struct drill_expr *b;
	enum drill_op op;
	int err;

	if (level > 3)
		return parse_term(s, x);
	err = parse_level(s, level + 1, x);
	while (!err && accept_op(s, level, &op)) {
		err = parse_level(s, level + 1, &b);
		if (err)
			return err;
		*x = node(s, op, *x, b);
		if (!*x)
			return -ENOMEM;
	}
	return err;
}

static bool accept_comparison(struct scan *s, enum drill_op *op)
{
	size_t i;

	for (i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (!scan_accept(s, comparisons[i].text))
			continue;
		*op = comparisons[i].op;
		return true;
	}
	return false;
}

/* a < b <= c means a < b and b <= c. */
static int parse_comparison(struct scan *s, struct drill_expr **x)
{
	struct drill_expr *a, *b, *all = NULL;
	enum drill_op op;
	int err = parse_level(s, 1, &a);

	*x = a;
	while (!err && accept_comparison(s, &op)) {
		err = parse_level(s, 1, &b);
		if (err)
			return err;
		*x = node(s, op, a, b);
		if (all)
			*x = node(s, DX_AND, all, *x);
		if (!*x)
			return -ENOMEM;
		all = *x;
		a = b;
	}
	return err;
}

static int parse_not(struct scan *s, struct drill_expr **x)
{
	bool is_not = scan_accept_word(s, "not");
	int err = parse_comparison(s, x);

	if (err || !is_not)
		return err;
	*x = node(s, DX_NOT, *x, NULL);
	return *x ? 0 : -ENOMEM;
}

static int parse_and(struct scan *s, struct drill_expr **x)
{
	struct drill_expr *b;
	int err = parse_not(s, x);

	while (!err && scan_accept_word(s, "and")) {
		err = parse_not(s, &b);
		if (err)
			return err;
		*x = node(s, DX_AND, *x, b);
		if (!*x)
			return -ENOMEM;
	}
	return err;
}

static int parse_or(struct scan *s, struct drill_expr **x)
{
	struct drill_expr *b;
	int err = parse_and(s, x);

	while (!err && scan_accept_word(s, "or")) {
		err = parse_and(s, &b);
		if (err)
			return err;
		*x = node(s, DX_OR, *x, b);
		if (!*x)
			return -ENOMEM;
	}
	return err;
}

static bool is_condition(const struct drill_expr *x)
{
	return x->op >= DX_OR && x->op <= DX_GT;
}

static int add_assert(struct scan *s, struct drill_code *code)
{
	void *asserts = code->asserts;
	struct drill_assert *a =
		arena_append(s->arena, &asserts, &code->count, sizeof(*a));
	size_t from;
	int err;

	if (!a)
		return -ENOMEM;
	code->asserts = asserts;
	a->pos = scan_pos(s);
	from = s->at;
	err = parse_or(s, &a->expr);
	if (err)
		return err;
	while (s->at > from && s->text[s->at - 1] == ' ')
		s->at--;
	a->text = arena_text(s->arena, s->text + from, s->at - from);
	return a->text ? 0 : -ENOMEM;
}

static int parse_assert(struct scan *s, struct drill_code *code)
{
	int err;

	if (!scan_accept_word(s, "assert"))
		return scan_expected(s, "assert, for no Python is run here");
	err = add_assert(s, code);
	while (!err && scan_accept(s, ",")) {
		err = add_assert(s, code);
		if (!err && !is_condition(code->asserts[code->count - 1].expr))
			code->count--;
	}
	return err;
}

int parse_code(struct scan *s, struct drill_code **out)
{
	struct drill_code *code = arena_alloc(s->arena, 1, sizeof(*code));

	if (!code)
		return -ENOMEM;
	*out = code;
	while (!scan_accept(s, "}%")) {
		int err = parse_assert(s, code);

		if (err)
			return err;
		while (scan_accept(s, ";"))
			;
	}
	return 0;
}
